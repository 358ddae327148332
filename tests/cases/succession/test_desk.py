"""What whoever hands over sees: whose work, what of it, who comes into question; and the hand-overs that were."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from mediation.errors import InputInvalid, NotFound, NotPermitted
from mediation.people.models import Person, Post
from tests.cases.desk import ask, with_approvals
from tests.cases.test_recusals import recuse
from tests.town import MORNING

WORDS = {"from": "jiamed", "to": "jiamed2", "reason": "leave"}


def desk(town):
    return town.instance.successions


def end_posts(town, code, day):
    with town.instance.database.writing() as session:
        who = session.exec(select(Person).where(Person.code == code)).one()
        for post in session.exec(select(Post).where(Post.person_id == who.id)):
            post.valid_to = day
            session.add(post)
        town.note_people(session)


def test_who_is_gone_stands_first_then_who_is_away(sqlite_town):
    town = sqlite_town
    town.bring("preparing")
    town.register()
    town.instance.duty.record_leave(
        "jialead", {"person": "jiawin", "since": "2026-03-02", "until": "2026-03-06"}
    )
    end_posts(town, "jiarec", date(2026, 3, 1))
    found = desk(town).givers("sudis")
    assert [(one.person, one.in_office, one.ended_on, one.away_until, one.cases) for one in found] == [
        ("jiarec", False, date(2026, 3, 1), None, 1),
        ("jiawin", True, None, date(2026, 3, 6), 1),
        ("jiamed", True, None, None, 1),
    ]
    assert {one.units for one in found} == {("示例甲嘎查",)}


def test_only_those_below_are_listed_and_only_for_leaders_and_dispatchers(sqlite_town):
    town = sqlite_town
    ref = town.bring("accepted")
    town.act("jialead", ref, "put_in_charge", person="sulead")
    assert {one.person for one in desk(town).givers("jialead")} == set()
    assert {one.person for one in desk(town).givers("sulead")} == {"sulead"}
    assert desk(town).givers("jiawin") == []
    assert desk(town).within_reach("jialead", {"jiamed", "sulead", "yimed", "nobody"}) == {"jiamed"}
    with pytest.raises(NotPermitted, match="移交由苏长所在单位"):
        desk(town).outlook("jialead", "sulead")
    with pytest.raises(NotFound):
        desk(town).outlook("jialead", "nobody")


def test_case_that_the_actor_is_kept_from_is_neither_counted_nor_shown(sqlite_town):
    town = sqlite_town
    ref, other = town.bring("preparing"), town.bring("preparing")
    done = town.instance.hand_over("sulead", WORDS)
    words = {"person": "jialead", "kind": "near_relative", "reason": "是其舅父"}
    town.instance.scope.recuse("jialead", ref, words)
    assert [(one.person, one.cases) for one in desk(town).givers("jialead")] == [
        ("jiamed2", 1),
        ("jiarec", 1),
    ]
    assert [one.id for one in desk(town).outlook("jialead", "jiamed2").cases] == [other]
    assert [one.id for one in desk(town).past_page("jialead", done.handover).cases] == [other]


def test_case_out_of_sight_has_only_its_number(sqlite_town):
    town = sqlite_town
    ref = town.register("yiwin")
    town.act("yiwin", ref, "triage", tier="ordinary")
    town.act("yiwin", ref, "ask_opinion", person="jiamed", question="这条沟归谁？")
    assert town.instance.case("jiamed", ref).row.id == ref
    [case] = desk(town).outlook("jialead", "jiamed").cases
    assert (case.number, case.seen, case.title) == (town.case(ref).temporary_number, False, "")
    done = town.instance.hand_over("jialead", WORDS)
    [moved] = desk(town).past_page("jialead", done.handover).cases
    assert (moved.number, moved.seen, moved.title) == (case.number, False, "")
    [case] = desk(town).outlook("sulead", "jiamed2").cases
    assert (case.seen, case.title) == (True, "排水纠纷")


def chosen_above(town):
    """A dispute that the unit above holds and a mediator of the unit below, chosen by the parties, mediates; jialead cannot see it."""
    ref = town.register("suwin", place="su")
    for who, act, words in (
        ("suwin", "triage", {"tier": "ordinary"}),
        ("suwin", "keep", {}),
        ("suwin", "accept", {}),
        ("sulead", "assign", {"mediators": [{"person": "jiamed", "how": "chosen"}]}),
    ):
        town.act(who, ref, act, **words)
    return ref


def test_state_and_choice_of_a_case_out_of_sight_are_not_told(sqlite_town):
    town = sqlite_town
    ref = chosen_above(town)
    [unseen] = desk(town).outlook("jialead", "jiamed").cases
    assert (unseen.id, unseen.seen, unseen.state, unseen.chosen) == (ref, False, "", False)
    assert unseen.kinds == {"roles": 1, "tasks": 1}
    [seen] = desk(town).outlook("sulead", "jiamed").cases
    assert (seen.seen, seen.state, seen.chosen) == (True, "调解准备", True)


def test_paper_that_waits_is_called_by_its_title_only_where_the_case_is_seen(sqlite_town):
    town = sqlite_town
    ref = chosen_above(town)
    number = town.case(ref).number
    for _time in range(2):
        town.act("jiamed", ref, "record_session", **town.session())
    for session in ("session-1", "session-2"):
        town.instance.issue("jiamed", ref, "mediation_record", session)
    words = {**WORDS, "cases": {ref: {"consented": True}}}
    assert town.instance.hand_over("sulead", words, dry_run=True).told == (
        f"{number} 的人民调解记录还等 包和 签名",
    )
    done = town.instance.hand_over("jialead", words)
    assert done.told == (f"{number} 还有文书等 包和 签名",)
    assert desk(town).past_page("jialead", done.handover).told == done.told
    assert desk(town).past_page("sulead", done.handover).told == (f"{number} 的人民调解记录还等 包和 签名",)


def test_who_has_an_unseen_case_since_is_not_told_to_who_would_give_it_back(sqlite_town):
    town = sqlite_town
    ref = chosen_above(town)
    done = town.instance.hand_over("jialead", {**WORDS, "cases": {ref: {"consented": True}}})
    words = {"mediators": [{"person": "sumed", "how": "chosen"}], "reason": "病假"}
    town.act("sulead", ref, "replace_mediator", **words)
    told = {who: town.instance.give_back(who, done.handover, {}).told for who in ("jialead", "sulead")}
    assert told["jialead"] == ("移交以后都已经有了变化，没有可以交回的",)
    assert told["sulead"][1:] == (f"{town.case(ref).number}：2026年3月2日起由苏和担任主持调解员",)


def test_cases_that_the_reader_is_kept_from_count_in_no_hand_over(sqlite_town):
    town = sqlite_town
    ref = town.bring("preparing")
    town.bring("preparing")
    done = town.instance.hand_over("sulead", WORDS)
    recuse(town, "jialead", ref, "jialead")
    page = desk(town).past_page("jialead", done.handover)
    [line] = desk(town).past("jialead")
    assert line == page.line
    assert {kind: count for kind, count in line.counts.items() if count} == {
        "cases": 1,
        "roles": 1,
        "tasks": 1,
    }
    [whole] = desk(town).past("sulead")
    assert whole.counts == done.counts
    town.instance.give_back("sulead", done.handover, {})
    assert (desk(town).past("sulead")[0].given_back, desk(town).past("jialead")[0].given_back) == (True, True)


def test_who_works_at_the_holder_is_offered_for_a_case_first(sqlite_town):
    town = sqlite_town
    ref = chosen_above(town)
    other = town.bring("preparing")
    takers = {one.id: one.takers for one in desk(town).outlook("sulead", "jiamed").cases}
    assert takers[ref][:2] == ("sumed", "sumed2")
    assert takers[other][0] == "jiamed2"
    assert "sumed" in takers[other]


def test_whoever_is_offered_for_all_takes_all_and_nobody_else_could(sqlite_town):
    town = sqlite_town
    town.bring("preparing")
    both = town.bring("accepted")
    town.act(
        "jiamed", both, "assign", mediators=[{"person": "jiamed"}, {"person": "jiamed2", "role": "mediator"}]
    )
    found = desk(town).outlook("jialead", "jiamed")
    assert "jiamed2" in found.of_some
    assert not set(found.of_all) & set(found.of_some)
    everybody = {row[0] for row in town.rows("SELECT code FROM person")} - {"jiamed"}
    able = set()
    for code in everybody:
        try:
            town.instance.hand_over("jialead", {**WORDS, "to": code}, dry_run=True)
        except InputInvalid:
            continue
        able.add(code)
    assert set(found.of_all) == able
    assert found.of_all[0] in {"jiamed2", "jiawin", "grid", "hua"}


def test_approval_is_offered_to_those_who_may_sign_it(sqlite_town):
    town = sqlite_town
    with_approvals(town)
    ref = town.bring("agreed")
    ask(town, ref, "sulead")
    found = desk(town).outlook("sudis", "sulead")
    assert found.cases[0].kinds == {"tasks": 1}
    able = {}
    for who in ("jialead", "sudis", "jiaarc", "lin"):
        try:
            town.instance.hand_over("sudis", {"from": "sulead", "to": who, "reason": "left"}, dry_run=True)
            able[who] = True
        except InputInvalid:
            able[who] = False
    assert {who: who in found.of_all for who in able} == able
    assert set(able.values()) == {True, False}


def test_past_tells_what_is_due_back_and_what_was_given_back(sqlite_town):
    town = sqlite_town
    ref = town.bring("preparing")
    done = town.instance.hand_over("jialead", {**WORDS, "until": "2026-03-09"})
    [line] = desk(town).past("sudis")
    assert (line.id, line.giver, line.due, line.given_back) == (done.handover, "jiamed", False, False)
    assert desk(town).past("jiawin") == []
    town.clock.advance(timedelta(days=7))
    assert [one.due for one in desk(town).past("jialead")] == [True]
    back = town.instance.give_back("jialead", done.handover, {})
    [line] = desk(town).past("jialead")
    assert (line.due, line.given_back) == (False, True)
    again = desk(town).past_page("jialead", back.handover)
    assert (again.line.reason, [one.id for one in again.cases]) == ("back", [ref])
    for actor, public_id in (("jialead", "0" * 26), ("yimed", done.handover)):
        with pytest.raises(NotFound):
            desk(town).past_page(actor, public_id)
    with pytest.raises(NotPermitted):
        desk(town).past_page("jiawin", done.handover)


def test_past_tells_what_is_yet_to_be_seen_to_until_it_is(sqlite_town):
    town = sqlite_town
    one, other = town.bring("preparing"), town.bring("accepted")
    town.act("jiamed", other, "assign", mediators=[{"person": "jiamed2"}])
    said = {"kind": "session", "starts_at": MORNING + timedelta(days=3), "place": "调解室"}
    town.act("jiamed", one, "arrange", **said)
    town.act("jiamed2", other, "arrange", **said)
    done = town.instance.hand_over("jialead", WORDS)
    assert desk(town).past_page("jialead", done.handover).told == done.told
    town.act("jiamed2", one, "cancel_appointment", ordinal=1, why="另约")
    assert desk(town).past_page("jialead", done.handover).told == ()


def test_charge_of_a_case_is_yet_to_be_seen_to_only_if_it_was_there_before_and_nothing_was_given_back(
    sqlite_town,
):
    town = sqlite_town
    ref, before, after = town.bring("preparing"), town.register(), town.register()
    town.act("jialead", before, "put_in_charge", person="jialead")
    town.act("jiamed", ref, "ask_opinion", person="jialead", question="怎么修？")
    done = town.instance.hand_over("sulead", {"from": "jialead", "to": "sulead", "reason": "leave"})
    town.act("jialead", before, "put_in_charge", person="jialead")
    town.act("jialead", after, "put_in_charge", person="jialead")
    told = (f"包长 仍是 {town.case(before).temporary_number} 的包案领导",)
    assert desk(town).past_page("sulead", done.handover).told == told
    for leader in ("sulead", "jialead"):
        town.act("jialead", before, "put_in_charge", person=leader)
    assert desk(town).past_page("sulead", done.handover).told == ()


def test_charge_of_a_case_is_no_longer_told_of_what_was_given_back(sqlite_town):
    town = sqlite_town
    ref, led = town.bring("preparing"), town.register()
    town.act("jialead", led, "put_in_charge", person="jialead")
    town.act("jiamed", ref, "ask_opinion", person="jialead", question="怎么修？")
    done = town.instance.hand_over("sulead", {"from": "jialead", "to": "sulead", "reason": "leave"})
    assert len(desk(town).past_page("sulead", done.handover).told) == 1
    back = town.instance.give_back("sulead", done.handover, {})
    assert desk(town).past_page("sulead", done.handover).told == ()
    assert desk(town).past_page("sulead", back.handover).told == ()

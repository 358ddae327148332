"""A mediator leaves or is on leave: everything in one act, or nothing; and back where nobody has touched it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col

from mediation.cases import queries
from mediation.cases.appointments.queries import appointments
from mediation.cases.transition import look
from mediation.errors import InputInvalid, NotFound, NotPermitted, TransitionNotAllowed, TransitionRefused
from mediation.notices.folders import find_notice
from mediation.people.models import Person, Post
from mediation.units import queries as units
from tests.cases.desk import approval, ask, book, clock, name_of, number, rounds, task, whom, with_approvals
from tests.cases.test_recusals import recuse
from tests.town import MORNING, pay
from tests.turns import Second


def hand_over(town, who="jialead", **words):
    town.clock.advance(timedelta(minutes=15))
    said = {"from": "jiamed", "to": "jiamed2", "reason": "left", **words}
    return town.instance.hand_over(who, said)


def roles(town, ref):
    return {person.code: row.role for row, person, _post in town.of(ref, queries.mediators)}


def turn(town, ref):
    [found] = [one for one in town.of(ref, queries.open_tasks) if one.kind == "turn"]
    return name_of(town, found)


def problems(refused):
    return [(one.key, one.message) for one in refused.value.problems]


def arranged(town, ref, days=3, **words):
    said = {"kind": "session", "starts_at": MORNING + timedelta(days=days), "place": "调解室", "told": [1, 2]}
    return town.act("jiamed", ref, "arrange", **{**said, **words})


def test_everything_goes_over_with_its_clocks_and_each_case_tells(town):
    preparing, mediating, quiet = town.bring("preparing"), town.bring("mediating"), town.bring("received")
    arranged(town, preparing)
    day = MORNING.date() + timedelta(days=9)
    town.act("jiamed", mediating, "promise", party=1, what="带人看沟", due_on=day)
    town.act("jiawin", quiet, "ask_opinion", person="jiamed", question="接不接？")
    promised, asked = number(town, mediating, "jiamed"), number(town, quiet, "jiamed")
    due = task(town, mediating, promised).due_at
    before = town.counts()
    done = hand_over(town, why="调往旗里")
    assert (done.from_person, done.to, done.reason, done.until) == ("jiamed", "jiamed2", "left", None)
    assert {kind: count for kind, count in done.counts.items() if count} == {
        "cases": 3,
        "roles": 2,
        "tasks": 4,
        "asked": 1,
        "appointments": 1,
    }
    assert [one.case for one in done.cases] == [preparing, mediating, quiet]
    for ref in (preparing, mediating):
        assert roles(town, ref) == {"jiamed2": "presiding", "jiarec": "recorder"}
        assert turn(town, ref) == "jiamed2"
    assert (book(town, mediating), book(town, quiet)) == ({"jiamed2": "open"}, {"jiamed2": "open"})
    assert (task(town, mediating, promised).due_at, clock(town, mediating, promised)) == (due, "running")
    assert name_of(town, task(town, quiet, asked)) == "jiamed2"
    [appointment] = town.of(preparing, appointments)
    assert (appointment.state, appointment.person_id) == ("planned", person_id(town, "jiamed2"))
    assert town.counts() == before
    event = town.last(mediating)
    assert (event.act, event.actor, event.from_state, event.to_state) == (
        "handed_over",
        "jialead:leader",
        "mediating",
        "mediating",
    )
    assert (event.facts["handover"], event.facts["from"], event.facts["to"]) == (
        done.handover,
        "jiamed",
        "jiamed2",
    )
    assert event.facts["moved"]["roles"] == ["presiding"]
    assert "调往旗里" not in repr(town.dump())
    notices = [kind for kind in town.outbox(mediating) if kind == ("notice", "handed_over")]
    assert (len(notices), town.outbox(quiet).count(("notice", "handed_over"))) == (2, 0)
    assert town.case(mediating).version == town.last(mediating).version
    town.act("jiamed2", mediating, "record_session", **town.session())
    with pytest.raises(NotPermitted):
        town.act("jiamed", mediating, "record_session", **town.session())
    assert town.instance.verify_trail().problems == []


def test_who_is_to_be_met_or_was_promised_something_hears_who_keeps_it(sqlite_town):
    """The mediator of the case stays: nobody is told that another has it."""
    town = sqlite_town
    ref, quiet = town.bring("mediating"), town.bring("mediating")
    for case, told, days in ((ref, [1], 3), (quiet, [], 4)):
        arranged(town, case, days, kind="visit", person="jiawin", told=told)
    town.act(
        "jiamed",
        ref,
        "promise",
        party=1,
        what="送复印件",
        due_on=MORNING.date() + timedelta(days=9),
        person="jiawin",
    )
    town.instance.hand_over("jialead", {"from": "jiawin", "to": "jiamed2", "reason": "left"})
    assert roles(town, ref)["jiamed"] == "presiding"
    assert [town.outbox(case).count(("notice", "handed_over")) for case in (ref, quiet)] == [1, 0]
    [payload] = [
        one for kind, one in town.rows("SELECT kind, payload FROM outbox") if "handed_over" in str(one)
    ]
    assert all(word in str(payload) for word in ("appointments", "promises"))
    notice = find_notice("handed_over")
    letter = notice.compose(
        notice.sample.model_copy(update={"payload": {"matters": ["appointments", "promises"]}})
    )
    assert letter.subject == "【示例】您的纠纷里说好的事换了人办"
    assert letter.body.startswith(
        "【示例】您的纠纷（〔2026〕青石人调字第15号）里约好的见面和答应您的事，从今天起由普秀英（石桥村）接着办"
    )
    assert notice.compose(notice.sample).subject == "【示例】您的纠纷换了经办人"


def person_id(town, code):
    return town.rows(f"SELECT id FROM person WHERE code = '{code}'")[0][0]  # noqa: S608 — a word of the test


def test_a_case_goes_to_somebody_else_where_that_is_said(sqlite_town):
    town = sqlite_town
    one, other = town.bring("preparing"), town.bring("mediating")
    done = hand_over(town, cases={other: {"to": "sumed"}})
    assert (roles(town, one)["jiamed2"], roles(town, other)["sumed"]) == ("presiding", "presiding")
    assert [(passed.case, passed.to) for passed in done.cases] == [(one, "jiamed2"), (other, "sumed")]


def test_all_problems_of_all_cases_are_told_and_nothing_is_touched(town):
    chosen = town.bring("accepted")
    town.act("jiamed", chosen, "assign", mediators=[{"person": "jiamed", "how": "chosen"}])
    both = town.bring("accepted")
    two = [{"person": "jiamed"}, {"person": "jiamed2", "role": "mediator"}]
    town.act("jiamed", both, "assign", mediators=two)
    near = town.bring("preparing")
    signing = town.bring("signing")
    town.instance.make_owed_papers()
    before = town.dump()
    town.clock.advance(timedelta(minutes=15))
    cases = {near: {"conflict": "near_relative"}, "没有": {}, signing: {"to": "nobody"}}
    with pytest.raises(InputInvalid) as refused:
        hand_over(town, cases=cases, until="2026-03-01", reason="leave")
    numbers = {ref: town.case(ref).number for ref in (chosen, both, near, signing)}
    assert problems(refused) == [
        ("until", "回来的日期应当晚于今天"),
        ("cases.没有", "没有 不在 包和 在办的纠纷之中"),
        (f"cases.{signing}.to", "没有代码为 nobody 的人员"),
        (
            f"cases.{numbers[chosen]}",
            "包和 是当事人选择的，换人要征得当事人同意（人民调解法第19条）：写明 consented；必须回避的，写明 must_withdraw",
        ),
        (f"cases.{numbers[both]}", "包平 已经在本案担任调解员，请为本案另写接手人"),
        (
            f"cases.{numbers[near]}",
            (
                "包平与当事人或者纠纷有利害关系，双方没有同意由其调解"
                "（依据：办理规则·回避（参照最高人民法院关于人民法院特邀调解的规定第15条））"
                " 下一步：更换调解员；双方知情后仍同意由其调解的，记录双方同意"
            ),
        ),
        (
            f"cases.{numbers[signing]}",
            "协议书上还等 包和 签名：请先签名，或者由单位负责人办理「驳回」退回调解阶段",
        ),
    ]
    assert town.dump() == before
    cases = {
        chosen: {"consented": True},
        both: {"to": "sumed"},
        near: {"conflict": "near_relative", "kept_by_both": True},
    }
    town.act("jialead", signing, "reject", to="mediating", opinion="换人")
    hand_over(town, cases=cases)
    [row] = [row for row, person, _post in town.of(chosen, queries.mediators) if person.code == "jiamed2"]
    assert (row.how, roles(town, both)) == ("chosen", {"sumed": "presiding", "jiamed2": "mediator"})


def test_unknown_conflict_is_told_whoever_the_successor_is(sqlite_town):
    town = sqlite_town
    heirs = ("jiamed2", "jiaold", "nobody")
    refs = [town.bring("preparing") for _heir in heirs]
    before = town.dump()
    cases = {ref: {"to": heir, "conflict": "nope"} for ref, heir in zip(refs, heirs, strict=True)}
    with pytest.raises(InputInvalid) as refused:
        hand_over(town, cases=cases)
    unknown = [key for key, message in problems(refused) if "nope" in message]
    assert unknown == [f"cases.{town.case(ref).number}" for ref in refs]
    assert (f"cases.{town.case(refs[1]).number}", "包旧 没有在任的岗位") in problems(refused)
    assert len(problems(refused)) == len(refs) + 2
    assert town.dump() == before


def test_somebody_who_may_not_mediate_there_is_refused(sqlite_town):
    town = sqlite_town
    ref = town.bring("preparing")
    before = town.dump()
    for to, said in (
        ("jiaarc", "包档 没有可以担任这一角色的岗位"),
        ("jiaold", "包旧 没有在任的岗位"),
    ):
        with pytest.raises(InputInvalid) as refused:
            hand_over(town, to=to)
        assert (f"cases.{town.case(ref).number}", said) in problems(refused)
    with pytest.raises(InputInvalid) as refused:
        hand_over(town, to="yimed")
    [(_key, message)] = problems(refused)
    assert message.startswith("乙和现在不是本单位、上级或者下级调委会的委员")
    assert town.dump() == before


@pytest.mark.parametrize("who", ["jiamed", "jiawin", "jialead", "sudis", "sulead", "yimed"])
def test_who_hands_over_leads_or_dispatches_at_the_unit_or_above(sqlite_town, who):
    town = sqlite_town
    ref = town.bring("preparing")
    before = town.dump()
    if who in {"jialead", "sudis", "sulead"}:
        hand_over(town, who)
        assert roles(town, ref)["jiamed2"] == "presiding"
        return
    with pytest.raises(
        NotPermitted, match="移交由包和所在单位（示例甲嘎查）或者其上级单位的负责人、调度员办理"
    ):
        hand_over(town, who)
    assert town.dump() == before


def test_for_who_never_had_a_post_only_the_top_hands_over(sqlite_town):
    town = sqlite_town
    with town.instance.database.writing() as session:
        session.add(Person(code="nopost", name="无岗"))
    for who in ("jialead", "sulead"):
        with pytest.raises(NotPermitted, match="示例旗"):
            hand_over(town, who, **{"from": "nopost", "to": "jiamed2"})
    with town.instance.database.writing() as session:
        top = next(one for one in units.units(session) if one.code == "qi")
        leader = Person(code="qilead", name="旗长")
        session.add(leader)
        session.flush()
        session.add(
            Post(
                person_id=leader.id,
                code="leader",
                kind="unit_leader",
                title="旗长",
                unit_id=top.id,
                valid_from=date(2025, 1, 1),
            )
        )
    done = hand_over(town, "qilead", **{"from": "nopost", "to": "jiamed2"})
    assert done.told == ("无岗 没有在办的事项，不用移交",)


def test_first_receivers_duty_goes_to_a_post_that_takes_disputes_in(town):
    ref = town.register()
    hand_over(town, **{"from": "jiawin", "to": "jiamed"})
    case = town.case(ref)
    assert (turn(town, ref), case.first_receiver_released_at) == ("jiamed", None)
    shown = town.instance.case("jiamed", ref)
    assert shown.first_receiver == "包和（调委会主任）"
    town.act("jiamed", ref, "triage", tier="ordinary")
    with pytest.raises(InputInvalid) as refused:
        hand_over(town, **{"from": "jiamed", "to": "jialead"})
    assert problems(refused) == [
        (f"cases.{case.temporary_number}", "包长 没有可以登记纠纷的岗位，不能接首问责任")
    ]


def test_approvals_asked_for_and_to_be_given_go_over(town):
    ref = town.bring("agreed")
    ask(town, ref, "sulead")
    hand_over(town)
    shown = town.instance.case("jiamed2", ref).approvals
    assert ([one["asked_by"] for one in shown], rounds(town, ref)) == (
        ["包平"],
        [("agreement_review", "open")],
    )
    hand_over(town, "sudis", **{"from": "sulead", "to": "jialead"})
    assert book(town, ref) == {"jialead": "open"}
    town.act("jialead", ref, "approve")
    assert rounds(town, ref) == [("agreement_review", "agreed")]


@pytest.mark.parametrize("rule", ["all", "any"])
def test_successor_of_the_asker_is_not_the_only_one_who_agrees(sqlite_town, rule):
    town = sqlite_town
    with_approvals(town, review=approval(rule))
    ref = town.bring("agreed")
    ask(town, ref, "jiamed2", name="review")
    hand_over(town)
    before = town.dump()
    with pytest.raises(TransitionRefused, match="只有送审人自己同意，不算通过"):
        town.act("jiamed2", ref, "approve")
    assert town.dump() == before
    town.act("jiamed2", ref, "add_signer", approval="review", signer=whom("sulead"))
    town.act("sulead", ref, "approve")
    if rule == "all":
        town.act("jiamed2", ref, "approve")
    assert rounds(town, ref) == [("review", "agreed")]


@pytest.mark.parametrize("agreed", [["jiamed"], ["jiamed2"], ["jiamed", "jiamed2"]])
def test_round_is_not_left_to_those_who_asked_one_after_the_other(sqlite_town, agreed):
    town = sqlite_town
    with_approvals(town, review=approval("all"))
    ref = town.bring("agreed")
    ask(town, ref, *agreed, "sulead", name="review")
    for who in agreed:
        town.act(who, ref, "approve")
    hand_over(town)
    before = town.dump()
    with pytest.raises(TransitionRefused, match="只有送审人自己同意"):
        town.act("jiamed2", ref, "remove_signer", approval="review", signer=whom("sulead"))
    assert town.dump() == before
    town.act("sulead", ref, "approve")
    assert rounds(town, ref) == [("review", "agreed")]


def test_who_asked_before_a_hand_over_signs_no_round_alone(sqlite_town):
    town = sqlite_town
    with_approvals(town, review=approval("any"))
    ref = town.bring("agreed")
    ask(town, ref, "sulead", name="review")
    hand_over(town)
    before = town.dump()
    with pytest.raises(InputInvalid, match="送审人不能会签"):
        town.act("jiamed2", ref, "add_signer", approval="review", signer=whom("jiamed"))
    with pytest.raises(InputInvalid, match="不能只由送审人自己会签"):
        town.act(
            "sulead", ref, "transfer", task=number(town, ref, "sulead"), to=whom("jiamed"), reason="不在"
        )
    assert town.dump() == before


def test_who_stood_in_for_the_asker_and_gave_the_round_back_agrees_to_it(sqlite_town):
    town = sqlite_town
    with_approvals(town, review=approval("any"))
    ref = town.bring("agreed")
    ask(town, ref, "jiamed2", name="review")
    done = hand_over(town, reason="leave")
    town.instance.give_back("jialead", done.handover, {})
    town.act("jiamed2", ref, "approve")
    assert rounds(town, ref) == [("review", "agreed")]


def test_nobody_takes_over_a_second_voice_in_one_round(sqlite_town):
    town = sqlite_town
    ref = town.bring("agreed")
    ask(town, ref, "sulead", "jialead")
    with pytest.raises(InputInvalid, match="包长 自己也在这一轮会签中"):
        hand_over(town, "sudis", **{"from": "sulead", "to": "jialead"})


def test_what_was_lent_comes_back_to_the_successor(sqlite_town):
    town = sqlite_town
    ref = town.bring("agreed")
    ask(town, ref, "sulead")
    town.act("sulead", ref, "delegate", to={"person": "jiamed2"})
    hand_over(town, "sudis", **{"from": "sulead", "to": "jialead"})
    town.act("jiamed2", ref, "answer", opinion="可以")
    assert book(town, ref) == {"jialead": "open"}


def test_who_was_lent_a_task_and_takes_over_from_the_lender_has_it(sqlite_town):
    town = sqlite_town
    ref = town.bring("agreed")
    ask(town, ref, "sulead")
    town.act("sulead", ref, "delegate", to={"person": "jialead"})
    hand_over(town, "sudis", **{"from": "sulead", "to": "jialead"})
    town.act("jialead", ref, "approve")
    assert rounds(town, ref) == [("agreement_review", "agreed")]


def test_task_that_was_lent_to_the_successor_goes_back_too(sqlite_town):
    town = sqlite_town
    ref = town.bring("mediating")
    town.act("jiamed", ref, "ask_opinion", person="jiamed2", question="看法？")
    town.act("jiamed2", ref, "delegate", to={"person": "sumed"})
    done = hand_over(town, "sulead", reason="leave", until="2026-03-09", **{"from": "jiamed2", "to": "sumed"})
    assert town.instance.give_back("sulead", done.handover).counts["tasks"] == 1
    town.act("jiamed2", ref, "answer", opinion="可以")


def test_dry_run_tells_the_same_and_writes_nothing(sqlite_town):
    town = sqlite_town
    ref = town.bring("mediating")
    before = town.dump()
    said = {"from": "jiamed", "to": "jiamed2", "reason": "left"}
    tried = town.instance.hand_over("jialead", said, dry_run=True)
    assert (tried.handover, [one.case for one in tried.cases], town.dump()) == (None, [ref], before)
    done = town.instance.hand_over("jialead", said)
    assert (done.counts, done.cases) == (tried.counts, tried.cases)


def test_a_person_with_nothing_in_hand_is_said_to_have_nothing(sqlite_town):
    before = sqlite_town.dump()
    done = hand_over(sqlite_town)
    assert (done.handover, done.cases, done.told) == (None, (), ("包和 没有在办的事项，不用移交",))
    assert sqlite_town.dump() == before


def test_closed_cases_stay_with_who_had_them(sqlite_town):
    town = sqlite_town
    ref = town.bring("mediating")
    town.instance.database.close()
    town.act("jiamed", ref, "terminate", reason="no_agreement", routes=["court"])
    before = roles(town, ref)
    assert before["jiamed"] == "presiding"
    done = hand_over(town)
    assert ([one.case for one in done.cases], roles(town, ref)["jiamed2"]) == ([ref], "presiding")


def test_leader_in_charge_goes_over_only_where_that_is_said(sqlite_town):
    town = sqlite_town
    ref = town.bring("received")
    town.act("jialead", ref, "put_in_charge", person="jialead")
    done = hand_over(town, "sulead", **{"from": "jialead", "to": "sulead"})
    temporary = town.case(ref).temporary_number
    assert done.told == (
        "包长 没有在办的事项，不用移交",
        f"包长 仍是 {temporary} 的包案领导；要一并移交的，写明 leads",
    )
    with pytest.raises(InputInvalid, match="不能包案"):
        hand_over(town, "sulead", leads=True, **{"from": "jialead", "to": "sumed"})
    hand_over(town, "sulead", leads=True, **{"from": "jialead", "to": "sulead"})
    assert town.instance.case("jiamed", ref).leader == "苏长"


def test_case_that_is_only_led_cannot_go_to_somebody_unless_that_is_said(sqlite_town):
    town = sqlite_town
    led, kept = town.bring("received"), town.bring("accepted")
    for ref in (led, kept):
        town.act("jialead", ref, "put_in_charge", person="jialead")
    recuse(town, "sudis", kept, "sulead")
    words = {"from": "jialead", "to": "sudis", "cases": {led: {"to": "sulead"}, kept: {"to": "sulead"}}}
    with pytest.raises(InputInvalid) as refused:
        hand_over(town, "sulead", **words)
    assert problems(refused) == [
        (f"cases.{led}", f"{town.case(led).temporary_number} 只是包案；要一并移交的，请写明 leads"),
        (f"cases.{kept}", f"{kept} 不在 包长 在办的纠纷之中"),
    ]
    hand_over(town, "sulead", **{**words, "to": "sulead", "leads": True, "cases": {led: {"to": "sulead"}}})
    assert town.instance.case("jiamed", led).leader == "苏长"


def test_a_case_that_somebody_leads_is_not_named_to_who_is_kept_from_it(sqlite_town):
    town = sqlite_town
    ref = town.bring("received")
    town.act("jialead", ref, "put_in_charge", person="jialead")
    recuse(town, "sudis", ref, "sulead")
    done = hand_over(town, "sulead", **{"from": "jialead", "to": "sulead"})
    assert done.told == ("包长 没有在办的事项，不用移交",)


def test_what_nobody_touched_is_given_back_and_nothing_else(town):
    kept, moved = town.bring("preparing"), town.bring("mediating")
    arranged(town, kept)
    town.act("jiawin", moved, "ask_opinion", person="jiamed", question="看法？")
    done = hand_over(town, reason="leave", until="2026-03-09")
    assert done.until == date(2026, 3, 9)
    town.act("jiamed2", moved, "answer", opinion="可以")
    town.act("jialead", moved, "replace_mediator", mediators=[{"person": "sumed"}], reason="另有安排")
    town.clock.advance(timedelta(days=1))
    back = town.instance.give_back("jialead", done.handover)
    assert ([one.case for one in back.cases], back.from_person, back.to, back.reason) == (
        [kept],
        "jiamed2",
        "jiamed",
        "back",
    )
    assert (roles(town, kept), turn(town, kept)) == (
        {"jiamed": "presiding", "jiarec": "recorder"},
        "jiamed",
    )
    assert roles(town, moved) == {"sumed": "presiding"}
    [appointment] = town.of(kept, appointments)
    assert appointment.person_id == person_id(town, "jiamed")
    assert (town.last(kept).act, town.last(kept).facts["reason"]) == ("handed_over", "back")
    again = town.instance.give_back("jialead", done.handover)
    numbers = [town.case(one).number for one in (kept, moved)]
    assert (again.handover, again.told) == (
        None,
        (
            "移交以后都已经有了变化，没有可以交回的",
            f"{numbers[0]}：2026年3月3日起由包和担任主持调解员",
            f"{numbers[1]}：2026年3月2日起由苏和担任主持调解员",
        ),
    )
    assert town.instance.verify_trail().problems == []


def test_giving_back_asks_for_the_same_people_and_a_hand_over_that_was(sqlite_town):
    town = sqlite_town
    town.bring("preparing")
    done = hand_over(town, reason="leave", until="2026-03-09")
    before = town.dump()
    with pytest.raises(NotPermitted):
        town.instance.give_back("jiamed", done.handover)
    with pytest.raises(NotFound, match="没有编号为"):
        town.instance.give_back("jialead", "0" * 26)
    assert town.dump() == before


def test_giving_back_tells_what_is_wrong_with_its_words_and_with_every_case_at_once(sqlite_town):
    town = sqlite_town
    ref = town.bring("preparing")
    done = hand_over(town, reason="leave", until="2026-03-09")
    town.clock.put(datetime(2028, 1, 10, 1, tzinfo=UTC))  # by then the term of who had it before is over
    before = town.dump()
    number = f"cases.{town.case(ref).number}"
    for words, keys in (
        ({"why": [], "to": "sumed"}, ["why", "to", number, "cases"]),
        ({"why": "回来了"}, [number, "cases"]),
    ):
        with pytest.raises(InputInvalid) as refused:
            town.instance.give_back("jialead", done.handover, words)
        assert [one.key for one in refused.value.problems] == keys
    way = "不能交回的案件，先在该案另作安排（更换调解员、转办待办、另定包案领导，或者签署完毕），再交回其余的"
    assert problems(refused) == [(number, "包和 没有在任的岗位"), ("cases", way)]
    with pytest.raises(NotFound, match="没有编号为"):
        town.instance.give_back("jialead", "0" * 26, {"why": []})
    assert town.dump() == before


@pytest.mark.parametrize("how", ["appointed", "chosen"])
def test_who_has_it_back_has_it_by_whose_choice_it_was(town, how):
    """A leave is no choice of the parties: the next one asks them only if they had chosen (Art. 19)."""
    ref = town.bring("accepted")
    town.act("jialead", ref, "assign", mediators=[{"person": "jiamed", "how": how}])
    consented = {"cases": {town.case(ref).number: {"consented": True}}} if how == "chosen" else {}
    done = hand_over(town, reason="leave", until="2026-03-09", **consented)
    town.clock.advance(timedelta(days=1))
    town.instance.give_back("jialead", done.handover)
    assert roles(town, ref) == {"jiamed": "presiding"}
    assert [row.how for row, _person, _post in town.of(ref, queries.mediators)] == [how]
    before = town.dump()
    if how == "chosen":
        with pytest.raises(InputInvalid, match="是当事人选择的"):
            hand_over(town, reason="leave", until="2026-03-20")
        assert town.dump() == before
    hand_over(town, reason="leave", until="2026-03-20", **consented)
    assert roles(town, ref) == {"jiamed2": "presiding"}


def test_whom_the_parties_chose_hands_over_without_asking_them_where_he_must_withdraw_and_nowhere_else(town):
    related, other = town.bring("accepted"), town.bring("accepted", title="别的事")
    for ref in (related, other):
        town.act("jialead", ref, "assign", mediators=[{"person": "jiamed", "how": "chosen"}])
    numbers = [town.case(ref).number for ref in (related, other)]
    withdraws = {numbers[0]: {"must_withdraw": True}}
    before = town.dump()
    with pytest.raises(InputInvalid) as refused:
        hand_over(town, reason="conflict", cases=withdraws)
    assert [one.key for one in refused.value.problems] == ["why", f"cases.{numbers[1]}"]
    assert town.dump() == before
    both = {**withdraws, numbers[1]: {"consented": True}}
    done = hand_over(town, reason="left", why="被申请人是其近亲属", cases=both)
    assert [town.last(ref).facts.get("must_withdraw") for ref in (related, other)] == [True, None]
    with pytest.raises(InputInvalid, match="交回要写明为什么不再有"):
        town.instance.give_back("jialead", done.handover)
    assert [
        [(row.how, one.code) for row, one, _post in town.of(ref, queries.mediators)]
        for ref in (related, other)
    ] == [[("appointed", "jiamed2")], [("chosen", "jiamed2")]]


def test_whom_the_parties_chose_and_who_has_no_post_of_the_trade_hands_over_without_asking_them(sqlite_town):
    town = sqlite_town
    ref = town.bring("accepted")
    town.act("jialead", ref, "assign", mediators=[{"person": "jiamed", "how": "chosen"}])
    with town.instance.database.writing() as session:
        ended = update(Post).where(col(Post.person_id) == person_id(town, "jiamed"))
        session.execute(ended.values(valid_to=date(2026, 3, 1)))
        town.note_people(session)
    hand_over(town)
    assert roles(town, ref) == {"jiamed2": "presiding"}


def test_what_was_given_for_a_conflict_comes_back_only_with_a_reason(sqlite_town):
    town = sqlite_town
    ref = town.bring("preparing")
    done = hand_over(town, reason="conflict", why="当事人是近亲属")
    before = town.dump()
    with pytest.raises(InputInvalid, match="移交是因为包和有利害关系，交回要写明为什么不再有"):
        town.instance.give_back("jialead", done.handover)
    assert town.dump() == before
    town.instance.give_back("jialead", done.handover, {"why": "查明不是近亲属"})
    assert roles(town, ref) == {"jiamed": "presiding", "jiarec": "recorder"}


def test_the_row_tells_who_gave_what_to_whom(sqlite_town):
    town = sqlite_town
    ref = town.bring("preparing")
    done = hand_over(town)
    [(public_id, reason, moved)] = town.rows("SELECT public_id, reason, moved FROM handover")
    assert (public_id, reason) == (done.handover, "left")
    assert ref in str(moved)


def test_words_that_contradict_each_other_are_told_at_once(sqlite_town):
    with pytest.raises(InputInvalid) as refused:
        hand_over(sqlite_town, reason="gone", until="x")
    assert [one.key for one in refused.value.problems] == ["reason", "until"]
    for words in ({"to": "jiamed"}, {"until": "2026-03-09"}):
        with pytest.raises(InputInvalid):
            hand_over(sqlite_town, **words)


def test_clashes_of_the_successor_are_told(sqlite_town):
    town = sqlite_town
    one, other = town.bring("preparing"), town.bring("accepted")
    town.act("jiamed", other, "assign", mediators=[{"person": "jiamed2"}])
    arranged(town, one)
    town.act(
        "jiamed2", other, "arrange", kind="session", starts_at=MORNING + timedelta(days=3), place="调解室"
    )
    done = hand_over(town)
    number_of = town.case(one).number
    assert done.told == (f"{number_of} 约定的时间（2026-03-05 09:00–10:00）与 包平 的其他约定冲突，请另约",)
    assert isinstance(town.of(one, appointments)[0].starts_at, datetime)


def test_supplement_that_waits_for_a_signature_is_told_with_its_own_way_out(sqlite_town):
    town = sqlite_town
    ref = town.bring("agreed")
    town.step(ref, "draft_agreement", clauses=[pay(at_once=True)])
    town.step(ref, "conclude_oral")
    words = {"facts": "改期。", "matters": "付款的期限。", "clauses": [pay()]}
    town.act("jiamed", ref, "supplement", asked_by=[1, 2], **words)
    town.instance.make_owed_papers()
    with pytest.raises(InputInvalid) as refused:
        hand_over(town)
    said = "补充协议上还等 包和 签名：请先签名，或者办理「不再补充」"
    assert problems(refused) == [(f"cases.{town.case(ref).number}", said)]


def test_case_that_somebody_acts_on_meanwhile_goes_over_all_the_same(town):
    ref = town.bring("preparing")
    second = Second(town.instance.database, lambda: hand_over(town))
    day = MORNING.date() + timedelta(days=9)
    words = {"party": 1, "what": "带人看沟", "due_on": day}
    town.instance.act("jiamed", ref, "promise", words, remember=second.begin)
    done = second.result()
    assert (done.counts["cases"], done.counts["tasks"]) == (1, 2)
    assert roles(town, ref) == {"jiamed2": "presiding", "jiarec": "recorder"}


def test_what_keeps_the_giver_is_told_whoever_the_successor_is(sqlite_town):
    town = sqlite_town
    signing = town.bring("agreed")
    town.do("jiamed", signing, "conclude_written")
    chosen = town.bring("accepted")
    town.act(
        "jiamed",
        chosen,
        "assign",
        mediators=[{"person": "jiamed", "how": "chosen"}, {"person": "jiarec", "role": "recorder"}],
    )
    before = town.dump()
    numbers = {ref: f"cases.{town.case(ref).number}" for ref in (signing, chosen)}
    for to, unfit in (("jiaold", "包旧 没有在任的岗位"), ("jiarec", "包录 已经在本案担任记录人")):
        with pytest.raises(InputInvalid) as refused:
            hand_over(town, to=to)
        for ref, mark in ((signing, "协议书上还等 包和 签名"), (chosen, "包和 是当事人选择的")):
            told = [message for key, message in problems(refused) if key == numbers[ref]]
            assert [unfit in told[0], mark in told[1], len(told)] == [True, True, 2], told
    assert town.dump() == before


@pytest.mark.parametrize(
    "words",
    [
        {"to": "nobody"},
        {"to": "jiamed"},
        {"to": "nobody", "reason": "leave", "until": "2026-13-45"},
        {"to": None},
        {"to": "jiamed2", "reason": "gone"},
    ],
)
def test_what_keeps_the_giver_is_told_beside_whatever_is_wrong_with_the_words(sqlite_town, words):
    town = sqlite_town
    signing, fine = town.bring("agreed"), town.bring("preparing")
    town.do("jiamed", signing, "conclude_written")
    before = town.dump()
    with pytest.raises(InputInvalid) as refused:
        hand_over(town, cases={fine: {"to": "nowhere"}}, **words)
    told = [message for key, message in problems(refused) if key == f"cases.{town.case(signing).number}"]
    assert told == ["协议书上还等 包和 签名：请先签名，或者由单位负责人办理「驳回」退回调解阶段"]
    keys = [key for key, _message in problems(refused)]
    assert f"cases.{fine}.to" in keys
    assert not [key for key in keys if key == f"cases.{town.case(fine).number}"]
    assert town.dump() == before


def test_case_that_is_to_stay_with_the_giver_is_judged_by_what_was_said_of_it(sqlite_town):
    town = sqlite_town
    chosen = town.bring("accepted")
    town.act("jiamed", chosen, "assign", mediators=[{"person": "jiamed", "how": "chosen"}])
    with pytest.raises(InputInvalid) as refused:
        hand_over(town, cases={chosen: {"to": "jiamed", "consented": True}})
    assert problems(refused) == [(f"cases.{chosen}.to", "移交人和接手人是同一人")]


def fruitless(town, ref):
    town.act("jiamed2", ref, "record_session", **town.session())


def paused(town, ref):
    words = {"kind": "appraisal", "asked_by": [1], "evidence": "委托书", "expected_on": "2026-03-20"}
    town.act("jiamed2", ref, "suspend", **words)
    town.act("jiamed2", ref, "resume", result="意见出来了")


def drafted(town, ref):
    town.act("jiamed2", ref, "record_session", **town.session("agreed"))
    town.act("jiamed2", ref, "draft_agreement", facts="倒灌。", matters="修沟。", clauses=[pay(at_once=True)])


def concluded(town, ref):
    drafted(town, ref)
    town.act("jiamed2", ref, "conclude_oral")


def promised(town, ref):
    town.act("jiamed2", ref, "promise", party=1, what="看沟", due_on=MORNING.date() + timedelta(days=9))


def questioned(town, ref):
    town.act("jiamed2", ref, "ask_opinion", person="jialead", question="怎么看？")
    town.act("jiawin", ref, "ask_opinion", person="jiamed2", question="怎么看？")


def reviewed(town, ref):
    drafted(town, ref)
    ask(town, ref, "sulead", who="jiamed2")


def put_on_anew(town, ref):
    mediators = [{"person": "jiamed2"}, {"person": "jiarec", "role": "recorder"}]
    town.act("jialead", ref, "replace_mediator", mediators=mediators, reason="留用")


BETWEEN = {
    "nothing": lambda _town, _ref: None,
    "session": fruitless,
    "pause": paused,
    "draft": drafted,
    "concluded": concluded,
    "promise": promised,
    "opinions": questioned,
    "review": reviewed,
    "arranged": lambda town, ref: town.act("jiamed2", ref, "arrange", **talk()),
    "visit": lambda town, ref: town.act("jiamed2", ref, "arrange", **talk(kind="visit")),
    "put on anew": put_on_anew,
}


def talk(**words):
    begins = MORNING + timedelta(days=4)
    return {"kind": "session", "starts_at": begins, "place": "调解室", "told": [1, 2], **words}


def may(town, who, ref, trigger):
    with town.reading() as session:
        try:
            look(town.hall(session, who), queries.case_for_system(session, town.case(ref).id), trigger)
        except (NotPermitted, TransitionNotAllowed):
            return False
    return True


def refuse_dead_ends(town, ref):
    """Whose turn it is may do what is that turn's alone, who has another task answer it, who keeps a talk hold it."""
    case = town.case(ref)
    definition = town.instance.office.engine(case.workflow, case.workflow_version).definition
    owner = definition.states[case.state].owner.relation
    for one in town.of(ref, queries.open_tasks):
        if one.person_id is None:
            continue
        who = name_of(town, one)
        own = [name for name, rule in definition.triggers.items() if rule.by.relation == (owner,)]
        acts = own if one.kind == "turn" else ["approve"] if one.kind == "approval" else ["answer"]
        assert any(may(town, who, ref, act) for act in acts), (who, one.kind, one.title)
    on_case = {person_id(town, code) for code in roles(town, ref)}
    planned = [row for row in town.of(ref, appointments) if (row.state, row.kind) == ("planned", "session")]
    assert {row.person_id for row in planned} <= on_case


@pytest.mark.parametrize("reason", ["leave", "left"])
@pytest.mark.parametrize("between", sorted(BETWEEN))
def test_what_a_role_has_brought_since_goes_back_with_it(sqlite_town, between, reason):
    """Nothing waits on who may not do it, whatever the successor did while it was theirs."""
    town = sqlite_town
    ref = town.bring("preparing")
    arranged(town, ref, days=5)
    done = hand_over(town, reason=reason)
    BETWEEN[between](town, ref)
    refuse_dead_ends(town, ref)
    back = town.instance.give_back("jialead", done.handover)
    stays = between == "put on anew"
    assert roles(town, ref) == {"jiamed2" if stays else "jiamed": "presiding", "jiarec": "recorder"}
    assert turn(town, ref) == ("jiamed2" if stays else "jiamed")
    refuse_dead_ends(town, ref)
    left = [] if not stays else ["session"]
    kept = [row for row in town.of(ref, appointments) if row.person_id == person_id(town, "jiamed2")]
    assert [row.kind for row in kept if row.state == "planned"] == left
    if between == "opinions":
        assert book(town, ref) == {"jialead": "open", "jiamed2": "open"}
        [asked] = [one for one in town.of(ref, queries.open_tasks) if name_of(town, one) == "jialead"]
        assert asked.asked_by_id == person_id(town, "jiamed")
    elif between == "promise":
        assert book(town, ref) == {"jiamed": "open"}
        assert back.counts["tasks"] == 2
    elif between == "review":
        [asked] = town.instance.case("jiamed", ref).approvals
        assert asked["asked_by"] == "包和"
    if not stays:
        assert town.last(ref).facts["moved"]["tasks"]
    assert town.instance.verify_trail().problems == []

"""Whoever is kept from a case finds nothing of it anywhere, whatever the post; recorded and lifted with a reason."""

from datetime import timedelta

import pytest

from mediation.audit import queries as trail
from mediation.cases import queries, transition
from mediation.cases.board import queries as board
from mediation.cases.recusals.queries import standing
from mediation.cases.tasks import queries as tasks
from mediation.cases.workspace import standing as standing_of
from mediation.errors import CaseChanged, InputInvalid, NotFound, NotPermitted, TransitionRefused
from mediation.people import queries as people
from mediation.reports import statistics
from tests.town import party

WORDS = {"kind": "near_relative", "reason": "当事人的弟弟"}
TITLE = "牧道占用纠纷"


def recuse(town, who, ref, person, **words):
    return town.instance.scope.recuse(who, ref, {"person": person, **WORDS, **words})


def with_phone(town, code, phone):
    with town.instance.database.writing() as session:
        who = next(one for one in people.people(session) if one.code == code)
        who.phone = phone
        session.add(who)
        town.note_people(session)
        return who.name


def sight(town, who):
    """Everything by which somebody could tell that a case is there."""
    instance = town.instance
    with town.reading() as session:
        actor = town.instance._hall(session, who).actor
        first, last = town.clock.now() - timedelta(days=300), town.clock.now() + timedelta(days=300)
        return {
            "list": [row.title for row in instance.cases(who)],
            "waiting": [row.title for row in instance.cases(who, waiting=True)],
            "search": [row.title for row in instance.cases(who, words=TITLE[:4])],
            "tasks": [task.case_title for task in instance.tasks(who)],
            "counts": queries.counts_by_state(session, actor),
            "late": board.late_by_unit(session, actor, [actor.unit_id], last),
            "desk": [(one.state, one.cases) for one in board.waiting(session, actor, first)],
            "asked": [case.title for _task, case in tasks.my_tasks(session, actor)],
            "alike": [one.row.title for one in instance.window.alike(who, [])],
            "window": repr(instance.window.page(who)).count(TITLE),
            "series": instance.all_series(who),
            "letters": [one.subject for one in instance.post_room.trayed(who) if TITLE in one.subject],
        }


@pytest.mark.parametrize("who", ["jiawin", "jialead", "sudis", "sulead"])
def test_nothing_tells_that_the_case_is_there(sqlite_town, who):
    before = sight(sqlite_town, who)
    ref = sqlite_town.register(who="jiamed", title=TITLE)
    seen = sight(sqlite_town, who)
    assert TITLE in seen["list"]
    recuse(sqlite_town, "sulead" if who != "sulead" else "sudis", ref, who)
    assert sight(sqlite_town, who) == before
    for ask in (sqlite_town.instance.case, sqlite_town.instance.room.workspace):
        with pytest.raises(NotFound):
            ask(who, ref)
    with pytest.raises(NotFound):
        sqlite_town.act(who, ref, "triage", tier="ordinary")
    with pytest.raises(NotFound):
        sqlite_town.instance.paper(who, ref, "rights_notice", "party-1")


def test_statistics_do_not_count_it(town):
    who = "jialead"
    ref = town.register(title=TITLE)

    def counted():
        with town.reading() as session:
            hall = town.instance._hall(session, who)
            return repr(
                statistics.statistics(
                    session, hall.actor, hall.office, hall.tree, hall.today.replace(day=1), hall.today
                )
            )

    with_it = counted()
    recuse(town, "sulead", ref, who)
    without = counted()
    town.instance.scope.lift_recusal(
        "sulead", ref, town.instance.scope.recusals("sulead", ref)[0].id, {"reason": "查明不是"}
    )
    assert (with_it != without, counted() == with_it) == (True, True)


def test_recording_and_lifting_are_events_with_their_reasons_sealed(town):
    ref = town.register(title=TITLE)
    line = recuse(town, "sudis", ref, "jiamed")
    assert town.instance.cases("jiamed", words=TITLE[:4]) == []
    back = town.instance.scope.lift_recusal("sudis", ref, line.id, {"reason": "查明不是亲属"})
    assert (back.lifted_at, back.lift_reason) == (town.clock.now(), "查明不是亲属")
    assert [row.id for row in town.instance.cases("jiamed", words=TITLE[:4])] == [ref]
    with town.reading() as session:
        events = [one for one in trail.events_of(session, ref) if one.act.startswith("recusal.")]
    facts = {"person": "jiamed", "kind": "near_relative", "workflow": "ordinary/5", "outcome": "open"}
    assert [(one.act, one.facts) for one in events] == [
        ("recusal.recorded", facts),
        ("recusal.lifted", facts),
    ]
    lines: list[str] = []
    town.instance.export_trail(lines.extend)
    assert "弟弟" not in "".join(lines)
    assert town.instance.verify_trail().ok
    with pytest.raises(NotFound):
        town.instance.scope.lift_recusal("sudis", ref, line.id, {"reason": "再来一次"})


def test_act_decided_before_a_recusal_cannot_bring_the_person_in_after_it(town):
    ref = town.bring("mediating")
    with town.reading() as session:
        seen = queries.find_case(session, town.hall(session, "jialead").actor, ref)
    recuse(town, "sudis", ref, "sumed")

    def decide():
        with town.instance.database.writing() as session:
            transition.touch(town.hall(session, "jialead"), seen, "test.act", {})

    with pytest.raises(CaseChanged):
        decide()
    assert town.case(ref).version == seen.version + 1


def test_one_may_always_withdraw_oneself_but_others_only_by_post(sqlite_town):
    ref = sqlite_town.register(title=TITLE)
    with pytest.raises(NotPermitted):
        recuse(sqlite_town, "jiamed", ref, "jiawin")
    recuse(sqlite_town, "jiamed", ref, "jiamed")
    with pytest.raises(NotFound):
        sqlite_town.instance.scope.recusals("jiamed", ref)
    with pytest.raises(NotPermitted):
        sqlite_town.instance.scope.recusals("jiamed2", ref)


def test_whoever_works_on_the_case_is_replaced_first_and_cannot_come_back(sqlite_town):
    ref = sqlite_town.bring("mediating")
    with pytest.raises(TransitionRefused, match="正在办理本案"):
        recuse(sqlite_town, "jiamed", ref, "jiamed")
    sqlite_town.act("jialead", ref, "replace_mediator", reason="回避", mediators=[{"person": "sumed"}])
    recuse(sqlite_town, "sudis", ref, "jiamed")
    barred = {
        one.code.partition(":")[0]: one.barred
        for one in sqlite_town.instance.routing.suggestions("sudis", ref, most=9).mediators
    }
    assert "应当回避" in barred["jiamed"]
    with pytest.raises(InputInvalid, match="对本案回避") as refused:
        sqlite_town.act("jialead", ref, "replace_mediator", reason="换回", mediators=[{"person": "jiamed"}])
    assert [one.key for one in refused.value.problems] == ["mediators[0].person"]


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ({"person": "nobody", "kind": "enmity"}, ["person", "kind"]),
        ({"reason": ""}, ["reason"]),
    ],
)
def test_bad_words_are_all_told(sqlite_town, words, keys):
    ref = sqlite_town.register()
    with pytest.raises(InputInvalid) as refused:
        recuse(sqlite_town, "sudis", ref, **{"person": "jiamed", **words})
    assert [one.key for one in refused.value.problems] == keys


def test_staff_among_the_parties_are_kept_off_by_name_and_phone(town):
    name = with_phone(town, "jiamed", "13900007777")
    ref = town.register(parties=[party(name=name, phone="139 0000 7777"), party("respondent", 2)])
    with town.reading() as session:
        assert list(standing(session, town.case(ref).id).values()) == ["party"]
        [first] = trail.events_of(session, ref)[:1]
    assert first.facts["recused"] == ["jiamed:party"]
    with pytest.raises(NotFound):
        town.instance.case("jiamed", ref)
    assert town.instance.case("jiawin", ref).row.id == ref


def test_namesake_is_told_and_not_kept_off(sqlite_town):
    name = with_phone(sqlite_town, "jiamed", "13900007777")
    said = {
        "title": "排水纠纷",
        "source": "applied",
        "governance_category": "0201",
        "narrative": "雨水倒灌。",
        "claims": [],
        "parties": [party(name=name, phone=None), party("respondent", 2)],
    }
    done = sqlite_town.instance.register("jiawin", said)
    assert [name in one and "核实" in one for one in done.act.told] == [True]
    assert sqlite_town.instance.case("jiamed", done.act.case).row.id == done.act.case
    said["parties"][0]["phone"] = "13800000001"  # another phone: another person
    assert sqlite_town.instance.register("jiawin", said).act.told == ()


def test_nobody_takes_in_a_dispute_of_ones_own(sqlite_town):
    name = with_phone(sqlite_town, "jiawin", "13900007777")
    before = sqlite_town.dump()
    with pytest.raises(InputInvalid, match="您本人是当事人") as refused:
        sqlite_town.register(parties=[party(name=name, phone="13900007777"), party("respondent", 2)])
    assert [one.key for one in refused.value.problems] == ["parties[0].name"]
    assert sqlite_town.dump() == before


def test_recusal_goes_along_when_cases_are_merged(sqlite_town):
    main, other = sqlite_town.bring("accepted"), sqlite_town.bring("accepted")
    recuse(sqlite_town, "sudis", other, "jiamed2")
    sqlite_town.act("jiawin", other, "merge_into", case=main, why="同一件事")
    with pytest.raises(NotFound):
        sqlite_town.instance.case("jiamed2", main)


def test_nothing_is_asked_of_who_is_kept_off(sqlite_town):
    ref = sqlite_town.bring("received")
    recuse(sqlite_town, "sudis", ref, "sulead")
    before = sqlite_town.dump()
    with pytest.raises(InputInvalid, match="对本案回避"):
        sqlite_town.act("jiawin", ref, "copy_to", to=[{"person": "sulead"}])
    assert sqlite_town.dump() == before


def test_who_is_kept_off_neither_hands_the_case_over_nor_takes_it(sqlite_town):
    ref = sqlite_town.bring("mediating")
    recuse(sqlite_town, "sudis", ref, "jialead")
    recuse(sqlite_town, "sudis", ref, "jiamed2")
    words = {"from": "jiamed", "to": "jiamed2", "reason": "leave", "why": "休假"}
    assert sqlite_town.instance.hand_over("jialead", words, dry_run=True).cases == ()
    with pytest.raises(InputInvalid, match="对本案回避"):
        sqlite_town.instance.hand_over("sulead", words, dry_run=True)


def test_timeline_names_who_is_kept_off_for_those_who_see_the_case(sqlite_town):
    ref = sqlite_town.bring("accepted")
    name = with_phone(sqlite_town, "jiamed2", "13900001111")
    recuse(sqlite_town, "sudis", ref, "jiamed2")
    with sqlite_town.reading() as session:
        hall = sqlite_town.instance._hall(session, "jiawin")
        found = standing_of.workspace(hall, queries.find_case(session, hall.actor, ref)).timeline
    assert [(one.title, one.about) for one in found][:1] == [("记录回避", name)]


def test_whoever_works_on_the_main_case_is_replaced_before_a_case_that_bars_them_is_merged_into_it(town):
    ref, main = town.bring("received"), town.bring("mediating")
    recuse(town, "sudis", ref, "jiamed")
    before = town.dump()
    with pytest.raises(InputInvalid, match="要回避，又正在办理") as refused:
        town.act("jiawin", ref, "merge_into", case=main, why="同一条沟")
    assert [one.key for one in refused.value.problems] == ["case"]
    assert town.dump() == before
    town.act("jialead", main, "replace_mediator", reason="回避", mediators=[{"person": "sumed"}])
    town.act("jiawin", ref, "merge_into", case=main, why="同一条沟")
    with pytest.raises(NotFound):
        town.instance.case("jiamed", main)


def test_mediator_who_turns_out_to_be_a_party_is_replaced_first(sqlite_town):
    town = sqlite_town
    ref = town.bring("mediating")
    name = with_phone(town, "jiamed", "13900007777")
    words = {"add_parties": [party(name=name, phone="13900007777", role="third")]}
    before = town.dump()
    with pytest.raises(InputInvalid, match="要回避，又正在办理") as refused:
        town.act("jiawin", ref, "amend", **words, headcount=0)
    assert {one.key for one in refused.value.problems} == {"add_parties[0].name", "headcount"}
    assert town.dump() == before
    town.act("jialead", ref, "replace_mediator", reason="回避", mediators=[{"person": "sumed"}])
    town.act("jiawin", ref, "amend", **words)
    with pytest.raises(NotFound):
        town.instance.case("jiamed", ref)


def test_copy_that_was_not_read_hinders_no_recusal(sqlite_town):
    ref = sqlite_town.bring("mediating")
    sqlite_town.act("jiamed", ref, "copy_to", to=[{"person": "sumed"}])
    recuse(sqlite_town, "sudis", ref, "sumed")
    with pytest.raises(NotFound):
        sqlite_town.instance.case("sumed", ref)

"""The one door: what is refused leaves no trace, of two at once one wins, versions and counts hold."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from mediation.cases import queries, transition
from mediation.cases.hall import Heard
from mediation.cases.transition import Done
from mediation.cases.verbs import VERBS
from mediation.errors import (
    CaseChanged,
    InputInvalid,
    MediationError,
    NotFound,
    NotPermitted,
    TransitionNotAllowed,
    TransitionRefused,
)
from tests.town import STATES, Town, party, scanned_page

REFUSALS = (InputInvalid, NotPermitted, TransitionNotAllowed, TransitionRefused, NotFound)


def tried(town: Town, who: str, ref: str, trigger: str, words: dict[str, Any]) -> str:
    """What came of an act: done, or the kind of its refusal; a refused act must have left everything as it was."""
    before = town.dump()
    try:
        town.instance.act(who, ref, trigger, words)
    except REFUSALS as error:
        assert town.dump() == before, trigger
        return type(error).__name__
    return "done"


@pytest.mark.parametrize("state", STATES)
def test_every_verb_without_words_takes_whole_effect_or_none(sqlite_town, state):
    ref = sqlite_town.bring(state)
    for trigger in VERBS:
        number = len(sqlite_town.events(ref))
        came = tried(sqlite_town, "jiamed", ref, trigger, {})
        assert len(sqlite_town.events(ref)) == number + (came == "done")
        if came == "done" and sqlite_town.case(ref).state != state:
            break  # from here on it is another state's turn


@pytest.mark.parametrize("state", STATES)
def test_every_verb_by_an_outsider_finds_nothing(sqlite_town, state):
    ref = sqlite_town.bring(state)
    words = {
        "sign": {"slot": "party-01", "identity_check": "id_card_seen", "agrees": True},
        "attach_scan": {"pages": [scanned_page()], "signed_on": "2026-03-02"},
    }
    words["sign_paper"], words["scan_paper"] = words["sign"], words["attach_scan"]
    words["seal_paper"] = {"paper": "acceptance_register"}
    came = {tried(sqlite_town, "yimed", ref, trigger, words.get(trigger, {})) for trigger in VERBS}
    assert came == {"NotFound"}


@pytest.mark.parametrize("state", STATES)
def test_every_verb_by_who_may_only_look_is_refused(sqlite_town, state):
    """The leader of the level above sees the case, and has no act in it while others hold it."""
    ref = sqlite_town.bring(state)
    came = {tried(sqlite_town, "sulead", ref, trigger, {}) for trigger in set(VERBS) - {"report_police"}}
    assert came <= {"NotPermitted", "TransitionNotAllowed", "InputInvalid"}


def test_unknown_verb_names_those_there_are(sqlite_town):
    with pytest.raises(NotFound, match=r"没有名为 fly 的操作；现有：.*accept.*withdraw"):
        sqlite_town.act("jiawin", sqlite_town.register(), "fly")


def test_act_on_a_version_that_is_gone_is_told_so(town):
    ref = town.bring("received")
    version = town.case(ref).version
    town.act("jiawin", ref, "tell_rights", version=version, parties=[1])
    before = town.dump()
    with pytest.raises(CaseChanged):
        town.act("jiawin", ref, "accept", version=version)
    assert town.dump() == before
    town.act("jiawin", ref, "accept", version=version + 1)


def test_version_and_trail_grow_by_one_with_each_act(town):
    ref = town.bring("agreed")
    events = town.events(ref)
    assert [event.version for event in events] == list(range(1, len(events) + 1))
    assert town.case(ref).version == len(events)
    assert [event.from_state for event in events] == [None, *(event.to_state for event in events[:-1])]
    assert town.instance.verify_trail().problems == []


def at_once(number: int, work: Any) -> list[Any]:
    """What each of so many threads came to that begin together."""
    gate = threading.Barrier(number)

    def run(at: int) -> Any:
        gate.wait()
        try:
            return work(at)
        except MediationError as error:
            return type(error)

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


LOST = {CaseChanged, TransitionNotAllowed, TransitionRefused}


@pytest.mark.parametrize(
    ("state", "who", "trigger", "words"),
    [
        ("dispatched", "yiwin", "acknowledge", {}),
        ("received", "jiawin", "accept", {}),
        ("accepted", "jiamed", "assign", {"mediators": [{"person": "jiamed"}]}),
        ("agreed", "jiamed", "conclude_written", {}),
    ],
)
def test_sixteen_at_once_one_wins_and_the_others_are_told(town, state, who, trigger, words):
    ref = town.bring("triaged" if state == "dispatched" else state)
    if state == "dispatched":
        town.act("jiawin", ref, "dispatch", to="yi")
    version = town.case(ref).version
    came = at_once(16, lambda _at: town.instance.act(who, ref, trigger, words))
    assert sum(not isinstance(one, type) for one in came) == 1
    assert {one for one in came if isinstance(one, type)} <= LOST
    assert town.acts(ref).count(trigger) == 1
    assert town.case(ref).version == version + 1
    assert len(town.tasks(ref)) == 1


def test_sixteen_acts_that_move_nothing_are_all_kept_or_told(town):
    ref = town.register()
    came = at_once(16, lambda _at: town.instance.act("jiawin", ref, "tell_rights", {"parties": [1]}))
    done = sum(not isinstance(one, type) for one in came)
    assert done >= 1
    assert {one for one in came if isinstance(one, type)} <= {CaseChanged}
    assert town.case(ref).version == 1 + done == len(town.events(ref))
    assert town.instance.verify_trail().problems == []


def test_numbers_of_sixteen_acceptances_at_once_are_gapless(town):
    refs = [town.bring("received") for _case in range(16)]
    came = at_once(16, lambda at: town.instance.act("jiawin", refs[at], "accept", {}))
    assert [one for one in came if isinstance(one, type)] == []
    assert {one.number for one in came} == {f"〔2026〕示例甲人调字第{n}号" for n in range(1, 17)}
    assert {row[0] for row in town.rows("SELECT ordinal FROM number_issued")} == set(range(1, 17))


def test_refused_acceptance_gives_no_number_away(town):
    refused = town.bring("received", parties=[party(), party("respondent", 2, rights_told=False)])
    with pytest.raises(TransitionRefused):
        town.step(refused, "accept")
    assert town.case(town.bring("accepted")).number == "〔2026〕示例甲人调字第1号"


def test_acts_under_one_superior_do_not_block_each_other(town):
    """Two villages' cases are counted at the same township: moved to and fro at once, they must never deadlock."""
    theirs = {"jiawin": town.bring("triaged"), "yiwin": town.register("yiwin")}
    town.act("yiwin", theirs["yiwin"], "triage", tier="ordinary")

    def to_and_fro(at: int) -> int:
        who, ref, other = (("jiawin", theirs["jiawin"], "yi"), ("yiwin", theirs["yiwin"], "jia"))[at % 2]
        back = "yiwin" if who == "jiawin" else "jiawin"
        town.instance.act(who, ref, "dispatch", {"to": other})
        town.instance.act(back, ref, "send_back", {"reason": "不收"})
        town.instance.act(who, ref, "keep")
        return at

    assert at_once(2, to_and_fro) == [0, 1]
    assert town.counts()["su", "ordinary", "received"] == 2


def test_head_counts_and_worklists_are_what_the_cases_say(town):
    for state in ("registered", "triaged", "received", "mediating"):
        town.bring(state)
    held = {}
    for case in (town.case(ref) for ref in [row.id for row in town.instance.cases("jiawin")]):
        for unit in ("jia", "su", "qi"):
            held[unit, case.workflow, case.state] = held.get((unit, case.workflow, case.state), 0) + 1
    assert town.counts() == held
    due = {row.id: row.due_at for row in town.instance.cases("jiawin", waiting=True)}
    assert list(due.values()) == sorted(due.values())
    assert due.keys() == {row.id for row in town.instance.cases("jiawin")}


def test_holder_is_one_unit_all_the_way(town):
    ref = town.bring("triaged")
    assert town.of(ref, queries.co_handlers) == []
    town.act("jiawin", ref, "dispatch", to="yi")
    town.act("yiwin", ref, "acknowledge")
    town.act("yiwin", ref, "accept")
    town.act("yiwin", ref, "escalate", reason="跨嘎查")
    town.act("suwin", ref, "acknowledge")
    assert town.unit_code(town.case(ref).holder_id) == "su"
    assert {town.unit_code(row.unit_id) for row in town.of(ref, queries.co_handlers)} == {"jia", "yi"}


def test_trail_alone_tells_who_held_the_case_and_under_which_number(town):
    ref = town.bring("triaged")
    town.act("jiawin", ref, "dispatch", to="yi")
    town.act("yiwin", ref, "acknowledge")
    town.act("yiwin", ref, "accept")
    number = town.case(ref).number
    assert [event.facts["became"] for event in town.events(ref) if "became" in event.facts] == [
        {"holder": "jia", "risk": "low"},
        {"target": "yi"},
        {"holder": "yi", "target": None},
        {"number": number},
    ]


@contextmanager
def at_the_door(town, who, ref):
    """Whoever acts, and the case, in a transaction."""
    with town.instance.database.writing() as session:
        hall = town.instance._hall(session, who)
        yield hall, queries.find_case(session, hall.actor, ref)


def test_touch_moves_nothing_and_tells_what_it_changed(sqlite_town):
    town, ref = sqlite_town, sqlite_town.bring("accepted")
    before, counts = town.case(ref), town.counts()
    with at_the_door(town, "jiamed", ref) as (hall, case):
        end = transition.touch(hall, case, "noted", {"form": "a"}, {"reason": "邻里"}, {"risk": "high"})
        assert (case.version, case.state, case.risk) == (before.version + 1, "accepted", "high")
    after, event = town.case(ref), town.last(ref)
    assert (after.version, after.state, after.risk) == (before.version + 1, "accepted", "high")
    assert (event.hash, event.act, event.version) == (end.hash, "noted", after.version)
    assert (event.from_state, event.to_state, event.actor) == ("accepted", "accepted", "jiamed:mediator")
    workflow = f"{after.workflow}/{after.workflow_version}"
    told = {"form": "a", "workflow": workflow, "outcome": after.outcome}
    assert (event.facts, list(event.commitments)) == ({**told, "became": {"risk": "high"}}, ["reason"])
    with at_the_door(town, "jiamed", ref) as (hall, case):
        transition.touch(hall, case, "noted", {"form": "a"})
    assert (town.last(ref).facts, town.last(ref).commitments, town.counts()) == (told, {}, counts)


def test_turn_that_is_begun_anew_has_its_task_its_time_and_its_place_in_the_lists(sqlite_town):
    town, ref = sqlite_town, sqlite_town.bring("accepted")
    turns = "SELECT id, closed_at IS NULL FROM task WHERE kind = 'turn' ORDER BY id"
    before, was = town.case(ref), town.rows(turns)
    town.clock.advance(timedelta(days=1))
    with at_the_door(town, "jiamed", ref) as (hall, case):
        transition.enter_anew(hall, case)
    after, now = town.case(ref), town.rows(turns)
    assert (after.state, after.version, after.due_at > before.due_at) == ("accepted", before.version, True)
    assert [is_open for _id, is_open in now] == [0] * len(was) + [1]
    assert [row.due_at for row in town.instance.cases("jiamed", waiting=True)] == [after.due_at]
    assert town.counts() == {(unit, "ordinary", "accepted"): 1 for unit in ("jia", "su", "qi")}


def test_act_that_ends_other_tasks_tells_which_beside_its_own_words(sqlite_town):
    ref = sqlite_town.bring("mediating")
    sqlite_town.act("jiamed", ref, "give_part", unit="yi", what="丈量宅基")
    done = sqlite_town.act("jiamed", ref, "terminate", reason="no_agreement", routes=["court"])
    assert [one for one in done.told if "没有办结，随之失效" in one] != []
    facts = sqlite_town.last(ref).facts
    rows = "SELECT ordinal FROM task WHERE kind = 'part' AND outcome = 'lapsed'"
    assert [(one,) for one in facts["lapsed"]] == sqlite_town.rows(rows) != []
    assert facts["reason"] == "no_agreement"


def test_done_tells_what_the_trail_and_the_case_say(sqlite_town):
    ref = sqlite_town.bring("received")
    done = sqlite_town.act("jiawin", ref, "accept")
    case, event = sqlite_town.case(ref), sqlite_town.last(ref)
    assert done == Done(
        case=ref,
        number=case.number,
        trigger="accept",
        from_state="received",
        state="accepted",
        version=case.version,
        event_number=event.ordinal,
        event_hash=event.hash,
        definition=("ordinary", case.workflow_version),
        told=done.told,
    )
    assert (case.number is not None, event.version) == (True, case.version)


def test_act_into_another_definition_pins_the_case_to_its_newest_version(sqlite_town):
    ref = sqlite_town.bring("accepted")
    done = sqlite_town.act("jialead", ref, "turn_joint", reason="涉及派出所和苏木")
    case, engine = sqlite_town.case(ref), sqlite_town.instance.office.engine("joint")
    newest = engine.definition
    assert done.definition == (case.workflow, case.workflow_version) == ("joint", newest.version)
    assert (case.workflow_sha256, case.phase) == (newest.sha256, newest.states[case.state].phase)
    counted = {key for key, cases in sqlite_town.counts().items() if cases}
    assert counted == {(unit, "joint", case.state) for unit in ("jia", "su", "qi")}


def test_registering_tells_what_the_trail_and_the_case_say(sqlite_town):
    town, ref = sqlite_town, sqlite_town.register()
    with at_the_door(town, "jiawin", ref) as (hall, case):
        copied = {name: getattr(case, name) for name in type(case).model_fields if name != "id"}
        other = {"public_id": f"{case.public_id[:-4]}zzzz", "temporary_number": "x", "query_code_hash": b"x"}
        new = type(case)(**copied | other)
        done = transition.open_case(hall, new, Heard(told=("请记下编号",)))
    row, event = town.case(new.public_id), town.last(new.public_id)
    assert done == Done(
        case=new.public_id,
        number=None,
        trigger="register",
        from_state=None,
        state="registered",
        version=1,
        event_number=1,
        event_hash=event.hash,
        definition=("ordinary", row.workflow_version),
        told=("请记下编号",),
    )
    assert (event.act, event.from_state, event.to_state, event.unit) == (
        "register",
        None,
        "registered",
        "jia",
    )


def test_event_says_when_it_is_claimed_to_have_been_and_for_which_unit(sqlite_town):
    town, ref = sqlite_town, sqlite_town.bring("accepted")
    claimed = town.clock.now() - timedelta(hours=3)
    with at_the_door(town, "jiamed", ref) as (hall, case):
        hall.occurred_at = claimed
        transition.touch(hall, case, "noted", {})
    event = town.last(ref)
    assert (event.occurred_at, event.recorded_at, event.unit) == (claimed, town.clock.now(), "jia")


def test_trail_tells_who_leads_by_code(sqlite_town):
    town, ref = sqlite_town, sqlite_town.bring("accepted")
    with at_the_door(town, "jiamed", ref) as (hall, case):
        transition.touch(hall, case, "noted", {}, changes={"leader_id": hall.actor.person_id})
    assert town.last(ref).facts["became"] == {"leader": "jiamed"}


def test_case_goes_by_the_version_that_it_is_pinned_to(sqlite_town):
    office = sqlite_town.instance.office
    assert office.newest["ordinary"] > 1
    with at_the_door(sqlite_town, "jiamed", sqlite_town.bring("accepted")) as (hall, case):
        for version in (1, office.newest["ordinary"]):
            pinned = type(case)(workflow="ordinary", workflow_version=version)
            assert transition.engine_of(hall, pinned) is office.engine("ordinary", version)


def test_registering_is_not_among_the_acts_on_a_case(sqlite_town):
    with pytest.raises(NotFound) as refused:
        sqlite_town.act("jiawin", sqlite_town.register(), "register")
    assert "没有名为 register 的操作" in str(refused.value)
    assert str(refused.value).count("register") == 1

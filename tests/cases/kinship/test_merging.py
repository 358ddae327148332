"""One case goes on within another: carried over, closed, told in both trails; and when it may not."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from mediation.cases import queries
from mediation.cases.kinship import queries as kinship
from mediation.cases.models import Dispute
from mediation.cases.task_models import Task
from mediation.errors import InputInvalid, NotPermitted, TransitionNotAllowed, TransitionRefused
from tests.town import Town, party


def two(town: Town, case: str = "mediating", main: str = "mediating") -> tuple[str, str]:
    """A case and the main one that it is to go into: they share their second party."""
    ref = town.bring(
        case, parties=[party("applicant", 3), party("respondent", 2)], claims=["修好排水沟", "赔粮食"]
    )
    return ref, town.bring(main)


def names(town: Town, ref: str) -> list[str]:
    return [row.name for row in town.of(ref, queries.parties)]


def test_merge_carries_parties_and_claims_and_doubles_none(town):
    ref, main = two(town)
    number, main_number = town.case(ref).number, town.case(main).number
    town.act("jiamed", ref, "merge_into", case=main, why="同一条沟")
    assert [row.ordinal for row in town.of(main, queries.parties)] == [1, 2, 3]
    after, whole = town.case(ref), town.case(main)
    assert whole.claims == ["修好排水沟", "赔粮食"]
    assert whole.headcount == 3
    assert (after.state, after.outcome, after.end_reason, after.open) == (
        "archived",
        "merged",
        "merged",
        False,
    )
    assert (after.number, whole.number, after.merged_into_id) == (number, main_number, whole.id)
    assert (whole.state, whole.open) == ("mediating", True)


def test_merge_leaves_the_sums_as_they_are_unless_one_is_named(town):
    pair = [party("applicant", 3), party("respondent", 2)]
    ref = town.bring("received", parties=pair, claims=["赔粮食"], amount_fen=300_00, risk="high")
    main = town.bring("received", amount_fen=500_00)
    done = town.act("jiawin", ref, "merge_into", case=main, why="同一条沟")
    assert done.told == (
        "没有写明并案以后的金额（amount_fen）：本案 300元，主案 500元，都照旧；要改的，在主案办理「补正资料」",
    )
    assert town.case(main).amount_fen == 500_00
    event = town.last(main)
    assert (event.facts["headcount"], event.facts["risk"], "amount_fen" in event.facts) == (3, "high", False)
    other = town.bring("received", parties=pair, claims=["还农具"], amount_fen=200_00)
    assert town.act("jiawin", other, "merge_into", case=main, why="同一条沟", amount_fen=700_00).told == ()
    assert (town.case(main).amount_fen, town.last(main).facts["amount_fen"]) == (700_00, 700_00)


def test_merge_of_claim_and_counter_claim_tells_what_the_parties_are_now(sqlite_town):
    town = sqlite_town
    ref = town.bring("received", parties=[party("applicant", 2), party("respondent", 1)])
    main = town.bring("received")
    done = town.act("jiawin", ref, "merge_into", case=main, why="互相要求赔偿")
    assert done.told == (
        "本案的申请人（1）就是主案的被申请人（2），并案以后仍是被申请人（2）：其在本案的请求，在主案作为反请求调解",
        "本案的被申请人（2）就是主案的申请人（1），并案以后仍是申请人（1）：其在本案的请求，在主案作为反请求调解",
    )
    assert [row.role for row in town.of(main, queries.parties)] == ["applicant", "respondent"]


def test_merge_is_told_in_both_trails_and_on_both_pages(town):
    ref, main = two(town)
    number = town.case(ref).number
    town.act("jiamed", ref, "merge_into", case=main, why="同一条沟")
    own, there = town.last(ref), town.last(main)
    assert (own.act, own.to_state, own.facts["into"], own.facts["outcome"]) == (
        "merge_into",
        "archived",
        main,
        "merged",
    )
    assert (there.act, there.to_state, there.facts["case"], there.facts["parties"]) == (
        "merged_in",
        "mediating",
        ref,
        {"1": 3, "2": 2},
    )
    assert town.instance.case("jiamed", number).kinship["merged_into"]["case"] == main
    assert [row["words"] for row in town.instance.case("jiamed", main).kinship["links"]] == ["并入本案"]
    assert town.instance.verify_trail().ok


def test_merge_leaves_no_clock_no_task_and_no_list(town):
    ref, main = two(town)
    town.act("jiamed", ref, "ask_opinion", person="jiamed2", question="怎么看")
    town.act("jiamed", ref, "merge_into", case=main, why="同一条沟")
    assert {name: state for name, state in town.clocks(ref).items() if state in {"running", "paused"}} == {}
    assert (town.tasks(ref), town.worklists(ref)) == ([], set())
    with town.reading() as session:
        rows = session.connection().execute(
            select(Task.kind, Task.outcome).where(Task.case_id == town.case(ref).id, Task.kind == "opinion")
        )
        assert [tuple(row) for row in rows] == [("opinion", "lapsed")]
    assert town.clocks(main)["mediation_limit"] == "running"
    assert town.counts()[("jia", "ordinary", "mediating")] == 1


def test_merge_makes_the_new_party_findable_with_the_main_case(town):
    ref, main = two(town)
    town.act("jiamed", ref, "merge_into", case=main, why="同一条沟")
    name = names(town, main)[2]
    assert {row.id for row in town.instance.cases("jiamed", words=name)} == {ref, main}


def test_merge_out_of_a_pause_ends_the_pause(town):
    ref, main = two(town)
    day = (town.clock.now() + timedelta(days=20)).date()
    town.act("jiamed", ref, "suspend", kind="consent", asked_by=[1, 2], evidence="都同意", expected_on=day)
    town.act("jiamed", ref, "merge_into", case=main, why="同一条沟")
    after = town.case(ref)
    assert (after.state, after.suspended_at) == ("archived", None)
    assert set(town.clocks(ref).values()) & {"running", "paused"} == set()


def test_merge_carries_what_was_said_in_confidence_only_with_its_author(town):
    ref, main = two(town)
    town.act("jiamed", ref, "note_privately", party=1, body="底线三千")
    town.act("jiamed", ref, "merge_into", case=main, why="同一条沟")
    assert [note.body for note in town.of(main, queries.private_notes)] == ["底线三千"]
    other = town.bring("accepted")
    ref = town.bring("mediating")
    town.act("jiamed", ref, "note_privately", party=1, body="底线五千")
    town.act("jiamed", ref, "merge_into", case=other, why="同一条沟")
    assert town.of(other, queries.private_notes) == []
    assert [note.body for note in town.of(ref, queries.private_notes)] == ["底线五千"]


def test_query_code_of_a_merged_case_leads_to_the_main_one(town):
    done = town.instance.register(
        "jiawin",
        {
            "title": "排水纠纷",
            "source": "applied",
            "governance_category": "0201",
            "narrative": "雨水倒灌。",
            "parties": [party("applicant", 5), party("respondent", 2)],
        },
    )
    main = town.bring("received")
    town.act("jiawin", done.act.case, "merge_into", case=main, why="同一条沟")
    key = town.instance.office.keyring.look_up("query code", done.query_code)
    with town.reading() as session:
        found = kinship.case_of_code(session, key)
        assert isinstance(found, Dispute)
        assert found.public_id == main


@pytest.mark.parametrize(
    ("spoil", "guard"),
    [
        ("refused", "nobody_refuses"),
        ("main_refused", "nobody_refuses_main"),
        ("status", "main_case_of_like_matter"),
        ("ended", "main_case_is_before_agreement"),
        ("signing", "main_case_is_before_agreement"),
    ],
)
def test_merge_is_refused_and_touches_nothing(town, spoil, guard):
    if spoil == "status":
        ref, main = town.bring("received", governance_category="0101"), town.bring("received")
    elif spoil in {"refused", "main_refused"}:
        says_no = [party("applicant", 1), party("respondent", 2, consents=False)]
        ref, main = (town.register(parties=says_no), town.register())
        if spoil == "main_refused":
            ref, main = main, ref
    else:
        ref, main = town.bring("mediating"), town.bring("signing" if spoil == "signing" else "mediating")
        if spoil == "ended":
            town.step(main, "terminate")
    before = town.dump()
    with pytest.raises(TransitionRefused) as refused:
        town.act("jiawin", ref, "merge_into", case=main, why="同一条沟")
    assert [reason.guard for reason in refused.value.reasons] == [guard]
    assert town.dump() == before


def test_merge_needs_the_main_case_in_hand_or_below(town):
    ref = town.bring("received")
    town.act("jialead", ref, "copy_to", to=[{"unit": "yi"}])
    mine = town.register("yiwin")
    before = town.dump()
    with pytest.raises(TransitionRefused) as refused:
        town.act("yiwin", mine, "merge_into", case=ref, why="同一条沟")
    assert [reason.guard for reason in refused.value.reasons] == ["main_case_in_hand"]
    assert town.dump() == before
    above = town.register("suwin")
    town.act("suwin", above, "merge_into", case=ref, why="同一条沟")
    assert town.case(above).merged_into_id == town.case(ref).id
    assert "su" in town.worklists(ref)


def test_merge_after_an_agreement_or_by_a_stranger_or_into_itself_is_refused(town):
    ref, main = town.bring("signing"), town.bring("received")
    before = town.dump()
    with pytest.raises(TransitionNotAllowed):
        town.act("jiamed", ref, "merge_into", case=main, why="同一条沟")
    with pytest.raises(NotPermitted):
        town.act("jiaarc", main, "merge_into", case=ref, why="同一条沟")
    with pytest.raises(InputInvalid, match="本案自己"):
        town.act("jiawin", main, "merge_into", case=main, why="同一条沟")
    assert town.dump() == before

"""Some parties and claims go into a case of their own: what goes, what stays, what may not."""

import json
from datetime import timedelta

import pytest

from mediation.cases import queries
from mediation.cases.appointments.queries import appointments
from mediation.errors import InputInvalid, TransitionRefused
from tests.town import Town, party

FOUR = [party("applicant", 1), party("respondent", 2), party("applicant", 3), party("respondent", 4)]
CLAIMS = ["修好排水沟", "赔粮食", "还农具"]


def bring(town: Town, to: str = "mediating") -> str:
    return town.bring("accepted" if to == "mediating" else to, parties=FOUR, claims=CLAIMS)


def said(**changes: object) -> dict[str, object]:
    return {"parties": [3, 4], "claims": [2], "title": "粮食纠纷", "why": "两家各是各的", **changes}


def new_of(town: Town, ref: str) -> str:
    return town.last(ref).facts["case"]


def test_split_begins_a_new_case_with_what_its_parties_had_agreed_to(town):
    ref = bring(town)
    number = town.case(ref).number
    done = town.act("jiamed", ref, "split", **said())
    new = new_of(town, ref)
    own, other = town.case(ref), town.case(new)
    assert (own.number, own.state, own.claims, own.headcount) == (
        number,
        "accepted",
        ["修好排水沟", "还农具"],
        2,
    )
    assert (other.number, other.state, other.claims, other.headcount) == (None, "registered", ["赔粮食"], 2)
    assert (other.workflow, other.workflow_version, other.holder_id) == ("ordinary", 5, own.holder_id)
    assert [row.ordinal for row in town.of(ref, queries.parties)] == [1, 2]
    assert [row.ordinal for row in town.of(ref, queries.everybody)] == [1, 2, 3, 4]
    rows = town.of(new, queries.parties)
    assert [
        (row.ordinal, row.role, row.consented_at is not None, row.rights_told_at is not None) for row in rows
    ] == [
        (1, "applicant", True, True),
        (2, "respondent", True, True),
    ]
    assert other.temporary_number in done.told[0]
    assert town.worklists(new) == {"jia", "su", "qi"}


def test_split_divides_the_sum_where_that_is_said(town):
    ref = town.bring("accepted", parties=FOUR, claims=CLAIMS, amount_fen=900_00)
    before = town.dump()
    with pytest.raises(InputInvalid, match="分出的金额 1000元多于本案的金额 900元") as refused:
        town.act("jiamed", ref, "split", **said(amount_fen=1000_00, claims=[8]))
    assert [problem.key for problem in refused.value.problems] == ["claims", "amount_fen"]
    assert town.dump() == before
    done = town.act("jiamed", ref, "split", **said(amount_fen=200_00))
    assert len(done.told) == 1
    new = new_of(town, ref)
    assert (town.case(ref).amount_fen, town.case(new).amount_fen) == (700_00, 200_00)
    assert town.last(ref).facts["amount_fen"] == 200_00


def test_split_that_says_no_sum_leaves_it_and_says_so(sqlite_town):
    town = sqlite_town
    ref = town.bring("accepted", parties=FOUR, claims=CLAIMS, amount_fen=900_00)
    done = town.act("jiamed", ref, "split", **said())
    assert done.told[1:] == (
        "没有写明分出多少金额（amount_fen）：本案仍为 900元，新案没有金额；要改的，办理「补正资料」",
    )
    assert (town.case(ref).amount_fen, town.case(new_of(town, ref)).amount_fen) == (900_00, None)


def test_who_goes_need_not_come_to_what_was_arranged_and_is_told(town):
    ref = bring(town, "preparing")
    when = town.clock.now() + timedelta(days=3)
    words = {"kind": "session", "starts_at": when, "place": "调解室", "told": [1, 2, 3, 4]}
    town.act("jiamed", ref, "arrange", **words)
    town.act("jiamed", ref, "split", **said(parties=[2, 3, 4], stays=[2]))
    assert [row.told for row in town.of(ref, appointments)] == [[1, 2]]
    sent = town.rows("SELECT payload FROM outbox WHERE kind = 'notice' ORDER BY id")
    payloads = [json.loads(one) if isinstance(one, str) else one for (one,) in sent]
    cancelled = [one["party"] for one in payloads if one["notice"] == "appointment_cancelled"]
    assert cancelled == [3, 4]


def test_what_was_arranged_with_who_goes_alone_is_called_off_and_what_was_promised_them_is_told(sqlite_town):
    town = sqlite_town
    ref = bring(town, "preparing")
    starts = (town.clock.now() + timedelta(days=2)).isoformat()
    words = {"kind": "session", "place": "调解室", "starts_at": starts, "told": [3, 4]}
    town.act("jiamed", ref, "arrange", **words)
    town.act("jiamed", ref, "promise", party=3, what="看沟", due_on="2026-03-12")
    promised = town.of(ref, queries.open_requests)[0].ordinal
    done = town.act("jiamed", ref, "split", **said())
    assert [row.state for row in town.of(ref, appointments)] == ["cancelled"]
    assert done.told[-2:] == (
        "约好的调解（2026-03-04 10:00–11:00）随之取消",
        f"第{promised}号待办是答应申请人（3）的事，仍由本案经办；要在新案里办的，请在新案里另记",
    )


def test_split_is_told_in_both_trails_and_on_both_pages(town):
    ref = bring(town)
    town.act("jiamed", ref, "split", **said())
    new = new_of(town, ref)
    event = town.last(ref)
    assert (event.act, event.facts["parties"], event.facts["claims"]) == ("split", [3, 4], [2])
    assert (town.acts(new), town.last(new).facts["split_from"]) == (["register"], ref)
    here = town.instance.case("jiamed", ref).kinship["links"]
    there = town.instance.case("jiamed", new).kinship["links"]
    assert [(row["case"], row["words"]) for row in here] == [(new, "分出")]
    assert [(row["case"], row["words"]) for row in there] == [(ref, "分自")]
    assert town.instance.verify_trail().ok


def test_split_case_goes_its_own_way_and_ordinals_are_not_given_twice(town):
    ref = bring(town)
    town.act("jiamed", ref, "split", **said())
    new = new_of(town, ref)
    for trigger in ("triage", "keep", "accept"):
        town.step(new, trigger)
    assert town.case(new).state == "accepted"
    town.act("jiawin", ref, "amend", add_parties=[party("third", 7)])
    assert [row.ordinal for row in town.of(ref, queries.parties)] == [1, 2, 5]


def test_who_stays_is_a_party_of_both(town):
    ref = bring(town)
    town.act("jiamed", ref, "split", **said(parties=[2, 3], stays=[2]))
    assert [row.ordinal for row in town.of(ref, queries.parties)] == [1, 2, 4]
    assert len(town.of(new_of(town, ref), queries.parties)) == 2


def test_names_of_who_left_find_the_new_case_only(town):
    ref = bring(town)
    name = town.of(ref, queries.parties)[2].name
    town.act("jiamed", ref, "split", **said())
    assert [row.id for row in town.instance.cases("jiamed", words=name)] == [new_of(town, ref)]


@pytest.mark.parametrize(
    ("changes", "keys"),
    [
        ({"parties": [3, 9]}, ["parties"]),
        ({"parties": [3, 9], "stays": [1], "claims": [8]}, ["parties", "stays", "claims"]),
        ({"parties": [9, 9]}, ["parties", "parties"]),
        ({"parties": [3, 3, 4], "stays": [4, 4], "claims": [2, 2]}, ["parties", "stays", "claims"]),
        ({"stays": [1, 1], "claims": [8, 8, 8]}, ["stays", "stays", "claims", "claims"]),
        ({"claims": [4]}, ["claims"]),
        ({"claims": []}, ["claims"]),
        ({"claims": [1, 2, 3]}, ["claims"]),
    ],
)
def test_split_tells_everything_wrong_at_once_and_touches_nothing(town, changes, keys):
    ref = bring(town)
    before = town.dump()
    with pytest.raises(InputInvalid) as refused:
        town.act("jiamed", ref, "split", **said(**changes))
    assert [problem.key for problem in refused.value.problems] == keys
    assert town.dump() == before


def test_split_tells_once_who_is_not_there_and_that_the_number_stands_twice(sqlite_town):
    ref = bring(sqlite_town)
    with pytest.raises(InputInvalid) as refused:
        sqlite_town.act("jiamed", ref, "split", **said(parties=[9, 9]))
    assert [problem.message for problem in refused.value.problems] == [
        "没有第 9 号当事人；本案当事人编号为 1、2、3、4",
        "第 9 号当事人写了不止一次",
    ]


def test_split_that_leaves_a_side_empty_is_refused(town):
    ref = bring(town)
    before = town.dump()
    with pytest.raises(TransitionRefused, match="留下的案件、分出的案件没有申请人或者被申请人") as refused:
        town.act("jiamed", ref, "split", **said(parties=[1, 3]))
    assert [reason.guard for reason in refused.value.reasons] == ["two_sides_in_both"]
    assert town.dump() == before

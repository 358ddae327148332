"""One case goes on within another: carried over, closed, told in both trails; and when it may not."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select, text

from mediation.backup.queries import kept_digests
from mediation.cases import queries
from mediation.cases.erasure import queries as erasure
from mediation.cases.kinship import queries as kinship
from mediation.cases.models import Dispute
from mediation.cases.task_models import Task
from mediation.crypto import sha256
from mediation.errors import InputInvalid, NotFound, NotPermitted, TransitionNotAllowed, TransitionRefused
from tests.cases.test_evidence import give, picture
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


def without_papers(role: str, number: int, **changes) -> dict:
    """A party whom nothing but the name tells from others."""
    return party(role, number, **{"id_number": None, **changes})


def test_merge_joins_whom_the_actor_names_and_says_so_in_both_trails(town):
    pair = [party("applicant", 3), without_papers("respondent", 2, phone="0900-5550342", occupation="牧民")]
    ref = town.bring("received", parties=pair)
    main = town.bring("received", parties=[party("applicant", 1), without_papers("respondent", 2)])
    done = town.act(
        "jiawin", ref, "merge_into", case=main, same=[{"party": 2, "main_party": 2}], why="同一条沟"
    )
    assert done.told == ()
    rows = town.of(main, queries.parties)
    assert [(row.ordinal, row.name) for row in rows] == [(1, "乙某1"), (2, "丙某2"), (3, "丁某3")]
    assert (rows[1].phone, rows[1].details["occupation"]) == ("0900-5550342", "牧民")
    own, there = town.last(ref).facts, town.last(main).facts
    assert (own["same"], there["same"], there["parties"]) == ({"2": 2}, {"2": 2}, {"1": 3, "2": 2})
    assert town.case(main).headcount == 3


def test_party_without_papers_is_the_same_by_name_and_phone_however_it_was_kept(town):
    """A number kept before 0.13 bears the key of how it was written."""
    phone = {"phone": "0900-5550342"}
    main = town.bring("received", parties=[party("applicant", 1), without_papers("respondent", 2, **phone)])
    with town.instance.database.writing() as session:
        row = queries.parties(session, town.case(main).id)[1]
        row.phone_key = town.instance.keyring.look_up("phone", phone["phone"])
        session.add(row)
    pair = [party("applicant", 3), without_papers("respondent", 2, phone="0900 5550342")]
    town.act("jiawin", town.bring("received", parties=pair), "merge_into", case=main, why="同一条沟")
    assert [row.name for row in town.of(main, queries.parties)] == ["乙某1", "丙某2", "丁某3"]


def test_merge_tells_of_one_name_in_both_and_of_another_name_for_one(sqlite_town):
    town = sqlite_town
    pair = [party("applicant", 3), without_papers("respondent", 2)]
    main = town.bring("received", parties=[party("applicant", 1), without_papers("respondent", 2)])
    done = town.act("jiawin", town.bring("received", parties=pair), "merge_into", case=main, why="同一条沟")
    assert done.told == ("本案的被申请人（2）与主案的被申请人（2）同名，看不出是不是同一人，主案里各记一人",)
    other = town.bring(
        "received", parties=[party("applicant", 3), without_papers("respondent", 2, name="丙某儿")]
    )
    same = [{"party": 2, "main_party": 2}]
    done = town.act("jiawin", other, "merge_into", case=main, same=same, why="同一条沟")
    assert done.told == (
        "本案的被申请人（2）与主案的被申请人（2）姓名写法不同，已照所写认作同一人，主案仍用主案的写法",
    )
    assert [row.name for row in town.of(main, queries.parties)] == ["乙某1", "丙某2", "丁某3", "丙某2"]


def test_merge_takes_the_kind_of_paper_with_the_number_that_was_missing(sqlite_town):
    town = sqlite_town
    pair = [party("applicant", 3), without_papers("respondent", 2, id_kind="passport", id_number="E12345678")]
    main = town.bring("received", parties=[party("applicant", 1), without_papers("respondent", 2)])
    ref = town.bring("received", parties=pair)
    town.act("jiawin", ref, "merge_into", case=main, same=[{"party": 2, "main_party": 2}], why="同一条沟")
    row = town.of(main, queries.parties)[1]
    assert (row.id_kind, row.id_number) == ("passport", "E12345678")


def test_merge_refuses_pairs_that_cannot_be_all_at_once(sqlite_town):
    town = sqlite_town
    here = [
        party("applicant", 3),
        party("respondent", 2),
        without_papers("third", 4, sex="女"),
        party("third", 5),
        without_papers("third", 6, kind="other", sex=None),
    ]
    there = [
        party("applicant", 1),
        party("respondent", 2),
        without_papers("third", 4, born_on="1950-01-01"),
        without_papers("third", 7, born_on="1960-01-01"),
    ]
    ref, main = town.bring("received", parties=here), town.bring("received", parties=there)
    pairs = [(9, 8), (1, 1), (1, 3), (3, 3), (2, 4), (4, 2), (5, 4)]
    same = [{"party": own, "main_party": other} for own, other in pairs]
    before = town.dump()
    with pytest.raises(InputInvalid) as refused:
        town.act("jiawin", ref, "merge_into", case=main, same=same, why="同一条沟")
    assert [str(one) for one in refused.value.problems] == [
        "same[0].party: 没有第 9 号当事人；本案当事人编号为 1、2、3、4、5",
        "same[0].main_party: 主案没有第 8 号当事人；主案当事人编号为 1、2、3、4",
        "same[1]: 证件号码不同，不是同一人",
        "same[2].party: 第 1 号当事人写了不止一次",
        "same[2]: 出生日期不同，不是同一人",
        "same[3].main_party: 主案第 3 号当事人写了不止一次",
        "same[3]: 性别不同，不是同一人",
        "same[4]: 出生日期不同，不是同一人",
        "same[4]: 第 2 号当事人按证件号码或者姓名、电话是主案的第 2 号当事人",
        "same[5]: 证件号码不同，不是同一人",
        "same[5]: 主案第 2 号当事人按证件号码或者姓名、电话是本案的第 2 号当事人",
        "same[6].main_party: 主案第 4 号当事人写了不止一次",
        "same[6]: 当事人种类不同，不是同一人",
    ]
    with pytest.raises(InputInvalid) as refused:
        town.act("jiawin", ref, "merge_into", case="x", same=same[:1], why="同一条沟")
    assert [one.key for one in refused.value.problems] == ["case", "same[0].party"]
    assert town.dump() == before


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
    town.act("jiamed", ref, "promise", party=1, what="再去看沟", due_on="2026-03-20")
    done = town.act("jiamed", ref, "merge_into", case=main, why="同一条沟")
    assert ["没有办结，随之失效" in one for one in done.told][-2:] == [True, True]
    assert len(town.last(ref).facts["lapsed"]) == 2
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


def test_merge_takes_what_was_handed_in_into_the_main_case(town):
    """Under new numbers, by the same parties; the merged case keeps its list, the original goes back from the main case."""
    pair = [party("applicant", 3), party("respondent", 2)]
    ref, main = town.bring("received", parties=pair), town.bring("mediating")
    give(town, main, picture(1), party=2)
    give(town, main, picture(9), party=1)
    town.instance.evidence.withdraw("jiamed", main, 2, {"reason": "交错了"})
    original = {"medium": "original", "name": "欠条"}
    give(town, ref, picture(2), who="jiawin", party=1, checked=False, **original)
    give(town, ref, picture(3), who="jiawin", party=None, given_by="村委会")
    give(town, ref, picture(4), who="jiawin", party=2)
    town.instance.evidence.withdraw("jiawin", ref, 3, {"reason": "交错了"})
    give(town, ref, picture(1), who="jiawin", party=2)
    done = town.act("jiawin", ref, "merge_into", case=main, why="同一条沟")
    assert done.told == (
        "证据材料 3 件转入主案，编为第 3、4、5 件；退还原件、撤回都在主案办理",
        "主案第 5 件和第 1 件是同一个文件",
    )
    own, whole = town.case(ref).number or town.case(ref).temporary_number, town.case(main).number
    found = town.instance.evidence.pieces("jiamed", main)
    assert [(one.number, one.giver, one.party, one.came_from, one.original_is_here) for one in found] == [
        (1, "丙某2", 2, "", False),
        (2, "乙某1", 1, "", False),
        (3, "丁某3", 3, f"{own}第 1 件", True),
        (4, "村委会", None, f"{own}第 2 件", False),
        (5, "丙某2", 2, f"{own}第 4 件", False),
    ]
    kept = town.instance.evidence.pieces("jiawin", ref)
    assert [(one.number, one.went_to, one.original_is_here) for one in kept] == [
        (1, f"{whole}第 3 件", False),
        (2, f"{whole}第 4 件", False),
        (3, "", False),
        (4, f"{whole}第 5 件", False),
    ]
    assert town.last(main).facts["evidence"] == [
        {"n": 3, "of": 1, "sha256": sha256(picture(2))},
        {"n": 4, "of": 2, "sha256": sha256(picture(3))},
        {"n": 5, "of": 4, "sha256": sha256(picture(1))},
    ]
    assert town.instance.evidence.open("jiamed", main, 3).data == picture(2)
    with pytest.raises(NotFound):
        town.instance.evidence.open("yimed2", main, 3)
    for act, words in (("give_back", {"returned_to": "丁某3"}), ("withdraw", {"reason": "交错了"})):
        with pytest.raises(TransitionRefused) as refused:
            getattr(town.instance.evidence, act)("jiawin", ref, 1, words)
        assert [(one.guard, one.message) for one in refused.value.reasons] == [
            ("evidence.merged", f"这一件已随并案转入{whole}第 3 件，在那里办理")
        ]
    assert (
        town.instance.evidence.give_back("jiamed", main, 3, {"returned_to": "丁某3"}).returned_to == "丁某3"
    )
    assert town.instance.evidence.withdraw("jiamed", main, 3, {"reason": "不用了"}).withdrawn_at is not None
    with pytest.raises(NotFound, match="已经撤回"):
        town.instance.evidence.open("jiawin", ref, 1)
    kept = town.instance.evidence.pieces("jiawin", ref)[0]
    assert (kept.went_to, kept.returned_to, kept.withdraw_reason) == (f"{whole}第 3 件", "丁某3", "不用了")
    assert town.instance.verify_trail().ok


def test_what_came_with_a_case_goes_on_with_it(sqlite_town):
    """A merged case's main case may be merged itself; who has left by then is named without an ordinal."""
    town = sqlite_town
    three = [party("applicant", 3), party("respondent", 2), party("respondent", 4)]
    ref, between, main = (
        town.bring("received", parties=three, claims=["修好排水沟", "赔粮食"]),
        town.bring("received"),
        town.bring("mediating"),
    )
    give(town, ref, picture(2), who="jiawin", party=3)
    done = town.act("jiawin", ref, "split", parties=[1, 3], stays=[1], claims=[2], why="另案", title="新案")
    assert done.told[-1] == "证据材料 1 件仍在本案，原件在本案退还；新案用得着的，在新案另行收取"
    town.act("jiawin", ref, "merge_into", case=between, why="同一条沟")
    town.act("jiawin", between, "merge_into", case=main, why="同一条沟")
    [piece] = town.instance.evidence.pieces("jiamed", main)
    number, last = town.case(between).temporary_number, town.case(main).number
    [kept] = town.instance.evidence.pieces("jiawin", ref)
    assert kept.went_to == f"{last}第 1 件"
    assert (piece.party, piece.giver, piece.came_from) == (None, "戊某4", f"{number}第 1 件")


def test_erasing_the_merged_case_leaves_the_main_one_what_came_with_it(town):
    ref, main = (
        town.bring("received", parties=[party("applicant", 3), party("respondent", 2)]),
        town.bring("mediating"),
    )
    give(town, ref, picture(2), who="jiawin", party=1)
    town.act("jiawin", ref, "merge_into", case=main, why="同一条沟")
    town.instance.request_erasure("jiaarc", ref, "purpose_done")
    town.instance.confirm_erasure("jialead", ref)
    with town.reading() as session:
        assert sha256(picture(2)) not in erasure.files_owed(session)
    assert town.instance.evidence.open("jiamed", main, 1).data == picture(2)
    with pytest.raises(NotFound, match=GONE):
        town.instance.evidence.open("jiawin", ref, 1)


GONE = r"这份文件已在2026-03-02按个人信息保护法第四十七条删除"


def erase(town: Town, ref: str, party: int | None = None) -> None:
    town.instance.request_erasure("jiaarc", ref, "consent_withdrawn", party)
    town.instance.confirm_erasure("jialead", ref, party)


def test_erasing_the_main_case_leaves_the_merged_one_what_it_had(sqlite_town):
    """The main case that was merged on stands for any that is archived: its file is closed, those on both sides stay open."""
    town, room = sqlite_town, sqlite_town.instance.evidence
    pair = [party("applicant", 3), party("respondent", 2)]
    ref, between, main = town.bring("received", parties=pair), town.bring("received"), town.bring("mediating")
    give(town, ref, picture(2), who="jiawin", party=1)
    town.act("jiawin", ref, "merge_into", case=between, why="同一条沟")
    town.act("jiawin", between, "merge_into", case=main, why="同一条沟")
    erase(town, between)
    with pytest.raises(NotFound, match=GONE):
        room.open("jiawin", between, 1)
    assert room.open("jiawin", ref, 1).data == room.open("jiamed", main, 1).data == picture(2)


def test_erasing_a_party_closes_what_it_gave_and_nothing_else(sqlite_town):
    """Bytes that are kept for another case are given out of the erased one to nobody."""
    town, room = sqlite_town, sqlite_town.instance.evidence
    pair = [party("applicant", 3), party("respondent", 2)]
    ref, main = town.bring("received", parties=pair), town.bring("mediating")
    give(town, ref, picture(2), who="jiawin", party=1)
    give(town, ref, picture(3), who="jiawin", party=2)
    town.act("jiawin", ref, "merge_into", case=main, why="同一条沟")
    erase(town, ref, 1)
    with pytest.raises(NotFound, match=GONE):
        room.open("jiawin", ref, 1)
    assert room.open("jiawin", ref, 2).data == picture(3)
    assert [room.open("jiamed", main, n).data for n in (1, 2)] == [picture(2), picture(3)]
    assert [one.giver for one in room.pieces("jiamed", main)] == ["丁某3", "丙某2"]


def left_and_merged_twice(town: Town) -> tuple[str, str, str]:
    """Party 3 gave a piece, and left; its case was merged into another, and that into the main one."""
    three = [party("applicant", 3), party("respondent", 2), party("respondent", 4)]
    ref, between, main = (
        town.bring("received", parties=three, claims=["修好排水沟", "赔粮食"]),
        town.bring("received"),
        town.bring("mediating"),
    )
    give(town, ref, picture(2), who="jiawin", party=3, name="戊某4的借条")
    give(town, ref, picture(3), who="jiawin", party=None, given_by="村委会")
    give(town, main, picture(4), party=2)
    town.act("jiawin", ref, "split", parties=[1, 3], stays=[1], claims=[2], why="另案", title="新案")
    town.act("jiawin", ref, "merge_into", case=between, why="同一条沟")
    town.act("jiawin", between, "merge_into", case=main, why="同一条沟")
    return ref, between, main


def test_erasing_a_giver_who_left_before_the_merger_reaches_what_came_along(town):
    room = town.instance.evidence
    ref, between, main = left_and_merged_twice(town)
    digest = sha256(picture(2))
    assert town.instance.store.has(digest)
    erase(town, ref, 3)
    for case, number in ((ref, 1), (between, 1), (main, 2)):
        piece = room.piece("jiawin", case, number)
        assert (piece.name, piece.giver in {"（已删除）", ""}) == ("（已删除）", True)
        with pytest.raises(NotFound, match=GONE):
            room.open("jiawin", case, number)
    assert not town.instance.store.has(digest)
    with town.reading() as session:
        kept = set(kept_digests(session))
    assert {sha256(picture(n)) in kept for n in (3, 4)} == {True}
    assert digest not in kept  # no backup misses it
    found = [(one.number, one.giver, one.sha256) for one in room.pieces("jiamed", main)]
    assert found == [
        (1, "丙某2", sha256(picture(4))),
        (2, "", digest),
        (3, "村委会", sha256(picture(3))),
    ]
    assert [room.open("jiamed", main, n).data for n in (1, 3)] == [picture(4), picture(3)]
    assert town.instance.verify_trail().ok


def test_file_that_a_standing_party_gave_too_is_kept_as_that_partys(sqlite_town):
    town, room = sqlite_town, sqlite_town.instance.evidence
    ref, between, main = left_and_merged_twice(town)
    other = town.bring("received")
    give(town, other, picture(2), who="jiawin", party=1)
    erase(town, ref, 3)
    assert room.open("jiawin", other, 1).data == picture(2)
    for case, number in ((ref, 1), (between, 1), (main, 2)):
        with pytest.raises(NotFound, match=GONE):
            room.open("jiawin", case, number)


def test_erasing_the_whole_merged_case_leaves_the_main_one_what_a_giver_who_left_gave(sqlite_town):
    town, room = sqlite_town, sqlite_town.instance.evidence
    ref, between, main = left_and_merged_twice(town)
    erase(town, ref)
    with pytest.raises(NotFound, match=GONE):
        room.open("jiawin", ref, 1)
    for case, number in ((between, 1), (main, 2)):
        piece = room.piece("jiawin", case, number)
        assert (piece.name, piece.giver) == ("戊某4的借条", "戊某4")
        assert room.open("jiawin", case, number).data == picture(2)


def test_backup_of_a_database_that_knows_no_merged_pieces_asks_for_none(sqlite_town):
    town = sqlite_town
    ref = town.bring("received")
    give(town, ref, picture(2), who="jiawin", party=1)
    with town.instance.database.writing() as session:
        session.execute(text("ALTER TABLE evidence RENAME COLUMN merged_from_id TO later"))
    with town.reading() as session:
        assert sha256(picture(2)) in set(kept_digests(session))


def test_pieces_that_came_along_are_asked_for_at_once(sqlite_town):
    town = sqlite_town
    main, asked = town.bring("mediating"), []

    def listen(_connection, _cursor, statement, *_more):
        if "FROM evidence" in statement:
            asked.append(statement)

    counts = []
    engine = town.instance.database.reader
    for at, pieces in enumerate((1, 4)):
        ref = town.bring("received", parties=[party("applicant", 3 + at), party("respondent", 2)])
        give(town, ref, *(picture(10 * at + n) for n in range(pieces)), who="jiawin")
        town.act("jiawin", ref, "merge_into", case=main, why="同一条沟")
        asked.clear()
        event.listen(engine, "before_cursor_execute", listen)
        found = town.instance.evidence.pieces("jiamed", main)
        event.remove(engine, "before_cursor_execute", listen)
        counts.append((len(found), len(asked)))
    assert counts == [(1, 2), (5, 2)]

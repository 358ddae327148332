"""人民调解法第23条第1项: whom a party does not accept does not mediate its case, until the parties choose that one after all."""

import pytest

from mediation.cases import objections, queries
from mediation.errors import InputInvalid, TransitionRefused
from tests.cases.kinship.test_splitting import new_of
from tests.cases.routing.test_desk import named
from tests.town import Town, party

WAY = {"reason": "当事人不接受"}


def mediators(*codes: str, **words: object) -> dict[str, object]:
    first, *others = codes
    rest = [{"person": code, "role": "recorder"} for code in others]
    return {"mediators": [{"person": first, **words}, *rest], **WAY}


def objected(town: Town, title: str = "排水") -> str:
    """jiamed mediated; the applicant does not accept jiamed any more, jiamed2 goes on."""
    ref = town.bring("mediating", title=title)
    words = mediators("jiamed2", "jiarec")
    town.act("jiamed", ref, "replace_mediator", **words, objections=[{"person": "jiamed", "party": 1}])
    return ref


def names(town: Town, ref: str) -> list[str]:
    return [person.code for _row, person, _post in town.of(ref, queries.mediators)]


def standing(town: Town, ref: str) -> list[int]:
    return [row.objected_by for row in town.of(ref, objections.standing).values()]


def test_whom_a_party_did_not_accept_comes_back_only_if_chosen(town):
    ref = objected(town)
    before = town.dump()
    with pytest.raises(TransitionRefused, match="申请人（1）不接受包和调解"):
        town.act("jiamed2", ref, "replace_mediator", **mediators("jiamed", "jiarec"))
    assert town.dump() == before
    town.act("jiamed2", ref, "replace_mediator", **mediators("jiamed", "jiarec", how="chosen"))
    assert names(town, ref) == ["jiamed", "jiarec"]
    assert standing(town, ref) == []


def test_objection_goes_with_its_party_into_the_case_that_goes_on(town):
    ref = objected(town)
    main = town.bring("mediating", title="另一条沟")
    before = town.dump()
    with pytest.raises(InputInvalid, match="主案的包和，本案的申请人（1）不接受其调解"):
        town.act("jiamed2", ref, "merge_into", case=main, why="同一条沟")
    assert town.dump() == before
    town.act("jiamed", main, "replace_mediator", **mediators("jiamed2", "jiarec"))
    town.act("jiamed2", ref, "merge_into", case=main, why="同一条沟")
    assert len(standing(town, main)) == 1
    with pytest.raises(TransitionRefused, match="不接受包和调解"):
        town.act("jiamed2", main, "replace_mediator", **mediators("jiamed", "jiarec"))


def test_objection_goes_with_its_party_out_of_the_case(sqlite_town):
    town = sqlite_town
    parties = [party("applicant", 1), party("applicant", 2), party("respondent", 3)]
    ref = town.bring("preparing", parties=parties, claims=["修沟", "赔偿"])
    words = mediators("jiamed2", "jiarec")
    town.act("jiamed", ref, "replace_mediator", **words, objections=[{"person": "jiamed", "party": 2}])
    town.act("jiamed2", ref, "split", parties=[2, 3], stays=[3], claims=[2], title="赔偿", why="各不相干")
    assert (standing(town, ref), standing(town, new_of(town, ref))) == ([], [1])


def test_hand_over_is_no_way_round_what_was_objected_to_since(sqlite_town):
    """jiamed2 was chosen once, then was second mediator, then was objected to."""
    town = sqlite_town
    ref = town.bring("mediating")
    town.act("jiamed", ref, "replace_mediator", **mediators("jiamed2", "jiarec", how="chosen"))
    words = mediators("jiamed", "jiarec")
    words["mediators"] = [*words["mediators"], {"person": "jiamed2", "role": "mediator"}]
    town.act("jiamed2", ref, "replace_mediator", **words)
    objection = [{"person": "jiamed2", "party": 1}]
    town.act("jiamed", ref, "replace_mediator", **mediators("jiamed", "jiarec"), objections=objection)
    words = {"from": "jiamed", "to": "jiamed2", "reason": "left"}
    before = town.dump()
    with pytest.raises(InputInvalid, match="申请人（1）不接受包平调解"):
        town.instance.hand_over("jialead", words)
    assert town.dump() == before
    town.instance.hand_over("jialead", {**words, "cases": {town.case(ref).number: {"consented": True}}})
    assert (names(town, ref), standing(town, ref)) == (["jiamed2", "jiarec"], [])


def test_giving_back_is_no_way_round_what_was_objected_to_since(sqlite_town):
    """The objection comes into the case with a party of another one, while jiamed is on leave."""
    town = sqlite_town
    ref, kept = town.bring("mediating"), town.bring("preparing", title="别的事")
    words = {"from": "jiamed", "to": "jiamed2", "reason": "leave", "until": "2026-03-20"}
    done = town.instance.hand_over("jialead", words)
    other = town.bring("accepted", title="同一条沟", parties=[party("applicant", 1), party("respondent", 3)])
    objection = [{"person": "jiamed", "party": 2}]
    town.act("jialead", other, "assign", mediators=[{"person": "jiamed2"}], objections=objection)
    town.act("jiamed2", other, "merge_into", case=ref, why="同一条沟")
    before = town.dump()
    with pytest.raises(InputInvalid) as refused:
        town.instance.give_back("jialead", done.handover)
    assert [
        (one.key, one.message.partition("（依据")[0].partition("，")[0]) for one in refused.value.problems
    ] == [
        (f"cases.{town.case(ref).number}", "被申请人（3）不接受包和调解"),
        ("cases", "不能交回的案件"),
    ]
    assert town.dump() == before
    town.act("jialead", ref, "replace_mediator", **mediators("jiamed2", "jiarec"))
    town.instance.give_back("jialead", done.handover)
    assert (names(town, ref)[0], names(town, kept)[0]) == ("jiamed2", "jiamed")


def test_whom_the_parties_chose_after_all_is_suggested_again(sqlite_town):
    town = sqlite_town
    ref = objected(town)
    barred = dict(named(town.instance.routing.suggestions("jiawin", ref, most=20)))
    assert barred["jiamed"]
    town.act("jiamed2", ref, "replace_mediator", **mediators("jiamed", "jiarec", how="chosen"))
    town.act("jiamed", ref, "replace_mediator", **mediators("jiamed2", "jiarec", how="chosen"))
    barred = dict(named(town.instance.routing.suggestions("jiawin", ref, most=20)))
    assert not barred["jiamed"]

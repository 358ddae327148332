"""人民调解法第23条第1项: whom a party does not accept does not mediate its case, until the parties choose that one after all."""

import pytest

from mediation.cases import objections, queries
from mediation.errors import InputInvalid, TransitionRefused
from tests.cases.kinship.test_splitting import new_of
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

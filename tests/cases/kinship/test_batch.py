"""One act on every case of a series: each whole or not at all, a verdict for each."""

import pytest

from mediation.errors import InputInvalid, NotFound
from tests.town import Town, party


def three(town: Town) -> tuple[str, list[str]]:
    """A series of three cases of jia: two to be accepted, one whose second party refuses."""
    refs = [town.bring("received"), town.bring("received")]
    refs.append(
        town.bring("received", parties=[party("applicant", 3), party("respondent", 4, consents=False)])
    )
    town.act("jiawin", refs[0], "join_series", title="某物业系列案")
    series = town.last(refs[0]).facts["series"]
    for ref in refs[1:]:
        town.act("jiawin", ref, "join_series", series=series)
    return series, refs


def test_batch_does_each_case_whole_or_not_at_all_and_says_why(town):
    series, refs = three(town)
    before = town.dump()
    tried = town.instance.batch("jiamed", "accept", series, {}, dry_run=True)
    assert (tried.dry_run, tried.counts, town.dump()) == (True, {"done": 2, "refused": 1}, before)
    done = town.instance.batch("jiamed", "accept", series, {})
    assert [(one.case, one.outcome, one.state) for one in done.cases] == [
        (refs[0], "done", "已受理"),
        (refs[1], "done", "已受理"),
        (refs[2], "refused", town.instance.case("jiamed", refs[2]).row.state_title),
    ]
    assert done.cases[2].reasons == (
        "被申请人（2）明确拒绝调解（依据：人民调解法第17条） 下一步：办理「当事人拒绝调解」，并告知其他途径",
    )
    assert [town.case(ref).state for ref in refs] == ["accepted", "accepted", "received"]
    assert [town.last(ref).act for ref in refs] == ["accept", "accept", "join_series"]
    assert town.case(refs[0]).number != town.case(refs[1]).number
    again = town.instance.batch("jiamed", "accept", series, {})
    assert again.counts == {"done": 0, "refused": 3}
    assert town.instance.verify_trail().ok


def test_batch_refuses_wrong_words_once_unknown_acts_and_what_is_signed_one_by_one(sqlite_town):
    town = sqlite_town
    series, _refs = three(town)
    before = town.dump()
    with pytest.raises(InputInvalid) as refused:
        town.instance.batch("jiawin", "decline_acceptance", series, {"colour": "red", "routes": ["moon"]})
    assert {one.key for one in refused.value.problems} == {"colour", "reason", "routes"}
    with pytest.raises(InputInvalid, match="要逐件办理"):
        town.instance.batch("jiamed", "sign", series, {})
    with pytest.raises(NotFound, match="没有名为 dance 的操作"):
        town.instance.batch("jiamed", "dance", series, {})
    with pytest.raises(NotFound, match="没有找到系列"):
        town.instance.batch("yimed", "accept", series, {})
    with pytest.raises(NotFound) as neither:
        town.instance.batch("jiamed", "dance", "none", {})
    assert [part in str(neither.value) for part in ("没有名为 dance 的操作", "没有找到系列 none")] == [
        True,
        True,
    ]
    assert town.dump() == before


def test_words_that_cannot_be_read_hide_nothing_that_stands_in_the_way_of_each_case(sqlite_town):
    town = sqlite_town
    series, refs = three(town)
    town.act("jiamed", refs[0], "accept")
    before = town.dump()
    with pytest.raises(InputInvalid) as refused:
        town.instance.batch("jiamed", "accept", series, {"colour": "red"})
    first, _second, third = (town.case(ref) for ref in refs)
    assert [one.key for one in refused.value.problems] == ["colour"]
    told = [one.message for one in refused.value.reasons]
    assert [one.partition("：")[0] for one in told] == [first.number, third.temporary_number], told
    assert ("已受理" in told[0], "明确拒绝调解" in told[1]) == (True, True), told
    assert town.dump() == before


def test_words_that_cannot_be_read_hide_nothing_of_what_is_wrong_in_some_of_the_cases(sqlite_town):
    town = sqlite_town
    series, refs = three(town)
    town.act("jiamed", refs[0], "accept")
    town.act("jiawin", refs[1], "amend", add_parties=[party("third", 9)])
    with pytest.raises(InputInvalid) as refused:
        town.instance.batch(
            "jiawin", "decline_acceptance", series, {"colour": "red", "reason": "no_such", "routes": ["moon"]}
        )
    assert {one.key for one in refused.value.problems} == {"colour", "reason", "routes"}, "wrong in all"
    with pytest.raises(InputInvalid) as refused:
        town.instance.batch("jiamed", "tell_rights", series, {"colour": "red", "parties": [3]})
    assert [one.key for one in refused.value.problems] == ["colour"]
    told = [one.message for one in refused.value.reasons]
    third = town.case(refs[2]).temporary_number
    assert any(one.startswith(third) and "3" in one for one in told), told
    assert not any(one.startswith(town.case(refs[1]).temporary_number) for one in told), told


def test_series_are_listed_and_shown_with_what_the_reader_may_see(sqlite_town):
    town = sqlite_town
    series, refs = three(town)
    [line] = town.instance.all_series("jiawin")
    assert (line.series, line.title, line.cases, line.open_cases) == (series, "某物业系列案", 3, 3)
    assert [one.id for one in town.instance.series("jiawin", series).cases] == refs
    assert town.instance.all_series("yiwin") == []
    with pytest.raises(NotFound):
        town.instance.series("yiwin", series)

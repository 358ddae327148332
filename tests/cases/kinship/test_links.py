"""Links between two cases: on both pages and in both trails, once."""

import pytest

from mediation.cases import queries
from mediation.cases.side_models import CaseLink
from mediation.errors import InputInvalid


def test_link_stands_on_both_cases_and_in_both_trails(town):
    first, again = town.bring("received"), town.register(title="排水又堵")
    versions = (town.case(first).version, town.case(again).version)
    town.act("jiawin", again, "link", to=first, kind="repeat", why="同一条沟")
    one, other = town.last(again), town.last(first)
    assert (one.act, one.facts["to"], one.facts["kind"]) == ("link", first, "repeat")
    assert (other.act, other.facts["case"], other.facts["kind"]) == ("linked", again, "repeat")
    assert (set(one.commitments), set(other.commitments)) == ({"why"}, {"why"})
    assert (town.case(first).version, town.case(again).version) == (versions[0] + 1, versions[1] + 1)
    assert (town.case(first).state, town.case(again).state) == ("received", "registered")
    there, here = (town.instance.case("jiamed", ref).kinship["links"] for ref in (first, again))
    assert [(row["case"], row["words"], row["title"]) for row in here] == [(first, "反复", "排水纠纷")]
    assert [(row["case"], row["words"], row["title"]) for row in there] == [(again, "被反复", "排水又堵")]


def test_link_counts_repeats_of_the_case_that_repeats(town):
    first, again = town.register(), town.register()
    town.act("jiawin", again, "link", to=first, kind="repeat", why="同一条沟")
    assert town.of(again, queries.tally).repeats == 1
    assert town.of(first, queries.tally).repeats == 0


@pytest.mark.parametrize("turned", [False, True])
def test_link_is_not_entered_twice_from_either_side(town, turned):
    first, again = town.register(), town.register()
    town.act("jiawin", again, "link", to=first, kind="related", why="同一条沟")
    before = town.dump()
    ref, to = (first, again) if turned else (again, first)
    with pytest.raises(InputInvalid, match="已经有这样的关联"):
        town.act("jiawin", ref, "link", to=to, kind="related", why="再来")
    assert town.dump() == before


def test_link_finds_no_case_out_of_sight_and_not_itself(town):
    mine = town.register()
    hidden = town.register("yiwin")
    before = town.dump()
    for to, words in ((hidden, "没有找到"), ("nowhere", "没有找到"), (mine, "本案自己")):
        with pytest.raises(InputInvalid, match=words) as refused:
            town.act("jiawin", mine, "link", to=to, kind="related", why="说明")
        assert [problem.key for problem in refused.value.problems] == ["to"]
    assert town.dump() == before


def test_page_names_what_its_reader_may_not_see_by_number_only(town):
    hidden, mine = town.register("yiwin", title="乙家的事"), town.register()
    with town.instance.database.writing() as session:
        ids = [town.case(ref).id for ref in (mine, hidden)]
        session.add(
            CaseLink(case_id=ids[0], other_id=ids[1], kind="related", linked_at=town.clock.now(), why="x")
        )
    (row,) = town.instance.case("jiamed", mine).kinship["links"]
    assert (row["number"], row["title"]) == (town.case(hidden).temporary_number, "")

"""撤村并居: what the register holds against a merged unit passes to the one in its place, and can be mended and struck off there."""

from datetime import timedelta

import pytest

from mediation.audit.queries import events_of
from mediation.errors import NotFound
from mediation.sites.supervision import shipped
from tests.supervision.desk import day, do, opened, run, state
from tests.test_renewing import MERGED, apply
from tests.town import PEOPLE

__all__ = ["apply"]

RULES = {"supervision": shipped().model_dump_json(exclude_none=True)}
WINDOW = "jiawin,包窗,女,蒙古族,,,{post},登记员,嘎查文书,{unit},,{first},{last},,\n"


@pytest.fixture(params=["applied after", "planned before"])
def merge(request, town, apply):
    """The gacha jia is merged into yi: applied on the day after, or planned on its last day and brought by the next round."""

    def _merge(**changed):
        if request.param == "applied after":
            town.clock.advance(timedelta(days=1))
        apply(**{**MERGED, **RULES, **changed})
        if request.param != "applied after":
            town.clock.advance(timedelta(days=1))
            town.instance.run_deadlines()

    return _merge


def events(town, item):
    with town.reading() as session:
        return events_of(session, item)


def test_an_open_item_of_a_merged_unit_is_the_successors_from_that_day(town, merge):
    item, closed = opened(town), opened(town)
    do(town, "sulead", closed, "withdraw", reason="重复")
    do(town, "sulead", item, "limit", due_on="2026-03-20", explain_on="2026-03-10")
    with pytest.raises(NotFound):
        town.instance.supervision.item("yiwin", item)
    merge()
    [row] = town.instance.supervision.items("yiwin", only_open=True)
    assert (row.id, row.unit, row.supervisor) == (item, "示例乙嘎查", "示例苏木")
    assert [(one.code, one.items) for one in town.instance.supervision.by_unit("sulead")] == [("yi", 1)]
    assert [one.id for one in town.instance.supervision.items("sulead", unit="yi")] == [item]
    assert town.instance.supervision.item("yiwin", closed).row.unit == "示例甲嘎查（已撤并）"
    last = events(town, item)[-1]
    assert (last.act, last.facts["moved"]) == ("supervision.unit_merged", {"unit": ["jia", "yi"]})
    assert len(events(town, closed)) == 2
    page = town.instance.supervision.item("yiwin", item)
    assert (page.entries[-1]["title"], page.entries[-1]["words"]) == (
        "单位合并",
        ["示例甲嘎查（已撤并） → 示例乙嘎查"],
    )
    do(town, "yiwin", item, "explain", account="并村后接手。")
    do(town, "yiwin", item, "report", account="已经补齐。")
    do(town, "sulead", item, "strike_off", opinion="核查属实。")
    assert state(town, item) == "struck_off"
    before = town.dump()
    town.instance.run_deadlines()
    assert town.dump()["supervision_item"] == before["supervision_item"]
    assert town.instance.verify_trail().problems == []


def test_a_late_case_of_a_merged_unit_is_entered_against_the_successor(town, merge):
    ref = town.register()
    merge()
    run(town, day(3, 11))
    [row] = town.instance.supervision.items("sulead")
    assert (row.unit, row.supervisor, row.state) == ("示例乙嘎查", "示例苏木", "limited")
    assert row.case == town.case(ref).temporary_number
    do(town, "yiwin", row.id, "explain", account="并村后接手。")
    do(town, "yiwin", row.id, "report", account="已经办理。")


def test_a_late_case_whose_first_receivers_post_ended_with_the_unit_is_entered_against_the_successor(
    town, apply
):
    town.register()
    before, behind = PEOPLE.split("\n", 1)
    own, behind = behind.split("\n", 1)
    assert own.startswith("jiawin,")
    posts = WINDOW.format(
        post="registrar", unit="jia", first="2025-01-01", last="2026-03-02"
    ) + WINDOW.format(post="window", unit="yi", first="2026-03-02", last="")
    apply(**{**MERGED, **RULES, "people": f"{before}\n{posts}{behind.replace(',jia,', ',yi,')}"})
    run(town, day(3, 11))
    [row] = town.instance.supervision.items("sulead")
    assert (row.unit, row.person, row.state) == ("示例乙嘎查", "包窗", "limited")
    do(town, "jiawin:window", row.id, "explain", account="并村后接手。")


def test_an_item_whose_unit_is_merged_into_its_supervisor_is_supervised_from_above(town, apply):
    item = opened(town)
    town.clock.advance(timedelta(days=1))
    into = {key: text.replace(",2026-03-02,yi", ",2026-03-02,su") for key, text in MERGED.items()}
    apply(**{**into, **RULES})
    row = town.instance.supervision.item("sulead", item).row
    assert (row.unit, row.supervisor) == ("示例苏木", "示例旗")
    assert events(town, item)[-1].facts["moved"] == {"unit": ["jia", "su"], "supervisor": ["su", "qi"]}


def test_the_ladder_raises_the_item_that_was_open_against_the_merged_unit(town, merge):
    ref = town.register()
    opened(town, case=ref)
    merge()
    run(town, day(3, 11))
    [row] = town.instance.supervision.items("sulead")
    assert (row.unit, row.state) == ("示例乙嘎查", "limited")

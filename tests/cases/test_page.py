"""A case for its readers: whose turn, by when, what can be done, what stands in the way; numbers masked."""

from datetime import timedelta

from mediation.cases import queries
from mediation.cases.page import light
from tests.town import MORNING, party


def test_page_masks_id_numbers_and_phones(sqlite_town):
    ref = sqlite_town.register(parties=[party(phone="13800001234"), party("respondent", 2)])
    rows = sqlite_town.of(ref, queries.parties)
    shown = repr(sqlite_town.instance.case("jiawin", ref))
    assert [row.id_number for row in rows if row.id_number in shown] == []
    assert "13800001234" not in shown


def test_page_says_what_can_be_done_and_what_stands_in_the_way(sqlite_town):
    ref = sqlite_town.bring("received", parties=[party(), party("respondent", 2, consents=None)])
    acts = {one["trigger"]: one for one in sqlite_town.instance.case("jiawin", ref).acts}
    definition = sqlite_town.instance.office.engine("ordinary").definition
    here = {edge.trigger for edge in definition.edges if "received" in edge.origin}
    assert list(acts) == [trigger for trigger in definition.triggers if trigger in here]
    assert acts["accept"]["permitted"]
    assert [reason.partition("(")[0] for reason in acts["accept"]["reasons"]] == ["还没有记录被申请人"]
    for who, permitted in (("jiaarc", False), ("jiawin", True)):
        found = {one["trigger"]: one["permitted"] for one in sqlite_town.instance.case(who, ref).acts}
        assert (found["accept"], found["sign_paper"]) == (permitted, True)


def test_page_shows_trail_clocks_and_chain(sqlite_town):
    ref = sqlite_town.bring("mediating")
    found = sqlite_town.instance.case("jiamed", ref)
    assert [event["act"] for event in found.trail] == sqlite_town.acts(ref)
    assert found.chain == ["示例甲嘎查", "示例苏木", "示例旗"]
    assert {clock["name"] for clock in found.clocks if clock["state"] == "running"} == {
        "mediation_limit",
        "state:mediating",
    }
    assert (found.row.state_title, found.row.task) == ("调解中", "继续调解,形成结果")
    assert found.first_receiver == "包窗(嘎查文书)"


def test_page_shows_the_number_it_has_where_it_came_from_and_the_trail_does_not(sqlite_town):
    ref = sqlite_town.register(source="hotline", source_reference="示例-20260531-0417")
    assert sqlite_town.instance.case("jiawin", ref).source_reference == "示例-20260531-0417"
    assert "0417" not in repr([event.facts for event in sqlite_town.events(ref)])
    bare = sqlite_town.register()
    assert sqlite_town.instance.case("jiawin", bare).source_reference is None


def test_light_tells_how_much_time_is_left():
    hour, day = timedelta(hours=1), timedelta(days=1)
    assert light(MORNING + 2 * day, MORNING, is_open=True) == "green"
    assert light(MORNING + day, MORNING, is_open=True) == "yellow"
    assert light(MORNING + hour, MORNING, is_open=True) == "yellow"
    assert light(MORNING, MORNING, is_open=True) == "red"
    assert light(MORNING - day, MORNING, is_open=False) == "none"
    assert light(None, MORNING, is_open=True) == "none"

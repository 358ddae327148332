"""A case for its readers: whose turn, by when, what can be done, what stands in the way; numbers masked."""

from datetime import timedelta

from sqlalchemy import event

from mediation.cases import queries
from tests.town import party


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
    assert [reason.partition("（")[0] for reason in acts["accept"]["reasons"]] == ["还没有记录被申请人"]
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
    assert (found.row.state_title, found.row.task) == ("调解中", "继续调解，形成结果")
    assert found.first_receiver == "包窗（嘎查文书）"


def test_page_shows_the_number_it_has_where_it_came_from_and_the_trail_does_not(sqlite_town):
    ref = sqlite_town.register(source="hotline", source_reference="示例-20260531-0417")
    assert sqlite_town.instance.case("jiawin", ref).source_reference == "示例-20260531-0417"
    assert "0417" not in repr([event.facts for event in sqlite_town.events(ref)])
    bare = sqlite_town.register()
    assert sqlite_town.instance.case("jiawin", bare).source_reference is None


def lights(town, who="jiawin"):
    return {row.id: row.light for row in town.instance.cases(who)}


def test_light_of_a_row_is_by_the_time_left_of_its_state(town):
    ref, done = town.register(), town.bring("mediating")
    assert lights(town) == {ref: "green", done: "green"}
    due = town.case(ref).due_at
    town.clock.put(due - timedelta(hours=24, seconds=1))
    assert lights(town)[ref] == "green"
    town.clock.put(due - timedelta(hours=24))
    assert lights(town)[ref] == "yellow"  # its last working day has begun
    town.clock.put(due)
    assert lights(town) == {ref: "red", done: "green"}
    assert town.instance.case("jiawin", ref).row.light == "red"


def test_lights_of_a_list_take_one_statement_however_long_it_is(town):
    def statements():
        heard = []
        engine = town.instance.database.reader

        def listen(*seen):
            heard.append(seen[2])

        event.listen(engine, "before_cursor_execute", listen)
        try:
            town.instance.cases("jiawin")
        finally:
            event.remove(engine, "before_cursor_execute", listen)
        return len(heard)

    town.register()
    few = statements()
    for _number in range(5):
        town.register()
    assert statements() == few

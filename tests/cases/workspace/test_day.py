"""我的一天: what waits on a unit is somebody's to see there."""

from datetime import date

from mediation.people import queries as people
from mediation.people.models import Post


def of_unit(town, who):
    return {row.id for row in town.instance.room.day(who).of_unit}


def test_case_handed_to_a_unit_without_a_window_stands_in_its_mediators_day(town):
    ref = town.bring("triaged")
    town.act("jiawin", ref, "dispatch", to="yi", overruled_because="沟在乙嘎查。")
    assert of_unit(town, "yimed:mediator") == set()  # the window sees to it
    with town.instance.database.writing() as session:
        window = people.posts_of(session, people.person(session, "yiwin").id or 0)
        session.get_one(Post, window[0].id).valid_to = date(2026, 3, 1)
        town.note_people(session)
    assert of_unit(town, "yimed:mediator") == of_unit(town, "yimed2:mediator") == {ref}
    assert of_unit(town, "jiamed:mediator") == set()
    town.act("yimed", ref, "acknowledge")
    assert of_unit(town, "yimed:mediator") == {ref}
    town.act("yimed", ref, "accept")
    day = town.instance.room.day("yimed:mediator")
    assert ([row.id for row in day.of_unit], [row.id for row in day.unassigned]) == ([], [ref])
    town.act("yimed", ref, "assign", mediators=[{"person": "yimed", "role": "presiding"}])
    assert of_unit(town, "yimed2:mediator") == set()

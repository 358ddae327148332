"""Who is where, read from the database."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from mediation.errors import NotFound
from mediation.people import queries as people
from mediation.sites.applying import apply_site
from mediation.sites.folder import read_site
from mediation.units import queries as units

ESHAN = Path(__file__).parents[2] / "examples" / "eshan"
DAY = date(2026, 3, 2)


@pytest.fixture
def session(database, clock):
    with database.writing() as writing:
        apply_site(writing, read_site(ESHAN, DAY), clock.now())
    with database.reading() as reading:
        yield reading


def test_posts_at_units_are_those_held_on_the_day(session):
    village = units.unit(session, "yicun").id
    names = {row.id: row.code for row in people.people(session)}

    def held(day, counting_as=""):
        return sorted(
            (names[row.person_id], row.code) for row in people.posts_at(session, [village], day, counting_as)
        )

    assert held(DAY, "mediator") == [("pulaoda", "mediator"), ("yangmeixian", "mediator")]
    assert held(DAY, "recorder") == [("zhangxiaofeng", "recorder")]
    assert held(date(2028, 1, 1), "mediator") == []
    assert held(date(2024, 12, 31)) == []
    assert len(held(DAY)) == 6


def test_contact_duties_are_those_of_the_day(session):
    village = units.unit(session, "yicun").id
    [duty] = [row for row in people.contact_duties(session, DAY) if row.unit_id == village]
    assert duty.kind == "village"
    assert people.contact_duties(session, date(2024, 12, 31)) == []


def test_a_household_leader_stands_for_the_micro_grid(session):
    grid = units.unit(session, "ercun-1-1-2").id
    [post] = people.posts_at(session, [grid], DAY, "grid_worker")
    assert post.title == "党员联户长"


def test_what_is_not_there_is_not_found(session):
    for ask in (
        lambda: people.person(session, "nobody"),
        lambda: people.actor_of_post(session, 0, DAY),
        lambda: units.unit(session, "nowhere"),
        lambda: units.committee(session, "nobody"),
        lambda: units.content(session, "moon"),
    ):
        with pytest.raises(NotFound):
            ask()


def test_a_person_without_posts_is_told_so(session):
    assert people.posts_of(session, 0) == []
    [adviser] = people.posts_of(session, people.person(session, "gujingwei").id)
    assert people.actor_of_post(session, adviser.id, DAY).unit_code == "xian-sifa"


def test_the_fingerprint_tells_every_change_of_units_committees_people_and_posts(database, session):
    changes = (
        "UPDATE unit SET name = name || '甲'",
        "UPDATE committee SET term_to = '2026-12-31'",
        "UPDATE committee_member SET role = 'member'",
        "UPDATE person SET status = 'inactive'",
        "UPDATE person SET phone = :phone",
        "UPDATE post SET kind = 'mediator'",
    )
    assert people.people(session)
    with database.writing() as writing:
        seen = [people.fingerprint(writing)]
        for change in changes:
            values = {"phone": b"another"} if ":phone" in change else {}
            writing.connection().execute(text(change), values)
            seen.append(people.fingerprint(writing))
        assert people.fingerprint(writing) == seen[-1]
    assert len(set(seen)) == len(seen)

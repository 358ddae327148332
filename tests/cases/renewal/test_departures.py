"""Whose last day is told: that of an unbroken line of posts, not that of the first of them."""

from datetime import date

import pytest

from mediation.cases.renewal import departures
from mediation.people import queries as people
from mediation.people.models import Post
from mediation.units import queries as units
from tests.town import TODAY, Town

OLD_YEAR, NEW_YEAR = date(2026, 12, 31), date(2027, 1, 1)


def told(town: Town, *then: tuple[str, str, date, date | None]) -> list[tuple[str, date | None]]:
    """Who is told once the term of jiamed ends with the year and these posts follow: kind, unit, first and last day."""
    with town.instance.database.writing() as session:
        before = departures.staff_on(session, TODAY)
        who = people.person(session, "jiamed").id or 0
        [held] = people.posts_of(session, who)
        session.get_one(Post, held.id).valid_to = OLD_YEAR
        for at, (kind, unit, first, last) in enumerate(then):
            where = units.unit(session, unit).id or 0
            words = {"kind": kind, "title": kind, "unit_id": where, "valid_from": first, "valid_to": last}
            session.add(Post(person_id=who, code=f"then{at}", **words))
        session.flush()
        units.forget(session)
        after = departures.staff_on(session, TODAY)
        return [(one.person, one.last_day) for one in departures.leaving_later(session, before, after)]


@pytest.mark.parametrize("unit", ["jia", "yi"])
def test_term_that_goes_on_the_day_after_ends_with_its_last_post(sqlite_town, unit):
    sqlite_town.bring("mediating")
    assert told(sqlite_town, ("mediator", unit, NEW_YEAR, None)) == []


def test_line_of_posts_that_ends_sooner_than_was_known_is_told_with_its_own_last_day(sqlite_town):
    sqlite_town.bring("mediating")
    spring, summer = date(2027, 3, 31), date(2027, 6, 30)
    posts = [("mediator", "jia", NEW_YEAR, spring), ("mediator", "yi", date(2027, 4, 1), summer)]
    assert told(sqlite_town, *posts) == [("jiamed", summer)]


@pytest.mark.parametrize(
    "then",
    [
        ("mediator", "jia", date(2027, 1, 2), None),
        ("archivist", "jia", NEW_YEAR, None),
    ],
    ids=["after a gap", "of another kind"],
)
def test_post_that_does_not_go_on_is_no_part_of_the_line(sqlite_town, then):
    sqlite_town.bring("mediating")
    assert told(sqlite_town, then) == [("jiamed", OLD_YEAR)]


def test_term_to_the_end_of_all_days_has_no_day_after(sqlite_town):
    sqlite_town.bring("mediating")
    with sqlite_town.instance.database.writing() as session:
        who = people.person(session, "jiamed").id or 0
        [held] = people.posts_of(session, who)
        session.get_one(Post, held.id).valid_to = date.max
        session.flush()
        assert departures.staff_on(session, TODAY)[who].last_day == date.max

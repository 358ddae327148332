"""Readings: one row for the same few minutes, told when they are many, forgotten when they are old."""

from datetime import timedelta

import pytest
from sqlmodel import select

from mediation.audit import queries as trail
from mediation.cases import queries as case_queries
from mediation.cases.readings import queries
from mediation.cases.readings.models import Reading
from mediation.cases.workspace import standing
from mediation.errors import NotFound
from mediation.people.models import Person


def noted(town):
    with town.reading() as session:
        rows = session.exec(
            select(Person.code, Reading.what, Reading.case_id).join(Person).order_by(Reading.id)
        )
        return [(code, what, bool(case)) for code, what, case in rows]


def test_same_reading_within_minutes_is_one_row_and_later_another(town):
    ref, note = town.bring("accepted"), town.instance.scope.note_reading
    town.clock.put(town.clock.now().replace(minute=0))
    for _again in range(3):
        note("jiamed", "case", ref)
    note("jiamed", "paper agreement", ref)
    note("jiawin", "case", ref)
    note("jiawin", "export statistics")
    town.clock.advance(timedelta(minutes=10))
    note("jiamed", "case", ref)
    assert noted(town) == [
        ("jiamed", "case", True),
        ("jiamed", "paper agreement", True),
        ("jiawin", "case", True),
        ("jiawin", "export statistics", False),
        ("jiamed", "case", True),
    ]


def test_nothing_is_noted_of_what_is_out_of_sight(sqlite_town):
    ref = sqlite_town.bring("accepted")
    with pytest.raises(NotFound):
        sqlite_town.instance.scope.note_reading("yimed", "case", ref)
    assert noted(sqlite_town) == []


def test_many_readings_on_one_day_are_an_event_once(sqlite_town):
    ref, many = sqlite_town.bring("accepted"), sqlite_town.instance.office.reading.many
    for at in range(many + 2):
        sqlite_town.instance.scope.note_reading("jiamed", f"paper form{at}", ref)
    with sqlite_town.reading() as session:
        found = [one for one in trail.events_of(session, "instance") if one.act == "readings.many"]
    assert [(one.facts["person"], one.facts["count"]) for one in found] == [("jiamed", many)]


def test_old_readings_are_forgotten_by_the_daily_round(town):
    ref = town.bring("accepted")
    town.instance.scope.note_reading("jiamed", "case", ref)
    days = town.instance.office.reading.days
    town.clock.advance(timedelta(days=days - 1))
    assert town.instance.scope.forget_readings(town.clock.now(), days) == 0
    town.clock.advance(timedelta(days=2))
    assert town.instance.scope.forget_readings(town.clock.now(), days) == 1
    assert noted(town) == []


def test_readers_of_a_case_are_for_its_leader_alone(town):
    ref = town.bring("accepted")
    town.instance.scope.note_reading("jiamed", "case", ref)
    with town.reading() as session:
        assert [one.code for one in queries.of_case(session, town.case(ref).id)] == ["jiamed"]
        seen = {}
        for who in ("jialead", "jiamed", "jiawin"):
            hall = town.instance._hall(session, who)
            seen[who] = standing.workspace(hall, case_queries.find_case(session, hall.actor, ref)).readers
    assert [one.name for one in seen["jialead"]] == ["包和"]
    assert (seen["jiamed"], seen["jiawin"]) == (None, None)

"""What comes in: the same by the same seed, in order, and in the shares of the month it is taken from."""

from collections import Counter
from dataclasses import asdict
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from mediation.clock import local_day
from mediation.deadlines.year_files import read_calendar
from mediation.simulation.mix import CATEGORIES, SOURCES, arrivals

FIRST = date(2026, 1, 1)
CALENDAR = read_calendar(None)


def _plain(found):
    return [{**asdict(one), "chance": one.chance.getstate()} for one in found]


def test_shares_are_those_of_the_month():
    assert (sum(row[0] for row in CATEGORIES), sum(row[0] for row in SOURCES)) == (869, 869)


@settings(max_examples=20, deadline=None)
@given(cases=st.integers(1, 60), seed=st.integers(0, 9))
def test_arrivals_are_the_same_by_seed_and_in_order(cases, seed):
    first, second = (list(arrivals(cases, seed, FIRST, CALENDAR)) for _time in range(2))
    assert _plain(first) == _plain(second)
    assert [one.number for one in first] == list(range(1, cases + 1))
    assert [one.at for one in first] == sorted(one.at for one in first)
    assert {local_day(one.at).year for one in first} == {2026}


def test_days_without_work_bring_a_quarter():
    found = Counter(CALENDAR.is_workday(local_day(one.at)) for one in arrivals(8000, 1, FIRST, CALENDAR))
    workdays = sum(CALENDAR.is_workday(date.fromordinal(FIRST.toordinal() + day)) for day in range(365))
    a_day = (found[False] / (365 - workdays)) / (found[True] / workdays)
    assert 0.2 < a_day < 0.3


def test_categories_and_sources_come_in_the_shares_of_the_month():
    found = list(arrivals(8690, 1, FIRST, CALENDAR))
    for rows, said in (
        ({row[3]: row[0] for row in CATEGORIES}, Counter(one.title for one in found)),
        ({row[1]: row[0] for row in SOURCES}, Counter(one.source for one in found)),
    ):
        strayed = {name: said[name] / 10 - count for name, count in rows.items()}
        assert {name: by for name, by in strayed.items() if abs(by) > 3 + rows[name] * 0.1} == {}

"""Steps by moments: never twice, never down, the right one after an outage with its true due time. Pure."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation.clock import local_day, local_moment
from mediation.deadlines.calendar import Span
from mediation.deadlines.year_files import read_calendar
from mediation.sites.supervision import StepSaid, shipped
from mediation.supervision.ladder import Cause, climb, moments, next_moment

CALENDAR = read_calendar()
EARLY = StepSaid.model_validate({"key": "reminder", "title": "提醒", "when": {"before": {"working_days": 1}}})
LADDER = (EARLY, *shipped().ladder)
KEYS = ["reminder", "urging", "yellow", "red", "listed"]
END = local_moment(date(2026, 3, 12))  # the end of Wednesday 11 March
A_DAY = timedelta(days=1)


def clock(end=END):
    return Cause("clock", (end,))


def day_by_day(end: datetime, workdays: int) -> datetime:
    """The end of the n-th workday after an end, counted one day after the other."""
    day = local_day(end - timedelta(microseconds=1))
    while workdays:
        day += A_DAY
        workdays -= CALENDAR.is_workday(day)
    return local_moment(day + A_DAY)


def at(now, taken=frozenset(), given=None, cause=None, ladder=LADDER):
    found = climb(ladder, cause or clock(), now, CALENDAR, frozenset(taken), given)
    return None if found is None else (found.step.key, found.due_at, [key for key, _moment in found.passed])


def test_steps_of_the_shipped_ladder_and_one_before_the_end_come_when_they_say():
    assert {
        LADDER[place].key: moment for place, moment in moments(LADDER, clock(), CALENDAR, {}).items()
    } == {
        "reminder": local_moment(date(2026, 3, 11)),
        "urging": END,
        "yellow": local_moment(date(2026, 3, 13)),
        "red": local_moment(date(2026, 3, 19)),
        "listed": local_moment(date(2026, 4, 2)),
    }


def test_nothing_comes_a_moment_early():
    for key, moment in zip(KEYS, moments(LADDER, clock(), CALENDAR, {}).values(), strict=True):
        before = KEYS[: KEYS.index(key)]
        assert at(moment - timedelta(microseconds=1), before) is None
        assert at(moment, before) == (key, moment, [])
        assert at(moment, [*before, key]) is None


def test_who_looks_late_takes_the_step_that_is_right_by_then():
    due = local_moment(date(2026, 3, 19))
    assert at(END + 9 * A_DAY) == ("red", due, ["reminder", "urging", "yellow"])
    assert at(END + 9 * A_DAY, ["reminder", "urging"]) == ("red", due, ["yellow"])


def test_reminder_is_nothing_after_the_end():
    only = LADDER[:1]
    assert at(END - timedelta(hours=1), ladder=only)[0] == "reminder"
    assert at(END, ladder=only) is None


def test_second_yellow_of_a_unit_within_its_days_is_a_red_one():
    yellow = local_moment(date(2026, 3, 13))
    for days, key in ((29, "red"), (30, "yellow"), (31, "yellow")):
        given_then = {"yellow": [yellow - days * A_DAY]}
        assert at(yellow, ["reminder", "urging"], given_then)[:2] == (key, yellow)
    assert at(yellow, given={"yellow": [yellow + A_DAY]})[0] == "yellow"


@pytest.mark.parametrize(
    ("kind", "count", "key"),
    [
        ("declines", 1, None),
        ("declines", 2, "yellow"),
        ("declines", 3, "red"),
        ("dissatisfied", 1, "yellow"),
        ("repeats", 1, None),
        ("repeats", 2, "red"),
        ("repeats", 3, "listed"),
    ],
)
def test_what_happens_often_climbs_by_its_count(kind, count, key):
    happened = tuple(END + n * A_DAY for n in range(count))
    found = climb(LADDER, Cause(kind, happened), END + 9 * A_DAY, CALENDAR)
    assert (found.step.key if found else None) == key
    if found is not None:
        assert found.due_at == happened[-1]
        assert climb(LADDER, Cause(kind, happened), END + 9 * A_DAY, CALENDAR, frozenset({key})) is None


def test_step_that_the_ladder_no_longer_has_counts_for_nothing():
    assert at(END, ["reminder", "gone"])[0] == "urging"


_NUMBERS = st.integers(1, 20)


@st.composite
def ladders(draw):
    """A ladder of steps in order of time, each some workdays overdue."""
    places = sorted(draw(st.sets(_NUMBERS, min_size=1, max_size=5)))
    steps = [
        StepSaid.model_validate({"key": f"step_{n}", "title": "x", "when": {"overdue": {"working_days": n}}})
        for n in places
    ]
    at_end = StepSaid.model_validate({"key": "at_end", "title": "x", "when": {"at_end": True}})
    return (at_end, *steps), (0, *places)


@given(
    ladders(),
    st.dates(date(2026, 1, 5), date(2026, 9, 30)),
    st.lists(st.integers(0, 24 * 60), min_size=1, max_size=12),
)
def test_whenever_one_looks_each_step_is_taken_once_in_order_and_with_its_true_moment(drawn, day, hours):
    ladder, places = drawn
    end = CALENDAR.due(day, Span(3, "working_days")).moment
    true = {step.key: day_by_day(end, n) for step, n in zip(ladder, places, strict=True)}
    taken, done = set(), []
    for hour in sorted(hours):
        now = end + timedelta(hours=hour - 24)
        found = climb(ladder, clock(end), now, CALENDAR, frozenset(done) | taken)
        reached = [key for key, moment in true.items() if moment <= now]
        if found is None:
            assert not reached or reached[-1] in done
        else:
            assert found.step.key == reached[-1]
            assert found.due_at == true[found.step.key]
            assert [moment for _key, moment in found.passed] == [true[key] for key, _moment in found.passed]
            taken |= {key for key, _moment in found.passed}
            done.append(found.step.key)
        again = next_moment(ladder, clock(end), now, CALENDAR, frozenset(done) | taken)
        assert again == min((moment for moment in true.values() if moment > now), default=None)
    assert len(done) == len(set(done))
    assert not taken & set(done)
    assert done == sorted(done, key=list(true).index)


@given(ladders(), st.dates(date(2026, 1, 5), date(2026, 9, 30)))
def test_who_looks_each_day_takes_every_step_and_passes_none(drawn, day):
    ladder, _places = drawn
    end = CALENDAR.due(day, Span(1, "working_days")).moment
    taken: list[str] = []
    for n in range(60):
        found = climb(ladder, clock(end), end + n * A_DAY, CALENDAR, frozenset(taken))
        if found is not None:
            assert found.passed == ()
            taken.append(found.step.key)
    assert taken == [step.key for step in ladder]

"""Who is there at a moment: shifts in turn, days of duty, hours; against a plain count."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation.clock import SITE_ZONE
from mediation.deadlines.calendar import Calendar, Span, Year
from mediation.duty.rota import WEEKDAYS, Days, Desk, Duty, Expert, Hours, Presence

MONDAY = date(2026, 3, 2)
CALENDAR = Calendar(
    [
        Year(
            year=2026,
            version="2026/1",
            source="",
            provisional=False,
            holidays={date(2026, 3, 4): "停工"},
            workdays=frozenset({date(2026, 3, 7)}),
        )
    ]
)
HOURS = Hours(time(9), time(17))


def desk(*shifts, days=Days(), begins=MONDAY):  # noqa: B008 — frozen
    return Desk("hall", "大厅", "su", begins, days, HOURS, shifts)


def at(day, hour, minute=0):
    return datetime.combine(day, time(hour, minute), SITE_ZONE)


def test_shifts_follow_one_another_and_a_day_off_uses_none_up():
    found = dict(desk(("a",), ("b",)).plan(MONDAY, 7, CALENDAR))
    assert found == {
        date(2026, 3, 2): ("a",),
        date(2026, 3, 3): ("b",),
        date(2026, 3, 5): ("a",),
        date(2026, 3, 6): ("b",),
        date(2026, 3, 7): ("a",),  # a Saturday that is worked
    }


def test_nobody_has_a_desk_before_it_begins_nor_outside_its_hours():
    own = desk(("a",))
    assert own.on(MONDAY - timedelta(days=3), CALENDAR) == ()
    assert [own.on_at(at(MONDAY, *when), CALENDAR) for when in ((8, 59), (9, 0), (16, 59), (17, 0))] == [
        (),
        ("a",),
        ("a",),
        (),
    ]


def test_plan_that_begins_later_goes_on_where_the_rota_is():
    own = desk(("a",), ("b",), ("c",))
    whole = dict(own.plan(MONDAY, 30, CALENDAR))
    for ahead in range(30):
        first = MONDAY + timedelta(days=ahead)
        rest = {day: who for day, who in whole.items() if day >= first}
        assert dict(own.plan(first, 30 - ahead, CALENDAR)) == rest


@given(
    shifts=st.integers(1, 5),
    weekdays=st.sets(st.sampled_from(WEEKDAYS), max_size=7),
    begins=st.dates(date(2026, 1, 1), date(2026, 3, 1)),
    ahead=st.integers(0, 200),
)
def test_turn_is_that_of_a_plain_count(shifts, weekdays, begins, ahead):
    days = Days(tuple(sorted(weekdays)))
    own = desk(*((str(number),) for number in range(shifts)), days=days, begins=begins)
    day, turn, expected = begins, 0, ()
    while day <= begins + timedelta(days=ahead):
        named = WEEKDAYS[day.weekday()] in weekdays and day != date(2026, 3, 4)  # that Wednesday is a holiday
        is_duty = named if weekdays else CALENDAR.is_workday(day)
        expected = (str(turn % shifts),) if is_duty else ()
        turn += is_duty
        day += timedelta(days=1)
    assert own.on(begins + timedelta(days=ahead), CALENDAR) == expected


@pytest.mark.parametrize(
    ("mode", "days", "there", "following"),
    [
        ("resident", (), [True, True], at(MONDAY, 10)),
        ("rotating", ("tue",), [False, True], at(date(2026, 3, 3), 9)),
        ("rotating", ("wed",), [False, False], at(date(2026, 3, 11), 9)),  # the fourth is a holiday
        ("on_call", (), [False, False], None),
    ],
)
def test_presence_is_where_its_mode_says(mode, days, there, following):
    one = Presence("pai", "su", mode, Days(days), HOURS, Span(30, "minutes"))
    moments = [at(MONDAY, 10), at(date(2026, 3, 3), 10)]
    assert [one.is_there(moment, CALENDAR) for moment in moments] == there
    assert one.next_time(moments[0], CALENDAR) == following


def test_unit_of_the_nearest_centre_is_the_one_that_is_called():
    near = Presence("pai", "jia", "on_call", Days(), HOURS, Span(1, "hours"))
    far = Presence("pai", "su", "resident", Days(), HOURS)
    duty = Duty((far, near))
    assert duty.presence("pai", ["jia", "su"]) == near
    assert duty.presence("pai", ["yi", "su"]) == far
    assert duty.presence("pai", ["yi"]) is None


def test_experts_of_the_unit_itself_come_before_those_above():
    above, own = Expert("b", "lawyer", ("su",)), Expert("a", "judge", ("jia",))
    duty = Duty(experts=(above, own, Expert("c", "lawyer", ("yi",))))
    assert duty.experts_for(["jia", "su", "qi"]) == [own, above]
    assert duty.experts_for(["jia", "su", "qi"], "lawyer") == [above]


def test_expert_answers_in_the_time_of_the_nearest_line_that_says_one():
    hours, days = Span(4, "hours"), Span(2, "working_days")
    own, far = Expert("a", "judge", ("jia",)), Expert("a", "lawyer", ("qi",), days, "旗规定")
    near = Expert("a", "police", ("su",), hours, "苏木规定")
    duty = Duty(experts=(far, own, near, Expert("b", "judge", ("jia",), hours)))
    assert duty.expert("a", ["jia", "su", "qi"]) == near
    assert duty.expert("a", ["qi"]) == far
    assert duty.expert("a", ["yi"]) is None


def test_people_at_a_desk_are_those_of_the_day_and_hour():
    duty = Duty(desks=(desk(("a", "b"), ("c",)),))
    assert duty.people_at(at(MONDAY, 12), CALENDAR) == {"a", "b"}
    assert duty.people_at(at(MONDAY, 20), CALENDAR) == frozenset()

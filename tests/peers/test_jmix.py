"""What went wrong in jmix-framework/jmix (due dates of its BPM add-on)."""

from datetime import date, timedelta

from mediation.cases import queries
from mediation.clock import local_moment
from mediation.deadlines.calendar import last_day


def test_working_day_is_a_day_and_not_24_working_hours(town):
    """jmix-framework/jmix#790: one business day was counted as 24 business hours, about three days."""
    town.clock.put(local_moment(date(2026, 3, 6), 9))  # a Friday
    ref = town.bring("received")
    due = {row.name: row.due_at for row in town.of(ref, queries.deadlines)}
    assert last_day(due["state:registered"]) == date(2026, 3, 9)  # one working day: Monday
    assert last_day(due["state:received"]) == date(2026, 3, 11)  # three: Wednesday
    assert due["state:received"] == local_moment(date(2026, 3, 12))


def test_working_days_pass_over_the_holiday_and_count_its_make_up_day(town):
    """jmix-framework/jmix#790: and what the calendar says of holidays and of Saturdays that are worked holds for each of them."""
    town.clock.put(
        local_moment(date(2026, 4, 30), 9)
    )  # the day before five days off; Saturday the ninth is worked
    ref = town.bring("preparing")
    due = {row.name: last_day(row.due_at) for row in town.of(ref, queries.deadlines)}
    assert due["state:received"] == date(2026, 5, 8)
    assert due["state:preparing"] == date(2026, 5, 11)
    town.clock.put(local_moment(date(2026, 5, 12)) - timedelta(seconds=1))
    assert "state:preparing" not in [one.deadline for one in town.instance.run_deadlines().missed]
    town.clock.advance(timedelta(seconds=1))
    assert "state:preparing" in [one.deadline for one in town.instance.run_deadlines().missed]

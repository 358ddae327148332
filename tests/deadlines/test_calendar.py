"""Days are counted as the law counts them, and each due moment can say how."""

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation.clock import SITE_ZONE, local_moment
from mediation.deadlines.calendar import (
    Calendar,
    Due,
    Span,
    Year,
    last_day,
    merged_versions,
    parse_span,
    spoken_due,
)
from mediation.deadlines.year_files import read_calendar

_CALENDAR = read_calendar()
_ONE_DAY = timedelta(days=1)


def _end_of(year: int, month: int, day: int) -> datetime:
    return local_moment(date(year, month, day) + _ONE_DAY)


@pytest.mark.parametrize("year", [2025, 2026])
def test_every_day_agrees_with_an_independent_calendar(year: int) -> None:
    day = date(year, 1, 1)
    differing = []
    while day.year == year:
        if _CALENDAR.is_workday(day) != chinese_calendar.is_workday(day):
            differing.append(day)
        day += _ONE_DAY
    assert differing == []


@pytest.mark.parametrize(
    ("start", "rule", "last"),
    [
        ("2026-01-15", "30 days", "2026-02-14"),  # a Saturday, but worked
        ("2026-01-16", "30 days", "2026-02-24"),  # 15 February: first day of the Spring Festival's nine
        ("2026-03-02", "30 days", "2026-04-01"),
        ("2026-03-05", "30 days", "2026-04-07"),  # 4 April: Qingming, three days
        ("2026-01-31", "1 months", "2026-02-28"),  # no 31 February; a Saturday, but worked
        ("2025-12-31", "2 months", "2026-02-28"),
        ("2024-01-31", "1 months", "2024-02-29"),
        ("2024-02-29", "24 months", "2026-02-28"),  # no 29 February; a Saturday, but worked
        ("2023-02-28", "24 months", "2025-02-28"),  # the same number, whatever the month's end
        ("2026-03-31", "1 months", "2026-04-30"),
        ("2026-10-31", "2 months", "2026-12-31"),  # the year ends with the month
        ("2026-11-30", "3 months", "2027-03-01"),  # 28 February 2027 is a Sunday
        ("2026-02-13", "1 working_days", "2026-02-14"),
        ("2026-02-14", "1 working_days", "2026-02-24"),
        ("2026-09-30", "3 working_days", "2026-10-10"),
        ("2026-12-31", "1 working_days", "2027-01-04"),
        ("2026-03-02", "0 days", "2026-03-02"),
        ("2026-03-07", "0 days", "2026-03-09"),
    ],
)
def test_due_by_the_law(start: str, rule: str, last: str) -> None:
    due = _CALENDAR.due(date.fromisoformat(start), parse_span(rule))
    assert last_day(due.moment) == date.fromisoformat(last)
    assert due.moment == local_moment(date.fromisoformat(last) + _ONE_DAY)


def test_due_counts_from_the_day_at_the_site() -> None:
    """23:30 in UTC is the next morning in Shanghai; any hour of a day gives the same."""
    late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    assert _CALENDAR.due(late, Span(5, "days")).moment == _end_of(2026, 3, 9)
    hours = {
        _CALENDAR.due(local_moment(date(2026, 3, 2), hour), Span(5, "days")).moment for hour in range(24)
    }
    assert hours == {_end_of(2026, 3, 9)}


def test_due_does_not_roll_when_it_is_told_not_to() -> None:
    due = _CALENDAR.due(date(2026, 1, 16), Span(30, "days"), roll=False)
    assert (due.moment, due.provisional) == (_end_of(2026, 2, 15), False)


@pytest.mark.parametrize(("rule", "expected"), [("2 hours", (2, 0)), ("90 minutes", (1, 30))])
def test_hours_run_from_the_moment_and_never_roll(rule: str, expected: tuple[int, int]) -> None:
    start = datetime(2026, 2, 15, 23, 15, tzinfo=SITE_ZONE)  # the Spring Festival
    due = _CALENDAR.due(start, parse_span(rule))
    assert due.moment - start == timedelta(hours=expected[0], minutes=expected[1])
    assert due.moment.tzinfo == UTC


def test_due_of_hours_says_how_it_was_counted() -> None:
    start = datetime(2026, 2, 15, 23, 15, tzinfo=SITE_ZONE)
    steps = ("2026年2月15日23时15分起算，计2小时", "截止于2026年2月16日01时15分")
    due = Due(start + timedelta(hours=2), False, _CALENDAR.version([2026]), steps)
    assert _CALENDAR.due(start, Span(2, "hours")) == _CALENDAR.later(start, Span(2, "hours")) == due
    assert _CALENDAR.later(start, Span(30, "minutes")).moment == start + timedelta(minutes=30)


def test_hours_from_a_day_are_refused() -> None:
    with pytest.raises(ValueError, match="moment"):
        _CALENDAR.due(date(2026, 3, 2), Span(2, "hours"))


def test_due_says_how_it_was_counted() -> None:
    due = _CALENDAR.due(date(2026, 1, 16), Span(30, "days"))
    assert due.steps == (
        "2026年1月16日起算，当日不计入",
        "计30日，最后一日为2026年2月15日",
        "2026年2月15日为春节，顺延至其后第一个工作日2026年2月24日",
        "截止于2026年2月24日24时",
    )
    year = due.calendar_version.partition(":")[0]
    assert (due.provisional, year) == (False, "2026")


def test_due_in_a_year_without_announcement_is_provisional() -> None:
    announced = _CALENDAR.due(date(2026, 11, 30), Span(30, "days"))
    into_2027 = _CALENDAR.due(date(2026, 12, 20), Span(30, "days"))
    beyond = _CALENDAR.due(date(2030, 5, 1), Span(3, "working_days"))
    assert [due.provisional for due in (announced, into_2027, beyond)] == [False, True, True]
    assert into_2027.steps[-1] == "2027年的放假安排尚未公布，暂按推算"
    assert beyond.calendar_version == "2030:-"


def test_due_that_needs_no_workday_is_never_provisional() -> None:
    due = _CALENDAR.due(date(2030, 5, 1), Span(30, "days"), roll=False)
    assert due.provisional is False


def test_statutory_days_of_2027_are_rest_days_for_the_time_being() -> None:
    days = ("2027-01-01", "2027-02-05", "2027-02-08", "2027-04-05", "2027-06-09", "2027-09-15", "2027-10-01")
    assert [_CALENDAR.is_workday(date.fromisoformat(day)) for day in days] == [False] * 7
    assert _CALENDAR.is_workday(date(2027, 2, 9))


def test_due_put_off_counts_on_from_the_last_day_allowed() -> None:
    due = _CALENDAR.due(date(2026, 3, 2), Span(30, "days"))
    later = _CALENDAR.later(due.moment, Span(10, "days"))
    assert (due.moment, later.moment) == (_end_of(2026, 4, 1), _end_of(2026, 4, 13))
    assert later.steps[0] == "2026年4月1日起算，当日不计入"


def test_due_put_off_rolls_unless_it_is_told_not_to() -> None:
    moment = _end_of(2026, 1, 16)
    ends = [_CALENDAR.later(moment, Span(30, "days"), roll=roll).moment for roll in (True, False)]
    assert ends == [_end_of(2026, 2, 24), _end_of(2026, 2, 15)]


def test_versions_tell_what_was_counted_by_and_whether_it_still_stands() -> None:
    years = [Year(number, f"v{number}", f"通知{number}", False, {}, frozenset()) for number in (2026, 2027)]
    calendar = Calendar(years)
    version = calendar.version([2028, 2026, 2027, 2026])
    assert (version, calendar.whole_version) == ("2026:v2026,2027:v2027,2028:-", "2026:v2026,2027:v2027")
    assert [calendar.is_stale(one) for one in (version, "", "2026:v1", "2028:v1", "2027:-")] == [
        *(False, False, True, True, True)
    ]
    assert calendar.sources("2028:-,2027:v1,2026:v2026,2029:v9") == [
        "2026年：通知2026（版本 v2026）",
        "2027年：此前的年历（版本 v1）",
        "2028年：没有年历，只按星期推算",
        "2029年：此前的年历（版本 v9）",
    ]
    assert merged_versions("2027:b,2026:a", "", "2028:-,2027:c") == "2026:a,2027:c,2028:-"


def test_day_without_work_has_a_name() -> None:
    days = [date(2026, 2, 17), date(2026, 3, 7), date(2031, 3, 8)]
    assert [_CALENDAR.rest_name(day) for day in days] == ["春节", "休息日", "休息日"]


def test_whole_years_are_spoken_as_the_law_puts_them() -> None:
    spans = (Span(24, "months"), Span(12, "months"), Span(18, "months"), Span(0, "months"))
    assert [span.spoken for span in spans] == ["2年", "1年", "18个月", "0个月"]


@pytest.mark.parametrize(
    ("moment", "spoken"),
    [
        (_end_of(2026, 3, 2), "2026年3月2日24时"),
        (_end_of(2026, 12, 31), "2026年12月31日24时"),
        (local_moment(date(2026, 3, 2), 15, 4), "2026年3月2日15时04分"),
        (local_moment(date(2026, 3, 2)) + timedelta(seconds=1), "2026年3月2日00时00分"),
    ],
)
def test_due_is_spoken_as_people_say_it(moment: datetime, spoken: str) -> None:
    assert spoken_due(moment) == spoken


@pytest.mark.parametrize("text", ["30 days", "5 working_days", "1 months", "2 hours", "30 minutes", "0 days"])
def test_span_is_written_as_it_is_read(text: str) -> None:
    assert str(parse_span(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "30",
        "days",
        "30days",
        "30 day",
        "-1 days",
        "1.5 days",
        "30 Days",
        "36526 days",
        "3 weeks",
        "3 days\n",
        "٣ days",
    ],
)
def test_span_written_wrongly_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="期限"):
        parse_span(text)


def test_span_that_cannot_be_says_what_can() -> None:
    assert str(Span(36525, "days")) == "36525 days"
    wrong = {
        "36526 days": "期限 36526 days 不在 0 到 36525 之间",
        "3 weeks": "期限的单位 weeks 不认识，应为 days、working_days、months、hours、minutes 之一",
        "x" * 41: f"期限“{'x' * 40}”写法不对，应写作“30 days”“5 working_days”这样",
    }
    for text, message in wrong.items():
        with pytest.raises(ValueError, match="期限") as refused:
            parse_span(text)
        assert str(refused.value) == message


# An independent way to the same answers: day by day, from plain lists.

_SPANS = st.one_of(
    st.builds(Span, st.integers(0, 400), st.just("days")),
    st.builds(Span, st.integers(0, 90), st.just("working_days")),
    st.builds(Span, st.integers(0, 30), st.just("months")),
)
_DAYS = st.dates(date(2024, 1, 1), date(2029, 12, 31))
_YEARS = st.lists(
    st.builds(
        lambda number, off, on: Year(
            year=number,
            version="v",
            source="s",
            provisional=False,
            holidays={date(number, 1, 1) + offset * _ONE_DAY: "假" for offset in off - on},
            workdays=frozenset(date(number, 1, 1) + offset * _ONE_DAY for offset in on),
        ),
        st.integers(2024, 2030),
        st.sets(st.integers(0, 364), max_size=60),
        st.sets(st.integers(0, 364), max_size=30),
    ),
    max_size=5,
    unique_by=lambda year: year.year,
)


def _works(years: list[Year], day: date) -> bool:
    for year in years:
        if day in year.workdays:
            return True
        if day in year.holidays:
            return False
    return day.isoweekday() not in (6, 7)


def _naive_last(years: list[Year], start: date, span: Span, *, roll: bool) -> date:
    day = start
    if span.measure == "months":
        wanted = (start.year * 12 + start.month + span.count - 1) % 12 + 1
        year = (start.year * 12 + start.month + span.count - 1) // 12
        number = start.day
        while True:
            try:
                day = date(year, wanted, number)
                break
            except ValueError:
                number -= 1
    left = 0 if span.measure == "months" else span.count
    while left:
        day += _ONE_DAY
        if span.measure == "days" or _works(years, day):
            left -= 1
    while roll and not _works(years, day):
        day += _ONE_DAY
    return day


@given(_YEARS, _DAYS, _SPANS, st.booleans())
def test_due_agrees_with_counting_day_by_day(years, start, span, roll) -> None:
    due = Calendar(years).due(start, span, roll=roll)
    last = _naive_last(years, start, span, roll=roll)
    assert due.moment == datetime(last.year, last.month, last.day, tzinfo=SITE_ZONE) + _ONE_DAY
    assert last_day(due.moment) == last


@given(_DAYS, _SPANS)
def test_due_never_comes_earlier_for_a_later_start(start, span) -> None:
    today, tomorrow = _CALENDAR.due(start, span), _CALENDAR.due(start + _ONE_DAY, span)
    assert today.moment <= tomorrow.moment

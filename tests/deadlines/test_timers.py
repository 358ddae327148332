"""Clocks are started, met, missed, cancelled and put off, each exactly once, and explain themselves."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest

from mediation.clock import SetClock, local_moment
from mediation.deadlines import queries, timers
from mediation.deadlines.calendar import Calendar, Span, last_day
from mediation.deadlines.models import Deadline
from mediation.deadlines.year_files import read_calendar
from mediation.errors import CaseChanged
from mediation.storage.engine import Database

_CALENDAR = read_calendar()
_ARTICLE = "人民调解工作若干规定第33条"


def _start(session, case_id, clock, *, name="mediation_limit", span="30 days", calendar=_CALENDAR, **more):
    count, measure = span.split()
    started = timers.start(
        session,
        case_id=case_id,
        name=name,
        span=Span(int(count), measure),
        article=_ARTICLE,
        start_fact="受理",
        now=clock.now(),
        calendar=calendar,
        on_miss="tell_limit_missed",
        **more,
    )
    kept = queries.deadline(session, started.id)
    assert kept is not None
    assert kept.due_at == started.due_at
    return kept


def _stored(database: Database, case_id: int) -> list[Deadline]:
    with database.reading() as session:
        return list(queries.deadlines_of(session, case_id))


def test_started_clock_is_kept(database: Database, case_id: int, clock: SetClock) -> None:
    with database.writing() as session:
        started = _start(session, case_id, clock)
    (kept,) = _stored(database, case_id)
    assert (kept.id, kept.due_at) == (started.id, started.due_at)
    assert (kept.rule, kept.state, kept.ended_at, kept.provisional) == ("30 days", "running", None, False)
    assert kept.due_at == local_moment(date(2026, 4, 2))
    assert kept.on_miss == "tell_limit_missed"


def test_clock_is_due_from_its_moment_on(database: Database, case_id: int, clock: SetClock) -> None:
    with database.writing() as session:
        started = _start(session, case_id, clock)
    with database.reading() as session:
        just_before = queries.due_now(session, started.due_at - timedelta(microseconds=1))
        at_it = queries.due_now(session, started.due_at)
        assert (list(just_before), [one.id for one in at_it]) == ([], [started.id])


def test_due_clocks_come_longest_due_first_and_no_more_than_asked(
    database: Database, case_id: int, clock: SetClock
) -> None:
    with database.writing() as session:
        ids = {
            days: _start(session, case_id, clock, name=f"n{days}", span=f"{days} days").id
            for days in (9, 2, 16, 4)
        }
        met = _start(session, case_id, clock, name="met", span="1 days").id
        timers.meet(session, met, clock.now())
    with database.reading() as session:
        due = queries.due_now(session, clock.now() + timedelta(days=14), limit=2)
        assert [one.id for one in due] == [ids[2], ids[4]]
        assert queries.next_due(session, case_id) == due[0].due_at


@pytest.mark.parametrize(("act", "state"), [(timers.meet, "met"), (timers.cancel, "cancelled")])
def test_clock_ends_once(database: Database, case_id: int, clock: SetClock, act, state: str) -> None:
    with database.writing() as session:
        started = _start(session, case_id, clock)
    clock.advance(timedelta(days=1))
    for expected in (True, False):
        with database.writing() as session:
            assert act(session, started.id, clock.now()) is expected
    with database.writing() as session:
        assert timers.miss(session, started.id, started.due_at) is False
    (kept,) = _stored(database, case_id)
    assert (kept.state, kept.ended_at) == (state, clock.now())


def test_clock_is_missed_only_when_its_moment_has_come(
    database: Database, case_id: int, clock: SetClock
) -> None:
    with database.writing() as session:
        started = _start(session, case_id, clock)
        early = timers.miss(session, started.id, started.due_at - timedelta(microseconds=1))
        in_time = timers.miss(session, started.id, started.due_at)
        again = timers.miss(session, started.id, started.due_at)
        met_after = timers.meet(session, started.id, started.due_at)
    assert (early, in_time, again, met_after) == (False, True, False, False)
    assert [(one.state, one.ended_at) for one in _stored(database, case_id)] == [("missed", started.due_at)]


def test_miss_is_claimed_by_exactly_one_of_many(database: Database, case_id: int, clock: SetClock) -> None:
    with database.writing() as session:
        started = [_start(session, case_id, clock, name=f"n{number}") for number in range(5)]
    together = threading.Barrier(8)

    def claim(_worker: int) -> list[int]:
        together.wait()
        claimed = []
        for one in started:
            with database.writing() as session:
                if timers.miss(session, one.id, one.due_at):
                    claimed.append(one.id)
        return claimed

    with ThreadPoolExecutor(8) as pool:
        claims = [one for claimed in pool.map(claim, range(8)) for one in claimed]
    assert sorted(claims) == [one.id for one in started]


def test_miss_that_is_rolled_back_stays_to_be_done(database: Database, case_id: int, clock: SetClock) -> None:
    with database.writing() as session:
        started = _start(session, case_id, clock)

    def fails_after_the_claim() -> None:
        with database.writing() as session:
            assert timers.miss(session, started.id, started.due_at)
            raise CaseChanged

    with pytest.raises(CaseChanged):
        fails_after_the_claim()
    with database.reading() as session:
        assert [one.id for one in queries.due_now(session, started.due_at)] == [started.id]


def test_clocks_are_ended_by_name_within_their_case(
    database: Database, case_id: int, clock: SetClock
) -> None:
    with database.writing() as session:
        for name in ("performance:1", "performance:1", "performance:2"):
            _start(session, case_id, clock, name=name)
        assert timers.meet_named(session, case_id, "performance:1", clock.now()) == 2
        assert timers.meet_named(session, case_id, "performance:1", clock.now()) == 0
        assert timers.cancel_named(session, case_id + 1, "performance:2", clock.now()) == 0
        assert timers.cancel_named(session, case_id, "performance:2", clock.now()) == 1
    assert [one.state for one in _stored(database, case_id)] == ["met", "met", "cancelled"]


def test_running_clock_is_found_by_name(database: Database, case_id: int, clock: SetClock) -> None:
    with database.writing() as session:
        first = _start(session, case_id, clock)
        timers.cancel(session, first.id, clock.now())
        second = _start(session, case_id, clock)
        assert queries.running(session, case_id, "mediation_limit").id == second.id
        assert queries.running(session, case_id, "confirmation") is None


def test_extended_clock_counts_on_and_says_so(database: Database, case_id: int, clock: SetClock) -> None:
    with database.writing() as session:
        started = _start(session, case_id, clock)
        clock.advance(timedelta(days=20))
        moved = timers.extend(
            session, started, days=15, evidence="extension-1", now=clock.now(), calendar=_CALENDAR
        )
    (kept,) = _stored(database, case_id)
    assert kept.model_dump() == moved.model_dump()
    assert last_day(kept.due_at) == date(2026, 4, 16)
    assert timers.explain(kept) == [
        "期限：30日（依据：人民调解工作若干规定第33条）",
        "自受理之日起（2026年3月2日）",
        "2026年3月2日起算，当日不计入",
        "计30日，最后一日为2026年4月1日",
        "截止于2026年4月1日24时",
        "2026年3月22日延长15日（凭据：extension-1）",
        "2026年4月1日起算，当日不计入",
        "计15日，最后一日为2026年4月16日",
        "截止于2026年4月16日24时",
        "现截止于2026年4月16日24时",
        "正在计时",
    ]


def test_clock_in_workdays_is_extended_by_workdays(database: Database, case_id: int, clock: SetClock) -> None:
    with database.writing() as session:
        started = _start(session, case_id, clock, span="5 working_days")
        moved = timers.extend(session, started, days=10, evidence="x", now=clock.now(), calendar=_CALENDAR)
    assert (last_day(started.due_at), last_day(moved.due_at)) == (date(2026, 3, 9), date(2026, 3, 23))


@pytest.mark.parametrize("meanwhile", ["met", "extended"])
def test_extension_of_a_clock_that_changed_is_told(
    database: Database, case_id: int, clock: SetClock, meanwhile: str
) -> None:
    def extend(session) -> Deadline:
        return timers.extend(session, started, days=15, evidence="x", now=clock.now(), calendar=_CALENDAR)

    with database.writing() as session:
        started = _start(session, case_id, clock)
    with database.writing() as session:
        if meanwhile == "met":
            timers.meet(session, started.id, clock.now())
        else:
            extend(session)
    (before,) = _stored(database, case_id)
    with pytest.raises(CaseChanged), database.writing() as session:
        extend(session)
    assert _stored(database, case_id)[0].model_dump() == before.model_dump()


def test_provisional_clock_is_counted_again_when_the_year_is_announced(
    database: Database, case_id: int, tmp_path: Path
) -> None:
    """Announced here: 19 and 20 January 2027 off, so that the last day moves."""
    clock = SetClock(local_moment(date(2026, 12, 20), 9))
    with database.writing() as session:
        moving = _start(session, case_id, clock)
        staying = _start(session, case_id, clock, name="other", span="29 days")
        _start(session, case_id, clock, name="certain", span="3 days")
        extended = _start(session, case_id, clock, name="extended", span="3 days")
        extended = timers.extend(
            session, extended, days=27, evidence="x", now=clock.now(), calendar=_CALENDAR
        )
    (tmp_path / "2027.yaml").write_text(
        "year: 2027\nsource: 通知\nprovisional: false\nholidays:\n  假: [2027-01-19, 2027-01-20]\nworkdays: []\n"
    )
    announced = read_calendar(tmp_path)
    with database.writing() as session:
        found = [one for one in queries.alive(session) if announced.is_stale(one.calendar_version)]
        assert [one.id for one in found] == [moving.id, staying.id, extended.id]
        again = [timers.recount(session, one, now=clock.now(), calendar=announced) for one in found]
        assert not any(announced.is_stale(one.calendar_version) for one in queries.alive(session))
    assert [last_day(one.due_at) for one in again] == [
        date(2027, 1, 21),
        date(2027, 1, 18),
        date(2027, 1, 21),
    ]
    assert [one.provisional for one in again] == [False] * 3
    told = timers.explain(again[0])
    assert "2026年12月20日按新公布的放假安排重新计算（原截止于2027年1月19日24时）" in told
    assert told[-2:] == ["现截止于2027年1月21日24时", "正在计时"]


def test_clock_that_counts_the_same_is_left_alone(database: Database, case_id: int, clock: SetClock) -> None:
    with database.writing() as session:
        started = _start(session, case_id, clock)
        assert timers.recount(session, started, now=clock.now(), calendar=Calendar([])) is not started
    with database.writing() as session:
        (kept,) = queries.deadlines_of(session, case_id)
        same = timers.recount(session, kept, now=clock.now(), calendar=Calendar([]))
        assert same is kept


@pytest.mark.parametrize(
    ("state", "words"),
    [("running", "正在计时"), ("met", "已按期办理"), ("missed", "已逾期"), ("cancelled", "已取消")],
)
def test_explanation_says_how_the_clock_stands(
    database: Database, case_id: int, clock: SetClock, state: str, words: str
) -> None:
    with database.writing() as session:
        started = _start(session, case_id, clock, span="2 hours")
        {
            "running": lambda: None,
            "met": lambda: timers.meet(session, started.id, clock.now()),
            "missed": lambda: timers.miss(session, started.id, started.due_at),
            "cancelled": lambda: timers.cancel(session, started.id, clock.now()),
        }[state]()
    told = timers.explain(_stored(database, case_id)[0])
    assert told[2:] == [
        "2026年3月2日09时00分起算，计2小时",
        "截止于2026年3月2日11时00分",
        words,
    ]


def _paused(session, case_id, clock, *, days=10, before=8, **more):
    """A clock that ran for some days, and rested for some more."""
    started = _start(session, case_id, clock, **more)
    clock.advance(timedelta(days=before))
    resting = timers.pause(session, started, evidence="suspension-1", now=clock.now())
    clock.advance(timedelta(days=days))
    return started, resting


def test_paused_clock_is_never_due_and_goes_on_later_by_the_days_of_the_pause(
    database: Database, case_id: int, clock: SetClock
) -> None:
    with database.writing() as session:
        started, resting = _paused(session, case_id, clock)
        assert (resting.state, resting.due_at) == ("paused", started.due_at)
        assert list(queries.due_now(session, started.due_at + timedelta(days=99))) == []
        assert not timers.miss(session, started.id, started.due_at)
        assert [one.id for one in queries.paused(session, case_id)] == [started.id]
        assert queries.next_due(session, case_id) is None
        going = timers.resume(session, resting, now=clock.now(), calendar=_CALENDAR)
        with pytest.raises(CaseChanged):
            timers.resume(session, resting, now=clock.now(), calendar=_CALENDAR)
    (kept,) = _stored(database, case_id)
    assert kept.model_dump() == going.model_dump()
    assert (kept.state, last_day(started.due_at), last_day(kept.due_at)) == (
        "running",
        date(2026, 4, 1),
        date(2026, 4, 13),  # the eleventh is a Saturday
    )
    assert timers.explain(kept)[5:-2] == [
        "2026年3月10日起中止计算（凭据：suspension-1）",
        "2026年3月20日恢复计算，中止的10日不计入期限",
        "2026年4月1日起算，当日不计入",
        "计10日，最后一日为2026年4月11日",
        "2026年4月11日为休息日，顺延至其后第一个工作日2026年4月13日",
        "截止于2026年4月13日24时",
    ]


def test_last_day_that_had_moved_to_a_workday_gives_no_days_more_after_a_pause(
    database, case_id, clock
) -> None:
    """Of thirty days from the 5th of March five have gone by on the 10th: twenty-five are left on the 20th."""
    clock.advance(timedelta(days=3))
    with database.writing() as session:
        started, resting = _paused(session, case_id, clock, days=10, before=5)
        assert last_day(started.due_at) == date(2026, 4, 7)  # the fourth is 清明节
        going = timers.resume(session, resting, now=clock.now(), calendar=_CALENDAR)
        again = timers.recount(session, going, now=clock.now(), calendar=_CALENDAR)
    assert (last_day(going.due_at), again) == (date(2026, 4, 14), going)
    assert timers.explain(going)[-6:-2] == [
        "最后一日到中止时尚未届至，不按顺延后的日期，仍自2026年4月4日接着算",
        "2026年4月4日起算，当日不计入",
        "计10日，最后一日为2026年4月14日",
        "截止于2026年4月14日24时",
    ]


def test_pause_that_begins_when_the_last_day_has_moved_goes_on_from_the_workday(
    database, case_id, clock
) -> None:
    clock.advance(timedelta(days=3))
    with database.writing() as session:
        _started, resting = _paused(session, case_id, clock, days=10, before=31)
        going = timers.resume(session, resting, now=clock.now(), calendar=_CALENDAR)
    assert last_day(going.due_at) == date(2026, 4, 17)


def test_clock_that_went_on_by_the_rule_of_before_stays_as_it_is_counted_again(
    database, case_id, clock
) -> None:
    """Nobody's days are cut short behind their back."""
    clock.advance(timedelta(days=3))
    with database.writing() as session:
        _started, resting = _paused(session, case_id, clock, days=10, before=5)
        going = timers.resume(session, resting, now=clock.now(), calendar=_CALENDAR)
        old = {key: value for key, value in going.history[-1].items() if key != "unrolled"}
        kept = Deadline(**going.model_dump(exclude={"history"}), history=[*going.history[:-1], old])
        again = timers.recount(session, kept, now=clock.now(), calendar=_CALENDAR)
    assert last_day(again.due_at) == date(2026, 4, 17)


def test_explanation_of_a_resting_clock_says_from_when(database, case_id, clock) -> None:
    with database.writing() as session:
        _started, resting = _paused(session, case_id, clock)
    assert timers.explain(resting)[-3:] == [
        "2026年3月10日起中止计算（凭据：suspension-1）",
        "中止期间不计入期限；中止前截止于2026年4月1日24时，恢复后顺延",
        "已中止计时",
    ]


@pytest.mark.parametrize(
    ("span", "days", "last"),
    [
        ("10 working_days", 10, date(2026, 3, 26)),  # eight of the ten days were workdays
        ("10 working_days", 0, date(2026, 3, 16)),
        ("1 months", 3, date(2026, 4, 7)),  # the fifth is a Sunday, the sixth a holiday
        ("30 days", 0, date(2026, 4, 1)),
    ],
)
def test_pause_is_counted_as_the_rule_counts(database, case_id, clock, span, days, last) -> None:
    with database.writing() as session:
        _started, resting = _paused(session, case_id, clock, span=span, days=days)
        going = timers.resume(session, resting, now=clock.now(), calendar=_CALENDAR)
    assert last_day(going.due_at) == last


def test_clock_of_hours_moves_by_the_minutes_of_its_pause(database, case_id, clock) -> None:
    with database.writing() as session:
        started = _start(session, case_id, clock, span="2 hours")
        clock.advance(timedelta(minutes=30))
        resting = timers.pause(session, started, evidence="x", now=clock.now())
        clock.advance(timedelta(minutes=45))
        going = timers.resume(session, resting, now=clock.now(), calendar=_CALENDAR)
    assert going.due_at == started.due_at + timedelta(minutes=45)


def test_clock_that_has_run_out_or_ended_cannot_rest(database, case_id, clock) -> None:
    with database.writing() as session:
        started = _start(session, case_id, clock)
        met = _start(session, case_id, clock, name="other")
        timers.meet(session, met.id, clock.now())
        for one, moment in [(started, started.due_at), (met, clock.now())]:
            with pytest.raises(CaseChanged):
                timers.pause(session, one, evidence="x", now=moment)


@pytest.mark.parametrize(("act", "state"), [(timers.meet_named, "met"), (timers.cancel_named, "cancelled")])
def test_resting_clock_can_end(database, case_id, clock, act, state) -> None:
    with database.writing() as session:
        _paused(session, case_id, clock)
        assert act(session, case_id, "mediation_limit", clock.now()) == 1
    assert [one.state for one in _stored(database, case_id)] == [state]


def test_recount_and_extension_after_a_pause_keep_the_pause(database, case_id, clock) -> None:
    with database.writing() as session:
        _started, resting = _paused(session, case_id, clock, calendar=Calendar([]))
        going = timers.resume(session, resting, now=clock.now(), calendar=Calendar([]))
        again = timers.recount(session, going, now=clock.now(), calendar=_CALENDAR)
        longer = timers.extend(session, again, days=7, evidence="e", now=clock.now(), calendar=_CALENDAR)
        same = timers.recount(session, longer, now=clock.now(), calendar=_CALENDAR)
    assert last_day(again.due_at) == date(2026, 4, 13)
    assert (last_day(longer.due_at), again.provisional, same) == (date(2026, 4, 20), False, longer)

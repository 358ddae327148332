"""Which step of the ladder a cause has reached. Pure: rules, moments and what was taken before come in, one step comes out.

A cause (a clock, the declines of a case, its dissatisfied visits, its repeats) climbs: each step is taken once for it,
never a lower one after a higher one. Whoever looks late takes the step that is right by then, with the moment at which it
was due; those in between are passed over and told as such.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from mediation.deadlines.calendar import Calendar, Span
from mediation.deadlines.lights import moment_before
from mediation.sites.supervision import StepSaid, TimeSaid

CauseKind = Literal["clock", "declines", "dissatisfied", "repeats"]
Given = Mapping[str, Sequence[datetime]]
"""Step → when it was due, each time that the same unit was given it before for another cause."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What makes a case climb: a clock by its end, or what happened so often, by the moments at which it did."""

    kind: CauseKind
    moments: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Climb:
    """A step to be taken: which, when it was due, which lower ones are passed over."""

    step: StepSaid
    due_at: datetime
    passed: tuple[tuple[str, datetime], ...] = ()


def climb(
    ladder: Sequence[StepSaid],
    cause: Cause,
    now: datetime,
    calendar: Calendar,
    taken: frozenset[str] = frozenset(),
    given: Given | None = None,
) -> Climb | None:
    """The step that the cause has reached and that was not taken for it yet; None if there is none.

    `taken`: steps taken for this cause or passed over. A step that the ladder no longer has counts for nothing.
    """
    due = moments(ladder, cause, calendar, given or {})
    reached = [
        place for place, moment in due.items() if moment <= now and _still_meant(ladder[place], cause, now)
    ]
    highest = max((place for place, step in enumerate(ladder) if step.key in taken), default=-1)
    if not reached or max(reached) <= highest:
        return None
    place = max(reached)
    passed = tuple(
        (ladder[lower].key, due[lower])
        for lower in sorted(due)
        if lower < place and due[lower] <= now and ladder[lower].key not in taken
    )
    return Climb(ladder[place], due[place], passed)


def next_moment(
    ladder: Sequence[StepSaid],
    cause: Cause,
    now: datetime,
    calendar: Calendar,
    taken: frozenset[str] = frozenset(),
) -> datetime | None:
    """When the next step of a clock comes, if nothing changes; None if none will."""
    highest = max((place for place, step in enumerate(ladder) if step.key in taken), default=-1)
    due = moments(ladder, cause, calendar, {})
    return min((moment for place, moment in due.items() if place > highest and moment > now), default=None)


def moments(
    ladder: Sequence[StepSaid], cause: Cause, calendar: Calendar, given: Given
) -> dict[int, datetime]:
    """Place in the ladder → when its step is due for the cause; steps that the cause does not bring are left out."""
    found: dict[int, datetime] = {}
    for place, step in enumerate(ladder):
        own = _own_moment(step, cause, calendar)
        once_more = _moment_of_again(ladder, step, found, given)
        both = [moment for moment in (own, once_more) if moment is not None]
        if both:
            found[place] = min(both)
    return found


def span_of(time: TimeSaid) -> Span:
    """A time of the file as the calendar's span."""
    return Span(time.count, time.measure)


def _still_meant(step: StepSaid, cause: Cause, now: datetime) -> bool:
    """A reminder of an end means nothing after it."""
    return step.when.before is None or now < cause.moments[0]


def _own_moment(step: StepSaid, cause: Cause, calendar: Calendar) -> datetime | None:
    when = step.when
    if cause.kind == "clock":
        end = cause.moments[0]
        if when.before is not None:
            return moment_before(end, span_of(when.before), calendar)
        if when.overdue is not None:
            return calendar.later(end, span_of(when.overdue), roll=False).moment
        return end if when.at_end else None
    wanted: int | None = getattr(when, cause.kind)
    if wanted is None or len(cause.moments) < wanted:
        return None
    return cause.moments[wanted - 1]


def _moment_of_again(
    ladder: Sequence[StepSaid], step: StepSaid, due: Mapping[int, datetime], given: Given
) -> datetime | None:
    """When the step that comes twice within its days came for this cause, if the unit had it before."""
    again = step.when.again
    if again is None:
        return None
    moment = next((due[place] for place in due if ladder[place].key == again.step), None)
    if moment is None:
        return None
    since = moment - timedelta(days=again.days)
    return moment if any(since < before <= moment for before in given.get(again.step, ())) else None

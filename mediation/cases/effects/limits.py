"""The number and the clocks of mediating and handling: begun, put off, rested, ended."""

from datetime import datetime, timedelta

from mediation.cases import numbering
from mediation.cases.aftercare import queries as aftercare
from mediation.cases.effects.registry import Changes, effect
from mediation.cases.hall import Hall, Heard
from mediation.cases.models import Dispute
from mediation.cases.routing import deciding
from mediation.deadlines import queries as deadline_queries
from mediation.deadlines import timers
from mediation.deadlines.calendar import Span
from mediation.errors import InputInvalid, Problem
from mediation.language import _
from mediation.units import queries as unit_queries
from mediation.units.models import Committee


@effect()
def _number_case(hall: Hall, case: Dispute, heard: Heard, changes: Changes, _argument: str) -> None:
    """Give the case its committee and number, once."""
    if case.number is not None:
        return
    assert case.id is not None
    wanted = heard.record.get("committee")
    if wanted:
        committee: Committee | None = unit_queries.committee(hall.session, str(wanted))
    else:
        committee = unit_queries.competent_committee(hall.session, case.holder_id, hall.today)
    if committee is None:
        message = _("本单位及上级都没有人民调解委员会，不能编号受理")
        raise InputInvalid([Problem(message, key="committee")])
    number = numbering.take_number(hall, committee, numbering.CASE, case.id)
    changes.update(number=number, committee_id=committee.id, accepted_at=hall.now)


@effect()
def _start_mediation_limit(
    hall: Hall, case: Dispute, _heard: Heard, _changes: Changes, _argument: str
) -> None:
    _begin_mediation_limit(hall, case, _("受理"))


@effect()
def _stop_mediation_limit(
    hall: Hall, case: Dispute, _heard: Heard, _changes: Changes, _argument: str
) -> None:
    assert case.id is not None
    timers.meet_named(hall.session, case.id, "mediation_limit", hall.now)


@effect()
def _start_handling_limit(
    hall: Hall, case: Dispute, _heard: Heard, _changes: Changes, _argument: str
) -> None:
    """The limit that the site's rule of routing gives, if it gives one."""
    deciding.start_handling(hall, case)


@effect()
def _stop_handling_limit(hall: Hall, case: Dispute, _heard: Heard, _changes: Changes, _argument: str) -> None:
    """Mediation has ended, one way or the other."""
    assert case.id is not None
    timers.meet_named(hall.session, case.id, deciding.HANDLING, hall.now)


@effect()
def _drop_handling_limit(hall: Hall, case: Dispute, _heard: Heard, _changes: Changes, _argument: str) -> None:
    """A limit for settling on the spot has lost its object: the case goes the long way."""
    assert case.id is not None
    timers.cancel_named(hall.session, case.id, deciding.HANDLING, hall.now)


@effect()
def _pause_handling_limit(
    hall: Hall, case: Dispute, _heard: Heard, _changes: Changes, _argument: str
) -> None:
    """It rests as the law's clock does, and goes on with it."""
    _pause(hall, case, deciding.HANDLING)


@effect()
def _extend_mediation_limit(
    hall: Hall, case: Dispute, heard: Heard, _changes: Changes, _argument: str
) -> None:
    """Later by so many days; what has run out is extended from its last day on, as far as that helps."""
    assert case.id is not None
    days = int(str(heard.act["days"]))
    running = deadline_queries.running(hall.session, case.id, "mediation_limit")
    if running is not None:
        due_at = timers.extend(
            hall.session,
            running,
            days=days,
            evidence=_("全体当事人申请"),
            now=hall.now,
            calendar=hall.office.calendar,
        ).due_at
    else:
        due_at = _limit_anew(hall, case.id, days)
    if due_at <= hall.now:
        message = _("延长后仍然已经届满：从原期限的最后一日起算，要多于 {days} 日").format(days=days)
        raise InputInvalid([Problem(message, key="days")])


def _limit_anew(hall: Hall, case_id: int, days: int) -> datetime:
    """The end of a clock that goes on where the one that ran out had ended."""
    ended = [
        row for row in deadline_queries.deadlines_of(hall.session, case_id) if row.name == "mediation_limit"
    ]
    if not ended or ended[-1].state != "missed":
        raise InputInvalid([Problem(_("调解期限已经停止计算，不能再延长"), key="days")])
    return timers.start(
        hall.session,
        case_id=case_id,
        name="mediation_limit",
        span=Span(days, "days"),
        article=hall.office.rules.mediation_limit.article,
        start_fact=_("全体当事人申请延期"),
        now=ended[-1].due_at - timedelta(microseconds=1),
        calendar=hall.office.calendar,
        on_miss=hall.office.rules.mediation_limit.on_miss or "tell_limit_missed",
    ).due_at


@effect()
def _pause_mediation_limit(
    hall: Hall, case: Dispute, _heard: Heard, _changes: Changes, _argument: str
) -> None:
    """The time of the pause does not count; one that goes on already goes on."""
    _pause(hall, case, "mediation_limit")


def _pause(hall: Hall, case: Dispute, name: str) -> None:
    assert case.id is not None
    pause = aftercare.open_suspension(hall.session, case.id)
    evidence = _("第{n}次中止调解").format(n=pause.ordinal if pause else 0)
    running = deadline_queries.running(hall.session, case.id, name)
    if running is not None:
        timers.pause(hall.session, running, evidence=evidence, now=hall.now)
        return
    for row in deadline_queries.paused(hall.session, case.id):
        if row.name == name:
            timers.rest_on(hall.session, row, evidence=evidence, now=hall.now)


@effect()
def _resume_mediation_limit(
    hall: Hall, case: Dispute, _heard: Heard, _changes: Changes, _argument: str
) -> None:
    assert case.id is not None
    for row in deadline_queries.paused(hall.session, case.id):
        timers.resume(hall.session, row, now=hall.now, calendar=hall.office.calendar)


@effect()
def _take_up_anew(hall: Hall, case: Dispute, _heard: Heard, _changes: Changes, _argument: str) -> None:
    """The law's time for mediating begins again."""
    _begin_mediation_limit(hall, case, _("再次调解"))


def _begin_mediation_limit(hall: Hall, case: Dispute, start_fact: str) -> None:
    assert case.id is not None
    timing = hall.office.rules.mediation_limit
    timers.start(
        hall.session,
        case_id=case.id,
        name="mediation_limit",
        span=timing.span,
        article=timing.article,
        start_fact=start_fact,
        now=hall.now,
        calendar=hall.office.calendar,
        on_miss=timing.on_miss or "tell_limit_missed",
    )

"""What follows from a move, in the same transaction: each effect that a definition names, carried out.

An effect may add columns to the dispute's one UPDATE (`changes`) and write other rows. `KNOWN` tells the checker which
effects exist and what kind of argument each takes.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from mediation.cases import assignment, numbering, queries
from mediation.cases.aftercare import partial, pauses, remediation, subjects
from mediation.cases.aftercare import queries as aftercare
from mediation.cases.appointments import arranging as appointments
from mediation.cases.clauses import confirmation_clock
from mediation.cases.escalation import level_above
from mediation.cases.hall import Hall, Heard
from mediation.cases.models import CoHandler, Dispute
from mediation.cases.outgoing import post_outbox
from mediation.cases.ownership import settling
from mediation.cases.performance import schedule
from mediation.cases.routing import deciding
from mediation.cases.tasks import queries as task_queries
from mediation.cases.tasks.book import tell_assignee
from mediation.clock import local_moment
from mediation.deadlines import queries as deadline_queries
from mediation.deadlines import timers
from mediation.deadlines.calendar import Span
from mediation.deadlines.models import Deadline
from mediation.errors import DefinitionError, InputInvalid, Problem
from mediation.language import _
from mediation.units import queries as unit_queries
from mediation.units.models import Committee

Changes = dict[str, Any]
Effect = Callable[[Hall, Dispute, Heard, Changes, str], None]

KNOWN: dict[str, str | None] = {}
_EFFECTS: dict[str, Effect] = {}


def carry_out(name: str, hall: Hall, case: Dispute, heard: Heard, changes: Changes) -> None:
    """Carry out one effect as a definition writes it: `name` or `name:argument`. DefinitionError for one that is not known."""
    effect, _colon, argument = name.partition(":")
    if effect not in _EFFECTS:
        raise DefinitionError([Problem(_("没有名为 {effect} 的后果").format(effect=effect))])
    _EFFECTS[effect](hall, case, heard, changes, argument)


def _effect(argument: str | None = None) -> Callable[[Effect], Effect]:
    def enter(function: Effect) -> Effect:
        name = function.__name__.lstrip("_")
        KNOWN[name] = argument
        _EFFECTS[name] = function
        return function

    return enter


@_effect()
def _take_hold(hall: Hall, case: Dispute, _heard: Heard, changes: Changes, _argument: str) -> None:
    """The unit that was asked becomes the holder; the one before stays as co-handler, its mediators' turn is over."""
    assert case.id is not None
    assert case.target_id is not None
    former = case.holder_id
    present = {row.unit_id: row for row in queries.co_handlers(hall.session, case.id)}
    if former not in present and former != case.target_id:
        hall.session.add(CoHandler(case_id=case.id, unit_id=former, why="former_holder", since=hall.now))
    if case.target_id in present:
        hall.session.delete(present[case.target_id])
    assignment.release_mediators(hall, case)
    changes.update(holder_id=case.target_id, target_id=None, sent_back=0)
    if case.accepted_at is not None:
        changes.update(numbering.renumbered(hall, case, case.target_id))


@_effect()
def _return_to_sender(_hall: Hall, case: Dispute, _heard: Heard, changes: Changes, _argument: str) -> None:
    """The holder keeps the case: nobody else had taken it."""
    changes.update(target_id=None, sent_back=case.sent_back + 1)


@_effect()
def _climb(hall: Hall, case: Dispute, _heard: Heard, changes: Changes, _argument: str) -> None:
    """Ask the unit on the next level of the chain to take the case."""
    above = level_above(hall, case)
    assert above is not None  # the guard below_the_top stands before this effect in every definition
    sent_back = queries.times_sent_back(hall.session, case, above.code)
    changes.update(target_id=above.id, sender_id=case.holder_id, sent_back=sent_back)


@_effect()
def _start_ownership_clock(
    hall: Hall, case: Dispute, _heard: Heard, _changes: Changes, _argument: str
) -> None:
    settling.start_clock(hall, case)


@_effect()
def _return_declined(_hall: Hall, _case: Dispute, _heard: Heard, changes: Changes, _argument: str) -> None:
    """The holder has to say anew who is to take the case."""
    changes["target_id"] = None


@_effect()
def _contest(hall: Hall, case: Dispute, _heard: Heard, changes: Changes, _argument: str) -> None:
    settling.contest(hall, case, changes)


@_effect()
def _order_to_take(hall: Hall, case: Dispute, heard: Heard, changes: Changes, _argument: str) -> None:
    settling.order(hall, case, str(heard.record["to"]), changes)


@_effect()
def _settle_ownership(hall: Hall, case: Dispute, _heard: Heard, changes: Changes, _argument: str) -> None:
    settling.settle(hall, case, changes)


@_effect()
def _tell_superior_contested(
    hall: Hall, case: Dispute, _heard: Heard, _changes: Changes, _argument: str
) -> None:
    settling.tell_superior(hall, case)


@_effect()
def _release_first_receiver(
    hall: Hall, case: Dispute, _heard: Heard, changes: Changes, _argument: str
) -> None:
    if case.first_receiver_released_at is None:
        changes["first_receiver_released_at"] = hall.now


@_effect()
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
        message = _("本单位及上级都没有人民调解委员会,不能编号受理")
        raise InputInvalid([Problem(message, key="committee")])
    number = numbering.take_number(hall, committee, numbering.CASE, case.id)
    changes.update(number=number, committee_id=committee.id, accepted_at=hall.now)


@_effect()
def _start_mediation_limit(
    hall: Hall, case: Dispute, _heard: Heard, _changes: Changes, _argument: str
) -> None:
    assert case.id is not None
    timing = hall.office.rules.mediation_limit
    timers.start(
        hall.session,
        case_id=case.id,
        name="mediation_limit",
        span=timing.span,
        article=timing.article,
        start_fact=_("受理"),
        now=hall.now,
        calendar=hall.office.calendar,
        on_miss="tell_limit_missed",
    )


@_effect()
def _stop_mediation_limit(
    hall: Hall, case: Dispute, _heard: Heard, _changes: Changes, _argument: str
) -> None:
    assert case.id is not None
    timers.meet_named(hall.session, case.id, "mediation_limit", hall.now)


@_effect()
def _start_handling_limit(
    hall: Hall, case: Dispute, _heard: Heard, _changes: Changes, _argument: str
) -> None:
    """The limit that the site's rule of routing gives, if it gives one."""
    deciding.start_handling(hall, case)


@_effect()
def _stop_handling_limit(hall: Hall, case: Dispute, _heard: Heard, _changes: Changes, _argument: str) -> None:
    """Mediation has ended, one way or the other."""
    assert case.id is not None
    timers.meet_named(hall.session, case.id, deciding.HANDLING, hall.now)


@_effect()
def _drop_handling_limit(hall: Hall, case: Dispute, _heard: Heard, _changes: Changes, _argument: str) -> None:
    """A limit for settling on the spot has lost its object: the case goes the long way."""
    assert case.id is not None
    timers.cancel_named(hall.session, case.id, deciding.HANDLING, hall.now)


@_effect()
def _pause_handling_limit(
    hall: Hall, case: Dispute, _heard: Heard, _changes: Changes, _argument: str
) -> None:
    """It rests as the law's clock does, and goes on with it."""
    _pause(hall, case, deciding.HANDLING)


@_effect()
def _extend_mediation_limit(
    hall: Hall, case: Dispute, heard: Heard, _changes: Changes, _argument: str
) -> None:
    """Later by so many days; what has run out is extended from its last day on, as far as that helps."""
    assert case.id is not None
    days = int(str(heard.act["days"]))
    running = deadline_queries.running(hall.session, case.id, "mediation_limit")
    if running is not None:
        extended = timers.extend(
            hall.session,
            running,
            days=days,
            evidence=_("全体当事人申请"),
            now=hall.now,
            calendar=hall.office.calendar,
        )
    else:
        extended = _limit_anew(hall, case.id, days)
    if extended.due_at <= hall.now:
        message = _("延长后仍然已经届满:从原期限的最后一日起算,要多于 {days} 日").format(days=days)
        raise InputInvalid([Problem(message, key="days")])


def _limit_anew(hall: Hall, case_id: int, days: int) -> Deadline:
    """A clock that goes on where the one that ran out had ended."""
    ended = [
        row for row in deadline_queries.deadlines_of(hall.session, case_id) if row.name == "mediation_limit"
    ]
    if not ended or ended[-1].state != "missed":
        raise InputInvalid([Problem(_("调解期限已经停止计算,不能再延长"), key="days")])
    return timers.start(
        hall.session,
        case_id=case_id,
        name="mediation_limit",
        span=Span(days, "days"),
        article=hall.office.rules.mediation_limit.article,
        start_fact=_("全体当事人申请延期"),
        now=ended[-1].due_at - timedelta(microseconds=1),
        calendar=hall.office.calendar,
        on_miss="tell_limit_missed",
    )


@_effect("form")
def _owe_paper(hall: Hall, case: Dispute, _heard: Heard, _changes: Changes, argument: str) -> None:
    """Have a paper made after the commit, about what is newest now."""
    _owe(hall, case, argument)


@_effect("form")
def _void_paper(hall: Hall, case: Dispute, heard: Heard, _changes: Changes, argument: str) -> None:
    """The paper of an agreement that is being signed is void, and so is a draft; they stay. One in force is left alone."""
    assert case.id is not None
    agreement = aftercare.agreement_at_work(hall.session, case.id)
    if agreement is None:
        return
    paper = aftercare.paper(hall.session, case.id, argument, f"agreement-{agreement.ordinal}")
    if paper is not None:
        paper.state = "void"
        paper.void_reason = str(heard.act.get("reason_code") or "reopened")
        hall.session.add(paper)
    agreement.state = "void"
    hall.session.add(agreement)


@_effect()
def _in_force(hall: Hall, case: Dispute, heard: Heard, changes: Changes, _argument: str) -> None:
    """The agreement is in force from the last of the acts that the law asks for (Art. 29), or when reached (Art. 30).

    A supplement leaves the dispute's outcome as it is; a renewed agreement takes the place of those before it.
    """
    assert case.id is not None
    agreement = aftercare.agreement_at_work(hall.session, case.id)
    assert agreement is not None
    assert agreement.id is not None
    ink_day = heard.act.get("ink_in_force_on")
    moment = hall.now if ink_day is None else local_moment(ink_day)  # type: ignore[arg-type]  # the verb puts a day there
    agreement.state = "in_force"
    agreement.in_force_at = moment
    hall.session.add(agreement)
    hall.session.flush()
    if agreement.kind == "renewed":
        remediation.replace_former(hall, case, agreement.ordinal)
    if agreement.kind == "supplementary":
        return
    outcome = "agreed_written" if agreement.written else "agreed_oral"
    level = hall.tree.level_of(case.holder_id, hall.office.chain)
    changes.update(outcome=outcome, ended_at=hall.now, settled_level=level.key if level else None)


@_effect()
def _schedule_performance(
    hall: Hall, case: Dispute, _heard: Heard, _changes: Changes, _argument: str
) -> None:
    """Instalments become rows; one clock for each clause or instalment with a day (Art. 31)."""
    assert case.id is not None
    agreement = queries.latest_agreement(hall.session, case.id)
    assert agreement is not None
    schedule.set_up(hall, agreement)


@_effect()
def _start_confirmation_clock(
    hall: Hall, case: Dispute, _heard: Heard, _changes: Changes, _argument: str
) -> None:
    """Thirty days to ask the court together for confirmation (人民调解法 Art. 33; 民事诉讼法 Art. 205)."""
    assert case.id is not None
    agreement = queries.latest_agreement(hall.session, case.id)
    assert agreement is not None
    timing = hall.office.rules.confirmation
    start = agreement.in_force_at or hall.now
    timers.start(
        hall.session,
        case_id=case.id,
        name=confirmation_clock(agreement),
        span=timing.span,
        article=timing.article,
        start_fact=_("协议生效"),
        now=start,
        calendar=hall.office.calendar,
    )


@_effect()
def _meet_confirmation_clock(
    hall: Hall, case: Dispute, heard: Heard, _changes: Changes, _argument: str
) -> None:
    """The parties have asked the court in time."""
    assert case.id is not None
    timers.meet_named(hall.session, case.id, str(heard.act["confirmation_clock"]), hall.now)


@_effect()
def _start_enforcement_clocks(
    hall: Hall, case: Dispute, heard: Heard, _changes: Changes, _argument: str
) -> None:
    """A court has confirmed the agreement: the last days to ask for its enforcement (民事诉讼法 Art. 250)."""
    assert case.id is not None
    agreement = aftercare.agreement_of(hall.session, case.id, int(str(heard.act["confirmation_agreement"])))
    if agreement is not None and agreement.state == "in_force":
        schedule.set_up_enforcement(hall, agreement, date.fromisoformat(str(heard.act["ruled_on"])))


@_effect("outcome")
def _end(hall: Hall, case: Dispute, heard: Heard, changes: Changes, argument: str) -> None:
    """Mediation is over without an agreement. One that is in force from before goes on binding: its outcome stays."""
    assert case.id is not None
    changes["end_reason"] = heard.act.get("reason_code") or argument
    if not aftercare.agreements_in_force(hall.session, case.id):
        changes.update(outcome=argument, ended_at=hall.now)
    appointments.cancel_all(hall, case, ("session", "conference"))
    settling.drop(hall, case, changes)
    if case.suspended_at is not None:
        pauses.finish(hall, case, None)
        changes["suspended_at"] = None


@_effect()
def _end_rest(hall: Hall, case: Dispute, _heard: Heard, _changes: Changes, _argument: str) -> None:
    """Mediation of the claims that a partial agreement leaves open ends with a notice of its own (Art. 26)."""
    assert case.id is not None
    agreement = queries.latest_agreement(hall.session, case.id)
    if agreement is not None and partial.end_rest(hall, case, agreement):
        hall.session.flush()
        _owe(hall, case, "termination_notice")


@_effect()
def _pause_mediation_limit(
    hall: Hall, case: Dispute, _heard: Heard, _changes: Changes, _argument: str
) -> None:
    """The time of the pause does not count; one that goes on already goes on."""
    _pause(hall, case, "mediation_limit")


def _pause(hall: Hall, case: Dispute, name: str) -> None:
    assert case.id is not None
    running = deadline_queries.running(hall.session, case.id, name)
    if running is not None:
        pause = aftercare.open_suspension(hall.session, case.id)
        evidence = _("第{n}次中止调解").format(n=pause.ordinal if pause else 0)
        timers.pause(hall.session, running, evidence=evidence, now=hall.now)


@_effect()
def _resume_mediation_limit(
    hall: Hall, case: Dispute, _heard: Heard, _changes: Changes, _argument: str
) -> None:
    assert case.id is not None
    for row in deadline_queries.paused(hall.session, case.id):
        timers.resume(hall.session, row, now=hall.now, calendar=hall.office.calendar)


@_effect()
def _take_up_anew(hall: Hall, case: Dispute, _heard: Heard, _changes: Changes, _argument: str) -> None:
    """The law's time for mediating begins again."""
    assert case.id is not None
    timing = hall.office.rules.mediation_limit
    timers.start(
        hall.session,
        case_id=case.id,
        name="mediation_limit",
        span=timing.span,
        article=timing.article,
        start_fact=_("再次调解"),
        now=hall.now,
        calendar=hall.office.calendar,
        on_miss="tell_limit_missed",
    )


@_effect()
def _close_case(hall: Hall, case: Dispute, _heard: Heard, changes: Changes, _argument: str) -> None:
    changes["closed_at"] = hall.now
    if case.ended_at is None:
        changes["ended_at"] = hall.now


@_effect()
def _archive_case(hall: Hall, case: Dispute, _heard: Heard, changes: Changes, _argument: str) -> None:
    """Every clock stops: nobody has to wait for anything any more. The state's own is met by leaving it."""
    assert case.id is not None
    changes.update(archived_at=hall.now, open=False, due_at=None)
    appointments.cancel_all(hall, case)
    for row in deadline_queries.deadlines_of(hall.session, case.id):
        if not row.name.startswith("state:"):
            timers.cancel(hall.session, row.id or 0, hall.now)


@_effect()
def _tell_superior(hall: Hall, case: Dispute, _heard: Heard, _changes: Changes, _argument: str) -> None:
    """The leader of the level above is told."""
    above = level_above(hall, case)
    post_outbox(hall, case, "notice", {"notice": "escalated", "unit": above.code if above else ""})


@_effect()
def _remind_owner(hall: Hall, case: Dispute, _heard: Heard, _changes: Changes, _argument: str) -> None:
    post_outbox(
        hall,
        case,
        "notice",
        {
            "notice": "overdue",
            "state": case.state,
            "unit": _code(hall, case.target_id or case.arbiter_id or case.holder_id),
        },
    )


@_effect()
def _remind_assignee(hall: Hall, case: Dispute, heard: Heard, _changes: Changes, _argument: str) -> None:
    """A task's own clock ran out (`act` says which): whoever has the task is told."""
    assert case.id is not None
    name = str(heard.act.get("deadline", ""))
    task = task_queries.task(hall.session, case.id, int(name.rpartition(":")[2] or 0))
    if task is not None:
        tell_assignee(hall, case, task, "task_overdue")


@_effect()
def _tell_limit_missed(hall: Hall, case: Dispute, _heard: Heard, _changes: Changes, _argument: str) -> None:
    post_outbox(hall, case, "notice", {"notice": "limit_missed", "unit": _code(hall, case.holder_id)})


@_effect()
def _urge_performance(hall: Hall, case: Dispute, heard: Heard, _changes: Changes, _argument: str) -> None:
    """The day for a clause, or an instalment of it (`act` says which), has passed without a record."""
    part = str(heard.act.get("deadline", "")).rpartition(":")[2]
    payload = {"notice": "performance_due", "part": part, "unit": _code(hall, case.holder_id)}
    post_outbox(hall, case, "notice", payload)


def _owe(hall: Hall, case: Dispute, form: str) -> None:
    assert case.id is not None
    payload = {"form": form, "actor": hall.actor.code}
    subject = subjects.newest(hall.session, case.id, form)
    post_outbox(hall, case, "issue_paper", {**payload, "subject": subject} if subject else payload)


def _code(hall: Hall, unit_id: int) -> str:
    return queries.unit(hall.session, unit_id).code

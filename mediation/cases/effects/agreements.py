"""Papers owed and void, agreements in force, what follows from them: performance, confirmation, enforcement."""

from datetime import date

from mediation.cases import queries
from mediation.cases.aftercare import queries as aftercare
from mediation.cases.aftercare import remediation, subjects
from mediation.cases.appointments import arranging as appointments
from mediation.cases.clauses import confirmation_clock
from mediation.cases.effects.registry import Changes, effect
from mediation.cases.hall import Hall, Heard
from mediation.cases.models import Dispute
from mediation.cases.outgoing import post_outbox
from mediation.cases.performance import schedule
from mediation.clock import local_moment
from mediation.deadlines import timers
from mediation.language import _


@effect("form")
def _owe_paper(hall: Hall, case: Dispute, _heard: Heard, _changes: Changes, argument: str) -> None:
    """Have a paper made after the commit, about what is newest now."""
    owe(hall, case, argument)


@effect("form")
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


@effect()
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
    appointments.cancel_all(hall, case, ("session", "conference"))
    outcome = "agreed_written" if agreement.written else "agreed_oral"
    level = hall.tree.level_of(case.holder_id, hall.office.chain)
    changes.update(outcome=outcome, ended_at=hall.now, settled_level=level.key if level else None)


@effect()
def _schedule_performance(
    hall: Hall, case: Dispute, _heard: Heard, _changes: Changes, _argument: str
) -> None:
    """Instalments become rows; one clock for each clause or instalment with a day (Art. 31)."""
    assert case.id is not None
    agreement = queries.latest_agreement(hall.session, case.id)
    assert agreement is not None
    schedule.set_up(hall, agreement)


@effect()
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
        on_miss=timing.on_miss,
    )


@effect()
def _meet_confirmation_clock(
    hall: Hall, case: Dispute, heard: Heard, _changes: Changes, _argument: str
) -> None:
    """The parties have asked the court in time."""
    assert case.id is not None
    timers.meet_named(hall.session, case.id, str(heard.act["confirmation_clock"]), hall.now)


@effect()
def _start_enforcement_clocks(
    hall: Hall, case: Dispute, heard: Heard, _changes: Changes, _argument: str
) -> None:
    """A court has confirmed the agreement: the last days to ask for its enforcement (民事诉讼法 Art. 250)."""
    assert case.id is not None
    agreement = aftercare.agreement_of(hall.session, case.id, int(str(heard.act["confirmation_agreement"])))
    if agreement is not None and agreement.state == "in_force":
        schedule.set_up_enforcement(hall, agreement, date.fromisoformat(str(heard.act["ruled_on"])))


def owe(hall: Hall, case: Dispute, form: str) -> None:
    assert case.id is not None
    payload = {"form": form, "actor": hall.actor.code}
    subject = subjects.newest(hall.session, case.id, form)
    post_outbox(hall, case, "issue_paper", {**payload, "subject": subject} if subject else payload)
    hall.owed.append((form, subject))

"""调解: sessions with their records, talks with one side, the agreement in clauses, more time if all ask for it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from mediation.cases import parties, queries
from mediation.cases.aftercare import partial
from mediation.cases.aftercare import queries as aftercare
from mediation.cases.appointments import arranging as appointments
from mediation.cases.facts import clause_facts, party_label, why_written
from mediation.cases.hall import Hall, Heard
from mediation.cases.inputs import (
    AgreementText,
    ClauseSaid,
    ConcludeOral,
    ConcludeWritten,
    DraftAgreement,
    Extend,
    NotePrivately,
    RecordSession,
    WithReason,
)
from mediation.cases.models import Agreement, Clause, Dispute, Extension, MediationSession, PrivateNote
from mediation.cases.notices import refuse_unknown
from mediation.cases.numbering import agreement_number
from mediation.cases.paperwork import lacking
from mediation.cases.performance import schedule
from mediation.cases.tasks import queries as task_queries
from mediation.cases.tasks import standing
from mediation.clock import local_day
from mediation.deadlines.calendar import spoken_day
from mediation.errors import Faults, InputInvalid, Problem
from mediation.language import _, joined
from mediation.workflow.facts import AgreementFacts


def record_session(hall: Hall, case: Dispute, said: RecordSession) -> Heard:
    """One session, one record (Art. 27): who was there, what was said and checked, how it ended."""
    assert case.id is not None
    everybody = queries.parties(hall.session, case.id)
    present = list(said.present)
    helpers = _attendance(hall, case, said)
    absent = [party for party in everybody if party.ordinal not in present]
    ordinal = len(queries.session_results(hall.session, case.id)) + 1
    record = {
        "place": said.place,
        "subject": said.subject or str(case.title),
        "present": present,
        "absent": [party.ordinal for party in absent],
        "absent_names": [str(party.name) for party in absent],
        "participants": list(helpers.values()),
        "body": list(said.body),
    }
    row = MediationSession(
        case_id=case.id,
        ordinal=ordinal,
        held_from=said.held_from,
        held_to=said.held_to,
        result=said.result,
        round=case.remediated,
        record=record,
    )

    def write() -> None:
        hall.session.add(row)
        appointments.keep(hall, case, "session", said.held_from)

    return Heard(
        act={"public": case.public, "result": said.result, "participants": tuple(helpers)},
        facts={
            "sessions": len(queries.session_results(hall.session, case.id, case.remediated)) + 1,
            "last_result": said.result,
        },
        record={"session": ordinal, "result": said.result, "present": present},
        details={"record": record},
        write=write,
    )


def _attendance(hall: Hall, case: Dispute, said: RecordSession) -> dict[int, str]:
    """The helpers who were there; InputInvalid with all that is wrong with the times and with who was there."""
    wrong = Faults()
    if said.held_to is not None and said.held_to < said.held_from:
        wrong.add(_("结束时间早于开始时间"), "held_to")
    if said.held_from > hall.now:
        wrong.add(_("不能记录还没有开始的调解"), "held_from")
    elif said.held_to is not None and said.held_to > hall.now:
        wrong.add(_("结束时间晚于现在；调解结束以后再记录"), "held_to")
    if case.occurred_on is not None and local_day(said.held_from) < case.occurred_on:
        wrong.add(_("早于纠纷发生的日期"), "held_from")
    else:
        _note_too_early(hall, case, local_day(said.held_from), wrong)
    again = queries.session_held_at(hall.session, case.id or 0, said.held_from)
    if again is not None:
        wrong.add(_("这个时间的调解已经记录，是第{n}次调解").format(n=again), "held_from")
    helpers: dict[int, str] = {}
    with wrong.noting():
        parties.named(hall, case, said.present, "present")
    with wrong.noting():
        helpers = _invited(hall, case, said.participants)
    if said.result == "agreed":
        with wrong.noting():
            _refuse_absent(hall, case, list(said.present))
    wrong.refuse()
    return helpers


def _note_too_early(hall: Hall, case: Dispute, day: date, wrong: Faults) -> None:
    """A talk from before the case was accepted, or registered where nothing has been accepted, is none of its sessions.

    On the short way people talk first, and it is entered afterwards.
    """
    if hall.office.is_short_way(case.workflow, case.workflow_version):
        return
    if case.accepted_at is not None:
        first = local_day(case.accepted_at)
        message = _(
            "调解的日期（{day}）早于受理的日期（{first}）；日期写错的请改正，受理以前谈过的，写进受理以后的调解记录"
        )
    else:
        first = local_day(case.received_at)
        message = _(
            "调解的日期（{day}）早于登记的日期（{first}）；日期写错的请改正，登记以前谈过的，写进登记以后的调解记录"
        )
    if day < first:
        wrong.add(message.format(day=spoken_day(day), first=spoken_day(first)), "held_from")


def _invited(hall: Hall, case: Dispute, names: Sequence[str]) -> dict[int, str]:
    """The helpers of these names by their ordinals, as the record prints them: name, kind and unit (Art. 20).

    Of several entries of one name the last counts. InputInvalid for who has not been entered.
    """
    assert case.id is not None
    title = hall.office.codes.title
    known = {
        str(row.name): (
            at,
            f"{row.name}（{_who(title('participant_kinds', row.kind), row.kind, row.details.get('unit'))}）",
        )
        for at, row in enumerate(queries.participants(hall.session, case.id), start=1)
    }
    message = _("{name} 没有登记为参加人；请先征得全体当事人同意，再办理「补正资料」（add_participants）登记")
    problems = [
        Problem(message.format(name=name), key=f"participants[{at}]")
        for at, name in enumerate(names)
        if name not in known
    ]
    if problems:
        raise InputInvalid(problems)
    return dict(known[name] for name in names)


def _who(title: str, kind: str, unit: str | None) -> str:
    """What a helper is and from where; of whom no kind fits, only from where."""
    said = [] if kind == "other" and unit else [title]
    return "，".join([*said, *filter(None, [unit])])


def _refuse_absent(hall: Hall, case: Dispute, present: list[int]) -> None:
    """Nobody is bound by what others agreed: all parties take part, or the representatives whom their side has chosen."""
    assert case.id is not None
    rows = queries.parties(hall.session, case.id)
    agents = queries.agents(hall.session, case.id)
    led = {agent.party_id for agent in agents if agent.kind == "group_representative"}
    spoken_for = {row.role for row in rows if row.id in led and row.ordinal in present}
    absent = [row for row in rows if row.ordinal not in present and row.role not in spoken_for]
    if absent:
        who = joined(party_label(row) for row in absent)
        raise InputInvalid([Problem(_("{who}没有到场，不能记为达成一致").format(who=who), key="present")])


def note_privately(hall: Hall, case: Dispute, said: NotePrivately) -> Heard:
    """背对背: kept from the other side, from boards and from statistics."""
    assert case.id is not None
    party = parties.named(hall, case, [said.party], "party")[0]
    assert party.id is not None
    row = PrivateNote(
        case_id=case.id,
        party_id=party.id,
        author_id=hall.actor.person_id,
        written_at=hall.now,
        reader="author" if said.only_me else None,
        body=said.body,
    )
    return Heard(
        record={"party": said.party}, details={"body": said.body}, write=lambda: hall.session.add(row)
    )


def draft_agreement(hall: Hall, case: Dispute, said: DraftAgreement) -> Heard:
    """The agreement in structured clauses; a new draft takes the place of the one before.

    In talks taken up anew it is to take the place of the agreement that binds until then.
    """
    assert case.id is not None
    check_draft(hall, case, said, said.settles)
    former = aftercare.agreement_at_work(hall.session, case.id)
    earlier = queries.agreements(hall.session, case.id)
    ordinal = former.ordinal if former else len(earlier) + 1
    concluded = [row.ordinal for row in earlier if row.in_force_at is not None]
    text = {
        **text_of(said),
        "claims": list(case.claims),
    }  # what it settles, if not all, is told by their numbers

    def write() -> None:
        assert case.id is not None
        row = former or Agreement(
            case_id=case.id,
            ordinal=ordinal,
            written=True,
            medium="tablet",
            kind="renewed" if concluded else "main",
            supplements=concluded[-1] if concluded else None,
            text=text,
            concluded_on=hall.today,
        )
        row.text, row.concluded_on, row.settles = text, hall.today, sorted(said.settles) or None
        hall.session.add(row)
        hall.session.flush()
        assert row.id is not None
        for clause in queries.clauses(hall.session, row.id):
            hall.session.delete(clause)
        hall.session.flush()
        hall.session.add_all(clause_rows(row, said.clauses))

    record: dict[str, Any] = {"agreement": ordinal, "clauses": len(said.clauses)}
    if said.settles:
        record["settles"] = sorted(said.settles)
    details = {"agreement": said.model_dump(mode="json", exclude={"occurred_at"}, exclude_none=True)}
    return Heard(record=record, details=details, write=write)


def check_draft(hall: Hall, case: Dispute, said: AgreementText, settles: Sequence[int] = ()) -> None:
    """InputInvalid for parties, acts, days and claims that an agreement cannot have."""
    wrong = Faults()
    partial.note_wrong_claims(hall, case, settles, wrong)
    for at, clause in enumerate(said.clauses):
        with wrong.noting():
            parties.named(hall, case, [clause.obligor, clause.obligee], f"clauses[{at}]")
        with wrong.noting():
            refuse_unknown(hall, "clause_acts", clause.act, key=f"clauses[{at}].act")
    with wrong.noting():
        _refuse_unclear_days(hall, said)
    wrong.refuse()


def text_of(said: AgreementText) -> dict[str, Any]:
    """What an agreement says besides its clauses."""
    return said.model_dump(
        mode="json", include={"facts", "matters", "responsibility", "manner", "place", "time_limit"}
    )


def refuse_tablet(hall: Hall, medium: str) -> None:
    """InputInvalid for a site that has all agreements signed by hand."""
    if medium != "ink" and not hall.office.rules.tablet:
        raise InputInvalid([Problem(_("本单位规定协议书一律在纸上手签，请选 ink"), key="medium")])


def conclude_written(hall: Hall, case: Dispute, said: ConcludeWritten) -> Heard:
    """达成书面协议: the text is settled and goes to signing."""
    agreement, divided = _understood(hall, case, said, "conclude_written", said.medium)
    number = agreement_number(str(case.number), agreement.ordinal)

    def write() -> None:
        agreement.written, agreement.medium, agreement.state = True, said.medium, "signing"
        agreement.concluded_on, agreement.number = hall.today, number
        divided.write(agreement, case.claims)
        hall.session.add(agreement)

    facts = _concluded(hall, case, agreement, medium=said.medium, written=True)
    details = {"override_reason": said.override_reason} if said.override_reason else {}
    return Heard(
        act={"medium": said.medium, "override_reason": bool(said.override_reason), **divided.act},
        facts={**facts, "paper_lacks": lacking(hall, case, "agreement")},
        record={
            "agreement": agreement.ordinal,
            "number": number,
            "medium": said.medium,
            **divided.record,
        },
        details={**details, **divided.details},
        write=write,
    )


def conclude_oral(hall: Hall, case: Dispute, said: ConcludeOral) -> Heard:
    """达成口头协议: the parties think no writing necessary; the mediator records the content (Art. 28)."""
    agreement, divided = _understood(hall, case, said, "conclude_oral", None)
    wanted = said.written_wanted_by
    number = agreement_number(str(case.number), agreement.ordinal)

    def write() -> None:
        agreement.written, agreement.medium, agreement.number = False, "oral", number
        agreement.concluded_on = hall.today
        divided.write(agreement, case.claims)
        hall.session.add(agreement)

    facts = _concluded(hall, case, agreement, medium="oral", written=False)
    if wanted:
        clauses = queries.clauses(hall.session, agreement.id or 0)
        facts["oral_refused_because"] = (*why_written(hall, case, clauses), "asked_by_party")
    return Heard(
        act={"medium": "oral", "written_wanted_by": wanted, **divided.act},
        facts=facts,
        record={"agreement": agreement.ordinal, "number": number, **divided.record},
        details=divided.details,
        write=write,
    )


def extend(hall: Hall, case: Dispute, said: Extend) -> Heard:
    """延长: only if all parties ask for it, and in all for no longer than the site's cap, if it has one."""
    assert case.id is not None
    wrong = Faults()
    with wrong.noting():
        parties.named(hall, case, said.asked_by, "asked_by")
    with wrong.noting():
        _refuse_beyond_cap(hall, case.id, said.days)
    _note_beyond_agreed(hall, case, said.days, wrong)
    heard = Heard(act={"asked_by": said.asked_by, "days": said.days, "reason": said.reason})
    wrong.refuse(heard)
    row = Extension(
        case_id=case.id, asked_by=list(said.asked_by), days=said.days, granted_at=hall.now, reason=said.reason
    )
    return replace(
        heard,
        record={"asked_by": list(said.asked_by), "days": said.days},
        details={"reason": said.reason},
        write=lambda: hall.session.add(row),
    )


def _refuse_beyond_cap(hall: Hall, case_id: int, days: int) -> None:
    most = hall.office.rules.extensions
    if most is None:
        return
    left = most.span.count - aftercare.extended_days(hall.session, case_id)
    if days > left:
        message = _("一件纠纷累计最多延长{most}日（依据：{article}），还可以延长{left}日")
        shown = message.format(most=most.span.count, article=most.article, left=max(0, left))
        raise InputInvalid([Problem(shown, key="days")])


def _note_beyond_agreed(hall: Hall, case: Dispute, days: int, wrong: Faults) -> None:
    """Whoever agreed to a later deadline agreed to so many days."""
    assert case.id is not None
    definition = hall.office.engine(case.workflow, case.workflow_version).definition
    for name, found in standing.rounds_that_count(task_queries.rounds(hall.session, case.id)).items():
        agreed = found.looked_at.get("days")
        if agreed is not None and days > agreed and name in definition.approvals:
            message = _("「{title}」看的是延长{n}天，不能更长；要更长的，重新送审")
            wrong.add(message.format(title=definition.approvals[name].title, n=agreed), "days")


def reopen_talks(hall: Hall, case: Dispute, said: WithReason) -> Heard:
    """Back to the table before everybody has signed: the paper is void, the talks go on."""
    return Heard(act={"reason": said.reason}, details={"reason": said.reason})


def _refuse_unclear_days(hall: Hall, said: AgreementText) -> None:
    """A day that has passed, or a day beside "at once", leaves open what is owed when."""
    problems = []
    for at, clause in enumerate(said.clauses):
        key = f"clauses[{at}].due_on"
        if clause.due_on is not None and clause.due_on < hall.today:
            problems.append(Problem(_("履行期限早于今天"), key=key))
        if clause.due_on is not None and clause.at_once:
            problems.append(Problem(_("写了当场履行，就不写履行期限"), key=key))
        problems += schedule.faults(at, clause, hall.today)
    if problems:
        raise InputInvalid(problems)


def clause_rows(agreement: Agreement, said: Sequence[ClauseSaid]) -> list[Clause]:
    """The clauses of an agreement, in order."""
    return [_clause_row(agreement, at, one) for at, one in enumerate(said, start=1)]


def _clause_row(agreement: Agreement, ordinal: int, said: ClauseSaid) -> Clause:
    terms = said.model_dump(
        mode="json", include={"what", "at_once", "manner", "place", "condition", "breach"}
    )
    agreed = schedule.agreed(said)
    if agreed:
        terms["instalments"] = agreed["instalments"]
    return Clause(
        agreement_id=agreement.id or 0,
        case_id=agreement.case_id,
        ordinal=ordinal,
        obligor=said.obligor,
        obligee=said.obligee,
        act=said.act,
        amount_fen=agreed.get("amount_fen", said.amount_fen),
        due_on=agreed.get("due_on", said.due_on),
        terms=terms,
    )


def _understood(
    hall: Hall, case: Dispute, said: ConcludeWritten | ConcludeOral, trigger: str, medium: str | None
) -> tuple[Agreement, partial.Divided]:
    """The draft, and what it settles; InputInvalid with all that is wrong with either."""
    wrong = Faults()
    agreement: Agreement | None = None
    divided = partial.Divided()
    if medium is not None:
        with wrong.noting():
            refuse_tablet(hall, medium)
    with wrong.noting():
        agreement = _draft(hall, case)
        _note_days_gone(hall, case, agreement, wrong)
    with wrong.noting():
        divided = partial.divide(hall, case, said, agreement, trigger)
    if isinstance(said, ConcludeOral):
        with wrong.noting():
            parties.named(hall, case, said.written_wanted_by, "written_wanted_by")
    act: dict[str, object] = {"medium": medium or "oral"}
    if isinstance(said, ConcludeWritten):
        act["override_reason"] = bool(said.override_reason)
    else:
        act["written_wanted_by"] = said.written_wanted_by
    facts: dict[str, object] = {}
    if agreement is not None:
        facts = _concluded(hall, case, agreement, medium=medium or "oral", written=medium is not None)
        if wrong.problems and medium is not None:
            facts["paper_lacks"] = lacking(hall, case, "agreement")
    wrong.refuse(
        Heard(act={**act, **partial.said_of_claims(said, agreement)}, drawn=partial.DRAWN, facts=facts)
    )
    assert agreement is not None
    return agreement, divided


def _note_days_gone(hall: Hall, case: Dispute, draft: Agreement, wrong: Faults) -> None:
    """What was drafted a while ago may be late before it is signed."""
    act = hall.office.engine(case.workflow, case.workflow_version).title("draft_agreement")
    message = _("第{n}条的履行期限{day}已经过了：请重新办理「{act}」，写上新的日期")
    for clause in queries.clauses(hall.session, draft.id or 0):
        plan = clause.terms.get("instalments", ())
        first = date.fromisoformat(plan[0]["due_on"]) if plan else clause.due_on
        if first is not None and first < hall.today:
            wrong.add(message.format(n=clause.ordinal, day=spoken_day(first), act=_(act)), "agreement")


def _draft(hall: Hall, case: Dispute) -> Agreement:
    assert case.id is not None
    agreement = aftercare.agreement_at_work(hall.session, case.id)
    if agreement is None:
        act = hall.office.engine(case.workflow, case.workflow_version).title("draft_agreement")
        message = _("还没有拟协议，请先办理「{act}」").format(act=act)
        raise InputInvalid([Problem(message, key="agreement")])
    return agreement


def _concluded(
    hall: Hall, case: Dispute, agreement: Agreement, *, medium: str, written: bool
) -> dict[str, object]:
    assert agreement.id is not None
    rows = queries.clauses(hall.session, agreement.id)
    facts = AgreementFacts(
        written=written, medium=medium, state="draft", clauses=tuple(clause_facts(row) for row in rows)
    )
    return {"agreement": facts}

"""司法确认: the parties ask a court together to confirm their agreement; what it rules, and what follows (CPL Art. 205, 206, 250)."""

from dataclasses import replace
from datetime import date

from sqlmodel import Session

from mediation.cases import facts, parties
from mediation.cases import queries as case_queries
from mediation.cases.aftercare import queries as aftercare
from mediation.cases.clauses import confirmation_clock, enforcement_clock
from mediation.cases.hall import Hall, Heard
from mediation.cases.models import Agreement, Clause, Dispute
from mediation.cases.performance import queries
from mediation.cases.performance.models import CourtConfirmation
from mediation.cases.performance.said import ApplyConfirmation, RecordConfirmation
from mediation.clock import local_day
from mediation.deadlines import queries as deadline_queries
from mediation.deadlines.calendar import last_day, spoken_day, spoken_due
from mediation.deadlines.models import Deadline
from mediation.errors import Faults, InputInvalid, Problem
from mediation.language import _, joined

_STATUS = ("0101", "0102", "0103")
_OWNERSHIP = ("0403", "0901", "0902", "0903", "0904", "1001")


def apply_confirmation(hall: Hall, case: Dispute, said: ApplyConfirmation) -> Heard:
    """The joint application was handed in: within thirty days of the agreement's effect, by all parties."""
    wrong = Faults()
    agreement: Agreement | None = None
    agents: dict[str, object] = {}
    court = said.court or hall.office.rules.court
    with wrong.noting():
        _rows, agents = parties.speaking(hall, case, said.asked_by, "asked_by", said.agents, "confirm")
    with wrong.noting():
        agreement = _agreement(hall, case, said.agreement)
    if said.applied_on > hall.today:
        wrong.add(_("申请日期还没有到"), "applied_on")
    if agreement and agreement.in_force_at and said.applied_on < local_day(agreement.in_force_at):
        wrong.add(_("申请日期早于协议生效"), "applied_on")
    if court is None:
        wrong.add(_("没有写明向哪个人民法院申请；部署单位也没有写明（place.court）"), "court")
    if agreement is None:
        wrong.refuse(Heard(act={"asked_by": said.asked_by, **agents}))
    assert agreement is not None
    assert case.id is not None
    heard = Heard(
        act={
            "asked_by": said.asked_by,
            "confirmation_state": _state(hall, agreement),
            "confirmation_time": _time(hall, agreement, said),
            "confirmation_clock": confirmation_clock(agreement),
            **agents,
        },
        drawn={
            "confirmation_state": ("agreement",),
            "confirmation_time": ("agreement", "applied_on"),
            **dict.fromkeys(agents, ("asked_by", "agents")),
        },
    )
    wrong.refuse(heard)
    row = CourtConfirmation(
        case_id=case.id,
        agreement_id=agreement.id or 0,
        ordinal=len(queries.confirmations(hall.session, case.id)) + 1,
        court=court or "",
        applied_on=said.applied_on,
        recorded_at=hall.now,
        reference={"application": said.reference} if said.reference else None,
    )
    return replace(
        heard,
        record={
            "confirmation": row.ordinal,
            "agreement": agreement.ordinal,
            "asked_by": list(said.asked_by),
            "agents": {str(party): agent for party, agent in said.agents.items()},
            "applied_on": said.applied_on.isoformat(),
            "court": row.court,
        },
        details={"reference": said.reference} if said.reference else {},
        write=lambda: hall.session.add(row),
        told=tuple(warnings(hall, case, agreement)),
    )


def record_confirmation(hall: Hall, case: Dispute, said: RecordConfirmation) -> Heard:
    """The ruling: valid, so that it can be enforced; or dismissed, so that it is changed, made anew, or sued about."""
    row = _pending(hall, case, said.agreement)
    agreement = case_queries.agreement_by_id(hall.session, row.agreement_id) if row else None
    wrong = Faults()
    if said.ruled_on > hall.today:
        wrong.add(_("裁定日期还没有到"), "ruled_on")
    if row is not None and said.ruled_on < row.applied_on:
        wrong.add(_("裁定日期早于申请日期"), "ruled_on")
    heard = Heard(
        act={
            "confirmation_state": row.result if row else "",
            "confirmation_result": said.result,
            "confirmation_agreement": agreement.ordinal if agreement else 0,
            "ruled_on": said.ruled_on.isoformat(),
        },
        drawn={"confirmation_state": ("agreement",), "confirmation_result": ("result",)},
    )
    wrong.refuse(heard)

    def write() -> None:
        assert row is not None  # the guard has seen it
        row.result, row.ruled_on = said.result, said.ruled_on
        row.reference = {**(row.reference or {}), "number": said.number, "note": said.reference or ""}
        hall.session.add(row)

    return replace(
        heard,
        record={
            "confirmation": row.ordinal if row else 0,
            "agreement": agreement.ordinal if agreement else 0,
            "result": said.result,
            "ruled_on": said.ruled_on.isoformat(),
        },
        details={"number": said.number, **({"reference": said.reference} if said.reference else {})},
        write=write,
        told=_after_ruling(said),
    )


def warnings(hall: Hall, case: Dispute, agreement: Agreement) -> list[str]:
    """What a court may refuse or dismiss the application for: to be looked at, it decides by itself (民诉法解释 Art. 353–358)."""
    assert agreement.id is not None
    clauses = case_queries.clauses(hall.session, agreement.id)
    found = [_("请核对：{why}").format(why=why) for why in refusals(case, agreement)]
    unclear = [str(one.ordinal) for one in map(facts.clause_facts, clauses) if one.lacks]
    if unclear:
        message = _("请核对：第{ordinals}条内容不明确的，人民法院裁定驳回（民诉法解释第358条）")
        found.append(message.format(ordinals=joined(unclear)))
    if clauses and all(clause.performed_on is not None for clause in clauses):
        found.append(_("各条都已履行，一般没有必要申请确认"))
    found.append(
        _(
            "申请时提交：申请书、调解协议、调解组织主持调解的证明、身份证明；与财产权利有关的，另交证明材料（民诉法解释第354条）"
        )
    )
    return found


def refusals(case: Dispute, agreement: Agreement) -> list[str]:
    """Why a court may not take the application: for the matter, or for what cannot be handed in (民诉法解释 Art. 354, 355)."""
    found = []
    if case.governance_category in _STATUS or case.category == "01":
        found.append(
            _("涉及婚姻关系、亲子关系、收养关系等身份关系确认、解除的，人民法院不予受理（民诉法解释第355条）")
        )
    if case.governance_category in _OWNERSHIP:
        found.append(_("涉及物权、知识产权确权的，人民法院不予受理（民诉法解释第355条）"))
    if not agreement.written:
        found.append(_("申请时要提交调解协议；口头协议请先由各方签订书面协议（民诉法解释第354条）"))
    return found


def ways_after_breach(hall: Hall, agreement: Agreement, clause: Clause) -> tuple[str, ...]:
    """What stays open after a breach: enforcement only where a court has confirmed the agreement, suit where none has; anew if all
    consent.
    """
    if not is_confirmed(hall.session, agreement):
        again = _(
            "全体当事人都同意的，可以办理「再次调解」；也可以就协议的履行向人民法院起诉（人民调解法第32条）"
        )
        return (_("协议没有经人民法院确认，不能直接申请强制执行"), again)
    again = _("全体当事人都同意的，可以办理「再次调解」")
    clock = _enforcement(hall, agreement, clause)
    if clock is None:
        return (_("人民法院已确认协议，可以申请强制执行（民事诉讼法第250条）"), again)
    message = _("人民法院已确认协议，申请强制执行的期间到{due}为止（民事诉讼法第250条）")
    if clock.due_at <= hall.now:
        message = _(
            "人民法院已确认协议，申请强制执行的期间已于{due}届满；有中止、中断情形的，由人民法院审查（民事诉讼法第250条）"
        )
    return (message.format(due=spoken_due(clock.due_at)), again)


def enforceable_until(hall: Hall, agreement: Agreement, clause: Clause) -> date | None:
    """The last day to ask a court for enforcement; none where no court has confirmed, or nobody has to act by a day."""
    clock = _enforcement(hall, agreement, clause) if is_confirmed(hall.session, agreement) else None
    return last_day(clock.due_at) if clock is not None else None


def is_confirmed(session: Session, agreement: Agreement) -> bool:
    """Whether a court has confirmed the agreement, which can be enforced then (Art. 33)."""
    last = queries.confirmation_of(session, agreement.id or 0)
    return last is not None and last.result == "confirmed"


def _enforcement(hall: Hall, agreement: Agreement, clause: Clause) -> Deadline | None:
    name = enforcement_clock(agreement, clause.ordinal)
    rows = deadline_queries.deadlines_of(hall.session, agreement.case_id)
    return next((row for row in rows if row.name == name), None)


def _after_ruling(said: RecordConfirmation) -> tuple[str, ...]:
    if said.result == "confirmed":
        return (_("一方不履行的，对方可以在申请执行期限届满以前向人民法院申请强制执行"),)
    return (
        _(
            "人民法院驳回了申请：可以由各方通过调解变更原协议（补充协议）或者达成新的协议（再次调解），也可以起诉（民事诉讼法第206条）"
        ),
    )


def _agreement(hall: Hall, case: Dispute, of: int | None) -> Agreement:
    assert case.id is not None
    binding = aftercare.agreements_in_force(hall.session, case.id)
    found = [row for row in binding if of in {None, row.ordinal}]
    if len(found) == 1:
        return found[0]
    known = joined(str(row.ordinal) for row in binding) or _("无")
    message = _("请写明是第几份生效的协议（agreement）；现有：{known}").format(known=known)
    raise InputInvalid([Problem(message, key="agreement")])


def _pending(hall: Hall, case: Dispute, of: int | None) -> CourtConfirmation | None:
    """The application that waits for a ruling, of the agreement that is named; the last one if several wait."""
    assert case.id is not None
    waiting = [row for row in queries.confirmations(hall.session, case.id) if row.result == "applied"]
    if of is not None:
        named = aftercare.agreement_of(hall.session, case.id, of)
        waiting = [row for row in waiting if named is not None and row.agreement_id == named.id]
    return waiting[-1] if waiting else None


def _state(hall: Hall, agreement: Agreement) -> str:
    last = queries.confirmation_of(hall.session, agreement.id or 0)
    return last.result if last is not None else ""


def _time(hall: Hall, agreement: Agreement, said: ApplyConfirmation) -> str:
    """`over: 2026年4月1日` if the day of application lies after the last one allowed; nothing otherwise."""
    rows = deadline_queries.deadlines_of(hall.session, agreement.case_id)
    clock = next((row for row in reversed(rows) if row.name == confirmation_clock(agreement)), None)
    if clock is None or said.applied_on <= last_day(clock.due_at):
        return ""
    return spoken_day(last_day(clock.due_at))

"""How a dispute ends: refused, withdrawn, terminated, performed or not; told; closed."""

from mediation.cases import notices, parties, queries
from mediation.cases.aftercare import queries as aftercare
from mediation.cases.clauses import confirmation_clock, performance_clock
from mediation.cases.hall import Hall, Heard
from mediation.cases.inputs import (
    Close,
    Ending,
    RecordBreach,
    RecordPerformance,
    Refuse,
    TellNotice,
    Withdraw,
)
from mediation.cases.models import Agreement, Clause, Dispute, Party
from mediation.deadlines import timers
from mediation.errors import Faults, InputInvalid, Problem
from mediation.language import _


def refuse(hall: Hall, case: Dispute, said: Refuse) -> Heard:
    """A party clearly refuses: mediation must not begin, or must stop (Art. 17, 23, 26)."""
    row = parties.named(hall, case, [said.party], "party")[0]
    by = _agent(hall, case, row, said.agent)
    accepted = case.accepted_at is not None
    kind, reason = ("termination", "party_unwilling") if accepted else ("non_acceptance", "party_refuses")

    def write() -> None:
        row.refused_at, row.consented_at = hall.now, None
        hall.session.add(row)
        notices.notice_row(hall, case, kind, reason, said.explanation, said.routes)

    return Heard(
        act={"refuser": said.party, "reason": reason, "reason_code": reason, "routes": said.routes, **by},
        record={"party": said.party, "agent": said.agent or 0, "reason": reason, "routes": list(said.routes)},
        details={"explanation": said.explanation} if said.explanation else {},
        write=write,
    )


def withdraw(hall: Hall, case: Dispute, said: Withdraw) -> Heard:
    """All applicants withdraw; what had been accepted is terminated, and the other routes are told."""
    reason = "settled_privately" if said.settled_privately else "withdrawn"
    accepted = case.accepted_at is not None
    rows = parties.named(hall, case, said.asked_by, "asked_by")
    if any(row.role != "applicant" for row in rows):
        raise InputInvalid([Problem(_("撤回申请的应当是申请人"), key="asked_by")])

    def write() -> None:
        if accepted:
            notices.notice_row(hall, case, "termination", reason, said.reason, said.routes)

    return Heard(
        act={
            "reason": said.reason,
            "reason_code": reason,
            "asked_by": said.asked_by,
            "routes": said.routes,
            **parties.agents_lack(hall, case, rows, said.agents, "end"),
        },
        record={
            "reason": reason,
            "asked_by": list(said.asked_by),
            "agents": {str(party): agent for party, agent in said.agents.items()},
            "routes": list(said.routes),
        },
        details={"reason": said.reason},
        write=write,
    )


def terminate(hall: Hall, case: Dispute, said: Ending) -> Heard:
    """终止调解: no agreement; the parties are told of arbitration, administrative and judicial routes (Art. 26)."""
    wrong = Faults()
    with wrong.noting():
        notices.refuse_unknown(hall, "end_reasons", said.reason, key="reason")
    with wrong.noting():
        notices.refuse_unknown(hall, "routes", *said.routes, key="routes")
    wrong.refuse()
    return Heard(
        act={"reason": said.reason, "reason_code": said.reason, "routes": said.routes},
        record={"reason": said.reason, "routes": list(said.routes)},
        details={"explanation": said.explanation} if said.explanation else {},
        write=lambda: notices.notice_row(
            hall, case, "termination", said.reason, said.explanation, said.routes
        ),
    )


def tell_notice(hall: Hall, case: Dispute, said: TellNotice) -> Heard:
    """Notices were handed to these parties."""
    wrong = Faults()
    wanted: list[tuple[str, notices.Told]] = []
    with wrong.noting():
        notices.refuse_unknown(hall, "telling_manners", said.manner, key="manner")
    with wrong.noting():
        parties.named(hall, case, said.parties)
    with wrong.noting():
        wanted = notices.to_tell(hall, case, said.paper)
    wrong.refuse()
    papers = [name for name, _row in wanted]
    return Heard(
        record={"parties": list(said.parties), "manner": said.manner, "papers": papers},
        write=lambda: notices.tell(hall, wanted, said.parties),
    )


def record_performance(hall: Hall, case: Dispute, said: RecordPerformance) -> Heard:
    """A clause was performed (Art. 31)."""
    wrong = Faults()
    found: tuple[Agreement, Clause] | None = None
    with wrong.noting():
        found = _clause(hall, case, said.clause, said.agreement)
    if said.performed_on > hall.today:
        wrong.add(_("履行日期还没有到"), "performed_on")
    wrong.refuse()
    assert found is not None
    agreement, clause = found

    def write() -> None:
        assert case.id is not None
        clause.performed_on, clause.breached_on, clause.proof = said.performed_on, None, said.proof
        hall.session.add(clause)
        timers.meet_named(hall.session, case.id, performance_clock(agreement, clause.ordinal), hall.now)

    record = {
        "agreement": agreement.ordinal,
        "clause": said.clause,
        "performed_on": said.performed_on.isoformat(),
    }
    return Heard(record=record, details={"proof": said.proof} if said.proof else {}, write=write)


def record_breach(hall: Hall, case: Dispute, said: RecordBreach) -> Heard:
    """A clause was not performed; either party may sue (Art. 32), or ask for help to settle anew."""
    wrong = Faults()
    found: tuple[Agreement, Clause] | None = None
    with wrong.noting():
        found = _clause(hall, case, said.clause, said.agreement)
    if found is not None and found[1].performed_on is not None:
        wrong.add(_("这一条已经记录为履行"), "clause")
    elif found is not None and found[1].due_on is not None and found[1].due_on >= hall.today:
        wrong.add(_("履行期限还没有届满"), "clause")
    if said.noticed_on > hall.today:
        wrong.add(_("发现未履行的日期还没有到"), "noticed_on")
    with wrong.noting():
        notices.refuse_unknown(hall, "routes", *said.routes, key="routes")
    wrong.refuse()
    assert found is not None
    agreement, clause = found

    def write() -> None:
        assert case.id is not None
        clause.breached_on = said.noticed_on
        hall.session.add(clause)
        timers.cancel_named(hall.session, case.id, performance_clock(agreement, clause.ordinal), hall.now)

    record = {
        "agreement": agreement.ordinal,
        "clause": said.clause,
        "noticed_on": said.noticed_on.isoformat(),
        "routes": list(said.routes),
    }
    return Heard(act={"routes": said.routes}, record=record, details={"account": said.account}, write=write)


def close(hall: Hall, case: Dispute, said: Close) -> Heard:
    """结案: everything performed or its failure recorded, every paper issued, everybody told, what was dangerous reported."""
    why = said.no_report_reason
    details = {"remark": said.remark, "no_report_reason": why}
    return Heard(
        act={"no_report_reason": bool(why)},
        changes={"unreported_because": why} if why else {},
        record={"unreported": True} if why else {},
        details={key: value for key, value in details.items() if value},
    )


def cancel_clocks(hall: Hall, agreement: Agreement) -> None:
    """What ran for an agreement that binds no more has lost its object: its clauses' clocks, and its confirmation's."""
    assert agreement.id is not None
    names = [performance_clock(agreement, row.ordinal) for row in queries.clauses(hall.session, agreement.id)]
    for name in (*names, confirmation_clock(agreement)):
        timers.cancel_named(hall.session, agreement.case_id, name, hall.now)


def _agent(hall: Hall, case: Dispute, party: Party, ordinal: int | None) -> dict[str, object]:
    """For the guards: what the agent lacks who ends the mediation for a party; nothing if the party speaks itself."""
    if ordinal is None:
        return {}
    agent = parties.agent_of(hall, case, party, ordinal)
    return {"agent_lacks": parties.agent_lacks(hall, agent, "end")}


def _clause(hall: Hall, case: Dispute, ordinal: int, of: int | None) -> tuple[Agreement, Clause]:
    """A clause of an agreement in force; InputInvalid says which there are, and asks which is meant of several."""
    assert case.id is not None
    binding = {row.ordinal: row for row in aftercare.agreements_in_force(hall.session, case.id)}
    if of is None and len(binding) > 1:
        message = _("本案有几份生效的协议，请写明是第几份（agreement）：{known}")
        raise InputInvalid([Problem(message.format(known=_listed(list(binding))), key="agreement")])
    agreement = next(iter(binding.values()), None) if of is None else binding.get(of)
    if agreement is None and of is not None:
        message = _("没有第 {ordinal} 份生效的协议；现有：{known}")
        shown = message.format(ordinal=of, known=_listed(list(binding)))
        raise InputInvalid([Problem(shown, key="agreement")])
    rows = queries.clauses(hall.session, agreement.id) if agreement and agreement.id else []
    found = next((row for row in rows if row.ordinal == ordinal), None)
    if found is None or agreement is None:
        message = _("协议没有第 {ordinal} 条;现有:{known}")
        shown = message.format(ordinal=ordinal, known=_listed([row.ordinal for row in rows]))
        raise InputInvalid([Problem(shown, key="clause")])
    return agreement, found


def _listed(ordinals: list[int]) -> str:
    return "、".join(str(ordinal) for ordinal in ordinals) or _("无")

"""How a dispute ends: refused, withdrawn, terminated, performed or not; told; closed."""

from mediation.cases import notices, parties, queries
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
from mediation.cases.models import Clause, Dispute, Party
from mediation.deadlines import timers
from mediation.errors import InputInvalid, Problem
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
    notices.refuse_unknown(hall, "end_reasons", said.reason, key="reason")
    return Heard(
        act={"reason": said.reason, "reason_code": said.reason, "routes": said.routes},
        record={"reason": said.reason, "routes": list(said.routes)},
        details={"explanation": said.explanation} if said.explanation else {},
        write=lambda: notices.notice_row(
            hall, case, "termination", said.reason, said.explanation, said.routes
        ),
    )


def tell_notice(hall: Hall, case: Dispute, said: TellNotice) -> Heard:
    """The notice was handed to these parties."""
    notices.refuse_unknown(hall, "telling_manners", said.manner, key="manner")
    parties.named(hall, case, said.parties)
    return Heard(
        record={"parties": list(said.parties), "manner": said.manner},
        write=lambda: notices.tell(hall, case, said.parties),
    )


def record_performance(hall: Hall, case: Dispute, said: RecordPerformance) -> Heard:
    """A clause was performed (Art. 31)."""
    clause = _clause(hall, case, said.clause)
    if said.performed_on > hall.today:
        raise InputInvalid([Problem(_("履行日期还没有到"), key="performed_on")])

    def write() -> None:
        assert case.id is not None
        clause.performed_on, clause.breached_on, clause.proof = said.performed_on, None, said.proof
        hall.session.add(clause)
        timers.meet_named(hall.session, case.id, f"performance:{clause.ordinal}", hall.now)

    record = {"clause": said.clause, "performed_on": said.performed_on.isoformat()}
    return Heard(record=record, details={"proof": said.proof} if said.proof else {}, write=write)


def record_breach(hall: Hall, case: Dispute, said: RecordBreach) -> Heard:
    """A clause was not performed; either party may sue (Art. 32), or ask for help to settle anew."""
    clause = _clause(hall, case, said.clause)
    notices.refuse_unknown(hall, "routes", *said.routes, key="routes")
    if clause.performed_on is not None:
        raise InputInvalid([Problem(_("这一条已经记录为履行"), key="clause")])
    if said.noticed_on > hall.today:
        raise InputInvalid([Problem(_("发现未履行的日期还没有到"), key="noticed_on")])
    if clause.due_on is not None and clause.due_on >= hall.today:
        raise InputInvalid([Problem(_("履行期限还没有届满"), key="clause")])

    def write() -> None:
        assert case.id is not None
        clause.breached_on = said.noticed_on
        hall.session.add(clause)
        timers.cancel_named(hall.session, case.id, f"performance:{clause.ordinal}", hall.now)

    record = {"clause": said.clause, "noticed_on": said.noticed_on.isoformat(), "routes": list(said.routes)}
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


def _agent(hall: Hall, case: Dispute, party: Party, ordinal: int | None) -> dict[str, object]:
    """For the guards: what the agent lacks who ends the mediation for a party; nothing if the party speaks itself."""
    if ordinal is None:
        return {}
    agent = parties.agent_of(hall, case, party, ordinal)
    return {"agent_lacks": parties.agent_lacks(hall, agent, "end")}


def _clause(hall: Hall, case: Dispute, ordinal: int) -> Clause:
    assert case.id is not None
    agreement = queries.latest_agreement(hall.session, case.id)
    rows = queries.clauses(hall.session, agreement.id) if agreement and agreement.id else []
    found = next((row for row in rows if row.ordinal == ordinal), None)
    if found is None:
        known = "、".join(str(row.ordinal) for row in rows) or _("无")
        message = _("协议没有第 {ordinal} 条;现有:{known}").format(ordinal=ordinal, known=known)
        raise InputInvalid([Problem(message, key="clause")])
    return found

"""How a dispute ends: refused, withdrawn, terminated; told; closed."""

from dataclasses import replace

from mediation.cases import notices, parties, queries
from mediation.cases.hall import Hall, Heard
from mediation.cases.inputs import (
    Close,
    Ending,
    Refuse,
    TellNotice,
    Withdraw,
)
from mediation.cases.models import Dispute, Party
from mediation.cases.tasks import book
from mediation.errors import Faults
from mediation.language import _


def refuse(hall: Hall, case: Dispute, said: Refuse) -> Heard:
    """A party clearly refuses: mediation must not begin, or must stop (Art. 17, 23, 26)."""
    wrong = Faults()
    by: dict[str, object] = {}
    with wrong.noting():
        row = parties.named(hall, case, [said.party], "party")[0]
        by = _agent(hall, case, row, said.agent)
    with wrong.noting():
        notices.refuse_unknown(hall, "routes", *said.routes, key="routes")
    accepted = case.accepted_at is not None
    kind, reason = ("termination", "party_unwilling") if accepted else ("non_acceptance", "party_refuses")
    heard = Heard(
        act={"refuser": said.party, "reason": reason, "reason_code": reason, "routes": said.routes, **by},
        drawn={"refuser": ("party",), **dict.fromkeys(by, ("party", "agent"))},
    )
    wrong.refuse(heard)

    def write() -> None:
        row.refused_at, row.consented_at = hall.now, None
        hall.session.add(row)
        notices.notice_row(hall, case, kind, reason, said.explanation, said.routes)

    return replace(
        heard,
        record={"party": said.party, "agent": said.agent or 0, "reason": reason, "routes": list(said.routes)},
        details={"explanation": said.explanation} if said.explanation else {},
        write=write,
    )


def withdraw(hall: Hall, case: Dispute, said: Withdraw) -> Heard:
    """All applicants withdraw; what had been accepted is terminated, and the other routes are told."""
    reason = "settled_privately" if said.settled_privately else "withdrawn"
    accepted = case.accepted_at is not None
    wrong = Faults()
    lack: dict[str, object] = {}
    with wrong.noting():
        _rows, lack = parties.speaking(hall, case, said.asked_by, "asked_by", said.agents, "end")
    known = queries.parties(hall.session, case.id or 0)
    if any(row.role != "applicant" for row in known if row.ordinal in said.asked_by):
        wrong.add(_("撤回申请的应当是申请人"), "asked_by")
    with wrong.noting():
        notices.refuse_unknown(hall, "routes", *said.routes, key="routes")
    heard = Heard(
        act={
            "reason": said.reason,
            "reason_code": reason,
            "asked_by": said.asked_by,
            "routes": said.routes,
            **lack,
        },
        drawn={"reason_code": ("settled_privately",), **dict.fromkeys(lack, ("asked_by", "agents"))},
    )
    wrong.refuse(heard)

    def write() -> None:
        if accepted:
            notices.notice_row(hall, case, "termination", reason, said.reason, said.routes)

    return replace(
        heard,
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
    heard = Heard(
        act={"reason": said.reason, "reason_code": said.reason, "routes": said.routes},
        drawn={"reason_code": ("reason",)},
    )
    wrong.refuse(heard)
    return replace(
        heard,
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
    there = {party.ordinal for party in queries.parties(hall.session, case.id or 0)} & set(said.parties)
    before = list(notices.told_before(wanted, sorted(there)))
    if len(before) == len(there):  # else there is something to record, and who was told keeps the first day
        wrong.problems += before
    wrong.refuse()
    papers = [name for name, _row in wanted]
    return Heard(
        record={"parties": list(said.parties), "manner": said.manner, "papers": papers},
        write=lambda: notices.tell(hall, wanted, said.parties),
    )


def close(hall: Hall, case: Dispute, said: Close) -> Heard:
    """结案: everything performed or its failure recorded, every paper issued, everybody told, what was dangerous reported."""
    why = said.no_report_reason
    details = {"remark": said.remark, "no_report_reason": why}
    return Heard(
        act={"no_report_reason": bool(why)},
        changes={"unreported_because": why} if why else {},
        record={"unreported": True} if why else {},
        details={key: value for key, value in details.items() if value},
        told=_still_open(hall, case),
    )


def _still_open(hall: Hall, case: Dispute) -> tuple[str, ...]:
    """What somebody has to do although the case is closed, a promise to a party above all: it lapses with the archive."""
    definition = hall.office.engine(case.workflow, case.workflow_version).definition
    ways = [edge for edge in definition.edges if edge.trigger == "close" and case.state in edge.origin]
    message = _("{task}还没有办结，结案以后照样要办，归档时仍没有办结就失效")
    return tuple(
        message.format(task=book.named(hall, task))
        for edge in ways[:1]
        for task in book.going_on(hall, case, definition, edge.to or case.state)
    )


def _agent(hall: Hall, case: Dispute, party: Party, ordinal: int | None) -> dict[str, object]:
    """For the guards: what the agent lacks who ends the mediation for a party; nothing if the party speaks itself."""
    if ordinal is None:
        return {}
    agent = parties.agent_of(hall, case, party, ordinal)
    return {"agent_lacks": parties.agent_lacks(hall, agent, "end")}

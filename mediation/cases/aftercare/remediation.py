"""再次调解: an agreement that was not performed, or that a court has set aside, is talked about anew, if all parties want that.

The old agreement binds until a new one is in force; if none comes about, it goes on binding, and either party may sue
(人民调解法 Art. 32).
"""

from dataclasses import replace

from mediation.cases import facts, parties
from mediation.cases import queries as case_queries
from mediation.cases.aftercare import queries
from mediation.cases.aftercare.said import Remediate
from mediation.cases.hall import Hall, Heard
from mediation.cases.inputs import Plain
from mediation.cases.models import Dispute, Party
from mediation.cases.performance import schedule
from mediation.errors import Faults


def remediate(hall: Hall, case: Dispute, said: Remediate) -> Heard:
    """Who asks for it consents with it, also one who had refused before."""
    assert case.id is not None
    wrong = Faults()
    rows: list[Party] = []
    lack: dict[str, object] = {}
    with wrong.noting():
        rows, lack = parties.speaking(hall, case, said.asked_by, "asked_by", said.agents, "apply")
    agents = case_queries.agents(hall.session, case.id)
    asking = set(said.asked_by)
    after = tuple(
        replace(seen, consented=True, refused=False) if seen.ordinal in asking else seen
        for seen in (
            facts.party_facts(row, agents, hall.today) for row in case_queries.parties(hall.session, case.id)
        )
    )
    heard = Heard(act={"asked_by": said.asked_by, "reason": said.reason, **lack}, facts={"parties": after})
    wrong.refuse(heard)
    again = case.remediated + 1

    def write() -> None:
        for row in rows:
            row.consented_at, row.refused_at = hall.now, None
            hall.session.add(row)

    return replace(
        heard,
        changes={"remediated": again, "closed_at": None},
        record={
            "remediated": again,
            "asked_by": list(said.asked_by),
            "agents": {str(party): agent for party, agent in said.agents.items()},
        },
        details={"reason": said.reason},
        write=write,
    )


def follow_up(_hall: Hall, _case: Dispute, said: Plain) -> Heard:
    """继续督促履行: the new talks came to nothing; what the earlier agreement still asks for is watched again (Art. 31)."""
    return Heard(details={"remark": said.remark} if said.remark else {})


def replace_former(hall: Hall, case: Dispute, ordinal: int) -> None:
    """A renewed agreement is in force: those before it bind no more, and their clocks stop."""
    assert case.id is not None
    for former in queries.agreements_in_force(hall.session, case.id):
        if former.ordinal < ordinal:
            former.state = "replaced"
            hall.session.add(former)
            schedule.cancel_clocks(hall, former)

"""激化: what may turn violent or criminal is reported to the police, promptly and on record (Art. 25)."""

from mediation.cases import queries
from mediation.cases.hall import Hall, Heard
from mediation.cases.inputs import ReportPolice
from mediation.cases.models import Dispute, PoliceReport
from mediation.errors import InputInvalid, Problem
from mediation.language import _


def report_police(hall: Hall, case: Dispute, said: ReportPolice) -> Heard:
    """报告公安机关: that it was done, when and to whom; the mediation itself goes on or is ended by an act of its own."""
    assert case.id is not None
    if said.reported_at > hall.now:
        raise InputInvalid([Problem(_("报告时间晚于现在"), key="reported_at")])
    ordinal = queries.times_reported(hall.session, case.id) + 1
    row = PoliceReport(
        case_id=case.id,
        ordinal=ordinal,
        reporter_id=hall.actor.person_id,
        reported_at=said.reported_at,
        recorded_at=hall.now,
        reported_to=said.to,
        reference=said.reference,
        account=said.account,
    )
    details = {"to": said.to, "account": said.account}
    return Heard(
        facts={"police_reports": ordinal},
        record={"report": ordinal, "reported_at": said.reported_at.isoformat()},
        details={**details, "reference": said.reference} if said.reference else details,
        write=lambda: hall.session.add(row),
    )

"""激化: risks are weighed, and what may turn violent or criminal is reported to the police, promptly and on record (Art. 25)."""

from mediation.cases import notices, queries
from mediation.cases.hall import Hall, Heard
from mediation.cases.inputs import ReportPolice
from mediation.cases.models import Dispute, PoliceReport
from mediation.cases.said_joint import AssessRisk
from mediation.cases.side_models import RiskAssessment
from mediation.clock import local_day
from mediation.deadlines import timers
from mediation.deadlines.calendar import Span
from mediation.errors import Faults, InputInvalid, Problem
from mediation.language import _
from mediation.workflow.facts import HIGH_RISK


def report_police(hall: Hall, case: Dispute, said: ReportPolice) -> Heard:
    """报告公安机关: that it was done, when and to whom; the mediation itself goes on or is ended by an act of its own."""
    assert case.id is not None
    if said.reported_at > hall.now:
        raise InputInvalid([Problem(_("报告时间晚于现在"), key="reported_at")])
    if case.occurred_on is not None and local_day(said.reported_at) < case.occurred_on:
        raise InputInvalid([Problem(_("早于纠纷发生的日期"), key="reported_at")])
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


def assess_risk(hall: Hall, case: Dispute, said: AssessRisk) -> Heard:
    """风险评估: how dangerous it is and what is done about it; looked at again on the day named, at the latest."""
    assert case.id is not None
    case_id = case.id
    wrong = Faults()
    with wrong.noting():
        notices.refuse_unknown(hall, "risks", said.level, key="level")
    for at, factor in enumerate(said.factors):
        with wrong.noting():
            notices.refuse_unknown(hall, "risk_factors", factor, key=f"factors[{at}]")
    if said.review_on is not None and said.review_on <= hall.today:
        wrong.add(_("复评日期应当晚于今天"), "review_on")
    wrong.refuse()
    ordinal = (queries.latest_risk(hall.session, case_id) or 0) + 1

    def write() -> None:
        hall.session.add(
            RiskAssessment(
                case_id=case_id,
                ordinal=ordinal,
                level=said.level,
                factors=list(said.factors),
                measures=said.measures,
                assessed_by_id=hall.actor.person_id,
                assessed_at=hall.now,
                review_on=said.review_on,
            )
        )
        timers.meet_named(hall.session, case_id, "risk_review", hall.now)
        if said.review_on is not None:
            timers.start(
                hall.session,
                case_id=case_id,
                name="risk_review",
                span=Span((said.review_on - hall.today).days, "days"),
                article="人民调解法第25条",
                start_fact=_("风险评估"),
                now=hall.now,
                calendar=hall.office.calendar,
                on_miss="remind_owner",
                roll=False,
            )

    return Heard(
        facts={"risk_assessed": True, "risk": said.level},
        changes={"risk": said.level},
        record={"assessment": ordinal, "level": said.level, "factors": list(said.factors)},
        details={"measures": said.measures},
        write=write,
        told=_of_a_report(hall, case, said.level),
    )


def _of_a_report(hall: Hall, case: Dispute, level: str) -> tuple[str, ...]:
    """The law has danger reported when it is seen (人民调解法第25条), not when the case is closed."""
    engine = hall.office.engine(case.workflow, case.workflow_version)
    is_open = "report_police" in engine.triggers_from(case.state)
    if level != HIGH_RISK or not is_open or queries.times_reported(hall.session, case.id or 0):
        return ()
    message = _(
        "风险等级为高，还没有报告公安机关的记录：可能激化为治安、刑事案件的，请办理「{act}」（人民调解法第25条）"
    )
    return (message.format(act=_(engine.title("report_police"))),)

"""回访评价, 归档: asked again afterwards, then bound and put away."""

from mediation.cases import facts, notices, parties, queries
from mediation.cases.appointments import arranging as appointments
from mediation.cases.hall import Hall, Heard
from mediation.cases.inputs import Archive, VisitSaid
from mediation.cases.models import Dispute, Visit
from mediation.errors import Faults
from mediation.language import _


def visit(hall: Hall, case: Dispute, said: VisitSaid) -> Heard:
    """回访 on performance and satisfaction, by someone else than the mediator where the site wants that."""
    assert case.id is not None
    wrong = Faults()
    with wrong.noting():
        parties.named(hall, case, [said.party], "party")
    with wrong.noting():
        notices.refuse_unknown(hall, "visit_methods", said.method, key="method")
    with wrong.noting():
        notices.refuse_unknown(hall, "performance", said.performance, key="performance")
    if said.visited_at is not None and said.visited_at > hall.now:
        wrong.add(_("回访时间晚于现在"), "visited_at")
    mediating = {person.id for _row, person, _post in queries.mediators(hall.session, case.id)}
    if hall.office.rules.visit_by_another and hall.actor.person_id in mediating:
        wrong.add(_("本单位规定由本案调解员以外的人回访"), "as")
    wrong.refuse()
    ordinal = queries.visits_paid(hall.session, case.id) + 1
    row = Visit(
        case_id=case.id,
        ordinal=ordinal,
        party=said.party,
        visitor_id=hall.actor.person_id,
        visited_at=said.visited_at or hall.now,
        method=said.method,
        performance=said.performance,
        satisfaction=said.satisfaction,
        record=said.model_dump(
            mode="json", include={"situation", "remaining_risk", "measures"}, exclude_none=True
        ),
    )

    def write() -> None:
        hall.session.add(row)
        appointments.keep(hall, case, "visit", row.visited_at)

    return Heard(
        facts={"visits": ordinal},
        record={
            "visit": ordinal,
            "party": said.party,
            "performance": said.performance,
            "satisfaction": said.satisfaction,
        },
        details={"situation": said.situation},
        write=write,
    )


def archive(hall: Hall, case: Dispute, said: Archive) -> Heard:
    """归档: the volume is complete. Papers not signed here were signed by hand; where they are kept is on record."""
    details = {"paper_volume": said.paper_volume, "remark": said.remark}
    return Heard(
        facts={
            "volume_lacks": facts.volume_lacks(hall, case, signed_elsewhere=said.paper_volume is not None)
        },
        record={"paper_volume": said.paper_volume is not None},
        details={name: value for name, value in details.items() if value},
    )

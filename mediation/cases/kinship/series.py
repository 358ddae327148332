"""系列案: like cases, each with its own file and number, kept together so that they are handled alike."""

from mediation.cases.hall import Hall, Heard
from mediation.cases.kinship import queries
from mediation.cases.kinship.said import JoinSeries
from mediation.cases.models import Dispute
from mediation.cases.side_models import CaseSeries
from mediation.errors import Faults, InputInvalid, NotFound, Problem
from mediation.ids import new_public_id
from mediation.language import _


def join_series(hall: Hall, case: Dispute, said: JoinSeries) -> Heard:
    """Into a series that there is, or into a new one; out of the one before, if there was one."""
    wrong = Faults()
    if (said.series is None) == (said.title is None):
        message = _("series（已有的系列）和 title（新设的系列）要写一个，只写一个")
        wrong.add(message, "series" if said.series is None else "title")
    if said.series is not None:
        with wrong.noting():
            series = _named(hall, said.series, "series")
    else:
        series = CaseSeries(
            public_id=new_public_id(), title=said.title, unit_id=hall.actor.unit_id, begun_at=hall.now
        )
    wrong.refuse()
    if series.id is not None and series.id == case.series_id:
        raise InputInvalid([Problem(_("已经在这个系列里"), key="series")])
    former = queries.series_of(hall.session, case)
    changes: dict[str, int | None] = {"series_id": series.id}

    def write() -> None:
        hall.session.add(series)
        hall.session.flush()
        changes["series_id"] = series.id

    return Heard(
        changes=changes,
        record={"series": series.public_id, **({"from": former.public_id} if former else {})},
        details={"title": said.title} if said.title else {},
        write=write,
        told=(_("系列 {series}").format(series=series.public_id),),
    )


def find_series(hall: Hall, public_id: str) -> CaseSeries:
    """A series within what the actor may see. Raises NotFound."""
    found = queries.series_named(hall.session, hall.actor, public_id)
    if found is None:
        raise NotFound(_("没有找到系列 {series}，或者不在您的查看范围内。").format(series=public_id))
    return found


def _named(hall: Hall, public_id: str, key: str) -> CaseSeries:
    try:
        return find_series(hall, public_id)
    except NotFound as error:
        raise InputInvalid([Problem(str(error), key=key)]) from None

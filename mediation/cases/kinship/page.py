"""A case's kin for its page: links both ways, where it went, its series. Titles only of what the reader may see."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from mediation.cases import queries as case_queries
from mediation.cases.hall import Hall
from mediation.cases.kinship import queries
from mediation.cases.kinship.links import KINDS
from mediation.cases.models import Dispute
from mediation.errors import NotFound
from mediation.language import _

_SEEN_FROM_THERE = {
    "repeat": "被反复",
    "related": "相关",
    "continues": "有续案",
    "merged": "并入本案",
    "split": "分出",
}


def shown(hall: Hall, case: Dispute) -> dict[str, Any]:
    """What a reader of the case sees of its kin; nothing of what the case has none of."""
    assert case.id is not None
    links = [_link(hall, case, row) for row in queries.links(hall.session, case.id)]
    series = queries.series_of(hall.session, case)
    main = queries.where_it_went(hall.session, case)
    found: dict[str, Any] = {
        "links": links,
        "series": {"series": series.public_id, "title": series.title} if series else None,
        "merged_into": _named(hall, main) if main is not case else None,
    }
    return {name: value for name, value in found.items() if value}


def _link(hall: Hall, case: Dispute, row: Any) -> dict[str, Any]:
    out = row.case_id == case.id
    other = queries.kin(hall.session, row.other_id if out else row.case_id)
    return {
        "kind": row.kind,
        "words": _(KINDS[row.kind] if out else _SEEN_FROM_THERE[row.kind]),
        "out": out,
        "why": row.why,
        "linked_at": row.linked_at,
        **_named(hall, other),
    }


def _named(hall: Hall, other: Dispute) -> dict[str, Any]:
    title = str(other.title) if _may_see(hall, hall.session, other) else ""
    return {"case": other.public_id, "number": other.number or other.temporary_number, "title": title}


def _may_see(hall: Hall, session: Session, other: Dispute) -> bool:
    try:
        case_queries.find_case(session, hall.actor, other.public_id)
    except NotFound:
        return False
    return True


@dataclass(frozen=True)
class SeriesLine:
    """A series in a list; cases are counted as far as the reader may see them."""

    series: str
    title: str
    begun_at: datetime
    cases: int
    open_cases: int


def all_series(hall: Hall) -> list[SeriesLine]:
    """The series within the actor's sight, newest first."""
    return [
        SeriesLine(
            row.series.public_id, str(row.series.title), row.series.begun_at, row.cases, row.open_cases
        )
        for row in queries.all_series(hall.session, hall.actor)
    ]

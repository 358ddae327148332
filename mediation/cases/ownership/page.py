"""Whose a dispute is, for its readers: both arguments side by side, the rulings, and what has been ruled on such matters."""

from typing import Any

from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.ownership import queries
from mediation.cases.ownership.arguing import reasons
from mediation.cases.ownership.models import OwnershipArgument, Ruling
from mediation.cases.ownership.standing import precedent
from mediation.units import queries as units


def shown(hall: Hall, case: Dispute) -> dict[str, Any]:
    """Nothing of a dispute that no unit has been asked to take, unless such a dispute has been ruled on before."""
    assert case.id is not None
    said = queries.arguments(hall.session, case.id)
    ruled = queries.rulings(hall.session, case.id)
    former = precedent(hall, case)
    if not said and not ruled and former is None:
        return {}
    why = reasons(hall, said)
    return {
        "arbiter": hall.tree.unit(case.arbiter_id).name if case.arbiter_id is not None else None,
        "arguments": [_argument(hall, row, why[row.ordinal]) for row in said],
        "rulings": [ruling_with_minutes(hall, row) for row in ruled],
        "precedent": {"number": former[0].number, "unit": former[1].name} if former else None,
    }


def _argument(hall: Hall, row: OwnershipArgument, why: str) -> dict[str, Any]:
    """`line_text` is that of the list in force; of a line of an earlier list only the code is told."""
    duties = hall.office.responsibilities
    same = row.line is not None and row.list_sha256 == duties.sha256
    line = duties.line(row.line or "") if same else None
    return {
        "kind": row.kind,
        "unit": hall.tree.unit(row.unit_id).name,
        "to": hall.tree.unit(row.target_id).name if row.target_id is not None else None,
        "line": row.line,
        "list": row.list_version,
        "line_text": line.text if line else None,
        "reason": why or None,
        "said_at": row.said_at,
        "open": row.settled_at is None,
    }


def _unit_name(hall: Hall, code: str) -> str:
    """Of a unit that the minutes name by its code, also of one that has ended since."""
    return hall.tree.unit(units.unit(hall.session, code).id or 0).name


def ruling_with_minutes(hall: Hall, row: Ruling) -> dict[str, Any]:
    """A ruling for who may see the dispute: what was ruled, who was heard, and why."""
    heard = row.minutes["heard"]
    return {
        "number": row.number,
        "by": hall.tree.unit(row.arbiter_id).name,
        "unit": hall.tree.unit(row.chosen_id).name,
        "units": row.units,
        "line": row.line,
        "list": row.list_version,
        "interpretation": row.interpretation,
        **row.minutes,
        "heard": [{**one, "unit": _unit_name(hall, one["unit"])} for one in heard],
        "ruled_at": row.ruled_at,
        "acknowledged_at": row.acknowledged_at,
    }

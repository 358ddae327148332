"""Rulings as rules that a site may add to its routing.yaml: in its format, with the number of the minutes, and beside them these."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from sqlmodel import Session

from mediation.cases import queries as case_queries
from mediation.cases.hall import Hall
from mediation.cases.ownership import queries
from mediation.cases.ownership.models import Ruling
from mediation.cases.ownership.page import ruling_with_minutes
from mediation.cases.ownership.standing import precedent
from mediation.cases.routing import deciding
from mediation.language import _
from mediation.people.permissions import can_see
from mediation.units.routing import follows
from mediation.units.tree import Node

_LONGEST = 200
"""Characters of a rule's `because`."""


@dataclass(frozen=True)
class Proposal:
    """One ruling as a rule. `covered_by`: the rule in force that sends such a dispute there already.

    `stands`: a later ruling, or a later version of the responsibility list, has not taken its place. `case` and `minutes` are
    for who may see the dispute that was ruled on; the minutes only if they were asked for.
    """

    number: str
    ruled_on: str
    by: str
    unit: str
    stands: bool
    covered_by: str | None
    rule: Mapping[str, Any]
    case: str | None = None
    minutes: Mapping[str, Any] | None = None


class _Sessions(Protocol):
    """What is needed of the database."""

    def reading(self) -> AbstractContextManager[Session]: ...


class OwnershipDesk:
    """What the rulings of one instance propose."""

    def __init__(self, sessions: _Sessions, hall: Callable[..., Hall]) -> None:
        self._sessions, self._hall = sessions, hall

    def proposals(self, actor: str | int, *, minutes: bool = False) -> list[Proposal]:
        """A rule for each ruling on a dispute of a place that the actor may see, oldest first; with its `minutes` if asked for."""
        with self._sessions.reading() as session:
            hall = self._hall(session, actor)
            return [
                _proposal(hall, row, minutes=minutes)
                for row in queries.all_rulings(session)
                if can_see(hall.actor, hall.tree, row.place_id)
            ]


def as_rule(hall: Hall, row: Ruling, unit: Node) -> dict[str, Any]:
    """The rule: like disputes, in the place ruled on and in all below it, go to the unit."""
    codes, place = hall.office.codes, hall.tree.unit(row.place_id)
    standing = hall.tree.standing(row.place_id) or place
    message = _("裁定{number}：{place}的“{matter}”由{unit}办理")
    because = message.format(
        number=row.number,
        place=place.name,
        matter=codes.title("governance_categories", row.governance_category),
        unit=unit.name,
    )
    return {
        "id": f"ruling_{row.number.partition('-')[2].replace('-', '_').lower()}",
        "because": because[:_LONGEST],
        "when": {
            "category": [row.category],
            "governance": [row.governance_category],
            "place": [standing.code],
        },
        "then": {"unit": unit.code},
    }


def _proposal(hall: Hall, row: Ruling, *, minutes: bool) -> Proposal:
    case = case_queries.case_for_system(hall.session, row.case_id)
    unit = hall.tree.standing(row.chosen_id) or hall.tree.unit(row.chosen_id)
    found = precedent(hall, case)
    suggested = deciding.by_rules(hall, case)
    goes_there = (
        suggested is not None
        and suggested.rule is not None
        and follows(suggested, unit.id, hall.tree, hall.office.chain)
    )
    seen = case_queries.may_see(hall.session, hall.actor, case)
    return Proposal(
        number=row.number,
        ruled_on=row.ruled_at.date().isoformat(),
        by=hall.tree.unit(row.arbiter_id).name,
        unit=unit.name,
        stands=found is not None and found[0].id == row.id,
        covered_by=suggested.rule if goes_there and suggested is not None else None,
        rule=as_rule(hall, row, unit),
        case=case.public_id if seen else None,
        minutes=ruling_with_minutes(hall, row) if seen and minutes else None,
    )

"""One row of the outbox as what is to be written to whom: facts per reader, inside and outside. Nothing is composed yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from mediation.cases import queries
from mediation.cases.correspondence.readers import Addressed, StandIns, private_words, readers_of, units_of
from mediation.cases.correspondence.telling import facts_for
from mediation.cases.hall import Hall
from mediation.errors import NotFound
from mediation.notices.facts import NoticeFacts
from mediation.notices.folders import Notice
from mediation.notices.models import OutboxRow
from mediation.notices.readers import Reader

__all__ = ["Draft", "StandIns", "drafts", "no_deputies"]


@dataclass(frozen=True, slots=True)
class Draft:
    """What may be told to one reader. `withheld`: words that must not stand in what leaves this machine, or in any of it."""

    reader: Reader
    inside: NoticeFacts
    outside: NoticeFacts
    withheld_outside: tuple[str, ...]

    def facts(self, *, outward: bool) -> NoticeFacts:
        return self.outside if outward else self.inside

    def withheld(self, *, outward: bool) -> tuple[str, ...]:
        return self.withheld_outside if outward else self.reader.withheld


def no_deputies(_session: Session, _people: Sequence[int], _day: date) -> Mapping[int, Sequence[int]]:
    """Nobody is away."""
    return {}


def drafts(hall: Hall, notice: Notice, row: OutboxRow, stand_ins: StandIns = no_deputies) -> list[Draft]:
    """A draft for each reader, the units of the staff among them; none if there is nobody to tell."""
    addressed = _addressed(hall, row)
    readers = readers_of(hall, notice, addressed, stand_ins)
    outside = private_words(hall, addressed.case_id) if addressed.case_id is not None else ()
    return [
        Draft(
            reader=reader,
            inside=facts_for(hall, addressed, reader, outward=False),
            outside=facts_for(hall, addressed, reader, outward=True),
            withheld_outside=reader.withheld if reader.is_party else outside,
        )
        for reader in [*readers, *units_of(readers)]
    ]


def _addressed(hall: Hall, row: OutboxRow) -> Addressed:
    """The row with its case; another case that it names is told by its number, if it is one."""
    payload: dict[str, Any] = dict(row.payload)
    case = queries.case_for_system(hall.session, row.case_id) if row.case_id is not None else None
    other = payload.pop("case", None)
    if isinstance(other, str):
        try:
            found = queries.case_for_system(hall.session, queries.case_id_of(hall.session, other))
            payload["other_number"] = found.number or found.temporary_number
        except NotFound:
            payload["other_number"] = ""
    return Addressed(case, payload)

"""One row of the outbox as what is to be written to whom: facts per reader, inside and outside. Nothing is composed yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from mediation.cases import queries
from mediation.cases.clock_titles import clock_title
from mediation.cases.correspondence.readers import Addressed, StandIns, private_words, readers_of, units_of
from mediation.cases.correspondence.telling import Telling
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.residents.marks import MARKS
from mediation.cases.transition import engine_of
from mediation.deadlines import queries as deadlines
from mediation.deadlines.calendar import spoken_due
from mediation.errors import NotFound
from mediation.language import _, recording
from mediation.notices.facts import NoticeFacts
from mediation.notices.folders import Notice
from mediation.notices.models import OutboxRow
from mediation.notices.readers import Reader
from mediation.people import queries as people

__all__ = ["Draft", "StandIns", "drafts", "no_deputies"]
_NAMED = ("left", "away", "by", "deputy", "whose")
"""Who is named in a payload by these keys is told by name."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What may be told to one reader. What goes outside is worked out only if something may go there."""

    reader: Reader
    inside: NoticeFacts
    outside: NoticeFacts | None
    withheld_outside: tuple[str, ...] = ()

    def facts(self, *, outward: bool) -> NoticeFacts:
        """The facts for inside or outside."""
        found = self.outside if outward else self.inside
        assert found is not None  # nothing goes outside by a channel that was not open when it was drafted
        return found

    def withheld(self, *, outward: bool) -> tuple[str, ...]:
        """Words that must not stand in what is told there."""
        return self.withheld_outside if outward else self.reader.withheld


def no_deputies(_session: Session, _people: Sequence[int], _day: date) -> Mapping[int, Sequence[int]]:
    """Nobody is away."""
    return {}


def drafts(
    hall: Hall,
    notice: Notice,
    row: OutboxRow,
    stand_ins: StandIns = no_deputies,
    *,
    outward: bool = True,
) -> list[Draft]:
    """A draft for each reader; `outward`: also of what goes outside, and for the units. None if there is nobody to tell."""
    addressed = _addressed(hall, row)
    readers = readers_of(hall, notice, addressed, stand_ins)
    if not readers:
        return []
    telling = Telling(hall, addressed)
    if not outward:
        return [Draft(reader, telling.facts(reader, outward=False), None) for reader in readers]
    private = private_words(hall, addressed.case_id) if addressed.case_id is not None else ()
    return [
        Draft(
            reader=reader,
            inside=telling.facts(reader, outward=False),
            outside=telling.facts(reader, outward=True),
            withheld_outside=reader.withheld if reader.is_party else private,
        )
        for reader in [*readers, *units_of(readers)]
    ]


def _addressed(hall: Hall, row: OutboxRow) -> Addressed:
    """The row with its case. Other cases that it names are told by their numbers, clocks by what they are called, who has
    left or is away by name.
    """
    payload: dict[str, Any] = dict(row.payload)
    case = queries.case_for_system(hall.session, row.case_id) if row.case_id is not None else None
    other = payload.pop("case", None)
    if isinstance(other, str):
        payload["other_number"] = _number(hall, other)
    if "done_in" in payload:
        numbers = [_number(hall, one) for one in payload["done_in"]]
        payload["done_in_numbers"] = [number for number in numbers if number]
    if "step" in payload:  # the site may have taken it from its ladder since
        step = hall.office.supervision.step(str(payload["step"]))
        payload["step_title"] = step.title if step is not None else ""
    if case is not None:
        payload |= _clock(hall, case, payload)
    if isinstance(payload.get("satisfaction"), int):
        payload["mark"] = MARKS.get(payload["satisfaction"], "")
    for key in _NAMED:
        named = payload.get(key)
        if isinstance(named, str):
            try:
                payload[f"{key}_name"] = people.person(hall.session, named).name
            except NotFound:
                payload[f"{key}_name"] = ""
    return Addressed(case, payload)


@recording()
def _clock(hall: Hall, case: Dispute, payload: Mapping[str, Any]) -> dict[str, str]:
    """What the clock of a row is called, what it rests on and when it ended; the end is that of when the row was written.

    Nothing for a row that is about none: what a case climbs for beside its clocks, and rows from before clocks were named.
    """
    name = payload.get("deadline") or payload.get("clock")
    rows = deadlines.deadlines_of(hall.session, case.id or 0) if name else ()
    row = next((one for one in reversed(rows) if one.name == name), None)
    if row is None:
        return {}
    ended = payload.get("clock_due_at")
    return {
        "clock_title": str(clock_title(row, engine_of(hall, case))),
        "clock_article": _(row.article),
        **({"clock_due": str(spoken_due(datetime.fromisoformat(ended)))} if isinstance(ended, str) else {}),
    }


def _number(hall: Hall, ref: str) -> str:
    """What another case is called; empty if it is no more."""
    try:
        found = queries.case_for_system(hall.session, queries.case_id_of(hall.session, ref))
    except NotFound:
        return ""
    return str(found.number or found.temporary_number)

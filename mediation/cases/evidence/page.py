"""Pieces of evidence for their readers, and the name under which a file is saved."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from mediation.cases import queries as case_queries
from mediation.cases.evidence import queries
from mediation.cases.evidence.models import Evidence
from mediation.cases.hall import Hall
from mediation.cases.kinship import queries as kinship
from mediation.cases.models import Dispute
from mediation.errors import NotFound
from mediation.language import _

_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece. `party`: ordinal of who gave it, none if it was somebody else; `giver`: the name of either.

    `came_from`: the merged case that it came with, and its number there; `went_to`: the main case that it went into.
    """

    number: int
    kind: str
    kind_title: str
    name: str
    party: int | None
    giver: str
    given_on: date
    shows: str
    medium: str
    checked: bool
    sheets: int | None
    media_type: str
    size: int
    sha256: str
    handed_sha256: str
    file_name: str
    entered_by: str
    entered_at: datetime
    returned_on: date | None
    returned_to: str
    withdrawn_at: datetime | None
    withdraw_reason: str
    came_from: str = ""
    went_to: str = ""

    @property
    def original_is_here(self) -> bool:
        """Was the original left here, and has neither gone back nor into another case?"""
        return self.medium == "original" and self.returned_on is None and not self.went_to


def pieces(hall: Hall, case: Dispute) -> list[Piece]:
    """All pieces of a case in their order, withdrawn ones too."""
    rows = queries.of_case(hall.session, case.id or 0)
    return _shown(hall, case, rows)


def piece(hall: Hall, case: Dispute, number: int) -> Piece:
    """One piece. Raises NotFound."""
    found = queries.piece(hall.session, case.id or 0, number)
    if found is None:
        raise NotFound(_("本案没有第 {n} 件证据材料").format(n=number))
    return _shown(hall, case, [found])[0]


def gone_on(hall: Hall, case: Dispute, rows: Sequence[Evidence]) -> dict[int, Evidence]:
    """Key of a piece → the piece that it has become in the main case, through any number of mergers."""
    if case.merged_into_id is None or not rows:
        return {}
    keys = [row.id for row in rows if row.id is not None]
    there = queries.of_merged(hall.session, case.merged_into_id, keys)
    further = gone_on(hall, kinship.kin(hall.session, case.merged_into_id), there)
    return {one.merged_from_id or 0: further.get(one.id or 0, one) for one in there}


def place(hall: Hall, row: Evidence) -> str:
    """The case in which a piece lies, and its number there."""
    return _places(hall, [row])[row.id or 0]


def saved_as(hall: Hall, case: Dispute, row: Evidence) -> str:
    """The name under which a piece's file is saved: case, number and name, with the ending that its content has."""
    number = case.number or case.temporary_number
    words = _("{case}证据{n} {name}").format(case=number, n=row.ordinal, name=row.name)
    return clean_name(words)[:_LONGEST] + row.extension


def clean_name(name: str) -> str:
    """A file's name without folders, control characters, changes of writing direction, or what a system forbids in names."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = (one for one in last if unicodedata.category(one)[0] != "C" and one not in '<>:"|?*')
    return " ".join("".join(kept).split()).strip(". ")[:_LONGEST]


def _shown(hall: Hall, case: Dispute, rows: Sequence[Evidence]) -> list[Piece]:
    parties = {one.id: one for one in case_queries.everybody(hall.session, case.id or 0)}
    gone = gone_on(hall, case, rows)
    came = queries.by_ids(
        hall.session, [row.merged_from_id for row in rows if row.merged_from_id is not None]
    )
    places = _places(hall, [*gone.values(), *came])
    return [_piece(hall, row, parties.get(row.party_id), gone.get(row.id or 0), places) for row in rows]


def _places(hall: Hall, rows: Sequence[Evidence]) -> dict[int, str]:
    """Keys of pieces → the case in which each lies, and its number there; each case is read once."""
    cases = {key: kinship.kin(hall.session, key) for key in {row.case_id for row in rows}}
    numbers = {key: case.number or case.temporary_number for key, case in cases.items()}
    message = _("{case}第 {n} 件")
    return {row.id or 0: message.format(case=numbers[row.case_id], n=row.ordinal) for row in rows}


def _piece(
    hall: Hall, row: Evidence, party: object, gone: Evidence | None, places: Mapping[int, str]
) -> Piece:
    now = gone or row  # whether it is still here, or withdrawn, is entered where it has gone
    post = case_queries.post(hall.session, row.entered_by_id)
    return Piece(
        number=row.ordinal,
        kind=row.kind,
        kind_title=hall.office.codes.title("evidence_kinds", row.kind),
        name=str(row.name),
        party=getattr(party, "ordinal", None),
        giver=str(getattr(party, "name", None) or row.given_by or ""),
        given_on=row.given_on,
        shows=str(row.shows),
        medium="original" if row.is_original else "copy",
        checked=row.checked,
        sheets=row.sheets,
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        handed_sha256=row.handed_sha256,
        file_name=str(row.file_name),
        entered_by=case_queries.person(hall.session, post.person_id).name,
        entered_at=row.entered_at,
        returned_on=now.returned_on,
        returned_to=str(now.returned_to or ""),
        withdrawn_at=now.withdrawn_at,
        withdraw_reason=str(now.withdraw_reason or ""),
        came_from=places.get(row.merged_from_id or 0, ""),
        went_to=places[gone.id or 0] if gone is not None else "",
    )

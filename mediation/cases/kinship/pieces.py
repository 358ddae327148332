"""并案时的证据材料: what the parties of the one case handed in lies with the main case from then on.

The rows of the merged case stay as they are, as its record of what it had. The originals are given back, and pieces withdrawn, in
the main case.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from mediation.cases import queries as case_queries
from mediation.cases.evidence import queries as evidence
from mediation.cases.evidence.models import Evidence
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.language import _, joined

_OWN = {"id", "case_id", "ordinal", "party_id", "given_by", "merged_from_id"}


def about_pieces(hall: Hall, case: Dispute, main: Dispute) -> tuple[str, ...]:
    """What the actor has to know: how many pieces go over, under which numbers; which of them are there twice then."""
    goes = list(_numbered(hall, case, main))
    if not goes:
        return ()
    message = _("证据材料 {count} 件转入主案，编为第 {numbers} 件；退还原件、撤回都在主案办理")
    told = message.format(count=len(goes), numbers=joined(str(number) for number, _row in goes))
    had = {row.sha256: row.ordinal for row in standing(hall, main)}
    same = _("主案第 {n} 件和第 {had} 件是同一个文件")
    twice = [same.format(n=n, had=had[row.sha256]) for n, row in goes if row.sha256 in had]
    return (told, *twice)


def carry_pieces(
    hall: Hall, case: Dispute, main: Dispute, ordinals: Mapping[int, int]
) -> list[dict[str, Any]]:
    """Enter in the main case what goes over, under its next numbers; for the trail, which became which, with the hashes.

    `ordinals`: of the parties, here → there. A giver who had left the case by then is named as one who is no party.
    """
    assert main.id is not None
    everybody = {row.id: row for row in case_queries.everybody(hall.session, case.id or 0)}
    there = {row.ordinal: row.id for row in case_queries.parties(hall.session, main.id)}
    carried: list[dict[str, Any]] = []
    for number, row in list(_numbered(hall, case, main)):
        giver = everybody.get(row.party_id)
        party = there[ordinals[giver.ordinal]] if giver is not None and giver.ordinal in ordinals else None
        piece = Evidence(
            **row.model_dump(exclude=_OWN),
            case_id=main.id,
            ordinal=number,
            party_id=party,
            given_by=giver.name if giver is not None and party is None else row.given_by,
            merged_from_id=row.id,
        )
        hall.session.add(piece)
        carried.append({"n": number, "of": row.ordinal, "sha256": row.sha256})
    return carried


def standing(hall: Hall, case: Dispute) -> list[Evidence]:
    """The pieces of a case that were not withdrawn."""
    return [row for row in evidence.of_case(hall.session, case.id or 0) if row.withdrawn_at is None]


def _numbered(hall: Hall, case: Dispute, main: Dispute) -> Iterator[tuple[int, Evidence]]:
    """What goes over, with the numbers that are next in the main case."""
    had = (row.ordinal for row in evidence.of_case(hall.session, main.id or 0))
    return enumerate(standing(hall, case), start=max(had, default=0) + 1)

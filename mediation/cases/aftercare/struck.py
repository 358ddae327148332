"""Where the words that a correction puts right are kept of the parties, and whether a party would become somebody else by it."""

from collections.abc import Sequence
from typing import NamedTuple

from mediation.cases import queries as case_queries
from mediation.cases.aftercare.said import SlipSaid
from mediation.cases.facts import ROLES, party_label
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute, Party, PartyAgent

WHOLE = ("id_number", "phone")
SHARED = ("sex", "ethnicity", "occupation")
"""What several parties often have in common, so that it has to be said whose is wrong."""
OF_A_PARTY = ("name", "address", *WHOLE, *SHARED)
_WHO = ("name", "id_number")
Kept = Party | PartyAgent


class Struck(NamedTuple):
    """Where wrong words are kept, and in which words: those of the paper, or what an earlier correction made of them."""

    rows: Sequence[Kept]
    words: str


def kept_of(hall: Hall, case: Dispute) -> list[Kept]:
    """The rows of the parties and of who acts for them."""
    assert case.id is not None
    found: list[Kept] = [*case_queries.parties(hall.session, case.id)]
    return [*found, *case_queries.agents(hall.session, case.id)]


def where_kept(rows: Sequence[Kept], slip: SlipSaid, earlier: Sequence[SlipSaid]) -> Struck:
    """Of what several have in common, only whom `where` names, if it names somebody."""
    if slip.field not in OF_A_PARTY:
        return Struck((), slip.wrong)
    pool = _meant(rows, slip.where) if slip.field in SHARED else rows
    by_words = {words: _holding(pool, slip, words) for words in words_now(slip, earlier)}
    found = {words: rows for words, rows in by_words.items() if rows}
    if slip.field in SHARED and len(found) > 1:
        # Of two parties, one corrected before: whose it is has to be said.
        return Struck([row for rows in found.values() for row in rows], slip.wrong)
    words = next(iter(found), slip.wrong)
    return Struck(found.get(words, ()), words)


def words_now(slip: SlipSaid, earlier: Sequence[SlipSaid]) -> list[str]:
    """What may be kept by now where the paper has the slip: what earlier corrections of the same spot made of it, the last first."""
    before = [one.right for one in earlier if (one.field, one.wrong) == (slip.field, slip.wrong)]
    return [*reversed(before), slip.wrong]


def _holding(rows: Sequence[Kept], slip: SlipSaid, words: str) -> list[Kept]:
    """Where the words are all that is kept, else where they are part of it: the name of an agent may hold that of a party."""
    whole = [row for row in rows if kept_words(row, slip.field) == words]
    return whole or [row for row in rows if words in kept_words(row, slip.field)]


def _meant(rows: Sequence[Kept], where: str) -> Sequence[Kept]:
    for names in (_is_named, _is_of_role):
        meant = [row for row in rows if names(row, where)]
        if meant:
            return meant
    return rows


def _is_named(row: Kept, where: str) -> bool:
    return str(row.name) in where or (isinstance(row, Party) and party_label(row) in where)


def _is_of_role(row: Kept, where: str) -> bool:
    if not isinstance(row, Party):
        return False
    others = [title for title in ROLES.values() if ROLES[row.role] in title and title != ROLES[row.role]]
    for title in others:
        where = where.replace(title, "")
    return ROLES[row.role] in where


def kept_words(row: Kept, field: str) -> str:
    """What is kept in a row for a field of corrections; nothing for what an agent does not have."""
    if isinstance(row, Party):
        found = row.details.get(field) if field in SHARED else getattr(row, field)
    elif field == "name":
        found = row.name
    else:
        found = row.details.get(field) if field == "phone" else None
    return str(found or "")


def become_others(
    kept: Sequence[Kept], hit: Sequence[Struck], slips: Sequence[SlipSaid], earlier: Sequence[SlipSaid]
) -> tuple[int, ...]:
    """Which of the slips, counted from 1, together with those that were put right before, on whatever paper of the case, make
    somebody else of a party: by another name and another ID number, or by a name of which no character is left.
    """
    found: set[int] = set()
    first = {field: _first(kept, field, earlier) for field in _WHO}
    for place, row in enumerate(kept):
        if not isinstance(row, Party):
            continue
        own = [
            (at, slip, one.words)
            for at, (slip, one) in enumerate(zip(slips, hit, strict=True), start=1)
            if slip.field in _WHO and any(row is other for other in one.rows)
        ]
        changed = {slip.field for _at, slip, _words in own} | {
            field for field in _WHO if first[field][place] != kept_words(row, field)
        }
        name = kept_words(row, "name")
        for _at, slip, words in own:
            name = name.replace(words, slip.right) if slip.field == "name" else name
        lost = name != kept_words(row, "name") and not set(first["name"][place]) & set(name)
        if len(changed) == len(_WHO) or lost:
            found |= {at for at, _slip, _words in own}
    return tuple(sorted(found))


def _first(kept: Sequence[Kept], field: str, earlier: Sequence[SlipSaid]) -> list[str]:
    """What was kept in each row before the first of the corrections; each had struck whoever held its words, whole if there were any
    such.
    """
    texts = [kept_words(row, field) for row in kept]
    for slip in reversed([one for one in earlier if one.field == field]):
        whole = [text == slip.right for text in texts]
        texts = [
            text.replace(slip.right, slip.wrong) if is_whole or not any(whole) else text
            for text, is_whole in zip(texts, whole, strict=True)
        ]
    return texts

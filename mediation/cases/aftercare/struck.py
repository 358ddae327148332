"""Where the words that a correction puts right are kept of the parties, and whether a party would become somebody else by it."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from mediation.cases import queries as case_queries
from mediation.cases.aftercare.said import SlipSaid
from mediation.cases.facts import ROLES, party_label
from mediation.cases.hall import Hall
from mediation.cases.inputs import Code
from mediation.cases.models import Dispute, Party, PartyAgent
from mediation.cases.side_models import Correction

WHOLE = ("id_number", "phone")
SHARED = ("sex", "ethnicity", "occupation")
"""What several parties often have in common, so that it has to be said whose is wrong."""
OF_A_PARTY = ("name", "address", *WHOLE, *SHARED)
_WHO = ("name", "id_number")
Kept = Party | PartyAgent


class Struck(NamedTuple):
    """A row that wrong words are kept in, and in which words: those of the paper, or what an earlier correction made of them."""

    row: Kept
    words: str


class Strike(BaseModel):
    """What a slip has changed in a row of the case, a party or an agent: `slip` is its place in the correction, from 0."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    slip: int
    table: str
    id: int
    field: Code
    was: str
    now: str

    def is_of(self, row: Dispute | Kept, field: str) -> bool:
        return (self.table, self.id, self.field) == (row.__tablename__, row.id, field)


class PutRight(NamedTuple):
    """A slip that a correction has put right, and what it changed by that; of one from before 0.12 nobody knows: None."""

    slip: SlipSaid
    strikes: tuple[Strike, ...] | None

    def has_struck(self, row: Dispute | Kept, field: str) -> bool:
        return self.strikes is None or any(one.is_of(row, field) for one in self.strikes)


def put_right(corrections: Iterable[Correction]) -> list[PutRight]:
    """The slips of corrections, in their order."""
    found = []
    for one in corrections:
        strikes = [Strike.model_validate(strike) for strike in one.struck or ()]
        for at, said in enumerate(one.slips):
            own = tuple(strike for strike in strikes if strike.slip == at)
            found.append(PutRight(SlipSaid.model_validate(said), own if one.struck is not None else None))
    return found


def strike(at: int, row: Dispute | Kept, slip: SlipSaid, was: str, now: str) -> Strike:
    assert row.id is not None
    return Strike(slip=at, table=str(row.__tablename__), id=row.id, field=slip.field, was=was, now=now)


def words_before(row: Dispute | Kept, field: str, kept: str, before: Sequence[PutRight]) -> str:
    """What a row held before the first correction that changed it; of one from before 0.12 its words are asked."""
    for made in reversed(before):
        if made.strikes is None:
            kept = kept.replace(made.slip.right, made.slip.wrong) if made.slip.field == field else kept
        else:
            kept = next((one.was for one in made.strikes if one.is_of(row, field)), kept)
    return kept


def words_of_spot(row: Dispute | Kept, slip: SlipSaid, kept: str, earlier: Sequence[PutRight]) -> str | None:
    """What corrections of the same spot of the paper have made of its words in a row, if that is kept there still."""
    for made in reversed(earlier):
        same = (made.slip.field, made.slip.wrong) == (slip.field, slip.wrong)
        if same and made.has_struck(row, slip.field):
            return made.slip.right if made.slip.right in kept else None
    return None


def kept_of(hall: Hall, case: Dispute) -> list[Kept]:
    """The rows of the parties and of who acts for them."""
    assert case.id is not None
    found: list[Kept] = [*case_queries.parties(hall.session, case.id)]
    return [*found, *case_queries.agents(hall.session, case.id)]


def where_kept(rows: Sequence[Kept], slip: SlipSaid, earlier: Sequence[PutRight]) -> list[Struck]:
    """Of what several have in common, only whom `where` names, if it names somebody.

    `earlier`: what was put right in the same paper.
    """
    if slip.field not in OF_A_PARTY:
        return []
    pool = _meant(rows, slip.where) if slip.field in SHARED else rows
    again = []
    for row in pool:
        words = words_of_spot(row, slip, kept_words(row, slip.field), earlier)
        again += [Struck(row, words)] if words is not None else []
    if again and slip.field not in SHARED:
        return again
    # Of two parties with the same words, one corrected before: whose it is has to be said.
    others = [row for row in pool if all(row is not one.row for one in again)]
    return [*again, *(Struck(row, slip.wrong) for row in _holding(others, slip))]


def _holding(rows: Sequence[Kept], slip: SlipSaid) -> list[Kept]:
    """Where the words are all that is kept, else where they are part of it: the name of an agent may hold that of a party."""
    whole = [row for row in rows if kept_words(row, slip.field) == slip.wrong]
    return whole or [row for row in rows if slip.wrong in kept_words(row, slip.field)]


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
    hit: Sequence[Sequence[Struck]], slips: Sequence[SlipSaid], before: Sequence[PutRight]
) -> tuple[int, ...]:
    """Which of the slips, counted from 1, together with those that were put right before, on whatever paper of the case, make
    somebody else of a party: by another name and another ID number, or by a name of which no character is left.
    """
    found: set[int] = set()
    for row in _parties_of(hit):
        own = {
            at: (slip, one.words)
            for at, (slip, struck) in enumerate(zip(slips, hit, strict=True), start=1)
            for one in struck
            if one.row is row and slip.field in _WHO
        }
        changed = []
        for field in _WHO:
            kept = now = kept_words(row, field)
            for slip, words in own.values():
                now = now.replace(words, slip.right) if slip.field == field else now
            first = words_before(row, field, kept, before)
            changed += [(field, first, now)] if first != now else []
        lost = any(field == "name" and not set(first) & set(now) for field, first, now in changed)
        if own and (lost or len(changed) == len(_WHO)):
            found |= own.keys()
    return tuple(sorted(found))


def _parties_of(hit: Sequence[Sequence[Struck]]) -> list[Party]:
    rows = {id(one.row): one.row for struck in hit for one in struck}
    return [row for row in rows.values() if isinstance(row, Party)]

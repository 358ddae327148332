"""查重: is a dispute of these people here already? Found by keyed hashes of ID number, phone and name; nothing typed is kept."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mediation.cases import page
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.window import queries
from mediation.language import _, joined

RECENT = timedelta(days=365)
"""Closed cases older than this are not asked about."""
_MOST_ROWS = 60
_ENOUGH_NAMES = 2


@dataclass(frozen=True, slots=True)
class Named:
    """A person as far as one has been typed."""

    name: str = ""
    id_number: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Alike:
    """A case that may be the same one. `sure`: an ID number is the same. `because`: what is the same, in sentences."""

    row: page.Row
    received_at: datetime
    open: bool
    because: tuple[str, ...]
    sure: bool


@dataclass
class _Found:
    case: Dispute
    same: dict[str, dict[int, str]] = field(default_factory=lambda: {key: {} for key in queries.KEYS})
    """What is the same → ordinal of the party → its name."""

    @property
    def weight(self) -> tuple[int, int, int, int]:
        counts = [len(self.same[key]) for key in ("id_number", "name", "phone")]
        return (*counts, self.case.id or 0)  # type: ignore[return-value]

    @property
    def tells(self) -> bool:
        """Is it more than one name that somebody else may have too, in a dispute that is over?"""
        named = len(self.same["name"])
        other = self.same["id_number"] or self.same["phone"]
        return bool(other) or named >= _ENOUGH_NAMES or (named > 0 and self.case.open)


def alike(hall: Hall, people: Iterable[Named], most: int = 6) -> list[Alike]:
    """Cases within the actor's sight, open or recent, in which these people are parties; the surest first."""
    found: dict[int, _Found] = {}
    for by, keys in _keys(hall, list(people)).items():
        if not keys:
            continue
        since = hall.now - RECENT
        for party, case in queries.parties_of(hall.session, hall.actor, by, keys, since, _MOST_ROWS):
            here = found.setdefault(party.case_id, _Found(case))
            here.same[by][party.ordinal] = str(party.name)
    chosen = sorted((one for one in found.values() if one.tells), key=lambda one: one.weight, reverse=True)[
        :most
    ]
    lines = page.rows(hall, [one.case for one in chosen])
    return [
        Alike(line, one.case.received_at, one.case.open, _because(one.same), bool(one.same["id_number"]))
        for one, line in zip(chosen, lines, strict=True)
    ]


def bare_phone(phone: str) -> str:
    """A phone without blanks and hyphens."""
    return re.sub(r"[\s-]", "", phone)


def _keys(hall: Hall, people: Sequence[Named]) -> dict[str, set[bytes]]:
    keyring = hall.office.keyring
    typed: dict[str, set[str]] = {
        "id_number": {one.id_number.strip().upper() for one in people},
        "phone": {form for one in people for form in (one.phone.strip(), bare_phone(one.phone))},
        "name": {one.name.strip() for one in people},
    }
    return {by: {keyring.look_up(by, value) for value in values if value} for by, values in typed.items()}


def _because(same: Mapping[str, Mapping[int, str]]) -> tuple[str, ...]:
    """The same person is told once, by what tells most."""
    words = {
        "id_number": _("证件号码相同：{names}"),
        "phone": _("电话相同：{names}"),
        "name": _("姓名相同：{names}"),
    }
    told: set[int] = set()
    sentences = []
    for by, sentence in words.items():
        names = {ordinal: name for ordinal, name in same[by].items() if ordinal not in told}
        told |= set(names)
        if names:
            sentences.append(sentence.format(names=joined(names.values())))
    return tuple(sentences)

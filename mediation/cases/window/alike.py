"""查重: is a dispute of these people here already? Found by keyed hashes of ID number, phone and name; nothing typed is kept."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mediation.cases import page
from mediation.cases.hall import Hall
from mediation.cases.window import queries
from mediation.codes.identity import bare_phone
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
    case_id: int
    open: bool
    same: dict[str, set[int]] = field(default_factory=lambda: {key: set() for key in queries.KEYS})
    """What is the same → ordinals of the parties."""

    @property
    def weight(self) -> tuple[int, int, int, int]:
        counts = [len(self.same[key]) for key in ("id_number", "name", "phone")]
        return (*counts, self.case_id)  # type: ignore[return-value]

    @property
    def tells(self) -> bool:
        """Is it more than one name that somebody else may have too, in a dispute that is over?"""
        named = len(self.same["name"])
        other = self.same["id_number"] or self.same["phone"]
        return bool(other) or named >= _ENOUGH_NAMES or (named > 0 and self.open)


def alike(hall: Hall, people: Iterable[Named], most: int = 6) -> list[Alike]:
    """Cases within the actor's sight, open or recent, in which these people are parties; the surest first."""
    found: dict[int, _Found] = {}
    for by, keys in _keys(hall, list(people)).items():
        if not keys:
            continue
        since = hall.now - RECENT
        for one in queries.parties_of(hall.session, hall.actor, by, keys, since, _MOST_ROWS):
            here = found.setdefault(one.case_id, _Found(one.case_id, one.open))
            here.same[by].add(one.ordinal)
    telling = sorted((one for one in found.values() if one.tells), key=lambda one: one.weight, reverse=True)
    return _shown(hall, telling[:most])


def _shown(hall: Hall, chosen: Sequence[_Found]) -> list[Alike]:
    """Only what is shown is read whole: of the many who bear a name most are not."""
    ids = [one.case_id for one in chosen]
    cases = queries.cases_of(hall.session, ids)
    names: dict[int, dict[int, str]] = {}
    for party in queries.parties_in(hall.session, ids):
        names.setdefault(party.case_id, {})[party.ordinal] = str(party.name)
    lines = page.rows(hall, [cases[one.case_id] for one in chosen])
    return [
        Alike(
            line,
            cases[one.case_id].received_at,
            one.open,
            _because(one.same, names[one.case_id]),
            bool(one.same["id_number"]),
        )
        for one, line in zip(chosen, lines, strict=True)
    ]


def _keys(hall: Hall, people: Sequence[Named]) -> dict[str, set[bytes]]:
    keyring = hall.office.keyring
    # As it was typed, too: a number kept before 0.13 bears the key of how it was written.
    typed: dict[str, set[str]] = {
        "id_number": {one.id_number.strip().upper() for one in people},
        "phone": {form for one in people for form in (one.phone.strip(), bare_phone(one.phone))},
        "name": {one.name.strip() for one in people},
    }
    return {by: {keyring.look_up(by, value) for value in values if value} for by, values in typed.items()}


def _because(same: Mapping[str, Collection[int]], names: Mapping[int, str]) -> tuple[str, ...]:
    """The same person is told once, by what tells most."""
    words = {
        "id_number": _("证件号码相同：{names}"),
        "phone": _("电话相同：{names}"),
        "name": _("姓名相同：{names}"),
    }
    told: set[int] = set()
    sentences = []
    for by, sentence in words.items():
        fresh = sorted(ordinal for ordinal in same[by] if ordinal not in told)
        told |= set(fresh)
        if fresh:
            sentences.append(sentence.format(names=joined(names[ordinal] for ordinal in fresh)))
    return tuple(sentences)

"""Which codes the rows of a sheet have; and what names a code that no row has, told unless a row that cannot be read may have it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from mediation.errors import Problem
from mediation.sites.sheets import Row, Sheet, is_spoilt

_ALIKE = 0.5
_MOST_COMPARED = 10_000  # beyond that the sheet's own codes are what is wrong


@dataclass(frozen=True, slots=True)
class Unfound(Problem):
    """A file names a code that no row of a sheet has."""

    sheet: str = ""
    code: str = ""


@dataclass(frozen=True)
class Roll:
    """The codes that a sheet's rows have. `is_read`: whether the column of the codes is known.

    `illegible`: of each row whose own code cannot be read, or is another's, what stands in its place; nothing, if that says
    nothing of the code. `shared`: codes under which there are several units, or people; `names`: in all such rows.
    """

    codes: frozenset[str] = frozenset()
    is_read: bool = False
    illegible: Sequence[str] = ()
    shared: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    def lacks(self, code: str) -> bool:
        """Is it known that no row has the code, unless an illegible one has?"""
        return self.is_read and code not in self.codes

    def may_be_illegible(self, name: str) -> bool:
        """May a row of this name be among those of which nobody knows whose they are?"""
        return not self.is_read or "" in self.names or name in self.names


def roll_of(sheet: Sheet, key: str, *, once: bool = False) -> Roll:
    """`once`: no two rows have the same code, so that the second has one of its own that nobody knows; else no two names have."""
    if key in sheet.unread:
        return Roll()
    rows: dict[str, list[Row]] = {}
    for row in sheet.rows:
        rows.setdefault(row.text(key), []).append(row)
    nameless = rows.pop("", [])
    called = {code: {row.text("name") for row in same} - {""} for code, same in rows.items()}
    shared = {code for code, same in rows.items() if len(same if once else called[code]) > 1}
    written = [row.spoilt.get(key, "") for row in nameless]
    again = [""] * sum(len(same) - 1 for same in rows.values()) if once else []
    return Roll(
        codes=frozenset(rows),
        is_read=True,
        illegible=(*("" if is_spoilt(one) else one for one in written), *again),
        shared=frozenset(shared),
        names=frozenset().union((row.text("name") for row in nameless), *(called[one] for one in shared)),
    )


def unfound(problem: Problem, sheet: str, code: str) -> Unfound:
    """The problem, as one of a code that no row of the sheet has."""
    return Unfound(problem.message, problem.file, problem.line, problem.key, sheet, code)


def names_nobody(row: Row, key: str, message: str, sheet: str, code: str) -> None:
    """A cell names a code that no row of the sheet has."""
    if row.knows(key):
        row.problems.append(unfound(row.problem(key, message.format(code=code)), sheet, code))


def without_hearsay(problems: Iterable[Problem], rolls: Mapping[str, Roll]) -> list[Problem]:
    """Problems without the codes that may be those of illegible rows: like what stands there, or no more of them than rows without any."""
    told = list(problems)
    spared: set[tuple[str, str]] = set()
    for sheet, roll in rolls.items():
        named = {one.code for one in told if isinstance(one, Unfound) and one.sheet == sheet} - roll.codes
        written = roll.illegible
        alike = named
        if len(named) * len(written) <= _MOST_COMPARED:
            alike = {code for code in named if any(_is_alike(code, one) for one in written)}
        others = named - alike
        if len(others) > written.count(""):
            others = set()
        spared |= {(sheet, code) for code in alike | others}
    return [one for one in told if not (isinstance(one, Unfound) and (one.sheet, one.code) in spared)]


def _is_alike(code: str, written: str) -> bool:
    return SequenceMatcher(None, code.casefold(), written.casefold()).ratio() >= _ALIKE

"""Which codes the rows of a sheet have; and what names a code that no row has, told unless a row that cannot be read may have it. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from mediation.errors import Problem
from mediation.sites.sheets import Row, Sheet, is_spoilt

_ALIKE = 0.5


@dataclass(frozen=True, slots=True)
class Unfound(Problem):
    """A file names a code that no row of a sheet has."""

    sheet: str = ""
    code: str = ""


@dataclass(frozen=True)
class Roll:
    """The codes that a sheet's rows have. `is_read`: whether the column of the codes is known.

    `illegible`: of each row whose own code cannot be read, or is another's, what stands in its place (nothing, if that says
    nothing of the code) and the name in the row.
    """

    codes: frozenset[str] = frozenset()
    is_read: bool = False
    illegible: Sequence[tuple[str, str]] = ()

    def lacks(self, code: str) -> bool:
        """Is it known that no row has the code, unless an illegible one has?"""
        return self.is_read and code not in self.codes

    def may_be_illegible(self, name: str) -> bool:
        """May a row of this name be among those whose code cannot be read?"""
        return not self.is_read or any(own in ("", name) for _code, own in self.illegible)


def roll_of(sheet: Sheet, key: str, *, once: bool = False) -> Roll:
    """`once`: no two rows have the same code, so that the second has one of its own that nobody knows."""
    if key in sheet.unread:
        return Roll()
    times: Counter[str] = Counter()
    illegible: list[tuple[str, str]] = []
    for row in sheet.rows:
        code, written = row.text(key), row.spoilt.get(key, "")
        times[code] += 1
        if not code or (once and times[code] > 1):
            illegible.append(("" if is_spoilt(written) else written, row.text("name")))
    return Roll(frozenset(times) - {""}, is_read=True, illegible=tuple(illegible))


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
        written = [code for code, _name in roll.illegible]
        alike = {code for code in named if any(_is_alike(code, one) for one in written)}
        others = named - alike
        if len(others) > written.count(""):
            others = set()
        spared |= {(sheet, code) for code in alike | others}
    return [one for one in told if not (isinstance(one, Unfound) and (one.sheet, one.code) in spared)]


def _is_alike(code: str, written: str) -> bool:
    return SequenceMatcher(None, code.casefold(), written.casefold()).ratio() >= _ALIKE

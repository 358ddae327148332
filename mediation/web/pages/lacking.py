"""What a paper lacks, as a page tells it: each thing with the way to where it is entered, no words of the command line."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from mediation.cases.stand_ins import KEY as STAND_INS
from mediation.cases.verbs import VERBS
from mediation.documents.forms import Lack
from mediation.errors import Problem, Reason
from mediation.language import _, joined, spoken
from mediation.web.pages.acting import address

PAPER_LACKS = "paper_lacks_nothing"
"""The guard whose one long sentence is told on pages as a list."""
_COMMAND = re.compile(r" ?[（(]case do (?:案号|NUMBER) ([a-z_]+)[）)]")
_FIELDS: Mapping[str, str] = {"age": "born_on", "agents": "kind"}
"""Fact of a party → the field in which it is entered, where they are called otherwise."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """What a paper lacks, and the page on which it is entered."""

    message: str
    where: str


def lacking(case: Any, problems: Sequence[Problem], back: str = "") -> list[Lacking]:
    """All that is lacking, what one party lacks in one line. `case`: as on its page; `back`: where its amending leads."""
    found = []
    told: set[int] = set()
    for problem in problems:
        if isinstance(problem, Lack) and problem.party:
            if problem.party not in told:
                told.add(problem.party)
                found.append(_of_party(case, problem.party, problems, back))
            continue
        trigger = _COMMAND.search(problem.message)
        where = address(case.row.id, trigger[1]) if trigger and trigger[1] in VERBS else ""
        if problem.key == STAND_INS:
            to = f"?to={quote(back)}" if back else ""
            where = f"/register/{case.row.id}/amend{to}#f.{STAND_INS}"
        if problem.key.startswith("clauses["):
            where = "#f." + re.sub(r"\[(\d+)\]", r".\1", problem.key)
        message = (
            _("缺{name}").format(name=spoken(problem.name)) if isinstance(problem, Lack) else problem.message
        )
        found.append(Lacking(_COMMAND.sub("", message), where))
    return found


def without_paper(reasons: Sequence[Reason]) -> list[Reason]:
    """The reasons but for the paper's, which are told as a list."""
    return [one for one in reasons if one.guard != PAPER_LACKS]


def _of_party(case: Any, ordinal: int, problems: Sequence[Problem], back: str) -> Lacking:
    own = [one for one in problems if isinstance(one, Lack) and one.party == ordinal]
    who = next((one["name"] for one in case.parties if one["ordinal"] == ordinal), str(ordinal))
    what = joined(_short(one.name) for one in own)
    first = own[0].key.rpartition(".")[2]
    to = f"&to={quote(back)}" if back else ""
    return Lacking(
        _("{who}：缺{what}").format(who=who, what=what),
        f"/register/{case.row.id}/amend?party={ordinal}{to}#f.{_FIELDS.get(first, first)}",
    )


def _short(name: str) -> str:
    """当事人民族 of a party who is named is 民族."""
    return str(spoken(name)).removeprefix("当事人")

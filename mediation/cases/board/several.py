"""One act on several cases that somebody has ticked: each whole or not at all, with a verdict for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mediation.cases import acting, verbs
from mediation.cases import queries as case_queries
from mediation.cases.hall import Hall
from mediation.cases.kinship.batch import Verdict, one_of_many
from mediation.errors import InputInvalid, NotFound, Problem
from mediation.language import _

MOST = 100
Ticked = Sequence[tuple[str, int | None]]
"""Cases by their ids, each with the version at which it was looked at."""


@dataclass(frozen=True)
class Several:
    """What an act on several cases came to, case by case, in the order in which they were named."""

    trigger: str
    cases: tuple[Verdict, ...]

    def counted(self, outcome: str) -> int:
        """How many came to this: done, refused."""
        return sum(one.outcome == outcome for one in self.cases)


def act_on_each(
    hall: Hall, trigger: str, ticked: Ticked, words: Any, own: Mapping[str, Any] | None = None
) -> Several:
    """The act on each case, in a savepoint of its own. `own`: by the id of a case, what is said of it alone.

    Raises NotFound for an unknown act; InputInvalid for no case or too many, for words that fit none of them, and for acts
    that must be done one by one.
    """
    verb = verbs.verb_of(trigger)
    problems = []
    if verb.papers:
        problems.append(Problem(_("签名、盖章、附扫描件要逐件办理"), key="trigger"))
    if not ticked:
        problems.append(Problem(_("一件也没有选"), key="case"))
    if len(ticked) > MOST:
        problems.append(Problem(_("一次最多选{most}件").format(most=MOST), key="case"))
    if problems:
        raise InputInvalid(problems)
    said = {ref: (own or {}).get(ref, words) for ref, _version in ticked}
    alike = [([ref], one) for ref, one in said.items()] if own else [(list(said), words)]
    for refs, one in alike:
        acting.refuse_unreadable(hall, refs, trigger, one)
    return Several(trigger, tuple(_one(hall, trigger, ref, version, said[ref]) for ref, version in ticked))


def _one(hall: Hall, trigger: str, ref: str, version: int | None, words: Any) -> Verdict:
    """Of a case out of sight nothing is told but that."""
    try:
        case_queries.find_case(hall.session, hall.actor, ref)
    except NotFound as error:
        return Verdict(ref, "", "refused", "", (str(error),))
    return one_of_many(hall, ref, trigger, words, version)

"""What somebody who hands out disputes asks: where does this one go, why, and who could mediate it. Reads only."""

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from sqlmodel import Session

from mediation.cases import queries as case_queries
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.recusals import keeping_off
from mediation.cases.routing import deciding, page, queries
from mediation.duty import queries as duty
from mediation.errors import InputInvalid, Problem
from mediation.people import queries as people
from mediation.people.suggesting import Candidate, Suggested, Wanted, Weights, suggest
from mediation.units.routing import governance_line
from mediation.units.tree import Tree

MEDIATING = frozenset({"mediator", "grid_worker"})
MOST = 5


class Sessions(Protocol):
    """What the desk needs of the database."""

    def reading(self) -> AbstractContextManager[Session]: ...


@dataclass(frozen=True)
class Suggestions:
    """What is suggested for a case: the unit, with its reasons, and mediators, each part of the score explained.

    `unit` is None where the site has no rules of routing.
    """

    case: str
    unit: dict[str, Any] | None
    mediators: list[Suggested]


class RoutingDesk:
    """The suggestions of one instance."""

    def __init__(self, sessions: Sessions, hall: Callable[..., Hall]) -> None:
        self._sessions, self._hall = sessions, hall

    def suggestions(
        self,
        actor: str | int,
        ref: str,
        *,
        languages: Sequence[str] = (),
        on_duty: Collection[str] | None = None,
        away: Collection[int] | None = None,
        most: int = MOST,
    ) -> Suggestions:
        """Unit and mediators for a case within what the actor may see. `languages`: those that the parties need.

        `on_duty`, `away`: codes and ids of people; as the site's duty has it now if they are left out.
        Raises NotFound, InputInvalid.
        """
        with self._sessions.reading() as session:
            hall = self._hall(session, actor)
            case = case_queries.find_case(session, hall.actor, ref)
            _refuse_unknown(hall, languages)
            found = deciding.suggestion(hall, case)
            return Suggestions(
                case=case.number or case.temporary_number,
                unit=page.told(hall, case, found) if found else None,
                mediators=mediators_for(hall, case, languages, on_duty, away, most),
            )

    def explained(self, actor: str | int, ref: str) -> dict[str, Any]:
        """The suggestion and every decision of a case."""
        with self._sessions.reading() as session:
            hall = self._hall(session, actor)
            case = case_queries.find_case(session, hall.actor, ref)
            return page.shown(hall, case)


def mediators_for(
    hall: Hall,
    case: Dispute,
    languages: Sequence[str] = (),
    on_duty: Collection[str] | None = None,
    away: Collection[int] | None = None,
    most: int = MOST,
) -> list[Suggested]:
    """Those on the roster of a committee at the place or the holder or above, as far as it may mediate what the holder has; their
    posts may be anywhere.
    """
    assert case.id is not None
    tree, codes = hall.tree, hall.office.codes
    units = {
        node.id
        for start in (case.place_id, case.holder_id)
        for node in tree.lineage(start)
        if tree.may_mediate_at(case.holder_id, node.id)
    }
    kinds = people.post_kinds(hall.session)
    mediating = [kind for kind in kinds.codes if kinds.counts_as(kind) & MEDIATING]
    seated = queries.mediators(hall.session, case.id, units, mediating, hall.today)
    if on_duty is None:
        on_duty = hall.office.duty.people_at(hall.now, hall.office.calendar)
    if away is None:
        away = duty.away(hall.session, hall.today)
    line = governance_line(case.governance_category, codes)
    known = {code for one in seated for code in (*one.expertise, *line)}
    titles = {code: codes.title("governance_categories", code) for code in known}
    titles |= {one.code: one.title for one in codes.entries("languages")}
    kinds_of = keeping_off.kind_titles(hall)
    wanted = Wanted(
        line=line,
        languages=tuple(languages),
        conflicts={one.person_id: kinds_of.get(one.conflict, one.conflict) for one in seated if one.conflict},
        objections={one.person_id: one.objected_by for one in seated if one.objected_by},
        on_duty={one.person_id for one in seated if one.code in on_duty},
        away=away,
        titles=titles,
    )
    routing = hall.office.routing
    weights = routing.weights if routing else Weights()
    return suggest(wanted, _nearest(tree, seated, case.place_id), weights, most)


def _refuse_unknown(hall: Hall, languages: Sequence[str]) -> None:
    faults = [hall.office.codes.fault("languages", one) for one in languages]
    if any(faults):
        raise InputInvalid([Problem(fault, key="language") for fault in faults if fault])


def _nearest(tree: Tree, seated: Iterable[queries.Seated], place: int) -> Iterable[Candidate]:
    """Everybody once, in the post nearest to the place."""
    found: dict[int, Candidate] = {}
    for one in seated:
        if one.unit_id not in tree:
            continue
        candidate = Candidate(
            person_id=one.person_id,
            code=f"{one.code}:{one.post_code}",
            name=one.name,
            post=one.title,
            unit=one.unit_code,
            unit_title=tree.unit(one.unit_id).name,
            expertise=one.expertise,
            languages=one.languages,
            open_cases=one.open_cases,
            steps=tree.steps(one.unit_id, place),
        )
        known = found.get(one.person_id)
        if known is None or candidate.steps < known.steps:
            found[one.person_id] = candidate
    return found.values()

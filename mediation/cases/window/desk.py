"""What the clerk at the counter asks. Reads only."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlmodel import Session

from mediation.cases import opening, page, transition
from mediation.cases import queries as case_queries
from mediation.cases.hall import Hall
from mediation.cases.inputs import PartySaid
from mediation.cases.models import Dispute, Party
from mediation.cases.window import alike, queries
from mediation.clock import local_moment
from mediation.errors import InputInvalid, Problem
from mediation.language import _, joined

MOST = 50
BEFORE_MEDIATION = ("intake", "triage", "assignment")
_NEWEST = 200
_FACTS = (
    "title",
    "narrative",
    "claims",
    "governance_category",
    "risk",
    "headcount",
    "amount_fen",
    "stand_ins",
)


class Sessions(Protocol):
    """What the desk needs of the database."""

    def reading(self) -> AbstractContextManager[Session]: ...


@dataclass(frozen=True, slots=True)
class Line:
    """A case on the counter's page. `lacks`: what its parties have yet to be told or asked, in sentences."""

    row: page.Row
    received_at: datetime
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WindowPage:
    """The counter's day: what was taken in, what is to be acknowledged, what is to go on, which parties lack something."""

    today: list[Line]
    to_acknowledge: list[Line]
    to_go_on: list[Line]
    not_ready: list[Line]


class WindowDesk:
    """The counter of one instance."""

    def __init__(self, sessions: Sessions, hall: Callable[..., Hall]) -> None:
        self._sessions, self._hall = sessions, hall

    def alike(self, actor: str | int, people: Iterable[alike.Named]) -> list[alike.Alike]:
        """Cases that may be the one that is being taken in."""
        with self._sessions.reading() as session:
            return alike.alike(self._hall(session, actor), people)

    def faults(self, actor: str | int, words: Any) -> Sequence[Problem]:
        """All that is wrong with a registration as it is typed. Enters nothing."""
        with self._sessions.reading() as session:
            try:
                opening.hear(self._hall(session, actor), words)
            except InputInvalid as error:
                return error.problems
        return ()

    def as_said(self, actor: str | int, ref: str) -> dict[str, Any]:
        """What a case and its parties are known by, as the words of 补正 would say it. In full: not for a page as it is."""
        with self._sessions.reading() as session:
            hall = self._hall(session, actor)
            case = case_queries.find_case(session, hall.actor, ref)
            known: dict[str, Any] = {key: getattr(case, key) for key in _FACTS}
            known["parties"] = {
                one.ordinal: _party_said(one) for one in case_queries.parties(session, case.id or 0)
            }
            return known

    def page(self, actor: str | int) -> WindowPage:
        """What was taken in today, and what waits."""
        with self._sessions.reading() as session:
            hall = self._hall(session, actor)
            asked, waiting = _turns(hall)
            return WindowPage(
                today=_lines(hall, queries.taken_in(session, hall.actor, local_moment(hall.today), _NEWEST)),
                to_acknowledge=_lines(hall, asked),
                to_go_on=_lines(hall, waiting),
                not_ready=_lines(hall, queries.not_ready(session, hall.actor, BEFORE_MEDIATION, MOST)),
            )


def _party_said(party: Party) -> dict[str, Any]:
    plain = {key: getattr(party, key) for key in ("role", "kind", "name", "phone", "address", "id_number")}
    said = {**plain, "id_kind": party.id_kind, **party.details}
    return {key: value for key, value in said.items() if value and key in PartySaid.model_fields}


def _turns(hall: Hall) -> tuple[list[Dispute], list[Dispute]]:
    """The cases that the actor's unit is asked to take, and those of the first steps that wait on it."""
    asked, waiting = [], []
    for case in queries.turns(
        hall.session, hall.actor, _NEWEST
    ):  # own turns must not crowd out what is asked
        if case.target_id == hall.actor.unit_id and "acknowledge" in _triggers(hall, case):
            asked.append(case)
        elif case.phase in BEFORE_MEDIATION:
            waiting.append(case)
    return asked[:MOST], waiting[:MOST]


def _triggers(hall: Hall, case: Dispute) -> list[str]:
    return transition.engine_of(hall, case).triggers_from(case.state)


def _lines(hall: Hall, cases: list[Dispute]) -> list[Line]:
    found: dict[int, list[Party]] = {}
    for party in queries.parties_in(hall.session, [case.id or 0 for case in cases]):
        found.setdefault(party.case_id, []).append(party)
    return [
        Line(row, case.received_at, _lacks(case, found.get(case.id or 0, [])))
        for case, row in zip(cases, page.rows(hall, cases), strict=True)
    ]


def _lacks(case: Dispute, parties: list[Party]) -> tuple[str, ...]:
    if not case.open or case.phase not in BEFORE_MEDIATION:
        return ()
    present = [one for one in parties if one.refused_at is None]
    untold = [str(one.name) for one in present if one.rights_told_at is None]
    silent = [str(one.name) for one in present if one.consented_at is None]
    found = []
    if untold:
        found.append(_("未告知权利义务：{names}").format(names=joined(untold)))
    if silent:
        found.append(_("未表示同意调解：{names}").format(names=joined(silent)))
    return tuple(found)

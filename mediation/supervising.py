"""Supervision of one instance: the register's acts, the daily climb, the weeks, their papers; each in its own transaction.

Papers are printed between two transactions, as those of cases are, and entered once.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, Protocol, TypeVar

from sqlmodel import Session

from mediation.cases import queries as cases
from mediation.cases.hall import Hall
from mediation.clock import Clock, local_day
from mediation.documents.forms import missing_facts
from mediation.documents.press import Renderer
from mediation.documents.store import Store
from mediation.errors import FactsMissing, MediationError, NotFound
from mediation.language import _
from mediation.paper_room import retried
from mediation.supervision import climbing, pages, papers, queries, register, weeks
from mediation.supervision.climbing import Taken
from mediation.supervision.entries import Done

_R = TypeVar("_R")
ActorRef = str | int
Remember = Callable[[Session, _R], None]
SYSTEM = "supervision"


class Sessions(Protocol):
    """What is needed of the database; its owner decides when something is written."""

    def reading(self) -> AbstractContextManager[Session]: ...
    def writing(self) -> AbstractContextManager[Session]: ...


@dataclass
class SupervisionRound:
    """What a round came to: steps taken, clocks of items that ran out, weeks begun, papers that could not be made yet."""

    steps: list[Taken] = field(default_factory=list)
    ran_out: list[str] = field(default_factory=list)
    weeks: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class WeekMade:
    """The papers of a unit's week, by their ids, and what could not be made yet."""

    unit: str
    monday: date
    papers: list[pages.PaperRow]
    left: list[str]


class Supervision:
    """The register, the ladder and the weeks of one instance."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        store: Store,
        press: Renderer,
        hall: Callable[..., Hall],
        system_hall: Callable[[Session, str], Hall],
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._store = store
        self._press = press
        self._hall = hall
        self._system_hall = system_hall

    # — the register —

    def open(self, actor: ActorRef, words: Any, *, remember: Remember[Done] | None = None) -> Done:
        """立项 by a supervisor; the letter goes out if a limit was set."""
        with self._sessions.writing() as session:
            done = register.open_by_hand(self._hall(session, actor), words)
            if remember is not None:
                remember(session, done)
        self.make_owed()
        return done

    def do(
        self,
        actor: ActorRef,
        ref: str,
        act: str,
        words: Any,
        expected_version: int | None = None,
        *,
        remember: Remember[Done] | None = None,
    ) -> Done:
        """One act on one item, and the papers that it owes."""
        with self._sessions.writing() as session:
            done = register.do(
                self._hall(session, actor), ref, act, {} if words is None else words, expected_version
            )
            if remember is not None:
                remember(session, done)
        self.make_owed()
        return done

    def items(
        self, actor: ActorRef, *, only_open: bool = False, most: int = 50, before: str = ""
    ) -> list[pages.ItemRow]:
        """The register as far as the actor sees it, newest first; `before` is the id of a list's last row."""
        with self._sessions.reading() as session:
            hall = self._hall(session, actor)
            last = queries.find_item(session, hall.actor, before).id if before else None
            found = queries.items(session, hall.actor, only_open=only_open, before=last, most=most)
            return pages.rows(hall, found)

    def item(self, actor: ActorRef, ref: str) -> pages.ItemPage:
        """One item on one page: what is wrong, what was done, which clocks run, what can be done next."""
        with self._sessions.reading() as session:
            hall = self._hall(session, actor)
            return pages.item_page(hall, queries.find_item(session, hall.actor, ref))

    def steps(self, actor: ActorRef, ref: str) -> list[pages.StepRow]:
        """The steps of the ladder that a case in view has climbed, with their papers."""
        with self._sessions.reading() as session:
            hall = self._hall(session, actor)
            return pages.steps_of(hall, cases.find_case(session, hall.actor, ref))

    def paper(self, actor: ActorRef, public_id: str) -> bytes:
        """The bytes of a paper that the actor may see. Raises NotFound."""
        with self._sessions.reading() as session:
            found = papers.find(self._hall(session, actor), public_id)
            digest = found.sha256
        if digest is None:
            raise NotFound(_("这份文书还没有印出来"))
        return self._store.get(digest)

    # — the round —

    def round(self, most: int = 1000) -> SupervisionRound:
        """What has come due: steps of the ladder, clocks of items, papers of the week; each once, whoever calls and when."""
        found = SupervisionRound(steps=self.climb(most), ran_out=self._run_clocks(most))
        found.weeks = self._begin_weeks()
        found.left = self.make_owed(most)
        return found

    def climb(self, most: int = 1000) -> list[Taken]:
        """Take every step that has come, each in a transaction of its own."""
        with self._sessions.writing() as session:
            seen = climbing.watch(self._system_hall(session, SYSTEM), most)
        with self._sessions.reading() as session:
            hall = self._system_hall(session, SYSTEM)
            due = climbing.due(session, hall.office.supervision, hall.now, most)
        looks: list[Callable[[Hall], Taken | None]] = [
            *(partial(climbing.look, deadline_id=key, case_id=case) for key, case in due),
            *(partial(climbing.look_at_cause, case_id=case, kind=kind) for case, kind in seen.causes),
        ]
        taken = [done for look in looks if (done := self._retried(look)) is not None]
        with self._sessions.writing() as session:
            climbing.looked_through(self._system_hall(session, SYSTEM), seen.last_id)
        return taken

    def make_owed(self, most: int = 100) -> list[str]:
        """Print the papers of units that are owed; what could not be printed stays owed and is told in words."""
        with self._sessions.reading() as session:
            owed = [row.public_id for row in queries.papers_owed(session, most)]
        left = []
        for public_id in owed:
            try:
                retried(partial(self._print, public_id))
            except MediationError as error:
                left.append(f"{public_id}：{error}")
        return left

    # — the week —

    def week(self, actor: ActorRef, unit: str, of: date | None = None, focus: str | None = None) -> WeekMade:
        """Make the four papers of a unit's week; those that are there stay as they are. `of`: a day of the week."""
        with self._sessions.writing() as session:
            hall = self._hall(session, actor)
            node = hall.tree.by_code(unit)
            weeks.refuse_other_units(hall, node)
            monday = weeks.monday_of(of or hall.today)
            weeks.refuse_weeks_to_come(hall, monday)
            weeks.begin_week(hall, node, monday, focus=focus)
        left = self.make_owed()
        with self._sessions.reading() as session:
            hall = self._hall(session, actor)
            made = queries.week(session, hall.tree.by_code(unit).id, monday)
            assert made is not None  # begun just before
            return WeekMade(unit, monday, pages.papers_about(hall, f"week-{made.public_id}"), left)

    # — within —

    def _begin_weeks(self) -> list[str]:
        monday = weeks.monday_of(local_day(self._clock.now()))
        begun = []
        with self._sessions.writing() as session:
            hall = self._system_hall(session, SYSTEM)
            names = weeks.owed_by_now(hall, monday)
            for code in hall.office.supervision.week.units if names else ():
                weeks.begin_week(hall, hall.tree.by_code(code), monday, names)
                begun.append(code)
        return begun

    def _run_clocks(self, most: int) -> list[str]:
        with self._sessions.writing() as session:
            register.recount(self._system_hall(session, SYSTEM))
        with self._sessions.reading() as session:
            due = [
                (clock.id or 0, clock.item_id, clock.name)
                for clock in queries.clocks_due(session, self._clock.now(), most)
            ]
        ran_out = []
        for key, item, name in due:
            done = self._retried(partial(register.clock_ran_out, clock_id=key, item_id=item, name=name))
            ran_out += [done.number or done.item] if done is not None else []
        return ran_out

    def _retried(self, work: Callable[[Hall], _R]) -> _R:
        def once() -> _R:
            with self._sessions.writing() as session:
                return work(self._system_hall(session, SYSTEM))

        return retried(once)

    def _print(self, public_id: str) -> None:
        with self._sessions.reading() as session:
            hall = self._system_hall(session, SYSTEM)
            found = queries.paper(session, public_id)
            if found is None or found.state != "owed":
                return
            form, snapshot = papers.prepare(hall, found)
        missing = missing_facts(form, snapshot)
        if missing:
            raise FactsMissing(missing)
        pdf = self._press.render(form, snapshot).pdf
        self._store.put(pdf)
        with self._sessions.writing() as session:
            papers.record(self._system_hall(session, SYSTEM), public_id, form, snapshot, pdf)

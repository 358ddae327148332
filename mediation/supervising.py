"""Supervision of one instance: the register's acts, the daily climb, the weeks, their papers; each in its own transaction.

Papers are printed between two transactions, as those of cases are, and entered once.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any, Protocol, TypeVar

from sqlmodel import Session

from mediation.cases import queries as cases
from mediation.cases.erasure.gone import open_file
from mediation.cases.hall import Hall
from mediation.cases.inputs import read_said
from mediation.clock import Clock, local_day
from mediation.documents.forms import missing_facts
from mediation.documents.press import Renderer
from mediation.documents.store import Store
from mediation.errors import FactsMissing, NotFound, StorageError, on_record, place_of, told
from mediation.language import _
from mediation.paper_room import retried
from mediation.supervision import climbing, pages, papers, queries, register, sheets, weeks
from mediation.supervision.climbing import Taken
from mediation.supervision.entries import Done
from mediation.supervision.machine import CLOCKS
from mediation.supervision.said import WeekWanted

_R = TypeVar("_R")
ActorRef = str | int
Remember = Callable[[Session, _R], None]
Stop = Callable[[], bool]
SYSTEM = "supervision"
_log = logging.getLogger("mediation.supervision")
_BATCH = 500


class Sessions(Protocol):
    """What is needed of the database; its owner decides when something is written."""

    def reading(self) -> AbstractContextManager[Session]: ...
    def writing(self) -> AbstractContextManager[Session]: ...


def never() -> bool:
    """Nothing asks the round to stop."""
    return False


@dataclass
class SupervisionRound:
    """What a round came to: steps taken, clocks of items that ran out, weeks begun, what could not be done yet in words."""

    steps: list[Taken] = field(default_factory=list)
    ran_out: list[str] = field(default_factory=list)
    weeks: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class WeekMade:
    """The papers of a unit's week, by their ids, and what could not be made yet."""

    unit: str
    unit_name: str
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
        self,
        actor: ActorRef,
        *,
        only_open: bool = False,
        most: int = 50,
        before: str = "",
        unit: str = "",
    ) -> list[pages.ItemRow]:
        """The register as far as the actor sees it, newest first; `before` is the id of a list's last row.

        `unit`: the code of the responsible unit. Raises NotFound.
        """
        with self._sessions.reading() as session:
            hall = self._hall(session, actor)
            last = queries.find_item(session, hall.actor, before).id if before else None
            of = hall.tree.by_code(unit).id if unit else None
            found = queries.items(session, hall.actor, only_open=only_open, before=last, most=most, unit=of)
            return pages.rows(hall, found)

    def by_unit(self, actor: ActorRef) -> list[pages.UnitRow]:
        """How many open items each responsible unit has, and how many of them are overdue; most first."""
        with self._sessions.reading() as session:
            hall = self._hall(session, actor)
            return [
                pages.UnitRow(hall.tree.unit(unit).code, hall.tree.unit(unit).name, count, late)
                for unit, count, late in queries.open_by_unit(session, hall.actor, hall.now)
            ]

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
            hall = self._hall(session, actor)
            found = papers.find(hall, public_id)
            digest, chain = found.sha256, sheets.chain_of(hall, found)
        if digest is None:
            raise NotFound(_("这份文书还没有印出来"))
        return open_file(self._sessions.reading, self._store, digest, chain)

    # — the round —

    def is_waited_for(self, now: datetime) -> bool:
        """Whether a step, a clock of an item or a paper of the week has come that nobody has seen to."""
        with self._sessions.reading() as session:
            hall = self._system_hall(session, SYSTEM)
            if queries.clocks_due(session, now, 1) or climbing.is_waited_for(hall):
                return True
            return weeks.is_waited_for(hall)

    @on_record()
    def round(self, stop: Stop = never) -> SupervisionRound:
        """What has come due: steps of the ladder, clocks of items, papers of the week; each once, whoever calls and when.

        What fails is told in `left` and comes again; it keeps nothing else waiting. `stop` is asked before each piece. Raises
        StorageError when the store does not answer.
        """
        found = SupervisionRound()
        found.steps = self.climb(found.left, stop)
        found.ran_out = self._run_clocks(found.left, stop)
        found.weeks = self._begin_weeks(found.left)
        found.left += self.make_owed(stop)
        return found

    @on_record()
    def climb(self, left: list[str] | None = None, stop: Stop = never) -> list[Taken]:
        """Take every step that has come, each in a transaction of its own."""
        told: list[str] = [] if left is None else left
        taken: list[Taken] = []
        after: int | None = None
        unseen: list[int] = []
        more = True
        while more and not stop():
            with self._sessions.writing() as session:
                found = climbing.watch(self._system_hall(session, SYSTEM), _BATCH, after)
            after, more = found.last_id, found.more
            taken += self._look_at_clocks(told, stop)
            for one in found.causes:
                work = partial(climbing.look_at_cause, case_id=one.case_id, kind=one.kind)
                seen, done = (False, None) if stop() else self._tried(work, one.case_id, told)
                taken += [done] if done is not None else []
                unseen += [] if seen else [one.event_id]
        if after is not None:
            read = min([after, *(event - 1 for event in unseen)])
            with self._sessions.writing() as session:
                climbing.looked_through(self._system_hall(session, SYSTEM), read)
        return taken

    @on_record()
    def make_owed(self, stop: Stop = never) -> list[str]:
        """Print the papers of units that are owed; what could not be printed stays owed and is told in words."""
        left: list[str] = []
        after = 0
        while not stop():
            with self._sessions.reading() as session:
                owed = [(row.id or 0, row.public_id) for row in queries.papers_owed(session, _BATCH, after)]
            for _key, public_id in owed:
                if stop():
                    break
                try:
                    retried(partial(self._print, public_id))
                except StorageError:
                    raise
                except Exception as error:  # noqa: BLE001  whatever it is, it keeps no other waiting
                    left.append(_("{name}：{cause}").format(name=public_id, cause=_told(public_id, error)))
            if len(owed) < _BATCH:
                break
            after = owed[-1][0]
        return left

    # — the week —

    @on_record()
    def week(self, actor: ActorRef, unit: str, of: date | None = None, focus: str | None = None) -> WeekMade:
        """Make the four papers of a unit's week; those that are there stay as they are. `of`: a day of the week."""
        said = read_said(WeekWanted, {"unit": unit, "of": of, "focus": focus})
        with self._sessions.writing() as session:
            hall = self._hall(session, actor)
            node = hall.tree.by_code(said.unit)
            weeks.refuse_other_units(hall, node)
            monday = weeks.monday_of(said.of or hall.today)
            weeks.refuse_weeks_to_come(hall, monday)
            weeks.begin_week(hall, node, monday, focus=said.focus)
        left = self.make_owed()
        with self._sessions.reading() as session:
            hall = self._hall(session, actor)
            node = hall.tree.by_code(said.unit)
            made = queries.week(session, node.id, monday)
            assert made is not None  # begun just before
            return WeekMade(
                said.unit, node.name, monday, pages.papers_about(hall, f"week-{made.public_id}"), left
            )

    # — within —

    def _look_at_clocks(self, left: list[str], stop: Stop) -> list[Taken]:
        taken: list[Taken] = []
        after: tuple[datetime, int] | None = None
        while not stop():
            with self._sessions.reading() as session:
                due = climbing.due(self._system_hall(session, SYSTEM), _BATCH, after)
            for _at, key, case_id in due:
                if stop():
                    break
                work = partial(climbing.look, deadline_id=key, case_id=case_id)
                _seen, done = self._tried(work, case_id, left)
                taken += [done] if done is not None else []
            if len(due) < _BATCH:
                break
            after = due[-1][:2]
        return taken

    def _begin_weeks(self, left: list[str]) -> list[str]:
        monday = weeks.monday_of(local_day(self._clock.now()))
        with self._sessions.reading() as session:
            hall = self._system_hall(session, SYSTEM)
            names = weeks.owed_by_now(hall, monday)
            units = hall.office.supervision.week.units if names else ()
        begun = []
        for code in units:
            try:
                self._retried(partial(_begin_week, code=code, monday=monday, names=names))
            except StorageError:
                raise
            except Exception as error:  # noqa: BLE001  whatever it is, it keeps no other waiting
                left.append(_("{name}：{cause}").format(name=code, cause=_told(code, error)))
                continue
            begun.append(code)
        return begun

    def _run_clocks(self, left: list[str], stop: Stop) -> list[str]:
        ran_out: list[str] = []
        after: tuple[datetime, int] | None = None
        while not stop():
            with self._sessions.reading() as session:
                found = queries.clocks_due(session, self._clock.now(), _BATCH, after)
                due = [(clock.due_at, clock.id or 0, clock.item_id, clock.name) for clock in found]
            for _at, key, item, name in due:
                try:
                    done = self._retried(
                        partial(register.clock_ran_out, clock_id=key, item_id=item, name=name)
                    )
                except StorageError:
                    raise
                except Exception as error:  # noqa: BLE001  whatever it is, it keeps no other waiting
                    left.append(
                        _("{name}：{cause}").format(name=_(CLOCKS.get(name, name)), cause=_told(item, error))
                    )
                    continue
                if done is not None:
                    item_of, clock = done.number or done.item, _(CLOCKS.get(name, name))
                    ran_out.append(_("{title}（{label}）").format(title=item_of, label=clock))
            if len(due) < _BATCH:
                break
            after = due[-1][:2]
        return ran_out

    def _tried(self, work: Callable[[Hall], _R], case_id: int, left: list[str]) -> tuple[bool, _R | None]:
        """Whether it was done, and what it came to; what failed is told with the case's number."""
        try:
            return True, self._retried(work)
        except StorageError:
            raise
        except Exception as error:  # noqa: BLE001  whatever it is, it keeps no other waiting
            with self._sessions.reading() as session:
                case = cases.case_for_system(session, case_id)
                number = case.number or case.temporary_number
            failed = _told(case_id, error)
            left.append(_("{case} 的督办没有办成：{error}").format(case=number, error=failed))
            return False, None

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


def _begin_week(hall: Hall, code: str, monday: date, names: list[str]) -> None:
    weeks.begin_week(hall, hall.tree.by_code(code), monday, names)


def _told(what: object, error: Exception) -> str:
    """A failure in words; the log has none, since those may name people."""
    _log.error(_("督办未完成一项（%s）：%s"), what, place_of(error))
    return told(error)

"""Where clocks are kept: recounted when a calendar has come, their reminders sent, what has run out carried out once.

Everything here is done in small transactions, so that nobody waits for a round, and can be done by any number of
processes at once: each row is claimed by whoever comes first.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Protocol, TypeVar

from sqlmodel import Session

from mediation.cases import clockwork, explaining, queries, recounting, reminders
from mediation.cases.hall import Hall
from mediation.cases.recounting import Recounted
from mediation.cases.reminders import Reminded
from mediation.clock import Clock
from mediation.deadlines import queries as deadline_queries
from mediation.errors import StorageError, place_of, told
from mediation.language import _
from mediation.paper_room import retried
from mediation.supervision.recounting import recount_items

_log = logging.getLogger("mediation.clocks")
SYSTEM = "clock"
_BATCH = 500
_T = TypeVar("_T")
HallOf = Callable[..., Hall]


class Sessions(Protocol):
    """What the room needs of the database."""

    def reading(self) -> AbstractContextManager[Session]: ...
    def writing(self) -> AbstractContextManager[Session]: ...


class _DryRun(Exception):
    """Everything has been tried, and nothing shall stay."""


def recount_all(hall: Hall) -> Recounted:
    """Count all clocks again that the calendar concerns, of cases and of what is supervised, in the hall's transaction."""
    found = Recounted(hall.office.calendar.whole_version)
    after: int | None = 0
    while after is not None:
        after = recounting.recount_some(hall, found, after)
    recount_items(hall, found)
    recounting.finish(hall, found)
    return found


@dataclass(frozen=True)
class ClockRoom:
    """The clocks of one instance. `hall`: of an actor; `system`: of the program itself."""

    sessions: Sessions
    clock: Clock
    hall: HallOf
    system: HallOf

    def recount(self, *, dry_run: bool = False) -> Recounted:
        """Count all clocks again that the calendar in force concerns; with `dry_run` only say what would move."""
        if dry_run:
            return self._tried(recount_all)
        found: Recounted | None = None
        after: int | None = 0
        while after is not None:
            with self.sessions.writing() as session:
                hall = self.system(session, SYSTEM)
                found = found or Recounted(hall.office.calendar.whole_version)
                after = recounting.recount_some(hall, found, after)
        assert found is not None  # the loop has run once
        with self.sessions.writing() as session:
            hall = self.system(session, SYSTEM)
            recount_items(hall, found)
            recounting.finish(hall, found)
        return found

    def recount_if_due(self) -> Recounted | None:
        """The same, if the calendar is another than all clocks were last counted by."""
        with self.sessions.reading() as session:
            is_due = recounting.is_due(self.system(session, SYSTEM))
        return self.recount() if is_due else None

    def remind(self, left: list[str] | None = None) -> list[Reminded]:
        """Plan the reminders of clocks that have started or moved, and send those that have come; none at night.

        One that fails is told in `left`, and comes again in the next round. Raises StorageError when the store does not answer.
        """
        self._plan()
        with self.sessions.reading() as session:
            hall = self.system(session, SYSTEM)
            if not hall.office.reminding.duty.is_on(hall.now):
                return []
        sent: list[Reminded] = []
        failed: set[int] = set()
        while True:
            most = _BATCH + len(failed)
            with self.sessions.reading() as session:
                rows = deadline_queries.to_remind(session, self.clock.now(), most)
                keys = [(row.id or 0, row.case_id) for row in rows]
            for key, case_id in keys:
                if key in failed:
                    continue
                try:
                    found = self._within(partial(reminders.remind, deadline_id=key))
                except StorageError:
                    raise
                except Exception as error:  # noqa: BLE001  whatever it is, it keeps no other waiting
                    failed.add(key)
                    self._failed(key, case_id, error, [] if left is None else left)
                    continue
                sent += [found] if found else []
            if len(keys) < most:
                return sent

    def is_waited_for(self, now: datetime) -> bool:
        """Whether a clock has run out, or a reminder has come, that nobody has seen to."""
        return bool(self.run_out_by(now, 1)) or self.is_reminder_waited_for(now)

    def run_out_by(self, now: datetime, most: int) -> list[int]:
        """Keys of clocks that have run out and that nobody has run out yet, the longest due first."""
        with self.sessions.reading() as session:
            return [key for _due_at, key, _case in deadline_queries.expired(session, now, None, most)]

    def is_reminder_waited_for(self, now: datetime) -> bool:
        """Whether a reminder has come, or waits to be planned."""
        with self.sessions.reading() as session:
            hall = self.system(session, SYSTEM)
            if not hall.office.reminding.duty.is_on(now):
                return False
            return bool(
                deadline_queries.unplanned(session, 0, 1) or deadline_queries.to_remind(session, now, 1)
            )

    def sweep(
        self, left: list[str], most: int | None = None, stop: Callable[[], bool] = lambda: False
    ) -> list[clockwork.Missed]:
        """Carry out what follows from clocks that have run out, the longest due first, each in its own transaction.

        One that fails is told in `left` and comes again in the next round; it does not keep the others waiting. `stop` is
        asked before each. Raises StorageError when the store does not answer.
        """
        missed: list[clockwork.Missed] = []
        after: tuple[datetime, int] | None = None
        seen = 0
        while (most is None or seen < most) and not stop():
            limit = _BATCH if most is None else min(_BATCH, most - seen)
            with self.sessions.reading() as session:
                due = deadline_queries.expired(session, self.clock.now(), after, limit)
            for _due_at, key, case_id in due:
                if stop():
                    break
                try:
                    claim = partial(clockwork.run_out, deadline_id=key, case_id=case_id)
                    found = retried(partial(self._within, claim))
                except StorageError:
                    raise
                except Exception as error:  # noqa: BLE001  whatever it is, it keeps no other waiting
                    self._failed(key, case_id, error, left)
                    continue
                missed += [found] if found else []
            seen += len(due)
            if len(due) < limit:
                break
            after = due[-1][:2]
        return missed

    def explain(self, actor: Any, ref: str, name: str = "") -> list[explaining.Explained]:
        """How each clock of a case came about, or those of one name. Raises NotFound for another name."""
        with self.sessions.reading() as session:
            hall = self.hall(session, actor)
            return explaining.explain(hall, queries.find_case(session, hall.actor, ref), name)

    def _failed(self, deadline_id: int, case_id: int, error: Exception, left: list[str]) -> None:
        """Tell it in words, and in the log without any: those may name people."""
        _log.error(_("期限 %d 没有办成：%s"), deadline_id, place_of(error))
        with self.sessions.reading() as session:
            case = queries.case_for_system(session, case_id)
        number = case.number or case.temporary_number
        left.append(_("{case} 的期限没有办成：{error}").format(case=number, error=told(error)))

    def _plan(self) -> None:
        after = 0
        while True:
            with self.sessions.reading() as session:
                if not deadline_queries.unplanned(session, after, 1):
                    return
            with self.sessions.writing() as session:
                rows = deadline_queries.unplanned(session, after, _BATCH)
                reminders.plan(self.system(session, SYSTEM), rows)
            if len(rows) < _BATCH:
                return
            after = rows[-1].id or 0

    def _within(self, work: Callable[[Hall], _T]) -> _T:
        with self.sessions.writing() as session:
            return work(self.system(session, SYSTEM))

    def _tried(self, work: Callable[[Hall], _T]) -> _T:
        """What the work would come to; nothing of it stays."""
        found: list[_T] = []
        try:
            with self.sessions.writing() as session:
                found.append(work(self.system(session, SYSTEM)))
                _undo()
        except _DryRun:
            return found[0]
        raise AssertionError("a dry run never comes to its end")


def _undo() -> None:
    raise _DryRun

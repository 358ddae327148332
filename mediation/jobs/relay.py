"""The relay: looks once a second for what is to be done, and enters it as jobs. Any number of relays may run at once."""

import logging
import threading
from collections.abc import Callable
from datetime import date, timedelta

from mediation.clock import local_day
from mediation.errors import place_of
from mediation.ids import new_public_id
from mediation.jobs import queries
from mediation.jobs.engine import Engine, JobWaits
from mediation.jobs.work import CALL, CALL_AGAIN, DAILY_ROUND, OUTBOX_ROW, RUN_OUT, Work
from mediation.language import _

TICK = 1.0
GRACE = timedelta(seconds=5)
"""An act's own process makes its papers right after it: its rows are left to it for so long."""
AGAIN = timedelta(minutes=10)
"""What was begun and is still not carried out after so long is begun once more."""
LONGEST_REST = 12
"""After so many looks at the clocks, at the most, what the last sweep left as it was is tried again: a minute."""
_BATCH = 100
_log = logging.getLogger("mediation.jobs")


class Relay:
    """One thread that begins at `start` and has ended after `stop`."""

    def __init__(
        self,
        work: Work,
        engine: Engine,
        *,
        tick: float = TICK,
        grace: timedelta = GRACE,
        again: timedelta = AGAIN,
    ) -> None:
        self._work = work
        self._engine = engine
        self._tick = tick
        self._grace = grace
        self._again = again
        self._round_of: date | None = None
        self._after = 0
        self._count = 0
        self._mark = ""
        self._rest = 0
        self._span = 1
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mediation-relay", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, after the round under way."""
        self._stop.set()
        self._thread.join()

    def hand_on(self) -> int:
        """Enter waiting outbox rows as jobs, in the transaction that marks them as given; how many."""
        now = self._work.clock.now()
        until = now - self._grace
        with self._work.database.reading() as session:
            if not queries.anything_to_queue(session, self._work.kinds, now, until):
                return 0
        with self._work.database.writing() as session:
            rows = queries.claim(session, self._work.kinds, now, until, _BATCH)
            for row, kind in rows:
                self._engine.queue(session, CALL if kind in self._work.calls else OUTBOX_ROW, row)
        return len(rows)

    def run_out(self) -> bool:
        """Enter the sweep of the clocks, if any is due and no sweep waits or runs.

        While just the same is due after a sweep as before it, because it fails, each next try waits twice as many looks.
        """
        mark = self._work.due_mark(self._work.clock.now())
        if mark != self._mark:
            self._mark, self._rest, self._span = mark, 0, 1
        if self._rest:
            self._rest -= 1
            return False
        entered = bool(mark) and self.sweep()
        if entered:
            self._rest, self._span = self._span, min(2 * self._span, LONGEST_REST)
        return entered

    def sweep(self) -> bool:
        """Enter the sweep of the clocks, unless one waits or runs."""
        return self._enter_alone(RUN_OUT)

    def call_again(self) -> bool:
        """Enter the calls that are due again, if any is and none waits or runs."""
        return self._work.anything_to_send(self._work.clock.now()) and self._enter_alone(CALL_AGAIN)

    def begin_round(self) -> bool:
        """Enter the round of the day, once for all processes."""
        today = local_day(self._work.clock.now())
        if today == self._round_of:
            return False
        with self._work.database.writing() as session:
            self._engine.queue(session, DAILY_ROUND, _round(today))
        self._round_of = today
        return True

    def try_again(self) -> int:
        """Hand on once more what was given to the engine long ago, has ended there and is still not carried out."""
        now = self._work.clock.now()
        with self._work.database.reading() as session:
            found = queries.stuck(session, now, now - self._again, self._after, _BATCH)
        self._after = found[-1][0] if len(found) == _BATCH else 0
        ended = self._engine.ended([row[1] for row in found]) if found else []
        self._engine.forget(ended)
        if self._round_of is not None and not self._engine.is_well(_round(self._round_of)):
            self._engine.forget([_round(self._round_of)])
            self._round_of = None
        if ended:
            with self._work.database.writing() as session:
                queries.take_back(session, ended)
        return len(ended)

    def _enter_alone(self, name: str) -> bool:
        try:
            with self._work.database.writing() as session:
                self._engine.queue(session, name, f"{name}-{new_public_id()}", alone=True)
        except JobWaits:
            return False
        return True

    def _run(self) -> None:
        works: list[tuple[int, Callable[[], object]]] = [
            (1, self.hand_on),
            (1, self.begin_round),
            (5, self.run_out),
            (5, self.call_again),
            (3, self._engine.take_over),
            (60, self.sweep),
            (60, self.try_again),
        ]
        while True:
            for every, work in works:
                if self._stop.is_set():
                    return
                if self._count % every == 0:
                    self._attempt(work)
            self._count += 1
            if self._stop.wait(self._tick):
                return

    def _attempt(self, work: Callable[[], object]) -> None:
        """One thing that fails now (the database restarts) is tried again at its next turn."""
        try:
            work()
        except Exception as error:  # noqa: BLE001  the relay goes on whatever happens
            _log.warning(_("任务中转未完成一轮，稍后重试：%s"), place_of(error))


def _round(day: date) -> str:
    return f"{DAILY_ROUND}-{day.isoformat()}"

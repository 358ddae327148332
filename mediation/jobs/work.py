"""What the jobs need of the instance: see `mediation.day_work.DayWork`, which does the work."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from sqlalchemy import Engine
from sqlmodel import Session

from mediation.clock import Clock

OUTBOX_ROW = "outbox_row"
RUN_OUT = "run_out"
DAILY_ROUND = "daily_round"
CALL = "call"
CALL_AGAIN = "call_again"
NAMES = (OUTBOX_ROW, RUN_OUT, DAILY_ROUND, CALL, CALL_AGAIN)

DONE = "done"
LEFT = "left"
"""It cannot be done yet: somebody must do something first. It is tried again later."""


class Store(Protocol):
    """The database, as far as jobs need it."""

    url: str
    on_sqlite: bool
    writer: Engine

    def reading(self) -> AbstractContextManager[Session]: ...
    def writing(self) -> AbstractContextManager[Session]: ...


class Work(Protocol):
    """All work that is done behind the acts. Each piece may be begun any number of times; its effect comes once."""

    @property
    def database(self) -> Store: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def kinds(self) -> Sequence[str]:
        """The kinds of outbox row that it carries out."""

    @property
    def calls(self) -> Sequence[str]:
        """Those of them that call other systems, and may wait long for an answer."""

    def carry_out(self, row: str) -> str:
        """One outbox row by its public id: DONE or LEFT."""

    def due_mark(self, now: datetime) -> str:
        """What clocks have run out that nobody has run out yet, as a mark that is the same for the same; "" if none has."""

    def run_out_due(self, stop: Callable[[], bool]) -> int:
        """Run out every clock that is due; how many. Ends early, between two, when told to stop."""

    def anything_to_send(self, now: datetime) -> bool:
        """Whether a call that came to nothing is due again."""

    def send_again(self, stop: Callable[[], bool]) -> int:
        """Call again what is due; how many were taken. Ends early, between two, when told to stop."""

    def daily_round(self) -> None:
        """Everything else that a new day brings."""

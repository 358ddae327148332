"""履行台账: what is owed, paid and left of each clause and instalment, in fen. Pure but for the rows that come in.

A clause without instalments is one instalment. A clause that was recorded as performed before there were entries counts as
paid in full.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from mediation.cases.models import Clause
from mediation.cases.performance.models import Instalment, PerformanceEntry


@dataclass(frozen=True, slots=True)
class Part:
    """A clause, or one instalment of it. `instalment` is none for a whole clause; amounts are none for what is no money."""

    clause: int
    instalment: int | None
    due_on: date | None
    amount_fen: int | None
    paid_fen: int
    performed_on: date | None
    breached_on: date | None

    @property
    def left_fen(self) -> int:
        """What is still owed, in fen."""
        return 0 if self.amount_fen is None or self.performed_on else max(self.amount_fen - self.paid_fen, 0)

    @property
    def is_open(self) -> bool:
        """Whether it has not been performed."""
        return self.performed_on is None

    def is_overdue(self, today: date) -> bool:
        """Whether its last day is over and it has not been performed."""
        return self.is_open and self.due_on is not None and self.due_on < today

    @property
    def label(self) -> str:
        """`2` for a clause, `2.1` for an instalment."""
        return str(self.clause) if self.instalment is None else f"{self.clause}.{self.instalment}"


@dataclass(frozen=True, slots=True)
class Statement:
    """What is to be paid, has been paid, is owed, and of that is overdue, in fen."""

    total_fen: int
    paid_fen: int
    left_fen: int
    overdue_fen: int


def parts(
    clause: Clause, instalments: Sequence[Instalment], entries: Sequence[PerformanceEntry]
) -> list[Part]:
    """The instalments of a clause, or the clause itself."""
    if not instalments:
        paid = sum(entry.amount_fen or 0 for entry in entries)
        if clause.performed_on is not None:
            paid = clause.amount_fen or 0
        return [
            Part(
                clause.ordinal, None, clause.due_on, clause.amount_fen, paid,
                clause.performed_on, clause.breached_on,
            )
        ]  # fmt: skip
    return [
        Part(
            clause.ordinal, row.ordinal, row.due_on, row.amount_fen,
            sum(entry.amount_fen or 0 for entry in entries if entry.instalment == row.ordinal),
            row.performed_on, row.breached_on,
        )
        for row in instalments
    ]  # fmt: skip


def statement(found: Sequence[Part], today: date) -> Statement:
    """The sums of several parts."""
    return Statement(
        total_fen=sum(part.amount_fen or 0 for part in found),
        paid_fen=sum(part.paid_fen for part in found),
        left_fen=sum(part.left_fen for part in found),
        overdue_fen=sum(part.left_fen for part in found if part.is_overdue(today)),
    )


def allot(amount_fen: int, found: Sequence[Part]) -> list[tuple[Part, int]]:
    """A payment put on what is owed, the earliest due first; what is left over is put on nothing."""
    allotted = []
    for part in sorted((one for one in found if one.left_fen), key=lambda one: one.due_on or date.min):
        here = min(amount_fen, part.left_fen)
        if here:
            allotted.append((part, here))
            amount_fen -= here
    return allotted

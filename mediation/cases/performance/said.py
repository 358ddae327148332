"""What the verbs of performance and of a court's confirmation take."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from mediation.cases.inputs import Code, Day, Fen, Line, Ordinal, Said, Text

LARGEST_FILE = 8_000_000
"""Of a proof as base64: 6 MB, a photograph as a telephone makes it."""


class RecordPerformance(Said):
    """A clause was performed, one instalment of it, or a part of what is owed.

    Without `amount_fen` all that is still owed of what is named; with it, and no `instalment`, put on the earliest due first.
    `proof`: what proves it, in words; `proof_file`: PNG, JPEG or PDF, base64. `agreement`: of which, where several are in force.
    """

    clause: Ordinal
    instalment: Ordinal | None = None
    agreement: Ordinal | None = None
    amount_fen: Annotated[Fen, Field(ge=1)] | None = None
    performed_on: Day
    proof: Text | None = None
    proof_file: str | None = Field(default=None, max_length=LARGEST_FILE)


class RecordBreach(Said):
    """A clause, or an instalment of it, was not performed in time; the routes that stay open are told (Art. 32); none has to be
    named where a court has confirmed the agreement, which can be enforced.

    Without `instalment`: all instalments of the clause that are overdue. `agreement` as above.
    """

    clause: Ordinal
    instalment: Ordinal | None = None
    agreement: Ordinal | None = None
    noticed_on: Day
    account: Text
    routes: tuple[Code, ...] = ()


class ApplyConfirmation(Said):
    """申请司法确认: the parties' joint application to the court (CPL Art. 205). `applied_on`: the day it was handed in or posted.

    `court`: the site's basic court if left out. `agents`: for which of the parties the how-manieth of its agents asks.
    """

    asked_by: Annotated[tuple[Ordinal, ...], Field(min_length=1)]
    agents: Mapping[Ordinal, Ordinal] = Field(default_factory=dict)
    applied_on: Day
    court: Line | None = None
    agreement: Ordinal | None = None
    reference: Text | None = None


class RecordConfirmation(Said):
    """司法确认结果: what the court ruled (CPL Art. 206). `number`: of the ruling, with its case word, as 调确字."""

    result: Literal["confirmed", "dismissed"]
    ruled_on: Day
    number: Line
    agreement: Ordinal | None = None
    reference: Text | None = None

"""What the verbs of ownership take."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from mediation.cases.inputs import Code, Day, Line, Said, Text

_MOST_HEARD = 20


class Decline(Said):
    """退单: not ours, by a line of the responsibility list, and why."""

    line: Code
    reason: Text


class Heard(BaseModel):
    """Who was heard for a unit, and what was argued."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    unit: Code
    name: Line
    argued: Text


class Rule(Said):
    """裁定: the unit that has the dispute, by a line of the list, or by how the list is to be read; with its minutes."""

    to: Code
    line: Code | None = None
    interpretation: Text | None = None
    heard: Annotated[tuple[Heard, ...], Field(min_length=1, max_length=_MOST_HEARD)]
    reason: Text


class AskAbove(Said):
    """请示: ask the level above for an instruction; the dispute stays where it is."""

    question: Text
    due_on: Day | None = None

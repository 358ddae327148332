"""What the verbs of cases that have to do with each other take."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from mediation.cases.inputs import Fen, Line, Ordinal, Said, Text

CaseName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
"""A case by its number, its temporary number or its public id."""


class Link(Said):
    """关联: the other case, and what this one is to it: repeat (反复), related, continues (续案)."""

    to: CaseName
    kind: Literal["repeat", "related", "continues"]
    why: Text


class MergeInto(Said):
    """并案: the main case, in which this one goes on. `amount_fen`: what is in dispute there from now on, in all."""

    case: CaseName
    amount_fen: Fen | None = None
    why: Text


class Split(Said):
    """分案: which parties and claims, counted from 1, go into a case of their own. `stays`: those that stay in this one too.

    `amount_fen`: how much of what is in dispute goes with them.
    """

    parties: Annotated[tuple[Ordinal, ...], Field(min_length=2)]
    claims: tuple[Ordinal, ...] = ()
    stays: tuple[Ordinal, ...] = ()
    amount_fen: Fen | None = None
    title: Line
    narrative: Text | None = None
    why: Text


class JoinSeries(Said):
    """并入系列案: one that there is, by its id, or a new one by its title."""

    series: CaseName | None = None
    title: Line | None = None

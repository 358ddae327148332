"""What the verbs of cases that have to do with each other take."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from mediation.cases.inputs import Fen, Line, Ordinal, Said, Text

CaseName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
"""A case by its number, its temporary number or its public id."""


class Link(Said):
    """关联: the other case, and what this one is to it: repeat (反复), related, continues (续案)."""

    to: CaseName
    kind: Literal["repeat", "related", "continues"]
    why: Text


class SamePerson(BaseModel):
    """A party of this case that is one of the main case."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    party: Ordinal
    main_party: Ordinal


class MergeInto(Said):
    """并案: the main case, in which this one goes on. `amount_fen`: what is in dispute there from now on, in all.

    `same`: who is who, of those whom neither an ID number nor name and phone tell to be the same.
    """

    case: CaseName
    same: Annotated[tuple[SamePerson, ...], Field(max_length=200)] = ()
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

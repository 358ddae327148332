"""What a hand-over takes."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from mediation.cases.inputs import Code, Day, Text

CaseName = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]{1,100}$")]


class CaseTo(BaseModel):
    """What is said of one case: to whom it goes if not to the successor of all, and what stands between them and it.

    `consented`: the parties, who had chosen the mediator themselves, agree to the new one (Art. 19). `must_withdraw`: that mediator has
    to withdraw from the case (回避), and `why` of the hand-over says for what.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    to: Code | None = None
    conflict: Code | None = None
    kept_by_both: bool = False
    consented: bool = False
    must_withdraw: bool = False


class HandOver(BaseModel):
    """离任移交, of all that one person has in hand. `leads`: also of the cases which the person leads (包案)."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    from_person: Code = Field(alias="from")
    to: Code
    reason: Literal["left", "leave", "transferred", "conflict", "other"]
    until: Day | None = None
    why: Text | None = None
    leads: bool = False
    cases: Annotated[Mapping[CaseName, CaseTo], Field(max_length=10_000)] = Field(default_factory=dict)


class GiveBack(BaseModel):
    """交回: what nobody has touched since the hand-over goes back to whom it came from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    why: Text | None = None

"""What is said of a piece of evidence: handed in, its original given back, withdrawn."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from mediation.cases.inputs import Code, Day, Line, Ordinal, Text


class GiveEvidence(BaseModel):
    """What the files are. `kind`: a code of the list evidence_kinds. Who gave it: `party`, or `given_by` if it is no party.

    `medium`: the original was left here, or a copy. `checked`: the copy was compared with its original. `sheets`: pages or
    copies. `given_on`: today if left out. Several files become several pieces of the same words.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Code
    name: Line
    party: Ordinal | None = None
    given_by: Line | None = None
    given_on: Day | None = None
    shows: Text
    medium: Literal["original", "copy"]
    checked: bool = False
    sheets: Annotated[int, Field(ge=1, le=9999)] | None = None


class ReturnEvidence(BaseModel):
    """The original went back: to whom, and when if not today."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    returned_to: Line
    returned_on: Day | None = None


class WithdrawEvidence(BaseModel):
    """Whoever gave it takes it back: why; and to whom the original went, if it is still here."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: Line
    returned_to: Line | None = None

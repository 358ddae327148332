"""What the verbs of pauses and of the after-life of agreements take."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from mediation.cases.inputs import AgreementText, Code, Day, Line, Ordinal, PaperName, Said, Text


class Suspend(Said):
    """中止: for an appraisal that one party at least asks for, or because all parties ask. Till when it is expected to last."""

    kind: Literal["appraisal", "consent"]
    asked_by: Annotated[tuple[Ordinal, ...], Field(min_length=1)]
    evidence: Text
    expected_on: Day


class Resume(Said):
    """恢复: what came of the pause."""

    result: Text


class Remediate(Said):
    """再次调解: only if all parties ask. `agents`: for which of them the how-manieth of its agents asks."""

    asked_by: Annotated[tuple[Ordinal, ...], Field(min_length=1)]
    agents: Mapping[Ordinal, Ordinal] = Field(default_factory=dict)
    reason: Text


class Supplement(AgreementText):
    """补充协议 to an agreement in force: its clauses, who asks, and on what it is signed."""

    asked_by: Annotated[tuple[Ordinal, ...], Field(min_length=1)]
    medium: Literal["tablet", "mixed", "ink"] = "tablet"
    override_reason: Text | None = None


class SlipSaid(BaseModel):
    """One slip of the pen: in which kind of field, where on the paper, what stands there, what should stand there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: Code
    where: Line
    wrong: Line
    right: Line


class Correct(Said):
    """更正: slips only, in a paper that is out."""

    paper: PaperName
    slips: Annotated[tuple[SlipSaid, ...], Field(min_length=1, max_length=40)]
    reason: Text


class CourtSaid(BaseModel):
    """A court's decision that a paper does not count."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    court: Line
    number: Line
    decided_on: Day


class VoidPaper(Said):
    """作废: a paper not in force yet, one that all parties' new agreement has replaced, or one that a court has set aside."""

    paper: PaperName
    basis: Literal["not_in_force", "new_agreement", "court_decision"]
    reason: Text
    decision: CourtSaid | None = None

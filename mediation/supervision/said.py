"""What is said with each act on the register, as plain models shared by page, API and command line."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from mediation.cases.inputs import Code, Day, Line, Text

Way = Literal["regular", "irregular", "open", "unannounced"]
Evidence = Annotated[tuple[Line, ...], Field(max_length=50)]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OpenItem(_Said):
    """立项: what is wrong, who answers for it, how it was found. `due_on`: until when it is to be mended or answered.

    `case`: the dispute that it is about, if it is about one. A warning has a colour; a transfer passes on what people said.
    """

    unit: Code = Field(description="code of the responsible unit")
    person: Code | None = Field(default=None, description="code of the responsible person")
    case: Line | None = None
    subject: Line
    problem: Text
    kind: Literal["supervision", "warning", "transfer"] = "supervision"
    colour: Literal["red", "yellow", "blue"] | None = None
    way: Way = "irregular"
    due_on: Day | None = None


class SetLimit(_Said):
    """限期: until when it is to be mended, and until when explained; the first time a letter goes out with its number."""

    due_on: Day
    explain_on: Day | None = None
    reason: Line | None = None


class Explain(_Said):
    """书面说明: why it came to this, by the responsible unit."""

    account: Text


class Report(_Said):
    """报整改: what has been done about it, with what shows it."""

    account: Text
    evidence: Evidence = ()


class AnswerItem(_Said):
    """答复 to a warning or a transfer: how it stands and what is done; of a warning also which leader is in charge."""

    situation: Text
    measures: Text
    leader: Code | None = None


class Inspect(_Said):
    """督查: how it was looked into, and what was found."""

    way: Way
    finding: Text


class HoldAccountable(_Said):
    """追责: by which of the site's ways, whom, and why."""

    how: Code
    person: Code | None = None
    reason: Text


class GiveIncentive(_Said):
    """正负激励: which of the site's incentives, and for what."""

    incentive: Code
    reason: Text


class StrikeOff(_Said):
    """销号: that it has been checked and is mended."""

    opinion: Text


class WithdrawItem(_Said):
    """撤销: opened by mistake."""

    reason: Line


class WeekWanted(_Said):
    """Whose week: the unit's code, a day of the week (this one if left out), and what the week is about."""

    unit: Code
    of: Day | None = None
    focus: Line | None = None

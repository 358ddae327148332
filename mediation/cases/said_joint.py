"""What the verbs of joint mediation take: conferences, the leader in charge, risks, the change of route."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from mediation.cases.inputs import Code, Day, Line, Moment, Ordinal, Said, Text


class CallConference(Said):
    """召集会商: which units come, when and where. They co-handle from then on."""

    units: Annotated[tuple[Code, ...], Field(min_length=1, max_length=40)]
    starts_at: Moment
    place: Line
    subject: Line | None = None


class AttendeeSaid(BaseModel):
    """Who sat at the table, and for which unit."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    unit: Code
    name: Line
    post: Line | None = None


class PartSaid(BaseModel):
    """What one unit does by when."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    unit: Code
    what: Line
    due_on: Day


class RecordConference(Said):
    """记录会商: the minutes, the decisions, and the part of each co-handling unit. The holder leads."""

    held_from: Moment
    held_to: Moment | None = None
    place: Line
    subject: Line | None = None
    chair: Code
    attendees: Annotated[tuple[AttendeeSaid, ...], Field(min_length=2, max_length=80)]
    body: Annotated[tuple[Text, ...], Field(min_length=1, max_length=200)]
    decisions: Annotated[tuple[Line, ...], Field(min_length=1, max_length=40)]
    parts: Annotated[tuple[PartSaid, ...], Field(max_length=40)] = ()


class PutInCharge(Said):
    """领导包案: a leader of the holder or of a unit above answers for the case being settled."""

    person: Code
    duty: Line | None = None


class AssessRisk(Said):
    """风险评估: level, factors by the list risk_factors, measures, and when it is looked at again."""

    level: Code
    factors: tuple[Code, ...] = ()
    measures: Text
    review_on: Day | None = None


class SwitchRoute(Said):
    """转换调解途径 (三调联动): people's, administrative or judicial mediation leads from now on."""

    to: Literal["people", "administrative", "judicial"]
    unit: Code | None = None
    agreed_by: Annotated[tuple[Ordinal, ...], Field(min_length=1)]
    reason: Text

"""What the verbs of appointments take."""

from typing import Annotated, Literal

from pydantic import Field

from mediation.cases.inputs import Code, Line, Moment, Ordinal, Said, Text

AppointmentNumber = Annotated[int, Field(ge=1, le=9_999)]


class Arrange(Said):
    """约定时间: a talk, a visit or a conference. The actor keeps it, or the person named. `told`: the parties that are told.

    `despite`: why, although that person has to be elsewhere at the time. Without `ends_at` an hour is reckoned with.
    `units`: who is called to a conference after the first call, by default those that were called last; at the time of
    one that is planned, who is called to that one besides.
    """

    kind: Literal["session", "visit", "conference"]
    starts_at: Moment
    ends_at: Moment | None = None
    place: Line
    told: tuple[Ordinal, ...] = ()
    units: Annotated[tuple[Code, ...], Field(max_length=40)] = ()
    person: Code | None = None
    despite: Text | None = None


class CancelAppointment(Said):
    """取消约定. Who had been told is told of it."""

    ordinal: AppointmentNumber
    why: Text

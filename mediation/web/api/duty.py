"""Duty: who is there, who can be called, leave and deputies."""

from datetime import date, datetime
from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from mediation.duty.page import AbsenceLine
from mediation.duty.said import Leave
from mediation.language import _
from mediation.web.answers import Answer, answer_once
from mediation.web.api.cases import ROOT
from mediation.web.api.words import Unheard, Words
from mediation.web.branch import Branch
from mediation.web.deps import ActingPost, MaybeAsked, TheDesk
from mediation.web.errors import declared

router = Branch(prefix=ROOT, tags=["duty"])


class Present(BaseModel):
    """A unit at a centre. `following`: when it is there again; null if it is called only."""

    unit: str
    unit_name: str
    at: str
    at_name: str
    mode: str
    days: str
    there: bool
    following: datetime | None
    answer: str = Field(description="how soon it answers a call, in words")


class Desk(BaseModel):
    """A desk and who keeps it on the day."""

    key: str
    title: str
    unit: str
    hours: str
    people: list[str]
    away: list[str]


class Expert(BaseModel):
    """Somebody who may be asked."""

    person: str
    name: str
    kind: str
    units: list[str]
    answer: str
    away: bool


class AbsenceShown(BaseModel):
    """One absence: its days are both counted. `stood_in_for`: whose deputy the person was to be then, and cannot be now."""

    id: str
    person: str
    name: str
    deputy: str | None
    kind: str
    since: date
    until: date
    stood_in_for: list[str]


class DutyShown(BaseModel):
    """Duty at a moment."""

    unit: str
    moment: datetime
    present: list[Present]
    desks: list[Desk]
    experts: list[Expert]
    absences: list[AbsenceShown]


@router.get(
    "/duty",
    summary=_("现在谁在岗"),
    operation_id="duty",
    responses=declared(401, 403, 404, 422),
)
def duty(
    desk: TheDesk, post: ActingPost, unit: Annotated[str | None, Query(max_length=64)] = None
) -> DutyShown:
    return DutyShown.model_validate(desk.duty.page(post, unit), from_attributes=True)


@router.post(
    "/absences",
    summary=_("登记请假"),
    operation_id="record_leave",
    response_model=AbsenceShown,
    responses=declared(401, 403, 404, 409, 415, 422),
)
def record_leave(
    desk: TheDesk, post: ActingPost, asked: MaybeAsked, words: Annotated[Words, Unheard(Leave)]
) -> Response:
    return answer_once(
        desk, asked, lambda remember: desk.duty.record_leave(post, words, remember=remember), _answer
    )


@router.post(
    "/absences/{absence}/end",
    summary=_("销假"),
    operation_id="end_leave",
    response_model=AbsenceShown,
    responses=declared(401, 403, 404, 409, 415, 422),
)
def end_leave(
    desk: TheDesk,
    post: ActingPost,
    asked: MaybeAsked,
    absence: Annotated[str, Path(pattern=r"^[0-9a-z]{26}$", description="the id of an absence")],
) -> Response:
    return answer_once(
        desk, asked, lambda remember: desk.duty.end_leave(post, absence, remember=remember), _answer
    )


def _answer(line: AbsenceLine) -> Answer:
    return Answer(200, AbsenceShown.model_validate(line, from_attributes=True).model_dump_json())

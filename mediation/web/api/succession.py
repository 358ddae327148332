"""Hand-overs: what one person has in hand goes to others, and back."""

from datetime import date
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from mediation.cases.succession import HandedOver
from mediation.cases.succession.said import GiveBack, HandOver
from mediation.language import _
from mediation.web.answers import Answer, answer_once
from mediation.web.api.cases import ROOT
from mediation.web.api.words import Unheard, Words
from mediation.web.branch import Branch
from mediation.web.deps import ActingPost, MaybeAsked, TheDesk
from mediation.web.errors import declared

router = Branch(prefix=ROOT, tags=["hand-overs"])

DryRun = Annotated[bool, Query(description="only say what would be; nothing is written")]


class Moved(BaseModel):
    """One case: to whom it went, and what of it: roles, ordinals of tasks and appointments, duties."""

    case: str
    number: str
    to: str
    moved: dict[str, Any]


class Succeeded(BaseModel):
    """What a hand-over came to. `handover`: its id, to give it back; null if nothing was moved or it was tried only."""

    handover: str | None
    from_person: str
    to: str
    reason: str
    until: date | None
    counts: dict[str, int]
    cases: list[Moved]
    told: list[str] = Field(description="what the actor has to know besides, in sentences")


@router.post(
    "/hand-overs",
    summary=_("离任移交"),
    operation_id="hand_over",
    response_model=Succeeded,
    responses=declared(401, 403, 404, 409, 415, 422),
)
def hand_over(
    desk: TheDesk,
    post: ActingPost,
    asked: MaybeAsked,
    words: Annotated[Words, Unheard(HandOver)],
    *,
    dry_run: DryRun = False,
) -> Response:
    return answer_once(
        desk,
        asked,
        lambda remember: desk.hand_over(post, words, dry_run=dry_run, remember=remember),
        _answer,
    )


@router.post(
    "/hand-overs/{handover}/back",
    summary=_("交回"),
    operation_id="give_back",
    response_model=Succeeded,
    responses=declared(401, 403, 404, 409, 415, 422),
)
def give_back(
    desk: TheDesk,
    post: ActingPost,
    asked: MaybeAsked,
    handover: Annotated[str, Path(pattern=r"^[0-9a-z]{26}$", description="the id of a hand-over")],
    words: Annotated[Words, Unheard(GiveBack)],
    *,
    dry_run: DryRun = False,
) -> Response:
    return answer_once(
        desk,
        asked,
        lambda remember: desk.give_back(post, handover, words, dry_run=dry_run, remember=remember),
        _answer,
    )


def _answer(done: HandedOver) -> Answer:
    return Answer(200, Succeeded.model_validate(done, from_attributes=True).model_dump_json())

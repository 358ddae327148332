"""Who sees what of persons: a masked field in full; who is kept from a case."""

from datetime import datetime
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel
from starlette.responses import Response

from mediation.cases.recusals.keeping_off import RecusalLine
from mediation.cases.recusals.said import Lift, Recuse
from mediation.cases.unmasking import Unmask, Unmasked
from mediation.language import _
from mediation.web.answers import Answer, answer_once
from mediation.web.api.cases import ROOT
from mediation.web.api.words import Unheard, Words
from mediation.web.branch import Branch
from mediation.web.deps import ActingPost, MaybeAsked, Ref, TheDesk
from mediation.web.errors import declared

router = Branch(prefix=f"{ROOT}/cases/{{ref}}", tags=["scope"])


@router.post(
    "/unmaskings",
    summary=_("查看当事人的一项完整信息"),
    operation_id="unmask",
    responses=declared(401, 403, 404, 409, 415, 422),
)
def unmask(desk: TheDesk, post: ActingPost, ref: Ref, words: Annotated[Words, Unheard(Unmask)]) -> Unmasked:
    """Each call is an event of the case's chain, with its reason; sent again, it is recorded again."""
    return desk.scope.unmask(post, ref, words)


class RecusalShown(BaseModel):
    """Who is kept from a case, since when and why; until when, if it was lifted."""

    id: str
    person: str
    name: str
    kind: str
    kind_title: str
    reason: str
    since: datetime
    lifted_at: datetime | None
    lift_reason: str


class RecusalList(BaseModel):
    """All recusals of a case, oldest first, lifted ones too."""

    recusals: list[RecusalShown]


@router.get("/recusals", summary=_("回避记录"), responses=declared(401, 403, 404, 422))
def list_recusals(desk: TheDesk, post: ActingPost, ref: Ref) -> RecusalList:
    found = desk.scope.recusals(post, ref)
    return RecusalList(recusals=[RecusalShown.model_validate(one, from_attributes=True) for one in found])


@router.post(
    "/recusals",
    summary=_("记录回避"),
    operation_id="recuse",
    status_code=201,
    response_model=RecusalShown,
    responses=declared(401, 403, 404, 409, 415, 422),
)
def recuse(
    desk: TheDesk,
    post: ActingPost,
    ref: Ref,
    asked: MaybeAsked,
    words: Annotated[Words, Unheard(Recuse)],
) -> Response:
    return answer_once(
        desk, asked, lambda remember: desk.scope.recuse(post, ref, words, remember=remember), _recorded
    )


@router.post(
    "/recusals/{recusal}/lift",
    summary=_("解除回避"),
    operation_id="lift_recusal",
    response_model=RecusalShown,
    responses=declared(401, 403, 404, 409, 415, 422),
)
def lift_recusal(
    desk: TheDesk,
    post: ActingPost,
    ref: Ref,
    recusal: Annotated[str, Path(pattern=r"^[0-9a-z]{26}$", description="the id of a recusal")],
    asked: MaybeAsked,
    words: Annotated[Words, Unheard(Lift)],
) -> Response:
    return answer_once(
        desk,
        asked,
        lambda remember: desk.scope.lift_recusal(post, ref, recusal, words, remember=remember),
        _lifted,
    )


def _recorded(line: RecusalLine) -> Answer:
    return Answer(201, RecusalShown.model_validate(line, from_attributes=True).model_dump_json())


def _lifted(line: RecusalLine) -> Answer:
    return Answer(200, RecusalShown.model_validate(line, from_attributes=True).model_dump_json())

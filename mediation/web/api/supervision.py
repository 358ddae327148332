"""The register of supervision: list, open, one item, its acts and papers; a unit's week."""

from collections.abc import Callable
from datetime import date
from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from mediation.language import _
from mediation.supervision import pages
from mediation.supervision.entries import Done
from mediation.supervision.hearing import SAID
from mediation.supervision.machine import ACTS
from mediation.supervision.queries import MOST_ROWS
from mediation.supervision.said import OpenItem, WeekWanted
from mediation.web.answers import Answer, answer_once
from mediation.web.api.cases import ROOT
from mediation.web.api.words import Unheard, Words
from mediation.web.branch import Branch
from mediation.web.deps import ActingPost, ExpectedVersion, MaybeAsked, Ref, SurelyAsked, TheDesk, etag
from mediation.web.errors import declared

router = Branch(prefix=f"{ROOT}/supervision", tags=["supervision"])

ItemRef = Annotated[str, Path(pattern=r"^[^\x00-\x1f\x7f]{1,100}$", description="number or id of an item")]
PaperId = Annotated[str, Path(pattern=r"^[0-9a-z]{26}$", description="id of a paper")]


class ItemList(BaseModel):
    """Items of the register, and where the list goes on: `next` is what `before` takes; null when there are no more."""

    items: list[pages.ItemRow]
    next: str | None


class StepList(BaseModel):
    """The steps of the ladder that a case has climbed, taken and passed over."""

    steps: list[pages.StepRow]


class ActedOnItem(BaseModel):
    """What an act on the register came to, as it stood when it was written."""

    item: str
    number: str | None
    act: str
    from_state: str | None
    state: str
    version: int
    event_number: int
    event_hash: str = Field(description="the hash of the act's event in the item's chain")


class WeekOfPapers(BaseModel):
    """The four papers of a unit's week."""

    unit: str
    monday: date
    papers: list[pages.PaperRow]
    left: list[str] = Field(description="what could not be made yet, in words")


@router.get("/items", summary=_("督办台账"), responses=declared(401, 403, 404, 422))
def list_items(
    desk: TheDesk,
    post: ActingPost,
    *,
    only_open: Annotated[bool, Query(description="without what is struck off or withdrawn")] = False,
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 50,
    before: Annotated[str, Query(pattern=r"^([0-9a-z]{26})?$", description="`next` of the page before")] = "",
) -> ItemList:
    rows = desk.supervision.items(post, only_open=only_open, most=limit, before=before)
    return ItemList(items=rows, next=rows[-1].id if len(rows) == limit else None)


@router.get("/items/{ref}", summary=_("一项督办"), responses=declared(401, 403, 404, 422))
def show_item(desk: TheDesk, post: ActingPost, ref: ItemRef, response: Response) -> pages.ItemPage:
    found = desk.supervision.item(post, ref)
    response.headers.update(etag(found.row.version))
    return found


@router.post(
    "/items",
    summary=_("立项"),
    operation_id="open_item",
    status_code=201,
    response_model=ActedOnItem,
    responses=declared(401, 403, 404, 409, 415, 422),
)
def open_item(
    desk: TheDesk, post: ActingPost, asked: SurelyAsked, words: Annotated[Words, Unheard(OpenItem)]
) -> Response:
    return answer_once(
        desk, asked, lambda remember: desk.supervision.open(post, words, remember=remember), _opened
    )


@router.get("/cases/{ref}/steps", summary=_("一件纠纷的督办台阶"), responses=declared(401, 403, 404, 422))
def list_steps(desk: TheDesk, post: ActingPost, ref: Ref) -> StepList:
    return StepList(steps=desk.supervision.steps(post, ref))


@router.get(
    "/papers/{paper}",
    summary=_("取督办文书"),
    response_class=Response,
    responses={
        **declared(401, 403, 404, 422),
        200: {
            "description": _("文书的 PDF"),
            "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
        },
    },
)
def read_paper_of_unit(desk: TheDesk, post: ActingPost, paper: PaperId) -> Response:
    pdf = desk.supervision.paper(post, paper)
    headers = {"Content-Disposition": f'inline; filename="{paper}.pdf"', "Document-Id": paper}
    return Response(pdf, media_type="application/pdf", headers=headers)


@router.post(
    "/weeks",
    summary=_("一周文书"),
    operation_id="make_week",
    responses=declared(401, 403, 404, 415, 422),
)
def make_week(desk: TheDesk, post: ActingPost, said: WeekWanted) -> WeekOfPapers:
    made = desk.supervision.week(post, said.unit, said.of, said.focus)
    return WeekOfPapers.model_validate(made, from_attributes=True)


def _operation(act: str, model: type[BaseModel]) -> Callable[..., Response]:
    def do(
        desk: TheDesk,
        post: ActingPost,
        ref: ItemRef,
        version: ExpectedVersion,
        asked: MaybeAsked,
        words: Words,
    ) -> Response:
        return answer_once(
            desk,
            asked,
            lambda remember: desk.supervision.do(post, ref, act, words, version, remember=remember),
            _acted,
        )

    do.__annotations__["words"] = Annotated[Words, Unheard(model)]
    return do


def _acted(done: Done) -> Answer:
    return Answer(200, ActedOnItem.model_validate(done, from_attributes=True).model_dump_json())


def _opened(done: Done) -> Answer:
    body = ActedOnItem.model_validate(done, from_attributes=True).model_dump_json()
    headers = {"Location": f"{router.prefix}/items/{done.item}", **etag(done.version)}
    return Answer(201, body, headers)


for _name, _model in SAID.items():
    router.add_api_route(
        f"/items/{{ref}}/acts/{_name}",
        _operation(_name, _model),
        methods=["POST"],
        operation_id=f"item_{_name}",
        summary=_(ACTS[_name].title),
        description=_model.__doc__,
        response_model=ActedOnItem,
        responses=declared(401, 403, 404, 409, 415, 422),
    )

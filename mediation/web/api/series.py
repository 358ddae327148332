"""Series of like cases, and one act on all of them."""

from typing import Annotated, Any

from fastapi import Body, Path, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from mediation.cases import page
from mediation.cases.kinship.batch import Batched
from mediation.cases.kinship.page import SeriesLine
from mediation.language import _
from mediation.web.answers import Answer, answer_once
from mediation.web.api.cases import ROOT
from mediation.web.branch import Branch
from mediation.web.deps import ActingPost, MaybeAsked, TheDesk
from mediation.web.errors import declared

router = Branch(prefix=ROOT, tags=["series"])

Series = Annotated[str, Path(max_length=100, description="the id of a series")]
DryRun = Annotated[bool, Query(description="only say what would be; nothing is written")]


class SeriesList(BaseModel):
    """The series within sight, newest first; cases are counted as far as they may be seen."""

    series: list[SeriesLine]


class OneOfBatch(BaseModel):
    """What became of one case: `done`, or `refused` with all the reasons."""

    case: str
    number: str
    outcome: str
    state: str = Field(description="the state's title afterwards")
    reasons: list[str]
    told: list[str]


class BatchDone(BaseModel):
    """What an act on a series came to, case by case; each was done whole or not at all."""

    series: str
    trigger: str
    dry_run: bool
    counts: dict[str, int]
    cases: list[OneOfBatch]


@router.get("/series", summary=_("系列案"), responses=declared(401, 403, 422))
def list_series(desk: TheDesk, post: ActingPost) -> SeriesList:
    return SeriesList(series=desk.all_series(post))


@router.get("/series/{series}", summary=_("一个系列案"), responses=declared(401, 403, 404, 422))
def show_series(desk: TheDesk, post: ActingPost, series: Series) -> page.SeriesPage:
    return desk.series(post, series)


@router.post(
    "/series/{series}/acts/{trigger}",
    summary=_("系列案批量办理"),
    operation_id="batch",
    response_model=BatchDone,
    responses=declared(401, 403, 404, 409, 415, 422),
)
def batch(
    desk: TheDesk,
    post: ActingPost,
    asked: MaybeAsked,
    series: Series,
    trigger: Annotated[str, Path(max_length=60, description="the act, as for one case")],
    said: Annotated[dict[str, Any], Body(description="the verb's words, the same for every case")],
    *,
    dry_run: DryRun = False,
) -> Response:
    return answer_once(
        desk,
        asked,
        lambda remember: desk.batch(post, trigger, series, said, dry_run=dry_run, remember=remember),
        _answer,
    )


def _answer(done: Batched) -> Answer:
    return Answer(200, BatchDone.model_validate(done, from_attributes=True).model_dump_json())

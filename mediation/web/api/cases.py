"""Cases: list, show, register."""

import re
from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from mediation.cases import page, task_page
from mediation.cases.inputs import Register
from mediation.cases.queries import MOST_ROWS
from mediation.cases.routing.desk import Suggestions
from mediation.errors import InputInvalid, Problem
from mediation.language import _
from mediation.web.answers import Answer, answer_once
from mediation.web.api.words import Unheard, Words
from mediation.web.branch import Branch
from mediation.web.deps import ActingPost, Done, Ref, SurelyAsked, TheDesk, etag
from mediation.web.errors import declared

ROOT = "/api/v1"


class CaseList(BaseModel):
    """Cases, and where the list goes on: `next` is what `before` takes; null when there are no more."""

    cases: list[page.Row]
    next: str | None


class TaskList(BaseModel):
    """What waits on the actor, person or unit, most urgent first; copies come last."""

    tasks: list[task_page.TaskRow]


class Acted(BaseModel):
    """What an act came to, as it stood when it was written."""

    case: str = Field(description="the case's id")
    number: str | None
    trigger: str
    from_state: str | None
    state: str
    version: int
    event_number: int
    event_hash: str = Field(description="the hash of the act's event in the case's chain")
    told: tuple[str, ...] = Field(default=(), description="what the actor has to know besides, in sentences")
    warnings: tuple[str, ...] = Field(
        default=(),
        description="what was not done after the act, in sentences: a paper not made yet, a seal that another must put",
    )


class Registered(Acted):
    """A dispute taken in. `query_code` is for the party, and is shown only in this answer."""

    query_code: str


router = Branch(prefix=ROOT)


@router.get("/cases", summary=_("纠纷列表"), tags=["cases"], responses=declared(401, 403, 404, 422))
def list_cases(
    desk: TheDesk,
    post: ActingPost,
    *,
    view: Annotated[
        Literal["all", "waiting"],
        Query(
            description="waiting: open cases of the unit and all below, and those elsewhere in which the turn is the "
            "actor's own; most urgent first"
        ),
    ] = "all",
    search: Annotated[
        str, Query(max_length=100, description="two characters at least; over all that may be seen")
    ] = "",
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 50,
    before: Annotated[str, Query(max_length=100, description="`next` of the page before")] = "",
) -> CaseList:
    waiting = view == "waiting" and not search
    rows = desk.cases(
        post, words=search, waiting=waiting, most=limit, before=mark_of(before, waiting=waiting)
    )
    full = len(rows) == limit
    return CaseList(cases=rows, next=marked(rows[-1], waiting=waiting) if full else None)


@router.get("/tasks", summary=_("等我办的"), tags=["cases"], responses=declared(401, 403, 404, 422))
def list_tasks(
    desk: TheDesk, post: ActingPost, *, limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 50
) -> TaskList:
    return TaskList(tasks=desk.tasks(post, limit))


@router.get("/cases/{ref}", summary=_("一件纠纷"), tags=["cases"], responses=declared(401, 403, 404, 422))
def show_case(desk: TheDesk, post: ActingPost, ref: Ref, response: Response) -> page.CasePage:
    found = desk.case(post, ref)
    response.headers.update(etag(found.row.version))
    return found


@router.get(
    "/cases/{ref}/suggestions",
    summary=_("分流建议"),
    tags=["cases"],
    responses=declared(401, 403, 404, 422),
)
def show_suggestions(
    desk: TheDesk,
    post: ActingPost,
    ref: Ref,
    *,
    language: Annotated[
        list[Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]] | None,
        Query(description="a language that the parties need; may stand several times", max_length=10),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=50, description="so many mediators at most")] = 5,
) -> Suggestions:
    return desk.routing.suggestions(post, ref, languages=language or [], most=limit)


@router.post(
    "/cases",
    summary=_("登记"),
    tags=["acts"],
    operation_id="register",
    status_code=201,
    response_model=Registered,
    responses=declared(401, 403, 404, 409, 415, 422),
)
def register(
    desk: TheDesk, post: ActingPost, asked: SurelyAsked, words: Annotated[Words, Unheard(Register)]
) -> Response:
    return answer_once(
        desk, asked, lambda remember: desk.register(post, words, remember=remember), _registered
    )


def acted(done: Done) -> Answer:
    """The answer to an act on a case that is there."""
    found = Acted.model_validate(done.act, from_attributes=True)
    return Answer(200, found.model_copy(update={"warnings": tuple(done.warnings)}).model_dump_json())


def _registered(done: Done) -> Answer:
    values = Acted.model_validate(done.act, from_attributes=True).model_dump()
    body = Registered(**values, query_code=done.query_code or "").model_dump_json()
    headers = {"Location": f"{ROOT}/cases/{done.act.case}", **etag(done.act.version)}
    return Answer(201, body, headers)


_MARK = re.compile(r"([0-9a-z]{26})(?:~(\S+))?")


def marked(row: page.Row, *, waiting: bool) -> str:
    """Where a list ended, as text: the last row's id, in a worklist its due time too."""
    return f"{row.id}~{row.due_at.isoformat()}" if waiting and row.due_at else row.id


def mark_of(text: str, *, waiting: bool) -> tuple[str, datetime | None] | None:
    """Where a list goes on. Raises InputInvalid for what no list of this kind gave: with the wrong mark it would begin anew."""
    if not text:
        return None
    found = _MARK.fullmatch(text)
    try:
        due = datetime.fromisoformat(found[2]) if found and found[2] else None
    except ValueError:
        found = None
    if found is None or (due.tzinfo is None if due is not None else waiting):
        raise InputInvalid([Problem(_("应当是上一页答复里的 next"), key="before")])
    return found[1], due

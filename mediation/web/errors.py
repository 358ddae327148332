"""What an error is to a client: the one place that knows statuses. Every error is a problem+json sheet (RFC 9457)."""

import json
import logging
import traceback
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from mediation import errors
from mediation.accounts.attempts import TriedTooOften
from mediation.accounts.oidc import NotRecognized
from mediation.cases.residents.links import LinkDead
from mediation.documents.trust import BundleError
from mediation.errors import FactsMissing, MediationError, Problem
from mediation.ids import new_public_id
from mediation.intake.applications import QuarantineFull
from mediation.language import _
from mediation.reading import Lines, Unreadable, listed_problems
from mediation.reports.exports.asking import ExportNotApproved
from mediation.web.token_scopes import ScopeMissing

PROBLEM_JSON = "application/problem+json"
MOST_PROBLEMS = 500
_PACKAGE = str(Path(__file__).parents[1])
ACTING = "mediation.acting"
"""Where a request's scope holds who asks, for the log: `post 7` or `account ID`."""
_log = logging.getLogger("mediation.web")


class Unauthenticated(MediationError):
    """请在 Authorization 头里写明有效的令牌（Bearer …）；这个令牌不存在、已过期或已收回。"""


class RequestMalformed(MediationError):
    """请求的写法不对。"""


class KeyReused(MediationError):
    """这个 Idempotency-Key 已经用于内容不同的请求。重试要原样重发；新的请求请换一个。"""


class KeyTaken(MediationError):
    """带同一个 Idempotency-Key 的请求刚刚由别处办完，请原样再发一次，取回它的答复。"""


class HostUnknown(MediationError):
    """请用这台机器登记过的名字或地址访问：本机用 127.0.0.1 或 localhost，别的机器用启动时写明的名字。"""


class LoginNeeded(MediationError):
    """请先登录。"""


class StepNeeded(MediationError):
    """登录还差一步。"""

    def __init__(self, stage: str) -> None:
        self.stage = stage
        super().__init__()


class ForeignForm(MediationError):
    """这次提交不是从本系统的页面发出的，或者页面已经过期。请回到原来的页面，刷新后再提交。"""


class PerhapsTheSame(MediationError):
    """可能已经登记过，请先看一看找到的纠纷。"""

    def __init__(self, found: Sequence[Any]) -> None:
        self.found = found
        super().__init__()


class TooBusy(MediationError):
    """现在请求太多，请稍候再试。"""


SHOWN_AGAIN = (errors.InputInvalid, errors.TransitionRefused, errors.TransitionNotAllowed, errors.CaseChanged)
"""For which a form is shown again, as it was typed."""


def told_on_form(error: MediationError | None) -> str:
    """What an error says above a form that is shown again."""
    if isinstance(error, errors.CaseChanged):
        return _(
            "这件纠纷刚刚被别人办理过，这次没有保存。您填的都在下面：先看案件现在的情况，还要办的再提交一次。"
        )
    return error.message if error is not None else ""


STATUSES: Mapping[type[MediationError], HTTPStatus] = {
    MediationError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.NotPermitted: HTTPStatus.FORBIDDEN,
    errors.CaseChanged: HTTPStatus.CONFLICT,
    errors.Overtaken: HTTPStatus.CONFLICT,
    errors.TransitionNotAllowed: HTTPStatus.CONFLICT,
    errors.TransitionRefused: HTTPStatus.CONFLICT,
    errors._Listed: HTTPStatus.UNPROCESSABLE_ENTITY,  # noqa: SLF001  the root of the listed ones is an error too
    errors.InputInvalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    Unreadable: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.DefinitionError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.SiteError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.FormError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.NoticeError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.DocumentError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.WorkLost: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.FactsMissing: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.SigningError: HTTPStatus.UNPROCESSABLE_ENTITY,
    BundleError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.SendingFailed: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.SendingRefused: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.StorageError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.KeyMissing: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.DatabaseOutdated: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.AuditBroken: HTTPStatus.INTERNAL_SERVER_ERROR,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    RequestMalformed: HTTPStatus.BAD_REQUEST,
    KeyReused: HTTPStatus.UNPROCESSABLE_ENTITY,
    KeyTaken: HTTPStatus.CONFLICT,
    HostUnknown: HTTPStatus.MISDIRECTED_REQUEST,
    ScopeMissing: HTTPStatus.FORBIDDEN,
    TooBusy: HTTPStatus.SERVICE_UNAVAILABLE,
    LoginNeeded: HTTPStatus.UNAUTHORIZED,
    NotRecognized: HTTPStatus.UNAUTHORIZED,
    StepNeeded: HTTPStatus.UNAUTHORIZED,
    ForeignForm: HTTPStatus.FORBIDDEN,
    PerhapsTheSame: HTTPStatus.CONFLICT,
    TriedTooOften: HTTPStatus.TOO_MANY_REQUESTS,
    QuarantineFull: HTTPStatus.SERVICE_UNAVAILABLE,
    LinkDead: HTTPStatus.NOT_FOUND,
    ExportNotApproved: HTTPStatus.CONFLICT,
}
_HEADERS: Mapping[type[MediationError], Mapping[str, str]] = {
    Unauthenticated: {"WWW-Authenticate": 'Bearer realm="mediation"'},
    ScopeMissing: {"WWW-Authenticate": 'Bearer realm="mediation", error="insufficient_scope"'},
    TooBusy: {"Retry-After": "5"},
}


class ReasonLine(BaseModel):
    """Why an act is refused: the gate, the sentence, the article that it rests on, what to do next."""

    guard: str
    message: str
    article: str = ""
    next_step: str = ""


class ProblemLine(BaseModel):
    """One thing to put right, and the key where it stands."""

    key: str
    message: str


class ProblemDetails(BaseModel):
    """What every error answers. `id` stands on those that are our fault, and in the log beside its cause."""

    type: str = Field(description="urn:mediation: and the kind of the error")
    title: str
    status: int
    detail: str
    reasons: list[ReasonLine] = []
    problems: list[ProblemLine] = []
    id: str | None = None


_SHEET = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}


def declared(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problem sheets that an operation may answer, for its OpenAPI entry."""
    return {
        status: {
            "model": ProblemDetails,
            "description": titles()[status],
            "content": _SHEET,
        }
        for status in sorted({*statuses, 400, 413, 500, 503})
    }


def status_of(error: MediationError) -> HTTPStatus:
    """The status of an error: that of its class, or of the nearest class above it."""
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)


def answer(error: MediationError) -> Response:
    """The problem sheet of one of our errors. What is our own fault is logged, and told without its particulars."""
    status = status_of(error)
    headers = next((_HEADERS[kind] for kind in type(error).__mro__ if kind in _HEADERS), {})
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        sentence = _((type(error).__doc__ or "").strip())
        incident = "" if isinstance(error, TooBusy) else logged(error)
        return _problem(status, type(error).__name__, sentence, incident=incident, headers=headers)
    problems = error.missing if isinstance(error, FactsMissing) else getattr(error, "problems", ())
    reasons = [
        ReasonLine(guard=one.guard, message=one.message, article=one.article, next_step=one.next_step)
        for one in (getattr(error, "reasons", ()))
    ]
    if isinstance(error, ScopeMissing):
        problems = (Problem(error.scope, key="scope"),)
    return _problem(
        status, type(error).__name__, error.message, reasons=reasons, problems=problems, headers=headers
    )


def too_large() -> Response:
    """The answer to a body over its limit."""
    return _problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "BodyTooLarge", _("请求的内容超过了这个地址的上限。")
    )


def is_too_large(status: int) -> bool:
    """Is this the status of a body over its limit?"""
    return status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def install(app: FastAPI) -> None:
    """Let the application answer every error by a problem sheet."""
    app.add_exception_handler(MediationError, told)
    app.add_exception_handler(RequestValidationError, misshapen)
    app.add_exception_handler(HTTPException, framework)
    app.add_exception_handler(Exception, unexpected)


async def told(_request: Request, error: Exception) -> Response:
    assert isinstance(error, MediationError)
    return answer(error)


async def misshapen(_request: Request, error: Exception) -> Response:
    """A request that does not fit its operation: not JSON at all, a header, or the words themselves."""
    assert isinstance(error, RequestValidationError)
    found = list(error.errors())
    kinds = {(str(item["loc"][0]), item["type"]) for item in found}
    if any(kind == "json_invalid" for _place, kind in kinds):
        return answer(RequestMalformed(_("请求体不是正确的 JSON。")))
    if any(isinstance(item.get("input"), bytes) for item in found):
        message = _("请求体应当是 JSON，并写明 Content-Type: application/json。")
        return _problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "NotJson", message)
    if ("body", "missing") in kinds and any(tuple(item["loc"]) == ("body",) for item in found):
        return answer(RequestMalformed(_("缺少请求体；没有要写的内容时写 {}。")))
    status = (
        HTTPStatus.BAD_REQUEST
        if any(place == "header" for place, _kind in kinds)
        else HTTPStatus.UNPROCESSABLE_ENTITY
    )
    items = [{**item, "loc": tuple(item["loc"])[1:]} for item in found]
    problems = listed_problems(items, Lines(), "")
    return _problem(status, "InputInvalid", errors.InputInvalid(()).message, problems=problems)


async def framework(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    if status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return too_large()
    known = {
        HTTPStatus.BAD_REQUEST: ("RequestMalformed", _("请求体读不出来，或不是正确的 JSON。")),
        HTTPStatus.NOT_FOUND: ("NoSuchAddress", _("没有这个地址。")),
        HTTPStatus.METHOD_NOT_ALLOWED: ("MethodNotAllowed", _("这个地址不接受这种方法。")),
    }
    kind, sentence = known.get(status, ("Refused", _("请求没有办成。")))
    return _problem(status, kind, sentence, headers=error.headers or {})


async def unexpected(_request: Request, error: Exception) -> Response:
    return _problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Unexpected",
        _("程序出错，操作可能没有完成。请先查看案件，再决定是否重试；报修时请给出这个编号。"),
        incident=logged(error),
    )


def _problem(
    status: HTTPStatus,
    kind: str,
    detail: str,
    *,
    reasons: Sequence[ReasonLine] = (),
    problems: Sequence[Problem] = (),
    incident: str = "",
    headers: Mapping[str, str] | None = None,
) -> Response:
    lines = [ProblemLine(key=one.key, message=one.message) for one in problems[:MOST_PROBLEMS]]
    if len(problems) > MOST_PROBLEMS:
        message = _("另有 {count} 处，没有一一列出").format(count=len(problems) - MOST_PROBLEMS)
        lines.append(ProblemLine(key="", message=message))
    sheet = ProblemDetails(
        type=f"urn:mediation:{kind}",
        title=titles().get(status, status.phrase),
        status=status,
        detail=detail,
        reasons=list(reasons),
        problems=lines,
        id=incident or None,
    )
    # A key of the request may hold a lone surrogate, which no UTF-8 can carry.
    body = json.dumps(sheet.model_dump(), ensure_ascii=False).encode("utf-8", "backslashreplace")
    return Response(body, status_code=status, media_type=PROBLEM_JSON, headers=dict(headers or {}))


def titles() -> Mapping[int, str]:
    return {
        HTTPStatus.BAD_REQUEST: _("请求的写法不对"),
        HTTPStatus.UNAUTHORIZED: _("需要有效的令牌"),
        HTTPStatus.FORBIDDEN: _("没有权限"),
        HTTPStatus.NOT_FOUND: _("没有找到"),
        HTTPStatus.METHOD_NOT_ALLOWED: _("不接受这种方法"),
        HTTPStatus.CONFLICT: _("现在不能办理"),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _("内容太大"),
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE: _("内容的种类不对"),
        HTTPStatus.MISDIRECTED_REQUEST: _("主机名不对"),
        HTTPStatus.UNPROCESSABLE_ENTITY: _("需要更正"),
        HTTPStatus.TOO_MANY_REQUESTS: _("试的次数太多"),
        HTTPStatus.INTERNAL_SERVER_ERROR: _("程序出错"),
        HTTPStatus.SERVICE_UNAVAILABLE: _("暂时不能服务"),
    }


def logged(error: Exception) -> str:
    """Log where an error arose under a new id. Never its message: it may hold what a party said."""
    incident = new_public_id()
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames[:-1] if frame.filename.startswith(_PACKAGE)] + frames[-1:]
    places = " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(ours))
    cause = error.__cause__ or error.__context__
    because = f" from {type(cause).__name__}" if cause is not None else ""
    _log.error("error %s: %s%s at %s", incident, type(error).__name__, because, places)
    return incident

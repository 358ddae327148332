"""What an operation is given: the instance, the post that acts, and the conditions in the request's headers."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal, Protocol

from fastapi import Depends, Header, Path, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import delete, update
from sqlmodel import Session, col

from mediation.accounts import tokens as account_tokens
from mediation.audit.verify import TrailReport
from mediation.cases import page, transition
from mediation.cases.board.desk import BoardDesk
from mediation.cases.board.several import Several, Ticked
from mediation.cases.correspondence import TrayLetter, TrayRow
from mediation.cases.evidence.page import Piece
from mediation.cases.kinship.batch import Batched
from mediation.cases.kinship.page import SeriesLine
from mediation.cases.models import IdempotencyKey
from mediation.cases.office import Office
from mediation.cases.recusals.keeping_off import RecusalLine
from mediation.cases.routing.desk import RoutingDesk
from mediation.cases.succession import HandedOver
from mediation.cases.succession.desk import SuccessionDesk
from mediation.cases.task_page import TaskRow
from mediation.cases.unmasking import Unmasked
from mediation.cases.window.desk import WindowDesk
from mediation.cases.workspace.day import Day, DiaryLine
from mediation.cases.workspace.other_posts import Barred
from mediation.cases.workspace.standing import Workspace
from mediation.clock import Clock, local_day
from mediation.crypto import Keyring, sha256
from mediation.duty.page import AbsenceLine, DutyPage
from mediation.errors import Problem
from mediation.people import queries as people
from mediation.people import tokens
from mediation.people.actor import Actor
from mediation.reports.exports.asking import ExportLine
from mediation.settings import Settings
from mediation.storage.engine import Database
from mediation.supervision import pages
from mediation.supervision.entries import Done as DoneOnItem
from mediation.web.errors import ACTING, Unauthenticated
from mediation.web.residents import Residents
from mediation.web.token_scopes import ScopeMissing, needed_scope
from mediation.web.webhook_desk import WebhookDesk

KEPT = timedelta(days=7)


class Done(Protocol):
    """What an act came to."""

    @property
    def act(self) -> transition.Done: ...
    @property
    def query_code(self) -> str | None: ...
    @property
    def warnings(self) -> list[str]: ...


class Trays(Protocol):
    """People's own notices: see `mediation.post_room.PostRoom`."""

    def trayed(
        self, actor: int, *, unread: bool = False, before: str = "", most: int = 50
    ) -> list[TrayRow]: ...
    def open_letter(self, actor: int, message_id: str) -> TrayLetter: ...
    def mark_read(self, actor: int, message_id: str) -> None: ...
    def count_unread(self, person_id: int) -> int: ...


class Duty(Protocol):
    """Who is there, who is away: see `mediation.duty_desk.DutyDesk`."""

    def page(self, actor: int, unit: str | None = None) -> DutyPage: ...
    def plan(
        self, actor: int, desk: str, days: int, first: date | None = None
    ) -> list[tuple[date, tuple[str, ...]]]: ...
    def record_leave(
        self, actor: int, words: Any, *, remember: Callable[[Session, AbsenceLine], None] | None = None
    ) -> AbsenceLine: ...
    def end_leave(
        self, actor: int, public_id: str, *, remember: Callable[[Session, AbsenceLine], None] | None = None
    ) -> AbsenceLine: ...


class WeekMade(Protocol):
    """The papers of a unit's week."""

    @property
    def unit(self) -> str: ...
    @property
    def monday(self) -> date: ...
    @property
    def papers(self) -> list[pages.PaperRow]: ...
    @property
    def left(self) -> list[str]: ...


class SupervisionDesk(Protocol):
    """The register, as far as the API needs it: see `mediation.supervising.Supervision`."""

    def open(
        self, actor: int, words: Any, *, remember: Callable[[Session, DoneOnItem], None] | None = None
    ) -> DoneOnItem: ...

    def do(
        self,
        actor: int,
        ref: str,
        act: str,
        words: Any,
        expected_version: int | None = None,
        *,
        remember: Callable[[Session, DoneOnItem], None] | None = None,
    ) -> DoneOnItem: ...

    def items(
        self, actor: int, *, only_open: bool = False, most: int = 50, before: str = "", unit: str = ""
    ) -> list[pages.ItemRow]: ...

    def by_unit(self, actor: int) -> list[pages.UnitRow]: ...

    def item(self, actor: int, ref: str) -> pages.ItemPage: ...
    def steps(self, actor: int, ref: str) -> list[pages.StepRow]: ...
    def paper(self, actor: int, public_id: str) -> bytes: ...
    def week(self, actor: int, unit: str, of: date | None = None, focus: str | None = None) -> WeekMade: ...


class ScopeRoom(Protocol):
    """Who sees what of persons: see `mediation.scope_room.ScopeRoom`."""

    def unmask(self, actor: int, ref: str, words: Any) -> Unmasked: ...
    def note_reading(self, actor: int, what: str, ref: str = "") -> None: ...
    def recusals(self, actor: int, ref: str) -> list[RecusalLine]: ...
    def recuse(
        self,
        actor: int,
        ref: str,
        words: Any,
        *,
        remember: Callable[[Session, RecusalLine], None] | None = None,
    ) -> RecusalLine: ...
    def lift_recusal(
        self,
        actor: int,
        ref: str,
        recusal: str,
        words: Any,
        *,
        remember: Callable[[Session, RecusalLine], None] | None = None,
    ) -> RecusalLine: ...


class OpenedFile(Protocol):
    """A piece's file, to be saved."""

    @property
    def data(self) -> bytes: ...
    @property
    def media_type(self) -> str: ...
    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class HandedFile:
    """A file as it came by a form: see `mediation.evidence_room.Handed`."""

    name: str
    size: int
    read: Callable[[], bytes]


class EvidenceDesk(Protocol):
    """What parties hand in: see `mediation.evidence_room.EvidenceRoom`."""

    def pieces(self, actor: int, ref: str) -> list[Piece]: ...
    def may_keep(self, actor: int, ref: str) -> bool: ...
    def piece(self, actor: int, ref: str, number: int) -> Piece: ...
    def open(self, actor: int, ref: str, number: int) -> OpenedFile: ...
    def give(
        self,
        actor: int,
        ref: str,
        words: Any,
        files: Sequence[HandedFile],
        *,
        remember: Callable[[Session, list[Piece]], None] | None = None,
    ) -> list[Piece]: ...

    def give_back(
        self,
        actor: int,
        ref: str,
        number: int,
        words: Any,
        *,
        remember: Callable[[Session, list[Piece]], None] | None = None,
    ) -> Piece: ...

    def withdraw(
        self,
        actor: int,
        ref: str,
        number: int,
        words: Any,
        *,
        remember: Callable[[Session, list[Piece]], None] | None = None,
    ) -> Piece: ...


class Exports(Protocol):
    """Lists as files: see `mediation.export_desk.ExportDesk`."""

    def ask(
        self, actor: int, words: Any, *, remember: Callable[[Session, ExportLine], None] | None = None
    ) -> ExportLine: ...
    def decide(self, actor: int, export: str, *, agrees: bool) -> None: ...
    def decide_as_guard(self, export: str, now: datetime, hours: int, *, by: str, agrees: bool) -> None: ...
    def take(self, actor: int, export: str, form: Literal["csv", "xlsx", "pdf"]) -> tuple[bytes, str]: ...
    def shown(self, actor: int) -> tuple[list[ExportLine], list[ExportLine]]: ...
    def for_guard(self, now: datetime) -> tuple[list[ExportLine], list[ExportLine]]: ...


class Preview(Protocol):
    """A draft as a page."""

    @property
    def pictures(self) -> list[bytes]: ...
    @property
    def lacks(self) -> list[Problem]: ...
    @property
    def why_not(self) -> str: ...


class CaseRoom(Protocol):
    """A mediator's reads: see `mediation.case_room.CaseRoom`."""

    def day(self, actor: int) -> Day: ...
    def diary(self, actor: int, first: date, last: date, *, own: bool = False) -> list[DiaryLine]: ...
    def outgoing(self, actor: int, first: date, last: date, *, own: bool = True) -> list[DiaryLine]: ...
    def workspace(self, actor: int, ref: str) -> Workspace: ...
    def by_whom(self, actor: int, ref: str, triggers: Sequence[str]) -> list[str]: ...
    def posts_for_turns(
        self, actor: int, refs: Sequence[str], along: Collection[str]
    ) -> Mapping[str, int]: ...
    def waiting_elsewhere(self, actor: Actor) -> Mapping[int, int]: ...

    def post_that_sees(self, actor: int, ref: str) -> int | None: ...

    def barred(self, actor: int, ref: str, trigger: str) -> Barred | None: ...
    def draft(self, actor: int, ref: str) -> dict[str, Any]: ...
    def preview(self, actor: int, ref: str, words: Any) -> Preview: ...
    def lacks(self, actor: int, ref: str, form: str, subject: str = "") -> list[Problem]: ...
    def parties_lack(self, actor: int, ref: str, form: str = "agreement") -> list[Problem]: ...
    def pages(self, actor: int, ref: str, form: str, subject: str = "") -> int: ...
    def picture(
        self,
        actor: int,
        ref: str,
        form: str,
        page: int,
        subject: str = "",
        *,
        narrow: bool = False,
        webp: bool = False,
    ) -> bytes: ...


class Desk(Protocol):
    """The instance, as far as the API needs it: see `mediation.app.Instance`. An actor is the id of a post."""

    database: Database
    keyring: Keyring
    clock: Clock
    settings: Settings
    office: Office
    routing: RoutingDesk
    window: WindowDesk
    boards: BoardDesk
    successions: SuccessionDesk

    @property
    def duty(self) -> Duty: ...
    @property
    def post_room(self) -> Trays: ...

    @property
    def supervision(self) -> SupervisionDesk: ...

    @property
    def residents(self) -> Residents: ...

    @property
    def room(self) -> CaseRoom: ...

    @property
    def scope(self) -> ScopeRoom: ...

    @property
    def evidence(self) -> EvidenceDesk: ...
    @property
    def exports(self) -> Exports: ...

    @property
    def webhooks(self) -> WebhookDesk: ...

    def keep_up(self, session: Session) -> None: ...

    def register(
        self, actor: int, words: Any, *, remember: Callable[[Session, Done], None] | None = None
    ) -> Done: ...

    def do(
        self,
        actor: int,
        ref: str,
        trigger: str,
        words: Any = None,
        expected_version: int | None = None,
        *,
        remember: Callable[[Session, Done], None] | None = None,
    ) -> Done: ...

    def hand_over(
        self,
        actor: int,
        words: Any,
        *,
        dry_run: bool = False,
        remember: Callable[[Session, HandedOver], None] | None = None,
    ) -> HandedOver: ...

    def give_back(
        self,
        actor: int,
        handover: str,
        words: Any = None,
        *,
        dry_run: bool = False,
        remember: Callable[[Session, HandedOver], None] | None = None,
    ) -> HandedOver: ...

    def all_series(self, actor: int) -> list[SeriesLine]: ...
    def series(self, actor: int, series: str) -> page.SeriesPage: ...

    def batch(
        self,
        actor: int,
        trigger: str,
        series: str,
        words: Any = None,
        *,
        dry_run: bool = False,
        remember: Callable[[Session, Batched], None] | None = None,
    ) -> Batched: ...

    def act_on_each(
        self,
        actor: int,
        trigger: str,
        ticked: Ticked,
        words: Any = None,
        *,
        own: Mapping[str, Any] | None = None,
        remember: Callable[[Session, Several], None] | None = None,
    ) -> Several: ...

    def issue(
        self,
        actor: int,
        ref: str,
        form: str,
        subject: str = "",
        *,
        remember: Callable[[Session, str], None] | None = None,
    ) -> str: ...

    def cases(
        self,
        actor: int,
        *,
        words: str = "",
        waiting: bool = False,
        most: int = 50,
        before: tuple[str, datetime | None] | None = None,
    ) -> list[page.Row]: ...

    def tasks(self, actor: int, most: int = 50, kinds: Sequence[str] = ()) -> list[TaskRow]: ...

    def case(self, actor: int, ref: str) -> page.CasePage: ...
    def paper(self, actor: int, ref: str, form: str, subject: str = "") -> tuple[bytes, str] | None: ...
    def performance_proof(self, actor: int, ref: str, line: int) -> bytes: ...
    def missing(self, actor: int, ref: str, form: str, subject: str = "") -> list[str]: ...
    def verify_trail(self) -> TrailReport: ...
    def start_workers(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with a key: what it must be the same in to get the same answer."""

    key: str
    actor: str
    route: str
    body_sha256: str


@dataclass(frozen=True, slots=True)
class Keyed:
    """A request with a key, as long as it is not known who sends it."""

    key: str
    route: str
    body_sha256: str

    def by(self, post: int) -> Asked:
        """Sent by this post."""
        return Asked(self.key, f"post:{post}", self.route, self.body_sha256)


TOKEN_SCHEME = "HTTPBearer"  # noqa: S105  the name of a kind of token
_bearer = HTTPBearer(
    scheme_name=TOKEN_SCHEME,
    auto_error=False,
    description="mediation --as PERSON:POST token issue --scope NAME. Scopes:\n"
    + "\n".join(f"- {name}: {what}" for name, what in tokens.SCOPES.items())
    + f"\n- {account_tokens.SCOPE}: webhooks, by the token of an administrator of the system only: mediation account token NAME",
    bearerFormat="opaque",
)


async def _desk(request: Request) -> Desk:
    found: Desk = request.app.state.desk
    return found


TheDesk = Annotated[Desk, Depends(_desk)]
Shown = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
"""The token that a request shows."""


def acting_post(request: Request, desk: TheDesk, credentials: Shown) -> int:
    """The post for which the request's token stands.

    Raises Unauthenticated; ScopeMissing for what the token is not good for; NotPermitted if the post has ended, whatever
    the token says.
    """
    if credentials is None:
        raise Unauthenticated
    now = desk.clock.now()
    with desk.database.reading() as session:
        found = tokens.find_token(session, desk.keyring, credentials.credentials, now)
        if found is None:
            raise Unauthenticated
        request.scope[ACTING] = f"post {found.post_id}"
        scope = needed_scope(request.method, request.scope["path"])
        if scope not in tokens.scopes_of(found):
            raise ScopeMissing(scope)
        desk.keep_up(session)
        people.check_post(session, found.post_id, local_day(now))
        post, unnoted = found.post_id, tokens.wants_noting(found, now)
    if unnoted:
        with desk.database.writing() as session:
            tokens.note_used(session, desk.keyring, credentials.credentials, now)
    return post


ActingPost = Annotated[int, Depends(acting_post)]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, for an operation that judges it in the thread that does the work: one way to a thread instead of two."""

    request: Request
    desk: Desk
    credentials: HTTPAuthorizationCredentials | None

    def post(self) -> int:
        """As `acting_post` has it, which raises the same."""
        return acting_post(self.request, self.desk, self.credentials)


async def _caller(request: Request, desk: TheDesk, credentials: Shown) -> Caller:
    return Caller(request, desk, credentials)


TheCaller = Annotated[Caller, Depends(_caller)]


def administering_account(request: Request, desk: TheDesk, credentials: Shown) -> str:
    """The name of the account, an administrator's of the system, for which the request's token stands.

    Raises Unauthenticated; ScopeMissing for the token of a post, which is never good for this.
    """
    if credentials is None:
        raise Unauthenticated
    now = desk.clock.now()
    with desk.database.reading() as session:
        found = account_tokens.account_of(session, desk.keyring, credentials.credentials, now)
        if found is not None:
            request.scope[ACTING] = f"account {found.public_id}"
            return found.name
        if tokens.find_token(session, desk.keyring, credentials.credentials, now) is not None:
            raise ScopeMissing(account_tokens.SCOPE)
    raise Unauthenticated


AdministeringAccount = Annotated[str, Depends(administering_account)]

_KEY = r"^[\x21-\x7e]{1,200}$"
KEY_HEADER = Header(
    alias="Idempotency-Key",
    pattern=_KEY,
    description="1 to 200 visible ASCII characters; a retry sends the same key and body and gets the first answer",
)


async def _keyed(request: Request, key: Annotated[str | None, KEY_HEADER] = None) -> Keyed | None:
    return None if key is None else await _read_keyed(request, key)


async def _asked(post: ActingPost, keyed: Annotated[Keyed | None, Depends(_keyed)]) -> Asked | None:
    return None if keyed is None else keyed.by(post)


async def _asked_with_key(request: Request, post: ActingPost, key: Annotated[str, KEY_HEADER]) -> Asked:
    return (await _read_keyed(request, key)).by(post)


async def _read_keyed(request: Request, key: str) -> Keyed:
    route = f"{request.method} {request.scope['path']}"
    return Keyed(key, route, sha256(await request.body()))


MaybeKeyed = Annotated[Keyed | None, Depends(_keyed)]
MaybeAsked = Annotated[Asked | None, Depends(_asked)]
"""The key is optional: without one, a request that is sent twice is judged twice."""
SurelyAsked = Annotated[Asked, Depends(_asked_with_key)]

_VERSION = re.compile(r'"([0-9]{1,9})"')


async def _expected_version(
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match",
            pattern=r'^("[0-9]{1,9}"|\*)$',
            description='the ETag of the case as it was looked at, as in "7"; 409 if it has moved on',
        ),
    ] = None,
) -> int | None:
    found = _VERSION.fullmatch(if_match or "")
    return int(found[1]) if found else None


ExpectedVersion = Annotated[int | None, Depends(_expected_version)]

# No control character reaches a query: PostgreSQL refuses NUL.
Ref = Annotated[
    str, Path(pattern=r"^[^\x00-\x1f\x7f]{1,100}$", description="number, temporary number or id of a case")
]
FormName = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,59}$", description="as in agreement")]
Subject = Annotated[
    str, Query(pattern=r"^[a-z0-9_-]{0,60}$", description="which of several papers of a form, as in party-1")
]


def put_into_answer(desk: Desk, asked: Asked, answer: Mapping[str, Any]) -> None:
    """Keep this answer to a request in the place of the one that was written with its act."""
    request = (
        col(IdempotencyKey.key) == asked.key,
        col(IdempotencyKey.actor) == asked.actor,
        col(IdempotencyKey.route) == asked.route,
    )
    with desk.database.writing() as session:
        session.connection().execute(update(IdempotencyKey).where(*request).values(answer=answer))


def forget_old_answers(desk: Desk) -> int:
    """Delete the answers that were kept longer than a week; how many."""
    statement = delete(IdempotencyKey).where(col(IdempotencyKey.recorded_at) < desk.clock.now() - KEPT)
    with desk.database.writing() as session:
        return session.connection().execute(statement).rowcount


def etag(version: int) -> Mapping[str, str]:
    """The header that names a case's version."""
    return {"ETag": f'"{version}"'}

"""Asking for a list as a file, a second person's word on it, and the file: each is an event of the instance's chain.

Up to a number of rows of the site's (`exports.alone`), within a day, nobody else is asked. Above it a leader of the unit or one
above, never oneself, or the security administrator lets it go.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Literal

from pydantic import Field
from sqlmodel import Session

from mediation.audit import trail
from mediation.audit.trail import INSTANCE
from mediation.cases.hall import Hall
from mediation.cases.inputs import Line, Said
from mediation.cases.readings import noting
from mediation.clock import local_moment
from mediation.errors import (
    InputInvalid,
    MediationError,
    NotFound,
    NotPermitted,
    Problem,
    TransitionNotAllowed,
)
from mediation.ids import new_public_id
from mediation.language import _
from mediation.people.models import Person, Post
from mediation.reports.exports import printed, queries, sheets
from mediation.reports.exports.models import ExportRequest
from mediation.spreadsheet import as_csv, as_xlsx
from mediation.units.models import Unit

MOST = 5_000
Format = Literal["csv", "xlsx", "pdf"]
KINDS = {"cases": "纠纷台账"}
_MOST_DAYS = 3660
_DAY = timedelta(days=1)


class ExportNotApproved(MediationError):
    """这份导出还不能取：要先有第二个人批准。"""


class AskExport(Said):
    """Which list, of what was received from a day to another, and what for."""

    kind: Literal["cases"] = "cases"
    first: date
    last: date
    why: Line = Field(min_length=2)


@dataclass(frozen=True, slots=True)
class ExportLine:
    """A request as it is shown: no row of the list itself. `open`: its file can be had now."""

    id: str
    kind_title: str
    first: date
    last: date
    rows: int
    why: str
    person: str
    post: str
    unit: str
    state: str
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None
    expires_at: datetime | None
    taken: int
    open: bool


def ask(hall: Hall, said: AskExport) -> ExportLine:
    """Ask for a list. Raises InputInvalid for a period that is none, or of nothing, or of too much."""
    actor, rows = hall.actor, 0
    problems = _period_problems(said, hall.today)
    if not problems:
        rows = queries.count_cases(hall.session, actor, *_span(said.first, said.last, hall.now))
        if rows == 0:
            problems.append(Problem(_("这段时间里没有您看得到的纠纷"), key="first"))
        if rows > MOST:
            message = _("这段时间有 {rows} 件，一次最多导出 {most} 件，请把时间分成几段")
            problems.append(Problem(message.format(rows=rows, most=MOST), key="first"))
    if problems:
        raise InputInvalid(problems)
    queries.hold_person(hall.session, actor.person_id)  # of several asked for at once, each sees those before
    before = queries.rows_alone_since(hall.session, actor.person_id, hall.now - _DAY)
    alone = rows + before <= hall.office.exporting.alone
    row = ExportRequest(
        public_id=new_public_id(),
        kind=said.kind,
        person_id=actor.person_id,
        post_id=actor.post_id,
        unit_id=actor.unit_id,
        first=said.first,
        last=said.last,
        rows=rows,
        reason=said.why,
        state="alone" if alone else "waiting",
        asked_at=hall.now,
        expires_at=hall.now + _good_for(hall) if alone else None,
    )
    hall.session.add(row)
    hall.session.flush()
    facts = {"export": row.public_id, "kind": row.kind, "rows": rows, "state": row.state}
    _record(hall.session, "export.asked", actor.code, hall.now, facts, {"why": said.why})
    return _line(hall.session, row, hall.now)


def decide(hall: Hall, public_id: str, *, agrees: bool) -> None:
    """A leader's word on what somebody of the unit or below has asked for.

    Raises NotFound out of the actor's reach, NotPermitted for one's own, TransitionNotAllowed if it waits no more.
    """
    row = _found(hall.session, public_id)
    if row.person_id == hall.actor.person_id:
        raise NotPermitted(_("自己的导出要由另一个人批准"))
    if not _is_above(hall, row):
        raise NotFound(_("没有这份导出申请"))
    _settle(hall.session, row, hall.now, _good_for(hall), hall.actor.label, hall.actor.code, agrees=agrees)


def decide_as_guard(
    session: Session, public_id: str, now: datetime, hours: int, *, by: str, agrees: bool
) -> None:
    """The security administrator's word. Raises as `decide`."""
    row = _found(session, public_id)
    _settle(session, row, now, timedelta(hours=hours), by, by, agrees=agrees)


@dataclass(frozen=True, slots=True)
class Listed:
    """The rows of a request, heading first, with the mark of who takes them; and the HTML of its pages if it is to be printed."""

    rows: list[list[str]]
    mark: str
    foot: str = ""
    page: str = ""


def listed(hall: Hall, public_id: str, form: Format) -> Listed:
    """The rows of one's own request, in the post in which it was asked for.

    Raises NotFound for another's, ExportNotApproved without the second person's word, after its time, and if the list has
    grown meanwhile; InputInvalid for a PDF of more rows than are printed.
    """
    row = _to_be_taken(hall, public_id)
    if form == "pdf" and row.rows > printed.MOST_PRINTED:
        message = _("PDF 一次最多 {most} 件，请改用表格，或者把时间分成几段重新申请")
        raise InputInvalid([Problem(message.format(most=printed.MOST_PRINTED), key="format")])
    span = _span(row.first, row.last, row.asked_at)
    found = queries.cases(hall.session, hall.actor, *span, row.rows + 1)
    if len(found) > row.rows:
        raise ExportNotApproved(_("范围里的纠纷比申请时多了，请重新申请"))
    title = _(KINDS[row.kind])
    mark, rows = sheets.watermark(hall, row, title), sheets.case_rows(hall, found)
    if form != "pdf":
        return Listed(rows, mark, foot=sheets.foot(hall, row))
    page = printed.list_page(
        rows,
        mark,
        title=f"{hall.actor.unit_name}{title}",
        span=_("{first}至{last}登记，共 {count} 件").format(first=row.first, last=row.last, count=len(found)),
        across=sheets.short_mark(hall),
        sample=hall.office.sample,
    )
    return Listed(rows, mark, page=page)


def as_table(found: Listed, form: Format) -> bytes:
    """The file for a spreadsheet program: the mark is its first line and, of XLSX, the foot of each page that is printed."""
    rows = [[found.mark], *found.rows]
    return as_csv(rows) if form == "csv" else as_xlsx(rows, found.foot)


def record_taken(hall: Hall, public_id: str, form: Format, found: Listed, content: bytes) -> str:
    """Record that the file goes out; its name. Raises as `listed`."""
    queries.hold_person(hall.session, hall.actor.person_id)  # of two who take it at once each is counted
    row = _to_be_taken(hall, public_id)
    row.taken += 1
    hall.session.add(row)
    noting.note(hall, f"export {row.kind}")
    facts = {
        "export": row.public_id,
        "kind": row.kind,
        "rows": len(found.rows) - 1,
        "format": form,
        "sha256": sha256(content).hexdigest(),
    }
    _record(hall.session, "export.taken", hall.actor.code, hall.now, facts)
    return f"{row.kind}-{row.first:%Y%m%d}-{row.last:%Y%m%d}.{form}"


def own(hall: Hall) -> list[ExportLine]:
    """What the actor has asked for, newest first."""
    found = queries.of_person(hall.session, hall.actor.person_id)
    return [_line(hall.session, row, hall.now) for row in found]


def waiting(hall: Hall) -> list[ExportLine]:
    """What waits for the actor's word, oldest first; for who leads a unit."""
    if "unit_leader" not in hall.actor.counts_as:
        return []
    found = queries.waiting(hall.session)
    return [
        _line(hall.session, row, hall.now)
        for row in found
        if row.person_id != hall.actor.person_id and _is_above(hall, row)
    ]


def for_guard(session: Session, now: datetime) -> tuple[list[ExportLine], list[ExportLine]]:
    """All that waits, and the newest of what does not, without a row of any list."""
    rows = (queries.waiting(session), queries.decided(session))
    waits, others = ([_line(session, row, now) for row in found] for found in rows)
    return waits, others


def _is_above(hall: Hall, row: ExportRequest) -> bool:
    """Does the actor lead the unit of who asks, or one above it?"""
    if "unit_leader" not in hall.actor.counts_as:
        return False
    own, tree = hall.actor.unit_id, hall.tree
    below = hall.actor.sees_below and row.unit_id in tree and tree.is_below_or_same(row.unit_id, own)
    return row.unit_id == own or below


def _settle(
    session: Session,
    row: ExportRequest,
    now: datetime,
    good_for: timedelta,
    label: str,
    by: str,
    *,
    agrees: bool,
) -> None:
    values = {
        "state": "approved" if agrees else "declined",
        "decided_at": now,
        "decided_by": label,
        "expires_at": now + good_for if agrees else None,
    }
    if not queries.settle(session, row.id or 0, **values):
        raise TransitionNotAllowed(_("这份导出申请已经有人处理过了"))
    facts = {"export": row.public_id, "kind": row.kind, "rows": row.rows}
    _record(session, "export.approved" if agrees else "export.declined", by, now, facts)


def _period_problems(said: AskExport, today: date) -> list[Problem]:
    problems = []
    if said.last < said.first:
        problems.append(Problem(_("末日不能早于首日"), key="last"))
    if said.last > today:
        problems.append(Problem(_("末日不能晚于今天"), key="last"))
    if (said.last - said.first).days > _MOST_DAYS:
        problems.append(Problem(_("一次最多导出十年"), key="first"))
    return problems


def _span(first: date, last: date, asked_at: datetime) -> tuple[datetime, datetime]:
    """The moments of the days, none after it was asked for: what comes in later was not approved."""
    return local_moment(first), min(local_moment(last + _DAY), asked_at)


def _good_for(hall: Hall) -> timedelta:
    return timedelta(hours=hall.office.exporting.hours)


def _to_be_taken(hall: Hall, public_id: str) -> ExportRequest:
    row = _found(hall.session, public_id)
    if (row.person_id, row.post_id) != (hall.actor.person_id, hall.actor.post_id):
        raise NotFound(_("没有这份导出申请；换过岗位的，请换回申请时的岗位"))
    if not _is_open(row, hall.now):
        raise ExportNotApproved(_lacking(row))
    return row


def _found(session: Session, public_id: str) -> ExportRequest:
    row = queries.export(session, public_id)
    if row is None:
        raise NotFound(_("没有这份导出申请"))
    return row


def _is_open(row: ExportRequest, now: datetime) -> bool:
    return row.state in {"alone", "approved"} and row.expires_at is not None and now < row.expires_at


def _lacking(row: ExportRequest) -> str:
    sentences = {
        "waiting": _("还没有第二个人批准，不能导出"),
        "declined": _("这份导出没有获得批准"),
    }
    return sentences.get(row.state, _("批准已经过期，请重新申请"))


def _line(session: Session, row: ExportRequest, now: datetime) -> ExportLine:
    person, post, unit = (
        session.get(kind, key)
        for kind, key in ((Person, row.person_id), (Post, row.post_id), (Unit, row.unit_id))
    )
    return ExportLine(
        id=row.public_id,
        kind_title=_(KINDS.get(row.kind, row.kind)),
        first=row.first,
        last=row.last,
        rows=row.rows,
        why=str(row.reason),
        person=getattr(person, "name", ""),
        post=getattr(post, "title", ""),
        unit=getattr(unit, "name", ""),
        state=row.state,
        asked_at=row.asked_at,
        decided_by=row.decided_by or "",
        decided_at=row.decided_at,
        expires_at=row.expires_at,
        taken=row.taken,
        open=_is_open(row, now),
    )


def _record(
    session: Session,
    act: str,
    by: str,
    now: datetime,
    facts: dict[str, object],
    details: dict[str, object] | None = None,
) -> None:
    trail.append(
        session, chain=INSTANCE, act=act, actor=by, recorded_at=now, facts=facts, details=details or {}
    )

"""The rows of a list that leaves the house, and the mark that says who took it, when and what for."""

from collections.abc import Sequence
from datetime import datetime

from mediation.cases import page
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.clock import SITE_ZONE
from mediation.language import _
from mediation.reports.exports import queries
from mediation.reports.exports.models import ExportRequest
from mediation.workflow.vocabulary import STANDARD

HEADINGS = (
    "序号",
    "编号",
    "事由",
    "当事人",
    "类别",
    "来源",
    "登记时间",
    "主办单位",
    "调解员",
    "状态",
    "结果",
    "期限",
    "办结时间",
    "涉及金额（元）",
)
"""Columns of 纠纷台账: names, no ID number, phone or address."""


def watermark(hall: Hall, row: ExportRequest, title: str) -> str:
    """Who, when, what for, by whose word: the first line of the file."""
    actor = hall.actor
    by = _("批准人：{who}").format(who=row.decided_by) if row.decided_by else _("件数不多，免批")
    return _(
        "{title}（{first}至{last}）　导出人：{person}，{unit}　导出时间：{moment}　用途：{why}　{by}　编号：{id}　内部资料，不得外传"
    ).format(
        title=title,
        first=row.first,
        last=row.last,
        person=actor.label,
        unit=actor.unit_name,
        moment=_moment(hall.now),
        why=row.reason,
        by=by,
        id=row.public_id,
    )


def foot(hall: Hall, row: ExportRequest) -> str:
    """The same for the foot of a spreadsheet's printed pages, which has room for 240 letters: the purpose last."""
    return _("导出人：{person}　导出时间：{moment}　编号：{id}　内部资料，不得外传　用途：{why}").format(
        person=hall.actor.label, moment=_moment(hall.now), id=row.public_id, why=row.reason
    )


def short_mark(hall: Hall) -> str:
    """Who and when, for the ground of a printed page."""
    return f"{hall.actor.label}　{hall.actor.unit_name}　{_moment(hall.now)}"


def case_rows(hall: Hall, cases: Sequence[Dispute]) -> list[list[str]]:
    """The heading and a row for each case."""
    ids = [case.id for case in cases if case.id is not None]
    parties, mediators = queries.party_names(hall.session, ids), queries.mediator_names(hall.session, ids)
    lines = page.rows(hall, cases)
    found = [[_(one) for one in HEADINGS]]
    for place, (case, line) in enumerate(zip(cases, lines, strict=True), start=1):
        assert case.id is not None
        codes = hall.office.codes
        found.append(
            [
                str(place),
                line.number,
                str(line.title),
                "、".join(parties.get(case.id, ())),
                codes.title("governance_categories", case.governance_category),
                codes.title("sources", case.source),
                _moment(case.received_at),
                line.holder,
                "、".join(mediators.get(case.id, ())),
                line.state_title,
                _(STANDARD.outcomes.get(case.outcome, case.outcome)),
                _moment(line.due_at),
                _moment(case.ended_at),
                "" if case.amount_fen is None else f"{case.amount_fen / 100:.2f}",
            ]
        )
    return found


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone(SITE_ZONE):%Y-%m-%d %H:%M}" if moment is not None else ""

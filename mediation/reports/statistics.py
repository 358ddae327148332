"""Figures of a period, each with the sentence that says what is counted, so that anyone can count it again."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from sqlmodel import Session, col

from mediation.cases.models import Dispute
from mediation.cases.office import Office
from mediation.clock import local_moment
from mediation.errors import InputInvalid, Problem
from mediation.language import _
from mediation.people.actor import Actor
from mediation.reports import queries
from mediation.units.tree import Tree
from mediation.workflow.vocabulary import STANDARD

SETTLED = ("agreed_written", "agreed_oral")
UNSETTLED = ("terminated", "party_refused")
SATISFIED = 4
"""The least mark, of 1 to 5, of who is satisfied."""
_MOST_DAYS = 3660


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure and how it is counted. `value` is None where there is nothing to count."""

    title: str
    value: str | None
    counted: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: what, how many, what part of all in percent, the sum in fen."""

    title: str
    cases: int
    share: float
    fen: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """The figures of one period for one unit and all below."""

    unit: str
    first: date
    last: date
    figures: list[Figure]
    outcomes: list[Line]
    categories: list[Line]
    levels: list[Line]
    holders: list[Line]
    sources: list[Line]


def statistics(
    session: Session, actor: Actor, office: Office, tree: Tree, first: date, last: date
) -> Statistics:
    """The figures from the first day to the last, both counted. Raises InputInvalid for a period that is none."""
    _check(first, last)
    begin, end = local_moment(first), local_moment(last + timedelta(days=1))
    received = col(Dispute.received_at)
    ended = col(Dispute.ended_at)
    outcomes = queries.counts(session, actor, [col(Dispute.outcome)], ended, begin, end)
    by_outcome = {row[0]: row[1] for row in outcomes}
    codes = office.codes.on(last)
    levels = {level.key: level.name for level in office.chain}
    settled = sum(by_outcome.get(one, 0) for one in SETTLED)
    return Statistics(
        unit=tree.unit(actor.unit_id).name,
        first=first,
        last=last,
        figures=_figures(session, actor, by_outcome, settled, begin, end),
        outcomes=_lines([(_(STANDARD.outcomes.get(row[0], row[0])), *row[1:]) for row in outcomes]),
        categories=_lines(
            [
                (codes.title("governance_categories", row[0]), *row[1:])
                for row in queries.counts(
                    session, actor, [col(Dispute.governance_category)], received, begin, end
                )
            ]
        ),
        levels=_lines(
            [
                (levels.get(row[0] or "", _("未定级")), *row[1:])
                for row in queries.counts(session, actor, [col(Dispute.settled_level)], ended, begin, end)
            ]
        ),
        holders=_lines(
            [
                (tree.unit(row[0]).name, *row[1:])
                for row in queries.counts(session, actor, [col(Dispute.holder_id)], received, begin, end)
            ]
        ),
        sources=_lines(
            [
                (codes.title("sources", row[0]), *row[1:])
                for row in queries.counts(session, actor, [col(Dispute.source)], received, begin, end)
            ]
        ),
    )


def _figures(
    session: Session, actor: Actor, by_outcome: dict[str, int], settled: int, begin: datetime, end: datetime
) -> list[Figure]:
    received = _total(
        queries.counts(session, actor, [col(Dispute.state)], col(Dispute.received_at), begin, end)
    )
    accepted = _total(
        queries.counts(session, actor, [col(Dispute.state)], col(Dispute.accepted_at), begin, end)
    )
    failed = sum(by_outcome.get(one, 0) for one in UNSETTLED)
    days = [
        (ended - begun).total_seconds() / 86400 for begun, ended in queries.spans(session, actor, begin, end)
    ]
    tried = settled + failed
    marks = queries.marks(session, actor, begin, end)
    answers, satisfied = sum(marks.values()), sum(count for mark, count in marks.items() if mark >= SATISFIED)
    return [
        Figure(_("已登记"), str(received), _("登记时间在期内的纠纷")),
        Figure(_("已受理"), str(accepted), _("受理时间在期内的纠纷")),
        Figure(_("办结"), str(sum(by_outcome.values())), _("有结果、结果时间在期内的纠纷，不论何种结果")),
        Figure(_("调解成功"), str(settled), _("期内达成书面或者口头协议的纠纷")),
        Figure(
            _("调解成功率"),
            f"{100 * settled / tried:.1f}%" if tried else None,
            _("调解成功 ÷（调解成功＋终止调解＋当事人拒绝）；撤回、不予受理和并入他案的不算"),
        ),
        Figure(
            _("办理天数"),
            f"{median(days):.0f}" if days else None,
            _("期内办结的纠纷从登记到有结果的天数，取中位数"),
        ),
        Figure(
            _("满意率"),
            f"{100 * satisfied / answers:.1f}%" if answers else None,
            _("期内回访和群众评价里满意和最满意两档的占比；一般、基本满意不算。回答数：{count}").format(
                count=answers
            ),
        ),
        Figure(
            _("期末在办"),
            str(queries.waiting_at(session, actor, end)),
            _("期末以前登记、期末还没有结果的纠纷"),
        ),
    ]


def _total(rows: queries.Counted) -> int:
    return sum(row[-2] for row in rows)


def _lines(rows: list[tuple[object, ...]]) -> list[Line]:
    """The same title may stand on several codes: one line, the most cases first."""
    summed: dict[str, tuple[int, int]] = {}
    for title, cases, fen in rows:
        shown = f"{title}"
        before = summed.get(shown, (0, 0))
        summed[shown] = (before[0] + int(str(cases)), before[1] + int(str(fen)))
    total = sum(cases for cases, _fen in summed.values()) or 1
    found = [Line(title, cases, 100 * cases / total, fen) for title, (cases, fen) in summed.items()]
    return sorted(found, key=lambda line: (-line.cases, line.title))


def _check(first: date, last: date) -> None:
    if last < first:
        raise InputInvalid([Problem(_("末日不能早于首日"), key="last")])
    if (last - first).days > _MOST_DAYS:
        raise InputInvalid([Problem(_("一次最多统计十年"), key="last")])

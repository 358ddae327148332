"""The instalments of a clause as they are agreed, and the clocks of performance and enforcement that follow from them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from mediation.cases import queries as case_queries
from mediation.cases.clauses import confirmation_clock, enforcement_clock, performance_clock
from mediation.cases.hall import Hall
from mediation.cases.inputs import ClauseSaid
from mediation.cases.models import Agreement, Clause
from mediation.cases.performance import queries
from mediation.cases.performance.models import Instalment
from mediation.clock import local_moment
from mediation.deadlines import timers
from mediation.deadlines.calendar import Span, spoken_day
from mediation.errors import Problem
from mediation.language import _

ENFORCEMENT = Span(24, "months")
ENFORCEMENT_ARTICLE = "民事诉讼法第250条"


def faults(at: int, said: ClauseSaid, today: date) -> list[Problem]:
    """What keeps the instalments of a clause from being clear: their sum, their days, what they are for."""
    if not said.instalments:
        return []
    key = f"clauses[{at}].instalments"
    found = []
    if said.act != "pay":
        found.append(Problem(_("只有付款的条款可以分期"), key=key))
    if len(said.instalments) == 1:
        found.append(Problem(_("只有一期的，不写分期，写 amount_fen 和 due_on"), key=key))
    if said.at_once:
        found.append(Problem(_("写了当场履行，就不写分期"), key=key))
    total = sum(one.amount_fen for one in said.instalments)
    if said.amount_fen is not None and said.amount_fen != total:
        message = _("各期合计 {total} 分，与本条金额 {amount} 分不符")
        found.append(Problem(message.format(total=total, amount=said.amount_fen), key=key))
    days = [one.due_on for one in said.instalments]
    found += [
        Problem(_("没有晚于前一期"), key=f"{key}[{number}].due_on")
        for number, (one, before) in enumerate(zip(days[1:], days, strict=False), start=1)
        if one <= before
    ]
    if days[0] < today:
        found.append(Problem(_("履行期限早于今天"), key=f"{key}[0].due_on"))
    if said.due_on is not None and said.due_on != days[-1]:
        found.append(Problem(_("与最后一期的日期不同；写了分期，可以不写"), key=f"clauses[{at}].due_on"))
    return found


def agreed(said: ClauseSaid) -> dict[str, Any]:
    """What a clause with instalments comes to: its sum, its last day, and the plan among its terms; nothing without."""
    if not said.instalments:
        return {}
    return {
        "amount_fen": sum(one.amount_fen for one in said.instalments),
        "due_on": said.instalments[-1].due_on,
        "instalments": [one.model_dump(mode="json") for one in said.instalments],
    }


def set_up(hall: Hall, agreement: Agreement) -> None:
    """The agreement is in force: its instalments become rows, and each day to come gets its clock (Art. 31)."""
    assert agreement.id is not None
    for clause in case_queries.clauses(hall.session, agreement.id):
        rows = _rows(clause)
        hall.session.add_all(rows)
        if not rows and clause.due_on is not None:
            _start(hall, agreement, performance_clock(agreement, clause.ordinal), clause.due_on)
        for row in rows:
            name = performance_clock(agreement, clause.ordinal, row.ordinal)
            _start(hall, agreement, name, row.due_on)


def set_up_enforcement(hall: Hall, agreement: Agreement, ruled_on: date) -> None:
    """A court has confirmed the agreement: the last day to ask for enforcement of each clause that is not performed yet.

    Two years from the last day for performance, of instalments that of the last one; from the ruling where the clause names
    no day (CPL Art. 250). What nobody has to do by a day (不作为) has no such clock.
    """
    assert agreement.id is not None
    for clause in case_queries.clauses(hall.session, agreement.id):
        if clause.performed_on is not None or (clause.act == "refrain" and clause.due_on is None):
            continue
        instalments = queries.instalments(hall.session, clause.id or 0)
        timers.start(
            hall.session,
            case_id=agreement.case_id,
            name=enforcement_clock(agreement, clause.ordinal),
            span=ENFORCEMENT,
            article=ENFORCEMENT_ARTICLE,
            start_fact=_fact(clause, instalments),
            now=local_moment(clause.due_on or ruled_on),
            calendar=hall.office.calendar,
        )


def cancel_clocks(hall: Hall, agreement: Agreement) -> None:
    """What ran for an agreement that binds no more has lost its object: performance, confirmation, enforcement."""
    for name in (*_clocks(hall, agreement), confirmation_clock(agreement)):
        timers.cancel_named(hall.session, agreement.case_id, name, hall.now)


def _rows(clause: Clause) -> list[Instalment]:
    plan: Sequence[Mapping[str, Any]] = clause.terms.get("instalments") or ()
    return [
        Instalment(
            clause_id=clause.id or 0,
            case_id=clause.case_id,
            ordinal=number,
            amount_fen=int(one["amount_fen"]),
            due_on=date.fromisoformat(one["due_on"]),
        )
        for number, one in enumerate(plan, start=1)
    ]


def _start(hall: Hall, agreement: Agreement, name: str, due_on: date) -> None:
    """A clock up to the day that the parties have named; nothing for a day that is over."""
    if due_on <= hall.today:
        return
    timers.start(
        hall.session,
        case_id=agreement.case_id,
        name=name,
        span=Span((due_on - hall.today).days, "days"),
        article="人民调解法第31条",
        start_fact=_("协议生效"),
        now=hall.now,
        calendar=hall.office.calendar,
        on_miss="urge_performance",
        roll=False,
    )


def _fact(clause: Clause, instalments: Sequence[Instalment]) -> str:
    if clause.due_on is None:
        return _("第{n}条没有约定期限，确认裁定生效").format(n=clause.ordinal)
    if instalments:
        return _("第{n}条最后一期（第{k}期）履行期限{day}届满").format(
            n=clause.ordinal, k=len(instalments), day=spoken_day(clause.due_on)
        )
    return _("第{n}条履行期限{day}届满").format(n=clause.ordinal, day=spoken_day(clause.due_on))


def _clocks(hall: Hall, agreement: Agreement) -> list[str]:
    assert agreement.id is not None
    names = []
    for clause in case_queries.clauses(hall.session, agreement.id):
        names += [performance_clock(agreement, clause.ordinal), enforcement_clock(agreement, clause.ordinal)]
        names += [
            performance_clock(agreement, clause.ordinal, row.ordinal)
            for row in queries.instalments(hall.session, clause.id or 0)
        ]
    return names

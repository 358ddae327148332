"""What the clocks of a case are called by those who read of them: never by their keys."""

from mediation.cases.clauses import named_by
from mediation.deadlines.models import Deadline
from mediation.language import _
from mediation.workflow.engine import Engine

CLOCKS = {
    "mediation_limit": "调解期限",
    "handling": "办理期限",
    "confirmation": "申请司法确认的期限",
    "performance": "协议履行期限",
    "enforcement": "申请执行的期限",
    "ownership": "归属争议期限",
    "ownership_above": "归属争议裁定期限",
    "risk_review": "风险复评期限",
    "task": "待办期限",
}
"""First part of a clock's name → what clocks of that kind are called; those of states apart."""


def clock_title(row: Deadline, engine: Engine) -> str:
    """What a clock is called: of a state, its own limit; of a task, which; of a clause, which clause and instalment.

    A state that the case's definition does not know, left behind with another definition, is called as it was then.
    """
    kind, _colon, rest = row.name.partition(":")
    if kind == "state":
        state = engine.definition.states.get(rest)
        return step_title(state.title if state else row.start_fact)
    title = _(CLOCKS.get(kind, row.name))
    if kind == "task":
        return _("{clock}：{title}").format(clock=title, title=_(row.start_fact))
    of = _of(kind, rest) if rest else ""
    return _("{clock}（{of}）").format(clock=title, of=of) if of else title


def step_title(state: str) -> str:
    """What the limit of a state's own is called, by the state's title."""
    return _("这一步的期限：{title}").format(title=_(state))


def _of(kind: str, rest: str) -> str:
    """Which agreement, clause and instalment a clock is about; nothing for a clock that is about none."""
    if kind == "confirmation":
        return _("第{n}份协议").format(n=rest)
    if kind not in {"performance", "enforcement"}:
        return ""
    part = named_by(f"{kind}:{rest}")
    clause, agreement, instalment = part["clause"], part.get("agreement"), part.get("instalment")
    if agreement is None:
        if instalment is None:
            return _("第{n}条").format(n=clause)
        return _("第{n}条第{k}期").format(n=clause, k=instalment)
    if instalment is None:
        return _("第{m}份协议第{n}条").format(m=agreement, n=clause)
    return _("第{m}份协议第{n}条第{k}期").format(m=agreement, n=clause, k=instalment)

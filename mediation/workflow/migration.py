"""Whether a running case can go on in another version of its definition: one verdict for each case. Pure.

A case keeps its state, or takes the one that a plan maps it to; it is never moved to another phase, nor to an end: that
would be an act of somebody, and acts have their guards.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from mediation.errors import Problem
from mediation.language import _, joined
from mediation.workflow.definition import Definition, Name
from mediation.workflow.diagram import PHASE_TITLES

Ref = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Outcome = Literal["moves", "needs_mapping", "refused", "excluded"]
_SIGNING = ("sign", "attach_scan", "seal")
_OTHER_PAPERS = ("sign_paper", "scan_paper", "seal_paper")
_RESUME = "resume"


class Plan(BaseModel):
    """How running cases are brought to another version: what their states are called there, which cases stay behind."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    format: Literal[1]
    about: str = Field(default="", max_length=400, description="why, for whoever reads it later")
    states: dict[Name, Name] = Field(
        default_factory=dict, description="state → state of the version aimed at; of one name: left out"
    )
    exclude: tuple[Ref, ...] = Field(
        default=(), strict=False, description="cases that stay: number, temporary number or public id"
    )


@dataclass(frozen=True)
class Standing:
    """How a running case stands, as far as another definition can disturb it.

    `agreement_open`: an agreement is printed and not complete. `papers_open`: another paper is. `tasks`: kinds of its open
    tasks. `approvals`: names of its open approvals.
    """

    state: str
    agreement_open: bool = False
    papers_open: bool = False
    suspended: bool = False
    tasks: frozenset[str] = frozenset()
    approvals: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Verdict:
    """What becomes of a case: the state that it takes if it moves, every reason if it does not."""

    outcome: Outcome
    to_state: str | None = None
    reasons: tuple[str, ...] = ()


EXCLUDED = Verdict("excluded", reasons=("计划文件写明不移",))


def plan_problems(plan: Plan, present: Sequence[Definition], target: Definition) -> list[Problem]:
    """Names in a plan that neither version knows: a state that no case can be in, or that none can go to."""
    known = {state for definition in present for state in definition.states}
    found = []
    for old, new in plan.states.items():
        if old not in known:
            message = _("流程 {name} 现有各版都没有状态 {state}").format(name=target.name, state=old)
            found.append(Problem(message, key=f"states.{old}"))
        if new not in target.states:
            message = _("第 {version} 版没有状态 {state}；有：{known}").format(
                version=target.version, state=new, known=joined(target.states)
            )
            found.append(Problem(message, key=f"states.{old}"))
    return found


def judge(present: Definition, target: Definition, mapped: Mapping[str, str], standing: Standing) -> Verdict:
    """Whether the case moves, and if not, all that stands in its way. `mapped`: the states that a plan names."""
    to_state = mapped.get(standing.state, standing.state)
    if to_state not in target.states:
        message = _("第 {version} 版没有状态 {state}，请在计划文件的 states 里写明对应的状态")
        return Verdict("needs_mapping", None, (message.format(version=target.version, state=standing.state),))
    reasons = tuple(_reasons(present, target, standing, to_state))
    return Verdict("refused", None, reasons) if reasons else Verdict("moves", to_state)


def _reasons(present: Definition, target: Definition, standing: Standing, to_state: str) -> Iterator[str]:
    old, new = present.states[standing.state], target.states[to_state]
    if new.final:
        yield _("「{title}」是终点，在办的纠纷不能直接移到那里").format(title=new.title)
    elif new.owner is None or new.limit is None:
        yield _("「{title}」没有写明由谁办理或办理时限").format(title=new.title)
    if new.phase != old.phase:
        message = _("「{old}」属于{phase}阶段，新版的「{new}」属于{new_phase}阶段，移过去等于替人办理")
        phases = {"phase": _(PHASE_TITLES[old.phase]), "new_phase": _(PHASE_TITLES[new.phase])}
        yield message.format(old=old.title, new=new.title, **phases)
    yield from _reasons_of_papers(present, target, standing, to_state)
    if standing.suspended and _RESUME not in _triggers(target, to_state):
        yield _("纠纷已经中止，而「{title}」没有恢复调解的操作").format(title=new.title)
    for kind in sorted(standing.tasks):
        rule = next((one for name, one in target.tasks.items() if name == kind), None)
        if rule is None or to_state not in rule.states:
            yield _("有没办完的待办（{kind}），新版在「{title}」不认识").format(kind=kind, title=new.title)
    for name in sorted(standing.approvals):
        approval = target.approvals.get(name)
        if approval is None or to_state not in approval.states:
            yield _("有没办完的审批（{name}），新版在「{title}」不认识").format(name=name, title=new.title)


def _reasons_of_papers(
    present: Definition, target: Definition, standing: Standing, to_state: str
) -> Iterator[str]:
    """What a printed paper still needs must be possible after the move, if it was before."""
    wanted: list[str] = []
    if standing.agreement_open:
        wanted += _SIGNING
    if standing.papers_open:
        wanted += _OTHER_PAPERS
    lost = [
        trigger
        for trigger in wanted
        if trigger in _triggers(present, standing.state) and trigger not in _triggers(target, to_state)
    ]
    if lost:
        titles = joined(present.triggers[trigger].title for trigger in lost)
        message = _("有印好还没签完的文书，而新版在「{title}」没有：{triggers}")
        yield message.format(title=target.states[to_state].title, triggers=titles)


def _triggers(definition: Definition, state: str) -> set[str]:
    return {edge.trigger for edge in definition.edges if state in edge.origin}

"""Whether a running case can go on in another version of its definition: one verdict for each case. Pure.

A case keeps its state, or takes the one that a plan maps it to if the version aimed at has none of that name; it is never
moved to another phase, to an end, or past acceptance, the question whose it is, agreement or signing: that would be an act of
somebody, and acts have their guards.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from mediation.errors import Problem
from mediation.language import _, joined
from mediation.workflow.definition import Definition, Edge, Name, State
from mediation.workflow.diagram import PHASE_TITLES
from mediation.workflow.paths import Graph
from mediation.workflow.vocabulary import STANDARD

Ref = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Outcome = Literal["moves", "needs_mapping", "refused", "excluded"]
_SIGNING = ("sign", "attach_scan", "seal")
_OTHER_PAPERS = ("sign_paper", "scan_paper", "seal_paper")
_RESUME, _ACKNOWLEDGE, _RULE = "resume", "acknowledge", "rule"
_DISPUTED = frozenset({"start_ownership_clock", "contest"})
_SETTLED = frozenset({"settle_ownership", "end", "close_case", "archive_case"})


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

    `accepted`, `in_force`: it has been accepted, an agreement binds the parties. `agreement_open`: an agreement is printed
    and not complete. `papers_open`: another paper is. `asked`: a unit has been asked to take it. `declined`: a unit has declined,
    and it is open whose it is. `arbitrated`: a superior has to rule that. `tasks`: kinds of its open tasks. `approvals`: names of
    its open approvals. `nobody`: whom nobody is to it of the unit asked and the one that rules.
    """

    state: str
    accepted: bool = False
    in_force: bool = False
    agreement_open: bool = False
    papers_open: bool = False
    suspended: bool = False
    asked: bool = False
    declined: bool = False
    arbitrated: bool = False
    nobody: frozenset[str] = frozenset()
    tasks: frozenset[str] = frozenset()
    approvals: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Verdict:
    """What becomes of a case: the state that it takes if it moves, every reason if it does not."""

    outcome: Outcome
    to_state: str | None = None
    reasons: tuple[str, ...] = ()


EXCLUDED = Verdict("excluded", reasons=("计划文件写明不移",))


def plan_problems(
    plan: Plan,
    name: str,
    present: Sequence[Definition],
    target: Definition | None,
    unmapped: Iterable[str] = (),
) -> list[Problem]:
    """Entries of a plan that mean nothing, and those by which cases would leave a state that is there as well.

    Without a target, which is not in use, only what no version knows. `unmapped`: states of entries of which nothing else
    can be judged.
    """
    known = {state for definition in present for state in definition.states}
    found = []
    for old, new in (*plan.states.items(), *((old, None) for old in unmapped)):
        messages = []
        if target is not None and old in target.states:
            message = _("第 {version} 版也有状态 {state}，纠纷原样移过去，不能改移别处；请删去这一项")
            messages.append(message.format(version=target.version, state=old))
        elif known and old not in known:
            messages.append(_("流程 {name} 现有各版都没有状态 {state}").format(name=name, state=old))
        if target is not None and new is not None and new not in target.states:
            message = _("第 {version} 版没有状态 {state}；有：{known}")
            messages.append(message.format(version=target.version, state=new, known=joined(target.states)))
        if target is not None and new in target.states and old not in target.states:
            olds = [definition.states[old] for definition in present if old in definition.states]
            wrong = [list(_never(one, target.states[new])) for one in olds]
            messages += wrong[0] if wrong and all(wrong) else []
        found += [Problem(message, key=f"states.{old}") for message in messages]
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
    yield from _never(old, new)
    if not new.final and (new.owner is None or new.limit is None):
        yield _("「{title}」没有写明由谁办理或办理时限").format(title=new.title)
    elif new.owner is not None and new.owner.relation in standing.nobody:
        who = _(STANDARD.relations[new.owner.relation])
        yield _("「{title}」由{who}办理，而本案没有").format(title=new.title, who=who)
    if to_state != standing.state:
        yield from _reasons_of_acts(present, target, standing, to_state)
    yield from _reasons_of_ownership(present, target, standing, to_state)
    yield from _reasons_of_papers(present, target, standing, to_state)
    if standing.suspended and _RESUME not in _triggers(target, to_state):
        yield _("纠纷已经中止，而「{title}」没有恢复调解的操作").format(title=new.title)
    yield from _reasons_of_tasks(present, target, standing, to_state)


def _never(old: State, new: State) -> Iterator[str]:
    """Why no case whatever goes from the one state to the other."""
    if new.final:
        yield _("「{title}」是终点，在办的纠纷不能直接移到那里").format(title=new.title)
    if new.phase != old.phase:
        message = _("「{old}」属于{phase}阶段，新版的「{new}」属于{new_phase}阶段，移过去等于替人办理")
        phases = {"phase": _(PHASE_TITLES[old.phase]), "new_phase": _(PHASE_TITLES[new.phase])}
        yield message.format(old=old.title, new=new.title, **phases)


def _reasons_of_tasks(
    present: Definition, target: Definition, standing: Standing, to_state: str
) -> Iterator[str]:
    new = target.states[to_state]
    for kind in sorted(standing.tasks):
        rule = next((one for name, one in target.tasks.items() if name == kind), None)
        if rule is None or to_state not in rule.states:
            told = _titled(present.tasks, kind)
            yield _("有没办完的待办（{kind}），新版在「{title}」不认识").format(kind=told, title=new.title)
    for name in sorted(standing.approvals):
        approval = target.approvals.get(name)
        if approval is None or to_state not in approval.states:
            told = _titled(present.approvals, name)
            yield _("有没办完的审批（{name}），新版在「{title}」不认识").format(name=told, title=new.title)


def _titled(named: Mapping[Any, Any], name: str) -> str:
    """A kind of task or an approval as people call it."""
    return named[name].title if name in named else name


def _reasons_of_acts(
    present: Definition, target: Definition, standing: Standing, to_state: str
) -> Iterator[str]:
    """A state of another name is taken only by a case in which has been done what leads there, or that was as far before."""
    title, before = target.states[to_state].title, standing.state
    if not standing.accepted and to_state in _accepted(target) and before not in _accepted(present):
        yield _("还没有受理，而「{title}」在受理以后").format(title=title)
    if not standing.in_force and to_state in _in_force(target) and before not in _in_force(present):
        yield _("没有生效的协议，而「{title}」在协议生效以后").format(title=title)
    if not standing.agreement_open and to_state in _signing(target) and before not in _signing(present):
        yield _("没有印好待签的协议书，而「{title}」是签协议书的").format(title=title)


def _accepted(definition: Definition) -> set[str]:
    return _beyond(definition, "number_case", "accepted")


def _in_force(definition: Definition) -> set[str]:
    return _beyond(definition, "in_force", "agreement_in_force")


def _beyond(definition: Definition, effect: str, condition: str) -> set[str]:
    """States to which every way has an edge with the effect, or one that asks whether that has been done."""
    edges = tuple(
        edge for edge in definition.edges if effect not in edge.effects and condition not in edge.when
    )
    before = Graph(definition.model_copy(update={"edges": edges}), (definition.initial,))
    return Graph(definition, (definition.initial,)).reached() - before.reached()


def _signing(definition: Definition) -> set[str]:
    """States in which a printed agreement is made complete, and with that comes into force."""
    return {
        state
        for edge in definition.edges
        if "paper_frozen" in edge.guards and "in_force" in edge.effects
        for state in edge.origin
    }


def _reasons_of_ownership(
    present: Definition, target: Definition, standing: Standing, to_state: str
) -> Iterator[str]:
    """The question whose the case is, and the clock that runs for it, go on: who has to answer it can, nobody is taken to have."""
    title = target.states[to_state].title
    at_odds = _at_odds(target)
    if standing.declined and not at_odds:
        yield _("有单位退单，归属还没有定，而第 {version} 版没有归属争议").format(version=target.version)
    elif standing.declined and to_state not in at_odds:
        yield _("有单位退单，归属还没有定，而新版的「{title}」在归属定下以后").format(title=title)
    lost = [
        trigger
        for trigger, wanted in ((_ACKNOWLEDGE, standing.asked), (_RULE, standing.arbitrated))
        if wanted and trigger in _triggers(present, standing.state) - _triggers(target, to_state)
    ]
    if lost:
        message = _("有单位要答复归属，而新版在「{title}」没有：{triggers}")
        titles = joined(_(present.triggers[trigger].title) for trigger in lost)
        yield message.format(title=title, triggers=titles)


def _at_odds(definition: Definition) -> set[str]:
    """States in which it may be open whose a case is after a unit has declined: from there until one has it, or it ends."""
    edges = [edge for edge in definition.edges if _SETTLED.isdisjoint(_effects(edge))]
    found = {edge.to for edge in edges if not _DISPUTED.isdisjoint(_effects(edge)) and edge.to is not None}
    while True:
        more = {
            state
            for edge in edges
            if not found.isdisjoint(edge.origin)
            for state in ((edge.to,) if edge.to is not None else edge.back_to)
        }
        if more <= found:
            return found
        found |= more


def _effects(edge: Edge) -> set[str]:
    return {effect.partition(":")[0] for effect in edge.effects}


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

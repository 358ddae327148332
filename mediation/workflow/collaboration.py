"""The sense of a definition's tasks and approvals: no task can be asked for that nobody can finish.

An approval that was agreed stands wherever the case goes, until a fact that it looked at changes; one that is still open
lapses where it does not live. Hence an edge may demand an approval only where it can be asked for, signed and asked for anew.
"""

from collections.abc import Iterator

from mediation.errors import Problem
from mediation.language import _, joined
from mediation.workflow.definition import By, Definition, Edge
from mediation.workflow.names import Placed

FINISHED_BY = {
    "approval": ("approve", "reject"),
    "part": ("answer",),
    "opinion": ("answer",),
    "promise": ("answer",),
    "instruction": ("answer",),
    "call": ("answer",),
    "copy": ("mark_read",),
}
"""Kind of task → the acts of which every state where it lives must know each; the turn is finished by leaving the state."""
_CLOCKED = ("part", "opinion", "promise", "instruction", "call")
_ASKED_BY = ("ask_approval", "resubmit")


def dead_tasks(definition: Definition, problem: Placed) -> Iterator[Problem]:
    """Kinds of task and approvals that could be asked for where nobody can finish them."""
    for kind, rule in definition.tasks.items():
        if kind in _CLOCKED and rule.limit is None:
            yield problem(_("要写 limit：没有期限的待办没有人催"), "tasks", kind)
        for verb in FINISHED_BY.get(kind, ()):
            if verb not in rule.verbs:
                message = _("verbs 里要有 {verb}，不然这一种待办没有人能办结").format(verb=verb)
                yield problem(message, "tasks", kind, "verbs")
        for verb in rule.verbs:
            yield from _missing_edge(definition, problem, kind, verb)
    for number, edge in enumerate(definition.edges):
        named = [kind for kind, rule in definition.tasks.items() if edge.trigger in rule.verbs]
        if is_about_a_task(edge) and not named:
            message = _("tasks 里没有一种待办允许 {verb}").format(verb=edge.trigger)
            yield problem(message, "edges", number, "guards")
        if is_about_a_task(edge) and "task_is_open" not in edge.guards:
            yield problem(_("有条件 task_allows 的边也要有 task_is_open"), "edges", number, "guards")
    for name in definition.approvals:
        yield from _dead_approval(definition, problem, name)
    yield from _demands(definition, problem)


def is_about_a_task(edge: Edge) -> bool:
    """Whether the edge acts on a task of the case, and not on the case itself."""
    return "task_allows" in edge.guards


def _missing_edge(definition: Definition, problem: Placed, kind: str, verb: str) -> Iterator[Problem]:
    """What a kind allows but no edge does; what finishes it must be there in every state where it lives."""
    edges = [edge for edge in definition.edges if edge.trigger == verb and is_about_a_task(edge)]
    if not edges:
        message = _("没有一条 {verb} 的边带条件 task_allows").format(verb=verb)
        yield problem(message, "tasks", kind, "verbs")
        return
    if verb not in FINISHED_BY.get(kind, ()):
        return
    for state in definition.tasks[kind].states:  # type: ignore[index]  # the kinds of FINISHED_BY are kinds of task
        here = [edge for edge in edges if state in edge.origin]
        if not any({"assignee", "any"} & set(_by(definition, edge).relation) for edge in here):
            message = _("在 {state} 待办的承办人不能办理 {verb}，这一种待办在那里没有人能办结")
            yield problem(message.format(state=state, verb=verb), "tasks", kind, "states")


def _dead_approval(definition: Definition, problem: Placed, name: str) -> Iterator[Problem]:
    """An approval lives where its tasks live, where it can be asked for, and where those who may sign can."""
    approval = definition.approvals[name]
    rule = definition.tasks.get("approval")
    if rule is None:
        yield problem(_("有 approvals 的流程要在 tasks 里写 approval"), "approvals", name)
        return
    for position, state in enumerate(approval.states):
        if state not in rule.states:
            message = _("会签的待办在 {state} 失效，审批不能在那里进行").format(state=state)
            yield problem(message, "approvals", name, "states", position)
        for verb in _ASKED_BY:
            if not any(edge.trigger == verb and state in edge.origin for edge in definition.edges):
                message = _("在 {state} 不能办理 {verb}").format(state=state, verb=verb)
                yield problem(message, "approvals", name, "states", position)
        for edge in definition.edges:
            if edge.trigger not in FINISHED_BY["approval"] or state not in edge.origin or edge.back_to:
                continue
            barred = sorted(set(approval.signers.posts) - set(_by(definition, edge).posts))
            if barred:
                message = _("{posts} 可以是会签人，却不能在 {state} 办理 {verb}")
                message = message.format(posts=joined(barred), state=state, verb=edge.trigger)
                yield problem(message, "approvals", name, "signers", "posts")


def _demands(definition: Definition, problem: Placed) -> Iterator[Problem]:
    for number, edge in enumerate(definition.edges):
        for key in ("approvals", "approvals_if_asked"):
            for position, name in enumerate(getattr(edge, key)):
                absent = [state for state in edge.origin if state not in definition.approvals[name].states]
                if absent:
                    message = _("在 {states} 不能送审 {name}，事实变了就再也办不成这一步")
                    message = message.format(states=joined(absent), name=name)
                    yield problem(message, "edges", number, key, position)


def _by(definition: Definition, edge: Edge) -> By:
    return edge.by or definition.triggers[edge.trigger].by

"""The legality matrix: each act × kind of task × state of a definition, allowed or refused with its reason.

It is read from the definition alone: an allowed cell says who may act and what is demanded besides, a refused one why no case
whatsoever could do it. The engine decides by the same definition; tests hold the two against each other in every cell.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import get_args

from mediation.language import _, joined
from mediation.workflow.collaboration import is_about_a_task
from mediation.workflow.definition import Definition, Edge, TaskKind, split_condition
from mediation.workflow.engine import guards_on
from mediation.workflow.guards import CONDITIONS, GUARDS
from mediation.workflow.guards.tasks import KIND_TITLES, is_personal
from mediation.workflow.vocabulary import STANDARD, Vocabulary

OVER = "办结以后不再办理任何操作"
NOT_HERE = "这个状态没有这项操作"
TASK_WANTED = "要写明是哪一项待办，见下面各种待办的表"
NOT_FOR_TASKS = "这项操作不针对待办"
NO_SUCH_KIND = "本流程没有这一种待办"
KIND_FORBIDS = "这一种待办不能这样办"
KIND_LAPSED = "这一种待办在这个状态已经失效"
PERSONAL_TURN = "这一步只能由本案调解员或者首问责任人办理，不能转给别人"


@dataclass(frozen=True, slots=True)
class Cell:
    """An act in a state, on a task of a kind, or on the case where no task is named.

    `why_not` is empty where the act is allowed; `edges` are then those that it may take.
    """

    trigger: str
    kind: TaskKind | None
    state: str
    why_not: str
    edges: tuple[Edge, ...] = ()

    @property
    def allowed(self) -> bool:
        return not self.why_not


def cells(definition: Definition) -> Iterator[Cell]:
    """Every cell, by kind of task, act and state, in the order of the definition."""
    kinds: list[TaskKind | None] = [None]
    kinds += get_args(TaskKind)
    for kind, trigger, state in product(kinds, definition.triggers, definition.states):
        yield cell(definition, trigger, kind, state)


def cell(definition: Definition, trigger: str, kind: TaskKind | None, state: str) -> Cell:
    """One cell of the matrix."""
    edges = [edge for edge in definition.edges if edge.trigger == trigger]
    here = [edge for edge in edges if state in edge.origin]
    if definition.states[state].final:
        return Cell(trigger, kind, state, OVER)
    if kind is None:
        return _on_the_case(definition, trigger, state, here)
    rule = definition.tasks.get(kind)
    fitting = tuple(edge for edge in here if is_about_a_task(edge))
    why_not = ""
    if not any(is_about_a_task(edge) for edge in edges):
        why_not = NOT_FOR_TASKS
    elif rule is None:
        why_not = NO_SUCH_KIND
    elif trigger not in rule.verbs:
        why_not = KIND_FORBIDS
    elif state not in rule.states:
        why_not = KIND_LAPSED
    elif not fitting:
        why_not = NOT_HERE
    elif kind == "turn" and _moves_a_personal_turn(definition, state, fitting):
        why_not = PERSONAL_TURN
    return Cell(trigger, kind, state, why_not, () if why_not else fitting)


def publish(definition: Definition, vocabulary: Vocabulary = STANDARD) -> str:
    """The matrix as a page: one table for the case, one for each kind of task, reasons and demands as numbered notes."""
    page = _Page(definition, vocabulary)
    tables = [page.table(_("对案件本身（不写明待办）"), None, _on_cases(definition))]
    for kind in definition.tasks:
        title = _("对待办：{kind}").format(kind=definition.tasks[kind].title or _(KIND_TITLES[kind]))
        tables.append(page.table(title, kind, _on_tasks(definition)))
    head = _(
        "# 合法性矩阵：{title}（{name} 第{version}版）\n\n"
        "每一格是一项操作在一个状态能不能办：○ 可以，后面的数字是由谁办、要什么条件；✕ 不可以，后面的数字是理由。"
        "由流程定义生成，不要手改：`mediation workflow matrix {name}`。\n"
    ).format(title=definition.title, name=definition.name, version=definition.version)
    return "\n".join([head, *tables, page.notes()])


def _on_the_case(definition: Definition, trigger: str, state: str, here: list[Edge]) -> Cell:
    """Without a task: an act that may leave the task out means the turn, or the case itself."""
    free = tuple(edge for edge in here if "task_named" not in edge.guards)
    if free and _moves_a_personal_turn(definition, state, free):
        return Cell(trigger, None, state, PERSONAL_TURN)
    if free:
        return Cell(trigger, None, state, "", free)
    return Cell(trigger, None, state, TASK_WANTED if here else NOT_HERE)


def _moves_a_personal_turn(definition: Definition, state: str, edges: tuple[Edge, ...]) -> bool:
    return is_personal(definition.states[state]) and all(
        "turn_may_change_hands" in edge.guards for edge in edges
    )


def _on_cases(definition: Definition) -> list[str]:
    free = {edge.trigger for edge in definition.edges if "task_named" not in edge.guards}
    return [name for name in definition.triggers if name in free]


def _on_tasks(definition: Definition) -> list[str]:
    named = {edge.trigger for edge in definition.edges if is_about_a_task(edge)}
    return [name for name in definition.triggers if name in named]


class _Page:
    """The tables of one definition, and the notes that their cells point to."""

    def __init__(self, definition: Definition, vocabulary: Vocabulary) -> None:
        self._definition = definition
        self._vocabulary = vocabulary
        self._demands: dict[str, int] = {}
        self._reasons: dict[str, int] = {}

    def table(self, title: str, kind: TaskKind | None, triggers: list[str]) -> str:
        states = self._definition.states
        rows = [
            f"| {_('操作')} | " + " | ".join(state.title for state in states.values()) + " |",
            "|---" * (len(states) + 1) + "|",
        ]
        for trigger in triggers:
            found = (cell(self._definition, trigger, kind, state) for state in states)
            marks = " | ".join(self._mark(one) for one in found)
            rows.append(f"| {self._definition.triggers[trigger].title} `{trigger}` | {marks} |")
        return "\n".join([f"## {title}", "", *rows, ""])

    def notes(self) -> str:
        lines = ["## " + _("✕ 不可以的理由"), ""]
        lines += [f"{number}. {text}" for text, number in self._reasons.items()]
        lines += ["", "## " + _("○ 可以的，由谁办、要什么条件"), ""]
        lines += [f"{number}. {text}" for text, number in self._demands.items()]
        return "\n".join(lines) + "\n"

    def _mark(self, one: Cell) -> str:
        if one.allowed:
            text = _("；或者：").join(self._demand(edge, one.state) for edge in one.edges)
            return f"○{_number(self._demands, text)}"
        return f"✕{_number(self._reasons, _(one.why_not))}"

    def _demand(self, edge: Edge, state: str) -> str:
        """Where the edge leads, who may take it, and what is demanded, as one line."""
        definition, words = self._definition, self._vocabulary
        by = edge.by or definition.triggers[edge.trigger].by
        posts = joined(_(words.posts.get(name, name)) for name in by.posts)
        relations = _("或").join(_(words.relations.get(name, name)) for name in by.relation)
        parts = [
            _whither(definition, edge, state),
            _("由{posts}（{relations}）").format(posts=posts, relations=relations),
        ]
        when = [_word(literal) for literal in edge.when]
        if when:
            parts.append(_("仅当{when}").format(when=joined(when)))
        approvals = [*edge.approvals, *edge.approvals_if_asked]
        if approvals:
            titles = joined(definition.approvals[name].title for name in approvals)
            parts.append(_("审批：{titles}").format(titles=titles))
        demands = [_(GUARDS[name].about).rstrip("。") for name in guards_on(edge)]
        if demands:
            parts.append(_("要求：{demands}").format(demands=joined(demands, "；")))
        return _("。").join(parts)


def _whither(definition: Definition, edge: Edge, state: str) -> str:
    states = definition.states
    if edge.into is not None:
        return _("转到流程 {workflow} 的 {state}").format(workflow=edge.into.workflow, state=edge.into.state)
    if edge.back_to:
        titles = joined(states[name].title for name in edge.back_to if name != state)
        return _("退到经过的一步：{titles}").format(titles=titles)
    return _("留在原状态") if edge.to is None else _("到「{state}」").format(state=states[edge.to].title)


def _word(literal: str) -> str:
    name, wanted = split_condition(literal)
    return _(CONDITIONS[name].title if wanted else CONDITIONS[name].opposite)


def _number(notes: dict[str, int], text: str) -> int:
    return notes.setdefault(text, len(notes) + 1)

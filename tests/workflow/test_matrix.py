"""The matrix says of every cell what the engine does, and its published pages are fresh."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest

from mediation.errors import TransitionNotAllowed, TransitionRefused
from mediation.workflow.definition import Definition, split_condition
from mediation.workflow.engine import Engine
from mediation.workflow.facts import Facts, TaskFacts
from mediation.workflow.loader import load_definitions
from mediation.workflow.matrix import (
    KIND_FORBIDS,
    KIND_LAPSED,
    NO_SUCH_KIND,
    NOT_FOR_TASKS,
    NOT_HERE,
    OVER,
    PERSONAL_TURN,
    TASK_WANTED,
    Cell,
    cells,
)
from tests.workflow import matrices
from tests.workflow.stand import CASE, EVERYBODY

DEFINITIONS = load_definitions()
PUBLISHED = matrices.published()
OF_SITES = [
    definition for definition, _words in PUBLISHED.values() if definition.name not in DEFINITIONS.names
]
ALL = [definition for several in DEFINITIONS.versions.values() for definition in several] + OF_SITES
ANSWERS: dict[str, list[dict[str, object]]] = {
    "accepted": [{"accepted": True}, {"accepted": False}],
    "conferred": [{"conferences": 0}, {"conferences": 1}],
    "talks_begun": [{"sessions": 0}, {"sessions": 1}],
    "agreement_in_force": [{"in_force": True}, {"in_force": False}],
}
"""Condition of the case → facts for either answer."""
REFUSED_BY = {
    KIND_FORBIDS: "task_allows",
    KIND_LAPSED: "task_allows",
    NO_SUCH_KIND: "task_allows",
    PERSONAL_TURN: "turn_may_change_hands",
    TASK_WANTED: "task_named",
}


def tried(engine: Engine, cell: Cell, facts: Facts) -> set[str] | None:
    """The guards that refuse the act of a cell; none at all: the state does not know it."""
    try:
        engine.decide(cell.state, cell.trigger, EVERYBODY, facts)
    except TransitionRefused as refusal:
        return {reason.guard for reason in refusal.reasons}
    except TransitionNotAllowed:
        return None
    return set()


def cases_of(definition: Definition) -> list[Facts]:
    """The case in every way that the conditions of the definition tell apart."""
    words = {split_condition(literal)[0] for edge in definition.edges for literal in edge.when}
    answers = [ANSWERS[word] for word in sorted(words & set(ANSWERS))]
    return [
        replace(
            CASE,
            visited=tuple(definition.states),
            **{key: value for one in several for key, value in one.items()},
        )
        for several in product(*answers)
    ]


def facts_of(definition: Definition, cell: Cell, cases: list[Facts]) -> Iterator[Facts]:
    """A case in which the actor has an open task of the cell's kind; one for each way that the act may be meant."""
    tasks: list[TaskFacts | None] = (
        [TaskFacts(3, cell.kind, mine=True, asked_by_me=True)] if cell.kind else []
    )
    if cell.kind is None and (cell.allowed or cell.why_not == PERSONAL_TURN):
        tasks.append(TaskFacts(2, "turn", mine=True, asked_by_me=True))
    if cell.kind is None and cell.why_not != PERSONAL_TURN:
        tasks.append(None)
    acts: list[dict[str, object]] = [{"task": 3}] if cell.kind is not None else [{}]
    if any(edge.back_to for edge in cell.edges):
        acts.append({**acts[0], "to": next(iter(cell.edges[-1].back_to))})
    if cell.kind is None:
        acts += [{"approval": name} for name in definition.approvals]
    for one, act, task in product(cases, acts, tasks):
        yield replace(one, state=cell.state, task=task, act=act)


@pytest.mark.parametrize("definition", ALL, ids=lambda one: f"{one.name}-v{one.version}")
def test_matrix_agrees_with_the_engine_in_every_cell(definition):
    engine = Engine(definition)
    cases = cases_of(definition)
    assert [one for one in cells(definition) if not agrees(engine, one, cases)] == []


def agrees(engine: Engine, cell: Cell, cases: list[Facts]) -> bool:
    """Whether the engine does what the cell says."""
    definition = engine.definition
    structural = {"task_allows", "task_named", "turn_may_change_hands"}
    if cell.why_not == NOT_FOR_TASKS:
        # More than half of all cells, and the answers decide nothing: one case is enough to see that there is one.
        tried(engine, cell, next(facts_of(definition, cell, cases)))
        edges = [edge for edge in definition.edges if edge.trigger == cell.trigger]
        return not any("task_allows" in edge.guards for edge in edges)
    found = (tried(engine, cell, facts) for facts in facts_of(definition, cell, cases))
    if cell.allowed:
        return any(guards is not None and not guards & structural for guards in found)
    if cell.why_not in (OVER, NOT_HERE):
        return all(guards is None for guards in found)
    return all(guards is None or REFUSED_BY[cell.why_not] in guards for guards in found)


def test_matrix_has_a_cell_for_every_act_kind_and_state():
    ordinary = DEFINITIONS.newest("ordinary")
    found = [(cell.trigger, cell.kind, cell.state) for cell in cells(ordinary)]
    assert len(found) == len(set(found)) == len(ordinary.triggers) * len(ordinary.states) * 9


@pytest.mark.parametrize("name", PUBLISHED)
def test_matrix_in_docs_is_what_the_definition_says(name):
    assert (matrices.FOLDER / name).read_text("utf-8") == matrices.pages()[name]


def test_every_published_matrix_is_one_of_a_definition():
    assert (
        {path.name for path in matrices.FOLDER.iterdir()}
        == set(PUBLISHED)
        > {"ordinary.md", "dulan-council.md"}
    )

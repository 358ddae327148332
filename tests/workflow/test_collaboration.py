"""Tasks, approvals and steps back of definitions: planted faults are found, and whatever is accepted leaves nobody stuck."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediation.errors import NotPermitted, TransitionRefused
from mediation.reading import Lines
from mediation.workflow.checks import Source, find_problems
from mediation.workflow.collaboration import FINISHED_BY
from mediation.workflow.definition import Definition
from mediation.workflow.engine import Engine
from mediation.workflow.facts import ActorFacts, ApprovalFacts, Facts, TaskFacts
from mediation.workflow.loader import Definitions
from mediation.workflow.vocabulary import STANDARD
from tests.workflow.drafts import SMALL, loaded, troubles
from tests.workflow.stand import EVERYBODY

TRIGGERS = """\
  ask_approval: {title: 送审, by: {posts: [mediator]}}
  resubmit: {title: 再送审, by: {posts: [mediator]}}
  approve: {title: 同意, by: {posts: [mediator, unit_leader], relation: [assignee]}}
  reject: {title: 驳回, by: {posts: [mediator, unit_leader], relation: [assignee]}}
  mark_read: {title: 已阅, by: {posts: [mediator], relation: [assignee]}}
edges:
"""
COLLABORATION = """\
  - {trigger: ask_approval, from: [talking], guards: [approval_may_be_asked]}
  - {trigger: resubmit, from: [talking], guards: [something_to_resubmit]}
  - {trigger: approve, from: [talking], guards: [task_allows, task_is_open]}
  - {trigger: reject, from: [talking], guards: [task_allows, task_is_open]}
  - {trigger: mark_read, from: [any], guards: [task_allows, task_is_open]}
approvals:
  review:
    title: 审核
    rule: all
    looks_at: [clauses]
    states: [talking]
    signers: {posts: [unit_leader], relation: [any]}
    limit: {days: 3, article: 部署单位规定}
tasks:
  approval: {title: 会签, verbs: [approve, reject], states: [talking]}
  copy: {title: 抄送件, verbs: [mark_read], states: [any]}
"""
FINISH = "  - {trigger: finish, from: [talking], to: done, guards: [record_made], "
WHOLE = SMALL.replace("edges:\n", TRIGGERS).replace(FINISH, FINISH + "approvals: [review], ") + COLLABORATION


def spoiled(*changes: tuple[str, str]) -> str:
    text = WHOLE
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def test_definition_with_tasks_and_approvals_is_sound(tmp_path):
    assert isinstance(loaded(tmp_path, {"small/v1.yaml": WHOLE}), Definitions)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("looks_at: [clauses]", "looks_at: [moon]"), "approvals.review.looks_at[0]: 没有事实 moon"),
        (("    states: [talking]\n", "    states: [moon]\n"), "approvals.review.states[0]: 没有状态 moon"),
        (("posts: [unit_leader], relation: [any]", "posts: [king]"), "approvals.review.signers.posts[0]: 没有岗位 king"),
        (("limit: {days: 3, article: 部署单位规定}", "limit: {days: 3, article: 部署单位规定, on_miss: sing}"),
         "approvals.review.limit.on_miss: 没有登记过的后果 sing"),
        (("verbs: [approve, reject]", "verbs: [approve, reject, fly]"), "tasks.approval.verbs[2]: 没有操作 fly"),
        (("approvals: [review]", "approvals: [moon]"), "edges[3].approvals[0]: 没有审批 moon"),
        (("verbs: [mark_read]", "verbs: []"), "tasks.copy.verbs: verbs 里要有 mark_read，不然这一种待办没有人能办结"),
        (("trigger: mark_read, from: [any]", "trigger: mark_read, from: [talking]"),
         "tasks.copy.states: 在 registered 待办的承办人不能办理 mark_read，这一种待办在那里没有人能办结"),
        (("mark_read, from: [any], guards: [task_allows, task_is_open]", "mark_read, from: [any]"),
         "tasks.copy.verbs: 没有一条 mark_read 的边带条件 task_allows"),
        (("mark_read: {title: 已阅, by: {posts: [mediator], relation: [assignee]}}", "mark_read: {title: 已阅, by: {posts: [mediator]}}"),
         "tasks.copy.states: 在 registered 待办的承办人不能办理 mark_read，这一种待办在那里没有人能办结"),
        (("copy: {title: 抄送件, verbs: [mark_read], states: [any]}", "part: {title: 分办, verbs: [answer], states: [any]}"),
         "tasks.part.verbs[0]: 没有操作 answer"),
        (("posts: [unit_leader], relation: [any]", "posts: [archivist], relation: [any]"),
         "approvals.review.signers.posts: archivist 可以是会签人，却不能在 talking 办理 approve"),
        (("trigger: resubmit, from: [talking]", "trigger: resubmit, from: [registered]"),
         "approvals.review.states[0]: 在 talking 不能办理 resubmit"),
        (("    states: [talking]\n", "    states: [registered, talking]\n"),
         "approvals.review.states[0]: 会签的待办在 registered 失效，审批不能在那里进行"),
        (("  approval: {title: 会签, verbs: [approve, reject], states: [talking]}\n", ""),
         "approvals.review: 有 approvals 的流程要在 tasks 里写 approval"),
        (("begin, from: [registered], to: talking", "begin, from: [registered], to: talking, approvals_if_asked: [review]"),
         "edges[0].approvals_if_asked[0]: 在 registered 不能送审 review，事实变了就再也办不成这一步"),
        (("mark_read, from: [any], guards: [task_allows, task_is_open]", "mark_read, from: [any], guards: [task_allows]"),
         "edges[8].guards: 有条件 task_allows 的边也要有 task_is_open"),
        (("note, from: [registered, talking]", "note, from: [registered, talking], guards: [task_allows, task_is_open]"),
         "edges[1].guards: tasks 里没有一种待办允许 note"),
        (("note, from: [registered, talking]", "note, from: [talking], back_to: [registered]"),
         "edges[1].back_to[0]: 不能退回受理登记阶段"),
        (("note, from: [registered, talking]", "note, from: [talking], back_to: [done]"), "edges[1].back_to[0]: 不能退到终结状态"),
        (("note, from: [registered, talking]", "note, from: [talking], back_to: [talking]"), "edges[1].back_to[0]: 不能退到原状态"),
        (("note, from: [registered, talking]", "note, from: [registered], back_to: [talking]"),
         "edges[1].back_to[0]: 从 registered 退不到 talking：到 registered 以前走不到它"),
        (("note, from: [registered, talking]", "note, from: [talking], to: done, back_to: [talking]"),
         "edges[1].back_to: to、into、back_to 只能写一个"),
    ],
)  # fmt: skip
def test_dead_task_or_step_to_nowhere_is_refused(tmp_path, change, expected):
    found = [line.partition(" ")[2] for line in troubles(tmp_path, spoiled(change))]
    assert expected in found


AWAY = """\
  - {trigger: reject, from: [talking], back_to: [registered], by: {posts: [archivist]}, when: [goes_back]}
"""


ELSEWHERE = """\
  - {trigger: reject, from: [registered], by: {posts: [mediator], relation: [assignee]}, guards: [task_allows, task_is_open]}
"""


@pytest.mark.parametrize(
    "change",
    [
        ("posts: [mediator], relation: [assignee]}}\nedges", "posts: [mediator], relation: [any]}}\nedges"),
        ("  copy: {title: 抄送件", "  turn: {title: 主办, verbs: [mark_read], states: [any]}\n  copy: {title: 抄送件"),
        # what is refused in another state bars nobody from signing in this one
        ("  - {trigger: mark_read, from", ELSEWHERE + "  - {trigger: mark_read, from"),
        # a step back of those who may sign nothing bars nobody from signing
        ("  - {trigger: mark_read, from", AWAY + "  - {trigger: mark_read, from"),
    ],
)  # fmt: skip
def test_what_only_looks_like_a_dead_task_is_accepted(tmp_path, change):
    text = spoiled(change)
    if "goes_back" in text:
        text = text.replace(
            "trigger: reject, from: [talking], guards",
            "trigger: reject, from: [talking], when: [not goes_back], guards",
        )
    found = loaded(tmp_path, {"small/v1.yaml": text})
    told = [] if isinstance(found, Definitions) else [str(one) for one in found]
    assert [line for line in told if "tasks" in line or "approvals" in line] == []


def test_kind_without_a_limit_is_refused(tmp_path):
    part = "part: {title: 分办, verbs: [mark_read], states: [talking]}"
    found = troubles(tmp_path, spoiled(("copy: {title: 抄送件, verbs: [mark_read], states: [any]}", part)))
    assert [line.partition(" ")[2] for line in found] == [
        "tasks.part: 要写 limit：没有期限的待办没有人催",
        "tasks.part.verbs: verbs 里要有 answer，不然这一种待办没有人能办结",
    ]


NAMES = ("a", "b", "c", "d", "e")
OWNED = {"task": "办", "owner": {"relation": "holder"}, "limit": {"days": 1, "article": "部署单位规定"}}
ON_TASK = ("task_allows", "task_is_open")
somewhere = st.lists(st.sampled_from(NAMES[:4]), min_size=1, max_size=4, unique=True).map(tuple)
nearly_everywhere = st.integers(0, 9).flatmap(lambda n: somewhere if n == 0 else st.just(NAMES[:4]))


@st.composite
def drawn(draw: st.DrawFn) -> Definition:
    """States a to e, a way from each to the next and random others, steps back, one approval, opinions and copies."""
    by, own = {"posts": ("mediator",)}, {"posts": ("mediator",), "relation": ("assignee",)}
    triggers = {
        name: {"title": "做", "by": own if name in {"approve", "reject", "answer", "mark_read"} else by}
        for name in ("on", "back", "ask_approval", "resubmit", "approve", "reject", "answer", "mark_read")
    }
    ways = [
        {"trigger": f"go{n}", "from": (first,), "to": last} for n, (first, last) in enumerate(draw(arrows))
    ]
    triggers |= {way["trigger"]: {"title": "走", "by": by} for way in ways}
    demanded = draw(st.sampled_from([(), ("review",)]))
    onward = [{"trigger": "on", "from": (first,), "to": last} for first, last in pairwise(NAMES)]
    for edge in draw(st.lists(st.sampled_from(onward), max_size=2)):
        edge["approvals"] = demanded
    if draw(st.integers(0, 3)) == 0:
        onward.pop(draw(st.integers(0, 3)))
    targets = draw(somewhere)
    origins = tuple(name for name in draw(somewhere) if (name,) != targets) or ("d",)
    back = [{"trigger": "back", "from": origins, "back_to": targets}]
    verbs = [
        {"trigger": name, "from": draw(nearly_everywhere), "guards": ON_TASK}
        for name in ("approve", "reject", "answer", "mark_read")
    ]
    asks = [{"trigger": name, "from": draw(nearly_everywhere)} for name in ("ask_approval", "resubmit")]
    limit = {"days": 1, "article": "部署单位规定"}
    tasks = {
        "approval": {"title": "会签", "verbs": ("approve", "reject"), "states": draw(nearly_everywhere)},
        "opinion": {"title": "意见", "verbs": ("answer",), "states": draw(somewhere), "limit": limit},
        "copy": {"title": "抄送", "verbs": ("mark_read",), "states": draw(somewhere)},
    }
    review = {
        "title": "审核", "rule": "all", "looks_at": ("clauses",), "states": draw(nearly_everywhere),
        "signers": {"posts": ("mediator",)}, "limit": limit,
    }  # fmt: skip
    states = {
        name: {"title": name, "phase": "closure", **({"final": True} if name == "e" else OWNED)}
        for name in NAMES
    }
    return Definition.model_validate(
        {
            "name": "drawn", "title": "随机", "version": 1, "initial": "a", "states": states, "triggers": triggers,
            "edges": (*onward, *ways, *back, *verbs, *asks), "approvals": {"review": review}, "tasks": tasks,
        }
    )  # fmt: skip


arrows = st.lists(
    st.tuples(st.sampled_from(NAMES[:4]), st.sampled_from(NAMES)).filter(lambda one: one[0] != one[1]),
    max_size=3,
)
MINE = ActorFacts("甲", EVERYBODY.posts, frozenset({"assignee"}))


def finishes(engine: Engine, kind: str, state: str) -> bool:
    """Whether whoever has an open task of the kind there can finish it."""
    facts = Facts(state=state, task=TaskFacts(1, kind, mine=True), act={"task": 1})
    for verb in FINISHED_BY[kind]:
        if verb not in engine.triggers_from(state):
            continue
        try:
            engine.decide(state, verb, MINE, facts)
        except (NotPermitted, TransitionRefused):
            continue
        return True
    return False


def assert_an_end_is_near(engine: Engine) -> None:
    """From wherever a case can be, with whatever it went through, an end can be reached."""
    start = (engine.definition.initial, frozenset({engine.definition.initial}))
    steps: dict[tuple[str, frozenset[str]], set[tuple[str, frozenset[str]]]] = {}
    waiting = [start]
    while waiting:
        here = waiting.pop()
        if here in steps:
            continue
        steps[here] = set()
        state, visited = here
        for trigger in engine.triggers_from(state):
            for to in (None, *visited):
                facts = Facts(
                    state=state,
                    visited=tuple(visited),
                    task=TaskFacts(mine=True, kind="copy"),
                    act={"to": to, "task": 1},
                    approvals={"review": ApprovalFacts("agreed")},
                )
                try:
                    move = engine.decide(state, trigger, EVERYBODY, facts)
                except TransitionRefused:
                    continue
                steps[here].add((move.to_state, visited | {move.to_state}))
        waiting += steps[here]
    ending = {node for node in steps if engine.state(node[0]).final}
    while more := {node for node, ways in steps.items() if node not in ending and ways & ending}:
        ending |= more
    assert set(steps) == ending


@settings(deadline=None, max_examples=400)
@given(definition=drawn())
def test_accepted_definitions_leave_no_dead_task_and_no_trap(definition: Definition):
    if find_problems([Source(definition, Lines(), "x")], STANDARD):
        return
    engine = Engine(definition)
    dead = [
        (kind, state)
        for kind, rule in definition.tasks.items()
        for state in rule.states
        if not finishes(engine, kind, state)
    ]
    assert dead == []
    for edge in definition.edges:
        for state in edge.origin if edge.approvals else ():
            assert {"ask_approval", "resubmit", "approve", "reject"} <= set(engine.triggers_from(state))
    assert_an_end_is_near(engine)

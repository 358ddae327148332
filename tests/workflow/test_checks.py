"""Planted faults of sense, each found at its line, with the path that shows it."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediation.errors import Problem
from mediation.reading import Lines
from mediation.workflow.checks import GATES, Source, find_problems
from mediation.workflow.definition import Definition
from mediation.workflow.guards import GUARDS
from mediation.workflow.loader import Definitions, load_folders
from mediation.workflow.vocabulary import STANDARD
from tests.workflow.drafts import SMALL, loaded, put, spoiled, troubles

STATES = "registered、talking、done"
FINISH = "  - {trigger: finish, from: [talking], to: done, guards: [record_made], effects: [close_case]}\n"
REFUSE = "from: [registered, talking], to: done, guards: [refuser_named]"
WAITING = """\
  waiting:
    title: 等待
    phase: closure
    task: 等
    owner: {relation: holder}
    limit: {days: 1, article: 部署单位规定}
"""


def test_unknown_words_are_each_found_at_their_place(tmp_path):
    text = spoiled(
        ("initial: registered", "initial: regis"),
        ("on_miss: remind_owner", "on_miss: remind_nobody"),
        ("begin: {title: 开始, by: {posts: [mediator]}}", "begin: {title: 开始, by: {posts: [king]}}"),
        ("from: [registered], to: talking", "from: [begun], to: talk"),
        ("{trigger: note,", "{trigger: write,"),
        (
            "guards: [record_made], effects: [close_case]",
            'when: [rich], guards: [record_mad], effects: [close, end, "end:won", "owe_paper:poem", "close_case:x"]',
        ),
    )
    assert troubles(tmp_path, text) == [
        f":4 initial: 没有状态 regis；现有状态：{STATES}",
        f":28 edges[0].from[0]: 没有状态 begun；现有状态：{STATES}",
        f":28 edges[0].to: 没有状态 talk；现有状态：{STATES}",
        ":29 edges[1].trigger: triggers 里没有操作 write",
        ":31 edges[3].guards[0]: 没有登记过的条件 record_mad；是不是 record_made",
        ":31 edges[3].when[0]: 没有登记过的选择条件 rich",
        ":31 edges[3].effects[0]: 没有登记过的后果 close；是不是 close_case",
        ":31 edges[3].effects[1]: 后果 end 要写成 end:…",
        ":31 edges[3].effects[2]: 没有登记过的结果 won",
        ":31 edges[3].effects[3]: 没有登记过的文书 poem",
        ":31 edges[3].effects[4]: 后果 close_case 不带冒号后的内容",
        ":23 triggers.begin.by.posts[0]: 没有登记过的岗位 king",
        ":11 states.registered.limit.on_miss: 没有登记过的后果 remind_nobody；是不是 remind_assignee、remind_owner",
        ":24 triggers.note: 没有一条边用到这项操作",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            [("  done:\n", WAITING + "  done:\n"), ("from: [talking], to: done", "from: [talking], to: waiting")],
            [":18 states.waiting: 走到这里就出不去了，没有路通向终结状态：registered –begin→ talking –finish→ waiting"],
        ),
        (
            [
                ("  done:\n", WAITING + "  done:\n"),
                ("from: [talking], to: done", "from: [talking], to: waiting"),
                ("from: [registered, talking]}", "from: [waiting], to: talking}"),
                (REFUSE, "from: [talking], to: waiting, guards: [refuser_named]"),
            ],
            [
                ":6 states.registered: 走到这里就出不去了，没有路通向终结状态：registered",
                ":12 states.talking: 走到这里就出不去了，没有路通向终结状态：registered –begin→ talking",
                ":18 states.waiting: 走到这里就出不去了，没有路通向终结状态：registered –begin→ talking –refuse→ waiting",
                ":24 states.done: 从起始状态走不到这个状态",
            ],
        ),
        (
            [("from: [registered], to: talking", "from: [registered], to: done")],
            [":12 states.talking: 从起始状态走不到这个状态"],
        ),
        (
            [
                (REFUSE, "from: [registered, talking], to: done, when: [accepted], guards: [refuser_named]"),
                ("from: [talking], to: done", "from: [talking], to: done, when: [accepted]"),
            ],
            [":12 states.talking: 尚未受理时，在这个状态没有可走的路：registered –begin→ talking"],
        ),
        (
            [
                (REFUSE, "from: [registered, talking], to: done, when: [not accepted], guards: [refuser_named]"),
                ("from: [talking], to: done", "from: [talking], to: done, when: [not accepted]"),
            ],
            [":12 states.talking: 已受理时，在这个状态没有可走的路：registered –begin→ talking"],
        ),
    ],
    ids=["trap", "cycle without end", "unreachable", "stuck on a condition", "stuck on its opposite"],
)  # fmt: skip
def test_unsound_definition_is_shown_by_a_shortest_path(tmp_path, changes, expected):
    assert troubles(tmp_path, spoiled(*changes)) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([("    task: 调解\n", "")], [":12 states.talking: 案件会在这个状态等待，要写明 task（办什么）"]),
        ([("    owner: {relation: mediator}\n", "")], [":12 states.talking: 案件会在这个状态等待，要写明 owner（由谁办）"]),
        ([("    limit: {days: 30, article: 部署单位规定}\n", "")], [":12 states.talking: 案件会在这个状态等待，要写明 limit（何时前办完）"]),
        ([("    final: true\n", "    final: true\n    task: 看\n")], [":22 states.done.task: 终结状态不等待任何人，不要写 task"]),
        ([("from: [registered, talking]}", "from: [registered, done]}")], [":29 edges[1].from[1]: 终结状态 done 不能再办理任何操作"]),
        ([("from: [talking], to: done", "from: [talking], to: registered")], [":31 edges[3].to: 不能从 talking 退回受理登记阶段"]),
        ([("from: [talking], to: done", "from: [talking], to: talking")], [":31 edges[3].to: 留在原状态的操作不要写 to"]),
        ([("guards: [record_made]", "guards: [record_made, record_made]")], [":31 edges[3].guards: record_made 写了不止一次"]),
        ([("from: [registered, talking]}", "from: [registered, registered]}")], [":29 edges[1].from: registered 写了不止一次"]),
        ([("from: [talking], to: done", "from: [talking], to: done, when: [accepted, not accepted]")],
         [":31 edges[3].when: 条件自相矛盾，这条边永远走不到"]),
        ([("effects: [close_case]", "effects: [climb]")], [":31 edges[3]: 有后果 climb 的边要有条件 below_the_top"]),
        ([("effects: [close_case]", "effects: [in_force]")], [":31 edges[3]: 有后果 in_force 的边要有条件 everybody_signed或者oral_allowed"]),
        ([("effects: [close_case]", 'effects: ["end:terminated"]')], [":31 edges[3]: 有后果 end:terminated 的边要有条件 routes_named"]),
        ([("from: [registered], to: talking", "from: [registered], to: talking, effects: [start_mediation_limit]")],
         [f":28 edges[0]: 有后果 start_mediation_limit 的边要有条件 {guard}"
          for guard in ("nobody_refuses", "everybody_consents", "rights_told_to_all", "suited_to_mediation", "minors_have_guardians")]),
        ([(REFUSE, "from: [registered], to: done, guards: [refuser_named]")],
         [":12 states.talking: 调解阶段的每个状态都要让当事人能终止调解（人民调解法第23条）：缺一条带 end:party_refused 的边"]),
    ],
)  # fmt: skip
def test_senseless_definition_is_refused_at_its_line(tmp_path, changes, expected):
    assert troubles(tmp_path, spoiled(*changes)) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("from: [talking], to: done", "from: [talking], to: done, when: [accepted, accepted]"),
         ":31 edges[3].when: accepted 写了不止一次"),
        (("effects: [close_case]", "effects: [close_case, close_case]"), ":31 edges[3].effects: close_case 写了不止一次"),
        (("from: [registered, talking]}", "from: [talking], back_to: [registered, registered]}"),
         ":29 edges[1].back_to: registered 写了不止一次"),
        (("from: [talking], to: done", "from: [talking], to: done, approvals: [chief], approvals_if_asked: [chief]"),
         ":31 edges[3].approvals: chief 写了不止一次"),
        (("from: [registered], to: talking", "from: [registered], to: moon"),
         f":28 edges[0].to: 没有状态 moon；现有状态：{STATES}"),
        (("from: [registered, talking]}", "from: [talking], back_to: [moon, done]}"),
         ":29 edges[1].back_to[1]: 不能退到终结状态"),
    ],
)  # fmt: skip
def test_fault_is_told_among_those_that_come_with_it(tmp_path, change, expected):
    assert expected in troubles(tmp_path, spoiled(change))


def test_every_edge_that_may_fit_with_the_first_is_told(tmp_path):
    """The second excludes the first, the third does not."""
    first, second, third = (
        FINISH.replace("effects: [close_case]", f"when: [{when}]")
        for when in ("accepted", "not accepted", "conferred")
    )
    told = [one.partition("（")[0] for one in troubles(tmp_path, spoiled((FINISH, first + second + third)))]
    both = "从 talking 办理 finish 有两条边可能同时成立"
    assert told == [f":33 edges[5]: {both}", f":33 edges[5]: {both}"]


def test_what_the_act_itself_says_leaves_no_case_stuck(tmp_path):
    text = spoiled(
        (REFUSE, "from: [registered, talking], to: done, when: [goes_back], guards: [refuser_named]"),
        ("from: [talking], to: done", "from: [talking], to: done, when: [goes_back]"),
    )
    assert isinstance(loaded(tmp_path, {"small/v1.yaml": text}), Definitions)


def test_definition_without_a_final_state_is_refused(tmp_path):
    text = spoiled(("    final: true\n", ""))
    assert ":5 states: 没有终结状态（final: true）" in troubles(tmp_path, text)


def test_two_edges_that_may_both_fit_are_refused(tmp_path):
    twin = FINISH.replace("effects: [close_case]", "when: [accepted]")
    assert troubles(tmp_path, spoiled((FINISH, FINISH + twin))) == [
        (
            ":32 edges[4]: 从 talking 办理 finish 有两条边可能同时成立（另一条在第31行）；"
            "请在 when 里写上一对相反的条件，如 accepted 和 not accepted"
        )
    ]


def test_two_edges_that_exclude_each_other_are_sound(tmp_path):
    first = FINISH.replace("effects: [close_case]", "when: [not accepted]")
    second = FINISH.replace("effects: [close_case]", "when: [accepted]")
    assert isinstance(loaded(tmp_path, {"small/v1.yaml": spoiled((FINISH, first + second))}), Definitions)


LEAVE = FINISH.replace("to: done", "into: {workflow: other, state: talking}").replace("[close_case]", "[]")
OTHER = SMALL.replace("name: small", "name: other")


def test_leaving_into_another_definition_is_an_end(tmp_path):
    files = {"small/v1.yaml": spoiled((FINISH, LEAVE)), "other/v1.yaml": OTHER}
    assert isinstance(loaded(tmp_path, files), Definitions)


def test_state_entered_only_from_another_definition_is_reached(tmp_path):
    other = OTHER.replace("from: [registered], to: talking", "from: [registered], to: done")
    files = {"small/v1.yaml": spoiled((FINISH, LEAVE)), "other/v1.yaml": other}
    assert isinstance(loaded(tmp_path, files), Definitions)


@pytest.mark.parametrize(
    ("into", "expected"),
    [
        ("into: {workflow: moon, state: talking}", "edges[3].into.workflow: 没有流程 moon；现有流程：other、small"),
        ("into: {workflow: small, state: talking}", "edges[3].into.workflow: into 是转到别的流程；在本流程内请用 to"),
        ("into: {workflow: other, state: moon}",
         f"edges[3].into.state: 流程 other 没有状态 moon；现有状态：{STATES}"),
        ("into: {workflow: other, state: done}", "edges[3].into.state: 不能直接转到别的流程的终结状态"),
        ("to: done, into: {workflow: other, state: talking}", "edges[3].into: to 和 into 只能写一个"),
    ],
)  # fmt: skip
def test_leaving_into_nowhere_is_refused(tmp_path, into, expected):
    leave = LEAVE.replace("into: {workflow: other, state: talking}", into)
    found = loaded(tmp_path, {"small/v1.yaml": spoiled((FINISH, leave)), "other/v1.yaml": OTHER})
    assert isinstance(found, list)
    assert [str(problem) for problem in found] == [f"workflows/small/v1.yaml:31 {expected}"]


def test_leaving_leads_into_the_newest_version(tmp_path):
    """By number, not by the order of the files: v10.yaml stands before v2.yaml."""
    older = OTHER.replace("version: 1", "version: 2").replace("talking", "chatting")
    newest = OTHER.replace("version: 1", "version: 10")
    files = {"small/v1.yaml": spoiled((FINISH, LEAVE)), "other/v2.yaml": older, "other/v10.yaml": newest}
    assert isinstance(loaded(tmp_path, files), Definitions)


def test_leaving_into_what_cannot_be_read_hides_no_other_way(tmp_path):
    leave = LEAVE.replace("workflow: other", "workflow: broken") + LEAVE.replace(
        "workflow: other", "workflow: moon"
    )
    files = {"small/v1.yaml": spoiled((FINISH, leave)), "broken/v1.yaml": "name: broken\n"}
    found = loaded(tmp_path, files)
    assert isinstance(found, list)
    assert [
        problem.key
        for problem in found
        if problem.file == "workflows/small/v1.yaml" and "into" in problem.key
    ] == ["edges[4].into.workflow"]


def test_every_gate_names_guards_that_exist():
    assert {name for groups in GATES.values() for group in groups for name in group} - set(GUARDS) == set()


def test_every_gate_names_an_effect_that_exists():
    assert {effect.split(":")[0] for effect in GATES} - set(STANDARD.effects) == set()


def test_every_gate_is_in_the_page_about_definitions():
    page = (Path(__file__).parents[2] / "docs" / "workflows.md").read_text("utf-8")
    rows = [
        f"| `{effect}` | " + ", ".join(" or ".join(f"`{name}`" for name in group) for group in groups) + " |"
        for effect, groups in GATES.items()
    ]
    assert [row for row in rows if row not in page.splitlines()] == []


def test_own_words_come_in_as_a_vocabulary(tmp_path):
    text = spoiled(
        ("begin: {title: 开始, by: {posts: [mediator]}}", "begin: {title: 开始, by: {posts: [elder]}}"),
        ("effects: [close_case]", 'effects: ["owe_paper:poem", sing]'),
    )
    vocabulary = replace(
        STANDARD,
        posts={**STANDARD.posts, "elder": "寨老"},
        forms=STANDARD.forms | {"poem"},
        effects={**STANDARD.effects, "sing": None},
    )
    assert load_folders(put(tmp_path, {"small/v1.yaml": text}), vocabulary).names == ("small",)


NAMES = ("a", "b", "c", "d", "e")
OWNED = {"task": "办", "owner": {"relation": "holder"}, "limit": {"days": 1, "article": "部署单位规定"}}
steps = st.tuples(st.sampled_from(NAMES[:4]), st.sampled_from(NAMES))


def drawn(arrows: list[tuple[str, str]]) -> Definition:
    """States a to e, e final, one edge for each arrow with a trigger of its own."""
    by = {"posts": ("mediator",)}
    return Definition.model_validate(
        {
            "name": "drawn", "title": "随机", "version": 1, "initial": "a",
            "states": {
                name: {"title": name, "phase": "closure", **({"final": True} if name == "e" else OWNED)} for name in NAMES
            },
            "triggers": {f"go{n}": {"title": "走", "by": by} for n in range(len(arrows))},
            "edges": tuple(
                {"trigger": f"go{n}", "from": (origin,), "to": to} for n, (origin, to) in enumerate(arrows)
            ),
        }
    )  # fmt: skip


def closure(arrows: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Every pair of states with a way from one to the other, by plain multiplication of relations."""
    ways = arrows | {(name, name) for name in NAMES}
    while True:
        more = ways | {(first, last) for first, middle in ways for again, last in ways if middle == again}
        if more == ways:
            return ways
        ways = more


@settings(deadline=None, max_examples=200)
@given(arrows=st.lists(steps.filter(lambda step: step[0] != step[1]), min_size=1, max_size=9))
def test_soundness_agrees_with_plain_closure(arrows: list[tuple[str, str]]):
    ways = closure(set(arrows))
    expected = {
        f"states.{name}": "走不到" if ("a", name) not in ways else "出不去"
        for name in NAMES
        if ("a", name) not in ways or (name, "e") not in ways
    }
    problems: list[Problem] = find_problems([Source(drawn(arrows), Lines(), "x")], STANDARD)
    found = {
        problem.key: next(word for word in ("走不到", "出不去") if word in problem.message)
        for problem in problems
    }
    assert found == expected

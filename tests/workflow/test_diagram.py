"""A definition as Mermaid text."""

from mediation.workflow.definition import Definition
from mediation.workflow.diagram import draw
from mediation.workflow.loader import load_definitions, load_folders
from tests.workflow.drafts import SMALL, put, spoiled

DEFINITIONS = load_definitions()
DRAWN = """\
stateDiagram-v2
    %% 小流程 (small v1)
    direction TB
    state "受理登记" as phase_intake {
        state "已登记" as registered
    }
    state "调解" as phase_mediation {
        state "调解中" as talking
    }
    state "结案" as phase_closure {
        state "已结案" as done
    }
    [*] --> registered
    registered --> talking: 开始
    registered --> done: 拒绝
    talking --> done: 拒绝、办结
    note right of registered
        记事
    end note
    note right of talking
        记事
    end note
    done --> [*]
"""


def small(folder, text: str) -> Definition:
    return load_folders(put(folder, {"small/v1.yaml": text})).newest("small")


def test_diagram_groups_states_by_phase(tmp_path):
    assert draw(small(tmp_path, SMALL)) == DRAWN


def test_diagram_leaves_out_what_mermaid_would_read_as_signs(tmp_path):
    text = spoiled(("title: 调解中", "title: 'X调\"解:中;{}'"))
    assert draw(small(tmp_path, text)) == DRAWN.replace('"调解中"', '"X调解中"')


def test_diagram_tells_each_condition_of_a_way(tmp_path):
    definition = small(tmp_path, SMALL)
    begin, *others = definition.edges
    begin = begin.model_copy(update={"when": ("accepted", "not conferred")})
    drawn = draw(definition.model_copy(update={"edges": (begin, *others)}))
    assert "    registered --> talking: 开始(已受理、尚未会商)" in drawn.splitlines()


def test_diagram_shows_steps_back_and_tells_once_what_every_state_can_do(tmp_path):
    done = "  done:\n    title: 已结案\n"
    held = (
        "  held:\n    title: 搁置\n    phase: mediation\n    task: 办\n    owner: {relation: holder}\n"
        "    limit: {days: 1, article: 部署单位规定}\n"
    )
    text = spoiled(
        (done, held + done),
        ("note, from: [registered, talking]", "note, from: [any]"),
        ("begin: {title: 开始, by: {posts: [mediator]}}", "begin: {title: 开始, by: {posts: [mediator]}}\n  back: {title: 驳回, by: {posts: [mediator]}}"),
        ("refuse, from: [registered, talking]", "refuse, from: [registered, talking, held]"),
        ("  - {trigger: finish,", "  - {trigger: begin, from: [talking, held], to: held}\n  - {trigger: back, from: [talking, held], back_to: [talking]}\n  - {trigger: finish,"),
    )  # fmt: skip
    lines = draw(small(tmp_path, text)).splitlines()
    assert ("    held --> talking: 驳回" in lines, lines.count("        各状态：记事")) == (True, 1)
    assert "    held --> held: 开始" in lines  # entered anew
    assert "    talking --> talking: 驳回" not in lines  # nobody goes back to where they are


def test_diagram_shows_ways_into_other_definitions():
    lines = [line.strip() for line in draw(DEFINITIONS.newest("simple")).splitlines() if "into_" in line]
    assert lines == [
        'state "转入 ordinary:registered" as into_ordinary_registered',
        'state "转入 ordinary:accepted" as into_ordinary_accepted',
        'state "转入 ordinary:performing" as into_ordinary_performing',
        'state "转入 ordinary:closed" as into_ordinary_closed',
        'state "转入 ordinary:preparing" as into_ordinary_preparing',
        "registered --> into_ordinary_registered: 转普通程序",
        "mediating --> into_ordinary_accepted: 转普通程序",
        "performing --> into_ordinary_performing: 转普通程序(有生效的协议)",
        "closed --> into_ordinary_closed: 转普通程序(有生效的协议)",
        "performing --> into_ordinary_preparing: 再次调解",
        "closed --> into_ordinary_preparing: 再次调解",
    ]


def test_diagram_tells_on_what_a_way_depends():
    lines = [line.strip() for line in draw(DEFINITIONS.newest("ordinary")).splitlines()]
    assert [line for line in lines if line.startswith("dispatched --> ")][:4] == [
        "dispatched --> received: 签收(尚未受理)",
        "dispatched --> accepted: 签收(已受理)",
        "dispatched --> triaged: 退回、退单(还没有单位退过单)、撤回(不写明撤回哪一项)",
        "dispatched --> contested: 退单(已有单位退过单)",
    ]

"""Stories are played as they are written, and what differs is said at its line."""

import pytest

from mediation.errors import DefinitionError
from mediation.workflow.loader import load_folders
from mediation.workflow.scenarios import load_scenarios, play_all, play_scenarios
from tests.workflow.drafts import SMALL, put

STORY = """\
actors:
  调解员: {posts: [mediator], relations: [holder]}
  外人: {posts: [mediator]}
facts:
  parties:
    - {ordinal: 1, label: 申请人}
    - {ordinal: 2, role: respondent, label: 被申请人}
scenarios:
  - title: 走到底
    steps:
      - {do: note, to: registered}
      - {do: finish, not_allowed: true}
      - {do: begin, as: 外人, not_permitted: true}
      - {do: begin, as: 调解员, to: talking, effects: []}
      - {do: note, to: talking}
      - {do: finish, refused: [record_made]}
      - {do: finish, facts: {sessions: 1}, to: done, effects: [close_case]}
  - title: 拒绝
    start: [registered, talking]
    steps:
      - {do: refuse, act: {refuser: 9}, refused: [refuser_named]}
      - {do: refuse, act: {refuser: 2}, to: done}
"""


def played(folder, story: str, definition: str = SMALL) -> list[str]:
    found = put(folder, {"small/v1.yaml": definition, "small/scenarios.yaml": story})
    return [str(problem) for problem in play_all(load_folders(found))]


def changed(*changes: tuple[str, str]) -> str:
    story = STORY
    for old, new in changes:
        assert story.count(old) == 1, old
        story = story.replace(old, new)
    return story


def test_whole_story_finds_nothing_wrong(tmp_path):
    assert played(tmp_path, STORY) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([("to: talking, effects: []", "to: done")], ":14 scenarios[0].steps[3]: 从 registered 开始：begin 应当到 done，实际到 talking"),
        ([("effects: [close_case]", "effects: [climb]")],
         ":17 scenarios[0].steps[6]: 从 registered 开始：finish 的后果应当是 climb，实际是 close_case"),
        ([("refused: [record_made]", "to: done")],
         ":16 scenarios[0].steps[5]: 从 registered 开始：finish 应当到 done，实际被 record_made 拒绝"),
        ([("{do: finish, not_allowed: true}", "{do: finish, refused: [record_made]}")],
         ":12 scenarios[0].steps[1]: 从 registered 开始：finish 应当被 record_made 拒绝，实际现状态不能办理"),
        ([("as: 外人, not_permitted: true", "as: 外人, not_allowed: true")],
         ":13 scenarios[0].steps[2]: 从 registered 开始：begin 应当现状态不能办理，实际无权办理"),
        ([("as: 外人, not_permitted: true", "as: 国王, not_permitted: true")], ":13 scenarios[0].steps[2].as: actors 里没有 国王"),
        ([("facts: {sessions: 1}", "facts: {session: 1}")], ":17 scenarios[0].steps[6].facts: 没有这项事实：session"),
        ([("facts: {sessions: 1}", "facts: {sessions: many}")], ":17 scenarios[0].steps[6].facts: 事实 sessions 的写法不对"),
        ([("facts: {sessions: 1}", "facts: {parties.3.minor: true}")], ":17 scenarios[0].steps[6].facts: 没有这项事实：parties.3.minor"),
        ([("facts: {sessions: 1}", "facts: {parties.1.rich: true}")], ":17 scenarios[0].steps[6].facts: 没有这项事实：parties.1.rich"),
        ([("facts: {sessions: 1}", "facts: {state: done}")], ":17 scenarios[0].steps[6].facts: 没有这项事实：state"),
        ([("label: 申请人}", "lable: 申请人}")], ":9 scenarios[0].facts: 没有这项事实：parties.lable"),
        ([("start: [registered, talking]", "start: [moon]")], ":19 scenarios[1].start: 没有状态 moon"),
    ],
)  # fmt: skip
def test_difference_is_said_at_its_line(tmp_path, changes, expected):
    assert f"workflows/small/scenarios.yaml{expected}" in played(tmp_path, changed(*changes))


def test_untried_moves_and_guards_are_named(tmp_path):
    story = changed(
        ("start: [registered, talking]", "start: [talking]"),
        ("      - {do: finish, refused: [record_made]}\n", ""),
    )
    assert played(tmp_path, story) == [
        "workflows/small/scenarios.yaml:8 scenarios: 没有一个场景走过 registered.refuse",
        "workflows/small/scenarios.yaml:8 scenarios: 没有一个场景被条件 record_made 拒绝过",
    ]


def test_step_with_two_ends_is_refused(tmp_path):
    story = changed(("to: talking, effects: []", "to: talking, not_allowed: true"))
    assert played(tmp_path, story) == [
        (
            "workflows/small/scenarios.yaml:14 scenarios[0].steps[3]: "
            "to、stays、into、refused、not_allowed、not_permitted 要写、而且只能写一个"
        )
    ]


def test_definition_without_stories_is_told(tmp_path):
    found = put(tmp_path, {"small/v1.yaml": SMALL})
    assert [str(problem) for problem in play_all(load_folders(found))] == [
        "workflows/small/scenarios.yaml: 每个流程都要有 scenarios.yaml"
    ]


def test_unreadable_stories_are_refused_with_their_line(tmp_path):
    put(tmp_path, {"small/scenarios.yaml": STORY + "facts: {}\n"})
    with pytest.raises(DefinitionError, match=r"scenarios\.yaml:23 facts: 这个键写了两次"):
        load_scenarios(tmp_path / "small" / "scenarios.yaml")


def test_stories_play_without_lines_too(tmp_path):
    found = put(tmp_path, {"small/v1.yaml": SMALL, "small/scenarios.yaml": STORY})
    scenarios, _lines = load_scenarios(found["small"] / "scenarios.yaml")
    assert play_scenarios(load_folders(found).newest("small"), scenarios) == []


def test_step_may_just_stay(tmp_path):
    assert played(tmp_path, changed(("{do: note, to: registered}", "{do: note, stays: true}"))) == []


def test_step_that_should_stay_and_does_not_is_told(tmp_path):
    story = changed(("to: talking, effects: []", "stays: true"))
    assert played(tmp_path, story) == [
        "workflows/small/scenarios.yaml:14 scenarios[0].steps[3]: 从 registered 开始：begin 应当留在原状态，实际到 talking"
    ]


@pytest.mark.parametrize(
    "facts",
    [
        "task: {ordinal: 1, moon: 1}",
        "approvals: {review: {moon: 1}}",
        "approvals.review.moon: 1",
        "task.moon: 1",
    ],
)
def test_unknown_keys_of_tasks_and_approvals_are_refused(tmp_path, facts):
    story = changed(("{do: finish, facts: {sessions: 1},", f"{{do: finish, facts: {{{facts}}},"))
    found = played(tmp_path, story)
    assert [problem.partition(": ")[2][:7] for problem in found] == ["没有这项事实："]

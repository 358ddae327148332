"""Reading definitions: every problem at once with file, line and key; nothing in part; nothing else than our errors."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediation.errors import DefinitionError, NotFound
from mediation.resources import shipped
from mediation.workflow.checks import Source, find_problems
from mediation.workflow.loader import (
    MOST_BYTES,
    Definitions,
    load_definition,
    load_definitions,
    load_folders,
    parse_definition,
    read_kept,
    readable_definitions,
)
from mediation.workflow.vocabulary import STANDARD
from tests.workflow.drafts import SMALL, loaded, put, spoiled, troubles


def test_small_definition_is_sound(tmp_path):
    found = loaded(tmp_path, {"small/v1.yaml": SMALL})
    assert isinstance(found, Definitions)
    assert (found.names, found.newest("small").title) == (("small",), "小流程")


def test_shipped_definitions_load():
    assert load_definitions().names == ("joint", "ordinary", "simple")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([("phase: intake", "phase: begin")],
         [":8 states.registered.phase: 应当是 'intake'、'triage'、'assignment'、'mediation'、'closure'、'feedback' 之一；现在写的是 “begin”"]),
        ([("final: true", "final: no")], [":21 states.done.final: 应当是 true 或 false；现在写的是 “no”"]),
        ([("version: 1", "version: '1'")], [":3 version: 应当是整数；现在写的是 “1”"]),
        ([("title: 小流程\n", "")], [":1 title: 缺少这一项"]),
        ([("task: 登记", "tusk: 登记")], [":9 states.registered.tusk: 没有这个键；请检查拼写"]),
        ([("{days: 30, article", "{days: 30, hours: 1, article")],
         [":17 states.talking.limit: minutes、hours、days、working_days、months 要写、而且只能写一个"]),
        ([("days: 30", "days: 2026-02-30")], [":17 states.talking.limit.days: 应当是整数；现在写的是 “2026-02-30”"]),
        ([("days: 30", "days: 2026-02-28")],
         [":17 states.talking.limit.days: 应当是整数；现在写的是 2026-02-28"]),
        ([("initial: registered", "initial: registered\ninitial: talking")],
         [":5 initial: 这个键写了两次（第一次在第4行）"]),
        ([("states:\n", "states: &all\n")], [":5 states: 不能使用锚点 &all"]),
        ([("guards: [record_made]", "guards: *all")], [":31 edges[3].guards: 不能使用别名 *all，请写出完整内容"]),
        ([("guards: [record_made]", "guards: [os.system]")],
         [":31 edges[3].guards[0]: 写法不对，应当符合 ^[a-z][a-z0-9_]{0,39}$；现在写的是 “os.system”；不能写程序里的路径，只能写登记过的名称"]),
        ([("guards: [record_made]", "guards: [!!python/name:os.system x]")],
         [":31 edges[3].guards[0]: 不能使用类型标记 tag:yaml.org,2002:python/name:os.system"]),
        ([("title: 小流程", "title: 小\u202e流程")], [":2: 含有不允许的字符 U+202E"]),
        ([("title: 小流程", "title: 小\x00流程")], [":2: 含有不允许的字符 U+0000"]),
        ([("title: 小流程", 'title: "小\\0流程"')], [":2 title: 含有不允许的字符 U+0000"]),
        ([("name: small", "name: Small")],
         [":1 name: 写法不对，应当符合 ^[a-z][a-z0-9_]{0,39}$；现在写的是 “Small”"]),
        ([("name: small", "name: smell")], [":1 name: name 应当与文件夹同名：small"]),
        ([("version: 1", "version: 2")], [":3 version: version 应当与文件名一致：1"]),
        ([("  talking:\n", "  Talking:\n")],
         [":12 states.Talking: 写法不对，应当符合 ^[a-z][a-z0-9_]{0,39}$；现在写的是 “Talking”"]),
        ([("note, from: [registered, talking]", "note, from: [any], not_from: [done, moon]")],
         [":29 edges[1].not_from[1]: 没有状态 moon；现有状态：registered、talking、done"]),
        ([("note, from: [registered, talking]", "note, from: [any], not_from: [moon]"), ("version: 1", "version: x")],
         [":3 version: 应当是整数；现在写的是 “x”",
          ":29 edges[1].not_from[0]: 没有状态 moon；现有状态：registered、talking、done"]),
        ([("from: [talking]", "from: []")], [":31 edges[3].from: 至少要有 1 项"]),
        ([("from: [talking]", "from: talking")], [":31 edges[3].from: 应当是列表；现在写的是 “talking”"]),
        ([("phase: closure", "phase: [closure"), ("final: true", "final: true]")],
         [":21: YAML 格式不对：did not find expected ',' or ']'"]),
    ],
)  # fmt: skip
def test_definition_in_the_wrong_shape_is_refused_with_line_and_key(tmp_path, changes, expected):
    found = troubles(tmp_path, spoiled(*changes))
    if "YAML 格式" in expected[0]:
        found = [text.split(":", 2)[0] + ":" + text.split(":", 2)[1] for text in found]
        expected = [text.split(":", 2)[0] + ":" + text.split(":", 2)[1] for text in expected]
    assert found == expected


def test_definition_with_several_faults_gets_all_of_them_at_once(tmp_path):
    text = spoiled(
        ("phase: intake", "phase: begin"), ("version: 1", "version: x"), ("final: true", "end: true")
    )
    assert [found.split(" ")[0] for found in troubles(tmp_path, text)] == [":3", ":8", ":21"]


def test_a_wrong_shape_hides_no_name_that_nobody_has(tmp_path):
    text = spoiled(
        ("phase: intake", "phase: begin"),
        ("begin: {title: 开始, by: {posts: [mediator]}}", "begin: {title: 开始, by: {posts: [medeator]}}"),
        ("on_miss: remind_owner", "on_miss: remind_nobody"),
        ("guards: [record_made]", "when: [acepted], guards: [record_maid, os.system]"),
        ("effects: [close_case]", "effects: [close_all], by: {posts: [nobody, 7]}"),
    )
    assert [found.partition("；")[0] for found in troubles(tmp_path, text)] == [
        ":8 states.registered.phase: 应当是 'intake'、'triage'、'assignment'、'mediation'、'closure'、'feedback' 之一",
        ":31 edges[3].guards[1]: 写法不对，应当符合 ^[a-z][a-z0-9_]{0,39}$",
        ":31 edges[3].by.posts[1]: 应当是文字",
        ":31 edges[3].guards[0]: 没有登记过的条件 record_maid",
        ":31 edges[3].when[0]: 没有登记过的选择条件 acepted",
        ":31 edges[3].effects[0]: 没有登记过的后果 close_all",
        ":31 edges[3].by.posts[0]: 没有登记过的岗位 nobody",
        ":23 triggers.begin.by.posts[0]: 没有登记过的岗位 medeator",
        ":11 states.registered.limit.on_miss: 没有登记过的后果 remind_nobody",
    ]


def test_a_wrong_shape_hides_no_state_act_or_approval_that_is_not_there(tmp_path):
    more = """\
approvals:
  review:
    title: 审核
    rule: all
    looks_at: [clauses, moon]
    states: [talking, moon]
    signers: {posts: [unit_leader, king]}
    limit: {days: 3, article: 部署单位规定, on_miss: sing}
tasks:
  copy: {title: 抄送件, verbs: [note, fly], states: [any]}
  part: {title: 分办, verbs: [], states: [moon], limit: {days: 1, article: 部署单位规定, on_miss: sing}}
"""
    text = spoiled(
        ("phase: intake", "phase: begin"),
        ("initial: registered", "initial: regis"),
        ("from: [registered], to: talking", "from: [begun], to: talk, approvals: [reviev]"),
        ("{trigger: note, from: [registered, talking]}", "{trigger: write, from: [any], back_to: [moon]}"),
    )
    states = "现有状态：registered、talking、done"
    assert [found.partition(" ")[2] for found in troubles(tmp_path, text + more)][1:] == [
        f"initial: 没有状态 regis；{states}",
        f"edges[0].from[0]: 没有状态 begun；{states}",
        f"edges[0].to: 没有状态 talk；{states}",
        "edges[1].trigger: triggers 里没有操作 write",
        f"edges[1].back_to[0]: 没有状态 moon；{states}",
        "approvals.review.states[1]: 没有状态 moon",
        "approvals.review.looks_at[1]: 没有事实 moon",
        "approvals.review.signers.posts[1]: 没有岗位 king",
        "approvals.review.limit.on_miss: 没有登记过的后果 sing",
        "tasks.copy.verbs[1]: 没有操作 fly",
        "tasks.part.states[0]: 没有状态 moon",
        "tasks.part.limit.on_miss: 没有登记过的后果 sing",
        "edges[0].approvals[0]: 没有审批 reviev",
    ]


@pytest.mark.parametrize(
    "change",
    [
        ("  talking:\n", "  Talking:\n"),
        ("states:\n", "stages:\n"),
        ("triggers:\n", "triggers: 7\ntrigger:\n"),
        ("  begin: {", "  Begin: {"),
        ("triggers:\n", "states: {other: {}}\ntriggers:\n"),
        ("edges:\n", "aprovals: {review: {}}\nedges:\n"),
    ],
)
def test_a_table_that_is_not_sure_makes_no_name_unknown(tmp_path, change):
    finish = ("finish, from: [talking]", "finish, approvals: [review], from: [talking]")
    changes = (change, finish) if "aprovals" in change[1] else (change,)
    found = troubles(tmp_path, spoiled(*changes))
    assert found
    assert [one for one in found if "没有状态" in one or "没有操作" in one or "没有审批" in one] == []


def test_what_leads_into_a_definition_that_cannot_be_read_is_not_called_unknown(tmp_path):
    into = "into: {workflow: other, state: registered}"
    other = SMALL.replace("name: small", "name: other").replace("phase: intake", "phase: begin")
    small = SMALL.replace("note, from: [registered, talking]", f"note, from: [talking], {into}")
    found = loaded(tmp_path, {"small/v1.yaml": small, "other/v1.yaml": other})
    assert isinstance(found, list)
    assert [one.key for one in found] == ["states.registered.phase"]


@pytest.mark.parametrize("part", ["edges: 7", "edges: [7, {guards: 7, by: 7}]", "edges: [{by: {posts: 7}}]"])
def test_a_part_that_is_something_else_is_told_once(tmp_path, part):
    text = SMALL.partition("edges:\n")[0] + part + "\n"
    assert all("登记过" not in found for found in troubles(tmp_path, text))


def test_faults_of_several_files_come_together(tmp_path):
    found = loaded(
        tmp_path,
        {
            "small/v1.yaml": spoiled(("version: 1", "version: x")),
            "other/v1.yaml": SMALL.replace("name: small", "name: other").replace("to: done", "to: moon", 1),
            "third/notes.txt": "",
            "fourth/v01.yaml": SMALL,
        },
    )
    assert isinstance(found, list)
    assert sorted({(problem.file, problem.line) for problem in found}, key=str) == [
        ("workflows/fourth/v01.yaml", None),
        ("workflows/other/v1.yaml", 30),
        ("workflows/small/v1.yaml", 3),
        ("workflows/third", None),
    ]


def test_byte_order_mark_is_accepted(tmp_path):
    assert isinstance(loaded(tmp_path, {"small/v1.yaml": b"\xef\xbb\xbf" + SMALL.encode()}), Definitions)


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030"])
def test_other_encodings_are_refused(tmp_path, encoding):
    found = troubles(tmp_path, SMALL.encode(encoding))
    assert [text.split(": ")[1] for text in found] == ["不是 UTF-8 编码的文本，请另存为 UTF-8"]


@pytest.mark.parametrize("brackets", ["[" * 5000, "{a: " * 5000, "[" * 5000 + "]" * 5000])
def test_five_thousand_brackets_are_refused_without_recursion(tmp_path, brackets):
    text = spoiled(("guards: [record_made]", f"guards: {brackets}"))
    assert [found.split(": ")[1] for found in troubles(tmp_path, text)][:1] == ["嵌套超过 40 层"]


def test_oversized_definition_is_refused(tmp_path):
    text = SMALL + "#" * MOST_BYTES
    assert troubles(tmp_path, text) == [f": 文件有 {len(text.encode())} 字节，流程定义不应超过 200000 字节"]


def test_alias_bomb_is_refused_at_its_first_line(tmp_path):
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(9)
    )
    assert troubles(tmp_path, bomb)[0] == ":1 a: 不能使用锚点 &a"


@pytest.mark.parametrize("text", ["", "---\n", "[]", "7", "null", "- a\n- b\n"])
def test_something_else_than_a_definition_is_refused(tmp_path, text):
    assert len(troubles(tmp_path, text)) == 1


def test_missing_file_is_an_error_of_ours(tmp_path):
    with pytest.raises(DefinitionError, match="没有这个文件"):
        load_definition(tmp_path / "v1.yaml")


def test_folder_instead_of_file_is_an_error_of_ours(tmp_path):
    (tmp_path / "small" / "v1.yaml").mkdir(parents=True)
    with pytest.raises(DefinitionError, match=r"workflows/small/v1\.yaml"):
        load_folders({"small": tmp_path / "small"})


def test_load_definition_reads_one_file(tmp_path):
    folder = put(tmp_path, {"small/v1.yaml": SMALL})["small"]
    assert load_definition(folder / "v1.yaml").states["done"].final is True


def test_versions_stand_newest_first(tmp_path):
    files = {f"small/v{n}.yaml": spoiled(("version: 1", f"version: {n}")) for n in (1, 2, 10)}
    found = loaded(tmp_path, files)
    assert isinstance(found, Definitions)
    assert [definition.version for definition in found.versions["small"]] == [10, 2, 1]
    assert (found.newest("small").version, found.get("small", 2).version) == (10, 2)


@pytest.mark.parametrize(("name", "version"), [("small", 3), ("large", 1)])
def test_unknown_version_is_not_found(tmp_path, name, version):
    found = load_folders(put(tmp_path, {"small/v1.yaml": SMALL}))
    with pytest.raises(NotFound, match=f"没有流程 {name} 第{version}版"):
        found.get(name, version)


def test_unknown_definition_is_not_found(tmp_path):
    found = load_folders(put(tmp_path, {"small/v1.yaml": SMALL}))
    with pytest.raises(NotFound, match="没有流程 large；现有流程：small"):
        found.newest("large")


def test_site_adds_and_overlays_definitions(tmp_path):
    site = tmp_path / "site"
    ordinary = (shipped("workflows") / "ordinary" / "v1.yaml").read_text("utf-8")
    put(
        site / "workflows",
        {
            "small/v1.yaml": SMALL,
            "ordinary/v1.yaml": ordinary.replace("title: 普通调解", "title: 本地普通调解"),
        },
    )
    found = load_definitions(site)
    assert found.names == ("joint", "ordinary", "simple", "small")
    assert found.newest("ordinary").title == "本地普通调解"
    assert found.folders["ordinary"] == site / "workflows" / "ordinary"


def test_hash_is_of_the_content_not_of_the_writing(tmp_path):
    plain = load_folders(put(tmp_path / "a", {"small/v1.yaml": SMALL})).newest("small")
    other = "# 说明\n" + SMALL.replace(
        "{days: 30, article: 部署单位规定}", "\n      article: '部署单位规定'\n      days: 30"
    )
    written = load_folders(put(tmp_path / "b", {"small/v1.yaml": other})).newest("small")
    assert written.sha256 == plain.sha256 == hashlib.sha256(plain.canonical.encode()).hexdigest()


def test_hash_changes_with_the_content(tmp_path):
    plain = load_folders(put(tmp_path / "a", {"small/v1.yaml": SMALL})).newest("small")
    changed = spoiled(("days: 30", "days: 31"))
    assert (
        load_folders(put(tmp_path / "b", {"small/v1.yaml": changed})).newest("small").sha256 != plain.sha256
    )


def test_kept_content_gives_the_same_definition_back():
    definition = load_definitions().newest("ordinary")
    kept = read_kept(definition.canonical)
    assert (kept, kept.sha256) == (definition, definition.sha256)
    assert json.loads(definition.canonical)["edges"][0]["from"][0] == "registered"


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"name": "x"}', "\ud800"])
def test_kept_content_that_is_damaged_is_our_error(content):
    with pytest.raises(DefinitionError):
        read_kept(content)


def test_version_kept_elsewhere_joins_those_at_hand(tmp_path):
    newer = load_folders(put(tmp_path / "a", {"small/v2.yaml": spoiled(("version: 1", "version: 2"))}))
    older = load_folders(put(tmp_path / "b", {"small/v1.yaml": SMALL})).newest("small")
    both = newer.including(older)
    assert [definition.version for definition in both.versions["small"]] == [2, 1]
    assert both.including(older) is both


def test_version_kept_elsewhere_of_a_definition_that_is_gone_stands_beside_the_others(tmp_path):
    found = load_folders(put(tmp_path, {"small/v1.yaml": SMALL}))
    gone = load_definitions().newest("simple")
    both = found.including(gone)
    assert (both.names, both.newest("simple"), both.folders) == (("small", "simple"), gone, found.folders)


def test_what_is_not_there_is_told_in_whole_sentences(tmp_path):
    found = load_folders(put(tmp_path, {"small/v1.yaml": SMALL}))
    with pytest.raises(NotFound, match=r"^没有流程 large；现有流程：small$"):
        found.newest("large")
    with pytest.raises(NotFound, match=r"^没有流程 large 第1版$"):
        found.get("large", 1)


def test_one_file_in_the_wrong_shape_or_with_unknown_exceptions_is_refused_by_its_name(tmp_path):
    misshapen = spoiled(("version: 1", "version: x"))
    excepted = spoiled(("note, from: [registered, talking]", "note, from: [any], not_from: [moon]"))
    for text in (misshapen, excepted):
        folder = put(tmp_path, {"small/v1.yaml": text})["small"]
        with pytest.raises(DefinitionError) as refused:
            load_definition(folder / "v1.yaml")
        assert [problem.file for problem in refused.value.problems] == ["v1.yaml"]


def test_definitions_are_judged_by_the_vocabulary_that_is_handed_in(tmp_path):
    with pytest.raises(DefinitionError) as refused:
        load_definitions(vocabulary=replace(STANDARD, posts={}))
    assert any("没有登记过的岗位" in problem.message for problem in refused.value.problems)


def test_kept_content_that_is_damaged_has_no_file_to_name():
    with pytest.raises(DefinitionError) as refused:
        read_kept('{"name": "x"}')
    assert {problem.file for problem in refused.value.problems} == {""}


def test_definition_of_the_most_bytes_is_read(tmp_path):
    text = SMALL + "#" * (MOST_BYTES - len(SMALL.encode()))
    assert isinstance(loaded(tmp_path, {"small/v1.yaml": text}), Definitions)


def test_every_file_of_a_folder_is_judged_whatever_is_wrong_with_those_before_it(tmp_path):
    (tmp_path / "empty").mkdir()
    files = {
        "small/v01.yaml": SMALL,
        "small/v1.yaml": spoiled(("version: 1", "version: x")),
        "small/v2.yaml": "# 说明\n" + spoiled(("version: 1", "version: 2"), ("name: small", "name: smell")),
    }
    with pytest.raises(DefinitionError) as refused:
        load_folders({**put(tmp_path, files), "empty": tmp_path / "empty"})
    assert [str(problem) for problem in refused.value.problems] == [
        "workflows/small/v01.yaml: 文件名应当是 v1.yaml、v2.yaml 这样",
        "workflows/small/v1.yaml:3 version: 应当是整数；现在写的是 “x”",
        "workflows/small/v2.yaml:2 name: name 应当与文件夹同名：small",
        "workflows/empty: 文件夹里没有流程定义 v1.yaml",
    ]


def test_readable_definitions_of_a_site_are_those_in_the_right_shape(tmp_path):
    put(
        tmp_path / "workflows",
        {
            "small/v1.yaml": spoiled(("version: 1", "version: x")),
            "small/v2.yaml": spoiled(("version: 1", "version: 2"), ("to: talking", "to: moon")),
        },
    )
    found = {(one.name, one.version) for one in readable_definitions(tmp_path)}
    assert {one for one in found if one[0] == "small"} == {("small", 2)}
    assert {name for name, _version in found} == {"joint", "ordinary", "simple", "small"}


LINES = SMALL.splitlines(keepends=True)
pieces = st.sampled_from(
    ["no", "~", "[", "]", "{", "}", ": ", "- ", "&a", "*a", "!!int ", "\x00", "\t", "\n", "'", '"', "talking", "done", "moon",
     "os.system", "2026-02-30", "final: true", "not accepted", "|", "#", "\ufeff", "\ud800", "?", "% ", "---\n", "..."]
)  # fmt: skip


@st.composite
def spoiled_texts(draw):
    """The small definition with lines dropped, doubled, exchanged, and pieces put in."""
    lines = list(LINES)
    for _turn in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        kind = draw(st.sampled_from(["drop", "double", "swap", "insert", "cut"]))
        if kind == "drop" and len(lines) > 1:
            del lines[at]
        elif kind == "double":
            lines.insert(at, lines[at])
        elif kind == "swap":
            other = draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], lines[at]
        else:
            column = draw(st.integers(0, len(lines[at])))
            rest = lines[at][column:] if kind == "insert" else "\n"
            lines[at] = lines[at][:column] + draw(pieces) + rest
    return "".join(lines)


@settings(deadline=None, max_examples=400)
@given(text=spoiled_texts())
def test_mutated_text_is_sound_or_refused_with_file_and_line(text):
    definition, lines, problems = parse_definition(text, "workflows/small/v1.yaml")
    if definition is not None:
        problems = [
            *problems,
            *find_problems([Source(definition, lines, "workflows/small/v1.yaml")], STANDARD),
        ]
    assert definition is not None or problems
    assert {problem.file for problem in problems} <= {"workflows/small/v1.yaml"}
    assert [problem for problem in problems if problem.line is None] == []


@settings(deadline=None, max_examples=100)
@given(content=st.binary(max_size=300))
def test_any_bytes_are_refused_with_our_error(content, tmp_path_factory):
    folder = Path(tmp_path_factory.mktemp("bytes"))
    assert isinstance(loaded(folder, {"small/v1.yaml": content}), list)

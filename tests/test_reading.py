"""Strict YAML: what is refused, where, and what stays text."""

import os
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from mediation.reading import MOST_BYTES, Lines, Unreadable, checked, dotted, parse_yaml, read_yaml


def refused(text: str) -> list[tuple[int | None, str, str]]:
    with pytest.raises(Unreadable) as caught:
        parse_yaml(text, "x.yaml")
    assert {problem.file for problem in caught.value.problems} == {"x.yaml"}
    return [(problem.line, problem.key, problem.message) for problem in caught.value.problems]


def test_scalars_become_only_what_the_page_says():
    data, _ = parse_yaml(
        "a: no\nb: 1:30\nc: 010\nd: 7\ne: -2.5\nf: true\ng:\nh: 2026-03-01\ni: '7'\nj: 1234567890123456\nk: 0x10\nl: True\n2: z\n"
        "m: 2026-02-30\n"
    )
    assert data == {
        "a": "no", "b": "1:30", "c": "010", "d": 7, "e": -2.5, "f": True, "g": None, "h": date(2026, 3, 1),
        "i": "7", "j": "1234567890123456", "k": "0x10", "l": "True", "2": "z",
        "m": "2026-02-30",
    }  # fmt: skip


def test_lines_are_known_for_every_key_and_item():
    _, lines = parse_yaml("states:\n  closed:\n    limit: {days: 3}\nedges:\n  - a\n  - to: b\n")
    assert lines.of(("states", "closed", "limit", "days")) == 3
    assert lines.of(("edges", 1, "to")) == 6
    assert lines.of(("edges", 0)) == 5
    assert lines.of(("states", "closed", "missing", "deeper")) == 2
    assert lines.of(("nothing",)) == 1


def test_duplicate_keys_are_all_named():
    assert refused("a: 1\nb: {c: 1, c: 2}\na: 3\n") == [
        (2, "b.c", "这个键写了两次（第一次在第2行）"),
        (3, "a", "这个键写了两次（第一次在第1行）"),
    ]


def test_an_alias_bomb_is_refused_without_being_expanded():
    text = "a: &a [x, x]\n" + "".join(f"k{n}: &k{n} [*a, *a, *a]\n" for n in range(200))
    found = refused(text)
    assert found[0] == (1, "a", "不能使用锚点 &a")
    assert found[2] == (2, "k0[0]", "不能使用别名 *a，请写出完整内容")
    assert len(found) == 801


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[" * 5000 + "]" * 5000, (1, "", "嵌套超过 40 层")),
        ("- " * 5000 + "x", (1, "", "嵌套超过 40 层")),
        ("a: !!python/object:os.system x\n", (1, "a", "不能使用类型标记 tag:yaml.org,2002:python/object:os.system")),
        ("? [1, 2]\n: x\n", (1, "", "键必须是文字")),
        ("<<: {a: 1}\n", (1, "", "不能使用合并键 <<")),
        ("---\na: 1\n---\nb: 2\n", (3, "", "一个文件只能有一份文档，多了一个 ---")),
        ("%YAML 1.1\n---\na: no\n", (2, "", "只接受 YAML 1.2")),
        ("", (1, "", "文件是空的")),
        ("# only words\n", (1, "", "文件是空的")),
        ("a: 1\nb: x\x00y\n", (2, "", "含有不允许的字符 U+0000")),
        ('a: "x\\0y"\n', (1, "a", "含有不允许的字符 U+0000")),
        ('a: "\\ud800"\n', (1, "a", "含有不允许的字符 U+D800")),
        ("a: x\u202ey\n", (1, "", "含有不允许的字符 U+202E")),
    ],
)  # fmt: skip
def test_bad_text_gets_one_clear_answer(text, expected):
    assert refused(text) == [expected]


def test_bad_syntax_names_its_line():
    [(line, _, message)] = refused("a: 1\nb: [1, 2\nc: 3\n")
    assert line == 3
    assert message.startswith("YAML 格式不对：")


def test_a_file_that_is_absent_too_large_or_not_utf8_is_refused(tmp_path: Path):
    (tmp_path / "gbk.yaml").write_bytes("a: 1\nname: 示例".encode("gb18030"))
    with (tmp_path / "big.yaml").open("wb") as big:
        big.truncate(MOST_BYTES + 1)
    for name, line, message in [
        ("absent.yaml", None, "没有这个文件"),
        ("gbk.yaml", 2, "不是 UTF-8 编码的文本，请另存为 UTF-8"),
        ("big.yaml", None, f"文件有 {MOST_BYTES + 1} 字节，超过上限 {MOST_BYTES} 字节"),
    ]:
        with pytest.raises(Unreadable) as caught:
            read_yaml(tmp_path / name)
        assert [(p.file, p.line, p.message) for p in caught.value.problems] == [(name, line, message)]


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path):
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbfa: 1\r\nb: x\r\n")
    assert read_yaml(tmp_path / "a.yaml")[0] == {"a": 1, "b": "x"}


class Sample(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    days: int
    kind: Literal["a", "b"]


def test_a_wrong_shape_gets_every_problem_with_line_and_key():
    data, lines = parse_yaml("days: no\nkin: a\n")
    found, problems = checked(Sample, data, lines, "x.yaml")
    assert found is None
    assert [(p.line, p.key, p.message) for p in problems] == [
        (1, "days", "应当是整数；现在写的是 “no”"),
        (1, "kind", "缺少这一项"),
        (2, "kin", "没有这个键；请检查拼写"),
    ]


class Dated(Sample):
    on: date


def test_day_that_does_not_exist_and_keys_that_stand_twice_are_told_with_the_rest():
    data, lines = parse_yaml("days: 1\non: 2026-02-30\nkind: c\ndays: x\n", "x.yaml", for_checked=True)
    found, problems = checked(Dated, data, lines, "x.yaml")
    assert found is None
    assert [(p.file, p.line, p.key, p.message) for p in problems] == [
        ("x.yaml", 4, "days", "这个键写了两次（第一次在第1行）"),
        ("x.yaml", 4, "days", "应当是整数；现在写的是 “x”"),
        ("x.yaml", 3, "kind", "应当是 'a'、'b' 之一；现在写的是 “c”"),
        ("x.yaml", 2, "on", "日期 2026-02-30 不存在"),
    ]


def test_content_whose_keys_stand_twice_is_not_used_though_it_fits():
    data, lines = parse_yaml("days: 1\nkind: a\nkind: a\n", for_checked=True)
    found, problems = checked(Sample, data, lines, "x.yaml")
    assert found is None
    assert [(p.line, p.key) for p in problems] == [(3, "kind")]


class Samples(BaseModel):
    samples: Annotated[tuple[Sample, ...], Field(min_length=2)]


def test_a_list_is_too_short_by_its_items_whether_right_or_wrong():
    right, wrong = {"days": 1, "kind": "a"}, {"days": 1, "kind": "c"}

    def keys(*samples):
        return [problem.key for problem in checked(Samples, {"samples": samples}, Lines(), "x.yaml")[1]]

    assert keys(right) == ["samples"]
    assert keys(right, wrong) == ["samples[1].kind"]
    assert keys(wrong) == ["samples[0].kind", "samples"]


def test_a_path_is_written_as_people_do():
    assert dotted(("edges", 3, "to")) == "edges[3].to"
    assert Lines().of(("a",)) is None


@given(st.text(alphabet=st.sampled_from("ab:-[]{},&*!|>'\"%@#?\n \t0129.~<\x00\u202e喆𬱖"), max_size=60))
def test_any_text_is_read_or_refused(text):
    with suppress(Unreadable):
        parse_yaml(text)


@pytest.mark.parametrize(
    ("text", "line", "cause"),
    [
        ("a: b: c", 1, "这里不能再有“键: 值”；请检查缩进，文字里有冒号的请加引号"),
        ("a:\n\t- b", 2, "这里不能用制表符（Tab）；请用空格缩进"),
        ("a: [1", 1, "方括号里的列表没有写完，应有逗号或 ]"),
        ("a: {1", 1, "花括号里的内容没有写完，应有逗号或 }"),
        ('a: "x', 1, "引号没有配对，文件就结束了"),
        ("- a\nb: 1", 2, "缩进不一致，或这里多了内容"),
        ("a: @x", 1, "这里不能以这个字符开头；这是文字的话请加引号"),
        ('a: "\\q"', 1, "双引号里的反斜杠写法不对；请改用单引号，或写成两个反斜杠"),
        ('"a" "b"', 1, "内容已经结束，后面多了文字；请检查引号和缩进"),
        ("%YAML 3.0\n---\na: 1", 1, "只接受 YAML 1.2"),
    ],
)
def test_what_the_library_stumbles_over_is_said_in_words(text: str, line: int, cause: str):
    assert refused(text) == [(line, "", f"YAML 格式不对：{cause}")]


def test_a_rare_character_that_json_writes_as_two_escapes_is_one_character():
    assert parse_yaml(r'{"\ud873\udc56": "\ud873\udc56、\ud83d\ude00"}')[0] == {"𬱖": "𬱖、😀"}


def test_half_of_such_a_pair_is_refused():
    assert refused(r'{"a": "\ud873"}') == [(1, "a", "含有不允许的字符 U+D873")]
    assert refused(r'{"a": "\udc56\ud873"}') == [(1, "a", "含有不允许的字符 U+DC56")]


def test_what_is_no_file_is_named_and_never_opened(tmp_path: Path):
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "astray").symlink_to(tmp_path / "nowhere")
    names = ("folder", "pipe", "loop", "astray", "nowhere", "a\0b")
    assert {name: told(tmp_path / name) for name in names} == {
        "folder": "文件读不出来：这是文件夹，不是文件",
        "pipe": "文件读不出来：不是普通文件",
        "loop": "文件读不出来：符号链接绕成了圈",
        "astray": "符号链接指向的文件不存在",
        "nowhere": "没有这个文件",
        "a\0b": "文件读不出来：路径里有不能用的字符",
    }


def told(path: Path) -> str:
    with pytest.raises(Unreadable) as caught:
        read_yaml(path)
    return caught.value.problems[0].message


def test_anchors_tags_and_strange_keys_are_told_beside_all_else_that_is_wrong():
    text = 'name: &n 示例\nsize: !!int 3\n"": 空\n<<: {a: 1}\nagain: *n\nwhat: "a\\u0007b"\nlevel: many\n'
    content, lines = parse_yaml(text, for_checked=True)
    assert content == {"name": "示例", "size": 3, "again": "示例", "what": "a\u0007b", "level": "many"}
    assert [(one.line, one.message[:6]) for one in lines.faults] == [
        (1, "不能使用锚点"),
        (2, "不能使用类型"),
        (3, "键不能为空"),
        (4, "不能使用合并"),
        (5, "不能使用别名"),
        (6, "含有不允许的"),
    ]
    with pytest.raises(Unreadable):
        parse_yaml(text)

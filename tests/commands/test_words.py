"""What the command line is given as words of an act: read whole, or refused with every problem at its place."""

import io
from pathlib import Path

import pytest
from pydantic import ValidationError

from mediation.cases.inputs import Register
from mediation.cases.ownership.said import Decline
from mediation.cases.verbs import VERBS
from mediation.commands.words import read_words
from mediation.errors import InputInvalid, NotFound, Problem, Reason, TransitionNotAllowed, TransitionRefused


def refused(source: str | None, pairs: list[str]) -> list[tuple[str, int | None, str, str]]:
    with pytest.raises(InputInvalid) as caught:
        read_words(source, pairs).refuse_faulty()
    return [(one.file, one.line, one.key, one.message) for one in caught.value.problems]


def write(folder: Path, content: bytes) -> str:
    (folder / "words.yaml").write_bytes(content)
    return str(folder / "words.yaml")


def typed(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_pairs_stand_over_the_file(tmp_path):
    source = write(tmp_path, "tier: simple\nopinion: 简单\n".encode())
    assert read_words(source, ["tier=ordinary", "parties=[1, 2]", "remark="]).said == {
        "tier": "ordinary", "opinion": "简单", "parties": [1, 2], "remark": "",
    }  # fmt: skip


def test_a_pair_reaches_what_lies_within(tmp_path):
    source = write(tmp_path, "decision: {court: 甲, number: 一}\n".encode())
    pairs = ["decision.court=乙", "decision.sum=5", "basis={y: 2}", "basis.x=1"]
    assert read_words(source, pairs).said == {
        "decision": {"court": "乙", "number": "一", "sum": 5}, "basis": {"y": 2, "x": 1},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("pairs", "key"),
    [
        (["a=1", "b=3", "a.b=2"], "a.b"),
        (["a.b=2", "a=1"], "a"),
        (["a=1", "a=1"], "a"),
        (["a.b=1", "a.b.c=2"], "a.b.c"),
        (["a={b: 1}", "a.b=2"], "a.b"),
        (["a.b=1", "a={c: 2}"], "a"),
    ],
)
def test_a_pair_that_another_would_take_away_is_refused(pairs, key):
    message = f"{pairs[0]} 和 {pairs[-1]} 只能写一个：写了后一个，前一个就不算了"
    assert refused(None, pairs) == [("", None, key, message)]


def test_a_pair_keeps_the_number_of_a_line_as_it_is_typed():
    """1.10 of a responsibility list is not 1.1; whole numbers stay numbers."""
    said = read_words(None, ["line=1.10", "amount=5", 'other="1.1"']).said
    assert said == {"line": "1.10", "amount": 5, "other": "1.1"}


def test_digits_are_text_where_the_act_takes_text():
    assert read_words(None, ["line=301", "reason=true", "act=1"], Decline).said == {
        "line": "301", "reason": "true", "act": 1,
    }  # fmt: skip
    assert read_words(None, ["governance_category=1103", "headcount=3"], Register).said == {
        "governance_category": "1103", "headcount": 3,
    }  # fmt: skip


@pytest.mark.parametrize("pair", ["=1", "slot={", "slot", "slot={a: 1, a: 2}"])
def test_what_signs_a_paper_takes_no_words_with_a_fault(pair):
    """A signature is not undone, so that the words must not be taken in the first place."""
    key = pair if pair == "=1" else "slot"
    for verb in VERBS.values():
        if verb.papers:
            with pytest.raises(ValidationError) as refused:
                verb.said.model_validate(read_words(None, [pair]).illegible().said)
            assert key in {str(one["loc"][0]) for one in refused.value.errors()}


def test_standard_input_is_read_as_a_file_is(monkeypatch):
    typed(monkeypatch, b'\xef\xbb\xbf{"title": "\\ud873\\udc56"}')
    assert read_words("-", []).said == {"title": "𬱖"}


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"", 1, "文件是空的"),
        (bytes(range(128, 256)), 1, "不是 UTF-8 编码的文本，请另存为 UTF-8"),
        (b"[1]", 1, "应当是“键: 值”的形式"),
        (b"\n- 1", 2, "应当是“键: 值”的形式"),
        (b"a: 1\nb: [", 2, "YAML 格式不对：这里缺少内容，或括号没有配对"),
        (b"#" * 4_194_305, None, "内容超过上限 4194304 字节"),
    ],
)
def test_standard_input_that_is_wrong_is_refused(monkeypatch, content, line, message):
    typed(monkeypatch, content)
    assert refused("-", []) == [("标准输入", line, "", message)]


def test_problems_of_the_file_and_of_every_pair_come_at_once(tmp_path):
    source = write(tmp_path, b"a: 1\na: 2\n")
    assert refused(source, ["b=[", "c=2026-02-30", "d=[{e: *x}]", "f", "=1", "g=\0"]) == [
        (source, 2, "a", "这个键写了两次（第一次在第1行）"),
        ("", None, "b", "YAML 格式不对：这里缺少内容，或括号没有配对"),
        ("", None, "d[0].e", "不能使用别名 *x，请写出完整内容"),
        ("", None, "f", "应当写作 键=值"),
        ("", None, "=1", "应当写作 键=值"),
        ("", None, "g", "含有不允许的字符 U+0000"),
    ]


def test_what_a_verb_finds_wrong_is_placed_in_the_file(tmp_path):
    source = write(tmp_path, b"title: 1\nparties:\n  - name: x\n  - name: y\n    sex: z\n")
    words = read_words(source, ["tier=x"])
    found = [
        Problem("甲", key="parties[1].sex"),
        Problem("乙", key="tier"),
        Problem("丙", key="missing"),
        Problem("丁"),
    ]
    assert words.said["tier"] == "x"
    with pytest.raises(InputInvalid) as caught, words.judged():
        raise InputInvalid(found)
    assert [(one.file, one.line, one.key) for one in caught.value.problems] == [
        (source, 5, "parties[1].sex"), ("", None, "tier"), (source, 1, "missing"), ("", None, ""),
    ]  # fmt: skip


def test_keys_that_stand_twice_are_told_beside_what_the_verb_finds_wrong(tmp_path):
    source = write(tmp_path, b"a: 1\na: 2\n")
    words = read_words(source, ["b={c: 1, c: 2}"])
    twice = [(source, 2, "a"), ("", None, "b.c")]
    assert words.said == {"a": 2, "b": {"c": 2}}
    with pytest.raises(InputInvalid) as caught, words.judged({"d": "--d"}):
        raise InputInvalid([Problem("甲", key="a"), Problem("乙", key="d")])
    assert [(one.file, one.line, one.key) for one in caught.value.problems] == [
        *twice, (source, 2, "a"), ("", None, "--d"),
    ]  # fmt: skip
    with pytest.raises(InputInvalid) as caught, words.judged():
        words.refuse_faulty("what the act came to")
    assert [(one.file, one.line, one.key) for one in caught.value.problems] == twice
    with pytest.raises(InputInvalid), words.judged():
        pass


def test_what_would_stand_in_the_acts_way_is_told_with_what_is_wrong(tmp_path):
    reasons = [Reason("a", "甲")]
    words = read_words(write(tmp_path, b"a: 1\n"), [])
    with pytest.raises(InputInvalid) as caught, words.judged():
        raise InputInvalid([Problem("乙", key="a")], reasons=reasons)
    assert (caught.value.problems[0].line, list(caught.value.reasons)) == (1, reasons)
    with pytest.raises(TransitionRefused), words.judged():
        raise TransitionRefused(reasons)
    words = read_words(write(tmp_path, b"a: 1\na: 2\n"), [])
    with pytest.raises(InputInvalid) as caught, words.judged():
        raise TransitionRefused(reasons)
    assert (caught.value.problems[0].line, list(caught.value.reasons)) == (2, reasons)


def test_what_cannot_be_read_of_an_act_out_of_turn_is_placed_beside_the_faults_of_the_words(tmp_path):
    words = read_words(write(tmp_path, b"a: 1\nb: 2\nb: 3\n"), [])
    with pytest.raises(TransitionNotAllowed, match="不能办理") as caught, words.judged():
        raise TransitionNotAllowed("不能办理", "短", [Problem("乙", key="a")])
    assert [(one.line, one.key) for one in caught.value.problems] == [(3, "b"), (1, "a")]
    assert caught.value.brief == "短"


def test_file_that_cannot_be_read_hides_nothing_of_the_command_line_and_makes_nothing_up(tmp_path):
    words = read_words(str(tmp_path / "none.yaml"), ["tier=x"])
    found = [Problem("甲", key="tier"), Problem("缺", key="why"), Problem("乙", key="cases.1")]

    def told(error: Exception) -> list[tuple[str, str]]:
        with (
            pytest.raises(type(error) if isinstance(error, TransitionNotAllowed) else InputInvalid) as caught,
            words.judged({"cases.1": "--case 1=x"}),
        ):
            raise error
        assert getattr(caught.value, "reasons", ()) == ()
        return [(one.file or one.key, one.message) for one in caught.value.problems]

    file = (str(tmp_path / "none.yaml"), "没有这个文件")
    assert told(InputInvalid(found, reasons=[Reason("a", "甲")])) == [
        file,
        ("tier", "甲"),
        ("--case 1=x", "乙"),
    ]
    assert told(TransitionRefused([Reason("a", "甲")])) == [file]
    assert told(NotFound("没有这件")) == [file, ("", "没有这件")]
    assert told(TransitionNotAllowed("不能", problems=found[:2])) == [file, ("tier", "甲")]
    with pytest.raises(InputInvalid), words.judged():
        pass

"""YAML text turned into plain values and their lines, by ruamel's parser; reading.py tells what is accepted.

Loaded only where a text has to be parsed: of what an instance reads at its start, the content is remembered.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from mediation.errors import Problem
from mediation.language import _
from mediation.reading import Lines, Path_, Unreadable, dotted, forbidden_in

MOST_LEVELS = 40
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,14})\Z")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]{0,14})\.[0-9]{1,15}\Z")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})\Z")
_NO_KEYS = frozenset({"", "<<"})
_CONSTANTS: Mapping[str, Any] = {"": None, "~": None, "null": None, "true": True, "false": False}
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")


def parse(text: str, file: str) -> tuple[Any, Lines]:
    """Content and lines, which nobody changes; among the lines, what can be told beside all else. Raises Unreadable."""
    problems = list(_forbidden_characters(text, file))
    if problems:
        raise Unreadable(problems)
    builder = _Builder(file)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            builder.take(event)
            if builder.hopeless:
                break
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        builder.problem(line, (), _("YAML 格式不对：{cause}").format(cause=_yaml_cause(error)))
    except (YAMLError, ValueError, RecursionError, OverflowError) as error:
        builder.problem(None, (), _("YAML 格式不对：{cause}").format(cause=_one_line(str(error))))
    if not builder.problems and builder.empty:
        builder.problem(1, (), _("文件是空的"))
    if builder.problems:
        raise Unreadable(sorted([*builder.lines.faults, *builder.problems], key=lambda one: one.line or 0))
    return builder.root, builder.lines


class _Builder:
    """Builds plain values from parser events with a stack of its own, so that depth costs no recursion."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.lines = Lines()
        self._first: dict[Path_, int] = {}
        self._anchored: dict[str, Any] = {}
        self.root: Any = None
        self.empty = True
        self.hopeless = False
        self._stack: list[_Open] = []

    def problem(self, line: int | None, path: Path_, message: str) -> None:
        """What keeps the text from being read at all."""
        self.problems.append(Problem(message, self.file, line, dotted(path)))

    def fault(self, line: int | None, path: Path_, message: str) -> None:
        """What must not be, though the rest can be judged beside it."""
        self.lines.faults.append(Problem(message, self.file, line, dotted(path)))

    def take(self, event: Any) -> None:
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, DocumentStartEvent):
            self._begin_document(event, line)
        elif isinstance(event, AliasEvent):
            message = _("不能使用别名 *{name}，请写出完整内容").format(name=event.anchor)
            if event.anchor in self._anchored:
                self.fault(line, self._path(), message)
            else:
                self.problem(line, self._path(), message)
            self._add(self._anchored.get(event.anchor), line)
        elif isinstance(event, ScalarEvent):
            self._refuse_marks(event, line)
            self._scalar(event, line)
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            self._refuse_marks(event, line)
            self._open([] if isinstance(event, SequenceStartEvent) else {}, line)
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self._stack.pop()

    def _begin_document(self, event: DocumentStartEvent, line: int | None) -> None:
        if not self.empty:
            self.problem(line, (), _("一个文件只能有一份文档，多了一个 ---"))
            self.hopeless = True
        if event.version not in (None, (1, 2)):
            self.problem(line, (), _("只接受 YAML 1.2"))
            self.hopeless = True

    def _refuse_marks(self, event: Any, line: int | None) -> None:
        if event.anchor is not None:
            self.fault(line, self._path(), _("不能使用锚点 &{name}").format(name=event.anchor))
        tag = str(event.tag) if event.tag is not None else None
        if tag is not None and tag != "!":
            self.fault(line, self._path(), _("不能使用类型标记 {tag}").format(tag=tag))

    def _scalar(self, event: ScalarEvent, line: int | None) -> None:
        value = _joined(str(event.value))
        found = forbidden_in(value)
        if found:
            self.fault(line, self._path(), _("含有不允许的字符 {code}").format(code=found))
        top = self._stack[-1] if self._stack else None
        if top is not None and top.wants_key:
            self._key(top, value, line)
        else:
            said = value if event.style is not None else _plain(value)
            if event.anchor is not None:
                self._anchored[event.anchor] = said
            self._add(said, line)

    def _key(self, top: "_Open", key: str, line: int | None) -> None:
        path = (*top.path, key)
        if key == "":
            self.fault(line, top.path, _("键不能为空"))
        elif key == "<<":
            self.fault(line, top.path, _("不能使用合并键 <<"))
        elif key in top.value:
            message = _("这个键写了两次（第一次在第{first}行）").format(first=self._first[path])
            self.fault(line, path, message)
            self.lines.put(path, line or 0)  # of the two, the last is judged
        else:
            self._first[path] = line or 0
            self.lines.put(path, line or 0)
        top.key = key

    def _open(self, value: Any, line: int | None) -> None:
        top = self._stack[-1] if self._stack else None
        if top is not None and top.wants_key:
            self.problem(line, top.path, _("键必须是文字"))
            self.hopeless = True
            return
        if len(self._stack) >= MOST_LEVELS:
            self.problem(line, (), _("嵌套超过 {most} 层").format(most=MOST_LEVELS))
            self.hopeless = True
            return
        path = self._path()
        self._add(value, line)
        self._stack.append(_Open(value, path))

    def _add(self, value: Any, line: int | None) -> None:
        if not self._stack:
            self.root, self.empty = value, False
            self.lines.put((), line or 1)
            return
        top = self._stack[-1]
        if isinstance(top.value, list):
            self.lines.put((*top.path, len(top.value)), line or 0)
            top.value.append(value)
        elif top.key is None:
            self._key(top, "", line)
        else:
            if top.key not in _NO_KEYS:
                top.value[top.key] = value
            top.key = None

    def _path(self) -> Path_:
        """Where the next value goes."""
        if not self._stack:
            return ()
        top = self._stack[-1]
        if isinstance(top.value, list):
            return (*top.path, len(top.value))
        return top.path if top.key is None else (*top.path, top.key)


class _Open:
    """A mapping or sequence not yet closed."""

    def __init__(self, value: Any, path: Path_) -> None:
        self.value = value
        self.path = path
        self.key: str | None = None

    @property
    def wants_key(self) -> bool:
        return isinstance(self.value, dict) and self.key is None


def _plain(text: str) -> Any:
    """A scalar without quotes as what it says. A day that does not exist stays text: who expects a day will tell."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.match(text):
        return int(text)
    if _DECIMAL.match(text):
        return float(text)
    if _DATE.match(text):
        with suppress(ValueError):
            return date.fromisoformat(text)
    return text


def _forbidden_characters(text: str, file: str) -> Iterator[Problem]:
    """One problem for each line with a character that has no business in a file of configuration."""
    if forbidden_in(text) is None:
        return
    for number, line in enumerate(text.split("\n"), start=1):
        found = forbidden_in(line)
        if found:
            yield Problem(_("含有不允许的字符 {code}").format(code=found), file, number)


def _joined(text: str) -> str:
    """The text with each pair of surrogates as the one character it stands for: JSON writes 𬱖 as two escapes."""
    return _PAIR.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)


_YAML_CAUSES: Sequence[tuple[str, str]] = (
    ("found character '\\t'", "这里不能用制表符（Tab）；请用空格缩进"),
    ("that cannot start any token", "这里不能以这个字符开头；这是文字的话请加引号"),
    ("mapping values are not allowed", "这里不能再有“键: 值”；请检查缩进，文字里有冒号的请加引号"),
    ("mapping keys are not allowed", "这里不能有“键: 值”；请检查缩进"),
    ("sequence entries are not allowed", "这里不能有“- ”开头的一项；请检查缩进"),
    ("could not find expected ':'", "键后面缺少冒号和空格"),
    ("found unexpected ':'", "多了一个冒号；文字里有冒号的请加引号"),
    ("expected ',' or ']'", "方括号里的列表没有写完，应有逗号或 ]"),
    ("expected ',' or '}'", "花括号里的内容没有写完，应有逗号或 }"),
    ("expected <block end>", "缩进不一致，或这里多了内容"),
    ("expected the node content", "这里缺少内容，或括号没有配对"),
    ("expected '<document start>'", "内容已经结束，后面多了文字；请检查引号和缩进"),
    ("unexpected end of stream", "引号没有配对，文件就结束了"),
    ("unexpected document separator", "引号没有配对，遇到了 ---"),
    ("unknown escape character", "双引号里的反斜杠写法不对；请改用单引号，或写成两个反斜杠"),
    ("expected escape sequence", "双引号里的反斜杠写法不对；后面应是十六进制数字"),
    ("unclosed '['", "缩进不对，或括号没有配对"),
    ("more indented follow up", "多行文字的缩进不一致"),
    ("alphabetic or numeric character", "& 和 * 有特别的意思；这是文字的话请加引号"),
    ("chomping or indentation", "| 或 > 后面写法不对；这是文字的话请加引号"),
    ("indentation indicator", "| 或 > 后面写法不对；这是文字的话请加引号"),
    ("undefined tag handle", "! 有特别的意思；这是文字的话请加引号"),
    ("expected URI", "! 有特别的意思；这是文字的话请加引号"),
    ("directive", "% 开头的指令写法不对；这是文字的话请加引号"),
    ("YAML document", "只接受 YAML 1.2"),
)


def _yaml_cause(error: MarkedYAMLError) -> str:
    """What the reader of YAML stumbled over, in words; its own words only for what is rare."""
    told = _one_line(error.problem or str(error))
    return next((_(cause) for sign, cause in _YAML_CAUSES if sign in told), told)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200]

"""Strict reading of YAML files: every problem at once, each with its line and key; nothing is guessed.

Plain scalars are null (`null`, `~`, nothing), `true`, `false`, decimal numbers, and dates (`2026-03-01`); everything
else is text: `no`, `off`, `1:30`, and numbers with a leading zero or more than 15 digits, which are codes. Keys are
always text. Refused: duplicate keys, aliases, anchors, tags, merge keys, more than one document, more than 40 levels,
control characters, and characters that change the direction of writing.
"""

import re
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
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

from mediation.errors import InputInvalid, Problem, cause_of
from mediation.language import _

Key = str | int
Path_ = tuple[Key, ...]
M = TypeVar("M", bound=BaseModel)

MOST_BYTES = 4 * 1024 * 1024
MOST_LEVELS = 40
_MOST_KEPT = 100_000  # letters of a text that is kept as it was read
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,14})\Z")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]{0,14})\.[0-9]{1,15}\Z")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})\Z")
_CONSTANTS: Mapping[str, Any] = {"": None, "~": None, "null": None, "true": True, "false": False}
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")


class Unreadable(InputInvalid):
    """文件有错误,没有载入:"""


class Lines:
    """The line on which each key or item of a file begins."""

    def __init__(self) -> None:
        self._lines: dict[Path_, int] = {}

    def put(self, path: Path_, line: int) -> None:
        self._lines[path] = line

    def of(self, path: Sequence[Key]) -> int | None:
        """The line of a path such as ("states", "closed", "limit"), or of the nearest thing around it."""
        whole = tuple(path)
        for length in range(len(whole), -1, -1):
            found = self._lines.get(whole[:length])
            if found is not None:
                return found
        return None


def read_yaml(path: Path, *, shown_as: str | None = None) -> tuple[Any, Lines]:
    """The file's content and its lines. `shown_as` is the file's name in problems. Raises Unreadable with all of them."""
    file = shown_as or path.name
    return parse_yaml(read_text(path, shown_as=file), file)


def parse_yaml(text: str, file: str = "") -> tuple[Any, Lines]:
    """The same for a text already in hand."""
    content, lines = _parsed(text, file) if len(text) <= _MOST_KEPT else _parse(text, file)
    return _copied(content), lines


def _parse(text: str, file: str) -> tuple[Any, Lines]:
    """Content and lines, which nobody changes. Raises Unreadable."""
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
        builder.problem(line, (), _("YAML 格式不对:{cause}").format(cause=_yaml_cause(error)))
    except (YAMLError, ValueError, RecursionError, OverflowError) as error:
        builder.problem(None, (), _("YAML 格式不对:{cause}").format(cause=_one_line(str(error))))
    if not builder.problems and builder.empty:
        builder.problem(1, (), _("文件是空的"))
    if builder.problems:
        raise Unreadable(builder.problems)
    return builder.root, builder.lines


# A site's files are read when it is checked, when it is founded or applied, and each time that it is opened anew.
_parsed = lru_cache(maxsize=256)(_parse)


def _copied(value: Any) -> Any:
    """Plain values again, for whoever wants to change them. Depth is bounded by the reader."""
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list) else value


def read_text(path: Path, *, shown_as: str | None = None) -> str:
    """A UTF-8 file as text, a byte order mark dropped. Raises Unreadable."""
    file = shown_as or path.name
    return decoded(read_file(path, file), file)


def decoded(data: bytes, file: str) -> str:
    """UTF-8 as text, a byte order mark dropped. Raises Unreadable with the line that is something else."""
    if len(data) > MOST_BYTES:
        raise Unreadable([Problem(_("内容超过上限 {most} 字节").format(most=MOST_BYTES), file)])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        message = _("不是 UTF-8 编码的文本,请另存为 UTF-8")
        raise Unreadable([Problem(message, file, line)]) from error


def read_file(path: Path, file: str) -> bytes:
    """The bytes of a regular file that is not too large; a pipe or device is never opened. Raises Unreadable."""
    try:
        status = path.stat()
        if stat.S_ISREG(status.st_mode) and status.st_size <= MOST_BYTES:
            return path.read_bytes()
    except FileNotFoundError as error:
        message = _("符号链接指向的文件不存在") if path.is_symlink() else _("没有这个文件")
        raise Unreadable([Problem(message, file)]) from error
    except (OSError, ValueError) as error:
        cause = cause_of(error) if isinstance(error, OSError) else _("路径里有不能用的字符")
        raise Unreadable([Problem(_("文件读不出来:{cause}").format(cause=cause), file)]) from error
    if stat.S_ISDIR(status.st_mode):
        message = _("文件读不出来:{cause}").format(cause=_("这是文件夹,不是文件"))
    elif not stat.S_ISREG(status.st_mode):
        message = _("文件读不出来:{cause}").format(cause=_("不是普通文件"))
    else:
        message = _("文件有 {size} 字节,超过上限 {most} 字节").format(size=status.st_size, most=MOST_BYTES)
    raise Unreadable([Problem(message, file)])


def checked(model: type[M], data: Any, lines: Lines, file: str) -> tuple[M | None, list[Problem]]:
    """The data as the model, or every way in which it does not fit, with file, line and key."""
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        return None, shape_problems(error, lines, file)


def shape_problems(error: ValidationError, lines: Lines, file: str) -> list[Problem]:
    """What pydantic found, as sentences in the reader's language."""
    return listed_problems(error.errors(include_url=False), lines, file)


def listed_problems(items: Iterable[Mapping[str, Any]], lines: Lines, file: str) -> list[Problem]:
    """The same for a list of what pydantic found."""
    return [
        Problem(_sentence(item), file, lines.of(item["loc"]), dotted(_without_marks(item["loc"])))
        for item in items
        if not _is_hearsay(item)
    ]


def forbidden_in(text: str) -> str | None:
    """The first character that has no business in a file of configuration, as U+0000; None if there is none."""
    found = _FORBIDDEN.search(text)
    return f"U+{ord(found.group()):04X}" if found else None


def dotted(path: Sequence[Key]) -> str:
    """A path as people write it: states.closed.limit, edges[3].to."""
    text = ""
    for key in path:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
    return text


def _is_hearsay(item: Mapping[str, Any]) -> bool:
    """A list that is called too short only because pydantic does not count its items that are wrong themselves."""
    given = item.get("input")
    return (
        item["type"] == "too_short"
        and isinstance(given, list | tuple)
        and len(given) >= item["ctx"]["min_length"]
    )


def _without_marks(path: Sequence[Key]) -> Sequence[Key]:
    """A path without pydantic's own word for a mapping's key that is itself wrong."""
    return path[:-1] if path and path[-1] == "[key]" else path


class _Builder:
    """Builds plain values from parser events with a stack of its own, so that depth costs no recursion."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.lines = Lines()
        self.root: Any = None
        self.empty = True
        self.hopeless = False
        self._stack: list[_Open] = []

    def problem(self, line: int | None, path: Path_, message: str) -> None:
        self.problems.append(Problem(message, self.file, line, dotted(path)))

    def take(self, event: Any) -> None:
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, DocumentStartEvent):
            self._begin_document(event, line)
        elif isinstance(event, AliasEvent):
            self.problem(
                line, self._path(), _("不能使用别名 *{name},请写出完整内容").format(name=event.anchor)
            )
            self._add(None, line)
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
            self.problem(line, (), _("一个文件只能有一份文档,多了一个 ---"))
            self.hopeless = True
        if event.version not in (None, (1, 2)):
            self.problem(line, (), _("只接受 YAML 1.2"))
            self.hopeless = True

    def _refuse_marks(self, event: Any, line: int | None) -> None:
        if event.anchor is not None:
            self.problem(line, self._path(), _("不能使用锚点 &{name}").format(name=event.anchor))
        tag = str(event.tag) if event.tag is not None else None
        if tag is not None and tag != "!":
            self.problem(line, self._path(), _("不能使用类型标记 {tag}").format(tag=tag))

    def _scalar(self, event: ScalarEvent, line: int | None) -> None:
        value = _joined(str(event.value))
        found = forbidden_in(value)
        if found:
            self.problem(line, self._path(), _("含有不允许的字符 {code}").format(code=found))
        top = self._stack[-1] if self._stack else None
        if top is not None and top.wants_key:
            self._key(top, value, line)
        elif event.style is not None:
            self._add(value, line)
        else:
            self._add(self._plain(value, line), line)

    def _key(self, top: "_Open", key: str, line: int | None) -> None:
        path = (*top.path, key)
        if key == "":
            self.problem(line, top.path, _("键不能为空"))
        elif key == "<<":
            self.problem(line, top.path, _("不能使用合并键 <<"))
        elif key in top.value:
            first = self.lines.of(path)
            self.problem(line, path, _("这个键写了两次(第一次在第{first}行)").format(first=first))
        else:
            self.lines.put(path, line or 0)
        top.key = key

    def _plain(self, text: str, line: int | None) -> Any:
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _INTEGER.match(text):
            return int(text)
        if _DECIMAL.match(text):
            return float(text)
        if _DATE.match(text):
            try:
                return date.fromisoformat(text)
            except ValueError:
                self.problem(line, self._path(), _("日期 {text} 不存在").format(text=text))
        return text

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


def _forbidden_characters(text: str, file: str) -> Iterator[Problem]:
    """One problem for each line with a character that has no business in a file of configuration."""
    if _FORBIDDEN.search(text) is None:
        return
    for number, line in enumerate(text.split("\n"), start=1):
        found = forbidden_in(line)
        if found:
            yield Problem(_("含有不允许的字符 {code}").format(code=found), file, number)


def _joined(text: str) -> str:
    """The text with each pair of surrogates as the one character it stands for: JSON writes 𬱖 as two escapes."""
    return _PAIR.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)


_YAML_CAUSES: Sequence[tuple[str, str]] = (
    ("found character '\\t'", "这里不能用制表符(Tab);请用空格缩进"),
    ("that cannot start any token", "这里不能以这个字符开头;这是文字的话请加引号"),
    ("mapping values are not allowed", "这里不能再有“键: 值”;请检查缩进,文字里有冒号的请加引号"),
    ("mapping keys are not allowed", "这里不能有“键: 值”;请检查缩进"),
    ("sequence entries are not allowed", "这里不能有“- ”开头的一项;请检查缩进"),
    ("could not find expected ':'", "键后面缺少冒号和空格"),
    ("found unexpected ':'", "多了一个冒号;文字里有冒号的请加引号"),
    ("expected ',' or ']'", "方括号里的列表没有写完,应有逗号或 ]"),
    ("expected ',' or '}'", "花括号里的内容没有写完,应有逗号或 }"),
    ("expected <block end>", "缩进不一致,或这里多了内容"),
    ("expected the node content", "这里缺少内容,或括号没有配对"),
    ("expected '<document start>'", "内容已经结束,后面多了文字;请检查引号和缩进"),
    ("unexpected end of stream", "引号没有配对,文件就结束了"),
    ("unexpected document separator", "引号没有配对,遇到了 ---"),
    ("unknown escape character", "双引号里的反斜杠写法不对;请改用单引号,或写成两个反斜杠"),
    ("expected escape sequence", "双引号里的反斜杠写法不对;后面应是十六进制数字"),
    ("unclosed '['", "缩进不对,或括号没有配对"),
    ("more indented follow up", "多行文字的缩进不一致"),
    ("alphabetic or numeric character", "& 和 * 有特别的意思;这是文字的话请加引号"),
    ("chomping or indentation", "| 或 > 后面写法不对;这是文字的话请加引号"),
    ("indentation indicator", "| 或 > 后面写法不对;这是文字的话请加引号"),
    ("undefined tag handle", "! 有特别的意思;这是文字的话请加引号"),
    ("expected URI", "! 有特别的意思;这是文字的话请加引号"),
    ("directive", "% 开头的指令写法不对;这是文字的话请加引号"),
    ("YAML document", "只接受 YAML 1.2"),
)


def _yaml_cause(error: MarkedYAMLError) -> str:
    """What the reader of YAML stumbled over, in words; its own words only for what is rare."""
    told = _one_line(error.problem or str(error))
    return next((_(cause) for sign, cause in _YAML_CAUSES if sign in told), told)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200]


_SENTENCES: Mapping[str, str] = {
    "missing": "缺少这一项",
    "extra_forbidden": "没有这个键;请检查拼写",
    "string_type": "应当是文字",
    "string_unicode": "含有不成对的代理码位,不是正确的文字",
    "int_type": "应当是整数",
    "int_from_float": "应当是整数",
    "int_parsing": "应当是整数",
    "float_type": "应当是数字",
    "bool_type": "应当是 true 或 false",
    "bool_parsing": "应当是 true 或 false",
    "date_type": "应当是日期,如 2026-03-01",
    "date_from_datetime_parsing": "应当是日期,如 2026-03-01",
    "dict_type": "应当是“键: 值”的形式",
    "model_type": "应当是“键: 值”的形式",
    "model_attributes_type": "应当是“键: 值”的形式",
    "mapping_type": "应当是“键: 值”的形式",
    "date_parsing": "应当是日期,如 2026-03-01",
    "datetime_type": "应当是时间,如 2026-03-01T09:30",
    "int_parsing_size": "数字太大",
    "float_parsing": "应当是数字",
    "finite_number": "应当是有限的数字",
    "list_type": "应当是列表",
    "tuple_type": "应当是列表",
    "literal_error": "应当是 {expected} 之一",
    "enum": "应当是 {expected} 之一",
    "greater_than": "应当大于 {gt}",
    "greater_than_equal": "不能小于 {ge}",
    "less_than": "应当小于 {lt}",
    "less_than_equal": "不能大于 {le}",
    "string_pattern_mismatch": "写法不对,应当符合 {pattern}",
    "string_too_short": "至少要有 {min_length} 个字",
    "string_too_long": "最多 {max_length} 个字",
    "too_short": "至少要有 {min_length} 项",
    "too_long": "最多 {max_length} 项",
    "value_error": "{error}",
    "timezone_aware": "时间要带时区",
    "datetime_parsing": "应当是时间,如 2026-03-01T09:30",
    "datetime_from_date_parsing": "应当是时间,如 2026-03-01T09:30",
    "date_from_datetime_inexact": "应当是日期,如 2026-03-01",
    "frozen_set_type": "应当是列表",
    "set_type": "应当是列表",
    "none_required": "应当空着",
    "bytes_type": "应当是文字",
}


def _sentence(item: Mapping[str, Any]) -> str:
    """What was expected and what stands there."""
    context = dict(item.get("ctx") or {})
    template = _SENTENCES.get(item["type"])
    if item["type"] == "json_invalid":
        return _("不是完整的 JSON,读到{place}为止").format(place=_json_place(str(context.get("error"))))
    if "expected" in context:
        context["expected"] = str(context["expected"]).replace(" or ", ", ").replace(", ", _("、"))
    text = _(template).format(**context) if template else str(item["msg"])
    given = item.get("input")
    if item["type"] in ("missing", "extra_forbidden", "value_error") or isinstance(
        given, dict | list | tuple | BaseModel
    ):
        return text
    return _("{text};现在写的是 {given}").format(text=text, given=_shortened(given))


def _json_place(error: str) -> str:
    """Where reading JSON came to its end, in words."""
    found = re.search(r"line ([0-9]+) column ([0-9]+)", error)
    if found is None:
        return _("开头")
    return _("第{line}行第{column}列").format(line=found[1], column=found[2])


def _shortened(value: Any, most: int = 60) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= most else text[:most] + "…"

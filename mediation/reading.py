"""Strict reading of YAML files: every problem at once, each with its line and key; nothing is guessed.

Plain scalars are null (`null`, `~`, nothing), `true`, `false`, decimal numbers, and dates (`2026-03-01`); everything
else is text: `no`, `off`, `1:30`, days that do not exist, and numbers with a leading zero or more than 15 digits, which
are codes. Keys are always text. Refused: duplicate keys, aliases, anchors, tags, merge keys, more than one document, more than 40 levels,
control characters, and characters that change the direction of writing.
"""

import hashlib
import re
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from mediation.errors import InputInvalid, Problem, cause_of
from mediation.language import _

Key = str | int
Path_ = tuple[Key, ...]
M = TypeVar("M", bound=BaseModel)

MOST_BYTES = 4 * 1024 * 1024
_MOST_KEPT = 100_000  # letters of a text that is kept as it was read
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


class Unreadable(InputInvalid):
    """文件有错误，没有载入："""


class Lines:
    """The line on which each key or item of a file begins."""

    def __init__(self) -> None:
        self._lines: dict[Path_, int] = {}
        self.faults: list[Problem] = []
        """Keys that stand twice, anchors and their like: the text must not be used, but the rest of it can be judged."""

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

    def in_file(self, path: Sequence[Key]) -> Path_:
        """The path of something as it is in the file."""
        return tuple(path)

    def is_whole(self, key: str) -> bool:  # noqa: ARG002  of a file that fits, everything is
        """Is all of a list at the top, if it is given, among what is judged?"""
        return True

    def stands_in(self, key: str) -> bool:  # noqa: ARG002  of a file that fits, nothing does
        """Is a key, as `at` has it, only there in the place of one that is missing or wrong, or within such a one?"""
        return False

    def at(self, path: Sequence[Key]) -> tuple[int | None, str]:
        """Line and key of a path, for a problem."""
        return self.of(path), dotted(self.in_file(path))


def read_yaml(path: Path, *, shown_as: str | None = None, for_checked: bool = False) -> tuple[Any, Lines]:
    """The file's content and its lines. `shown_as` is the file's name in problems. Raises Unreadable with all of them.

    `for_checked`: both go to `checked`, which tells of keys that stand twice, and their like, beside all else that is wrong.
    """
    file = shown_as or path.name
    return parse_yaml(read_text(path, shown_as=file), file, for_checked=for_checked)


def parse_yaml(text: str, file: str = "", *, for_checked: bool = False) -> tuple[Any, Lines]:
    """The same for a text already in hand."""
    content, lines = _recalled(text, file)
    if lines.faults and not for_checked:
        raise Unreadable(lines.faults)
    return content, lines


def _recalled(text: str, file: str) -> tuple[Any, Lines]:
    memory = _memory.get()
    if memory is None:
        content, lines = _read(text, file)
        return _copied(content), lines
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    known = memory.recall(digest)
    if known is not None:
        return known, _LinesOf(text, file)
    content, lines = _read(text, file)
    if not lines.faults:
        memory.keep(digest, content)
    return _copied(content), lines


class Memory(Protocol):
    """Knows what texts say by their SHA-256; nothing is kept of a text that has errors."""

    def recall(self, digest: str) -> Any:
        """The content anew, for whoever wants to change it; None if it is not known."""

    def keep(self, digest: str, content: Any) -> None:
        """Know from now on what the text says."""


@contextmanager
def remembering(memory: Memory) -> Iterator[None]:
    """Within: a text that the memory knows is not parsed again."""
    before = _memory.set(memory)
    try:
        yield
    finally:
        _memory.reset(before)


_memory: ContextVar[Memory | None] = ContextVar("memory", default=None)


def _read(text: str, file: str) -> tuple[Any, Lines]:
    return _parsed(text, file) if len(text) <= _MOST_KEPT else _parse(text, file)


def _parse(text: str, file: str) -> tuple[Any, Lines]:
    """Content and lines, which nobody changes. Raises Unreadable."""
    from mediation.yaml_text import parse  # noqa: PLC0415  heavy, and not needed for what is remembered

    return parse(text, file)


# A site's files are read when it is checked, when it is founded or applied, and each time that it is opened anew.
_parsed = lru_cache(maxsize=256)(_parse)


class _LinesOf(Lines):
    """The lines of a text whose content was remembered: found by parsing it, once something is wrong with it."""

    def __init__(self, text: str, file: str) -> None:
        super().__init__()
        self._text, self._file = text, file

    def of(self, path: Sequence[Key]) -> int | None:
        return _read(self._text, self._file)[1].of(path)


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
        message = _("不是 UTF-8 编码的文本，请另存为 UTF-8")
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
        raise Unreadable([Problem(_("文件读不出来：{cause}").format(cause=cause), file)]) from error
    if stat.S_ISDIR(status.st_mode):
        message = _("文件读不出来：{cause}").format(cause=_("这是文件夹，不是文件"))
    elif not stat.S_ISREG(status.st_mode):
        message = _("文件读不出来：{cause}").format(cause=_("不是普通文件"))
    else:
        message = _("文件有 {size} 字节，超过上限 {most} 字节").format(size=status.st_size, most=MOST_BYTES)
    raise Unreadable([Problem(message, file)])


def checked(model: type[M], data: Any, lines: Lines, file: str) -> tuple[M | None, list[Problem]]:
    """The data as the model, or every way in which it does not fit, with file, line and key."""
    try:
        found = model.model_validate(data)
    except ValidationError as error:
        return None, [*lines.faults, *shape_problems(error, lines, file)]
    return (None, list(lines.faults)) if lines.faults else (found, [])


@dataclass(frozen=True)
class Misread:
    """Stands in the place of a word that could not be made of what somebody typed: no model takes it, and `why` is told of it."""

    why: str


def told_once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON; a key that stands twice in it says nothing: neither word is taken for the other (RFC 8259 section 4)."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        found[key] = Misread(_("这个键写了两次")) if key in found else value
    return found


def shape_problems(error: ValidationError, lines: Lines, file: str) -> list[Problem]:
    """What pydantic found, as sentences in the reader's language."""
    return listed_problems(error.errors(include_url=False), lines, file)


def listed_problems(items: Iterable[Mapping[str, Any]], lines: Lines, file: str) -> list[Problem]:
    """The same for a list of what pydantic found."""
    return [
        Problem(_sentence(item), file, lines.of(item["loc"]), dotted(_without_marks(item["loc"])))
        for item in first_hand(items)
    ]


def first_hand(items: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    """What pydantic found, without what it says only because of something else that it found."""
    return (item for item in items if not _is_hearsay(item))


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


_SENTENCES: Mapping[str, str] = {
    "missing": "缺少这一项",
    "extra_forbidden": "没有这个键；请检查拼写",
    "string_type": "应当是文字",
    "string_unicode": "含有不成对的代理码位，不是正确的文字",
    "int_type": "应当是整数",
    "int_from_float": "应当是整数",
    "int_parsing": "应当是整数",
    "float_type": "应当是数字",
    "bool_type": "应当是 true 或 false",
    "bool_parsing": "应当是 true 或 false",
    "date_type": "应当是日期，如 2026-03-01",
    "date_from_datetime_parsing": "应当是日期，如 2026-03-01",
    "dict_type": "应当是“键: 值”的形式",
    "model_type": "应当是“键: 值”的形式",
    "model_attributes_type": "应当是“键: 值”的形式",
    "mapping_type": "应当是“键: 值”的形式",
    "date_parsing": "应当是日期，如 2026-03-01",
    "datetime_type": "应当是时间，如 2026-03-01T09:30",
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
    "string_pattern_mismatch": "写法不对，应当符合 {pattern}",
    "string_too_short": "至少要有 {min_length} 个字",
    "string_too_long": "最多 {max_length} 个字",
    "too_short": "至少要有 {min_length} 项",
    "too_long": "最多 {max_length} 项",
    "value_error": "{error}",
    "timezone_aware": "时间要带时区",
    "datetime_parsing": "应当是时间，如 2026-03-01T09:30",
    "datetime_from_date_parsing": "应当是时间，如 2026-03-01T09:30",
    "date_from_datetime_inexact": "应当是日期，如 2026-03-01",
    "frozen_set_type": "应当是列表",
    "set_type": "应当是列表",
    "none_required": "应当空着",
    "bytes_type": "应当是文字",
}


PAPER_PATTERN = r"^[a-z][a-z0-9_]{0,39}(:[a-z]+-[0-9]{1,3})?$"
"""How an act names a paper of its case: `form`, or `form:subject`."""
_CODE = re.compile(r"\^\[A-Za-z0-9\]\[A-Za-z0-9_?\.?-?\]\{0,([0-9]+)\}\$")
"""The patterns of codes: nobody at a counter reads a regular expression."""
_A_CODE = "应当是代码：以字母或者数字开头，只用字母、数字、点、横线和下划线，最多 {most} 个字符"
_A_PAPER = "应当是文书的名称，如 agreement；同样的文书不止一份的，再写是哪一份，如 mediation_record:session-1"


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _is_no_day(value: Any) -> bool:
    """Is it written as a day, of which there is none?"""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return True
    return False


def _sentence(item: Mapping[str, Any]) -> str:
    """What was expected and what stands there."""
    if isinstance(item.get("input"), Misread):
        return str(item["input"].why)
    if item["type"].startswith("date_") and _is_no_day(item.get("input")):
        return _("日期 {text} 不存在").format(text=item["input"])
    context = dict(item.get("ctx") or {})
    template = _SENTENCES.get(item["type"])
    if item["type"] == "json_invalid":
        return _("不是完整的 JSON，读到{place}为止").format(place=_json_place(str(context.get("error"))))
    if "expected" in context:
        context["expected"] = str(context["expected"]).replace(" or ", ", ").replace(", ", _("、"))
    if context.get("pattern") == PAPER_PATTERN:
        template = _A_PAPER
    code = _CODE.fullmatch(str(context.get("pattern", "")))
    if code:
        template, context = _A_CODE, {"most": int(code[1]) + 1}
    text = _(template).format(**context) if template else str(item["msg"])
    given = item.get("input")
    if item["type"] in ("missing", "extra_forbidden", "value_error") or isinstance(
        given, dict | list | tuple | BaseModel
    ):
        return text
    return _("{text}；现在写的是 {given}").format(text=text, given=_shortened(given))


def _json_place(error: str) -> str:
    """Where reading JSON came to its end, in words."""
    found = re.search(r"line ([0-9]+) column ([0-9]+)", error)
    if found is None:
        return _("开头")
    return _("第{line}行第{column}列").format(line=found[1], column=found[2])


def quoted(text: str, most: int = 60) -> str:
    """A text as it was written, in quotation marks; line ends and what is not seen as Python writes them."""
    shown = repr(text)[1:-1]
    return f"“{shown if len(shown) <= most else shown[:most] + '…'}”"


def _shortened(value: Any, most: int = 60) -> str:
    if isinstance(value, str):
        return quoted(value, most)
    text = str(value)
    return text if len(text) <= most else text[:most] + "…"

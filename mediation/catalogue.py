"""Reads gettext catalogues as they are written (.po): there is no compiled file that could fall out of step."""

import ast
import re
from pathlib import Path
from typing import Any

_CHOICE = re.compile(r"\{\w+:[^{}|]*\|[^{}|]*\}")


class Counted(str):
    """A translation in which numbers choose words: `{n:day|days}` is `day` for 1 and `days` for any other number."""

    __slots__ = ()

    def filled(self, *placed: Any, **named: Any) -> str:
        """The text with its places filled."""
        return super().format(*map(_number, placed), **{key: _number(one) for key, one in named.items()})

    # A template's sandbox fills in by itself what is filled by a method of the name `format`, and knows no numbers.
    format = filled


class _Number(int):
    def __format__(self, spec: str) -> str:
        one, choice, many = spec.partition("|")
        if not choice:
            return super().__format__(spec)
        return one if self == 1 else many


def read_catalogue(path: Path) -> dict[str, str]:
    """Message → translation, without the header and without fuzzy or empty entries.

    A translation chooses between one and many by itself: `{n} {n:day|days}`.
    """
    found: dict[str, str] = {}
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        message, translation = _entry(block)
        if message and translation:
            found[message] = Counted(translation) if _CHOICE.search(translation) else translation
    return found


def _entry(block: str) -> tuple[str, str]:
    parts: dict[str, list[str]] = {"msgid": [], "msgstr": []}
    part = ""
    for line in block.splitlines():
        if line.startswith("#"):
            if line.startswith("#,") and "fuzzy" in line:
                return "", ""
            continue
        word, _space, rest = line.partition(" ")
        if word in parts:
            part = word
        held = rest if word in parts else line
        if part and held.startswith('"'):
            parts[part].append(ast.literal_eval(held))
    return "".join(parts["msgid"]), "".join(parts["msgstr"])


def _number(value: Any) -> Any:
    if isinstance(value, str) and value.isdecimal():
        return _Number(value)
    return _Number(value) if isinstance(value, int) else value

"""The strings that people read: Chinese is the source language, other languages come from gettext catalogues.

What an act records stays Chinese whoever acts. Within `recording` the function `_` answers in Chinese and remembers what it
said; `spoken` says it again in the reader's language, at the edge.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

from mediation.catalogue import read_catalogue

_CATALOGUES = Path(__file__).with_name("locale")
_spoken: ContextVar[str] = ContextVar("language", default="")
_recorded: ContextVar[bool] = ContextVar("recording", default=False)


class Words(str):
    """Chinese text that remembers its message and what was put into it, so that it can be said in another language."""

    __slots__ = ("message", "named", "placed")
    message: str
    placed: tuple[Any, ...]
    named: dict[str, Any]

    def __new__(cls, text: str, message: str = "", *placed: Any, **named: Any) -> Self:
        made = super().__new__(cls, text)
        made.message, made.placed, made.named = message or text, placed, named
        return made

    def format(self, *placed: Any, **named: Any) -> str:
        """The text with its places filled; what it was made of is remembered."""
        words = {key: _as_recorded(one) for key, one in named.items()}
        made = Words(super().format(*map(_as_recorded, placed), **words), self.message)
        made.placed, made.named = placed, named
        return made

    def __format__(self, spec: str) -> str:
        """What stands in a sentence that is said now: in the reader's language, as that sentence is."""
        return str.__format__(str(spoken(self)), spec)

    def said(self, language: str) -> str:
        """The same in another language, as far as there is a translation; nothing if there is none."""
        found = self.message if language == "zh" else _catalogue(language).get(self.message, "")
        if not found or (language == "zh" and not self.placed and not self.named):
            return ""
        if not self.placed and not self.named:
            return found
        placed = [spoken(one) for one in self.placed]
        return found.format(*placed, **{key: spoken(one) for key, one in self.named.items()})


class _Row(Words):
    """Words one after another: `message` is what stands between them, `placed` are the words."""

    __slots__ = ()

    def said(self, language: str) -> str:
        between = _catalogue(language).get(self.message, self.message) if language != "zh" else self.message
        return between.join(str(spoken(one)) for one in self.placed)


def current_language() -> str:
    """The reader's language: what `speak` has set for this request, else MEDIATION_LANGUAGE, else Chinese."""
    return _spoken.get() or usual_language()


def usual_language() -> str:
    """The language of whoever has chosen none."""
    return os.environ.get("MEDIATION_LANGUAGE", "zh")


def speak(language: str) -> None:
    """Answer in this language from here on, within the present request; in the usual one for nothing."""
    _spoken.set(language)


@contextmanager
def recording() -> Iterator[None]:
    """Within: words are for the record, the papers and the notices, which are Chinese whoever reads now."""
    before = _recorded.get()
    _recorded.set(True)
    try:
        yield
    finally:
        _recorded.set(before)


def is_recording() -> bool:
    """Do words go into the record now?"""
    return _recorded.get()


def _(message: str) -> str:
    """The message in the reader's language; Chinese while `recording`, and if there is no translation."""
    language = current_language()
    if language == "zh":
        return message
    text = str(message)
    if _recorded.get():
        return message if isinstance(message, Words) else Words(text)
    return _catalogue(language).get(text, text)


def spoken(text: Any) -> Any:
    """What was said while `recording`, in the reader's language; anything else as it is."""
    if not isinstance(text, Words) or _recorded.get():
        return text
    return text.said(current_language()) or str(text)


def joined(words: Iterable[Any], between: str = "、") -> str:
    """Words one after another, with `between` as the reader's language writes it. Unlike `join` it forgets nothing."""
    placed = tuple(words)
    text = between.join(str(_as_recorded(one)) for one in placed)
    made = _Row(text)
    made.message, made.placed = between, placed
    return str(text) if current_language() == "zh" and not _recorded.get() else spoken(made)


def _as_recorded(word: Any) -> Any:
    return str(word) if isinstance(word, Words) else word


def languages() -> tuple[str, ...]:
    """Chinese, and every language that there is a catalogue of."""
    return ("zh", *sorted(one.parents[1].name for one in _CATALOGUES.glob("*/LC_MESSAGES/mediation.po")))


@lru_cache
def _catalogue(language: str) -> dict[str, str]:
    if language not in languages():
        return {}
    return read_catalogue(_CATALOGUES / language / "LC_MESSAGES" / "mediation.po")

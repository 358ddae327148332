"""The strings that people read: Chinese is the source language, other languages come from gettext catalogues.

What an act records stays Chinese whoever acts. Within `recording` the function `_` answers in Chinese and remembers what it
said; `spoken` says it again in the reader's language, at the edge.
"""

import os
from collections.abc import Iterator
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
        made = Words(super().format(*placed, **named), self.message)
        made.placed, made.named = placed, named
        return made


def current_language() -> str:
    """The reader's language: what `speak` has set for this request, else MEDIATION_LANGUAGE, else Chinese."""
    return _spoken.get() or os.environ.get("MEDIATION_LANGUAGE", "zh")


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
    language = current_language()
    found = text.message if language == "zh" else _catalogue(language).get(text.message, "")
    if not found:
        return str(text)
    if not text.placed and not text.named:
        return found if language != "zh" else str(text)
    placed = [spoken(one) for one in text.placed]
    return found.format(*placed, **{key: spoken(one) for key, one in text.named.items()})


def languages() -> tuple[str, ...]:
    """Chinese, and every language that there is a catalogue of."""
    return ("zh", *sorted(one.parents[1].name for one in _CATALOGUES.glob("*/LC_MESSAGES/mediation.po")))


@lru_cache
def _catalogue(language: str) -> dict[str, str]:
    if language not in languages():
        return {}
    return read_catalogue(_CATALOGUES / language / "LC_MESSAGES" / "mediation.po")

"""The strings that people read: Chinese is the source language, other languages come from gettext catalogues."""

import gettext
import os
from contextvars import ContextVar
from pathlib import Path

_CATALOGUES = Path(__file__).with_name("locale")
_spoken: ContextVar[str] = ContextVar("language", default="")
_translations: dict[str, gettext.NullTranslations] = {}


def current_language() -> str:
    """The reader's language: what `speak` has set for this request, else MEDIATION_LANGUAGE, else Chinese."""
    return _spoken.get() or os.environ.get("MEDIATION_LANGUAGE", "zh")


def speak(language: str) -> None:
    """Answer in this language from here on, within the present request; in the usual one for nothing."""
    _spoken.set(language)


def _(message: str) -> str:
    """The message in the reader's language; a message without translation stays Chinese."""
    language = current_language()
    if language == "zh":
        return message
    found = _translations.get(language)
    if found is None:
        found = gettext.translation("mediation", _CATALOGUES, languages=[language], fallback=True)
        _translations[language] = found
    return found.gettext(message)


def languages() -> tuple[str, ...]:
    """Chinese, and every language that there is a catalogue of."""
    return ("zh", *sorted(one.parents[1].name for one in _CATALOGUES.glob("*/LC_MESSAGES/mediation.mo")))

"""Words of an act, said of other days: every day and moment in them by so many days later."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?=$|T)")
_STAYS = "born_on"


def moved(value: Any, by: timedelta, key: str = "") -> Any:
    """The same words with their days moved; a day of birth stays."""
    if isinstance(value, Mapping):
        return {name: moved(one, by, name) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [moved(one, by, key) for one in value]
    if isinstance(value, datetime | date):
        return value if key == _STAYS else value + by
    return moved_text(value, by, key) if isinstance(value, str) else value


def moved_text(text: str, by: timedelta, key: str) -> str:
    """A day or a moment as text; any other text as it is."""
    day = _DAY.match(text)
    if day is None or key == _STAYS:
        return text
    return f"{date.fromisoformat(day[0]) + by}{text[day.end() :]}"

"""How much one filling of a template may do: counted in steps and characters, never in seconds, so that every machine judges alike."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from mediation.language import _

MOST_STEPS: Final = 20_000
MOST_CHARACTERS: Final = 4_000_000

_left: ContextVar[list[int]] = ContextVar("what is left of steps and characters")


class RunsAway(ValueError):
    """A template repeats itself too often or writes too much."""


@contextmanager
def bounded() -> Iterator[None]:
    """Within it a template may take MOST_STEPS steps and write MOST_CHARACTERS characters."""
    token = _left.set([MOST_STEPS, MOST_CHARACTERS])
    try:
        yield
    finally:
        _left.reset(token)


def stepped(steps: int) -> None:
    """So many steps were taken. Raises RunsAway when there were too many."""
    _spend(0, steps)


def counted(value: Any) -> Any:
    """The value, if it may still be written. Raises RunsAway."""
    if isinstance(value, str):
        _spend(1, len(value))
    return value


def _spend(what: int, amount: int) -> None:
    left = _left.get(None)
    if left is None:  # a constant, reckoned when the template is read
        return
    left[what] -= amount
    if left[what] < 0:
        raise RunsAway(_("模板重复的次数太多，或写出的内容太长"))

"""The words of an act are heard whole: what cannot be read and what is wrong with the rest are told at once."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from mediation.errors import (
    InputInvalid,
    MediationError,
    Problem,
    Reason,
    TransitionNotAllowed,
    TransitionRefused,
)
from mediation.reading import Lines, dotted, first_hand, shape_problems

_Model = TypeVar("_Model", bound=BaseModel)
_Heard = TypeVar("_Heard")
Unread = frozenset[str]
"""The names of an act's words that cannot be read."""

_ABSENT, _FIRST, _LAST = object(), object(), object()
_STAND_INS: Sequence[Sequence[Any]] = (
    ({}, [{}, {}], "x", _FIRST, 1, "1900-01-01", "1900-01-01T00:00:00+00:00", True, [1], ["x"], _ABSENT),
    ({}, [{}, {}], "y", _LAST, 2, "2199-12-31", "2199-12-31T00:00:00+00:00", False, [2], ["y"], _ABSENT),
)
"""What stands where nothing can be read, twice: tried in this order until something fits there. Where only some words may
stand, the first or the last of them.
"""
_MOST = 40
"""With more unreadable places than these it is not worth the while to look any further."""


def hear(model: type[_Model], words: Any, listen: Callable[[_Model], _Heard]) -> _Heard:
    """What the words come to. `listen` understands them and writes nothing before it is sure of them.

    Raises InputInvalid with every problem: of words that cannot be read, and of the rest by what `listen` says to it.
    """
    return listen(read(model, words, lambda sentence, _unread: listen(sentence)))


def read(model: type[_Model], words: Any, listen: Callable[[_Model, Unread], object]) -> _Model:
    """The words as a sentence. Where they cannot be read, `listen` is asked what is wrong with the rest, and told the names of
    those that it only seems to hear; raises as `hear`.
    """
    try:
        return model.model_validate(words)
    except ValidationError as error:
        problems, reasons = _besides(model, words, error, listen)
        raise InputInvalid([*shape_problems(error, Lines(), ""), *problems], reasons=reasons) from None


@contextmanager
def out_of_turn(model: type[BaseModel], words: Any) -> Iterator[None]:
    """Tell beside an act that the state does not know what cannot be read of its words: what they come to nobody can say of a
    case that is not there yet. Of words of which nothing was said nothing is told.
    """
    try:
        yield
    except TransitionNotAllowed as error:
        raise TransitionNotAllowed(
            error.message, error.brief, misread(model, words) if words else ()
        ) from None


def misread(model: type[BaseModel], words: Any) -> Sequence[Problem]:
    """What cannot be read of words, whatever they may come to."""
    try:
        model.model_validate(words)
    except ValidationError as error:
        return shape_problems(error, Lines(), "")
    return []


def _besides(
    model: type[_Model], words: Any, error: ValidationError, listen: Callable[[_Model, Unread], object]
) -> tuple[list[Problem], list[Reason]]:
    """What is wrong whatever the unreadable may mean: heard twice with other words in its place, and wrong both times."""
    if not isinstance(words, Mapping) or error.error_count() > _MOST:
        return [], []
    unread = {dotted(one["loc"]): one for one in first_hand(error.errors())}
    names = frozenset(str(one["loc"][0]) for one in unread.values() if one["loc"])
    first, second = (_wrong(model, words, stand_ins, listen, names) for stand_ins in _STAND_INS)
    hidden = [place for key, one in unread.items() for place in _made_up(key, one)]
    problems = [
        one
        for one in first.problems
        if one in second.problems
        and one.key not in unread
        and not any(_is_within(one.key, place) for place in hidden)
    ]
    return problems, [one for one in first.reasons if one in second.reasons]


def _made_up(place: str, error: Mapping[str, Any]) -> list[str]:
    """Where stand-ins stood: the whole place, or, of a list that was too short, what was put to its end."""
    given = error["input"]
    if error["type"] == "too_short" and isinstance(given, list) and given:
        return [f"{place}[{at}]" for at in range(len(given), error["ctx"]["min_length"])]
    return [] if error["type"] == "too_long" else [place]


def _wrong(
    model: type[_Model],
    words: Mapping[str, Any],
    stand_ins: Sequence[Any],
    listen: Callable[[_Model, Unread], object],
    unread: Unread,
) -> InputInvalid:
    try:
        listen(_read_in_part(model, words, stand_ins), unread)
    except ValidationError as error:
        return InputInvalid(shape_problems(error, Lines(), ""))
    except InputInvalid as error:
        return error
    except TransitionRefused as error:
        return InputInvalid([], reasons=error.reasons)
    except MediationError:
        pass
    return InputInvalid([])


def _read_in_part(model: type[_Model], words: Mapping[str, Any], stand_ins: Sequence[Any]) -> _Model:
    """The words without what cannot be read; where something must stand, the first stand-in that fits."""
    part = deepcopy(dict(words))
    for stand_in in stand_ins:
        try:
            return model.model_validate(part)
        except ValidationError as error:
            for one in first_hand(error.errors()):
                _put(part, one["loc"], _fitting(one, stand_in))
    return model.model_validate(part)


def _fitting(error: Mapping[str, Any], stand_in: Any) -> Any:
    """The stand-in itself, or the word that it means of those that pydantic expected; nothing for what nobody asked for."""
    if error["type"] == "extra_forbidden":
        return _ABSENT
    given = error["input"]
    if error["type"] == "too_short" and isinstance(given, list) and given:
        return [*given, *[{}] * (error["ctx"]["min_length"] - len(given))]
    if error["type"] == "too_long" and isinstance(given, list):
        return given[: error["ctx"]["max_length"]]
    if stand_in is _ABSENT:
        return _ABSENT
    if stand_in is not _FIRST and stand_in is not _LAST:
        return deepcopy(stand_in)  # what lacks in it is put in, too
    words = re.findall(r"'([^']*)'", str(error.get("ctx", {}).get("expected", "")))
    return words[-1 if stand_in is _LAST else 0] if words else _ABSENT


def _put(part: Any, path: Sequence[int | str], stand_in: Any) -> None:
    """Put something into a place of the words, or take away what is there; leave alone what has no such place."""
    if not path:
        return
    *way, last = path
    for key in way[:-1] if last == "[key]" else way:
        inner = (
            part.get(key) if isinstance(part, dict) else part[int(key)] if isinstance(part, list) else None
        )
        if inner is None:
            return
        part = inner
    if isinstance(part, dict):
        if last == "[key]":
            part.pop(way[-1], None)
        elif stand_in is _ABSENT:
            part.pop(last, None)
        else:
            part[last] = stand_in
    elif isinstance(part, list) and isinstance(last, int) and stand_in is not _ABSENT:
        part[last] = stand_in


def _is_within(key: str, place: str) -> bool:
    return key == place or key.startswith((f"{place}.", f"{place}["))

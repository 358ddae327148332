"""A file of which something has the wrong shape, as far as the rest of it can be judged. Pure.

What does not fit is left out, with as little around it as makes the rest fit: a key that need not be there, else the item
that needs it. What is left is looked through for names that nobody has, so that all problems of a file are told at once;
it is never put into use. Problems keep the places that they have in the file.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ModelWrapValidatorHandler, ValidationError, ValidationInfo
from pydantic_core import ErrorDetails, InitErrorDetails

from mediation.errors import Problem
from mediation.reading import Key, Lines, Path_, dotted

M = TypeVar("M", bound=BaseModel)
_MOST_ROUNDS = 50


class LinesOfRest(Lines):
    """The lines of what is left of a file, whose items stand at other places than in the file."""

    def __init__(self, whole: Lines, rest: Any, data: Any, stand_ins: Iterable[Path_] = ()) -> None:
        super().__init__()
        self._whole, self._rest, self._data = whole, rest, data
        self._stand_ins = tuple(map(dotted, stand_ins))

    def of(self, path: Sequence[Key]) -> int | None:
        return self._whole.of(self.in_file(path))

    def in_file(self, path: Sequence[Key]) -> Path_:
        return _in_file(self._rest, path)

    def is_whole(self, key: str) -> bool:
        if not isinstance(self._rest, dict) or key not in self._rest:
            return key not in self._data
        kept = self._rest[key]
        return isinstance(kept, _Items) and len(kept) == len(self._data[key])

    def stands_in(self, key: str) -> bool:
        return any(key == one or key.startswith((f"{one}.", f"{one}[")) for one in self._stand_ins)


def one_span(said: Any, read: ModelWrapValidatorHandler[M], spans: Sequence[str], why: str) -> M:
    """What is read, with exactly one of these spans. That it has none, or several, is told beside all else that is wrong.

    It is not told of none where a key is unknown: that may be the span, misspelt. Raises ValidationError.
    """
    wrong: list[InitErrorDetails] = []
    found = None
    try:
        found = read(said)
    except ValidationError as error:
        wrong = [_once_more(item) for item in error.errors(include_url=False)]
    written = (
        [span for span in spans if said.get(span) is not None] if isinstance(said, Mapping) else spans[:1]
    )
    unknown = any(item["type"] == "extra_forbidden" for item in wrong)
    if len(written) > 1 or not (written or unknown):
        wrong.append(InitErrorDetails(type="value_error", loc=(), input=said, ctx={"error": ValueError(why)}))
    if found is None or wrong:
        raise ValidationError.from_exception_data("span", wrong)
    return found


@dataclass(frozen=True)
class Each:
    """What stands for keys that each item of a list needs; `of` makes it from the item's place. `instead`: for the list itself."""

    of: Callable[[int], Mapping[str, Any]]
    instead: Sequence[Any] | None = None


def is_rest(info: ValidationInfo) -> bool:
    """Is what is looked at left of something wrong, so that nobody is told what is missing in it?"""
    return info.context is _REST


def of_what_is_written(problems: Iterable[Problem], lines: Lines) -> Iterator[Problem]:
    """Problems without those about what only stands for a key that an item needs: that it is missing has been told."""
    return (one for one in problems if not lines.stands_in(one.key))


def rest_of(
    model: type[M], data: Any, lines: Lines, spare: Mapping[str, Any]
) -> tuple[M | None, LinesOfRest]:
    """What is left of data that do not fit the model; None if that is nothing.

    `spare`: what stands for keys at the top that the model needs, where they are wrong or missing; `Each` for those of items.
    """
    rest = _opened(data)
    stand_ins: set[Path_] = set()
    for _round in range(_MOST_ROUNDS):
        if not isinstance(rest, dict) or isinstance(rest, _Items):
            break
        rest = _filled(rest, spare, stand_ins)
        try:
            found = model.model_validate(_plain(rest), context=_REST)
            return found, LinesOfRest(lines, rest, data, stand_ins)
        except ValidationError as error:
            wrong = _innermost({_there(rest, item["loc"]) for item in error.errors(include_url=False)})
        if () in wrong:
            break
        for path in wrong:
            _leave_out(rest, path)
    return None, LinesOfRest(lines, None, data)


_REST: Mapping[str, bool] = {"rest": True}


def _once_more(item: ErrorDetails) -> InitErrorDetails:
    """What pydantic found, to be told once more."""
    return InitErrorDetails(type=item["type"], loc=item["loc"], input=item["input"], ctx=item.get("ctx", {}))


class _Items(dict[int, Any]):
    """A list as its place in the file → its item."""


def _opened(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _opened(item) for key, item in value.items()}
    return _Items(enumerate(map(_opened, value))) if isinstance(value, list) else value


def _filled(rest: dict[str, Any], spare: Mapping[str, Any], stand_ins: set[Path_]) -> dict[str, Any]:
    """With what is spare in the place of what is not there; where that is in an item is noted in `stand_ins`."""
    filled = {**{key: one for key, one in spare.items() if not isinstance(one, Each)}, **rest}
    for key, one in spare.items():
        items = rest.get(key)
        if isinstance(one, Each) and one.instead is not None:
            filled.setdefault(key, list(one.instead))
        if isinstance(one, Each) and isinstance(items, _Items):
            filled[key] = _Items(
                (place, _filled_item(one, (key, place), item, stand_ins)) for place, item in items.items()
            )
    return filled


def _filled_item(each: Each, path: Path_, item: Any, stand_ins: set[Path_]) -> Any:
    if not isinstance(item, dict) or isinstance(item, _Items):
        return item
    spare = each.of(int(path[-1]))
    stand_ins |= {(*path, key) for key in spare if key not in item}
    return {**spare, **item}


def _plain(value: Any) -> Any:
    if isinstance(value, _Items):
        return [_plain(item) for item in value.values()]
    return {key: _plain(item) for key, item in value.items()} if isinstance(value, dict) else value


def _in_file(value: Any, path: Sequence[Key]) -> Path_:
    """A path through what is left, as it is through the file."""
    found: list[Key] = []
    for key in path:
        if isinstance(value, _Items) and isinstance(key, int):
            places = list(value)
            key = places[key] if key < len(places) else key  # noqa: PLW2901  the same step, in the file
        found.append(key)
        value = value.get(key) if isinstance(value, dict) else None
    return tuple(found)


def _there(rest: Any, loc: Sequence[Key]) -> Path_:
    """The last thing that is there on the way to where something is wrong: of what is missing, what it is missing in."""
    found: list[Key] = []
    value = rest
    for key in _in_file(rest, loc):
        if not isinstance(value, dict) or key not in value:
            break
        found.append(key)
        value = value[key]
    return tuple(found)


def _innermost(paths: set[Path_]) -> set[Path_]:
    """Without what others are within: a list may be too short only because of what is wrong in its items."""
    around = {path[:length] for path in paths for length in range(len(path))}
    return paths - around


def _leave_out(rest: Any, path: Path_) -> None:
    around = rest
    for key in path[:-1]:
        around = around.get(key)
        if not isinstance(around, dict):
            return  # it has been left out with something around it
    around.pop(path[-1], None)

"""The words of an act as the command line gives them: a file, standard input, pairs; each problem at its place."""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from mediation.errors import (
    InputInvalid,
    NotFound,
    NotPermitted,
    Problem,
    TransitionNotAllowed,
    TransitionRefused,
)
from mediation.language import _
from mediation.reading import MOST_BYTES, Lines, decoded, parse_yaml, read_text


class _Unreadable:
    """Stands where a pair says nothing that can be read: no act takes it for a word."""


UNREADABLE = _Unreadable()


@dataclass(frozen=True)
class Words:
    """The words of an act, and where each was written."""

    said: dict[str, Any]
    places: Mapping[str, tuple[str, Lines]]
    """First part of a key → the file it stands in (nothing for `--set`) and its lines."""
    faults: Sequence[Problem] = ()
    """Keys that stand twice, pairs that are none, a file that cannot be read: nothing may be done with these words, but they
    can be judged.
    """
    is_whole: bool = True
    """False if a file cannot be read: of what it may say nothing is told."""

    @contextmanager
    def judged(self, options: Mapping[str, str] = MappingProxyType({})) -> Iterator[dict[str, Any]]:
        """The words, to be taken by a verb; what it finds wrong gets the file and line where it was written.

        `options`: the key of what an option of the command says → the option. The faults are told beside what the verb
        finds, and raised if it finds nothing: the verb is to be tried only, or given `refuse_faulty`.
        """
        try:
            yield self.said
            self.refuse_faulty()
        except InputInvalid as error:
            reasons = error.reasons if self.is_whole else ()
            raise type(error)(self._all(error.problems, options), error.message, reasons) from error
        except TransitionNotAllowed as error:
            found = self._all(error.problems, options)
            raise TransitionNotAllowed(error.message, error.brief, found) from error
        except TransitionRefused as error:
            if not self.faults:
                raise
            raise InputInvalid(self.faults, reasons=error.reasons if self.is_whole else ()) from error
        except (NotFound, NotPermitted) as error:
            if self.is_whole:
                raise
            raise InputInvalid([*self.faults, Problem(str(error))]) from error

    def refuse_faulty(self, *_done: Any) -> None:
        """Raise InputInvalid if there is a fault. As what is to be remembered with an act it undoes the act."""
        if self.faults:
            raise InputInvalid(self.faults)

    def illegible(self) -> "Words":
        """The words with nothing legible at the place of a fault: an act that cannot be undone refuses them before it begins."""
        unread = {_first(fault.key): UNREADABLE for fault in self.faults}
        return replace(self, said={**self.said, **unread})

    def _all(self, problems: Sequence[Problem], options: Mapping[str, str]) -> list[Problem]:
        found = (one for one in problems if one not in self.faults and not self._is_told(one))
        known = (one for one in found if self.is_whole or self._is_said(one, options))
        return [*self.faults, *(self._placed(one, options) for one in known)]

    def _is_said(self, problem: Problem, options: Mapping[str, str]) -> bool:
        """Is it of what stands on the command line?"""
        if problem.key.startswith("--"):
            return True
        return _first(problem.key) in self.said or any(_is_within(problem.key, key) for key in options)

    def _is_told(self, problem: Problem) -> bool:
        """Is it of a word that cannot be read?"""
        return self.said.get(_first(problem.key)) is UNREADABLE

    def _placed(self, problem: Problem, options: Mapping[str, str]) -> Problem:
        if problem.file or not problem.key or problem.key.startswith("--"):
            return problem
        for key, option in options.items():
            if _is_within(problem.key, key):
                return replace(problem, key=option)
        path = tuple(int(part) if part.isdigit() else part for part in _parts(problem.key))
        file, lines = self.places.get(str(path[0]), self.places.get("", ("", None)))
        return replace(problem, file=file, line=lines.of(path) if lines is not None and file else None)


def read_words(source: str | None, pairs: Sequence[str], model: type[BaseModel] | None = None) -> Words:
    """The words of an act: a YAML or JSON file (`-` for standard input), and `key=value` pairs on top.

    No pair takes another one away. `model`: what the act takes; what is text there is text in a pair too, be it all digits
    (`line=301`). What is wrong with the file and the pairs waits for what the act finds wrong.
    """
    said: dict[str, Any] = {}
    places: dict[str, tuple[str, Lines]] = {}
    faults: list[Problem] = []
    is_whole = True
    told: dict[str, str] = {}  # the key of all that a pair says → the pair
    if source is not None:
        try:
            said, places[""] = _read_source(source)
        except InputInvalid as error:
            faults += error.problems
            is_whole = False
        else:
            faults += places[""][1].faults
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not sign or not key:
            faults.append(Problem(_("应当写作 键=值"), key=pair))
            said[_first(pair)] = UNREADABLE
            continue
        try:
            found, lines = parse_yaml(value, for_checked=True) if value else ("", Lines())
        except InputInvalid as error:
            faults += [_in_pair(one, key) for one in error.problems]
            said[_first(key)] = UNREADABLE
        else:
            faults += [_in_pair(one, key) for one in lines.faults]
            leaves = list(_leaves(key, found))
            faults += _taking_away(told, pair, key, leaves)
            told |= dict.fromkeys(leaves, pair)
            # 1.10 is a line of a list, not 1.1
            typed = isinstance(found, float) or (isinstance(found, int) and _is_text(model, key))
            _put(said, key, value.strip() if typed else found)
            places[key.partition(".")[0]] = ("", lines)
    return Words(said, places, faults, is_whole)


def _in_pair(problem: Problem, key: str) -> Problem:
    return replace(problem, line=None, key=_under(key, problem.key))


def _taking_away(told: Mapping[str, str], pair: str, key: str, leaves: Sequence[str]) -> list[Problem]:
    """What is wrong with a pair under whose key, or within what it says, another has said something before."""
    for old, other in told.items():
        if _is_within(old, key) or any(_is_within(new, old) for new in leaves):
            message = _("{one} 和 {other} 只能写一个：写了后一个，前一个就不算了")
            return [Problem(message.format(one=other, other=pair), key=key)]
    return []


def _leaves(key: str, value: Any) -> Iterator[str]:
    """The keys of all that a pair says, down to what lies innermost."""
    if isinstance(value, dict) and value:
        for inner, found in value.items():
            yield from _leaves(f"{key}.{inner}", found)
    else:
        yield key


def _is_within(key: str, outer: str) -> bool:
    return key == outer or key.startswith(f"{outer}.")


def _is_text(model: type[BaseModel] | None, key: str) -> bool:
    """Does the act take nothing but text under this key?"""
    taken = model.model_json_schema()["properties"].get(key, {}) if model is not None else {}
    kinds = {one.get("type") for one in taken.get("anyOf", [taken])}
    return "string" in kinds and kinds <= {"string", "null"}


def _parts(key: str) -> list[str]:
    """`clauses[0].act` → clauses, 0, act."""
    return re.findall(r"[^.\[\]]+", key)


def _first(key: str) -> str:
    return next(iter(_parts(key)), key)


def _put(said: dict[str, Any], key: str, value: Any) -> None:
    """Enter a value; `decision.court` is the court within the decision."""
    outer, dot, inner = key.partition(".")
    if said.get(outer) is UNREADABLE:
        return
    if not dot:
        said[key] = value
        return
    within = said.get(outer)
    said[outer] = dict(within) if isinstance(within, dict) else {}
    _put(said[outer], inner, value)


def _read_source(source: str) -> tuple[dict[str, Any], tuple[str, Lines]]:
    file = _("标准输入") if source == "-" else source
    if source == "-":
        text = decoded(sys.stdin.buffer.read(MOST_BYTES + 1), file)
    else:
        text = read_text(Path(source), shown_as=source)
    found, lines = parse_yaml(text, file, for_checked=True)
    if not isinstance(found, dict):
        raise InputInvalid([Problem(_("应当是“键: 值”的形式"), file, lines.of(()))])
    return found, (file, lines)


def _under(key: str, rest: str) -> str:
    return key if not rest else f"{key}{rest}" if rest.startswith("[") else f"{key}.{rest}"

"""Names in a definition that nobody has, each at its place: in what was written, whether its shape is right or not.

Of a definition in the wrong shape what is written where it should be is judged, and only against a table that is sure: one
that is there, with nothing wrong about its keys.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from mediation.errors import Problem
from mediation.language import _, joined
from mediation.reading import Key, Lines, dotted
from mediation.workflow.definition import ANY, Definition, split_condition, split_effect
from mediation.workflow.guards import CONDITIONS, GUARDS
from mediation.workflow.vocabulary import Vocabulary

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
_TABLES = ("states", "triggers", "approvals")
_OPTIONAL = "approvals"


class Placed(Protocol):
    """A problem of a definition, at a place in it."""

    def __call__(self, message: str, *key: Key) -> Problem: ...


@dataclass(frozen=True, slots=True)
class _Known:
    """What a definition's own names can be: those of each table, None where that is not sure."""

    states: tuple[str, ...] | None
    triggers: tuple[str, ...] | None
    approvals: tuple[str, ...] | None


def unknown_names(data: Any, problem: Placed, vocabulary: Vocabulary) -> Iterator[Problem]:
    """All of them in a definition in the right shape, as plain data."""
    return _unknown(data, problem, vocabulary, _Known(*(tuple(data[table]) for table in _TABLES)))


def unknown_exceptions(data: Any, states: Collection[str], lines: Lines, file: str) -> list[Problem]:
    """States that `not_from` names and that are not there: a definition that was read has no `not_from` any more."""
    return [
        Problem(
            _("没有状态 {name}；现有状态：{known}").format(name=name, known=joined(states)),
            file,
            lines.of(key),
            dotted(key),
        )
        for number, edge in _items(_under(data, "edges"))
        for position, name in _names(_under(edge, "not_from"))
        if name not in states
        for key in (("edges", number, "not_from", position),)
    ]


def plain(definition: Definition) -> dict[str, Any]:
    """A definition as it would have been read."""
    return definition.model_dump(mode="json", by_alias=True)


def unknown_in_wrong_shape(
    data: Any, lines: Lines, file: str, vocabulary: Vocabulary, misshapen: Collection[str]
) -> list[Problem]:
    """Those that are surely unknown; `misshapen`: keys of which something else is told already."""

    def problem(message: str, *key: Key) -> Problem:
        return Problem(message, file, lines.of(key), dotted(key))

    known = _Known(*(_sure_names(data, table, misshapen) for table in _TABLES))
    return [one for one in _unknown(data, problem, vocabulary, known) if one.key not in misshapen]


def _sure_names(data: Any, table: str, misshapen: Collection[str]) -> tuple[str, ...] | None:
    """The names of a table; None if it is not there as it should be, or one of them may be another one misspelt."""
    found = _under(data, table)
    if found is None and table == _OPTIONAL and isinstance(data, dict) and table not in data:
        return () if data.keys() <= Definition.model_fields.keys() else None
    if not isinstance(found, dict) or table in misshapen:
        return None
    named = all(isinstance(name, str) and _NAME.match(name) for name in found)
    return tuple(found) if named else None


def _unknown(data: Any, problem: Placed, vocabulary: Vocabulary, known: _Known) -> Iterator[Problem]:
    initial = _under(data, "initial")
    if isinstance(initial, str):
        yield from _no_state(problem, initial, known, "initial")
    for number, edge in _items(_under(data, "edges")):
        yield from _on_way(problem, number, edge, known)
    for number, edge in _items(_under(data, "edges")):
        yield from _on_edge(problem, number, edge, vocabulary)
    for name, trigger in _entries(_under(data, "triggers")):
        posts = _names(_under(trigger, "by", "posts"))
        yield from _no_posts(problem, posts, vocabulary, "triggers", name, "by", "posts")
    for name, state in _entries(_under(data, "states")):
        miss = _under(state, "limit", "on_miss")
        trouble = _effect_trouble(miss, vocabulary) if isinstance(miss, str) else None
        if trouble:
            yield problem(trouble, "states", name, "limit", "on_miss")
    yield from _of_tasks(data, problem, vocabulary, known)


def _on_way(problem: Placed, number: int, edge: Any, known: _Known) -> Iterator[Problem]:
    """Where an edge leads from and to, and by which act."""
    origin = list(_names(_under(edge, "from")))
    if [name for _position, name in origin] != [ANY]:
        for position, name in origin:
            yield from _no_state(problem, name, known, "edges", number, "from", position)
    for position, name in _names(_under(edge, "not_from")):
        yield from _no_state(problem, name, known, "edges", number, "not_from", position)
    to, trigger = _under(edge, "to"), _under(edge, "trigger")
    if isinstance(to, str):
        yield from _no_state(problem, to, known, "edges", number, "to")
    if isinstance(trigger, str) and known.triggers is not None and trigger not in known.triggers:
        message = _("triggers 里没有操作 {name}").format(name=trigger)
        yield problem(message, "edges", number, "trigger")
    for position, name in _names(_under(edge, "back_to")):
        yield from _no_state(problem, name, known, "edges", number, "back_to", position)


def _no_state(problem: Placed, name: str, known: _Known, *key: Key) -> Iterator[Problem]:
    if known.states is not None and name not in known.states:
        message = _("没有状态 {name}；现有状态：{known}")
        yield problem(message.format(name=name, known=joined(known.states)), *key)


def _on_edge(problem: Placed, number: int, edge: Any, vocabulary: Vocabulary) -> Iterator[Problem]:
    for position, name in _names(_under(edge, "guards")):
        if name not in GUARDS:
            yield problem(_unregistered(_("条件"), name, GUARDS), "edges", number, "guards", position)
    for position, literal in _names(_under(edge, "when")):
        name, _wanted = split_condition(literal)
        if name not in CONDITIONS:
            message = _unregistered(_("选择条件"), name, CONDITIONS)
            yield problem(message, "edges", number, "when", position)
    for position, effect in _names(_under(edge, "effects")):
        trouble = _effect_trouble(effect, vocabulary)
        if trouble:
            yield problem(trouble, "edges", number, "effects", position)
    posts = _names(_under(edge, "by", "posts"))
    yield from _no_posts(problem, posts, vocabulary, "edges", number, "by", "posts")


def _of_tasks(data: Any, problem: Placed, vocabulary: Vocabulary, known: _Known) -> Iterator[Problem]:
    """What approvals and kinds of task name, and the approvals that edges name."""
    for name, approval in _entries(_under(data, "approvals")):
        at = ("approvals", name)
        for key, names, what in (
            ("states", known.states, _("状态")),
            ("looks_at", vocabulary.facts, _("事实")),
        ):
            yield from _none_of(problem, _names(_under(approval, key)), names, what, *at, key)
        posts = _names(_under(approval, "signers", "posts"))
        yield from _none_of(problem, posts, vocabulary.posts, _("岗位"), *at, "signers", "posts")
        yield from _bad_effect(problem, _under(approval, "limit", "on_miss"), vocabulary, *at)
    for kind, rule in _entries(_under(data, "tasks")):
        at = ("tasks", kind)
        states = list(_names(_under(rule, "states")))
        if [name for _position, name in states] != [ANY]:
            yield from _none_of(problem, states, known.states, _("状态"), *at, "states")
        verbs = _names(_under(rule, "verbs"))
        yield from _none_of(problem, verbs, known.triggers, _("操作"), *at, "verbs")
        yield from _bad_effect(problem, _under(rule, "limit", "on_miss"), vocabulary, *at)
    for number, edge in _items(_under(data, "edges")):
        for key in ("approvals", "approvals_if_asked"):
            demanded = _names(_under(edge, key))
            yield from _none_of(problem, demanded, known.approvals, _("审批"), "edges", number, key)


_Names = Iterable[tuple[int, str]]


def _none_of(
    problem: Placed, names: _Names, known: Collection[str] | None, what: str, *key: Key
) -> Iterator[Problem]:
    for position, name in names:
        if known is not None and name not in known:
            yield problem(_("没有{what} {name}").format(what=what, name=name), *key, position)


def _bad_effect(problem: Placed, name: Any, vocabulary: Vocabulary, *key: Key) -> Iterator[Problem]:
    if isinstance(name, str) and vocabulary.effects.get(name, "") is not None:
        yield problem(_("没有登记过的后果 {name}").format(name=name), *key, "limit", "on_miss")


def _no_posts(problem: Placed, posts: _Names, vocabulary: Vocabulary, *key: Key) -> Iterator[Problem]:
    for position, kind in posts:
        if kind not in vocabulary.posts:
            yield problem(_unregistered(_("岗位"), kind, vocabulary.posts), *key, position)


def _unregistered(kind: str, name: str, known: Iterable[str]) -> str:
    close = [word for word in sorted(known) if word[:4] == name[:4]]
    text = _("没有登记过的{kind} {name}").format(kind=kind, name=name)
    return text + (_("；是不是 {close}").format(close=joined(close)) if close else "")


def _effect_trouble(effect: str, vocabulary: Vocabulary) -> str | None:
    name, argument = split_effect(effect)
    if name not in vocabulary.effects:
        return _unregistered(_("后果"), name, vocabulary.effects)
    kind = vocabulary.effects[name]
    if kind is None:
        return _("后果 {name} 不带冒号后的内容").format(name=name) if argument else None
    if not argument:
        return _("后果 {name} 要写成 {name}:…").format(name=name)
    if kind == "form" and argument not in vocabulary.forms:
        return _unregistered(_("文书"), argument, vocabulary.forms)
    if kind == "outcome" and argument not in vocabulary.outcomes:
        return _unregistered(_("结果"), argument, vocabulary.outcomes)
    return None


def _under(value: Any, *path: str) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _items(value: Any) -> Iterator[tuple[int, Any]]:
    return iter(enumerate(value if isinstance(value, list) else ()))


def _entries(value: Any) -> Iterator[tuple[str, Any]]:
    entries = value.items() if isinstance(value, dict) else ()
    return ((name, item) for name, item in entries if isinstance(name, str))


def _names(value: Any) -> Iterator[tuple[int, str]]:
    return ((position, name) for position, name in _items(value) if isinstance(name, str))

"""Choices made by typing: a code, its title, or a part of the title that only one has."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData

from mediation.clock import local_day
from mediation.language import _, joined
from mediation.units import queries as units
from mediation.units.tree import Node, Tree
from mediation.web.forms.choices import MOST, Options

_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was meant: a code, or a sentence that says why none was found."""

    code: str = ""
    fault: str = ""


def chosen(text: str, options: Options) -> Chosen:
    """The code that was meant by what was typed. `options`: code and what is shown for it."""
    wanted = _plain(text)
    if not wanted:
        return Chosen()
    for code, shown in options:
        if wanted in {code, _plain(shown)}:
            return Chosen(code)
    fitting = [(code, shown) for code, shown in options if wanted in _plain(shown)]
    exact = [(code, shown) for code, shown in fitting if wanted in _words(shown)]
    if len(exact) == 1 or len(fitting) == 1:
        return Chosen((exact or fitting)[0][0])
    if not fitting:
        return Chosen(fault=_("没有与“{text}”相符的，请换一个字词，或者从列表里选").format(text=text[:30]))
    shown = joined(shown for _code, shown in fitting[:_MOST_NAMED])
    return Chosen(fault=_("“{text}”不止一个相符：{shown}").format(text=text[:30], shown=shown))


def shown_for(code: str, options: Options) -> str:
    """What is shown for a code; the code itself if it is none of them."""
    return next((shown for own, shown in options if own == code), code)


def with_value(form: FormData, key: str, value: str) -> FormData:
    """The form with one value in the place of what it has under a key; without the key if there is no value."""
    pairs = [(name, one) for name, one in form.multi_items() if name != key]
    return FormData([*pairs, (key, value)] if value else pairs)


def categories(desk: Any) -> list[tuple[str, str]]:
    """The governance categories that a dispute can have, with their class: `0201 用水排水（邻里）`."""
    entries = desk.office.codes.on(local_day(desk.clock.now())).entries("governance_categories")
    titles = {one.code: one.title for one in entries}
    classes = {one.parent for one in entries}
    found = []
    for one in entries:
        if one.code not in classes:
            above = titles.get(one.parent or "", "")
            found.append((one.code, _shown(one.code, one.title, above)))
    return found


def places(desk: Any, own: int) -> list[tuple[str, str]]:
    """Where a dispute can be: areas by name, those of the own unit first, then its neighbourhood; at most MOST."""
    with desk.database.reading() as session:
        tree = units.load_tree(session, local_day(desk.clock.now()))
    home = tree.unit(own)
    order = {node.id: at for at, node in enumerate(_outward(tree, home))}
    near = sorted(
        (node for node in tree.nodes if node.id == own or node.kind == "area"),
        key=lambda node: order.get(node.id, len(order)),
    )[:MOST]
    names = [node.name for node in near]
    return [
        (
            node.code,
            node.name
            if names.count(node.name) == 1
            else _("{name}（{more}）").format(name=node.name, more=node.code),
        )
        for node in near
    ]


def _outward(tree: Tree, home: Node) -> Iterable[Node]:
    """The unit and what is below it, then what is below the next above, and so on; each once."""
    seen: set[int] = set()
    for root in tree.lineage(home.id):
        waiting: list[Node] = [root]
        while waiting:
            node = waiting.pop(0)
            if node.id not in seen:
                seen.add(node.id)
                yield node
                waiting += tree.children(node.id)


def _shown(code: str, title: str, above: str) -> str:
    if not above:
        return f"{code} {title}"
    return _("{name}（{more}）").format(name=f"{code} {title}", more=above)


def _plain(text: str) -> str:
    return "".join(text.split()).lower()


def _words(shown: str) -> Sequence[str]:
    """The parts of `0201 用水排水（邻里）` that stand alone."""
    return [_plain(one) for one in re.split(r"[（）()\s]+", shown)]

"""Effects by name: entered by the modules beside this one, carried out in the transaction of the move that they follow from.

An effect may add columns to the dispute's one UPDATE (`changes`) and write other rows. `KNOWN` tells the checker which
effects exist and what kind of argument each takes.
"""

from collections.abc import Callable
from typing import Any

from mediation.cases.hall import Hall, Heard
from mediation.cases.models import Dispute
from mediation.errors import DefinitionError, Problem
from mediation.language import _

Changes = dict[str, Any]
Effect = Callable[[Hall, Dispute, Heard, Changes, str], None]

KNOWN: dict[str, str | None] = {}
_EFFECTS: dict[str, Effect] = {}


def carry_out(name: str, hall: Hall, case: Dispute, heard: Heard, changes: Changes) -> None:
    """Carry out one effect as a definition writes it: `name` or `name:argument`. DefinitionError for one that is not known."""
    effect, _colon, argument = name.partition(":")
    if effect not in _EFFECTS:
        raise DefinitionError([Problem(_("没有名为 {effect} 的后果").format(effect=effect))])
    _EFFECTS[effect](hall, case, heard, changes, argument)


def effect(argument: str | None = None) -> Callable[[Effect], Effect]:
    def enter(function: Effect) -> Effect:
        name = function.__name__.lstrip("_")
        KNOWN[name] = argument
        _EFFECTS[name] = function
        return function

    return enter

"""A definition as a picture: Mermaid's stateDiagram-v2, states grouped by phase, the same text every time."""

from collections.abc import Iterator, Sequence

from mediation.language import _, joined
from mediation.workflow.definition import PHASES, Definition, Edge, split_condition
from mediation.workflow.guards import CONDITIONS

PHASE_TITLES = {
    "intake": "受理登记",
    "triage": "研判分流",
    "assignment": "交办指派",
    "mediation": "调解",
    "closure": "结案",
    "feedback": "回访评价",
}

_MANY = 2
"""With more states than this, what can be done in all of them is told once."""


def draw(definition: Definition) -> str:
    """The diagram's text. Acts that stay in a state are listed in a note beside it, those of every state beside the first."""
    lines = [
        "stateDiagram-v2",
        f"    %% {definition.title} ({definition.name} v{definition.version})",
        "    direction TB",
        *_groups(definition),
        f"    [*] --> {definition.initial}",
        *_moves(definition),
        *_notes(definition),
    ]
    lines += [f"    {name} --> [*]" for name, state in definition.states.items() if state.final]
    return "\n".join(lines) + "\n"


def _groups(definition: Definition) -> Iterator[str]:
    for phase in PHASES:
        inside = [(name, state) for name, state in definition.states.items() if state.phase == phase]
        if not inside:
            continue
        yield f'    state "{_(PHASE_TITLES[phase])}" as phase_{phase} {{'
        for name, state in inside:
            yield f'        state "{_plain(state.title)}" as {name}'
        yield "    }"


def _moves(definition: Definition) -> Iterator[str]:
    """One arrow for each pair of states, with the titles of all acts that lead along it."""
    labels: dict[tuple[str, str], list[str]] = {}
    for edge in definition.edges:
        targets = edge.back_to or ((edge.to,) if edge.to is not None else ())
        if edge.into is not None:
            targets = (f"into_{edge.into.workflow}_{edge.into.state}",)
        for origin in edge.origin:
            for target in targets:
                if target != origin or not edge.back_to:
                    labels.setdefault((origin, target), []).append(_label(definition, edge))
    for edge in definition.edges:
        if edge.into is not None:
            title = _("转入 {workflow}:{state}").format(workflow=edge.into.workflow, state=edge.into.state)
            yield f'    state "{title}" as into_{edge.into.workflow}_{edge.into.state}'
    for (origin, target), titles in labels.items():
        yield f"    {origin} --> {target}: {_('、').join(dict.fromkeys(titles))}"


def _notes(definition: Definition) -> Iterator[str]:
    waiting = {name for name, state in definition.states.items() if not state.final}
    staying = [
        edge for edge in definition.edges if edge.to is None and edge.into is None and not edge.back_to
    ]
    everywhere = [edge for edge in staying if set(edge.origin) == waiting and len(waiting) > _MANY]
    for name in definition.states:
        here = [edge for edge in staying if name in edge.origin and edge not in everywhere]
        lines = [_row(definition, here)] if here else []
        if everywhere and name == definition.initial:
            lines.append(_("各状态：{titles}").format(titles=_row(definition, everywhere)))
        if lines:
            yield f"    note right of {name}"
            yield from (f"        {line}" for line in lines)
            yield "    end note"


def _row(definition: Definition, edges: Sequence[Edge]) -> str:
    return joined(dict.fromkeys(_label(definition, edge) for edge in edges))


def _label(definition: Definition, edge: Edge) -> str:
    title = _plain(definition.triggers[edge.trigger].title)
    words = []
    for literal in edge.when:
        name, wanted = split_condition(literal)
        words.append(_(CONDITIONS[name].title if wanted else CONDITIONS[name].opposite))
    return f"{title}({_('、').join(words)})" if words else title


def _plain(title: str) -> str:
    """A title without the characters that mean something to Mermaid."""
    return "".join(character for character in title if character not in '":;{}[]<>\n\r')

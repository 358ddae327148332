"""A definition as a picture for pages: states in columns by phase, arrows between them, counts of cases on the states.

An SVG of our own, laid out by phase, so that no page needs a drawing library.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from mediation.language import _, joined
from mediation.workflow.definition import PHASES, Definition
from mediation.workflow.diagram import PHASE_TITLES

_TIP = (
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path d="M0 0 8 4 0 8z"/></marker></defs>'
)
_COLUMN, _ROW, _WIDTH, _HEIGHT, _TOP = 196, 74, 148, 42, 56
_LONGEST_LINE = 18


@dataclass(frozen=True, slots=True)
class _Box:
    left: int
    top: int


def picture(definition: Definition, counts: Mapping[str, int]) -> str:
    """The SVG. `counts`: open cases per state, shown on it."""
    boxes = _places(definition)
    height = _TOP + _ROW * max(
        sum(1 for one in definition.states.values() if one.phase == phase) for phase in PHASES
    )
    width = _COLUMN * len(PHASES) + 8
    title = escape(f"{definition.title}")
    frame = f'viewBox="0 0 {width} {height + 12}" class="workflow" role="img" aria-label="{title}"'
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" {frame}>', _TIP]
    for at, phase in enumerate(PHASES):
        parts.append(
            f'<rect class="phase" x="{at * _COLUMN + 4}" y="4" width="{_COLUMN - 8}" height="{height}" rx="8"/>'
            f'<text class="phase-title" x="{at * _COLUMN + _COLUMN // 2}" y="32">{escape(_(PHASE_TITLES[phase]))}</text>'
        )
    parts += [
        _arrow(boxes[origin], boxes[target], titles)
        for (origin, target), titles in _moves(definition).items()
    ]
    for name, state in definition.states.items():
        box, many = boxes[name], counts.get(name, 0)
        kind = "state final" if state.final else "state busy" if many else "state"
        parts.append(
            f'<g class="{kind}"><rect x="{box.left}" y="{box.top}" width="{_WIDTH}" height="{_HEIGHT}" rx="6"/>'
            + _words(box, f"{state.title}")
            + (
                f'<circle cx="{box.left + _WIDTH}" cy="{box.top}" r="13"/>'
                f'<text class="count" x="{box.left + _WIDTH}" y="{box.top + 5}">{many}</text>'
                if many
                else ""
            )
            + "</g>"
        )
    return "".join([*parts, "</svg>"])


def ways(definition: Definition) -> list[tuple[str, str, str]]:
    """The picture's arrows in words, for who cannot point at one: from where, to where, by which acts."""
    places = {name: at for at, name in enumerate(definition.states)}
    states = definition.states
    return [
        (_(states[origin].title), _(states[target].title), joined(dict.fromkeys(titles)))
        for (origin, target), titles in sorted(_moves(definition).items(), key=lambda one: places[one[0][0]])
    ]


def _words(box: _Box, title: str) -> str:
    """The title within its box: in two lines where it is made of words and too long for one."""
    middle = box.left + _WIDTH // 2
    if not title.isascii() or len(title) <= _LONGEST_LINE:
        return f'<text x="{middle}" y="{box.top + 26}">{escape(title)}</text>'
    words = title.split()
    cuts = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words) + 1)]
    first, second = min(cuts, key=lambda lines: max(map(len, lines)))
    return "".join(
        f'<text x="{middle}" y="{box.top + top}">{escape(line)}</text>'
        for top, line in ((18, first), (35, second))
        if line
    )


def _places(definition: Definition) -> dict[str, _Box]:
    rows = dict.fromkeys(PHASES, 0)
    found = {}
    for name, state in definition.states.items():
        left = PHASES.index(state.phase) * _COLUMN + (_COLUMN - _WIDTH) // 2
        found[name] = _Box(left, _TOP + rows[state.phase] * _ROW)
        rows[state.phase] += 1
    return found


def _moves(definition: Definition) -> dict[tuple[str, str], list[str]]:
    """Each pair of states with the titles of the acts that lead along it; what can be done anywhere is left out."""
    found: dict[tuple[str, str], list[str]] = {}
    many = len(definition.states) // 2
    for edge in definition.edges:
        if edge.to is None or edge.origin == ("any",) or len(edge.origin) > many:
            continue
        for origin in edge.origin:
            if origin != edge.to:
                found.setdefault((origin, edge.to), []).append(definition.triggers[edge.trigger].title)
    return found


def _arrow(origin: _Box, target: _Box, titles: list[str]) -> str:
    """Forwards from side to side; within a column, and backwards, in a bow."""
    if target.left > origin.left:
        x1, y1 = origin.left + _WIDTH, origin.top + _HEIGHT // 2
        x2, y2 = target.left, target.top + _HEIGHT // 2
        middle = (x1 + x2) // 2
        path = f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}"
    elif target.left == origin.left:
        x, side = (
            origin.left + (_WIDTH if target.top > origin.top else 0),
            1 if target.top > origin.top else -1,
        )
        y1, y2 = origin.top + _HEIGHT // 2, target.top + _HEIGHT // 2
        path = f"M{x} {y1}C{x + side * 26} {y1} {x + side * 26} {y2} {x} {y2}"
    else:
        x1, y1 = origin.left + _WIDTH // 2, origin.top + _HEIGHT
        x2, y2 = target.left + _WIDTH // 2, target.top + _HEIGHT
        low = max(y1, y2) + 24
        path = f"M{x1} {y1}C{x1} {low} {x2} {low} {x2} {y2}"
    back = " back" if target.left < origin.left else ""
    return f'<path class="move{back}" d="{path}" marker-end="url(#tip)"><title>{escape(joined(dict.fromkeys(titles)))}</title></path>'

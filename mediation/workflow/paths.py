"""Paths through a definition: what can be reached, what can end, and the shortest way to a state."""

from collections import deque
from collections.abc import Sequence

from mediation.workflow.definition import Definition


class Graph:
    """A definition's edges as steps between states, conditions left aside. `starts` are where cases come in."""

    def __init__(self, definition: Definition, starts: Sequence[str]) -> None:
        self._starts = tuple(dict.fromkeys(starts))
        self._steps: dict[str, list[tuple[str, str]]] = {name: [] for name in definition.states}
        self._ends = {name for name, state in definition.states.items() if state.final}
        for edge in definition.edges:
            for origin in edge.origin:
                if edge.into is not None:
                    self._ends.add(origin)
                elif edge.to is not None and edge.to != origin:
                    self._steps[origin].append((edge.trigger, edge.to))
        self._came_from = self._search()

    def reached(self) -> set[str]:
        """The states that a case can come to."""
        return set(self._came_from)

    def ending(self) -> set[str]:
        """The states from which an end can be reached; leaving into another definition counts as one."""
        ending = set(self._ends)
        grown = True
        while grown:
            more = {
                name
                for name, steps in self._steps.items()
                if name not in ending and any(target in ending for _trigger, target in steps)
            }
            ending |= more
            grown = bool(more)
        return ending

    def path_to(self, state: str) -> str:
        """The shortest way: registered –triage→ triaged –keep→ received."""
        steps: list[str] = []
        here = state
        while True:
            came = self._came_from[here]
            if came is None:
                return here + "".join(reversed(steps))
            before, trigger = came
            steps.append(f" –{trigger}→ {here}")
            here = before

    def _search(self) -> dict[str, tuple[str, str] | None]:
        """State → the state and trigger before it on a shortest way; None at a start."""
        came: dict[str, tuple[str, str] | None] = dict.fromkeys(self._starts)
        waiting = deque(self._starts)
        while waiting:
            here = waiting.popleft()
            for trigger, target in self._steps[here]:
                if target not in came:
                    came[target] = (here, trigger)
                    waiting.append(target)
        return came

"""Paths through a definition: what can be reached, what can end, and the shortest way to a state."""

from collections import deque
from collections.abc import Iterator, Sequence

from mediation.workflow.definition import Definition, Edge


class Graph:
    """A definition's edges as steps between states, conditions left aside. `starts` are where cases come in.

    A step back leads only to where the case has been. It opens no new state, so it is no way to reach one; and it is a
    way out of a state only if every way to that state goes through the one that it leads back to.
    """

    def __init__(self, definition: Definition, starts: Sequence[str]) -> None:
        self._definition = definition
        self._starts = tuple(dict.fromkeys(starts))
        self._steps: dict[str, list[tuple[str, str]]] = {name: [] for name in definition.states}
        self._ends = {name for name, state in definition.states.items() if state.final}
        for edge in definition.edges:
            for origin in edge.origin:
                if edge.into is not None:
                    self._ends.add(origin)
                elif edge.to is not None and edge.to != origin:
                    self._steps[origin].append((edge.trigger, edge.to))
        self._came_from = self._search(self._starts)

    def reached(self) -> set[str]:
        """The states that a case can come to."""
        return set(self._came_from)

    def ending(self) -> set[str]:
        """The states from which an end can be reached; leaving into another definition counts as one."""
        ways = {name: {target for _trigger, target in steps} for name, steps in self._steps.items()}
        for edge in self._definition.edges:
            for origin in edge.origin:
                ways[origin] |= {target for target in edge.back_to if self._lies_before(target, origin)}
        ending = set(self._ends)
        grown = True
        while grown:
            more = {name for name, targets in ways.items() if name not in ending and targets & ending}
            ending |= more
            grown = bool(more)
        return ending

    def is_left_by(self, edge: Edge, state: str) -> bool:
        """Whether the edge surely leads out of the state, its conditions given."""
        if state not in edge.origin:
            return False
        if edge.back_to:
            return any(self._lies_before(target, state) for target in edge.back_to)
        return edge.into is not None or edge.to not in (None, state)

    def steps_back_to_nowhere(self) -> Iterator[tuple[int, int, str, str]]:
        """Steps back that no case can ever make: number of the edge, position in `back_to`, origin, target."""
        for number, edge in enumerate(self._definition.edges):
            for position, target in enumerate(edge.back_to):
                onwards = self._search((target,)) if target in self._came_from else {}
                if not any(origin != target and origin in onwards for origin in edge.origin):
                    yield number, position, edge.origin[0], target

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

    def _lies_before(self, target: str, state: str) -> bool:
        """Whether every way to the state goes through the target."""
        if target == state or state not in self._came_from:
            return False
        return state not in self._search([name for name in self._starts if name != target], without=target)

    def _search(self, starts: Sequence[str], without: str | None = None) -> dict[str, tuple[str, str] | None]:
        """State → the state and trigger before it on a shortest way; None at a start."""
        came: dict[str, tuple[str, str] | None] = dict.fromkeys(starts)
        waiting = deque(starts)
        while waiting:
            here = waiting.popleft()
            for trigger, target in self._steps[here]:
                if target not in came and target != without:
                    came[target] = (here, trigger)
                    waiting.append(target)
        return came

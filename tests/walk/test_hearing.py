"""Whatever a verb is told wrongly, in whatever state: what else is wrong is told with it, nothing is left for a second try."""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from datetime import timedelta
from typing import Any

from mediation.cases import acting, queries, transition, verbs
from mediation.errors import InputInvalid, MediationError, Reason, TransitionRefused
from mediation.workflow.definition import split_condition
from mediation.workflow.guards import CONDITIONS, GUARDS
from tests.walk.guide import fitted
from tests.walk.walker import ACTORS, Walker, with_all_rules
from tests.walk.words import words_for

Path = tuple[str | int, ...]
WRONG: Mapping[str, tuple[Any, ...]] = {
    "string": ("nobody-knows", "字" * 30_000),
    "date": ("1901-01-02", "2190-01-02", "昨天"),
    "date-time": ("1901-01-02T09:00", "2190-01-02T09:00", "昨天"),
    "integer": (97, "二"),
    "boolean": ("也许",),
}
EACH = 2
"""How often each verb is told wrong words."""


def faults(
    schema: Mapping[str, Any], known: Mapping[str, Any], given: Any, path: Path = ()
) -> Iterator[tuple[Path, Any]]:
    """Each place of a verb's words with something that is wrong there, or may be."""
    if "$ref" in schema:
        schema = known[schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        schema = next(one for one in schema["anyOf"] if one.get("type") != "null")
        yield from faults(schema, known, given, path)
    elif "properties" in schema:
        for key, inner in schema["properties"].items():
            if isinstance(given, dict) and key in given:
                yield from faults(inner, known, given[key], (*path, key))
            elif not path:
                yield from faults(inner, known, None, (key,))
    elif schema.get("type") == "array" and given:
        yield from faults(schema.get("items") or schema["prefixItems"][0], known, given[0], (*path, 0))
    else:
        for wrong in WRONG.get(schema.get("format", schema.get("type", "")), ()):
            yield path, wrong


def put(words: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """The words with something else in one place."""
    found = part = deepcopy(words)
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    return found


class Slip(Walker):
    """A walker who tries wrong words on each verb before saying the right ones."""

    tried: Counter[str]
    places: int = 0
    stood: int = 0
    """How many reasons were told beside wrong words."""
    drawn: Mapping[str, Collection[str]] = {}
    """From which words the act last heard whole has drawn what gates ask."""

    def _act(self, case: Any) -> None:
        standing, chance = self.standings[case.ref], self.chance
        trigger = self._trigger(case)
        if self.tried[trigger] < EACH:
            task = self.guide.task(standing, trigger, chance)
            who = chance.choice(self.guide.actors(standing, trigger, task) or list(ACTORS))
            others = [other.ref for other in self.cases if other is not case]
            words = words_for(trigger, chance, self.clock.now())
            words = fitted(words, trigger, standing, task, others, chance)
            self._slip(case.ref, who, trigger, json.loads(json.dumps(words, default=str)))
        super()._act(case)

    def _slip(self, ref: str, who: str, trigger: str, words: dict[str, Any]) -> None:
        right = self._wrong(ref, who, trigger, words)
        if right is None or right[0]:
            return
        self.tried[trigger] += 1
        schema = verbs.verb_of(trigger).said.model_json_schema()
        late = (self.clock.now() + timedelta(days=2)).isoformat()
        always = {"nonsense", "occurred_at"}
        for path, value in faults(schema, schema.get("$defs", {}), words):
            alone = self._wrong(ref, who, trigger, put(words, path, value))
            if not alone or not alone[0] or path == ("occurred_at",):
                continue
            self.places += 1
            more = put(put(put(words, path, value), ("nonsense",), 1), ("occurred_at",), late)
            found = self._wrong(ref, who, trigger, more)
            assert found is not None
            assert alone[0] | always <= found[0], (trigger, path, value, alone, found)
            made_up = (alone[1] | found[1]) - right[1]
            assert not made_up, (trigger, path, value, made_up)
            hidden = {one for one in right[1] - alone[1] if not self._may_hide(trigger, path, alone[0], one)}
            assert not hidden, (trigger, path, value, hidden)
            self.stood += len(alone[1])

    def _may_hide(self, trigger: str, path: Path, told: set[str], reason: Reason) -> bool:
        """Does the gate ask for what is wrong, or for what is drawn from it; or may another way be meant?"""
        wrong = {str(path[0]), *(re.split(r"[.\[]", key)[0] for key in told)}
        if verbs.verb_of(trigger).papers and "paper" in wrong:
            return True
        chosen = {key for name in self._conditions(trigger) for key in CONDITIONS[name].asks}
        asked = {*GUARDS[reason.guard].asks, *verbs.verb_of(trigger).weighed.get(reason.guard, ()), *chosen}
        return any(wrong & {key, *self.drawn.get(key, ())} for key in asked)

    def _conditions(self, trigger: str) -> set[str]:
        engines = self.instance.office.engines.values()
        edges = (edge for engine in engines for edge in engine.definition.edges if edge.trigger == trigger)
        return {split_condition(literal)[0] for edge in edges for literal in edge.when}

    def _wrong(self, ref: str, who: str, trigger: str, words: Any) -> tuple[set[str], set[Reason]] | None:
        """The keys of what the verb finds wrong, and what stands in its way besides; none if it does not even listen."""
        with self.instance.database.reading() as session:
            try:
                hall = self.instance._hall(session, who)
                case = queries.find_case(session, hall.actor, ref)
                standing = transition.look(hall, case, trigger)
                _sentence, heard = acting.understand(hall, case, trigger, standing, words)
                self.drawn = heard.drawn
                transition.decide(hall, case, trigger, standing, heard)
            except InputInvalid as error:
                return {problem.key for problem in error.problems}, set(error.reasons)
            except TransitionRefused as error:
                return set(), set(error.reasons)
            except MediationError:
                return None
        return set(), set()


def test_all_that_is_wrong_is_told_at_once_by_every_verb(sqlite_town):
    walker = Slip(with_all_rules(sqlite_town).instance, sqlite_town.clock, seed="slips/1", papered=0.5)
    walker.tried = Counter()
    walk = walker.go(450)
    assert walk.found == []
    assert len(walker.tried) > 35
    assert walker.places > 300
    assert walker.stood > 20

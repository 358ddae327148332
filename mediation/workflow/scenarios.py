"""The third ring, behaviour: plays the stories in `workflows/<name>/scenarios.yaml` through the engine.

A story begins in a state with facts, and each step names an act, who does it, what changed in the facts before, and what
must come of it. All stories together must take every move of the definition and see every guard refuse.
The format is documented in docs/schemas/scenarios.schema.json and docs/workflows.md.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from mediation.errors import DefinitionError, NotPermitted, Problem, TransitionNotAllowed, TransitionRefused
from mediation.language import _, joined
from mediation.reading import Key, Lines, Unreadable, checked, dotted, read_yaml
from mediation.workflow.definition import Definition, Name, Title
from mediation.workflow.engine import Engine, Move, guards_on
from mediation.workflow.facts import (
    ActorFacts,
    AgreementFacts,
    ApprovalFacts,
    ClauseFacts,
    Facts,
    MediatorFacts,
    ParticipantFacts,
    PartyFacts,
    SlotFacts,
    TaskFacts,
)
from mediation.workflow.loader import Definitions
from mediation.workflow.vocabulary import STANDARD, Vocabulary

FILE = "scenarios.yaml"
_FACTS = TypeAdapter(Facts)
_PARTS: Mapping[str, type] = {
    "parties": PartyFacts,
    "mediators": MediatorFacts,
    "participants": ParticipantFacts,
    "agreement": AgreementFacts,
    "clauses": ClauseFacts,
    "other_clauses": ClauseFacts,
    "slots": SlotFacts,
    "task": TaskFacts,
    "approval": ApprovalFacts,
}
_WHOLE: Mapping[str, type] = {"agreement": AgreementFacts, "task": TaskFacts}
_GIVEN = {"trigger", "state", "act"}
_NAMED_BY = {
    "parties": "ordinal",
    "participants": "ordinal",
    "clauses": "ordinal",
    "other_clauses": "ordinal",
    "mediators": "person",
    "slots": "name",
}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Who(_Frozen):
    """The kinds that the actor's post counts as, and what the actor is to the case."""

    posts: list[Name] = Field(min_length=1)
    relations: list[Name] = Field(default_factory=list)


class Target(_Frozen):
    """Where a case goes on that leaves for another definition."""

    workflow: Name
    state: Name


class Step(_Frozen):
    """One act, and exactly one of: the state it leads to, the guards that refuse it, or that it may not be done at all."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": [end]}
                for end in ("to", "stays", "into", "refused", "not_allowed", "not_permitted")
            ]
        }
    )

    do: Name = Field(description="a trigger of the definition")
    as_: str = Field(default="", alias="as", description="a name of `actors`; left out: the one before")
    facts: dict[str, Any] = Field(default_factory=dict, description="what changed before the act; stays so")
    act: dict[str, Any] = Field(default_factory=dict, description="what the act itself says")
    to: Name | None = Field(default=None, description="the state after the act; the same if it stays")
    stays: bool = Field(default=False, description="the case stays where it is, whatever state that is")
    into: Target | None = Field(default=None, description="the case leaves the definition; the story ends")
    refused: list[Name] | None = Field(
        default=None, min_length=1, description="exactly the guards that refuse"
    )
    not_allowed: bool = Field(default=False, description="the state does not know the act")
    not_permitted: bool = Field(default=False, description="the actor may not do it")
    effects: list[str] | None = Field(default=None, description="if given: exactly these, in order")

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        ends = (self.to, self.stays, self.into, self.refused, self.not_allowed, self.not_permitted)
        if sum(bool(end) for end in ends) != 1:
            raise ValueError(_("to、stays、into、refused、not_allowed、not_permitted 要写、而且只能写一个"))
        return self


class Scenario(_Frozen):
    """One story. With several `start` states it is played from each of them."""

    title: Title
    start: list[Name] = Field(default_factory=list, description="left out: the initial state")
    facts: dict[str, Any] = Field(default_factory=dict, description="put upon the shared facts")
    steps: list[Step] = Field(min_length=1)


class Scenarios(_Frozen):
    """All stories of a definition, and the facts and actors that they share."""

    about: str = ""
    actors: dict[Title, Who] = Field(min_length=1)
    facts: dict[str, Any] = Field(default_factory=dict, description="what every story begins with")
    scenarios: list[Scenario] = Field(min_length=1)


def load_scenarios(path: Path, file: str = "") -> tuple[Scenarios, Lines]:
    """The stories of one file. Raises DefinitionError with all problems."""
    shown = file or path.name
    try:
        data, lines = read_yaml(path, shown_as=shown, for_checked=True)
    except Unreadable as error:
        raise DefinitionError(error.problems) from error
    scenarios, problems = checked(Scenarios, data, lines, shown)
    if scenarios is None:
        raise DefinitionError(problems)
    return scenarios, lines


def play_all(definitions: Definitions, vocabulary: Vocabulary = STANDARD) -> list[Problem]:
    """Play the stories beside each definition, against its newest version."""
    problems: list[Problem] = []
    for name, folder in definitions.folders.items():
        file = f"workflows/{name}/{FILE}"
        path = folder / FILE
        if not path.is_file():
            problems.append(Problem(_("每个流程都要有 scenarios.yaml"), file))
            continue
        try:
            scenarios, lines = load_scenarios(path, file)
        except DefinitionError as error:
            problems += error.problems
        else:
            problems += play_scenarios(definitions.newest(name), scenarios, lines, file, vocabulary)
    return problems


def play_scenarios(
    definition: Definition,
    scenarios: Scenarios,
    lines: Lines | None = None,
    file: str = FILE,
    vocabulary: Vocabulary = STANDARD,
) -> list[Problem]:
    """What the stories expect and the definition does not do, and what no story has tried."""
    stage = _Stage(Engine(definition, vocabulary), scenarios, lines or Lines(), file)
    problems = [
        problem for number in range(len(scenarios.scenarios)) for problem in stage.play_from_each(number)
    ]
    return problems or list(stage.untried())


class _Stage:
    """Plays stories and remembers which moves were made and which guards refused."""

    def __init__(self, engine: Engine, scenarios: Scenarios, lines: Lines, file: str) -> None:
        self._engine = engine
        self._scenarios = scenarios
        self._lines = lines
        self._file = file
        self._moved: set[str] = set()
        self._refused: set[str] = set()

    def play_from_each(self, number: int) -> Iterator[Problem]:
        story = self._scenarios.scenarios[number]
        for start in story.start or [self._engine.definition.initial]:
            if start in self._engine.definition.states:
                yield from self._play(number, story, start)
            else:
                yield self._problem(_("没有状态 {name}").format(name=start), "scenarios", number, "start")

    def untried(self) -> Iterator[Problem]:
        for edge_id in self._engine.edge_ids():
            if edge_id not in self._moved:
                yield self._problem(_("没有一个场景走过 {edge}").format(edge=edge_id), "scenarios")
        for name in sorted({name for edge in self._engine.definition.edges for name in guards_on(edge)}):
            if name not in self._refused:
                yield self._problem(_("没有一个场景被条件 {name} 拒绝过").format(name=name), "scenarios")

    def _play(self, number: int, story: Scenario, start: str) -> Iterator[Problem]:
        facts: dict[str, Any] = {}
        try:
            _patch(facts, self._scenarios.facts)
            _patch(facts, story.facts)
        except KeyError as error:
            yield self._problem(_about(error), "scenarios", number, "facts")
            return
        state, actor = start, next(iter(self._scenarios.actors))
        for position, step in enumerate(story.steps):
            key: tuple[Key, ...] = ("scenarios", number, "steps", position)
            actor = step.as_ or actor
            if actor not in self._scenarios.actors:
                yield self._problem(_("actors 里没有 {name}").format(name=actor), *key, "as")
                return
            try:
                _patch(facts, step.facts)
                seen = _FACTS.validate_python({**facts, "trigger": step.do, "state": state, "act": step.act})
            except KeyError as error:
                yield self._problem(_about(error), *key, "facts")
                return
            except ValidationError as error:
                wrong = dotted(error.errors()[0]["loc"])
                yield self._problem(_("事实 {key} 的写法不对").format(key=wrong), *key, "facts")
                return
            trouble, after = self._try(step, state, self._actor(actor), seen)
            if trouble:
                yield self._problem(_("从 {start} 开始：{what}").format(start=start, what=trouble), *key)
                return
            if after is None:
                return
            state = after

    def _try(self, step: Step, state: str, actor: ActorFacts, facts: Facts) -> tuple[str | None, str | None]:
        """What differs from the expectation, and the state after; no state once the case has left the definition."""
        wanted = _wanted(step)
        try:
            move = self._engine.decide(state, step.do, actor, facts)
        except TransitionRefused as refusal:
            names = sorted({reason.guard for reason in refusal.reasons})
            self._refused.update(names)
            came = _("被 {guards} 拒绝").format(guards=joined(names))
            matches = step.refused is not None and names == sorted(step.refused)
        except NotPermitted:
            came, matches = _("无权办理"), step.not_permitted
        except TransitionNotAllowed:
            came, matches = _("现状态不能办理"), step.not_allowed
        else:
            self._moved.add(move.edge_id)
            return _difference(step, move, wanted), None if move.into else move.to_state
        if matches:
            return None, state
        return _("{do} 应当{wanted}，实际{came}").format(do=step.do, wanted=wanted, came=came), state

    def _actor(self, name: str) -> ActorFacts:
        who = self._scenarios.actors[name]
        return ActorFacts(name, frozenset(who.posts), frozenset(who.relations))

    def _problem(self, message: str, *key: Key) -> Problem:
        return Problem(message, self._file, self._lines.of(key), dotted(key))


def _wanted(step: Step) -> str:
    if step.refused is not None:
        return _("被 {guards} 拒绝").format(guards=joined(sorted(step.refused)))
    if step.not_permitted:
        return _("无权办理")
    if step.not_allowed:
        return _("现状态不能办理")
    if step.stays:
        return _("留在原状态")
    if step.into is not None:
        return _("转到 {workflow} 的 {state}").format(workflow=step.into.workflow, state=step.into.state)
    return _("到 {state}").format(state=step.to)


def _difference(step: Step, move: Move, wanted: str) -> str | None:
    if move.into is not None:
        right = step.into is not None and (step.into.workflow, step.into.state) == (
            move.into.workflow,
            move.into.state,
        )
        came = _("转到 {workflow} 的 {state}").format(workflow=move.into.workflow, state=move.into.state)
    else:
        right = not move.enters if step.stays else step.to == move.to_state
        came = _("到 {state}").format(state=move.to_state)
    if not right:
        return _("{do} 应当{wanted}，实际{came}").format(do=step.do, wanted=wanted, came=came)
    if step.effects is not None and tuple(step.effects) != move.effects:
        return _("{do} 的后果应当是 {wanted}，实际是 {came}").format(
            do=step.do, wanted=joined(step.effects), came=joined(move.effects)
        )
    return None


def _about(error: KeyError) -> str:
    return _("没有这项事实：{key}").format(key=error.args[0])


def _patch(facts: dict[str, Any], changes: Mapping[str, Any]) -> None:
    """Put each change where its key says: `accepted`, `parties.2.consented`, `agreement.slots.*.signed`, `approvals.<name>.state`.

    Within a list the second part is the ordinal, person or name of an item, or `*` for all. Raises KeyError.
    """
    for key, value in changes.items():
        _put(facts, Facts, key.split("."), deepcopy(value), key)


def _put(place: dict[str, Any], kind: type, parts: list[str], value: Any, key: str) -> None:
    head, rest = parts[0], parts[1:]
    if head not in kind.__dataclass_fields__ or (kind is Facts and head in _GIVEN):  # type: ignore[attr-defined]  # always one of the dataclasses of facts.py
        raise KeyError(key)
    if not rest:
        _known_keys(head, value, key)
        place[head] = value
    elif head in _WHOLE and isinstance(place.get(head), dict):
        _put(place[head], _WHOLE[head], rest, value, key)
    elif head == "approvals" and len(rest) > 1:
        _put(place.setdefault(head, {}).setdefault(rest[0], {}), ApprovalFacts, rest[1:], value, key)
    elif head in _NAMED_BY and len(rest) > 1 and isinstance(place.get(head), list):
        chosen = [item for item in place[head] if rest[0] in ("*", str(item.get(_NAMED_BY[head])))]
        if not chosen:
            raise KeyError(key)
        for item in chosen:
            _put(item, _PARTS[head], rest[1:], value, key)
    else:
        raise KeyError(key)


def _known_keys(head: str, value: Any, key: str) -> None:
    """Refuse fields that no fact has; a dataclass would let them pass unseen."""
    if head == "approvals" and isinstance(value, dict):
        for name, one in value.items():
            _known_keys("approval", one, f"{key}.{name}")
        return
    kind = _PARTS.get(head)
    for item in value if isinstance(value, list) else [value]:
        if kind is None or not isinstance(item, dict):
            continue
        for name, inner in item.items():
            if name not in kind.__dataclass_fields__:  # type: ignore[attr-defined]  # always one of the dataclasses of facts.py
                raise KeyError(f"{key}.{name}")
            _known_keys(name, inner, f"{key}.{name}")

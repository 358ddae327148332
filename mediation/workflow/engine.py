"""Decides an act: which edge it takes, or why not. The only module that knows `transitions`.

The library holds the graph and makes the move. It would stop at the first false condition and take the first edge that
fits, so every guard of the fitting edge is judged here first, and the library is told which edge is allowed. One Machine
serves all cases of a definition: a light object carries a case's state, nothing of a case stays in the Machine.
"""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from transitions import EventData, Machine

from mediation.errors import (
    DefinitionError,
    MediationError,
    NotPermitted,
    Problem,
    Reason,
    TransitionNotAllowed,
    TransitionRefused,
)
from mediation.language import _, joined
from mediation.workflow.definition import By, Definition, Edge, Into, State, split_condition, split_effect
from mediation.workflow.facts import ActorFacts, Facts
from mediation.workflow.guards import CONDITIONS, GUARDS
from mediation.workflow.guards.registry import Condition, Guard, Rules
from mediation.workflow.vocabulary import STANDARD, Vocabulary

logging.getLogger("transitions").setLevel(logging.WARNING)

_IN_ORDER = frozenset({"approve", "reject"})
"""The verbs that several people have one after the other; what else somebody asked of one is asked of that one alone."""


@dataclass(frozen=True, slots=True)
class Move:
    """What an allowed act does. `enters`: the state is entered (anew), so that its task and clock begin again.

    With `into` the case goes on in another definition: `to_state` and `phase` are then still those it leaves.
    """

    edge_id: str
    trigger: str
    from_state: str
    to_state: str
    phase: str
    enters: bool
    into: Into | None
    effects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """An act that the state knows. `asks`: keys of the act that guards will read; they are not judged yet."""

    trigger: str
    title: str
    permitted: bool
    reasons: tuple[Reason, ...]
    asks: tuple[str, ...] = ()

    @property
    def possible(self) -> bool:
        """Whether the actor may begin it now, as far as the case goes."""
        return self.permitted and not self.reasons


class Engine:
    """One version of a definition, ready to decide. Shared by all threads: what it looks up is built when it is first
    asked, the same whoever builds it, and never changes. `acts`: what other definitions call the acts that this one lacks.

    Raises DefinitionError for a definition that names what is not there: one kept from long ago, perhaps.
    """

    def __init__(
        self,
        definition: Definition,
        vocabulary: Vocabulary = STANDARD,
        acts: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.definition = definition
        self._vocabulary = vocabulary
        self._acts = acts
        _refuse_unknown_names(definition)

    def decide(self, state: str, trigger: str, actor: ActorFacts, facts: Facts) -> Move:
        """The move that the act makes.

        Raises TransitionNotAllowed (not from this state), NotPermitted (not this actor), or TransitionRefused with every
        reason at once. Changes nothing.
        """
        option = self._fitting(state, trigger, facts)
        reasons = option.reasons(facts)
        if not may(actor, option.by):
            raise NotPermitted(self._who_may(trigger, option.by, actor))
        if reasons:
            raise TransitionRefused(reasons)
        return self._fire(state, trigger, option, facts.word("to") if option.back_to else option.to)

    @property
    def sha256(self) -> str:
        """The hash of the definition's content: what a case is pinned to."""
        return self.definition.sha256

    def refuse_at_once(self, state: str, trigger: str, actor: ActorFacts, facts: Facts) -> None:
        """Refuse what no words of the act could make right: raises TransitionNotAllowed or NotPermitted as `decide` does."""
        try:
            possible = self._possible(state, trigger, facts)
        except TransitionNotAllowed as error:
            raise self._with_wrong_post(error, trigger, actor) from None
        if not any(may(actor, option.by) for option in possible):
            raise NotPermitted(self._who_may(trigger, possible[0].by, actor))

    def hindrances(
        self, state: str, trigger: str, actor: ActorFacts, facts: Facts, known: Collection[str] = ()
    ) -> list[Reason]:
        """What stands in the way of an act of which no more than the `known` words are in the facts.

        Only what no guard reads from other words, and what stands on every edge that the act may still take.
        """
        here = self._edges.get((state, trigger), ())
        options = [one for one in here if one.fits(facts, known)]
        if here and not options:
            return [Reason("", self._wanting(state, trigger, here))]
        each = [one.reasons(facts, known) for one in options if may(actor, one.by)]
        return [reason for reason in each[0] if all(reason in other for other in each)] if each else []

    def choices(
        self, state: str, actor: ActorFacts, facts: Facts | Mapping[str, Facts], *, act_known: bool = False
    ) -> list[Choice]:
        """Every act that the case's state knows, in the order of the definition, with what stands in its way.

        `facts` are those of the case, or for each trigger its own; triggers left out of a mapping are not judged.
        `act_known`: judge the guards that read the act as well; else they are named in `asks`.
        """
        found = []
        for trigger in self.triggers_from(state):
            own = facts.get(trigger) if isinstance(facts, Mapping) else facts
            options = [
                option
                for option in self._edges[state, trigger]
                if own is None or option.fits(own, None if act_known else ())
            ]
            if options:
                found.append(self._choice(trigger, options, actor, own, act_known=act_known))
        return found

    def guards_of(self, trigger: str) -> frozenset[str]:
        """The guards on any edge of the trigger: what need not be read for them need not be read for the act."""
        return self._guards.get(trigger, frozenset())

    def state(self, name: str) -> State:
        """The state of this name. Raises TransitionNotAllowed if the definition has none."""
        found = self.definition.states.get(name)
        if found is None:
            message = _("流程「{title}」第{version}版没有状态 {state}")
            raise TransitionNotAllowed(
                message.format(title=self.definition.title, version=self.definition.version, state=name)
            )
        return found

    def title(self, trigger: str) -> str:
        """The words of a trigger for people, those of another definition if this one does not know it."""
        found = self.definition.triggers.get(trigger)
        return found.title if found else self._acts.get(trigger, trigger)

    def triggers_from(self, state: str) -> list[str]:
        """The triggers that some edge from this state has, in the order of the definition."""
        return [trigger for trigger in self.definition.triggers if (state, trigger) in self._edges]

    def edge_ids(self) -> list[str]:
        """The ids of all moves: one for each edge, origin and place to go back to, in the order of the definition."""
        return [name for options in self._edges.values() for option in options for name in option.ids()]

    def may_end(self, state: str, facts: Facts | None = None) -> bool:
        """Whether mediation can be ended from this state in one act; with facts, only edges that fit them count."""
        return any(
            split_effect(effect)[0] == "end"
            for trigger in self.triggers_from(state)
            for option in self._edges[state, trigger]
            if facts is None or option.fits(facts, ())
            for effect in option.effects
        )

    def _choice(
        self, trigger: str, options: list["_Option"], actor: ActorFacts, own: Facts | None, *, act_known: bool
    ) -> Choice:
        """The choice that the actor has; where the act's own words choose between edges, the one least in the way."""
        permitted = [option for option in options if may(actor, option.by)]
        judged = permitted or options[:1]
        asks = {} if act_known else {key: None for option in judged for key in option.asks}
        least: list[Reason] = []
        if own is not None:
            known = None if act_known else ()
            least = min((option.reasons(own, known) for option in judged), key=len)
        return Choice(trigger, self.title(trigger), bool(permitted), tuple(least), tuple(asks))

    def _possible(self, state: str, trigger: str, facts: Facts) -> list["_Option"]:
        """The edges that the act may take, whatever it says."""
        options = self._edges.get((state, trigger), ())
        possible = [option for option in options if option.fits(facts, ())]
        return possible or [self._fitting(state, trigger, facts)]

    def _fitting(self, state: str, trigger: str, facts: Facts) -> "_Option":
        """The one edge that the conditions choose."""
        here = self.state(state)
        options = self._edges.get((state, trigger))
        if not options:
            if trigger not in self.definition.triggers:
                message = _("流程「{workflow}」没有「{trigger}」这项操作。{now}")
            else:
                message = _("纠纷现在是「{state}」，不能办理「{trigger}」。{now}")
            named = {
                "workflow": self.definition.title,
                "state": here.title,
                "trigger": self.title(trigger),
            }
            raise TransitionNotAllowed(
                message.format(**named, now=self._what_now(state, facts)),
                message.format(**named, now=""),
            )
        fitting = [option for option in options if option.fits(facts)]
        if len(fitting) == 1:
            return fitting[0]
        if not fitting:
            raise TransitionNotAllowed(
                self._wanting(state, trigger, options, self._what_now(state, facts)),
                self._wanting(state, trigger, options),
            )
        message = _("流程「{workflow}」从「{state}」办理「{trigger}」有几条走法同时成立，请更正流程定义")
        raise DefinitionError(
            [], message.format(workflow=self.definition.title, state=here.title, trigger=self.title(trigger))
        )

    def _wanting(self, state: str, trigger: str, options: Sequence["_Option"], now: str = "") -> str:
        """That none of the edges fits, and what each would want."""
        message = _("纠纷现在是「{state}」，办理「{trigger}」要求{conditions}。{now}")
        conditions = joined(dict.fromkeys(option.conditions() for option in options), _("或者"))
        named = {"state": self.state(state).title, "trigger": self.title(trigger), "conditions": conditions}
        return message.format(**named, now=now)

    def _with_wrong_post(
        self, error: TransitionNotAllowed, trigger: str, actor: ActorFacts
    ) -> TransitionNotAllowed:
        """The same, and who does the act, if the actor's post never does: else that would be told at the right step only."""
        found = [
            one.by for (_origin, act), options in self._edges.items() if act == trigger for one in options
        ]
        if not found or not all(actor.posts.isdisjoint(by.posts) for by in found):
            return error
        besides = self._who_may(trigger, found[0], actor)
        return TransitionNotAllowed(joined([error.message, besides], ""), joined([error.brief, besides], ""))

    def _what_now(self, state: str, facts: Facts) -> str:
        titles = [
            self.title(trigger)
            for trigger in self.triggers_from(state)
            if any(option.fits(facts, ()) for option in self._edges[state, trigger])
        ]
        if not titles:
            return _("这件纠纷已经办结，没有可以办理的操作。")
        mark = "；" if any("、" in title for title in titles) else "、"
        return _("现在可以办理：{titles}。").format(titles=joined(titles, mark))

    def _who_may(self, trigger: str, by: By, actor: ActorFacts) -> str:
        posts = joined(_(self._vocabulary.posts.get(kind, kind)) for kind in by.posts)
        if actor.after and trigger in _IN_ORDER and actor.posts & set(by.posts):
            message = _("「{trigger}」按顺序办理，现在轮到{who}，还没有轮到您；轮到时会通知您。")
            return message.format(trigger=self.title(trigger), who=joined(actor.after))
        if "any" in by.relation:
            message = _("「{trigger}」由{posts}办理。您是{actor}，岗位不符。")
        else:
            message = _("「{trigger}」由{posts}办理，且须是这件纠纷的{relations}。您是{actor}，{lack}。")
        relations = joined((_(self._vocabulary.relations[name]) for name in by.relation), _("或者"))
        right_post = bool(actor.posts & set(by.posts))
        lack = _("不是这件纠纷的{relations}").format(relations=relations) if right_post else _("岗位不符")
        told = message.format(
            trigger=self.title(trigger), posts=posts, relations=relations, actor=actor.label, lack=lack
        )
        if actor.absent and "mediator" in by.relation and "mediator" not in actor.relations:
            message = _(
                "{who}不在岗，由您代理，但是代理不能主持调解：等不得的，请其单位更换调解员，或者办理移交。"
            )
            told = joined([told, message.format(who=joined(actor.absent))], "")
        return told

    def _fire(self, state: str, trigger: str, option: "_Option", to: str) -> Move:
        light = _Light(state)
        edge_id = option.id_to(to)
        moved = self._machine.events[trigger].trigger(light, allowed=edge_id)
        if moved is not True or light.state != to:
            raise MediationError(_("流程引擎没有按定义办理，本次操作没有生效。"))
        return Move(
            edge_id,
            trigger,
            state,
            light.state,
            self.definition.states[light.state].phase,
            option.enters,
            option.into,
            option.effects,
        )

    @cached_property
    def _edges(self) -> dict[tuple[str, str], list["_Option"]]:
        found: dict[tuple[str, str], list[_Option]] = {}
        for edge in self.definition.edges:
            for origin in edge.origin:
                option = _Option(Rules(self.definition, edge, self._vocabulary.facts), origin)
                found.setdefault((origin, edge.trigger), []).append(option)
        for (origin, trigger), options in found.items():
            for number, option in enumerate(options, start=1):
                option.id = f"{origin}.{trigger}" if len(options) == 1 else f"{origin}.{trigger}.{number}"
        return found

    @cached_property
    def _guards(self) -> Mapping[str, frozenset[str]]:
        edges = self.definition.edges
        return {
            trigger: frozenset(name for edge in edges if edge.trigger == trigger for name in guards_on(edge))
            for trigger in self.definition.triggers
        }

    @cached_property
    def _machine(self) -> Machine:
        machine = Machine(
            model=None,
            states=list(self.definition.states),
            initial=None,
            auto_transitions=False,
            send_event=True,
            queued=False,
            ignore_invalid_triggers=False,
        )
        for (origin, trigger), options in self._edges.items():
            for option in options:
                for target in option.back_to or (option.to if option.enters else None,):
                    machine.add_transition(
                        trigger, origin, target, conditions=[_allows(option.id_to(target))]
                    )
        return machine


def guards_on(edge: Edge) -> tuple[str, ...]:
    """The guards of an edge: those that it names, and those that follow from where it leads and what it demands."""
    return (
        *edge.guards,
        *(("went_through_it",) if edge.back_to else ()),
        *(("approvals_stand",) if edge.approvals else ()),
        *(("asked_approvals_stand",) if edge.approvals_if_asked else ()),
    )


def may(actor: ActorFacts, by: By) -> bool:
    """Whether the actor has one of the kinds of post, and is to the case what is asked."""
    return not actor.posts.isdisjoint(by.posts) and (
        "any" in by.relation or not actor.relations.isdisjoint(by.relation)
    )


def _refuse_unknown_names(definition: Definition) -> None:
    """Whatever the sense ring would have found before; here it keeps an unchecked definition from being built."""
    problems = []
    for number, edge in enumerate(definition.edges):
        ends = (*edge.origin, *((edge.to,) if edge.to is not None else ()), *edge.back_to)
        unknown = [
            *(name for name in ends if name not in definition.states),
            *(name for name in edge.guards if name not in GUARDS),
            *(name for name in edge.when if split_condition(name)[0] not in CONDITIONS),
            *(name for name in (edge.trigger,) if name not in definition.triggers),
            *(
                name
                for name in (*edge.approvals, *edge.approvals_if_asked)
                if name not in definition.approvals
            ),
        ]
        problems += [Problem(_("没有 {name}").format(name=name), key=f"edges[{number}]") for name in unknown]
    if problems:
        raise DefinitionError(problems)


class _Light:
    """What the Machine moves: a state, nothing else."""

    __slots__ = ("state",)

    def __init__(self, state: str) -> None:
        self.state = state


class _Option:
    """An edge seen from one of its origins, its names looked up."""

    def __init__(self, rules: Rules, origin: str) -> None:
        edge = rules.edge
        self.id = ""
        self.to = edge.to if edge.to is not None else origin
        self.back_to = tuple(name for name in edge.back_to if name != origin)
        self.enters = edge.to is not None or bool(edge.back_to)
        self.into = edge.into
        self.effects = edge.effects
        self.by = edge.by or rules.definition.triggers[edge.trigger].by
        self.guards: tuple[Guard, ...] = tuple(GUARDS[name].under(rules) for name in guards_on(edge))
        literals = (split_condition(literal) for literal in edge.when)
        self._when = tuple((CONDITIONS[name], wanted) for name, wanted in literals)
        chosen_by = (key for condition, _wanted in self._when for key in condition.asks)
        judged_by = (key for guard in self.guards for key in guard.asks)
        self.asks = tuple(dict.fromkeys((*chosen_by, *judged_by)))

    def id_to(self, target: str | None) -> str:
        """The id of the move; one that goes back has one for each place to go to."""
        return f"{self.id}.{target}" if self.back_to else self.id

    def ids(self) -> list[str]:
        return [self.id_to(target) for target in self.back_to or (None,)]

    def fits(self, facts: Facts, known: Collection[str] | None = None) -> bool:
        """Whether the conditions hold; those that ask for more than the known words of the act are left open."""
        return all(
            condition.holds(facts) is wanted
            for condition, wanted in self._when
            if _asks_no_more(condition, known)
        )

    def reasons(self, facts: Facts, known: Collection[str] | None = None) -> list[Reason]:
        """Why not: the reasons of every guard that asks for no more than the known words."""
        judged = (guard for guard in self.guards if _asks_no_more(guard, known))
        return [reason for guard in judged for reason in guard.reasons(facts)]

    def conditions(self) -> str:
        return joined(
            _(condition.title if wanted else condition.opposite) for condition, wanted in self._when
        )


def _asks_no_more(asked: Guard | Condition, known: Collection[str] | None) -> bool:
    return known is None or all(key in known for key in asked.asks)


def _allows(edge_id: str) -> Callable[[EventData], bool]:
    def is_allowed(event: EventData) -> bool:
        return bool(event.kwargs["allowed"] == edge_id)

    return is_allowed

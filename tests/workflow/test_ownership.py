"""Whatever units do with a dispute, one of them holds it, the number of hops is bounded, and what was ruled stays ruled.

A small world beside the engine keeps the facts as the hall does: who holds, who is asked, who rules, what was said and ruled.
"""

from dataclasses import dataclass, field
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediation.errors import MediationError
from mediation.workflow.engine import Engine
from mediation.workflow.facts import ActorFacts, Facts
from mediation.workflow.guards.ownership import MOST_HOPS
from mediation.workflow.loader import load_definitions
from mediation.workflow.vocabulary import STANDARD

UNITS = ("a", "b", "c")
SUPERIOR = "s"
ENGINES = [Engine(load_definitions().newest(name)) for name in ("ordinary", "joint")]
ACTS = ("dispatch", "decline", "send_back", "take_back", "acknowledge", "rule", "keep", "escalate")


@dataclass
class World:
    """One dispute; `ruled` is the unit to which such matters have been given, by any dispute so far."""

    engine: Engine
    state: str = "triaged"
    holder: str = "a"
    target: str | None = None
    arbiter: str | None = None
    declined: list[str] = field(default_factory=list)
    hops: int = 0
    binds: bool = False
    ruled: str | None = None
    rulings: int = 0
    most_hops: int = 0
    sent_back: dict[str, int] = field(default_factory=dict)

    def facts(self, act: dict[str, object]) -> Facts:
        return Facts(
            state=self.state,
            holder=self.holder,
            accepted=False,
            has_target=self.target is not None,
            at_top=self.holder == SUPERIOR,
            declines=len(self.declined),
            hops=self.hops,
            asked_from_below=self.target == SUPERIOR,
            superior="" if self.target is None else SUPERIOR,
            ruled="L-1" if self.binds else "",
            precedent="L-1" if self.ruled is not None and self.ruled == self.target else "",
            sent_back=self.sent_back.get(self.target or "", 0),
            act=act,
        )

    def do(self, trigger: str, unit: str) -> bool:
        """Try an act on the engine; True if it was done."""
        astray = self.ruled is not None and unit != self.ruled
        act: dict[str, object] = {
            "reason": "x",
            "target": unit,
            "line": "1",
            "list": 1,
            "line_is_known": True,
            "line_names_it": True,
            "within_reach": True,
            "insists": unit in self.declined,
            **({"precedent": "L-1", "precedent_unit": self.ruled} if astray else {}),
        }
        everybody = ActorFacts("甲", frozenset(STANDARD.posts), frozenset(STANDARD.relations))
        try:
            move = self.engine.decide(self.state, trigger, everybody, self.facts(act))
        except MediationError:
            return False
        for effect in move.effects:
            getattr(self, f"_{effect}", lambda _unit: None)(unit)
        if trigger == "dispatch":
            self.target, self.hops = unit, self.hops + 1
            self.most_hops = max(self.most_hops, self.hops)
        if trigger == "take_back":
            self.target = None
        self.state = move.to_state
        return True

    def _return_declined(self, _unit: str) -> None:
        self.declined.append(self.target or "")
        self.target = None

    def _return_to_sender(self, _unit: str) -> None:
        self.sent_back[self.target or ""] = self.sent_back.get(self.target or "", 0) + 1
        self.target = None

    def _contest(self, _unit: str) -> None:
        self.declined.append(self.target or "")
        self.target, self.arbiter = None, SUPERIOR

    def _order_to_take(self, unit: str) -> None:
        self.target, self.arbiter, self.binds, self.ruled = unit, None, True, unit
        self.rulings += 1

    def _climb(self, _unit: str) -> None:
        self.target = SUPERIOR

    def _take_hold(self, _unit: str) -> None:
        assert self.target is not None
        self.holder, self.target = self.target, None

    def _settle_ownership(self, _unit: str) -> None:
        self.declined, self.hops, self.binds, self.arbiter = [], 0, False, None


_QUARREL = ("dispatch", "decline", "take_back", "rule", "send_back")


def _walk(seed: int, acts: tuple[str, ...]) -> list[tuple[str, str]]:
    """Eighty acts: lists of hypothesis are mostly too short for a quarrel."""
    chance = Random(seed)  # noqa: S311 — a walk, not a key
    return [(chance.choice(acts), chance.choice(UNITS)) for _step in range(80)]


_STEPS = st.builds(_walk, st.integers(0, 2**32), st.sampled_from((ACTS, _QUARREL, ("dispatch", "take_back"))))


@pytest.mark.parametrize("engine", ENGINES, ids=("ordinary", "joint"))
@settings(max_examples=150)
@given(steps=_STEPS)
def test_whatever_is_tried_one_unit_holds_it_and_the_hops_are_bounded(engine, steps):
    world = World(engine)
    for trigger, unit in steps:
        holder, binds = world.holder, world.binds
        done = world.do(trigger, unit)
        assert world.holder in {*UNITS, SUPERIOR}
        assert not (done and trigger != "acknowledge" and world.holder != holder)
        assert not (done and binds and trigger != "acknowledge")
        assert (world.state == "contested") is (world.arbiter is not None)
        assert (world.state == "dispatched") is (world.target is not None)
        assert len(world.declined) <= 2
    assert world.most_hops <= MOST_HOPS


@pytest.mark.parametrize("engine", ENGINES, ids=("ordinary", "joint"))
@settings(max_examples=150)
@given(chosen=st.sampled_from(UNITS), steps=_STEPS)
def test_ruled_matter_is_never_ruled_on_again(engine, chosen, steps):
    """Another dispute of the same matter: whatever is tried, nobody gets it ruled on a second time."""
    world = World(engine, ruled=chosen)
    for trigger, unit in steps:
        world.do(trigger, unit)
        assert world.state != "contested"
        assert world.declined == []
    assert (world.rulings, world.ruled) == (0, chosen)


@pytest.mark.parametrize("engine", ENGINES, ids=("ordinary", "joint"))
@settings(max_examples=60)
@given(steps=_STEPS)
def test_there_is_always_a_way_to_a_unit_that_has_it(engine, steps):
    """From wherever the units have got to, somebody can take or keep the dispute in three acts at most."""
    world = World(engine)
    for trigger, unit in steps:
        world.do(trigger, unit)
        if world.state not in {"triaged", "dispatched", "contested"}:
            return
    for trigger in ("rule", "acknowledge", "keep"):
        world.do(trigger, "b")
    assert world.state in {"received", "accepted"}

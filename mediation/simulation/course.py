"""One invented dispute under way: what is known of it, what is done next, and how long it waits for that."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from mediation.codes.identity import sample_resident_number
from mediation.simulation.mix import Arrival

_SURNAMES, _GIVEN = "赵钱孙李周吴郑王冯陈", "甲乙丙丁戊己庚辛壬癸"
_SMALL_FEN = 300_000
WRITTEN = frozenset({"0502", "0901"})
"""Matters in which the law wants an agreement in writing."""
Words = Mapping[str, Any] | Callable[[datetime], Mapping[str, Any]]


@dataclass(frozen=True)
class Next:
    """The next act: what, by whom, with which words (as they are at the moment of the act); `wait`: what passes before."""

    act: str
    who: str
    words: Words = field(default_factory=dict)
    wait: timedelta = timedelta()

    def said_at(self, now: datetime) -> dict[str, Any]:
        """The words of the act at a moment."""
        return dict(self.words(now) if callable(self.words) else self.words)


@dataclass
class Due:
    """What is owed by the agreement: an instalment, or all of it if it has no number."""

    day: date | None
    instalment: int | None = None


@dataclass
class Course:
    """One dispute under way. `first_unit`: where it came in; `unit`: who has it now; `target`: who is asked to take it; `goal`: who should have it.

    `errands`: what is done first, without a change of state. `past`: what has been done or tried, and is not done again.
    `receiver`: who took it in. `team`: codes of the people who mediate it, and of their recorder.
    """

    arrival: Arrival
    first_unit: str
    unit: str
    workflow: str = "ordinary"
    ref: str = ""
    state: str = ""
    target: str = ""
    asked_from_below: bool = False
    goal: str | None = None
    joint: bool = False
    accepted: bool = False
    presiding: str = ""
    receiver: str = ""
    team: set[str] = field(default_factory=set)
    talks: int = 0
    sessions: int = 0
    last_session: str = ""
    oral: bool = False
    owed: deque[Due] = field(default_factory=deque)
    breached: bool = False
    errands: deque[Next] = field(default_factory=deque)
    past: set[str] = field(default_factory=set)
    declined: list[str] = field(default_factory=list)

    @property
    def is_small(self) -> bool:
        """Whether one would settle it where one stands."""
        arrival = self.arrival
        return (
            arrival.tier == "simple"
            and arrival.risk == "low"
            and arrival.amount_fen <= _SMALL_FEN
            and arrival.governance not in WRITTEN
        )

    def happens(self, share: float) -> bool:
        """Whether this comes to pass in this dispute."""
        return self.arrival.chance.random() < share

    def once(self, what: str) -> bool:
        """Whether this is the first time."""
        first = what not in self.past
        self.past.add(what)
        return first


def register(course: Course) -> dict[str, Any]:
    """What the first receiver writes down."""
    arrival = course.arrival
    return {
        "title": arrival.title,
        "workflow": course.workflow,
        "source": arrival.source,
        "governance_category": arrival.governance,
        "category": arrival.judicial,
        "narrative": "模拟的纠纷，没有当事人。",
        "claims": ["按约定处理"],
        "amount_fen": arrival.amount_fen,
        "headcount": arrival.headcount,
        "risk": arrival.risk,
        "parties": [party(arrival, "applicant", 1), party(arrival, "respondent", 2)],
    }


def party(arrival: Arrival, role: str, which: int) -> dict[str, Any]:
    """One of the two, each another person; nobody's number, name and address."""
    number = 2 * arrival.number + which
    return {
        "role": role,
        "name": f"{_SURNAMES[number % 10]}{_GIVEN[number // 10 % 10]}{_GIVEN[number // 100 % 10]}",
        "sex": "男",
        "ethnicity": "汉族",
        "occupation": "模拟",
        "phone": "13800000000",
        "address": f"模拟地址{number}号",
        "id_number": sample_resident_number(
            date(1960, 1, 1) + timedelta(days=number % 14_000), number % 499 * 2 + 1
        ),
        "consents": True,
        "rights_told": True,
    }

"""What comes in: categories, sources and moments of invented disputes, and how often people do what. Pure, by a seed.

Shares of categories and sources are those that one prefecture city published for one month (August 2016: 869 disputes taken
in); all other shares are suppositions of ours, and told as such.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mediation.clock import local_moment
from mediation.deadlines.calendar import Calendar

CATEGORIES = (
    (278, "0201", "02", "邻里纠纷"),
    (160, "0101", "01", "婚姻家庭纠纷"),
    (76, "0401", "06", "损害赔偿纠纷"),
    (67, "0902", "03", "房屋宅基地纠纷"),
    (55, "0502", "15", "医疗纠纷"),
    (54, "0299", "99", "其他纠纷"),
    (44, "0603", "04", "合同纠纷"),
    (33, "0503", "16", "道路交通事故纠纷"),
    (31, "0699", "05", "生产经营纠纷"),
    (28, "0202", "08", "征地拆迁纠纷"),
    (18, "0903", "07", "山林土地纠纷"),
    (13, "0701", "11", "劳动争议"),
    (7, "0601", "14", "消费纠纷"),
    (4, "0504", "09", "环境污染纠纷"),
    (1, "0402", "17", "物业纠纷"),
)
"""Disputes of the month, our code of the governance list, code of the judicial list, what they are called."""
SOURCES = ((455, "own_initiative"), (378, "applied"), (36, "court_referral"))

# Suppositions, as shares of those whom the choice concerns.
COMPLEX, SIMPLE, MEDIUM, HIGH, CROWD = 0.08, 0.3, 0.08, 0.01, 0.005
REFUSES, WITHDRAWS = 0.02, 0.02
OVERRULES, DECLINES, DECLINES_AGAIN, INSISTS, SENDS_BACK, ASKS_ABOVE, CALLS_IN = (
    0.05,
    0.4,
    0.5,
    0.5,
    0.03,
    0.02,
    0.03,
)
SETTLES_ON_THE_SPOT, SETTLES_AT_FIRST, SETTLES_LATER, CLIMBS = 0.8, 0.6, 0.55, 0.4
EXTENDS, SUSPENDS, ORAL, CONFIRMS, INSTALMENTS = 0.3, 0.04, 0.35, 0.12, 0.25
BREACHES, REMEDIATES, SATISFIED = 0.04, 0.4, 0.9
_HOURS = ((8, 2), (9, 5), (10, 5), (11, 3), (14, 3), (15, 4), (16, 3), (17, 1), (19, 1))


@dataclass(frozen=True)
class Arrival:
    """One dispute before anybody knows of it. `where`: which of the units, from 0 to under 1.

    `chance` decides all that happens to it, whatever else goes on.
    """

    number: int
    at: datetime
    governance: str
    judicial: str
    title: str
    source: str
    tier: str
    risk: str
    headcount: int
    amount_fen: int
    where: float
    chance: random.Random


def arrivals(cases: int, seed: int, first: date, calendar: Calendar, length: int = 365) -> Iterator[Arrival]:
    """The disputes of so many days from `first` on, in order of time; a day without work sees a quarter of a workday's."""
    days = [first + timedelta(days=day) for day in range(length)]
    chance = random.Random(seed)  # noqa: S311  invented disputes, not keys
    weights = [1.0 if calendar.is_workday(day) else 0.25 for day in days]
    hours, by_hour = zip(*_HOURS, strict=True)
    moments = sorted(
        local_moment(day, chance.choices(hours, by_hour)[0], chance.randrange(60))
        for day in chance.choices(days, weights, k=cases)
    )
    for number, at in enumerate(moments, 1):
        yield _arrival(number, at, random.Random(f"{seed}:{number}"))  # noqa: S311  the same


def _arrival(number: int, at: datetime, chance: random.Random) -> Arrival:
    _count, governance, judicial, title = chance.choices(CATEGORIES, [row[0] for row in CATEGORIES])[0]
    return Arrival(
        number=number,
        at=at,
        governance=governance,
        judicial=judicial,
        title=title,
        source=chance.choices(SOURCES, [row[0] for row in SOURCES])[0][1],
        tier=_one_of(chance, ("complex", COMPLEX), ("simple", SIMPLE), otherwise="ordinary"),
        risk=_one_of(chance, ("high", HIGH), ("medium", MEDIUM), otherwise="low"),
        headcount=chance.randrange(10, 60) if chance.random() < CROWD else chance.choice((2, 2, 2, 3, 4)),
        amount_fen=int(chance.lognormvariate(8.5, 1.2)) * 100,
        where=chance.random(),
        chance=chance,
    )


def _one_of(chance: random.Random, *shares: tuple[str, float], otherwise: str) -> str:
    drawn = chance.random()
    for name, share in shares:
        drawn -= share
        if drawn < 0:
            return name
    return otherwise

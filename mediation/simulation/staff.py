"""The site's people as a year's work finds them: who holds which post where, who keeps a desk, and when each is free."""

import heapq
import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from mediation.app import Instance
from mediation.clock import local_day, local_moment
from mediation.deadlines.calendar import Calendar
from mediation.people import queries as people
from mediation.units import queries as unit_queries
from mediation.units.tree import GENERAL_COMMITTEES, Seat

_HALF_DAYS = (((8, 30), (12, 0)), ((14, 0), (17, 30)))
MINUTES: Mapping[str, int] = {
    "register": 20,
    "record_session": 120,
    "record_conference": 90,
    "draft_agreement": 60,
    "conclude_written": 15,
    "attach_scan": 20,
    "visit": 30,
    "archive": 20,
}
"""What an act takes, on the average; every other one takes ten."""
_HANDLING = 4
"""So many disputes come to a unit with mediators for one that comes to a unit which only registers."""


def person_of(who: str) -> str:
    """The person's code of `PERSON:POST`."""
    return who.partition(":")[0]


class Staff:
    """Everybody in office, by unit and by the kinds of post that definitions know; and until when each is busy."""

    def __init__(self, instance: Instance) -> None:
        self.calendar: Calendar = instance.office.calendar
        self._duty = instance.office.duty
        self._busy: dict[str, datetime] = {}
        self._at: dict[tuple[str, str], list[str]] = {}
        self._shifts: dict[tuple[str, date], frozenset[str]] = {}
        self._day = day = local_day(instance.clock.now())
        with instance.database.reading() as session:
            kinds = people.post_kinds(session)
            self.tree = unit_queries.load_tree(session, day)
            active = [one for one in people.people(session) if one.status == "active"]
            codes = {one.id or 0: one.code for one in active}
            self.names = {one.code: str(one.name) for one in active}
            for post in people.posts_at(session, [node.id for node in self.tree.nodes], day):
                if post.person_id not in codes:
                    continue
                name = f"{codes[post.person_id]}:{post.code}"
                for kind in sorted(kinds.counts_as(post.kind)):
                    self._at.setdefault((self.tree.unit(post.unit_id).code, kind), []).append(name)
            self._seats: list[Seat] = []
            self._seated: dict[str, list[Seat]] = {}
            for row in unit_queries.committees(session):
                seat = Seat(row.id or 0, row.code, row.unit_id, row.kind, row.term_from, row.term_to)
                self._seats.append(seat)
                for member in unit_queries.roster(session, row.id or 0, day):
                    if member.person_id in codes:
                        self._seated.setdefault(codes[member.person_id], []).append(seat)
        for names in self._at.values():
            names.sort()

    def at(self, unit: str, *kinds: str) -> list[str]:
        """Everybody at the unit who counts as one of these kinds, as `--as` takes them; the first kind's come first."""
        return list(dict.fromkeys(name for kind in kinds for name in self._at.get((unit, kind), ())))

    def fronts(self) -> list[str]:
        """Where disputes come in: areas and centres where somebody registers, with a committee there or above.

        Often where there are mediators too.
        """
        found = []
        for unit in sorted(unit for unit, kind in self._at if kind == "registrar"):
            node = self.tree.by_code(unit)
            if node.kind in {"area", "centre", ""} and self._committee_of(node.id, self._day):
                found += [unit] * (_HANDLING if self.at(unit, "mediator") else 1)
        return found

    def at_the_desk(self, unit: str, at: datetime) -> list[str]:
        """Who registers at the unit: those that keep its desk by the rota, if it has one and they may; else everybody."""
        names = self.at(unit, "registrar")
        on = self._on_duty(unit, local_day(at))
        return [name for name in names if person_of(name) in on] or names

    def mediators_for(self, unit: str) -> list[str]:
        """Mediators of a committee that may mediate what the unit holds: its own, else the nearest above, else below."""
        node = self.tree.by_code(unit)
        below = sorted(self.tree.unit(one).code for one in self.tree.subtree(node.id) if one != node.id)
        for code in (*(one.code for one in self.tree.lineage(node.id)), *below):
            found = [name for name in self.at(code, "mediator") if self._may_mediate(name, node.id)]
            if found:
                return found
        return []

    def sealers_for(self, unit: str, at: datetime) -> list[str]:
        """Who has the seal of the committee that the unit's papers come from."""
        node = self.tree.by_code(unit)
        seat = self._committee_of(node.id, local_day(at))
        return self.at(self.tree.unit(seat.unit).code, "mediator", "registrar", "unit_leader") if seat else []

    def take(self, who: str, act: str, ready: datetime, chance: random.Random) -> datetime:
        """When the person ends this act: the first of its working time after `ready` and after all it has begun before."""
        person = person_of(who)
        needed = timedelta(minutes=MINUTES.get(act, 10) * chance.uniform(0.6, 1.6))
        at = self._working(max(ready, self._busy.get(person, ready)))
        while (left := self._end_of_half(at) - at) < needed:
            needed -= left
            at = self._working(self._end_of_half(at) + timedelta(minutes=1))
        self._busy[person] = at + needed
        return at + needed

    def freest(self, names: Iterable[str], at: datetime) -> str:
        """Who of them is free first; of several the first by code."""
        return min(names, key=lambda name: (max(at, self._busy.get(person_of(name), at)), name))

    def _committee_of(self, unit: int, day: date) -> Seat | None:
        return self.tree.nearest_committee(unit, self._seats, day, GENERAL_COMMITTEES)

    def _on_duty(self, unit: str, day: date) -> frozenset[str]:
        if (unit, day) not in self._shifts:
            desks = [desk for desk in self._duty.desks if desk.unit == unit]
            on = frozenset(code for desk in desks for code in desk.on(day, self.calendar))
            self._shifts[unit, day] = on
        return self._shifts[unit, day]

    def _may_mediate(self, name: str, unit: int) -> bool:
        seats = self._seated.get(person_of(name), ())
        return any(self.tree.may_mediate_at(unit, seat.unit, seat.kind) for seat in seats)

    def _working(self, at: datetime) -> datetime:
        """The moment itself if it is working time, else when work begins next."""
        day = local_day(at)
        while True:
            if self.calendar.is_workday(day):
                for begin, end in _HALF_DAYS:
                    if at < local_moment(day, *end):
                        return max(at, local_moment(day, *begin))
            day += timedelta(days=1)

    def _end_of_half(self, at: datetime) -> datetime:
        ends = [local_moment(local_day(at), *end) for _begin, end in _HALF_DAYS]
        return next(end for end in ends if at <= end)


class Agenda:
    """What is to happen, in order of time; of one moment what was put in first."""

    def __init__(self) -> None:
        self._waiting: list[tuple[datetime, int, object]] = []
        self._put = 0

    def put(self, at: datetime, what: object) -> None:
        """Let something happen at that moment."""
        self._put += 1
        heapq.heappush(self._waiting, (at, self._put, what))

    def next(self) -> tuple[datetime, object]:
        """The earliest of all, taken out."""
        at, _number, what = heapq.heappop(self._waiting)
        return at, what

    def __len__(self) -> int:
        return len(self._waiting)


def others(names: Sequence[str], than: str) -> list[str]:
    """Those of the names that are another person; all if there is none."""
    return [one for one in names if person_of(one) != person_of(than)] or list(names)

"""underway.yaml: what is going on when a sample's demo opens, act by act, in the words of disputes.yaml.

Its days are those of a calendar in which the demo opens on `today`. Where the demo opens on another day, all of them move
by whole weeks, so that a talk on a Thursday stays one.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from mediation.app import Instance
from mediation.cases.inputs import Code, Day
from mediation.clock import SITE_ZONE, SetClock
from mediation.demo.moving import moved
from mediation.demo.player import Player
from mediation.demo.said import At, Disputes
from mediation.demo.script import Sense, Step, read_steps
from mediation.errors import InputInvalid, MediationError, Problem
from mediation.intake import applications
from mediation.intake.applications import Applied
from mediation.language import _
from mediation.reading import Path_
from mediation.units.tree import Tree

UNDERWAY_FILE = "underway.yaml"
_SIGNING = frozenset({"sign", "seal"})
_WEEK = timedelta(days=7)


class ApplicationSaid(BaseModel):
    """What somebody without a login sends in from the open page, and when."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Code
    at: At
    said: Applied


class Underway(Disputes):
    """The whole file. `today`: the day on which the demo opens; nothing in it happens later."""

    today: Day
    applications: tuple[ApplicationSaid, ...] = ()


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happens at a moment; `play` is called when the clock stands there."""

    at: datetime
    play: Callable[[], None]


def read_underway(site: Path) -> tuple[Underway, list[Step]] | None:
    """The site's file, if it has one. Raises SiteError with every problem at once."""
    if not os.path.lexists(site / UNDERWAY_FILE):
        return None
    return read_steps(
        site,
        UNDERWAY_FILE,
        Underway,
        lambda found: datetime.combine(found.today, time.max, SITE_ZONE),
        _Sense,
    )


@dataclass(frozen=True)
class _Sense(Sense[Underway]):
    """The same as of disputes.yaml, and of applications what the open page would refuse."""

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        keys: set[str] = set()
        for number, one in enumerate(self.found.applications):
            path: Path_ = ("applications", number)
            yield from self._key(one.key, keys, path)
            yield from self._past(one.at, (*path, "at"))
            yield from self._refused(one.said, (*path, "said"))

    def _refused(self, said: Applied, path: Path_) -> Iterator[Problem]:
        units = [unit.node for unit in self.site.units] if self.site is not None else []
        try:
            applications.read(Tree(units, self.found.today), _words(said))
        except InputInvalid as error:
            for one in error.problems:
                if one.key != "place" or self.site is not None:
                    yield self._wrong((*path, one.key or ""), one.message)

    def _too_late(self) -> str:
        return _("晚于 today：演示打开的那一天")


class Furniture:
    """Plays what is under way into an instance.

    What an act owes to a case is left to the jobs, but for the paper that is signed; the register and the week print their own.
    """

    def __init__(
        self, instance: Instance, clock: SetClock, told: tuple[Underway, list[Step]], opens_after: date
    ) -> None:
        """Open on the first weekday of that name from `opens_after` on, on which all of it lies after what has happened."""
        self._instance = instance
        self._player = _Furnisher(instance, clock)
        self._found, self._steps = told
        self._by = _whole_weeks(opens_after - self._found.today)
        first = min([step.at for step in self._steps] + [one.at for one in self._found.applications])
        while first + self._by <= clock.now():
            self._by += _WEEK
        self._stopped: set[str] = set()
        self.taken_in = 0

    def happenings(self) -> Iterator[Happening]:
        """In no order."""
        for step in self._steps:
            act = step.act
            if act is not None:
                words = moved(act.words, self._by)
                act = act.model_copy(update={"at": act.at + self._by, "words": words})
            later = replace(step, at=step.at + self._by, act=act)
            yield Happening(later.at, partial(self._play, later))
        for one in self._found.applications:
            yield Happening(one.at + self._by, partial(self._apply, one))

    def _play(self, step: Step) -> None:
        """What is refused ends that dispute or item there: the demo opens all the same."""
        if step.about in self._stopped:
            return
        try:
            self._player.play(step)
        except MediationError:
            if step.dispute is not None or step.item is not None:
                self._stopped.add(step.about)
            return
        self.taken_in += step.act is not None and step.act.do == "register"

    def _apply(self, one: ApplicationSaid) -> None:
        """What is refused was not sent: the demo opens all the same."""
        with suppress(MediationError):
            self._instance.residents.apply(_words(one.said), one.key)


class _Furnisher(Player):
    """Prints no paper that an act owes: the jobs of the server do."""

    def _perform(self, actor: str, ref: str, do: str, words: Mapping[str, Any]) -> None:
        if do in _SIGNING:
            super()._perform(actor, ref, do, words)
        else:
            self._instance.act(actor, ref, do, words)

    def _round(self) -> None:
        self._instance.run_deadlines(papers=False)

    def _print_owed(self) -> list[str]:
        return []


def _words(said: Applied) -> dict[str, Any]:
    """As the open page sends them."""
    return said.model_dump(mode="json", exclude_none=True)


def _whole_weeks(gap: timedelta) -> timedelta:
    """The gap, or the days up to the next whole week."""
    return gap + timedelta(days=-gap.days % 7)

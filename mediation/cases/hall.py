"""What every verb stands in: one transaction, one moment, one actor, and the configuration in force."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlmodel import Session

from mediation.cases.office import Office
from mediation.clock import local_day
from mediation.errors import InputInvalid, Problem
from mediation.language import _
from mediation.people.actor import Actor
from mediation.units import queries as unit_queries
from mediation.units.tree import Tree


def _nowhere(_data: bytes) -> object:
    raise AssertionError("this hall keeps no files")


@dataclass
class Hall:
    """One act's surroundings. `now` is the recorded moment; `occurred_at` the claimed one, if it differs.

    `keep_file`: puts bytes into the encrypted store, where they are found by their hash. `came_of_it`: what the writing
    of the act and its effects brought about that the actor has to know, in sentences. `owed`: the papers that the act is to
    have made after its commit, by form and subject.
    """

    session: Session
    now: datetime
    actor: Actor
    office: Office
    occurred_at: datetime | None = None
    keep_file: Callable[[bytes], object] = _nowhere
    came_of_it: list[str] = field(default_factory=list)
    owed: list[tuple[str, str]] = field(default_factory=list)

    def claim(self, moment: datetime | None) -> None:
        """When the act happened, as its actor says; none for now. Raises InputInvalid if that has not come yet."""
        if moment is not None and moment > self.now:
            raise InputInvalid([Problem(_("发生时间晚于现在"), key="occurred_at")])
        self.occurred_at = moment

    @property
    def today(self) -> date:
        return local_day(self.now)

    @cached_property
    def tree(self) -> Tree:
        """The tree of units as it stands today."""
        return unit_queries.load_tree(self.session, self.today)


def _nothing() -> None:
    """Write nothing beside the case itself."""


@dataclass(frozen=True)
class Heard:
    """What an act says, understood and checked against the case, before anything is decided or written.

    `act`: codes for the guards. `drawn`: a key of it that is none of the words → the words that it is drawn from.
    `facts`: fields of Facts as they will be after the act. `changes`: columns of the dispute.
    `record`: codes for the trail. `details`: personal content, committed in the trail with salt. `write`: the other rows.
    `told`: what the actor is told besides, in sentences.
    """

    act: Mapping[str, object] = field(default_factory=dict)
    drawn: Mapping[str, Collection[str]] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)
    record: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    write: Callable[[], None] = _nothing
    told: tuple[str, ...] = ()


@contextmanager
def concerning(act: Mapping[str, object], facts: Mapping[str, Any] | None = None) -> Iterator[None]:
    """What an act is about is known before its other words are read: what is wrong with those hides nothing that stands
    in the way of that.
    """
    try:
        yield
    except InputInvalid as error:
        error.in_part = Heard(act=act, facts=facts or {})
        raise

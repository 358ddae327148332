"""A site's disputes played while, in every act, one call after another fails, until the act gets through.

After each failure nothing may have changed, or, where an act is done and its papers follow, the case must be whole. What
the whole play comes to must be what it comes to without any failure: event by event, paper by paper.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from sqlalchemy import make_url, text

from mediation.app import Done, Instance
from mediation.cases import queries
from mediation.cases.evidence.page import Piece
from mediation.clock import SetClock, SystemClock, local_day
from mediation.demo.script import Step, read_script
from mediation.errors import StorageError
from mediation.founding import found_instance
from mediation.settings import Settings
from mediation.storage.engine import Table
from tests.faults.evidence import Handing, TriedRoom
from tests.faults.failing import COMMIT, Faults
from tests.walk.sight import findings, untold, wrong_counts

_R = TypeVar("_R")
_EVENTS = text("SELECT act, from_state, to_state, version, actor, unit, recorded_at FROM audit_event")
_PAPERS = text("SELECT form, subject, state, medium FROM document")
_WAITING = text("SELECT kind FROM outbox WHERE handed_on_at IS NULL")
_ROUND = "round of a day"
_EVERY_ROUND = 12


@dataclass(frozen=True)
class Plan:
    """Which acts are tried: each verb of a definition once. Of an act every call, or `most` of them, chosen by the seed."""

    most: int | None = None
    seed: int = 0
    only: Collection[str] = ()


@dataclass
class Tries:
    """What was tried, and what was found. `calls`: how many calls of which act failed, one at a time."""

    calls: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    found: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Outcome:
    """What a play came to: events, papers and what still waits, each as often as it is there."""

    events: Counter[tuple[Any, ...]]
    papers: Counter[tuple[Any, ...]]
    waiting: Counter[tuple[Any, ...]]
    trail_is_whole: bool


class TriedInstance(Instance):
    """An instance whose acts are tried with failures before they get through."""

    def give_faults(self, plan: Plan, tries: Tries) -> None:
        """From now on."""
        self._plan, self._tries, self._chance = plan, tries, Random(plan.seed)  # noqa: S311
        self._faults = Faults(self.database, self.settings.data)
        self._witness = _witness(self)
        self._witness_but_bytes = _witness(self, without=("stored_file",))
        self._known: Counter[str] = Counter()

    def register(self, actor: Any, words: Any, **_more: Any) -> Done:
        """As the program does it, after its failures."""
        made: list[Done] = []
        work = partial(super().register, actor, words, remember=lambda _session, done: made.append(done))
        lost = self._try_act("register", work)
        self._do_if_not_done("register", made, work, lost)
        self._look_at(made[-1].act.case, "register")
        return made[-1]

    def do(self, actor: Any, ref: str, trigger: str, words: Any = None, *_more: Any, **_named: Any) -> Done:
        """The act, then its papers, each tried by itself. An act that must be refused is refused by the first try."""
        made: list[Done] = []
        with self.database.reading() as session:
            case = queries.case_for_system(session, queries.case_id_of(session, ref))
            label, version = f"{case.workflow}/{case.workflow_version} {trigger}", case.version
        work = partial(
            self.act, actor, ref, trigger, words, version, remember=lambda _session, done: made.append(done)
        )
        lost = self._try_act(label, work)
        self._do_if_not_done(label, made, work, lost)
        done = made[-1]
        self._look_at(done.act.case, label)
        self._try_until(f"{label}, papers", lambda: self._make_papers(done), done.act.case)
        return done

    @property
    def evidence(self) -> Any:
        """The room whose acts are tried too."""
        return TriedRoom(super().evidence, self._try_evidence, int(not self.database.on_sqlite))

    def _try_evidence(self, label: str, ref: str, work: Callable[[Any], Any], commits: int) -> list[Piece]:
        made: list[list[Piece]] = []

        def once() -> None:
            work(lambda _session, pieces: made.append(pieces))

        lost = self._try_act(label, once, commits)
        self._do_if_not_done(label, made, once, lost)
        self._look_at(ref, label)
        return made[-1]

    def issue(self, actor: Any, ref: str, form: str, subject: str = "", **_more: Any) -> str:
        """A paper that is asked for."""
        return self._try_until(f"issue {form}", partial(super().issue, actor, ref, form, subject), ref)

    def run_deadlines(self, most: int | None = None, *, papers: bool = True) -> Any:
        """The round of a day; what it could not do comes again with the next."""
        self._known[_ROUND] += 1
        work = partial(super().run_deadlines, most, papers=papers)
        if self._known[_ROUND] % _EVERY_ROUND:
            return work()
        return self._try_until(f"{_ROUND} {self._known[_ROUND]}", work, apart=11)

    def _make_papers(self, done: Done) -> None:
        done.papers.clear()
        done.warnings.clear()
        super().make_owed_papers(done)

    # — trying —

    def _try_act(self, label: str, work: Callable[[], Any], commits: int = 1) -> bool:
        """One transaction: after each failure all is as it was; at last it is done, and its answer lost (True).

        `commits`: which commit is the act's, if bytes are put into the store in transactions of their own before.
        """
        if not self._is_new(label):
            work()
            return False
        for number in self._numbers():
            if not self._fails(label, work, call=number):
                return False
            if self._faults.failed == COMMIT and self._faults.commits == commits:
                break
        return self._fails(label, work, commit=commits) and self._fails(label, work, answer=commits)

    def _do_if_not_done(
        self, label: str, made: list[Any], work: Callable[[], Any], answer_was_lost: bool
    ) -> None:
        if not made:
            if answer_was_lost:
                self._find(label, "half done: something was committed before the act")
            work()

    def _fails(self, label: str, work: Callable[[], Any], **which: int) -> bool:
        """Whether the failure was reached: told as what it is, and nothing done but where only the answer was lost."""
        witness = self._witness_but_bytes if label.startswith("evidence") else self._witness
        before = witness()
        with self._faults.failing(**which):
            try:
                work()
            except StorageError:
                told = True
            except Exception as error:
                if not self._faults.failed:
                    raise
                told = True
                self._find(label, f"{type(error).__name__} {error}")
            else:
                told = False
        if not self._faults.failed:
            return False
        self._note(label)
        if not told:
            self._find(label, "done in spite of the failure")
        if (witness() != before) != ("answer" in which):
            self._find(label, "half done, or not done though committed")
        return True

    def _try_until(self, label: str, work: Callable[[], _R], ref: str = "", apart: int = 1) -> _R:
        """Several transactions: each failure leaves the case whole, and what is left to do comes again."""
        if not self._is_new(label):
            return work()
        for number in self._numbers(apart):
            with self._faults.failing(call=number):
                try:
                    result = work()
                except StorageError:
                    pass
                except Exception as error:
                    if not self._faults.failed:
                        raise
                    self._find(label, f"{type(error).__name__} {error}")
            if not self._faults.failed:
                return result
            self._note(label)
            if ref:
                self._look_at(ref, label)
        return work()

    def _is_new(self, label: str) -> bool:
        self._known[label] += 1
        return self._known[label] == 1 and (not self._plan.only or label in self._plan.only)

    def _numbers(self, apart: int = 1) -> Iterator[int]:
        """The numbers of the calls that fail: every one, or a few of those that any act makes."""
        most = self._plan.most
        if most is None:
            yield from range(1, 100_000, apart)
        else:
            yield from sorted(self._chance.sample(range(1, 16), most))

    def _look_at(self, ref: str, label: str) -> None:
        engines = self.office.engines.items()
        definitions = {key: engine.definition for key, engine in engines}
        with self.database.reader.connect() as connection:
            public_id = connection.execute(
                text("SELECT public_id FROM dispute WHERE public_id = :ref OR number = :ref"), {"ref": ref}
            ).scalar_one()
            day = local_day(self.clock.now())
            for finding in (
                *findings(connection, public_id, definitions, day),
                *untold(connection, public_id),
            ):
                self._find(label, finding)

    def _note(self, label: str) -> None:
        self._tries.calls[label] += 1
        kind, _blank, rest = self._faults.failed.partition(" ")
        self._tries.kinds["statement" if kind.isupper() and rest else self._faults.failed.split(" /")[0]] += 1

    def _find(self, label: str, finding: str) -> None:
        self._tries.found.append(f"{label}: {finding} ({self._faults.failed})")


def play(
    site: Path,
    settings: Settings,
    plan: Plan | None,
    disputes: Collection[str] = (),
    kind: "type[TriedInstance]" = TriedInstance,
) -> tuple[Outcome, Tries]:
    """Play a site's disputes, or the named ones alone; with a plan under failures, else as they are."""
    script, steps = read_script(site, SystemClock().now())
    steps = [step for step in steps if not disputes or _is_of(step, disputes)]
    clock, tries = SetClock(steps[0].at), Tries()
    found_instance(settings, site, clock)
    with (Instance if plan is None else kind).open(settings, clock) as instance:
        if isinstance(instance, TriedInstance) and plan is not None:
            instance.give_faults(plan, tries)
        player = Handing(instance, clock)
        for step in steps:
            player.play(step)
        if not disputes:
            player.check_ends(script)
        outcome = _outcome(instance)
        with instance.database.reader.connect() as connection:
            tries.found += wrong_counts(connection)
    return outcome, tries


def _is_of(step: Step, disputes: Collection[str]) -> bool:
    return step.dispute is not None and step.dispute.key in disputes


def _outcome(instance: Instance) -> Outcome:
    with instance.database.reader.connect() as connection:
        events, papers, waiting = (
            Counter(tuple(row) for row in connection.execute(statement))
            for statement in (_EVENTS, _PAPERS, _WAITING)
        )
    return Outcome(events, papers, waiting, instance.verify_trail().ok)


def _witness(instance: Instance, without: Collection[str] = ()) -> Callable[[], Any]:
    """Tells, from a connection of its own, whether anything was written: the same answer, nothing was.

    `without`: tables that are left out, where they are asked one by one.
    """
    url = make_url(instance.settings.database_url)
    if url.get_backend_name() == "sqlite":
        aside = sqlite3.connect(url.database or "", isolation_level=None)
        return lambda: aside.execute("PRAGMA data_version").fetchone()
    tables = " UNION ALL ".join(
        f"SELECT '{name}', count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {name} t"  # noqa: S608 — our own names
        for name in sorted(Table.metadata.tables.keys() - set(without))
    )

    def counted() -> Any:
        with instance.database.reader.connect() as connection:
            return [tuple(row) for row in connection.execute(text(tables))]

    return counted

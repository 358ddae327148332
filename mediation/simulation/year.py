"""A year of disputes played through one instance: arrivals, staff, clocks and rounds, one after another on an injected clock."""

import resource
import tempfile
import time
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import event

from mediation.app import Instance
from mediation.clock import SetClock, local_day, local_moment
from mediation.errors import MediationError, TransitionRefused
from mediation.founding import found_instance
from mediation.settings import Settings, embedded_settings
from mediation.simulation import aftermath, intake, register_days, talks
from mediation.simulation.course import Course, Next, register
from mediation.simulation.mix import Arrival, arrivals
from mediation.simulation.paper_rows import FleetingStore, RowPress
from mediation.simulation.report import Report, report_of
from mediation.simulation.sight import Sight
from mediation.simulation.staff import Agenda, Staff, person_of

FIRST_DAY = date(2026, 1, 1)
DAYS = 365
_ROUND_AT = 6
_SWEEPS_AT = ((9, 0), (11, 30), (15, 0), (17, 0))
_REGISTER_ON = 3
"""Thursday: the register of supervision is gone through."""
_WITH_PAPERS = frozenset(
    {"refuse", "withdraw", "decline_acceptance", "terminate", "conclude_oral", "conclude_written", "suspend"}
)
_INTO = {"turn_joint": "joint", "turn_ordinary": "ordinary", "remediate": ""}
_STEPS: Mapping[str, Callable[[Course, Sight, datetime], Next | None]] = {
    "registered": intake.registered,
    "triaged": intake.triaged,
    "dispatched": intake.dispatched,
    "contested": intake.contested,
    "received": intake.received,
    "accepted": intake.accepted,
    "conferring": intake.conferring,
    "conferred": intake.conferred,
    "preparing": talks.preparing,
    "mediating": talks.mediating,
    "suspended": talks.suspended,
    "signing": talks.signing,
    "performing": aftermath.performing,
    "ended": aftermath.ended,
    "closed": aftermath.closed,
}
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class _Round:
    """The daily round."""


@dataclass(frozen=True)
class _Ready:
    """What an act has waited for is there: whoever does it begins as soon as work lets."""

    course: Course
    step: Next


@dataclass(frozen=True)
class _Done:
    """An act comes to its end, which is when it is entered."""

    course: Course
    step: Next


@dataclass(frozen=True)
class _Sweep:
    """What the relay does all day long: clocks that are due, reminders in duty hours."""


def simulate(
    site: Path,
    cases: int,
    seed: int,
    progress: Progress | None = None,
    *,
    days: int = DAYS,
    settings: Settings | None = None,
) -> Report:
    """Found an instance of the site for the purpose, play a year of so many disputes, count what came of them.

    Same site, number and seed: same report, but for its `run`. Nothing is left behind but a database that `settings` name.
    `days`: of another length than a year's. Raises SiteError.
    """
    began, burned = time.monotonic(), time.process_time()
    with tempfile.TemporaryDirectory(prefix="mediation-simulation-") as name:
        settings = settings or embedded_settings(Path(name) / "data")
        clock = SetClock(local_moment(FIRST_DAY))
        found_instance(settings, site, clock)
        with Instance.open(settings, clock) as instance:
            press = _without_workshop(instance)
            year = _Year(instance, clock)
            memory = year.play(cases, seed, days, progress)
            with instance.database.reading() as session:
                report = report_of(session, instance.office, FIRST_DAY, clock.now())
            sound = instance.verify_trail().ok
    return replace(
        report,
        site=site.resolve().name,
        seed=seed,
        cases=cases,
        trail_is_whole=sound,
        papers_as_rows=press.papers,
        refused=dict(sorted(year.refused.items())),
        left_lying=dict(sorted(year.left_lying.items())),
        run={
            "seconds": round(time.monotonic() - began, 1),
            "cpu_seconds": round(time.process_time() - burned, 1),
            **{f"memory_mib_quarter_{at}": most for at, most in enumerate(memory, 1)},
        },
    )


def _without_workshop(instance: Instance) -> RowPress:
    """Papers become rows; neither files nor commits of a database that is thrown away wait for the disk."""
    instance.papers.close()
    press = RowPress()
    instance.papers.press = press  # type: ignore[assignment]  # see paper_rows.py
    if instance.database.on_sqlite:
        instance.store = FleetingStore(instance.settings.store, instance.keyring)
        instance.papers.store = instance.store
        writer = instance.database.writer
        writer.dispose()
        event.listen(writer, "connect", lambda dbapi, _record: dbapi.execute("PRAGMA synchronous=OFF"))
    instance.post_room = instance.open_post_room()
    return press


class _Year:
    """The agenda of a year, and who does what is on it."""

    def __init__(self, instance: Instance, clock: SetClock) -> None:
        self._instance = instance
        self._clock = clock
        self._staff = Staff(instance)
        self._sight = Sight(instance, self._staff)
        self._agenda = Agenda()
        self.refused: Counter[str] = Counter()
        self.left_lying: Counter[str] = Counter()

    def play(self, cases: int, seed: int, days: int, progress: Progress | None) -> list[int]:
        """Let the year pass. Returns the most memory at the end of each quarter, in MiB."""
        end = local_moment(FIRST_DAY + timedelta(days=days))
        quarters = [local_moment(FIRST_DAY + timedelta(days=days * part // 4)) for part in (1, 2, 3)]
        fronts = self._staff.fronts()
        coming = arrivals(cases, seed, FIRST_DAY, self._instance.office.calendar, days)
        memory: list[int] = []
        self._expect(coming)
        self._agenda.put(local_moment(FIRST_DAY, _ROUND_AT), _Round())
        while self._agenda:
            at, what = self._agenda.next()
            if at >= end:
                break
            while len(memory) < bisect(quarters, at):
                memory.append(_memory())
            self._clock.put(at)
            if isinstance(what, Arrival):
                self._expect(coming)
                self._take_in(what, fronts[int(what.where * len(fronts))])
                if progress:
                    progress(what.number, cases)
            elif isinstance(what, _Ready):
                self._begin(what.course, what.step)
            elif isinstance(what, _Done):
                self._do(what.course, what.step)
            else:
                self._pass_time(what)
        self._clock.put(end)
        self._round()
        return [*memory, *[_memory()] * (4 - len(memory))]

    def _expect(self, coming: Iterator[Arrival]) -> None:
        arrival = next(coming, None)
        if arrival is not None:
            self._agenda.put(arrival.at, arrival)

    def _pass_time(self, what: object) -> None:
        """The daily round, which puts down the day's sweeps and the next round; or one of these sweeps."""
        now = self._clock.now()
        if isinstance(what, _Sweep):
            if self._instance.day_work.anything_due(now):
                self._instance.day_work.run_out_due(lambda: False)
            return
        self._round()
        today = local_day(now)
        for hour, minute in _SWEEPS_AT:
            self._agenda.put(local_moment(today, hour, minute), _Sweep())
        self._agenda.put(local_moment(today + timedelta(days=1), _ROUND_AT), _Round())
        if today.weekday() == _REGISTER_ON:
            register_days.go_through(self._instance, self._staff, self.refused)

    def _round(self) -> None:
        """As `mediation deadlines run` does it; what the round leaves of notices because there are too many, after it."""
        self._instance.run_deadlines()
        while self._instance.post_room.deliver_waiting().rows:
            pass

    def _take_in(self, arrival: Arrival, unit: str) -> None:
        course = Course(arrival, unit, unit)
        now = self._clock.now()
        names = self._staff.at_the_desk(unit, now)
        course.workflow = "simple" if self._sight.on_the_spot(course) else "ordinary"
        course.receiver = who = self._staff.freest(names, now)
        self._begin(course, Next("register", who))

    def _begin(self, course: Course, step: Next) -> None:
        """Take the person's time, from now or from when it is free."""
        end = self._staff.take(step.who, step.act, self._clock.now(), course.arrival.chance)
        self._agenda.put(end, _Done(course, step))

    def _do(self, course: Course, step: Next) -> None:
        words = step.said_at(self._clock.now())
        try:
            if step.act == "issue":
                for form, subject in words["papers"]:
                    self._instance.issue(step.who, course.ref, form, subject)
            else:
                if step.act == "register":
                    done = self._instance.register(step.who, register(course)).act
                elif step.act in _WITH_PAPERS:
                    done = self._instance.do(step.who, course.ref, step.act, words).act
                else:
                    done = self._instance.act(step.who, course.ref, step.act, words)
                course.ref, course.state = done.case, done.state
                self._note(course, step, words)
        except TransitionRefused as refusal:
            self._went_wrong(course, step, ",".join(sorted({reason.guard for reason in refusal.reasons})))
            return
        except MediationError as error:
            self._went_wrong(course, step, f"{type(error).__name__} {error}"[:200])
            return
        self._plan(course)

    def _note(self, course: Course, step: Next, words: Mapping[str, object]) -> None:
        """What the act changes in what people know of the dispute."""
        act = step.act
        if act in {"escalate", "dispatch", "rule", "decline", "send_back", "acknowledge", "keep"}:
            self._passed_on(course, act, words)
        elif act in {"accept", "take"}:
            course.accepted = True
            if act == "take":
                course.presiding = step.who
                course.team.add(person_of(step.who))
        elif act == "record_session":
            course.sessions += 1
            course.last_session = str(words["result"])
            if course.workflow != "simple":
                course.errands.append(_recorded(step.who, course.sessions))
        elif act in _INTO:
            if act == "turn_ordinary":  # only now the volume wants a record of what was said on the spot
                course.errands += [_recorded(step.who, talk) for talk in range(1, course.sessions + 1)]
            course.workflow = _INTO[act] or ("ordinary" if course.workflow == "simple" else course.workflow)

    def _passed_on(self, course: Course, act: str, words: Mapping[str, object]) -> None:
        """Who is asked to take it, who would not, whose it is now."""
        if act == "escalate":
            course.target, course.asked_from_below = self._sight.asked(course), True
        elif act in {"dispatch", "rule"}:
            course.target, course.asked_from_below = str(words["to"]), False
        if act == "rule":
            course.past.add("ruled")
            self._sight.note_ruling(course)
        elif act == "decline":
            course.declined.append(course.target)
        elif act == "send_back":
            course.past.add("overruled")
        elif act in {"acknowledge", "keep"}:
            self._taken(course, act)

    def _taken(self, course: Course, act: str) -> None:
        """A unit has it: who presides is named anew, and talks begin anew."""
        if act == "acknowledge":
            course.unit = course.target
        course.presiding, course.talks, course.last_session = "", 0, ""
        course.declined.clear()

    def _went_wrong(self, course: Course, step: Next, why: str) -> None:
        """An act was refused, as it would be to a person: counted, and not tried in the same way again."""
        self.refused[f"{step.act}: {why}"] += 1
        if step.act in course.past or not course.ref:
            self.left_lying[course.state or "not registered"] += 1
            return
        course.past.add(step.act)
        self._plan(course)

    def _plan(self, course: Course) -> None:
        now = self._clock.now()
        if course.errands:
            step: Next | None = course.errands.popleft()
        else:
            choose = _STEPS.get(course.state)
            step = choose(course, self._sight, now) if choose else None
        if step is None or not step.who:
            if course.state != "archived":
                self.left_lying[course.state] += 1
            return
        if step.wait:
            self._agenda.put(now + step.wait, _Ready(course, step))
        else:
            self._begin(course, step)


def _recorded(who: str, session: int) -> Next:
    return Next("issue", who, {"papers": [("mediation_record", f"session-{session}")]})


def _memory() -> int:
    """The most memory that this process has used so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

"""The ladder carried out: clocks watched, steps taken once each, recorded in the case's trail, told by codes, papers owed.

What makes a case climb is found in the trail (a clock that ran out, a decline, a visit, a link), so that it is found
whoever wrote it, and after any outage. A step is claimed by its row: case, cause and step stand once.
"""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from mediation.audit import queries as trail
from mediation.cases import queries as cases
from mediation.cases import transition
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.outgoing import post_outbox
from mediation.cases.recounting import ACT as RECOUNTED
from mediation.deadlines.calendar import Calendar, spoken_due
from mediation.documents.models import UnitPaper
from mediation.errors import CaseChanged
from mediation.ids import new_public_id
from mediation.language import _
from mediation.sites.supervision import SupervisionSaid
from mediation.storage.upsert import insert_missing
from mediation.supervision import ladder, queries, register, standing
from mediation.supervision.ladder import Cause, CauseKind, Climb
from mediation.supervision.models import LadderWatch, SupervisionItem, SupervisionMark, SupervisionStep

ACT = "supervision.step"
TAKEN, PASSED = "taken", "passed"
_MARK = "trail"
_MISSED = "deadline.missed"
_CLOCKS = (_MISSED, RECOUNTED)
_CAUSES: dict[str, CauseKind] = {"decline": "declines", "visit": "dissatisfied", "link": "repeats"}
_ONCE_MORE = 2000
"""So many ids are read again each time on PostgreSQL, where an event may appear behind one with a higher id."""
_WATCH = LadderWatch.metadata.tables["ladder_watch"]
_MARKS = SupervisionMark.metadata.tables["supervision_mark"]
_A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Taken:
    """A step that was taken: of which case, which, for what, when it was due, and the item that it opened."""

    case: str
    step: str
    title: str
    cause: str
    due_at: datetime
    unit: str
    unit_name: str
    item: str | None = None


@dataclass(frozen=True)
class Happened:
    """What may make a case climb, and the event of the trail that told it."""

    event_id: int
    case_id: int
    kind: CauseKind


@dataclass(frozen=True)
class Found:
    """What a piece of the trail has to tell: causes to look at, how far it was read, and whether there is more to watch."""

    causes: tuple[Happened, ...]
    last_id: int
    more: bool


def watch(hall: Hall, most: int, after: int | None = None) -> Found:
    """Begin to watch the clocks that come near their end or have passed it; what else there is to look at is returned.

    `after`: the event of the trail up to which this round has read; at first a little before the mark. Nothing is lost if the
    work breaks off behind it: the mark moves only with `looked_through`.
    """
    rules, now = hall.office.supervision, hall.now
    mark = queries.mark(hall.session, _MARK)
    read = mark.last_id if mark is not None else 0
    once_more = 0 if hall.session.get_bind().dialect.name == "sqlite" else _ONCE_MORE
    start = max(0, read - once_more) if after is None else after
    events = queries.happened(hall.session, start, _acts(mark), most)
    chains = {chain for _id, chain, act in events if act == _MISSED}
    late = queries.missed_unwatched(hall.session, rules.clocks, chains)
    soon = queries.coming(hall.session, rules.clocks, horizon(rules, now, hall.office.calendar), most)
    rows = [
        {
            "deadline_id": key,
            "case_id": case,
            "next_at": first_moment(rules, due, hall.office.calendar),
            "rules": rules_mark(rules),
        }
        for key, case, due in {*late, *soon}
    ]
    insert_missing(hall.session, _WATCH, sorted(rows, key=lambda row: row["deadline_id"]))
    _look_again_at_moved(hall, {chain for key, chain, act in events if act == RECOUNTED and key > read})
    whole = len(events) < most
    last = trail.last_event_id(hall.session) if whole else events[-1][0]
    return Found(tuple(_causes(hall, events)), last, not whole or len(soon) == most)


def is_waited_for(hall: Hall) -> bool:
    """Whether a step may have come, a clock has come near enough to be watched, or the trail tells something new."""
    session, rules = hall.session, hall.office.supervision
    if queries.to_look_at(session, hall.now, rules_mark(rules), 1):
        return True
    if queries.coming(session, rules.clocks, horizon(rules, hall.now, hall.office.calendar), 1):
        return True
    mark = queries.mark(session, _MARK)
    return mark is None or bool(queries.happened(session, mark.last_id, _acts(mark), 1))


def looked_through(hall: Hall, last_id: int) -> None:
    """The trail has been looked through up to an id, and all that was found has been carried out."""
    insert_missing(hall.session, _MARKS, [{"name": _MARK, "last_id": 0}])
    statement = update(_MARKS).where(_MARKS.c.name == _MARK, _MARKS.c.last_id < last_id)
    hall.session.connection().execute(statement.values(last_id=last_id))


def due(hall: Hall, most: int, after: tuple[datetime, int] | None) -> list[tuple[datetime, int, int]]:
    """Clocks (when to be looked at, key, case) whose next step may have come, in this order, from `after` on."""
    return queries.to_look_at(hall.session, hall.now, rules_mark(hall.office.supervision), most, after)


def look(hall: Hall, deadline_id: int, case_id: int) -> Taken | None:
    """Look at one watched clock: take the step that it has reached, if it was not taken; reckon when to look again."""
    rules = hall.office.supervision
    clock = queries.deadline(hall.session, deadline_id)
    case = cases.case_for_system(hall.session, case_id)
    if clock is None or not standing.is_outstanding(hall, case, clock):
        _look_again(hall, deadline_id, None)
        return None
    if clock.state == "paused":
        _look_again(hall, deadline_id, hall.now + _A_DAY)
        return None
    cause, key = Cause("clock", (clock.due_at,)), f"clock:{deadline_id}"
    unit, person = standing.responsible(hall, case, clock.name)
    before = _steps_of(hall, case, key)
    climbed = _climbed(hall, case, cause, key, unit, before)
    done = None
    if climbed is not None:
        done = _take(hall, case, climbed, key, clock.name, unit, person, clock.due_at)
        before = before | {climbed.step.key, *(passed for passed, _moment in climbed.passed)}
    again = ladder.next_moment(rules.ladder, cause, hall.now, hall.office.calendar, before)
    _look_again(hall, deadline_id, again)
    return done


def look_at_cause(hall: Hall, case_id: int, kind: CauseKind) -> Taken | None:
    """Look at what happened to a case more than once: declines, dissatisfied visits, repeats."""
    case = cases.case_for_system(hall.session, case_id)
    moments, unit = _happened(hall, case, kind)
    if not moments or not case.open:
        return None
    cause, before = Cause(kind, moments), _steps_of(hall, case, kind)
    climbed = _climbed(hall, case, cause, kind, unit, before)
    return None if climbed is None else _take(hall, case, climbed, kind, kind, unit, None)


def horizon(rules: SupervisionSaid, now: datetime, calendar: Calendar) -> datetime:
    """Up to when a clock may end and still be due for a step before its end now."""
    spans = [ladder.span_of(step.when.before) for step in rules.ladder if step.when.before is not None]
    return max([now, *(calendar.due(now, span).moment for span in spans)])


def first_moment(rules: SupervisionSaid, due_at: datetime, calendar: Calendar) -> datetime | None:
    """When a clock is looked at first: its first step, even if that has come already; None if no step goes by clocks."""
    cause = Cause("clock", (due_at,))
    return min(ladder.moments(rules.ladder, cause, calendar, {}).values(), default=None)


def rules_mark(rules: SupervisionSaid) -> str:
    """What tells one ladder from another: by it what was reckoned before is reckoned anew."""
    said = "".join(step.model_dump_json() for step in rules.ladder)
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def _acts(mark: SupervisionMark | None) -> tuple[str, ...]:
    """What is looked for. An instance older than its ladder begins with clocks that are late, not with visits of years ago."""
    return _CLOCKS if mark is None else (*_CLOCKS, *_CAUSES)


def _causes(hall: Hall, events: Sequence[tuple[int, str, str]]) -> Iterator[Happened]:
    """Each case and kind of cause once, by the first event that tells it."""
    seen = set()
    for key, chain, act in events:
        case = queries.case_of_chain(hall.session, chain) if act in _CAUSES else None
        if case is not None and (case.id, act) not in seen:
            seen.add((case.id, act))
            yield Happened(key, case.id or 0, _CAUSES[act])


def _look_again_at_moved(hall: Hall, chains: Collection[str]) -> None:
    """Clocks that were counted again may end earlier than when they were to be looked at."""
    moved = queries.watched_running(hall.session, chains)
    if moved:
        statement = update(_WATCH).where(_WATCH.c.deadline_id.in_(moved)).values(next_at=hall.now)
        hall.session.connection().execute(statement)


def _steps_of(hall: Hall, case: Dispute, cause: str) -> frozenset[str]:
    assert case.id is not None
    return frozenset(row.step for row in queries.steps(hall.session, case.id) if row.cause == cause)


def _climbed(
    hall: Hall, case: Dispute, cause: Cause, key: str, unit: int, before: frozenset[str]
) -> Climb | None:
    assert case.id is not None
    steps = hall.office.supervision.ladder
    again = [step.when.again for step in steps if step.when.again is not None]
    since = cause.moments[0] - timedelta(days=max((one.days for one in again), default=0))
    names = {one.step for one in again}
    given = queries.given_before(hall.session, unit, names, (case.id, key), since)
    return ladder.climb(steps, cause, hall.now, hall.office.calendar, before, given)


def _happened(hall: Hall, case: Dispute, kind: CauseKind) -> tuple[tuple[datetime, ...], int]:
    """When it happened, each time, and which unit answers for it."""
    assert case.id is not None
    if kind == "declines":
        found = queries.declines(hall.session, case.public_id)
        standing_now = {node.code: node.id for node in hall.tree.nodes}
        unit = standing_now.get(found[-1][1], case.holder_id) if found else case.holder_id
        return tuple(at for at, _unit in found), unit
    if kind == "dissatisfied":
        at_most = hall.office.supervision.dissatisfied_at_most
        return tuple(queries.dissatisfied(hall.session, case.id, at_most)), case.holder_id
    return tuple(queries.repeats(hall.session, case.id)), case.holder_id


def _take(
    hall: Hall,
    case: Dispute,
    climbed: Climb,
    cause: str,
    clock: str,
    unit: int,
    person: int | None,
    ends: datetime | None = None,
) -> Taken:
    """Claim the step by its row, and carry out all that it brings, in one transaction. `ends`: of the clock, if it is one."""
    assert case.id is not None
    step = climbed.step
    supervisor = standing.supervisor(hall, unit)
    row = _claim(hall, case, climbed, cause, clock, unit, supervisor)
    item = None
    if step.item:
        item = register.open_by_ladder(hall, case, step, unit, person, _why(clock, climbed))
        row.item_id = item.id if item is not None else None
        hall.session.add(row)
    if step.paper is not None:
        hall.session.add(
            UnitPaper(
                public_id=new_public_id(),
                unit_id=supervisor if supervisor is not None else unit,
                case_id=case.id,
                form=step.paper,
                subject=f"step-{row.public_id}",
                number=None,
                owed_at=hall.now,
            )
        )
    told = list(_tell(hall, case, climbed, clock, unit, item, ends))
    codes: dict[str, Any] = {
        "step": step.key,
        "cause": clock,
        "due_at": climbed.due_at.isoformat(),
        "unit": hall.tree.unit(unit).code,
        "passed": [passed for passed, _moment in climbed.passed],
        "told": told,
        "item": item.public_id if item is not None else "",
    }
    transition.touch(hall, case, ACT, codes)
    hall.session.flush()
    number = case.number or case.temporary_number
    node = hall.tree.unit(unit)
    return Taken(
        number, step.key, step.title, clock, climbed.due_at, node.code, node.name, codes["item"] or None
    )


def _claim(
    hall: Hall, case: Dispute, climbed: Climb, cause: str, clock: str, unit: int, supervisor: int | None
) -> SupervisionStep:
    """The step's row, and those of the steps passed over; CaseChanged if somebody else has just taken it."""
    assert case.id is not None
    steps = [(climbed.step.key, climbed.due_at, TAKEN), *((key, at, PASSED) for key, at in climbed.passed)]
    rows = [
        SupervisionStep(
            public_id=new_public_id(),
            case_id=case.id,
            cause=cause,
            clock=clock,
            step=key,
            state=state,
            unit_id=unit,
            supervisor_id=supervisor,
            due_at=moment,
            taken_at=hall.now,
        )
        for key, moment, state in steps
    ]
    hall.session.add_all(rows)
    try:
        hall.session.flush()
    except IntegrityError as error:
        raise CaseChanged from error
    return rows[0]


def _tell(
    hall: Hall,
    case: Dispute,
    climbed: Climb,
    clock: str,
    unit: int,
    item: SupervisionItem | None,
    ends: datetime | None,
) -> Iterator[str]:
    """A notice to each unit that the step names, once a unit; what was told, as unit/posts."""
    posts: dict[str, list[str]] = {}
    for tell in climbed.step.tell:
        node = standing.told(hall, tell, unit)
        if node is not None:
            known = posts.setdefault(node.code, [])
            known += [kind for kind in tell.posts if kind not in known]
    for code, kinds in posts.items():
        payload: dict[str, Any] = {
            "notice": "supervision_step",
            "step": climbed.step.key,
            "clock": clock,
            "due_at": climbed.due_at.isoformat(),
            "due": spoken_due(climbed.due_at),
            "unit": code,
            "posts": kinds,
            "item": (item.number or item.public_id) if item is not None else "",
            **({"clock_due_at": ends.isoformat()} if ends is not None else {}),
        }
        post_outbox(hall, case, "notice", payload)
        yield f"{code}/{','.join(kinds)}"


def _why(clock: str, climbed: Climb) -> str:
    """Why an item was opened, in a sentence without anybody's name."""
    reasons = {
        "declines": _("多次退单，达到“{step}”的次数"),
        "dissatisfied": _("回访不满意，达到“{step}”的次数"),
        "repeats": _("反复发生，达到“{step}”的次数"),
    }
    late = _("逾期未办，达到“{step}”的时限")
    return reasons.get(clock, late).format(step=climbed.step.title)


def _look_again(hall: Hall, deadline_id: int, moment: datetime | None) -> None:
    rules = rules_mark(hall.office.supervision)
    statement = update(_WATCH).where(_WATCH.c.deadline_id == deadline_id)
    hall.session.connection().execute(statement.values(next_at=moment, rules=rules))

"""All reading of supervision. What an actor sees of the register comes through `visible_to`: list, one item, papers alike."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, case, distinct, func, or_, tuple_
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from mediation.audit.models import AuditEvent
from mediation.cases.models import Dispute, OpenCase, Visit
from mediation.cases.recusals.queries import kept_from
from mediation.cases.side_models import CaseLink
from mediation.deadlines.models import Deadline
from mediation.documents.models import UnitPaper
from mediation.errors import NotFound
from mediation.language import _
from mediation.people.actor import Actor
from mediation.supervision.machine import AWAITED
from mediation.supervision.models import (
    LadderWatch,
    SupervisionClock,
    SupervisionEntry,
    SupervisionItem,
    SupervisionMark,
    SupervisionNumber,
    SupervisionReach,
    SupervisionStep,
    SupervisionWeek,
)
from mediation.units.models import Unit

MOST_ROWS = 200
WEEK_BEGUN = "begun"
ENDED = ("struck_off", "withdrawn")


# — the register —


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The one scope: items that a unit of the actor's reach answers for or supervises, itself or below it.

    Not those about a case that the actor is kept from.
    """
    reached = select(SupervisionReach.item_id).where(col(SupervisionReach.unit_id).in_(actor.sees))
    if not actor.sees_below:
        reached = reached.where(col(SupervisionReach.own).is_(True))
    kept = col(SupervisionItem.case_id).in_(kept_from(actor.person_id))
    return col(SupervisionItem.id).in_(reached) & or_(col(SupervisionItem.case_id).is_(None), ~kept)


def find_item(session: Session, actor: Actor, ref: str) -> SupervisionItem:
    """One item by its number or public id, within what the actor may see; else NotFound."""
    named = or_(col(SupervisionItem.public_id) == ref, col(SupervisionItem.number) == ref)
    found = session.exec(select(SupervisionItem).where(named, visible_to(actor))).first()
    if found is None:
        raise NotFound(_("没有找到 {ref}，或者不在您的查看范围内。").format(ref=ref))
    return found


def items(
    session: Session,
    actor: Actor,
    *,
    only_open: bool = False,
    before: int | None = None,
    most: int = 50,
    unit: int | None = None,
) -> list[SupervisionItem]:
    """The items that the actor may see, newest first; `before` is the last row's key, `unit` the responsible one."""
    rows = select(SupervisionItem).where(visible_to(actor))
    if unit is not None:
        rows = rows.where(SupervisionItem.unit_id == unit)
    if only_open:
        rows = rows.where(col(SupervisionItem.state).not_in(ENDED))
    if before is not None:
        rows = rows.where(col(SupervisionItem.id) < before)
    return list(session.exec(rows.order_by(col(SupervisionItem.id).desc()).limit(min(most, MOST_ROWS))))


def open_by_unit(session: Session, actor: Actor, now: datetime) -> list[tuple[int, int, int]]:
    """Responsible unit, how many open items it has, how many of them are overdue; within the actor's sight."""
    is_late = (col(SupervisionItem.due_at) < now) & col(SupervisionItem.state).in_(AWAITED)
    late = func.sum(case((is_late, 1), else_=0))
    rows = (
        columns(col(SupervisionItem.unit_id), func.count(), late)
        .where(visible_to(actor), col(SupervisionItem.state).not_in(ENDED))
        .group_by(col(SupervisionItem.unit_id))
    )
    found = session.connection().execute(rows)
    return sorted(
        ((unit, int(count), int(over or 0)) for unit, count, over in found), key=lambda row: -row[1]
    )


def item(session: Session, item_id: int, *, hold: bool = False) -> SupervisionItem:
    """One item without scope, for the system's own work. `hold`: nobody acts on it until this is written."""
    found = session.get(SupervisionItem, item_id, with_for_update={"key_share": True} if hold else None)
    if found is None:
        raise NotFound
    return found


def item_by_public_id(session: Session, public_id: str, *, hold: bool = False) -> SupervisionItem:
    """The same by its public id."""
    found = select(SupervisionItem).where(SupervisionItem.public_id == public_id)
    return session.exec(found.with_for_update(key_share=True) if hold else found).one()


def hold_clock(session: Session, clock: SupervisionClock) -> None:
    """Read a clock anew; nobody ends it until this is written."""
    session.refresh(clock, with_for_update=True)


def open_item_of_case(session: Session, case_id: int, unit_id: int) -> SupervisionItem | None:
    """The item of a case that is open against a unit already, if there is one."""
    rows = select(SupervisionItem).where(
        SupervisionItem.case_id == case_id,
        SupervisionItem.unit_id == unit_id,
        SupervisionItem.kind == "supervision",
        col(SupervisionItem.state).not_in(ENDED),
    )
    return session.exec(rows.order_by(col(SupervisionItem.id)).limit(1)).first()


def open_items_at(session: Session, units: Collection[int]) -> list[SupervisionItem]:
    """The open items that one of the units answers for or supervises, without scope."""
    if not units:
        return []
    concerned = or_(col(SupervisionItem.unit_id).in_(units), col(SupervisionItem.supervisor_id).in_(units))
    rows = select(SupervisionItem).where(concerned, col(SupervisionItem.state).not_in(ENDED))
    return list(session.exec(rows.order_by(col(SupervisionItem.id))))


def items_seen_by_own(session: Session, units: Collection[int]) -> list[SupervisionItem]:
    """Items, ended ones too, that one of the units answers for or supervises, without scope."""
    if not units:
        return []
    own = select(SupervisionReach.item_id).where(
        col(SupervisionReach.unit_id).in_(units), col(SupervisionReach.own).is_(True)
    )
    rows = select(SupervisionItem).where(col(SupervisionItem.id).in_(own))
    return list(session.exec(rows.order_by(col(SupervisionItem.id))))


def items_not_yet_passed_on(session: Session, merged: Mapping[int, int]) -> list[SupervisionItem]:
    """Those of units that were merged, which the unit in their place does not see as its own yet."""
    found: dict[int, SupervisionItem] = {}
    for unit, successor in merged.items():
        old, new = (
            select(SupervisionReach.item_id).where(
                SupervisionReach.unit_id == one, col(SupervisionReach.own).is_(True)
            )
            for one in (unit, successor)
        )
        rows = select(SupervisionItem).where(
            col(SupervisionItem.id).in_(old), col(SupervisionItem.id).not_in(new)
        )
        found.update({item.id or 0: item for item in session.exec(rows)})
    return [found[item_id] for item_id in sorted(found)]


def raised_item(session: Session, case_id: int) -> SupervisionItem | None:
    """The newest item that the ladder opened on a case, without scope."""
    rows = select(SupervisionItem).where(SupervisionItem.case_id == case_id, SupervisionItem.origin != "hand")
    return session.exec(rows.order_by(col(SupervisionItem.id).desc()).limit(1)).first()


def items_by_state(session: Session) -> dict[str, int]:
    """How many items there are in each state, without scope."""
    rows = select(SupervisionItem.state, func.count()).group_by(col(SupervisionItem.state))
    return dict(sorted(session.exec(rows)))


def steps_by_key(session: Session) -> dict[str, int]:
    """How often each step of the ladder was taken, without scope."""
    rows = select(SupervisionStep.step, func.count()).where(SupervisionStep.state == "taken")
    return dict(sorted(session.exec(rows.group_by(col(SupervisionStep.step)))))


def entries(session: Session, item_id: int) -> list[SupervisionEntry]:
    """What was said and done on an item, in order."""
    rows = select(SupervisionEntry).where(SupervisionEntry.item_id == item_id)
    return list(session.exec(rows.order_by(col(SupervisionEntry.ordinal))))


def entries_of(session: Session, item_ids: Collection[int]) -> list[SupervisionEntry]:
    """The same for a list of items at once."""
    if not item_ids:
        return []
    rows = select(SupervisionEntry).where(col(SupervisionEntry.item_id).in_(item_ids))
    return list(session.exec(rows.order_by(col(SupervisionEntry.item_id), col(SupervisionEntry.ordinal))))


def clocks(session: Session, item_id: int) -> list[SupervisionClock]:
    """All clocks of an item, ended ones too."""
    rows = select(SupervisionClock).where(SupervisionClock.item_id == item_id)
    return list(
        session.exec(rows.order_by(col(SupervisionClock.id)).execution_options(populate_existing=True))
    )


def clocks_due(
    session: Session, now: datetime, most: int, after: tuple[datetime, int] | None = None
) -> list[SupervisionClock]:
    """Running clocks of items whose moment has come, the longest due first, from `after` (due, key) on."""
    due, key = col(SupervisionClock.due_at), col(SupervisionClock.id)
    rows = select(SupervisionClock).where(SupervisionClock.state == "running", due <= now)
    if after is not None:
        rows = rows.where(tuple_(due, key) > tuple_(*after))
    return list(session.exec(rows.order_by(due, key).limit(most)))


def running_clocks(session: Session, after: int, most: int) -> list[SupervisionClock]:
    """Running clocks of items by id, from `after` on."""
    key = col(SupervisionClock.id)
    rows = select(SupervisionClock).where(SupervisionClock.state == "running", key > after)
    return list(session.exec(rows.order_by(key).limit(most)))


def lock_unit(session: Session, unit_id: int) -> None:
    """Let one transaction at a time take a number of a unit or begin its week (SQLite has one writer anyway).

    The weaker lock: rows that refer to the unit, of which each transaction has written some, do not stand in its way.
    """
    session.exec(select(Unit.id).where(Unit.id == unit_id).with_for_update(key_share=True)).one()


def last_ordinal(session: Session, unit_id: int, kind: str, year: int) -> int:
    """The highest number given so far, 0 if none."""
    rows = select(func.max(SupervisionNumber.ordinal)).where(
        SupervisionNumber.unit_id == unit_id, SupervisionNumber.kind == kind, SupervisionNumber.year == year
    )
    return session.exec(rows).one() or 0


def ends(session: Session) -> Iterator[tuple[str, int, str]]:
    """Chain, version and state of every item and of every week, without scope: for checking the trail."""
    items_ = select(SupervisionItem.public_id, SupervisionItem.version, SupervisionItem.state)
    yield from session.exec(items_.execution_options(yield_per=500))
    for public_id in session.exec(select(SupervisionWeek.public_id).execution_options(yield_per=500)):
        yield public_id, 1, WEEK_BEGUN


# — the ladder —


def coming(
    session: Session, names: Collection[str], until: datetime, most: int
) -> list[tuple[int, int, datetime]]:
    """Key, case and end of clocks that run, end by a moment and are not watched yet, the soonest first."""
    rows = (
        select(Deadline.id, Deadline.case_id, Deadline.due_at)
        .outerjoin(LadderWatch, col(LadderWatch.deadline_id) == Deadline.id)
        .where(
            Deadline.state == "running",
            Deadline.due_at <= until,
            _named(names),
            col(LadderWatch.deadline_id).is_(None),
        )
        .order_by(col(Deadline.due_at), col(Deadline.id))
        .limit(most)
    )
    return [(key or 0, case, due) for key, case, due in session.exec(rows)]


def missed_unwatched(
    session: Session, names: Collection[str], chains: Collection[str]
) -> list[tuple[int, int, datetime]]:
    """The same of clocks of some cases that have run out before anybody watched them."""
    if not chains:
        return []
    rows = (
        select(Deadline.id, Deadline.case_id, Deadline.due_at)
        .join(Dispute, col(Dispute.id) == Deadline.case_id)
        .outerjoin(LadderWatch, col(LadderWatch.deadline_id) == Deadline.id)
        .where(
            col(Dispute.public_id).in_(chains),
            Deadline.state == "missed",
            _named(names),
            col(LadderWatch.deadline_id).is_(None),
        )
        .order_by(col(Deadline.id))
    )
    return [(key or 0, case, due) for key, case, due in session.exec(rows)]


def happened(session: Session, after: int, acts: Collection[str], most: int) -> list[tuple[int, str, str]]:
    """(id, chain, act) of events of the trail behind an id that may make a case climb."""
    rows = select(AuditEvent.id, AuditEvent.chain, AuditEvent.act).where(
        col(AuditEvent.id) > after, col(AuditEvent.act).in_(acts)
    )
    found = session.exec(rows.order_by(col(AuditEvent.id)).limit(most))
    return [(key or 0, chain, act) for key, chain, act in found]


def mark(session: Session, name: str) -> SupervisionMark | None:
    """How far the trail has been looked through."""
    return session.get(SupervisionMark, name, populate_existing=True)


def to_look_at(
    session: Session, now: datetime, rules: str, most: int, after: tuple[datetime, int] | None = None
) -> list[tuple[datetime, int, int]]:
    """(when, key, case) of watched clocks whose next step may have come, or whose rules have changed, from `after` on."""
    rows = (
        select(LadderWatch.next_at, LadderWatch.deadline_id, LadderWatch.case_id)
        .where(
            col(LadderWatch.next_at).is_not(None),
            or_(col(LadderWatch.next_at) <= now, col(LadderWatch.rules) != rules),
        )
        .order_by(col(LadderWatch.next_at), col(LadderWatch.deadline_id))
        .limit(most)
    )
    if after is not None:
        rows = rows.where(tuple_(col(LadderWatch.next_at), col(LadderWatch.deadline_id)) > tuple_(*after))
    return [(at, key, case) for at, key, case in session.exec(rows) if at is not None]


def watched_running(session: Session, chains: Collection[str]) -> list[int]:
    """Keys of the watched clocks of some cases that run."""
    if not chains:
        return []
    rows = (
        select(LadderWatch.deadline_id)
        .join(Deadline, col(Deadline.id) == LadderWatch.deadline_id)
        .join(Dispute, col(Dispute.id) == Deadline.case_id)
        .where(col(Dispute.public_id).in_(chains), Deadline.state == "running")
    )
    return list(session.exec(rows.order_by(col(LadderWatch.deadline_id))))


def watch(session: Session, deadline_id: int) -> LadderWatch | None:
    """One watched clock, as it is now."""
    return session.get(LadderWatch, deadline_id, populate_existing=True)


def deadline(session: Session, deadline_id: int) -> Deadline | None:
    """One clock, as it is now."""
    return session.get(Deadline, deadline_id, populate_existing=True)


def steps(session: Session, case_id: int) -> list[SupervisionStep]:
    """The steps of a case, taken and passed over, in order."""
    rows = select(SupervisionStep).where(SupervisionStep.case_id == case_id)
    return list(session.exec(rows.order_by(col(SupervisionStep.id))))


def step_by_public_id(session: Session, public_id: str) -> SupervisionStep:
    """One step without scope, for its paper."""
    return session.exec(select(SupervisionStep).where(SupervisionStep.public_id == public_id)).one()


def given_before(
    session: Session, unit_id: int, names: Collection[str], besides: tuple[int, str], since: datetime
) -> dict[str, list[datetime]]:
    """Step → when it was due, for each time since then that a unit was given it for another cause than `besides`."""
    if not names:
        return {}
    case_id, cause = besides
    rows = select(SupervisionStep.step, SupervisionStep.due_at).where(
        SupervisionStep.unit_id == unit_id,
        col(SupervisionStep.step).in_(names),
        SupervisionStep.state == "taken",
        SupervisionStep.due_at >= since,
        or_(col(SupervisionStep.case_id) != case_id, col(SupervisionStep.cause) != cause),
    )
    found: dict[str, list[datetime]] = {}
    for name, due in session.exec(rows.order_by(col(SupervisionStep.due_at))):
        found.setdefault(name, []).append(due)
    return found


def case_of_chain(session: Session, chain: str) -> Dispute | None:
    """The case of a chain, without scope, for the system's own work."""
    return session.exec(select(Dispute).where(Dispute.public_id == chain)).first()


def dissatisfied(session: Session, case_id: int, at_most: int) -> list[datetime]:
    """When the people visited were so little satisfied, in order."""
    rows = select(Visit.visited_at).where(
        Visit.case_id == case_id, col(Visit.satisfaction) <= at_most, col(Visit.satisfaction).is_not(None)
    )
    return list(session.exec(rows.order_by(col(Visit.visited_at))))


def repeats(session: Session, case_id: int) -> list[datetime]:
    """When the case was found to repeat another one, in order."""
    rows = select(CaseLink.linked_at).where(CaseLink.case_id == case_id, CaseLink.kind == "repeat")
    return list(session.exec(rows.order_by(col(CaseLink.linked_at))))


def declines(session: Session, chain: str) -> list[tuple[datetime, str]]:
    """When the case was declined, and by which unit (its code), in order."""
    rows = select(AuditEvent.recorded_at, AuditEvent.unit).where(
        AuditEvent.chain == chain, AuditEvent.act == "decline"
    )
    return [(at, unit) for at, unit in session.exec(rows.order_by(col(AuditEvent.ordinal)))]


def _named(names: Collection[str]) -> ColumnElement[bool]:
    """Clocks of these names, or whose name before the colon is one of them."""
    return or_(
        col(Deadline.name).in_(names), *(col(Deadline.name).startswith(f"{name}:") for name in sorted(names))
    )


# — papers —


def papers_owed(session: Session, most: int, after: int = 0) -> list[UnitPaper]:
    """Papers of units that are still to be printed, oldest first, from the key `after` on."""
    rows = select(UnitPaper).where(UnitPaper.state == "owed", col(UnitPaper.id) > after)
    return list(session.exec(rows.order_by(col(UnitPaper.id)).limit(most)))


def printed_papers(session: Session) -> list[UnitPaper]:
    """All papers of units that are printed, in order, without scope."""
    rows = select(UnitPaper).where(UnitPaper.state == "printed")
    return list(session.exec(rows.order_by(col(UnitPaper.id))))


def papers_about(session: Session, subjects: Collection[str]) -> list[UnitPaper]:
    """The papers about some subjects, in order."""
    rows = select(UnitPaper).where(col(UnitPaper.subject).in_(subjects))
    return list(session.exec(rows.order_by(col(UnitPaper.id))))


def paper(session: Session, public_id: str) -> UnitPaper | None:
    """A paper of a unit by its id, without scope: its subject says who may see it."""
    return session.exec(select(UnitPaper).where(UnitPaper.public_id == public_id)).first()


# — weeks —


def week(session: Session, unit_id: int, monday: date) -> SupervisionWeek | None:
    """A unit's week, if it has been begun."""
    rows = select(SupervisionWeek).where(SupervisionWeek.unit_id == unit_id, SupervisionWeek.monday == monday)
    return session.exec(rows).first()


def week_by_public_id(session: Session, public_id: str) -> SupervisionWeek:
    """The same by its public id."""
    return session.exec(select(SupervisionWeek).where(SupervisionWeek.public_id == public_id)).one()


def cases_begun(session: Session, since: datetime, until: datetime) -> list[tuple[int, str, int]]:
    """(holder, category, how many) of the cases received within a time."""
    rows = (
        select(Dispute.holder_id, Dispute.category, func.count())
        .where(Dispute.received_at >= since, Dispute.received_at < until)
        .group_by(col(Dispute.holder_id), col(Dispute.category))
    )
    return [(unit, category, many) for unit, category, many in session.exec(rows)]


def cases_ended(session: Session, since: datetime, until: datetime) -> list[tuple[int, str, int]]:
    """(holder, outcome, how many) of the cases that came to their end within a time."""
    rows = (
        select(Dispute.holder_id, Dispute.outcome, func.count())
        .where(col(Dispute.ended_at) >= since, col(Dispute.ended_at) < until)
        .group_by(col(Dispute.holder_id), col(Dispute.outcome))
    )
    return [(unit, outcome, many) for unit, outcome, many in session.exec(rows)]


def cases_due(session: Session, roots: Collection[int], until: datetime, most: int) -> list[Dispute]:
    """Open cases of these units and all below them that are due by a moment, the longest due first."""
    ends = func.min(col(OpenCase.due_at)).label("due_at")
    waiting = (
        select(col(OpenCase.case_id).label("case_id"), ends)
        .where(col(OpenCase.unit_id).in_(roots), OpenCase.due_at < until)
        .group_by(col(OpenCase.case_id))
        .order_by(ends, col(OpenCase.case_id))
        .limit(most)
        .subquery()
    )
    rows = select(Dispute).join(waiting, waiting.c.case_id == col(Dispute.id))
    return list(session.exec(rows.order_by(waiting.c.due_at, waiting.c.case_id)))


def count_due(session: Session, roots: Collection[int], until: datetime, *, but: Collection[int] = ()) -> int:
    """How many open cases of these units and all below them are due by a moment, each once; `but`: none that is of those units too."""
    rows = select(func.count(distinct(col(OpenCase.case_id)))).where(
        col(OpenCase.unit_id).in_(roots), OpenCase.due_at < until
    )
    if but:
        elsewhere = select(OpenCase.case_id).where(col(OpenCase.unit_id).in_(but), OpenCase.due_at < until)
        rows = rows.where(col(OpenCase.case_id).not_in(elsewhere))
    return session.exec(rows).one()


def steps_taken(session: Session, since: datetime, until: datetime) -> list[tuple[int, str, int]]:
    """(unit, step, how many) of the steps taken within a time."""
    rows = (
        select(SupervisionStep.unit_id, SupervisionStep.step, func.count())
        .where(
            SupervisionStep.state == "taken",
            SupervisionStep.taken_at >= since,
            SupervisionStep.taken_at < until,
        )
        .group_by(col(SupervisionStep.unit_id), col(SupervisionStep.step))
    )
    return [(unit, step, many) for unit, step, many in session.exec(rows)]


def items_of_units(session: Session, root_id: int, most: int) -> Sequence[SupervisionItem]:
    """The open items of a unit and all below it, by their end; without actor, for the unit's own papers."""
    rows = select(SupervisionItem).where(*_open_below(root_id))
    return session.exec(rows.order_by(col(SupervisionItem.due_at), col(SupervisionItem.id)).limit(most)).all()


def items_by_unit(session: Session, root_id: int) -> dict[int, int]:
    """Unit at the root or below it → how many open items it has to answer for."""
    rows = select(SupervisionItem.unit_id, func.count()).where(*_open_below(root_id))
    return dict(session.exec(rows.group_by(col(SupervisionItem.unit_id))).all())


def count_items(session: Session, root_id: int) -> int:
    """How many open items a unit and all below it have."""
    return sum(items_by_unit(session, root_id).values())


def _open_below(root_id: int) -> tuple[ColumnElement[bool], ...]:
    reached = select(SupervisionReach.item_id).where(SupervisionReach.unit_id == root_id)
    return col(SupervisionItem.id).in_(reached), col(SupervisionItem.state).not_in(ENDED)

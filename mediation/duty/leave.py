"""Leave recorded and ended. Who may: the person, or a leader or dispatcher of the person's unit or of one above it."""

from datetime import date, datetime, timedelta

from sqlmodel import Session

from mediation.clock import local_day
from mediation.duty import queries
from mediation.duty.models import Absence
from mediation.duty.said import Leave
from mediation.errors import InputInvalid, NotFound, NotPermitted, Problem
from mediation.ids import new_public_id
from mediation.language import _
from mediation.people import queries as people
from mediation.people.actor import Actor
from mediation.people.models import Person, Post
from mediation.units.tree import Tree, is_within

_LEADS = frozenset({"unit_leader", "dispatcher"})
_LONGEST = 366


def record_leave(session: Session, actor: Actor, tree: Tree, *, said: Leave, now: datetime) -> Absence:
    """Enter an absence. Raises InputInvalid with every problem at once, NotPermitted."""
    today = local_day(now)
    problems = list(_day_faults(said, today))
    person = _named(session, said.person, "person", problems)
    deputy = _named(session, said.deputy, "deputy", problems) if said.deputy is not None else None
    # Who is away and who stands in must both still be so when it is written.
    people.hold(session, *(one.id for one in (person, deputy) if one is not None and one.id is not None))
    if person is not None:
        _refuse_stranger(session, actor, tree, person, today)
        problems += _overlaps(session, person, said)
    if deputy is not None:
        problems += _deputy_faults(session, person, deputy, said)
    if problems or person is None:
        raise InputInvalid(problems)
    row = Absence(
        public_id=new_public_id(),
        person_id=person.id or 0,
        deputy_id=deputy.id if deputy is not None else None,
        kind=said.kind,
        first_day=said.since,
        last_day=said.until,
        why=said.why,
        recorded_by_id=actor.person_id,
        recorded_at=now,
    )
    session.add(row)
    session.flush()
    return row


def end_leave(session: Session, actor: Actor, tree: Tree, *, public_id: str, now: datetime) -> Absence:
    """销假: the person is back, or does not go. Raises NotFound, NotPermitted, InputInvalid."""
    row = queries.absence(session, public_id, hold=True)
    person = session.get(Person, row.person_id) if row is not None else None
    if row is None or person is None or not _is_near(session, actor, tree, person, local_day(now)):
        raise NotFound(_("没有这一条请假记录"))
    _refuse_stranger(session, actor, tree, person, local_day(now))
    if row.ended_at is not None or row.last_day < local_day(now):
        raise InputInvalid([Problem(_("这一条请假已经结束"), key="id")])
    row.ended_at = now
    session.add(row)
    session.flush()
    return row


def _day_faults(said: Leave, today: date) -> list[Problem]:
    found = []
    if said.until < said.since:
        found.append(Problem(_("最后一天早于第一天"), key="until"))
    elif said.until < today:
        found.append(Problem(_("已经过去"), key="until"))
    elif said.until - said.since >= timedelta(days=_LONGEST):
        message = _("一次最多 {most} 天；更长的请办离任移交").format(most=_LONGEST)
        found.append(Problem(message, key="until"))
    return found


def _named(session: Session, code: str, key: str, problems: list[Problem]) -> Person | None:
    try:
        return people.person(session, code)
    except NotFound as error:
        problems.append(Problem(str(error), key=key))
        return None


def _is_near(session: Session, actor: Actor, tree: Tree, person: Person, today: date) -> bool:
    """Does the actor see the person's duty: of the own unit, of those above and below? Of others nobody is told that it is there."""
    own = actor.unit_id
    units = [post.unit_id for post in _held(session, person, today, today) if post.unit_id in tree]
    near = any(tree.is_below_or_same(unit, own) or tree.is_below_or_same(own, unit) for unit in units)
    return near or actor.person_id == person.id


def _refuse_stranger(session: Session, actor: Actor, tree: Tree, person: Person, today: date) -> None:
    if actor.person_id == person.id:
        return
    units = [post.unit_id for post in _held(session, person, today, today) if post.unit_id in tree]
    leads = not actor.counts_as.isdisjoint(_LEADS)
    if not leads or not any(tree.is_below_or_same(unit, actor.unit_id) for unit in units):
        raise NotPermitted(_("请假由本人，或者其单位、上级单位的负责人、调度员登记"))


def _overlaps(session: Session, person: Person, said: Leave) -> list[Problem]:
    if said.until < said.since:
        return []
    return [
        Problem(
            _("与已登记的 {first} 至 {last} 重叠").format(first=row.first_day, last=row.last_day),
            key="since",
        )
        for row in queries.overlapping(session, person.id or 0, said.since, said.until)
    ]


def _deputy_faults(session: Session, person: Person | None, deputy: Person, said: Leave) -> list[Problem]:
    if person is not None and deputy.id == person.id:
        return [Problem(_("不能由本人代理自己"), key="deputy")]
    if said.until < said.since:
        return []
    found = []
    if deputy.status != "active" or not _held(session, deputy, said.since, said.until):
        message = _("{name} 在这几天里没有一直在任的岗位，不能代理")
        found.append(Problem(message.format(name=deputy.name), key="deputy"))
    if queries.overlapping(session, deputy.id or 0, said.since, said.until):
        found.append(Problem(_("{name} 这几天自己也不在").format(name=deputy.name), key="deputy"))
    return found


def _held(session: Session, person: Person, first: date, last: date) -> list[Post]:
    """The posts held on both days."""
    return [
        post
        for post in people.posts_of(session, person.id or 0)
        if is_within(first, post.valid_from, post.valid_to)
        and is_within(last, post.valid_from, post.valid_to)
    ]

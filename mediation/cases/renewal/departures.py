"""离任: whose posts end while something waits on them; told before it happens, foretold when it is planned, and on the day itself.

A task that waits on a person without a post can be finished by nobody: what is in hand must be handed over.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial

from sqlmodel import Session

from mediation.cases import queries as case_queries
from mediation.cases.assignment import wanted_posts
from mediation.cases.hall import Hall
from mediation.cases.models import CaseMediator
from mediation.cases.office import Office
from mediation.cases.outgoing import post_outbox_of_site
from mediation.cases.renewal import queries
from mediation.cases.renewal.receivers import in_place_of
from mediation.cases.succession.in_hand import KINDS, InHand, in_hand
from mediation.cases.succession.queries import cases_of_each
from mediation.cases.task_models import Task
from mediation.cases.tasks import queries as task_queries
from mediation.cases.tasks.assignees import who_may, who_may_take_turn
from mediation.language import _, joined
from mediation.people import queries as people
from mediation.people.models import Post
from mediation.units import queries as units
from mediation.units.tree import is_within

NOTICE = "post_ended"
_MOST_NAMED = 10


@dataclass
class Held:
    """The posts that one person holds on a day, what they count as, and the last day of it all, over posts that follow without a gap;
    none: no end is known.
    """

    posts: set[int] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    last_day: date | None = None


Staff = Mapping[int, Held]
"""Person → what that one holds; who holds nothing is not in it."""


@dataclass(frozen=True)
class Leaver:
    """Who leaves or has left, the last day, and what is in hand by case: number → kinds of it."""

    person: str
    name: str
    person_id: int
    last_day: date | None
    cases: Mapping[str, tuple[str, ...]]
    when: str = "now"

    def sentence(self) -> str:
        """What nobody could go on with, and how it is handed over."""
        messages = {
            "now": _("{name} 手里还有 {cases}，岗位终止后没有人能办；请先移交：{how}"),
            "later": _("{name} 的岗位到 {day} 终止，手里还有 {cases}；请在此前移交：{how}"),
            "past": _("{name} 已经没有在任的岗位（{day} 终止），手里还有 {cases}；请移交：{how}"),
        }
        how = f"mediation hand-over --from {self.person} --to PERSON --reason left"
        day = self.last_day.isoformat() if self.last_day else _("日期不详")
        return messages[self.when].format(name=self.name, day=day, cases=self._listed(), how=how)

    def _listed(self) -> str:
        named = [
            _("{number}（{kinds}）").format(number=number, kinds=joined(_(KINDS[kind]) for kind in kinds))
            for number, kinds in list(self.cases.items())[:_MOST_NAMED]
        ]
        count = len(self.cases)
        more = _("等 {count} 件").format(count=count) if count > _MOST_NAMED else ""
        return joined(named) + more


def staff_on(session: Session, day: date) -> Staff:
    """Who holds which posts on the day: active people, at units that stand then."""
    kinds = people.post_kinds(session)
    active = {row.id for row in people.people(session) if row.status == "active"}
    places = {row.id: row for row in units.units(session)}
    own: dict[int, list[Post]] = {}
    for post in people.all_posts(session):
        if post.person_id in active and post.unit_id in places:
            own.setdefault(post.person_id, []).append(post)

    def held(person_id: int, at: date) -> Held:
        posts = [
            post
            for post in own[person_id]
            if is_within(at, post.valid_from, post.valid_to)
            and is_within(at, places[post.unit_id].valid_from, places[post.unit_id].valid_to)
        ]
        ends = [post.valid_to for post in posts if post.valid_to is not None]
        return Held(
            {post.id or 0 for post in posts},
            {kind for post in posts for kind in kinds.counts_as(post.kind)},
            max(ends) if posts and len(ends) == len(posts) else None,
        )

    found = {person_id: held(person_id, day) for person_id in own}
    return {
        person_id: replace(one, last_day=_end_of_line(one, partial(held, person_id)))
        for person_id, one in found.items()
        if one.posts
    }


def leaving(session: Session, before: Staff, after: Staff, office: Office | None) -> Iterator[Leaver]:
    """Everybody who could do before what nobody can do now, because a post of that one's is over."""
    for person_id, had in before.items():
        has = after.get(person_id, Held())
        if had.posts <= has.posts and had.kinds <= has.kinds:
            continue
        cases = {
            own.number: kinds
            for own in in_hand(session, person_id)
            if (kinds := tuple(_stranded(session, own, had, has, office)))
        }
        if cases:
            yield _leaver(session, person_id, cases, had.last_day, "now")


def leaving_later(session: Session, before: Staff, after: Staff) -> Iterator[Leaver]:
    """Everybody whose last day is known now, and was not or was a later one, with what is in hand now."""
    for person_id, has in after.items():
        had = before.get(person_id)
        was = had.last_day if had is not None else None
        if has.last_day is None or (had is not None and was is not None and was <= has.last_day):
            continue
        cases = _all_of(session, person_id)
        if cases:
            yield _leaver(session, person_id, cases, has.last_day, "later")


def left_behind(session: Session, day: date) -> list[Leaver]:
    """Everybody who has something in hand and holds no post on the day."""
    busy = cases_of_each(session)
    in_office = people.in_office(session, day) if busy else set()
    found = []
    for person_id in busy:
        if person_id not in in_office:
            ends = [post.valid_to for post in people.posts_of(session, person_id) if post.valid_to]
            last = max((one for one in ends if one < day), default=None)
            found.append(_leaver(session, person_id, _all_of(session, person_id), last, "past"))
    return sorted(found, key=lambda one: one.person)


def tell_leaders(hall: Hall, left: Iterable[Leaver]) -> None:
    """Who leads where somebody's last post was is told once that things were left behind; codes only."""
    known = {(row["left"], row["ended_on"]) for row in queries.site_notices(hall.session, NOTICE)}
    for one in left:
        ended_on = one.last_day.isoformat() if one.last_day else ""
        if (one.person, ended_on) in known:
            continue
        unit, leader = _leader_of(hall, one.person_id)
        payload = {"unit": unit, "person": leader, "left": one.person, "ended_on": ended_on}
        post_outbox_of_site(hall, "notice", {"notice": NOTICE, **payload, "cases": len(one.cases)})


def _end_of_line(has: Held, held: Callable[[date], Held]) -> date | None:
    """The last day on which the person holds all that the posts of today count as: where one ends, the next may begin the day after."""
    last = has.last_day
    while last is not None and last < date.max:
        then = held(last + timedelta(days=1))
        if not then.posts or not has.kinds <= then.kinds:
            return last
        last = then.last_day
    return last


def _stranded(session: Session, own: InHand, had: Held, has: Held, office: Office | None) -> Iterator[str]:
    """The kinds of what is in hand in a case that the person could see to and can no more."""
    told = own.told()
    if not has.posts:
        yield from (kind for kind in KINDS if told.get(kind))
        return
    needed = [_posts_in_role(session, own, row, had, office) for row in own.roles]
    if any(not had.kinds.isdisjoint(one) and has.kinds.isdisjoint(one) for one in needed):
        yield "roles"
    for kind, tasks in (("tasks", own.tasks), ("lent", own.lent)):
        wanted = [_posts_for(session, own, task, office) for task in tasks]
        if any(one and not had.kinds.isdisjoint(one) and has.kinds.isdisjoint(one) for one in wanted):
            yield kind
    receiver = case_queries.post(session, own.case.first_receiver_id)
    is_over = receiver.id in had.posts and receiver.id not in has.posts
    if own.receives and is_over and in_place_of(session, receiver, has.posts) is None:
        yield "first_receiver"
    if own.leads and "unit_leader" in had.kinds and "unit_leader" not in has.kinds:
        yield "leader"


def _posts_in_role(
    session: Session, own: InHand, row: CaseMediator, had: Held, office: Office | None
) -> Collection[str]:
    """The kinds of post by which the person goes on with the case in the role: of those that may have it, whoever may record there.

    Where the definitions are not known it is what the post of the role counts as.
    """
    if office is None:
        return people.post_kinds(session).counts_as(case_queries.post(session, row.post_id).kind)
    wanted = wanted_posts(row.role)
    record = office.engine(own.case.workflow, own.case.workflow_version).definition.triggers.get(
        "record_session"
    )
    fit = set(wanted) & set(record.by.posts) if record is not None else set()
    return wanted if had.kinds.isdisjoint(fit) else fit


def _posts_for(session: Session, own: InHand, task: Task, office: Office | None) -> tuple[str, ...]:
    """The kinds of post that may finish a task; empty where that is not known, or anybody's turn in a role."""
    if office is None or (task.kind == "turn" and (own.roles or own.receives)):
        return ()
    definition = office.engine(own.case.workflow, own.case.workflow_version).definition
    if task.kind == "turn":
        return who_may_take_turn(definition, own.case.state).posts
    asked = task_queries.round_of(session, task)
    return who_may(definition, task.kind, asked.approval if asked else None).posts


def _all_of(session: Session, person_id: int) -> dict[str, tuple[str, ...]]:
    found = {}
    for own in in_hand(session, person_id):
        told = own.told()
        found[own.number] = tuple(kind for kind in KINDS if told.get(kind))
    return found


def _leaver(
    session: Session, person_id: int, cases: Mapping[str, tuple[str, ...]], last_day: date | None, when: str
) -> Leaver:
    who = case_queries.person(session, person_id)
    return Leaver(who.code, who.name, person_id, last_day, cases, when)


def _leader_of(hall: Hall, person_id: int) -> tuple[str, str]:
    """The unit of the person's last post, or the next one above it that has a leader, and who that is."""
    posts = [post for post in people.posts_of(hall.session, person_id) if hall.tree.standing(post.unit_id)]
    if not posts:
        return "", ""
    home = hall.tree.standing(max(posts, key=_end_of).unit_id)
    assert home is not None
    for node in hall.tree.lineage(home.id):
        for post in people.posts_at(hall.session, [node.id], hall.today, "unit_leader"):
            leader = case_queries.person(hall.session, post.person_id)
            if leader.id != person_id and leader.status == "active":
                return node.code, leader.code
    return home.code, ""


def _end_of(post: Post) -> date:
    return post.valid_to or date.max

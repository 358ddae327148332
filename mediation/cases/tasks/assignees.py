"""Whom something can be asked of: a unit with somebody who may answer, or a person in a post that may."""

from collections.abc import Callable, Mapping, Sequence

from mediation.cases import queries
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.recusals.queries import is_kept_from, standing
from mediation.cases.said_tasks import Whom
from mediation.cases.tasks.book import Assignee
from mediation.errors import InputInvalid, NotFound, Problem
from mediation.language import _, joined
from mediation.people import queries as people
from mediation.people.models import Person, Post
from mediation.units import queries as unit_queries
from mediation.units.tree import Node, is_within
from mediation.workflow.definition import By, Definition

_CLOSING = {
    "approval": "approve",
    "part": "answer",
    "opinion": "answer",
    "promise": "answer",
    "instruction": "answer",
    "call": "answer",
    "copy": "mark_read",
}


def who_may(definition: Definition, kind: str, approval: str | None = None) -> By:
    """Who may be asked for a kind of task: those who may close it; of an approval, its signers."""
    if approval is not None and approval in definition.approvals:
        return definition.approvals[approval].signers
    trigger = definition.triggers.get(_CLOSING.get(kind, ""))
    return By(posts=trigger.by.posts if trigger else ("none",), relation=("any",))


def who_may_take_turn(definition: Definition, state: str, relation: str | None = None) -> By:
    """Who may have the turn of a state: those who may do some act that moves the case on, in this relation to it if one is named."""
    posts: dict[str, None] = {}
    for edge in definition.edges:
        if state in edge.origin and (edge.to is not None or edge.into is not None):
            by = edge.by or definition.triggers[edge.trigger].by
            if relation is None or not {relation, "any"}.isdisjoint(by.relation):
                posts.update(dict.fromkeys(by.posts))
    return By(posts=tuple(posts) or ("none",), relation=("any",))


def assignee(hall: Hall, case: Dispute, whom: Whom, by: By, key: str) -> Assignee:
    """The one named. Raises InputInvalid."""
    return assignees(hall, case, [whom], by, [key])[0]


def assignees(
    hall: Hall,
    case: Dispute,
    named: Sequence[Whom],
    by: By,
    keys: Sequence[str],
    why_not: Callable[[Assignee], str | None] = lambda _one: None,
) -> list[Assignee]:
    """All those named, nobody twice, and nobody against whom `why_not` has something to say.

    Raises InputInvalid with every problem at once.
    """
    found, problems = sorted_out(hall, case, named, by, keys, why_not)
    if problems:
        raise InputInvalid(problems)
    return [one for one, _key in found]


def sorted_out(
    hall: Hall,
    case: Dispute,
    named: Sequence[Whom],
    by: By,
    keys: Sequence[str],
    why_not: Callable[[Assignee], str | None] = lambda _one: None,
) -> tuple[list[tuple[Assignee, str]], list[Problem]]:
    """Those named who may be asked, each with its key, and what is wrong with the others."""
    found: list[tuple[Assignee, str]] = []
    problems: list[Problem] = []
    for whom, key in zip(named, keys, strict=True):
        one = _named(hall, case, whom, by)
        if isinstance(one, str):
            problems.append(Problem(one, key=key))
        elif any(one.key == other.key for other, _key in found):
            problems.append(Problem(_("{who} 写了两次").format(who=spoken(hall, one)), key=key))
        else:
            found.append((one, key))
            why = why_not(one)
            problems += [Problem(why, key=key)] if why else []
    return found, problems


def spoken(hall: Hall, one: Assignee) -> str:
    """What people call who is named: the unit, or the person at it."""
    unit = hall.tree.unit(one.unit_id).name
    if one.person_id is None:
        return unit
    return _("{name}（{unit}）").format(name=queries.person(hall.session, one.person_id).name, unit=unit)


def refuse_nobody(hall: Hall, named: Mapping[str, Whom], *besides: Problem) -> None:
    """InputInvalid with whoever is named and is not there, or named twice. `besides`: what is then told with it, and alone
    by the guards.
    """
    problems: list[Problem] = []
    there: list[object] = []
    for key, whom in named.items():
        one = _looked_up(hall, whom)
        if isinstance(one, str):
            problems.append(Problem(one, key=key))
            continue
        unit, person = one
        if one in there:
            who = person or unit
            assert who is not None
            problems.append(Problem(_("{who} 写了两次").format(who=who.name), key=key))
        there.append(one)
    if problems:
        raise InputInvalid([*besides, *problems])


def others_who_may(hall: Hall, case: Dispute, unit_id: int, by: By) -> bool:
    """Whether somebody at the unit besides the actor may answer."""
    return any(post.person_id != hall.actor.person_id for post in _fitting_at(hall, case, unit_id, by))


def _named(hall: Hall, case: Dispute, whom: Whom, by: By) -> Assignee | str:
    """Who is named, or what is wrong with it."""
    found = _looked_up(hall, whom)
    if isinstance(found, str):
        return found
    unit, person = found
    if person is None:
        assert unit is not None
        if _fitting_at(hall, case, unit.id, by):
            return Assignee(unit.id, unit.code)
        return _("{unit}没有可以办理的在任人员").format(unit=unit.name)
    return _person(hall, case, person, unit, by)


def _looked_up(hall: Hall, whom: Whom) -> tuple[Node | None, Person | None] | str:
    """The unit and the person, or who of them there is none of."""
    if whom.unit is None and whom.person is None:
        return _("unit、person 至少写一个")
    unit: Node | None = None
    person: Person | None = None
    unknown = []
    try:
        unit = hall.tree.by_code(whom.unit) if whom.unit is not None else None
    except NotFound as error:
        unknown.append(str(error))
    try:
        person = people.person(hall.session, whom.person) if whom.person is not None else None
    except NotFound as error:
        unknown.append(str(error))
    return joined(unknown, "；") if unknown else (unit, person)


def _person(hall: Hall, case: Dispute, person: Person, unit: Node | None, by: By) -> Assignee | str:
    if person.status != "active":
        return _("{name}已停用").format(name=person.name)
    if is_kept_from(hall.session, person.id or 0, case.id or 0):
        return _("{name}对本案回避").format(name=person.name)
    held = [
        post
        for post in people.posts_of(hall.session, person.id or 0)
        if is_within(hall.today, post.valid_from, post.valid_to)
        and (unit is None or post.unit_id == unit.id)
        and post.unit_id in hall.tree
    ]
    fitting = [post for post in held if _fits(hall, case, post, by)]
    if not fitting:
        return _("{name}没有可以办理这一项的在任岗位").format(name=person.name)
    at = hall.tree.unit(fitting[0].unit_id)
    return Assignee(at.id, at.code, person.id, person.code)


def _fitting_at(hall: Hall, case: Dispute, unit_id: int, by: By) -> list[Post]:
    kept = standing(hall.session, case.id or 0)
    return [
        post
        for post in people.posts_at(hall.session, [unit_id], hall.today)
        if post.person_id not in kept
        and _fits(hall, case, post, by)
        and queries.person(hall.session, post.person_id).status == "active"
    ]


def _fits(hall: Hall, case: Dispute, post: Post, by: By) -> bool:
    kinds = people.post_kinds(hall.session)
    if kinds.counts_as(post.kind).isdisjoint(by.posts):
        return False
    return "any" in by.relation or not _relations(hall, case, post).isdisjoint(by.relation)


def _relations(hall: Hall, case: Dispute, post: Post) -> set[str]:
    """What somebody in a post is to the case."""
    assert case.id is not None
    units = {
        "holder": case.holder_id,
        "target": case.target_id,
        "sender": case.sender_id,
        "arbiter": case.arbiter_id,
    }
    found = {name for name, unit in units.items() if unit == post.unit_id}
    if post.unit_id in {row.unit_id for row in queries.co_handlers(hall.session, case.id)}:
        found.add("co_handler")
    if post.person_id in {row.person_id for row, _p, _o in queries.mediators(hall.session, case.id)}:
        found.add("mediator")
    if post.person_id == case.leader_id:
        found.add("leader")
    if post.id == case.first_receiver_id:
        found.add("receiver")
        if case.first_receiver_released_at is None:
            found.add("first_receiver")
    rosters = unit_queries.rosters_of(hall.session, [post.person_id], hall.today)
    if any(hall.tree.may_mediate_at(case.holder_id, seat.unit, seat.kind) for _person_id, seat in rosters):
        found.add("committee")
    return found

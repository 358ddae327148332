"""Who answers for what, who supervises whom, and who may do what on an item of the register."""

from mediation.cases import queries as cases
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.ownership import queries as ownership
from mediation.cases.ownership.settling import CLOCK as OWNERSHIP
from mediation.cases.tasks import queries as tasks
from mediation.deadlines.models import Deadline
from mediation.deadlines.queries import deadlines_of
from mediation.errors import NotPermitted
from mediation.language import _, joined
from mediation.people import queries as people
from mediation.sites.supervision import TellSaid, supervisor_of
from mediation.supervision.models import SupervisionItem
from mediation.units.tree import Node, is_within

_HANDLERS = frozenset({"registrar", "dispatcher", "mediator", "unit_leader", "recorder", "grid_worker"})
"""Kinds of post whose holders may speak for the responsible unit; who only advises or audits may not."""

_AFTER_MEDIATION = frozenset({"closure", "feedback"})
"""Taken up anew, a dispute is mediated again though it had ended once."""


def responsible(hall: Hall, case: Dispute, clock: str) -> tuple[int, int | None]:
    """The unit whose turn it is while a clock runs, and the person, if it is one person's.

    Of a unit that has ended, the one that stands in its place.
    """
    unit, person = _whose_turn(hall, case, clock)
    heir = hall.tree.standing(unit)
    return (unit if heir is None else heir.id), person


def _whose_turn(hall: Hall, case: Dispute, clock: str) -> tuple[int, int | None]:
    assert case.id is not None
    name, _colon, rest = clock.partition(":")
    if name == "task" and rest.isdecimal():
        task = tasks.task(hall.session, case.id, int(rest))
        if task is not None:
            return task.unit_id, task.person_id
    relation = "holder"
    if name == OWNERSHIP:
        relation = "arbiter"
    elif name == "state":
        owner = hall.office.engine(case.workflow, case.workflow_version).state(case.state).owner
        relation = owner.relation if owner is not None else "holder"
    if relation == "first_receiver":
        post = cases.post(hall.session, case.first_receiver_id)
        return post.unit_id, post.person_id
    units = {"target": case.target_id, "arbiter": case.arbiter_id}
    on_case = cases.mediators(hall.session, case.id) if relation == "mediator" else ()
    person = next((found.person_id for found, _who, _post in on_case), None)
    return units.get(relation) or case.holder_id, person


def is_outstanding(hall: Hall, case: Dispute, clock: Deadline) -> bool:
    """Whether what a clock asks for is still to be done: a clock that has run out goes on being late until it is."""
    assert case.id is not None
    if not case.open or clock.state not in {"running", "paused", "missed"}:
        return False
    name, _colon, rest = clock.name.partition(":")
    if name == "task" and rest.isdecimal():
        task = tasks.task(hall.session, case.id, int(rest))
        return task is not None and task.closed_at is None
    if name == "state" and rest != case.state:
        return False
    if name == "mediation_limit" and case.phase in _AFTER_MEDIATION:
        return False
    if name == OWNERSHIP and not ownership.open_arguments(hall.session, case.id):
        return False
    newest = [row.id for row in deadlines_of(hall.session, case.id) if row.name == clock.name]
    return newest[-1] == clock.id


def supervisor(hall: Hall, unit_id: int) -> int | None:
    """The unit that supervises another today; None for the topmost."""
    return supervisor_of(hall.office.supervision, hall.tree, hall.office.chain, unit_id)


def told(hall: Hall, tell: TellSaid, unit_id: int) -> Node | None:
    """The unit that is told, by what the ladder says; None if there is none."""
    if tell.whom == "unit":
        return hall.tree.standing(unit_id)
    if tell.whom == "above":
        return hall.tree.above(unit_id, hall.office.chain)
    if tell.whom == "supervisor":
        found = supervisor(hall, unit_id)
        return hall.tree.unit(found) if found is not None else None
    return next((node for node in hall.tree.standing_lineage(unit_id) if node.level == tell.whom), None)


def supervising_unit(hall: Hall, unit_id: int) -> int:
    """The unit for which the actor may supervise another: one above it, or one that the site's rules name.

    Raises NotPermitted for everybody else.
    """
    if not hall.actor.counts_as & set(hall.office.supervision.supervisors.posts):
        raise NotPermitted(_("您的岗位不办理督办；由{posts}办理").format(posts=_supervising_posts(hall)))
    rules = {over.unit: over.by for over in hall.office.supervision.supervisors.units}
    lineage = hall.tree.lineage(unit_id)
    over = {node.code for node in lineage[1:]} | {rules[node.code] for node in lineage if node.code in rules}
    for own in speaks_for(hall):
        if own.code in over:
            return own.id
    message = _("{unit}不归您所在的单位督办；应由{supervisor}督办")
    found = supervisor(hall, unit_id)
    name = hall.tree.unit(found).name if found is not None else _("上级")
    raise NotPermitted(message.format(unit=lineage[0].name, supervisor=name))


def refuse_other_supervisors(hall: Hall, item: SupervisionItem) -> None:
    """Let only the supervising unit's people pass, and of them none who has a hand in what is supervised.

    Raises NotPermitted: for the responsible unit's people, for who also has a post there or below it, for the responsible
    person, and for who mediates the case.
    """
    _refuse_involved(hall, item)
    own = {node.id for node in speaks_for(hall)}
    posts = set(hall.office.supervision.supervisors.posts)
    if item.supervisor_id not in own or not hall.actor.counts_as & posts:
        message = _("这一项由{supervisor}的{posts}督办；您是{actor}")
        name = hall.tree.unit(item.supervisor_id).name
        raise NotPermitted(
            message.format(supervisor=name, posts=_supervising_posts(hall), actor=hall.actor.label)
        )


def refuse_other_handlers(hall: Hall, item: SupervisionItem) -> None:
    """Let only the responsible unit's people pass. Raises NotPermitted."""
    if item.unit_id in {node.id for node in speaks_for(hall)} and hall.actor.counts_as & _HANDLERS:
        return
    message = _("这一项由责任单位{unit}办理；您是{actor}")
    raise NotPermitted(message.format(unit=hall.tree.unit(item.unit_id).name, actor=hall.actor.label))


def speaks_for(hall: Hall) -> list[Node]:
    """The actor's unit; and the one above, if the actor's is a department attached to it."""
    own = hall.tree.unit(hall.actor.unit_id)
    above = hall.tree.unit(own.parent) if own.level is None and own.parent is not None else None
    return [own] if above is None else [own, above]


def _refuse_involved(hall: Hall, item: SupervisionItem) -> None:
    unit = hall.tree.unit(item.unit_id)
    held = [
        post
        for post in people.posts_of(hall.session, hall.actor.person_id)
        if is_within(hall.today, post.valid_from, post.valid_to)
    ]
    both = [post for post in held if _lies_within(hall, post.unit_id, unit.id)]
    if both or _lies_within(hall, hall.actor.unit_id, unit.id):
        message = _("您在责任单位{unit}任职（{titles}），不能督办或者销号：由督办单位的其他人员办理")
        titles = joined(post.title for post in both) or hall.actor.post_title
        raise NotPermitted(message.format(unit=unit.name, titles=titles))
    if item.person_id == hall.actor.person_id:
        raise NotPermitted(_("您是这一项的责任人，不能督办或者销号"))
    if item.case_id is not None and hall.actor.person_id in {
        found.person_id for found, _who, _post in cases.mediators(hall.session, item.case_id)
    }:
        raise NotPermitted(_("您是这件纠纷的调解员或者记录人，不能督办或者销号"))


def _lies_within(hall: Hall, unit_id: int, root: int) -> bool:
    return hall.tree.is_below_or_same(unit_id, root)


def _supervising_posts(hall: Hall) -> str:
    kinds = people.post_kinds(hall.session)
    return joined(kinds.kind(kind).title for kind in hall.office.supervision.supervisors.posts)

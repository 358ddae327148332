"""Whether a successor fits a case: post, roster and conflict by the same guards as an assignment; a task only to who may do it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mediation.cases import assignment, facts, objections
from mediation.cases import queries as case_queries
from mediation.cases.hall import Hall
from mediation.cases.inputs import MediatorSaid
from mediation.cases.joint import may_be_in_charge
from mediation.cases.models import CaseMediator
from mediation.cases.notices import refuse_unknown
from mediation.cases.opening import REGISTERING_POSTS
from mediation.cases.recusals.queries import is_kept_from
from mediation.cases.said_tasks import Whom
from mediation.cases.succession import queries
from mediation.cases.succession.in_hand import InHand
from mediation.cases.succession.said import CaseTo
from mediation.cases.task_models import Task
from mediation.cases.tasks import queries as task_queries
from mediation.cases.tasks.assignees import assignee, who_may, who_may_take_turn
from mediation.cases.tasks.book import Assignee
from mediation.errors import InputInvalid
from mediation.language import _
from mediation.people import queries as people
from mediation.people.models import Person, Post
from mediation.units.tree import is_within
from mediation.workflow.guards import GUARDS

_ROLES: Mapping[str, str] = {"presiding": "主持调解员", "mediator": "调解员", "recorder": "记录人"}
_JUDGED = ("mediators_in_office", "no_conflict_of_interest", "parties_accept_mediators")


@dataclass
class Fit:
    """How a case goes to its successor: the new roles, who has each task, in which post the first receiver; or what is wrong."""

    held: InHand
    giver: Person
    to: Person
    roles: list[tuple[MediatorSaid, Person, Post]] = field(default_factory=list)
    tasks: dict[int, Assignee] = field(default_factory=dict)
    home: Post | None = None
    receiver: Post | None = None
    must_withdraw: bool = False
    wrong: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def fit(
    hall: Hall, held: InHand, giver: Person, to: Person, said: CaseTo, *, asks_parties: bool = True
) -> Fit:
    """Everything that speaks against it, in sentences; nothing is written. `asks_parties`: whom they chose goes only if they agree;
    they are not asked where it goes back to whom they had.
    """
    found = Fit(held, giver, to, must_withdraw=said.must_withdraw)
    _fit_successor(hall, found, said)
    wrong, remarks = kept_by(hall, held, giver, said, asks_parties=asks_parties)
    found.wrong += wrong
    found.remarks += remarks
    return found


def kept_by(
    hall: Hall, held: InHand, giver: Person, said: CaseTo, *, asks_parties: bool = True
) -> tuple[list[str], list[str]]:
    """What speaks against it whoever the successor is: a choice of the parties, a signature that is waited for, a conflict of a kind that
    there is none of.

    And what has only to be told: papers that others than the successor can finish.
    """
    wrong: list[str] = []
    remarks: list[str] = []
    if not held.roles:
        return wrong, remarks
    wrong += _unknown_conflict(hall, said)
    chosen = [
        row for row in held.roles if row.how == "chosen" and assignment.may_go_on(hall, giver, row.role)
    ]
    if chosen and asks_parties and not (said.consented or said.must_withdraw):
        message = _(
            "{name} 是当事人选择的，换人要征得当事人同意（人民调解法第19条）：写明 consented；必须回避的，写明 must_withdraw"
        )
        wrong.append(message.format(name=giver.name))
    for paper in queries.unsigned(hall.session, held.case.id or 0, giver.id or 0):
        told = wrong if paper.form == "agreement" else remarks
        sentence = _wants_signature(hall, held, giver, paper.form)
        if sentence not in told:
            told.append(sentence)
    return wrong, remarks


def _fit_successor(hall: Hall, found: Fit, said: CaseTo) -> None:
    held, to = found.held, found.to
    current = [
        post
        for post in people.posts_of(hall.session, to.id or 0)
        if is_within(hall.today, post.valid_from, post.valid_to) and post.unit_id in hall.tree
    ]
    if to.status != "active" or not current:
        found.wrong.append(_("{name} 没有在任的岗位").format(name=to.name))
        return
    if is_kept_from(hall.session, to.id or 0, held.case.id or 0):
        found.wrong.append(_("{name}对本案回避，请为本案另写接手人").format(name=to.name))
        return
    found.home = next((post for post in current if post.unit_id == held.case.holder_id), current[0])
    _fit_roles(hall, found, said)
    for task in held.tasks:
        _fit_task(hall, found, task)
    for task in held.lent:
        _may_do(hall, found, task)
    if held.receives:
        _fit_receiver(hall, found, current)
    if held.leads and not may_be_in_charge(hall, held.case, to.id or 0):
        message = _("{name} 没有主办单位或者其上级单位负责人的岗位，不能包案")
        found.wrong.append(message.format(name=to.name))


def _fit_roles(hall: Hall, found: Fit, said: CaseTo) -> None:
    held, to = found.held, found.to
    case = held.case
    assert case.id is not None
    if not held.roles:
        return
    for row, person, _post in case_queries.mediators(hall.session, case.id):
        if person.id == to.id:
            message = _("{name} 已经在本案担任{role}，请为本案另写接手人")
            found.wrong.append(message.format(name=to.name, role=_(_ROLES[row.role])))
            return
    objected = objections.standing(hall.session, case.id)
    known = said.model_copy(update={"conflict": None}) if _unknown_conflict(hall, said) else said
    for row in held.roles:
        former = queries.former_role(hall.session, case.id, to.id or 0, row.role)
        one = _role(row.role, to, known)
        if former is not None and not said.conflict:
            one = _again(former, one, objected.get(to.id or 0))
        try:
            person, post = assignment.qualified(hall, one, 0)
        except InputInvalid as error:
            found.wrong += [problem.message for problem in error.problems]
            continue
        found.roles.append((one, person, post))
    _judge(hall, found)


def _unknown_conflict(hall: Hall, said: CaseTo) -> list[str]:
    try:
        if said.conflict is not None:
            refuse_unknown(hall, "conflicts", said.conflict, key="conflict")
    except InputInvalid as error:
        return [problem.message for problem in error.problems]
    return []


def _role(role: str, to: Person, said: CaseTo) -> MediatorSaid:
    return MediatorSaid.model_validate(
        {
            "person": to.code,
            "role": role,
            "how": "chosen" if said.consented and role != "recorder" else "appointed",
            "conflict": said.conflict,
            "kept_by_both": said.kept_by_both,
        }
    )


def _again(former: CaseMediator, now: MediatorSaid, objected: CaseMediator | None) -> MediatorSaid:
    """Who had the role before has it as before: what was declared of a conflict still stands, and what a party has objected to
    since, unless the parties choose that one now.
    """
    chosen, records = now.how == "chosen", now.role == "recorder"
    return now.model_copy(
        update={
            "how": now.how if chosen else former.how,
            "conflict": former.conflict,
            "kept_by_both": former.kept_by_both,
            "objected_by": None if chosen or records or objected is None else objected.objected_by,
        }
    )


def _judge(hall: Hall, found: Fit) -> None:
    """The law's conditions on a mediator (Art. 13, 19, 23), of the successor alone: the others stay as they are."""
    case = found.held.case
    seen = facts.read_facts(hall, case, "replace_mediator")
    now = replace(seen, mediators=assignment.mediator_facts(hall, case, found.roles))
    for name in _JUDGED:
        found.wrong += [str(reason) for reason in GUARDS[name].reasons(now)]


def _wants_signature(hall: Hall, held: InHand, giver: Person, form: str) -> str:
    """An agreement cannot be signed by another than it names; of another paper it is said, by its title to who may see the case."""
    if form != "agreement" and not case_queries.may_see(hall.session, hall.actor, held.case):
        return _("{number} 还有文书等 {name} 签名").format(number=held.number, name=giver.name)
    if form != "agreement":
        title = hall.office.form(form).title
        message = _("{number} 的{title}还等 {name} 签名")
        return message.format(number=held.number, title=title, name=giver.name)
    message = _("协议书上还等 {name} 签名：请先签名，或者由单位负责人办理「驳回」退回调解阶段")
    if held.case.state == "supplementing":
        message = _("补充协议上还等 {name} 签名：请先签名，或者办理「不再补充」")
    return message.format(name=giver.name)


def _fit_task(hall: Hall, found: Fit, task: Task) -> None:
    """The turn of mediators and first receivers goes with the role; everything else to who may do it."""
    if task.kind == "turn" and (found.held.roles or found.held.receives):
        unit = hall.tree.unit(task.unit_id)
        found.tasks[task.ordinal] = Assignee(unit.id, unit.code, found.to.id, found.to.code)
        return
    one = _may_do(hall, found, task)
    if one is not None:
        found.tasks[task.ordinal] = one


def _may_do(hall: Hall, found: Fit, task: Task) -> Assignee | None:
    """In which post the successor may do the task; nobody signs twice in one round."""
    case, to = found.held.case, found.to
    definition = hall.office.engine(case.workflow, case.workflow_version).definition
    asked = task_queries.round_of(hall.session, task)
    borrowed = task.person_id == found.giver.id and task.delegated_by_unit_id is not None
    if task.kind == "turn":
        by = who_may_take_turn(definition, case.state)
    elif borrowed and task.delegated_by_id != to.id:  # only an opinion is wanted; the lender finishes it
        by = who_may(definition, "opinion")
    else:
        by = who_may(definition, task.kind, asked.approval if asked else None)
    if asked is not None and queries.signs_besides(hall.session, task, to.id or 0):
        message = _("第{n}号待办：{name} 自己也在这一轮会签中")
        found.wrong.append(message.format(n=task.ordinal, name=to.name))
    try:
        return assignee(hall, case, Whom(person=to.code), by, "to")
    except InputInvalid as error:
        found.wrong += [
            _("第{n}号待办：{what}").format(n=task.ordinal, what=problem.message)
            for problem in error.problems
        ]
    return None


def _fit_receiver(hall: Hall, found: Fit, current: list[Post]) -> None:
    """A first receiver holds a post that takes disputes in, at the same unit if there is one."""
    kinds = people.post_kinds(hall.session)
    was_at = case_queries.post(hall.session, found.held.case.first_receiver_id).unit_id
    fitting = [post for post in current if kinds.counts_as(post.kind) & REGISTERING_POSTS]
    found.receiver = next(
        (post for post in fitting if post.unit_id == was_at), fitting[0] if fitting else None
    )
    if found.receiver is None:
        message = _("{name} 没有可以登记纠纷的岗位，不能接首问责任")
        found.wrong.append(message.format(name=found.to.name))

"""What people ask of each other within a case: parts, opinions, promises, copies; passed on, lent, taken back, urged, answered.

Whose task it is, whether it is open and what its kind allows is judged by the guards; here it is found out whom it is asked
of, and what follows. A clock runs on through every change of hands.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, datetime, time

from mediation.cases import approvals, worklists
from mediation.cases import queries as case_queries
from mediation.cases.hall import Hall, Heard, concerning
from mediation.cases.models import CoHandler, Dispute
from mediation.cases.parties import named as named_parties
from mediation.cases.said_tasks import (
    Answer,
    AskOpinion,
    CopyTo,
    Delegate,
    GivePart,
    MarkRead,
    Promise,
    TakeBack,
    Transfer,
    Urge,
    Whom,
)
from mediation.cases.scope.queries import ANSWERED
from mediation.cases.task_models import Task
from mediation.cases.tasks import book, queries, rounds, standing
from mediation.cases.tasks.assignees import (
    assignee,
    assignees,
    others_who_may,
    refuse_nobody,
    spoken,
    who_may,
    who_may_take_turn,
)
from mediation.cases.tasks.book import Asked, Assignee
from mediation.clock import SITE_ZONE
from mediation.duty.rota import Expert, Presence
from mediation.errors import InputInvalid, NotPermitted, Problem
from mediation.language import _
from mediation.units.tree import Node
from mediation.workflow.definition import By, Definition, Limit, TaskRule

_ANSWERED = ("part", "opinion", "promise", "instruction", "call", "approval")


def give_part(hall: Hall, case: Dispute, said: GivePart) -> Heard:
    """分办: the unit becomes a co-handler, and has its part to answer."""
    problems = wrong_day(hall, said.due_on, limit_of(hall, case, "part"))
    one = checked(hall, case, Whom(unit=said.unit), "part", "unit", problems)
    if one is not None and one.unit_id == case.holder_id:
        problems.append(Problem(_("主办单位自己的事不用分办"), key="unit"))
    if problems or one is None:
        raise InputInvalid(problems)
    to = one

    def write() -> None:
        _open_part(hall, case, to, said.what, said.due_on)
        worklists.follow_tasks(hall, case)

    return Heard(record={"to": to.code, **by_day(said.due_on)}, details={"what": said.what}, write=write)


def open_part(hall: Hall, case: Dispute, unit: Node, what: str, due_on: date | None) -> Task:
    """A part for a unit, as a conference decides it; the caller has checked unit and day, and follows the lists."""
    return _open_part(hall, case, Assignee(unit.id, unit.code), what, due_on)


def ask_opinion(hall: Hall, case: Dispute, said: AskOpinion) -> Heard:
    """征求意见 of a unit or a person; an expert of the duty rules has the time that they give."""
    asked = asked_for(hall, case, "opinion", said.question, said.due_on)
    if said.person is not None and (expert := _expert(hall, case, said.person)) is not None:
        asked = in_own_time(asked, expert)
    problems = wrong_day(hall, said.due_on, asked.limit)
    whom = Whom(unit=said.unit, person=said.person)
    one = checked(hall, case, whom, "opinion", "person" if said.person else "unit", problems)
    if one is not None and one.person_id == hall.actor.person_id:
        problems.append(Problem(_("不能向自己征求意见"), key="person"))
    elif one is not None and _alone_there(hall, case, one, who_may(_definition(hall, case), "opinion")):
        message = _("{who} 除您以外没有可以答复的人：不能向自己征求意见")
        problems.append(Problem(message.format(who=spoken(hall, one)), key="unit"))
    if problems or one is None:
        raise InputInvalid(problems)
    to = one

    def write() -> None:
        book.open_task(hall, case, to, asked)
        worklists.follow_tasks(hall, case)

    return Heard(
        record={"to": to.code, **by_day(said.due_on)}, details={"question": said.question}, write=write
    )


def promise(hall: Hall, case: Dispute, said: Promise) -> Heard:
    """承诺事项: kept by the actor, or by the person named, by the day promised."""
    problems = wrong_day(hall, said.due_on, None)
    try:
        named_parties(hall, case, [said.party], "party")
    except InputInvalid as error:
        problems += error.problems
    whom = (
        Whom(person=said.person)
        if said.person
        else Whom(person=hall.actor.person_code, unit=hall.actor.unit_code)
    )
    one = checked(hall, case, whom, "promise", "person", problems)
    if problems or one is None:
        raise InputInvalid(problems)
    to = one

    def write() -> None:
        question = {"party": said.party, "what": said.what}
        book.open_task(hall, case, to, asked_for(hall, case, "promise", question, said.due_on))
        worklists.follow_tasks(hall, case)

    record = {"to": to.code, "party": said.party, **by_day(said.due_on)}
    return Heard(record=record, details={"what": said.what}, write=write)


def copy_to(hall: Hall, case: Dispute, said: CopyTo) -> Heard:
    """抄送: for their knowledge; whoever has a copy may read the case, now and later. What only the actor would read is none."""
    assert case.id is not None
    keys = [f"to[{at}]" for at in range(len(said.to))]
    by = who_may(_definition(hall, case), "copy")
    had = {
        (task.unit_id, None) if task.person_id is None else (0, task.person_id)
        for task in queries.tasks(hall.session, case.id)
        if task.kind == "copy"
    }

    def why_not(one: Assignee) -> str | None:
        if one.key in had:
            return _("{who} 已经抄送过").format(who=spoken(hall, one))
        if not _alone_there(hall, case, one, by):
            return None
        if one.person_id is not None:
            return _("不能抄送给自己")
        message = _("{who} 除您以外没有可以看抄送件的人：不能抄送给自己")
        return message.format(who=spoken(hall, one))

    readers = assignees(hall, case, said.to, by, keys, why_not)

    def write() -> None:
        for one in readers:
            book.open_task(hall, case, one, asked_for(hall, case, "copy", said.remark))

    return Heard(
        record={"to": [one.code for one in readers]},
        details={"remark": said.remark} if said.remark else {},
        write=write,
    )


def _alone_there(hall: Hall, case: Dispute, one: Assignee, by: By) -> bool:
    """Is the actor the one named, or alone at the unit?"""
    if one.person_id is not None:
        return one.person_id == hall.actor.person_id
    return not others_who_may(hall, case, one.unit_id, by)


def mark_read(hall: Hall, case: Dispute, said: MarkRead) -> Heard:
    """已阅."""
    task, named = _own(hall, case, said.task, "copy")

    def write() -> None:
        assert task is not None
        book.close_task(hall, task, "read")

    return _about(hall, task, named, write=write)


def answer(hall: Hall, case: Dispute, said: Answer) -> Heard:
    """办复: a part, an opinion, a promise is done; a task that was lent goes back to its lender, with the opinion on it."""
    task, named = _own(hall, case, said.task, *_ANSWERED)
    _refuse_own_question(hall, task)
    outcome = "done" if said.done else "not_done"
    lent = task is not None and task.delegated_by_unit_id is not None

    def write() -> None:
        assert task is not None
        book.note_opinion(hall, task, said.opinion, outcome)
        if lent:
            book.give_back(hall, case, task)
        else:
            book.close_task(hall, task, outcome)
            told = "instruction_given" if task.kind == "instruction" else "task_answered"
            book.tell_asker(hall, case, task, told)
        worklists.follow_tasks(hall, case)

    came = {"came_to": "returned" if lent else outcome}
    return _about(hall, task, named, came, {"opinion": said.opinion}, write)


def _refuse_own_question(hall: Hall, task: Task | None) -> None:
    """Nobody gives himself the opinion that he asked for: neither for who is away, nor for the unit."""
    if task is None or task.closed_at is not None or not standing.is_mine(task, hall.actor):
        return
    lent = task.delegated_by_unit_id is not None
    if (lent or task.kind == "opinion") and hall.actor.person_id == (
        task.delegated_by_id if lent else task.asked_by_id
    ):
        message = _(
            "第{n}号待办的意见是您自己征求的，不能由您代答；可以等本人或者单位里的其他人答复，也可以转给别人，或者撤回。"
        )
        if task.kind == "approval":  # what was lent of a round is neither transferred nor taken back
            message = _(
                "第{n}号待办的意见是您自己征求的，不能由您代答；可以等本人答复，或者请单位负责人把其手里的事移交给别人，"
                "或者请送审人撤回这一轮。"
            )
        raise NotPermitted(message.format(n=task.ordinal))


def transfer(hall: Hall, case: Dispute, said: Transfer) -> Heard:
    """转办: somebody else's from now on; without a task the turn, to another person of the unit whose turn it is."""
    task = _task(hall, case, said.task)
    if task is None:
        with _concerning(hall, None, said.task):
            refuse_nobody(hall, {"to": said.to}, *_no_such(said.task))
        return _about(hall, None, said.task)
    with _concerning(hall, task, said.task):
        to = assignee(hall, case, said.to, _who_may(hall, case, task), "to")
        problems = _no_change(hall, task, to, "to")
        if task.kind == "turn" and (to.person_id is None or to.unit_id != task.unit_id):
            problems.append(Problem(_within_its_unit(hall, case), key="to"))
        if task.kind == "part" and to.unit_id == case.holder_id:
            problems.append(Problem(_("协办单位的分工不能转回主办单位"), key="to"))
        if task.kind == "opinion" and to.person_id is not None and to.person_id == task.asked_by_id:
            problems.append(Problem(_("不能转给征求意见的人自己"), key="to"))
        problems += _already_signs(hall, case, task, to, "to")
        if problems:
            raise InputInvalid(problems)

    def write() -> None:
        assert task is not None
        former = task.unit_id
        book.give_to(hall, case, task, to)
        if task.kind == "part":
            co_handle(hall, case, to.unit_id)
            _leave(hall, case, former)
        worklists.follow_tasks(hall, case)

    return _about(hall, task, said.task, {"to": to.code}, {"reason": said.reason}, write)


def _within_its_unit(hall: Hall, case: Dispute) -> str:
    """A turn stays within its unit: with the way to another unit that the case has in its state."""
    known = hall.office.engine(case.workflow, case.workflow_version).triggers_from(case.state)
    if "dispatch" in known:
        return _("本步待办只能转给本单位的另一个人；换单位请用“交办”")
    if "turn_ordinary" in known and case.outcome == "open":
        return _("本步待办只能转给本单位的另一个人；换单位请先转普通程序，再“交办”")
    return _("本步待办只能转给本单位的另一个人")


def delegate(hall: Hall, case: Dispute, said: Delegate) -> Heard:
    """委派: somebody else gives an opinion first; the task then comes back to the actor, who finishes it."""
    task, named = _own(hall, case, said.task, *_ANSWERED)
    if task is None:
        with _concerning(hall, None, named):
            refuse_nobody(hall, {"to": said.to}, *_no_such(named))
        return _about(hall, None, named)
    by = who_may(_definition(hall, case), "opinion")
    with _concerning(hall, task, named):
        to = assignee(hall, case, said.to, by, "to")
        problems = _no_change(hall, task, to, "to") or _already_signs(hall, case, task, to, "to")
        if to.person_id == hall.actor.person_id:
            problems.append(Problem(_("不能委派给自己"), key="to"))
        if task.kind == "opinion" and to.person_id is not None and to.person_id == task.asked_by_id:
            problems.append(Problem(_("不能委派给征求意见的人自己"), key="to"))
        if problems:
            raise InputInvalid(problems)

    def write() -> None:
        assert task is not None
        book.lend(hall, case, task, to)
        worklists.follow_tasks(hall, case)

    details = {"remark": said.remark} if said.remark else {}
    return _about(hall, task, named, {"to": to.code}, details, write)


def take_back(hall: Hall, case: Dispute, said: TakeBack) -> Heard:
    """撤回: a round, or a task that one has asked for or lent; without either the dispatch that is not acknowledged yet."""
    if said.approval is not None and said.task is not None:
        raise InputInvalid([Problem(_("approval、task 只写一个"), key="task")])
    if said.approval is not None:
        return approvals.take_back_round(hall, case, said.approval)
    details = {"reason": said.reason} if said.reason else {}
    if said.task is None:
        asked = hall.tree.unit(case.target_id).code if case.target_id is not None else ""
        changes = {"target_id": None} if case.target_id is not None else {}
        return Heard(facts={"has_target": False}, changes=changes, record={"from": asked}, details=details)
    task = _task(hall, case, said.task)
    lent = task is not None and task.delegated_by_id == hall.actor.person_id

    def write() -> None:
        assert task is not None
        book.tell_assignee(hall, case, task, "task_taken_back")
        if lent:
            book.give_back(hall, case, task)
        else:
            book.close_task(hall, task, "taken_back")
            if task.kind == "part":
                _leave(hall, case, task.unit_id)
        worklists.follow_tasks(hall, case)

    return _about(hall, task, said.task, {"lent": lent}, details, write)


def urge(hall: Hall, case: Dispute, said: Urge) -> Heard:
    """催办: counted, and told to whoever has the task; once a day by the same person. Nobody urges their own turn."""
    task = _task(hall, case, said.task)
    if task is None:
        return _about(hall, None, said.task)
    if said.task is None and task.person_id == hall.actor.person_id:
        message = _("这一步正由您自己办理；要催别人办的，写明是第几号待办（task）")
        raise InputInvalid([Problem(message, key="task")])
    midnight = datetime.combine(hall.today, time.min, SITE_ZONE)
    urged = queries.tasks_urged(hall.session, case, hall.actor.code, midnight)

    def write() -> None:
        assert task is not None
        task.urged += 1
        hall.session.add(task)
        book.tell_assignee(hall, case, task, "task_urged")

    details = {"remark": said.remark} if said.remark else {}
    heard = _about(hall, task, said.task, {"urged": task.urged + 1}, details, write)
    told = _("已催办{task}").format(task=book.named(hall, task))
    return replace(heard, act={**heard.act, "urged_today": task.ordinal in urged}, told=(told,))


def limit_of(hall: Hall, case: Dispute, kind: str) -> Limit | None:
    rule = _rule(hall, case, kind)
    return rule.limit if rule else None


def asked_for(hall: Hall, case: Dispute, kind: str, question: object, due_on: date | None = None) -> Asked:
    rule = _rule(hall, case, kind)
    return Asked(kind, rule.title if rule else kind, question, due_on, rule.limit if rule else None)


def in_own_time(asked: Asked, whom: Presence | Expert) -> Asked:
    """The same with the time in which whoever is asked answers by the duty rules, if they say one."""
    if whom.answer is None:
        return asked
    span = whom.answer
    own = Limit(**{span.measure: span.count}, article=whom.article, on_miss="remind_assignee")
    return replace(asked, limit=own)


def _expert(hall: Hall, case: Dispute, person: str) -> Expert | None:
    """As whom the unit that handles the case, or one above it, may ask the person."""
    return hall.office.duty.expert(person, [node.code for node in hall.tree.lineage(case.holder_id)])


def by_day(due_on: date | None) -> dict[str, str]:
    return {"due_on": due_on.isoformat()} if due_on is not None else {}


def wrong_day(hall: Hall, due_on: date | None, limit: Limit | None) -> list[Problem]:
    """Everything that is asked has a day, its own or the definition's."""
    if due_on is None:
        return [] if limit is not None else [Problem(_("要写明哪一天以前办复"), key="due_on")]
    return [] if due_on > hall.today else [Problem(_("应当晚于今天"), key="due_on")]


def checked(
    hall: Hall, case: Dispute, whom: Whom, kind: str, key: str, problems: list[Problem]
) -> Assignee | None:
    """The one named; what is wrong goes to the problems. A kind that does not live in the state is wrong, too."""
    rule = _rule(hall, case, kind)
    if rule is not None and case.state not in rule.states:
        state = _definition(hall, case).states[case.state].title
        message = _("「{kind}」在「{state}」不能提出").format(kind=rule.title, state=state)
        problems.append(Problem(message, key=key))
    try:
        return assignee(hall, case, whom, who_may(_definition(hall, case), kind), key)
    except InputInvalid as error:
        problems += error.problems
        return None


def _nothing() -> None:
    """Write nothing."""


def _about(
    hall: Hall,
    task: Task | None,
    named: int | None,
    record: Mapping[str, object] | None = None,
    details: Mapping[str, object] | None = None,
    write: Callable[[], None] = _nothing,
) -> Heard:
    """An act about a task: which one, as the guards see it. That there is none is told by them, too."""
    act = {"task": named} if named is not None else {}
    facts = {"task": standing.task_facts(hall, task)}
    if task is None:
        return Heard(act=act, facts=facts)
    kept = {"task": task.ordinal, "kind": task.kind, **standing.in_place_of(hall, task), **(record or {})}
    return Heard(act=act, facts=facts, record=kept, details=details or {}, write=write)


def _concerning(hall: Hall, task: Task | None, named: int | None) -> AbstractContextManager[None]:
    """What stands in the way of the task itself is told with what is wrong with whom it is to go to."""
    act = {"task": named} if named is not None else {}
    return concerning(act, {"task": standing.task_facts(hall, task)})


def _task(hall: Hall, case: Dispute, named: int | None) -> Task | None:
    """The task of that ordinal; the turn if none is named."""
    assert case.id is not None
    if named is None:
        return queries.turn(hall.session, case.id)
    return queries.task(hall.session, case.id, named)


def _own(hall: Hall, case: Dispute, named: int | None, *kinds: str) -> tuple[Task | None, int | None]:
    """The task of that ordinal; the actor's only one of these kinds if none is named."""
    assert case.id is not None
    wanted = named if named is not None else standing.only_mine(hall, case, *kinds)
    return queries.task(hall.session, case.id, wanted) if wanted is not None else None, wanted


def _no_such(named: int | None) -> list[Problem]:
    """That there is no task of that ordinal, in the guard's words."""
    return [] if named is None else [Problem(_("本案没有第{n}号待办").format(n=named), key="task")]


def _definition(hall: Hall, case: Dispute) -> Definition:
    return hall.office.engine(case.workflow, case.workflow_version).definition


def _rule(hall: Hall, case: Dispute, kind: str) -> TaskRule | None:
    return next((rule for name, rule in _definition(hall, case).tasks.items() if name == kind), None)


def _who_may(hall: Hall, case: Dispute, task: Task) -> By:
    """Who may be given a task that is there."""
    definition = _definition(hall, case)
    if task.kind == "turn":
        return who_may_take_turn(definition, case.state)
    found = queries.round_of(hall.session, task)
    return who_may(definition, task.kind, found.approval if found else None)


def _no_change(hall: Hall, task: Task, to: Assignee, key: str) -> list[Problem]:
    if (task.unit_id, task.person_id) == (to.unit_id, to.person_id):
        return [Problem(_("{who} 已经是承办人").format(who=spoken(hall, to)), key=key)]
    return []


def _already_signs(hall: Hall, case: Dispute, task: Task, to: Assignee, key: str) -> list[Problem]:
    """Nobody signs a round twice."""
    found = queries.round_of(hall.session, task)
    if found is None:
        return []
    problems = []
    others = [one for one in rounds.counting(hall, found) if one.id != task.id]
    if any(rounds.signer_of(hall, one).key == to.key for one in others):
        problems.append(Problem(_("{who} 已经在会签人中").format(who=spoken(hall, to)), key=key))
    if (not others or found.rule == "any") and to.person in rounds.askers(hall, case, found):
        problems.append(Problem(_("不能只由送审人自己会签"), key=key))
    return problems


def _open_part(hall: Hall, case: Dispute, to: Assignee, what: str, due_on: date | None) -> Task:
    co_handle(hall, case, to.unit_id)
    return book.open_task(hall, case, to, asked_for(hall, case, "part", what, due_on))


def co_handle(hall: Hall, case: Dispute, unit_id: int, why: str = "part") -> None:
    """The unit helps from now on, if it does not yet; the holder is no helper of itself."""
    assert case.id is not None
    if unit_id != case.holder_id and all(
        row.unit_id != unit_id for row in case_queries.co_handlers(hall.session, case.id)
    ):
        hall.session.add(CoHandler(case_id=case.id, unit_id=unit_id, why=why, since=hall.now))
        hall.session.flush()


def _leave(hall: Hall, case: Dispute, unit_id: int) -> None:
    """A unit that has no part any more, and has answered none, is no co-handler by it."""
    assert case.id is not None
    hall.session.flush()
    parts = [
        task
        for task in queries.tasks(hall.session, case.id)
        if task.kind == "part"
        and task.unit_id == unit_id
        and (task.closed_at is None or task.outcome in ANSWERED)
    ]
    for row in case_queries.co_handlers(hall.session, case.id):
        if row.unit_id == unit_id and row.why == "part" and not parts:
            hall.session.delete(row)
            hall.session.flush()

"""Rounds of approval as they go: who counts, how a round ends by its rule, whose place comes next."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from mediation.cases import looked_at
from mediation.cases import queries as case_queries
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.said_tasks import Whom
from mediation.cases.task_models import ApprovalRound, Task
from mediation.cases.tasks import book, queries, standing, turns
from mediation.cases.tasks.book import Asked, Assignee
from mediation.clock import local_day
from mediation.deadlines.calendar import spoken_due
from mediation.errors import Problem
from mediation.language import _
from mediation.workflow.definition import Approval

_GONE = frozenset({"removed", "taken_back"})


class Wanted(NamedTuple):
    """Whom a round is asked of, and with which words.

    `replaces`: the round before it. `agreed`: whoever agreed in that one to what still is as it was, by `Assignee.key`. `days`: by
    how many the deadline is to be extended; `moved`: the office's own time for the step was, by the round before.
    """

    signers: Sequence[Assignee]
    question: object
    due_on: date | None
    replaces: ApprovalRound | None
    agreed: Mapping[tuple[int, int | None], Task] = MappingProxyType({})
    days: int | None = None
    moved: bool = False


def verdict(rule: str, outcomes: Sequence[str | None]) -> str:
    """How a round stands: open, agreed or rejected. `outcomes` of those who count; None has not answered yet.

    all, in_order: everybody agrees, one who rejects ends it. any: one who agrees is enough, rejected when all have. vote:
    more than half of all must agree; rejected as soon as that cannot be reached any more.
    """
    total = len(outcomes)
    agreed = sum(outcome == "agreed" for outcome in outcomes)
    rejected = sum(outcome == "rejected" for outcome in outcomes)
    if rule == "any":
        return "agreed" if agreed else "rejected" if rejected == total else "open"
    if rule == "vote":
        if 2 * agreed > total:
            return "agreed"
        return "rejected" if 2 * (total - rejected) <= total else "open"
    if rejected:
        return "rejected"
    return "agreed" if agreed == total else "open"


def open_round(hall: Hall, case: Dispute, name: str, rule: Approval, wanted: Wanted) -> None:
    """Ask all of them at once, in order only the first, with the facts hashed as they stand now.

    Who has agreed already is not asked again: the answer is carried over, with the hashes of what it was given to.
    """
    assert case.id is not None
    former = wanted.replaces
    found = ApprovalRound(
        case_id=case.id,
        ordinal=len(queries.rounds(hall.session, case.id)) + 1,
        approval=name,
        rule=rule.rule,
        asked_by_id=hall.actor.person_id,
        asked_by_unit_id=hall.actor.unit_id,
        opened_at=hall.now,
        looked_at={
            "asked": looked_at.hashes(hall, case, rule.looks_at),
            "agreed": {},
            **({"days": wanted.days} if wanted.days else {}),
            **({"moved": True} if wanted.moved else {}),
        },
        replaces_id=former.id if former is not None else None,
    )
    hall.session.add(found)
    hall.session.flush()
    ordered = rule.rule == "in_order"
    asked = Asked("approval", rule.title, wanted.question, wanted.due_on, rule.limit)
    begun, seen = False, {}
    for position, one in enumerate(wanted.signers, start=1):
        place = position if ordered else None
        before = wanted.agreed.get(one.key)
        if before is not None and former is not None:
            kept = book.carry_over(hall, case, before, one, found, place=place, question=wanted.question)
            seen[str(kept.ordinal)] = former.looked_at["agreed"][str(before.ordinal)]
            continue
        book.open_task(hall, case, one, asked, round_id=found.id, place=place, waiting=ordered and begun)
        begun = True
    if seen:
        found.looked_at = {**found.looked_at, "agreed": seen}
        hall.session.add(found)


def task_of_round(hall: Hall, case: Dispute, ordinal: int | None) -> tuple[Task | None, ApprovalRound | None]:
    """A task by its ordinal, and its round; none if there is no such task, or it belongs to no round."""
    assert case.id is not None
    task = queries.task(hall.session, case.id, ordinal) if ordinal is not None else None
    return task, queries.round_of(hall.session, task) if task is not None else None


def open_round_of(hall: Hall, case: Dispute, approval: str) -> ApprovalRound | None:
    """The round of an approval that waits for answers."""
    assert case.id is not None
    found = standing.rounds_that_count(queries.rounds(hall.session, case.id)).get(approval)
    return found if found is not None and found.state == "open" else None


def counting(hall: Hall, found: ApprovalRound) -> list[Task]:
    """The tasks of those who count: not who was removed or taken back."""
    tasks = queries.tasks_of_round(hall.session, found.id or 0)
    return [task for task in tasks if task.outcome not in _GONE]


def askers(hall: Hall, case: Dispute, found: ApprovalRound) -> set[str]:
    """Codes of who asked for the round: whoever has it now, from whom it was taken over, and, where answers were carried over from
    the rounds before, who had asked for those.
    """
    asked = [found]
    for former in _before(hall, case, found):
        if not any(task.closed_at == asked[-1].opened_at for task in counting(hall, asked[-1])):
            break
        asked.append(former)
    return {
        code
        for one in asked
        for code in (
            case_queries.person(hall.session, one.asked_by_id).code,
            *queries.former_askers(hall.session, case, one),
        )
    }


def _before(hall: Hall, case: Dispute, found: ApprovalRound) -> Iterator[ApprovalRound]:
    """The rounds that a round replaces, the latest first."""
    assert case.id is not None
    by_id = {one.id: one for one in queries.rounds(hall.session, case.id)}
    former = by_id.get(found.replaces_id)
    while former is not None:
        yield former
        former = by_id.get(former.replaces_id)


def came_to(hall: Hall, found: ApprovalRound, task: Task, outcome: str) -> str:
    """How the round will stand after this answer."""
    return verdict(found.rule, words(hall, found, counting(hall, found), {task.ordinal: outcome}))


def words(
    hall: Hall, found: ApprovalRound, tasks: Sequence[Task], answers: Mapping[int, str] = MappingProxyType({})
) -> list[str | None]:
    """What each signer says, for the verdict; `answers`: task → what is answered now.

    Of units that have become one, the no of either is theirs, the yes only that of all.
    """
    said = [
        {answers.get(task.ordinal, task.outcome) for task in own} for own in by_signer(hall, found, tasks)
    ]
    return [
        "rejected" if "rejected" in outcomes else "agreed" if outcomes == {"agreed"} else None
        for outcomes in said
    ]


def by_signer(hall: Hall, found: ApprovalRound, tasks: Sequence[Task]) -> list[list[Task]]:
    """The tasks of each signer: one, but for units that have become one."""
    own: dict[tuple[int | None, int | None], list[Task]] = {}
    for task in tasks:
        own.setdefault(_voice(hall, found, task), []).append(task)
    return list(own.values())


def are_of_one(hall: Hall, found: ApprovalRound, one: Task, other: Task) -> bool:
    """Whether two tasks of a round are of one signer."""
    return _voice(hall, found, one) == _voice(hall, found, other)


def _voice(hall: Hall, found: ApprovalRound, task: Task) -> tuple[int | None, int | None]:
    """A unit as it stands today, or stood when the round ended; a person, who may also have lent it, speaks by the one task."""
    if task.person_id is not None or task.delegated_by_id is not None:
        return None, task.ordinal
    if found.closed_at is not None and not hall.tree.unit(task.unit_id).has_ended(local_day(found.closed_at)):
        return task.unit_id, None
    unit = hall.tree.standing(task.unit_id)
    return task.unit_id if unit is None else unit.id, None


def go_on(hall: Hall, case: Dispute, found: ApprovalRound, came: str, rule: Approval | None) -> None:
    """After an answer: the next one's place has come, or the round is over and nobody has to answer it any more."""
    hall.session.flush()
    tasks = counting(hall, found)
    if came != "open":
        close_open(hall, tasks)
        book.close_round(hall, found, came)
        _put_off_step(hall, case, found, came)
        book.tell_asker(hall, case, tasks[0], f"approval_{came}", found)
        return
    waiting = [task for task in tasks if task.closed_at is None]
    if waiting and all(task.waiting for task in waiting):
        book.start(hall, case, waiting[0], None, rule.limit if rule else None)


def days_to_put_off(found: ApprovalRound, came: str) -> int | None:
    """By how many days the office's own time for the present step is put off, now that the round has come to this: once for what is asked."""
    if came != "agreed" or found.looked_at.get("moved"):
        return None
    days = found.looked_at.get("days")
    return int(days) if days else None


def _put_off_step(hall: Hall, case: Dispute, found: ApprovalRound, came: str) -> None:
    """延期审批 moves the office's own target by itself; the law's limit moves by the consent of all parties alone (`extend`)."""
    days = days_to_put_off(found, came)
    if days is None:
        return
    due = turns.put_off(hall, case, days)
    if due is None:
        hall.came_of_it.append(_("这一步的期限没有动：延长以后仍然已经届满，或者这一步没有期限"))
        return
    found.looked_at = {**found.looked_at, "moved": True}
    hall.session.add(found)
    hall.came_of_it.append(_("这一步的期限延到{day}").format(day=spoken_due(due)))


def close_open(hall: Hall, tasks: Sequence[Task]) -> None:
    """Nobody keeps a to-do of a round that is over."""
    for task in tasks:
        if task.closed_at is None:
            book.close_task(hall, task, "not_needed")


def place_for(
    found: ApprovalRound, counting: Sequence[Task], wanted: int | None
) -> tuple[int | None, list[Problem]]:
    """The place of a further signer, after all who have answered or whose turn it is."""
    if found.rule != "in_order":
        problem = Problem(_("不按顺序会签的，不用写 place"), key="place")
        return None, [problem] if wanted is not None else []
    begun = max((task.place or 0 for task in counting if not task.waiting), default=0)
    last = max((task.place or 0 for task in counting), default=0)
    place = last + 1 if wanted is None else wanted
    if begun < place <= last + 1:
        return place, []
    message = _("应当在第{first}至第{last}位之间：前面的已经轮到").format(first=begun + 1, last=last + 1)
    return place, [Problem(message, key="place")]


def question_of(tasks: Sequence[Task]) -> object:
    """The words with which a round was asked."""
    return next((task.question for task in tasks if task.question), None)


def signer_of(hall: Hall, task: Task) -> Assignee:
    """Who signs for a task: whoever lent it out, if somebody did."""
    lent = task.delegated_by_unit_id is not None
    unit_id = task.delegated_by_unit_id if task.delegated_by_unit_id is not None else task.unit_id
    person_id = task.delegated_by_id if lent else task.person_id
    person = case_queries.person(hall.session, person_id).code if person_id is not None else None
    return Assignee(unit_id, case_queries.unit(hall.session, unit_id).code, person_id, person)


def signer_now(hall: Hall, task: Task) -> Assignee:
    """The same today: where the unit was merged, at what it was merged into."""
    found = signer_of(hall, task)
    unit = hall.tree.standing(found.unit_id)
    return found if unit is None else replace(found, unit_id=unit.id, unit=unit.code)


def is_named(signer: Assignee, whom: Whom) -> bool:
    """Whether these words name the signer."""
    if whom.person is not None:
        return signer.person == whom.person and whom.unit in {None, signer.unit}
    return signer.person is None and signer.unit == whom.unit

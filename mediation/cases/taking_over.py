"""Other mediators are on a case: what those who are off it had arranged, promised and asked for goes to who presides; the parties are
told of who presides now, and where that one stays, those who are to be met or were promised something of what has gone over.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mediation.cases import queries, worklists
from mediation.cases.appointments import queries as appointments
from mediation.cases.appointments.arranging import clashing, when
from mediation.cases.hall import Hall
from mediation.cases.inputs import MediatorSaid
from mediation.cases.models import Dispute
from mediation.cases.outgoing import post_outbox
from mediation.cases.side_models import Appointment
from mediation.cases.task_models import ApprovalRound, Task
from mediation.cases.tasks import book
from mediation.cases.tasks import queries as task_queries
from mediation.cases.tasks.book import Assignee
from mediation.language import _
from mediation.people.models import Person, Post

Chosen = Sequence[tuple[MediatorSaid, Person, Post]]


@dataclass(frozen=True)
class TakenOver:
    """What goes to whom, and of whom the parties hear: nobody, where who presides stays.

    `asked`: tasks that somebody else is to do; `rounds`: those of approval that are open.
    """

    to: tuple[Person, Post] | None = None
    heard_of: Person | None = None
    appointments: Sequence[Appointment] = ()
    promises: Sequence[Task] = ()
    asked: Sequence[Task] = ()
    rounds: Sequence[tuple[ApprovalRound, str]] = ()
    told: tuple[str, ...] = field(default=())

    @property
    def record(self) -> dict[str, Any]:
        """For the trail."""
        moved: dict[str, Any] = {
            "appointments": [row.ordinal for row in self.appointments],
            "promises": [task.ordinal for task in self.promises],
            "asked": [task.ordinal for task in self.asked],
            "approvals": {str(row.ordinal): asker for row, asker in self.rounds},
        }
        moved = {what: which for what, which in moved.items() if which}
        return {"moved": moved} if moved else {}


def taken_over(hall: Hall, case: Dispute, chosen: Chosen) -> TakenOver:
    """What comes of these being on the case from now on instead of those who are, or were before another unit took it."""
    assert case.id is not None
    before = [
        row for row in queries.last_on_case(hall.session, case.id).values() if row.ended_at != row.assigned_at
    ]
    presiding = next(((person, post) for one, person, post in chosen if one.role == "presiding"), None)
    if not before or presiding is None:
        return TakenOver()
    staying = {person.id for _one, person, _post in chosen}
    gone = {row.person_id for row in before} - staying
    kept = [row for row in appointments.planned_of_case(hall.session, case.id) if row.person_id in gone]
    requests = queries.open_requests(hall.session, case.id)
    promises = [task for task in requests if task.kind == "promise" and task.person_id in gone]
    asked = sorted((task for task in requests if task.asked_by_id in gone), key=lambda task: task.ordinal)
    codes = {row.person_id: queries.person(hall.session, row.person_id).code for row in before}
    rounds = [
        (row, codes[row.asked_by_id])
        for row in task_queries.rounds(hall.session, case.id)
        if row.state == "open" and row.asked_by_id in gone
    ]
    last = max((row for row in before if row.role == "presiding"), key=lambda row: row.id or 0, default=None)
    heard_of = presiding[0] if last is None or last.person_id != presiding[0].id else None
    found = TakenOver(presiding, heard_of, kept, promises, asked, rounds)
    return replace(found, told=tuple(_told(hall, case, found)))


def _told(hall: Hall, case: Dispute, found: TakenOver) -> Iterable[str]:
    assert found.to is not None
    to, kept = found.to[0], found.appointments
    others = len(
        {task.ordinal for task in found.asked if task.round_id is None}
        - {one.ordinal for one in found.promises}
    )
    asked = others + len(found.rounds)
    if kept or found.promises or asked:
        message = _(
            "原经办人在本案约好的见面（{appointments}次）、答应的事（{promises}件）、请人办的事（{asked}件）由{name}接着办"
        )
        yield message.format(appointments=len(kept), promises=len(found.promises), asked=asked, name=to.name)
    message = _("{number} 约定的时间（{when}）与 {name} 的其他约定冲突，请另约")
    number = case.number or case.temporary_number
    for row in kept:
        if clashing(hall, row, to.id):
            yield message.format(number=number, when=when(row), name=to.name)


def hand_on(hall: Hall, case: Dispute, found: TakenOver) -> None:
    """Carry it out, once the new ones are on the case."""
    if found.to is None:
        return
    person, post = found.to
    assert person.id is not None
    for row in found.appointments:
        row.person_id = person.id
        hall.session.add(row)
    unit = hall.tree.unit(post.unit_id)
    for task in found.promises:
        book.give_to(hall, case, task, Assignee(unit.id, unit.code, person.id, person.code))
    for asked in (*found.asked, *(row for row, _asker in found.rounds)):
        asked.asked_by_id, asked.asked_by_unit_id = person.id, post.unit_id
        hall.session.add(asked)
    if found.promises:
        worklists.follow_tasks(hall, case)
    for party, matters in _concerned(hall, case, found).items():
        told = {"matters": matters} if matters else {}
        post_outbox(
            hall, case, "notice", {"notice": "handed_over", "party": party, "person": person.code, **told}
        )


def _concerned(hall: Hall, case: Dispute, found: TakenOver) -> dict[int, list[str]]:
    """The parties that are to hear of it: all of who presides now; else by what has gone over, with which of the two."""
    if found.heard_of is not None:
        return {party.ordinal: [] for party in queries.parties(hall.session, case.id or 0)}
    return matters_of(found.appointments, found.promises)


def matters_of(appointments: Iterable[Appointment], promises: Iterable[Task]) -> dict[int, list[str]]:
    """The parties that are to be met, or were promised something, by ordinal, with which of the two."""
    found: dict[int, list[str]] = {}
    for row in appointments:
        for party in row.told:
            found.setdefault(party, []).append("appointments")
    for task in promises:
        found.setdefault(task.question["party"], []).append("promises")
    return {party: list(dict.fromkeys(matters)) for party, matters in sorted(found.items())}

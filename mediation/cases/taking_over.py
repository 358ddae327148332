"""Other mediators are on a case: what those who are off it had arranged and promised goes to who presides; the parties are told."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from mediation.cases import queries, worklists
from mediation.cases.appointments import queries as appointments
from mediation.cases.appointments.arranging import clashing, when
from mediation.cases.hall import Hall
from mediation.cases.inputs import MediatorSaid
from mediation.cases.models import Dispute
from mediation.cases.outgoing import post_outbox
from mediation.cases.side_models import Appointment
from mediation.cases.task_models import Task
from mediation.cases.tasks import book
from mediation.cases.tasks.book import Assignee
from mediation.language import _
from mediation.people.models import Person, Post

Chosen = Sequence[tuple[MediatorSaid, Person, Post]]


@dataclass(frozen=True)
class TakenOver:
    """What goes to whom, and of whom the parties hear: nobody, where no one new comes and no one else presides."""

    to: tuple[Person, Post] | None = None
    heard_of: Person | None = None
    appointments: Sequence[Appointment] = ()
    promises: Sequence[Task] = ()
    told: tuple[str, ...] = field(default=())

    @property
    def record(self) -> dict[str, Any]:
        """For the trail."""
        moved = {
            "appointments": [row.ordinal for row in self.appointments],
            "promises": [task.ordinal for task in self.promises],
        }
        return {"moved": moved} if any(moved.values()) else {}


def taken_over(hall: Hall, case: Dispute, chosen: Chosen) -> TakenOver:
    """What comes of these being on the case from now on instead of those who are."""
    assert case.id is not None
    before = queries.mediators(hall.session, case.id)
    presiding = next(((person, post) for one, person, post in chosen if one.role == "presiding"), None)
    if not before or presiding is None:
        return TakenOver()
    staying = {person.id for _one, person, _post in chosen}
    gone = {person.id for _row, person, _post in before} - staying
    kept = [row for row in appointments.planned_of_case(hall.session, case.id) if row.person_id in gone]
    promises = [
        task
        for task in queries.open_tasks(hall.session, case.id)
        if task.kind == "promise" and task.person_id in gone
    ]
    return TakenOver(
        presiding,
        _new(before, chosen, presiding[0]),
        kept,
        promises,
        tuple(_told(hall, case, presiding[0], kept, promises)),
    )


def _new(before: Iterable[tuple[Any, Person, Post]], chosen: Chosen, presiding: Person) -> Person | None:
    """Who presides, if that is somebody else; or else the first who was not on the case."""
    was = {person.id: row.role for row, person, _post in before}
    if was.get(presiding.id) != "presiding":
        return presiding
    return next((person for _one, person, _post in chosen if person.id not in was), None)


def _told(
    hall: Hall, case: Dispute, to: Person, kept: Sequence[Appointment], promises: Collection[Task]
) -> Iterable[str]:
    if kept or promises:
        message = _("原经办人在本案约好的见面（{appointments}次）、答应的事（{promises}件）由{name}接着办")
        yield message.format(appointments=len(kept), promises=len(promises), name=to.name)
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
    if found.promises:
        worklists.follow_tasks(hall, case)
    if found.heard_of is None:
        return
    for party in queries.parties(hall.session, case.id or 0):
        payload = {"notice": "handed_over", "party": party.ordinal, "person": found.heard_of.code}
        post_outbox(hall, case, "notice", payload)

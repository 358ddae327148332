"""What a person has in hand, case by case, and what of it a hand-over once moved."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session

from mediation.cases import queries as case_queries
from mediation.cases.models import CaseMediator, Dispute
from mediation.cases.side_models import Appointment
from mediation.cases.succession import queries
from mediation.cases.task_models import ApprovalRound, Task

KINDS: Mapping[str, str] = {
    "roles": "调解、记录",
    "tasks": "待办",
    "lent": "委派出去的",
    "asked": "提出的待办",
    "approvals": "送审的会签",
    "appointments": "约定",
    "first_receiver": "首问责任",
    "leader": "包案",
}
"""The kinds of what is in hand, in words."""


@dataclass
class InHand:
    """One case: roles, tasks to do, lent or asked for, approvals asked for, appointments, the duty of the first receiver."""

    case: Dispute
    roles: list[CaseMediator] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    lent: list[Task] = field(default_factory=list)
    asked: list[Task] = field(default_factory=list)
    rounds: list[ApprovalRound] = field(default_factory=list)
    appointments: list[Appointment] = field(default_factory=list)
    receives: bool = False
    leads: bool = False

    @property
    def number(self) -> str:
        """How people call the case."""
        return self.case.number or self.case.temporary_number

    @property
    def is_empty(self) -> bool:
        return not any(self.told().values())

    def enter(self, task: Task, person_id: int) -> None:
        """A task, as whatever it is to the person: to do, lent out, asked for."""
        for rows, whose in (
            (self.tasks, task.person_id),
            (self.lent, task.delegated_by_id),
            (self.asked, task.asked_by_id),
        ):
            if whose == person_id:
                rows.append(task)

    def told(self) -> dict[str, Any]:
        """The same as codes and ordinals, for the trail and for giving back."""
        return {
            "roles": [row.role for row in self.roles],
            "tasks": [row.ordinal for row in self.tasks],
            "lent": [row.ordinal for row in self.lent],
            "asked": [row.ordinal for row in self.asked],
            "approvals": [row.ordinal for row in self.rounds],
            "appointments": [row.ordinal for row in self.appointments],
            "first_receiver": self.receives,
            "leader": self.leads,
        }

    def only(self, recorded: Mapping[str, Any]) -> "InHand":
        """What of it was moved by the hand-over that recorded this; a task that had been lent, to the successor too, may be the
        successor's own by now.
        """
        own_by_now = {*recorded["tasks"], *recorded["lent"]}
        return InHand(
            self.case,
            [row for row in self.roles if row.role in recorded["roles"]],
            [row for row in self.tasks if row.ordinal in own_by_now],
            [row for row in self.lent if row.ordinal in recorded["lent"]],
            [row for row in self.asked if row.ordinal in recorded["asked"]],
            [row for row in self.rounds if row.ordinal in recorded["approvals"]],
            [row for row in self.appointments if row.ordinal in recorded["appointments"]],
            self.receives and recorded["first_receiver"],
            self.leads and recorded["leader"],
        )

    def going_back(self, recorded: Mapping[str, Any], since: datetime, *, has_turn: bool) -> "InHand":
        """What of it was moved by the hand-over of that time that recorded this, and what a role that goes back has brought since.

        `has_turn`: the turn is the mediator's. With a role that stays it stays, and so do the talks.
        """
        back = self.only(recorded)
        back.roles = [row for row in back.roles if row.assigned_at == since]
        goes, stays = bool(back.roles), bool(self.roles) and not back.roles

        def is_new(moment: datetime | None) -> bool:
            return goes and moment is not None and moment >= since

        def is_mine(task: Task) -> bool:
            if task.kind == "turn" and has_turn:
                return goes or (task in back.tasks and not stays)
            return task in back.tasks or (task.kind == "promise" and is_new(task.opened_at))

        def is_kept(row: Appointment) -> bool:
            if row.kind == "session":
                return goes or (row in back.appointments and not stays)
            return row in back.appointments or is_new(row.changed_at)

        back.tasks = [task for task in self.tasks if is_mine(task)]
        back.asked = [task for task in self.asked if task in back.asked or is_new(task.opened_at)]
        back.rounds = [row for row in self.rounds if row in back.rounds or is_new(row.opened_at)]
        back.appointments = [row for row in self.appointments if is_kept(row)]
        return back


def held_kinds(own: InHand) -> dict[str, int]:
    """The kinds of what is in hand in a case, each with how many there are."""
    return kinds_of(own.told())


def kinds_of(told: Mapping[str, Any]) -> dict[str, int]:
    """The same of what a hand-over has moved in a case."""
    found = {kind: len(told[kind]) if isinstance(told[kind], list) else int(told[kind]) for kind in KINDS}
    return {kind: count for kind, count in found.items() if count}


def in_hand(session: Session, person_id: int, *, leads: bool = True) -> list[InHand]:
    """All that a person has in hand now, by case, oldest first."""
    found: dict[int, InHand] = {}

    def of(case_id: int) -> InHand:
        if case_id not in found:
            found[case_id] = InHand(case_queries.case_for_system(session, case_id))
        return found[case_id]

    for row in queries.mediating(session, person_id):
        of(row.case_id).roles.append(row)
    for task in queries.tasks(session, person_id):
        of(task.case_id).enter(task, person_id)
    for asked in queries.rounds(session, person_id):
        of(asked.case_id).rounds.append(asked)
    for appointment in queries.appointments(session, person_id):
        of(appointment.case_id).appointments.append(appointment)
    for case in queries.received(session, person_id):
        of(case.id or 0).receives = True
    for case in queries.led(session, person_id) if leads else ():
        of(case.id or 0).leads = True
    return [found[case_id] for case_id in sorted(found)]

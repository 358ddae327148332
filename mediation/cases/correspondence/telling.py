"""What a notice may say to one reader, inside or outside: the facts, cut to what that reader may see there."""

from datetime import datetime
from typing import Any

from mediation.cases import queries
from mediation.cases.appointments import queries as appointments
from mediation.cases.correspondence.readers import Addressed
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.tasks import queries as task_queries
from mediation.clock import SITE_ZONE, local_day
from mediation.deadlines import queries as deadline_queries
from mediation.deadlines.calendar import last_day, spoken_day, spoken_due
from mediation.errors import NotFound
from mediation.language import _
from mediation.notices.facts import (
    AppointmentFacts,
    CaseFacts,
    NoticeFacts,
    OfficeFacts,
    PersonFacts,
    ReaderFacts,
    TaskFacts,
    UnitFacts,
)
from mediation.notices.readers import Reader, masked_name
from mediation.people import queries as people
from mediation.units import queries as units
from mediation.workflow.diagram import PHASE_TITLES

_OF_IDS = frozenset({"notice", "unit", "person", "party", "task", "appointment", "actor"})
_LONGEST = 60
"""Characters of a title or a place that a notice has room for."""


class Telling:
    """One row of the outbox, looked up once for all its readers."""

    def __init__(self, hall: Hall, row: Addressed) -> None:
        self._hall = hall
        self._row = row
        self._unit = _unit(hall, row)
        self._person = _person(hall, row)
        self._task = _task(hall, row)
        self._appointment = _appointment(hall, row)
        self._office = office_of(hall, row.case) if row.case is not None else None
        self._case = _case(hall, row.case) if row.case is not None else None
        self._payload = {
            key: value for key, value in row.payload.items() if key not in _OF_IDS and _is_plain(value)
        }

    def facts(self, reader: Reader, *, outward: bool) -> NoticeFacts:
        """Everything that the notice may say to the reader there."""
        office = self._hall.office
        return NoticeFacts(
            site=office.site_name,
            sample=office.sample,
            today=self._hall.today.isoformat(),
            outward=outward,
            reader=ReaderFacts(
                kind="party" if reader.is_party else "staff",
                name=masked_name(reader.name) if outward else reader.name,
                unit=reader.unit_name,
            ),
            case=self._case_for(reader, outward=outward),
            unit=self._unit,
            person=self._person,
            task=self._task,
            appointment=self._appointment,
            office=self._office,
            payload=self._payload,
        )

    def _case_for(self, reader: Reader, *, outward: bool) -> CaseFacts | None:
        """To a party and to whoever reads outside the title is not told: it often names the others."""
        found, case = self._case, self._row.case
        if found is None or case is None:
            return None
        if not reader.sees:
            hidden = {"number": "", "state": "", "next_step": "", "due": None, "late": False, "limit": None}
            return found.model_copy(update={**hidden, "called": _("您经办过的一件纠纷")})
        if outward or reader.is_party:
            return found
        called = _("{number}（{title}）").format(number=found.number, title=str(case.title)[:_LONGEST])
        return found.model_copy(update={"called": called})


def office_of(hall: Hall, case: Dispute) -> OfficeFacts:
    """Where the parties of the case can ask."""
    found = units.competent_committee(hall.session, case.holder_id, hall.today)
    if found is None:
        return OfficeFacts(name=hall.tree.unit(case.holder_id).name)
    return OfficeFacts(name=found.name, phone=found.phone or "", address=found.address or "")


def _is_plain(value: object) -> bool:
    if isinstance(value, list):
        return all(isinstance(one, str | int | None) for one in value)
    return isinstance(value, str | int | None)


def _case(hall: Hall, case: Dispute) -> CaseFacts:
    """The case by its number alone."""
    assert case.id is not None
    state = hall.office.engine(case.workflow, case.workflow_version).state(case.state)
    limit = deadline_queries.running(hall.session, case.id, "mediation_limit")
    number = case.number or case.temporary_number
    return CaseFacts(
        number=number,
        called=number,
        stage=_(PHASE_TITLES[state.phase]),
        state=state.title,
        next_step=state.task or "",
        holder=hall.tree.unit(case.holder_id).name,
        due=spoken_due(case.due_at) if case.due_at is not None and case.open else None,
        late=case.due_at is not None and case.due_at <= hall.now,
        limit=spoken_day(last_day(limit.due_at)) if limit is not None else None,
        received_on=local_day(case.received_at).isoformat(),
    )


def _unit(hall: Hall, row: Addressed) -> UnitFacts | None:
    code = str(row.payload.get("unit") or "")
    try:
        return UnitFacts(name=units.unit(hall.session, code).name) if code else None
    except NotFound:
        return None


def _person(hall: Hall, row: Addressed) -> PersonFacts | None:
    code = str(row.payload.get("person") or "")
    try:
        found = people.person(hall.session, code) if code else None
    except NotFound:
        return None
    if found is None:
        return None
    held = people.posts_of(hall.session, found.id or 0)
    post = next(iter(held), None)
    return PersonFacts(
        name=found.name,
        post=post.title if post is not None else "",
        unit=queries.unit(hall.session, post.unit_id).name if post is not None else "",
    )


def _task(hall: Hall, row: Addressed) -> TaskFacts | None:
    ordinal, case = row.payload.get("task"), row.case
    if not isinstance(ordinal, int) or case is None or case.id is None:
        return None
    task = task_queries.task(hall.session, case.id, ordinal)
    if task is None:
        return None
    rule = next(
        (
            rule
            for kind, rule in hall.office.engine(
                case.workflow, case.workflow_version
            ).definition.tasks.items()
            if kind == task.kind
        ),
        None,
    )
    asker = queries.person(hall.session, task.asked_by_id).name if task.asked_by_id is not None else ""
    return TaskFacts(
        kind=rule.title if rule is not None else task.title,
        asked_by=asker,
        due=spoken_due(task.due_at) if task.due_at is not None else None,
        late=task.due_at is not None and task.due_at <= hall.now,
    )


def _appointment(hall: Hall, row: Addressed) -> AppointmentFacts | None:
    ordinal, case_id = row.payload.get("appointment"), row.case_id
    if not isinstance(ordinal, int) or case_id is None:
        return None
    found = next(
        (one for one in appointments.appointments(hall.session, case_id) if one.ordinal == ordinal), None
    )
    if found is None:
        return None
    kind: Any = found.kind
    return AppointmentFacts(
        kind=kind,
        starts_at=_moment(found.starts_at),
        place=str(found.place)[:_LONGEST],
        keeper=queries.person(hall.session, found.person_id).name,
    )


def _moment(moment: datetime) -> str:
    return moment.astimezone(SITE_ZONE).isoformat()

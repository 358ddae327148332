"""会商: units that a dispute concerns meet, decide who does what by when, and leave minutes. The holder leads."""

from collections.abc import Collection, Iterable
from datetime import datetime

from mediation.audit import queries as trail
from mediation.audit.models import AuditEvent
from mediation.cases import collaboration, outgoing, queries, worklists
from mediation.cases.hall import Hall, Heard
from mediation.cases.models import CoHandler, Dispute
from mediation.cases.said_joint import CallConference, PartSaid, RecordConference
from mediation.cases.said_tasks import Whom
from mediation.cases.side_models import Appointment, Conference
from mediation.clock import local_day
from mediation.errors import InputInvalid, NotFound, Problem
from mediation.language import _
from mediation.people import queries as people
from mediation.units.tree import Node

_ACTS = frozenset({"call_conference", "arrange", "cancel_appointment"})


def call_conference(hall: Hall, case: Dispute, said: CallConference) -> Heard:
    """召集会商: the units asked become co-handlers, so that they see the file, and are told."""
    assert case.id is not None
    case_id = case.id
    problems: list[Problem] = []
    units = units_of(hall, case, said.units, "units", problems)
    if said.starts_at < hall.now:
        problems.append(Problem(_("会商时间早于现在；已经开过的，请直接办理“记录会商”"), key="starts_at"))
    if problems:
        raise InputInvalid(problems)
    subject = said.subject or str(case.title)
    ordinal = queries.appointments_so_far(hall.session, case_id) + 1

    def write() -> None:
        hall.session.add(
            Appointment(
                case_id=case_id,
                ordinal=ordinal,
                kind="conference",
                person_id=hall.actor.person_id,
                starts_at=said.starts_at,
                place=said.place,
                told=[],
                changed_at=hall.now,
            )
        )
        call(hall, case, units, ordinal)

    return Heard(
        record={
            "units": [unit.code for unit in units],
            "starts_at": said.starts_at.isoformat(),
            "appointment": ordinal,
        },
        details={"place": said.place, "subject": subject},
        write=write,
    )


def call(hall: Hall, case: Dispute, units: Collection[Node], appointment: int) -> None:
    """The units co-handle from now on, and are told when and where the conference is."""
    _join(hall, case, units, "conference")
    for unit in units:
        payload = {"notice": "conference_called", "unit": unit.code, "appointment": appointment}
        outgoing.post_outbox(hall, case, "notice", payload)


def asked(hall: Hall, case: Dispute, row: Appointment) -> list[str]:
    """The units that were asked to a conference, as the trail tells; some may be no more."""
    found = [
        unit
        for event in trail.events_of(hall.session, case.public_id)
        if is_about(event, row)
        for unit in event.facts.get("units", ())
    ]
    return list(dict.fromkeys(found))


def called(hall: Hall, case: Dispute, row: Appointment) -> list[str]:
    """The same as they stand: in place of one that was merged, what it was merged into, unless that leads the case itself."""
    found = []
    for code in asked(hall, case, row):
        unit = hall.tree.heir(code)
        if unit is not None and (unit.code == code or unit.id != case.holder_id):
            found.append(unit.code)
    return list(dict.fromkeys(found))


def is_about(event: AuditEvent, row: Appointment) -> bool:
    """Does the event arrange or cancel this conference? Older ones of the act that calls tell its time alone."""
    if event.act not in _ACTS:
        return False
    if "appointment" in event.facts:
        return bool(event.facts["appointment"] == row.ordinal)
    return datetime.fromisoformat(event.facts["starts_at"]) == row.starts_at


def record_conference(hall: Hall, case: Dispute, said: RecordConference) -> Heard:
    """记录会商: minutes with attendance and decisions; each part is a task of the unit that has it."""
    assert case.id is not None
    case_id = case.id
    problems = _wrong_times(hall, case, said)
    present = _attending(hall, said, problems)
    parts = units_of(hall, case, [part.unit for part in said.parts], "parts", problems)
    for at, unit in enumerate(parts):
        collaboration.checked(hall, case, Whom(unit=unit.code), "part", f"parts[{at}].unit", problems)
    problems += _wrong_days(hall, said.parts)
    try:
        chair = people.person(hall.session, said.chair)
        if chair.name not in {one.name for one in said.attendees}:
            message = _("主持人{name}没有列在参加会商的人里")
            problems.append(Problem(message.format(name=chair.name), key="chair"))
    except NotFound as error:
        problems.append(Problem(str(error), key="chair"))
    if problems:
        raise InputInvalid(problems)
    ordinal = queries.tally(hall.session, case_id).conferences + 1

    def write() -> None:
        _join(hall, case, [unit for unit in present if unit.id != case.holder_id], "conference")
        assert chair.id is not None
        hall.session.add(
            Conference(
                case_id=case_id,
                ordinal=ordinal,
                held_from=said.held_from,
                held_to=said.held_to,
                chair_id=chair.id,
                units=[unit.code for unit in present],
                parts={part.unit: part.due_on.isoformat() for part in said.parts},
                leader_id=case.leader_id,
                minutes=_minutes(hall, case, said),
            )
        )
        _keep_appointments(hall, case, said.held_to or said.held_from, [unit.code for unit in present])
        for unit, part in zip(parts, said.parts, strict=True):
            collaboration.open_part(hall, case, unit, part.what, part.due_on)
        worklists.follow_tasks(hall, case)

    return Heard(
        facts={"conferences": ordinal},
        record={
            "conference": ordinal,
            "units": [unit.code for unit in present],
            "parts": [f"{part.unit}:{part.due_on.isoformat()}" for part in said.parts],
        },
        details={
            "place": said.place,
            "attendees": [one.model_dump() for one in said.attendees],
            "body": list(said.body),
            "decisions": list(said.decisions),
        },
        write=write,
    )


def units_of(
    hall: Hall, case: Dispute, codes: Iterable[str], key: str, problems: list[Problem]
) -> list[Node]:
    """The units of these codes; the holder is none of them, since it leads."""
    found: list[Node] = []
    for at, code in enumerate(codes):
        try:
            unit = hall.tree.by_code(code)
        except NotFound as error:
            problems.append(Problem(str(error), key=f"{key}[{at}]"))
            continue
        if unit.id == case.holder_id:
            message = _("{unit}是主办（牵头）单位，不用再列为协办").format(unit=unit.name)
            problems.append(Problem(message, key=f"{key}[{at}]"))
        elif unit in found:
            problems.append(Problem(_("{unit}列了两次").format(unit=unit.name), key=f"{key}[{at}]"))
        else:
            found.append(unit)
    return found


def _attending(hall: Hall, said: RecordConference, problems: list[Problem]) -> list[Node]:
    """The units at the table, at least two: one unit alone does not confer."""
    present: dict[str, Node] = {}
    for at, one in enumerate(said.attendees):
        try:
            present[one.unit] = hall.tree.by_code(one.unit)
        except NotFound as error:
            problems.append(Problem(str(error), key=f"attendees[{at}].unit"))
    if len(present) == 1:
        problems.append(Problem(_("只有一个单位参加，不成会商"), key="attendees"))
    return list(present.values())


def _wrong_times(hall: Hall, case: Dispute, said: RecordConference) -> list[Problem]:
    problems = []
    if said.held_from > hall.now:
        problems.append(Problem(_("不能记录还没有开始的会商"), key="held_from"))
    elif said.held_to is not None and said.held_to > hall.now:
        problems.append(Problem(_("结束时间晚于现在；会商结束以后再记录"), key="held_to"))
    elif local_day(said.held_from) < local_day(case.received_at):
        problems.append(Problem(_("早于纠纷登记的日期"), key="held_from"))
    if said.held_to is not None and said.held_to < said.held_from:
        problems.append(Problem(_("结束时间早于开始时间"), key="held_to"))
    return problems


def _wrong_days(hall: Hall, parts: Iterable[PartSaid]) -> list[Problem]:
    message = _("分工的期限应当晚于今天，不能是 {day}")
    return [
        Problem(message.format(day=part.due_on.isoformat()), key=f"parts[{at}].due_on")
        for at, part in enumerate(parts)
        if part.due_on <= hall.today
    ]


def _minutes(hall: Hall, case: Dispute, said: RecordConference) -> dict[str, object]:
    return {
        "place": said.place,
        "subject": said.subject or str(case.title),
        "attendees": [
            {"unit": hall.tree.by_code(one.unit).name, "name": one.name, "post": one.post or ""}
            for one in said.attendees
        ],
        "body": list(said.body),
        "decisions": list(said.decisions),
        "parts": [
            {
                "unit": hall.tree.by_code(part.unit).name,
                "what": part.what,
                "due_on": part.due_on.isoformat(),
            }
            for part in said.parts
        ],
    }


def _join(hall: Hall, case: Dispute, units: Iterable[Node], why: str) -> None:
    assert case.id is not None
    present = {row.unit_id for row in queries.co_handlers(hall.session, case.id)} | {case.holder_id}
    for unit in units:
        if unit.id not in present:
            hall.session.add(CoHandler(case_id=case.id, unit_id=unit.id, why=why, since=hall.now))
    worklists.refresh_reach(hall, case)


def _keep_appointments(hall: Hall, case: Dispute, held_to: datetime, present: Collection[str]) -> None:
    """What was to have begun by then has been kept; else what was planned next, if all who were called to it have met earlier."""
    planned = sorted(queries.planned(hall.session, case.id or 0, "conference"), key=lambda row: row.starts_at)
    kept = [row for row in planned if row.starts_at <= held_to]
    if not kept:
        kept = [
            row for row in planned[:1] if (units := called(hall, case, row)) and set(units) <= set(present)
        ]
    for row in kept:
        row.state = "kept"
        hall.session.add(row)

"""约定时间, 取消约定: nobody is to be in two places at once without a reason; the parties are told."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from mediation.cases import conference, parties
from mediation.cases import queries as case_queries
from mediation.cases.appointments import calling, queries
from mediation.cases.appointments.said import Arrange, CancelAppointment
from mediation.cases.hall import Hall, Heard
from mediation.cases.models import Dispute
from mediation.cases.outgoing import post_outbox
from mediation.cases.side_models import Appointment
from mediation.clock import SITE_ZONE, local_day
from mediation.errors import InputInvalid, NotFound, Problem
from mediation.language import _, joined
from mediation.people import queries as people
from mediation.people.models import Person
from mediation.units.tree import Node, is_within

USUAL = timedelta(hours=1)
LONGEST = timedelta(days=1)
KINDS: Mapping[str, str] = {"session": "调解", "visit": "回访", "conference": "会商"}
_FARTHEST = timedelta(days=366)


def arrange(hall: Hall, case: Dispute, said: Arrange) -> Heard:
    """A talk is kept by a mediator or the recorder of the case, anything else by whoever holds a post."""
    assert case.id is not None
    case_id = case.id
    problems = _wrong_times(hall, said)
    try:
        parties.named(hall, case, said.told, "told")
    except InputInvalid as error:
        problems += error.problems
    keeper = _keeper(hall, case, said, problems)
    units = calling.to_call(hall, case, said, problems)
    stands = calling.standing(hall, case, said)
    if stands is not None:
        problems += _otherwise(hall, case, said, stands, units)
    if problems or keeper is None:
        raise InputInvalid(problems)
    if stands is not None:
        return _called_besides(hall, case, said, stands, units)
    assert keeper.id is not None
    ordinal = case_queries.appointments_so_far(hall.session, case_id) + 1
    row = Appointment(
        case_id=case_id,
        ordinal=ordinal,
        kind=said.kind,
        person_id=keeper.id,
        starts_at=said.starts_at,
        ends_at=said.ends_at,
        place=said.place,
        told=sorted(set(said.told)),
        changed_at=hall.now,
    )
    if not said.despite:
        people.hold(hall.session, keeper.id)  # so that two do not take the same hour for two cases
    clashes = [] if said.despite else clashing(hall, row)

    def write() -> None:
        hall.session.add(row)
        _tell(hall, case, [row], "appointment_arranged")
        if units:
            conference.call(hall, case, units, ordinal)

    return Heard(
        act={"clashes": tuple(when(other) for other in clashes)},
        record={
            "appointment": ordinal,
            "kind": said.kind,
            "person": keeper.code,
            "starts_at": said.starts_at.isoformat(),
            "told": sorted(set(said.told)),
            "despite": bool(said.despite),
            **({"units": [unit.code for unit in units]} if units else {}),
        },
        details={"place": said.place, **({"despite": said.despite} if said.despite else {})},
        write=write,
        told=_of_calls(units) if said.kind == "conference" else (),
    )


def cancel_appointment(hall: Hall, case: Dispute, said: CancelAppointment) -> Heard:
    """What is planned will not take place."""
    assert case.id is not None
    rows = {row.ordinal: row for row in queries.planned_of_case(hall.session, case.id)}
    row = rows.get(said.ordinal)
    if row is None:
        known = joined(str(ordinal) for ordinal in rows) or _("无")
        message = _("没有第 {n} 项待赴的约定；现有：{known}")
        raise InputInvalid([Problem(message.format(n=said.ordinal, known=known), key="ordinal")])
    found = row
    return Heard(
        act={"reason": said.why},
        record={"appointment": said.ordinal},
        details={"why": said.why},
        write=lambda: _cancel(hall, case, [found]),
    )


def cancel_all(hall: Hall, case: Dispute, kinds: Iterable[str] | None = None) -> None:
    """The case needs these appointments no more; without kinds, any."""
    assert case.id is not None
    rows = queries.planned_of_case(hall.session, case.id)
    _call_off(hall, case, [row for row in rows if kinds is None or row.kind in kinds])


def cancel_talks_before(hall: Hall, case: Dispute, day: date) -> None:
    """Nobody mediates before that day; what has begun already is left for its record."""
    assert case.id is not None
    rows = case_queries.planned(hall.session, case.id, "session")
    _call_off(
        hall, case, [row for row in rows if row.starts_at > hall.now and local_day(row.starts_at) < day]
    )


def not_for(hall: Hall, case: Dispute, ordinals: Collection[int]) -> None:
    """These parties have to come to nothing that is planned in the case any more, and are told so.

    What was arranged with them alone is called off.
    """
    assert case.id is not None
    for row in queries.planned_of_case(hall.session, case.id):
        gone = [one for one in row.told if one in ordinals]
        if len(gone) == len(row.told) > 0:
            _call_off(hall, case, [row])
        elif gone:
            row.told = [one for one in row.told if one not in ordinals]
            hall.session.add(row)
            _tell_parties(hall, case, row, gone, "appointment_cancelled")


def keep(hall: Hall, case: Dispute, kind: str, held_from: datetime) -> None:
    """What took place was planned: the last one for that day or before, of this kind, has been kept."""
    assert case.id is not None
    day = local_day(held_from)
    rows = [
        row for row in case_queries.planned(hall.session, case.id, kind) if local_day(row.starts_at) <= day
    ]
    if rows:
        kept = max(rows, key=lambda row: row.starts_at)
        kept.state = "kept"
        hall.session.add(kept)


def clashing(hall: Hall, row: Appointment, person_id: int | None = None) -> list[Appointment]:
    """Other appointments of the same person, or of who is to keep it, at the same time, in any case."""
    ends = _end(row)
    keeper = person_id if person_id is not None else row.person_id
    near = queries.planned_of_person(hall.session, keeper, row.starts_at - LONGEST, ends)
    return [other for other in near if (other.id is None or other.id != row.id) and overlaps(row, other)]


def overlaps(one: Appointment, other: Appointment) -> bool:
    """Whether two appointments share any time."""
    return one.starts_at < _end(other) and other.starts_at < _end(one)


def when(row: Appointment) -> str:
    """The time of an appointment, as people read it."""
    begins, ends = row.starts_at.astimezone(SITE_ZONE), _end(row).astimezone(SITE_ZONE)
    return f"{begins:%Y-%m-%d %H:%M}–{ends:%H:%M}"


def _end(row: Appointment) -> datetime:
    return row.ends_at or row.starts_at + USUAL


def _wrong_times(hall: Hall, said: Arrange) -> list[Problem]:
    problems = []
    if said.starts_at <= hall.now:
        problems.append(Problem(_("约定的时间早于现在"), key="starts_at"))
    if said.starts_at > hall.now + _FARTHEST:
        problems.append(Problem(_("约定的时间在一年以后"), key="starts_at"))
    if said.ends_at is not None and not said.starts_at < said.ends_at <= said.starts_at + LONGEST:
        problems.append(Problem(_("结束时间应当晚于开始时间，不超过一天"), key="ends_at"))
    return problems


def _keeper(hall: Hall, case: Dispute, said: Arrange, problems: list[Problem]) -> Person | None:
    assert case.id is not None
    try:
        found = people.person(hall.session, said.person or hall.actor.person_code)
    except NotFound as error:
        problems.append(Problem(str(error), key="person"))
        return None
    on_case = {person.id for _row, person, _post in case_queries.mediators(hall.session, case.id)}
    if said.kind == "session" and found.id not in on_case:
        message = _("{name} 不是本案的调解员或者记录人，调解要约他们的时间")
        problems.append(Problem(message.format(name=found.name), key="person"))
    posts = people.posts_of(hall.session, found.id or 0)
    in_term = any(is_within(hall.today, post.valid_from, post.valid_to) for post in posts)
    if found.status != "active" or not in_term:
        problems.append(Problem(_("{name} 没有在任的岗位").format(name=found.name), key="person"))
    return found


def _otherwise(
    hall: Hall, case: Dispute, said: Arrange, row: Appointment, units: Sequence[Node]
) -> list[Problem]:
    """What is said otherwise than it is planned, of a conference to which more units are called; and who is called already."""
    keeper = case_queries.person(hall.session, row.person_id)
    message = _("这个时间的会商已经约好（第{n}项约定），只能加请单位；要改别的，先办理“取消约定”")
    planned = {"place": row.place, "ends_at": row.ends_at, "person": keeper.code}
    problems = [
        Problem(message.format(n=row.ordinal), key=key)
        for key, known in planned.items()
        if getattr(said, key) not in {None, known}
    ]
    there = conference.asked(hall, case, row)  # what one of them has become has not been told of the day yet
    message = _("已经请过{unit}参加这次会商")
    problems += [Problem(message.format(unit=unit.name), key="units") for unit in units if unit.code in there]
    return problems


def _called_besides(
    hall: Hall, case: Dispute, said: Arrange, row: Appointment, units: Sequence[Node]
) -> Heard:
    """More units, and perhaps more parties, come to a conference that stays as it is planned."""
    more = sorted(set(said.told) - set(row.told))

    def write() -> None:
        row.told = sorted([*row.told, *more])
        row.changed_at = hall.now
        hall.session.add(row)
        _tell_parties(hall, case, row, more, "appointment_arranged")
        conference.call(hall, case, units, row.ordinal)

    return Heard(
        act={"clashes": ()},
        record={
            "appointment": row.ordinal,
            "kind": row.kind,
            "starts_at": row.starts_at.isoformat(),
            "told": more,
            "units": [unit.code for unit in units],
        },
        write=write,
        told=_of_calls(units) if said.kind == "conference" else (),
    )


def _of_calls(units: Sequence[Node]) -> tuple[str, ...]:
    """What the actor is told: a call that was not spelled out is seen, too."""
    names = joined(unit.name for unit in units)
    return (_("已请{units}参加会商").format(units=names) if names else _("没有请别的单位参加这次会商"),)


def _call_off(hall: Hall, case: Dispute, rows: Sequence[Appointment]) -> None:
    """By an act that is about something else: its actor is told which."""
    _cancel(hall, case, rows)
    message = _("约好的{kind}（{when}）随之取消")
    for row in rows:
        if row.starts_at > hall.now:
            hall.came_of_it.append(message.format(kind=_(KINDS[row.kind]), when=when(row)))


def _cancel(hall: Hall, case: Dispute, rows: Sequence[Appointment]) -> None:
    for row in rows:
        row.state = "cancelled"
        row.changed_at = hall.now
        hall.session.add(row)
    coming = [row for row in rows if row.starts_at > hall.now]  # of one long past nobody is to hear
    _tell(hall, case, coming, "appointment_cancelled")
    for row in coming:
        for unit in conference.called(hall, case, row) if row.kind == "conference" else ():
            payload = {"notice": "conference_cancelled", "unit": unit, "appointment": row.ordinal}
            post_outbox(hall, case, "notice", payload)


def _tell(hall: Hall, case: Dispute, rows: Sequence[Appointment], notice: str) -> None:
    """One notice to each party that is to know."""
    for row in rows:
        _tell_parties(hall, case, row, row.told, notice)


def _tell_parties(
    hall: Hall, case: Dispute, row: Appointment, parties_told: Iterable[int], notice: str
) -> None:
    for party in parties_told:
        payload = {"notice": notice, "appointment": row.ordinal, "party": party}
        post_outbox(hall, case, "notice", payload)

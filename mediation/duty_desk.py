"""Who is there, who can be called, who is away: what is asked and said of duty, one transaction each."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlmodel import Session

from mediation.audit import trail
from mediation.audit.trail import INSTANCE
from mediation.cases import inputs
from mediation.cases.hall import Hall
from mediation.cases.succession import standing_in
from mediation.clock import local_day
from mediation.duty import leave, queries
from mediation.duty.models import Absence
from mediation.duty.page import AbsenceLine, DeskLine, DutyPage, ExpertLine, PresentLine
from mediation.duty.said import KIND_TITLES, Leave
from mediation.errors import NotFound
from mediation.language import _
from mediation.people import queries as people
from mediation.people.models import Person
from mediation.storage.engine import Database

Remember = Callable[[Session, AbsenceLine], None]
ENTERED, ENDED = "duty.leave_entered", "duty.leave_ended"
_MODES = {"resident": "常驻", "rotating": "轮驻", "on_call": "随叫随驻"}


class DutyDesk:
    """The duty of one instance."""

    def __init__(self, database: Database, hall: Callable[..., Hall]) -> None:
        self._database = database
        self._hall = hall

    def page(self, actor: str | int, unit: str | None = None, at: datetime | None = None) -> DutyPage:
        """Who is there at a moment, now if none is said, as it concerns a unit, the actor's own if none is named."""
        with self._database.reading() as session:
            hall = self._hall(session, actor)
            return _page(hall, unit or hall.actor.unit_code, at or hall.now)

    def plan(
        self, actor: str | int, desk: str, days: int, first: date | None = None
    ) -> list[tuple[date, tuple[str, ...]]]:
        """A desk's shifts from a day on, today if none is said. Raises NotFound for a desk that there is not."""
        with self._database.reading() as session:
            hall = self._hall(session, actor)
            desks = {one.key: one for one in hall.office.duty.desks}
            if desk not in desks:
                known = "、".join(desks) or _("无")
                raise NotFound(_("没有名为 {key} 的坐班；现有：{known}").format(key=desk, known=known))
            return list(desks[desk].plan(first or hall.today, days, hall.office.calendar))

    def names(self, actor: str | int) -> dict[str, str]:
        """Code → name of everybody; who stands in a plan and is not entered is called by the code."""
        with self._database.reading() as session:
            hall = self._hall(session, actor)
            known = {row.code: row for row in people.people(session)}
            planned = {code for desk in hall.office.duty.desks for shift in desk.shifts for code in shift}
            return {code: _spoken(known, code) for code in {*known, *planned}}

    def record_leave(self, actor: str | int, words: Any, *, remember: Remember | None = None) -> AbsenceLine:
        """Enter an absence. Raises InputInvalid with every problem at once, NotPermitted."""
        said = inputs.read_said(Leave, words)
        return self._write(actor, remember, ENTERED, partial(leave.record_leave, said=said))

    def end_leave(self, actor: str | int, public_id: str, *, remember: Remember | None = None) -> AbsenceLine:
        """The person is back, or does not go. Raises NotFound, NotPermitted, InputInvalid."""
        return self._write(actor, remember, ENDED, partial(leave.end_leave, public_id=public_id))

    def _write(
        self, actor: str | int, remember: Remember | None, act: str, work: Callable[..., Absence]
    ) -> AbsenceLine:
        with self._database.writing() as session:
            hall = self._hall(session, actor)
            row = work(session, hall.actor, hall.tree, now=hall.now)
            standing_in.tell(hall, row)
            line = _absence(session, row)
            if remember is not None:
                remember(session, line)
            _note(hall, act, line)
        return line


def _note(hall: Hall, act: str, line: AbsenceLine) -> None:
    """The event of the instance's chain: who lets whom stand in for whom, and when. Why somebody is away is not in it."""
    days = {"since": line.since.isoformat(), "until": line.until.isoformat()}
    trail.append(
        hall.session,
        chain=INSTANCE,
        act=act,
        actor=hall.actor.code,
        unit=hall.actor.unit_code,
        recorded_at=hall.now,
        facts={"person": line.person, "deputy": line.deputy or "", **days},
    )


def _page(hall: Hall, unit: str, at: datetime) -> DutyPage:
    node = hall.tree.by_code(unit)
    above = [one.code for one in hall.tree.lineage(node.id)]
    concerned = {
        *above,
        *(one.code for one in hall.tree.nodes if hall.tree.is_below_or_same(one.id, node.id)),
    }
    duty, calendar, day = hall.office.duty, hall.office.calendar, local_day(at)
    away = queries.away(hall.session, day)
    names = {row.code: row for row in people.people(hall.session)}

    def is_away(code: str) -> bool:
        return code in names and names[code].id in away

    return DutyPage(
        unit=unit,
        moment=at,
        present=tuple(
            PresentLine(
                unit=one.unit,
                unit_name=hall.tree.by_code(one.unit).name,
                at=one.at,
                at_name=hall.tree.by_code(one.at).name,
                mode=_(_MODES[one.mode]),
                on_call=one.mode == "on_call",
                days="" if one.mode == "on_call" else f"{one.days} {one.hours}",
                there=one.is_there(at, calendar),
                following=one.next_time(at, calendar),
                answer=one.answer.spoken if one.answer else "",
            )
            for one in duty.presences
            if one.at in concerned and hall.tree.stands(one.unit)
        ),
        desks=tuple(
            DeskLine(
                key=one.key,
                title=one.title,
                unit=one.unit,
                hours=str(one.hours),
                people=tuple(_spoken(names, code) for code in one.on(day, calendar)),
                away=tuple(_spoken(names, code) for code in one.on(day, calendar) if is_away(code)),
            )
            for one in duty.desks
            if one.unit in concerned
        ),
        experts=tuple(
            ExpertLine(
                person=one.person,
                name=names[one.person].name if one.person in names else one.person,
                kind=hall.office.codes.title("expert_kinds", one.kind),
                units=one.units,
                answer=one.answer.spoken if one.answer else "",
                away=is_away(one.person),
            )
            for one in duty.experts_for(above)
        ),
        absences=tuple(_absence(hall.session, row) for row in queries.absences(hall.session, day)),
    )


def _spoken(names: dict[str, Person], code: str) -> str:
    return names[code].name if code in names else code


def _absence(session: Session, row: Absence) -> AbsenceLine:
    person = session.get(Person, row.person_id)
    deputy = session.get(Person, row.deputy_id) if row.deputy_id is not None else None
    assert person is not None
    return AbsenceLine(
        id=row.public_id,
        person=person.code,
        name=person.name,
        deputy=deputy.code if deputy is not None else None,
        kind=KIND_TITLES[row.kind],
        since=row.first_day,
        until=row.last_day,
        stood_in_for=queries.stood_in_for(session, row),
    )

"""随叫随驻: call a unit of the duty rules to a dispute, to answer within its time; it becomes a co-handler."""

from mediation.cases import worklists
from mediation.cases.collaboration import asked_for, checked, co_handle, in_own_time
from mediation.cases.hall import Hall, Heard
from mediation.cases.models import Dispute
from mediation.cases.said_tasks import CallIn, Whom
from mediation.cases.tasks import book
from mediation.cases.tasks.book import Asked
from mediation.duty.rota import Presence
from mediation.errors import InputInvalid, Problem
from mediation.language import _, joined


def call_in(hall: Hall, case: Dispute, said: CallIn) -> Heard:
    """The unit is called to the place where the dispute is handled; its clock is the one that the duty rules give it."""
    problems: list[Problem] = []
    presence = _presence(hall, case, said.unit, problems)
    one = checked(hall, case, Whom(unit=said.unit), "call", "unit", problems) if presence else None
    if problems or one is None or presence is None:
        raise InputInvalid(problems)
    to, asked = one, _asked(hall, case, presence, said.what)

    def write() -> None:
        co_handle(hall, case, to.unit_id, "called_in")
        book.open_task(hall, case, to, asked)
        worklists.follow_tasks(hall, case)

    record = {"to": to.code, "mode": presence.mode, "at": presence.at}
    return Heard(record=record, details={"what": said.what}, write=write, told=_told(hall, presence))


def _presence(hall: Hall, case: Dispute, unit: str, problems: list[Problem]) -> Presence | None:
    """How the unit is present where the case is handled, or at a centre above it."""
    centres = [node.code for node in hall.tree.lineage(case.holder_id)]
    found = hall.office.duty.presence(unit, centres)
    if found is None:
        present = {one.unit for one in hall.office.duty.presences if one.at in centres}
        able = sorted(code for code in present if hall.tree.stands(code))
        named = _("{name}（{code}）")
        names = joined(named.format(name=hall.tree.by_code(code).name, code=code) for code in able) or _("无")
        message = _("{unit}没有入驻本单位或者上级的中心；可以呼叫的有：{names}")
        called = hall.tree.by_code(unit).name if hall.tree.stands(unit) else unit
        problems.append(Problem(message.format(unit=called, names=names), key="unit"))
    return found


def _asked(hall: Hall, case: Dispute, presence: Presence, what: str) -> Asked:
    return in_own_time(asked_for(hall, case, "call", what), presence)


def _told(hall: Hall, presence: Presence) -> tuple[str, ...]:
    """Where the unit is just now, for who calls."""
    calendar = hall.office.calendar
    name, centre = hall.tree.by_code(presence.unit).name, hall.tree.by_code(presence.at).name
    if presence.is_there(hall.now, calendar):
        return (_("{unit} 现在就在 {centre} 值班").format(unit=name, centre=centre),)
    following = presence.next_time(hall.now, calendar)
    if following is None:
        return (_("{unit} 随叫随驻").format(unit=name),)
    local = following.strftime("%Y-%m-%d %H:%M")
    return (_("{unit} 下一次到 {centre} 值班：{moment}").format(unit=name, centre=centre, moment=local),)

"""After the talks: performance by its days, breach, a court's confirmation, mediation anew; telling, closing, visits, the archive."""

from datetime import datetime, timedelta
from typing import Any

from mediation.clock import local_day
from mediation.simulation import mix
from mediation.simulation.course import Course, Due, Next
from mediation.simulation.sight import Sight
from mediation.simulation.staff import person_of


def performing(course: Course, sight: Sight, now: datetime) -> Next | None:
    """Some ask a court to confirm; what is owed is paid by its day, or not; then the case is closed or taken up anew."""
    if not course.oral and course.once("confirmation weighed") and course.happens(mix.CONFIRMS):
        asked = _confirmation(course, sight, now)
        if asked:
            return asked
    if course.owed:
        return _due(course, course.owed.popleft(), now)
    if course.breached and course.once("mediation anew weighed") and course.happens(mix.REMEDIATES):
        course.breached, course.talks, course.last_session = False, 0, ""
        return Next("remediate", course.presiding, {"asked_by": [1, 2], "reason": "没有履行，双方愿意再谈"})
    return _closing(course, sight, now)


def ended(course: Course, sight: Sight, now: datetime) -> Next | None:
    """Tell the parties, then close."""
    who = sight.one(course, "tell_notice", now, "", "registrar", "dispatcher", "mediator")
    if course.once("told") and who:
        return Next("tell_notice", who, {"parties": [1, 2]})
    return _closing(course, sight, now)


def closed(course: Course, sight: Sight, now: datetime) -> Next | None:
    """A visit by somebody else if there is one, then the archive."""
    if course.once("visited"):
        who = _visitor(course, sight, now)
        wait = timedelta(days=course.arrival.chance.uniform(3, 18))
        words = {
            "party": 1,
            "method": "phone",
            "performance": "not_done" if course.breached else "done",
            "satisfaction": 5 if course.happens(mix.SATISFIED) else 2,
            "situation": "模拟的回访。",
        }
        if who:
            return Next("visit", who, words, wait)
    who = sight.one(course, "archive", now, "", "archivist", "registrar", "mediator")
    return Next("archive", who or course.presiding, {"paper_volume": "模拟卷"})


def _visitor(course: Course, sight: Sight, now: datetime) -> str | None:
    """Somebody of the unit who has not mediated, else whoever took it in, else the mediator."""
    names = sight.who(course, "visit")
    apart = [name for name in (*names, course.receiver) if person_of(name) not in course.team]
    return sight.staff.freest(apart or names, now) if apart or names else None


def _due(course: Course, due: Due, now: datetime) -> Next:
    """On the day, or the day before; one in so many is not paid, which is noted the day after."""
    breach = course.happens(mix.BREACHES)
    part = {"instalment": due.instalment} if due.instalment else {}
    days = (due.day - local_day(now)).days if due.day else 0

    def words(moment: datetime) -> dict[str, Any]:
        if breach:
            noticed = {"noticed_on": local_day(moment), "account": "到期没有履行", "routes": ["court"]}
            return {"clause": 1, **part, **noticed}
        return {"clause": 1, **part, "performed_on": local_day(moment)}

    if breach:
        course.breached = True
        return Next("record_breach", course.presiding, words, timedelta(days=max(0, days + 1)))
    early = course.arrival.chance.randrange(2) if due.day else 0
    return Next("record_performance", course.presiding, words, timedelta(days=max(0, days - early)))


def _confirmation(course: Course, sight: Sight, now: datetime) -> Next | None:
    """Both ask the court within some days; it rules within the month, nearly always that the agreement holds."""
    who = sight.one(course, "apply_confirmation", now, "", "mediator", "registrar")
    if who is None:
        return None
    number = course.arrival.number
    result = "confirmed" if course.happens(0.95) else "dismissed"

    def ruled(moment: datetime) -> dict[str, Any]:
        return {"result": result, "ruled_on": local_day(moment), "number": f"模拟调确字第{number}号"}

    def asked(moment: datetime) -> dict[str, Any]:
        return {"asked_by": [1, 2], "applied_on": local_day(moment)}

    chance = course.arrival.chance
    rules = Next("record_confirmation", who, ruled, timedelta(days=chance.uniform(7, 25)))
    course.errands.append(rules)
    return Next("apply_confirmation", who, asked, timedelta(days=chance.uniform(0, 6)))


def _closing(course: Course, sight: Sight, now: datetime) -> Next | None:
    who = sight.one(course, "close", now, "", "registrar", "dispatcher", "unit_leader")
    return Next("close", who or course.presiding)

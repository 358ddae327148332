"""From the register to the mediators: triage by the rules, handing over and declining, acceptance, a conference if need be."""

from datetime import datetime, timedelta

from mediation.simulation import mix
from mediation.simulation.course import Course, Next
from mediation.simulation.sight import Sight
from mediation.simulation.staff import others, person_of

_FRONT = ("registrar", "dispatcher", "mediator")
_DESK = ("dispatcher", "unit_leader", "registrar", "mediator")


def registered(course: Course, sight: Sight, now: datetime) -> Next | None:
    """Settle it on the spot if it is small; else look at it and say how hard it is."""
    if course.workflow == "simple":
        names = sight.on_the_spot(course)
        if names:
            return Next("take", sight.staff.freest(names, now))
        return _turn_ordinary(course, sight, now, "现场没有调解员")
    who = sight.one(course, "triage", now, "", *_FRONT)
    return Next("triage", who, {"tier": course.arrival.tier}) if who else None


def triaged(course: Course, sight: Sight, now: datetime) -> Next | None:
    """Refused or withdrawn; else to where rules, rulings or people want it."""
    who = sight.one(course, "keep", now, "", *_DESK) or sight.one(course, "dispatch", now)
    if who is None:
        return None
    if not course.accepted and course.once("weighed"):
        if course.happens(mix.REFUSES) and (one := sight.one(course, "refuse", now)):
            return Next("refuse", one, {"party": 2, "routes": ["court"]})
        if course.happens(mix.WITHDRAWS) and (one := sight.one(course, "withdraw", now)):
            words = {"reason": "双方自行了结", "asked_by": [1], "settled_privately": True}
            return Next("withdraw", one, words)
    if (
        course.arrival.risk == "high"
        and course.once("reported")
        and (one := sight.one(course, "report_police", now))
    ):
        return Next("report_police", one, _reported)
    if course.once("asked the rules"):
        sight.ask_the_rules(course, who)
    ruled = sight.precedent(course, who)
    goal = ruled or course.goal or course.unit
    because = "同类纠纷已有裁定" if ruled and ruled != course.goal else ""
    if not ruled and goal != course.unit and _can_keep(course, sight) and course.once("overruling weighed"):
        course.past |= {"overruled"} if course.happens(mix.OVERRULES) else set()
    if "overruled" in course.past and not ruled:
        goal, because = course.unit, "双方都愿意在本单位调解"
    return _sent(course, sight, now, who, goal, because)


def dispatched(course: Course, sight: Sight, now: datetime) -> Next | None:
    """Acknowledge after some hours; what is another's by the list is sometimes declined, what came from below sent back."""
    who = sight.one(course, "acknowledge", now, course.target, *_DESK)
    if who is None:
        return None
    wait = timedelta(hours=course.arrival.chance.expovariate(0.2))
    if course.asked_from_below and course.once("sending back weighed") and course.happens(mix.SENDS_BACK):
        return Next("send_back", who, {"reason": "材料不全，请补充后再报"}, wait)
    against = sight.lines_against(course)
    if against and _may_decline(course, sight) and course.happens(_declines(course)):
        line, _unit = against[0]
        return Next("decline", who, {"line": line.code, "reason": "按责任清单由别的单位牵头"}, wait)
    return Next("acknowledge", who, {}, wait)


def contested(course: Course, sight: Sight, now: datetime) -> Next | None:
    """The common superior hears both and names one of those that can take it."""
    arbiter = sight.arbiter(course)
    who = sight.one(course, "rule", now, arbiter.code) if arbiter else None
    if who is None or arbiter is None:
        return None
    led = [node.code for _line, node in sight.lines_against(course)]
    fit = [
        code
        for code in (*led, course.target, course.unit)
        if (code == arbiter.code or sight.is_above(arbiter.code, code))
        and sight.who(course, "acknowledge", code)
    ]
    to = fit[0] if fit else course.unit
    line = sight.line_of(course, to)
    heard = [
        {"unit": code, "name": "到会人员", "argued": "说明了理由"}
        for code in dict.fromkeys((course.unit, course.target))
    ]
    words = {"to": to, "heard": heard, "reason": "按责任清单和实际情况"}
    words |= {"line": line} if line else {"interpretation": "由最先接到的单位办理"}
    return Next("rule", who, words, timedelta(days=course.arrival.chance.uniform(0.2, 1.5)))


def received(course: Course, sight: Sight, now: datetime) -> Next | None:
    """Up once more if the rules mean a higher level; joint mediation if they say so; else accept."""
    above = sight.above(course.unit)
    if (
        course.goal
        and course.asked_from_below
        and sight.is_above(course.goal, course.unit)
        and above is not None
        and sight.who(course, "acknowledge", above.code)
        and course.happens(1 - mix.OVERRULES)
    ):
        who = sight.one(course, "escalate", now)
        if who:
            return Next("escalate", who, {"reason": "按分流规则由上级办理"})
    if course.joint and course.workflow == "ordinary" and _two_mediators(course, sight):
        who = sight.one(course, "turn_joint", now)
        if who:
            return Next("turn_joint", who, {"reason": "按分流规则联合调解"})
    if course.once("asking weighed") and course.happens(mix.ASKS_ABOVE):
        asked = _ask_above(course, sight, now)
        if asked:
            return asked
    who = sight.one(course, "accept", now, "", *_DESK)
    return Next("accept", who) if who else None


def accepted(course: Course, sight: Sight, now: datetime) -> Next | None:
    """Papers of acceptance; then mediators, or of a joint mediation a conference."""
    if course.once("papers of acceptance"):
        who = sight.one(course, "sign_paper", now, "", "registrar", "mediator")
        if who:
            forms = [("acceptance_register", ""), ("rights_notice", "party-1"), ("rights_notice", "party-2")]
            return Next("issue", who, {"papers": forms})
    if course.workflow == "joint":
        return _conference_called(course, sight, now)
    return _assigned(course, sight, now)


def conferring(course: Course, sight: Sight, now: datetime) -> Next | None:
    """The conference, with its minutes."""
    who = sight.one(course, "record_conference", now)
    if who is None:
        return None
    others_there = _invited(course, sight)
    attendees = [{"unit": course.unit, "name": sight.staff.names[person_of(who)]}]
    attendees += [{"unit": code, "name": "到会人员"} for code in others_there]
    attendees += [{"unit": course.unit, "name": "记录人员"}] if not others_there else []

    def words(moment: datetime) -> dict[str, object]:
        return {
            "held_from": moment,
            "place": "会议室",
            "chair": person_of(who),
            "attendees": attendees,
            "body": ["通报情况，听取意见。"],
            "decisions": ["由牵头单位组织调解"],
        }

    return Next("record_conference", who, words, timedelta(days=course.arrival.chance.uniform(1, 3)))


def conferred(course: Course, sight: Sight, now: datetime) -> Next | None:
    """Risks weighed, a leader in charge, two mediators."""
    if course.once("risk weighed") and (who := sight.one(course, "assess_risk", now)):
        return Next("assess_risk", who, {"level": course.arrival.risk, "measures": "值守"})
    if course.once("leader named") and (who := sight.one(course, "put_in_charge", now)):
        lineage = sight.tree.lineage(sight.tree.by_code(course.unit).id)
        leaders = [name for node in lineage for name in sight.staff.at(node.code, "unit_leader")]
        if leaders:
            return Next("put_in_charge", who, {"person": person_of(leaders[0])})
    return _assigned(course, sight, now)


def _reported(moment: datetime) -> dict[str, object]:
    return {"reported_at": moment, "to": "派出所", "account": "有激化可能"}


def _sent(course: Course, sight: Sight, now: datetime, who: str, goal: str, because: str) -> Next | None:
    """By the act that leads there: keep, escalate or dispatch; kept with the reason if nobody there could take it."""
    above = sight.above(course.unit)
    if sight.is_above(goal, course.unit) and above is not None:
        up = sight.one(course, "escalate", now)
        if up and sight.who(course, "acknowledge", above.code):
            return Next("escalate", up, {"reason": "按分流规则由上级办理"})
    elif (
        goal != course.unit
        and sight.who(course, "acknowledge", goal)
        and not sight.is_above(goal, course.unit)
    ):
        return _dispatched_to(course, sight, now, goal, because)
    if goal != course.unit:
        because = because or "分流规则所指的单位没有能签收的人"
    keeper = sight.one(course, "keep", now, "", *_DESK)
    if keeper is None or not _can_keep(course, sight):
        up = sight.one(course, "escalate", now)
        if up and above is not None and sight.who(course, "acknowledge", above.code):
            return Next("escalate", up, {"reason": "本单位没有调解员"})
    words = {"overruled_because": because} if because else {}
    return Next("keep", keeper or who, words)


def _dispatched_to(course: Course, sight: Sight, now: datetime, goal: str, because: str) -> Next | None:
    """Asked; who has declined is asked again with reasons by some, and the unit of the line that was cited by others."""
    if goal in course.declined and not (course.happens(mix.INSISTS) and len(course.declined) == 1):
        led = [node.code for _line, node in sight.lines_against(course)]
        fit = [
            code
            for code in led
            if code not in {*course.declined, course.unit}
            and not sight.is_above(code, course.unit)
            and sight.who(course, "acknowledge", code)
        ]
        if not fit:
            keeper = sight.one(course, "keep", now, "", *_DESK)
            return Next("keep", keeper, {"overruled_because": "对方退单，由本单位办理"}) if keeper else None
        goal, because = fit[0], "对方退单，按责任清单改交"
    who = sight.one(course, "dispatch", now, "", "dispatcher", "registrar", "unit_leader")
    words = {"to": goal}
    line = sight.line_of(course, goal)
    words |= {"line": line} if line else {}
    words |= {"overruled_because": because} if because else {}
    words |= {"opinion": "事项在你单位职责以内"} if goal in course.declined else {}
    return Next("dispatch", who, words) if who else None


def _may_decline(course: Course, sight: Sight) -> bool:
    """Only what was dispatched, and is neither ruled nor like what was; the second time somebody must be there to rule."""
    if course.asked_from_below or "ruled" in course.past or sight.has_ruling(course):
        return False
    return not course.declined or sight.arbiter(course) is not None


def _declines(course: Course) -> float:
    return mix.DECLINES_AGAIN if course.declined else mix.DECLINES


def _can_keep(course: Course, sight: Sight) -> bool:
    return bool(sight.who(course, "keep")) and bool(sight.staff.mediators_for(course.unit))


def _two_mediators(course: Course, sight: Sight) -> bool:
    return len({person_of(name) for name in sight.staff.mediators_for(course.unit)}) > 1


def _turn_ordinary(course: Course, sight: Sight, now: datetime, reason: str) -> Next | None:
    who = sight.one(course, "turn_ordinary", now)
    return Next("turn_ordinary", who, {"reason": reason}) if who else None


def _ask_above(course: Course, sight: Sight, now: datetime) -> Next | None:
    """Ask the level above, which answers within a day or two; the dispute waits for it here."""
    above = sight.above(course.unit)
    asks = sight.one(course, "ask_above", now)
    answers = sight.one(course, "answer", now, above.code, "dispatcher", "unit_leader") if above else None
    if asks is None or answers is None:
        return None
    wait = timedelta(days=course.arrival.chance.uniform(0.3, 2))
    course.errands.append(Next("answer", answers, {"opinion": "请依法办理"}, wait))
    return Next("ask_above", asks, {"question": "本案如何办理？"})


def _invited(course: Course, sight: Sight) -> list[str]:
    """Units that come to a conference: those on duty at the centre, else the one above."""
    above = sight.above(course.unit)
    return sight.callable_units(course)[:3] or ([above.code] if above else [])


def _conference_called(course: Course, sight: Sight, now: datetime) -> Next | None:
    units = _invited(course, sight)
    if not units:
        return conferring(course, sight, now)
    who = sight.one(course, "call_conference", now)
    if who is None:
        return None

    def words(moment: datetime) -> dict[str, object]:
        return {"units": units, "starts_at": moment + timedelta(days=2), "place": "会议室"}

    return Next("call_conference", who, words)


def _assigned(course: Course, sight: Sight, now: datetime) -> Next | None:
    """Whoever is free first presides; of a joint mediation a second one beside; a recorder if there is one."""
    mediators = sight.staff.mediators_for(course.unit)
    if not mediators:
        return None
    course.presiding = presiding = sight.staff.freest(mediators, now)
    said = [{"person": person_of(presiding)}]
    if course.workflow == "joint":
        second = sight.staff.freest(others(mediators, presiding), now)
        said.append({"person": person_of(second), "role": "mediator"})
    taken = {one["person"] for one in said}
    recorders = sight.staff.at(course.unit, "recorder")
    said += [
        {"person": person_of(one), "role": "recorder"} for one in recorders if person_of(one) not in taken
    ][:1]
    course.team |= {one["person"] for one in said}
    who = sight.one(course, "assign", now, "", "unit_leader", "dispatcher", "mediator")
    return Next("assign", who, {"mediators": said}) if who else None

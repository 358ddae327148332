"""Talks: sessions, their records, the agreement; a pause for an appraisal, longer time if all ask for it, failure."""

import base64
import io
from datetime import datetime, timedelta
from typing import Any

from PIL import Image

from mediation.clock import local_day
from mediation.simulation import mix
from mediation.simulation.course import WRITTEN, Course, Due, Next
from mediation.simulation.sight import Sight
from mediation.simulation.staff import others, person_of

_MOST_SESSIONS = 3
_PARTS_FROM_FEN = 1_000_000
_APPRAISED = frozenset({"0401", "0502", "0503"})


def preparing(course: Course, sight: Sight, now: datetime) -> Next | None:
    """The next session, some days later; sometimes an appraisal or more time comes first."""
    chance = course.arrival.chance
    if (
        course.arrival.governance in _APPRAISED
        and course.once("appraisal weighed")
        and course.happens(mix.SUSPENDS)
    ):
        return Next("suspend", course.presiding, _appraisal(course))
    if course.talks and course.once("longer time weighed") and course.happens(mix.EXTENDS):
        words = {"asked_by": [1, 2], "days": 15, "reason": "双方希望继续协商"}
        return Next("extend", course.presiding, words)
    if (
        course.once("calling weighed")
        and course.happens(mix.CALLS_IN)
        and (call := _called(course, sight, now))
    ):
        return call
    course.talks += 1
    settles = mix.SETTLES_AT_FIRST if course.talks == 1 else mix.SETTLES_LATER
    result = "agreed" if course.happens(settles) else "to_continue"
    if result == "to_continue" and course.talks >= _MOST_SESSIONS:
        result = "failed"
    return _session(course, result, timedelta(days=chance.uniform(0.5, 6)))


def mediating(course: Course, sight: Sight, now: datetime) -> Next | None:
    """What follows from the last session."""
    if course.workflow == "simple":
        return _on_the_spot(course)
    if "record_session" in course.past:  # refused: the law's time is over
        return _terminate(course, "time_over")
    if course.last_session == "failed":
        return _failed(course, sight, now)
    if course.last_session == "agreed":
        course.last_session = "drafted"
        course.oral = (
            course.arrival.tier != "complex"
            and course.workflow == "ordinary"
            and course.arrival.governance not in WRITTEN
            and sight.may_be_oral(course)
            and course.happens(mix.ORAL)
        )
        return Next("draft_agreement", course.presiding, _drafted(course))
    if course.last_session == "drafted":
        return _concluded(course, sight)
    return preparing(course, sight, now)


def suspended(course: Course, _sight: Sight, _now: datetime) -> Next:
    """The appraisal comes in after some weeks."""
    wait = timedelta(days=course.arrival.chance.uniform(10, 45))
    return Next("resume", course.presiding, {"result": "鉴定意见已收到"}, wait)


def signing(course: Course, sight: Sight, now: datetime) -> Next | None:
    """Signed by hand within two days, scanned, and sealed by the committee's people."""
    if course.once(f"scanned {course.sessions}"):

        def words(moment: datetime) -> dict[str, Any]:
            return {"pages": [PAGE], "signed_on": local_day(moment)}

        wait = timedelta(days=course.arrival.chance.uniform(0, 2))
        return Next("attach_scan", course.presiding, words, wait)
    names = sight.staff.sealers_for(course.unit, now)
    return Next("seal", sight.staff.freest(names, now)) if names else None


def _session(course: Course, result: str, wait: timedelta) -> Next:
    def words(moment: datetime) -> dict[str, Any]:
        return {
            "held_from": moment,
            "place": "调解室",
            "present": [1, 2],
            "body": ["双方陈述。"],
            "result": result,
        }

    return Next("record_session", course.presiding, words, wait)


def _on_the_spot(course: Course) -> Next | None:
    """One session; the agreement is made and kept at once, or the dispute goes the ordinary way."""
    if course.once("session on the spot"):
        result = "agreed" if course.happens(mix.SETTLES_ON_THE_SPOT) else "to_continue"
        return _session(course, result, timedelta())
    if course.last_session == "agreed" and "record_session" not in course.past:
        course.last_session, course.oral = "drafted", True
        return Next("draft_agreement", course.presiding, _drafted(course))
    if course.last_session == "drafted" and not {"conclude_oral", "draft_agreement"} & course.past:
        return Next("conclude_oral", course.presiding)
    course.last_session = ""
    return Next("turn_ordinary", course.presiding, {"reason": "当场没有调成"})


def _concluded(course: Course, sight: Sight) -> Next | None:
    """In the form that fits; a joint agreement is looked at by a leader first."""
    if course.oral and "conclude_oral" not in course.past:
        return Next("conclude_oral", course.presiding)
    if course.workflow == "joint" and course.once(f"reviewed {course.sessions}"):
        signers = [
            name
            for node in sight.tree.lineage(sight.tree.by_code(course.unit).id)
            for name in sight.staff.at(node.code, "unit_leader")
        ]
        if signers:
            signer = others(signers, course.presiding)[0]
            wait = timedelta(days=course.arrival.chance.uniform(0.2, 2))
            course.errands.append(Next("approve", signer, {"opinion": "同意"}, wait))
            words = {"approval": "agreement_review", "signers": [{"person": person_of(signer)}]}
            return Next("ask_approval", course.presiding, words)
    return Next("conclude_written", course.presiding, {"medium": "ink"})


def _failed(course: Course, sight: Sight, now: datetime) -> Next | None:
    above = sight.above(course.unit)
    can_climb = above is not None and bool(sight.who(course, "acknowledge", above.code))
    if can_climb and course.once("climbing weighed") and course.happens(mix.CLIMBS):
        who = sight.one(course, "escalate", now)
        if who:
            course.goal = above.code if above else None
            return Next("escalate", who, {"reason": "多次调解没有结果"})
    return _terminate(course, "no_agreement")


def _terminate(course: Course, reason: str) -> Next:
    return Next("terminate", course.presiding, {"reason": reason, "routes": ["court"]})


def _appraisal(course: Course) -> Any:
    days = course.arrival.chance.randrange(20, 50)

    def words(moment: datetime) -> dict[str, Any]:
        return {
            "kind": "appraisal",
            "asked_by": [1],
            "evidence": "委托鉴定",
            "expected_on": local_day(moment) + timedelta(days=days),
        }

    return words


def _called(course: Course, sight: Sight, now: datetime) -> Next | None:
    """A unit of the duty rules is called in and answers."""
    units = sight.callable_units(course)
    who = sight.one(course, "call_in", now)
    if not units or who is None:
        return None
    unit = units[course.arrival.chance.randrange(len(units))]
    answers = sight.one(course, "answer", now, unit)
    if answers is None:
        return None
    wait = timedelta(hours=course.arrival.chance.uniform(1, 20))
    course.errands.append(Next("answer", answers, {"opinion": "已到场配合"}, wait))
    return Next("call_in", who, {"unit": unit, "what": "请到场配合调解"})


def _drafted(course: Course) -> Any:
    """One clause to pay: at once, by a day, or in parts. What is owed is known from the moment of the draft on."""
    chance = course.arrival.chance
    amount = course.arrival.amount_fen
    days = chance.randrange(5, 60)
    parts = 3 if not course.oral and amount >= _PARTS_FROM_FEN and course.happens(mix.INSTALMENTS) else 1

    def words(moment: datetime) -> dict[str, Any]:
        clause: dict[str, Any] = {"obligor": 2, "obligee": 1, "act": "pay", "manner": "转账"}
        course.owed.clear()
        if course.oral:
            clause |= {"amount_fen": amount, "at_once": True}
            course.owed.append(Due(None))
        elif parts == 1:
            due_on = local_day(moment) + timedelta(days=days)
            clause |= {"amount_fen": amount, "due_on": due_on}
            course.owed.append(Due(due_on))
        else:
            dues = [local_day(moment) + timedelta(days=days + 30 * part) for part in range(parts)]
            course.owed += [Due(day, part) for part, day in enumerate(dues, 1)]
            sums = [amount // parts] * (parts - 1)
            sums.append(amount - sum(sums))
            clause["instalments"] = [
                {"amount_fen": fen, "due_on": day} for fen, day in zip(sums, dues, strict=True)
            ]
        return {"facts": "模拟的事实。", "matters": "模拟的争议。", "clauses": [clause]}

    return words


def _page() -> str:
    output = io.BytesIO()
    Image.new("L", (8, 8), 255).save(output, "PNG")
    return base64.b64encode(output.getvalue()).decode()


PAGE = _page()

"""How a case stands, for whoever holds its query code: the phase, the next step, by when, the other routes. No name, no story.

人民调解法 Art. 3 and 26: mediation keeps nobody from arbitration, the authorities or the court, and everybody is told so. Once an
agreement binds, the ways are those of Art. 32 and 33.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from mediation.cases.aftercare import queries as aftercare
from mediation.cases.clauses import confirmation_clock
from mediation.cases.kinship import queries as kin
from mediation.cases.models import Agreement, Dispute
from mediation.cases.performance.confirming import is_confirmed, refusals
from mediation.cases.residents import queries
from mediation.crypto import Keyring
from mediation.deadlines import queries as deadlines
from mediation.deadlines.calendar import last_day, spoken_day
from mediation.language import _
from mediation.workflow.definition import PHASES

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
_LENGTH = 10

PHASE_TITLES: Mapping[str, str] = {
    "intake": "登记",
    "triage": "研判",
    "assignment": "交办",
    "mediation": "调解",
    "closure": "结案",
    "feedback": "回访",
}
_HEADLINES: Mapping[str, str] = {
    "intake": "已登记",
    "triage": "已登记",
    "assignment": "已登记",
    "mediation": "正在调解",
    "closure": "调解已经结束",
    "feedback": "已经办完",
}
_HEADLINES_IN: Mapping[str, str] = {
    "accepted": "已经受理",
    "signing": "已谈好协议，等签字盖章",
    "performing": "已达成协议，正在履行",
    "suspended": "调解暂停",
    "supplementing": "等签补充协议",
}
_STEPS: Mapping[str, str] = {
    "intake": "您的事已经登记。工作人员正在核对情况，可能会打电话向您了解。",
    "triage": "正在研究这件事由哪一级、哪个单位来办。",
    "assignment": "正在确定由谁来调解。受理以后会告诉双方调解的时间和地点。",
    "mediation": "正在调解。请留意调解员的电话或者通知，按约定的时间到场；不方便去的，提前说一声。",
    "closure": "调解已经结束，正在办理后面的手续。",
    "feedback": "调解已经办完。工作人员可能会回访，问问约定的事做到了没有。",
}
_ARCHIVED = "这件事已经办完，材料已经归档。以后有新的情况，可以再来申请调解。"
_STEPS_IN: Mapping[str, str] = {
    "accepted": "已经受理，正在确定由谁来调解。定好调解的时间和地点，会告诉双方。",
    "signing": "协议已经谈好，等各方签字、盖章。请带身份证，仔细看完再签；不同意可以不签。",
    "performing": "协议已经生效。请双方按约定的时间做到；对方没有做到的，请告诉调解员。",
    "suspended": "调解暂停，等条件具备了再继续。恢复时会通知您。",
    "supplementing": "补充协议等各方签字。",
}


@dataclass(frozen=True, slots=True)
class Stage:
    """One of the six phases in the picture: done, now or still to come."""

    title: str
    mark: str


@dataclass(frozen=True, slots=True)
class Followed:
    """What a query code tells. `headline`: how it stands, in a few words; `ways`: what stays open once an agreement is in force, empty while none is."""

    headline: str
    stages: tuple[Stage, ...]
    step: str
    due_at: datetime | None
    meets_at: datetime | None
    over: bool
    may_rate: bool
    ways: tuple[str, ...] = ()


def code_typed(text: str) -> str | None:
    """A code as it may have been typed, in its one spelling; None if it is none. O is read as 0, I and L as 1."""
    bare = "".join(text.upper().split()).replace("-", "").replace("－", "").translate(_READ_AS)
    if len(bare) != _LENGTH or any(letter not in _ALPHABET for letter in bare):
        return None
    return f"{bare[:5]}-{bare[5:]}"


def case_followed(session: Session, keyring: Keyring, code: str) -> Dispute | None:
    """The case of a query code; None if there is none. Same time and answer whatever is wrong with it."""
    return kin.case_of_code(session, keyring.look_up("query code", code))


def followed(session: Session, case: Dispute, now: datetime) -> Followed:
    """How a case stands, for one who holds its code."""
    assert case.id is not None
    at = PHASES.index(case.phase)
    over = is_over(case)
    stages = tuple(
        Stage(_(PHASE_TITLES[phase]), "done" if order < at or not case.open else "now" if order == at else "")
        for order, phase in enumerate(PHASES)
    )
    planned = [
        one.starts_at
        for one in queries.appointments(session, case.id)
        if not over and one.kind == "session" and one.state == "planned" and one.starts_at > now
    ]
    return Followed(
        headline=_(_headline(case)),
        stages=stages,
        step=_(_step(case)),
        due_at=None if over else case.due_at,
        meets_at=min(planned, default=None),
        over=over,
        may_rate=may_rate(session, case),
        ways=_ways(session, case, now),
    )


def _ways(session: Session, case: Dispute, now: datetime) -> tuple[str, ...]:
    """What the parties can do about an agreement in force; the general routes are left for what it does not settle."""
    assert case.id is not None
    binding = aftercare.agreements_in_force(session, case.id)
    if not binding:
        return ()
    confirmed = [is_confirmed(session, one) for one in binding]
    found = list(_confirmable(session, case, binding, now))
    if any(confirmed):
        found.append(
            _("对方不履行经人民法院确认有效的协议的，可以向人民法院申请强制执行（人民调解法第33条）；")
        )
    if not all(confirmed):
        found.append(
            _("对方没有做到，或者对协议内容有争议的，可以就协议向人民法院起诉（人民调解法第32条）；")
        )
    found.append(_("协议没有解决的事，可以依法申请仲裁、请有关行政机关处理或者到人民法院起诉。"))
    return tuple(found)


def _confirmable(
    session: Session, case: Dispute, binding: Sequence[Agreement], now: datetime
) -> Iterator[str]:
    """The joint application to a court, while there is time for one; and what a court does not take it for."""
    until = [(_confirmable_until(session, one, now), one) for one in binding]
    still = [(day, one) for day, one in until if day is not None]
    if not still:
        return
    together = _(
        "协议生效之日起三十日内（最迟{day}），双方可以一起向人民法院申请司法确认（人民调解法第33条）；"
    )
    yield together.format(day=spoken_day(min(day for day, _one in still)))
    for why in dict.fromkeys(why for _day, one in still for why in refusals(case, one)):
        yield _("申请司法确认以前请注意：{why}；").format(why=why)


def _confirmable_until(session: Session, agreement: Agreement, now: datetime) -> date | None:
    """The last day for asking a court to confirm; none once it was asked or the time is over."""
    clock = deadlines.running(session, agreement.case_id, confirmation_clock(agreement))
    return last_day(clock.due_at) if clock is not None and clock.due_at > now else None


def _headline(case: Dispute) -> str:
    if is_over(case):
        return _HEADLINES["feedback"]
    if case.accepted_at is not None and case.phase in {"intake", "triage", "assignment"}:
        return _HEADLINES_IN["accepted"]
    return _HEADLINES_IN.get(case.state) or _HEADLINES[case.phase]


def _step(case: Dispute) -> str:
    """What comes next. Nobody is told of a visit that is over."""
    return (_STEPS_IN.get(case.state) or _STEPS[case.phase]) if case.open else _ARCHIVED


def is_over(case: Dispute) -> bool:
    """Is the mediation closed, whatever came of it?"""
    return case.closed_at is not None or not case.open


def may_rate(session: Session, case: Dispute) -> bool:
    """A closed case is rated once."""
    return is_over(case) and queries.rating(session, case.id or 0) is None

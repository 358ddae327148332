"""Recording and lifting a recusal; finding staff among the parties of a dispute that is taken in.

Who is a near relative of a party or has an interest withdraws (domain.md §5, 回避); here the file is closed to whoever must, in
every post. Staff among the parties are known by name and phone together, never by name alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from mediation.cases import transition
from mediation.cases.hall import Hall
from mediation.cases.inputs import AgentSaid, PartySaid
from mediation.cases.models import Dispute
from mediation.cases.recusals import queries
from mediation.cases.recusals.models import Recusal
from mediation.cases.recusals.said import Lift, Recuse
from mediation.errors import InputInvalid, NotFound, NotPermitted, Problem, Reason, TransitionRefused
from mediation.ids import new_public_id
from mediation.language import _, joined
from mediation.people import queries as people
from mediation.people.models import Person

RECORDED, LIFTED = "recusal.recorded", "recusal.lifted"
OWN_KINDS: Mapping[str, str] = {"party": "本人是当事人", "agent": "本人是代理人"}
_HAND_OUT = frozenset({"dispatcher", "unit_leader"})


@dataclass(frozen=True, slots=True)
class RecusalLine:
    """One recusal for who hands the case out. `lifted_at`: since when it no longer stands."""

    id: str
    person: str
    name: str
    kind: str
    kind_title: str
    reason: str
    since: datetime
    lifted_at: datetime | None
    lift_reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """Staff among the people of a dispute. `sure`: person → kind; `namesakes`: those of the same name, nothing more being known."""

    sure: tuple[tuple[Person, str], ...] = ()
    namesakes: tuple[str, ...] = ()


def may_recuse(hall: Hall, case: Dispute) -> bool:
    """May the actor say of others that they are kept from the case, and lift it?"""
    if hall.actor.counts_as & _HAND_OUT:
        return True
    return "registrar" in hall.actor.counts_as and hall.actor.unit_id == case.holder_id


def recuse(hall: Hall, case: Dispute, said: Recuse) -> RecusalLine:
    """Keep a person from the case, oneself or another; from now on it is not there for that person.

    Whoever works on the case is replaced first. It grows the case's version, so that an act decided before cannot bring the
    person in after it. Raises NotPermitted, InputInvalid, TransitionRefused, CaseChanged.
    """
    if said.person != hall.actor.person_code and not may_recuse(hall, case):
        raise NotPermitted(_("自己可以申请回避；要别人回避，由调度员、单位负责人或者主办单位的登记员记录"))
    who = _person(hall, said)
    assert case.id is not None
    assert who.id is not None
    reasons = []
    if queries.is_at_work(hall.session, case.id, who.id):
        message = _("{name}正在办理本案").format(name=who.name)
        reasons.append(Reason("recusal.at_work", message, next_step=_("请先更换调解员，或者收回其待办")))
    if case.leader_id == who.id:
        message = _("{name}是本案的包案领导").format(name=who.name)
        reasons.append(Reason("recusal.leader", message, next_step=_("请先另定包案领导")))
    if reasons:
        raise TransitionRefused(reasons)
    row = _row(hall, case.id, who.id, said.kind, said.reason)
    hall.session.add(row)
    transition.touch(hall, case, RECORDED, {"person": who.code, "kind": said.kind}, {"reason": said.reason})
    return _line(hall, row, who)


def lift(hall: Hall, case: Dispute, public_id: str, said: Lift) -> RecusalLine:
    """The person may see the case again. Raises NotFound, NotPermitted."""
    assert case.id is not None
    if not may_recuse(hall, case):
        raise NotPermitted(_("解除回避由调度员、单位负责人或者主办单位的登记员办理"))
    found = [pair for pair in queries.of_case(hall.session, case.id) if pair[0].public_id == public_id]
    if not found or found[0][0].lifted_at is not None:
        raise NotFound(_("没有这条回避，或者已经解除"))
    row, who = found[0]
    row.lifted_at, row.lifted_by_id, row.lift_reason = hall.now, hall.actor.post_id, said.reason
    hall.session.add(row)
    transition.touch(hall, case, LIFTED, {"person": who.code, "kind": row.kind}, {"reason": said.reason})
    return _line(hall, row, who)


def listed(hall: Hall, case: Dispute) -> list[RecusalLine]:
    """All recusals of a case, oldest first, lifted ones too. Raises NotPermitted for whoever may not record them."""
    if not may_recuse(hall, case):
        raise NotPermitted(_("回避记录由调度员、单位负责人或者主办单位的登记员查看"))
    return [_line(hall, row, who) for row, who in queries.of_case(hall.session, case.id or 0)]


def found_among(
    hall: Hall,
    said: Mapping[str, PartySaid],
    agents: Mapping[int, AgentSaid] | None = None,
    of_case: Dispute | None = None,
) -> Found:
    """Staff among parties, by the key at which each stands, and their agents. Raises InputInvalid if the actor is one of them, or
    somebody at work on their case.
    """
    roles = [(one.name, one.phone, "party", f"{key}.name") for key, one in said.items()]
    roles += [
        (agent.name, agent.phone, "agent", f"{key}.agents[{of}].name")
        for key, one in said.items()
        for of, agent in enumerate(one.agents)
    ]
    roles += [
        (agent.name, agent.phone, "agent", f"add_agents.{ordinal}.name")
        for ordinal, agent in (agents or {}).items()
    ]
    staff = queries.named(hall.session, {name for name, _phone, _kind, _key in roles})
    sure: dict[int, tuple[Person, str]] = {}
    wrong: list[Problem] = []
    namesakes: dict[str, None] = {}
    for who in staff:
        for name, phone, kind, where in roles:
            if name != who.name:
                continue
            if _bare(phone) and _bare(phone) == _bare(who.phone):
                if who.id == hall.actor.person_id:
                    message = _("您本人是当事人或者代理人，请由别的同事登记、补正")
                    wrong.append(Problem(message, key=where))
                elif of_case is not None:
                    wrong += [Problem(one, key=where) for one in at_work(hall, of_case, [who])]
                sure.setdefault(who.id or 0, (who, kind))
            elif not _bare(phone) or not _bare(who.phone):
                namesakes[str(who.name)] = None
    if wrong:
        raise InputInvalid(wrong)
    return Found(tuple(sure.values()), tuple(namesakes))


def at_work(hall: Hall, case: Dispute, staff: Iterable[Person]) -> Iterator[str]:
    """Who of them works on the case or leads it, in sentences: such a one is replaced before being kept from it."""
    for who in staff:
        if queries.is_at_work(hall.session, case.id or 0, who.id or 0) or case.leader_id == who.id:
            message = _("{name}要回避，又正在办理{number}：请先更换调解员、收回其待办或者另定包案领导")
            yield message.format(name=who.name, number=case.number or case.temporary_number)


def kept_off(hall: Hall, case: Dispute) -> list[Person]:
    """Whoever is kept from a case now."""
    return [who for row, who in queries.of_case(hall.session, case.id or 0) if row.lifted_at is None]


def keep_off(hall: Hall, case: Dispute, found: Found) -> None:
    """Keep the staff that were found among the parties from the case; the act that brought them says so in its event."""
    assert case.id is not None
    known = queries.standing(hall.session, case.id)
    for who, kind in found.sure:
        if who.id is not None and who.id not in known:
            hall.session.add(_row(hall, case.id, who.id, kind, ""))


def told(found: Found) -> tuple[str, ...]:
    """What the actor is told of it, in sentences."""
    sentences = [
        _("{name}是工作人员，{kind}：已自动回避，看不到本案").format(name=who.name, kind=_(OWN_KINDS[kind]))
        for who, kind in found.sure
    ]
    sentences += [
        _("有工作人员也叫{name}，请核实是不是本人或者近亲属，需要的请记录回避").format(name=name)
        for name in found.namesakes
    ]
    return tuple(sentences)


def recorded(found: Found) -> dict[str, list[str]]:
    """What the event of the act says of it: codes."""
    return {"recused": [f"{who.code}:{kind}" for who, kind in found.sure]} if found.sure else {}


def carry_over(hall: Hall, origin: Dispute, to: Dispute) -> None:
    """Whoever is kept from a case is kept from the one that its parties go to."""
    assert to.id is not None
    known = queries.standing(hall.session, to.id)
    for row, _who in queries.of_case(hall.session, origin.id or 0):
        if row.lifted_at is None and row.person_id not in known:
            hall.session.add(_row(hall, to.id, row.person_id, row.kind, str(row.reason or "")))


def kind_titles(hall: Hall) -> dict[str, str]:
    """Code → words, of all kinds."""
    own = {kind: _(title) for kind, title in OWN_KINDS.items()}
    return own | {one.code: one.title for one in hall.office.codes.entries("conflicts")}


def _person(hall: Hall, said: Recuse) -> Person:
    problems = []
    who = None
    try:
        who = people.person(hall.session, said.person)
    except NotFound as error:
        problems.append(Problem(error.message, key="person"))
    if said.kind not in kind_titles(hall):
        problems.append(Problem(_("应当是 {kinds} 之一").format(kinds=joined(kind_titles(hall))), key="kind"))
    if problems or who is None:
        raise InputInvalid(problems)
    return who


def _row(hall: Hall, case_id: int, person_id: int, kind: str, reason: str) -> Recusal:
    return Recusal(
        public_id=new_public_id(),
        case_id=case_id,
        person_id=person_id,
        kind=kind,
        reason=reason or None,
        by_id=hall.actor.post_id,
        since=hall.now,
    )


def _line(hall: Hall, row: Recusal, who: Person) -> RecusalLine:
    return RecusalLine(
        id=row.public_id,
        person=who.code,
        name=who.name,
        kind=row.kind,
        kind_title=kind_titles(hall).get(row.kind, row.kind),
        reason=str(row.reason or ""),
        since=row.since,
        lifted_at=row.lifted_at,
        lift_reason=str(row.lift_reason or ""),
    )


def _bare(phone: str | None) -> str:
    return "".join(one for one in phone or "" if one.isdigit())

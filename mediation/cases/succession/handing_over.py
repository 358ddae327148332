"""离任移交: all cases, tasks, appointments, promises and duties of one person go over in one transaction, or nothing does."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from mediation.cases import assignment, hearing, transition, worklists
from mediation.cases import queries as case_queries
from mediation.cases.appointments.arranging import overlaps, when
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.outgoing import post_outbox
from mediation.cases.recusals.queries import kept_cases
from mediation.cases.side_models import Appointment
from mediation.cases.succession import queries
from mediation.cases.succession.fitting import Fit, fit, kept_by
from mediation.cases.succession.in_hand import InHand, in_hand
from mediation.cases.succession.reach import is_near, refuse_stranger
from mediation.cases.succession.said import CaseTo, GiveBack, HandOver
from mediation.cases.taking_over import matters_of
from mediation.cases.task_models import Handover, Task
from mediation.cases.tasks import book
from mediation.clock import local_day
from mediation.deadlines.calendar import spoken_day
from mediation.errors import InputInvalid, NotFound, Problem
from mediation.ids import new_public_id
from mediation.language import _
from mediation.people import queries as people
from mediation.people.models import Person

ACT = "handed_over"


@dataclass(frozen=True)
class Passed:
    """One case: to whom it went, and what of it, as codes and ordinals."""

    case: str
    number: str
    to: str
    moved: Mapping[str, Any]


@dataclass(frozen=True)
class HandedOver:
    """What a hand-over came to. `handover`: its id, by which it is given back; none if nothing was moved or it was tried only.

    `names`: code → name, of everybody in it.
    """

    handover: str | None
    from_person: str
    to: str
    reason: str
    until: date | None
    counts: Mapping[str, int]
    cases: tuple[Passed, ...]
    told: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)


def hand_over(hall: Hall, words: Any, *, dry_run: bool = False) -> HandedOver:
    """Everything that one person has in hand, to the successor of all or of each case.

    Raises NotPermitted if the actor leads or dispatches for none of the units above the person's, InputInvalid with every
    problem of the words (a HandOver) and of every case.
    """
    said, giver, heir, fits = hearing.hear(HandOver, words, partial(_hear, hall))
    told = _also_led(hall, giver, said)
    if not fits:
        told = (_("{name} 没有在办的事项，不用移交").format(name=giver.name), *told)
    row = _row(hall, giver, heir, said.reason, said.until)
    return _carried_out(hall, row, (giver, heir), fits, told, said.why, dry_run=dry_run)


def _hear(hall: Hall, said: HandOver) -> tuple[HandOver, Person, Person, list[Fit]]:
    """What the words come to for each case: who gives, who takes, and how it fits.

    Of a case whose successor nobody knows, what keeps it with the giver is told all the same.
    """
    giver, heir, problems = _two_people(hall, said)
    held = seen(hall, in_hand(hall.session, giver.id or 0, leads=said.leads)) if giver is not None else []
    spoken = _by_case(hall, giver, held, said, problems) if giver is not None else {}
    heirs = {heir.code: heir} if heir is not None else {}
    for ref, one in said.cases.items():
        if one.to is not None and one.to not in {*heirs, said.from_person}:
            try:
                heirs[one.to] = people.person(hall.session, one.to)
            except NotFound as error:
                problems.append(Problem(str(error), key=f"cases.{ref}.to"))
    if said.why is None and any(one.must_withdraw for one in said.cases.values()):
        problems.append(Problem(_("必须回避的，要写明为什么"), key="why"))
    fits: list[Fit] = []
    wrong: list[Problem] = []
    for own in held if giver is not None else ():
        assert giver is not None
        one = spoken[own.number]
        to = heirs.get(one.to or said.to)
        if to is not None:
            fits.append(fit(hall, own, giver, to, one))
        kept = fits[-1].wrong if to is not None else kept_by(hall, own, giver, one)[0]
        wrong += _wrong_in(own, kept)
    _refuse([*problems, *wrong])
    assert giver is not None
    assert heir is not None
    return said, giver, heir, fits


def give_back(hall: Hall, public_id: str, words: Any, *, dry_run: bool = False) -> HandedOver:
    """What a hand-over moved and nobody has touched since goes back. Raises as `hand_over` does, NotFound for no such one."""
    before = queries.handover(hall.session, public_id)
    giver = queries.person_of(hall.session, before.from_id) if before is not None else None
    if before is None or giver is None or not is_near(hall, giver):
        raise NotFound(_("没有编号为 {id} 的移交").format(id=public_id))
    heir = queries.person_of(hall.session, before.to_id)
    refuse_stranger(hall, giver)
    said, fits = hearing.hear(GiveBack, words, partial(_hear_back, hall, before, giver))
    told = () if fits else (_("移交以后都已经有了变化，没有可以交回的"), *_who_has_it(hall, before))
    row = _row(hall, heir, giver, "back", None)
    return _carried_out(hall, row, (heir, giver), fits, told, said.why, dry_run=dry_run)


def _hear_back(hall: Hall, before: Handover, giver: Person, said: GiveBack) -> tuple[GiveBack, list[Fit]]:
    """What is left of a hand-over, and how it fits who had it before."""
    fits = []
    problems = []
    withdrew = any(case.get("must_withdraw") for case in before.moved["cases"].values())
    if (withdrew or before.reason == "conflict") and said.why is None:
        message = _("移交是因为{name}有利害关系，交回要写明为什么不再有")
        problems.append(Problem(message.format(name=giver.name), key="why"))
    for code in sorted({str(case["to"]) for case in before.moved["cases"].values()}):
        holder = people.person(hall.session, code)
        for own in seen(hall, in_hand(hall.session, holder.id or 0)):
            recorded = before.moved["cases"].get(own.case.public_id)
            if recorded is None or recorded["to"] != code:
                continue
            back = own.going_back(recorded, before.handed_over_at, has_turn=_is_mediators(hall, own.case))
            if not back.is_empty:
                fits.append(fit(hall, back, holder, giver, CaseTo(), asks_parties=False))
    in_cases = [problem for one in fits for problem in _wrong_in(one.held, one.wrong)]
    problems += in_cases
    if in_cases:
        way = _(
            "不能交回的案件，先在该案另作安排（更换调解员、转办待办、另定包案领导，或者签署完毕），再交回其余的"
        )
        problems.append(Problem(way, key="cases"))
    _refuse(problems)
    return said, fits


def _is_mediators(hall: Hall, case: Dispute) -> bool:
    """Whether the step that the case is at is the mediator's."""
    owner = hall.office.engine(case.workflow, case.workflow_version).state(case.state).owner
    return owner is not None and owner.relation == "mediator"


def _who_has_it(hall: Hall, before: Handover) -> Iterable[str]:
    """Of each case whose roles had gone over: who has them now and since when, or that it is no longer open; to who may see it."""
    kept = kept_cases(hall.session, hall.actor.person_id)
    for public_id, moved in before.moved["cases"].items():
        case = case_queries.case_for_system(hall.session, case_queries.case_id_of(hall.session, public_id))
        named = {"case": case.number or case.temporary_number}
        if case.id in kept or not case_queries.may_see(hall.session, hall.actor, case):
            continue
        if not case.open:
            yield _("{case}：已经归档").format(**named)
            continue
        for row, person, _post in case_queries.mediators(hall.session, case.id or 0):
            if row.role in moved["roles"]:
                since = spoken_day(local_day(row.assigned_at))
                words = _("{case}：{since}起由{name}担任{role}")
                yield words.format(**named, since=since, name=person.name, role=_title_of(hall, row.role))


def _title_of(hall: Hall, role: str) -> str:
    return hall.office.codes.title("mediator_roles", role)


def seen(hall: Hall, held: Sequence[InHand]) -> list[InHand]:
    """Not the cases that the actor is kept from: those are for somebody else to hand over."""
    kept = kept_cases(hall.session, hall.actor.person_id)
    return [own for own in held if own.case.id not in kept]


def _two_people(hall: Hall, said: HandOver) -> tuple[Person | None, Person | None, list[Problem]]:
    """Who gives and who takes, and what is wrong with either or with the day. Raises NotPermitted for the first."""
    problems: list[Problem] = []
    giver = _named(hall, said.from_person, "from", problems)
    if giver is not None:
        refuse_stranger(hall, giver)
    if said.to == said.from_person:
        problems.append(Problem(_("移交人和接手人是同一人"), key="to"))
        return giver, None, problems + _wrong_day(hall, said)
    heir = _named(hall, said.to, "to", problems)
    return giver, heir, problems + _wrong_day(hall, said)


def _named(hall: Hall, code: str, key: str, problems: list[Problem]) -> Person | None:
    try:
        return people.person(hall.session, code)
    except NotFound as error:
        problems.append(Problem(str(error), key=key))
        return None


def _wrong_day(hall: Hall, said: HandOver) -> list[Problem]:
    if said.until is not None and said.reason != "leave":
        return [Problem(_("只有请假（leave）的写回来的日期（until）"), key="until")]
    if said.until is not None and said.until <= hall.today:
        return [Problem(_("回来的日期应当晚于今天"), key="until")]
    return []


def _by_case(
    hall: Hall, giver: Person, held: Sequence[InHand], said: HandOver, problems: list[Problem]
) -> dict[str, CaseTo]:
    """What is said of each case, by its number; a problem for each name that is none of them, or of one named twice."""
    names = _called(own.case for own in held)
    led = _called(_left_led(hall, giver, said))
    found: dict[str, CaseTo] = {}
    for ref, one in said.cases.items():
        number = names.get(ref)
        if number is None:
            message = _("{ref} 不在 {name} 在办的纠纷之中").format(ref=ref, name=giver.name)
            if ref in led:
                message = _("{number} 只是包案；要一并移交的，请写明 leads").format(number=led[ref])
            problems.append(Problem(message, key=f"cases.{ref}"))
        elif number in found:
            problems.append(Problem(_("{ref} 写了两次").format(ref=number), key=f"cases.{ref}"))
        elif one.to == said.from_person:
            problems.append(Problem(_("移交人和接手人是同一人"), key=f"cases.{ref}.to"))
            found[number] = one
        else:
            found[number] = one
    return {own.number: found.get(own.number, CaseTo()) for own in held}


def _called(cases: Iterable[Dispute]) -> dict[str, str]:
    """Each name that a case may be called by → its number."""
    return {
        name: case.number or case.temporary_number
        for case in cases
        for name in (case.number, case.temporary_number, case.public_id)
        if name is not None
    }


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise InputInvalid(problems)


def _wrong_in(held: InHand, sentences: Iterable[str]) -> list[Problem]:
    return [Problem(sentence, key=f"cases.{held.number}") for sentence in sentences]


def _also_led(hall: Hall, giver: Person, said: HandOver) -> tuple[str, ...]:
    message = _("{name} 仍是 {number} 的包案领导；要一并移交的，写明 leads")
    led = _left_led(hall, giver, said)
    return tuple(message.format(name=giver.name, number=one.number or one.temporary_number) for one in led)


def _left_led(hall: Hall, giver: Person, said: HandOver) -> list[Dispute]:
    """Cases that the person goes on leading, since nothing was said of them."""
    if said.leads:
        return []
    kept = kept_cases(hall.session, hall.actor.person_id)
    return [one for one in queries.led(hall.session, giver.id or 0) if one.id not in kept]


def _row(hall: Hall, giver: Person, heir: Person, reason: str, until: date | None) -> Handover:
    assert giver.id is not None
    assert heir.id is not None
    return Handover(
        public_id=new_public_id(),
        from_id=giver.id,
        to_id=heir.id,
        by_id=hall.actor.person_id,
        reason=reason,
        until=until,
        moved={},
        handed_over_at=hall.now,
    )


def _carried_out(
    hall: Hall,
    row: Handover,
    people_named: tuple[Person, Person],
    fits: Sequence[Fit],
    told: tuple[str, ...],
    why: str | None,
    *,
    dry_run: bool,
) -> HandedOver:
    giver, heir = people_named
    passed = tuple(
        Passed(one.held.case.public_id, one.held.number, one.to.code, one.held.told()) for one in fits
    )
    counts = _counted(passed)
    writes = bool(fits) and not dry_run
    if writes:
        withdraws = {one.held.case.public_id for one in fits if one.must_withdraw}
        row.moved = {
            "counts": counts,
            "cases": {
                one.case: {
                    "to": one.to,
                    **one.moved,
                    **({"must_withdraw": True} if one.case in withdraws else {}),
                }
                for one in passed
            },
        }
        hall.session.add(row)
        for one in fits:
            _pass_on(hall, row, one, why)
    remarks = tuple(
        remark
        for one in fits
        for remark in (*one.remarks, *clashes(hall, one.held.number, one.held.appointments, one.to))
    )
    return HandedOver(
        handover=row.public_id if writes else None,
        from_person=giver.code,
        to=heir.code,
        reason=row.reason,
        until=row.until,
        counts=counts,
        cases=passed,
        told=(*told, *remarks),
        names={one.code: one.name for one in (giver, heir, *(fits_one.to for fits_one in fits))},
    )


def _counted(passed: Sequence[Passed]) -> dict[str, int]:
    counts: Counter[str] = Counter({"cases": len(passed)})
    for one in passed:
        for kind, moved in one.moved.items():
            counts[kind] += len(moved) if isinstance(moved, list) else int(moved)
    return dict(counts)


def _pass_on(hall: Hall, row: Handover, fits: Fit, why: str | None) -> None:
    """One case, with its event and its notices."""
    held, to, case = fits.held, fits.to, fits.held.case
    assert to.id is not None
    for role in held.roles:
        role.ended_at = hall.now
        hall.session.add(role)
    assignment.put(hall, case, fits.roles)
    _pass_on_asked(hall, fits)
    for task in held.tasks:
        _give(hall, fits, task)
    for appointment in held.appointments:
        appointment.person_id = to.id
        hall.session.add(appointment)
    changes: dict[str, Any] = {}
    if fits.receiver is not None:
        changes["first_receiver_id"] = fits.receiver.id
    if held.leads:
        changes["leader_id"] = to.id
    hall.session.flush()
    record = {
        "handover": row.public_id,
        "from": fits.giver.code,
        "to": to.code,
        "reason": row.reason,
        "moved": held.told(),
        **({"must_withdraw": True} if fits.must_withdraw else {}),
    }
    transition.touch(hall, case, ACT, record, {"why": why} if why else {}, changes)
    worklists.follow_tasks(hall, case)
    for party, matters in _concerned(hall, held).items():
        told = {"matters": matters} if matters else {}
        post_outbox(hall, case, "notice", {"notice": ACT, "party": party, "person": to.code, **told})


def _concerned(hall: Hall, held: InHand) -> dict[int, list[str]]:
    """The parties that are to hear of it, by ordinal: all of a case that is mediated by somebody else from now on; else those who
    are to be met, or were promised something, with which of the two.
    """
    if held.roles:
        return {party.ordinal: [] for party in case_queries.parties(hall.session, held.case.id or 0)}
    return matters_of(held.appointments, [task for task in held.tasks if task.kind == "promise"])


def _pass_on_asked(hall: Hall, fits: Fit) -> None:
    """Who asked, and who lent, is the successor from now on: answers come back to that one."""
    held, to = fits.held, fits.to
    assert fits.home is not None
    for asked in (*held.asked, *held.rounds):
        asked.asked_by_id, asked.asked_by_unit_id = to.id, fits.home.unit_id
        hall.session.add(asked)
    for task in held.lent:
        mine = task.person_id == to.id
        task.delegated_by_id = None if mine else to.id
        task.delegated_by_unit_id = None if mine else fits.home.unit_id
        hall.session.add(task)


def _give(hall: Hall, fits: Fit, task: Task) -> None:
    """A task, its clock running on; one that the successor had lent out is the successor's own again."""
    if task.delegated_by_id == fits.to.id:
        task.delegated_by_id = task.delegated_by_unit_id = None
    if task.kind == "turn":
        one = fits.tasks[task.ordinal]
        task.unit_id, task.person_id = one.unit_id, one.person_id
        hall.session.add(task)
    else:
        book.give_to(hall, fits.held.case, task, fits.tasks[task.ordinal])


def clashes(hall: Hall, number: str, kept: Sequence[Appointment], to: Person) -> list[str]:
    """Appointments of the case at which the successor has to be elsewhere: told, and to be put right."""
    own = {row.id for row in kept}
    others = [row for row in queries.appointments(hall.session, to.id or 0) if row.id not in own]
    message = _("{number} 约定的时间（{when}）与 {name} 的其他约定冲突，请另约")
    return [
        message.format(number=number, when=when(row), name=to.name)
        for row in kept
        if any(overlaps(row, other) for other in others)
    ]

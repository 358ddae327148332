"""分流交办, 签收, 受理, 指派: who takes the dispute, and who mediates it."""

from collections.abc import Sequence
from dataclasses import replace

from mediation.cases import objections, parties, queries, taking_over, tasks
from mediation.cases.facts import on_rosters
from mediation.cases.hall import Hall, Heard
from mediation.cases.inputs import Accept, Assign, Dispatch, Ending, Keep, MediatorSaid, Plain, Take
from mediation.cases.models import CaseMediator, Dispute
from mediation.cases.notices import notice_row, refuse_unknown
from mediation.cases.ownership.declining import (
    asking,
    refuse_line_of_another,
    refuse_unknown_line,
)
from mediation.cases.ownership.standing import ruling_followed
from mediation.cases.recusals import queries as recusals
from mediation.cases.routing import deciding
from mediation.errors import Faults, InputInvalid, NotFound, Problem
from mediation.language import _, joined
from mediation.people import queries as people
from mediation.people.models import Person, Post
from mediation.units import queries as unit_queries
from mediation.units.tree import Node, is_within
from mediation.workflow.facts import MediatorFacts

_MAY_MEDIATE = ("mediator", "grid_worker")
_MAY_RECORD = ("recorder", "mediator", "registrar", "grid_worker")


def keep(hall: Hall, case: Dispute, said: Keep) -> Heard:
    """留办: the holder handles the dispute itself."""
    ruling = ruling_followed(hall, case, hall.tree.unit(case.holder_id))
    decided = deciding.decide(hall, case, "keep", case.holder_id, said.overruled_because, ruling=ruling)
    words = {"remark": said.remark, "overruled_because": said.overruled_because}
    return Heard(
        act=decided.act,
        record=decided.record,
        details={key: value for key, value in words.items() if value},
        write=lambda: decided.write(hall),
    )


def dispatch(hall: Hall, case: Dispute, said: Dispatch) -> Heard:
    """交办 to a unit that is neither the holder nor above it."""
    wrong = Faults()
    target: Node | None = None
    with wrong.noting():
        target = _below(hall, case, said.to)
    with wrong.noting():
        refuse_unknown_line(hall, case, said.line)
    if target is None:
        wrong.refuse()
    assert target is not None
    with wrong.noting():
        refuse_line_of_another(hall, case, target, said)
    words = {"opinion": said.opinion, "overruled_because": said.overruled_because}
    sent_back = queries.times_sent_back(hall.session, case, target.code)
    argument = asking(hall, case, target, said)
    because, ruling = said.overruled_because, argument.ruling
    decided = deciding.decide(hall, case, "dispatch", target.id, because, ruling=ruling)
    heard = Heard(
        act={"target": target.code, **argument.act, **decided.act},
        drawn=dict.fromkeys(("target", *decided.act), ("to",)),
        facts={"has_target": True},
    )
    wrong.refuse(heard)

    def write() -> None:
        argument.write(hall)
        decided.write(hall)

    return replace(
        heard,
        changes={"target_id": target.id, "sender_id": case.holder_id, "sent_back": sent_back},
        record={"to": target.code, **argument.record, **decided.record},
        details={key: value for key, value in words.items() if value},
        write=write,
    )


def _below(hall: Hall, case: Dispute, code: str) -> Node:
    """The unit that is asked: neither the holder nor above it."""
    try:
        target = hall.tree.by_code(code)
    except NotFound as error:
        raise InputInvalid([Problem(str(error), key="to")]) from None
    problem = None
    if target.id == case.holder_id:
        problem = _("{unit} 已经是主办单位；自己办理请用“留办”")
    elif target in hall.tree.ancestors(case.holder_id):
        problem = _("{unit} 是上级单位；请用“上报”")
    if problem:
        raise InputInvalid([Problem(problem.format(unit=target.name), key="to")])
    return target


def acknowledge(hall: Hall, case: Dispute, said: Plain) -> Heard:
    """签收: the unit that was asked takes the dispute over; from now on it is the one holder."""
    return Heard(
        record={"unit": hall.actor.unit_code}, details={"remark": said.remark} if said.remark else {}
    )


def accept(hall: Hall, case: Dispute, said: Accept) -> Heard:
    """受理: the committee takes the dispute on; it gets its number and the law's clock starts.

    The committee is the nearest one, or another of the units above that the parties have chosen.
    """
    heard = Heard(
        act={"sued_elsewhere": said.taken_elsewhere, "override_reason": bool(said.override_reason)},
        drawn={"sued_elsewhere": ("taken_elsewhere",)},
    )
    wrong = Faults()
    with wrong.noting():
        if said.committee:
            _refuse_incompetent(hall, case, said.committee)
    wrong.refuse(heard)
    return replace(
        heard,
        changes={"mediable_because": said.override_reason} if said.override_reason else {},
        details={"override_reason": said.override_reason} if said.override_reason else {},
        record={
            "taken_elsewhere": said.taken_elsewhere,
            **({"committee": said.committee} if said.committee else {}),
        },
    )


def decline_acceptance(hall: Hall, case: Dispute, said: Ending) -> Heard:
    """不予受理, with its reason and the other routes, told by a notice (domain row 16)."""
    wrong = Faults()
    with wrong.noting():
        refuse_unknown(hall, "non_acceptance_reasons", said.reason, key="reason")
    with wrong.noting():
        refuse_unknown(hall, "routes", *said.routes, key="routes")
    heard = Heard(
        act={"reason": said.reason, "reason_code": said.reason, "routes": said.routes},
        drawn={"reason_code": ("reason",)},
    )
    wrong.refuse(heard)
    return replace(
        heard,
        record={"reason": said.reason, "routes": list(said.routes)},
        details={"explanation": said.explanation} if said.explanation else {},
        write=lambda: notice_row(hall, case, "non_acceptance", said.reason, said.explanation, said.routes),
    )


def assign(hall: Hall, case: Dispute, said: Assign) -> Heard:
    """指派: appointed by the committee or chosen by the parties; conflicts of interest declared (Art. 19)."""
    wrong = Faults()
    said = _as_chosen(hall, case, said)
    chosen: list[tuple[MediatorSaid, Person, Post]] = []
    for at, one in enumerate(said.mediators):
        with wrong.noting():
            if one.conflict is not None:
                refuse_unknown(hall, "conflicts", one.conflict, key=f"mediators[{at}].conflict")
        with wrong.noting():
            if one.objected_by is not None:
                parties.named(hall, case, [one.objected_by], f"mediators[{at}].objected_by")
        with wrong.noting():
            person, post = qualified(hall, one, at)
            _refuse_kept_off(hall, case, person, at)
            chosen.append((one, person, post))
    with wrong.noting():
        _refuse_doubles(said.mediators)
    objected = _objected(hall, case, said, wrong)
    _note_choice_passed_over(hall, case, said, wrong)
    act = {"reason": said.reason or ""}
    wrong.refuse(Heard(act=act))
    taken = taking_over.taken_over(hall, case, chosen)

    def write() -> None:
        release_mediators(hall, case)
        for person, post, party in objected:
            objections.enter(hall, case, person.id or 0, post.id or 0, party)
        put(hall, case, chosen)
        tasks.hand_over(hall, case, hall.office.engine(case.workflow, case.workflow_version))
        taking_over.hand_on(hall, case, taken)

    return Heard(
        act=act,
        facts={"mediators": mediator_facts(hall, case, chosen)},
        record={
            "mediators": [f"{one.role}:{one.person}:{one.how}" for one, _p, _o in chosen],
            **({"objections": {one.person: one.party for one in said.objections}} if objected else {}),
            **({"consented": True} if said.consented else {}),
            **({"must_withdraw": True} if said.must_withdraw else {}),
            **taken.record,
        },
        details={"reason": said.reason} if said.reason else {},
        write=write,
        told=taken.told,
    )


def _as_chosen(hall: Hall, case: Dispute, said: Assign) -> Assign:
    """Whom the parties chose and who goes on mediating is their choice still, whatever is said of it now."""
    assert case.id is not None
    chosen = {
        person.code
        for row, person, _post in queries.mediators(hall.session, case.id)
        if row.how == "chosen" and row.role != "recorder"
    }
    mediators = tuple(
        one.model_copy(update={"how": "chosen"}) if one.person in chosen and one.role != "recorder" else one
        for one in said.mediators
    )
    return said.model_copy(update={"mediators": mediators})


def _note_choice_passed_over(hall: Hall, case: Dispute, said: Assign, wrong: Faults) -> None:
    """Whom the parties chose goes only if they agree to it, as they do by choosing who comes (Art. 19), or because one of them does
    not accept that one any more (Art. 23); or must go, by withdrawing or for want of a post, which the committee decides.
    """
    assert case.id is not None
    on_case = queries.mediators(hall.session, case.id)
    known = {person.code for _row, person, _post in on_case}
    mediating = [one for one in said.mediators if one.role != "recorder"]
    coming = [one for one in mediating if one.person not in known]
    if said.consented or (coming and all(one.how == "chosen" for one in coming)):
        return
    staying = {one.person for one in mediating} | {one.person for one in said.objections}
    going = [
        person
        for row, person, _post in on_case
        if row.how == "chosen"
        and row.role != "recorder"
        and person.code not in staying
        and may_go_on(hall, person, row.role)
    ]
    if said.must_withdraw and len(going) == 1:
        return
    message = _(
        "{name} 是当事人选择的，换人要征得当事人同意（人民调解法第19条）：当事人同意的，写明 consented，或者接手的调解员写“当事人选择”；"
        "当事人不再接受 {name} 的，写在 objections 里；{name} 必须回避的，写明 must_withdraw，一次换一位"
    )
    for person in going:
        wrong.add(message.format(name=person.name), "consented")


def may_go_on(hall: Hall, person: Person, role: str) -> bool:
    """Whether a person holds a post today by which the role may be gone on with."""
    return person.status == "active" and any(
        is_within(hall.today, post.valid_from, post.valid_to) for post in _posts_for(hall, person, role)
    )


def _posts_for(hall: Hall, person: Person, role: str) -> list[Post]:
    """The posts of a person by which the role may be had, in term or not; those of the trade come first."""
    kinds = people.post_kinds(hall.session)
    posts = people.posts_of(hall.session, person.id or 0)
    return [post for kind in wanted_posts(role) for post in posts if kind in kinds.counts_as(post.kind)]


def take(hall: Hall, case: Dispute, said: Take) -> Heard:
    """当场调解: who is there mediates, on the spot (Art. 21)."""
    one = MediatorSaid(person=hall.actor.person_code, conflict=said.conflict, kept_by_both=said.kept_by_both)
    post = queries.post(hall.session, hall.actor.post_id)
    person = queries.person(hall.session, hall.actor.person_id)
    decided = deciding.decide(hall, case, "take", case.holder_id)

    def write() -> None:
        put(hall, case, [(one, person, post)])
        decided.write(hall)

    return Heard(
        act={"sued_elsewhere": said.taken_elsewhere, "override_reason": bool(said.override_reason)},
        changes={"mediable_because": said.override_reason} if said.override_reason else {},
        details={"override_reason": said.override_reason} if said.override_reason else {},
        facts={"mediators": mediator_facts(hall, case, [(one, person, post)])},
        record={"mediators": [f"presiding:{one.person}:appointed"], **decided.record},
        write=write,
    )


def _refuse_incompetent(hall: Hall, case: Dispute, code: str) -> None:
    try:
        committee = unit_queries.committee(hall.session, code)
    except NotFound as error:
        raise InputInvalid([Problem(str(error), key="committee")]) from None
    if not queries.is_competent(hall.session, hall.tree, committee, case.holder_id, hall.today):
        message = _("{name}不在任期内，或者不设在主办单位及其上级，不能受理")
        raise InputInvalid([Problem(message.format(name=committee.name), key="committee")])


def _refuse_kept_off(hall: Hall, case: Dispute, person: Person, at: int) -> None:
    """Who is kept from the case is not put on it: the recusal is lifted first, with a reason."""
    if person.id in recusals.standing(hall.session, case.id or 0):
        message = _("{name}对本案回避，不能指派").format(name=person.name)
        raise InputInvalid([Problem(message, key=f"mediators[{at}].person")])


def wanted_posts(role: str) -> tuple[str, ...]:
    """The kinds of post by one of which somebody has a role, that of the trade first."""
    return _MAY_RECORD if role == "recorder" else _MAY_MEDIATE


def qualified(hall: Hall, said: MediatorSaid, at: int) -> tuple[Person, Post]:
    """The person, and the post by which they may mediate or record: of several that of the trade, in which they go on with the case."""
    key = f"mediators[{at}].person"
    try:
        person = people.person(hall.session, said.person)
    except NotFound as error:
        raise InputInvalid([Problem(str(error), key=key)]) from None
    fitting = _posts_for(hall, person, said.role)
    if not fitting:
        message = _("{name} 没有可以担任这一角色的岗位").format(name=person.name)
        raise InputInvalid([Problem(message, key=key)])
    in_term = [post for post in fitting if is_within(hall.today, post.valid_from, post.valid_to)]
    return person, (in_term or fitting)[0]


_Objected = Sequence[tuple[Person, Post, int]]


def _objected(hall: Hall, case: Dispute, said: Assign, wrong: Faults) -> _Objected:
    """Whom which party does not accept; nobody can be assigned at the same time."""
    found: list[tuple[Person, Post, int]] = []
    assigned = {one.person for one in said.mediators}
    for at, one in enumerate(said.objections):
        with wrong.noting():
            parties.named(hall, case, [one.party], f"objections[{at}].party")
        key = f"objections[{at}].person"
        if one.person in assigned:
            wrong.add(_("当事人不接受的人，不能同时指派"), key)
            continue
        try:
            person = people.person(hall.session, one.person)
        except NotFound as error:
            wrong.add(str(error), key)
            continue
        posts = people.posts_of(hall.session, person.id or 0)
        if posts:
            found.append((person, posts[0], one.party))
        else:
            wrong.add(_("{name} 没有任何岗位").format(name=person.name), key)
    return found


def _refuse_doubles(said: Sequence[MediatorSaid]) -> None:
    codes = [one.person for one in said]
    doubled = sorted({code for code in codes if codes.count(code) > 1})
    if doubled:
        message = _("同一人不能在一案中担任两个角色：{people}").format(people=joined(doubled))
        raise InputInvalid([Problem(message, key="mediators")])


def mediator_facts(
    hall: Hall, case: Dispute, chosen: Sequence[tuple[MediatorSaid, Person, Post]]
) -> tuple[MediatorFacts, ...]:
    """Those chosen, as the guards see them. What a party objected to before stands, unless the parties choose the same one now."""
    objected = objections.standing(hall.session, case.id or 0)
    rosters = on_rosters(hall, case, [person.id or 0 for _said, person, _post in chosen])
    return tuple(
        MediatorFacts(
            person=said.person,
            role=said.role,
            in_office=is_within(hall.today, post.valid_from, post.valid_to),
            on_roster=person.id in rosters,
            conflict=said.conflict,
            kept_by_both=said.kept_by_both,
            objected_by=said.objected_by or _objector(said, objected.get(person.id or 0)),
            name=str(person.name),
        )
        for said, person, post in chosen
    )


def _objector(said: MediatorSaid, before: CaseMediator | None) -> int | None:
    """The law has parties accept who mediates, not who records."""
    if before is None or said.role == "recorder" or said.how == "chosen" or said.kept_by_both:
        return None
    return before.objected_by


def release_mediators(hall: Hall, case: Dispute) -> None:
    """Take all mediators and the recorder off the case; that they were on it stays on record."""
    assert case.id is not None
    for row, _person, _post in queries.mediators(hall.session, case.id):
        row.ended_at = hall.now
        hall.session.add(row)


def put(hall: Hall, case: Dispute, chosen: Sequence[tuple[MediatorSaid, Person, Post]]) -> None:
    """Enter those chosen on the case."""
    assert case.id is not None
    for one, person, post in chosen:
        assert person.id is not None
        assert post.id is not None
        hall.session.add(
            CaseMediator(
                case_id=case.id,
                person_id=person.id,
                post_id=post.id,
                role=one.role,
                how=one.how,
                conflict=one.conflict,
                kept_by_both=one.kept_by_both,
                objected_by=one.objected_by,
                assigned_at=hall.now,
            )
        )

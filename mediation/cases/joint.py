"""联合调解: when a dispute goes that way, or the ordinary one, who is in charge of it, and which of the three mediations leads."""

from mediation.cases import parties, queries, worklists
from mediation.cases.appointments import arranging as appointments
from mediation.cases.hall import Hall, Heard
from mediation.cases.inputs import WithReason
from mediation.cases.models import CoHandler, Dispute
from mediation.cases.outgoing import post_outbox
from mediation.cases.recusals.queries import is_kept_from
from mediation.cases.said_joint import PutInCharge, SwitchRoute
from mediation.errors import InputInvalid, NotFound, Problem
from mediation.language import _, joined
from mediation.people import queries as people
from mediation.units.tree import Node, is_within

_WAYS = {"administrative": "行政调解", "judicial": "司法调解"}


def turn_joint(hall: Hall, case: Dispute, said: WithReason) -> Heard:
    """转联合调解: what concerns several units goes on under the joint definition, with all that is on file; talks are planned anew."""
    return Heard(
        act={"reason": said.reason},
        details={"reason": said.reason},
        write=lambda: appointments.cancel_all(hall, case, ("session",)),
    )


def turn_ordinary(hall: Hall, case: Dispute, said: WithReason) -> Heard:
    """转普通程序: what cannot be settled on the spot goes on under the ordinary definition, with all that is on file.

    Who mediates is assigned anew, unless there is an agreement already: talks are planned by them.
    """
    kinds = ("session",) if case.phase == "mediation" else ()
    return Heard(
        act={"reason": said.reason},
        details={"reason": said.reason},
        write=lambda: appointments.cancel_all(hall, case, kinds),
    )


def back_to_ordinary(hall: Hall, case: Dispute, said: WithReason) -> Heard:
    """转回普通程序: the dispute turned out to be for one unit alone. Nobody confers there, and people's mediation leads."""
    if case.route != "people":
        message = _("现由{way}主导，普通程序是人民调解；请先办理「转换调解途径」转回人民调解")
        raise InputInvalid([Problem(message.format(way=_(_WAYS[case.route])))])
    return Heard(
        act={"reason": said.reason},
        details={"reason": said.reason},
        write=lambda: appointments.cancel_all(hall, case, ("conference",)),
    )


def put_in_charge(hall: Hall, case: Dispute, said: PutInCharge) -> Heard:
    """领导包案: the leader must hold a leading post at the holder or above it; the former one is replaced."""
    try:
        leader = people.person(hall.session, said.person)
    except NotFound as error:
        raise InputInvalid([Problem(str(error), key="person")]) from None
    assert leader.id is not None
    if not may_be_in_charge(hall, case, leader.id):
        message = _("{name}现在没有主办单位或者其上级单位负责人的岗位，不能包案").format(name=leader.name)
        raise InputInvalid([Problem(message, key="person")])
    details = {"duty": said.duty} if said.duty else {}
    return Heard(
        facts={"leader_named": True},
        changes={"leader_id": leader.id},
        record={"leader": said.person},
        details=details,
        write=lambda: post_outbox(hall, case, "notice", {"notice": "put_in_charge", "person": said.person}),
    )


def may_be_in_charge(hall: Hall, case: Dispute, person_id: int, holder_id: int | None = None) -> bool:
    """Whether a person leads the holder (or who is to become it), or a unit above, today, and is not kept from the case."""
    if is_kept_from(hall.session, person_id, case.id or 0):
        return False
    kinds = people.post_kinds(hall.session)
    line = {node.id for node in hall.tree.lineage(holder_id or case.holder_id)}
    return any(
        "unit_leader" in kinds.counts_as(post.kind)
        and post.unit_id in line
        and is_within(hall.today, post.valid_from, post.valid_to)
        for post in people.posts_of(hall.session, person_id)
    )


def switch_route(hall: Hall, case: Dispute, said: SwitchRoute) -> Heard:
    """转换调解途径: all parties agree to it; the unit that leads the other mediation co-handles the same file."""
    assert case.id is not None
    problems: list[Problem] = []
    unit = _leading_unit(hall, said, problems)
    if said.to == case.route:
        problems.append(Problem(_("现在就是这一途径"), key="to"))
    everybody = {party.ordinal for party in queries.parties(hall.session, case.id)}
    try:
        parties.named(hall, case, said.agreed_by, "agreed_by")
    except InputInvalid as error:
        problems += error.problems
    lacking = sorted(everybody - set(said.agreed_by))
    if lacking:
        who = joined(str(ordinal) for ordinal in lacking)
        problems.append(Problem(_("当事人{who}没有同意转换途径").format(who=who), key="agreed_by"))
    if problems:
        raise InputInvalid(problems)

    def write() -> None:
        assert case.id is not None
        present = {row.unit_id for row in queries.co_handlers(hall.session, case.id)} | {case.holder_id}
        if unit is not None and unit.id not in present:
            hall.session.add(CoHandler(case_id=case.id, unit_id=unit.id, why="route", since=hall.now))
            worklists.refresh_reach(hall, case)
        if unit is not None:
            post_outbox(hall, case, "notice", {"notice": "route_switched", "unit": unit.code})

    return Heard(
        act={"reason": said.reason},
        facts={"route": said.to},
        changes={"route": said.to},
        record={"from": case.route, "to": said.to, **({"unit": unit.code} if unit else {})},
        details={"reason": said.reason},
        write=write,
    )


def _leading_unit(hall: Hall, said: SwitchRoute, problems: list[Problem]) -> Node | None:
    if said.unit is None:
        if said.to != "people":
            message = _("要写明主导{way}的单位").format(way=_(_WAYS[said.to]))
            problems.append(Problem(message, key="unit"))
        return None
    try:
        return hall.tree.by_code(said.unit)
    except NotFound as error:
        problems.append(Problem(str(error), key="unit"))
        return None

"""并案: one case goes on within another. Both numbers, files and trails stay; who asks for the one is led to the other."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from mediation.cases import facts, objections, transition, worklists
from mediation.cases import queries as case_queries
from mediation.cases.appointments import arranging as appointments
from mediation.cases.hall import Hall, Heard
from mediation.cases.kinship import queries
from mediation.cases.kinship.links import another_case, enter_link
from mediation.cases.kinship.persons import about_persons, note_wrong_pairs
from mediation.cases.kinship.pieces import about_pieces, carry_pieces
from mediation.cases.kinship.said import MergeInto
from mediation.cases.models import (
    CoHandler,
    Dispute,
    Participant,
    Party,
    PartyAgent,
    PoliceReport,
    PrivateNote,
)
from mediation.cases.outgoing import post_outbox
from mediation.cases.recusals.keeping_off import at_work, carry_over, kept_off
from mediation.documents.wording import money_in_figures
from mediation.errors import Faults
from mediation.language import _
from mediation.workflow.facts import HIGH_RISK

IN_HAND = frozenset({"holder", "mediator", "first_receiver", "leader"})
_FILLED = ("id_number", "id_key", "phone", "phone_key", "address")
_TOLD = ("consented_at", "rights_told_at", "electronic_agreed_at")


def merge_into(hall: Hall, case: Dispute, said: MergeInto) -> Heard:
    """What the main case lacks is carried into it: parties, claims, helpers, evidence, talks with one side, reports to the police."""
    heard, main, rows, there = _both(hall, case, said)

    def write() -> None:
        _merge(hall, case, main, said)

    return replace(
        heard,
        changes={"merged_into_id": main.id},
        record={"into": main.public_id, **_named_in(said)},
        details={"why": said.why},
        write=write,
        told=(
            *_about_amount(case, main, said),
            *about_persons(rows, there, said.same),
            *about_pieces(hall, case, main),
        ),
    )


def _both(hall: Hall, case: Dispute, said: MergeInto) -> tuple[Heard, Dispute, list[Party], list[Party]]:
    """What the guards ask, the main case and the parties of both; InputInvalid tells all that is wrong with the case or the pairs
    named.
    """
    assert case.id is not None
    rows = case_queries.parties(hall.session, case.id)
    main: Dispute | None = None
    there: list[Party] | None = None
    faults = Faults()
    with faults.noting():
        main = another_case(hall, case, said.case, "case")
        there = case_queries.parties(hall.session, main.id or 0)
        for sentence in (*at_work(hall, main, kept_off(hall, case)), *_not_accepted(hall, case, main, rows)):
            faults.add(sentence, "case")
    note_wrong_pairs(faults, rows, there, said.same)
    if main is None:
        faults.refuse()
    assert main is not None
    assert there is not None
    heard = _heard_of(hall, main, said)
    faults.refuse(heard)
    return heard, main, rows, there


def _not_accepted(hall: Hall, case: Dispute, main: Dispute, rows: Sequence[Party]) -> Iterator[str]:
    """Who mediates the main case and is not accepted by a party of this one is replaced before."""
    objected = objections.standing(hall.session, case.id or 0)
    by_ordinal = {row.ordinal: row for row in rows}
    message = _("主案的{name}，本案的{who}不接受其调解（人民调解法第23条第1项）：先在主案更换调解员")
    for row, person, _post in case_queries.mediators(hall.session, main.id or 0):
        objection = objected.get(person.id or 0) if row.role != "recorder" else None
        party = by_ordinal.get(objection.objected_by or 0) if objection is not None else None
        if party is not None:
            yield message.format(name=person.name, who=facts.party_label(party))


def _heard_of(hall: Hall, main: Dispute, said: MergeInto) -> Heard:
    standing = facts.read_facts(hall, main, "")
    return Heard(
        act={
            "reason": said.why,
            "reason_code": "merged",
            "main": stands(hall, main),
            "main_in_hand": _is_in_hand(hall, main),
            "main_personal_status": standing.personal_status_matter,
            "main_refusers": tuple(party.ordinal for party in standing.parties if party.refused),
        },
        drawn={"main": ("case",)},
    )


def stands(hall: Hall, case: Dispute) -> str:
    """How far a case is, for the guards: open, concluded (an agreement is being signed or binds), ended."""
    assert case.id is not None
    agreement = case_queries.latest_agreement(hall.session, case.id)
    if case.outcome in {"agreed_written", "agreed_oral"} or (agreement and agreement.state == "signing"):
        return "concluded"
    return "open" if case.open and case.outcome == "open" else "ended"


def _is_in_hand(hall: Hall, main: Dispute) -> bool:
    """Whether the actor handles the case too, or a unit below the actor's holds it."""
    above = {node.id for node in hall.tree.lineage(main.holder_id)}
    return hall.actor.unit_id in above or bool(facts.actor_facts(hall, main).relations & IN_HAND)


def _about_amount(case: Dispute, main: Dispute, said: MergeInto) -> tuple[str, ...]:
    """What the actor has to know of sums that were not put together: whether they are of one claim, nobody can tell but people."""
    if said.amount_fen is not None or case.amount_fen is None:
        return ()
    message = _(
        "没有写明并案以后的金额（amount_fen）：本案 {own}，主案 {main}，都照旧；要改的，在主案办理「补正资料」"
    )
    sums = [
        money_in_figures(fen) if fen is not None else _("没有金额")
        for fen in (case.amount_fen, main.amount_fen)
    ]
    return (message.format(own=sums[0], main=sums[1]),)


def _named_in(said: MergeInto) -> dict[str, Any]:
    """Who is who by the actor's word, for the trail."""
    return {"same": {str(one.party): one.main_party for one in said.same}} if said.same else {}


def _merge(hall: Hall, case: Dispute, main: Dispute, said: MergeInto) -> None:
    assert case.id is not None
    why = said.why
    queries.lock(hall.session, case, main)
    ordinals, added = _carry_parties(hall, case, main, said)
    _carry_helpers(hall, case, main, ordinals)
    objections.carry_over(hall, case, main, ordinals)
    _carry_notes(hall, case, main, ordinals)
    _carry_reports(hall, case, main)
    pieces = carry_pieces(hall, case, main, ordinals)
    _carry_sight(hall, case, main)
    _void_unissued(hall, case)
    appointments.cancel_all(hall, case)
    enter_link(hall, case, main, "merged", why)
    hall.session.flush()
    claims = [claim for claim in case.claims if claim not in main.claims]
    changes: dict[str, Any] = {
        "headcount": max(main.headcount, main.headcount + case.headcount - len(ordinals) + len(added)),
    }
    if claims:
        changes["claims"] = [*main.claims, *claims]
    if said.amount_fen is not None:
        changes["amount_fen"] = said.amount_fen
    if case.risk == HIGH_RISK:
        changes["risk"] = HIGH_RISK
    told_of = ("headcount", "amount_fen", "risk")
    became: dict[str, Any] = {name: changes[name] for name in told_of if name in changes}
    record: dict[str, Any] = {
        "case": case.public_id,
        "number": case.number or case.temporary_number,
        "parties": {str(old): new for old, new in ordinals.items()},
        **_named_in(said),
        "added_claims": len(claims),
        **({"evidence": pieces} if pieces else {}),
        **became,
    }
    transition.touch(hall, main, "merged_in", record, {"why": why, "claims": claims}, changes)
    worklists.index_words(hall, main, case_queries.parties(hall.session, main.id or 0))
    worklists.refresh(hall, main, worklists.place_of(main))
    carry_over(hall, case, main)
    post_outbox(hall, main, "notice", {"notice": "merged_in", "case": case.public_id})


def _carry_parties(
    hall: Hall, case: Dispute, main: Dispute, said: MergeInto
) -> tuple[dict[int, int], list[int]]:
    """Ordinal here → ordinal there, and which of those are new there. Nobody is entered twice."""
    assert case.id is not None
    assert main.id is not None
    present = case_queries.parties(hall.session, main.id)
    next_one = case_queries.next_party(hall.session, main.id)
    named = {one.party: one.main_party for one in said.same}
    ordinals: dict[int, int] = {}
    added = []
    for row in case_queries.parties(hall.session, case.id):
        to = named.get(row.ordinal)
        same = next(
            (one for one in present if one.ordinal == to or (to is None and queries.same_party(row, one))),
            None,
        )
        if same is None:
            same = copied_party(row, main.id, next_one)
            hall.session.add(same)
            present.append(same)
            added.append(next_one)
            next_one += 1
        else:
            _fill(same, row)
            hall.session.add(same)
        hall.session.flush()
        carry_agents(hall, row, same)
        ordinals[row.ordinal] = same.ordinal
    return ordinals, added


def copied_party(row: Party, case_id: int, ordinal: int) -> Party:
    """The same party in another case, with what it has been told and has agreed to."""
    values = row.model_dump(exclude={"id", "case_id", "ordinal"})
    return Party(case_id=case_id, ordinal=ordinal, **values)


def carry_agents(hall: Hall, row: Party, to: Party) -> None:
    """Those who act for a party act for it in the other case too; none twice."""
    agents = case_queries.agents(hall.session, row.case_id)
    had = {
        (agent.kind, agent.name)
        for agent in case_queries.agents(hall.session, to.case_id)
        if agent.party_id == to.id
    }
    for agent in agents:
        if agent.party_id == row.id and (agent.kind, agent.name) not in had:
            values = agent.model_dump(exclude={"id", "case_id", "party_id"})
            hall.session.add(PartyAgent(case_id=to.case_id, party_id=to.id or 0, **values))


def copied_helper(row: Participant, case_id: int, ordinals: Mapping[int, int]) -> Participant:
    """The same helper in another case, with the consent of those of its parties that had given it (Art. 20)."""
    consented = sorted({ordinals[one] for one in row.consented_by if one in ordinals})
    return Participant(
        case_id=case_id, kind=row.kind, name=row.name, details=row.details, consented_by=consented
    )


def _fill(row: Party, other: Party) -> None:
    """What is known of the same party in the other case and not here."""
    if row.id_key is None and other.id_key is not None:
        row.id_kind = other.id_kind
    row.details = {**other.details, **{name: value for name, value in row.details.items() if value}}
    row.minor = row.minor or other.minor
    for column in _FILLED:
        if getattr(row, column) is None:
            setattr(row, column, getattr(other, column))
    for column in _TOLD:
        if getattr(row, column) is None:
            setattr(row, column, getattr(other, column))
    row.objects_to_public = row.objects_to_public or other.objects_to_public


def _carry_helpers(hall: Hall, case: Dispute, main: Dispute, ordinals: Mapping[int, int]) -> None:
    assert case.id is not None
    assert main.id is not None
    present: Sequence[Participant] = case_queries.participants(hall.session, main.id)
    for row in case_queries.participants(hall.session, case.id):
        if not any(queries.same_participant(row, other) for other in present):
            hall.session.add(copied_helper(row, main.id, ordinals))


def _carry_notes(hall: Hall, case: Dispute, main: Dispute, ordinals: Mapping[int, int]) -> None:
    """What one side said in confidence goes on only with whom it was said to; else it stays in the file that it was said in."""
    assert case.id is not None
    assert main.id is not None
    here = {row.id: row.ordinal for row in case_queries.parties(hall.session, case.id)}
    there = {row.ordinal: row.id or 0 for row in case_queries.parties(hall.session, main.id)}
    on_main = {person.id for _row, person, _post in case_queries.mediators(hall.session, main.id)}
    for note in case_queries.private_notes(hall.session, case.id):
        ordinal = ordinals.get(here.get(note.party_id, 0))
        if ordinal is not None and note.author_id in on_main:
            values = note.model_dump(exclude={"id", "case_id", "party_id"})
            hall.session.add(PrivateNote(case_id=main.id, party_id=there[ordinal], **values))


def _carry_reports(hall: Hall, case: Dispute, main: Dispute) -> None:
    assert case.id is not None
    assert main.id is not None
    had = len(case_queries.police_reports(hall.session, main.id))
    for at, row in enumerate(case_queries.police_reports(hall.session, case.id), start=had + 1):
        values = row.model_dump(exclude={"id", "case_id", "ordinal"})
        hall.session.add(PoliceReport(case_id=main.id, ordinal=at, **values))


def _carry_sight(hall: Hall, case: Dispute, main: Dispute) -> None:
    """Who held the case sees where it went."""
    assert main.id is not None
    helping = {row.unit_id for row in case_queries.co_handlers(hall.session, main.id)}
    if case.holder_id != main.holder_id and case.holder_id not in helping:
        hall.session.add(CoHandler(case_id=main.id, unit_id=case.holder_id, why="merged", since=hall.now))


def _void_unissued(hall: Hall, case: Dispute) -> None:
    """What is not signed by all will not be; what is drafted neither. Both stay in the file."""
    assert case.id is not None
    for paper in queries.unissued(hall.session, case.id):
        paper.state, paper.void_reason = "void", "merged"
        hall.session.add(paper)
    for draft in queries.drafts(hall.session, case.id):
        draft.state = "void"
        hall.session.add(draft)

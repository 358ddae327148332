"""Papers of a case: prepared from its rows into a frozen snapshot, recorded when they are printed.

`prepare` reads in one transaction; printing happens outside any; `record` writes, if the case is still what it was.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mediation.audit import queries as trail_queries
from mediation.cases import joint_sheets, queries, seals, sheets, stand_ins, transition
from mediation.cases.aftercare import queries as aftercare
from mediation.cases.aftercare import sheets as aftercare_sheets
from mediation.cases.aftercare import subjects
from mediation.cases.evidence import sheets as evidence_sheets
from mediation.cases.facts import ROLES, actor_facts, papers_wanted
from mediation.cases.hall import Hall
from mediation.cases.models import Agreement, Clause, Dispute, Notice
from mediation.cases.parties import acts_by_law
from mediation.crypto import sha256
from mediation.documents.forms import Form, missing_facts
from mediation.documents.models import Document, DocumentRevision, SignatureSlot
from mediation.documents.render import RenderedPaper
from mediation.documents.snapshot import HeadSheet, PartySheet, PersonSheet, SlotSheet, Snapshot, VerifySheet
from mediation.errors import CaseChanged, DocumentError, InputInvalid, NotFound, NotPermitted, Problem
from mediation.ids import new_public_id, new_token
from mediation.language import _
from mediation.units import queries as unit_queries
from mediation.units.models import Committee

_ONCE = frozenset(
    {"agreement", "oral_agreement", "termination_notice", "non_acceptance_notice", *aftercare_sheets.FORMS}
)
Drafted = tuple[Agreement, Sequence[Clause]]


@dataclass(frozen=True)
class Bearer:
    """Whose a slot is: a party or a person of the site."""

    party_id: int | None = None
    person_id: int | None = None


@dataclass(frozen=True)
class Prepared:
    """A paper ready to be printed."""

    form: Form
    snapshot: Snapshot
    subject: str
    case_version: int
    committee_code: str
    medium: str
    bearers: dict[str, Bearer]
    missing: tuple[Problem, ...] = ()
    """What it still lacks and where each is entered: facts, and the shapes of its characters."""


def prepare(
    hall: Hall, case: Dispute, form_name: str, subject: str = "", drafted: Drafted | None = None
) -> Prepared:
    """Freeze what a paper says. `subject`: `party-2`, `session-1`, `visit-1` …; the newest one if left out.

    `drafted`: an agreement that has not been entered yet, with its clauses. Raises InputInvalid for a subject that the case
    does not have.
    """
    form = hall.office.form(form_name)
    assert case.id is not None
    if subject and drafted is None:
        subjects.refuse_unknown(hall.session, case.id, subject)
    committee = _issuer(hall, case)
    parties = sheets.party_sheets(hall, case)
    subject = subject or _subject(hall, case, form_name)
    parts, number, medium = _parts(hall, case, form_name, subject, parties, drafted)
    slots, bearers = _slots(hall, case, form, parts, subject)
    addressee = next((party for party in parties if subject == f"party-{int(party.key[6:])}"), None)
    snapshot = Snapshot(
        form=form_name,
        number=number,
        issued_on=hall.today,
        site_name=hall.office.site_name,
        sample=hall.office.sample or committee.sample,
        committee=sheets.committee_sheet(committee),
        case=sheets.case_sheet(hall, case),
        parties=parties,
        addressee=addressee,
        slots=slots,
        head=_head(hall, case),
        verify=VerifySheet(
            document_id=new_public_id(),
            token=new_token(),
            root_fingerprint=hall.office.root_fingerprint,
            address=hall.office.public_address,
        ),
        **parts,
    )
    plain = snapshot.model_dump(mode="json")
    snapshot = snapshot.model_copy(update={"remarks": stand_ins.needed(hall, case, plain)})
    missing = (*missing_facts(form, snapshot), *stand_ins.wanting(hall, case, plain))
    return Prepared(form, snapshot, subject, case.version, committee.code, medium, bearers, missing)


def made_already(hall: Hall, case: Dispute, form: str, subject: str) -> Document | None:
    """The paper that is there, of those that an act owes once: agreement, register of an oral one, notices.

    Raises DocumentError when no act owes it (an agreement is printed when it is settled, not before), or when the case
    is in the archive.
    """
    if not case.open:
        raise DocumentError(_("案件已归档，不再出具文书"))
    if form not in _ONCE:
        return None
    assert case.id is not None
    subject = subject or _subject(hall, case, form)
    present = aftercare.paper(hall.session, case.id, form, subject)
    if present is None and (form, subject) not in papers_wanted(hall, case):
        title = hall.office.form(form).title
        message = _("现在还不能出具{title}：它随达成协议、终止、不予受理、中止、更正或者作废出具")
        raise DocumentError(message.format(title=title))
    return present


def refuse_stranger(hall: Hall, case: Dispute) -> None:
    """Papers are issued by those who handle the case: its holder's people, its mediators, its first receiver."""
    actor = actor_facts(hall, case)
    if not {"holder", "mediator", "first_receiver"} & actor.relations:
        raise NotPermitted(_("只有主办单位、本案调解员或首问责任人可以出具文书"))


def lacking(hall: Hall, case: Dispute, form_name: str, drafted: Drafted | None = None) -> tuple[str, ...]:
    """What a paper still lacks and where each is entered, before it is prepared in earnest."""
    prepared = prepare(hall, case, form_name, drafted=drafted)
    return tuple(problem.message for problem in prepared.missing)


def refuse_shapeless(hall: Hall, case: Dispute, state: str) -> None:
    """InputInvalid for an act that owes a paper which could never be printed: its characters have no shape.

    `state`: in which the case was before the act. What else keeps a paper from being made is told when it is made.
    """
    problems: list[Problem] = []
    for form, subject in hall.owed:
        with suppress(DocumentError, NotFound):
            plain = prepare(hall, case, form, subject).snapshot.model_dump(mode="json")
            problems += stand_ins.wanting(hall, case, plain, state)
    if problems:
        raise InputInvalid(list(dict.fromkeys(problems)))


def record(hall: Hall, case: Dispute, prepared: Prepared, paper: RenderedPaper, pdf: bytes) -> Document:
    """Enter the printed paper; CaseChanged if the case has moved on since it was prepared."""
    if case.version != prepared.case_version:
        raise CaseChanged
    assert case.id is not None
    snapshot = prepared.snapshot
    plain = snapshot.model_dump(mode="json")
    digest = sha256(pdf)
    document = Document(
        public_id=snapshot.verify.document_id,
        case_id=case.id,
        form=snapshot.form,
        form_sha256=prepared.form.sha256,
        number=snapshot.number,
        subject=prepared.subject,
        state="frozen",
        medium=prepared.medium,
        snapshot=plain,
        snapshot_sha256=sha256(snapshot.model_dump_json().encode()),
        case_version=case.version,
        sha256=digest,
        size=len(pdf),
        token_hash=hall.office.keyring.look_up("document token", snapshot.verify.token),
        layout={
            name: [place.page, place.x0, place.y0, place.x1, place.y1] for name, place in paper.slots.items()
        },
        frozen_at=hall.now,
        issued_on=hall.today,
    )
    hall.session.add(document)
    hall.session.flush()
    assert document.id is not None
    _add_revision(hall, document, None, digest, len(pdf))
    for ordinal, slot in enumerate(snapshot.slots, start=1):
        bearer = prepared.bearers[slot.name]
        hall.session.add(
            SignatureSlot(
                document_id=document.id,
                ordinal=ordinal,
                name=slot.name,
                role=slot.role,
                party_id=bearer.party_id,
                person_id=bearer.person_id,
            )
        )
    transition.touch(
        hall,
        case,
        "document.frozen",
        {
            "document": document.public_id,
            "form": document.form,
            "form_sha256": document.form_sha256,
            "subject": document.subject,
            "sha256": digest,
            "snapshot_sha256": document.snapshot_sha256,
            "seen_event": snapshot.head.event_number,
            "seen_hash": snapshot.head.event_hash,
        },
    )
    return document


def add_signed_revision(
    hall: Hall,
    document: Document,
    slot: SignatureSlot,
    pdf_sha256: str,
    size: int,
    certificate_sha256: str,
    at: datetime,
) -> None:
    """Enter one more signature on a paper. The seal completes it; one without a seal is complete when all have signed."""
    document.revisions += 1
    document.sha256, document.size = pdf_sha256, size
    document.state = "signing"
    slot.signed_at, slot.certificate_sha256 = at, certificate_sha256
    _add_revision(hall, document, slot.name, pdf_sha256, size)
    slots = queries.slots(hall.session, document.id or 0)
    has_seal = any(one.role == "seal" for one in slots)
    if slot.role == "seal" or (not has_seal and all(one.signed_at is not None for one in slots)):
        document.state, document.completed_at = "complete", hall.now
    hall.session.add(document)
    hall.session.add(slot)


def issuing_committee(hall: Hall, document: Document) -> Committee:
    """The committee whose seal a paper bears: as frozen in it."""
    name = document.snapshot["committee"]["name"]
    found = unit_queries.copy_of(hall.session, Committee, name, "name")
    if found is None:
        raise DocumentError(_("出具文书的调委会 {name} 已不在册").format(name=name))
    return found


def committee_in_whose_hands(hall: Hall, case: Dispute, document: Document) -> Committee:
    """The issuing committee, whose seal is in the hands of its own people: see seals.

    Raises NotPermitted for everybody else, and tells what to do where the committee is no more.
    """
    committee = issuing_committee(hall, document)
    if not seals.is_in_hands(hall, committee):
        if seals.is_no_more(hall, committee):
            raise NotPermitted(_never_sealed(hall, case, document, committee))
        message = _("{committee}的印章只能由该调委会的人员加盖（seal 或 seal_paper）；您是{actor}")
        raise NotPermitted(message.format(committee=committee.name, actor=hall.actor.label))
    return committee


def refuse_never_sealed(hall: Hall, case: Dispute, document: Document) -> None:
    """Nobody signs in vain: InputInvalid for a paper that waits for the seal of a committee whose unit was merged."""
    slots = queries.slots(hall.session, document.id or 0)
    if not hall.tree.merged or all(slot.role != "seal" or slot.signed_at for slot in slots):
        return
    committee = issuing_committee(hall, document)
    if committee.unit_id in hall.tree.merged:
        raise InputInvalid([Problem(_never_sealed(hall, case, document, committee), key="paper")])


def _never_sealed(hall: Hall, case: Dispute, document: Document, committee: Committee) -> str:
    message = _("{committee}已经撤销，不再盖章。{way_on}")
    return message.format(committee=committee.name, way_on=seals.way_on(hall, case, document))


def _add_revision(hall: Hall, document: Document, slot: str | None, digest: str, size: int) -> None:
    assert document.id is not None
    hall.session.add(
        DocumentRevision(
            document_id=document.id,
            ordinal=document.revisions,
            slot=slot,
            sha256=digest,
            size=size,
            recorded_at=hall.now,
        )
    )


def _issuer(hall: Hall, case: Dispute) -> Committee:
    found = seals.competent_for(hall, case)
    if found is None:
        raise DocumentError(_("本单位及上级都没有人民调解委员会，不能出具文书"))
    return found


def _subject(hall: Hall, case: Dispute, form: str) -> str:
    assert case.id is not None
    if form == "conference_minutes":
        return f"conference-{queries.tally(hall.session, case.id).conferences}"
    if form == "risk_assessment":
        return f"risk-{queries.latest_risk(hall.session, case.id) or 0}"
    return subjects.newest(hall.session, case.id, form)


def _parts(
    hall: Hall,
    case: Dispute,
    form: str,
    subject: str,
    parties: tuple[Any, ...],
    drafted: Drafted | None = None,
) -> tuple[dict[str, Any], str | None, str]:
    """The parts of the snapshot beside the fixed ones; the paper's number; how it is to be signed."""
    assert case.id is not None
    session = hall.session
    rows = queries.parties(session, case.id)
    sessions, visits, notices = (
        queries.sessions(session, case.id),
        queries.visits(session, case.id),
        queries.notices(session, case.id),
    )
    agreement, items = drafted or _agreement_of(hall, case, form, subject)
    talk = next(
        (row for row in sessions if subject == f"session-{row.ordinal}"), sessions[-1] if sessions else None
    )
    call = next((row for row in visits if subject == f"visit-{row.ordinal}"), visits[-1] if visits else None)
    notice = _notice_of(notices, form, subject)
    recorder = sheets.recorder_sheet(hall, case)
    parts: dict[str, Any] = {
        "mediators": tuple(sheet for sheet, _person in sheets.mediator_sheets(hall, case)),
        "recorder": recorder[0] if recorder else None,
        "registrar": sheets.registrar_sheet(hall, case)[0],
        "session": sheets.session_sheet(talk) if talk else None,
        "agreement": sheets.agreement_sheet(hall, case, agreement, parties, rows, items)
        if agreement
        else None,
        "notice": sheets.notice_sheet(hall, case, notice) if notice else None,
        "visit": sheets.visit_sheet(hall, case, call, parties) if call else None,
        **joint_sheets.parts(hall, case, form, subject),
        **evidence_sheets.parts(hall, case, form, subject),
    }
    parts |= aftercare_sheets.parts(hall, case, form, subject)
    if notice is not None:
        return parts, notice.number, "seal"
    if form in aftercare_sheets.FORMS:
        return parts, case.number, "seal"
    if agreement is not None and form in {"agreement", "oral_agreement"}:
        return parts, agreement.number or case.number, agreement.medium
    return parts, case.number, "none"


def _agreement_of(
    hall: Hall, case: Dispute, form: str, subject: str
) -> tuple[Agreement | None, Sequence[Clause]]:
    """The agreement that a paper of its own writes down, or the newest one, with its clauses."""
    assert case.id is not None
    found = queries.latest_agreement(hall.session, case.id)
    if form in {"agreement", "oral_agreement"} and subject.startswith("agreement-"):
        found = (
            aftercare.agreement_of(hall.session, case.id, int(subject.removeprefix("agreement-"))) or found
        )
    return found, queries.clauses(hall.session, found.id or 0) if found else ()


def _notice_of(notices: list[Notice], form: str, subject: str) -> Notice | None:
    """The notice that a paper tells of."""
    own = [row for row in notices if form == f"{row.kind}_notice"]
    return next((row for row in own if subjects.of_notice(own, row) == subject), None)


def _slots(
    hall: Hall, case: Dispute, form: Form, parts: dict[str, Any], subject: str
) -> tuple[tuple[SlotSheet, ...], dict[str, Bearer]]:
    """The places for signatures that the form has, in the order of signing; the seal last."""
    roles = [rule.role for rule in form.sheet.slots]
    found: list[tuple[SlotSheet, Bearer]] = []
    for role in roles:
        found += _slots_of(hall, case, form, role, parts, subject)
    found.sort(key=lambda one: one[0].role == "seal")
    return tuple(slot for slot, _bearer in found), {slot.name: bearer for slot, bearer in found}


def _slots_of(  # noqa: PLR0911  one return for each role
    hall: Hall, case: Dispute, form: Form, role: str, parts: dict[str, Any], subject: str
) -> list[tuple[SlotSheet, Bearer]]:
    assert case.id is not None
    if role == "party":
        rows = zip(queries.parties(hall.session, case.id), sheets.party_sheets(hall, case), strict=True)
        only = _only_party(hall, case, form, subject)
        away = _absent(hall, case, subject)
        return [
            (
                SlotSheet(name=sheet.key, role="party", label=ROLES[sheet.role], person=_signer(sheet)),
                Bearer(row.id),
            )
            for row, sheet in rows
            if only in {None, f"party-{row.ordinal}"} and row.ordinal not in away
        ]
    if role == "mediator":
        return [
            _person_slot(sheet, "mediator", person) for sheet, person in sheets.mediator_sheets(hall, case)
        ]
    if role == "recorder":
        recorder = sheets.recorder_sheet(hall, case)
        mediators = sheets.mediator_sheets(hall, case)
        recorder = recorder or (mediators[0] if mediators and form.sheet.kind == "record" else None)
        return (
            [_person_slot(recorder[0].model_copy(update={"key": "recorder"}), "recorder", recorder[1])]
            if recorder
            else []
        )
    if role == "registrar":
        return [_person_slot(*_swap(sheets.registrar_sheet(hall, case)))]
    if role == "participant" and form.name in joint_sheets.FORMS:
        return [(slot, Bearer()) for slot in joint_sheets.slots(form.name, parts)]
    if role == "participant" and parts["session"] and form.sheet.kind == "record":
        return [_person_slot(sheet, "participant", None) for sheet in parts["session"].participants]
    if role == "visitor" and parts["visit"]:
        name = parts["visit"].visitor
        return [(SlotSheet(name="visitor", role="visitor", label=_("回访人"), person=name), Bearer())]
    if role == "seal":
        committee = _issuer(hall, case)
        return [(SlotSheet(name="seal", role="seal", label=_("调委会印章"), person=committee.name), Bearer())]
    return []


def _only_party(hall: Hall, case: Dispute, form: Form, subject: str) -> str | None:
    """The one party (`party-2`) that signs what is made out to them, or for their visit; None when all of them sign."""
    assert case.id is not None
    if subject.startswith("party-"):
        return subject
    if form.name != "return_visit":
        return None
    visits = queries.visits(hall.session, case.id)
    visit = next((row for row in visits if subject == f"visit-{row.ordinal}"), visits[-1] if visits else None)
    return f"party-{visit.party}" if visit else None


def _absent(hall: Hall, case: Dispute, subject: str) -> frozenset[int]:
    """The parties who were not at the session that a paper records: they sign nothing of it."""
    assert case.id is not None
    held = [row for row in queries.sessions(hall.session, case.id) if subject == f"session-{row.ordinal}"]
    return frozenset(ordinal for row in held for ordinal in row.record.get("absent", ()))


def _swap(found: tuple[PersonSheet, int]) -> tuple[PersonSheet, str, int]:
    return found[0], "registrar", found[1]


def _person_slot(sheet: PersonSheet, role: Any, person_id: int | None) -> tuple[SlotSheet, Bearer]:
    labels = {
        "mediator": _("人民调解员"),
        "recorder": _("记录人"),
        "registrar": _("登记人"),
        "participant": _("参加人"),
    }
    slot = SlotSheet(name=sheet.key, role=role, label=labels[role], person=sheet.name)
    return slot, Bearer(person_id=person_id)


def _signer(party: PartySheet) -> str:
    """Who holds the pen: the party, its representative or its guardian."""
    acting = next((agent for agent in party.agents if acts_by_law(party.kind, agent.kind)), None)
    return f"{party.name}（{acting.name}）" if acting else str(party.name)


def _head(hall: Hall, case: Dispute) -> HeadSheet:
    end = trail_queries.last_event(hall.session, case.public_id)
    assert end is not None  # a case begins with its first event
    last = trail_queries.head_of(hall.session)
    return HeadSheet(
        event_number=end.ordinal,
        event_hash=end.hash,
        head_number=last.number if last else None,
        head_hash=last.hash if last else None,
    )

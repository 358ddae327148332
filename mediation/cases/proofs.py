"""What the trail knows of each paper, for verification; and registers and notices finished with the committee's seal."""

from dataclasses import dataclass

from sqlmodel import Session

from mediation.cases import paperwork, queries, transition
from mediation.cases.aftercare import queries as aftercare
from mediation.cases.ceremony import Made, Open
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.documents.models import Document
from mediation.documents.verify import PaperRecord, SlotRecord
from mediation.errors import CaseChanged


@dataclass(frozen=True)
class ToFinish:
    """The next slot that can be filled on a register or notice without anybody's drawing."""

    paper: Open
    slot: str


def find_record(session: Session, digest: str, document_id: str | None) -> PaperRecord | None:
    """The record of the paper one of whose revisions has this hash, else of the paper of this id."""
    found = queries.document_by_revision(session, digest)
    if found is None and document_id is not None:
        found = queries.document_by_public_id(session, document_id)
    return record_of(session, found) if found else None


def all_records(session: Session) -> list[PaperRecord]:
    """Every paper that bears a signature."""
    return [record_of(session, document) for document in queries.all_documents(session)]


def record_of(session: Session, document: Document) -> PaperRecord:
    """What is on record of one paper: its hashes and who signed it, in order."""
    assert document.id is not None
    revisions = queries.revisions(session, document.id)
    slots = {slot.name: slot for slot in queries.slots(session, document.id)}
    by_hand = tuple(name for name, slot in slots.items() if slot.medium == "ink")
    signed = []
    for revision in revisions:
        slot = slots.get(revision.slot or "")
        if slot is not None and slot.signed_at is not None:
            signed.append(SlotRecord(slot.name, slot.signed_at, slot.certificate_sha256))
    return PaperRecord(
        document_id=document.public_id,
        sha256=document.sha256,
        revisions=tuple(revision.sha256 for revision in revisions if revision.sha256 != document.sha256),
        slots=tuple(signed),
        complete=document.completed_at is not None and bool(signed or by_hand),
        void=queries.is_void(session, document),
        by_hand=by_hand,
        form=document.form,
        number=document.number,
    )


def next_to_finish(hall: Hall, case: Dispute, form: str, subject: str) -> ToFinish | None:
    """The actor's own slot first, then the seal; slots of other people are left for ink."""
    paper = _open(hall, case, form, subject)
    if paper is None or paper.document.state in {"complete", "void"}:
        return None
    for slot in paper.slots:
        own = slot.person_id is not None and slot.person_id == hall.actor.person_id
        if slot.signed_at is None and own and slot.role in {"mediator", "recorder", "registrar"}:
            return ToFinish(paper, slot.name)
    seal = paper.slot("seal")
    return ToFinish(paper, "seal") if seal is not None and seal.signed_at is None else None


def finish(hall: Hall, case: Dispute, form: str, subject: str, slot_name: str, made: Made) -> None:
    """Enter what was signed; CaseChanged if the paper is no longer what it was."""
    paper = _open(hall, case, form, subject)
    slot = paper.slot(slot_name) if paper else None
    if paper is None or slot is None or paper.document.sha256 != made.before:
        raise CaseChanged
    slot.medium = "seal" if slot.role == "seal" else "certificate"
    slot.identity_check = None if slot.role == "seal" else "own_post"
    paperwork.add_signed_revision(
        hall, paper.document, slot, made.sha256, made.size, made.certificate_sha256, made.at
    )
    record = {
        "document": paper.document.public_id,
        "slot": slot_name,
        "revision": paper.document.revisions,
        "sha256": made.sha256,
        "certificate": made.certificate_sha256,
        "signed_at": made.at.isoformat(),
    }
    transition.touch(hall, case, "document.signed", record)


def _open(hall: Hall, case: Dispute, form: str, subject: str) -> Open | None:
    assert case.id is not None
    document = aftercare.paper(hall.session, case.id, form, subject)
    if document is None or document.id is None:
        return None
    agreement = queries.latest_agreement(hall.session, case.id)
    return Open(agreement, document, tuple(queries.slots(hall.session, document.id)))

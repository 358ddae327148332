"""Signing: on a tablet slot by slot, or in ink with the scan attached; the seal last (Art. 29).

The bytes are made outside any transaction (see `app`): `hear_…` says what the act means, the app signs, and the act is
written with what was made. A paper is in force when all parties, the mediator and the seal are on it.
"""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from mediation.cases import notices, paperwork, parties, queries
from mediation.cases.aftercare import queries as aftercare
from mediation.cases.hall import Hall, Heard
from mediation.cases.inputs import AttachScan, Seal, Sign
from mediation.cases.models import Agreement, Dispute, Party, PartyAgent
from mediation.clock import local_day, local_moment
from mediation.crypto import sha256
from mediation.documents.models import Document, DocumentRevision, SignatureSlot
from mediation.errors import CaseChanged, Faults, InputInvalid, NotFound, Problem
from mediation.ids import new_token
from mediation.language import _, joined
from mediation.workflow.facts import AgreementFacts, SlotFacts

BY_LINK = "link_and_number"
"""How who signs by a link is identified (cases.residents.links): the code in the table of identity checks."""


@dataclass(frozen=True)
class Open:
    """A paper that lies open for signing; `agreement` is the one it is about, if any."""

    agreement: Agreement | None
    document: Document
    slots: tuple[SignatureSlot, ...]

    def slot(self, name: str) -> SignatureSlot | None:
        return next((slot for slot in self.slots if slot.name == name), None)

    @property
    def unsigned(self) -> tuple[str, ...]:
        """Slots where nobody has signed yet, the seal apart."""
        return tuple(slot.name for slot in self.slots if slot.signed_at is None and slot.role != "seal")

    @property
    def is_wholly_in_ink(self) -> bool:
        """Whether the seal too is put on by hand: an agreement concluded so."""
        return (
            self.document.form == "agreement"
            and self.agreement is not None
            and self.agreement.medium == "ink"
        )

    @property
    def in_ink(self) -> tuple[str, ...]:
        """Slots that were signed by hand."""
        return tuple(slot.name for slot in self.slots if slot.medium == "ink")

    def person(self, name: str) -> str:
        """Whose signature a slot is for, as printed."""
        return next(str(slot["person"]) for slot in self.document.snapshot["slots"] if slot["name"] == name)

    def label(self, name: str) -> str:
        """What the slot is called on the paper."""
        return next(str(slot["label"]) for slot in self.document.snapshot["slots"] if slot["name"] == name)


@dataclass(frozen=True)
class Made:
    """Bytes that were signed outside the transaction."""

    before: str
    sha256: str
    size: int
    certificate_sha256: str
    at: datetime


def open_paper(hall: Hall, case: Dispute, name: str | None = None) -> Open | None:
    """The paper of the agreement that is being signed, or the one that is named, if it has been printed."""
    assert case.id is not None
    agreement = queries.latest_agreement(hall.session, case.id)
    if name is not None:
        form, _colon, subject = name.partition(":")
        document = None if form == "scan" else queries.document(hall.session, case.id, form, subject)
        if document is not None and document.form == "agreement":
            ordinal = int(document.subject.rpartition("-")[2])
            agreement = aftercare.agreement_of(hall.session, case.id, ordinal)
    elif agreement is not None:
        document = queries.document(hall.session, case.id, "agreement", f"agreement-{agreement.ordinal}")
    else:
        document = None
    if document is None or document.id is None:
        return None
    return Open(agreement, document, tuple(queries.slots(hall.session, document.id)))


def paper_of(hall: Hall, case: Dispute, said: Sign | AttachScan | Seal) -> Open:
    """The paper that an act of the ceremony is about. Raises NotFound if it has not been printed."""
    paper = open_paper(hall, case, said.paper)
    if paper is None:
        raise NotFound(_("{paper} 还没有印出").format(paper=said.paper or _("协议书")))
    return paper


def left_for_ink(paper: Open) -> tuple[str, ...]:
    """Slots that the seal does not wait for: signed by hand, the receipts on a notice, the parties' on an oral register.

    An oral agreement binds from the day it is reached (Art. 30): its register needs the mediator's hand, not theirs.
    """
    if paper.document.form.endswith("_notice"):
        return tuple(
            slot.name for slot in paper.slots if slot.role != "seal" and slot.certificate_sha256 is None
        )
    if paper.document.form == "oral_agreement":
        theirs = [slot for slot in paper.slots if slot.role in {"party", "agent"}]
        unsigned = [slot.name for slot in theirs if slot.signed_at is None]
        return (*paper.in_ink, *unsigned)
    return paper.in_ink


def written(
    hall: Hall, case: Dispute, said: Sign | AttachScan | Seal, made: Made | None, document_id: str
) -> Heard:
    """An act of the ceremony with the bytes that were made for it."""
    if isinstance(said, Seal):
        return seal(hall, case, said, made)
    if made is None:
        raise CaseChanged
    if isinstance(said, AttachScan):
        return attach_scan(hall, case, said, made, document_id)
    return sign(hall, case, said, made)


def hear_sign(hall: Hall, case: Dispute, said: Sign, wrong: Faults | None = None) -> Heard:
    """One signature: whose, how they were identified, whether they agree to the paper and to this way of signing."""
    wrong = wrong or Faults()
    with wrong.noting():
        notices.refuse_unknown(hall, "identity_checks", said.identity_check, key="identity_check")
    drawing = fingerprint = None
    with wrong.noting():
        drawing = picture(said.drawing, "drawing")
    with wrong.noting():
        fingerprint = picture(said.fingerprint, "fingerprint")
    if said.drawing is None and said.fingerprint is None:
        wrong.add(_("请签名或者按指印"), "drawing")
    elif said.drawing is None and (said.read_to != "read_aloud" or not said.witness):
        wrong.add(_("只按指印的，要向其宣读并写明见证人"), "witness")
    paper = open_paper(hall, case, said.paper)
    if paper is not None:
        paperwork.refuse_never_sealed(hall, case, paper.document)
    agent = None
    with wrong.noting():
        agent = _signing_agent(hall, case, said)
    lacks = parties.agent_lacks(hall, agent, _power_for(said.paper)) if agent else ""
    heard = Heard(
        facts=_named_paper(hall, case, said) if paper is not None else {},
        act={
            "slot": said.slot,
            "identity_check": said.identity_check,
            "agrees": said.agrees,
            "agent_lacks": lacks,
        },
        drawn={"agent_lacks": ("slot", "agent", "paper")},
    )
    # what stands in the way of a paper that nobody has named rightly cannot be known
    wrong.refuse(heard if paper is not None or said.paper is None else None)
    return replace(
        heard,
        record={
            "slot": said.slot,
            "agent": said.agent or 0,
            "identity_check": said.identity_check,
            "read_to": said.read_to,
            "medium": "tablet",
        },
        details={
            "drawing_sha256": sha256(drawing) if drawing else "",
            "fingerprint_sha256": sha256(fingerprint) if fingerprint else "",
            "witness": said.witness or "",
        },
    )


def signer(hall: Hall, case: Dispute, paper: Open, said: Sign) -> str:
    """Whose name the signature bears: as the slot has it, or the agent's for the party."""
    agent = _signing_agent(hall, case, said)
    if agent is None:
        return paper.person(said.slot)
    party = _represented(hall, agent)
    return _("{party}（{agent}代签）").format(party=party.name, agent=agent.name)


def by_agent(hall: Hall, case: Dispute, said: Sign) -> str:
    """Who signs in the party's place; "" where it signs itself: an office by its legal representative (Civil Code Art. 61)."""
    agent = _signing_agent(hall, case, said)
    if agent is None:
        return ""
    party = _represented(hall, agent)
    is_its_organ = party.kind != "natural" and agent.kind == "legal_representative"
    return "" if is_its_organ else str(agent.name)


def _represented(hall: Hall, agent: PartyAgent) -> Party:
    return next(row for row in queries.everybody(hall.session, agent.case_id) if row.id == agent.party_id)


def caption(said: Sign, agent: str = "") -> str:
    """What stands below a mark: who signed for the party, that nobody saw them, that the paper was read to them, who witnessed it."""
    words = [_("{agent}代签").format(agent=agent)] if agent else []
    words += [_("凭链接签名，未当面核对证件")] if said.identity_check == BY_LINK else []
    words += [_("已向其宣读，无异议")] if said.read_to == "read_aloud" else []
    if said.witness:
        words.append(_("见证人：{name}").format(name=said.witness))
    return " ".join(words)


def sign(hall: Hall, case: Dispute, said: Sign, made: Made) -> Heard:
    """The same with the signed bytes, to be written."""
    heard = hear_sign(hall, case, said)
    paper = _unchanged(open_paper(hall, case, said.paper), made)
    slot = paper.slot(said.slot)
    if slot is None:
        raise CaseChanged
    evidence = _evidence(paper, said.slot, made)
    agent = by_agent(hall, case, said)

    def write() -> None:
        paperwork.add_signed_revision(
            hall, paper.document, slot, made.sha256, made.size, made.certificate_sha256, made.at
        )
        slot.medium, slot.identity_check, slot.read_to = "tablet", said.identity_check, said.read_to
        slot.consented_at = made.at
        slot.agent = agent or None
        slot.drawing, slot.fingerprint = (
            picture(said.drawing, "drawing"),
            picture(said.fingerprint, "fingerprint"),
        )
        slot.strokes = [list(stroke) for stroke in said.strokes] if said.strokes else None
        hall.session.add(slot)

    return replace(heard, record={**heard.record, **evidence}, write=write)


def hear_scan(hall: Hall, case: Dispute, said: AttachScan, wrong: Faults | None = None) -> Heard:
    """The paper signed by hand comes back as a scan."""
    wrong = wrong or Faults()
    paper = open_paper(hall, case, said.paper)
    if paper is not None:
        paperwork.committee_in_whose_hands(hall, case, paper.document)
    if said.signed_on > hall.today:
        wrong.add(_("签字日期还没有到"), "signed_on")
    elif paper is not None and said.signed_on < paper.document.issued_on:
        wrong.add(_("签字日期早于文书印出的日期"), "signed_on")
    pages = []
    for at, page in enumerate(said.pages):
        with wrong.noting():
            pages.append(picture(page, f"pages[{at}]"))
    if paper is not None and paper.document.state == "complete":
        wrong.add(_("这份文书已经签署完毕，不能再附扫描件"), "pages")
    unknown = [name for name in said.slots if paper is not None and paper.slot(name) is None]
    if unknown:
        known = joined(slot.name for slot in paper.slots) if paper else ""
        message = _("文书上没有签名位 {unknown}；现有：{known}")
        wrong.add(message.format(unknown=joined(unknown), known=known), "slots")
    wrong.refuse()
    return Heard(
        facts=_named_paper(hall, case, said),
        record={"signed_on": said.signed_on.isoformat(), "slots": list(said.slots), "pages": len(pages)},
        details={"pages_sha256": [sha256(page) for page in pages if page]},
    )


def attach_scan(hall: Hall, case: Dispute, said: AttachScan, made: Made, document_id: str) -> Heard:
    """The scan as a file of its own, signed by the committee's key for integrity only; the slots count as signed in ink."""
    heard = hear_scan(hall, case, said)
    paper = _unchanged(open_paper(hall, case, said.paper), made)
    slots = _scanned(paper, said)

    def write() -> None:
        for slot in slots:
            slot.medium, slot.signed_at = "ink", local_moment(said.signed_on, 12)
            hall.session.add(slot)
        if said.paper is not None and all(slot.signed_at is not None for slot in paper.slots):
            _complete_in_ink(hall, paper)
        _add_scan(hall, case, paper, made, document_id)

    record = {"document": document_id, "sha256": made.sha256, "scan_of": paper.document.public_id}
    return replace(heard, record={**heard.record, **record}, write=write)


def _scanned(paper: Open, said: AttachScan) -> list[SignatureSlot]:
    """The slots that a scan shows signed: those named, or else all that are missing; where none is, it is attached anew.

    A scan that is attached anew, for one that was wrong, tells the day anew for all that is in ink.
    """
    wholly = paper.is_wholly_in_ink or said.paper is not None
    by_hand = [
        slot
        for slot in paper.slots
        if (slot.signed_at is None or slot.medium == "ink")
        and (wholly or slot.role != "seal")  # on a mixed paper the seal comes last, by the committee's key
    ]
    if said.slots:
        return [slot for slot in by_hand if slot.name in said.slots]
    return [slot for slot in by_hand if slot.signed_at is None] or by_hand


def hear_seal(hall: Hall, case: Dispute, said: Seal, wrong: Faults | None = None) -> Heard:
    """The committee's seal. On a paper wholly in ink it was put there by hand; the day of the last act counts."""
    (wrong or Faults()).refuse()
    paper = open_paper(hall, case, said.paper)
    if paper is None:
        return Heard()
    paperwork.committee_in_whose_hands(hall, case, paper.document)
    act: dict[str, object] = {}
    if said.paper is not None:
        _refuse_unready(paper)
    if paper.is_wholly_in_ink:
        stamped = paper.slot("seal")
        if stamped is not None and stamped.signed_at is None and not paper.unsigned:
            message = _("纸质协议书上的印章还没有登记，请办理“附签字扫描件”，slots 写 seal")
            raise InputInvalid([Problem(message, key="slots")])
        days = [local_day(slot.signed_at) for slot in paper.slots if slot.signed_at is not None]
        act["ink_in_force_on"] = max(days, default=None)
    details = {"remark": said.remark} if said.remark else {}
    return Heard(act=act, facts=_named_paper(hall, case, said), details=details)


_Hear = Callable[[Hall, Dispute, Any, Faults | None], Heard]


def of_agreement(hear: _Hear) -> Callable[[Hall, Dispute, Any], Heard]:
    """The agreement's own ceremony takes no other paper: what is signed and sealed there brings it into force."""

    def heard(hall: Hall, case: Dispute, said: Sign | AttachScan | Seal) -> Heard:
        wrong = Faults()
        if said.paper is not None:
            wrong.add(_("签署协议书不写 paper；其他文书请办理 sign_paper、scan_paper、seal_paper"), "paper")
        return hear(hall, case, said, wrong)

    return heard


def of_paper(hear: _Hear) -> Callable[[Hall, Dispute, Any], Heard]:
    """The ceremony of another paper, which must be named: the agreement is in force when the law says by its own only."""

    def heard(hall: Hall, case: Dispute, said: Sign | AttachScan | Seal) -> Heard:
        wrong = Faults()
        if said.paper is None or said.paper.partition(":")[0] == "agreement":
            message = _("请写明 paper（协议书以外的一份文书）；签署协议书请办理 sign、attach_scan、seal")
            wrong.add(message, "paper")
        elif open_paper(hall, case, said.paper) is None:
            wrong.add(_("{paper} 还没有印出").format(paper=said.paper), "paper")
        return hear(hall, case, said, wrong)

    return heard


def seal(hall: Hall, case: Dispute, said: Seal, made: Made | None) -> Heard:
    """The same with the sealed bytes; none for a paper wholly in ink."""
    heard = hear_seal(hall, case, said)
    paper = _unchanged(open_paper(hall, case, said.paper), made)
    slot = paper.slot("seal")
    if made is None or slot is None:
        return replace(
            heard, write=lambda: _complete_in_ink(hall, paper), record={"document": paper.document.public_id}
        )

    def write() -> None:
        slot.medium = "seal"
        paperwork.add_signed_revision(
            hall, paper.document, slot, made.sha256, made.size, made.certificate_sha256, made.at
        )

    return replace(heard, record=_evidence(paper, "seal", made), write=write)


def picture(encoded: str | None, key: str) -> bytes | None:
    """The bytes of a base64 picture."""
    if encoded is None:
        return None
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise InputInvalid([Problem(_("图片不是正确的 base64 编码"), key=key)]) from None


_POWERS = {
    "agreement": "sign_agreement",
    "oral_agreement": "sign_agreement",
    "mediation_record": "sign_record",
    "investigation_record": "sign_investigation",
    "rights_notice": "sign_notice",
    "acceptance_register": "apply",
}


def _power_for(paper: str | None) -> str:
    """What an agent must have been empowered to, to sign a paper for a party; a receipt is for who may receive papers."""
    return _POWERS.get((paper or "agreement").partition(":")[0], "receive")


def _signing_agent(hall: Hall, case: Dispute, said: Sign) -> PartyAgent | None:
    if said.agent is None:
        return None
    assert case.id is not None
    paper = open_paper(hall, case, said.paper)
    slot = paper.slot(said.slot) if paper else None
    if slot is None or slot.party_id is None:
        raise InputInvalid([Problem(_("只有当事人的签名处可以由代理人代签"), key="agent")])
    party = next(row for row in queries.everybody(hall.session, case.id) if row.id == slot.party_id)
    return parties.agent_of(hall, case, party, said.agent)


def _named_paper(hall: Hall, case: Dispute, said: Sign | AttachScan | Seal) -> dict[str, object]:
    """For the guards: the paper that is named, in the place of the agreement's."""
    if said.paper is None:
        return {}
    paper = paper_of(hall, case, said)
    slots = tuple(
        SlotFacts(
            slot.name,
            slot.role,
            joined([_(paper.label(slot.name)), paper.person(slot.name)], " "),
            slot.signed_at is not None,
        )
        for slot in paper.slots
    )
    return {
        "agreement": AgreementFacts(written=True, medium="tablet", state="signing", slots=slots, frozen=True)
    }


def _refuse_unready(paper: Open) -> None:
    """Another paper than the agreement is sealed once, and after those who sign it."""
    slot = paper.slot("seal")
    if slot is None:
        raise InputInvalid([Problem(_("这份文书不用盖章"), key="paper")])
    if slot.signed_at is not None:
        raise InputInvalid([Problem(_("这份文书已经盖章"), key="paper")])
    waiting = [name for name in paper.unsigned if name not in left_for_ink(paper)]
    if waiting:
        people = joined(joined([_(paper.label(name)), paper.person(name)], " ") for name in waiting)
        raise InputInvalid([Problem(_("还没有签名：{people}").format(people=people), key="paper")])


def _evidence(paper: Open, slot: str, made: Made) -> dict[str, object]:
    """What the trail says of one more signature."""
    return {
        "document": paper.document.public_id,
        "slot": slot,
        "revision": paper.document.revisions + 1,
        "sha256": made.sha256,
        "certificate": made.certificate_sha256,
        "signed_at": made.at.isoformat(),
    }


def _unchanged(paper: Open | None, made: Made | None) -> Open:
    if paper is None or (made is not None and paper.document.sha256 != made.before):
        raise CaseChanged
    return paper


def _complete_in_ink(hall: Hall, paper: Open) -> None:
    paper.document.state, paper.document.completed_at = "complete", hall.now
    hall.session.add(paper.document)


def _add_scan(hall: Hall, case: Dispute, paper: Open, made: Made, document_id: str) -> None:
    assert case.id is not None
    row = Document(
        public_id=document_id,
        case_id=case.id,
        form="scan",
        form_sha256="",
        number=paper.document.number,
        subject=paper.document.subject,
        state="complete",
        medium="scan",
        snapshot={"scan_of": paper.document.public_id, "sha256": paper.document.sha256},
        snapshot_sha256="",
        case_version=case.version,
        sha256=made.sha256,
        size=made.size,
        revisions=1,
        token_hash=hall.office.keyring.look_up("document token", new_token()),
        layout={},
        frozen_at=hall.now,
        issued_on=local_day(hall.now),
        completed_at=hall.now,
        scan_of_id=paper.document.id,
    )
    hall.session.add(row)
    hall.session.flush()
    assert row.id is not None
    slot = SignatureSlot(
        document_id=row.id,
        ordinal=1,
        name="seal",
        role="seal",
        medium="seal",
        signed_at=made.at,
        certificate_sha256=made.certificate_sha256,
    )
    hall.session.add(slot)
    revision = DocumentRevision(
        document_id=row.id, ordinal=1, slot="seal", sha256=made.sha256, size=made.size, recorded_at=hall.now
    )
    hall.session.add(revision)

"""Links by which one party signs its place on the agreement from its own phone.

The token (256 bits) is told once and kept as a keyed hash; it works for a day, in one browser, for one signature, until a
new one is made. Whoever made the link signs by their own post, and the paper's record says that nobody saw an identity
card: electronic signatures want the sender identified (电子签名法 Art. 8), and by how much is for the reader to judge.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from mediation.cases import ceremony, transition
from mediation.cases import queries as cases
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute, Party
from mediation.cases.outgoing import post_outbox
from mediation.cases.residents import queries
from mediation.cases.residents.models import SigningLink
from mediation.clock import local_day
from mediation.crypto import Keyring
from mediation.documents.models import Document, SignatureSlot
from mediation.errors import InputInvalid, NotFound, NotPermitted, Problem
from mediation.ids import new_public_id, new_token
from mediation.language import _
from mediation.people import queries as people

LASTS = timedelta(hours=24)
TRIES = 5
LOCKED, REFUSED = "locked", "refused"
_DIGITS = 4


class LinkDead(NotFound):
    """这个链接打不开：可能已经过期、用过或者换成了新的。请找发给您链接的工作人员，或者到现场签字。"""


@dataclass(frozen=True, slots=True)
class Place:
    """A place on the agreement that waits for a party: why no link can be made for it, if none can; the present link.

    `refused_at`: when the party said by the last link that it does not sign.
    """

    slot: str
    label: str
    person: str
    signed: bool
    why_not: str
    link: SigningLink | None
    refused_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A link that works, with what it is for."""

    link: SigningLink
    document: Document
    party: Party


def places(hall: Hall, case: Dispute) -> list[Place]:
    """The parties' places on the agreement that is being signed; none if none is."""
    assert case.id is not None
    paper = _paper(hall, case)
    if paper is None:
        return []
    made = [one for one in queries.links(hall.session, case.id) if one.document_id == paper.document.id]
    open_links = {one.slot: one for one in made if is_open(one, hall.now)}
    last = {one.slot: one for one in reversed(made)}
    return [
        Place(
            slot.name,
            paper.label(slot.name),
            paper.person(slot.name),
            slot.signed_at is not None,
            _why_not(hall, paper, slot),
            open_links.get(slot.name),
            last[slot.name].ended_at if slot.name in last and last[slot.name].end == REFUSED else None,
        )
        for slot in paper.slots
        if slot.role == "party" and slot.party_id is not None
    ]


def make(hall: Hall, case: Dispute, name: str) -> str:
    """Make a link for one place, ending those made for it before; its token, which is told only now.

    Raises as `sign` would for the state and the post; InputInvalid if the place cannot be signed by a link.
    """
    assert case.id is not None
    transition.look(hall, case, "sign")
    paper = _paper(hall, case)
    slot = paper.slot(name) if paper is not None else None
    if paper is None or slot is None or slot.role != "party" or slot.party_id is None:
        raise InputInvalid([Problem(_("协议书上没有这个当事人的签名处"), key="slot")])
    why_not = _("已经签过") if slot.signed_at is not None else _why_not(hall, paper, slot)
    if why_not:
        raise InputInvalid([Problem(why_not, key="slot")])
    for one in queries.links(hall.session, case.id):
        if one.slot == name and one.ended_at is None:
            _end(hall.session, one, "replaced", hall.now)
    token = new_token()
    link = SigningLink(
        public_id=new_public_id(),
        case_id=case.id,
        document_id=paper.document.id or 0,
        party_id=slot.party_id,
        post_id=hall.actor.post_id,
        slot=name,
        token_hash=_key(hall.office.keyring, token),
        made_at=hall.now,
        expires_at=hall.now + LASTS,
    )
    hall.session.add(link)
    facts = {"link": link.public_id, "slot": name, "document": paper.document.public_id}
    transition.touch(hall, case, "link.made", facts)
    return token


def withdraw(hall: Hall, case: Dispute, public_id: str) -> None:
    """End a link at once. Raises NotFound."""
    assert case.id is not None
    transition.look(hall, case, "sign")
    link = queries.link(hall.session, case.id, public_id)
    if link is None:
        raise NotFound(_("没有这个链接"))
    if link.ended_at is None:
        _end(hall.session, link, "withdrawn", hall.now)
        transition.touch(hall, case, "link.withdrawn", {"link": link.public_id, "slot": link.slot})


def opened(session: Session, keyring: Keyring, token: str, now: datetime, *, hold: bool = False) -> Opened:
    """The link of a token. Raises LinkDead, the same whatever is wrong with it. `hold`: to count a try on it.

    Whoever made it signs by a post: when that has ended, nobody is left to sign by, and the link is dead too.
    """
    link = queries.link_of_token(session, _key(keyring, token), hold=hold)
    if link is None or not is_open(link, now):
        raise LinkDead
    try:
        people.check_post(session, link.post_id, local_day(now))
    except (NotFound, NotPermitted):
        raise LinkDead from None
    document = queries.document_of_id(session, link.document_id)
    if document.state == "void":
        raise LinkDead
    return Opened(link, document, queries.party(session, link.party_id))


def is_open(link: SigningLink, now: datetime) -> bool:
    """Neither ended nor expired?"""
    return link.ended_at is None and now < link.expires_at


def knows(keyring: Keyring, found: Opened, reader: str) -> bool:
    """Is it the browser in which the party has been identified?"""
    kept = found.link.reader_hash
    return bool(reader) and kept is not None and hmac.compare_digest(kept, _reader_key(keyring, reader))


def ended(session: Session, keyring: Keyring, token: str, reader: str) -> str:
    """How a link ended, for the browser that used it: the answer to a form that comes twice. Nothing for any other."""
    link = queries.link_of_token(session, _key(keyring, token))
    kept = link.reader_hash if link is not None else None
    if link is None or kept is None or not hmac.compare_digest(kept, _reader_key(keyring, reader)):
        return ""
    return link.end or ""


def identify(session: Session, keyring: Keyring, found: Opened, digits: str, now: datetime) -> str | None:
    """The last four characters of the party's number: a secret for this browser if they are right, else None and one try less.

    The caller commits either way. The fifth wrong try ends the link: `end` is `locked`, and the trail is to say so.
    """
    link = found.link
    right = str(found.party.id_number or "")[-_DIGITS:].upper().encode()
    said = digits.strip().upper().encode()
    if len(right) == _DIGITS and hmac.compare_digest(right, said):
        reader = new_token()
        link.reader_hash, link.identified_at = _reader_key(keyring, reader), now
        session.add(link)
        return reader
    link.failures += 1
    if link.failures >= TRIES:
        _end(session, link, LOCKED, now)
    session.add(link)
    return None


def record_locked(hall: Hall, found: Opened) -> None:
    """Whoever looks after the case is told by its trail that somebody has guessed at a link until it ended."""
    case = case_of(hall.session, found)
    cases.hold(hall.session, case)
    transition.touch(hall, case, "link.locked", {"link": found.link.public_id, "slot": found.link.slot})


def finish(hall: Hall, link_id: str, case: Dispute, end: str) -> None:
    """The link has served: signed or refused, which the mediators are told. Raises LinkDead if it has ended meanwhile."""
    link = queries.link(hall.session, case.id or 0, link_id)
    if link is None or not is_open(link, hall.now):
        raise LinkDead
    _end(hall.session, link, end, hall.now)
    facts = {"link": link.public_id, "slot": link.slot, "identity_check": ceremony.BY_LINK}
    transition.touch(hall, case, f"link.{end}", facts)
    if end == REFUSED:
        post_outbox(hall, case, "notice", {"notice": "link_refused", "slot": link.slot})


def case_of(session: Session, found: Opened) -> Dispute:
    """The case that a link belongs to."""
    return cases.case_for_system(session, found.link.case_id)


def _paper(hall: Hall, case: Dispute) -> ceremony.Open | None:
    paper = ceremony.open_paper(hall, case)
    waits = paper is not None and paper.agreement is not None and paper.agreement.state == "signing"
    return paper if waits else None


def _why_not(hall: Hall, paper: ceremony.Open, slot: SignatureSlot) -> str:
    """Why a place cannot be signed by a link; nothing if it can."""
    if slot.party_id is None:
        return ""
    party = queries.party(hall.session, slot.party_id)
    in_ink = paper.agreement is not None and paper.agreement.medium == "ink"
    obstacles = (
        (in_ink, _("协议约定纸质签署")),
        (party.kind != "natural", _("单位由代表人到场签署")),
        (party.minor, _("未成年人由监护人到场签署")),
        (len(str(party.id_number or "")) < _DIGITS, _("没有登记证件号码，不能核对身份")),
        (party.electronic_agreed_at is None, _("本人没有同意电子签名")),
        (
            hall.office.codes.fault("identity_checks", ceremony.BY_LINK) is not None,
            _("部署单位没有启用“凭链接核对”的身份核验方式"),
        ),
    )
    return next((sentence for holds, sentence in obstacles if holds), "")


def _end(session: Session, link: SigningLink, end: str, now: datetime) -> None:
    link.ended_at, link.end = now, end
    session.add(link)


def _key(keyring: Keyring, token: str) -> bytes:
    return keyring.look_up("signing link", token)


def _reader_key(keyring: Keyring, reader: str) -> bytes:
    return keyring.look_up("signing link reader", reader)

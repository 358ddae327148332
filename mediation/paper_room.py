"""Where papers are made: printed, signed, sealed and scanned between two transactions, in the worker.

What was read is judged first; the bytes are made outside any transaction; they are entered only if nothing has changed
meanwhile, else all begins anew.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlmodel import Session

from mediation.cases import (
    acting,
    ceremony,
    clockwork,
    facts,
    hearing,
    paperwork,
    proofs,
    queries,
    transition,
    verbs,
)
from mediation.cases import inputs as said
from mediation.cases.aftercare import queries as aftercare
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.clock import Clock
from mediation.crypto import Keyring, sha256
from mediation.documents.authority import Authority, Credentials, has_seal, load_seal
from mediation.documents.press import Renderer
from mediation.documents.render import RenderedPaper
from mediation.documents.scan import Scanned, set_scan
from mediation.documents.signing import prepare_fields, sign_slot
from mediation.documents.stamps import Appearance, Drawn, SealFace, Typed
from mediation.documents.store import Store
from mediation.errors import CaseChanged, FactsMissing, NotPermitted, Overtaken, on_record
from mediation.ids import new_public_id

_TRIES = 3
_STEPS = 12
_R = TypeVar("_R")
ActorRef = str | int
HallOf = Callable[..., Hall]


class Sessions(Protocol):
    """What the room needs of the database; its owner decides when something is written."""

    def reading(self) -> AbstractContextManager[Session]: ...
    def writing(self) -> AbstractContextManager[Session]: ...


@dataclass(frozen=True)
class Signing:
    """What the worker needs for one signature, read before the transaction that writes it."""

    paper: ceremony.Open
    credentials: Credentials
    appearance: Appearance | None
    slot: str
    in_ink: tuple[str, ...] = ()
    title: str = ""


class PaperRoom:
    """The worker, the store and the keys of one instance."""

    def __init__(
        self,
        sessions: Sessions,
        keyring: Keyring,
        authority: Authority,
        store: Store,
        clock: Clock,
        data: Path,
        hall: HallOf,
        fetch: Callable[[], None] = lambda: None,
    ) -> None:
        """`fetch` brings what another host has made: a committee's seal."""
        self._sessions = sessions
        self._keyring = keyring
        self._authority = authority
        self.store = store
        self._clock = clock
        self._keys = data / "keys"
        self._site = data / "site"
        self._hall = hall
        self._fetch = fetch
        self.press = Renderer(self._site)

    def close(self) -> None:
        """Let go of the worker."""
        self.press.close()

    @on_record()
    def issue(
        self,
        actor: ActorRef,
        ref: str,
        form: str,
        subject: str = "",
        remember: Callable[[Session, str], None] | None = None,
    ) -> str:
        """Print a paper and enter it; its document id. Raises FactsMissing with where each fact is entered."""
        return retried(lambda: self._issue(actor, ref, form, subject, remember))

    @on_record()
    def make_owed(
        self,
        row_id: int,
        case_id: int,
        form: str,
        subject: str,
        actor: str,
        system: Callable[[Session], Hall],
    ) -> str | None:
        """One owed paper: printed if it is not there, signed by whose act it records, sealed if that is in their hands.

        Returns what is still to be done by others, in words, empty if the paper is complete; None if the case wants it no more.
        """
        with self._sessions.reading() as session:
            case = queries.case_for_system(session, case_id)
            ref, pairs = case.public_id, facts.papers_wanted(system(session), case)
            about = next((own for name, own in pairs if name == form and subject in {"", own}), None)
            present = about is not None and aftercare.paper(session, case_id, form, about)
        left = None if about is None else ""
        if about is not None and not present:
            retried(lambda: self._issue(actor, ref, form, about, None, owed=True))
        if about is not None and form != "agreement":
            left = self._finish(actor, ref, form, about)
        with self._sessions.writing() as session:
            clockwork.cross_off(session, row_id, self._clock.now())
        return left

    @on_record()
    def sign(
        self,
        actor: ActorRef,
        ref: str,
        trigger: str,
        words: Any,
        expected_version: int | None,
        remember: Callable[[Session, transition.Done], None] | None,
    ) -> transition.Done:
        """One act of the ceremony: judged first, signed outside any transaction, written if nothing has changed."""
        verb = verbs.verb_of(trigger)
        with self._sessions.reading() as session:
            hall = self._hall(session, actor)
            case = queries.find_case(session, hall.actor, ref)
            with hearing.out_of_turn(verb.said, words):
                standing = transition.look(hall, case, trigger, expected_version)
            sentence, heard = acting.understand(hall, case, trigger, standing, words)
            assert isinstance(sentence, said.Sign | said.AttachScan | said.Seal)
            transition.decide(hall, case, trigger, standing, heard)
            paper = ceremony.paper_of(hall, case, sentence)
            wanted = self._wanted(hall, case, paper, sentence)
            version = case.version
        scan_id = new_public_id() if isinstance(sentence, said.AttachScan) else ""
        made = None
        if wanted is not None:
            if isinstance(sentence, said.AttachScan):
                made = self._made_scan(wanted, sentence, scan_id)
            else:
                made = self._made(wanted)

        def write() -> transition.Done:
            with self._sessions.writing() as session:
                hall = self._hall(session, actor)
                hall.claim(sentence.occurred_at)
                case = queries.find_case(session, hall.actor, ref)
                standing = transition.look(hall, case, trigger, version)
                heard = ceremony.written(hall, case, sentence, made, scan_id)
                act = transition.move(hall, case, trigger, standing, heard)
                if remember is not None:
                    remember(session, act)
                return act

        return retried(write, Overtaken)

    def _issue(
        self,
        actor: ActorRef,
        ref: str,
        form: str,
        subject: str,
        remember: Callable[[Session, str], None] | None,
        *,
        owed: bool = False,
    ) -> str:
        """`owed`: an act that the actor was entitled to owes the paper; nobody asks again who may print it."""
        with self._sessions.reading() as session:
            hall = self._hall(session, actor)
            case = queries.find_case(session, hall.actor, ref)
            if not owed:
                paperwork.refuse_stranger(hall, case)
            present = paperwork.made_already(hall, case, form, subject)
            if present is not None:
                return present.public_id
            prepared = paperwork.prepare(hall, case, form, subject)
        if prepared.missing:
            raise FactsMissing(prepared.missing)
        printed = self.press.render(prepared.form, prepared.snapshot)
        pdf = printed.pdf
        if printed.slots:
            labels = {slot.name: f"{slot.label} {slot.person}" for slot in prepared.snapshot.slots}
            pdf = self.press.run(prepare_fields, pdf, dict(printed.slots), labels)
        self.store.put(pdf)
        with self._sessions.writing() as session:
            hall = self._hall(session, actor)
            case = queries.find_case(session, hall.actor, ref)
            document_id = paperwork.record(hall, case, prepared, printed, pdf).public_id
            if remember is not None:
                remember(session, document_id)
            return document_id

    def _finish(self, actor: str, ref: str, form: str, subject: str) -> str:
        """Sign a register or notice for the actor whose act it records, then seal it, if the seal is in their hands."""
        for _step in range(_STEPS):
            left = retried(lambda: self._finish_next(actor, ref, form, subject))
            if left is not None:
                return left
        return ""

    def _finish_next(self, actor: str, ref: str, form: str, subject: str) -> str | None:
        """One slot; None if there may be more. Whoever finishes the same paper at the same moment is not in the way."""
        with self._sessions.reading() as session:
            hall = self._hall(session, actor)
            case = queries.find_case(session, hall.actor, ref)
            open_slot = proofs.next_to_finish(hall, case, form, subject)
            if open_slot is None:
                return ""
            try:
                wanted = self._finishing(hall, case, open_slot)
            except NotPermitted as refusal:
                return refusal.message
        made = self._made(wanted)
        with self._sessions.writing() as session:
            hall = self._hall(session, actor)
            case = queries.find_case(session, hall.actor, ref)
            proofs.finish(hall, case, form, subject, wanted.slot, made)
        return None

    def _finishing(self, hall: Hall, case: Dispute, open_slot: proofs.ToFinish) -> Signing:
        paper = open_slot.paper
        if open_slot.slot == "seal":
            return self._sealing(hall, case, paper, paper.unsigned)
        name, label = paper.person(open_slot.slot), paper.label(open_slot.slot)
        credentials = self._authority.issue_one_off(name, label, hall.now)
        return Signing(paper, credentials, Typed(name, hall.now), open_slot.slot)

    def _wanted(self, hall: Hall, case: Dispute, paper: ceremony.Open, sentence: Any) -> Signing | None:
        if isinstance(sentence, said.Sign):
            drawn = Drawn(
                ceremony.picture(sentence.drawing, "drawing"),
                ceremony.picture(sentence.fingerprint, "fingerprint"),
                ceremony.caption(sentence, ceremony.by_agent(hall, case, sentence)),
            )
            name = ceremony.signer(hall, case, paper, sentence)
            credentials = self._authority.issue_one_off(name, paper.label(sentence.slot), hall.now)
            return Signing(paper, credentials, drawn, sentence.slot)
        if isinstance(sentence, said.Seal) and paper.is_wholly_in_ink:
            return None
        return self._sealing(hall, case, paper, ceremony.left_for_ink(paper))

    def _sealing(self, hall: Hall, case: Dispute, paper: ceremony.Open, in_ink: tuple[str, ...]) -> Signing:
        """The only place that takes a committee's seal key: never for anybody but the committee's own people."""
        committee = paperwork.committee_in_whose_hands(hall, case, paper.document)
        if not has_seal(committee.code, self._keys):
            self._fetch()
        credentials = load_seal(committee.code, self._keyring, self._keys)
        face = SealFace(committee.seal_text, committee.sample)
        title = hall.office.form(paper.document.form).title
        return Signing(paper, credentials, face, "seal", in_ink, title)

    def _made(self, wanted: Signing) -> ceremony.Made:
        """Sign one slot in the worker and keep the bytes."""
        document = wanted.paper.document
        at = self._clock.now()
        signed = self.press.run(
            sign_slot,
            self.store.get(document.sha256),
            wanted.slot,
            wanted.credentials,
            wanted.appearance,
            at,
            expected_sha256=document.sha256,
            document_id=document.public_id,
            root=self._authority.root,
            slots=[slot.name for slot in wanted.paper.slots],
            in_ink=wanted.in_ink,
        )
        digest = self.store.put(signed)
        return ceremony.Made(document.sha256, digest, len(signed), wanted.credentials.certificate_sha256, at)

    def _made_scan(self, wanted: Signing, sentence: said.AttachScan, scan_id: str) -> ceremony.Made:
        """The scanned pages as a file of their own, signed by the committee's key for integrity only."""
        at = self._clock.now()
        document = wanted.paper.document
        pages = [ceremony.picture(one, "pages") or b"" for one in sentence.pages]
        scanned = Scanned(
            wanted.title,
            document.number,
            document.public_id,
            document.sha256,
            str(document.snapshot["committee"]["name"]),
            at,
            document.snapshot["sample"],
        )
        printed: RenderedPaper = self.press.run(set_scan, pages, scanned, self._site)
        pdf = self.press.run(prepare_fields, printed.pdf, dict(printed.slots))
        signed = self.press.run(
            sign_slot,
            pdf,
            "seal",
            wanted.credentials,
            wanted.appearance,
            at,
            expected_sha256=sha256(pdf),
            document_id=scan_id,
            root=self._authority.root,
            slots=tuple(printed.slots),
        )
        digest = self.store.put(signed)
        return ceremony.Made(document.sha256, digest, len(signed), wanted.credentials.certificate_sha256, at)


def retried(work: Callable[[], _R], after: type[CaseChanged] = CaseChanged) -> _R:
    """Do it again if the case moved on meanwhile, three times at most.

    `after`: Overtaken for an act that somebody decided on a case as it stood: only if nothing has told that it changed.
    """
    for _attempt in range(_TRIES - 1):
        try:
            return work()
        except after:
            continue
    return work()

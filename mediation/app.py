"""The composition root: one instance, opened, and everything that can be done with it.

Command line, API and jobs only fetch and delegate to here. Each act is one transaction; printing and signing run between
transactions in a worker process, and what they made is written only if nothing has changed meanwhile.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from sqlmodel import Session

from mediation.audit import export as trail_export
from mediation.audit import heads as trail_heads
from mediation.audit import queries as trail_queries
from mediation.audit.verify import CaseRow, TrailReport, verify_trail
from mediation.cases import (
    ceremony,
    clockwork,
    facts,
    opening,
    page,
    paperwork,
    proofs,
    queries,
    transition,
    verbs,
)
from mediation.cases import inputs as said
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.office import Office
from mediation.clock import Clock, SystemClock, local_day
from mediation.crypto import Keyring, read_keyring, sha256
from mediation.documents.authority import Authority, Credentials, load_authority, load_seal, verify_head
from mediation.documents.forms import missing_facts
from mediation.documents.press import Renderer
from mediation.documents.render import RenderedPaper
from mediation.documents.scan import Scanned, set_scan
from mediation.documents.signing import prepare_fields, sign_slot
from mediation.documents.stamps import Appearance, Drawn, SealFace
from mediation.documents.store import FileStore
from mediation.documents.trust import HeadRecord, export_bundle
from mediation.documents.verify import Report, Trust, verify
from mediation.errors import CaseChanged, FactsMissing, MediationError, NotFound
from mediation.ids import new_public_id
from mediation.language import _
from mediation.offices import open_office
from mediation.people import queries as people
from mediation.people import tokens
from mediation.settings import Settings
from mediation.storage.engine import Database
from mediation.storage.upgrade import check_database

_TRIES = 3
_R = TypeVar("_R")
ActorRef = str | int
Remember = Callable[[Session, _R], None]
"""Writes beside an act, in its transaction, what the act came to: with it or not at all."""


@dataclass
class Done:
    """What an act came to, the papers that were made after it, and what could not be made yet."""

    act: transition.Done
    papers: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    query_code: str | None = None


@dataclass(frozen=True)
class Signing:
    """What the worker needs for one signature, read before the transaction that writes it."""

    paper: ceremony.Open
    credentials: Credentials
    appearance: Appearance | None
    slot: str
    in_ink: tuple[str, ...] = ()


class Instance:
    """One instance, opened. An actor is `PERSON[:POST]`, or a post's id as a token holds it."""

    def __init__(self, settings: Settings, keyring: Keyring, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.keyring = keyring
        self.database = Database(settings.database_url, keyring)
        check_database(self.database)
        self.authority: Authority = load_authority(keyring, keys_folder(settings))
        self.store = FileStore(settings.store, keyring)
        self.site_folder = settings.data / "site"
        self.press = Renderer(self.site_folder)
        with self.database.reading() as session:
            self.office: Office = open_office(
                session, self.site_folder, keyring, self.authority.root_fingerprint
            )

    @classmethod
    def open(cls, settings: Settings, clock: Clock | None = None) -> Self:
        """Open the instance of these settings. Raises KeyMissing, DatabaseOutdated, DefinitionError … in words."""
        return cls(settings, read_keyring(settings), clock or SystemClock())

    def close(self) -> None:
        """Let go of the worker and the database."""
        self.press.close()
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # — acts —

    def register(self, actor: ActorRef, words: Any, *, remember: Remember[Done] | None = None) -> Done:
        """Take a dispute in; the answer holds its query code, which is shown only now."""
        with self.database.writing() as session:
            sentence = said.read_said(said.Register, words)
            act, code = opening.register(self._hall(session, actor, sentence.occurred_at), sentence)
            done = Done(act, query_code=code)
            if remember is not None:
                remember(session, done)
        return done

    def do(
        self,
        actor: ActorRef,
        ref: str,
        trigger: str,
        words: Any = None,
        expected_version: int | None = None,
        *,
        remember: Remember[Done] | None = None,
    ) -> Done:
        """Do one act on one case, then make the papers that the case owes."""
        done = Done(self.act(actor, ref, trigger, words, expected_version, remember=remember))
        self.make_owed_papers(done)
        return done

    def act(
        self,
        actor: ActorRef,
        ref: str,
        trigger: str,
        words: Any = None,
        expected_version: int | None = None,
        *,
        remember: Remember[Done] | None = None,
    ) -> transition.Done:
        """Do one act on one case and leave its papers in the outbox, for whoever makes them."""
        words = {} if words is None else words
        if verbs.verb_of(trigger).papers:
            return self._sign(actor, ref, trigger, words, expected_version, remember)
        with self.database.writing() as session:
            hall = self._hall(session, actor, _occurred_at(words))
            act = verbs.perform(hall, ref, trigger, words, expected_version)
            if remember is not None:
                remember(session, Done(act))
        return act

    def issue(
        self,
        actor: ActorRef,
        ref: str,
        form: str,
        subject: str = "",
        *,
        remember: Remember[str] | None = None,
    ) -> str:
        """Print a paper and enter it; returns its document id. Raises FactsMissing with where each fact is entered."""
        return self._retried(lambda: self._issue(actor, ref, form, subject, remember))

    def make_owed_papers(self, done: Done | None = None, most: int = 100) -> int:
        """Make what acts have left in the outbox: of one act's case, or of all. What fails stays there, and says why."""
        case = None if done is None else done.act.case
        with self.database.reading() as session:
            waiting = [
                (row.id, row.case_id, dict(row.payload))
                for row in queries.waiting_outbox(session, ("issue_paper",), most, case)
            ]
        made = 0
        for row_id, case_id, payload in waiting:
            try:
                name = self._make_owed(int(row_id or 0), int(case_id or 0), payload)
            except MediationError as error:
                if done is not None:
                    done.warnings.append(str(error))
                continue
            made += 1
            if done is not None and name:
                done.papers.append(name)
        return made

    def run_deadlines(self, most: int = 1000) -> list[clockwork.Missed]:
        """Carry out, once each, what follows from every clock that has run out; then make the papers that are owed."""
        missed: list[clockwork.Missed] = []
        with self.database.reading() as session:
            due = clockwork.due(session, self.clock.now(), most)
        for deadline_id, case_id in due:
            found = self._retried(partial(self._run_out, deadline_id, case_id))
            missed += [found] if found else []
        self.make_owed_papers()
        return missed

    # — reading —

    def cases(
        self,
        actor: ActorRef,
        *,
        words: str = "",
        waiting: bool = False,
        most: int = 50,
        before: tuple[str, datetime | None] | None = None,
    ) -> list[page.Row]:
        """Cases that the actor may see: all, those that wait on the actor's unit, or those found by words.

        `before` goes on where a list ended: the id and due time of its last row.
        """
        with self.database.reading() as session:
            hall = self._hall(session, actor)
            last, due = before or ("", None)
            at = queries.find_case(session, hall.actor, last).id if last else None
            if words:
                found = queries.search(session, hall.actor, self.keyring, words, most, before=at)
            elif waiting:
                after = (due, at) if due is not None and at is not None else None
                found = queries.worklist(session, hall.actor, after=after, most=most)
            else:
                found = queries.cases(session, hall.actor, before=at, most=most)
            return [page.row(hall, case) for case in found]

    def case(self, actor: ActorRef, ref: str) -> page.CasePage:
        """One case on one page: who, what, whose turn, by when, what can be done next."""
        with self.database.reading() as session:
            hall = self._hall(session, actor)
            return page.case_page(hall, queries.find_case(session, hall.actor, ref))

    def paper(self, actor: ActorRef, ref: str, form: str, subject: str = "") -> tuple[bytes, str] | None:
        """The newest paper of a form as it stands, and its document id; None if it has not been issued."""
        with self.database.reading() as session:
            hall = self._hall(session, actor)
            case = queries.find_case(session, hall.actor, ref)
            found = queries.document(session, case.id or 0, form, subject)
        return (self.store.get(found.sha256), found.public_id) if found else None

    def missing(self, actor: ActorRef, ref: str, form: str, subject: str = "") -> list[str]:
        """What a paper still lacks, and where each fact is entered."""
        with self.database.reading() as session:
            hall = self._hall(session, actor)
            case = queries.find_case(session, hall.actor, ref)
            prepared = paperwork.prepare(hall, case, form, subject)
        return [str(problem) for problem in missing_facts(prepared.form, prepared.snapshot)]

    # — tokens —

    def issue_token(self, actor: ActorRef, label: str = "", days: int = 30) -> str:
        """Make a token for the API that acts as the actor's post; it is shown only now."""
        with self.database.writing() as session:
            hall = self._hall(session, actor)
            post, by = hall.actor.post_id, hall.actor.code
            return tokens.issue_token(session, self.keyring, post, label, hall.now, days, by=by)

    def revoke_token(self, named: str) -> int:
        """End a token, named by itself or by its label, at once; how many were in force."""
        with self.database.writing() as session:
            return tokens.revoke_token(session, self.keyring, named, self.clock.now())

    def list_tokens(self) -> list[tokens.TokenLine]:
        """All tokens ever issued, without the tokens themselves."""
        with self.database.reading() as session:
            return tokens.list_tokens(session)

    # — proof —

    def verify(self, pdf: bytes) -> Report:
        """The closed verdict on a file, judged by this instance's roots and trail."""
        return verify(pdf, Trust((self.authority.root,), self._find_record, source="instance"))

    def trust_bundle(self) -> bytes:
        """What lets anyone verify this instance's papers off line: roots, final hashes, the last head; signed."""
        with self.database.reading() as session:
            records = proofs.all_records(session)
            head = trail_queries.head_of(session)
        last = HeadRecord(head.number, head.hash, head.made_at) if head else None
        return export_bundle(self.authority, self.office.site_name, records, self.clock.now(), head=last)

    def make_head(self) -> dict[str, Any]:
        """Make the next periodic head over all chains, signed by the instance's root."""
        with self.database.writing() as session:
            head = trail_heads.make_head(session, self.clock.now(), self.authority.sign_head)
            return {"number": head.number, "hash": head.hash, "made_at": head.made_at, "events": head.events}

    def export_head(self, write: Callable[[Iterable[str]], None]) -> None:
        """Hand the newest head's lines to `write`, to be kept off this machine."""
        with self.database.reading() as session:
            write(trail_export.export_head(session))

    def export_trail(self, write: Callable[[Iterable[str]], None]) -> None:
        """Hand all events' lines to `write`."""
        with self.database.reading() as session:
            write(trail_export.export_events(session))

    def verify_trail(self, heads: Iterable[trail_export.ExportedHead] = ()) -> TrailReport:
        """Check the whole audit trail, against heads exported before if any are given."""
        with self.database.reading() as session:
            rows = [CaseRow(case.public_id, case.version, case.state) for case in queries.all_cases(session)]
            return verify_trail(
                session,
                heads=heads,
                verify_signature=lambda head, signature: verify_head(self.authority.root, head, signature),
                case_rows=rows,
            )

    # — within —

    def _hall(self, session: Session, actor: ActorRef, occurred_at: datetime | None = None) -> Hall:
        now = self.clock.now()
        found = (
            people.actor_of_post(session, actor, local_day(now))
            if isinstance(actor, int)
            else people.actor_from_text(session, actor, local_day(now))
        )
        return Hall(session, now, found, self.office, occurred_at)

    def _system_hall(self, session: Session, name: str) -> Hall:
        return Hall(session, self.clock.now(), clockwork.system_actor(name), self.office)

    def _run_out(self, deadline_id: int, case_id: int) -> clockwork.Missed | None:
        with self.database.writing() as session:
            return clockwork.run_out(self._system_hall(session, "clock"), deadline_id, case_id)

    def _retried(self, work: Callable[[], _R]) -> _R:
        for _attempt in range(_TRIES - 1):
            try:
                return work()
            except CaseChanged:
                continue
        return work()

    def _issue(
        self, actor: ActorRef, ref: str, form: str, subject: str, remember: Remember[str] | None
    ) -> str:
        with self.database.reading() as session:
            hall = self._hall(session, actor)
            case = queries.find_case(session, hall.actor, ref)
            paperwork.refuse_stranger(hall, case)
            present = paperwork.made_already(hall, case, form, subject)
            if present is not None:
                return present.public_id
            prepared = paperwork.prepare(hall, case, form, subject)
        missing = missing_facts(prepared.form, prepared.snapshot)
        if missing:
            raise FactsMissing(missing)
        printed = self.press.render(prepared.form, prepared.snapshot)
        pdf = printed.pdf
        if printed.slots:
            labels = {slot.name: f"{slot.label} {slot.person}" for slot in prepared.snapshot.slots}
            pdf = self.press.run(prepare_fields, pdf, dict(printed.slots), labels)
        self.store.put(pdf)
        with self.database.writing() as session:
            hall = self._hall(session, actor)
            case = queries.find_case(session, hall.actor, ref)
            document_id = paperwork.record(hall, case, prepared, printed, pdf).public_id
            if remember is not None:
                remember(session, document_id)
            return document_id

    def _make_owed(self, row_id: int, case_id: int, payload: dict[str, Any]) -> str:
        """One owed paper: printed if it is not there, signed by who made the act, sealed, and crossed off."""
        form, actor = str(payload["form"]), str(payload["actor"])
        with self.database.reading() as session:
            case = queries.case_for_system(session, case_id)
            ref, present = case.public_id, queries.document(session, case_id, form)
            wanted = form in facts.papers_owed(self._system_hall(session, "papers"), case)
        if present is None and wanted:
            self.issue(actor, ref, form)
        if wanted and self.office.form(form).sheet.kind != "agreement":
            self._finish(actor, ref, form)
        with self.database.writing() as session:
            clockwork.cross_off(session, row_id, self.clock.now())
        return self.office.form(form).title if wanted else ""

    def _finish(self, actor: ActorRef, ref: str, form: str) -> None:
        """Sign a register or notice for the actor whose act it records, and put the committee's seal on it."""
        for _step in range(8):
            with self.database.reading() as session:
                hall = self._hall(session, actor)
                case = queries.find_case(session, hall.actor, ref)
                open_slot = proofs.next_to_finish(hall, case, form)
                if open_slot is None:
                    return
                wanted = self._finishing(hall, open_slot)
            made = self._made(wanted)
            with self.database.writing() as session:
                hall = self._hall(session, actor)
                proofs.finish(hall, queries.find_case(session, hall.actor, ref), form, wanted.slot, made)

    def _finishing(self, hall: Hall, open_slot: proofs.ToFinish) -> Signing:
        paper = open_slot.paper
        if open_slot.slot == "seal":
            return self._sealing(hall, paper, paper.unsigned)
        name, label = paper.person(open_slot.slot), paper.label(open_slot.slot)
        return Signing(paper, self.authority.issue_one_off(name, label, hall.now), None, open_slot.slot)

    def _sealing(self, hall: Hall, paper: ceremony.Open, in_ink: tuple[str, ...]) -> Signing:
        committee = paperwork.issuing_committee(hall, paper.document)
        credentials = load_seal(committee.code, self.keyring, keys_folder(self.settings))
        return Signing(paper, credentials, SealFace(committee.seal_text, committee.sample), "seal", in_ink)

    def _sign(
        self,
        actor: ActorRef,
        ref: str,
        trigger: str,
        words: Any,
        expected_version: int | None,
        remember: Remember[Done] | None,
    ) -> transition.Done:
        """One act of the ceremony: judged first, signed outside any transaction, written if nothing has changed."""
        sentence = said.read_said(verbs.verb_of(trigger).said, words)
        with self.database.reading() as session:
            hall = self._hall(session, actor, sentence.occurred_at)
            case = queries.find_case(session, hall.actor, ref)
            standing = transition.look(hall, case, trigger, expected_version)
            transition.decide(
                hall, case, trigger, standing, verbs.verb_of(trigger).hear(hall, case, sentence)
            )
            paper = ceremony.open_paper(hall, case)
            if paper is None:
                raise NotFound(_("协议书还没有印出"))
            wanted = self._wanted(hall, case, paper, trigger, sentence)
            version = case.version
        scan_id = new_public_id() if trigger == "attach_scan" else ""
        made = (
            self._made_scan(wanted, sentence, scan_id) if scan_id else self._made(wanted) if wanted else None
        )
        with self.database.writing() as session:
            hall = self._hall(session, actor, sentence.occurred_at)
            case = queries.find_case(session, hall.actor, ref)
            standing = transition.look(hall, case, trigger, version)
            heard = ceremony.written(hall, case, trigger, sentence, made, scan_id)
            act = transition.move(hall, case, trigger, standing, heard)
            if remember is not None:
                remember(session, Done(act))
            return act

    def _wanted(
        self, hall: Hall, case: Dispute, paper: ceremony.Open, trigger: str, sentence: Any
    ) -> Signing | None:
        if trigger == "sign":
            slot = sentence.slot
            drawn = Drawn(
                ceremony.picture(sentence.drawing, "drawing"),
                ceremony.picture(sentence.fingerprint, "fingerprint"),
            )
            name = ceremony.signer(hall, case, paper, sentence)
            credentials = self.authority.issue_one_off(name, paper.label(slot), hall.now)
            return Signing(paper, credentials, drawn, slot)
        if trigger == "seal" and paper.agreement is not None and paper.agreement.medium == "ink":
            return None
        return self._sealing(hall, paper, paper.in_ink)

    def _made(self, wanted: Signing) -> ceremony.Made:
        """Sign one slot in the worker and keep the bytes."""
        document = wanted.paper.document
        at = self.clock.now()
        signed = self.press.run(
            sign_slot,
            self.store.get(document.sha256),
            wanted.slot,
            wanted.credentials,
            wanted.appearance,
            at,
            expected_sha256=document.sha256,
            document_id=document.public_id,
            root=self.authority.root,
            in_ink=wanted.in_ink,
        )
        digest = self.store.put(signed)
        return ceremony.Made(document.sha256, digest, len(signed), wanted.credentials.certificate_sha256, at)

    def _made_scan(self, wanted: Signing | None, sentence: Any, scan_id: str) -> ceremony.Made:
        assert wanted is not None
        at = self.clock.now()
        document = wanted.paper.document
        pages = [ceremony.picture(one, "pages") or b"" for one in sentence.pages]
        form = self.office.form(document.form)
        committee = str(document.snapshot["committee"]["name"])
        scanned = Scanned(
            form.title,
            document.number,
            document.public_id,
            document.sha256,
            committee,
            at,
            document.snapshot["sample"],
        )
        printed: RenderedPaper = self.press.run(set_scan, pages, scanned, self.site_folder)
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
            root=self.authority.root,
        )
        digest = self.store.put(signed)
        return ceremony.Made(document.sha256, digest, len(signed), wanted.credentials.certificate_sha256, at)

    def _find_record(self, digest: str, document_id: str | None) -> Any:
        with self.database.reading() as session:
            return proofs.find_record(session, digest, document_id)


def keys_folder(settings: Settings) -> Path:
    """Where the root and the committees' seals lie, encrypted under the key file."""
    return settings.data / "keys"


def _occurred_at(words: Any) -> datetime | None:
    value = words.get("occurred_at") if isinstance(words, dict) else None
    return said.read_said(said.Said, {"occurred_at": value}).occurred_at if value is not None else None

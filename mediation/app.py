"""The composition root: one instance, opened, and everything that can be done with it.

Command line, API and jobs only fetch and delegate to here. Each act is one transaction; printing and signing run between
transactions in a worker process, and what they made is written only if nothing has changed meanwhile.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from sqlmodel import Session

from mediation.audit import export as trail_export
from mediation.audit import heads as trail_heads
from mediation.audit import queries as trail_queries
from mediation.audit.models import CaseErasure
from mediation.audit.verify import CaseRow, TrailReport, verify_trail
from mediation.case_room import CaseRoom
from mediation.cases import (
    acting,
    clockwork,
    erasure,
    numbering,
    opening,
    page,
    paperwork,
    proofs,
    queries,
    succession,
    task_page,
    transition,
    verbs,
)
from mediation.cases.board import several
from mediation.cases.board.desk import BoardDesk
from mediation.cases.erasure.gone import open_file
from mediation.cases.hall import Hall
from mediation.cases.kinship import batch
from mediation.cases.kinship import page as kinship_page
from mediation.cases.kinship.batch import Batched
from mediation.cases.office import Office
from mediation.cases.ownership.proposing import OwnershipDesk
from mediation.cases.performance import performing
from mediation.cases.recounting import Recounted
from mediation.cases.reminders import Reminded
from mediation.cases.renewal.new_day import Brought, begin_day
from mediation.cases.renewal.relocation import Relocated
from mediation.cases.routing.desk import RoutingDesk
from mediation.cases.succession.desk import SuccessionDesk
from mediation.cases.succession.standing_in import tell_who_is_back
from mediation.cases.window.desk import WindowDesk
from mediation.cases.workspace import happenings
from mediation.clock import Clock, SystemClock, local_day
from mediation.clock_room import ClockRoom
from mediation.crypto import Keyring, read_keyring
from mediation.day_work import DayWork
from mediation.documents.authority import Authority, load_authority, verify_head
from mediation.documents.store import Store
from mediation.documents.table_store import open_store
from mediation.documents.trust import HeadRecord, export_bundle
from mediation.documents.verify import Report, Trust, verify
from mediation.duty import queries as duty_queries
from mediation.duty_desk import DutyDesk
from mediation.errors import MediationError, Overtaken, on_record
from mediation.evidence_room import EvidenceRoom
from mediation.export_desk import ExportDesk
from mediation.language import _
from mediation.notices.channels import Tools
from mediation.notices.models import OutboxRow
from mediation.offices import open_office
from mediation.paper_room import PaperRoom, retried
from mediation.people import queries as people
from mediation.people import tokens
from mediation.post_room import Posted, PostRoom
from mediation.remembered import remembered
from mediation.resident_desk import ResidentDesk
from mediation.scope_room import ScopeRoom
from mediation.settings import Settings
from mediation.storage import shared
from mediation.storage.engine import Database
from mediation.storage.unfinished import refuse_unfinished
from mediation.storage.upgrade import check_database
from mediation.supervising import Supervision, SupervisionRound
from mediation.supervision.merging import pass_on_items
from mediation.supervision.queries import ends as register_ends
from mediation.units import queries as units
from mediation.webhook_room import Called, WebhookRoom

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
    trigger_title: str = ""
    state_title: str = ""


@dataclass
class Round:
    """What a daily round came to: clocks that ran out, reminders, papers that others must finish, the number of the day's head.

    `in_force`: configuration that was planned for the day. `relocated`: cases of merged units. `unanswered`: who holds no
    post, or which unit is no more, and still has something in hand, in sentences. `recounted`: clocks counted by a calendar
    that has come since the last round. `posted`: notices. `called`: webhooks.
    """

    missed: list[clockwork.Missed] = field(default_factory=list)
    reminded: list[Reminded] = field(default_factory=list)
    recounted: Recounted | None = None
    left: list[str] = field(default_factory=list)
    head: int | None = None
    in_force: list[str] = field(default_factory=list)
    relocated: list[Relocated] = field(default_factory=list)
    posted: Posted = field(default_factory=Posted)
    called: Called = field(default_factory=Called)
    unanswered: list[str] = field(default_factory=list)
    supervised: SupervisionRound = field(default_factory=SupervisionRound)


class Instance:
    """One instance, opened. An actor is `PERSON[:POST]`, or a post's id as a token holds it."""

    office: Office
    _mark: int

    def __init__(self, settings: Settings, keyring: Keyring, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.keyring = keyring
        self.database = Database(settings.database_url, keyring)
        try:
            self._open()
        except BaseException:
            self.database.close()
            raise

    @classmethod
    def open(cls, settings: Settings, clock: Clock | None = None) -> Self:
        """Open the instance of these settings. Raises KeyMissing, DatabaseOutdated, DefinitionError … in words."""
        return cls(settings, read_keyring(settings), clock or SystemClock())

    def start_workers(self) -> None:
        """Have the workers that set papers and judge files ready, so that nobody's first paper or file waits for them."""
        self.papers.press.start()
        self.residents.start()

    def close(self) -> None:
        """Let go of the workers and the database."""
        self.residents.close()
        self.papers.close()
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def duty(self) -> DutyDesk:
        """Who is there, who can be called, who is away."""
        return DutyDesk(self.database, self._hall)

    @property
    def supervision(self) -> Supervision:
        """The register, the ladder and the weeks."""
        press, halls = self.papers.press, (self._hall, self._system_hall)
        return Supervision(self.database, self.clock, self.store, press, *halls)

    @property
    def scope(self) -> ScopeRoom:
        """Who sees what of persons."""
        return ScopeRoom(self.database, self._hall)

    @property
    def evidence(self) -> EvidenceRoom:
        """What parties hand in and mediators gather."""
        return EvidenceRoom(self.database, self._hall, self.papers.press, lambda: self.store)

    @property
    def exports(self) -> ExportDesk:
        """Lists as files, asked for, let go and taken."""
        return ExportDesk(self.database, self._hall, self.papers.press, self.site_folder)

    @property
    def clocks(self) -> ClockRoom:
        """The clocks of all cases: recounts, reminders, what runs out, explanations."""
        return ClockRoom(self.database, self.clock, self._hall, self._system_hall)

    @property
    def day_work(self) -> DayWork:
        """The work behind the acts, as jobs do it."""
        daily = partial(self.run_deadlines, papers=False)  # those come one by one, as jobs
        rooms = (self.papers, self.post_room, self.webhooks, self.clocks, self.supervision)
        return DayWork(self.database, self.clock, *rooms, self._system_hall, daily)

    def keep_up(self, session: Session) -> None:
        """Read what is in force anew, if another process or a new day has changed it; lend the session what is known of it."""
        mark = units.configuration_mark(session)
        if mark > self._mark:  # a view of the data from before is no reason to go back
            self._fetch_shared()
            self.office = self._read_office(session)
            self._mark = mark
        if mark == self._mark:
            units.lend(session, self.office.kept)

    # — acts —

    def register(self, actor: ActorRef, words: Any, *, remember: Remember[Done] | None = None) -> Done:
        """Take a dispute in; the answer holds its query code, which is shown only now."""
        with self.database.writing() as session:
            act, code = opening.register(self._hall(session, actor), words)
            done = Done(act, query_code=code)
            if remember is not None:
                remember(session, done)
        done.trigger_title, done.state_title = self._in_words(act)
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
        owed: list[OutboxRow] = []

        def look(session: Session, done: Done) -> None:
            if remember is not None:
                remember(session, done)
            owed.extend(queries.waiting_outbox(session, ("issue_paper",), 1, done.act.case))

        done = Done(self.act(actor, ref, trigger, words, expected_version, remember=look))
        done.trigger_title, done.state_title = self._in_words(done.act)
        if owed:
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
            return self.papers.sign(actor, ref, trigger, words, expected_version, _with_act(remember))

        def once() -> transition.Done:
            with self.database.writing() as session:
                hall = self._hall(session, actor)
                act = acting.perform(hall, ref, trigger, words, expected_version)
                if remember is not None:
                    remember(session, Done(act))
            return act

        return retried(once, Overtaken)

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
        return self.papers.issue(actor, ref, form, subject, remember)

    def make_owed_papers(self, done: Done | None = None, most: int = 100) -> list[str]:
        """Make what acts have left in the outbox: of one act's case, or of all. What is left to do is said in words.

        What fails stays in the outbox.
        """
        case = None if done is None else done.act.case
        with self.database.reading() as session:
            waiting = [
                (row.id or 0, row.case_id or 0, row.payload)
                for row in queries.waiting_outbox(session, ("issue_paper",), most, case)
            ]
        left: list[str] = []
        for row_id, case_id, payload in waiting:
            form, actor = str(payload["form"]), str(payload["actor"])
            subject = str(payload.get("subject", ""))
            title = self.office.form(form).title
            try:
                more = self.papers.make_owed(row_id, case_id, form, subject, actor, self._system_hall)
            except MediationError as error:
                left.append(_("{name}：{cause}").format(name=title, cause=error))
                continue
            left += [_("{name}：{cause}").format(name=title, cause=more)] if more else []
            if done is not None and more is not None:
                done.papers.append(title)
        if done is not None:
            done.warnings += left
        return left

    @on_record()
    def run_deadlines(self, most: int | None = None, *, papers: bool = True) -> Round:
        """The daily round: what follows from clocks that have run out, once each; papers owed; the day's head.

        A head is made when the day has none yet and something has happened since the last one.
        """
        found = Round()
        brought = retried(self._begin_day)  # anew, if somebody acts on a case that passes to another unit
        found.in_force, found.relocated = brought.in_force, brought.relocated
        found.unanswered = brought.unanswered
        found.recounted = self.clocks.recount_if_due()
        found.missed = self.clocks.sweep(found.left, most)
        found.reminded = self.clocks.remind(found.left)
        found.supervised = self.supervision.round()
        found.left += [*(self.make_owed_papers() if papers else []), *found.supervised.left]
        self.delete_erased_files()
        self.scope.forget_readings(self.clock.now(), self.office.reading.days)
        with self.database.reading() as session:
            wants_head = clockwork.wants_head(session, self.clock.now())
        if wants_head:
            found.head = int(self.make_head()["number"])
        found.posted = self.post_room.deliver_waiting()
        found.called = self.webhooks.deliver_waiting()
        self.webhooks.forget_sent()
        return found

    # — hand-over —

    def hand_over(
        self,
        actor: ActorRef,
        words: Any,
        *,
        dry_run: bool = False,
        remember: Remember[succession.HandedOver] | None = None,
    ) -> succession.HandedOver:
        """Hand over all that one person has in hand, in one transaction; with `dry_run` only say what would be."""
        return self._succeed(actor, remember, partial(succession.hand_over, words=words, dry_run=dry_run))

    def give_back(
        self,
        actor: ActorRef,
        handover: str,
        words: Any = None,
        *,
        dry_run: bool = False,
        remember: Remember[succession.HandedOver] | None = None,
    ) -> succession.HandedOver:
        """Give back what a hand-over moved and nobody has touched since."""
        said = {} if words is None else words
        back = partial(succession.give_back, public_id=handover, words=said, dry_run=dry_run)
        return self._succeed(actor, remember, back)

    # — like cases —

    def all_series(self, actor: ActorRef) -> list[kinship_page.SeriesLine]:
        """The series of like cases within the actor's sight, newest first."""
        with self.database.reading() as session:
            return kinship_page.all_series(self._hall(session, actor))

    def series(self, actor: ActorRef, series: str) -> page.SeriesPage:
        """One series with the cases of it that the actor may see."""
        with self.database.reading() as session:
            return page.series_page(self._hall(session, actor), series)

    def batch(
        self,
        actor: ActorRef,
        trigger: str,
        series: str,
        words: Any = None,
        *,
        dry_run: bool = False,
        remember: Remember[Batched] | None = None,
    ) -> Batched:
        """Do one act on every case of a series, each whole or not at all; their papers are left in the outbox.

        With `dry_run` only say what would be.
        """
        words = {} if words is None else words

        def once() -> Batched:
            with self.database.writing() as session:
                hall = self._hall(session, actor)
                done = batch.batch(hall, trigger, series, words, dry_run=dry_run)
                if remember is not None:
                    remember(session, done)
            return done

        try:
            return retried(once)
        except batch.TriedOnly as tried:
            return tried.found

    def act_on_each(
        self,
        actor: ActorRef,
        trigger: str,
        ticked: several.Ticked,
        words: Any = None,
        *,
        own: Mapping[str, Any] | None = None,
        remember: Remember[several.Several] | None = None,
    ) -> several.Several:
        """Do one act on each of several cases, each whole or not at all; their papers are left in the outbox.

        `own`: by the id of a case, what is said of it alone, in the place of `words`.
        """
        words = {} if words is None else words

        def once() -> several.Several:
            with self.database.writing() as session:
                hall = self._hall(session, actor)
                done = several.act_on_each(hall, trigger, ticked, words, own)
                if remember is not None:
                    remember(session, done)
            return done

        return retried(once)

    # — erasure —

    def request_erasure(
        self, actor: ActorRef, ref: str, reason: str, party: int | None = None
    ) -> dict[str, Any]:
        """Ask that a case, or one party of it, be erased; told as the second person, who must confirm it, will read it."""
        with self.database.writing() as session:
            hall = self._hall(session, actor)
            return erasure.request(hall, queries.find_case(session, hall.actor, ref), reason, party)

    def withdraw_erasure(self, actor: ActorRef, ref: str) -> dict[str, Any]:
        """Take back what was asked to be erased; what it was."""
        with self.database.writing() as session:
            hall = self._hall(session, actor)
            return erasure.withdraw(hall, queries.find_case(session, hall.actor, ref))

    def confirm_erasure(self, actor: ActorRef, ref: str, party: int | None = None) -> CaseErasure:
        """Erase what another person has asked to be erased, for good: rows in one transaction, files after it.

        `party` says what the second person means to erase; it must be what was asked.
        """
        with self.database.writing() as session:
            hall = self._hall(session, actor)
            done = erasure.confirm(hall, queries.find_case(session, hall.actor, ref), party)
        self.delete_erased_files()
        return done

    def delete_erased_files(self) -> int:
        """Delete what erased cases still have in the store; how many there were. Goes on where a kill broke it off."""
        with self.database.reading() as session:
            owed = [digest for digest in erasure.files_owed(session) if self.store.has(digest)]
        for digest in owed:
            self.store.delete(digest)
        self.database.forget_deleted()
        return len(owed)

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
        """Cases that the actor may see: all, those that wait on the actor's unit or person, or those found by words: by a number, or else
        by titles and names.

        `before` goes on where a list ended: the id and due time of its last row.
        """
        with self.database.reading() as session:
            hall = self._hall(session, actor)
            last, due = before or ("", None)
            at = queries.find_case(session, hall.actor, last).id if last else None
            if words:
                numbers = numbering.meant(hall, words)
                found = queries.numbered(session, hall.actor, numbers) if at is None else []
                if not found:
                    found = queries.search(session, hall.actor, self.keyring, words, most, before=at)
            elif waiting:
                after = (due, at) if due is not None and at is not None else None
                found = queries.worklist(session, hall.actor, after=after, most=most)
            else:
                found = queries.cases(session, hall.actor, before=at, most=most)
            return page.rows(hall, found)

    def tasks(self, actor: ActorRef, most: int = 50, kinds: Sequence[str] = ()) -> list[task_page.TaskRow]:
        """What waits on the actor, person or unit, most urgent first; copies come last. `kinds`: of these kinds only."""
        with self.database.reading() as session:
            return task_page.my_tasks(self._hall(session, actor), most, kinds)

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
            public_id = case.public_id
        if found is None:
            return None
        return open_file(self.database.reading, self.store, found.sha256, public_id), found.public_id

    def performance_proof(self, actor: ActorRef, ref: str, line: int) -> bytes:
        """The file that proves a line of a case's ledger. Raises NotFound if there is no such line or it has none."""
        with self.database.reading() as session:
            hall = self._hall(session, actor)
            case = queries.find_case(session, hall.actor, ref)
            digest, public_id = performing.proof_of_line(hall, case, line), case.public_id
        return open_file(self.database.reading, self.store, digest, public_id)

    def missing(self, actor: ActorRef, ref: str, form: str, subject: str = "") -> list[str]:
        """What a paper still lacks, and where each fact is entered."""
        with self.database.reading() as session:
            hall = self._hall(session, actor)
            case = queries.find_case(session, hall.actor, ref)
            return [str(problem) for problem in paperwork.prepare(hall, case, form, subject).missing]

    # — tokens —

    def issue_token(
        self, actor: ActorRef, label: str = "", days: int = 30, scopes: Collection[str] = tuple(tokens.SCOPES)
    ) -> str:
        """Make a token for the API that acts as the actor's post, good for the scopes; it is shown only now."""
        with self.database.writing() as session:
            hall = self._hall(session, actor)
            post, by = hall.actor.post_id, hall.actor.code
            return tokens.issue_token(
                session, self.keyring, post, label, hall.now, days, scopes=scopes, by=by
            )

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
            ends = chain(queries.case_ends(session), register_ends(session))
            rows = (CaseRow(*row) for row in ends)
            return verify_trail(
                session,
                heads=heads,
                verify_signature=lambda head, signature: verify_head(self.authority.root, head, signature),
                case_rows=rows,
            )

    # — within —

    def _open(self) -> None:
        """Read what is in force; the database is closed again if anything of it cannot be read."""
        refuse_unfinished(self.settings.data)
        check_database(self.database)
        self._fetch_shared()
        self.authority: Authority = load_authority(self.keyring, keys_folder(self.settings))
        self.store: Store = open_store(self.database, self.settings.store, self.keyring, self.clock)
        self.site_folder = self.settings.data / "site"
        with self.database.reading() as session:
            self._mark = units.configuration_mark(session)
            self.office = self._read_office(session)
        self.papers = PaperRoom(
            self.database,
            self.keyring,
            self.authority,
            self.store,
            self.clock,
            self.settings.data,
            self._hall,
            self._fetch_shared,
        )
        self.post_room = self.open_post_room()
        self.webhooks = self.open_webhooks()
        self.residents = ResidentDesk(
            self.database,
            self.keyring,
            self.clock,
            self.store,
            self.papers,
            self.authority.root,
            self._hall,
            self._system_hall,
        )
        self.room = CaseRoom(self.database, self._hall, self.papers.press, self.store)
        self.routing = RoutingDesk(self.database, self._hall)
        self.window = WindowDesk(self.database, self._hall)
        self.ownership = OwnershipDesk(self.database, self._hall)
        self.boards = BoardDesk(self.database, self._hall)
        self.successions = SuccessionDesk(self.database, self._hall)

    def _read_office(self, session: Session) -> Office:
        with remembered(self.settings.data, self.keyring):
            return open_office(session, self.site_folder, self.keyring, self.authority.root_fingerprint)

    def open_webhooks(self) -> WebhookRoom:
        """The room of this instance's webhooks, which from now on hears of all that is recorded."""
        room = WebhookRoom(self.database, self.clock, lambda: self.office, self.keep_up)
        self.database.before_commit = room.hear
        return room

    def open_post_room(self) -> PostRoom:
        """The room of this instance's notices; its slips are printed by the worker of its papers."""
        tools = Tools(self.settings, self.store, self.papers.press, self.clock, self.site_folder)
        return PostRoom(self.database, tools, self._system_hall, self._hall, duty_queries.stand_ins)

    def _hall(self, session: Session, actor: ActorRef) -> Hall:
        now = self.clock.now()
        self.keep_up(session)
        found = (
            people.actor_of_post(session, actor, local_day(now))
            if isinstance(actor, int)
            else people.actor_from_text(session, actor, local_day(now))
        )
        standing_in = duty_queries.deputizes_for(session, found.person_id, local_day(now))
        if standing_in:
            found = replace(found, deputizes_for=standing_in)
        return Hall(session, now, found, self.office, keep_file=self.store.put)

    def _in_words(self, act: transition.Done) -> tuple[str, str]:
        """What was done, and how the case stands now, as its definition calls it.

        An act that leads into another definition may be known to the one before alone.
        """
        engine = self.office.engine(*act.definition)
        others = sorted(self.office.engines.items(), reverse=True)
        knowing = (one for one in (engine, *(one for _key, one in others)))
        title = next(
            (one.title(act.trigger) for one in knowing if act.trigger in one.definition.triggers),
            happenings.HAPPENED.get(act.trigger, act.trigger),
        )
        return _(title), _(engine.state(act.state).title)

    def _fetch_shared(self) -> None:
        """What another host has changed of the site's files and seals."""
        if not self.database.on_sqlite:
            with self.database.reading() as session:
                shared.fetch(session, self.settings.data, self.keyring)

    def _system_hall(self, session: Session, name: str = "papers") -> Hall:
        self.keep_up(session)
        return Hall(session, self.clock.now(), clockwork.system_actor(name), self.office)

    def _succeed(
        self,
        actor: ActorRef,
        remember: Remember[succession.HandedOver] | None,
        work: Callable[[Hall], succession.HandedOver],
    ) -> succession.HandedOver:
        def once() -> succession.HandedOver:
            with self.database.writing() as session:
                done = work(self._hall(session, actor))
                if remember is not None:
                    remember(session, done)
            return done

        return retried(once)

    def _begin_day(self) -> Brought:
        with self.database.writing() as session:
            hall = self._system_hall(session, "renewal")
            brought = begin_day(hall)
            pass_on_items(hall)
            tell_who_is_back(hall)
            return brought

    def _find_record(self, digest: str, document_id: str | None) -> Any:
        with self.database.reading() as session:
            return proofs.find_record(session, digest, document_id)


def keys_folder(settings: Settings) -> Path:
    """Where the root and the committees' seals lie, encrypted under the key file."""
    return settings.data / "keys"


def _with_act(remember: Remember[Done] | None) -> Callable[[Session, transition.Done], None] | None:
    if remember is None:
        return None
    return lambda session, act: remember(session, Done(act))

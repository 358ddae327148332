"""What people do without a login: apply, follow, verify, sign by a link, rate; and the desk that takes applications in.

Each is one transaction. Nothing of this tells a name or a story, but the paper itself to the one whose link it is.
"""

import hmac
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from sqlmodel import Session

from mediation.cases import ceremony, proofs, queries
from mediation.cases.hall import Hall
from mediation.cases.inputs import read_said
from mediation.cases.residents import following, links, rating
from mediation.cases.residents import queries as residents
from mediation.cases.workspace import other_posts
from mediation.clock import Clock
from mediation.crypto import Keyring, sha256
from mediation.documents.pictures import PHONE_WIDTH, WIDTH, page_count, page_pictures
from mediation.documents.press import Renderer
from mediation.documents.store import Store
from mediation.documents.verify import KnownPapers, Report, Trust, Verdict, named_document, verify_for
from mediation.errors import DocumentError, NotFound, NotPermitted
from mediation.intake import applications as quarantine
from mediation.intake.told import FollowedCode, PaperLine, ToSign
from mediation.language import _, current_language
from mediation.paper_room import retried
from mediation.storage.engine import Database

_WAIT, _CPU = 40.0, 20
_ACTOR = "resident"


class Papers(Protocol):
    """The room where papers are signed: see `mediation.paper_room.PaperRoom`."""

    press: Renderer

    def sign(
        self,
        actor: str | int,
        ref: str,
        trigger: str,
        words: Any,
        expected_version: int | None,
        remember: Callable[[Session, Any], None] | None,
    ) -> Any: ...


class ResidentDesk:
    """The open pages of one instance. Close it: it may have a worker of its own for files from strangers."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        clock: Clock,
        store: Store,
        papers: Papers,
        root: bytes,
        hall: Callable[..., Hall],
        system_hall: Callable[..., Hall],
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._store = store
        self._papers = papers
        self._root = root
        self._hall = hall
        self._system_hall = system_hall
        self._judge = Renderer(wait=_WAIT, cpu_seconds=_CPU, typesets=False)

    def start(self) -> None:
        """Have the worker ready before the first file comes."""
        self._judge.start()

    def close(self) -> None:
        """Let go of the worker."""
        self._judge.close()

    # — applying —

    def places(self) -> list[tuple[str, str]]:
        """Where one can say that it happened: code and name, indented by level."""
        with self._database.reading() as session:
            hall = self._system_hall(session, _ACTOR)
            found = quarantine.places(session, hall.tree, hall.today)
            return [(node.code, "　" * depth + node.name) for node, depth in found]

    def apply(self, words: Any, once: str) -> str:
        """Keep an application in quarantine; its code. Raises InputInvalid, QuarantineFull."""
        with self._database.reading() as session:
            said = quarantine.read(self._system_hall(session, _ACTOR).tree, words)
        with self._database.writing() as session:
            hall = self._system_hall(session, _ACTOR)
            return quarantine.submit(session, self._keyring, hall.tree, said, once, hall.now)

    def applications(self, actor: str | int) -> list[quarantine.Waiting]:
        """What waits within the actor's scope. Raises NotPermitted."""
        with self._database.reading() as session:
            return quarantine.waiting(self._hall(session, actor))

    def application(self, actor: str | int, public_id: str) -> quarantine.Shown:
        """One that waits. Raises NotFound, NotPermitted."""
        with self._database.reading() as session:
            return quarantine.shown(self._hall(session, actor), public_id)

    def post_for_application(self, actor: str | int, public_id: str) -> int | None:
        """By which other post of the same person it can be decided on; None if by none. Raises NotFound, NotPermitted."""
        with self._database.reading() as session:
            hall = self._hall(session, actor)
            others = [self._hall(session, post) for post in other_posts.other_posts(hall)]
            return quarantine.post_for(hall, public_id, others)

    def take(self, session: Session, actor: str | int, public_id: str, case: str) -> None:
        """Beside a registration, in its transaction: the application has become that case."""
        hall = self._hall(session, actor)
        quarantine.take(hall, public_id, queries.case_id_of(session, case))

    def put_aside(self, actor: str | int, public_id: str, reason: str) -> None:
        """Put one aside. Raises InputInvalid, NotFound, NotPermitted."""
        with self._database.writing() as session:
            quarantine.put_aside(self._hall(session, actor), public_id, reason)

    # — following and rating —

    def follow(self, code: str) -> FollowedCode | None:
        """What a query code or a receipt's code tells; None for any other."""
        with self._database.reading() as session:
            case = following.case_followed(session, self._keyring, code)
            found = quarantine.standing(session, self._keyring, code)
            if case is None and found is not None and found.case_id is not None:
                case = queries.case_for_system(session, found.case_id)
            if case is not None:
                told = following.followed(session, case, self._clock.now())
                return FollowedCode("taken", case.received_at, told)
            return FollowedCode(found.state, found.received_at, None) if found else None

    def rate(self, code: str, words: Any) -> None:
        """Rate a closed case by its query code. Raises NotFound, InputInvalid, TransitionRefused."""
        said = read_said(rating.Rated, words)
        retried(partial(self._rate, code, said))

    # — verifying —

    def judged(self, pdf: bytes) -> Report:
        """The closed verdict on a stranger's file, reached in a worker with limits and without network."""
        try:
            named = self._judge.run(named_document, pdf)
            with self._database.reading() as session:
                record = proofs.find_record(session, sha256(pdf), named)
            known = KnownPapers({record.document_id: record} if record else {})
            trust = Trust((self._root,), known, source="instance")
            return self._judge.run(verify_for, current_language(), pdf, trust)
        except DocumentError:
            sentence = _("文件太大或者太复杂，在限定的时间里没有核验完。")
            return Report(Verdict.UNREADABLE, (sentence,), sha256(pdf))

    def printed(self, document_id: str, token: str) -> PaperLine | None:
        """What the code printed on a paper tells; None if there is no such paper or the token is not its own."""
        shown = self._keyring.look_up("document token", token)
        with self._database.reading() as session:
            office = self._system_hall(session, _ACTOR).office
            titles = {name: form.title for name, form in office.forms.items()}
            paper = queries.document_by_public_id(session, document_id)
            if paper is not None and hmac.compare_digest(paper.token_hash, shown):
                record = proofs.record_of(session, paper)
                return PaperLine(
                    titles.get(paper.form, paper.form),
                    paper.number,
                    paper.issued_on,
                    len(record.slots),
                    record.complete,
                    record.void,
                    len(record.by_hand),
                )
            sheet = residents.unit_paper(session, document_id)
            if sheet is not None and sheet.token_hash and hmac.compare_digest(sheet.token_hash, shown):
                title = titles.get(sheet.form, sheet.form)
                return PaperLine(title, sheet.number, sheet.issued_on, 0, complete=True, void=False)
        return None

    # — signing by a link —

    def places_to_sign(self, actor: str | int, ref: str) -> list[links.Place]:
        """The parties' places on the agreement that is being signed."""
        with self._database.reading() as session:
            hall = self._hall(session, actor)
            return links.places(hall, queries.find_case(session, hall.actor, ref))

    def make_link(self, actor: str | int, ref: str, slot: str) -> str:
        """A new link's token, told only now."""
        with self._database.writing() as session:
            hall = self._hall(session, actor)
            return links.make(hall, queries.find_case(session, hall.actor, ref), slot)

    def withdraw_link(self, actor: str | int, ref: str, public_id: str) -> None:
        """End a link at once."""
        with self._database.writing() as session:
            hall = self._hall(session, actor)
            links.withdraw(hall, queries.find_case(session, hall.actor, ref), public_id)

    def to_sign(self, token: str, reader: str) -> ToSign:
        """What a link shows to a browser. Raises LinkDead."""
        with self._database.reading() as session:
            found = links.opened(session, self._keyring, token, self._clock.now())
            known = links.knows(self._keyring, found, reader)
            snapshot = found.document.snapshot if known else None
            name, expires = (str(found.party.name) if known else ""), found.link.expires_at
            left, digest = links.TRIES - found.link.failures, found.document.sha256
        pages = self._papers.press.run(page_count, self._store.get(digest)) if known else 0
        return ToSign(name, expires, left, known, pages, snapshot)

    def page_to_sign(
        self, token: str, reader: str, page: int, *, large: bool = False, webp: bool = False
    ) -> bytes:
        """A page of the paper as PNG or WebP, as wide as a phone or large. Raises LinkDead, NotFound."""
        with self._database.reading() as session:
            found = links.opened(session, self._keyring, token, self._clock.now())
            if not links.knows(self._keyring, found, reader):
                raise links.LinkDead
            digest = found.document.sha256
        pdf, width = self._store.get(digest), WIDTH if large else PHONE_WIDTH
        return self._papers.press.run(page_pictures, pdf, page - 1, 1, width, webp=webp)[0]

    def identify(self, token: str, digits: str) -> str | None:
        """A secret for the browser if the last four of the party's number are right; None, and one try less, if not."""
        with self._database.writing() as session:
            now = self._clock.now()
            found = links.opened(session, self._keyring, token, now, hold=True)
            reader = links.identify(session, self._keyring, found, digits, now)
            if found.link.end == links.LOCKED:
                links.record_locked(self._system_hall(session, _ACTOR), found)
            return reader

    def sign(self, token: str, reader: str, drawing: str) -> None:
        """Sign with a drawing (PNG, base64), by the post that made the link. Raises LinkDead and what `sign` raises."""
        post, ref, link, slot = self._in_hand(token, reader)
        words = {
            "slot": slot,
            "identity_check": ceremony.BY_LINK,
            "agrees": True,
            "read_to": "read_self",
            "drawing": drawing,
        }
        served = partial(self._served, post, link, ref, "signed")
        try:
            self._papers.sign(post, ref, "sign", words, None, served)
        except (NotFound, NotPermitted):  # whoever made the link may not sign here any more
            raise links.LinkDead from None

    def refuse(self, token: str, reader: str) -> None:
        """The party does not sign: the link ends, and the case's trail says so."""
        post, ref, link, _slot = self._in_hand(token, reader)
        try:
            with self._database.writing() as session:
                self._served(post, link, ref, links.REFUSED, session, None)
        except (NotFound, NotPermitted):  # the same
            raise links.LinkDead from None

    def ended(self, token: str, reader: str) -> str:
        """How the link ended, for the browser that used it; nothing for any other."""
        with self._database.reading() as session:
            return links.ended(session, self._keyring, token, reader)

    def _rate(self, code: str, said: rating.Rated) -> None:
        with self._database.writing() as session:
            case = following.case_followed(session, self._keyring, code)
            found = quarantine.standing(session, self._keyring, code) if case is None else None
            if found is not None and found.case_id is not None:
                case = queries.case_for_system(session, found.case_id)
            if case is None:
                raise NotFound(_("没有查到这个查询码"))
            rating.rate(self._system_hall(session, _ACTOR), case, said)

    def _in_hand(self, token: str, reader: str) -> tuple[int, str, str, str]:
        with self._database.reading() as session:
            found = links.opened(session, self._keyring, token, self._clock.now())
            if not links.knows(self._keyring, found, reader):
                raise links.LinkDead
            ref = links.case_of(session, found).public_id
            return found.link.post_id, ref, found.link.public_id, found.link.slot

    def _served(self, post: int, link: str, ref: str, end: str, session: Session, _act: Any) -> None:
        hall = self._hall(session, post)
        links.finish(hall, link, queries.find_case(session, hall.actor, ref), end)

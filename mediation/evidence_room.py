"""Where evidence comes in and goes out: judged, put into the encrypted store, then entered; read back by whoever sees the case.

What was handed in is judged outside any transaction; two at a time, since a file is held in memory whole while it is sealed.
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from sqlmodel import Session

from mediation.cases import inputs, queries
from mediation.cases.erasure.gone import open_piece
from mediation.cases.evidence import keeping, page
from mediation.cases.evidence.keeping import MOST_FILES, Kept
from mediation.cases.evidence.page import Piece
from mediation.cases.evidence.said import GiveEvidence, ReturnEvidence, WithdrawEvidence
from mediation.cases.hall import Hall
from mediation.crypto import sha256
from mediation.documents import media
from mediation.documents.press import Renderer
from mediation.documents.store import Store
from mediation.errors import DocumentError, Faults, InputInvalid, Problem
from mediation.language import _
from mediation.paper_room import retried

_AT_ONCE = threading.BoundedSemaphore(2)
Remember = Callable[[Session, list[Piece]], None]


class Sessions(Protocol):
    """What the room needs of the database."""

    def reading(self) -> AbstractContextManager[Session]: ...
    def writing(self) -> AbstractContextManager[Session]: ...


class Handed(Protocol):
    """A file as it is handed in: what it is called, how large it is, and how its bytes are read."""

    @property
    def name(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def read(self) -> Callable[[], bytes]: ...


@dataclass(frozen=True, slots=True)
class Opened:
    """A piece's file to be saved. `name`: safe in a folder, and with the ending that its content has."""

    data: bytes
    media_type: str
    name: str


class EvidenceRoom:
    """The room of one instance. An actor is `PERSON[:POST]` or the id of a post."""

    def __init__(
        self, sessions: Sessions, hall: Callable[..., Hall], press: Renderer, store: Callable[[], Store]
    ) -> None:
        self._sessions, self._hall, self._press, self._store = sessions, hall, press, store

    def pieces(self, actor: str | int, ref: str) -> list[Piece]:
        """All pieces of a case in their order, withdrawn ones too. Raises NotFound out of the actor's sight."""
        with self._sessions.reading() as session:
            hall = self._hall(session, actor)
            return page.pieces(hall, queries.find_case(session, hall.actor, ref))

    def may_keep(self, actor: str | int, ref: str) -> bool:
        """May the actor take evidence in, give it back, withdraw it?"""
        with self._sessions.reading() as session:
            hall = self._hall(session, actor)
            return keeping.may_keep(hall, queries.find_case(session, hall.actor, ref))

    def piece(self, actor: str | int, ref: str, number: int) -> Piece:
        """One piece, a withdrawn one too. Raises NotFound."""
        with self._sessions.reading() as session:
            hall = self._hall(session, actor)
            return page.piece(hall, queries.find_case(session, hall.actor, ref), number)

    def open(self, actor: str | int, ref: str, number: int) -> Opened:
        """The file of a piece. Raises NotFound if there is none, it was withdrawn, or the case or who gave it was erased."""
        with self._sessions.reading() as session:
            hall = self._hall(session, actor)
            case = queries.find_case(session, hall.actor, ref)
            row, name = keeping.file_of(hall, case, number)
            digest, media_type, key, chain = row.sha256, row.media_type, row.id or 0, case.public_id
        data = open_piece(self._sessions.reading, self._store(), digest, chain, key)
        return Opened(data, media_type, name)

    def give(
        self,
        actor: str | int,
        ref: str,
        words: Any,
        files: Sequence[Handed],
        *,
        remember: Remember | None = None,
    ) -> list[Piece]:
        """Take files in as pieces of the same words, all or none. Raises InputInvalid with all that is wrong, words and files."""
        said, problems = self._said(actor, ref, words, files)
        with _AT_ONCE:
            kept = [
                one
                for at, file in enumerate(files[:MOST_FILES])
                if (one := self._judged(file, f"files[{at}]", problems, keep=not problems)) is not None
            ]
        if said is None or problems:
            raise InputInvalid(problems)
        return self._write(actor, ref, lambda hall, case: keeping.give(hall, case, said, kept), remember)

    def give_back(
        self, actor: str | int, ref: str, number: int, words: Any, *, remember: Remember | None = None
    ) -> Piece:
        """The original went back. Raises as `keeping.give_back`."""
        said = inputs.read_said(ReturnEvidence, words)
        return self._write(
            actor, ref, lambda hall, case: [keeping.give_back(hall, case, number, said)], remember
        )[0]

    def withdraw(
        self, actor: str | int, ref: str, number: int, words: Any, *, remember: Remember | None = None
    ) -> Piece:
        """Whoever gave the piece takes it back. Raises as `keeping.withdraw`."""
        said = inputs.read_said(WithdrawEvidence, words)
        return self._write(
            actor, ref, lambda hall, case: [keeping.withdraw(hall, case, number, said)], remember
        )[0]

    def _said(
        self, actor: str | int, ref: str, words: Any, files: Sequence[Handed]
    ) -> tuple[GiveEvidence | None, list[Problem]]:
        """What is said, and all that is wrong with it. Whoever may not is refused before a file is looked at."""
        said: GiveEvidence | None = None
        problems: list[Problem] = []
        with self._sessions.reading() as session:
            hall = self._hall(session, actor)
            case = queries.find_case(session, hall.actor, ref)
            keeping.refuse_stranger(hall, case)
            keeping.refuse_archived(case)
            wrong = Faults()
            with wrong.noting():
                said = inputs.read_said(GiveEvidence, words)
            with wrong.noting():
                if said is not None:
                    keeping.check(hall, case, said, [one.size for one in files])
                else:
                    keeping.check_giver(words.get("party"), words.get("given_by"))
            problems += wrong.problems
        if not files:
            problems.append(Problem(_("请选择文件"), key="files"))
        if len(files) > MOST_FILES:
            message = _("一次最多 {most} 个文件").format(most=MOST_FILES)
            problems.append(Problem(message, key="files"))
        return said, problems

    def _judged(self, file: Handed, key: str, problems: list[Problem], *, keep: bool) -> Kept | None:
        """The file judged and, if all was well up to now, put into the store; what is wrong goes to the problems."""
        name = page.clean_name(file.name)
        try:
            data = _bytes_of(file)
            found = media.judge(data, self._press.run)
        except DocumentError as error:
            of_file = _("{name}：{cause}").format(name=name, cause=error.message)
            problems.append(Problem(of_file if name else error.message, key=key))
            return None
        digest = self._store().put(found.data) if keep else sha256(found.data)
        handed = digest if len(found.data) == len(data) else sha256(data)
        return Kept(digest, handed, len(found.data), found.media_type, found.extension, name)

    def _write(
        self,
        actor: str | int,
        ref: str,
        work: Callable[[Hall, Any], list[Piece]],
        remember: Remember | None,
    ) -> list[Piece]:
        """One transaction; of two at once the second looks at what the first left."""

        def once() -> list[Piece]:
            with self._sessions.writing() as session:
                hall = self._hall(session, actor)
                case = queries.find_case(session, hall.actor, ref)
                queries.hold(session, case)
                done = work(hall, case)
                if remember is not None:
                    remember(session, done)
            return done

        return retried(once)


def _bytes_of(file: Handed) -> bytes:
    """Raises DocumentError for what is too large to be read at all."""
    media.refuse_large(file.size)
    return file.read()

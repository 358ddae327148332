"""The bytes of a file of a case; of an erased one, that and when it was erased."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from sqlmodel import Session

from mediation.audit.models import CaseErasure
from mediation.cases.erasure import queries
from mediation.clock import local_day
from mediation.documents.store import Store
from mediation.errors import NotFound
from mediation.language import _


def open_file(
    reading: Callable[[], AbstractContextManager[Session]], store: Store, digest: str, chain: str
) -> bytes:
    """The bytes with this SHA-256 of the case of a chain, for whoever was found to see them.

    Raises NotFound: with the day, if an erasure took them (the first took the papers of the whole case); else as lost.
    Of a case erased as a whole nothing is given, even if the bytes are kept for another case. StorageError, if they were altered.
    """
    with reading() as session:
        erasures = queries.erasures_of(session, chain)
    if any(one.party is None for one in erasures):
        raise _taken(erasures)
    try:
        return store.get(digest)
    except NotFound:
        if not erasures:
            raise
        raise _taken(erasures) from None


def open_piece(
    reading: Callable[[], AbstractContextManager[Session]], store: Store, digest: str, chain: str, piece: int
) -> bytes:
    """The same of a piece of evidence, by its key: an erasure of one party takes what that party gave, and nobody else's."""
    with reading() as session:
        erasures = queries.erasures_of_piece(session, piece)
    if erasures:
        raise _taken(erasures)
    return open_file(reading, store, digest, chain)


def _taken(erasures: Sequence[CaseErasure]) -> NotFound:
    day = local_day(erasures[0].erased_at)
    return NotFound(_("这份文件已在{day}按个人信息保护法第四十七条删除，不能再看。").format(day=day))

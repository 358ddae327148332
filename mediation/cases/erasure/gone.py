"""The bytes of a file of a case; of an erased one, that and when it was erased."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlmodel import Session

from mediation.cases.erasure import queries
from mediation.clock import local_day
from mediation.documents.store import Store
from mediation.errors import NotFound
from mediation.language import _


def open_file(
    reading: Callable[[], AbstractContextManager[Session]], store: Store, digest: str, chain: str
) -> bytes:
    """The bytes with this SHA-256 of the case of a chain, for whoever was found to see them.

    Raises NotFound: with the day, if an erasure took them (the first took the files of the whole case); else as lost.
    StorageError, if they were altered.
    """
    try:
        return store.get(digest)
    except NotFound:
        with reading() as session:
            erasures = queries.erasures_of(session, chain)
        if not erasures:
            raise
        day = local_day(erasures[0].erased_at)
        message = _("这份文件已在{day}按个人信息保护法第四十七条删除，不能再看。").format(day=day)
        raise NotFound(message) from None

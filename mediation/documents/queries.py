"""Reads and writes of the rows in which PostgreSQL keeps the bytes of papers; all are ciphertexts."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlmodel import Session, col

from mediation.documents.models import StoredFile
from mediation.storage.upsert import put_row

_KEY_ID = 4
_BATCH = 1000


def put(session: Session, name: str, sealed: bytes, now: datetime) -> None:
    """Enter a ciphertext under a name, in place of a former one; its age starts anew."""
    values = {
        "name": name,
        "key_id": sealed[:_KEY_ID].hex(),
        "size": len(sealed),
        "put_at": now,
        "content": sealed,
    }
    put_row(session, StoredFile.metadata.tables["stored_file"], values)


def content(session: Session, name: str) -> bytes | None:
    """The ciphertext of that name."""
    found = session.connection().execute(select(col(StoredFile.content)).where(col(StoredFile.name) == name))
    return found.scalar_one_or_none()


def has(session: Session, name: str) -> bool:
    """Whether there is one of that name; its content is not read."""
    found = session.connection().execute(select(col(StoredFile.name)).where(col(StoredFile.name) == name))
    return found.first() is not None


def older(session: Session, than: datetime) -> list[str]:
    """Names of what was put before that moment."""
    rows = select(col(StoredFile.name)).where(col(StoredFile.put_at) < than).order_by(col(StoredFile.name))
    return list(session.connection().execute(rows).scalars())


def delete_named(session: Session, names: Sequence[str], older_than: datetime | None) -> int:
    """Delete the rows of these names, or those of them put before a moment; how many."""
    count = 0
    for start in range(0, len(names), _BATCH):
        statement = delete(StoredFile).where(col(StoredFile.name).in_(names[start : start + _BATCH]))
        if older_than is not None:
            statement = statement.where(col(StoredFile.put_at) < older_than)
        count += session.connection().execute(statement).rowcount
    return count


def next_after(session: Session, name: str) -> tuple[str, bytes] | None:
    """The first row after that name."""
    rows = (
        select(col(StoredFile.name), col(StoredFile.content))
        .where(col(StoredFile.name) > name)
        .order_by(col(StoredFile.name))
        .limit(1)
    )
    row = session.connection().execute(rows).first()
    return (row[0], row[1]) if row else None

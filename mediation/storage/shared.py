"""The part of the data folder that every host needs, kept in PostgreSQL: site files, and the sealed root and seals.

A host is given the key file and DATABASE_URL; the rest it fetches from here. Contents are encrypted under the key file, so
that who can write to the database alone cannot slip in another template. On SQLite there is one host, and nothing is kept.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, select
from sqlmodel import Session, col

from mediation.crypto import Keyring, sha256
from mediation.storage.models import SharedFile
from mediation.storage.upsert import put_row

SITE = "site"
KEYS = "keys"
_SEALED = ".sealed"


def shared_files(data: Path, site: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """What a data folder has to share, by path; `site`: the site's files where they are not yet in the folder."""
    found = {f"{KEYS}/{path.name}": path.read_bytes() for path in sorted((data / KEYS).glob(f"*{_SEALED}"))}
    if site is None:
        site = folder_files(data / SITE)
    return {**found, **{f"{SITE}/{name}": content for name, content in site.items()}}


def folder_files(folder: Path) -> dict[str, bytes]:
    """All files below a folder, by their path within it."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def is_shared(session: Session) -> bool:
    """Whether anything has been shared."""
    return session.connection().execute(select(col(SharedFile.path)).limit(1)).first() is not None


def share(session: Session, files: Mapping[str, bytes], keyring: Keyring, now: datetime) -> int:
    """Let the database hold exactly these files; how many changed. The caller's transaction decides when others see it."""
    known = _known(session)
    wanted = {path: sha256(content) for path, content in files.items()}
    gone = sorted(known.keys() - wanted.keys())
    if gone:
        session.connection().execute(delete(SharedFile).where(col(SharedFile.path).in_(gone)))
    changed = [path for path, digest in sorted(wanted.items()) if known.get(path) != digest]
    table = SharedFile.metadata.tables["shared_file"]
    for path in changed:
        sealed = keyring.encrypt(files[path], _what(path))
        row = {"path": path, "sha256": wanted[path], "shared_at": now, "content": sealed}
        put_row(session, table, row)
    return len(gone) + len(changed)


def fetch(session: Session, data: Path, keyring: Keyring) -> bool:
    """Bring the data folder to what the database holds; whether anything differed. Nothing shared: nothing happens.

    The site's folder appears whole. Raises StorageError for what was altered.
    """
    known = _known(session)
    if not known:
        return False
    with _alone(data):
        present = {path: sha256(content) for path, content in shared_files(data).items()}
        lacking = {path for path, digest in known.items() if present.get(path) != digest}
        stale = {path for path in present.keys() - known.keys() if path.startswith(f"{SITE}/")}
        if not lacking and not stale:
            return False
        contents = {path: _content(session, path, keyring) for path in sorted(lacking)}
        for path, content in contents.items():
            if path.startswith(f"{KEYS}/"):
                _write(data / path, content)
        if stale or any(path.startswith(f"{SITE}/") for path in lacking):
            _lay_site(data, [path for path in known if path.startswith(f"{SITE}/")], contents)
    return True


def _lay_site(data: Path, paths: list[str], fetched: Mapping[str, bytes]) -> None:
    """The site's folder with exactly these files, new ones as fetched, others as they are."""
    unfinished = data / f"{SITE}.fetched"
    shutil.rmtree(unfinished, ignore_errors=True)
    for path in paths:
        content = fetched[path] if path in fetched else (data / path).read_bytes()
        _write(unfinished / Path(path).relative_to(SITE), content)
    former = data / f"{SITE}.former"
    shutil.rmtree(former, ignore_errors=True)
    if (data / SITE).is_dir():
        (data / SITE).rename(former)
    unfinished.rename(data / SITE)
    shutil.rmtree(former, ignore_errors=True)


def _known(session: Session) -> dict[str, str]:
    rows = session.connection().execute(select(col(SharedFile.path), col(SharedFile.sha256)))
    return {row[0]: row[1] for row in rows}


def _content(session: Session, path: str, keyring: Keyring) -> bytes:
    sealed = session.connection().execute(select(col(SharedFile.content)).where(col(SharedFile.path) == path))
    return keyring.decrypt(sealed.scalar_one(), _what(path))


def _what(path: str) -> str:
    return f"shared {path}"


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """One process at a time, should several use one folder."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(data / ".fetching", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)

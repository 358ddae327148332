"""A backup made while others work: one view of the database, then the files, into one sealed file."""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from sqlmodel import Session

from mediation.audit import queries as trail
from mediation.audit.heads import root_over
from mediation.backup import queries
from mediation.backup.erasures import LIST_FILE
from mediation.backup.pack import FORMAT, HEADER, VERSION, Packer, oldest_key, read_header
from mediation.backup.rows import columns_of, line
from mediation.clock import Clock
from mediation.crypto import Keyring
from mediation.documents.authority import load_authority
from mediation.documents.store import FileStore, Store
from mediation.documents.table_store import TableStore
from mediation.errors import DatabaseOutdated, StorageError, cause_of
from mediation.language import _
from mediation.resources import program_version
from mediation.settings import Settings
from mediation.storage.engine import Database
from mediation.storage.unfinished import refuse_unfinished
from mediation.storage.upgrade import database_version, known_versions

CHUNK = 1 << 20
SUMMARY = "summary.json"


@dataclass
class Made:
    """What a backup holds."""

    file: Path
    bytes: int = 0
    rows: int = 0
    files: int = 0
    chains: int = 0
    events: int = 0
    head: int | None = None
    missing: list[str] = field(default_factory=list)
    """SHA-256 of papers' bytes that rows refer to and the store does not have."""


def make_backup(settings: Settings, keyring: Keyring, clock: Clock, target: Path) -> Made:
    """Write a whole instance into one file; it appears under its name when it is whole and durable.

    An instance of an older version can be backed up, one of a newer cannot. Raises StorageError, DatabaseOutdated.
    """
    refuse_unfinished(settings.data)
    if target.is_dir():
        raise StorageError(_("{file} 是文件夹，请写明备份的文件名。").format(file=target))
    _refuse_other_file(target)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                made = _write(settings, keyring, clock, file, target)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(target)
            _sync(target.parent)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        message = _("备份 {file} 没有写成：{cause}").format(file=target, cause=cause_of(error))
        raise StorageError(message) from error
    return made


def _refuse_other_file(target: Path) -> None:
    """A backup takes the place of a backup, never of anything else: it may be the database or the key itself."""
    try:
        another = target.exists() and target.stat().st_size > 0 and read_header(target) is None
    except OSError as error:
        message = _("备份 {file} 没有写成：{cause}").format(file=target, cause=cause_of(error))
        raise StorageError(message) from error
    if another:
        message = _("{file} 已经有了，而且不是备份，没有改动它：请换一个文件名，或者先移走它。")
        raise StorageError(message.format(file=target))


def _write(settings: Settings, keyring: Keyring, clock: Clock, file: IO[bytes], target: Path) -> Made:
    made = Made(target)
    database = Database(settings.database_url, keyring)
    try:
        with (
            closing(Packer(file, keyring, clock.now())) as packer,
            database.reading() as session,
        ):
            header = _header(settings, keyring, clock, session)
            packer.add(HEADER, _json(header))
            _add_configuration(packer, settings)
            summary: dict[str, Any] = {"tables": {}}
            for table in queries.stored_tables(session):
                columns = columns_of(table)
                kinds = [[column.name, column.kind] for column in columns]
                packer.add(f"tables/{table.name}/columns.json", _json(kinds))
                lines = (line(row, columns) for row in queries.stored_rows(session, table))
                count = _add_lines(packer, f"tables/{table.name}", lines)
                summary["tables"][table.name] = count
                made.rows += count
            _add_ends(packer, session, summary, made)
            stores = _stores(session, database, settings, keyring, clock)
            made.missing = _missing(session, stores)
            _add_store(packer, stores, made)
            packer.add(SUMMARY, _json({**summary, "files": made.files, "missing": made.missing}))
            packer.finish()
            made.bytes = packer.size
    finally:
        database.close()
    return made


def _header(settings: Settings, keyring: Keyring, clock: Clock, session: Session) -> dict[str, Any]:
    schema = database_version(session)
    if schema is None:
        raise DatabaseOutdated(_("这里还没有建立数据库，没有可以备份的内容。"))
    if schema not in known_versions():
        raise DatabaseOutdated(
            _("数据库由更新版本的程序建立（{version}），请用那个版本备份。").format(version=schema)
        )
    return {
        "format": f"{FORMAT} {VERSION}",
        "program": program_version(),
        "schema": schema,
        "made_at": clock.now().isoformat(),
        "store": session.connection().dialect.name,
        "root": load_authority(keyring, settings.data / "keys").root_fingerprint,
        "key": oldest_key(keyring),
        "keys": sorted(keyring.secrets),
    }


def _add_lines(packer: Packer, folder: str, lines: Iterator[bytes]) -> int:
    """Rows in parts of about a megabyte, so that no table is ever held whole; how many rows."""
    count, number, chunk = 0, 0, bytearray()
    for one in lines:
        chunk += one
        count += 1
        if len(chunk) >= CHUNK:
            number += 1
            packer.add(f"{folder}/{number:06d}.jsonl", bytes(chunk))
            chunk.clear()
    if chunk:
        packer.add(f"{folder}/{number + 1:06d}.jsonl", bytes(chunk))
    return count


def _add_ends(packer: Packer, session: Session, summary: dict[str, Any], made: Made) -> None:
    """The head of every chain, and the newest periodic head."""
    lines = (_json(list(end)) for end in queries.ends(session))
    _add_lines(packer, "chains", lines)
    root, made.chains, made.events = root_over(queries.ends(session))
    head = trail.head_of(session)
    made.head = head.number if head else None
    summary["trail"] = {"root": root, "chains": made.chains, "events": made.events}
    summary["head"] = {"number": head.number, "hash": head.hash} if head else None


def _stores(
    session: Session, database: Database, settings: Settings, keyring: Keyring, clock: Clock
) -> list[Store]:
    """Where papers lie: the folder; on PostgreSQL the database too, unless it is of a version that had none there."""
    stores: list[Store] = [FileStore(settings.store, keyring)]
    if queries.keeps_files(session):
        stores.append(TableStore(database, keyring, clock))
    return stores


def _missing(session: Session, stores: Sequence[Store]) -> list[str]:
    """What rows refer to and no store has; an erased paper's file is meant to be gone."""
    tables = {table.name for table in queries.stored_tables(session)}
    wanted = queries.kept_digests(session) if "case_erasure" in tables else queries.digests(session)
    return sorted({digest for digest in wanted if not any(store.has(digest) for store in stores)})


def _add_configuration(packer: Packer, settings: Settings) -> None:
    """The kept configuration, the sealed signing keys, the list of erasures; never the key file.

    First of all, so that they are of the same moment as the rows that are read after them.
    """
    for path in _files(settings.data / "site"):
        packer.add_file(f"site/{path.relative_to(settings.data / 'site').as_posix()}", path)
    keys = settings.data / "keys"
    for path in sorted(keys.glob("*.sealed")):
        packer.add_file(f"keys/{path.name}", path)
    packer.add_file(f"keys/{LIST_FILE}", keys / LIST_FILE)


def _add_store(packer: Packer, stores: Sequence[Store], made: Made) -> None:
    for store in stores:
        for name, sealed in store.sealed_files():
            packer.add(f"store/{name[:2]}/{name}", sealed)
            made.files += 1


def _files(folder: Path) -> Sequence[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""A backup put back: judged whole before anything is touched, loaded whole or not at all, checked afterwards."""

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection

from mediation.app import Instance
from mediation.audit import trail
from mediation.audit.trail import INSTANCE
from mediation.backup import queries
from mediation.backup.erasures import LIST_FILE, Entry, keep_entries, read_list
from mediation.backup.judging import judged
from mediation.backup.making import SUMMARY
from mediation.backup.pack import HEADER, parts
from mediation.backup.rows import Column, load
from mediation.cases import erasure
from mediation.cases.erasure import queries as erasure_queries
from mediation.clock import Clock
from mediation.crypto import Keyring
from mediation.documents.table_store import TableStore, move_files, open_store
from mediation.documents.verify import Verdict
from mediation.errors import MediationError, Problem, StorageError, cause_of
from mediation.founding import share_with_hosts
from mediation.language import _
from mediation.offices import keep_definitions
from mediation.settings import Settings
from mediation.storage.engine import Database
from mediation.storage.loading import build_database
from mediation.storage.unfinished import begin_filling, end_filling
from mediation.units import queries as units
from mediation.webhooks.keeping import stop_all

PAPERS_CHECKED = 20
_PIECE = 1 << 20


@dataclass
class Restored:
    """What was put back, what was found when it was checked, and what is left to do."""

    made_at: str = ""
    program: str = ""
    schema: str = ""
    rows: int = 0
    files: int = 0
    chains: int = 0
    events: int = 0
    head: int | None = None
    files_checked: int = 0
    papers_checked: int = 0
    erasures_applied: int = 0
    webhooks_stopped: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether everything that was checked is as it should be."""
        return not self.problems


def restore(
    backup: Path, settings: Settings, key: Keyring | Problem, clock: Clock, erasures: Path | None = None
) -> Restored:
    """Put a backup back into an empty data folder and an empty database, and check what came of it.

    `key`: what is wrong with it, if there is none, to be told with what else is wrong. Raises InputInvalid with every reason why nothing was touched; StorageError if it broke off: then the folder is
    marked as unfinished and nothing opens it.
    """
    header, keyring, listed = judged(backup, settings, key, erasures)
    done = Restored(str(header["made_at"]), str(header["program"]), str(header["schema"]))
    database = Database(settings.database_url, keyring)
    try:
        begin_filling(settings.data)
        filling = _Filling(backup, settings, done)
        build_database(database, done.schema, filling.load)
        _share(database, settings, keyring, clock)
        found = _merged_list(settings, keyring, listed)
        filling.grown = _apply_erasures(database, settings, keyring, clock, found)
        done.erasures_applied = len(filling.grown)
        done.webhooks_stopped = _stop_webhooks(database, clock)
        filling.grown += [INSTANCE] if done.webhooks_stopped else []
        end_filling(settings.data)
    except OSError as error:
        place = error.filename or settings.data
        raise StorageError(
            _("{place} 写不进去：{cause}").format(place=place, cause=cause_of(error))
        ) from error
    finally:
        database.close()
    _check(settings, keyring, clock, filling, done)
    if done.ok:
        _keep_definitions(settings, keyring, clock)
    return done


def _keep_definitions(settings: Settings, keyring: Keyring, clock: Clock) -> None:
    """What this program ships anew comes into use, as with an upgrade: the backup knew nothing of it."""
    database = Database(settings.database_url, keyring)
    try:
        with database.writing() as session:
            if units.configuration(session, "site") is not None:
                keep_definitions(session, settings.data / "site", clock.now(), leave_planned=True)
    finally:
        database.close()


class _Filling:
    """Goes through the parts once: rows into the database's one transaction, files into the data folder."""

    def __init__(self, backup: Path, settings: Settings, done: Restored) -> None:
        self.backup = backup
        self.settings = settings
        self.done = done
        self.summary: dict[str, Any] = {}
        self.grown: list[str] = []
        """Chains of what was erased again: they are longer than when the backup was made."""
        self._columns: dict[str, list[Column]] = {}

    def load(self, connection: Connection) -> None:
        for name, content in parts(self.backup):
            kind, _slash, rest = name.partition("/")
            if kind == "tables":
                self._load_table(connection, rest, content)
            elif kind in {"site", "keys", "store"}:
                self._put(name, content)
                self.done.files += kind == "store"
            elif name == SUMMARY:
                self.summary = json.loads(content.read())
            elif name != HEADER and kind != "chains":
                raise StorageError(_("备份里有不认识的内容：{name}").format(name=name))

    def ends(self) -> Iterator[list[Any]]:
        """Where every chain ended when the backup was made."""
        for name, content in parts(self.backup):
            if name.startswith("chains/"):
                yield from (json.loads(line) for line in content.read().splitlines())

    def _load_table(self, connection: Connection, rest: str, content: IO[bytes]) -> None:
        table, _slash, part = rest.partition("/")
        if part == "columns.json":
            self._columns[table] = [Column(name, kind) for name, kind in json.loads(content.read())]
        else:
            self.done.rows += load(connection, table, self._columns[table], content)

    def _put(self, name: str, content: IO[bytes]) -> None:
        target = self.settings.data / name
        if name == f"keys/{LIST_FILE}" and target.exists():
            target = target.with_name(f"{LIST_FILE}.from-backup")
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            shutil.copyfileobj(content, file, _PIECE)
            file.flush()
            os.fsync(file.fileno())


def _share(database: Database, settings: Settings, keyring: Keyring, clock: Clock) -> None:
    """On PostgreSQL papers go on into the database, and site files and seals where other hosts find them."""
    if database.on_sqlite:
        return
    move_files(settings.store, TableStore(database, keyring, clock), keyring)
    with database.writing() as session:
        share_with_hosts(session, settings, keyring, clock.now())


def _merged_list(settings: Settings, keyring: Keyring, listed: Sequence[Entry]) -> list[Entry]:
    """The list that the operator gave or that lay in the folder, and the one that came with the backup."""
    other = settings.data / "keys" / f"{LIST_FILE}.from-backup"
    entries = [*listed, *(read_list(other, keyring) if other.exists() else [])]
    merged = keep_entries(settings.data, entries, keyring)
    other.unlink(missing_ok=True)
    return merged


def _apply_erasures(
    database: Database, settings: Settings, keyring: Keyring, clock: Clock, entries: Sequence[Entry]
) -> list[str]:
    """Erase again what was erased after the backup was made; the chain of each erasure."""
    store = open_store(database, settings.store, keyring, clock)
    applied: list[str] = []
    for entry in entries:
        with database.writing() as session:
            known = {row.public_id for row in queries.erasures(session)}
            case = erasure_queries.case_of_chain(session, entry.chain)
            if case is None or entry.public_id in known:
                continue
            trail.append(
                session,
                chain=entry.chain,
                act="erasure.repeated",
                actor="system:restore",
                recorded_at=clock.now(),
                facts={
                    "party": entry.party,
                    "reason": entry.reason,
                    "erased_at": entry.erased_at.isoformat(),
                },
            )
            erasure.carry_out(session, keyring, case, entry.row(), clock.now())
        applied.append(entry.chain)
    with database.reading() as session:
        owed = erasure.files_owed(session)
    for digest in owed:
        store.delete(digest)
    database.forget_deleted()
    return applied


def _stop_webhooks(database: Database, clock: Clock) -> int:
    """A restored copy tells other systems nothing until somebody says so: the original may still be running."""
    with database.writing() as session:
        return stop_all(session, "restored", clock.now(), by="system:restore")


def _check(settings: Settings, keyring: Keyring, clock: Clock, filling: _Filling, done: Restored) -> None:
    """The trail against the backup's heads, every file's hash, some papers' signatures."""
    done.problems += _counted(filling, done)
    try:
        with Instance(settings, keyring, clock) as instance:
            _check_trail(instance, filling, done)
            _check_files(instance, done)
            _check_papers(instance, done)
    except MediationError as error:
        done.problems.append(str(error))


def _counted(filling: _Filling, done: Restored) -> Iterator[str]:
    rows, files = sum(filling.summary["tables"].values()), filling.summary["files"]
    if (rows, files) != (done.rows, done.files):
        yield _("备份里有 {rows} 行、{files} 份文件，恢复了 {got} 行、{put} 份").format(
            rows=rows, files=files, got=done.rows, put=done.files
        )
    for digest in filling.summary["missing"]:
        yield _("备份时文件库里就缺少这份文件：{digest}").format(digest=digest[:12])


def _check_trail(instance: Instance, filling: _Filling, done: Restored) -> None:
    report = instance.verify_trail()
    done.chains, done.events = report.chains, report.events
    done.problems += [str(problem) for problem in report.problems]
    head = filling.summary["head"]
    done.head = head["number"] if head else None
    with instance.database.reading() as session:
        if head and head["hash"] != queries.hash_of_head(session, head["number"]):
            done.problems.append(_("总摘要第{number}号与备份时不同").format(number=head["number"]))
        for before, now in zip_longest(filling.ends(), queries.ends(session)):
            chain = str((before or now or [""])[0])
            same_chain = before is not None and now is not None and before[0] == now[0]
            if not same_chain or (before != list(now) and chain not in filling.grown):
                done.problems.append(_("链 {chain} 的末端与备份时不同").format(chain=chain))


def _check_files(instance: Instance, done: Restored) -> None:
    with instance.database.reading() as session:
        for digest in queries.kept_digests(session):
            done.files_checked += 1
            try:
                instance.store.get(digest)
            except MediationError as error:
                done.problems.append(_("文件 {digest}：{cause}").format(digest=digest[:12], cause=error))


def _check_papers(instance: Instance, done: Restored) -> None:
    with instance.database.reading() as session:
        chosen = queries.some_signed(session, PAPERS_CHECKED)
    for digest in chosen:
        done.papers_checked += 1
        report = instance.verify(instance.store.get(digest))
        if report.verdict is not Verdict.VALID:
            found = _("文书 {digest} 核验结果为“{verdict}”").format(
                digest=digest[:12], verdict=report.verdict
            )
            done.problems.append(found)

"""A trail to work on, and the hands of someone with a database shell. What they do is rolled back after each test."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session

from mediation.audit.heads import make_head
from mediation.audit.trail import append
from mediation.crypto import Keyring
from mediation.storage.engine import Database
from mediation.storage.session import QuickSession

_START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def sign(signed: bytes) -> str:
    return hashlib.sha256(b"key" + signed).hexdigest()


def at(step: int) -> datetime:
    return _START + timedelta(minutes=step)


class Shell:
    """A database shell: one transaction in which everything goes, and nothing is kept."""

    def __init__(self, session: Session, *, on_sqlite: bool) -> None:
        self.session = session
        self.on_sqlite = on_sqlite

    def run(self, *statements: str, **values: object) -> None:
        for statement in statements:
            self.session.connection().execute(text(statement), values)

    def one(self, query: str) -> object:
        return self.session.connection().execute(text(query)).scalar_one()

    @contextmanager
    def trying(self) -> Iterator[None]:
        """Put back what the block does."""
        savepoint = self.session.begin_nested()
        yield
        savepoint.rollback()
        self.session.expunge_all()

    def cut(self, chain: str, from_ordinal: int, to_ordinal: int = 99) -> None:
        """Delete events of a chain, with their details."""
        where = f"chain = '{chain}' AND ordinal BETWEEN {from_ordinal} AND {to_ordinal}"
        ids = f"SELECT id FROM audit_event WHERE {where}"  # noqa: S608 — the tests' own words
        self.run(
            f"DELETE FROM event_detail WHERE event_id IN ({ids})",  # noqa: S608 — idem
            f"DELETE FROM audit_event WHERE {where}",  # noqa: S608 — idem
        )

    def drop_guards(self) -> None:
        if self.on_sqlite:
            self.run("PRAGMA defer_foreign_keys = ON")
            query = text("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
            for (name,) in self.session.connection().execute(query).all():
                self.run(f"DROP TRIGGER {name}")
            return
        self.run("ALTER TABLE event_detail DROP CONSTRAINT fk_event_detail_event_id_audit_event")
        for table in ("audit_event", "event_detail", "trail_head"):
            self.run(f"DROP TRIGGER {table}_append_only ON {table}")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def trail(request, keyring: Keyring, tmp_path_factory) -> Iterator[Database]:
    """Two cases of four events, three events of the instance, and two heads: in the middle and at the end."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("trail") / "mediation.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        url, server = f"sqlite:///{path}", None
    else:
        server = request.getfixturevalue("postgresql_server")
        url = server.create_database(template=request.getfixturevalue("postgresql_template"))
    database = Database(url, keyring)
    for step in range(4):
        with database.writing() as session:
            _one_step(session, step)
    yield database
    database.close()
    if server is not None:
        server.drop_database(url)


@pytest.fixture
def shell(trail: Database) -> Iterator[Shell]:
    """The trail with its guards dropped and no reference checked."""
    with QuickSession(trail.writer, expire_on_commit=False) as session:
        found = Shell(session, on_sqlite=trail.on_sqlite)
        found.drop_guards()
        yield found
        session.rollback()


def _one_step(session: Session, step: int) -> None:
    for chain in ("case-a", "case-b"):
        append(
            session,
            chain=chain,
            act=("register", "accept", "assign", "conclude")[step],
            actor="zhang:1",
            unit="532401",
            recorded_at=at(step),
            occurred_at=at(step) - timedelta(seconds=30),
            from_state=None if step == 0 else f"s{step}",
            to_state=f"s{step + 1}",
            version=step + 1,
            facts={"step": step, "codes": ["0101", None, True]},
            details={"reason": f"张三的话 {chain}", "step": step} if step < 3 else {},
        )
    if step:
        append(session, chain="instance", act="site.applied", actor="system", recorded_at=at(step))
    if step in (1, 3):
        make_head(session, at(step), sign)

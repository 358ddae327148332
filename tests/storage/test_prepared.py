"""Selects sent as they were compiled once: the same values there and back, the same failures, and listeners still hear."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import (
    Connection,
    Integer,
    bindparam,
    delete,
    event,
    exists,
    func,
    insert,
    literal_column,
    select,
    text,
    union,
    update,
)
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError
from sqlmodel import col

from mediation.crypto import Keyring
from mediation.errors import StorageError
from mediation.notices.models import OutboxRow
from mediation.storage.engine import Database, rows_of
from mediation.storage.prepared import Prepared

_ROWS = OutboxRow.metadata.tables["outbox"]
_NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def connection(store: str, keyring: Keyring) -> Iterator[Connection]:
    """A connection in a transaction, over a row of the outbox at nine and another at ten; nobody ever listened to its engine."""
    database = Database(store, keyring)
    with database.writing() as session:
        for hour, kind in ((9, "notice"), (10, "hook")):
            moment = _NINE.replace(hour=hour)
            session.add(
                OutboxRow(public_id=f"o{hour}", kind=kind, payload={"hour": hour}, recorded_at=moment)
            )
    with database.writing() as session:
        yield session.connection()
    database.close()


@pytest.fixture
def prepared(connection: Connection) -> Prepared:
    return Prepared(connection.dialect)


_SINCE = (
    select(_ROWS.c.public_id, _ROWS.c.recorded_at, _ROWS.c.payload, _ROWS.c.handed_on_at)
    .where(_ROWS.c.recorded_at >= bindparam("since"), _ROWS.c.kind.in_(("notice", "hook")))
    .order_by(_ROWS.c.id)
    .limit(bindparam("most", type_=Integer))
)


def test_values_go_there_and_come_back_as_by_the_connection(
    connection: Connection, prepared: Prepared
) -> None:
    for _ in range(2):  # learned, and known
        for hour, most in ((8, 5), (8, 1), (9, 5), (10, 5), (11, 5)):
            values = {"since": _NINE.replace(hour=hour), "most": most}
            told = [tuple(row) for row in connection.execute(_SINCE, values)]
            assert prepared.rows(connection, _SINCE, values) == told
            assert len(told) == max(0, min(most, 11 - max(hour, 9)))


def test_every_form_of_select_tells_the_same(connection: Connection, prepared: Prepared) -> None:
    code = bindparam("code")
    some = select(_ROWS.c.id).where(_ROWS.c.public_id == code)
    forms = (
        (some, {"code": "o9"}),
        (union(some, select(_ROWS.c.id).where(_ROWS.c.kind == "hook")).order_by("id"), {"code": "o9"}),
        (select(func.count(), func.max(_ROWS.c.recorded_at)).where(exists(some)), {"code": "o10"}),
        (select(_ROWS.c.id).where(_ROWS.c.kind.in_(bindparam("kinds", expanding=True))), {"kinds": ["hook"]}),
        (
            select(_ROWS.c.id).where(_ROWS.c.kind.in_(bindparam("kinds", expanding=True))),
            {"kinds": ["hook", "notice"]},
        ),
        (select(_ROWS.c.public_id.label("named"), literal_column("1")).where(_ROWS.c.kind == "hook"), {}),
        (select(func.sum(_ROWS.c.id), func.coalesce(func.max(_ROWS.c.handed_on_at), _NINE)), {}),
    )
    for statement, values in forms:
        for _ in range(2):
            told = [tuple(row) for row in connection.execute(statement, values)]
            assert [tuple(row) for row in prepared.rows(connection, statement, values)] == told


def test_list_may_be_longer_each_time(connection: Connection, prepared: Prepared) -> None:
    named = select(_ROWS.c.public_id).where(_ROWS.c.public_id.in_(bindparam("ids", expanding=True)))
    asked = (["o9"], ["o9", "o10", "o11"], [], ["o10"])
    told = [sorted(row[0] for row in prepared.rows(connection, named, {"ids": ids})) for ids in asked]
    assert told == [["o9"], ["o10", "o9"], [], ["o10"]]


def test_rows_are_entered_changed_and_taken_out(connection: Connection, prepared: Prepared) -> None:
    enter = insert(_ROWS).returning(_ROWS.c.id)
    silent = insert(_ROWS).inline()
    row = {"public_id": "o11", "kind": "notice", "payload": {"名": ["甲", 1]}, "recorded_at": _NINE}
    first, second = (prepared.rows(connection, enter, {**row, "public_id": f"o{n}"})[0][0] for n in (11, 12))
    assert second == first + 1
    prepared.change(connection, silent, {**row, "public_id": "o13", "payload": None})
    moved = update(_ROWS).where(_ROWS.c.id == bindparam("which")).values(handed_on_at=bindparam("now"))
    for which, concerned in ((first, 1), (second, 1), (404, 0)):
        assert prepared.change(connection, moved, {"which": which, "now": _NINE}) == concerned
    told = select(_ROWS.c.public_id, _ROWS.c.payload, _ROWS.c.handed_on_at).order_by(_ROWS.c.id)
    assert [tuple(found) for found in connection.execute(told)][2:] == [
        ("o11", {"名": ["甲", 1]}, _NINE),
        ("o12", {"名": ["甲", 1]}, _NINE),
        ("o13", None, None),
    ]
    assert (
        prepared.change(
            connection, delete(_ROWS).where(_ROWS.c.kind == bindparam("kind")), {"kind": "notice"}
        )
        == 4
    )


def test_many_rows_are_entered_and_changed_by_one_statement(
    connection: Connection, prepared: Prepared
) -> None:
    rows = [
        {"public_id": f"o{n}", "kind": "notice", "payload": {"n": n}, "recorded_at": _NINE}
        for n in range(20, 23)
    ]
    prepared.change_each(connection, insert(_ROWS).inline(), rows[:2])
    prepared.change_each(connection, insert(_ROWS).inline(), rows[2:])
    moved = update(_ROWS).where(_ROWS.c.public_id == bindparam("which")).values(handed_on_at=bindparam("now"))
    prepared.change_each(connection, moved, [{"which": "o20", "now": _NINE}, {"which": "o22", "now": None}])
    told = select(_ROWS.c.public_id, _ROWS.c.payload, _ROWS.c.handed_on_at).order_by(_ROWS.c.id)
    assert [tuple(found) for found in connection.execute(told)][2:] == [
        ("o20", {"n": 20}, _NINE),
        ("o21", {"n": 21}, None),
        ("o22", {"n": 22}, None),
    ]
    with pytest.raises(IntegrityError), connection.begin_nested():
        prepared.change_each(connection, insert(_ROWS).inline(), rows)
    heard: list[bool] = []

    def note(_c: object, _cursor: object, _told: str, _sent: object, _context: object, many: bool) -> None:
        heard.append(many)

    event.listen(connection.engine, "before_cursor_execute", note)
    try:
        prepared.change_each(connection, moved, [{"which": "o21", "now": _NINE}] * 2)
    finally:
        event.remove(connection.engine, "before_cursor_execute", note)
    assert heard == [True]


def test_row_that_is_there_already_is_told_as_such(connection: Connection, prepared: Prepared) -> None:
    twice = {"public_id": "o9", "kind": "notice", "payload": {}, "recorded_at": _NINE}
    with pytest.raises(IntegrityError), connection.begin_nested():
        prepared.change(connection, insert(_ROWS).inline(), twice)


def test_failures_are_told_as_the_connection_tells_them(connection: Connection, prepared: Prepared) -> None:
    wrong = select(literal_column("no_such_column")).where(_ROWS.c.kind == bindparam("kind"))
    with pytest.raises((OperationalError, ProgrammingError)) as usual, connection.begin_nested():
        connection.execute(wrong, {"kind": "张三"})
    with pytest.raises((OperationalError, ProgrammingError)) as ours, connection.begin_nested():
        prepared.rows(connection, wrong, {"kind": "张三"})
    assert type(ours.value) is type(usual.value)
    assert type(ours.value.orig) is type(usual.value.orig)
    assert "张三" not in str(ours.value)


def test_value_that_is_missing_is_an_error_and_one_too_many_is_none(
    connection: Connection, prepared: Prepared
) -> None:
    one = select(_ROWS.c.id).where(_ROWS.c.kind == bindparam("kind"))
    assert len(prepared.rows(connection, one, {"kind": "hook"})) == 1
    with pytest.raises(KeyError):
        prepared.rows(connection, one, {})
    assert len(prepared.rows(connection, one, {"kind": "hook", "more": 1})) == 1


def test_whoever_listens_hears_of_it(connection: Connection, prepared: Prepared) -> None:
    one = select(_ROWS.c.id).where(_ROWS.c.kind == bindparam("kind"))
    prepared.rows(connection, one, {"kind": "hook"})
    heard: list[str] = []

    def note(_c: object, _cursor: object, told: str, *_more: object) -> None:
        heard.append(told)

    event.listen(connection.engine, "before_cursor_execute", note)
    try:
        assert len(prepared.rows(connection, one, {"kind": "hook"})) == 1
    finally:
        event.remove(connection.engine, "before_cursor_execute", note)
    assert len(heard) == 1


def test_statements_of_many_actors_do_not_pile_up(
    connection: Connection, prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mediation.storage.prepared._MOST", 3)
    for _ in range(10):
        assert prepared.rows(connection, select(_ROWS.c.id).where(_ROWS.c.kind == "hook"), {}) != []
    assert len(prepared._texts) <= 3


def test_connection_that_is_lost_is_told_and_given_up(postgresql_store: str, keyring: Keyring) -> None:
    database = Database(postgresql_store, keyring)
    one = select(col(OutboxRow.id)).where(col(OutboxRow.kind) == bindparam("kind"))

    def ask_of_one_that_is_ended() -> None:
        with database.reading() as session:
            assert rows_of(session, one, kind="notice") == []
            pid = session.connection().execute(text("SELECT pg_backend_pid()")).scalar_one()
            with database.writing() as other:
                other.connection().execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
            rows_of(session, one, kind="hook")

    with pytest.raises(StorageError):
        ask_of_one_that_is_ended()
    with database.reading() as session:
        assert rows_of(session, one, kind="hook") == []
    database.close()

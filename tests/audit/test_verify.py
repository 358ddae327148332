"""The trail is checked from the database alone and against exported heads: whatever is changed by hand is found."""

# ruff: noqa: S608 — the statements are the tests' own

import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from mediation.audit.export import export_head, read_head
from mediation.audit.heads import make_head
from mediation.audit.queries import last_event
from mediation.audit.trail import append, canonical, erase, event_hash
from mediation.audit.verify import CaseRow, TrailReport, verify_trail
from mediation.storage.engine import Database

_START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def _sign(signed: bytes) -> str:
    return hashlib.sha256(b"key" + signed).hexdigest()


def _signature_is_right(signed: bytes, signature: str) -> bool:
    return _sign(signed) == signature


@pytest.fixture
def trail(database: Database) -> Database:
    """Two cases of four events, three events of the instance, and two heads: in the middle and at the end."""
    for step in range(4):
        with database.writing() as session:
            for chain in ("case-a", "case-b"):
                _one(session, chain, step)
            if step:
                append(session, chain="instance", act="site.applied", actor="system", recorded_at=_at(step))
            if step in (1, 3):
                make_head(session, _at(step), _sign)
    return database


def _at(step: int) -> datetime:
    return _START + timedelta(minutes=step)


def _one(session: Any, chain: str, step: int) -> None:
    append(
        session,
        chain=chain,
        act=("register", "accept", "assign", "conclude")[step],
        actor="zhang:1",
        unit="532401",
        recorded_at=_at(step),
        occurred_at=_at(step) - timedelta(seconds=30),
        from_state=None if step == 0 else f"s{step}",
        to_state=f"s{step + 1}",
        version=step + 1,
        facts={"step": step, "codes": ["0101", None, True]},
        details={"reason": f"张三的话 {chain}", "step": step} if step < 3 else {},
    )


_CASES = (CaseRow("case-a", 4, "s4"), CaseRow("case-b", 4, "s4"))


def _verified(database: Database, **given: Any) -> TrailReport:
    with database.reading() as session:
        return verify_trail(session, verify_signature=_signature_is_right, **given)


def _exported(database: Database, number: int) -> list[str]:
    with database.reading() as session:
        return list(export_head(session, number))


def _found(report: TrailReport) -> set[tuple[str, str, int | None]]:
    return {(problem.kind, problem.chain, problem.ordinal) for problem in report.problems}


def _tamper(database: Database, *statements: str, **values: Any) -> None:
    """Do what someone with a database shell can do: drop the guards first, and check no references."""
    with database.writer.connect() as connection:
        if database.on_sqlite:
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        with connection.begin():
            _drop_guards(connection, on_sqlite=database.on_sqlite)
            for statement in statements:
                connection.execute(text(statement), values)
        connection.invalidate()


def _drop_guards(connection: Any, *, on_sqlite: bool) -> None:
    if on_sqlite:
        for (name,) in connection.execute(
            text("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        ).all():
            connection.execute(text(f"DROP TRIGGER {name}"))
        return
    for table in ("audit_event", "event_detail", "trail_head"):
        connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}"))
    connection.execute(
        text("ALTER TABLE event_detail DROP CONSTRAINT IF EXISTS fk_event_detail_event_id_audit_event")
    )


def test_untouched_trail_is_in_order(trail: Database) -> None:
    report = _verified(trail, case_rows=_CASES)
    assert (report.problems, report.ok) == ([], True)
    assert (report.events, report.chains, report.heads, report.signatures_checked) == (11, 3, 2, True)


def test_untouched_trail_agrees_with_every_exported_head(trail: Database) -> None:
    heads = [read_head(_exported(trail, number)) for number in (2, 1)]
    report = _verified(trail, heads=heads)
    assert (report.problems, report.exported_heads) == ([], 2)


def test_trail_stays_in_order_when_it_has_grown_since_the_head(trail: Database) -> None:
    lines = _exported(trail, 2)
    with trail.writing() as session:
        append(session, chain="case-a", act="close", actor="zhang:1", recorded_at=_at(9))
        append(session, chain="case-c", act="register", actor="zhang:1", recorded_at=_at(9))
    assert _verified(trail, heads=[read_head(lines)]).problems == []
    assert _exported(trail, 2) == lines


_EVENT_CHANGES = {
    "chain": "'case-z'",
    "ordinal": "90",
    "recorded_at": "'2026-03-02 00:59:00.000000'",
    "occurred_at": "'2026-03-01 00:00:00.000000'",
    "actor": "'li:1'",
    "unit": "'532402'",
    "act": "'withdraw'",
    "from_state": "'elsewhere'",
    "to_state": "'elsewhere'",
    "version": "77",
    "facts": "'{\"step\": 77}'",
    "commitments": '\'{"reason": "00"}\'',
    "previous": f"'{'1' * 64}'",
    "hash": f"'{'1' * 64}'",
}
_PLACES = [(chain, ordinal) for chain in ("case-a", "case-b") for ordinal in (1, 2, 3, 4)]


def test_every_column_of_an_event_has_its_change() -> None:
    from mediation.audit.models import AuditEvent

    columns = set(AuditEvent.__table__.columns.keys())
    assert columns - _EVENT_CHANGES.keys() == {"id"}


@pytest.mark.parametrize("column", sorted(_EVENT_CHANGES))
def test_change_of_any_column_of_any_event_is_found(trail: Database, column: str) -> None:
    for place, (chain, ordinal) in enumerate(_PLACES):
        where = f"chain = '{chain}' AND ordinal = {ordinal}"
        with trail.reading() as session:
            kept = session.connection().execute(text(f"SELECT * FROM audit_event WHERE {where}")).one()
        _tamper(trail, f"UPDATE audit_event SET {column} = {_EVENT_CHANGES[column]} WHERE {where}")
        report = _verified(trail)
        assert not report.ok, (chain, ordinal)
        if column not in ("chain", "ordinal"):
            assert ("altered", chain, ordinal) in _found(report), place
        back = getattr(kept, column)
        value = json.dumps(back) if isinstance(back, dict) else back
        _tamper(trail, f"UPDATE audit_event SET {column} = :back WHERE id = {kept.id}", back=value)
    assert _verified(trail).ok


@pytest.mark.parametrize("column", ["from_state", "to_state", "version", "unit"])
def test_change_to_nothing_is_found(trail: Database, column: str) -> None:
    nothing = "''" if column == "unit" else "NULL"
    _tamper(trail, f"UPDATE audit_event SET {column} = {nothing} WHERE chain = 'case-a' AND ordinal = 3")
    assert _found(_verified(trail)) == {("altered", "case-a", 3)}


def test_details_that_hang_on_another_event_are_found(trail: Database) -> None:
    _tamper(trail, "UPDATE audit_event SET id = id + 1000 WHERE chain = 'case-a' AND ordinal = 2")
    kinds = {problem.kind for problem in _verified(trail).problems}
    assert kinds >= {"details", "order"}


def test_events_that_changed_places_are_found(trail: Database) -> None:
    _tamper(
        trail,
        "UPDATE audit_event SET ordinal = 99 WHERE chain = 'case-a' AND ordinal = 2",
        "UPDATE audit_event SET ordinal = 2 WHERE chain = 'case-a' AND ordinal = 3",
        "UPDATE audit_event SET ordinal = 3 WHERE chain = 'case-a' AND ordinal = 99",
    )
    assert {("altered", "case-a", 2), ("altered", "case-a", 3)} <= _found(_verified(trail))


@pytest.mark.parametrize("ordinal", [1, 2, 3])
def test_deleted_event_is_found(trail: Database, ordinal: int) -> None:
    where = f"chain = 'case-a' AND ordinal = {ordinal}"
    _tamper(
        trail,
        f"DELETE FROM event_detail WHERE event_id = (SELECT id FROM audit_event WHERE {where})",
        f"DELETE FROM audit_event WHERE {where}",
    )
    next_one = ordinal + 1
    assert {("gap", "case-a", next_one), ("broken_link", "case-a", next_one)} <= _found(_verified(trail))


def test_inserted_event_is_found(trail: Database) -> None:
    columns = "recorded_at, occurred_at, actor, unit, act, from_state, to_state, version, facts, commitments"
    _tamper(
        trail,
        "UPDATE audit_event SET ordinal = ordinal + 10 WHERE chain = 'case-a' AND ordinal > 2",
        f"INSERT INTO audit_event (chain, ordinal, {columns}, previous, hash) SELECT chain, 3, {columns}, hash, "
        "previous FROM audit_event WHERE chain = 'case-a' AND ordinal = 2",
        "UPDATE audit_event SET ordinal = ordinal - 9 WHERE chain = 'case-a' AND ordinal > 10",
    )
    found = _found(_verified(trail))
    assert {("altered", "case-a", 3), ("broken_link", "case-a", 4)} <= found


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE event_detail SET details = :other",
        "UPDATE event_detail SET event_id = event_id + 5000",
        "DELETE FROM event_detail",
        "UPDATE event_detail SET details = (SELECT max(o.details) FROM event_detail o WHERE o.event_id = 2)",
    ],
)
def test_details_that_do_not_fit_are_found(trail: Database, keyring, change: str) -> None:
    other = keyring.encrypt(b'{"reason": {"salt": "00", "value": "x"}}', "event_detail.details")
    values = {"other": other} if ":other" in change else {}
    _tamper(trail, change + " WHERE event_id = 1", **values)
    assert "details" in {problem.kind for problem in _verified(trail).problems}


@pytest.mark.parametrize("garbage", [b"", b"short", bytes(100)])
def test_details_that_do_not_open_are_found(trail: Database, garbage: bytes) -> None:
    _tamper(trail, "UPDATE event_detail SET details = :garbage WHERE event_id = 1", garbage=garbage)
    assert _found(_verified(trail)) == {("details", "case-a", 1)}


def test_erased_details_leave_the_trail_in_order(trail: Database) -> None:
    lines = _exported(trail, 2)
    with trail.writing() as session:
        erase(
            session,
            chain="case-a",
            ordinals=[1, 3],
            by_two=("zhang", "li"),
            reason="court_order",
            now=_at(9),
        )
    assert _verified(trail, heads=[read_head(lines)], case_rows=_CASES).problems == []
    with trail.reading() as session:
        rows = session.connection().execute(
            text("SELECT chain, ordinal, reason FROM erasure ORDER BY ordinal")
        )
        assert rows.all() == [("case-a", 1, "court_order"), ("case-a", 3, "court_order")]
        left = session.connection().execute(text("SELECT count(*) FROM event_detail")).scalar_one()
    assert left == 4


def test_details_that_came_back_after_their_erasure_are_found(trail: Database) -> None:
    with trail.reading() as session:
        sealed = session.connection().execute(text("SELECT details FROM event_detail WHERE event_id = 1"))
        kept = bytes(sealed.scalar_one())
    with trail.writing() as session:
        erase(session, chain="case-a", ordinals=[1], by_two=("zhang", "li"), reason="term", now=_at(9))
    _tamper(trail, "INSERT INTO event_detail (event_id, details) VALUES (1, :kept)", kept=kept)
    assert _found(_verified(trail)) == {("details", "case-a", 1)}


def test_erasure_by_one_person_is_refused(trail: Database) -> None:
    with pytest.raises(ValueError, match="two persons"), trail.writing() as session:
        erase(session, chain="case-a", ordinals=[1], by_two=("li", "li"), reason="term", now=_at(9))
    assert _verified(trail).ok


_HEAD_CHANGES = {
    "number": "7",
    "made_at": "'2026-03-01 00:00:00.000000'",
    "last_event_id": "last_event_id - 1",
    "chains": "chains + 1",
    "events": "events + 1",
    "root": f"'{'1' * 64}'",
    "previous": f"'{'1' * 64}'",
    "hash": f"'{'1' * 64}'",
    "signature": "'x'",
}


def test_every_column_of_a_head_has_its_change() -> None:
    from mediation.audit.models import TrailHead

    assert set(TrailHead.__table__.columns.keys()) == set(_HEAD_CHANGES)


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("column", sorted(_HEAD_CHANGES))
def test_change_of_any_column_of_a_head_is_found(trail: Database, column: str, number: int) -> None:
    _tamper(trail, f"UPDATE trail_head SET {column} = {_HEAD_CHANGES[column]} WHERE number = {number}")
    assert "head" in {problem.kind for problem in _verified(trail).problems}


def test_head_taken_out_is_found(trail: Database) -> None:
    _tamper(trail, "DELETE FROM trail_head WHERE number = 1")
    assert "head" in {problem.kind for problem in _verified(trail).problems}


def _cut(database: Database, chain: str, from_ordinal: int) -> None:
    where = f"chain = '{chain}' AND ordinal >= {from_ordinal}"
    _tamper(
        database,
        f"DELETE FROM event_detail WHERE event_id IN (SELECT id FROM audit_event WHERE {where})",
        f"DELETE FROM audit_event WHERE {where}",
    )


def _rewrite(database: Database, chain: str, ordinal: int, **columns: Any) -> None:
    """Change an event and make every later hash of its chain fit again."""
    with database.reading() as session:
        rows = [dict(row) for row in _rows(session, chain)]
    previous = ""
    statements = []
    for row in rows:
        if row["ordinal"] == ordinal:
            row.update(columns)
        row["previous"] = previous
        row["hash"] = previous = event_hash(row)
        if row["ordinal"] >= ordinal:
            sets = f"act = '{row['act']}', previous = '{row['previous']}', hash = '{row['hash']}'"
            statements.append(f"UPDATE audit_event SET {sets} WHERE id = {row['id']}")
    _tamper(database, *statements)


def _rows(session: Any, chain: str) -> Iterable[dict[str, Any]]:
    from mediation.audit.queries import events_of

    return [event.model_dump() for event in events_of(session, chain)]


_BEHIND_THE_BACK: dict[str, Callable[[Database], None]] = {
    "tail cut": lambda database: _cut(database, "case-a", 4),
    "tail rewritten": lambda database: _rewrite(database, "case-a", 3, act="withdraw"),
    "last event rewritten": lambda database: _rewrite(database, "case-b", 4, act="withdraw"),
    "whole chain rewritten": lambda database: _rewrite(database, "case-b", 1, act="withdraw"),
    "chain deleted": lambda database: _cut(database, "case-b", 1),
}


@pytest.mark.parametrize("change", sorted(_BEHIND_THE_BACK))
def test_change_with_fitting_hashes_is_found_only_by_a_head(trail: Database, change: str) -> None:
    lines = _exported(trail, 2)
    _tamper(trail, "DELETE FROM trail_head")
    _BEHIND_THE_BACK[change](trail)
    assert _verified(trail).problems == []
    kinds = {problem.kind for problem in _verified(trail, heads=[read_head(lines)]).problems}
    assert "missing" in kinds or "rewritten" in kinds


@pytest.mark.parametrize("change", sorted(_BEHIND_THE_BACK))
def test_change_with_fitting_hashes_is_found_by_the_stored_head(trail: Database, change: str) -> None:
    _BEHIND_THE_BACK[change](trail)
    assert "head" in {problem.kind for problem in _verified(trail).problems}


def test_change_after_the_exported_head_is_not_found(trail: Database) -> None:
    """What the page says: a head protects what was recorded before it."""
    lines = _exported(trail, 1)
    _tamper(trail, "DELETE FROM trail_head WHERE number = 2")
    _cut(trail, "case-a", 4)
    assert _verified(trail, heads=[read_head(lines)]).problems == []


def test_old_database_put_back_is_found(trail: Database) -> None:
    lines = _exported(trail, 2)
    _tamper(trail, "DELETE FROM trail_head WHERE number = 2")
    for chain, ordinal in (("case-a", 3), ("case-b", 3), ("instance", 2)):
        _cut(trail, chain, ordinal)
    assert _verified(trail).problems == []
    found = _found(_verified(trail, heads=[read_head(lines)]))
    assert found == {
        ("missing", "", None),
        ("missing", "case-a", 4),
        ("missing", "case-b", 4),
        ("missing", "instance", 3),
    }


def test_exported_head_that_was_altered_is_found(trail: Database) -> None:
    lines = _exported(trail, 2)
    first = json.loads(lines[0])
    first["head"]["events"] += 1
    changed_head = [canonical(first).decode(), *lines[1:]]
    changed_end = [lines[0], lines[1].replace(",4,", ",3,"), *lines[2:]]
    for altered in (changed_head, changed_end, lines[:-1], [*lines, '["case-z",1,"00"]']):
        kinds = {problem.kind for problem in _verified(trail, heads=[read_head(altered)]).problems}
        assert "head" in kinds


def test_case_that_differs_from_its_chain_is_found(trail: Database) -> None:
    rows = (CaseRow("case-a", 5, "s4"), CaseRow("case-b", 4, "closed"), CaseRow("case-c", 1, "s1"))
    messages = [problem.message for problem in _verified(trail, case_rows=rows).problems]
    assert messages == [
        "案件 case-a 现为“s4”(版本 5),与日志不符",
        "案件 case-b 现为“closed”(版本 4),与日志不符",
        "案件 case-c 没有日志",
    ]


def test_chain_without_case_is_found(trail: Database) -> None:
    messages = [problem.message for problem in _verified(trail, case_rows=_CASES[:1]).problems]
    assert messages == ["有 1 条链没有对应的案件"]


_COLUMNS = st.sampled_from(sorted(_EVENT_CHANGES.keys() - {"facts", "commitments"}))


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(
    column=_COLUMNS,
    place=st.integers(1, 11),
    value=st.one_of(st.text(max_size=5), st.integers(), st.binary()),
)
def test_any_value_in_any_column_ends_in_a_report(sqlite_trail: Database, column, place, value) -> None:
    """SQLite keeps any kind of value in any column: never an exception, always a finding unless nothing changed."""
    if isinstance(value, int):
        value %= 2**60
    with sqlite_trail.reading() as session:
        query = text(f"SELECT {column} FROM audit_event WHERE id = :id")
        before = session.connection().execute(query, {"id": place}).scalar_one()
    change = f"UPDATE OR IGNORE audit_event SET {column} = :value WHERE id = {place}"
    _tamper(sqlite_trail, "PRAGMA ignore_check_constraints = ON", change, value=value)
    with sqlite_trail.reading() as session:
        after = session.connection().execute(query, {"id": place}).scalar_one()
    assert _verified(sqlite_trail).ok == (before == after and type(before) is type(after))
    _tamper(sqlite_trail, f"UPDATE audit_event SET {column} = :value WHERE id = {place}", value=before)


@pytest.fixture
def sqlite_trail(sqlite_store: str, keyring):
    database = Database(sqlite_store, keyring)
    with database.writing() as session:
        for step in range(4):
            for chain in ("case-a", "case-b"):
                _one(session, chain, step)
            if step:
                append(session, chain="instance", act="site.applied", actor="system", recorded_at=_at(step))
        make_head(session, _at(5), _sign)
        assert last_event(session, "instance").ordinal == 3
    yield database
    database.close()

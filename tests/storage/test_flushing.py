"""What is written by statements at hand is what the mapper writes, object for object, and is undone like it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, inspect, text, update
from sqlalchemy import select as columns
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session, SQLModel, col, select

from mediation.clock import SystemClock
from mediation.crypto import read_keyring
from mediation.founding import upgrade_instance
from mediation.people.models import Person
from mediation.settings import embedded_settings
from mediation.storage import flushing
from mediation.storage.engine import Database, Table, savepoint
from mediation.storage.session import QuickSession
from mediation.units.models import Unit
from tests.releases.kept import unpack
from tests.storage.test_session import _classes, _told, _unit


@pytest.fixture
def no_unit_of_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever would go the mapper's way fails."""

    def flush(*_of: object) -> None:
        raise AssertionError("went the mapper's way")

    monkeypatch.setattr(Session, "_flush", flush)


@pytest.fixture
def session(database: Database) -> Iterator[QuickSession]:
    with database.writing() as opened:
        assert isinstance(opened, QuickSession)
        yield opened


def _rows(session: Session) -> list[tuple[str, str]]:
    found = session.connection().execute(columns(col(Unit.code), col(Unit.name)).order_by(col(Unit.code)))
    return [tuple(row) for row in found]  # type: ignore[misc]


def test_row_of_every_table_is_entered_as_the_mapper_enters_it(tmp_path: Path) -> None:
    unpack("0.12.0", tmp_path)
    settings = embedded_settings(tmp_path / "data")
    upgrade_instance(settings, SystemClock())
    database = Database(settings.database_url, read_keyring(settings))
    with database.writer.begin() as connection:  # the trail's own: nothing could be taken out
        triggers = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars()
        for name in triggers.all():
            connection.execute(text(f"DROP TRIGGER {name}"))
    quick = QuickSession(database.writer, autoflush=False)
    usual = Session(database.writer, autoflush=False)
    seen = set()
    for entity in _classes():
        way = flushing._way(inspect(entity))
        if way is None:
            continue
        with Session(database.reader) as reader:
            told = [_told(one) for one in reader.exec(select(entity).limit(2))]
        for values in told:
            ours, theirs = (_entered(session, entity, way, values) for session in (quick, usual))
            assert ours == theirs, entity.__name__
            seen.add(entity)
    database.close()
    assert len(seen) > 40


def _entered(session: Session, entity: type[Table], way: Any, values: dict[str, Any]) -> list[Any]:
    """What stands in the row, and in what form, when it is taken out and entered again."""
    table, key = way.table, way.table.autoincrement_column
    connection = session.connection()
    connection.execute(text("PRAGMA defer_foreign_keys=ON"))
    connection.execute(delete(table).where(key == values[way.key]))
    one = entity(**{**values, way.key: None})
    session.add(one)
    session.flush()
    assert inspect(one).persistent
    assert not session.is_modified(one)
    forms = [
        func.typeof(column).label(f"form_{column.name}") for column in table.columns if column is not key
    ]
    said = [column for column in table.columns if column is not key]
    found = connection.execute(columns(*said, *forms).where(key == getattr(one, way.key))).one()
    session.rollback()
    return [*found]


def test_classes_that_go_the_mappers_way_are_those_with_other_keys() -> None:
    otherwise = {one.__name__ for one in _classes() if flushing._way(inspect(one)) is None}
    keys = {one.__name__: inspect(one).primary_key for one in _classes()}
    assert otherwise == {
        name for name, key in keys.items() if len(key) > 1 or key[0].table.autoincrement_column is None
    }


@pytest.mark.usefixtures("no_unit_of_work")
def test_new_and_changed_objects_are_written_without_the_mapper(session: QuickSession) -> None:
    a, b = _unit("a"), _unit("b")
    session.add_all([a, b])
    session.flush()
    assert (a.id, inspect(a).persistent, list(session.new)) == (b.id - 1, True, [])  # type: ignore[operator]
    assert session.get(Unit, a.id) is a
    a.name, b.name = "镇", b.name
    session.add(Person(code="jia", name="甲", phone="13900000000", status="active"))
    session.flush()
    assert (_rows(session), list(session.dirty)) == ([("a", "镇"), ("b", "村")], [])
    assert session.rows(select(Person.phone), {}) == ["13900000000"]


@pytest.mark.usefixtures("no_unit_of_work")
def test_only_what_has_changed_is_sent(session: QuickSession) -> None:
    one = _unit("a")
    session.add(one)
    session.flush()
    session.connection().execute(update(Unit).values(kind="line"))
    one.name, one.kind = "镇", "area"
    session.flush()
    kept = session.connection().execute(columns(col(Unit.name), col(Unit.kind))).one()
    assert tuple(kept) == ("镇", "line")


def test_what_was_forgotten_and_is_changed_is_written(session: QuickSession) -> None:
    one = _unit("a")
    session.add(one)
    session.flush()
    session.expire(one)
    one.name = "市"  # what it was before nobody knows
    session.flush()
    session.expire(one, ["name"])
    assert one.name == "市"
    session.expire(one, ["name"])
    one.name = "镇"
    session.flush()
    assert (_rows(session), one.kind) == ([("a", "镇")], "area")


def test_many_at_once_and_deletions_go_the_mappers_way(session: QuickSession) -> None:
    many = [_unit(code) for code in "abcdefg"]
    session.add_all(many)
    session.flush()
    assert len(_rows(session)) == 7
    many[0].name = "镇"
    session.delete(many[1])
    session.add(_unit("h"))
    session.flush()
    assert [code for code, _name in _rows(session)] == list("acdefgh")
    assert _rows(session)[0] == ("a", "镇")


def test_part_that_is_undone_leaves_no_object_behind(session: QuickSession) -> None:
    a = _unit("a")
    session.add(a)
    session.flush()
    inner = _unit("b")

    def fail() -> None:
        with savepoint(session):
            a.name = "镇"
            session.add(inner)
            session.flush()
            assert len(_rows(session)) == 2
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert (_rows(session), a.name, inspect(inner).session) == ([("a", "村")], "村", None)
    again = _unit("b")
    session.add(again)
    session.flush()
    assert len(_rows(session)) == 2


def test_row_that_is_gone_is_told(session: QuickSession) -> None:
    one = _unit("a")
    session.add(one)
    session.flush()
    session.connection().execute(delete(Unit))
    one.name = "镇"
    with pytest.raises(StaleDataError):
        session.flush()
    session.expunge_all()


def test_row_that_is_there_already_is_told_by_the_same_class(session: QuickSession) -> None:
    def twice() -> None:
        with savepoint(session):
            session.add(Person(code="jia", name="甲", status="active"))
            session.flush()

    twice()
    with pytest.raises(IntegrityError):
        twice()
    assert session.rows(select(Person.code), {}) == ["jia"]


# — objects made without being asked value by value —


def test_objects_are_made_as_sqlmodel_makes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for entity in _classes():
        required = {name: "x" for name, field in entity.model_fields.items() if field.is_required()}
        for said in ({}, required, {**required, "no_such_field": 1}):
            ours = entity(**said)
            theirs = _made_by_sqlmodel(entity, said, monkeypatch)
            assert _told(ours) == _told(theirs), entity.__name__


def _made_by_sqlmodel(entity: type[Table], said: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Table:
    with monkeypatch.context() as patch:
        patch.setattr(Table, "__init__", SQLModel.__init__)
        patch.setattr(Table, "__setattr__", SQLModel.__setattr__)
        patch.setattr(inspect(entity).class_manager, "original_init", SQLModel.__init__)
        return entity(**said)


def test_defaults_are_nobody_elses() -> None:
    for entity in _classes():
        for name, field in entity.model_fields.items():
            if field.default_factory is not None:
                first, second = (getattr(entity(), name) for _time in range(2))
                assert first == second
                assert first is not second


def test_change_of_an_object_is_noticed(session: QuickSession) -> None:
    one = _unit("a")
    session.add(one)
    session.flush()
    assert not session.is_modified(one)
    one.name = "镇"
    assert session.is_modified(one)
    assert inspect(one).attrs.name.history.deleted == ["村"]


def test_changes_go_in_the_order_of_their_keys(session: QuickSession) -> None:
    many = [_unit(code) for code in "hgfedcba"]
    session.add_all(many)
    session.flush()
    for one in reversed(many):
        one.name = "镇"
    writes = flushing.planned([*reversed(many)], [])
    assert writes is not None
    assert [write.values["of_key"] for write in writes] == [one.id for one in many]
    session.flush()


def test_field_that_there_is_none_of_is_refused(session: QuickSession) -> None:
    one = _unit("a")
    with pytest.raises(ValueError, match="naem"):
        setattr(one, "naem", "镇")  # noqa: B010 — as it is done with a computed name
    assert "naem" not in vars(one)

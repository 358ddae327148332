"""Rows found quickly are the rows that SQLModel's own session finds, object for object."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import inspect, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from mediation.clock import SystemClock
from mediation.crypto import read_keyring
from mediation.founding import upgrade_instance
from mediation.people.models import Person
from mediation.settings import embedded_settings
from mediation.storage.engine import Database, Table
from mediation.storage.session import QuickSession, _read_as, _shape
from mediation.units.models import CommitteeMember, Unit
from tests.releases.kept import unpack
from tests.storage.test_migrations import load_every_table

_UNITS = select(Unit).order_by(col(Unit.code))


def _unit(code: str, name: str = "村") -> Unit:
    return Unit(code=code, name=name, kind="area", valid_from=date(2020, 1, 1))


@pytest.fixture
def session(database: Database) -> Iterator[QuickSession]:
    """A write transaction over three units, none of which it has seen."""
    with database.writing() as opened:
        opened.add_all([_unit("a"), _unit("b"), _unit("c", "组")])
    with database.writing() as opened:
        assert isinstance(opened, QuickSession)
        yield opened


def _told(found: object) -> dict[str, object]:
    return {key: value for key, value in vars(found).items() if not key.startswith("_")}


def _rename(session: Session, code: str, name: str) -> None:
    """By the connection, so that the session's objects do not hear of it."""
    session.connection().execute(update(Unit).where(col(Unit.code) == code).values(name=name))


def _classes() -> list[type[Table]]:
    load_every_table()
    return [mapper.class_ for mapper in Table._sa_registry.mappers]  # type: ignore[attr-defined]


def test_every_class_has_a_shape_and_an_alias_has_none() -> None:
    assert len(_classes()) > 75
    assert [one.__name__ for one in _classes() if _shape(inspect(one)) is None] == []
    assert _shape(inspect(aliased(Unit))) is None


def test_rows_of_every_table_are_the_mappers(tmp_path: Path) -> None:
    unpack("0.12.0", tmp_path)
    settings = embedded_settings(tmp_path / "data")
    upgrade_instance(settings, SystemClock())
    database = Database(settings.database_url, read_keyring(settings))
    seen = 0
    with database.reading() as quick, Session(database.reader) as usual:
        for entity in _classes():
            order = inspect(entity).primary_key
            rows = select(entity).order_by(*order)
            theirs = list(usual.exec(rows))
            ours = quick.rows(rows, {})
            assert [_told(one) for one in ours] == [_told(one) for one in theirs]
            quick.expunge_all()
            ours = list(quick.exec(rows))
            assert [_told(one) for one in ours] == [_told(one) for one in theirs]
            for one in ours[:3]:
                assert quick.get(entity, inspect(one).identity) is one
                assert inspect(one).identity == inspect(usual.merge(one, load=False)).identity
            seen += bool(ours)
    database.close()
    assert seen > 50


def test_one_row_is_one_object_however_it_is_found(session: QuickSession) -> None:
    a, b, _c = session.exec(_UNITS)
    assert session.exec(select(Unit).where(Unit.code == "b")).one() is b
    assert session.get(Unit, a.id) is a
    assert Session.exec(session, _UNITS).first() is a
    assert (inspect(a).persistent, inspect(a).session is session) == (True, True)
    found = session.exec(_UNITS)
    assert (found.first(), session.exec(_UNITS.limit(0)).all()) == (a, [])


def test_columns_are_told_as_values(session: QuickSession) -> None:
    assert session.exec(select(Unit.code).order_by(Unit.code)).all() == ["a", "b", "c"]
    rows = select(Unit.name, func.count()).group_by(Unit.name).order_by(func.count())
    assert [(name, count) for name, count in session.exec(rows)] == [("组", 1), ("村", 2)]
    largest = select(func.max(Unit.code))
    assert (_read_as(largest, {}), session.rows(largest, {})) == ((True, None), ["c"])
    other = aliased(Unit)
    pairs = select(Unit, other.code).where(Unit.name == other.name, Unit.code < other.code)
    assert [(one.code, code) for one, code in session.exec(pairs)] == [("a", "b")]
    assert [one.code for one in session.exec(select(other).where(other.code == "c"))] == ["c"]


def test_encrypted_columns_are_told_among_others(session: QuickSession) -> None:
    session.add(Person(code="jia", name="甲", phone="13900000000", status="active"))
    rows = select(Person.code, Person.phone, Person.id).where(Person.code == "jia")
    for found in (session.exec(rows).all(), session.rows(rows, {})):
        assert [(code, phone) for code, phone, _id in found] == [("jia", "13900000000")]
    assert (
        session.exec(select(Person.phone)).all() == session.rows(select(Person.phone), {}) == ["13900000000"]
    )


def test_what_was_changed_here_is_written_first_and_kept(session: QuickSession) -> None:
    a, *_ = session.exec(_UNITS)
    a.name = "镇"
    session.add(_unit("d", "镇"))
    assert [one.code for one in session.exec(select(Unit).where(Unit.name == "镇").order_by(Unit.code))] == [
        "a",
        "d",
    ]
    a.name = "市"
    assert session.get(Unit, a.id).name == "市"
    session.flush()
    assert session.exec(select(Unit.name).where(Unit.id == a.id)).one() == "市"


def test_object_is_read_anew_only_when_asked(session: QuickSession) -> None:
    a, b, _c = session.exec(_UNITS)
    _rename(session, "a", "新村")
    _rename(session, "b", "新村")
    assert [one.name for one in session.exec(_UNITS)] == ["村", "村", "组"]
    assert session.get(Unit, a.id, populate_existing=True).name == "新村"
    assert (a.name, b.name) == ("新村", "村")
    assert [one.name for one in session.exec(_UNITS.execution_options(populate_existing=True))] == [
        "新村",
        "新村",
        "组",
    ]
    _rename(session, "a", "旧村")
    session.exec(_UNITS, execution_options={"populate_existing": True})
    assert a.name == "旧村"


def test_what_an_object_has_forgotten_is_filled_in_and_nothing_else(session: QuickSession) -> None:
    a, b, _c = session.exec(_UNITS)
    _rename(session, "a", "新村")
    session.expire(a, ["code"])
    session.expire(b)
    assert [one.code for one in session.exec(_UNITS)] == ["a", "b", "c"]
    assert (_told(a)["code"], a.name, _told(b)["code"]) == ("a", "村", "b")
    session.expire(b)
    _rename(session, "b", "新村")
    found = session.get(Unit, b.id)
    assert (found is b, found.name) == (True, "新村")


def test_row_that_is_not_there_is_none(session: QuickSession) -> None:
    assert session.get(Unit, 404) is None
    a, *_ = session.exec(_UNITS)
    session.delete(a)
    session.flush()
    assert session.get(Unit, a.id) is None
    assert session.get(CommitteeMember, 1) is None


def test_object_nobody_holds_any_longer_is_made_again(session: QuickSession) -> None:
    key = session.exec(select(Unit.id).where(Unit.code == "a")).one()
    for _ in range(3):
        found = session.get(Unit, key)
        assert found.code == "a"
        del found
    assert session.exec(_UNITS).first().code == "a"


def test_found_object_is_changed_and_deleted_like_any_other(session: QuickSession) -> None:
    a, b, c = session.exec(_UNITS)
    a.name, b.name = "新村", "村"
    assert sorted(one.code for one in session.dirty) == ["a", "b"]
    session.delete(c)
    session.flush()
    session.refresh(a, with_for_update={"key_share": True})
    rows = session.connection().execute(select(Unit.code, Unit.name).order_by(Unit.code))
    assert [tuple(row) for row in rows] == [("a", "新村"), ("b", "村")]

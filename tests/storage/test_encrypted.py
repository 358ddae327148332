"""Encrypted columns: in clear to the program, unreadable in the file, and not to be compared or sorted."""

import pytest
from sqlalchemy import LargeBinary, create_engine, func, insert, select, type_coerce
from sqlalchemy.exc import StatementError

from mediation.cases.models import Party
from mediation.crypto import create_keyring
from mediation.errors import KeyMissing, StorageError
from mediation.people.models import Person
from mediation.storage.encrypted import Encrypted, EncryptedBytes, keyring_of
from mediation.storage.engine import Database

_PERSON = Person.__table__
_SEALED = type_coerce(_PERSON.c.phone, LargeBinary)


def _keep(database: Database, phone: object, code: str = "zhang") -> None:
    with database.writing() as session:
        values = {
            "code": code,
            "name": "张",
            "sex": "",
            "ethnicity": "",
            "languages": [],
            "expertise": [],
            "status": "active",
        }
        session.connection().execute(insert(_PERSON), {**values, "phone": phone})


@pytest.mark.parametrize(
    "value", ["13800001234", "", "𰻝\n\x00", {"a": [1, None, "乙"]}, ["x"], 7, 0, False, None]
)
def test_value_comes_back_as_it_was(database: Database, value: object) -> None:
    _keep(database, value)
    with database.reading() as session:
        kept = session.execute(select(_PERSON.c.phone)).scalar_one()
    assert (kept, type(kept)) == (value, type(value))


def test_nothing_stays_null(database: Database) -> None:
    _keep(database, None)
    with database.reading() as session:
        assert session.execute(select(_SEALED)).scalar_one() is None


def test_stored_bytes_differ_each_time_and_tell_nothing(database: Database) -> None:
    for code in ("zhang", "li"):
        _keep(database, "13800001234", code)
    with database.reading() as session:
        first, second = (bytes(one) for one in session.execute(select(_SEALED)).scalars())
    assert first != second
    assert b"13800001234" not in first + second


def test_value_of_another_column_does_not_open(database: Database, keyring) -> None:
    foreign = Encrypted("party.phone").process_bind_param("13800001234", database.writer.dialect)
    assert keyring.decrypt(foreign, "party.phone") == b'"13800001234"'
    with pytest.raises(StorageError, match="校验不通过"):
        Encrypted("person.phone").process_result_value(foreign, database.writer.dialect)


def test_value_under_another_key_says_which_key_is_missing(database: Database, keyring) -> None:
    other = create_keyring()
    sealed = other.encrypt(b'"x"', "person.phone")
    with pytest.raises(KeyMissing, match=other.current):
        Encrypted("person.phone").process_result_value(sealed, database.writer.dialect)


def test_engine_without_keys_neither_writes_nor_reads() -> None:
    dialect = create_engine("sqlite://").dialect
    with pytest.raises(KeyMissing):
        keyring_of(dialect)
    with pytest.raises(KeyMissing):
        EncryptedBytes("signature_slot.drawing").process_bind_param(b"x", dialect)


def test_bytes_come_back_as_they_were(database: Database) -> None:
    column = EncryptedBytes("signature_slot.drawing")
    dialect = database.writer.dialect
    for value in (b"", bytes(range(256)), None):
        assert column.process_result_value(column.process_bind_param(value, dialect), dialect) == value


@pytest.mark.parametrize(
    "compare",
    [
        lambda column: column == "13800001234",
        lambda column: column != "13800001234",
        lambda column: column < "2",
        lambda column: column.like("138%"),
        lambda column: column.in_(["1"]),
        lambda column: column.desc(),
        lambda column: column + "x",
        lambda column: "x" + column,
    ],
)
def test_comparison_is_refused(compare) -> None:
    for column in (_PERSON.c.phone, Party.__table__.c.name):
        with pytest.raises(TypeError, match="encrypted"):
            compare(column)


def test_value_that_is_no_json_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="not JSON serializable"):
        _keep(database, {1, 2})
    with database.reading() as session:
        assert session.execute(select(func.count()).select_from(_PERSON)).scalar_one() == 0

"""A database filled from elsewhere is there whole or not at all; what is half filled is not opened."""

import pytest
from sqlalchemy import text

from mediation.errors import DatabaseOutdated, StorageError
from mediation.storage.engine import Database
from mediation.storage.loading import build_database, is_empty
from mediation.storage.unfinished import begin_filling, end_filling, is_unfinished, refuse_unfinished
from mediation.storage.upgrade import database_version, known_versions

_UNIT = "INSERT INTO unit (id, code, name, kind, parent_id, valid_from) VALUES (:id, :code, 'u', 'area', :parent, '2024-01-01')"


def rows(*units: tuple[int, int | None]):
    def load(connection) -> None:
        for unit, parent in units:
            connection.execute(text(_UNIT), {"id": unit, "code": str(unit), "parent": parent})

    return load


def test_rows_may_refer_to_rows_that_come_later(empty_store, keyring):
    database = Database(empty_store, keyring)
    build_database(database, known_versions()[0], rows((1, 2), (2, None)))
    with database.reading() as session:
        assert database_version(session) == known_versions()[-1]
        assert session.connection().execute(text("SELECT id, parent_id FROM unit ORDER BY id")).all() == [
            (1, 2),
            (2, None),
        ]
    database.close()


def test_new_rows_get_keys_above_those_that_came(empty_store, keyring):
    database = Database(empty_store, keyring)
    build_database(database, known_versions()[-1], rows((7, None)))
    with database.writing() as session:
        insert = "INSERT INTO unit (code, name, kind, valid_from) VALUES ('n', 'u', 'area', '2024-01-01')"
        session.connection().execute(text(insert))
    with database.reading() as session:
        assert session.connection().execute(text("SELECT id FROM unit WHERE code = 'n'")).scalar() == 8
    database.close()


def test_row_that_refers_to_nothing_leaves_no_database(empty_store, keyring):
    database = Database(empty_store, keyring)
    with pytest.raises(StorageError):
        build_database(database, known_versions()[-1], rows((1, 99)))
    with database.reading() as session:
        assert database_version(session) is None
    database.close()


def test_store_that_is_too_old_is_not_filled(empty_store, keyring):
    database = Database(empty_store, keyring)
    with (
        database.writer.connect() as connection
    ):  # an engine learns of its store's version as it first connects
        connection.dialect.server_version_info = (3, 39) if database.on_sqlite else (14, 20)
    with pytest.raises(DatabaseOutdated, match=r"的版本是 (3\.39|14\.20)，程序需要"):
        build_database(database, known_versions()[-1], rows((1, None)))
    with database.reading() as session:
        assert database_version(session) is None
    database.close()


def test_references_are_judged_again_after_the_load(empty_store, keyring):
    from sqlalchemy.exc import IntegrityError

    database = Database(empty_store, keyring)
    build_database(database, known_versions()[-1], rows((1, None)))
    with database.writing() as session, pytest.raises(IntegrityError):
        session.connection().execute(text(_UNIT), {"id": 2, "code": "2", "parent": 99})
    database.close()


def test_database_with_tables_is_neither_empty_nor_filled(store, keyring):
    assert not is_empty(store, keyring)
    database = Database(store, keyring)
    with pytest.raises(StorageError, match="数据库不是空的"):
        build_database(database, known_versions()[-1], rows((1, None)))
    with database.reading() as session:
        assert session.connection().execute(text("SELECT count(*) FROM unit")).scalar() == 0
    database.close()


def test_looking_at_an_empty_database_makes_nothing(empty_store, keyring, tmp_path):
    assert is_empty(empty_store, keyring)
    assert list(tmp_path.iterdir()) == []


def test_folder_is_marked_until_it_is_filled(tmp_path):
    refuse_unfinished(tmp_path)
    begin_filling(tmp_path / "data")
    assert is_unfinished(tmp_path / "data")
    with pytest.raises(StorageError, match="恢复没有完成"):
        refuse_unfinished(tmp_path / "data")
    end_filling(tmp_path / "data")
    refuse_unfinished(tmp_path / "data")
    assert list((tmp_path / "data").iterdir()) == []

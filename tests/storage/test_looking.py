"""A look sees what is there and changes nothing."""

import pytest
from sqlalchemy import select

from mediation.errors import StorageError
from mediation.storage.columns import CONFIGURATION
from mediation.storage.looking import looking


def test_look_reads_and_cannot_write(sqlite_store, keyring) -> None:
    with looking(sqlite_store, keyring) as view:
        assert view.connection().execute(select(CONFIGURATION.c.id)).all() == []
        view.info["a"] = 1
    with looking(sqlite_store, keyring) as view:
        assert view.info == {}
    with pytest.raises(StorageError) as caught, looking(sqlite_store, keyring) as view:
        view.connection().exec_driver_sql("DELETE FROM access_token")
    assert str(caught.value) == "数据库没有响应或不能读写：数据库文件或它的文件夹是只读的"


def test_look_at_what_is_no_database_says_so(tmp_path, keyring) -> None:
    (tmp_path / "x.db").write_bytes(b"no database at all" * 100)
    with (
        pytest.raises(StorageError) as caught,
        looking(f"sqlite:///{tmp_path / 'x.db'}", keyring) as view,
    ):
        view.connection().execute(select(CONFIGURATION.c.id))
    assert str(caught.value).startswith("数据库没有响应或不能读写：数据库文件已损坏")

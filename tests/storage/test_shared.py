"""What every host needs of the data folder: through the database, encrypted, whole."""

import pytest
from sqlalchemy import text

from mediation.errors import StorageError
from mediation.storage import shared
from mediation.storage.engine import Database


def write(data, **files: str) -> None:
    for name, content in files.items():
        path = data / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def content_of(data) -> dict[str, str]:
    found = shared.folder_files(data)
    return {name: content.decode() for name, content in found.items() if not name.startswith(".")}


def test_second_host_gets_what_the_first_has_and_follows_its_changes(
    database: Database, keyring, clock, tmp_path
):
    first, second = tmp_path / "first", tmp_path / "second"
    write(
        first, **{"site__site.yaml": "name: a", "site__forms__a.html": "<p>", "keys__root.sealed": "sealed"}
    )
    write(first, **{"keys__master.key": "the key", "store__aa__x": "paper"})
    with database.writing() as session:
        assert shared.fetch(session, second, keyring) is False
        assert shared.share(session, shared.shared_files(first), keyring, clock.now()) == 3
    with database.reading() as session:
        assert shared.is_shared(session)
        assert shared.fetch(session, second, keyring) is True
        assert shared.fetch(session, second, keyring) is False
    wanted = {"site/site.yaml": "name: a", "site/forms/a.html": "<p>", "keys/root.sealed": "sealed"}
    assert content_of(second) == wanted
    (first / "site" / "forms" / "a.html").unlink()
    write(first, **{"site__site.yaml": "name: b", "keys__seal-1.sealed": "new"})
    with database.writing() as session:
        assert shared.share(session, shared.shared_files(first), keyring, clock.now()) == 3
        assert shared.share(session, shared.shared_files(first), keyring, clock.now()) == 0
    with database.reading() as session:
        assert shared.fetch(session, second, keyring) is True
    assert content_of(second) == {
        "site/site.yaml": "name: b",
        "keys/root.sealed": "sealed",
        "keys/seal-1.sealed": "new",
    }


def test_files_lie_in_the_database_encrypted_and_altered_ones_are_refused(
    database: Database, keyring, clock, tmp_path
):
    write(tmp_path / "first", **{"site__site.yaml": "title: 示例"})
    with database.writing() as session:
        shared.share(session, shared.shared_files(tmp_path / "first"), keyring, clock.now())
        [row] = session.connection().execute(text("SELECT content FROM shared_file"))
        assert "示例".encode() not in bytes(row[0])
        changed = bytes(row[0])[:-1] + bytes([row[0][-1] ^ 1])
        session.connection().execute(text("UPDATE shared_file SET content = :c"), {"c": changed})
    with database.reading() as session, pytest.raises(StorageError, match="校验不通过"):
        shared.fetch(session, tmp_path / "second", keyring)
    assert content_of(tmp_path / "second") == {}

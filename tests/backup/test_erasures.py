"""The list of erasures: whose it is can be told, and a restore applies it, so that nothing erased comes back."""

import json
import shutil

import pytest

from mediation.app import Instance
from mediation.backup.erasures import LIST_FILE, keep_list, list_bytes, parse_list, read_list
from mediation.backup.queries import erasures
from mediation.crypto import create_keyring
from mediation.errors import InputInvalid
from tests.backup.lived import AGENT, CANARIES, Lived, everything, files


def erased(lived: Lived, party: int | None = None) -> None:
    lived.town.instance.request_erasure("jiaarc", lived.put_away, "purpose_done", party)
    lived.town.instance.confirm_erasure("jialead", lived.put_away, party)
    with lived.town.reading() as session:
        keep_list(lived.settings.data, erasures(session), lived.town.instance.keyring)


def found_in(lived: Lived, where, *words: str) -> list[str]:
    text = everything(where, lived.town.instance.keyring)
    return [word for word in words if word in text]


def test_erasure_made_after_the_backup_does_not_come_back(lived: Lived, empty_url, tmp_path):
    lived.backup(tmp_path / "town.backup")
    erased(lived)
    back = tmp_path / "back"
    done = lived.restored(tmp_path / "town.backup", back, empty_url, lived.settings.data / "keys" / LIST_FILE)
    there = lived.elsewhere(back, empty_url)
    assert (done.problems, done.erasures_applied) == ([], 1)
    assert found_in(lived, there, *CANARIES, AGENT["name"]) == []
    assert [name for name in files(there.store) if not name.startswith(".")] == []
    with Instance(there, lived.town.instance.keyring, lived.town.clock) as instance:
        assert instance.verify_trail().problems == []
        with instance.database.reading() as session:
            [row] = erasures(session)
    assert (row.chain, row.reason, row.requested_by, row.confirmed_by) == (
        lived.put_away,
        "purpose_done",
        "jiaarc",
        "jialead",
    )
    assert files(back / "keys")[LIST_FILE] == files(lived.settings.data / "keys")[LIST_FILE]


def test_list_that_lies_in_the_folder_is_applied_by_itself(sqlite_lived: Lived, tmp_path):
    sqlite_lived.backup(tmp_path / "town.backup")
    erased(sqlite_lived, party=1)
    (tmp_path / "back" / "keys").mkdir(parents=True)
    shutil.copy(sqlite_lived.settings.data / "keys" / LIST_FILE, tmp_path / "back" / "keys")
    done = sqlite_lived.restored(tmp_path / "town.backup", tmp_path / "back")
    assert (done.problems, done.erasures_applied) == ([], 1)
    there = sqlite_lived.elsewhere(tmp_path / "back")
    assert found_in(sqlite_lived, there, CANARIES[0], CANARIES[1]) == [CANARIES[1]]


def test_without_the_list_what_was_erased_later_comes_back(sqlite_lived: Lived, tmp_path):
    sqlite_lived.backup(tmp_path / "town.backup")
    erased(sqlite_lived)
    sqlite_lived.restored(tmp_path / "town.backup", tmp_path / "back")
    there = sqlite_lived.elsewhere(tmp_path / "back")
    assert found_in(sqlite_lived, there, *CANARIES) == list(CANARIES)


def test_backup_made_after_the_erasure_holds_nothing_of_it(lived: Lived, empty_url, tmp_path):
    erased(lived)
    made = lived.backup(tmp_path / "town.backup")
    assert (made.missing, made.files) == ([], 0)
    done = lived.restored(tmp_path / "town.backup", tmp_path / "back", empty_url)
    there = lived.elsewhere(tmp_path / "back", empty_url)
    assert (done.problems, done.erasures_applied) == ([], 0)
    assert found_in(lived, there, *CANARIES) == []


def test_erasure_of_a_case_that_the_backup_does_not_know_is_passed_over(sqlite_lived: Lived, tmp_path):
    sqlite_lived.backup(tmp_path / "town.backup")
    erased(sqlite_lived)
    keyring, data = sqlite_lived.town.instance.keyring, sqlite_lived.settings.data
    [entry] = read_list(data / "keys" / LIST_FILE, keyring)
    from dataclasses import replace

    (tmp_path / "list.json").write_bytes(list_bytes([replace(entry, chain="nowhere")], keyring))
    done = sqlite_lived.restored(tmp_path / "town.backup", tmp_path / "back", erasures=tmp_path / "list.json")
    assert (done.problems, done.erasures_applied) == ([], 0)


def test_list_grows_and_forgets_nothing(sqlite_lived: Lived):
    erased(sqlite_lived, party=1)
    erased(sqlite_lived)
    keyring, data = sqlite_lived.town.instance.keyring, sqlite_lived.settings.data
    entries = read_list(data / "keys" / LIST_FILE, keyring)
    assert [entry.party for entry in entries] == [1, None]
    assert keep_list(data, [], keyring) == entries
    assert (data / "keys" / LIST_FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("change", ["party", "chain", "seal", "left_out"])
def test_changed_list_is_refused(sqlite_lived: Lived, tmp_path, change):
    erased(sqlite_lived)
    keyring = sqlite_lived.town.instance.keyring
    file = sqlite_lived.settings.data / "keys" / LIST_FILE
    said = json.loads(file.read_text())
    if change == "left_out":
        said["erasures"] = []
    elif change == "seal":
        said["seal"] = "0" * 64
    else:
        said["erasures"][0][change] = 2
    file.write_text(json.dumps(said))
    with pytest.raises(InputInvalid, match="删除清单，或者被改动过"):
        read_list(file, keyring)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"erasures": 1}', b"\xff", b'{"erasures": []}'])
def test_other_content_is_no_list(keyring, content):
    assert parse_list(content, keyring) is None


def test_list_of_another_instance_is_refused(keyring):
    assert parse_list(list_bytes([], create_keyring()), keyring) is None
    assert parse_list(list_bytes([], keyring), keyring) == []

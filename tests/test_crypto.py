"""The key file: written whole or not at all, read or refused in words; ciphertexts that were cut."""

import subprocess
import sys
from pathlib import Path

import pytest

from mediation.crypto import Keyring, create_keyring, read_keyring, write_key_file, write_once
from mediation.errors import KeyMissing, StorageError
from mediation.settings import Settings


def settings(folder: Path, passphrase: str | None = None) -> Settings:
    return Settings(folder, "sqlite://", folder / "keys" / "master.key", key_passphrase=passphrase)


def refused(folder: Path, passphrase: str | None = None) -> str:
    with pytest.raises(KeyMissing) as caught:
        read_keyring(settings(folder, passphrase))
    return str(caught.value)


@pytest.mark.parametrize("passphrase", [None, "口令"])
def test_key_file_comes_back_as_it_was_written(tmp_path, passphrase):
    keyring = create_keyring()
    write_key_file(keyring, tmp_path / "keys" / "master.key", passphrase)
    assert read_keyring(settings(tmp_path, passphrase)) == keyring
    assert (tmp_path / "keys" / "master.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["master.key"]


def test_key_file_is_never_overwritten(tmp_path):
    first = create_keyring()
    write_key_file(first, tmp_path / "keys" / "master.key")
    with pytest.raises(StorageError):
        write_key_file(create_keyring(), tmp_path / "keys" / "master.key")
    assert read_keyring(settings(tmp_path)) == first


def test_file_that_did_not_fit_is_not_there(tmp_path):
    """A limit on the size of files stands for a full disk."""
    program = (
        "import resource, signal, sys; from pathlib import Path; from mediation.crypto import write_once;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)); write_once(Path(sys.argv[1]), b'x' * 1000)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "key")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, "File too large" in done.stderr) == (1, True)
    assert list(tmp_path.iterdir()) == []
    write_once(tmp_path / "key", b"second")
    assert (tmp_path / "key").read_bytes() == b"second"


@pytest.mark.parametrize(
    "content", [b"", b"x", b"\xff\xfe\x00", b"[]", b"null", b'{"keys": {}}', b"[" * 100_000]
)
def test_spoilt_key_file_is_refused_in_words(tmp_path, content):
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "master.key").write_bytes(content)
    assert refused(tmp_path) == "密钥文件的内容不完整或已损坏，请从备份恢复。"


def test_absent_key_file_is_told_apart_from_one_that_cannot_be_read(tmp_path):
    path = tmp_path / "keys" / "master.key"
    assert refused(tmp_path) == (
        f"找不到密钥文件 {path}。没有它，加密的资料打不开：请从备份放回原处（见 SECURITY.md）。"
    )
    path.mkdir(parents=True)
    assert refused(tmp_path) == f"密钥文件 {path} 读不出来：这是文件夹，不是文件"


def test_wrong_passphrase_is_told(tmp_path):
    write_key_file(create_keyring(), tmp_path / "keys" / "master.key", "口令")
    assert refused(tmp_path, "别的") == "密钥文件的口令不对。"
    assert refused(tmp_path) == "密钥文件有口令保护，请设置 MEDIATION_KEY_PASSPHRASE。"


def test_ciphertext_is_opened_only_whole_by_its_key_and_in_its_place(keyring: Keyring):
    sealed = keyring.encrypt("某人".encode(), "party.name")
    assert keyring.decrypt(sealed, "party.name").decode() == "某人"
    for cut in (b"", sealed[:3], sealed[:31]):
        with pytest.raises(StorageError, match="加密资料不完整"):
            keyring.decrypt(cut, "party.name")
    with pytest.raises(StorageError, match="校验不通过"):
        keyring.decrypt(sealed[:-1], "party.name")
    with pytest.raises(StorageError, match="校验不通过"):
        keyring.decrypt(sealed, "party.phone")
    with pytest.raises(KeyMissing, match="另一把密钥"):
        Keyring("0000000b", {"0000000b": bytes(32)}).decrypt(sealed, "party.name")

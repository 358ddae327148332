"""Encryption of fields and files, and keyed look-up. Keys and nonces come from the operating system.

AES-256-GCM with the key's id in front: `id (4 bytes) | nonce (12) | ciphertext and tag`. The associated data names
what the bytes are (table and column, or a file's id), so that a ciphertext moved elsewhere does not open.
Key file: JSON, mode 0600, apart from the database; with a passphrase the keys inside are wrapped by scrypt.
"""

import base64
import contextlib
import hashlib
import hmac
import json
import os
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from mediation.errors import KeyMissing, StorageError, cause_of
from mediation.language import _
from mediation.settings import Settings

_NONCE = 12
_ID = 4
_LEAST = _ID + _NONCE + 16
"""Bytes of the shortest ciphertext: id, nonce, tag."""


@dataclass(frozen=True)
class Keyring:
    """The keys of one instance: the current one encrypts, all of them decrypt. Ids are 8 hex digits."""

    current: str
    secrets: dict[str, bytes]

    def encrypt(self, plain: bytes, what: str) -> bytes:
        """Encrypt under the current key; `what` is bound as associated data."""
        nonce = os.urandom(_NONCE)
        sealed = self._cipher(self.current).encrypt(nonce, plain, what.encode())
        return bytes.fromhex(self.current) + nonce + sealed

    def decrypt(self, sealed: bytes, what: str) -> bytes:
        """Decrypt; StorageError if it was altered, is of another key, or was written as something else."""
        if len(sealed) < _LEAST:
            raise StorageError(_("加密资料不完整：被截短过，或没有写完。"))
        key_id = sealed[:_ID].hex()
        if key_id not in self.secrets:
            raise KeyMissing(_("资料由另一把密钥（{key}）加密，当前密钥文件中没有它。").format(key=key_id))
        try:
            return self._cipher(key_id).decrypt(
                sealed[_ID : _ID + _NONCE], sealed[_ID + _NONCE :], what.encode()
            )
        except InvalidTag:
            raise StorageError(_("加密资料校验不通过：内容被改动过，或放错了位置。")) from None

    def look_up(self, kind: str, value: str) -> bytes:
        """A keyed hash (16 bytes) by which equal values of a kind (`id_number`, `phone` …) are found."""
        return hmac.digest(self._derived(f"look-up {kind}"), value.encode(), "sha256")[:16]

    def piece(self, text: str) -> int:
        """A keyed 40-bit number for a search piece."""
        return int.from_bytes(hmac.digest(self._derived("search piece"), text.encode(), "sha256")[:5])

    def derived(self, purpose: str) -> bytes:
        """A 32-byte key of its own for a purpose, from the oldest key, so that it outlives a rotation."""
        return self._derived(purpose)

    def _cipher(self, key_id: str) -> AESGCM:
        cached = _ciphers.get(self.secrets[key_id])
        if cached is None:
            cached = _ciphers[self.secrets[key_id]] = AESGCM(_hkdf(self.secrets[key_id], "encryption"))
        return cached

    def _derived(self, purpose: str) -> bytes:
        oldest = next(iter(self.secrets.values()))
        cached = _subkeys.get((oldest, purpose))
        if cached is None:
            cached = _subkeys[(oldest, purpose)] = _hkdf(oldest, purpose)
        return cached


_ciphers: dict[bytes, AESGCM] = {}
_subkeys: dict[tuple[bytes, str], bytes] = {}


def _hkdf(secret: bytes, purpose: str) -> bytes:
    return HKDF(hashes.SHA256(), length=32, salt=None, info=f"mediation {purpose}".encode()).derive(secret)


def sha256(data: bytes) -> str:
    """Lower-case hexadecimal SHA-256."""
    return hashlib.sha256(data).hexdigest()


def create_keyring() -> Keyring:
    """A keyring with one new key."""
    key_id = os.urandom(_ID).hex()
    return Keyring(current=key_id, secrets={key_id: os.urandom(32)})


def write_key_file(keyring: Keyring, path: Path, passphrase: str | None = None) -> None:
    """Write the key file (0600) and make it durable; refuses to overwrite one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys: dict[str, str] = {}
    salt = os.urandom(16)
    for key_id, secret in keyring.secrets.items():
        kept = _wrap(secret, passphrase, salt, key_id) if passphrase else secret
        keys[key_id] = base64.b64encode(kept).decode()
    content = {"format": 1, "current": keyring.current, "keys": keys}
    if passphrase:
        content["scrypt_salt"] = base64.b64encode(salt).decode()
    try:
        write_once(path, (json.dumps(content, indent=1) + "\n").encode())
    except FileExistsError:
        raise StorageError(_("密钥文件 {path} 已存在，不会覆盖。").format(path=path)) from None


def write_once(path: Path, data: bytes) -> None:
    """A new file (0600) with this content, durable, whole or not at all. Raises FileExistsError and other OSErrors."""
    unfinished = path.with_name(f"{path.name}.{os.urandom(8).hex()}.part")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(unfinished, path)
    finally:
        unfinished.unlink()
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read_keyring(settings: Settings) -> Keyring:
    """The instance's keyring from its key command or key file; KeyMissing says what to do."""
    if settings.key_command:
        text = _run_key_command(settings.key_command)
    else:
        text = _read_key_file(settings.key_file)
    return _parse(text, settings.key_passphrase)


def _read_key_file(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise KeyMissing(
            _("找不到密钥文件 {path}。没有它，加密的资料打不开：请从备份放回原处（见 SECURITY.md）。").format(
                path=path
            )
        ) from None
    except OSError as error:
        message = _("密钥文件 {path} 读不出来：{cause}").format(path=path, cause=cause_of(error))
        raise KeyMissing(message) from None
    except UnicodeDecodeError:
        raise KeyMissing(_("密钥文件的内容不完整或已损坏，请从备份恢复。")) from None


def _run_key_command(command: str) -> str:
    try:
        # The operator's own command, from the operator's own environment.
        done = subprocess.run(shlex.split(command), capture_output=True, text=True, timeout=30, check=True)  # noqa: S603
    except (OSError, ValueError, subprocess.SubprocessError):
        raise KeyMissing(_("取密钥的命令没有成功：{command}").format(command=command)) from None
    return done.stdout


def _parse(text: str, passphrase: str | None) -> Keyring:
    unreadable = KeyMissing(_("密钥文件的内容不完整或已损坏，请从备份恢复。"))
    with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError, RecursionError):
        content = json.loads(text)
        keys = {key_id: base64.b64decode(kept, validate=True) for key_id, kept in content["keys"].items()}
        if "scrypt_salt" in content:
            keys = _unwrap_all(keys, passphrase, base64.b64decode(content["scrypt_salt"]))
        if all(len(secret) == 32 for secret in keys.values()) and content["current"] in keys:  # noqa: PLR2004
            return Keyring(current=content["current"], secrets=keys)
    raise unreadable


def _wrap(secret: bytes, passphrase: str, salt: bytes, key_id: str) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(_stretch(passphrase, salt)).encrypt(nonce, secret, key_id.encode())


def _unwrap_all(keys: dict[str, bytes], passphrase: str | None, salt: bytes) -> dict[str, bytes]:
    if not passphrase:
        raise KeyMissing(_("密钥文件有口令保护，请设置 MEDIATION_KEY_PASSPHRASE。"))
    cipher = AESGCM(_stretch(passphrase, salt))
    try:
        return {
            key_id: cipher.decrypt(kept[:_NONCE], kept[_NONCE:], key_id.encode())
            for key_id, kept in keys.items()
        }
    except InvalidTag:
        raise KeyMissing(_("密钥文件的口令不对。")) from None


def _stretch(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=2**16, r=8, p=1).derive(passphrase.encode())

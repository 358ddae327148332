"""A site's own certificate authority: one root, a lasting seal for each committee, one-off certificates for persons.

Such a certificate protects integrity and ties a signature to this site's root. It is not the certificate of a licensed
authority, and the signature made with it is not a 可靠电子签名 in the sense of the Electronic Signature Law, Art. 13.

Keys are EC P-256. A certificate holds the name as it stands on the paper and the role, never an ID number. One-off keys
are handed out as bytes and kept nowhere: who signs with one throws it away.
"""

import base64
import contextlib
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from mediation.crypto import Keyring, sha256, write_once
from mediation.errors import KeyMissing, SigningError
from mediation.language import _

_CODED = re.compile(r"\[U\+(0[0-9A-F]{3}|[1-9A-F][0-9A-F]{3,4}|10[0-9A-F]{4})\]")
_ROOT_FILE = "root.sealed"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What one signs with: a PKCS#8 key and a certificate, both DER. Plain bytes, so that a worker can be given them."""

    key: bytes = field(repr=False)
    certificate: bytes

    @property
    def certificate_sha256(self) -> str:
        """The certificate's fingerprint, as the trail records it for a slot."""
        return sha256(self.certificate)


@dataclass(frozen=True)
class Authority:
    """A site's root: issues certificates, signs trail heads and trust bundles."""

    key: bytes = field(repr=False)
    root: bytes

    @property
    def root_fingerprint(self) -> str:
        """SHA-256 of the root certificate, hexadecimal: what people compare by eye and the QR code holds."""
        return sha256(self.root)

    def issue_seal(self, committee: str, at: datetime) -> Credentials:
        """A committee's lasting seal key and certificate, good as long as the root."""
        return self._issue(committee, _("印章"), "seal", at)

    def issue_one_off(self, name: str, role: str, at: datetime) -> Credentials:
        """A key and certificate for one signature of one person; `role` is the word on the paper (申请人, 调解员 …).

        It runs as long as the root: verification judges it at the signing time that the trail recorded.
        """
        return self._issue(name, role, "person", at)

    def sign_head(self, head: bytes) -> str:
        """Sign a head of the audit trail; base64."""
        return self._sign("trail head", head)

    def sign_bundle(self, body: bytes) -> str:
        """Sign the body of a trust bundle; base64."""
        return self._sign("trust bundle", body)

    def _issue(self, name: str, role: str, kind: str, at: datetime) -> Credentials:
        from mediation.documents import certificates  # noqa: PLC0415  heavy

        key, certificate = certificates.issue(self.key, self.root, name, role, kind, at)
        return Credentials(key=key, certificate=certificate)

    def _sign(self, purpose: str, data: bytes) -> str:
        from mediation.documents import certificates  # noqa: PLC0415  heavy

        return base64.b64encode(certificates.sign(self.key, _with_purpose(purpose, data))).decode()


def create_authority(site_name: str, at: datetime) -> Authority:
    """A new root for a site, good from a day before `at` for 60 years."""
    from mediation.documents import certificates  # noqa: PLC0415  heavy

    key, root = certificates.create_root(site_name, at)
    return Authority(key=key, root=root)


def name_in(subject: str) -> str:
    """A name as a certificate holds it, with its rare characters restored."""
    return _CODED.sub(lambda found: chr(int(found[1], 16)), subject)


def verify_head(root: bytes, head: bytes, signature: str) -> bool:
    """Did this root sign this head of the trail?"""
    return _did_sign(root, "trail head", head, signature)


def verify_bundle(root: bytes, body: bytes, signature: str) -> bool:
    """Did this root sign this body of a trust bundle?"""
    return _did_sign(root, "trust bundle", body, signature)


def seal_credentials(credentials: Credentials, keyring: Keyring, what: str) -> bytes:
    """Encrypt a key and its certificate for keeping; `what` names them and must be given again to open them."""
    return keyring.encrypt(_pack(credentials.key, credentials.certificate), f"credentials {what}")


def open_credentials(sealed: bytes, keyring: Keyring, what: str) -> Credentials:
    """Decrypt a kept key; StorageError if it was altered or kept as something else."""
    key, certificate = _unpack(keyring.decrypt(sealed, f"credentials {what}"))
    return Credentials(key=key, certificate=certificate)


def keep_authority(authority: Authority, keyring: Keyring, folder: Path) -> None:
    """Write the root's key and certificate, encrypted, to `folder` (0700); refuses to overwrite one."""
    _keep(seal_credentials(Credentials(authority.key, authority.root), keyring, "root"), folder / _ROOT_FILE)


def has_authority(folder: Path) -> bool:
    """Is a root kept there?"""
    return (folder / _ROOT_FILE).exists()


def load_authority(keyring: Keyring, folder: Path) -> Authority:
    """The root kept in `folder`; KeyMissing says that there is none."""
    credentials = open_credentials(_read(folder / _ROOT_FILE), keyring, "root")
    return Authority(key=credentials.key, root=credentials.certificate)


def keep_seal(seal: Credentials, committee_code: str, keyring: Keyring, folder: Path) -> None:
    """Write a committee's seal key and certificate, encrypted, to `folder`; refuses to overwrite one."""
    _keep(seal_credentials(seal, keyring, f"seal {committee_code}"), _seal_file(folder, committee_code))


def load_seal(committee_code: str, keyring: Keyring, folder: Path) -> Credentials:
    """A committee's seal; KeyMissing says that there is none."""
    return open_credentials(_read(_seal_file(folder, committee_code)), keyring, f"seal {committee_code}")


def has_seal(committee_code: str, folder: Path) -> bool:
    """Is a seal kept for this committee?"""
    return _seal_file(folder, committee_code).exists()


def _seal_file(folder: Path, committee_code: str) -> Path:
    # The code comes from a site's file: hashed, it cannot name another path.
    return folder / f"seal-{sha256(committee_code.encode())[:24]}.sealed"


def _with_purpose(purpose: str, data: bytes) -> bytes:
    # The root signs certificates too; the text in front keeps one kind of signature from passing as another.
    return f"mediation {purpose} v1\n".encode() + data


def _did_sign(root: bytes, purpose: str, data: bytes, signature: str) -> bool:
    from mediation.documents import certificates  # noqa: PLC0415  heavy

    with contextlib.suppress(ValueError):
        return certificates.did_sign(
            root, _with_purpose(purpose, data), base64.b64decode(signature, validate=True)
        )
    return False


def _pack(key: bytes, certificate: bytes) -> bytes:
    content = {"key": base64.b64encode(key).decode(), "certificate": base64.b64encode(certificate).decode()}
    return json.dumps(content).encode()


def _unpack(packed: bytes) -> tuple[bytes, bytes]:
    content = json.loads(packed)
    return base64.b64decode(content["key"]), base64.b64decode(content["certificate"])


def _keep(sealed: bytes, path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        write_once(path, sealed)
    except FileExistsError:
        raise SigningError(_("签名密钥 {path} 已存在，不会覆盖。").format(path=path)) from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise KeyMissing(
            _("找不到签名密钥 {path}：请先运行 mediation init，或从备份恢复。").format(path=path)
        ) from None

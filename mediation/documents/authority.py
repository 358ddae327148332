"""A site's own certificate authority: one root, a lasting seal for each committee, one-off certificates for persons.

Such a certificate protects integrity and ties a signature to this site's root. It is not the certificate of a licensed
authority, and the signature made with it is not a 可靠电子签名 in the sense of the Electronic Signature Law, Art. 13.

Keys are EC P-256. A certificate holds the name as it stands on the paper and the role, never an ID number. One-off keys
are handed out as bytes and kept nowhere: who signs with one throws it away.
"""

import base64
import contextlib
import json
import os
import re
import stringprep
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from cryptography.x509.oid import NameOID, ObjectIdentifier

from mediation.crypto import Keyring, sha256
from mediation.errors import KeyMissing, SigningError
from mediation.language import _

ROOT_YEARS = 60
_CLOCK_LEEWAY = timedelta(days=1)
_NAME_LIMIT = 64  # RFC 5280 A.1, ub-common-name; the library counts bytes of UTF-8
_LONGEST_NAME = 200
_DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336
_FORBIDDEN = (
    stringprep.in_table_a1,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c8,
    stringprep.in_table_d1,
    lambda one: one in "\0\ufffd",
)
_CODED = re.compile(r"\[U\+(0[0-9A-F]{3}|[1-9A-F][0-9A-F]{3,4}|10[0-9A-F]{4})\]")
_ECDSA = ec.ECDSA(hashes.SHA256())
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
        root = self._certificate
        if not root.not_valid_before_utc <= at <= root.not_valid_after_utc:
            raise SigningError(
                _("根证书在 {at} 不在有效期内({start} 至 {end}),不能签发证书。").format(
                    at=at.date(), start=root.not_valid_before_utc.date(), end=root.not_valid_after_utc.date()
                )
            )
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _subject(name, role, kind)
        usage = _key_usage(digital_signature=True, content_commitment=True)
        builder = (
            _builder(subject, root.subject, key.public_key(), at, root.not_valid_after_utc)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.ExtendedKeyUsage([_DOCUMENT_SIGNING]), critical=False)
            .add_extension(_authority_key(self._private_key), critical=False)
        )
        certificate = builder.sign(self._private_key, hashes.SHA256())
        return Credentials(key=_key_bytes(key), certificate=certificate.public_bytes(Encoding.DER))

    def _sign(self, purpose: str, data: bytes) -> str:
        return base64.b64encode(self._private_key.sign(_with_purpose(purpose, data), _ECDSA)).decode()

    @cached_property
    def _certificate(self) -> x509.Certificate:
        return x509.load_der_x509_certificate(self.root)

    @cached_property
    def _private_key(self) -> ec.EllipticCurvePrivateKey:
        return _load_key(self.key)


def create_authority(site_name: str, at: datetime) -> Authority:
    """A new root for a site, good from a day before `at` for 60 years."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _subject(site_name, _("根证书"), "root")
    until = at + timedelta(days=365.25 * ROOT_YEARS)
    certificate = (
        _builder(name, name, key.public_key(), at - _CLOCK_LEEWAY, until)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(key_cert_sign=True, crl_sign=True, digital_signature=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Authority(key=_key_bytes(key), root=certificate.public_bytes(Encoding.DER))


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


def _subject(name: str, role: str, kind: str) -> x509.Name:
    """The name with its role; one too long for a common name is shortened there and whole as the organisation's."""
    if not name.strip():
        raise SigningError(_("签名人的姓名是空的,不能签发证书。"))
    try:
        name.encode()
    except UnicodeEncodeError:
        raise SigningError(_("签名人的姓名里有不是文字的字符,不能签发证书。")) from None
    short = name = name[:_LONGEST_NAME]
    whole = _certifiable(f"{name}({role})")
    while short and len(_certifiable(f"{short}…({role})").encode()) > _NAME_LIMIT:
        short = short[:-1]
    fits = len(whole.encode()) <= _NAME_LIMIT
    attributes = [
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, kind),
        x509.NameAttribute(NameOID.COMMON_NAME, whole if fits else _certifiable(f"{short}…({role})")),
    ]
    if not fits:
        attributes.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, whole))
    return x509.Name(attributes)


def _certifiable(text: str) -> str:
    """The text with its number for each character that a certificate must not hold: `[U+2CC56]`.

    RFC 4518 compares names by Unicode 3.2, which lacks half of the rare characters of names, and forbids mixing
    directions. A program that keeps to it finds no path to the root for such a certificate.
    """
    return "".join(f"[U+{ord(one):04X}]" if _is_forbidden(one) else one for one in text)


def _is_forbidden(character: str) -> bool:
    return any(
        forbids(one)
        for one in unicodedata.normalize("NFKC", stringprep.map_table_b2(character))
        for forbids in _FORBIDDEN
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, start: datetime, end: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start.replace(microsecond=0))
        .not_valid_after(end.replace(microsecond=0))
    )


def _key_usage(
    *,
    digital_signature: bool = False,
    content_commitment: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=content_commitment,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _authority_key(key: ec.EllipticCurvePrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _key_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def _load_key(key: bytes) -> ec.EllipticCurvePrivateKey:
    loaded = load_der_private_key(key, password=None)
    if not isinstance(loaded, ec.EllipticCurvePrivateKey):
        raise KeyMissing(_("根密钥不是 EC P-256 密钥。"))
    return loaded


def _with_purpose(purpose: str, data: bytes) -> bytes:
    # The root signs certificates too; the text in front keeps one kind of signature from passing as another.
    return f"mediation {purpose} v1\n".encode() + data


def _did_sign(root: bytes, purpose: str, data: bytes, signature: str) -> bool:
    with contextlib.suppress(ValueError, InvalidSignature):
        public = x509.load_der_x509_certificate(root).public_key()
        if isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(base64.b64decode(signature, validate=True), _with_purpose(purpose, data), _ECDSA)
            return True
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
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise SigningError(_("签名密钥 {path} 已存在,不会覆盖。").format(path=path)) from None
    with os.fdopen(handle, "wb") as file:
        file.write(sealed)
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise KeyMissing(
            _("找不到签名密钥 {path}:请先运行 mediation init,或从备份恢复。").format(path=path)
        ) from None

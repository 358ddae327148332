"""What a site's own root makes with its key: certificates and signatures. Bytes in, bytes out.

Apart from authority.py because the library of certificates is heavy: only who issues, signs or checks one needs it.
"""

import contextlib
import stringprep
import unicodedata
from datetime import datetime, timedelta
from functools import lru_cache

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

from mediation.errors import KeyMissing, SigningError
from mediation.language import _

_ROOT_YEARS = 60
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
_ECDSA = ec.ECDSA(hashes.SHA256())


def create_root(site_name: str, at: datetime) -> tuple[bytes, bytes]:
    """A new root's key (PKCS#8) and certificate (DER), good from a day before `at` for 60 years."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _subject(site_name, _("根证书"), "root")
    until = at + timedelta(days=365.25 * _ROOT_YEARS)
    certificate = (
        _builder(name, name, key.public_key(), at - _CLOCK_LEEWAY, until)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(key_cert_sign=True, crl_sign=True, digital_signature=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return _key_bytes(key), certificate.public_bytes(Encoding.DER)


def issue(root_key: bytes, root: bytes, name: str, role: str, kind: str, at: datetime) -> tuple[bytes, bytes]:
    """A new key (PKCS#8) and its certificate (DER), good from `at` as long as the root. SigningError outside its term."""
    issuer, issuer_key = x509.load_der_x509_certificate(root), _private_key(root_key)
    if not issuer.not_valid_before_utc <= at <= issuer.not_valid_after_utc:
        raise SigningError(
            _("根证书在 {at} 不在有效期内（{start} 至 {end}），不能签发证书。").format(
                at=at.date(), start=issuer.not_valid_before_utc.date(), end=issuer.not_valid_after_utc.date()
            )
        )
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _subject(name, role, kind)
    usage = _key_usage(digital_signature=True, content_commitment=True)
    certificate = (
        _builder(subject, issuer.subject, key.public_key(), at, issuer.not_valid_after_utc)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([_DOCUMENT_SIGNING]), critical=False)
        .add_extension(_authority_key(issuer_key), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )
    return _key_bytes(key), certificate.public_bytes(Encoding.DER)


def sign(root_key: bytes, data: bytes) -> bytes:
    """The root's signature over data."""
    return _private_key(root_key).sign(data, _ECDSA)


def did_sign(root: bytes, data: bytes, signature: bytes) -> bool:
    """Did the key of this root certificate sign the data? False also for a root that is none."""
    with contextlib.suppress(ValueError, InvalidSignature):
        public = x509.load_der_x509_certificate(root).public_key()
        if isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, data, _ECDSA)
            return True
    return False


@lru_cache(maxsize=4)
def _private_key(key: bytes) -> ec.EllipticCurvePrivateKey:
    loaded = load_der_private_key(key, password=None)
    if not isinstance(loaded, ec.EllipticCurvePrivateKey):
        raise KeyMissing(_("根密钥不是 EC P-256 密钥。"))
    return loaded


def _subject(name: str, role: str, kind: str) -> x509.Name:
    """The name with its role; one too long for a common name is shortened there and whole as the organisation's."""
    if not name.strip():
        raise SigningError(_("签名人的姓名是空的，不能签发证书。"))
    try:
        name.encode()
    except UnicodeEncodeError:
        raise SigningError(_("签名人的姓名里有不是文字的字符，不能签发证书。")) from None
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

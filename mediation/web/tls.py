"""TLS on the office network: an authority of its own for the server's certificate, apart from the root that signs papers.

Its own root may vouch for private addresses and for the names that it was made for, and for nothing else (RFC 5280 §4.2.1.10): whoever
lets a tablet trust it does not put every other connection of that tablet into our hands. It may vouch for servers alone (§4.2.1.12), not
for programs or mail, which the store of Windows would take of it. The verifier of papers never looks at it.
"""

import ipaddress
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mediation.crypto import Keyring
from mediation.errors import InputInvalid, Problem
from mediation.language import _, joined

_ROOT_TERM = timedelta(days=3650)
_TERM = timedelta(days=397)  # what browsers take at most
_RENEW_BEFORE = timedelta(days=30)
_SEALED = "tls.root.key"
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2, forward secrecy and authenticated encryption only; of 1.3 there are no others. Older ones Python refuses."""
_LONGEST_NAME = 253
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_OURS = "Mediation office network"
_NO_MAILBOX = "mail.invalid"
"""No such host can be (RFC 2606 §2). Mail is excluded by what alone is permitted: OpenSSL takes the empty name, which says all, for none."""
_HOST_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_PRIVATE = (
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "fc00::/7",
    "::1/128",
)


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """What the server reads, and the root that tablets are to trust."""

    certificate: Path
    key: Path
    root: bytes
    fingerprint: str
    names: tuple[str, ...]


def prepare(folder: Path, keyring: Keyring, names: list[str], now: datetime) -> TlsFiles:
    """The server's certificate for these names and addresses, made or renewed if it must be; the root is made once.

    Raises InputInvalid for a public address, and for a name that the root was not made for.
    """
    wanted = _checked(names)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    root, root_key = _root(folder, keyring, wanted, now)
    _refuse_strangers(root, wanted)
    certificate, key = folder / "server.crt", folder / "server.key"
    if not _is_good(certificate, root, wanted, now):
        _issue(certificate, key, root, root_key, wanted, now)
    return TlsFiles(
        certificate,
        key,
        root.public_bytes(Encoding.PEM),
        spelled(root.fingerprint(hashes.SHA256())),
        tuple(wanted),
    )


def spoken_by_the_server(tls: TlsFiles | None) -> dict[str, Any]:
    """What uvicorn is told of TLS; nothing if it speaks none."""
    if tls is None:
        return {}
    return {
        "ssl_certfile": tls.certificate,
        "ssl_keyfile": tls.key,
        "ssl_ciphers": CIPHERS,
        "ssl_context_factory": _newer_only,
    }


def _newer_only(_config: Any, usual: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    """Said aloud: Debian's Python leaves the oldest version to the system's OpenSSL."""
    context = usual()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def spelled(digest: bytes) -> str:
    """A fingerprint in groups of four, to be compared by eye."""
    text = digest.hex().upper()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def _checked(names: list[str]) -> list[str]:
    problems = []
    wanted = list(dict.fromkeys([*(name.strip().lower() for name in names), "localhost", "127.0.0.1"]))
    for name in wanted:
        address = _address(name)
        if address is not None and not any(
            address in ipaddress.ip_network(one)
            for one in _PRIVATE
            if address.version == ipaddress.ip_network(one).version
        ):
            message = _("{name} 不是内部网络的地址；对外提供请用正式证书和反向代理").format(name=name)
            problems.append(Problem(message, key="name"))
        elif address is None and not _is_name(name):
            problems.append(Problem(_("{name} 不是主机名").format(name=name), key="name"))
    if problems:
        raise InputInvalid(problems)
    return wanted


def _address(name: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(name)
    except ValueError:
        return None


def _is_name(name: str) -> bool:
    """A host name (RFC 1123 §2.1)."""
    return len(name) <= _LONGEST_NAME and _HOST_NAME.fullmatch(name) is not None


def _root(
    folder: Path, keyring: Keyring, names: list[str], now: datetime
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    shown, sealed = folder / "root.crt", folder / "root.sealed"
    if shown.exists() and sealed.exists():
        key = load_der_private_key(keyring.decrypt(sealed.read_bytes(), _SEALED), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return x509.load_pem_x509_certificate(shown.read_bytes()), key
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _OURS)])
    permitted: list[x509.GeneralName] = [x509.IPAddress(ipaddress.ip_network(one)) for one in _PRIVATE]
    permitted += [x509.DNSName(one) for one in names if _address(one) is None]
    # No directory name: a client that does not know such a constraint has to refuse the root that bears it (RFC 5280 §4.2.1.10).
    permitted += [x509.RFC822Name(_NO_MAILBOX)]
    root = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _ROOT_TERM)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=False,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=True,
                crl_sign=True,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    _write(sealed, keyring.encrypt(plain, _SEALED))
    _write(shown, root.public_bytes(Encoding.PEM))
    return root, key


def _refuse_strangers(root: x509.Certificate, names: list[str]) -> None:
    permitted = root.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    known = {one.value for one in permitted if isinstance(one, x509.DNSName)}
    strange = [name for name in names if _address(name) is None and name not in known]
    if strange:
        message = _(
            "内网根证书建立时没有写入主机名 {names}。可以用地址访问；要用新名字，请删去 keys/tls 后重新建立，并让平板重新信任"
        )
        raise InputInvalid([Problem(message.format(names=joined(strange)), key="name")])


def _is_good(path: Path, root: x509.Certificate, names: list[str], now: datetime) -> bool:
    if not path.exists():
        return False
    found = x509.load_pem_x509_certificate(path.read_bytes())
    said = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    held = {str(one.value) for one in said}
    return (
        found.issuer == root.subject
        and set(names) <= held
        and found.not_valid_before_utc <= now < found.not_valid_after_utc - _RENEW_BEFORE
    )


def _issue(
    path: Path,
    key_path: Path,
    root: x509.Certificate,
    root_key: ec.EllipticCurvePrivateKey,
    names: list[str],
    now: datetime,
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    spoken: list[x509.GeneralName] = [
        x509.IPAddress(address) if (address := _address(name)) is not None else x509.DNSName(name)
        for name in names
    ]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])]))
        .issuer_name(root.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(min(now + _TERM, root.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(spoken), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False
        )
        .sign(root_key, hashes.SHA256())
    )
    _write(key_path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    _write(path, certificate.public_bytes(Encoding.PEM))


def _write(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(content)

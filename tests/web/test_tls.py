"""The office network's own certificate: browsers that trust its root accept it, for these names and no others."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mediation.errors import InputInvalid
from mediation.web import tls
from mediation.web.app import build_app

NOW = datetime.now(UTC)
NAMES = ["tiaojie.lan", "192.168.1.20"]


def handshake(files, host, root=None):
    """What a browser finds that trusts the root: None, or the reason why it turns away."""
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(files.certificate, files.key)
    client_side = ssl.create_default_context(cadata=(root or files.root).decode())
    return shake(server_side, client_side, host)


def shake(server_side, client_side, host):
    """What either side finds: None, or the reason why it turns away."""
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = server_side.wrap_bio(to_server, to_client, server_side=True)
    client = client_side.wrap_bio(to_client, to_server, server_hostname=host)
    for _turn in range(4):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLCertVerificationError as error:
                return error.verify_message
            except ssl.SSLError as error:
                return error.reason
    return None


@pytest.fixture
def files(tmp_path, keyring):
    return tls.prepare(tmp_path / "tls", keyring, NAMES, NOW)


def test_browser_that_trusts_the_root_is_let_in_by_each_name(files):
    assert [handshake(files, name) for name in (*NAMES, "localhost", "127.0.0.1")] == [None] * 4


def test_server_speaks_newer_tls_with_forward_secrecy_only(files):
    config = uvicorn.Config(lambda: None, **tls.spoken_by_the_server(files))
    config.load()
    assert config.ssl.minimum_version is ssl.TLSVersion.TLSv1_2
    names = [one["name"] for one in config.ssl.get_ciphers()]
    assert [name for name in names if not name.startswith(("TLS_", "ECDHE-"))] == []
    assert [name for name in names if "GCM" not in name and "POLY1305" not in name] == []
    assert tls.spoken_by_the_server(None) == {}


def test_other_name_or_other_root_is_turned_away(files, tmp_path, keyring):
    assert "mismatch" in handshake(files, "192.168.1.21").lower()
    other = tls.prepare(tmp_path / "other", keyring, NAMES, NOW)
    assert handshake(files, "tiaojie.lan", other.root) is not None


def test_root_can_vouch_for_nobody_elses_site(files, tmp_path, keyring):
    root, key = tls._root(tmp_path / "tls", keyring, NAMES, NOW)
    evil, evil_key = tmp_path / "evil.crt", tmp_path / "evil.key"
    tls._issue(evil, evil_key, root, key, ["bank.example", "8.8.8.8"], NOW)
    forged = tls.TlsFiles(evil, evil_key, files.root, "", ())
    assert "permitted subtree violation" in handshake(forged, "bank.example")


def signed(key, issuer, subject, names, usage):
    """A certificate as a thief of the root's key would make it, with its own key, in one file."""
    own = ec.generate_private_key(ec.SECP256R1())
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(kind, said) for kind, said in subject]))
        .issuer_name(issuer)
        .public_key(own.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return made.public_bytes(Encoding.PEM), plain


SERVER = x509.DNSName("tiaojie.lan")
OURS = (NameOID.ORGANIZATION_NAME, "Mediation office network")


@pytest.mark.parametrize(
    ("subject", "names"),
    [
        ([OURS], [SERVER, x509.RFC822Name("boss@county.example")]),
        ([OURS, (NameOID.EMAIL_ADDRESS, "boss@county.example")], [SERVER]),
    ],
)
def test_root_can_vouch_for_no_mailbox(files, tmp_path, keyring, subject, names):
    root, key = tls._root(tmp_path / "tls", keyring, NAMES, NOW)
    forged, plain = tmp_path / "forged.crt", tmp_path / "forged.key"
    made = signed(key, root.subject, subject, names, ExtendedKeyUsageOID.SERVER_AUTH)
    for path, content in zip((forged, plain), made, strict=True):
        path.write_bytes(content)
    assert handshake(tls.TlsFiles(forged, plain, files.root, "", ()), "tiaojie.lan") == (
        "permitted subtree violation"
    )


def test_root_is_for_servers_alone(files, tmp_path, keyring):
    """Not for who comes in either: the root says it, whatever a certificate under it says (OpenSSL)."""
    root, key = tls._root(tmp_path / "tls", keyring, NAMES, NOW)
    said = root.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(said) == [ExtendedKeyUsageOID.SERVER_AUTH]
    client = tmp_path / "client.pem"
    client.write_bytes(b"".join(signed(key, root.subject, [OURS], [SERVER], ExtendedKeyUsageOID.CLIENT_AUTH)))
    server_side = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cadata=files.root.decode())
    server_side.load_cert_chain(files.certificate, files.key)
    server_side.verify_mode = ssl.CERT_REQUIRED
    client_side = ssl.create_default_context(cadata=files.root.decode())
    client_side.load_cert_chain(client)
    assert shake(server_side, client_side, "tiaojie.lan") == "unsuitable certificate purpose"


def test_root_of_before_stays_as_it_is_and_certificates_under_it_hold(tmp_path, keyring):
    folder, key = tmp_path / "tls", ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Mediation office network")])
    permitted = [x509.DNSName(one) for one in ("tiaojie.lan", "localhost")]
    permitted += [x509.IPAddress(ip_network(one)) for one in ("192.168.0.0/16", "127.0.0.0/8")]
    old = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir()
    (folder / "root.crt").write_bytes(old.public_bytes(Encoding.PEM))
    plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    (folder / "root.sealed").write_bytes(keyring.encrypt(plain, "tls.root.key"))
    found = tls.prepare(folder, keyring, NAMES, NOW)
    assert found.root == old.public_bytes(Encoding.PEM)
    assert [handshake(found, one) for one in NAMES] == [None, None]


def test_certificate_is_kept_until_a_month_before_its_end_and_renewed_then(files, tmp_path, keyring):
    kept = files.certificate.read_bytes()
    tls.prepare(tmp_path / "tls", keyring, NAMES, NOW + timedelta(days=300))
    assert files.certificate.read_bytes() == kept
    later = tls.prepare(tmp_path / "tls", keyring, NAMES, NOW + timedelta(days=380))
    assert files.certificate.read_bytes() != kept
    assert later.root == files.root


def test_new_address_gets_a_new_certificate_under_the_same_root(files, tmp_path, keyring):
    more = tls.prepare(tmp_path / "tls", keyring, [*NAMES, "10.0.0.7"], NOW)
    assert (more.root, handshake(more, "10.0.0.7")) == (files.root, None)


def test_new_name_and_what_is_no_inner_address_are_refused_all_at_once(files, tmp_path, keyring):
    with pytest.raises(InputInvalid) as told:
        tls.prepare(tmp_path / "tls", keyring, ["8.8.8.8", "bad name", "-x"], NOW)
    assert len(told.value.problems) == 3
    with pytest.raises(InputInvalid, match="没有写入主机名 other"):
        tls.prepare(tmp_path / "tls", keyring, ["other"], NOW)


def test_keys_are_for_the_owner_alone_and_the_roots_is_sealed(files, tmp_path):
    folder = tmp_path / "tls"
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert b"PRIVATE" not in (folder / "root.sealed").read_bytes()


def test_root_of_the_network_is_not_the_root_of_the_papers(files, instance):
    papers = x509.load_der_x509_certificate(instance.authority.root)
    network = x509.load_pem_x509_certificate(files.root)
    assert papers.public_key() != network.public_key()
    assert papers.subject != network.subject


def test_page_of_trust_shows_the_fingerprint_and_hands_out_the_root(files, instance, clock):
    from starlette.testclient import TestClient

    client = TestClient(build_app(instance, tls=files), base_url="https://tiaojie.lan")
    shown = client.get("/trust")
    assert shown.status_code == 200
    assert files.fingerprint in shown.text
    assert '<a class="btn small" href="/">登录</a>' in shown.text
    english = client.get("/language/en?back=/trust")
    assert (english.url.path, "Log in" in english.text) == ("/trust", True)
    handed = client.get("/trust/root.crt")
    assert (handed.content, handed.headers["content-type"]) == (files.root, "application/x-x509-ca-cert")
    assert TestClient(build_app(instance), base_url="http://127.0.0.1").get("/trust").status_code == 404


def test_cookie_over_tls_is_bound_to_the_host(files, instance, clock):
    from starlette.testclient import TestClient

    from mediation.accounts import keeping

    with instance.database.writing() as session:
        _account, first = keeping.make_account(session, "tls-test", clock.now(), by="test", kind="audit")
    client = TestClient(build_app(instance, tls=files), base_url="https://tiaojie.lan")
    answer = client.post("/login", data={"name": "tls-test", "password": first}, follow_redirects=False)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-sid=")
    assert "Secure" in cookie
    assert "Domain" not in cookie

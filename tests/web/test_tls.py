"""The office network's own certificate: browsers that trust its root accept it, for these names and no others."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
import uvicorn
from cryptography import x509

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

"""One call: only a 2xx is taken; slow, broken, redirecting and untrusted receivers are told apart."""

import datetime as dt
import ipaddress
import re
import socket
import ssl
import threading
import time
from email.utils import formatdate

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mediation.errors import Faults
from mediation.webhooks.addresses import read_target
from mediation.webhooks.calling import Answered, call

INSIDE = ["127.0.0.1"]


def called(url, seconds=10.0, inside=INSIDE):
    target = read_target(url, inside, Faults())
    assert target is not None
    return call(target, b"{}", {"webhook-id": "m"}, inside, seconds, dt.datetime.now(dt.UTC))


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (200, {}, Answered()),
        (204, {}, Answered()),
        (301, {"Location": "http://127.0.0.1:1/"}, Answered("redirect")),
        (302, {"Location": "http://169.254.169.254/"}, Answered("redirect")),
        (400, {}, Answered("http_400")),
        (410, {}, Answered("gone")),
        (429, {"Retry-After": "90"}, Answered("http_429", 90)),
        (503, {"Retry-After": "99999999"}, Answered("http_503", 6 * 3600)),
        (503, {"Retry-After": "Fri, 31 Dec 2100 23:59:59 GMT"}, Answered("http_503", 6 * 3600)),
        (503, {"Retry-After": "Mon, 01 Jan 2001 00:00:00 GMT"}, Answered("http_503")),
        (503, {"Retry-After": "soon"}, Answered("http_503")),
        (500, {}, Answered("http_500")),
    ],
)
def test_status_decides_and_no_redirect_is_followed(receiver, status, headers, expected):
    receiver.answers = [(status, headers)]
    assert called(receiver.url) == expected
    assert len(receiver.taken) == 1


def test_date_to_wait_for_is_counted_from_the_receivers_own_clock(receiver):
    receiver.answers = [(503, {"Retry-After": formatdate(time.time() + 600, usegmt=True)})]
    target = read_target(receiver.url, INSIDE, Faults())
    long_ago = dt.datetime(2001, 1, 1, tzinfo=dt.UTC)
    assert call(target, b"{}", {}, INSIDE, 2.0, long_ago).pause in range(590, 601)


def test_what_is_sent_names_the_host_and_closes(receiver):
    called(f"{receiver.url}?a=b")
    [taken] = receiver.taken
    port = receiver.url.split(":")[2].split("/")[0]
    assert (taken.path, taken.body) == ("/hook?a=b", b"{}")
    assert (taken.headers["host"], taken.headers["connection"]) == (f"127.0.0.1:{port}", "close")


def test_nobody_there_is_unreachable(closed_port):
    assert called(f"http://127.0.0.1:{closed_port}/") == Answered("unreachable")


def test_inner_host_that_is_not_named_is_not_even_connected_to(receiver):
    target = read_target(receiver.url, INSIDE, Faults())
    assert call(target, b"{}", {}, [], 2.0, dt.datetime.now(dt.UTC)) == Answered("not_allowed")
    assert receiver.taken == []


def test_receiver_that_never_answers_is_left_in_time(receiver):
    receiver.answers = [(0, {})]
    began = time.monotonic()
    assert called(receiver.url, 0.3) == Answered("timeout")
    assert time.monotonic() - began < 20  # half a minute, if it were waited for


def dripping(first: bytes, drop: bytes):
    """A server that answers drop by drop for ever; its address."""
    server = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve():
        connection, _address = server.accept()
        with connection:
            connection.recv(65536)
            try:
                connection.sendall(first)
                while not over.wait(0.02):
                    connection.sendall(drop)
            except OSError:
                return

    thread = threading.Thread(target=serve)
    thread.start()
    return server, over, thread


@pytest.mark.parametrize(
    ("first", "drop", "expected"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 60, "unreachable"),  # headers without end: more than a hundred
        (b"HTTP/1.1 200 OK\r\nX: ", b"y", "timeout"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n", "timeout"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"z" * 1000, ""),  # a body without end is not read
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", b"z" * 1000, ""),
        (b"not HTTP at all\r\n\r\n", b"", "unreachable"),
    ],
)
def test_answer_without_end_holds_nobody(first, drop, expected):
    server, over, thread = dripping(first, drop)
    began = time.monotonic()
    try:
        why = called(
            f"http://127.0.0.1:{server.getsockname()[1]}/", 0.5 if expected == "timeout" else 10.0
        ).why
    finally:
        over.set()
        server.close()
        thread.join()
    assert (why, time.monotonic() - began < 20) == (expected, True)


def hear_out(connection):
    """The whole request: whoever hangs up before its end is taken for unreachable."""
    asked = b""
    while True:
        head, end, body = asked.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        if end and len(body) >= (int(length[1]) if length else 0):
            return
        more = connection.recv(65536)
        if not more:
            return
        asked += more


@pytest.fixture
def encrypted(tmp_path, monkeypatch):
    """A receiver with TLS; trusted only once its certificate is among those that this machine trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    file, whole = tmp_path / "trusted.pem", tmp_path / "server.pem"
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    whole.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + file.read_bytes()
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(whole)
    server = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve():
        while not over.is_set():
            try:
                raw, _address = server.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(raw, server_side=True) as connection:
                    hear_out(connection)
                    connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
            except OSError:
                raw.close()

    thread = threading.Thread(target=serve)
    thread.start()
    yield (
        f"https://127.0.0.1:{server.getsockname()[1]}/",
        lambda: monkeypatch.setenv("SSL_CERT_FILE", str(file)),
    )
    over.set()
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()


def test_certificate_must_be_trusted(encrypted):
    url, trust = encrypted
    assert called(url) == Answered("tls")
    trust()
    assert called(url) == Answered()

"""What is compressed on its way out, for whom."""

import gzip
import json

import pytest
from starlette.datastructures import Headers

from mediation.web.packing import LEAST, accepts_gzip, may_pack
from tests.web.conftest import REGISTRAR


def plainly(counter, path, **headers):
    """An answer's head, and its bytes before anything was unpacked."""
    with counter.client.stream("GET", path, headers=headers) as answered:
        return answered, b"".join(answered.iter_raw())


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("gzip; q=0", False),
        ("gzip;q=0.000", False),
        ("", False),
        ("br", False),
        ("*", False),
        ("notgzip", False),
    ],
)
def test_accepts_gzip_reads_names_and_weights(header, taken):
    assert accepts_gzip(header) is taken


@pytest.mark.parametrize(
    ("headers", "packed"),
    [
        ({}, True),
        ({"sec-fetch-site": "cross-site"}, True),
        ({"cookie": "sid=1", "sec-fetch-site": "same-origin"}, True),
        ({"cookie": "sid=1", "sec-fetch-site": "none"}, True),
        ({"cookie": "sid=1", "sec-fetch-site": "same-site"}, False),
        ({"cookie": "sid=1", "sec-fetch-site": "cross-site"}, False),
        ({"cookie": "language=en"}, False),
    ],
)
def test_answer_to_a_cookie_is_packed_only_for_our_own_pages(headers, packed):
    assert may_pack(Headers({"accept-encoding": "gzip", **headers})) is packed


def test_page_is_packed_and_unpacks_to_the_same(counter):
    head, packed = plainly(counter, "/login", **{"Accept-Encoding": "gzip"})
    _plain_head, plain = plainly(counter, "/login", **{"Accept-Encoding": "identity"})
    assert head.headers["content-encoding"] == "gzip"
    assert head.headers["content-length"] == str(len(packed))
    assert head.headers["vary"] == "Accept-Encoding"
    assert "script-src 'self'" in head.headers["content-security-policy"]
    assert (gzip.decompress(packed), len(packed) < len(plain)) == (plain, True)


def test_api_answer_is_packed_from_a_length_on(counter):
    counter.register()
    long, short = (
        counter.client.get(path, headers=counter.as_(REGISTRAR, **{"Accept-Encoding": "gzip"}))
        for path in ("/api/v1/openapi.json", "/api/v1/cases?limit=1")
    )
    assert (long.headers["content-encoding"], json.loads(long.content)["openapi"][:2]) == ("gzip", "3.")
    assert (len(short.content) < LEAST, "content-encoding" in short.headers) == (True, False)


def test_paper_goes_out_as_it_is(counter):
    ref = counter.register()
    counter.post(REGISTRAR, f"/cases/{ref}/papers/rights_notice", {"subject": "party-1"})
    answered = counter.get(REGISTRAR, f"/cases/{ref}/papers/rights_notice", subject="party-1")
    assert (answered.headers["content-type"], "content-encoding" in answered.headers) == (
        "application/pdf",
        False,
    )

"""No page weighs more than a slow line bears: compressed, with all that it loads at a first visit."""

import gzip

import pytest

from mediation.web.policy import POLICY
from tests.web.conftest import MEDIATOR
from tests.web.pages.weighing import (
    ADMINISTRATORS,
    MOST_AHEAD,
    MOST_RESIDENT,
    MOST_STAFF,
    NO_PAGES,
    PAGES,
    PARTY,
    bring,
    case_at,
    digits,
    is_for_residents,
    on_the_line,
    weigh,
)
from tests.web.test_policy import _routes


@pytest.fixture
def seated(at_desk, browser, account):
    """Whose browser looks at a page."""
    found = {}

    def sit(who):
        if who not in found:
            found[who] = (
                browser().log_in(account(f"{who}-weighing", who))
                if who in ADMINISTRATORS
                else at_desk(who)
                if who not in {"", PARTY}
                else browser()
            )
        return found[who].client

    return sit


def fetched(client):
    """Asks as a browser does at a first visit."""
    asking = {
        "Accept": "text/html,image/webp,*/*",
        "Accept-Encoding": "gzip",
        "Sec-Fetch-Site": "same-origin",
    }

    def fetch(address):
        with client.stream("GET", address, headers=asking) as answered:
            pieces = list(answered.iter_raw())
            assert answered.status_code == 200, (address, answered.status_code)
        body = b"".join(pieces)
        weight = on_the_line(answered.headers.raw, len(body))
        plain = gzip.decompress(body) if answered.headers.get("content-encoding") == "gzip" else body
        is_page = answered.headers["content-type"].startswith("text/html")
        return weight, plain.decode() if is_page else ""

    return fetch


def test_every_page_is_weighed(application):
    asked = {route.name for route in _routes(application) if route.name in POLICY and "GET" in route.methods}
    assert asked == {one.route for one in PAGES} | set(NO_PAGES)


def test_no_page_is_too_heavy_at_a_first_visit(instance, clock, seated):
    if not instance.database.on_sqlite:
        pytest.skip("pages weigh the same on either store")
    named = bring(instance)
    heavy = {}
    for one in PAGES:
        path = one.path.format(**named)
        if one.who == PARTY:
            seated(PARTY).post(f"{path}/who", data={"digits": digits()})
        most, ahead = (MOST_RESIDENT, MOST_AHEAD) if is_for_residents(one) else (MOST_STAFF, None)
        weight, _files = weigh(fetched(seated(one.who)), path, ahead)
        if weight > most:
            heavy[one.path] = weight
    assert heavy == {}


def test_pages_of_papers_are_weighed_by_the_longest_agreement(instance, clock):
    if not instance.database.on_sqlite:
        pytest.skip("the same on either store")
    assert (
        instance.room.pages(MEDIATOR, case_at(instance, "signing", heaviest=True), "agreement", "agreement-1")
        == 4
    )


def test_page_asked_for_by_a_foreign_page_goes_out_plain(at_desk):
    seated = at_desk("zhangxiaofeng").client
    for site, coding in (("cross-site", None), ("same-origin", "gzip")):
        headers = {"Sec-Fetch-Site": site, "Accept-Encoding": "gzip"}
        answered = seated.get("/cases?search=张某", headers=headers)
        assert (answered.status_code, answered.headers.get("content-encoding")) == (200, coding)

"""Errors as pages: a person gets a page, with what was asked for beside it."""

import pytest

from tests.web.conftest import REGISTRAR, error


def test_page_answers_a_body_over_the_limit_as_a_page(counter):
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for body in (b"a=" + bytes(2 * 1024 * 1024), iter([bytes(1024 * 1024)] * 2)):
        answered = counter.client.post("/login", content=body, headers=form)
        assert (answered.status_code, "用浏览器的后退键" in answered.text) == (413, True)
        assert answered.headers["content-type"].startswith("text/html")
        assert "script-src 'self'" in answered.headers["content-security-policy"]


def test_program_gets_a_sheet_and_a_person_a_page(counter, browser):
    for address in ("/api", "/api/", "/api/v1", "/api/v1/nothing", "/api/v1/cases/"):
        error(counter.client.get(address, headers=counter.as_(REGISTRAR)), 404, "NoSuchAddress")
    for address in ("/nothing", "/cases/", "/static/nothing.js"):
        answered = browser().client.get(address, follow_redirects=False)
        assert (answered.status_code, answered.headers["content-type"]) == (404, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    "referer",
    [
        "https://evil.example/127.0.0.1:8080//evil.example",
        "http://127.0.0.1:8080//evil.example",
        "javascript:0",
    ],
)
def test_way_back_from_an_error_leads_nowhere_else(counter, referer):
    text = counter.client.get("/nothing", headers={"Referer": referer}).text
    assert "evil.example" not in text
    assert "javascript:" not in text

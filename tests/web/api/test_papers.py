"""Issuing papers, reading them, and what they lack."""

import pytest

from tests.web.conftest import MEDIATOR, REGISTRAR, error


def test_paper_is_issued_and_read(counter):
    ref = counter.register()
    path = f"/cases/{ref}/papers/rights_notice"
    issued = counter.post(REGISTRAR, path, {"subject": "party-2"})
    assert (issued.status_code, sorted(issued.json())) == (201, ["document", "form", "subject"])
    read = counter.get(REGISTRAR, path, subject="party-2")
    assert (read.status_code, read.headers["content-type"]) == (200, "application/pdf")
    assert read.headers["content-disposition"] == 'inline; filename="rights_notice.pdf"'
    assert read.headers["document-id"] == issued.json()["document"]
    assert read.content.startswith(b"%PDF-")
    assert read.content == counter.instance.paper(REGISTRAR, ref, "rights_notice", "party-2")[0]


def test_paper_that_was_not_issued_is_not_found(counter):
    ref = counter.register()
    sheet = error(counter.get(REGISTRAR, f"/cases/{ref}/papers/agreement"), 404, "NotFound")
    assert sheet["detail"] == "这份文书还没有出具"


@pytest.mark.parametrize("method", ["get", "post"])
def test_unknown_form_is_not_found_and_the_known_ones_are_named(counter, method):
    ref = counter.register()
    path = f"/cases/{ref}/papers/diploma"
    answered = counter.get(REGISTRAR, path) if method == "get" else counter.post(REGISTRAR, path, {})
    assert error(answered, 404, "NotFound")["detail"].startswith("没有名为 diploma 的文书；现有：")


@pytest.mark.parametrize("form", ["%2e%2e%2fkeys", "Agreement", "a%00", "a" * 61])
def test_form_of_the_wrong_form_never_reaches_a_file(counter, form):
    ref = counter.register()
    answered = counter.get(REGISTRAR, f"/cases/{ref}/papers/{form}")
    assert answered.status_code in {404, 422}
    assert answered.headers["content-type"] == "application/problem+json"


def test_paper_that_lacks_facts_is_refused_with_all_of_them(counter):
    ref = counter.register()
    path = f"/cases/{ref}/papers/acceptance_register"
    missing = counter.get(REGISTRAR, f"{path}/missing").json()["missing"]
    assert [one.split(":")[0] for one in missing] == ["case.number", "case.accepted_on"]
    sheet = error(counter.post(REGISTRAR, path, {}), 422, "FactsMissing")
    assert [f"{one['key']}: {one['message']}" for one in sheet["problems"]] == missing
    assert counter.get(REGISTRAR, f"/cases/{ref}").json()["papers"] == []


def test_missing_facts_of_a_complete_paper_are_none(counter):
    ref = counter.register()
    answered = counter.get(REGISTRAR, f"/cases/{ref}/papers/rights_notice/missing", subject="party-1")
    assert answered.json() == {"missing": []}


def test_stranger_within_scope_may_read_but_not_issue(counter):
    ref = counter.register()
    path = f"/cases/{ref}/papers/rights_notice"
    counter.post(REGISTRAR, path, {"subject": "party-1"})
    above = "baijianguo:dispatcher"
    assert counter.get(above, path, subject="party-1").status_code == 200
    error(counter.post(above, path, {"subject": "party-2"}), 403, "NotPermitted")
    assert counter.get(MEDIATOR, path, subject="party-2").status_code == 404

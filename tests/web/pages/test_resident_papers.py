"""Verifying on the open pages: the file, or the code on the paper; never a name."""

from urllib.parse import urlencode

import pytest

from mediation.cases import queries
from tests.town import scanned_page
from tests.web.conftest import MEDIATOR, REGISTRAR
from tests.web.pages.test_signing import concluded

NAMES = ("张喆", "李玥", "张晓枫", "雨水倒灌", "示例一村一组")


@pytest.fixture
def notice(counter, instance):
    """A printed paper: its bytes and what its QR code holds."""
    ref = counter.register()
    counter.do(REGISTRAR, ref, "triage", tier="ordinary")
    counter.do(REGISTRAR, ref, "keep")
    counter.do(REGISTRAR, ref, "accept")
    instance.issue(REGISTRAR, ref, "acceptance_register")
    pdf, document = instance.paper(REGISTRAR, ref, "acceptance_register")
    with instance.database.reading() as session:
        snapshot = queries.document_by_public_id(session, document).snapshot
    return pdf, snapshot["verify"]


@pytest.fixture
def by_hand(counter, instance):
    """An agreement signed in ink, its scan, and what its QR code holds."""
    ref = concluded(counter, "ink")
    counter.do(MEDIATOR, ref, "attach_scan", pages=[scanned_page()], signed_on="2026-03-02")
    counter.do(MEDIATOR, ref, "seal")
    text, document = instance.paper(MEDIATOR, ref, "agreement")
    picture, _id = instance.paper(MEDIATOR, ref, "scan")
    with instance.database.reading() as session:
        snapshot = queries.document_by_public_id(session, document).snapshot
    return text, picture, snapshot["verify"]


def test_what_was_signed_by_hand_is_told_as_what_it_is(by_hand, browser):
    text, picture, code = by_hand
    one = browser()
    upload(one, text)
    assert one.says(
        "是登记的文本，签名在纸上", "手写的签名是不是本人的，要看纸上的原件。", "处，扫描件已存档"
    )
    assert not one.says("还没有签完")
    one.client.cookies.set("language", "en")
    assert upload(one, text).says("only the paper itself can show", "places; the scan is kept")
    one.client.cookies.set("language", "zh")
    upload(one, picture)
    assert one.says("是手签文书的扫描件，没有改动过", "签字扫描件", "电子印章只证明扫描件存档以后没有改动过")
    assert not one.says("签名和印章都有效")
    assert "。 " not in one.text
    one.get(f"/p/d/{code['document_id']}?" + urlencode({"t": code["token"]}))
    assert one.says("有这份文书", "纸上手签", "处，扫描件已存档")
    assert not one.says("还没有签完")


def test_paper_voided_before_all_had_signed_is_told_to_be_void(counter, instance, browser):
    ref = concluded(counter)
    pdf, _document = instance.paper(MEDIATOR, ref, "agreement")
    assert upload(browser(), pdf).says("还没有签完")
    counter.do(MEDIATOR, ref, "reopen_talks", reason="对金额有异议")
    one = upload(browser(), pdf)
    assert one.says("已经作废", "请问调委会现在用哪一份")
    assert not one.says("还没有签完")


def upload(one, data, name="文书.pdf"):
    one.get("/p/verify")
    return one._took(one.client.post("/p/verify", files={"file": (name, data, "application/pdf")}))


def test_file_is_judged_in_plain_words_without_a_name(notice, browser):
    one = upload(browser(), notice[0])
    assert (one.status, one.says("还没有签完")) == (200, True)
    altered = upload(browser(), notice[0].replace(b"%%EOF", b"%%EOF\n%"))
    assert altered.status == 200
    assert not altered.says("是真的")
    for page in (one, altered):
        assert [word for word in NAMES if word in page.text] == []


@pytest.mark.parametrize("data", [b"%PDF-1.7", b"\x00" * 1000, b"<html>", b"PK\x03\x04"])
def test_other_files_are_told_to_be_none(browser, data):
    one = upload(browser(), data)
    assert (one.status, one.says("看不出来")) == (200, True)


def test_no_file_and_too_large_a_file_are_refused(browser):
    one = browser()
    assert upload(one, b"").status == 422
    assert one.says("请先选一个PDF文件")
    assert upload(one, b"%PDF-" + b"x" * (21 * 1024 * 1024)).status == 413


def test_code_on_a_paper_tells_number_and_date_but_no_name(notice, browser):
    code = notice[1]
    one = browser().get(f"/p/d/{code['document_id']}?" + urlencode({"t": code["token"], "r": "x"}))
    assert one.status == 200
    assert one.says("受理登记表", "印出日期")
    assert [word for word in NAMES if word in one.text] == []


def test_code_of_one_paper_opens_no_other(notice, browser, counter, instance):
    code = notice[1]
    one = browser()
    for token in ("", "x" * 43, "é"):
        assert one.get(f"/p/d/{code['document_id']}?" + urlencode({"t": token})).status == 404
    assert one.get(f"/p/d/{'a' * 26}?" + urlencode({"t": code["token"]})).status == 404
    assert one.says("没有查到这份文书")

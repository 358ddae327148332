"""Signing by a link: made by the clerk for one place, opened by one party, used once, recorded as what it was."""

import base64
import io
import re
from datetime import timedelta

import pytest
from PIL import Image, ImageDraw
from sqlmodel import select

from mediation.audit.models import AuditEvent
from mediation.cases.residents.models import SigningLink
from mediation.documents.models import SignatureSlot
from mediation.notices.models import Delivery
from tests.web.conftest import MEDIATOR, REGISTRAR, party

CLAUSE = {"obligor": 2, "obligee": 1, "act": "do", "what": "把排水沟修好", "due_on": "2026-03-20"}
SESSION = {
    "held_from": "2026-03-02T09:30",
    "place": "村调解室",
    "present": [1, 2],
    "body": ["达成一致。"],
    "result": "agreed",
}


@pytest.fixture
def signing(counter, clock):
    """Brings a case to the signing of its agreement."""

    def bring(**changes):
        ref = counter.register(title="张某与李某排水沟纠纷", **changes)
        counter.do(REGISTRAR, ref, "triage", tier="ordinary")
        counter.do(REGISTRAR, ref, "keep")
        counter.do(REGISTRAR, ref, "accept")
        people = [{"person": "yangmeixian"}, {"person": "zhangxiaofeng", "role": "recorder"}]
        counter.do(MEDIATOR, ref, "assign", mediators=people)
        clock.advance(timedelta(hours=1))
        counter.do(MEDIATOR, ref, "record_session", **SESSION)
        counter.do(
            MEDIATOR, ref, "draft_agreement", facts="雨水倒灌。", matters="谁修排水沟。", clauses=[CLAUSE]
        )
        counter.do(MEDIATOR, ref, "conclude_written")
        return ref

    return bring


@pytest.fixture
def link(browser, account):
    """Makes a link for a place; its path."""

    def make(ref, slot="party-01"):
        clerk = browser().log_in(account("yangmeixian")).get(f"/cases/{ref}/links")
        hidden = clerk.hidden(f"/cases/{ref}/links")
        clerk.raw_post(f"/cases/{ref}/links", {**hidden, "slot": slot})
        assert clerk.status == 200, clerk.text
        assert clerk.says("给张喆的链接做好了" if slot == "party-01" else "给李玥的链接做好了")
        return "/p/s/" + re.search(r"/p/s/([A-Za-z0-9_-]{43})<", clerk.text)[1]

    return make


def digits(ordinal, sex):
    return party("某", "applicant", sex, ordinal)["id_number"][-4:]


def opened(one, path, last=None):
    one.get(path)
    return one.post(f"{path}/who", {"digits": last or digits(1, "男")})


def drawn():
    image = Image.new("RGBA", (640, 280), (255, 255, 255, 0))
    ImageDraw.Draw(image).line([(40, 60), (300, 200), (520, 90)], fill=(10, 10, 30, 255), width=6)
    written = io.BytesIO()
    image.save(written, "PNG")
    return "data:image/png;base64," + base64.b64encode(written.getvalue()).decode()


def events(instance, ref):
    with instance.database.reading() as session:
        return list(
            session.exec(select(AuditEvent).where(AuditEvent.chain == ref).order_by(AuditEvent.ordinal))
        )


def test_party_reads_agrees_and_signs_once(signing, link, browser, instance, counter):
    ref = signing()
    path = link(ref)
    one = browser().get(path)
    assert one.says("身份证号码的最后四位")
    assert [word for word in ("张喆", "李玥", "雨水倒灌", "排水沟") if word in one.text] == []
    assert browser().get(f"{path}/pages/1").status == 404
    opened(one, path)
    assert one.says("张喆", "把排水沟修好", "文书全文")
    page = one.client.get(f"{path}/pages/1")
    assert (page.status_code, page.headers["content-type"], page.content[:4]) == (
        200,
        "image/png",
        b"\x89PNG",
    )
    assert len(page.content) < 250_000
    light = one.client.get(f"{path}/pages/1", headers={"Accept": "image/avif,image/webp,*/*;q=0.8"})
    assert (light.headers["content-type"], light.content[8:12]) == ("image/webp", b"WEBP")
    assert len(light.content) < len(page.content)
    assert one.client.get(f"{path}/pages/40").status_code == 404
    assert one.post(path, {"drawing": drawn()}).status == 422
    assert one.says("请先看完全文")
    assert "；请在框里写上您的名字" not in one.text
    assert " checked" not in one.text
    assert one.post(path, {"drawing": ""}).says("请先看完全文", "；请在框里写上您的名字")
    assert one.post(path, {"agrees": "yes", "drawing": ""}).status == 422
    assert " checked" in one.text, "the tick stays"
    fields = {"agrees": "yes", "drawing": drawn()}
    assert one.post(path, fields).says("签好了")
    assert one.raw_post(path, fields).says("签好了")
    assert one.get(path).status == 404
    trail = events(instance, ref)
    signed = [one for one in trail if one.act == "sign"]
    assert [(one.actor, one.facts["identity_check"]) for one in signed] == [(MEDIATOR, "link_and_number")]
    assert [one.act for one in trail][-3:] == ["link.made", "sign", "link.signed"]
    with instance.database.reading() as session:
        row = session.exec(select(SigningLink).order_by(SigningLink.id.desc())).first()
        slot = session.exec(
            select(SignatureSlot).where(
                SignatureSlot.document_id == row.document_id, SignatureSlot.name == "party-01"
            )
        ).one()
    assert (row.end, slot.identity_check, slot.read_to) == ("signed", "link_and_number", "read_self")
    assert instance.verify_trail().problems == []


def test_history_and_trail_say_in_words_who_signed_by_link(signing, link, browser, account, counter):
    ref = signing()
    path = link(ref)
    opened(browser(), path).post(path, {"agrees": "yes", "drawing": drawn()})
    path = link(ref, "party-02")
    opened(browser(), path, digits(2, "女")).post(f"{path}/refuse", {})
    found = counter.instance.room.workspace(MEDIATOR, ref).timeline[:5]
    assert [(one.title, one.about) for one in found[::-1]] == [
        ("发签名链接", "张喆"),
        ("签名", "张喆"),
        ("当事人凭链接签名", "张喆"),
        ("发签名链接", "李玥"),
        ("当事人在签名链接里表示不同意", "李玥"),
    ]
    [slot] = [
        one for one in counter.instance.room.workspace(MEDIATOR, ref).agreement_paper.slots if one.signed_at
    ]
    assert (slot.by_link, slot.medium) == (True, "tablet")
    auditor = browser().log_in(account("audit-test", "audit")).get(f"/admin/trail?chain={ref}")
    assert auditor.says("当事人凭链接签名 link.signed", "当事人在签名链接里表示不同意 link.refused")
    assert "李玥" not in auditor.text


def test_party_refuses_and_the_link_is_over(signing, link, browser, account, instance, counter):
    ref = signing()
    path = link(ref)
    one = opened(browser(), path)
    one.post(f"{path}/refuse", {})
    assert one.says("已记下您不同意")
    assert one.raw_post(f"{path}/refuse", {}).says("已记下您不同意")
    assert one.raw_post(path, {"agrees": "yes", "drawing": drawn()}).status == 404
    assert events(instance, ref)[-1].act == "link.refused"
    assert counter.get(MEDIATOR, f"/cases/{ref}").json()["row"]["state"] == "signing"
    instance.post_room.deliver_waiting()
    with instance.database.reading() as session:
        told = {row.reader for row in session.exec(select(Delivery).where(Delivery.notice == "link_refused"))}
    assert "person:yangmeixian" in told
    desk = browser().log_in(account("yangmeixian"))
    for page in ("sign", "links"):
        assert desk.get(f"/cases/{ref}/{page}").says("张喆", "本人表示不同意"), page
        assert desk.text.count("本人表示不同意") == 1
    link(ref)
    assert "本人表示不同意" not in desk.get(f"/cases/{ref}/links").text


def test_link_is_over_after_a_day_by_a_new_one_and_when_withdrawn(signing, link, browser, account, clock):
    ref = signing()
    first = link(ref)
    second = link(ref)
    assert browser().get(first).status == 404
    assert browser().get(second).status == 200
    clock.advance(timedelta(hours=24))
    assert browser().get(second).status == 404
    third = link(ref)
    clerk = browser().log_in(account("yangmeixian")).get(f"/cases/{ref}/links")
    path = re.search(r'action="(/cases/[^"]+/withdraw)"', clerk.text)[1]
    clerk.post(path)
    assert clerk.says("链接已经收回")
    assert browser().get(third).says("链接打不开")


def test_fifth_wrong_number_ends_the_link(signing, link, browser):
    path = link(signing())
    one = browser().get(path)
    seen = [one.post(f"{path}/who", {"digits": "0000"}).status for _try in range(5)]
    assert seen == [422, 422, 422, 422, 404]
    assert one.get(path).status == 404
    assert one.raw_post(f"{path}/who", {"digits": digits(1, "男")}).status == 404


def test_each_browser_is_asked_who_it_is(signing, link, browser):
    path = link(signing())
    opened(browser(), path)
    other = browser().get(path)
    assert other.says("身份证号码的最后四位")
    assert "张喆" not in other.text
    assert other.raw_post(path, {"agrees": "yes", "drawing": drawn()}).status == 404


def test_link_of_one_case_opens_nothing_of_another(signing, link, browser):
    one, other = link(signing()), link(signing())
    mine = opened(browser(), one)
    cookie = mine.client.cookies.get("signer")
    thief = browser()
    thief.client.cookies.set("signer", cookie)
    assert "张喆" not in thief.get(other).text
    assert thief.get(f"{other}/pages/1").status == 404
    assert thief.raw_post(other, {"agrees": "yes", "drawing": drawn()}).status == 404
    assert thief.raw_post(f"{other}/refuse", {}).status == 404


@pytest.mark.parametrize("token", ["x" * 43, "A" * 20, "..%2F..%2Fetc", "0" * 400])
def test_guessed_link_gets_one_answer(browser, token):
    one = browser().get(f"/p/s/{token}")
    assert one.status == 404


def test_link_is_not_made_out_of_scope_nor_for_whoever_agreed_to_no_electronic_signature(
    signing, browser, account
):
    ref = signing(
        parties=[
            party("张喆", "applicant", "男", 1),
            party("李玥", "respondent", "女", 2),
        ]
    )
    assert browser().log_in(account("sunlei")).get(f"/cases/{ref}/links").status == 404
    clerk = browser().log_in(account("yangmeixian")).get(f"/cases/{ref}/links")
    hidden = clerk.hidden(f"/cases/{ref}/links")
    for slot in ("mediator-01", "seal", "nothing", ""):
        assert clerk.raw_post(f"/cases/{ref}/links", {**hidden, "slot": slot}).status == 422

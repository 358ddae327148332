"""A dispute from the first look to the archive, in a browser, as the mediator of a village does it."""

import io
import re
from concurrent.futures import ThreadPoolExecutor

from PIL import Image, ImageDraw

from mediation.audit import queries as trail
from tests.web.conftest import REGISTRAR, dispute

MEDIATOR = "yangmeixian"
CLAUSE = {"obligor": 2, "obligee": 1, "act": "do", "what": "把排水沟修好", "due_on": "2026-03-20"}
TALK = {"held_from": "2026-03-02T08:00", "place": "村调解室", "present": [1, 2], "result": "agreed"}
SETTLED = (
    ("triage", {"tier": "ordinary"}),
    ("keep", {}),
    ("accept", {}),
    ("assign", {"mediators": [{"person": MEDIATOR}]}),
    ("record_session", {**TALK, "body": ["谈妥了。"]}),
    ("draft_agreement", {"facts": "雨水倒灌。", "matters": "谁修沟。", "clauses": [CLAUSE]}),
    ("conclude_written", {"medium": "ink"}),
)
"""What brings a case to an agreement that lies printed on the table."""


def photograph(at):
    """A sheet of paper as a telephone sees it."""
    out = io.BytesIO()
    sheet = Image.new("RGB", (1200, 1700), (236, 233, 225))
    ImageDraw.Draw(sheet).line([(200, 1400 - at), (420, 1330), (520, 1420)], fill=(20, 20, 60), width=9)
    sheet.save(out, "JPEG")
    return out.getvalue()


def write_name(page):
    """Some strokes on the pad, by mouse."""
    pad = page.locator("[data-pad]")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    for at in range(3):
        x, y = box["x"] + 60 + 90 * at, box["y"] + 50
        page.mouse.move(x, y)
        page.mouse.down()
        for step in range(1, 7):
            page.mouse.move(x + 9 * step, y + (40 if step % 2 else 5) + 8 * step)
        page.mouse.up()


def do(window, title, **fields):
    """An act by its name among the likeliest ones, with the fields that its form wants."""
    page = window.page
    page.click(f".next a:text-is('{title}')")
    for name, value in fields.items():
        field = page.locator(f"[name='{name.replace('__', '.')}']")
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    page.click("main form button.primary")
    page.wait_for_load_state()
    assert "/do/" not in page.url, window.text()


def assign(window, ref):
    """The mediator suggested first is chosen."""
    page = window.page
    page.click(".next a:text-is('指派调解员')")
    window.look("assign")
    page.check(f"input[name='mediators.0.person'][value='{MEDIATOR}']")
    page.click("main form button.primary:has-text('指派调解员')")
    page.wait_for_url(f"**/cases/{ref}")


def record(window, ref):
    """A talk that ends in agreement, with a paragraph that is ready."""
    page = window.page
    page.click(".next a:text-is('记录调解')")
    page.click("[data-append] >> nth=0")
    page.fill("#f\\.body", page.input_value("#f\\.body") + "\n双方同意修复排水沟并补偿 1280 元。")
    page.fill("[name='place']", "村调解室")
    page.select_option("[name='result']", "agreed")
    window.look("session")
    page.click("main form button.primary")
    page.wait_for_url(f"**/cases/{ref}")


def draft(window, ref):
    """One clause; another that is added and removed; what the law wants is told beside it, and the page shown."""
    page = window.page
    page.click(".next a:text-is('拟协议')")
    for key, value in (("obligor", "2"), ("act", "pay"), ("obligee", "1")):
        page.select_option(f"[name='clauses.0.{key}']", value)
    page.fill("[name='clauses.0.what']", "修复排水沟补偿款")
    page.fill("[name='clauses.0.amount_fen']", "1280")
    page.fill("[name='clauses.0.due_on']", "2026-03-20")
    page.wait_for_selector("#preview :text('第1条没有写明履行方式')", timeout=30_000)
    page.fill("[name='clauses.0.manner']", "银行转账")
    page.click("text=再加一条")
    assert page.locator("[data-clause]").count() == 2
    page.click("[data-clause] >> nth=1 >> [data-remove]")
    page.wait_for_selector("#preview img.sheet", timeout=30_000)
    window.look("draft")
    page.click("main form button.primary")
    page.wait_for_url(f"**/cases/{ref}")


def test_instalments_are_added_to_the_clause_to_which_they_belong(house, account, window):
    ref = house.instance.register(REGISTRAR, dispute()).act.case
    for trigger, words in SETTLED[:5]:
        house.instance.do(
            REGISTRAR if trigger in {"triage", "keep", "accept"} else MEDIATOR, ref, trigger, words
        )
    desk = window()
    desk.log_in(account(MEDIATOR))
    desk.go(f"/cases/{ref}/do/draft_agreement")
    page = desk.page
    page.fill("[name='facts']", "雨水倒灌。")
    page.fill("[name='matters']", "谁修沟。")
    page.click("text=再加一条")
    for at, sums in enumerate((("600", "680"), ("300", "400", "500"))):
        clause = page.locator("[data-clause]").nth(at)
        said = {"obligor": "2", "act": "pay", "obligee": "1"}
        for key, value in said.items():
            clause.locator(f"[name='clauses.{at}.{key}']").select_option(value)
        clause.locator(f"[name='clauses.{at}.what']").fill("补偿款")
        clause.locator(f"[name='clauses.{at}.amount_fen']").fill(str(sum(map(int, sums))))
        clause.locator(f"[name='clauses.{at}.manner']").fill("银行转账")
        clause.locator("details summary").click()
        for part, sum_ in enumerate(sums):
            if part:
                clause.locator("button:text-is('再加一行')").click()
            clause.locator(f"[name='clauses.{at}.instalments.{part}.amount_fen']").fill(sum_)
            clause.locator(f"[name='clauses.{at}.instalments.{part}.due_on']").fill(f"2026-0{4 + part}-20")
    page.click("main form button.primary")
    page.wait_for_url(f"**/cases/{ref}")
    texts = [clause["text"] for clause in house.instance.case(MEDIATOR, ref).agreement["clauses"]]
    assert [re.findall(r"人民币(\d+)元", text) for text in texts] == [
        ["1280", "600", "680"],
        ["1200", "300", "400", "500"],
    ]
    assert desk.complaints == []


def sign(window, ref):
    """The tablet goes round: the two parties and the mediator draw their names; then the seal."""
    page = window.page
    page.click(".next a:text-is('签名')")
    window.look("sign-board")
    for person in range(3):
        page.click(".signers a.primary")
        page.check("[name='identity_check'] >> nth=0")
        page.check("[name='agrees']")
        page.click("main form button.primary")
        assert page.is_visible("[data-empty]")
        write_name(page)
        assert not page.is_visible("[data-empty]")
        window.look("sign")
        if not person:
            break_off(window)
        page.click("main form button.primary")
        page.wait_for_url(f"**/cases/{ref}/sign")
    window.look("sign-board-signed")
    page.click("button:has-text('印章')")
    page.wait_for_url(f"**/cases/{ref}/sign")
    assert "签署完毕" in window.text()


def break_off(window):
    """The connection breaks while the signature is on its way: the way back finds the words, the tick and the drawing."""
    page = window.page
    drawn = page.evaluate(_INKED)
    page.route(
        "**/cases/**", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    page.click("main form button.primary")
    page.wait_for_timeout(300)
    page.unroute("**/cases/**")
    page.go_back()
    page.wait_for_function(_INKED, timeout=5_000)
    assert page.is_checked("[name='agrees']")
    assert 0.5 < page.evaluate(_INKED) / drawn < 2
    window.complaints.clear()  # of the connection


_INKED = """() => {
  const pad = document.querySelector("canvas[data-pad]");
  return pad ? pad.getContext("2d").getImageData(0, 0, pad.width, pad.height).data.filter((one, at) => at % 4 === 3 && one).length : 0;
}"""


def print_paper(window, ref, paper):
    """A paper that lacks nothing, printed to be signed by hand."""
    window.go(f"/cases/{ref}/papers/{paper}" + ("" if "ready" in paper else "/ready"))
    assert "要件齐全" in window.text(), window.text()
    hidden = "one => Object.fromEntries(new FormData(one))"
    fields = window.page.locator("main form").evaluate(hidden)
    action = window.page.locator("main form").get_attribute("action")
    answer = window.page.request.post(
        window.address + action, form=fields
    )  # what comes back is a file, not a page
    assert answer.headers["content-type"] == "application/pdf"


def test_dispute_is_mediated_signed_with_strokes_sealed_visited_and_archived(house, account, window):
    ref = house.instance.register(REGISTRAR, dispute()).act.case
    account(MEDIATOR)
    desk = window()
    desk.log_in(MEDIATOR)
    desk.go(f"/cases/{ref}")
    desk.look("case-registered")

    do(desk, "研判", tier="ordinary")
    do(desk, "留办")
    do(desk, "受理")
    assign(desk, ref)
    record(desk, ref)
    draft(desk, ref)
    do(desk, "达成书面协议", medium="tablet")
    sign(desk, ref)
    desk.go(f"/cases/{ref}?tab=agreement")
    desk.look("case-agreement")
    slots = house.instance.room.workspace(REGISTRAR, ref).agreement_paper.slots
    assert [(slot.role, slot.medium) for slot in slots] == [
        ("party", "tablet"),
        ("party", "tablet"),
        ("mediator", "tablet"),
        ("seal", "seal"),
    ]
    pdf = house.instance.paper(REGISTRAR, ref, "agreement")[0]
    with ThreadPoolExecutor(1) as elsewhere:  # the browser's driver has an event loop in this thread
        assert elsewhere.submit(house.instance.verify, pdf).result().verdict == "valid"
    desk.go(f"/cases/{ref}")
    do(desk, "记录履行", proof="收条")
    do(desk, "结案")
    do(desk, "回访", party="1", method="phone", performance="done", situation="水沟已修好。")
    for paper in (
        "acceptance_register",
        "rights_notice/ready?subject=party-1",
        "rights_notice/ready?subject=party-2",
        "mediation_record",
    ):
        print_paper(desk, ref, paper)
    desk.go(f"/cases/{ref}")
    do(desk, "归档", paper_volume="村档案室第2柜")
    assert house.instance.case(REGISTRAR, ref).row.state == "archived"
    desk.go(f"/cases/{ref}?tab=history")
    desk.look("case-history")
    with house.instance.database.reading() as session:
        acts = [event.act for event in trail.events_of(session, ref) if "." not in event.act]
    assert acts == [
        "register",
        "triage",
        "keep",
        "accept",
        "assign",
        "record_session",
        "draft_agreement",
        "conclude_written",
        *["sign"] * 3,
        "seal",
        "record_performance",
        "close",
        "visit",
        "archive",
    ]
    assert desk.complaints == []


def test_agreement_is_signed_in_ink_and_comes_back_as_photographs(house, account, window):
    """Printed, signed by hand, photographed with the phone that is at hand, attached, sealed."""
    instance = house.instance
    ref = instance.register(REGISTRAR, dispute()).act.case
    for trigger, words in SETTLED:
        instance.do(REGISTRAR if trigger in {"triage", "keep", "accept"} else MEDIATOR, ref, trigger, words)
    account(MEDIATOR)
    phone = window(390, 844)
    phone.log_in(MEDIATOR)
    phone.go(f"/cases/{ref}/sign")
    phone.look("ink-board")
    answer = phone.page.request.get(f"{phone.address}/cases/{ref}/papers/agreement")
    assert answer.headers["content-type"] == "application/pdf"
    sheets = [
        {"name": f"IMG_{at}.jpg", "mimeType": "image/jpeg", "buffer": photograph(at)} for at in range(2)
    ]
    phone.page.set_input_files("input[name='pages'] >> nth=0", sheets)
    phone.look("ink-chosen")
    phone.page.click("form[action$='/scan'] button.primary")
    phone.page.wait_for_load_state()
    phone.look("ink-scanned")
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390
    slots = {slot.role: slot.medium for slot in instance.room.workspace(REGISTRAR, ref).agreement_paper.slots}
    assert slots == {"party": "ink", "mediator": "ink", "seal": "ink"}
    assert instance.case(REGISTRAR, ref).row.state == "signing"
    phone.page.click("button:has-text('确认签署完毕')")
    phone.page.wait_for_url(f"**/cases/{ref}/sign")
    assert "签署完毕" in phone.text()
    assert instance.case(REGISTRAR, ref).row.state == "performing"
    with instance.database.reading() as session:
        assert [event.act for event in trail.events_of(session, ref)][-2:] == ["attach_scan", "seal"]
    assert phone.complaints == []


def test_workspace_and_day_fit_a_phone(house, account, window):
    ref = house.instance.register(REGISTRAR, dispute()).act.case
    account(MEDIATOR)
    phone = window(390, 844)
    phone.log_in(MEDIATOR)
    for name, path in (
        ("day", "/day"),
        ("calendar", "/calendar"),
        ("case", f"/cases/{ref}"),
        ("cases", "/cases"),
    ):
        phone.go(path)
        phone.look(f"phone-{name}")
        assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390, path
        assert phone.page.evaluate("document.querySelector('.bar').offsetHeight") <= 130, path
    phone.page.click(".menu-phone summary")
    phone.page.click(".menu-in a:text-is('日程')")
    phone.page.wait_for_url("**/calendar")
    phone.go(f"/cases/{ref}")
    assert phone.page.locator(".next a").first.bounding_box()["y"] < 844
    assert phone.complaints == []


def test_what_was_typed_comes_back_until_it_has_been_sent_and_not_after(house, account, window):
    ref = house.instance.register(REGISTRAR, dispute()).act.case
    for trigger, said in (("triage", {"tier": "ordinary"}), ("keep", {}), ("accept", {})):
        house.instance.do(REGISTRAR, ref, trigger, said)
    house.instance.do(f"{MEDIATOR}:mediator", ref, "assign", {"mediators": [{"person": MEDIATOR}]})
    account(MEDIATOR)
    desk = window()
    desk.log_in(MEDIATOR)
    desk.go(f"/cases/{ref}/do/record_session")
    page = desk.page
    page.fill("#f\\.body", "双方到场，各自陈述。")
    page.fill("[name='place']", "村调解室")
    page.context.set_offline(True)
    page.click("main form button.primary")
    assert page.is_visible("#cut")
    page.context.set_offline(False)
    desk.go("/cases")
    desk.go(f"/cases/{ref}/do/record_session")
    page.wait_for_selector("text=这是上次没有交上去的内容")
    assert page.input_value("#f\\.body") == "双方到场，各自陈述。"
    page.click("main form button.primary")
    page.wait_for_url(f"**/cases/{ref}")
    desk.go(f"/cases/{ref}/do/record_session")
    assert page.input_value("#f\\.body") == ""
    assert desk.complaints == []


def test_rating_sent_into_a_connection_that_broke_comes_back_with_its_own_case(house, window):
    closed = []
    for reason in ("自行和解", "不再申请"):
        done = house.instance.register(REGISTRAR, dispute())
        house.instance.do(REGISTRAR, done.act.case, "withdraw", {"reason": reason, "asked_by": [1]})
        house.instance.do(REGISTRAR, done.act.case, "close", {})
        closed.append(done.query_code)
    phone = window(width=390)
    page = phone.page

    def follow(code):
        phone.go("/p/follow")
        page.fill("[name='code']", code)
        page.click("main form button.primary")
        page.wait_for_selector("form[action='/p/rate']")

    follow(closed[0])
    page.check("[name='satisfaction'][value='4']")
    page.fill("[name='remark']", "调得公道。")
    page.route("**/p/rate", lambda route: route.abort())
    page.click("form[action='/p/rate'] button")
    page.wait_for_timeout(300)
    page.unroute("**/p/rate")
    phone.complaints.clear()  # of the connection
    follow(closed[1])
    assert page.input_value("[name='remark']") == ""
    follow(closed[0])
    page.wait_for_selector("text=这是上次没有交上去的内容")
    assert (page.input_value("[name='remark']"), page.is_checked("[name='satisfaction'][value='4']")) == (
        "调得公道。",
        True,
    )
    page.click("form[action='/p/rate'] button.primary")
    page.wait_for_selector("text=谢谢您的评价")
    assert phone.complaints == []


def test_what_a_resident_sent_into_a_connection_that_broke_comes_back_and_is_taken_once(house, window):
    phone = window(width=390)
    page = phone.page
    phone.go("/p/apply")
    typed = {
        "name": "申某某",
        "phone": "13800000000",
        "other": "楼上住户",
        "account": "楼上漏水。",
        "wanted": "修好。",
    }
    page.fill("[name='account']", "楼上漏水。")
    phone.go("/p/apply")
    assert page.input_value("[name='account']") == ""  # what was only typed waits for nobody at a lent tablet
    for name, words in typed.items():
        page.fill(f"[name='{name}']", words)
    page.select_option("[name='place']", index=1)
    page.check("[name='agrees']")
    once = page.input_value("[name='once']")
    page.context.set_offline(True)
    page.click("main form button.primary")
    assert page.is_visible("#cut")
    page.context.set_offline(False)
    page.route(
        "**/p/apply", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    page.click("main form button.primary")
    page.wait_for_timeout(300)
    page.unroute("**/p/apply")
    phone.complaints.clear()  # of the connection
    phone.go("/p")
    phone.go("/p/apply")
    page.wait_for_selector("text=这是上次没有交上去的内容")
    assert {name: page.input_value(f"[name='{name}']") for name in typed} == typed
    assert page.input_value("[name='once']") == once
    page.fill("[name='account']", "另一个人写的另一件事。")
    assert page.input_value("[name='once']") != once  # other words are another application
    page.click("main form button.primary")
    page.wait_for_selector(".big-code")
    phone.go("/p/apply")
    assert page.input_value("[name='account']") == ""
    assert phone.complaints == []

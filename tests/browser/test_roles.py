"""Each role's main story in a browser, beside the mediator's in test_story.py: by keyboard, on a phone, with scripts off."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from mediation.accounts import keeping, passwords, queries
from tests.browser.conftest import PASSWORD
from tests.web.conftest import REGISTRAR, dispute
from tests.web.pages.test_window import typed
from tests.web.pages.weighing import bring, digits

DISPATCHER, LEADER = "baijianguo:dispatcher", "puyongan:leader"
OLD_PHONE = {"width": 360, "height": 640}


@pytest.fixture(scope="module")
def brought(house):
    """Cases at each place, brought where the browser's driver has no event loop."""
    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(bring, house.instance).result()


@pytest.fixture
def administrator(house, monkeypatch):
    """Makes an administrator's account, once; returns its login name."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: quick)

    def make(kind):
        name = f"{kind}-story"
        with house.instance.database.writing() as session:
            if queries.account_named(session, name) is None:
                now = house.clock.now()
                keeping.make_account(
                    session, name, now, by="test", kind=kind, password=PASSWORD, must_change=False
                )
        return name

    return make


def fill(page, **words):
    """Fills in a form by the names of its fields."""
    for name, value in words.items():
        field = page.locator(f"main [name='{name}']").first
        kind = field.evaluate("one => one.type")
        if kind in {"checkbox", "radio"}:
            page.check(f"main [name='{name}'][value='{value}']")
        elif kind.startswith("select"):
            field.select_option(value)
        else:
            field.fill(value)


def choose(page, ref):
    """Goes down the rows by `j` to that of a case."""
    rows = page.locator("[data-row]")
    for _row in range(next(n for n in range(rows.count()) if ref in rows.nth(n).inner_html()) + 1):
        page.keyboard.press("j")
    assert ref in page.inner_html("[data-row][aria-selected=true]")


def focus(page, wanted):
    """Goes on by Tab to the field or button of that id or value."""
    for _step in range(12):
        page.keyboard.press("Tab")
        if wanted in page.evaluate("() => [document.activeElement.id, document.activeElement.value]"):
            return
    raise AssertionError(f"Tab never came to {wanted}")


def acts_of(house, ref, who=REGISTRAR):
    return [one["act"] for one in house.instance.case(who, ref).trail if "." not in one["act"]]


@pytest.mark.parametrize("javascript", [True, False])
def test_clerk_registers_a_walk_in_and_sends_it_on(house, account, window, javascript):
    desk = window(javascript=javascript)
    desk.log_in(account("zhangxiaofeng"))
    desk.go("/register")
    words = typed(301 if javascript else 302)
    hidden = {"parties.0.role", "parties.1.role"}
    fill(desk.page, **{key: value for key, value in words.items() if key not in hidden})
    desk.look(f"register-{javascript}")
    desk.page.click("main [data-go]")
    assert re.fullmatch(r"[0-9A-Z]{5}-[0-9A-Z]{5}", desk.page.inner_text(".query-code"))
    keep = desk.page.locator("form:has(button[name='step'][value='keep'])")
    ref = keep.get_attribute("action").split("/")[2]
    keep.locator("button[value='keep']").click()
    desk.page.wait_for_load_state()
    assert acts_of(house, ref) == ["register", "triage", "keep"]
    assert desk.complaints == []


def test_wrong_number_is_told_once_until_it_is_put_right(account, window):
    desk = window()
    desk.log_in(account("zhangxiaofeng"))
    desk.go("/register")
    right = typed(304)["parties.0.id_number"]
    wrong = right[:-1] + ("1" if right[-1] != "1" else "2")
    fill(desk.page, **{"parties.0.id_number": wrong, "parties.0.name": "申请304"}, narrative="雨水倒灌。")
    desk.page.click("main [data-go]")
    desk.page.wait_for_load_state()
    number = desk.page.locator("#f\\.parties\\.0\\.id_number")
    told = desk.page.locator("#f\\.parties\\.0\\.id_number-more")
    assert len([line for line in told.inner_text().splitlines() if line.strip()]) == 1
    assert number.get_attribute("aria-invalid") == "true"
    number.fill(right)
    number.blur()
    assert "1971-03-05 出生" in told.inner_text()
    assert "不对" not in told.inner_text()
    assert number.get_attribute("aria-invalid") == "false"
    assert [one for one in desk.complaints if "422" not in one] == []


def test_application_is_taken_with_agents_folded_until_there_are_some(brought, account, window):
    phone = window(390, 844)
    phone.log_in(account("zhangxiaofeng"))
    phone.go(f"/applications/{brought['application']}/take")
    agents = phone.page.locator("details:has(fieldset[id='f.parties.0.agents'])")
    assert agents.locator("summary").is_visible()
    assert not phone.page.locator("[name='parties.0.agents.0.name']").is_visible()
    agents.locator("summary").click()
    phone.page.fill("[name='parties.0.agents.0.name']", "代理甲")
    agents.locator("button:text-is('再加一行')").click()
    assert phone.page.locator("[name='parties.0.agents.1.name']").input_value() == ""
    assert phone.page.locator("[name='parties.1.agents.0.name']").count() == 1
    phone.page.click("main form button.primary")
    phone.page.wait_for_load_state()
    assert phone.page.locator("[name='parties.0.agents.0.name']").is_visible()
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_same_person_is_shown_while_the_clerk_types(account, window):
    desk = window()
    desk.log_in(account("zhangxiaofeng"))
    for _time in range(2):
        desk.go("/register")
        words = typed(303)
        desk.page.fill("[name='parties.0.id_number']", words["parties.0.id_number"])
        desk.page.fill("[name='parties.0.name']", words["parties.0.name"])
        if _time == 0:
            assert desk.page.locator("[data-alike] .like").count() == 0
            fill(
                desk.page,
                **{key: value for key, value in words.items() if key.startswith(("parties.1.name", "gov"))},
                narrative="雨水倒灌。",
                place="示例一村",
            )
            desk.page.keyboard.press("Control+Enter")
            desk.page.wait_for_selector(".query-code")
    desk.page.wait_for_selector("[data-alike] .like", timeout=30_000)
    desk.look("register-alike")
    assert desk.complaints == []


def test_same_person_that_nobody_saw_on_a_phone_is_asked_about(account, window):
    wanted = ("parties.0.name", "parties.0.id_number", "parties.1.name", "gov")
    words = {key: value for key, value in typed(304).items() if key.startswith(wanted)}
    for time, width in enumerate((1280, 390, 1280)):
        desk = window(width, 844)
        desk.log_in(account("zhangxiaofeng"))
        desk.go("/register")
        fill(desk.page, **words, narrative="雨水倒灌。", place="示例一村")
        if time:
            desk.page.wait_for_selector("[data-alike] .like", state="attached", timeout=30_000)
        with desk.page.expect_navigation():
            desk.page.keyboard.press("Control+Enter")
        if width == 390:
            assert desk.page.locator(".asks .like").first.is_visible()
            with desk.page.expect_navigation():
                desk.page.click("button:has-text('看过了，登记')")
        desk.page.wait_for_selector("h1:has-text('已登记')")
        assert desk.complaints == []


def test_dispatcher_works_the_board_by_keyboard(house, account, window):
    ref = house.instance.register("fangmin:registrar", dispute(place="yicun")).act.case
    desk = window()
    desk.log_in(account("baijianguo"))
    desk.go("/board?group=triage")
    choose(desk.page, ref)
    desk.look("board-keyboard")
    with desk.page.expect_navigation():
        desk.page.keyboard.press("y")
    assert acts_of(house, ref, DISPATCHER) == ["register", "triage"]
    desk.go("/board?group=dispatch")
    choose(desk.page, ref)
    desk.page.keyboard.press("x")
    assert desk.page.inner_text("[data-ticked]") == "1"
    desk.page.keyboard.press("b")
    focus(desk.page, "to")
    desk.page.select_option("#to", "yicun")
    focus(desk.page, "dispatch")
    with desk.page.expect_navigation():
        desk.page.keyboard.press("Enter")
    assert "办成 1 件" in desk.text(), desk.text()
    assert acts_of(house, ref, DISPATCHER) == ["register", "triage", "dispatch"]
    assert desk.complaints == []


def test_bar_of_the_board_asks_before_it_sends_and_enter_does_nothing_else(house, account, window):
    register = lambda: house.instance.register("fangmin:registrar", dispute(place="yicun")).act.case  # noqa: E731
    refs = [register() for _time in range(2)]
    for ref in refs:
        house.instance.do(DISPATCHER, ref, "triage", {"tier": "ordinary"})
    desk = window()
    desk.log_in(account("baijianguo"))
    desk.go("/board?group=dispatch")
    page, send = desk.page, desk.page.locator("button[name='all'][value='dispatch']")
    focused = lambda: page.evaluate("document.activeElement.id || document.activeElement.value")  # noqa: E731
    page.fill("#because", "先由村里做工作")
    page.press("#because", "Enter")
    send.click()
    assert focused().partition("~")[0] in page.inner_html("[data-row]")
    choose(page, refs[0])
    page.keyboard.press("x")
    send.click()
    assert focused() == "to"
    assert desk.page.inner_text("[data-ticked]") == "1"
    assert [acts_of(house, ref, DISPATCHER) for ref in refs] == [["register", "triage"]] * 2
    page.select_option("#to", "yicun")
    with page.expect_navigation():
        send.click()
    assert "办成 1 件" in desk.text(), desk.text()
    assert desk.complaints == []


def test_what_units_say_is_read_before_it_is_ruled_on_a_phone(house, account, window):
    one = house.instance
    ref = one.register("fangmin:registrar", dispute(governance_category="1401")).act.case
    one.do(DISPATCHER, ref, "triage", {"tier": "ordinary"})
    for who, unit in (("zhangxiaofeng", "yicun"), ("sunlei", "ercun")):
        one.do(DISPATCHER, ref, "dispatch", {"to": unit, "overruled_because": "先由村里做工作"})
        one.do(f"{who}:registrar", ref, "decline", {"line": "2.2", "reason": "房屋不在本村"})
    phone = window(390, 844)
    phone.log_in(account("baijianguo"))
    phone.go(f"/board/rulings?case={ref}")
    said = phone.page.locator("main h3").last.bounding_box()["y"]
    assert said < phone.page.locator("main select").first.bounding_box()["y"]
    assert phone.complaints == []


def test_enter_sends_a_form_with_rows_and_adds_none(house, account, window):
    ref = house.instance.register(REGISTRAR, dispute()).act.case
    for trigger in ("triage", "keep", "accept"):
        house.instance.do(REGISTRAR, ref, trigger, {"tier": "ordinary"} if trigger == "triage" else {})
    desk = window(javascript=False)
    desk.log_in(account("yangmeixian"))
    desk.go(f"/cases/{ref}/do/assign")
    with desk.page.expect_navigation():
        desk.page.press("input[name='mediators.0.person'][value='yangmeixian']", "Enter")
    assert acts_of(house, ref)[-1] == "assign"


def test_leader_approves_an_extension_on_a_phone(house, account, window):
    one = house.instance
    ref = one.register("fangmin:registrar", dispute(place="yicun")).act.case
    for trigger, words in (
        ("triage", {"tier": "ordinary"}),
        ("keep", {"overruled_because": "乡里办理更合适"}),
        ("accept", {}),
        (
            "ask_approval",
            {
                "approval": "extension_review",
                "days": 14,
                "signers": [{"person": "puyongan"}],
                "question": "还要两周",
            },
        ),
    ):
        one.do(DISPATCHER, ref, trigger, words)
    phone = window(390, 844)
    phone.log_in(account("puyongan"))
    phone.go("/leader")
    phone.page.click(f"details.ask:has(form[action='/leader/{ref}']) summary")
    phone.look("leader-asked")
    phone.page.click(f"form[action='/leader/{ref}'] button[value='approve']")
    phone.page.wait_for_load_state()
    assert "已同意" in phone.text()
    assert acts_of(house, ref, DISPATCHER)[-1] == "approve"
    assert phone.complaints == []


def test_supervisor_opens_an_item_and_the_village_reports(house, account, window):
    desk = window()
    desk.log_in(account("puyongan"))
    desk.go("/supervision/new")
    fill(
        desk.page,
        unit="yicun",
        subject="台账补记",
        problem="三件口头调解没有记入台账。",
        kind="supervision",
        way="irregular",
        due_on="2026-03-20",
    )
    desk.page.click("main form button.primary")
    desk.page.wait_for_url(re.compile(r"/supervision/items/\w+"))
    ref = desk.page.url.rpartition("/")[2].partition("?")[0]
    village = window(390, 844)
    village.log_in(account("pulaoda"))
    village.go(f"/supervision/items/{ref}")
    report = village.page.locator("#report")
    if report.get_attribute("open") is None:
        report.locator("summary").click()
    village.page.fill("#report [name='account']", "已补记。")
    village.page.fill("#report [name='evidence']", "台账照片")
    village.page.click("#report button.btn")
    village.page.wait_for_load_state()
    assert "已办理：报整改" in village.text()
    found = house.instance.supervision.item(LEADER, ref)
    assert [entry["act"] for entry in found.entries] == ["open", "limit", "report"]
    assert desk.complaints + village.complaints == []


def test_statistician_reads_figures_and_saves_the_table(account, window):
    desk = window()
    desk.log_in(account("jiangpeiwen"))
    desk.go("/statistics")
    with desk.page.expect_download() as saved:
        desk.page.click("main a:has-text('导出')")
    assert saved.value.suggested_filename.endswith(".csv")
    assert desk.complaints == []


@pytest.mark.parametrize("javascript", [True, False])
def test_administrators_open_an_account_see_its_login_and_verify_the_trail(administrator, window, javascript):
    system = window(javascript=javascript)
    system.log_in(administrator("system"))
    system.go("/admin/accounts")
    name = f"new-{javascript}".lower()
    fill(system.page, kind="staff", person="shenyan" if javascript else "mayong", name=name)
    system.page.click("main form[action='/admin/accounts'] button.primary")
    system.page.wait_for_load_state()
    first = system.page.inner_text(".said .figure.code").strip()
    assert len(first) >= 12
    system.go("/cases")
    assert "没有" in system.text()
    new = window(javascript=javascript)
    new.go("/login")
    new.page.fill("#name", name)
    new.page.fill("#password", first)
    new.page.click("main button.primary")
    new.page.wait_for_url("**/me/password")
    security = window(javascript=javascript)
    security.log_in(administrator("security"))
    security.go("/admin/safety")
    assert name in security.text()
    auditor = window(javascript=javascript)
    auditor.log_in(administrator("audit"))
    auditor.go("/admin/trail")
    auditor.page.click("main button.primary")
    auditor.page.wait_for_load_state()
    assert "校验通过" in auditor.text()


def test_resident_applies_follows_and_rates_on_an_old_phone_without_scripts(house, window):
    phone = window(**OLD_PHONE, javascript=False)
    phone.go("/p")
    phone.page.click("text=申请调解")
    fill(
        phone.page,
        name="赵金雀",
        phone="13955500001",
        other="钱隔壁",
        place="yicun",
        account="地界的树挡了光，说了几次没有用。",
        wanted="把树剪矮",
        agrees="yes",
    )
    phone.look("apply-filled")
    phone.page.click("main button.primary")
    code = phone.page.inner_text(".big-code").strip()
    phone.page.click("text=查进度")
    phone.page.fill("main [name='code']", code)
    phone.page.click("main button.primary")
    assert "已收到" in phone.text()
    case = house.instance.register(REGISTRAR, dispute())
    house.instance.do(REGISTRAR, case.act.case, "withdraw", {"reason": "自行和解", "asked_by": [1]})
    house.instance.do(REGISTRAR, case.act.case, "close", {})
    phone.go("/p/follow")
    phone.page.fill("main [name='code']", case.query_code)
    phone.page.click("main button.primary")
    phone.look("followed")
    assert "已经办完" in phone.text()
    assert not re.search("张某|李某", phone.text())
    phone.page.check("[name='satisfaction'][value='4']")
    phone.page.click("form[action='/p/rate'] button")
    assert "谢谢您的评价" in phone.text()
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= OLD_PHONE["width"]
    assert float(phone.page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")) >= 18
    assert phone.complaints == []


def test_resident_has_a_paper_verified_without_scripts(house, brought, window, tmp_path):
    pdf = house.instance.paper(REGISTRAR, brought["accepted"], "acceptance_register")[0]
    (tmp_path / "paper.pdf").write_bytes(pdf)
    phone = window(**OLD_PHONE, javascript=False)
    phone.go("/p/verify")
    phone.page.set_input_files("#file", str(tmp_path / "paper.pdf"))
    phone.page.click("main button.primary")
    assert phone.page.locator("[role='status'] .now").count() == 1
    assert not re.search("张某|李某", phone.text())
    phone.go("/p/d/{document}?t={token}&r=x".format(**brought))
    assert not re.search("张某|李某", phone.text())
    assert phone.complaints == []


def test_party_signs_by_a_link_with_strokes_on_a_phone(house, brought, window):
    phone = window(**OLD_PHONE)
    phone.go(f"/p/s/{brought['link']}")
    assert not re.search("张某|李某", phone.text())
    phone.page.fill("#digits", digits())
    phone.page.click("main button.primary")
    phone.page.check("#agrees")
    phone.page.click("#signing button.primary")
    assert phone.page.is_visible("#empty")
    assert phone.page.is_checked("#agrees")
    pad = phone.page.locator("#draw")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    for at in range(3):
        x, y = box["x"] + 20 + 70 * at, box["y"] + 25
        phone.page.mouse.move(x, y)
        phone.page.mouse.down()
        for step in range(1, 7):
            phone.page.mouse.move(x + 7 * step, y + (30 if step % 2 else 4) + 6 * step)
        phone.page.mouse.up()
    phone.look("link-drawn")
    assert not phone.page.is_visible("#empty")
    phone.page.click("#signing button.primary")
    phone.page.wait_for_load_state()
    slots = house.instance.room.workspace(REGISTRAR, brought["signing"]).agreement_paper.slots
    assert [(slot.role, slot.medium) for slot in slots][:2] == [("party", "tablet"), ("party", "")]
    assert phone.complaints == []


def test_list_is_taken_in_one_format_after_the_other(house, account, window, brought, monkeypatch):
    """The page stays where a file comes: its next button works at once. However many cases the house has, nobody has to agree."""
    office = house.instance.office
    exporting = office.exporting.model_copy(update={"alone": 5_000})
    monkeypatch.setattr(house.instance, "office", replace(office, exporting=exporting))
    house.clock.advance(timedelta(minutes=1))
    one = window()
    one.log_in(account("jiangpeiwen"))
    one.go("/exports")
    one.page.fill("#why", "核对季度登记")
    one.page.click("main .btn.block")
    for form in ("csv", "xlsx"):
        with one.page.expect_download(timeout=5_000) as taken:
            one.page.click(f"button[value={form}] >> nth=0", timeout=5_000)
        assert taken.value.suggested_filename.endswith(f".{form}")

"""Every page is for everybody: no violation of WCAG 2.1 A or AA that axe finds, at a desk and on a phone; and each bars foreign scripts."""

import re
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from mediation.accounts import keeping, passwords, queries
from mediation.web import tls
from mediation.web.app import build_app
from mediation.web.pages.cases import TABS
from tests.browser.conftest import PASSWORD, serving
from tests.web.pages.weighing import ADMINISTRATORS, PAGES, PARTY, bring, digits

AXE = Path(__file__).parent / "vendor" / "axe.js"
_RUN = """() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']}).then(found =>
    found.violations.map(one => one.id + ': ' + one.nodes.slice(0, 4).map(node => node.target.join(' ') + ' ' + node.html.slice(0, 160)).join(' | ')))"""

MORE = {
    "": ["/nowhere"],
    "zhangxiaofeng": ["/cases?search=排水", "/cases/{ref}?tab=trail", "/cases/{ref}/do/assign"],
    "puyongan": ["/exports", "/statistics", "/board", "/board/rulings?case=none"],
    "baijianguo": ["/exports", "/supervision"],
}
"""What the list of pages by routes has not: a page of an error, pages with something asked for, the same for another post."""
MOST_BAR = 130
"""Pixels of the bar at the top of a page: two rows."""
LOOKED_AT = {
    who: [one.path for one in pages] + MORE.get(who, [])
    for who, pages in groupby(sorted(PAGES, key=lambda one: one.who), lambda one: one.who)
}


def violations(page):
    """What axe finds on the page as it stands."""
    page.add_script_tag(path=str(AXE))
    return page.evaluate(_RUN)


@pytest.fixture(scope="module")
def cases(house):
    """What the pages show. The browser's driver has an event loop in this thread, in which nobody could sign."""
    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(bring, house.instance).result()


@pytest.fixture
def looked_at(chromium, house, cases):
    """Opens pages one after another, as somebody, and tells what is wrong with each."""

    def look(paths, who="", name="", width=1280):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, locale="zh-CN", bypass_csp=True
        )
        page = context.new_page()
        page.set_default_timeout(60_000)
        if name:
            page.goto(f"{house.address}/login")
            page.fill("#name", name)
            page.fill("#password", PASSWORD)
            page.click("main button.primary")
            page.wait_for_load_state()
        if who == PARTY:
            page.goto(f"{house.address}/p/s/{cases['link']}")
            page.fill("#digits", digits())
            page.click("main button.primary")
            page.wait_for_load_state()
        found = {}
        for path in paths:
            answered = page.goto(house.address + path.format(**cases))
            if answered.status != (404 if path == "/nowhere" else 200):
                found[path] = [f"answered {answered.status}"]
                continue
            wrong = []
            policy = answered.header_value("content-security-policy") or ""
            rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split(";") if rule.strip()}
            if rules.get("script-src") != ["'self'"] or "unsafe" in policy:
                wrong.append(f"policy: {policy}")
            wrong += violations(page)
            wide = page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
            if wide > 1:
                wrong.append(f"{wide} px wider than the screen")
            tall = page.evaluate(
                "() => (document.querySelector('.bar') || document.body.firstChild).offsetHeight"
            )
            if (tall or 0) > MOST_BAR:
                wrong.append(f"a bar of {tall} px: more than two rows")
            if wrong:
                found[path] = wrong
        context.close()
        return found

    return look


_LINES = """cell => {
  cell.textContent = "集中排查发现";
  const shape = "padding: 0; box-sizing: content-box";
  cell.style = `display: inline-block; white-space: nowrap; ${shape}`;
  const whole = cell.getBoundingClientRect().width;
  cell.style = `display: block; width: ${whole * 0.88}px; ${shape}`;
  const lines = new Map();
  for (let at = 0; at < 6; at += 1) {
    const range = document.createRange();
    range.setStart(cell.firstChild, at);
    range.setEnd(cell.firstChild, at + 1);
    const top = Math.round(range.getBoundingClientRect().top);
    lines.set(top, (lines.get(top) ?? "") + range.toString());
  }
  return [...lines.values()];
}"""
"""How six characters break in a cell with room for five, in whatever font the machine has."""


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("who", sorted(LOOKED_AT.keys() - ADMINISTRATORS))
def test_pages_for_anybody_and_of_staff(looked_at, account, who, width):
    name = account(who) if who not in {"", PARTY} else ""
    assert looked_at(LOOKED_AT[who], who, name, width) == {}


def test_forms_that_take_files_fit_the_smallest_phone(looked_at, account):
    forms = ["/cases/{owing}/ledger/performed", "/cases/{signing}/sign?slot=party-01"]
    assert looked_at(forms, "yangmeixian", account("yangmeixian"), 320) == {}
    forms = ["/cases/{ref}/evidence", "/cases/{ref}?tab=history"]
    assert looked_at(forms, "zhangxiaofeng", account("zhangxiaofeng"), 320) == {}


def test_bar_of_residents_is_low_and_figures_stay_whole_on_a_phone(chromium, house, cases, account):
    page = chromium.new_context(viewport={"width": 320, "height": 640}, locale="zh-CN").new_page()
    page.goto(f"{house.address}/p")
    beside = page.locator(".sizes a").evaluate_all("all => all.map(one => one.getBoundingClientRect().top)")
    assert len(beside) == 2
    assert len(set(beside)) == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.goto(f"{house.address}/login")
    page.fill("#name", account("zhangxiaofeng"))
    page.fill("#password", PASSWORD)
    page.click("main button.primary")
    page.goto(f"{house.address}/statistics")
    wraps = "all => all.map(one => getComputedStyle(one).whiteSpace)"
    assert set(page.locator("td.number").evaluate_all(wraps)) == {"nowrap"}
    assert page.locator("h1 + p .nowrap").evaluate_all(wraps) == ["nowrap"] * 2
    assert page.locator(".figures td").first.evaluate(_LINES) == ["集中排", "查发现"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.context.close()


def test_paper_bears_what_is_written_and_who_printed_it_but_nothing_to_press(chromium, house, cases, account):
    page = chromium.new_context(viewport={"width": 700, "height": 990}, locale="zh-CN").new_page()
    page.goto(f"{house.address}/login")
    page.fill("#name", account("zhangxiaofeng"))
    page.fill("#password", PASSWORD)
    page.click("main button.primary")
    page.emulate_media(media="print")
    for path in ("/duty", f"/cases/{cases['ref']}"):
        page.goto(house.address + path)
        shown = "all => all.filter(one => one.checkVisibility()).length"
        things = "button, input:not([type=hidden]), select, .btn, .tabs, .bar, .sample"
        assert page.locator(things).evaluate_all(shown) == 0
        assert re.fullmatch(r".+\s张晓枫 打印于 .+", page.inner_text(".printed"))
    assert "查看完整" not in page.inner_text("main")
    page.context.close()


def test_tab_that_is_open_is_in_sight_on_a_phone(chromium, house, cases, account):
    page = chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN").new_page()
    page.goto(f"{house.address}/login")
    page.fill("#name", account("zhangxiaofeng"))
    page.fill("#password", PASSWORD)
    page.click("main button.primary")
    page.goto(f"{house.address}/cases/{cases['ref']}?tab=history")
    seen = page.locator(".tabs [aria-current]").bounding_box()
    assert 0 <= seen["x"] <= 390 - seen["width"]
    page.context.close()


def test_all_tabs_of_a_case_are_in_sight_on_a_phone(chromium, house, cases, account):
    page = chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN").new_page()
    page.goto(f"{house.address}/login")
    page.fill("#name", account("zhangxiaofeng"))
    page.fill("#password", PASSWORD)
    page.click("main button.primary")
    page.goto(f"{house.address}/cases/{cases['ref']}")
    ends = [one.bounding_box() for one in page.locator(".tabs a").all()]
    assert len(ends) == len(TABS)
    assert all(one["x"] >= 0 and one["x"] + one["width"] <= 390 for one in ends)
    page.context.close()


@pytest.mark.parametrize("kind", sorted(ADMINISTRATORS))
def test_pages_of_administrators(looked_at, house, monkeypatch, kind):
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: quick)
    name = f"{kind}-access"
    with house.instance.database.writing() as session:
        if queries.account_named(session, name) is None:
            now = house.clock.now()
            keeping.make_account(
                session, name, now, by="test", kind=kind, password=PASSWORD, must_change=False
            )
    assert looked_at(LOOKED_AT[kind], kind, name) == {}


@pytest.mark.parametrize("width", [1280, 390])
def test_page_between_password_and_entry(chromium, house, account, width):
    name = account("machaoyang")  # nobody whom another test lets in
    with house.instance.database.writing() as session:
        found = queries.account_named(session, name)
        keeping.new_second_factor(found)
        found.totp_since = house.clock.now()
        session.add(found)
    page = chromium.new_context(
        viewport={"width": width, "height": 900}, locale="zh-CN", bypass_csp=True
    ).new_page()
    page.goto(f"{house.address}/login")
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.click("main button.primary")
    page.wait_for_url("**/login/code*")
    assert violations(page) == []
    page.context.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_page_on_which_a_tablet_comes_to_trust_the_server(chromium, house, tmp_path, width):
    files = tls.prepare(tmp_path / "tls", house.instance.keyring, ["127.0.0.1"], house.clock.now())
    page = chromium.new_context(
        viewport={"width": width, "height": 900}, locale="zh-CN", bypass_csp=True
    ).new_page()
    with serving(build_app(house.instance, tls=files)) as address:
        assert page.goto(f"{address}/trust").status == 200
        assert files.fingerprint in page.content()
        assert violations(page) == []
    page.context.close()

"""Every page is for everybody: no violation of WCAG 2.1 A or AA that axe finds, at a desk and on a phone."""

from pathlib import Path

import pytest
from argon2 import PasswordHasher

from mediation.accounts import keeping, passwords, queries
from mediation.web.deps import HandedFile
from tests.browser.conftest import PASSWORD
from tests.web.conftest import MEDIATOR, REGISTRAR, dispute

AXE = Path(__file__).parent / "vendor" / "axe.js"
_RUN = """() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']}).then(found =>
    found.violations.map(one => one.id + ': ' + one.nodes.slice(0, 4).map(node => node.target.join(' ') + ' ' + node.html.slice(0, 160)).join(' | ')))"""

OPEN = ["/login", "/p", "/p/rights", "/p/apply", "/p/follow", "/p/rate", "/p/verify", "/nowhere"]
STAFF = {
    "zhangxiaofeng": [
        "/window",
        "/register",
        "/register/{ref}",
        "/register/{ref}/amend",
        "/cases",
        "/cases?search=排水",
        "/cases/{ref}",
        "/cases/{ref}?tab=trail",
        "/cases/{ref}?tab=evidence",
        "/cases/{ref}/evidence",
        "/cases/{ref}/evidence/1",
        "/cases/{ref}/do/assign",
        "/cases/{ref}/do/amend",
        "/applications",
        "/inbox",
        "/duty",
        "/statistics",
        "/workflows",
        "/me",
        "/me/password",
    ],
    "yangmeixian": [
        "/day",
        "/calendar",
        "/me/calendar",
        "/me/tokens",
        "/cases/{talking}",
        "/cases/{talking}/do/record_session",
        "/cases/{talking}/do/draft_agreement",
        "/cases/{talking}/links",
    ],
    "baijianguo": ["/board", "/leader", "/supervision"],
    "puyongan": ["/leader", "/supervision", "/exports"],
}
ADMINISTRATORS = {
    "system": ["/admin/accounts", "/admin/webhooks"],
    "security": ["/admin/safety", "/admin/tokens", "/admin/exports"],
    "audit": ["/admin/trail"],
}


@pytest.fixture(scope="module")
def cases(house):
    """One case that has just come in, one that is being talked about."""
    refs = [house.instance.register(REGISTRAR, dispute()).act.case for _case in range(2)]
    for actor, trigger, words in (
        (REGISTRAR, "triage", {"tier": "ordinary"}),
        (REGISTRAR, "keep", {}),
        (REGISTRAR, "accept", {}),
        (MEDIATOR, "assign", {"mediators": [{"person": "yangmeixian"}]}),
    ):
        house.instance.do(actor, refs[1], trigger, words)
    words = {"kind": "documentary", "name": "借条", "party": 1, "shows": "借款五千元", "medium": "original"}
    house.instance.evidence.give(REGISTRAR, refs[0], words, [HandedFile("a.txt", 3, lambda: b"abc")])
    return {"ref": refs[0], "talking": refs[1]}


@pytest.fixture
def looked_at(chromium, house, cases):
    """Opens pages one after another, as somebody, and tells what axe finds on each."""

    def look(paths, name="", width=1280):
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
        found = {}
        for path in paths:
            page.goto(house.address + path.format(**cases))
            page.add_script_tag(path=str(AXE))
            violations = page.evaluate(_RUN)
            if violations:
                found[path] = violations
            wide = page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
            if wide > 1:
                found.setdefault(path, []).append(f"{wide} px wider than the screen")
        context.close()
        return found

    return look


@pytest.mark.parametrize("width", [1280, 390])
def test_pages_for_anybody(looked_at, width):
    assert looked_at(OPEN, width=width) == {}


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", sorted(STAFF))
def test_pages_of_staff(looked_at, account, name, width):
    assert looked_at(STAFF[name], account(name), width) == {}


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
    assert looked_at(ADMINISTRATORS[kind], name) == {}

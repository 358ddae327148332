"""The administrators' consoles: each its own, none a case; what is done there takes effect at once and is on the trail."""

import re
from html import unescape

import pytest

from mediation.audit import queries as trail
from mediation.cases.readings import queries as readings
from mediation.clock import local_day
from mediation.people import queries as people
from mediation.sites.shape import Reading
from mediation.web.pages import administration


def instance_acts(instance):
    with instance.database.reading() as session:
        return [event.act for event in trail.events_of(session, "instance")]


@pytest.mark.parametrize(
    ("kind", "own", "foreign"),
    [
        ("system", "/admin/accounts", ["/admin/safety", "/admin/trail", "/cases", "/statistics"]),
        ("security", "/admin/safety", ["/admin/accounts", "/admin/trail", "/cases", "/statistics"]),
        ("audit", "/admin/trail", ["/admin/accounts", "/admin/safety", "/cases", "/statistics"]),
    ],
)
def test_each_administrator_has_one_console(browser, account, kind, own, foreign):
    one = browser().log_in(account(f"{kind}-test", kind))
    assert one.address == own
    assert [one.get(path).status for path in foreign] == [403] * len(foreign)


def test_staff_have_no_console(browser, account):
    one = browser().log_in(account("zhangxiaofeng"))
    assert [one.get(path).status for path in ("/admin/accounts", "/admin/safety", "/admin/trail")] == [
        403
    ] * 3


def test_new_account_gets_a_password_that_must_be_changed(browser, account, instance):
    admin = browser().log_in(account("system-test", "system"))
    admin.get("/admin/accounts").post(
        "/admin/accounts", {"name": "dongjie", "kind": "staff", "person": "dongjie"}
    )
    assert admin.status == 200
    first = unescape(re.search(r'<p class="figure code">([^<]+)</p>', admin.text)[1])
    other = browser().log_in("dongjie", first)
    assert other.address == "/me/password"
    assert other.get("/cases").address == "/me/password"
    assert instance_acts(instance)[-2:] == ["account.made", "account.entered"]


FIRST = re.compile(r'<p class="figure code">([^<]+)</p>')


def test_account_form_posted_twice_shows_one_password_that_holds(browser, account):
    admin = browser().log_in(account("system-test", "system")).get("/admin/accounts")
    fields = {**admin.hidden("/admin/accounts"), "name": " Once-Made ", "kind": "audit", "person": ""}
    admin.raw_post("/admin/accounts", fields)
    first = unescape(FIRST.search(admin.text)[1])
    assert admin.says("账号 once-made 的初始密码")
    admin.raw_post("/admin/accounts", fields)
    assert (admin.status, FIRST.search(admin.text), admin.says("已经有这个登录名")) == (200, None, False)
    assert browser().log_in("once-made", first).address == "/me/password"


def test_reset_posted_twice_makes_one_password(browser, account, instance):
    account("reset-twice", "audit")
    admin = browser().log_in(account("system-test", "system")).get("/admin/accounts?search=reset-twice")
    [path] = re.findall(r'action="(/admin/accounts/[^"]+/reset)"', admin.text)
    fields, before = admin.hidden(path), instance_acts(instance).count("account.reset")
    first = unescape(FIRST.search(admin.raw_post(path, fields).text)[1])
    assert admin.says("账号 reset-twice 的初始密码")
    admin.raw_post(path, fields)
    assert (admin.status, admin.address, FIRST.search(admin.text)) == (200, "/admin/accounts", None)
    assert re.search(r'name="search" type="search" value="([^"]*)"', admin.text)[1] == "reset-twice"
    assert instance_acts(instance).count("account.reset") == before + 1
    assert browser().log_in("reset-twice", first).address == "/me/password"


def test_what_is_wrong_with_an_account_is_told_and_what_was_typed_stays(browser, account):
    admin = browser().log_in(account("system-test", "system"))
    admin.get("/admin/accounts").post("/admin/accounts", {"name": "名字", "kind": "staff", "person": ""})
    assert admin.status == 422
    assert admin.says("登录名用 2 至 40 个小写字母", "工作人员的账号要写明是谁")
    assert 'value="名字"' in admin.text


@pytest.mark.parametrize(("kind", "path"), [("system", "/admin/accounts"), ("security", "/admin/safety")])
def test_account_is_found_by_a_part_of_its_name_or_of_the_persons(browser, account, monkeypatch, kind, path):
    account("heyoucai")
    account("hedaming")
    admin = browser().log_in(account(f"{kind}-test", kind))

    def names(address):
        admin.get(address)
        return re.findall(r'<tr data-row>\s*<td(?: class="code">|><span class="code">)([^<]+)<', admin.text)

    assert names(f"{path}?search=%20YOUC") == ["heyoucai"]
    assert names(f"{path}?search=有才") == ["heyoucai"]
    assert (names(f"{path}?search=%25"), admin.says("没有这样的账号。")) == ([], True)
    every = names(path)
    assert every == sorted(every)
    monkeypatch.setattr(administration, "_PAGE", 2)
    seen, address = [], path
    while address:
        seen += (page := names(address))
        assert len(page) <= 2
        more = re.search(r'href="([^"]+)">下一页<', admin.text)
        address = unescape(more[1]) if more else ""
    assert seen == every


def test_disabled_account_is_out_at_once(browser, account):
    other = browser().log_in(account("heyoucai"))
    assert other.get("/me").status == 200
    admin = browser().log_in(account("system-test", "system"))
    row = next(
        found for found in re.findall(r"<tr data-row>.*?</tr>", admin.text, re.DOTALL) if "heyoucai" in found
    )
    path = re.search(r'action="(/admin/accounts/[^"]+/disable)"', row)[1]
    admin.post(path)
    assert other.get("/me").address == "/login"
    admin.post(path.replace("disable", "enable"), admin.hidden(path.replace("disable", "enable")))
    assert admin.status == 200


def test_what_ends_something_is_asked_once_more_and_the_list_stays_as_it_was(browser, account):
    lists = (("security", "/admin/safety", "sessions"), ("system", "/admin/accounts", "reset"))
    browser().log_in(account("acted-upon", "audit"))
    for kind, path, act in lists:
        admin = browser().log_in(account(f"{kind}-list", kind)).get(f"{path}?search=acted")
        [form] = re.findall(rf'<details.*?action="({path}/[^"]+/{act})".*?</details>', admin.text, re.DOTALL)
        admin.post(form)
        assert re.search(r'name="search" type="search" value="([^"]*)"', admin.text)[1] == "acted"
        assert "acted-upon" in admin.text


def test_sessions_are_ended_by_the_security_administrator(browser, account):
    other = browser().log_in(account("liguangming"))
    guard = browser().log_in(account("security-test", "security"))
    row = next(
        found
        for found in re.findall(r"<tr data-row>.*?</tr>", guard.text, re.DOTALL)
        if "liguangming" in found
    )
    guard.post(re.search(r'action="(/admin/safety/[^"]+/sessions)"', row)[1])
    assert guard.says("已退出登录 1 处")
    assert other.get("/me").address == "/login"


def test_trail_is_browsed_without_personal_data_and_verified(browser, account, counter, instance):
    ref = counter.register()
    auditor = browser().log_in(account("audit-test", "audit"))
    auditor.get(f"/admin/trail?chain={ref}")
    assert auditor.says("登记", "zhangxiaofeng:registrar")
    assert "张某" not in auditor.text
    auditor.post("/admin/trail/verify")
    assert auditor.says("校验通过")
    assert instance_acts(instance)[-1] == "trail.verified"
    assert auditor.get("/admin/trail?actor=nobody%25").says("没有符合的日志")


def test_every_act_that_no_definition_names_has_a_title_on_the_trail(browser, account, instance):
    auditor = browser().log_in(account("audit-test", "audit"))
    with instance.database.reading() as session:
        acts = {event.act for event in trail.events_of(session, "instance")}
    assert [act for act in acts if f">{act}</td>" in auditor.get("/admin/trail?chain=instance").text] == []


def test_trail_names_states_and_finds_an_act_by_its_title(browser, account, counter):
    ref = counter.register()
    counter.instance.do("zhangxiaofeng:registrar", ref, "triage", {"tier": "ordinary"})
    auditor = browser().log_in(account("audit-test", "audit"))
    auditor.get(f"/admin/trail?chain={ref}")
    assert auditor.says("已登记 → 已研判", "registered → triaged", "研判 triage")
    auditor.get(f"/admin/trail?chain={ref}&act=研判")
    assert (auditor.says("研判"), "data-row" in auditor.text, "> register<" in auditor.text) == (
        True,
        True,
        False,
    )


def test_trail_tells_a_change_of_state_only_where_there_was_one(browser, account, counter):
    ref = counter.register()
    counter.do("zhangxiaofeng:registrar", ref, "triage", tier="ordinary")
    counter.instance.issue("zhangxiaofeng:registrar", ref, "rights_notice", "party-1")
    auditor = browser().log_in(account("audit-test", "audit"))
    auditor.get(f"/admin/trail?chain={ref}")
    rows = re.findall(r"<tr data-row>(.*?)</tr>", auditor.text, re.DOTALL)
    assert ["状态变化" in row for row in rows] == [False, True, True]
    assert "triaged" not in rows[0]


def test_trail_names_acts_and_states_by_the_definition_of_the_case(browser, account, counter):
    ref = counter.register()
    for who, trigger, words in (
        ("zhangxiaofeng:registrar", "triage", {"tier": "ordinary"}),
        ("zhangxiaofeng:registrar", "keep", {}),
        ("zhangxiaofeng:registrar", "accept", {}),
        ("yangmeixian:mediator", "assign", {"mediators": [{"person": "yangmeixian"}]}),
        (
            "yangmeixian:mediator",
            "record_session",
            {
                "held_from": "2026-03-02T09:00",
                "place": "村调解室",
                "present": [1, 2],
                "body": ["双方陈述。"],
                "result": "to_continue",
            },
        ),
    ):
        counter.instance.do(who, ref, trigger, words)
    auditor = browser().log_in(account("audit-test", "audit"))
    auditor.get(f"/admin/trail?chain={ref}")
    assert auditor.says("调解准备 → 调解中", "preparing → mediating")


def test_events_of_accounts_name_whose_account_it_was(browser, account):
    guard = browser().log_in(account("security-test", "security"))
    chief = browser().log_in(account("system-test", "system"))
    chief.post("/admin/accounts", {"name": "newaudit", "kind": "audit", "person": ""})
    told = guard.get("/admin/safety").text.partition("近来的登录和账号变动")[2]
    lines = [re.sub(r"<[^>]+>", "", line) for line in re.findall(r"</time>(.*?)</li>", told)]
    assert lines[:2] == ["开账号 newaudit 由 system-test 办理", "登录 system-test"]


def test_table_of_pages_says_in_words_who_may_see_what(browser, account):
    guard = browser().log_in(account("security-test", "security"))
    table = guard.get("/admin/safety").text.partition("谁能用哪些页面")[2]
    rows = re.findall(r'<tr><td class="code">(\w+)</td>(.*?)</tr>', table, re.DOTALL)
    assert len(rows) > 100
    assert [name for name, cells in rows if re.search(r"[a-z]{3}", re.sub(r"<[^>]*>", "", cells))] == []


def test_who_read_too_much_stands_on_the_auditors_console_by_code(browser, account, counter, instance):
    auditor = browser().log_in(account("audit-test", "audit"))
    assert "看得过多的" not in auditor.get("/admin/trail").text
    usual = instance.office.reading
    ref = counter.register()
    with instance.database.reading() as session:
        reader = people.person(session, "puyongan").id
        many = readings.count_since(session, reader, 0) + 10
    object.__setattr__(instance.office, "reading", Reading(many=many))
    try:
        for at in range(12):
            instance.scope.note_reading("puyongan:leader", f"paper form{at}", ref)
    finally:
        object.__setattr__(instance.office, "reading", usual)
    auditor.get("/admin/trail")
    day = local_day(instance.clock.now())
    assert auditor.says("一周内看得过多的", f"puyongan {day} 看了 {many} 次")
    assert 'href="/admin/readings?person=puyongan"' in auditor.text
    assert instance_acts(instance).count("readings.many") == 1

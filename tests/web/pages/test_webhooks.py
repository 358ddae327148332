"""The page of webhooks: the administrator of the system alone, the secret once, what is parked sent again by one button."""

import re
from html import unescape

import pytest
from starlette.testclient import TestClient

from mediation.accounts import keeping
from mediation.web.app import build_app
from mediation.webhooks import keeping as hooks
from tests.web.conftest import ADDRESS
from tests.web.pages.conftest import PASSWORD, Browser
from tests.webhooks.conftest import add, messages, receiver, switch_on

__all__ = ["receiver"]
PAGE = "/admin/webhooks"


@pytest.fixture
def come_in(sqlite_town):
    """Makes the browser of an account, come in."""
    with TestClient(build_app(sqlite_town.instance), base_url=ADDRESS) as client:

        def enter(name, kind="system"):
            with sqlite_town.instance.database.writing() as session:
                keeping.make_account(
                    session,
                    name,
                    sqlite_town.clock.now(),
                    by="test",
                    kind=kind,
                    person=name if kind == "staff" else "",
                    password=PASSWORD,
                    must_change=False,
                )
            return Browser(client).log_in(name)

        yield enter


def shown_secret(browser):
    return unescape(re.search(r'<p class="strong code">([^<]+)</p>', browser.text)[1])


def test_webhook_is_added_and_its_secret_shown_once(sqlite_town, come_in, receiver):
    switch_on(sqlite_town)
    admin = come_in("chief").get(PAGE)
    words = {"address": receiver.url, "kinds": "case.register\r\ncase.accept", "unit": "su"}
    admin.post(PAGE, words)
    assert admin.status == 200
    assert admin.says(f"{receiver.url} 的密钥（只显示这一次")
    secret = shown_secret(admin)
    assert secret.startswith("whsec_")
    assert secret not in admin.get(PAGE).text
    assert admin.says(receiver.url, "case.accept", "示例苏木")
    [line] = sqlite_town.instance.webhooks.lines()
    admin.post(f"{PAGE}/{line.id}/test")
    assert admin.says(f"{receiver.url} 试推送对方已收下。")
    admin.get(PAGE).post(f"{PAGE}/{line.id}/rotate", {"hours": "3"})
    assert shown_secret(admin) != secret
    admin.get(PAGE).post(f"{PAGE}/{line.id}/remove")
    assert admin.says("已删除，不再推送。", "还没有推送地址")


def test_form_posted_twice_adds_one(sqlite_town, come_in):
    switch_on(sqlite_town)
    admin = come_in("chief").get(PAGE)
    fields = {**admin.hidden(PAGE), "address": "https://hooks.example/", "kinds": "case.*", "unit": "su"}
    made = shown_secret(admin.raw_post(PAGE, fields))
    admin.raw_post(PAGE, fields)
    assert (admin.status, admin.address, "whsec_" in admin.text) == (200, PAGE, False)
    [line] = sqlite_town.instance.webhooks.lines()
    with sqlite_town.reading() as session:
        assert hooks.secrets_of(hooks.found(session, line.id), sqlite_town.clock.now()) == [made]
    admin.raw_post(
        PAGE, {**fields, "address": "https://other.example/"}
    )  # the same form, taken from the browser's history
    assert (
        admin.status,
        admin.says("这张表已经办过一次", "请重新打开页面"),
        "Idempotency" in admin.text,
    ) == (
        422,
        True,
        False,
    )
    assert len(sqlite_town.instance.webhooks.lines()) == 1


def test_rotation_posted_twice_makes_one_secret_and_keeps_the_receivers(sqlite_town, come_in, receiver):
    switch_on(sqlite_town)
    hook, secret = add(sqlite_town, receiver.url)
    admin, path = come_in("chief").get(PAGE), f"{PAGE}/{hook}/rotate"
    fields = {**admin.hidden(path), "hours": "24"}
    made = shown_secret(admin.raw_post(path, fields))
    admin.raw_post(path, fields)
    assert (admin.status, admin.address, "whsec_" in admin.text) == (200, PAGE, False)
    with sqlite_town.reading() as session:
        kept = hooks.found(session, hook)
        assert hooks.secrets_of(kept, sqlite_town.clock.now()) == [made, secret]
    again = {**admin.hidden(path), "hours": "24"}  # a form of its own is another rotation
    assert shown_secret(admin.raw_post(path, again)) != made


def test_what_is_wrong_is_told_and_what_was_typed_stays(sqlite_town, come_in):
    switch_on(sqlite_town)
    admin = come_in("chief").get(PAGE)
    admin.post(PAGE, {"address": "http://10.0.0.1/<b>", "kinds": "case.nothing", "unit": ""})
    assert admin.status == 422
    assert admin.says("只有本机可以用 http://", "没有 case.nothing 这种事件", "没有代码为")
    assert 'value="http://10.0.0.1/&lt;b&gt;"' in admin.text
    for hours in ("x", "-1", "9999", "169"):
        made = sqlite_town.instance.webhooks
        hook = made.lines()[0].id if made.lines() else add(sqlite_town, "https://hooks.example/")[0]
        admin.get(PAGE).post(f"{PAGE}/{hook}/rotate", {"hours": hours})
        assert (admin.status, admin.says("应当是 0 到 168 小时")) == (422, True)


def test_parked_messages_are_listed_and_sent_again_by_one_button(sqlite_town, come_in, receiver):
    receiver.answers = [(500, {})]
    switch_on(sqlite_town, attempts=1)
    add(sqlite_town, receiver.url, "case.register")
    ref = sqlite_town.register()
    sqlite_town.instance.webhooks.deliver_waiting()
    admin = come_in("chief").get(PAGE)
    assert admin.says("没有送到的消息", "对方答复 HTTP 500", "停发 1 条")
    assert ref not in admin.text
    assert f'<td class="code small">{receiver.url}</td>' in admin.text
    [line] = sqlite_town.instance.webhooks.messages(["parked"])
    admin.post(f"{PAGE}/messages/{line.id}/again")
    assert admin.says("已交去再发 1 条")
    assert messages(sqlite_town) == [("waiting", "", 0, 0)]
    sqlite_town.instance.webhooks.deliver_waiting()
    admin.get(PAGE).post(f"{PAGE}/messages/again")
    assert (admin.says("已交去再发 1 条"), messages(sqlite_town)) == (True, [("waiting", "", 0, 0)])


def test_stopped_webhook_is_resumed(sqlite_town, come_in, receiver):
    receiver.answers = [(410, {})]
    switch_on(sqlite_town)
    hook, _secret = add(sqlite_town, receiver.url, "case.register")
    sqlite_town.register()
    sqlite_town.instance.webhooks.deliver_waiting()
    admin = come_in("chief").get(PAGE)
    assert admin.says("已停：对方表示不再接收")
    admin.post(f"{PAGE}/{hook}/resume")
    assert (admin.says("已放行。"), sqlite_town.instance.webhooks.lines()[0].stopped_at) == (True, None)


def test_page_says_when_the_site_has_not_switched_it_on(sqlite_town, come_in):
    admin = come_in("chief").get(PAGE)
    assert admin.says("部署单位没有开通推送")
    fields = {**admin.hidden(PAGE), "address": "https://hooks.example/", "kinds": "case.*", "unit": "su"}
    assert admin.raw_post(PAGE, fields).status == 403


@pytest.mark.parametrize(("name", "kind"), [("guard", "security"), ("auditor", "audit"), ("sulead", "staff")])
def test_nobody_else_has_the_page(sqlite_town, come_in, name, kind):
    switch_on(sqlite_town)
    hook, _secret = add(sqlite_town, "https://hooks.example/")
    other = come_in(name, kind)
    assert other.get(PAGE).status == 403
    token = other.get("/me").hidden("/me/language").get("form_token", "")
    for path in (PAGE, f"{PAGE}/{hook}/rotate", f"{PAGE}/{hook}/remove", f"{PAGE}/messages/again"):
        assert other.raw_post(path, {"form_token": token}).status == 403
    assert [line.id for line in sqlite_town.instance.webhooks.lines()] == [hook]


def test_form_from_another_site_does_nothing(sqlite_town, come_in):
    switch_on(sqlite_town)
    hook, _secret = add(sqlite_town, "https://hooks.example/")
    admin = come_in("chief").get(PAGE)
    path = f"{PAGE}/{hook}/remove"
    assert admin.raw_post(path, {"form_token": "x"}).status == 403
    assert admin.raw_post(path, admin.hidden(path), Origin="https://evil.example").status == 403
    assert len(sqlite_town.instance.webhooks.lines()) == 1

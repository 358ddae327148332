"""Tokens for webhooks by page: an administrator of the system makes them, shown once; that one or the guard withdraws them."""

import re
from html import unescape

import pytest
from sqlmodel import select

from mediation.accounts.models import AccountToken
from mediation.audit import queries as trail

PAGE, ALL = "/admin/webhooks/tokens", "/admin/tokens"


def made(page, **changes):
    """The token of the form, and nothing if none was told."""
    page.get(PAGE).post(PAGE, {"label": "运维脚本", "days": "30", **changes})
    found = re.search(r'<p class="code token">([^<]+)</p>', page.text)
    return unescape(found[1]) if found else None


def asked(counter, token, path="/webhooks"):
    headers = {"Authorization": f"Bearer {token}"}
    return counter.client.get(f"/api/v1{path}", headers=headers).status_code


def withdraw(page, path, label):
    row = next(
        one for one in re.findall(r"<tr data-row>.*?</tr>", page.get(path).text, re.DOTALL) if label in one
    )
    return page.post(re.search(r'action="([^"]+/revoke)"', row)[1])


def last_event(instance):
    with instance.database.reading() as session:
        event = trail.events_of(session, "instance")[-1]
    return event.act, event.actor


@pytest.fixture
def chief(browser, account):
    return browser().log_in(account("system-test", "system"))


def test_token_is_shown_once_and_keeps_webhooks_alone_until_it_is_withdrawn(chief, counter, instance):
    token = made(chief, label="只此一个")
    assert (chief.status, last_event(instance)) == (200, ("token.issued", "system-test"))
    assert token not in chief.get(PAGE).text
    assert (asked(counter, token), asked(counter, token, "/cases")) == (200, 401)
    with instance.database.reading() as session:
        assert token not in str([row.model_dump() for row in session.exec(select(AccountToken))])
    assert withdraw(chief, PAGE, "只此一个").says("令牌已收回，马上失效")
    assert (asked(counter, token), last_event(instance)) == (401, ("token.revoked", "system-test"))


def test_guard_sees_it_and_withdraws_it(chief, browser, account, counter, instance):
    token = made(chief, label="没人认的")
    guard = browser().log_in(account("security-test", "security"))
    assert token not in guard.get(ALL).text
    assert withdraw(guard, ALL, "没人认的").says("令牌已收回，马上失效")
    assert (guard.address, asked(counter, token)) == (ALL, 401)
    assert last_event(instance) == ("token.revoked", "security-test")


def test_what_is_wrong_is_told_and_what_was_typed_stays(chief, instance):
    before = last_event(instance)
    assert made(chief, label="写了的", days="400") is None
    assert (chief.status, chief.says("有效天数应当是 1 到 366")) == (422, True)
    assert 'value="写了的"' in chief.text
    assert made(chief, label=" ") is None
    assert chief.says("请写明给谁、做什么用")
    assert last_event(instance) == before


def test_form_sent_again_makes_one_and_an_unknown_one_is_not_found(chief, instance):
    fields = {**chief.get(PAGE).hidden(PAGE), "label": "两次", "days": "1"}
    for _time in range(2):
        chief.raw_post(PAGE, fields)
    with instance.database.reading() as session:
        assert len(list(session.exec(select(AccountToken).where(AccountToken.label == "两次")))) == 1
    token = {"form_token": chief.get(PAGE).hidden(PAGE)["form_token"]}
    assert [chief.raw_post(f"{PAGE}/{one}/revoke", token).status for one in ("999999", "x", "9" * 40)] == [
        404
    ] * 3


@pytest.mark.parametrize(("name", "kind"), [("audit-test", "audit"), ("zhangxiaofeng", "staff")])
def test_nobody_else_has_the_page(browser, account, name, kind):
    assert browser().log_in(account(name, kind)).get(PAGE).status == 403

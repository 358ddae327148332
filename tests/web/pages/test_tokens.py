"""Tokens by page: shown once, good for what was ticked, ended at once; use is written down once an hour at most."""

import re
from datetime import timedelta
from html import unescape

from sqlmodel import select

from mediation.accounts import keeping
from mediation.audit import queries as trail
from mediation.people import queries as people
from mediation.people.models import AccessToken
from tests.web.conftest import dispute, new_key

OWN, ALL = "/me/tokens", "/admin/tokens"


def issued(page, **changes):
    """The token of the form, and nothing if none was told."""
    fields = {"label": "县平台取数", "scopes": ["read"], "days": "30", **changes}
    page.get(OWN).post(OWN, fields)
    found = re.search(r'<p class="code token">([^<]+)</p>', page.text)
    return unescape(found[1]) if found else None


def asked(counter, token, path="/cases", **more):
    return counter.client.get(
        f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"}, **more
    ).status_code


def registering(counter, token):
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": new_key()}
    return counter.client.post("/api/v1/cases", json=dispute(), headers=headers)


def revoke_path(page, label):
    rows = re.findall(r"<tr data-row>.*?</tr>", page.text, re.DOTALL)
    row = next(one for one in rows if label in one)
    found = re.search(r'action="([^"]+/revoke)"', row)
    return found[1] if found else None


def events(instance):
    with instance.database.reading() as session:
        return [
            (one.act, one.actor)
            for one in trail.events_of(session, "instance")
            if one.act.startswith("token.")
        ]


def test_token_is_shown_once_and_good_for_what_was_ticked(counter, at_desk, instance):
    clerk = at_desk("sunlei")
    token = issued(clerk, label="只看不办")
    assert clerk.status == 200
    assert token not in clerk.get(OWN).text
    assert asked(counter, token) == 200
    assert registering(counter, token).status_code == 403
    assert events(instance)[-1] == ("token.issued", "sunlei:registrar")
    with instance.database.reading() as session:
        assert token not in str([row.model_dump() for row in session.exec(select(AccessToken))])


def test_what_is_wrong_is_told_and_what_was_typed_stays(at_desk, instance):
    clerk = at_desk("sunlei")
    before = events(instance)
    clerk.get(OWN).post(OWN, {"label": "写了的", "days": "400"})
    assert clerk.status == 422
    assert clerk.says("有效天数应当是 1 到 366", "令牌至少要有一项用途")
    assert 'value="写了的"' in clerk.text
    assert 'value="400"' in clerk.text
    assert issued(clerk, label=" ") is None
    assert clerk.says("请写明给谁、做什么用")
    assert events(instance) == before


def test_token_for_a_post_of_somebody_else_is_not_made(at_desk, instance):
    with instance.database.reading() as session:
        other = people.actor_from_text(session, "yangmeixian:mediator", instance.clock.now().date()).post_id
    clerk = at_desk("sunlei")
    assert issued(clerk, post=str(other)) is None
    assert clerk.status == 403


def test_revoked_token_ends_at_once(counter, at_desk, instance):
    clerk = at_desk("sunlei")
    token = issued(clerk, label="要收回的")
    path = revoke_path(clerk.get(OWN), "要收回的")
    clerk.post(path)
    assert clerk.says("令牌已收回，马上失效")
    assert asked(counter, token) == 401
    assert clerk.raw_post(path, {"form_token": clerk.hidden(OWN)["form_token"]}).status == 404
    assert events(instance)[-1] == ("token.revoked", "sunlei:registrar")


def test_nobody_sees_or_revokes_anothers_tokens(counter, at_desk):
    clerk, other = at_desk("sunlei"), at_desk("yangmeixian")
    token = issued(clerk, label="孙磊一个人的")
    path = revoke_path(clerk.get(OWN), "孙磊一个人的")
    assert "孙磊一个人的" not in other.get(OWN).text
    assert other.raw_post(path, {"form_token": other.hidden(OWN)["form_token"]}).status == 404
    assert asked(counter, token) == 200


def test_security_administrator_sees_all_and_revokes_but_makes_none(counter, at_desk, browser, account):
    token = issued(at_desk("sunlei"), label="安全员看得到")
    guard = browser().log_in(account("security-test", "security"))
    guard.get(ALL)
    assert token not in guard.text
    assert f'action="{OWN}"' not in guard.text
    guard.post(revoke_path(guard, "安全员看得到"))
    assert guard.address == ALL
    assert asked(counter, token) == 401
    assert guard.get(OWN).status == 403
    assert [
        at_desk("sunlei").get(ALL).status,
        browser().log_in(account("audit-test", "audit")).get(ALL).status,
    ] == [
        403,
        403,
    ]


def test_form_sent_again_makes_no_second_token(at_desk, instance):
    clerk = at_desk("sunlei").get(OWN)
    fields = {**clerk.hidden(OWN), "label": "一次", "scopes": "read", "days": "1"}
    clerk.raw_post(OWN, fields)
    clerk.raw_post(OWN, fields)
    assert clerk.address == OWN
    with instance.database.reading() as session:
        assert len(list(session.exec(select(AccessToken).where(AccessToken.label == "一次")))) == 1


def test_use_is_written_down_once_an_hour_and_never_for_what_was_refused(counter, at_desk, instance, clock):
    token = issued(at_desk("sunlei"), label="用过")

    def used():
        with instance.database.reading() as session:
            return session.exec(select(AccessToken.used_at).where(AccessToken.label == "用过")).one()

    assert registering(counter, token).status_code == 403
    assert used() is None
    first = clock.now()
    assert asked(counter, token) == 200
    assert used() == first
    clock.advance(timedelta(minutes=59))
    asked(counter, token)
    assert used() == first
    clock.advance(timedelta(minutes=1))
    asked(counter, token)
    assert used() == clock.now()


def test_closed_account_ends_its_tokens(counter, browser, account, instance, clock):
    token = issued(browser().log_in(account("luoshaohua")))
    assert asked(counter, token) == 200
    with instance.database.writing() as session:
        one = keeping.named(session, "luoshaohua")
        keeping.disable(session, one.public_id, clock.now(), by="system-test")
    assert asked(counter, token) == 401
    assert events(instance)[-1] == ("token.revoked", "system-test")
    with instance.database.writing() as session:
        keeping.enable(session, keeping.named(session, "luoshaohua").public_id, clock.now(), by="system-test")
    assert asked(counter, token) == 401

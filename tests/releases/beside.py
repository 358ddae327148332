"""What a kept instance has beside its disputes and what demos have no words for: logins and tokens, webhooks, what residents
send and rate, evidence, a person kept off a case, a signing link, an erasure, an export, a case moved to an older definition.

The passwords and tokens are a test instance's: they open invented people's cases only.
"""

import base64
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

from sqlmodel import Session

from mediation.accounts import attempts, calendars, entering, keeping
from mediation.accounts import tokens as account_tokens
from mediation.app import Instance
from mediation.demo.drawings import drawn_name
from mediation.migrating import migrate_cases
from mediation.web.answers import Answer, answer_once
from mediation.web.deps import Asked
from mediation.workflow.migration import Plan

BY = "system:accounts"
LOGIN = {"name": "jiangpeiwen", "password": "清明时节雨纷纷-2026"}
"""Who sees every case: the county's leader."""
NOWHERE = "http://127.0.0.1:9/"
"""The discard port: nobody listens there."""
_APPLIED = {
    "name": "段小芳",
    "phone": "13800000000",
    "other": "董老五",
    "other_phone": "13900000000",
    "place": "yicun",
    "account": "董老五家的水管漏到我家院子。",
    "wanted": "修好水管",
    "agrees": True,
}


def add(instance: Instance, cases: Mapping[str, str]) -> dict[str, str]:
    """Do all of it in a played instance; the login that sees every case. `cases`: by the keys of the disputes."""
    instance.webhooks.add(NOWHERE, ["case.register", "case.withdraw"], "xian", by=BY)
    _come_in(instance)
    _rate_and_erase(instance)
    _hand_in(instance, cases)
    instance.scope.recuse(
        "puyongan", cases["quarry"], {"person": "lixiulan", "kind": "near_relative", "reason": "韦正德的表姐"}
    )
    instance.residents.make_link("heyoucai:mediator", cases["well"], "party-02")
    instance.scope.note_reading("puyongan", "case", cases["quarry"])
    _ask_for_list(instance)
    moved = migrate_cases(instance, "simple", 2, Plan(format=1))
    assert moved.is_complete, moved.cases
    instance.webhooks.deliver_waiting()
    instance.make_head()
    return LOGIN


def _come_in(instance: Instance) -> None:
    """An account of staff that has come in and has a calendar, an administrator's with a token, a token of a post."""
    now, keyring = instance.clock.now(), instance.keyring
    name, password = LOGIN["name"], LOGIN["password"]
    with instance.database.writing() as session:
        account, _first = keeping.make_account(
            session, name, now, by=BY, person=name, password=password, must_change=False
        )
        attempts.count(session, keyring, "login", "127.0.0.1", now, timedelta(minutes=15))
        came = entering.enter(session, keyring, name, password, now)
        assert isinstance(came, entering.Entered)
        calendars.make_address(session, keyring, account, now)
        admin, _first = keeping.make_account(session, "admin", now, by=BY, kind="system")
        account_tokens.issue(session, keyring, admin, "推送", 30, now, by=BY)
    instance.issue_token("fangmin:registrar", "窗口")


def _rate_and_erase(instance: Instance) -> None:
    """Of two applications one waits, one has become a case: withdrawn, put away, rated, one party erased."""
    desk, who = instance.residents, "zhangxiaofeng:registrar"
    code = desk.apply(_APPLIED, "first")
    (taken,) = desk.applications(who)
    desk.apply({**_APPLIED, "name": "段大方", "phone": "13800000001"}, "second")
    words = {
        "title": "段小芳与董老五漏水纠纷",
        "source": "online",
        "governance_category": "0201",
        "place": "yicun",
        "narrative": _APPLIED["account"],
        "claims": [_APPLIED["wanted"]],
        "parties": [
            {"role": "applicant", "name": "段小芳", "phone": "13800000000", "consents": True},
            {"role": "respondent", "name": "董老五", "phone": "13900000000"},
        ],
    }

    def take(session: Session, done: Any) -> None:
        desk.take(session, who, taken.id, done.act.case)

    ref = instance.register(who, words, remember=take).act.case
    asked = {"reason": "水管修好了。", "asked_by": [1], "settled_privately": True}
    instance.act(who, ref, "withdraw", asked)
    instance.act(who, ref, "close")
    instance.act("zhangxiaofeng:archivist", ref, "archive", {"paper_volume": "村档案柜2026年卷"})
    desk.rate(code, {"satisfaction": 5, "remark": "不用再跑一趟"})
    instance.request_erasure("zhangxiaofeng:archivist", ref, "consent_withdrawn", 1)
    instance.confirm_erasure("pulaoda:leader", ref, 1)


def _hand_in(instance: Instance, cases: Mapping[str, str]) -> None:
    """A piece of evidence: a small picture."""
    data = base64.b64decode(drawn_name("韦正德"))
    file = SimpleNamespace(name="烤烟.png", size=len(data), read=lambda: data)
    said = {"kind": "documentary", "name": "烤烟照片", "party": 1, "medium": "copy", "shows": "烤烟受损"}
    instance.evidence.give("shizhengde:mediator", cases["quarry"], said, [file])


def _ask_for_list(instance: Instance) -> None:
    """A list asked for by a request with a key, whose answer is kept."""
    words = {"first": "2026-11-01", "last": "2026-11-03", "why": "月末核对"}
    body = sha256(str(words).encode()).hexdigest()
    answer_once(
        instance,
        Asked("kept-by-a-release", "puyongan:leader", "POST /exports", body),
        lambda remember: instance.exports.ask("puyongan", words, remember=remember),
        lambda line: Answer(201, line.id),
    )

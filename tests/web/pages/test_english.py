"""A reader of English finds no Chinese on any page but people's own words, names, and what is marked as recorded in Chinese."""

import io
import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from PIL import Image
from starlette.testclient import TestClient

from mediation.accounts import keeping, passwords, queries
from mediation.app import Instance
from mediation.clock import SetClock
from mediation.demo.drawings import drawn_name
from mediation.founding import found_instance
from mediation.settings import Settings
from mediation.web.app import build_app
from mediation.web.pages.shell import LANGUAGE
from mediation.web.policy import POLICY
from tests.web.conftest import ADDRESS, ESHAN, MEDIATOR, MORNING, OTHER_VILLAGE, REGISTRAR, dispute
from tests.web.english import OwnWords, links, own_words, unread
from tests.web.pages.conftest import PASSWORD, Browser
from tests.web.test_policy import _routes

ADMINISTRATORS = ("system", "security", "audit")
STAFF = ("zhangxiaofeng", "yangmeixian", "baijianguo", "puyongan")
ALIKE = 2
"""So many addresses of one shape are looked at by each reader: cases in several states come by several links."""
ONCE = re.compile(r"/do/|/papers/|/admin/trail\?|/calendar\?|/sign\?|/p/|/statistics\?")
"""What is much the same for everybody who may see it: so many in all."""
WITHOUT_A_LINK = {"zhangxiaofeng": ["/me", "/me/password", "/cases?search=排水", "/board/rulings?case=none"]}
LEFT_OUT = {
    "static": "files",
    "trust_file": "a file",
    "calendar_file": "a file; its words are in test_diary.py",
    "calendar_feed": "the same",
    "statistics_file": "a file",
    "evidence_file": "a file",
    "ledger_proof": "a file",
    "case_paper": "a paper: Chinese by law",
    "paper_page": "a picture of a paper",
    "unit_paper": "a paper",
    "language": "an answer without a page",
    "oidc_begin": "leads to the identity provider",
    "oidc_back": "comes from the identity provider",
    "trust": "only where TLS is of our own",
    "code": "only for an account with a second factor: seen in test_code_is_asked_in_english",
    "resident_paper": "seen in test_pages_of_a_resident_who_has_something_in_hand",
    "resident_sign": "the same",
    "resident_sign_page": "a picture of a paper",
}


EVIDENCE = {"kind": "documentary", "name": "借条", "party": 1, "shows": "借款五千元", "medium": "copy"}
APPLICATION = {
    "name": "李四妹",
    "phone": "13800000000",
    "other": "王小二",
    "place": "yicun",
    "account": "水沟堵了。",
    "wanted": "请疏通。",
    "agrees": True,
}
DISPATCHER = "baijianguo:dispatcher"
APPROVAL = {
    "approval": "extension_review",
    "days": 14,
    "signers": [{"person": "puyongan"}],
    "question": "鉴定还要两周。",
}
CHARGE = {"person": "puyongan", "duty": "包到底。"}
TYPED = {
    *(str(one) for one in APPLICATION.values()),
    *(
        "排水",
        "借条",
        "借款五千元",
        "照片.png",
        "张喆",
        "李玥",
        "张某与李某相邻排水纠纷",
        "雨水倒灌。",
        "修复排水沟",
        "村委会调解室",
        "双方陈述。",
        "愿意让步。",
        "由谁修沟。",
        "现金",
    ),
    *(
        "村里办不了。",
        "水源在那里。",
        "还是你们办。",
        "不是我们村的。",
        "这条沟归谁管？",
        "请到场。",
        "连着谈。",
        "鉴定还要两周。",
        "包到底。",
        "台账",
        "没有登记。",
    ),
    # what one side said, in one, as the minutes of a ruling record it
    *("不是我们村的。；不是我们村的。", "水源在那里。；还是你们办。；水源在那里。"),
}
"""What the people of this test have written themselves."""


class Handed:
    """A picture as a form hands it over."""

    name = "照片.png"

    def __init__(self) -> None:
        out = io.BytesIO()
        Image.new("RGB", (30, 20)).save(out, "PNG")
        self._data = out.getvalue()
        self.size = len(self._data)

    def read(self) -> bytes:
        return self._data


@pytest.fixture(scope="module")
def clock() -> SetClock:
    return SetClock(MORNING)


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory, clock: SetClock) -> Iterator[Instance]:
    """The example site with a dispute in each hand, on SQLite: what pages say does not depend on the store."""
    data = tmp_path_factory.mktemp("english") / "data"
    settings = Settings(
        data=data, database_url=f"sqlite:///{data / 'mediation.db'}", key_file=data / "keys" / "master.key"
    )
    found_instance(settings, ESHAN, clock)
    with Instance.open(settings, clock) as instance:
        furnish(instance, clock)
        yield instance


def furnish(instance: Instance, clock: SetClock) -> None:
    """Disputes that wait for the window, the dispatcher, the mediator, the signers and the leader, and what lies beside them."""
    fresh = instance.register(REGISTRAR, dispute()).act.case
    _talked(instance, clock)
    signing = _talked(instance, clock)
    instance.do(MEDIATOR, signing, "conclude_written", {})
    _owing(instance, _talked(instance, clock), clock)
    _sent_to_and_fro(instance, clock)
    other = instance.register(OTHER_VILLAGE, dispute()).act.case
    instance.do(OTHER_VILLAGE, other, "triage", {"tier": "simple"})
    instance.do(OTHER_VILLAGE, other, "escalate", {"reason": "村里办不了。"})
    for trigger, words in (
        ("acknowledge", {}),
        ("accept", {}),
        ("ask_approval", APPROVAL),
        ("put_in_charge", CHARGE),
    ):
        instance.do(DISPATCHER, other, trigger, words)
    instance.do(REGISTRAR, fresh, "triage", {"tier": "ordinary"})
    item = {"unit": "yicun", "subject": "台账", "problem": "没有登记。", "due_on": "2026-03-20"}
    instance.supervision.open("puyongan", item)
    away = {"person": "yangmeixian", "kind": "sick", "since": "2026-03-02", "until": "2026-03-03"}
    instance.duty.record_leave("yangmeixian", away)
    instance.register(OTHER_VILLAGE, dispute())
    instance.hand_over("puyongan", {"from": "sunlei", "to": "heyoucai", "reason": "left"})
    instance.evidence.give("zhangxiaofeng:registrar", fresh, EVIDENCE, [Handed()])
    instance.residents.apply(APPLICATION, "once-of-a-test")
    _rated(instance)
    instance.post_room.deliver_waiting()


def _rated(instance: Instance) -> None:
    """A closed dispute, and what a party thought of it."""
    done = instance.register(REGISTRAR, dispute())
    ref = done.act.case
    instance.do(REGISTRAR, ref, "withdraw", {"reason": "村里办不了。", "asked_by": [1]})
    instance.do(REGISTRAR, ref, "close", {})
    instance.residents.rate(done.query_code or "", {"satisfaction": 2, "remark": "村里办不了。"})


def _talked(instance: Instance, clock: SetClock) -> str:
    """A dispute that has been talked about, with an agreement as a draft and all kinds of tasks."""

    def do(actor: str, trigger: str, **words: Any) -> None:
        clock.advance(timedelta(minutes=5))
        instance.do(actor, ref, trigger, words)

    ref = instance.register(REGISTRAR, dispute()).act.case
    do(REGISTRAR, "triage", tier="ordinary")
    do(REGISTRAR, "keep")
    do(REGISTRAR, "accept")
    do(MEDIATOR, "assign", mediators=[{"person": "yangmeixian"}])
    starts = clock.now() + timedelta(days=1)
    ends = starts + timedelta(hours=1)
    do(
        MEDIATOR,
        "arrange",
        kind="session",
        starts_at=starts,
        ends_at=ends,
        place="村委会调解室",
        told=[1, 2],
        despite="连着谈。",
    )
    do(MEDIATOR, "ask_opinion", person="puyongan", question="这条沟归谁管？")
    do(MEDIATOR, "call_in", unit="dong-paichusuo", what="请到场。")
    session = {"held_from": clock.now(), "place": "村委会调解室", "present": [1, 2]}
    do(MEDIATOR, "record_session", **session, body=["双方陈述。"], result="agreed")
    do(MEDIATOR, "note_privately", party=2, body="愿意让步。")
    clause = {"obligor": 2, "obligee": 1, "act": "pay", "amount_fen": 96000, "due_on": "2026-04-01"}
    clauses = [{**clause, "manner": "现金"}]
    do(MEDIATOR, "draft_agreement", facts="雨水倒灌。", matters="由谁修沟。", clauses=clauses)
    return ref


def _owing(instance: Instance, ref: str, clock: SetClock) -> None:
    """Signed and sealed; a part of the sum has been paid."""
    instance.do(MEDIATOR, ref, "conclude_written", {})
    for slot, check in (
        ("party-01", "id_card_seen"),
        ("party-02", "id_card_seen"),
        ("mediator-01", "known_in_person"),
    ):
        said = {"slot": slot, "identity_check": check, "agrees": True, "drawing": drawn_name("张喆")}
        instance.do(MEDIATOR, ref, "sign", said)
    instance.do(MEDIATOR, ref, "seal", {})
    paid = {"clause": 1, "amount_fen": 500, "performed_on": clock.now().date(), "proof": "借条"}
    instance.do(MEDIATOR, ref, "record_performance", paid)


def _sent_to_and_fro(instance: Instance, clock: SetClock) -> None:
    """A dispute that a village does not want, and that waits for a ruling."""
    ref = instance.register(DISPATCHER, dispute()).act.case
    do = instance.do
    do(DISPATCHER, ref, "triage", {"tier": "ordinary"})
    for who, insisted in (("sunlei:registrar", {}), ("heyoucai:mediator", {"opinion": "还是你们办。"})):
        clock.advance(timedelta(hours=1))
        sent = {"to": "ercun", "line": "1.1", "overruled_because": "水源在那里。", **insisted}
        do(DISPATCHER, ref, "dispatch", sent)
        clock.advance(timedelta(hours=1))
        do(who, ref, "decline", {"line": "1.1", "reason": "不是我们村的。"})


def readers(instance: Instance, application: FastAPI) -> Iterator[tuple[str, Browser]]:
    """A browser of nobody, and one of each account; all of them have chosen English."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patched, instance.database.writing() as session:
        patched.setattr(passwords, "_hasher", lambda: quick)
        for name in (*STAFF, *ADMINISTRATORS):
            if queries.account_named(session, name) is None:
                kind = name if name in ADMINISTRATORS else "staff"
                keeping.make_account(
                    session,
                    name,
                    instance.clock.now(),
                    by="test",
                    kind=kind,
                    person=name if kind == "staff" else "",
                    password=PASSWORD,
                    must_change=False,
                )
    for name in ("", *STAFF, *ADMINISTRATORS):
        one = Browser(TestClient(application, base_url=ADDRESS))
        one.client.cookies.set(LANGUAGE, "en")
        yield name, one.log_in(name) if name else one


class Walk:
    """Follows every link from page to page, as one reader after another."""

    def __init__(self, application: FastAPI, own: OwnWords) -> None:
        self._pages = [one for one in _routes(application) if "GET" in one.methods and one.name in POLICY]
        self._own = own
        self._many = Counter[str]()
        self.reached: set[str] = set()
        self.unread: dict[str, str] = {}
        self.failed: list[str] = []

    def along(self, name: str, one: Browser, first: list[str]) -> None:
        """All that the reader comes to from these pages, so many of each shape."""
        waiting, known, own = list(first), set(first), Counter[str]()
        while waiting:
            path = waiting.pop(0)
            answer = one.client.get(path)
            if not answer.headers.get("content-type", "").startswith("text/html"):
                continue
            self.reached.add(self._route(path))
            if answer.status_code >= 400 and "/nowhere" not in path:
                self.failed.append(f"{answer.status_code} {name}: {path}")
            for piece in unread(answer.text, self._own):
                self.unread.setdefault(piece, f"{name}: {path}")
            for other in links(answer.text, path):
                shape = re.sub(r"\b[0-9a-z]{26}\b|(?<=[=/])[\w%:.-]*\d[\w%:.-]*", "#", other)
                many = self._many if ONCE.search(other) else own
                if other in known or other.startswith(("/language/", "/static/")) or many[shape] >= ALIKE:
                    continue
                many[shape] += 1
                known.add(other)
                waiting.append(other)

    def not_reached(self) -> set[str]:
        return {one.name for one in self._pages} - self.reached - LEFT_OUT.keys()

    def _route(self, path: str) -> str:
        bare = path.partition("?")[0]
        return next((one.name for one in self._pages if one.path_regex.match(bare)), "")


def test_no_page_has_chinese_that_is_not_recorded_or_own(furnished: Instance) -> None:
    application = build_app(furnished)
    walk = Walk(application, OwnWords(own_words(ESHAN) | TYPED))
    for name, one in readers(furnished, application):
        walk.along(
            name,
            one,
            ["/", *WITHOUT_A_LINK.get(name, [])] if name else ["/p", "/p/rate", "/login", "/nowhere"],
        )

    assert walk.failed == []
    assert walk.unread == {}
    assert walk.not_reached() == set()

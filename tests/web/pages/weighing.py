"""Every page once, and what it weighs at a first visit: its own bytes as they go over the line, and all that it loads."""

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from html import unescape
from typing import Any
from urllib.parse import urljoin

import yaml

from mediation.app import Instance
from mediation.cases import queries
from mediation.demo.drawings import drawn_name
from mediation.web.deps import HandedFile
from tests.web.conftest import ESHAN, MEDIATOR, REGISTRAR, dispute

LEADER = "puyongan:leader"
MOST_STAFF, MOST_RESIDENT = 250_000, 100_000
"""Bytes over the line that a page may weigh, with all that it loads (1 kB is 1,000 bytes)."""
NO_PAGES = {
    "static": "part of pages",
    "paper_page": "a picture: weighed with the sign board",
    "resident_sign_page": "a picture: weighed with the page that shows it",
    "case_paper": "a file",
    "unit_paper": "a file",
    "evidence_file": "a file",
    "ledger_proof": "a file",
    "calendar_file": "a file",
    "calendar_feed": "a file",
    "statistics_file": "a file",
    "trust": "there only with TLS; the frame of the login and a few lines",
    "trust_file": "a file",
    "language": "leads on",
    "resident_size": "leads on",
    "oidc_begin": "leads to the provider",
    "oidc_back": "leads on",
    "code": "between password and code; the frame of the login",
}
"""Routes that answer GET and are no pages to be weighed, and why."""
MOST_AHEAD = 1
"""Of the pictures that a phone loads as one reads on, so many come before anybody has moved the page."""
_LOADED = re.compile(
    r"""<(?:script|img|iframe)\b[^>]*?\bsrc="([^"]+)"|<link\b[^>]*?rel="(?:stylesheet|icon|manifest)"[^>]*?href="([^"]+)\""""
)


@dataclass(frozen=True)
class Page:
    """A route's page, and who looks at it; nobody in particular where `who` is empty."""

    route: str
    who: str
    path: str


PARTY = "party"
"""Whoever has opened the link and has shown the last digits of the ID number."""
CLERK, TALKS, DESK, HEAD = "zhangxiaofeng", "yangmeixian", "baijianguo", "puyongan"
NEXT_DOOR = "puqiongfen"
PAGES: tuple[Page, ...] = (
    *(
        Page(route, "", path)
        for route, path in (
            ("login", "/login"),
            ("resident_start", "/p"),
            ("resident_rights", "/p/rights"),
            ("resident_apply", "/p/apply"),
            ("resident_follow", "/p/follow"),
            ("resident_rate", "/p/rate"),
            ("resident_verify", "/p/verify"),
            ("resident_paper", "/p/d/{document}?t={token}&r=x"),
            ("resident_sign", "/p/s/{link}"),
        )
    ),
    Page("resident_sign", PARTY, "/p/s/{link}"),
    *(
        Page(route, CLERK, path)
        for route, path in (
            ("window", "/window"),
            ("register_form", "/register"),
            ("registered", "/register/{ref}"),
            ("amend_form", "/register/{ref}/amend"),
            ("cases", "/cases"),
            ("case", "/cases/{ref}"),
            ("amend_form", "/register/{ref}/amend?add=agent"),
            ("act_form", "/cases/{ref}/do/triage"),
            ("unmask_form", "/cases/{ref}/unmask/1"),
            ("recusals", "/cases/{ref}/recusals"),
            ("case", "/cases/{ref}?tab=evidence"),
            ("evidence_form", "/cases/{ref}/evidence"),
            ("evidence_piece", "/cases/{ref}/evidence/1"),
            ("paper_ready", "/cases/{ref}/papers/rights_notice/ready"),
            ("applications", "/applications"),
            ("application", "/applications/{application}"),
            ("take_form", "/applications/{application}/take"),
            ("duty_page", "/duty"),
            ("statistics", "/statistics"),
            ("exports", "/exports"),
            ("workflows", "/workflows"),
            ("me", "/me"),
            ("password", "/me/password"),
            ("own_tokens", "/me/tokens"),
            ("home", "/"),
        )
    ),
    *(
        Page(route, TALKS, path)
        for route, path in (
            ("day", "/day"),
            ("tasks", "/tasks"),
            ("calendar", "/calendar"),
            ("calendar_address", "/me/calendar"),
            ("case", "/cases/{talking}"),
            ("case", "/cases/{talking}?tab=history"),
            ("act_form", "/cases/{talking}/do/record_session"),
            ("act_form", "/cases/{talking}/do/draft_agreement"),
            ("act_form", "/cases/{accepted}/do/assign"),
            ("case", "/cases/{signing}"),
            ("case", "/cases/{owing}?tab=agreement"),
            ("ledger_form", "/cases/{owing}/ledger/performed"),
            ("sign_board", "/cases/{signing}/sign"),
            ("sign_board", "/cases/{signing}/sign?slot=party-01"),
            ("case_links", "/cases/{signing}/links"),
        )
    ),
    *(
        Page(route, DESK, path)
        for route, path in (
            ("board", "/board"),
            ("board_case", "/board/{ref}"),
            ("rulings", "/board/rulings?case={ref}"),
        )
    ),
    *(
        Page(route, HEAD, path)
        for route, path in (
            ("leader", "/leader"),
            ("supervision", "/supervision"),
            ("new_item", "/supervision/new"),
            ("week", "/supervision/week"),
            ("item", "/supervision/items/{item}"),
            ("inbox", "/inbox"),
            ("letter", "/inbox/{message}"),
            ("hand_overs", "/hand-overs"),
            ("hand_over_form", "/hand-overs/from/yangmeixian"),
            ("handed_over", "/hand-overs/{handover}"),
        )
    ),
    Page("accounts", "system", "/admin/accounts"),
    Page("webhooks", "system", "/admin/webhooks"),
    Page("hook_tokens", "system", "/admin/webhooks/tokens"),
    Page("safety", "security", "/admin/safety"),
    Page("guard_exports", "security", "/admin/exports"),
    Page("all_tokens", "security", "/admin/tokens"),
    Page("trail", "audit", "/admin/trail"),
    Page("readings", "audit", "/admin/readings"),
)
ADMINISTRATORS = frozenset({"system", "security", "audit"})
HEAVIEST = "wages"
"""The example site's dispute whose agreement weighs most: three who want their wages and a firm, in four pages."""
_names = itertools.count(1)
_ALONG = ("accepted", "talking", "signing", "owing")
"""Places of a case on its way, each with all that comes before it."""


def bring(instance: Instance) -> Mapping[str, str]:
    """A case at each place that the pages show, and whatever else their addresses name."""
    asked = {
        "name": "赵金雀",
        "phone": f"137{next(_names):08d}",
        "place": "yicun",
        "other": "钱隔壁",
        "account": "地界的树挡了光，说了几次没有用。",
        "wanted": "把树剪矮",
        "agrees": True,
    }
    refs = {
        name: case_at(instance, name, heaviest=name in _ALONG[1:]) for name in ("ref", "escalated", *_ALONG)
    }
    words = {"kind": "documentary", "name": "借条", "party": 1, "shows": "借款五千元", "medium": "original"}
    instance.evidence.give(REGISTRAR, refs["ref"], words, [HandedFile("a.txt", 3, lambda: b"abc")])
    instance.post_room.deliver_waiting()
    instance.residents.apply(asked, f"weighed-{next(_names)}")
    item = instance.supervision.open(
        LEADER,
        {
            "unit": "yicun",
            "subject": "台账补记",
            "problem": "口头调解没有记入台账。",
            "kind": "supervision",
            "way": "irregular",
            "due_on": "2026-03-20",
        },
    )
    instance.issue(REGISTRAR, refs["accepted"], "acceptance_register")
    _pdf, document = instance.paper(REGISTRAR, refs["accepted"], "acceptance_register") or (b"", "")
    with instance.database.reading() as session:
        printed = queries.document_by_public_id(session, document)
        code = printed.snapshot["verify"] if printed is not None else {}
    place = instance.residents.places_to_sign(MEDIATOR, refs["signing"])[0]
    return {
        **refs,
        "handover": _handed_over(instance, refs["talking"]),
        "application": instance.residents.applications(REGISTRAR)[0].id,
        "message": instance.post_room.trayed(LEADER)[0].id,
        "item": item.item,
        "document": document,
        "token": code["token"],
        "link": instance.residents.make_link(MEDIATOR, refs["signing"], place.slot),
    }


def _handed_over(instance: Instance, ref: str) -> str:
    """What a mediator of another village has promised in a case goes to the one who mediates it, and the page of it."""
    day = (instance.clock.now() + timedelta(days=5)).date().isoformat()
    instance.do(
        MEDIATOR, ref, "promise", {"party": 1, "what": "带图纸来", "due_on": day, "person": NEXT_DOOR}
    )
    done = instance.hand_over(LEADER, {"from": NEXT_DOOR, "to": TALKS, "reason": "other"})
    assert done.handover is not None
    return done.handover


def case_at(instance: Instance, name: str, *, heaviest: bool = False) -> str:
    """A new case at one of the places: `ref`, as it came in, `escalated`, `accepted`, `talking`, `signing`."""
    said = _heaviest if heaviest else _said
    ref = instance.register(REGISTRAR, dispute(**said("register"))).act.case
    for at, trigger, words in (
        ("escalated", "triage", {"tier": "ordinary"}),
        ("escalated", "escalate", {"reason": "两次没有谈成"}),
        ("accepted", "triage", {"tier": "ordinary"}),
        ("accepted", "keep", {}),
        ("accepted", "accept", {}),
    ):
        if name == at or (at == "accepted" and name in _ALONG):
            instance.do(REGISTRAR, ref, trigger, words)
    if name in _ALONG[1:]:
        today = instance.clock.now().date().isoformat()
        talk = {**said("record_session"), "held_from": f"{today}T09:00"}
        instance.do(MEDIATOR, ref, "assign", {"mediators": [{"person": TALKS}]})
        instance.do(MEDIATOR, ref, "record_session", talk)
        instance.do(MEDIATOR, ref, "draft_agreement", said("draft_agreement"))
    if name in _ALONG[2:]:
        instance.do(MEDIATOR, ref, "conclude_written", {"medium": "tablet"})
    if name == "owing":
        parties = [place.slot for place in instance.residents.places_to_sign(MEDIATOR, ref)]
        for slot in (*parties, "mediator-01"):
            checked = {"slot": slot, "identity_check": "known_in_person", "agrees": True}
            instance.do(MEDIATOR, ref, "sign", {**checked, "drawing": drawn_name("张喆")})
        instance.do(MEDIATOR, ref, "seal")
    return ref


_SAID: Mapping[str, Mapping[str, Any]] = {
    "register": {},
    "record_session": {"place": "村调解室", "present": [1, 2], "result": "agreed", "body": ["双方陈述。"]},
    "draft_agreement": {
        "facts": "雨水倒灌。",
        "matters": "谁修排水沟。",
        "clauses": [
            {"obligor": 2, "obligee": 1, "act": "do", "what": "把排水沟修好", "due_on": "2026-03-20"}
        ],
    },
}


def _said(act: str) -> dict[str, Any]:
    return dict(_SAID[act])


def _heaviest(act: str) -> dict[str, Any]:
    """Words of the heaviest dispute; it is registered as others of the village are, and its talk has no end yet."""
    elsewhere = {"place", "source", "category", "occurred_on", "held_to"}
    if act == "record_session":
        elsewhere -= {"place"}
    return {key: value for key, value in _heaviest_acts()[act].items() if key not in elsewhere}


@cache
def _heaviest_acts() -> Mapping[str, Mapping[str, Any]]:
    file = yaml.safe_load((ESHAN / "disputes.yaml").read_text(encoding="utf-8"))
    acts = next(one["acts"] for one in file["disputes"] if one["key"] == HEAVIEST)
    return {one["do"]: one.get("with", {}) for one in acts}


def digits(*, heaviest: bool = True) -> str:
    """What the first party shows to open the link."""
    first = _heaviest("register")["parties"][0] if heaviest else dispute()["parties"][0]
    return str(first["id_number"])[-4:]


def is_for_residents(one: Page) -> bool:
    """Is it one of the open pages?"""
    return one.who in {"", PARTY} and one.route.startswith("resident")


def loaded_by(address: str, text: str, most_ahead: int | None = None) -> Iterator[str]:
    """The addresses of what a page loads by itself, each once; of what it loads as one reads on `most_ahead`, or all."""
    ahead: set[str] = set()
    for found in _LOADED.finditer(text):
        one = found[1] or found[2]
        if 'loading="lazy"' in found[0] + text[found.end() :].partition(">")[0]:
            ahead.add(one)
            if most_ahead is not None and len(ahead) > most_ahead:
                continue
        if not one.startswith("data:"):
            yield urljoin(address, unescape(one))


def weigh(
    fetch: Callable[[str], tuple[int, str]], address: str, most_ahead: int | None = None
) -> tuple[int, int]:
    """Bytes over the line, heads too, and files: `fetch` gives an address's bytes and, for a page, its text."""
    weight, text = fetch(address)
    parts = [fetch(one)[0] for one in dict.fromkeys(loaded_by(address, text, most_ahead))]
    return weight + sum(parts), 1 + len(parts)


def on_the_line(heads: Sequence[tuple[bytes, bytes]], body: int) -> int:
    """The bytes of an answer: status line, heads, body."""
    return len("HTTP/1.1 200 OK\r\n\r\n") + sum(len(name) + len(value) + 4 for name, value in heads) + body

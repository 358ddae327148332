"""What the walkers say: for each verb words that mostly fit and sometimes do not."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

from mediation.clock import local_day
from tests.town import drawing, party, pay, scanned_page, silent

PEOPLE = (
    "jiamed",
    "jiamed2",
    "jiawin",
    "jialead",
    "yimed",
    "sumed",
    "sumed2",
    "sulead",
    "lin",
    "grid",
    "jiaold",
)
UNITS = ("jia", "yi", "su", "su-pai", "jia-1", "qi")
APPROVALS = ("agreement_review", "extension_review", "elders", "chain")
"""Of the shipped definitions, and of `with_all_rules`."""
REASONS = ("no_agreement", "not_civil", "refused", "其他理由")
PLAIN: Mapping[str, Mapping[str, Any]] = {
    "dispatch": {"to": "yi", "opinion": "在你处"},
    "rule": {"interpretation": "以纠纷所在地为准", "line": None},
    "record_session": {"result": "agreed"},
    "terminate": {"reason": "no_agreement", "routes": ["court"]},
    "decline_acceptance": {"reason": "not_civil", "routes": ["court"]},
    "record_breach": {"clause": 1, "routes": ["court"]},
    "split": {"parties": [1, 3], "claims": [2], "stays": [1]},
}
"""Words that lead on, of verbs that a case is led to."""
BEGUN: Mapping[str, Mapping[str, Any]] = {
    "rule": {"workflow": "ordinary"},
    "follow_up": {
        "workflow": "ordinary",
        "governance_category": "0601",
        "parties": [party("applicant", 1), party("respondent", 2)],
    },
    "split": {
        "parties": [party("applicant", 1), party("respondent", 2), party("respondent", 3)],
        "claims": ["修好排水沟", "赔偿损失"],
    },
}
"""Words of a dispute that is taken in to be led to a verb."""
Say = Callable[[Random, datetime], Mapping[str, Any]]


def words_for(trigger: str, chance: Random, now: datetime) -> dict[str, Any]:
    """Words for one act at that moment; one in twenty-five acts says something that no model knows."""
    said = dict(_SAY[trigger](chance, now)) if trigger in _SAY else {}
    if chance.random() < 0.04:
        said[chance.choice(("nonsense", "reason", "task", "to"))] = chance.choice((None, 0, "没有", ["x"]))
    return said


def registered(chance: Random, which: int) -> dict[str, Any]:
    """A dispute to take in, with a title of its own."""
    make = silent if chance.random() < 0.2 else party
    respondents = chance.choice((1, 1, 1, 2))
    return {
        "title": f"排水{which:05d}纠纷",
        "source": chance.choice(("applied", "own_initiative", "hotline_12345")),
        "governance_category": chance.choice(
            ("0201", "0601", "0402", "0102", "0202", "0203", "0501", "0602")
        ),
        "narrative": "雨水倒灌。",
        "claims": ["修好排水沟", "赔偿损失"][: chance.choice((0, 1, 2))],
        "parties": [make("applicant", 1), *(make("respondent", n + 2) for n in range(respondents))],
        "risk": chance.choice(("low", "low", "medium", "high")),
        "workflow": chance.choice(("ordinary", "ordinary", "joint", "simple")),
    }


def _day(now: datetime, chance: Random) -> str:
    return (now + timedelta(days=chance.choice((-1, 1, 3, 10, 30)))).date().isoformat()


def _reason(chance: Random, _now: datetime) -> dict[str, Any]:
    return {"reason": chance.choice(REASONS)}


def _ending(chance: Random, _now: datetime) -> dict[str, Any]:
    return {
        "reason": chance.choice(REASONS),
        "routes": chance.choice((["court"], ["court", "arbitration"], [])),
    }


def _parties(chance: Random) -> list[int]:
    return chance.choice(([1, 2], [1, 2], [1, 2], [1, 2, 3], [1, 2, 3], [1], [9]))


def _whom(chance: Random) -> dict[str, str]:
    found = {"person": chance.choice(PEOPLE)} if chance.random() < 0.7 else {"unit": chance.choice(UNITS)}
    return found if chance.random() < 0.9 else {**found, "unit": chance.choice(UNITS)}


def _task(chance: Random) -> dict[str, Any]:
    return {"task": chance.randint(1, 14)} if chance.random() < 0.3 else {}


def _mediators(chance: Random, _now: datetime) -> dict[str, Any]:
    first = chance.choice(("jiamed", "jiamed", "jiamed", "sumed", "yimed", "jiaold"))
    more = [{"person": chance.choice(("jiamed2", "sumed2")), "role": "mediator"}] * chance.choice((0, 1, 1))
    writer = [{"person": "jiarec", "role": "recorder"}] * chance.choice((0, 1))
    return {"mediators": [{"person": first}, *more, *writer], "reason": chance.choice((None, "更换"))}


def _session(chance: Random, now: datetime) -> dict[str, Any]:
    return {
        "held_from": (now + timedelta(hours=chance.choice((-1, -1, -1, 2)))).isoformat(),
        "place": "嘎查调解室",
        "present": chance.choice(([1, 2], [1, 2], [1, 2, 3], [1])),
        "body": ["双方陈述。"],
        "result": chance.choice(("agreed", "agreed", "to_continue", "failed")),
    }


def _instalments(chance: Random, now: datetime) -> dict[str, Any]:
    """A clause paid in three parts, whose days are sometimes in the wrong order."""
    days = sorted(now + timedelta(days=chance.choice((2, 9, 20, 40))) for _part in range(3))
    parts = [{"amount_fen": 50_00, "due_on": local_day(day).isoformat()} for day in days]
    return {**pay(at_once=True, amount_fen=150_00), "at_once": False, "instalments": parts}


def _draft(chance: Random, now: datetime) -> dict[str, Any]:
    due = (pay(at_once=True), pay(at_once=True), pay(due_on=_today(now + timedelta(days=30))))
    clauses = [chance.choice(due) for _clause in range(chance.choice((1, 1, 2)))]
    if chance.random() < 0.3:
        clauses.append(_instalments(chance, now))
    return {"facts": "雨水倒灌。", "matters": "由谁修沟。", "clauses": clauses}


def _conclude(chance: Random, _now: datetime) -> dict[str, Any]:
    rest = {"settles": [1], "rest": {"reason": "no_agreement", "routes": ["court"]}}
    return rest if chance.random() < 0.15 else {}


def _clause(chance: Random, now: datetime) -> dict[str, Any]:
    part = chance.choice(({}, {}, {"amount_fen": 20_00}, {"instalment": chance.randint(1, 3)}))
    return {"clause": chance.choice((1, 1, 2)), "performed_on": _today(now), **part}


def _breach(chance: Random, now: datetime) -> dict[str, Any]:
    return {
        "clause": chance.choice((1, 1, 2)),
        "noticed_on": _today(now),
        "account": "没有付。",
        "routes": chance.choice((["court"], [])),
    }


def _conference(chance: Random, now: datetime) -> dict[str, Any]:
    parts = [{"unit": chance.choice(("su-pai", "yi", "jia")), "what": "稳控", "due_on": _day(now, chance)}]
    chair, unit, name = chance.choice((("jialead", "jia", "包长"), ("sulead", "su", "苏长")))
    return {
        "held_from": (now - timedelta(hours=2)).isoformat(),
        "place": "会议室",
        "chair": chair,
        "attendees": [
            {"unit": unit, "name": name},
            {"unit": chance.choice(("su-pai", "jia")), "name": "林警"},
        ],
        "body": ["通报情况。"],
        "decisions": ["由甲嘎查牵头"],
        "parts": parts * chance.choice((0, 0, 1)),
    }


def _sign(chance: Random, _now: datetime) -> dict[str, Any]:
    slots = ("party-01", "party-02", "party-03", "mediator-01", "mediator-02", "recorder", "seal")
    return {
        "slot": chance.choice(slots),
        "identity_check": "id_card_seen",
        "agrees": chance.random() < 0.95,
        "drawing": _DRAWN,
    }


def _scan(chance: Random, now: datetime) -> dict[str, Any]:
    return {"pages": [_SCANNED], "signed_on": _today(now), "slots": chance.choice(([], [], ["party-01"]))}


def _today(now: datetime) -> str:
    return local_day(now).isoformat()


def _paper(chance: Random) -> str:
    return chance.choice(
        ("agreement:agreement-1", "termination_notice", "acceptance_register", "oral_agreement")
    )


_DRAWN, _SCANNED = drawing(), scanned_page()
_SAY: Mapping[str, Say] = {
    "amend": lambda c, _n: c.choice(
        ({"risk": "low"}, {"claims": ["修好排水沟", "赔礼"]}, {"narrative": "补充。"}, {})
    ),
    "record_consent": lambda c, _n: {"parties": _parties(c), "electronic": c.random() < 0.8},
    "tell_rights": lambda c, _n: {"parties": _parties(c)},
    "triage": lambda c, _n: {"tier": c.choice(("simple", "ordinary", "complex"))},
    "dispatch": lambda c, _n: {"to": c.choice(UNITS), **c.choice(({}, {"opinion": "在你处", "line": "1"}))},
    "decline": lambda c, _n: {"line": c.choice(("1", "2", "3", "4", "4", "9")), "reason": "不是本单位的事"},
    "rule": lambda c, _n: {
        "to": c.choice(UNITS),
        "line": c.choice((None, "1", "2", "9")),
        "interpretation": c.choice((None, "以纠纷所在地为准", "以纠纷所在地为准")),
        "heard": [
            {"unit": one, "name": "包窗", "argued": "不在本处"} for one in c.choice((UNITS, UNITS, UNITS[:1]))
        ],
        "reason": "纠纷在那里",
    },
    "call_in": lambda c, _n: {"unit": c.choice(("jia", "yi", "su", "none")), "what": "请来一趟"},
    "ask_above": lambda c, n: {"question": "怎么办？", "due_on": c.choice((None, None, _day(n, c)))},
    "send_back": _reason,
    "escalate": _reason,
    "turn_ordinary": _reason,
    "turn_joint": _reason,
    "back_to_ordinary": _reason,
    "reopen_talks": _reason,
    "drop_supplement": _reason,
    "decline_acceptance": _ending,
    "terminate": _ending,
    "accept": lambda c, _n: {"taken_elsewhere": c.choice(("", "", "", "court"))},
    "assign": _mediators,
    "replace_mediator": _mediators,
    "record_session": _session,
    "note_privately": lambda c, _n: {"party": c.choice((1, 2, 7)), "body": "底线"},
    "draft_agreement": _draft,
    "conclude_written": lambda c, n: {
        "medium": c.choice(("tablet", "tablet", "ink", "mixed")),
        **_conclude(c, n),
    },
    "conclude_oral": _conclude,
    "extend": lambda c, _n: {"asked_by": _parties(c), "days": c.choice((1, 10)), "reason": "等鉴定"},
    "sign": _sign,
    "sign_paper": lambda c, n: {**_sign(c, n), "paper": _paper(c)},
    "attach_scan": _scan,
    "scan_paper": lambda c, n: {**_scan(c, n), "paper": _paper(c)},
    "seal_paper": lambda c, _n: {"paper": _paper(c)},
    "refuse": lambda c, _n: {"party": c.choice((1, 2, 5)), "routes": c.choice((["court"], []))},
    "withdraw": lambda c, _n: {"reason": "和解", "asked_by": c.choice(([1], [1], [2])), "routes": ["court"]},
    "tell_notice": lambda c, _n: {"parties": _parties(c)},
    "record_performance": _clause,
    "record_breach": _breach,
    "apply_confirmation": lambda c, n: {
        "asked_by": _parties(c),
        "applied_on": _today(n),
        "court": c.choice((None, "示例旗人民法院", "示例旗人民法院")),
    },
    "record_confirmation": lambda c, n: {
        "result": c.choice(("confirmed", "dismissed")),
        "ruled_on": _today(n),
        "number": "示调确字第1号",
    },
    "report_police": lambda _c, n: {"reported_at": n.isoformat(), "to": "派出所", "account": "扬言动手。"},
    "close": lambda c, _n: c.choice(({}, {"no_report_reason": "已和好。"})),
    "visit": lambda c, _n: {
        "party": c.choice((1, 2)),
        "method": "phone",
        "performance": "done",
        "situation": "好",
    },
    "archive": lambda c, _n: c.choice(({}, {"paper_volume": "档案室3柜"})),
    "suspend": lambda c, n: {
        "kind": c.choice(("appraisal", "consent")),
        "asked_by": _parties(c),
        "evidence": "委托鉴定",
        "expected_on": _day(n, c),
    },
    "resume": lambda _c, _n: {"result": "鉴定意见已收到"},
    "remediate": lambda c, _n: {"asked_by": _parties(c), "reason": "没有履行"},
    "supplement": lambda c, n: {**_draft(c, n), "asked_by": _parties(c)},
    "correct": lambda c, _n: {
        "paper": _paper(c),
        "slips": [
            {
                "field": c.choice(("address", "address", "wording", "amount")),
                "where": "第一行",
                "wrong": "1号",
                "right": "11号",
            }
        ],
        "reason": "笔误",
    },
    "void_paper": lambda c, n: {
        "paper": _paper(c),
        "reason": "错了",
        **c.choice(
            (
                {"basis": "not_in_force"},
                {"basis": "new_agreement"},
                {
                    "basis": "court_decision",
                    "decision": {"court": "示例法院", "number": "1", "decided_on": _today(n)},
                },
            )
        ),
    },
    "assess_risk": lambda c, n: {
        "level": c.choice(("low", "medium", "high")),
        "factors": c.choice(([], ["threat"], ["storm"])),
        "measures": "值守",
        "review_on": c.choice((None, _day(n, c))),
    },
    "put_in_charge": lambda c, _n: {"person": c.choice(("jialead", "sulead", "jiamed"))},
    "switch_route": lambda c, _n: {
        "to": c.choice(("people", "administrative", "judicial")),
        "unit": c.choice((None, "su-pai", "su-pai")),
        "agreed_by": _parties(c),
        "reason": "衔接",
    },
    "call_conference": lambda c, n: {
        "units": c.choice((["su-pai"], ["su-pai", "yi"], ["jia"])),
        "starts_at": (n + timedelta(days=c.choice((1, 2, -1)))).isoformat(),
        "place": "会议室",
    },
    "record_conference": _conference,
    "ask_approval": lambda c, n: {
        **_approval(c),
        "signers": [_signer(c) for _one in range(c.choice((1, 1, 2, 3)))],
        "due_on": c.choice((None, _day(n, c))),
    },
    "approve": lambda c, _n: {**_task(c), "opinion": "同意"},
    "reject": lambda c, _n: {
        **_task(c),
        "opinion": "不妥",
        **({"to": c.choice(("triaged", "accepted", "preparing", "mediating"))} if c.random() < 0.2 else {}),
    },
    "transfer": lambda c, _n: {**_task(c), "to": _whom(c), "reason": "出差"},
    "delegate": lambda c, _n: {**_task(c), "to": _whom(c)},
    "add_signer": lambda c, _n: {
        "approval": c.choice(APPROVALS),
        "signer": _signer(c),
    },
    "remove_signer": lambda c, _n: {
        "approval": c.choice(APPROVALS),
        "signer": _signer(c),
    },
    "take_back": lambda c, _n: c.choice(({}, {"approval": c.choice(APPROVALS)}, {"task": c.randint(1, 14)})),
    "urge": lambda c, _n: _task(c),
    "copy_to": lambda c, _n: {"to": [_whom(c)]},
    "mark_read": lambda c, _n: _task(c),
    "give_part": lambda c, n: {
        "unit": c.choice(UNITS),
        "what": "核查",
        "due_on": c.choice((None, _day(n, c))),
    },
    "ask_opinion": lambda c, n: {**_whom(c), "question": "怎么看", "due_on": c.choice((None, _day(n, c)))},
    "promise": lambda c, n: {"party": c.choice((1, 2, 8)), "what": "回话", "due_on": _day(n, c)},
    "answer": lambda c, _n: {**_task(c), "opinion": "办好了", "done": c.random() < 0.9},
    "arrange": lambda c, n: {
        "kind": c.choice(("session", "visit", "conference")),
        "starts_at": (n + timedelta(days=c.choice((1, 2, 5, -1)))).isoformat(),
        "place": "嘎查调解室",
        "told": _parties(c),
        "units": c.choice(([], [], ["su-pai"], ["yi", "su-pai"])),
        "despite": c.choice((None, "只有这个时间")),
    },
    "cancel_appointment": lambda c, _n: {"ordinal": c.choice((1, 1, 2, 3)), "why": "改期"},
    "resubmit": lambda _c, _n: {},
    "link": lambda c, _n: {
        "to": "x",
        "kind": c.choice(("repeat", "related", "continues")),
        "why": "同一条沟",
    },
    "merge_into": lambda _c, _n: {"case": "x", "why": "同一条沟"},
    "split": lambda c, _n: {
        "parties": c.choice(([1, 3], [1, 2], [2, 3], [3])),
        "claims": c.choice(([], [2])),
        "stays": c.choice(([1], [])),
        "title": "分出的纠纷",
        "why": "两件事",
    },
    "join_series": lambda c, _n: c.choice(({"title": "排水系列纠纷"}, {"series": "x"})),
}


def _approval(c: Random) -> dict[str, Any]:
    name = c.choice((*APPROVALS, "none"))
    return {"approval": name, **({"days": c.choice((5, 30))} if name == "extension_review" else {})}


def _signer(chance: Random) -> dict[str, str]:
    return {"person": chance.choice(("jialead", "sulead", "jialead", "sulead", "jiamed"))}

"""What the barrage is about: a site with cases in several states, a series, items, notices, leave; made and looked at over HTTP."""

from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from mediation.accounts import keeping, tokens
from mediation.app import Instance
from mediation.clock import SetClock, local_moment
from mediation.founding import found_instance
from mediation.settings import Settings
from mediation.sites.configuration import record, settings_in_force
from tests.contract.barrage import ADDRESS, Tally
from tests.contract.stories import EXAMPLES, ROOT, OverHttp
from tests.town import drawing
from tests.web.conftest import dispute
from tests.webhooks.conftest import receiving

SITE = EXAMPLES / "eshan"
MORNING = local_moment(date(2026, 3, 2), 9)
REGISTRAR, MEDIATOR, LEADER = "zhangxiaofeng:registrar", "yangmeixian:mediator", "pulaoda:leader"
ABOVE = "puyongan:leader"
CHIEF = "chief"
NOBODY_LISTENS = "http://127.0.0.1:9/"
_LATE = timedelta(days=12)  # the ladder has begun to climb
CASES = f"{ROOT}/cases/{{ref}}"
ITEM = f"{ROOT}/supervision/items/{{ref}}"


@contextmanager
def founded(folder: Path, url: str = "") -> Iterator[Instance]:
    """The site in a fresh database; on SQLite in the folder if no other is named."""
    data = folder / "data"
    settings = Settings(
        data=data,
        database_url=url or f"sqlite:///{data / 'mediation.db'}",
        key_file=data / "keys" / "master.key",
    )
    clock = SetClock(MORNING)
    found_instance(settings, SITE, clock)
    with Instance.open(settings, clock) as instance:
        yield instance


class Stand:
    """One instance with something of everything. `real`: kind of name in an address → what there is of it."""

    def __init__(self, instance: Instance, tally: Tally | None = None) -> None:
        self.instance = instance
        self.over = OverHttp(instance, tally)
        self.real: dict[str, list[str]] = {
            "form": ["rights_notice", "agreement"],
            "trigger": ["accept", "note_privately"],
        }
        self._open_to_all()
        self._cases()
        self._of_one_case(self.real["ref"][0])
        self._evidence(self.real["ref"][3])
        self._series()
        self._register()
        self._people()
        self._notices()
        self._webhooks()

    # — what there is —

    def _open_to_all(self) -> None:
        """What nobody needs a token for; the figures are for this machine only."""
        here = TestClient(self.over.application, base_url=ADDRESS, client=("127.0.0.1", 40_000))
        answers = [("GET", address, here.get(address)) for address in ("/health", "/ready", "/metrics")]
        kind = {"Content-Type": "application/pdf"}
        answers.append(
            ("POST", f"{ROOT}/verify", here.post(f"{ROOT}/verify", content=b"no PDF", headers=kind))
        )
        for method, address, answer in answers:
            self.over.barrage.tally.count(f"{method} {address}", "nobody", answer.status_code)
            self.over.barrage.operations[f"{method} {address}"].validate_response(answer)

    def _cases(self) -> None:
        """One in each of the states that need no paper."""
        way = (
            (REGISTRAR, "triage", {"tier": "ordinary"}),
            (REGISTRAR, "keep", {}),
            (REGISTRAR, "accept", {}),
            (
                MEDIATOR,
                "assign",
                {"mediators": [{"person": "yangmeixian"}, {"person": "zhangxiaofeng", "role": "recorder"}]},
            ),
            (MEDIATOR, "record_session", _session()),
            (MEDIATOR, "draft_agreement", _draft()),
        )
        refs = []
        for far in range(len(way) + 1):
            refs.append(str(self._post(REGISTRAR, f"{ROOT}/cases", dispute())["case"]))
            for who, act, words in way[:far]:
                self._post(who, f"{CASES}/acts/{act}", words, ref=refs[-1])
        self.real["ref"] = refs
        for address in ("cases", "tasks", "duty", "series", "supervision/items"):
            self._get(REGISTRAR, f"{ROOT}/{address}")

    def _of_one_case(self, ref: str) -> None:
        for address in ("", "/suggestions", "/recusals"):
            self._get(REGISTRAR, f"{CASES}{address}", ref=ref)
        words = {"party": 1, "field": "phone", "reason": "contact"}
        self._post(REGISTRAR, f"{CASES}/unmaskings", words, ref=ref)
        words = {"person": "longhuifang", "kind": "near_relative", "reason": "当事人的姐姐"}
        recusal = self._post(LEADER, f"{CASES}/recusals", words, ref=ref)["id"]
        self._post(
            LEADER, f"{CASES}/recusals/{{recusal}}/lift", {"reason": "弄错了"}, ref=ref, recusal=recusal
        )
        self.real["recusal"] = [recusal]
        of = {"ref": ref, "form": "rights_notice"}
        self._post(REGISTRAR, f"{CASES}/papers/{{form}}", {"subject": "party-1"}, **of)
        self._get(REGISTRAR, f"{CASES}/papers/{{form}}", query="subject=party-1", **of)
        self._get(REGISTRAR, f"{CASES}/papers/{{form}}/missing", query="subject=party-1", **of)
        self._get(REGISTRAR, f"{ROOT}/supervision/cases/{{ref}}/steps", ref=ref)

    def _evidence(self, ref: str) -> None:
        address = f"{CASES}/evidence"
        words = {
            "kind": "physical",
            "name": "积水照片",
            "party": "1",
            "shows": "雨水倒灌。",
            "medium": "original",
        }
        for seed in (1, 2):
            self.over.hand_in(REGISTRAR, address, words, b64decode(drawing(seed)), ref=ref)
        self._get(REGISTRAR, address, ref=ref)
        self._get(REGISTRAR, f"{address}/{{number}}/file", ref=ref, number="1")
        self._post(REGISTRAR, f"{address}/{{number}}/return", {"returned_to": "张喆"}, ref=ref, number="1")
        words = {"reason": "交错了", "returned_to": "张喆"}
        self._post(REGISTRAR, f"{address}/{{number}}/withdraw", words, ref=ref, number="2")
        self.real["number"] = ["1", "2"]

    def _series(self) -> None:
        ref = self.real["ref"][2]
        self._post(REGISTRAR, f"{CASES}/acts/join_series", {"title": "示例系列案"}, ref=ref)
        series = self._get(REGISTRAR, f"{ROOT}/series")["series"][0]["series"]
        self._get(REGISTRAR, f"{ROOT}/series/{{series}}", series=series)
        address = f"{ROOT}/series/{{series}}/acts/{{trigger}}"
        self._post(REGISTRAR, address, {}, series=series, trigger="accept")
        self.real["series"] = [series]

    def _register(self) -> None:
        """Items of every kind, so that every act on one is done once."""
        until = {"due_on": "2026-03-20"}
        first, second = self._item(**until), self._item(kind="warning", colour="yellow", **until)
        third, fourth = self._item(), self._item(**until)
        for who, item, act, words in (
            (LEADER, first, "explain", {"account": "没有交接。"}),
            (LEADER, first, "report", {"account": "补齐了。"}),
            (ABOVE, first, "inspect", {"way": "open", "finding": "属实。"}),
            (ABOVE, first, "strike_off", {"opinion": "属实。"}),
            (
                LEADER,
                second,
                "answer",
                {"situation": "正在补。", "measures": "专人负责。", "leader": "pulaoda"},
            ),
            (ABOVE, third, "limit", until),
            (ABOVE, third, "withdraw", {"reason": "立错了。"}),
            (ABOVE, fourth, "hold", {"how": "talk", "reason": "逾期。"}),
            (ABOVE, fourth, "incentive", {"incentive": "praise", "reason": "主动。"}),
        ):
            self._post(who, f"{ITEM}/acts/{act}", words, ref=item)
        page = self._get(ABOVE, ITEM, ref=first)
        self.real["item"] = [first, second, third, fourth]
        self.real["paper"] = [paper["id"] for paper in page["papers"]]
        self._get(ABOVE, f"{ROOT}/supervision/papers/{{paper}}", paper=self.real["paper"][0])
        self._post(ABOVE, f"{ROOT}/supervision/weeks", {"unit": "dong"})

    def _item(self, **more: str) -> str:
        words = {"unit": "yicun", "subject": "台账不全", "problem": "抽查三件，两件没有记录。", **more}
        return str(self._post(ABOVE, f"{ROOT}/supervision/items", words)["item"])

    def _people(self) -> None:
        words = {"person": "pulaoda", "deputy": "yangmeixian", "since": "2026-03-05", "until": "2026-03-06"}
        absence = self._post(LEADER, f"{ROOT}/absences", words)["id"]
        self._post(LEADER, f"{ROOT}/absences/{{absence}}/end", {}, absence=absence)
        words = {"from": "yangmeixian", "to": "pulaoda", "reason": "leave", "until": "2026-03-09"}
        handover = self._post(LEADER, f"{ROOT}/hand-overs", words)["handover"]
        self._post(LEADER, f"{ROOT}/hand-overs/{{handover}}/back", {}, handover=handover)
        self.real |= {"absence": [absence], "handover": [handover]}

    def _notices(self) -> None:
        self.instance.clock.advance(_LATE)
        self.instance.run_deadlines(papers=False)
        rows = self._get(LEADER, f"{ROOT}/notices")["notices"]
        message = rows[0]["id"]
        self._get(LEADER, f"{ROOT}/notices/{{message}}", message=message)
        self._post(LEADER, f"{ROOT}/notices/{{message}}/read", {}, message=message)
        self.real["message"] = [row["id"] for row in rows]
        self.instance.clock.put(MORNING + _LATE)

    def _webhooks(self) -> None:
        """Two, by the administrator of the system: where nobody listens, and where nobody wants to hear more, which is removed."""
        address, hooks = f"{ROOT}/webhooks", f"{ROOT}/webhooks/{{webhook}}"
        self._switch_on()
        with receiving() as receiver:
            receiver.answers = [(410, {})]
            kept, gone = (self._hook(url) for url in (NOBODY_LISTENS, receiver.url))
            self._post(REGISTRAR, f"{ROOT}/cases", dispute())
            self.instance.webhooks.deliver_waiting()
        for act in ("resume", "remove"):
            self._post(CHIEF, f"{hooks}/{act}", {}, webhook=gone)
        for act, words in (("test", {}), ("rotate", {"hours": 1})):
            self._post(CHIEF, f"{hooks}/{act}", words, webhook=kept)
        for more in ("", "/kinds", "/messages"):
            told = self._get(CHIEF, f"{address}{more}")
        message = told["messages"][0]["id"]
        self._post(CHIEF, f"{address}/messages/{{message}}/again", {}, message=message)
        self.real |= {"webhook": [kept], "webhook_message": [message]}

    def _switch_on(self) -> None:
        now, instance = self.instance.clock.now(), self.instance
        with instance.database.writing() as session:
            account, _first = keeping.make_account(session, CHIEF, now, by="test", kind="system")
            token = str(tokens.issue(session, instance.keyring, account, "", 30, now, by="test"))
            settings = settings_in_force(session).model_dump(mode="json")
            hooks = {"enabled": True, "inside": ["127.0.0.1"], "seconds": 1, "attempts": 1}
            record(session, "site", "site", {**settings, "webhooks": hooks}, now)
        self.over.introduce(CHIEF, token)

    def _hook(self, url: str) -> str:
        words = {"address": url, "kinds": ["case.*"], "unit": "yicun"}
        return str(self._post(CHIEF, f"{ROOT}/webhooks", words)["id"])

    # — within —

    def _post(self, who: str, address: str, words: Mapping[str, Any], **names: str) -> Any:
        return self.over.post(who, address, words, **names)

    def _get(self, who: str, address: str, **names: str) -> Any:
        return self.over.get(who, address, **names)


def _session() -> dict[str, Any]:
    return {
        "held_from": "2026-03-02T08:30",
        "place": "村调解室",
        "present": [1, 2],
        "body": ["达成一致。"],
        "result": "agreed",
    }


def _draft() -> dict[str, Any]:
    clause = {"obligor": 2, "obligee": 1, "act": "do", "what": "修复排水沟", "due_on": "2026-03-20"}
    return {"facts": "雨水倒灌。", "matters": "排水沟由谁修。", "clauses": [clause]}

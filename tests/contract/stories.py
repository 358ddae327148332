"""The sites' own stories told over HTTP: the demo's player, with an instance of which every act goes by the API."""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from starlette.testclient import TestClient

from mediation.app import Instance
from mediation.clock import SetClock, local_day
from mediation.demo.player import Player
from mediation.errors import MediationError, NotPermitted, Reason, TransitionNotAllowed, TransitionRefused
from mediation.reading import read_yaml
from mediation.web.app import build_app
from tests.contract.barrage import ADDRESS, Barrage, Tally

ROOT = "/api/v1"
EXAMPLES = Path(__file__).parents[2] / "examples"
SITES = tuple(sorted(path.parent.name for path in EXAMPLES.glob("*/disputes.yaml")))
_DAYS = 366


class OverHttp:
    """An instance as the player knows it. What it does goes by the API, as the post that does it; each answer is held
    against the API's document. What it only looks at, it looks at directly.
    """

    def __init__(self, instance: Instance, tally: Tally | None = None) -> None:
        self._instance = instance
        self.application = build_app(instance)
        self.barrage = Barrage(self.application, tally)
        self.client = TestClient(self.application, base_url=ADDRESS, raise_server_exceptions=False)
        self._tokens: dict[tuple[str, date], str] = {}
        self._sent = 0
        self.supervision = _Register(self, instance.supervision)
        self.duty = _Duty(self)
        self.post_room = _Tray(self, instance.post_room)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._instance, name)

    def register(self, actor: str, words: Any) -> Any:
        told = self.post(actor, f"{ROOT}/cases", words)
        return SimpleNamespace(act=SimpleNamespace(case=told["case"]))

    def do(self, actor: str, ref: str, trigger: str, words: Any) -> Any:
        self.post(actor, f"{ROOT}/cases/{{ref}}/acts/{trigger}", words, ref=ref)
        return SimpleNamespace(warnings=self._instance.make_owed_papers())

    def issue(self, actor: str, ref: str, form: str, subject: str) -> None:
        self.post(actor, f"{ROOT}/cases/{{ref}}/papers/{{form}}", {"subject": subject}, ref=ref, form=form)

    def hand_over(self, actor: str, words: Any) -> None:
        self.post(actor, f"{ROOT}/hand-overs", words)

    def batch(self, actor: str, trigger: str, series: str, words: Any) -> Any:
        address = f"{ROOT}/series/{{series}}/acts/{{trigger}}"
        told = self.post(actor, address, words or {}, series=series, trigger=trigger)
        return SimpleNamespace(
            cases=[SimpleNamespace(number=one["number"], reasons=one["reasons"]) for one in told["cases"]]
        )

    # — within —

    def introduce(self, actor: str, token: str) -> None:
        """Somebody who holds no post, with a token that is good today."""
        self._tokens[actor, local_day(self._instance.clock.now())] = token

    def post(self, actor: str, address: str, words: Any, **names: str) -> Any:
        """Post as somebody; the answer, or the error that it tells of."""
        self._sent += 1
        headers = {"Idempotency-Key": f"story-{self._sent}", "Content-Type": "application/json"}
        body = json.dumps(words, default=_in_words)
        return self._answered("POST", actor, address, names, headers=headers, content=body)

    def hand_in(self, actor: str, address: str, words: Mapping[str, str], file: bytes, **names: str) -> Any:
        """Post a form with a file."""
        files = {"files": ("sample.png", file, "image/png")}
        return self._answered("POST", actor, address, names, data=words, files=files)

    def get(self, actor: str, address: str, query: str = "", **names: str) -> Any:
        return self._answered("GET", actor, address, names, query=query)

    def _answered(self, method: str, actor: str, address: str, names: Mapping[str, str], **more: Any) -> Any:
        label = f"{method} {address}"
        headers = {"Authorization": f"Bearer {self._token(actor)}", **more.pop("headers", {})}
        query = more.pop("query", "")
        asked = address.format(**names) + (f"?{query}" if query else "")
        answer = self.client.request(method, asked, headers=headers, **more)
        self.barrage.tally.count(label, "story", answer.status_code)
        self.barrage.operations[label].validate_response(answer)
        if not answer.headers["content-type"].endswith("json"):
            return answer.content
        told = answer.json()
        if answer.is_success:
            return told
        raise _error(told)

    def _token(self, actor: str) -> str:
        """A token issued on the day: the story may go on for longer than a token lives."""
        known = (actor, local_day(self._instance.clock.now()))
        if known not in self._tokens:
            self._tokens[known] = self._instance.issue_token(actor, "story", _DAYS)
        return self._tokens[known]


class _Register:
    def __init__(self, over: OverHttp, desk: Any) -> None:
        self._over, self._desk = over, desk

    def __getattr__(self, name: str) -> Any:
        return getattr(self._desk, name)

    def open(self, actor: str, words: Any) -> Any:
        return SimpleNamespace(**self._over.post(actor, f"{ROOT}/supervision/items", words))

    def do(self, actor: str, ref: str, act: str, words: Any) -> None:
        self._over.post(actor, f"{ROOT}/supervision/items/{{ref}}/acts/{act}", words or {}, ref=ref)

    def week(self, actor: str, unit: str, of: Any, focus: Any) -> Any:
        words = {"unit": unit, "of": of, "focus": focus}
        said = {name: value for name, value in words.items() if value is not None}
        return SimpleNamespace(**self._over.post(actor, f"{ROOT}/supervision/weeks", said))


class _Duty:
    def __init__(self, over: OverHttp) -> None:
        self._over = over

    def record_leave(self, actor: str, words: Any) -> Any:
        return SimpleNamespace(**self._over.post(actor, f"{ROOT}/absences", words))

    def end_leave(self, actor: str, absence: str) -> None:
        self._over.post(actor, f"{ROOT}/absences/{{absence}}/end", {}, absence=absence)


class _Tray:
    def __init__(self, over: OverHttp, room: Any) -> None:
        self._over, self._room = over, room

    def __getattr__(self, name: str) -> Any:
        return getattr(self._room, name)

    def trayed(self, actor: str, *, unread: bool) -> list[Any]:
        """The unread, of which the story means all."""
        told = self._over.get(actor, f"{ROOT}/notices")
        return [SimpleNamespace(**one) for one in told["notices"] if not (unread and one["read_at"])]

    def mark_read(self, actor: str, message: str) -> None:
        self._over.post(actor, f"{ROOT}/notices/{{message}}/read", {}, message=message)


def players_over_http(tally: Tally) -> Callable[[Instance, SetClock], Player]:
    """Players for `mediation.demo.play.play_demo`, who count into the tally."""
    return lambda instance, clock: Player(OverHttp(instance, tally), clock)


def good_words() -> Mapping[str, list[Any]]:
    """Verb → words that were once good for it, of every site."""
    found: dict[str, list[Any]] = {}
    for site in SITES:
        for verb, words in told_words(site).items():
            found.setdefault(verb, []).extend(words[:2])
    return found


@cache
def told_words(site: str) -> Mapping[str, list[dict[str, Any]]]:
    """Verb → the words of its acts in the site's story that were not refused, as JSON has them."""
    told, _lines = read_yaml(EXAMPLES / site / "disputes.yaml")
    found: dict[str, list[dict[str, Any]]] = {}
    for act in (act for dispute in told["disputes"] for act in dispute["acts"]):
        if act.get("refused"):
            continue
        words = json.loads(json.dumps(act.get("with") or {}, default=_in_words))
        found.setdefault(act["do"], []).append(words)
    return found


def _in_words(value: Any) -> str:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _error(told: Mapping[str, Any]) -> MediationError:
    """The error as the instance would have raised it."""
    kind = str(told["type"]).removeprefix("urn:mediation:")
    if kind == "TransitionRefused":
        return TransitionRefused([Reason(one["guard"], one["message"]) for one in told["reasons"]])
    problems = "; ".join(f"{one['key']}: {one['message']}" for one in told["problems"])
    message = f"{kind}: {told['detail']} {problems}".strip()
    if kind == "NotPermitted":
        return NotPermitted(message)
    return TransitionNotAllowed(message) if kind == "TransitionNotAllowed" else MediationError(message)

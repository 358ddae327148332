"""Requests made up from the API's own document, sent as everybody; every answer is held against the document."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks
from starlette.testclient import TestClient

from tests.contract.roles import Role

ADDRESS = "http://127.0.0.1:8080"
OPEN_TO_ALL = frozenset({"GET /health", "GET /ready", "GET /metrics", "POST /api/v1/verify"})
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.missing_required_header,
    checks.unsupported_method,
    checks.allow_header_conformance,
]
_MOST_TOLD = 3
_CHANGED = 0.8
_PATIENCE = 120  # seconds: the first file to be judged waits for its process


@dataclass
class Tally:
    """What came of it. `reached`: operation → how many answers of 2xx; `findings`: what must not be, in words."""

    operations: int = 0
    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    by_role: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    reached: Counter[str] = field(default_factory=Counter)
    found: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))

    @property
    def findings(self) -> list[str]:
        """Every kind of finding with its first instances."""
        return [
            f"{operation}: {kind}, {len(told)} times\n  " + "\n  ".join(told[:_MOST_TOLD])
            for (operation, kind), told in sorted(self.found.items())
        ]

    def count(self, operation: str, role: str, status: int) -> None:
        """One more answer."""
        self.requests += 1
        self.statuses[status] += 1
        self.by_role[role] += 1
        self.asked[operation] += 1
        self.reached[operation] += 200 <= status < 300


class Barrage:
    """The operations of one application's document, and the means to ask them."""

    def __init__(self, application: Any, tally: Tally | None = None) -> None:
        document = TestClient(application, base_url=ADDRESS).get("/api/v1/openapi.json").json()
        self.schema = schemathesis.openapi.from_dict(document)
        self.schema.app = application
        self.operations = {
            one.label: one for one in (found.ok() for found in self.schema.get_all_operations())
        }
        self.tally = tally or Tally()
        self.tally.operations = len(self.operations)

    def made_up(self, label: str, mode: GenerationMode, most: int, number: int = 0) -> list[Case]:
        """Up to so many requests of an operation: such as the document allows, or such as it does not. The same for the same number."""
        found: list[Case] = []

        @seed(number)
        @settings(
            max_examples=most,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=self.operations[label].as_strategy(generation_mode=mode))
        def gather(case: Case) -> None:
            found.append(case)

        try:
            gather()
        except Unsatisfiable:  # an operation of which nothing can be wrong
            return []
        return found

    def send(self, case: Case, role: Role, real: Mapping[str, Any] | None = None) -> int:
        """Send a request as somebody and judge the answer. `real`: what stands in the address in place of what was made up."""
        asked = case.derive()
        for name in ("Authorization", "Cookie"):
            asked.headers.pop(name, None)
        asked.headers.update(role.headers)
        if real:
            asked.path_parameters = {**asked.path_parameters, **real}
        label = case.operation.label
        answer = asked.call(base_url=ADDRESS, timeout=_PATIENCE)
        self.tally.count(label, role.name, answer.status_code)
        try:
            asked.validate_response(answer, checks=list(CHECKS), headers=dict(role.headers))
        except FailureGroup as group:
            for failure in group.exceptions:
                self._note(label, type(failure).__name__, f"{role.name}: {failure}", asked, answer)
        for kind in _our_own(label, role, asked, answer):
            self._note(label, kind, role.name, asked, answer)
        return answer.status_code

    def _note(self, label: str, kind: str, told: str, asked: Case, answer: Any) -> None:
        body = asked.body if isinstance(asked.body, (dict, list, str, int)) else type(asked.body).__name__
        sent = json.dumps([asked.formatted_path, asked.query, body], ensure_ascii=True, default=str)[:600]
        said = " ".join(told.split())
        self.tally.found[label, kind].append(
            f"{said[:400]} | {answer.status_code} | {sent} | {answer.text[:300]}"
        )


def _our_own(label: str, role: Role, asked: Case, answer: Any) -> Iterator[str]:
    """What the document cannot say: who has no token learns nothing but that, and what it allows is never malformed."""
    if not role.known and label not in OPEN_TO_ALL and answer.status_code != 401:
        yield "let in without a token"
    meta = asked.meta
    if meta is not None and meta.generation.mode.is_positive and answer.status_code == 400:
        yield "allowed by the document, yet called malformed"


def barrage(
    one: Barrage,
    roles: Sequence[Role],
    real: Mapping[str, Sequence[str]],
    words: Mapping[str, Sequence[Any]],
    rounds: int,
    number: int,
) -> None:
    """Every operation as every role, `rounds` times: with what the document allows, about what is there, with words that
    were once said but for one of them; and with what it does not allow.

    `words`: last part of an address → bodies that were once good there.
    """
    chance = Random(number)  # noqa: S311  a draw, not a key
    for label, operation in one.operations.items():
        allowed = one.made_up(label, GenerationMode.POSITIVE, 3 * rounds, number)
        others = one.made_up(label, GenerationMode.NEGATIVE, 2 * rounds, number)
        good = words.get(operation.path.rpartition("/")[2], ())
        for at, role in enumerate(roles * rounds):
            kind = (at + number) % 4
            if kind == 0 and others:
                one.send(chance.choice(others), role)
            elif allowed and kind == 1:
                one.send(chance.choice(allowed), role)
            elif allowed:
                case = chance.choice(allowed)
                one.send(_said_before(case, good, chance), role, _there(case, real, chance))


def _there(case: Case, real: Mapping[str, Sequence[str]], chance: Random) -> dict[str, str]:
    """Parts of the address by what there is."""
    names = {name: _kind(name, case.path) for name in case.path_parameters}
    return {name: chance.choice(real[kind]) for name, kind in names.items() if real.get(kind)}


def _kind(name: str, path: str) -> str:
    """What a name in an address stands for, where it is not of its own kind."""
    if name == "ref" and "/items/" in path:
        return "item"
    return "webhook_message" if name == "message" and "/webhooks/" in path else name


def _said_before(case: Case, good: Sequence[Any], chance: Random) -> Case:
    """The request with words that were once good, one of them replaced by what was made up; none, now and then."""
    if not good or not isinstance(case.body, dict):
        return case
    grafted = case.derive()
    drawn = sorted(case.body)
    new = [chance.choice(drawn)] if drawn and chance.random() < _CHANGED else []
    grafted.body = {**chance.choice(good), **{name: case.body[name] for name in new}}
    return grafted

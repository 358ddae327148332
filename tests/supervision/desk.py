"""Short words for what tests do with supervision in the town."""

import json
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from mediation.clock import local_moment
from mediation.sites.supervision import SupervisionSaid, shipped
from mediation.supervision import queries
from tests.town import Town


def with_rules(town: Town, **changed: Any) -> SupervisionSaid:
    """Let the town have these keys of supervision.yaml, and the shipped ones otherwise."""
    rules = SupervisionSaid.model_validate(
        {key: value for key, value in json.loads(shipped().model_dump_json()).items() if value is not None}
        | changed
    )
    town.instance.office = replace(town.instance.office, supervision=rules)
    return rules


def day(month: int, of_month: int, hour: int = 0) -> datetime:
    return local_moment(date(2026, month, of_month), hour)


def run(town: Town, moment: datetime) -> list[tuple[str, str]]:
    """(case, step) of what a round at a moment takes."""
    town.clock.put(moment)
    return [(one.cause, one.step) for one in town.instance.run_deadlines().supervised.steps]


def steps(town: Town, ref: str) -> list[tuple[str, str, str]]:
    """(clock, step, taken or passed) of a case."""
    return sorted((row.clock, row.step, row.state) for row in town.of(ref, queries.steps))


def events(town: Town, ref: str) -> list[dict[str, Any]]:
    """The facts of the steps in the case's trail."""
    return [event.facts for event in town.events(ref) if event.act == "supervision.step"]


def told(town: Town, ref: str) -> list[tuple[str, str, list[str]]]:
    """(step, unit, posts) of the notices of steps that a case has left in the outbox."""
    case = town.case(ref)
    rows = town.rows("SELECT payload, case_id FROM outbox ORDER BY id")
    payloads = [json.loads(p) if isinstance(p, str) else p for p, of in rows if of == case.id]
    return [
        (one["step"], one["unit"], one["posts"]) for one in payloads if one["notice"] == "supervision_step"
    ]


def papers(town: Town) -> list[tuple[str, str]]:
    """(form, state) of all papers of units."""
    return [tuple(row) for row in town.rows("SELECT form, state FROM unit_paper ORDER BY id")]


def opened(town: Town, who: str = "sulead", **changed: Any) -> str:
    """An item against jia, opened by hand; its id."""
    words = {"unit": "jia", "subject": "台账不全", "problem": "抽查三件，两件没有记录。", **changed}
    return town.instance.supervision.open(who, words).item


def do(town: Town, who: str, item: str, act: str, **words: Any) -> Any:
    return town.instance.supervision.do(who, item, act, words)


def state(town: Town, item: str) -> str:
    return str(town.rows(f"SELECT state FROM supervision_item WHERE public_id = '{item}'")[0][0])  # noqa: S608

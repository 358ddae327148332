"""What must hold after every act, read in plain SQL beside the program: one holder, no dead task, a live clock, a place on a list."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import Connection, Date, bindparam, text

from mediation.workflow.definition import Definition

_CASE = text(
    "SELECT id, version, state, phase, open, outcome, holder_id, target_id, arbiter_id, due_at, workflow, workflow_version, number,"
    " accepted_at FROM dispute WHERE public_id = :ref"
)
_TASKS = text(
    "SELECT t.ordinal, t.kind, t.state, t.unit_id, t.person_id, t.waiting, t.due_at, r.approval, r.state AS round_state"
    " FROM task t LEFT JOIN approval_round r ON r.id = t.round_id"
    " WHERE t.case_id = :id AND t.closed_at IS NULL"
)
_CLOCKS = text(
    "SELECT name, state, due_at FROM deadline WHERE case_id = :id AND state IN ('running', 'paused', 'missed')"
)
_LISTED = text("SELECT unit_id FROM open_case WHERE case_id = :id")
_LAST = text(
    "SELECT version, to_state, facts FROM audit_event WHERE chain = :ref AND version IS NOT NULL ORDER BY ordinal DESC LIMIT 1"
)
_CHAIN = text("SELECT to_state, version, facts FROM audit_event WHERE chain = :ref ORDER BY ordinal")
_ROW = text(
    "SELECT d.version, d.state, d.workflow, d.workflow_version, d.outcome, d.number, d.risk, d.route, h.code AS holder,"
    " t.code AS target, l.code AS leader FROM dispute d JOIN unit h ON h.id = d.holder_id"
    " LEFT JOIN unit t ON t.id = d.target_id LEFT JOIN person l ON l.id = d.leader_id WHERE d.public_id = :ref"
)
OWN = (
    *(
        "party_agent",
        "participant",
        "case_mediator",
        "co_handler",
        "mediation_session",
        "private_note",
        "agreement",
    ),
    *(
        "clause",
        "decision_notice",
        "visit",
        "police_report",
        "extension",
        "suspension",
        "case_link",
        "appointment",
    ),
    *(
        "conference",
        "risk_assessment",
        "correction",
        "voiding",
        "approval_round",
        "document",
        "outbox",
        "search_piece",
    ),
)
_HELD = text(
    "SELECT count(*) FROM person p JOIN post o ON o.person_id = p.id JOIN unit u ON u.id = o.unit_id"
    " WHERE p.id = :person AND p.status = 'active'"
    " AND o.valid_from <= :day AND (o.valid_to IS NULL OR o.valid_to >= :day)"
    " AND u.valid_from <= :day AND (u.valid_to IS NULL OR u.valid_to >= :day)"
).bindparams(bindparam("day", type_=Date()))
_PRINT = text(
    "SELECT d.version, d.state, d.holder_id, d.target_id, d.due_at, d.open,"  # noqa: S608 — the only words put in are the names of tables above
    " (SELECT max(ordinal) FROM audit_event WHERE chain = :ref),"
    " (SELECT count(*) FROM task WHERE case_id = d.id),"
    " (SELECT count(*) FROM task WHERE case_id = d.id AND closed_at IS NULL),"
    " (SELECT count(*) FROM deadline WHERE case_id = d.id),"
    " (SELECT count(*) FROM deadline WHERE case_id = d.id AND state = 'running'),"
    " (SELECT count(*) FROM open_case WHERE case_id = d.id), (SELECT count(*) FROM case_reach WHERE case_id = d.id),"
    " (SELECT count(consented_at) + count(refused_at) + count(rights_told_at) + count(left_at) FROM party"
    " WHERE case_id = d.id),"
    " (SELECT sum(1 + coalesce(urged, 0) + coalesce(person_id, 0) * 7 + coalesce(unit_id, 0) * 31) FROM task"
    " WHERE case_id = d.id),"
    + "".join(f" (SELECT count(*) FROM {table} WHERE case_id = d.id)," for table in OWN)  # noqa: S608 — the same
    + " (SELECT count(*) FROM case_mediator WHERE case_id = d.id AND ended_at IS NULL),"
    " (SELECT count(*) FROM agreement WHERE case_id = d.id AND state IN ('void', 'replaced')),"
    " (SELECT count(*) FROM appointment WHERE case_id = d.id AND state = 'planned'),"
    " (SELECT count(*) FROM approval_round WHERE case_id = d.id AND state = 'open'),"
    " (SELECT count(performed_on) + count(breached_on) FROM clause WHERE case_id = d.id),"
    " (SELECT count(*) FROM case_link WHERE other_id = d.id),"
    " d.number, d.risk, d.route, d.leader_id, d.first_receiver_id, d.outcome, d.headcount, d.amount_fen, d.series_id,"
    " d.merged_into_id, d.sent_back, d.remediated"
    " FROM dispute d WHERE d.public_id = :ref"
)
_UNITS = text("SELECT id, parent_id FROM unit")
_HOLDERS = text(
    "SELECT holder_id, workflow, state, count(*) AS cases FROM dispute WHERE open GROUP BY holder_id, workflow, state"
)
_COUNTS = text(
    "SELECT unit_id, workflow, state, sum(cases) AS cases FROM state_count GROUP BY unit_id, workflow, state"
)
CLOSING = {
    "approval": "approve",
    "part": "answer",
    "opinion": "answer",
    "promise": "answer",
    "instruction": "answer",
    "call": "answer",
    "copy": "mark_read",
}


def print_of(connection: Connection, ref: str) -> tuple[Any, ...]:
    """What a refused act must leave as it was."""
    return tuple(connection.execute(_PRINT, {"ref": ref}).one())


def findings(
    connection: Connection, ref: str, definitions: dict[tuple[str, int], Definition], day: date
) -> Iterator[str]:
    """Everything that does not hold of one case on the day; nothing if all does."""
    row = connection.execute(_CASE, {"ref": ref}).one()
    definition = definitions[row.workflow, row.workflow_version]
    state = definition.states.get(row.state)
    if state is None:
        yield f"state {row.state} is not of {row.workflow}/{row.workflow_version}"
        return
    if row.phase != state.phase:
        yield f"phase {row.phase} is not that of {row.state}"
    if bool(row.open) is state.final:
        yield f"open is {row.open} in {row.state}"
    if (row.number is None) != (row.accepted_at is None):
        yield "numbered and accepted do not agree"
    clocks = connection.execute(_CLOCKS, {"id": row.id}).all()
    tasks = connection.execute(_TASKS, {"id": row.id}).all()
    listed = {one.unit_id for one in connection.execute(_LISTED, {"id": row.id})}
    yield from _about_tasks(connection, row, definition, tasks, clocks, day)
    yield from _about_waiting(row, state.final, clocks, listed, tasks)
    yield from _about_trail(connection, ref, row)


def folded(events: Iterable[tuple[int | None, str | None, Any]]) -> dict[str, Any]:
    """What (version, state, facts) of a case's events, from the first, come to: what its row must be."""
    told: dict[str, Any] = {"target": None, "leader": None, "number": None, "route": "people"}
    for version, state, said in events:
        facts = said if isinstance(said, dict) else json.loads(said)
        told |= facts.get("became", {})
        if version is not None:
            told |= {"version": version, "state": state}
            told |= {name: facts[name] for name in ("workflow", "outcome")}
    return told


def untold(connection: Connection, ref: str) -> Iterator[str]:
    """Where the row is not what its trail tells, event by event from the first."""
    told = folded(
        (event.version, event.to_state, event.facts) for event in connection.execute(_CHAIN, {"ref": ref})
    )
    row = connection.execute(_ROW, {"ref": ref}).one()._asdict()
    row["workflow"] = f"{row['workflow']}/{row.pop('workflow_version')}"
    yield from (
        f"{name} is {row[name]}, by the trail {told.get(name)}"
        for name in sorted(row)
        if row[name] != told.get(name)
    )


def wrong_counts(connection: Connection) -> Iterator[str]:
    """Where the counts kept per unit, definition and state are not those of the open cases of the unit and all below."""
    above = {row.id: row.parent_id for row in connection.execute(_UNITS)}
    held: Counter[tuple[int, str, str]] = Counter()
    for row in connection.execute(_HOLDERS):
        unit = row.holder_id
        while unit is not None:
            held[unit, row.workflow, row.state] += row.cases
            unit = above[unit]
    kept = {(row.unit_id, row.workflow, row.state): row.cases for row in connection.execute(_COUNTS)}
    for place in sorted(held.keys() | kept.keys()):
        if held[place] != kept.get(place, 0):
            yield f"{held[place]} cases at {place}, counted as {kept.get(place, 0)}"


def _about_tasks(
    connection: Connection, row: Any, definition: Definition, tasks: Any, clocks: Any, day: date
) -> Iterator[str]:
    names = {clock.name: clock.state for clock in clocks}
    turns = [task for task in tasks if task.kind == "turn"]
    if len(turns) != int(bool(row.open)):
        yield f"{len(turns)} turns are open in {row.state}"
    legal = {edge.trigger for edge in definition.edges if row.state in edge.origin}
    for task in tasks:
        if task.kind == "turn" and task.state != row.state:
            yield f"the turn is of {task.state}, the case in {row.state}"
        whose = {"person": task.person_id, "day": day}
        if (
            task.kind != "copy"
            and task.person_id is not None
            and not connection.execute(_HELD, whose).scalar()
        ):
            yield f"task {task.ordinal} waits on a person without a post"
        if task.kind in {"turn", "copy"}:
            continue
        yield from (
            f"task {task.ordinal} ({task.kind}) {fault}"
            for fault in _dead(task, row, definition, legal, names)
        )


def _dead(
    task: Any, row: Any, definition: Definition, legal: set[str], names: dict[str, str]
) -> Iterator[str]:
    """Why nobody can, or has to, finish a task that is open."""
    rule = next((rule for kind, rule in definition.tasks.items() if kind == task.kind), None)
    if rule is None or row.state not in rule.states:
        yield f"does not live in {row.state}"
    if CLOSING[task.kind] not in legal:
        yield f"can be finished by nobody in {row.state}"
    if not task.waiting and f"task:{task.ordinal}" not in names:
        yield "has no clock"
    if task.kind == "approval" and task.round_state != "open":
        yield f"is open in a round that is {task.round_state}"


def _about_waiting(row: Any, final: bool, clocks: Any, listed: set[int], tasks: Any) -> Iterator[str]:
    of_state = [
        clock
        for clock in clocks
        if clock.name == f"state:{row.state}" and clock.state in {"running", "missed"}
    ]
    running = Counter(clock.name for clock in clocks if clock.state != "missed")
    twice = sorted(name for name, times in running.items() if times > 1)
    if twice:
        yield f"clocks run twice: {twice}"
    if final:
        if listed:
            yield "an archived case is on a worklist"
        if running:
            yield f"clocks run in a closed case: {sorted(running)}"
        return
    if not of_state:
        yield f"no clock for {row.state}"
    elif str(row.due_at)[:19] not in {str(clock.due_at)[:19] for clock in of_state}:
        yield "due_at is not that of the state's clock"
    wanted = {one for one in (row.holder_id, row.target_id, row.arbiter_id) if one is not None}
    if (row.arbiter_id is not None) != (row.state == "contested"):
        yield f"somebody rules in {row.state}" if row.arbiter_id is not None else "nobody rules"
    if row.arbiter_id is not None and row.target_id is not None:
        yield "a unit is asked while another rules"
    wanted |= {task.unit_id for task in tasks if task.kind != "copy" and not task.waiting}
    if not wanted <= listed:
        yield f"units {sorted(wanted - listed)} have the case to do and not on their list"


def _about_trail(connection: Connection, ref: str, row: Any) -> Iterator[str]:
    last = connection.execute(_LAST, {"ref": ref}).one()
    facts = last.facts if isinstance(last.facts, dict) else json.loads(last.facts)
    told = (last.version, last.to_state, facts["workflow"], facts["outcome"])
    is_so = (row.version, row.state, f"{row.workflow}/{row.workflow_version}", row.outcome)
    if told != is_so:
        yield f"the trail tells {told}, the row {is_so}"

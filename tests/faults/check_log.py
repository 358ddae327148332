"""What clients were told, held against the database: a program of its own that knows nothing of the other one.

`python check_log.py FOLDER DATABASE`: FOLDER has the clients' logs (*.jsonl), DATABASE is a SQLite file or a PostgreSQL URL. It
reads nothing else, and says what does not fit, a line each; exit code 1 if anything does not.
"""

import json
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

_EVENTS = (
    "SELECT chain, ordinal, hash, previous, act, version, to_state FROM audit_event ORDER BY chain, ordinal"
)
_CASES = "SELECT public_id, version, state, open, id FROM dispute"
_TURNS = "SELECT case_id, count(*) FROM task WHERE kind = 'turn' AND closed_at IS NULL GROUP BY case_id"
_TWICE = (
    "SELECT case_id, form, subject, count(*) FROM document WHERE state <> 'void' AND form <> 'scan'"
    " GROUP BY case_id, form, subject HAVING count(*) > 1"
)
_SAYS_NOTHING = (401, 408, 429)
"""Refusals that do not tell whether the act was done: the request did not come so far."""


def main() -> int:
    rows = _reader(sys.argv[2])
    found = list(check(read_logs(Path(sys.argv[1])), rows))
    sys.stdout.write("".join(f"{one}\n" for one in found))
    return 1 if found else 0


def read_logs(folder: Path) -> list[dict[str, Any]]:
    """All lines of all clients, in order of time. A line that was cut off, as its writer died, is left out."""
    lines = []
    for path in sorted(folder.glob("*.jsonl")):
        for text in path.read_text("utf-8").splitlines():
            try:
                lines.append(json.loads(text))
            except ValueError:
                continue
    return sorted(lines, key=lambda line: line["at"])


def check(lines: list[dict[str, Any]], rows: Any) -> Iterator[str]:
    """Everything that does not fit."""
    events = {}
    chains: dict[str, list[Any]] = defaultdict(list)
    for chain, ordinal, hash_, previous, act, version, state in rows(_EVENTS):
        events[chain, ordinal] = hash_
        chains[chain].append((ordinal, hash_, previous, act, version, state))
    cases = {row[0]: row[1:] for row in rows(_CASES)}
    yield from _about_answers(lines, events, cases)
    yield from _about_keys(lines)
    yield from _about_acts(lines, chains)
    yield from _about_order(lines)
    yield from _about_chains(chains, cases)
    yield from _about_registrations(lines, chains, cases)
    turns = dict(rows(_TURNS))
    for ref, (_version, state, is_open, key) in cases.items():
        if turns.get(key, 0) != int(bool(is_open)):
            yield f"{ref} in {state} has {turns.get(key, 0)} turns"
    yield from (
        f"{count} papers {form} {subject} of case {case}" for case, form, subject, count in rows(_TWICE)
    )


def _done(lines: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Answers that say that something was done."""
    for line in lines:
        if line["what"] == "heard" and line["status"] in (200, 201) and line["event_hash"]:
            yield line


def _about_answers(lines: list[dict[str, Any]], events: Any, cases: Any) -> Iterator[str]:
    """What was acknowledged is there, and one key has one effect; two keys never share one."""
    by_key: dict[str, tuple[Any, ...]] = {}
    by_event: dict[tuple[Any, ...], str] = {}
    for line in _done(lines):
        event = (line["case"], line["event_number"])
        if line["case"] not in cases:
            yield f"{line['key']}: case {line['case']} was acknowledged and is not there"
        elif events.get(event) != line["event_hash"]:
            yield f"{line['key']}: event {event} was acknowledged and is not there"
        told = (*event, line["event_hash"], line["body"])
        if by_key.setdefault(line["key"], told) != told:
            yield f"{line['key']}: two answers to one key"
        if by_event.setdefault(event, line["key"]) != line["key"]:
            yield f"{line['key']} and {by_event[event]} were told the same event"


def _about_keys(lines: list[dict[str, Any]]) -> Iterator[str]:
    """Whoever sends a request again with its key gets what was done, and not that it cannot be done."""
    done = {line["key"] for line in _done(lines)}
    for line in lines:
        if line["what"] == "heard" and line["key"] in done and 400 <= line["status"] < 500:
            yield f"{line['key']}: done, and refused with {line['status']}"


def _about_acts(lines: list[dict[str, Any]], chains: Any) -> Iterator[str]:
    """An act is not there more often than it was asked for: not twice for one key, and not for a key that was refused at last.

    What a key whose first answer was lost has done, no answer tells; so events are counted against keys that may have done
    them: all that asked, but for those that were told at last that it cannot be done.
    """
    before = {line["case"]: line["event_number"] for line in lines if line["what"] == "given"}
    done = {line["key"] for line in _done(lines)}
    refused = {line["key"] for line in lines if line["what"] == "heard" and _refuses(line)} - done
    lost = {line["key"] for line in lines if line["what"] == "gone"}
    asked: dict[tuple[str, str], set[str]] = defaultdict(set)
    for line in lines:
        if line["what"] == "asked" and (act := _act_of(line)):
            asked[_case_of(line), act].add(line["key"])
    for (ref, act), keys in asked.items():
        events = [one for one in chains.get(ref, ()) if one[3] == act and one[0] > before.get(ref, 0)]
        if len(events) > len(keys - refused):
            found = f"{ref}: {act} done {len(events)} times, asked for with {len(keys - refused)} keys that were not refused"
            unsure = ", ".join(sorted(keys & refused & lost))
            yield found + (f"; no answer, then refused: {unsure}" if unsure else "")


def _about_order(lines: list[dict[str, Any]]) -> Iterator[str]:
    """What was heard before another thing was asked has the smaller version; what was seen never goes back."""
    newest: dict[str, int] = {}
    floor: dict[str, int] = {}
    for line in lines:
        case = line.get("case") or _case_of(line)
        if line["what"] == "asked":
            floor[line["turn"]] = newest.get(case, 0)
        elif line["what"] == "heard" and case and not line["again"]:
            version = line["version"] if line["event_hash"] else _version(line)
            if version is None:
                continue
            least = floor.get(line["turn"], 0)
            if version < least or (line["event_hash"] and version == least):
                yield f"{line['key']}: version {version} of {case} after {least} was heard"
            newest[case] = max(newest.get(case, 0), version)


def _about_chains(chains: Any, cases: Any) -> Iterator[str]:
    """Each chain without a gap, each link on the one before, the row where its chain ends."""
    for ref, (version, state, _open, _key) in cases.items():
        chain = chains.get(ref, [])
        if [one[0] for one in chain] != list(range(1, len(chain) + 1)):
            yield f"{ref}: a gap in its chain"
        if [one[2] for one in chain] != ["", *(one[1] for one in chain[:-1])]:
            yield f"{ref}: a link that does not hold"
        versions = [one[4] for one in chain if one[4] is not None]
        if versions != list(range(1, len(versions) + 1)):
            yield f"{ref}: a version twice, left out, or out of order"
        if not versions or versions[-1] != version:
            yield f"{ref}: version {version}, by its chain {versions[-1:]}"
        states = [one[5] for one in chain if one[5] is not None]
        if states[-1:] != [state]:
            yield f"{ref}: state {state}, by its chain {states[-1:]}"


def _about_registrations(lines: list[dict[str, Any]], chains: Any, cases: Any) -> Iterator[str]:
    """Not more cases than were asked for: a repeated request makes no second one."""
    asked = {line["key"] for line in lines if line["what"] == "asked" and line["path"] == "/cases"}
    if len(cases) > len(asked):
        yield f"{len(cases)} cases came of {len(asked)} requests"
    registered = [ref for ref, chain in chains.items() for one in chain if one[3] == "register"]
    if len(registered) != len(set(registered)) or set(registered) != set(cases):
        yield "cases and their registrations do not agree"


def _case_of(line: dict[str, Any]) -> str:
    parts = str(line.get("path", "")).split("/")
    return parts[2] if len(parts) > 2 else ""


def _act_of(line: dict[str, Any]) -> str:
    """The act that `/cases/REF/acts/ACT` asks for; nothing of a request that asks for none."""
    parts = str(line.get("path", "")).split("/")
    return parts[4] if len(parts) == 5 and parts[3] == "acts" and line.get("writes", True) else ""


def _refuses(line: dict[str, Any]) -> bool:
    return 400 <= line["status"] < 500 and line["status"] not in _SAYS_NOTHING


def _version(line: dict[str, Any]) -> int | None:
    tag = str(line.get("tag") or "").strip('W/"')
    return int(tag) if tag.isdigit() and line["status"] == 200 else None


def _reader(database: str) -> Any:
    if database.startswith("postgresql"):
        import psycopg

        connection = psycopg.connect(database.replace("+psycopg", ""))
        return lambda statement: connection.execute(statement).fetchall()
    aside = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    return lambda statement: aside.execute(statement).fetchall()


if __name__ == "__main__":
    sys.exit(main())

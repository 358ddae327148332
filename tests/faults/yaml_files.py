"""Definition files spoiled at random: each is accepted and sound, by a proof of its own, or refused with file and line."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from mediation.language import spoken
from mediation.workflow.checks import Source, find_problems
from mediation.workflow.definition import Definition
from mediation.workflow.engine import Engine
from mediation.workflow.loader import parse_definition
from mediation.workflow.vocabulary import STANDARD
from tests.workflow.drafts import SMALL

ROOT = Path(__file__).parents[2]
_LARGE_EVERY = 20
_WORD = re.compile(r"\w+")
_PIECES = (
    *("no", "~", "null", "[", "]", "{", "}", "{}", "[]", ": ", "- ", ", ", "&a ", "*a", "<<: *a", "!!int ", "!!python/name:os.system "),
    *("\0", "\t", "\n", "  ", "'", '"', "|", ">", "#", "?", "% ", "---\n", "...\n", "\ufeff", "\ud800", "\u202e", "\x85", "\u2028"),
    *("-1", "0", "1e9", "99999999999999999999", "0x10", "1:30", "2026-02-30", "true", "yes", "final: true", "guards: [moon]"),
    *("registered", "talking", "done", "archived", "accepted", "mediation", "moon", "os.system", "__class__", "{{ 7*7 }}", "../../x"),
    *("x" * 3000, "[" * 60, "中" * 400, "trigger: begin, ", "to: registered", "from: [done]", "on_miss: end:terminated"),
)  # fmt: skip


@dataclass
class Spoiled:
    """How many files were tried, accepted, refused; what was found."""

    files: int = 0
    accepted: int = 0
    refused: int = 0
    found: list[str] = field(default_factory=list)


def spoil_files(files: int, seed: int) -> Spoiled:
    """Try so many files, spoiled from a small definition and now and then from a shipped one."""
    chance, done = Random(seed), Spoiled()  # noqa: S311 — no secret
    large = [
        max(folder.glob("v*.yaml"), key=lambda path: int(path.stem[1:])).read_text("utf-8")
        for folder in sorted(path for path in (ROOT / "workflows").iterdir() if path.is_dir())
    ]
    for number in range(files):
        text = chance.choice(large) if number % _LARGE_EVERY == 0 else SMALL
        done.files += 1
        spoiled = _spoiled(text, chance)
        try:
            _judge(spoiled, done)
        except Exception as error:  # noqa: BLE001 — that is the finding
            done.found.append(f"file {number} of seed {seed}: {type(error).__name__} {error}"[:300])
    return done


def _judge(text: str, done: Spoiled) -> None:
    file = "workflows/small/v1.yaml"
    definition, lines, problems = parse_definition(text, file)
    name = f"file {done.files - 1}"
    if definition is not None and not problems:
        file = f"workflows/{definition.name}/v{definition.version}.yaml"
        problems = find_problems([Source(definition, lines, file)], STANDARD)
    if not problems:
        done.accepted += 1
        if definition is None:
            done.found.append(f"{name}: neither accepted nor refused")
            return
        done.found += [f"{name}: {what}" for what in unsound(definition)]
        Engine(definition, STANDARD)
        return
    done.refused += 1
    for problem in problems:
        if problem.file != file or problem.line is None or not str(problem).strip():
            done.found.append(f"{name}: refused without place: {spoken(problem.message)}")


def unsound(definition: Definition) -> Iterator[str]:
    """What is wrong with an accepted definition, found without the program's own checks: states, ways and hands."""
    states = definition.states
    if definition.initial not in states:
        yield "begins nowhere"
        return
    yield from _about_edges(definition)
    ways = [(origin, edge.to) for edge in definition.edges for origin in edge.origin if edge.to in states]
    ends = {name for name, state in states.items() if state.final}
    ends |= {origin for edge in definition.edges if edge.into is not None for origin in edge.origin}
    reached = _closure({definition.initial}, ways)
    ending = _closure(ends, [(target, origin) for origin, target in ways])
    yield from (f"{name} is never reached" for name in sorted(states.keys() - reached))
    yield from (f"{name} never ends" for name in sorted(states.keys() - ending))
    yield from (f"nobody may {name}" for name, trigger in definition.triggers.items() if not trigger.by.posts)
    yield from (
        f"{name} waits for nobody, or for ever"
        for name, state in states.items()
        if not state.final and (state.owner is None or state.limit is None)
    )


def _about_edges(definition: Definition) -> Iterator[str]:
    states = definition.states
    for edge in definition.edges:
        if edge.trigger not in definition.triggers:
            yield f"edge of an unknown trigger {edge.trigger}"
        unknown = {*edge.origin, *([edge.to] if edge.to is not None else [])} - states.keys()
        yield from (f"edge of an unknown state {name}" for name in sorted(unknown))
        yield from (
            f"a way out of {name}, which is final"
            for name in edge.origin
            if name in states and states[name].final and edge.to not in (None, name)
        )


def _closure(found: set[str], ways: Collection[tuple[str, Any]]) -> set[str]:
    """What can be reached from these."""
    waiting = list(found)
    while waiting:
        here = waiting.pop()
        ahead = {target for origin, target in ways if origin == here} - found
        found |= ahead
        waiting += ahead
    return found


def _spoiled(text: str, chance: Random) -> str:
    lines = text.splitlines(keepends=True)
    for _turn in range(chance.choice((1, 1, 1, 2, 3, 5))):
        _change(lines, chance)
    return "".join(lines)


def _change(lines: list[str], chance: Random) -> None:
    at = chance.randrange(len(lines))
    line, other = lines[at], chance.randrange(len(lines))
    words: Any = line.split(" ")
    kind = chance.choice(
        ("drop", "double", "swap", "insert", "cut", "indent", "word", "trade", "trade", "away")
    )
    if kind == "drop" and len(lines) > 1:
        del lines[at]
    elif kind == "double":
        lines.insert(at, line)
    elif kind == "swap":
        lines[at], lines[other] = lines[other], line
    elif kind == "indent":
        lines[at] = " " * chance.randrange(6) + line.lstrip(" ")
    elif kind == "word":
        words[chance.randrange(len(words))] = chance.choice(_PIECES)
        lines[at] = " ".join(words)
    elif kind == "trade":
        mine, theirs = _WORD.findall(line), _WORD.findall(lines[other])
        if mine and theirs:
            lines[at] = line.replace(chance.choice(mine), chance.choice(theirs), 1)
    elif kind == "away":
        del words[chance.randrange(len(words))]
        lines[at] = " ".join(words)
    else:
        column = chance.randrange(len(line) + 1)
        lines[at] = line[:column] + chance.choice(_PIECES) + (line[column:] if kind == "insert" else "\n")

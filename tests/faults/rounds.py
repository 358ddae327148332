"""Rounds of many clients on one case over HTTP, judged by the other program."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults import check_log
from tests.faults.load import Judged, given, program, settle, tokens
from tests.jobs.conftest import Running
from tests.town import TODAY, Town

_WHO = "jiamed"
_SESSION_EVERY = 25


@dataclass
class Rounds(Judged):
    """What the rounds came to."""

    again: int = 0
    versions: int = 0


def go_rounds(
    town: Town, server: Running, port: int, folder: Path, *, rounds: int, clients: int, seed: int
) -> Rounds:
    """So many rounds on a case that is being mediated; the server ends with it."""
    done, ref = Rounds(), given(town, folder, "mediating")
    before = town.case(ref).version
    plan: dict[str, Any] = {
        "port": port,
        "folder": str(folder),
        "clients": clients,
        "rounds": rounds,
        "seed": seed,
        "token": tokens(town, {_WHO})[_WHO],
        "case": ref,
        "version": before,
        "acts": _acts(),
    }
    with program("tests.faults.crowd", plan, folder) as at_work:
        at_work.wait()
    if at_work.returncode:
        done.found.append(f"the clients ended with {at_work.returncode}")
    settle(done, town, folder, [server])
    _count(done, town.case(ref).version - before, folder, rounds)
    return done


def _count(done: Rounds, versions: int, folder: Path, rounds: int) -> None:
    """All of a round act on one version: exactly one gets through."""
    lines = check_log.read_logs(folder)
    writes = [line for line in lines if line["what"] == "asked" and line["writes"]]
    done.again = len(writes) - len({line["key"] for line in writes})
    done.versions = versions
    if not done.acknowledged == versions == rounds:
        done.found.append(f"{done.acknowledged} acts done and {versions} versions in {rounds} rounds")


def _acts() -> list[tuple[str, dict[str, Any]]]:
    note = ("note_privately", {"party": 1, "body": "愿意各让一步。"})
    session = {
        "held_from": f"{TODAY}T10:00",
        "place": "嘎查调解室",
        "present": [1, 2],
        "body": ["双方陈述。"],
    }
    return [note] * (_SESSION_EVERY - 1) + [("record_session", {**session, "result": "to_continue"})]

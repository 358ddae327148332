"""A bank customer's dispute in the shape that Camunda publishes, played durably by one process and by two.

`measure` founds an instance on each store and starts players; a player (`python -m benchmarks.complaint`) opens the instance
as any process does, plays a few cases to warm up, says that it is ready, and plays its cases when it is told to.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.results import Row, Section, short, spread
from mediation.app import Instance
from mediation.clock import SystemClock
from mediation.founding import found_instance
from mediation.settings import Settings
from tests.postgresql import running_server
from tests.town import party, write_site

_DEFINITION = Path(__file__).with_name("complaint.yaml")
_PAYMENTS = 3
_RATINGS = 9
_DECIDED_EVERY = 4
_WARM = 6
_PAYLOAD = "刷卡明细：某月某日某时，某商户，金额若干，客户称不是本人所为。" * 115
"""About eleven kilobytes, as the published load carries."""


@dataclass
class Played:
    """What a player did: cases to their end, tasks of the published process, acts (commits), seconds, CPU seconds."""

    cases: int = 0
    tasks: int = 0
    acts: int = 0
    seconds: float = 0.0
    cpu: float = 0.0


def measure(quick: bool) -> Section:
    """Tasks a second on SQLite and on PostgreSQL, one player and two."""
    cases, rounds = (6, 2) if quick else (120, 5)
    rows: list[Row | list[str]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = folder / "sqlite" / "data"
        rows += _rows("SQLite", folder / "sqlite", f"sqlite:///{data / 'mediation.db'}", cases, rounds)
        with running_server(durable=True) as server:
            rows += _rows("PostgreSQL", folder / "postgresql", server.create_database(), cases, rounds)
    return Section(
        "engine: a customer's dispute",
        "The shape of Camunda's bankCustomerComplaintDisputeHandling.bpmn told anew in this program's verbs (benchmarks/complaint.yaml): "
        "ask the customer for documents, receive and store them; for each payment ask the vendor for proof and look the vendor up, and "
        "wait for the answer; nine ratings one after another; a person decides where a vendor objects; refund, tell the customer. "
        "A task is what that process calls one; each is one durable act at least. Two players, for whom the two cores are, are held to the "
        "mark; one is told beside. No ratio to anybody's published figure is claimed: machines and durability differ.",
        ("store", "players", "tasks a second", "acts a second", "of processor, all players, for a task"),
        rows,
        ("sqlalchemy", "sqlmodel", "psycopg", "transitions"),
        (
            (
                f"{cases} cases for each player and round, {rounds} rounds; {_PAYMENTS} payments a case, every {_DECIDED_EVERY}th case decided by a person; "
                f"a payload of {len(_PAYLOAD.encode()) / 1024:.0f} KiB, encrypted, in every case."
            ),
            (
                "Beside the tasks an act each: the dispute's registering, each vendor's answer, the question to the person, the end. "
                "Every wait has its clock; none runs out here, since every answer comes in time."
            ),
            (
                "SQLite: WAL, synchronous=FULL, both players write one file in turn. PostgreSQL: fsync and synchronous_commit on, "
                "the server on the same two cores."
            ),
        ),
    )


def founded(folder: Path, url: str) -> Settings:
    """An instance of the tests' town that knows the definition."""
    settings = _settings(folder / "data", url)
    site = write_site(folder / "site")
    home = site / "workflows" / "complaint"
    home.mkdir(parents=True)
    (home / "v1.yaml").write_text(_DEFINITION.read_text(encoding="utf-8"), encoding="utf-8")
    found_instance(settings, site)
    return settings


def _rows(store: str, folder: Path, url: str, cases: int, rounds: int) -> Iterator[Row | list[str]]:
    settings = founded(folder, url)
    for players in (1, 2):
        yield _row(store, [_together(settings, players, cases) for _round in range(rounds)])


def _row(store: str, together: list[list[Played]]) -> Row | list[str]:
    """What so many players did in each round."""
    players = len(together[0])
    tasks = [sum(one.tasks for one in group) / _longest(group) for group in together]
    cells = [
        store,
        str(players),
        _a_second(tasks),
        _a_second([sum(one.acts for one in group) / _longest(group) for group in together]),
        spread([sum(one.cpu for one in group) / sum(one.tasks for one in group) for group in together]),
    ]
    return Row(cells, "customer's dispute", _middle(tasks), store) if players > 1 else cells


def _together(settings: Settings, players: int, cases: int) -> list[Played]:
    """What players that begin at the same moment do."""
    words = [str(settings.data), settings.database_url, str(cases)]
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.complaint", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _player in range(players)
    ]
    for process in started:
        assert process.stdout is not None
        if process.stdout.readline().strip() != "ready":
            raise RuntimeError("a player did not get ready")
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return [Played(**json.loads(process.communicate()[0])) for process in started]


def _longest(group: list[Played]) -> float:
    return max(one.seconds for one in group)


def _a_second(rates: list[float]) -> str:
    return f"{short(_middle(rates))} [{short(min(rates))}–{short(max(rates))}]"


def _middle(rates: list[float]) -> float:
    return sorted(rates)[len(rates) // 2]


def _settings(data: Path, url: str) -> Settings:
    return Settings(data=data, database_url=url, key_file=data / "keys" / "master.key")


# — a player —


def play(instance: Instance, cases: int) -> Played:
    """Play cases one after the other, each to its end."""
    played = Played()
    cpu, begun = _cpu(), time.perf_counter()
    for number in range(cases):
        _case(instance, played, decided=number % _DECIDED_EVERY == 0)
    played.seconds, played.cpu = time.perf_counter() - begun, _cpu() - cpu
    return played


def _case(instance: Instance, played: Played, decided: bool) -> None:
    """One dispute from its registering to its end. Part tasks are numbered as they are asked for."""
    ref = instance.register("jiawin", _lodged()).act.case
    played.acts += 1

    def act(trigger: str, words: dict[str, Any], who: str = "jiawin", tasks: int = 1) -> None:
        instance.act(who, ref, trigger, words)
        played.acts += 1
        played.tasks += tasks

    act("ask_opinion", {"person": "hua", "question": "请补交刷卡凭证。"})
    act("answer", {"opinion": "凭证已交。"}, "hua")
    act("amend", {"narrative": _PAYLOAD})
    for payment in range(_PAYMENTS):
        act("give_part", {"unit": "jia-1", "what": f"请证明第{payment + 1}笔。"})
        act("amend", {"headcount": payment + 2})
        act("answer", {"opinion": "同意退款。"}, "hua", tasks=0)
    for rating in range(_RATINGS):
        act("assess_risk", {"level": "low" if rating else "medium", "measures": "按规则评定。"})
    if decided:
        signers = [{"person": "jialead"}]
        act("ask_approval", {"approval": "decision", "signers": signers, "question": "退不退？"}, tasks=0)
        act("approve", {"opinion": "退。"}, "jialead")
    act("close", {})
    act("copy_to", {"to": [{"person": "hua"}]})
    act("archive", {}, tasks=0)
    played.cases += 1


def _lodged() -> dict[str, Any]:
    return {
        "workflow": "complaint",
        "title": "刷卡争议",
        "source": "applied",
        "governance_category": "0201",
        "narrative": "客户称有几笔刷卡不是本人所为。",
        "claims": ["退款"],
        "parties": [party("applicant", 1), party("respondent", 2)],
    }


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(data: str, url: str, cases: str) -> None:
    """Play; told by one line of input when to begin, tells one line of JSON."""
    with Instance.open(_settings(Path(data), url), SystemClock()) as instance:
        play(instance, _WARM)
        print("ready", flush=True)
        sys.stdin.readline()
        print(json.dumps(asdict(play(instance, int(cases)))), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

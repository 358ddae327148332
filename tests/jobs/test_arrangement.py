"""Two servers and two workers on one PostgreSQL, each a host of its own: a dispute gets through while some are killed."""

import json
import socket
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from mediation.cases import queries
from tests.jobs.conftest import Hosts, Running, wait_until
from tests.jobs.crash import crash_database, keep_what_is_acknowledged
from tests.town import TODAY, Town, drawing, party, pay

WAY: list[tuple[str, str, dict[str, Any]]] = [
    ("jiawin", "triage", {"tier": "ordinary"}),
    ("jiawin", "keep", {}),
    ("jiawin", "accept", {}),
    ("jiamed", "assign", {"mediators": [{"person": "jiamed"}, {"person": "jiarec", "role": "recorder"}]}),
    (
        "jiamed",
        "record_session",
        {
            "held_from": f"{TODAY + timedelta(days=1)}T08:00",  # the servers' clock is a day ahead
            "place": "嘎查调解室",
            "present": [1, 2],
            "body": ["双方陈述。"],
            "result": "agreed",
        },
    ),
    ("jiamed", "draft_agreement", {"facts": "雨水倒灌。", "matters": "由谁修沟。", "clauses": [pay()]}),
    ("jiamed", "conclude_written", {}),
    *(
        (
            "jiamed",
            "sign",
            {"slot": slot, "identity_check": "id_card_seen", "agrees": True, "drawing": drawing(at)},
        )
        for at, slot in enumerate(("party-01", "party-02", "mediator-01", "recorder"))
    ),
    ("jiamed", "seal", {}),
]
REGISTER = {
    "title": "排水纠纷",
    "source": "applied",
    "governance_category": "0201",
    "narrative": "雨水倒灌。",
    "claims": ["修好排水沟"],
    "parties": [party("applicant", 1), party("respondent", 2)],
}


@dataclass
class Balancer:
    """What a proxy and a careful client do together: the next server if one is gone, the same key until there is an answer."""

    town: Town
    ports: list[int]
    tokens: dict[str, str] = field(default_factory=dict)
    sent: int = 0
    repeated: int = 0

    def post(self, who: str, path: str, words: Any) -> dict[str, Any]:
        if who not in self.tokens:
            self.tokens[who] = self.town.instance.issue_token(who, "测试", 30)
        self.sent += 1
        key = f"rehearsal-{self.sent}"
        answer: dict[str, Any] = {}

        def answered() -> bool:
            self.ports.append(self.ports.pop(0))
            found = self._send(self.ports[0], who, path, words, key)
            if found is None:
                self.repeated += 1
                return False
            answer.update(found)
            return True

        wait_until(answered)
        return answer

    def _send(self, port: int, who: str, path: str, words: Any, key: str) -> dict[str, Any] | None:
        headers = {
            "Authorization": f"Bearer {self.tokens[who]}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/api/v1{path}", json.dumps(words).encode(), headers
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as found:  # noqa: S310
                return dict(json.load(found))
        except urllib.error.HTTPError as error:
            if error.code < 500:
                raise AssertionError(error.read().decode()) from error
            return None
        except OSError:
            return None


@pytest.fixture
def ports() -> list[int]:
    taken = [socket.create_server(("127.0.0.1", 0)) for _port in range(2)]
    found = [int(one.getsockname()[1]) for one in taken]
    for one in taken:
        one.close()
    return found


def started(hosts: Hosts, ports: list[int]) -> dict[str, Running]:
    """Two of each, begun together."""
    running = {
        f"web-{at}": hosts.start(f"web-{at}", "serve", "--port", str(port)) for at, port in enumerate(ports)
    }
    running |= {f"worker-{at}": hosts.start(f"worker-{at}", "worker") for at in range(2)}
    for name, one in running.items():
        one.wait_for("提供" if name.startswith("web") else "已开始办理")
    return running


def get_through(town: Town, to: Balancer, between: Callable[[int], None]) -> str:
    """A dispute from registration to the sealed agreement, all by the API."""
    ref = str(to.post("jiawin", "/cases", REGISTER)["case"])
    for at, (who, trigger, words) in enumerate(WAY):
        between(at)
        to.post(who, f"/cases/{ref}/acts/{trigger}", words)
        if trigger == "conclude_written":
            wait_until(lambda: bool(town.of(ref, queries.documents)))
    return ref


def is_whole(town: Town, ref: str) -> None:
    """Every act once, the agreement signed by all and sealed, the trail right."""
    acts = [act for act in town.acts(ref) if "." not in act]
    assert acts == ["register", *(trigger for _who, trigger, _words in WAY)]
    found = town.instance.paper("jiamed", ref, "agreement")
    assert found is not None
    assert town.instance.verify(found[0]).verdict == "valid"
    wait_until(
        lambda: (
            town.rows("SELECT count(*) FROM outbox WHERE handed_on_at IS NULL AND kind = 'issue_paper'")
            == [(0,)]
        )
    )
    assert town.instance.verify_trail().problems == []


@pytest.mark.slow
def test_dispute_gets_through_while_servers_and_workers_are_killed_and_the_database_breaks_down(
    postgresql_hosts: Hosts, ports: list[int]
):
    """The database breaks down under load too: what was acknowledged stays, workers that lost it are started again."""
    town = postgresql_hosts.town
    keep_what_is_acknowledged(town.instance.settings.database_url)
    town.instance.database.close()  # its connections began before
    running = started(postgresql_hosts, ports)
    to = Balancer(town, list(ports))

    def between(at: int) -> None:
        if at == 2:
            running["web-0"].kill()
            running["worker-0"].kill()
        elif at == 5:
            running["web-0"] = postgresql_hosts.start("web-0", "serve", "--port", str(ports[0]))
            running["worker-0"] = postgresql_hosts.start("worker-0", "worker")
        elif at == 8:
            running["worker-0"].wait_for("已开始办理")
            running["web-0"].wait_for("提供")
            running["web-1"].kill()
            running["worker-1"].kill()
        elif at == 10:
            crash_database(town.instance.settings.database_url)

    ref = get_through(town, to, between)
    assert running["worker-0"].process.wait(timeout=60) == 75  # it lost its lock, and ended at once
    postgresql_hosts.worker("worker-0")
    is_whole(town, ref)
    assert to.repeated > 0
    assert running["web-0"].stop() == 0

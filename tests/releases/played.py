"""What a release keeps, played: some of the example's disputes, cut off or whole, those of disputes.yaml, and what is beside them.

Whoever adds a table puts a row of it into disputes.yaml or beside.py: nothing is kept while a table is empty.
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from mediation.app import Instance
from mediation.audit import queries as trail
from mediation.clock import SetClock
from mediation.demo.play import play_demo
from mediation.demo.player import Player
from mediation.reading import read_yaml
from mediation.settings import Settings
from tests.releases import beside

OWN = Path(__file__).with_name("disputes.yaml")
EXAMPLE: Mapping[str, tuple[str, str]] = {
    "drainage": ("", "archived"),
    "hens": ("", "archived"),
    "tenancy": ("sign", "signing"),
    "courtyard-wall": ("dispatch", "dispatched"),
    "spring": ("rule", "dispatched"),
    "hens-again": ("put_in_charge", "received"),
    "woodland": ("replace_mediator", "mediating"),
}
"""Dispute of the example → the act after which it is left (the whole of it if empty), and the state in which it then stands."""
WEBHOOKS = "\nwebhooks: {enabled: true, inside: ['127.0.0.1'], seconds: 1}\n"


@dataclass
class Played:
    """A played instance: its cases by the keys of the disputes, what is to be done next in each, how one comes in."""

    cases: dict[str, str] = field(default_factory=dict)
    next: list[dict[str, Any]] = field(default_factory=list)
    login: dict[str, str] = field(default_factory=dict)


def play(example: Path, work: Path, settings: Settings) -> Played:
    """Play everything into an instance of these settings. `work`: a folder for what is needed on the way."""
    players: list[Player] = []

    def player(instance: Instance, clock: SetClock) -> Player:
        players.append(Player(instance, clock))
        return players[-1]

    play_demo(write_site(example, work / "site"), work / "out", settings, players=player)
    played = Played(dict(players[0]._cases))
    with Instance.open(settings) as instance, instance.database.reading() as session:
        last = trail.last_moment(session)
    assert last is not None
    with Instance.open(settings, SetClock(last + timedelta(minutes=1))) as instance:
        played.login = beside.add(instance, played.cases)
    told, _lines = read_yaml(OWN)
    played.next = [{"case": played.cases[key], **act} for key, act in told["next"].items()]
    return played


def write_site(example: Path, target: Path) -> Path:
    """The example's site with webhooks, and of its disputes the chosen ones, each cut off where it is to be left; beside them our own."""
    shutil.copytree(example, target)
    told, _lines = read_yaml(example / "disputes.yaml")
    own, _lines = read_yaml(OWN)
    chosen = [_cut(dispute) for dispute in told["disputes"] if dispute["key"] in EXAMPLE]
    script = {
        "format": 1,
        "disputes": [*chosen, *own["disputes"]],
        "office": [*(act for act in told.get("office", []) if act["do"] == "leave"), *own["office"]],
    }
    (target / "disputes.yaml").write_text(json.dumps(script, ensure_ascii=False, default=str), "utf-8")
    with (target / "site.yaml").open("a", encoding="utf-8") as site:
        site.write(WEBHOOKS)
    return target


def _cut(dispute: dict[str, Any]) -> dict[str, Any]:
    last, state = EXAMPLE[dispute["key"]]
    if not last:
        return dispute
    end = next(number for number, act in enumerate(dispute["acts"]) if act["do"] == last) + 1
    return {**dispute, "acts": dispute["acts"][:end], "expect": {"outcome": "open", "state": state}}

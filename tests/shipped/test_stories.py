"""The sites' disputes together, read and not played: every one has its end, and no verb of the newest definitions is unplayed."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mediation.reading import read_yaml

ROOT = Path(__file__).parents[2]
SITES = sorted(path.parent.name for path in ROOT.glob("examples/*/disputes.yaml"))
UNPLAYED: dict[str, str] = {}
"""Verb → why no site plays it."""


@cache
def _disputes(site: str) -> list[dict[str, Any]]:
    told, _lines = read_yaml(ROOT / "examples" / site / "disputes.yaml")
    return list(told["disputes"])


def _newest_definitions() -> dict[str, set[str]]:
    """Definition → the verbs of its newest version."""
    found = {}
    for folder in sorted(path for path in (ROOT / "workflows").iterdir() if path.is_dir()):
        newest = max(folder.glob("v*.yaml"), key=lambda path: int(path.stem.removeprefix("v")))
        told, _lines = read_yaml(newest)
        found[folder.name] = set(told["triggers"])
    return found


@pytest.mark.parametrize("site", SITES)
def test_every_dispute_of_a_site_is_played_to_its_end(site):
    ends = {dispute["key"]: dispute["expect"]["state"] for dispute in _disputes(site)}
    assert ends == dict.fromkeys(ends, "archived")
    assert len(ends) >= 6


def test_every_verb_of_the_newest_definitions_is_played_somewhere():
    played = {
        act["do"]
        for site in SITES
        for dispute in _disputes(site)
        for act in dispute["acts"]
        if not act.get("refused")
    }
    unplayed = {name: sorted(verbs - played) for name, verbs in _newest_definitions().items()}
    assert unplayed == {
        name: sorted(verbs & UNPLAYED.keys()) for name, verbs in _newest_definitions().items()
    }

"""The sites' disputes together, read and not played: every one has its end, and no verb of the newest definitions is unplayed."""

from collections.abc import Iterator
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


def _drafts(site: str) -> Iterator[tuple[str, list[dict[str, Any]], list[dict[str, Any]]]]:
    """Dispute, its parties as it was registered, and the clauses of each agreement that was drafted in it."""
    for dispute in _disputes(site):
        parties: list[dict[str, Any]] = []
        for act in dispute["acts"]:
            parties = act.get("with", {}).get("parties", parties) if act["do"] == "register" else parties
            if act["do"] in ("draft_agreement", "supplement"):
                yield dispute["key"], parties, act["with"]["clauses"]


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


@pytest.mark.parametrize("site", SITES)
def test_what_is_done_for_one_of_several_applicants_is_owed_to_each(site):
    """Who is owed nothing can ask no court for it. Sums differ from one to another, and are not compared."""
    left_out = []
    for key, parties, clauses in _drafts(site):
        names = {number: one["name"] for number, one in enumerate(parties, 1)}
        several = {number for number, one in enumerate(parties, 1) if one["role"] == "applicant"}
        owed: dict[tuple[str, ...], set[int]] = {}
        for clause in clauses:
            if clause["act"] != "pay" and clause["obligee"] in several and clause["obligor"] not in several:
                what = clause["what"].replace(names[clause["obligee"]], "…")
                owed.setdefault((clause["act"], what), set()).add(clause["obligee"])
        left_out += [(key, what, sorted(several - to)) for (_act, what), to in owed.items() if to != several]
    assert left_out == []


@pytest.mark.parametrize("site", SITES)
def test_words_of_a_clause_stand_in_its_sentence(site):
    """A refrain is printed behind 不再, a manner between 以 and 方式."""
    clauses = [clause for _key, _parties, clauses in _drafts(site) for clause in clauses]
    doubly_denied = [
        one["what"] for one in clauses if one["act"] == "refrain" and one["what"].startswith("不")
    ]
    broken = [one["manner"] for one in clauses if "，" in one.get("manner", "")]
    assert (doubly_denied, broken) == ([], [])


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

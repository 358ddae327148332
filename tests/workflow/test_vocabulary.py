"""The words that definitions may use are told to people where the pages say so."""

from pathlib import Path

from mediation.workflow.vocabulary import STANDARD

DOCS = Path(__file__).parents[2] / "docs"


def test_every_fact_that_approvals_may_look_at_is_in_its_page():
    rows = [
        row.split(" | ")[:2]
        for row in (DOCS / "approvals.md").read_text("utf-8").splitlines()
        if row[:3] == "| `"
    ]
    assert {name.strip("| `"): words for name, words in rows} == dict(STANDARD.facts)

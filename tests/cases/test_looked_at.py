"""What approvals look at: each fact hashes to another value when, and only when, what it says changes."""

import pytest

from mediation.cases import looked_at
from mediation.workflow.vocabulary import STANDARD
from tests.town import party, pay


def hashes(town, ref):
    case = town.case(ref)
    with town.reading() as session:
        return looked_at.hashes(town.hall(session), case, looked_at.CONTENTS)


def test_every_fact_that_definitions_may_name_can_be_looked_at():
    assert sorted(looked_at.CONTENTS) == sorted(STANDARD.facts)


@pytest.mark.parametrize(
    ("trigger", "words", "changed"),
    [
        ("amend", {"claims": ["另一件"]}, {"claims"}),
        ("amend", {"risk": "medium"}, {"risk"}),
        ("amend", {"add_parties": [party("third", 3)]}, {"parties"}),
        ("amend", {"narrative": "雨水又倒灌。"}, set()),
        (
            "draft_agreement",
            {"facts": "雨水倒灌。", "matters": "由谁修沟。", "clauses": [pay(amount_fen=300_00)]},
            {"clauses", "amount"},
        ),
        (
            "draft_agreement",
            {"facts": "雨水倒灌。", "matters": "何时修沟。", "clauses": [pay()]},
            {"agreement_text"},
        ),
        ("draft_agreement", {"facts": "雨水倒灌。", "matters": "由谁修沟。", "clauses": [pay()]}, set()),
        (
            "replace_mediator",
            {"mediators": [{"person": "jiamed2"}], "reason": "调整"},
            {"mediators"},
        ),
        ("extend", {"asked_by": [1, 2], "days": 10, "reason": "等鉴定"}, {"deadline"}),
    ],
)
def test_act_changes_the_hashes_of_what_it_changed_and_no_other(sqlite_town, trigger, words, changed):
    town = sqlite_town
    ref = town.bring("agreed")
    before = hashes(town, ref)
    town.act("jiamed", ref, trigger, **words)
    after = hashes(town, ref)
    assert {fact for fact in before if before[fact] != after[fact]} == changed


def test_hash_tells_nothing_of_another_case(sqlite_town):
    first, second = (hashes(sqlite_town, sqlite_town.bring("received")) for _time in range(2))
    assert [fact for fact in first if first[fact] == second[fact]] == []

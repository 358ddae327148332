"""What went wrong in glpi-project/glpi (inner clocks beside the outer one)."""

from mediation.cases import queries
from tests.cases.desk import whom

ASIDE = (
    ("jiamed", "amend", {"narrative": "雨水又倒灌。"}),
    ("jiamed", "tell_rights", {"parties": [1, 2]}),
    ("jiamed", "note_privately", {"party": 1, "body": "底线"}),
    ("jiamed", "copy_to", {"to": [whom("yimed")]}),
    ("jiamed", "ask_opinion", {"person": "yimed2", "question": "？"}),
    ("jiamed", "give_part", {"unit": "yi", "what": "查看"}),
    ("jiamed", "promise", {"party": 1, "what": "再去", "due_on": "2026-03-20"}),
    ("jialead", "urge", {}),
    ("jialead", "assess_risk", {"level": "medium", "factors": ["threat"], "measures": "走访"}),
    ("jialead", "put_in_charge", {"person": "jialead"}),
)


def running(town, ref):
    """The clocks of the state and of the law: name → due moment."""
    return {
        row.name: row.due_at
        for row in town.of(ref, queries.deadlines)
        if row.state == "running" and (row.name.startswith("state:") or row.name == "mediation_limit")
    }


def test_acts_that_do_not_answer_a_clock_leave_it_running(town):
    """glpi-project/glpi#15870: with another action hung on it, the clock took the ticket for answered and stopped."""
    ref = town.bring("preparing")
    before = running(town, ref)
    assert sorted(before) == ["mediation_limit", "state:preparing"]
    for who, trigger, words in ASIDE:
        town.act(who, ref, trigger, **words)
        assert running(town, ref) == before, trigger


def test_clock_is_not_counted_anew_when_somebody_else_takes_over(town):
    """glpi-project/glpi#14423: a technician joined the ticket, and the clock of the group began again."""
    ref = town.bring("received")
    before = running(town, ref)
    town.act("jiawin", ref, "transfer", to=whom("jialead"), reason="请假")
    assert running(town, ref) == before
    ref = town.bring("preparing")
    before = running(town, ref)
    town.act("jialead", ref, "replace_mediator", mediators=[{"person": "jiamed2"}], reason="调整")
    assert running(town, ref) == before

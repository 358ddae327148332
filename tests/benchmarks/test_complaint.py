"""The bench's customer dispute goes its whole way: what is measured is what the page says."""

from pathlib import Path

from benchmarks import complaint
from mediation.app import Instance
from mediation.clock import SystemClock

WAY = {
    "register": 2,
    "ask_opinion": 2,
    "answer": 8,
    "amend": 8,
    "give_part": 6,
    "assess_risk": 18,
    "ask_approval": 1,
    "approve": 1,
    "close": 2,
    "copy_to": 2,
    "archive": 2,
}
"""Two cases of three payments and nine ratings, one of them decided by a person."""


def test_cases_go_their_whole_way(tmp_path: Path) -> None:
    settings = complaint.founded(tmp_path, f"sqlite:///{tmp_path / 'data' / 'mediation.db'}")
    with Instance.open(settings, SystemClock()) as instance:
        played = complaint.play(instance, 2)
        with instance.database.reading() as session:
            ask = session.connection().exec_driver_sql
            cases = [tuple(row) for row in ask("SELECT workflow, state FROM dispute")]
            acts = {row[0]: row[1] for row in ask("SELECT act, count(*) FROM audit_event GROUP BY act")}
    assert cases == [("complaint", "settled")] * 2
    assert {act: acts.get(act) for act in WAY} == WAY
    # An answer of a vendor is an event of the published process, and no task of it; so is the question to the person.
    assert (played.cases, played.tasks, played.acts) == (2, 41, sum(WAY.values()))

"""What went wrong in mrtylerzhou/AntFlow-activiti (approvals on Activiti)."""

import pytest

from mediation.cases import queries
from mediation.errors import TransitionRefused
from tests.cases.desk import ask, book, number, rounds


@pytest.mark.parametrize("is_task_named", [True, False])
def test_countersign_returned_to_its_asker_goes_back_and_not_forward(town, is_task_named):
    """mrtylerzhou/AntFlow-activiti#7: one of the parallel signers sent it back to the initiator, and it went on to the next signer."""
    ref = town.bring("agreed")
    ask(town, ref, "jialead", "sulead")
    named = {"task": number(town, ref, "jialead")} if is_task_named else {}
    town.act("jialead", ref, "reject", **named, to="accepted", opinion="重新指派")
    event = town.last(ref)
    assert (event.act, event.from_state, event.to_state) == ("reject", "mediating", "accepted")
    assert (rounds(town, ref), book(town, ref)["sulead"]) == (
        [("agreement_review", "rejected")],
        "not_needed",
    )
    assert town.tasks(ref) == [("accepted", "jia")]
    town.step(ref, "assign")
    town.step(ref, "record_session")
    with pytest.raises(TransitionRefused, match="被驳回"):
        town.act("jiamed", ref, "conclude_written")
    assert [row.state for row in town.of(ref, queries.agreements)] == ["draft"]

"""What went wrong in codingapi/springboot-framework (its flow module)."""

import pytest

from mediation.cases.tasks import queries
from mediation.errors import MediationError


def test_returns_one_after_another_skip_no_level(town):
    """codingapi/springboot-framework#183: returned several times in a row, it did not go back level by level."""
    ref = town.bring("signing")
    for state in ("mediating", "preparing", "accepted", "triaged"):
        town.act("jialead", ref, "reject", to=state, opinion="退回上一步")
        assert (town.case(ref).state, town.of(ref, queries.turn).state) == (state, state)
        assert town.clocks(ref)[f"state:{state}"] == "running"
    went = [(event.from_state, event.to_state) for event in town.events(ref) if event.act == "reject"]
    assert went == [
        ("signing", "mediating"),
        ("mediating", "preparing"),
        ("preparing", "accepted"),
        ("accepted", "triaged"),
    ]
    before = town.dump()
    with pytest.raises(MediationError):
        town.act("jialead", ref, "reject", to="mediating", opinion="跳回去")
    assert town.dump() == before
    town.act("jiawin", ref, "keep")
    assert town.case(ref).state == "accepted"

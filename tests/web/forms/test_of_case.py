"""What a form offers of a case: what the case has, and what its act takes."""

from datetime import timedelta

import pytest

from mediation.errors import TransitionRefused
from mediation.web.forms.of_case import steps
from tests.town import Town


def test_steps_back_of_a_case_that_changed_its_definition_are_those_of_the_present_one(
    sqlite_town: Town,
) -> None:
    town = sqlite_town
    ref = town.bring("accepted")
    town.act("jialead", ref, "turn_joint", reason="涉及派出所和苏木")
    assert steps(town.instance, town.instance.case("jialead", ref)) == []
    called = {"units": ["su-pai", "yi"], "starts_at": town.clock.now() + timedelta(days=1), "place": "嘎查"}
    town.act("jialead", ref, "call_conference", **called)
    assert steps(town.instance, town.instance.case("jialead", ref)) == [("accepted", "已受理")]
    with pytest.raises(TransitionRefused):
        town.act("jialead", ref, "reject", to="triaged", opinion="先核实")
    town.act("jialead", ref, "reject", to="accepted", opinion="先核实")
    assert town.case(ref).state == "accepted"

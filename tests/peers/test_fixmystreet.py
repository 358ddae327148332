"""What went wrong in mysociety/fixmystreet (reports to whoever may be in charge)."""

from mediation.cases import queries
from tests.cases.aftercare.words import REASON, breached, signed


def test_case_in_the_wrong_place_goes_on_without_being_told_anew(town):
    """mysociety/fixmystreet#1114, #400, #1365: sent to the wrong office by its category, a report had to be typed in once more."""
    ref = town.bring("triaged")
    number, told = town.case(ref).temporary_number, town.instance.case("jiawin", ref)
    town.act("jiawin", ref, "dispatch", to="yi")
    town.act("yiwin", ref, "send_back", reason="不属本嘎查")
    assert (town.case(ref).state, town.unit_code(town.case(ref).holder_id)) == ("triaged", "jia")
    assert [row.id for row in town.instance.cases("jiawin", waiting=True)] == [ref]
    town.act("jiawin", ref, "amend", governance_category="0202")
    town.act("jiawin", ref, "escalate", reason="跨嘎查")
    town.act("suwin", ref, "acknowledge")
    after = town.instance.case("suwin", ref)
    assert (after.narrative, after.claims, after.parties) == (told.narrative, told.claims, told.parties)
    assert (after.governance_category != told.governance_category, after.row.state) == (True, "received")
    assert (town.case(ref).temporary_number, town.unit_code(town.case(ref).holder_id)) == (number, "su")


def test_case_taken_up_anew_reaches_who_has_to_act(town):
    """mysociety/fixmystreet#897, #29: closed and not fixed, what was said after that reached nobody."""
    ref = breached(town, signed(town, town.bring("agreed")))
    town.act("jiamed", ref, "close")
    assert town.case(ref).state == "closed"
    town.act("jialead", ref, "remediate", asked_by=[1, 2], **REASON)
    case = town.case(ref)
    assert (case.state, case.open, case.remediated) == ("preparing", True, 1)
    assert town.worklists(ref) == {"jia", "su", "qi"}
    assert [(row.case, row.kind) for row in town.instance.tasks("jiamed")] == [(ref, "turn")]
    clocks = town.clocks(ref)
    assert (clocks["state:preparing"], clocks["mediation_limit"]) == ("running", "running")
    assert [one.state for one in town.of(ref, queries.agreements)] == ["in_force"]

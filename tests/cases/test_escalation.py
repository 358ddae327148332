"""Up the chain and once back: same case, same file, same number."""

import pytest

from mediation.cases import queries
from mediation.errors import NotPermitted, TransitionRefused
from tests.town import pay


@pytest.mark.parametrize("at", ["triaged", "received", "accepted", "preparing", "mediating"])
def test_case_climbs_to_the_next_level_whose_committee_numbers_it_anew(town, at):
    ref = town.bring(at)
    number = town.case(ref).number
    who = "jiamed" if at in {"preparing", "mediating"} else "jiawin"
    town.act(who, ref, "escalate", reason="跨嘎查")
    case = town.case(ref)
    assert (case.state, town.unit_code(case.holder_id), town.unit_code(case.target_id)) == (
        "dispatched",
        "jia",
        "su",
    )
    assert town.last(ref).facts["to"] == "su"
    assert town.outbox(ref)[-1] == ("notice", "escalated")
    town.act("suwin", ref, "acknowledge")
    case = town.case(ref)
    assert (case.state, town.unit_code(case.holder_id)) == (
        "received" if number is None else "accepted",
        "su",
    )
    if number is not None:
        assert case.number != number
        assert case.number == "〔2026〕示例苏人调字第1号"
        assert (
            town.instance.case("suwin", number).row.id == case.public_id
        )  # the former number still finds it
    assert [(town.unit_code(row.unit_id), row.why) for row in town.of(ref, queries.co_handlers)] == [
        ("jia", "former_holder")
    ]
    assert town.of(ref, queries.mediators) == []
    assert town.worklists(ref) == {"su", "qi"}


def test_camp_climbs_to_its_gacha(town):
    ref = town.register("hua")
    town.act("hua", ref, "triage", tier="ordinary")
    town.act("hua", ref, "escalate", reason="办不了")
    assert town.unit_code(town.case(ref).target_id) == "jia"


def test_top_of_the_chain_cannot_climb(town):
    ref = town.bring("mediating")
    town.act("jiamed", ref, "escalate", reason="跨嘎查")
    town.act("suwin", ref, "acknowledge")
    before = town.dump()
    with pytest.raises(TransitionRefused, match="已是层级链的最高一级"):
        town.act("sumed", ref, "escalate", reason="再上报")
    assert town.dump() == before


def test_former_mediator_does_nothing_more_in_what_has_climbed(town):
    ref = town.bring("mediating")
    town.act("jiamed", ref, "note_privately", party=1, body="底线")
    town.act("jiamed", ref, "escalate", reason="跨嘎查")
    town.act("suwin", ref, "acknowledge")
    with pytest.raises(NotPermitted):
        town.act("jiamed", ref, "terminate", reason="no_agreement", routes=["court"])
    assert town.instance.case("jiamed", ref).private_notes == []


def test_superior_sends_back_once_and_the_case_goes_on_below(town):
    ref = town.bring("mediating")
    town.act("jiamed", ref, "escalate", reason="跨嘎查")
    town.act("suwin", ref, "send_back", reason="请先再调一次")
    case = town.case(ref)
    assert (case.state, case.target_id, case.sent_back) == ("triaged", None, 1)
    town.act("jiawin", ref, "keep")
    assert town.case(ref).state == "accepted"
    town.act("jiawin", ref, "escalate", reason="还是不成")
    with pytest.raises(TransitionRefused, match="不能再退回"):
        town.act("suwin", ref, "send_back", reason="不收")


def test_former_holder_that_holds_again_is_no_co_handler(town):
    ref = town.bring("triaged")
    town.act("jiawin", ref, "dispatch", to="yi")
    town.act("yiwin", ref, "acknowledge")
    town.act("yiwin", ref, "escalate", reason="请示")
    town.act("suwin", ref, "send_back", reason="请转甲嘎查")
    town.act("yiwin", ref, "dispatch", to="jia")
    town.act("jiawin", ref, "acknowledge")
    assert town.unit_code(town.case(ref).holder_id) == "jia"
    assert [town.unit_code(row.unit_id) for row in town.of(ref, queries.co_handlers)] == ["yi"]


def test_simple_turns_ordinary_with_all_that_is_on_file(town):
    ref = town.register("grid", workflow="simple")
    town.act("grid", ref, "take")
    town.act("grid", ref, "record_session", **town.session("failed"))
    number = town.case(ref).number
    town.act("grid", ref, "turn_ordinary", reason="谈不拢")
    case = town.case(ref)
    assert (case.workflow, case.workflow_version, case.state, case.phase, case.number) == (
        "ordinary",
        5,
        "accepted",
        "assignment",
        number,
    )
    event = town.last(ref)
    assert (event.act, event.from_state, event.to_state, event.facts["workflow"]) == (
        "turn_ordinary",
        "mediating",
        "accepted",
        "ordinary/5",
    )
    assert town.counts()["jia-1", "ordinary", "accepted"] == 1
    assert [key for key in town.counts() if key[1] == "simple"] == []
    assert len(town.of(ref, queries.sessions)) == 1
    assert town.clocks(ref)["state:accepted"] == "running"


@pytest.mark.parametrize("workflow", ["simple", "ordinary"])
def test_what_a_grid_worker_took_in_and_cannot_settle_goes_up(town, workflow):
    ref = town.register("grid", workflow=workflow)
    if workflow == "simple":
        town.act("grid", ref, "turn_ordinary", reason="另一方还没有同意")
    assert town.case(ref).state == "registered"
    town.act("grid", ref, "triage", tier="ordinary")
    town.act("grid", ref, "escalate", reason="交嘎查办理")
    town.act("jiawin", ref, "acknowledge")
    assert (town.case(ref).state, town.unit_code(town.case(ref).holder_id)) == ("received", "jia")


def test_grid_worker_whose_oral_agreement_is_talked_about_anew_hands_it_up(town):
    ref = town.register("grid", workflow="simple")
    town.act("grid", ref, "take")
    town.act("grid", ref, "record_session", **town.session("agreed"))
    town.act("grid", ref, "draft_agreement", facts="雨", matters="沟", clauses=[pay(at_once=True)])
    town.do("grid", ref, "conclude_oral")
    town.act(
        "grid", ref, "record_breach", clause=1, noticed_on="2026-03-02", account="没付", routes=["court"]
    )
    town.act("grid", ref, "remediate", asked_by=[1, 2], reason="没付")
    assert (town.case(ref).workflow, town.case(ref).state) == ("ordinary", "preparing")
    town.act("grid", ref, "escalate", reason="网格员不能主持调解")
    town.act("jiawin", ref, "acknowledge")
    assert town.unit_code(town.case(ref).holder_id) == "jia"

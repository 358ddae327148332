"""What a query code tells: once an agreement binds, the ways are those that lead on from it."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from mediation.cases.residents import following
from tests.cases.performance.test_confirming import ask, rule
from tests.cases.performance.test_performing import in_force


def ways(town, ref):
    return "".join(following_ways(town, ref))


def following_ways(town, ref):
    with town.instance.database.reading() as session:
        return following.followed(session, town.case(ref), town.clock.now()).ways


def test_case_without_an_agreement_in_force_has_the_general_routes(sqlite_town):
    assert ways(sqlite_town, sqlite_town.bring("mediating")) == ""


def test_agreement_in_force_can_be_confirmed_together_until_its_last_day(sqlite_town):
    town = sqlite_town
    ref = in_force(town)
    told = ways(town, ref)
    assert "协议生效之日起三十日内（最迟2026年4月1日），双方可以一起向人民法院申请司法确认" in told
    assert "就协议向人民法院起诉" in told
    assert "强制执行" not in told


@pytest.mark.parametrize("matter", [{"category": "01"}, {"governance_category": "0901"}, {}])
def test_what_a_court_does_not_take_is_said_beside_the_way_to_it(sqlite_town, matter):
    """As the staff are told when the application is recorded, and as long as there is time for one."""
    town = sqlite_town
    ref = in_force(town)
    for column, value in matter.items():
        with town.instance.database.writing() as session:
            session.connection().execute(text(f"UPDATE dispute SET {column} = '{value}'"))  # noqa: S608 — constants
    shown = following_ways(town, ref)
    told = [one.removeprefix("请核对：") for one in ask(town, ref).told if one.startswith("请核对：")]
    assert len(told) == 1 + len(matter)
    assert told[-1] == "申请时要提交调解协议；口头协议请先由各方签订书面协议（民诉法解释第354条）"
    assert [one for one in shown if "请注意" in one] == [f"申请司法确认以前请注意：{one}；" for one in told]
    assert [one for one in following_ways(town, ref) if "请注意" in one] == []


def test_time_that_is_over_is_no_way(sqlite_town):
    town = sqlite_town
    ref = in_force(town)
    town.clock.advance(timedelta(days=40))
    assert "司法确认" not in ways(town, ref)
    assert "就协议向人民法院起诉" in ways(town, ref)


@pytest.mark.parametrize(("result", "enforced"), [("confirmed", True), ("dismissed", False)])
def test_what_a_court_has_confirmed_is_enforced_and_not_sued_about(sqlite_town, result, enforced):
    town = sqlite_town
    ref = in_force(town)
    ask(town, ref)
    assert "司法确认" not in ways(town, ref)
    rule(town, ref, result)
    assert ("申请强制执行" in ways(town, ref)) is enforced
    assert ("就协议向人民法院起诉" in ways(town, ref)) is not enforced


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("registered", "已登记"),
        ("accepted", "已经受理"),
        ("mediating", "正在调解"),
        ("signing", "已谈好协议，等签字盖章"),
    ],
)
def test_headline_says_how_far_it_has_come(sqlite_town, state, told):
    ref = sqlite_town.bring(state)
    assert headline(sqlite_town, ref) == told


def test_headline_of_an_agreement_in_force_is_that_it_is_being_performed(sqlite_town):
    assert headline(sqlite_town, in_force(sqlite_town)) == "已达成协议，正在履行"


def headline(town, ref):
    with town.instance.database.reading() as session:
        return following.followed(session, town.case(ref), town.clock.now()).headline

"""A case as its page tells of it: the chain with its holder, clocks, and what has happened, all of it in words."""

import re

from sqlalchemy import delete

from mediation.audit import queries as trail
from mediation.audit.models import EventDetail
from mediation.cases import queries
from mediation.cases.workspace import standing
from tests.cases.routing.routes import with_routing
from tests.supervision.desk import day, with_rules
from tests.town import Town


def page_of(town: Town, ref: str, who: str = "jiawin") -> standing.Workspace:
    with town.reading() as session:
        hall = town.instance._hall(session, who)
        return standing.workspace(hall, queries.find_case(session, hall.actor, ref))


def test_history_names_an_act_that_only_an_earlier_definition_knows(sqlite_town):
    ref = sqlite_town.bring("accepted")
    sqlite_town.act("jialead", ref, "turn_joint", reason="涉及派出所和苏木")
    sqlite_town.act("jialead", ref, "back_to_ordinary", reason="只涉及一个单位")
    assert [one.title for one in page_of(sqlite_town, ref).timeline][:2] == ["转回普通程序", "转联合调解"]


def test_history_names_a_state_as_the_definition_of_that_time_does(sqlite_town):
    ref = sqlite_town.register(workflow="simple")
    sqlite_town.act("jiamed", ref, "take")
    sqlite_town.act("jiamed", ref, "record_session", **sqlite_town.session())
    sqlite_town.act("jiamed", ref, "turn_ordinary", reason="要书面协议")
    assert [(one.title, one.now) for one in page_of(sqlite_town, ref).timeline] == [
        ("转普通程序", "已受理"),
        ("记录调解", ""),
        ("当场调解", "当场调解"),
        ("登记", "已登记"),
    ]


def test_clocks_have_titles_in_words(sqlite_town):
    with_routing(sqlite_town)
    ref = sqlite_town.bring("accepted", place="jia-1")
    sqlite_town.act(
        "jialead",
        ref,
        "assess_risk",
        level="high",
        factors=["threat"],
        measures="派出所到场。",
        review_on="2026-03-10",
    )
    titles = {one["name"]: one["title"] for one in page_of(sqlite_town, ref).page.clocks}
    assert {"handling", "risk_review", "mediation_limit"} <= set(titles)
    assert [name for name, title in titles.items() if re.search("[a-z]", title)] == []


def test_holder_on_no_level_stands_below_the_level_that_it_belongs_to(sqlite_town):
    ref = sqlite_town.register("suwin", place="su")
    sqlite_town.act("suwin", ref, "triage", tier="ordinary")
    sqlite_town.act("sudis", ref, "dispatch", to="su-pai")
    sqlite_town.act("lin", ref, "acknowledge")
    found = [(one.unit, one.title, one.place) for one in page_of(sqlite_town, ref, "lin").levels]
    assert found[:2] == [("示例苏木", "苏木", ""), ("示例苏木派出所", "派出所、公安局", "now")]


def test_holder_above_all_levels_stands_at_the_top(sqlite_town):
    ref = sqlite_town.register("twin:registrar", place="jia")
    found = [(one.unit, one.place) for one in page_of(sqlite_town, ref, "twin:registrar").levels]
    assert found == [("示例旗", "now"), ("示例苏木", ""), ("示例甲嘎查", ""), ("", "")]


def test_what_the_system_did_says_which_clock_and_which_step(sqlite_town):
    with_rules(sqlite_town)
    ref = sqlite_town.register()
    sqlite_town.clock.put(day(3, 4))
    sqlite_town.instance.run_deadlines()
    told = [(one.title, one.about) for one in page_of(sqlite_town, ref).timeline]
    assert told == [
        ("出具督办文书", "催办通知"),
        ("督办升级", "催办"),
        ("期限届满", "这一步的期限：已登记"),
        ("登记", ""),
    ]


def test_history_tells_why_each_act_was_done_and_nothing_that_is_private(sqlite_town):
    town = sqlite_town
    ref = town.bring("mediating")
    town.act("jiamed", ref, "note_privately", party=2, body="愿意让步。")
    town.act("jiamed", ref, "report_police", reported_at=town.clock.now(), to="派出所", account="扬言报复。")
    town.act("jiamed", ref, "escalate", reason="嘎查办不了。")
    town.act("suwin", ref, "send_back", reason="请先请苏木司法所到场。")
    town.act("jiawin", ref, "withdraw", asked_by=[1], reason="不想再谈。", routes=["court"])
    said = {one.title: one.said for one in page_of(town, ref).timeline if one.said}
    assert said == {
        "上报": ("嘎查办不了。",),
        "退回": ("请先请苏木司法所到场。",),
        "申请人撤回": ("不想再谈。",),
    }


def test_words_of_one_act_stand_one_after_another(sqlite_town):
    ref = sqlite_town.bring("triaged")
    sqlite_town.act("jiawin", ref, "dispatch", to="jia-1", opinion="请就近办。", overruled_because="路近")
    assert page_of(sqlite_town, ref).timeline[0].said == ("请就近办。", "路近")


def test_history_is_silent_once_a_case_is_erased(sqlite_town):
    ref = sqlite_town.bring("mediating")
    sqlite_town.act("jiamed", ref, "escalate", reason="嘎查办不了。")
    with sqlite_town.instance.database.writing() as session:
        events = [one.id for one in trail.events_of(session, ref)]
        session.execute(delete(EventDetail).where(EventDetail.event_id.in_(events)))
    assert {one.said for one in page_of(sqlite_town, ref).timeline} == {()}

"""Who could mediate: in scope, with the score explained, in few statements."""

import pytest
from sqlalchemy import event

from mediation.cases.routing import desk as routing_desk
from mediation.errors import InputInvalid, NotFound
from tests.cases.routing.routes import with_routing
from tests.town import Town


def named(found):
    return [(one.code.partition(":")[0], one.barred) for one in found.mediators]


def test_suggestions_name_those_on_the_rosters_near_with_their_load(town: Town):
    with_routing(town)
    town.bring("preparing")  # jiamed has one in hand
    ref = town.register(place="jia-1")
    found = town.instance.routing.suggestions("jiawin", ref, most=20)
    assert found.unit["unit"] == "jia"
    assert {who for who, _barred in named(found)} == {"grid", "hua", "jiamed", "jiamed2", "sumed", "sumed2"}
    load = {one.code.partition(":")[0]: one.parts[1].why for one in found.mediators}
    assert (load["jiamed"], load["jiamed2"]) == ("手头在办1件", "手头没有在办纠纷")
    near = {one.code.partition(":")[0]: one.parts[2].why for one in found.mediators}
    assert (near["grid"], near["jiamed"], near["sumed"]) == (
        "就在纠纷所在的示例甲一浩特",
        "在示例甲嘎查，隔1级",
        "在示例苏木，隔2级",
    )


def test_suggestions_bar_whoever_declared_a_conflict_here_or_with_the_same_party(town: Town):
    first = town.bring("accepted")
    town.act(
        "jiamed",
        first,
        "assign",
        mediators=[{"person": "jiamed2", "conflict": "near_relative", "kept_by_both": True}],
    )
    second = town.register(place="jia-1")  # the same two parties
    for ref in (first, second):
        found = town.instance.routing.suggestions("jiawin", ref, most=20)
        barred = [(who, why) for who, why in named(found) if why]
        assert barred == [("jiamed2", "应当回避：是当事人或者代理人的近亲属")]


def test_suggestions_do_not_take_a_family_name_for_a_conflict(town: Town):
    from tests.town import party

    ref = town.register(place="jia-1", parties=[party(name="包某"), party("respondent", 2)])
    found = town.instance.routing.suggestions("jiawin", ref, most=20)
    assert [who for who, why in named(found) if why] == []


def test_suggestions_heed_duty_leave_and_languages(town: Town):
    ref = town.register(place="jia-1")
    ids = {code: key for key, code in town.rows("SELECT id, code FROM person")}
    found = town.instance.routing.suggestions(
        "jiawin", ref, languages=["mongolian"], on_duty={"jiamed2"}, away={ids["hua"]}, most=20
    )
    assert found.unit is None
    assert found.mediators[0].code == "jiamed2:mediator"
    assert named(found)[-1] == ("hua", "请假，不在岗")
    assert found.mediators[0].parts[3].why == "不会蒙古语"


def test_suggestions_refuse_an_unknown_language_and_a_case_out_of_sight(town: Town):
    ref = town.register(place="jia-1")
    with pytest.raises(InputInvalid):
        town.instance.routing.suggestions("jiawin", ref, languages=["martian"])
    with pytest.raises(NotFound):
        town.instance.routing.suggestions("yiwin", ref)


def test_mediators_are_found_in_two_statements(town: Town):
    with_routing(town)
    ref = town.register(place="jia-1")
    case = town.case(ref)
    with town.reading() as session:
        hall = town.hall(session, "jiawin")
        assert hall.tree
        seen = []
        engine, listen = session.get_bind(), lambda *args: seen.append(args[2])
        event.listen(engine, "before_cursor_execute", listen)
        routing_desk.mediators_for(hall, case, (), None, None, 5)
        event.remove(engine, "before_cursor_execute", listen)
    assert len([one for one in seen if "configuration" not in one]) == 2


def test_suggestions_bar_whom_a_party_objected_to_in_this_case_only(town: Town):
    ref = town.bring("preparing")
    town.act(
        "jialead",
        ref,
        "replace_mediator",
        reason="申请人不接受",
        mediators=[{"person": "jiamed2"}],
        objections=[{"person": "jiamed", "party": 1}, {"person": "sumed", "party": 2}],
    )
    assert town.last(ref).facts["objections"] == {"jiamed": 1, "sumed": 2}
    found = town.instance.routing.suggestions("jiawin", ref, most=20)
    assert sorted((who, why) for who, why in named(found) if why) == [
        ("jiamed", "第1位当事人不接受其调解"),
        ("sumed", "第2位当事人不接受其调解"),
    ]
    other = town.register(place="jia-1")  # the same two parties
    found = town.instance.routing.suggestions("jiawin", other, most=20)
    assert [who for who, why in named(found) if why] == []


@pytest.mark.parametrize(
    ("objections", "key"),
    [
        ([{"person": "jiamed2", "party": 1}], "objections[0].person"),
        ([{"person": "nobody", "party": 1}], "objections[0].person"),
        ([{"person": "jiamed", "party": 7}], "objections[0].party"),
    ],
)
def test_objections_that_cannot_be_are_refused(town: Town, objections, key):
    ref = town.bring("preparing")
    before = town.dump()
    words = {"reason": "不接受", "mediators": [{"person": "jiamed2"}], "objections": objections}
    with pytest.raises(InputInvalid) as refused:
        town.act("jialead", ref, "replace_mediator", **words)
    assert [problem.key for problem in refused.value.problems] == [key]
    assert town.dump() == before


def test_nobody_is_suggested_whom_no_committee_of_the_holder_may_appoint(town: Town):
    """The place lies on another branch than the holder: those of the branch could only be refused."""
    ref = town.register("jiawin", place="yi-1")
    town.act("jiawin", ref, "triage", tier="ordinary")
    found = {who for who, _why in named(town.instance.routing.suggestions("jiawin", ref, most=20))}
    assert "jiamed" in found
    assert found.isdisjoint({"yimed", "yimed2"})

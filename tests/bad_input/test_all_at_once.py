"""Two things wrong in one act: both are told, and nothing is touched."""

import pytest

from mediation.cases import queries
from mediation.cli import run
from mediation.errors import InputInvalid
from tests.town import environment, pay

DRAFT = {"facts": "雨水倒灌。", "matters": "由谁修沟。"}
PAUSE = {"kind": "consent", "evidence": "都同意"}
WRONG_CLAUSES = [pay(obligor=9, obligee=9, act="dance"), pay(obligee=8, due_on="2026-03-01")]
CLAUSES = ["clauses[0]", "clauses[0].act", "clauses[1]", "clauses[1].due_on"]
HELD = {"held_from": "2026-03-09T09:00:00+08:00", "held_to": "2026-03-08T09:00:00+08:00", "place": "调解室"}
REST = {"reason": "bored", "routes": ["moon"]}
AGREED = {"clause": 9, "agreement": 7}


def brought(town, stage):
    """A case at the stage; `performing` by an oral agreement that is performed at once."""
    if stage != "performing":
        return town.bring(stage)
    ref = town.bring("agreed")
    town.act("jiamed", ref, "draft_agreement", **DRAFT, clauses=[pay(at_once=True, due_on=None)])
    town.act("jiamed", ref, "conclude_oral")
    return ref


@pytest.mark.parametrize(
    ("stage", "verb", "words", "keys"),
    [
        ("mediating", "suspend", {**PAUSE, "asked_by": [9], "expected_on": "2026-03-02"}, ["asked_by", "expected_on"]),
        ("mediating", "draft_agreement", {**DRAFT, "clauses": WRONG_CLAUSES}, CLAUSES),
        ("agreed", "conclude_written", {"settles": [1, 1], "rest": REST}, ["settles", "rest.reason", "rest.routes"]),
        ("agreed", "conclude_oral", {"settles": [1], "rest": REST, "written_wanted_by": [9]},
         ["rest.reason", "rest.routes", "written_wanted_by"]),
        ("mediating", "conclude_written", {"settles": [], "rest": REST},
         ["agreement", "settles", "rest.reason", "rest.routes"]),
        ("mediating", "record_session",
         {**HELD, "present": [1, 9], "participants": ["无此人"], "result": "agreed", "body": ["谈过。"]},
         ["held_to", "held_from", "present", "participants[0]", "present"]),
        ("performing", "record_breach",
         {**AGREED, "noticed_on": "2026-03-09", "account": "没有付", "routes": ["moon"]},
         ["agreement", "noticed_on", "routes"]),
        ("performing", "record_performance", {**AGREED, "performed_on": "2026-03-09"}, ["agreement", "performed_on"]),
        ("performing", "supplement", {**DRAFT, "asked_by": [9], "clauses": WRONG_CLAUSES}, [*CLAUSES, "asked_by"]),
        ("performing", "correct",
         {"paper": "return_visit", "slips": [{"field": "colour", "where": "第一条", "wrong": "甲", "right": "乙"}], "reason": "笔误"},
         ["paper", "slips[0].field"]),
        ("performing", "void_paper",
         {"paper": "return_visit", "basis": "court_decision", "reason": "裁判",
          "decision": {"court": "法院", "number": "1号", "decided_on": "2026-03-09"}},
         ["paper", "decision.decided_on"]),
        ("mediating", "terminate", {"reason": "bored", "routes": ["moon"]}, ["reason", "routes"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_two_things_wrong_are_both_told(sqlite_town, stage, verb, words, keys):
    town = sqlite_town
    ref = brought(town, stage)
    before = town.dump()
    with pytest.raises(InputInvalid) as refused:
        town.act("jiamed", ref, verb, **words)
    assert [problem.key for problem in refused.value.problems] == keys
    assert "9、9" not in str(refused.value)
    assert town.dump() == before


def test_hand_over_tells_both_people_the_day_and_what_is_no_pair(sqlite_town, capsys):
    town = sqlite_town
    ref = town.bring("mediating")
    before = town.dump()
    said = {"from": "nobody", "to": "noone", "reason": "leave", "until": "2026-03-01"}
    with pytest.raises(InputInvalid) as refused:
        town.instance.hand_over("jialead", said)
    assert [problem.key for problem in refused.value.problems] == ["from", "to", "until"]
    words = ["--as", "jialead", "hand-over", "--from", "jiamed", "--to", "jiamed2", "--reason", "left"]
    capsys.readouterr()
    with environment(town):
        assert run([*words, "--case", "nothing", "--case", "没有1号=sumed"]) != 0
    told = capsys.readouterr().err
    assert (
        "--case nothing: 应当写作 案号=人员代码" in told,
        "没有1号 不在 包和 在办的纠纷之中" in told,
    ) == (True, True)
    with environment(town):
        assert run([*words, "--case", "nothing"]) != 0
    assert (town.dump(), town.case(ref).state) == (before, "mediating")


def test_erasure_tells_both_reason_and_party(sqlite_town):
    town = sqlite_town
    ref = town.bring("mediating")
    with pytest.raises(InputInvalid) as refused:
        town.instance.request_erasure("jialead", ref, "bored", party=9)
    assert [problem.key for problem in refused.value.problems] == ["reason", "party"]


def test_day_that_does_not_exist_in_a_pair_hides_nothing_else(sqlite_town, capsys):
    town = sqlite_town
    ref = town.bring("mediating")
    before = town.dump()
    pairs = ["-s", "unit=nowhere", "-s", "due_on=2026-13-45", "-s", "what=查看", "-s", "x=1"]
    capsys.readouterr()
    with environment(town):
        assert run(["--as", "jiawin", "case", "do", ref, "give_part", *pairs]) != 0
    told = capsys.readouterr().err
    for part in ("due_on: 日期 2026-13-45 不存在", "x: 没有这个键；请检查拼写", "nowhere"):
        assert part in told, told
    assert town.dump() == before


PAUSED = {**PAUSE, "asked_by": [1], "expected_on": "2026-03-20"}
SPLIT = {"parties": [1, 2], "title": "分出", "why": "另案"}
AGAIN = {"asked_by": [1], "reason": "没有履行"}
SET_ASIDE = {"court": "法院", "number": "1号", "decided_on": "2199-03-09"}


@pytest.mark.parametrize(
    ("stage", "verb", "words", "guards"),
    [
        ("mediating", "suspend", {**PAUSED, "expected_on": "2026-03-01"}, {"suspension_has_ground"}),
        ("mediating", "suspend", {**PAUSED, "evidence": ""}, {"suspension_has_ground"}),
        ("mediating", "suspend", {**PAUSED, "asked_by": [1, 9]}, set()),
        ("mediating", "suspend", {**PAUSED, "kind": "whim"}, set()),
        ("mediating", "split", {**SPLIT, "claims": [9]}, {"two_sides_in_both"}),
        ("mediating", "split", {**SPLIT, "parties": [1, 9], "claims": [9]}, set()),
        ("performing", "remediate", {**AGAIN, "agents": {1: 7}}, {"remediation_asked_by_all"}),
        ("performing", "remediate", {**AGAIN, "asked_by": [9], "agents": {2: 7}}, set()),
        ("performing", "supplement", {**DRAFT, "asked_by": [1], "medium": "ink", "clauses": [pay(obligee=9)]}, {"supplement_asked_by_all"}),
        ("performing", "void_paper",
         {"paper": "oral_agreement", "basis": "new_agreement", "reason": "另订", "decision": SET_ASIDE}, {"voiding_has_ground"}),
        ("signing", "correct",
         {"paper": "agreement", "slips": [{"field": "colour", "where": "第一条", "wrong": "甲", "right": "乙"}], "reason": "笔误"},
         {"paper_is_out"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_stands_in_the_way_by_the_words_that_are_right_is_told_beside_the_wrong(
    sqlite_town, stage, verb, words, guards
):
    town = sqlite_town
    ref = brought(town, stage)
    if verb in {"void_paper", "correct"}:
        town.instance.make_owed_papers()
    before = town.dump()
    with pytest.raises(InputInvalid) as refused:
        town.act("jiamed", ref, verb, **words)
    judged = {
        "suspension_has_ground",
        "two_sides_in_both",
        "remediation_asked_by_all",
        "supplement_asked_by_all",
        "voiding_has_ground",
        "paper_is_out",
    }
    assert judged & {reason.guard for reason in refused.value.reasons} == guards, str(refused.value)
    assert town.dump() == before


@pytest.mark.parametrize(
    ("words", "guards"),
    [
        ({"clauses": [pay(obligee=9)]}, ["ink_for_personal_status"]),
        ({"clauses": [pay(act="dance")], "medium": "mixed"}, ["ink_for_personal_status"]),
        ({"clauses": "none"}, ["ink_for_personal_status"]),
        ({"clauses": [pay(obligee=9)], "medium": "ink"}, []),
        ({"clauses": [pay()], "medium": "paper"}, []),
    ],
)
def test_wrong_clauses_hide_nothing_of_the_manner_of_signing_and_are_not_judged_themselves(
    sqlite_town, words, guards
):
    town = sqlite_town
    ref = town.bring("agreed", governance_category="0103")
    town.act("jiamed", ref, "draft_agreement", **DRAFT, clauses=[pay(at_once=True, due_on=None)])
    town.act("jiamed", ref, "conclude_oral")
    before = town.dump()
    with pytest.raises(InputInvalid) as refused:
        town.act("jiamed", ref, "supplement", **{**DRAFT, "asked_by": [1, 2], **words})
    assert [reason.guard for reason in refused.value.reasons] == guards, str(refused.value)
    assert town.dump() == before


def test_mediators_who_are_not_there_hide_not_that_no_reason_is_given_for_others(sqlite_town):
    town = sqlite_town
    ref = town.bring("mediating")
    before = town.dump()
    with pytest.raises(InputInvalid) as refused:
        town.act("jiamed", ref, "replace_mediator", mediators=[{"person": "nobody"}])
    assert [problem.key for problem in refused.value.problems] == ["mediators[0].person"]
    assert [reason.guard for reason in refused.value.reasons] == ["reason_given"]
    assert town.dump() == before


@pytest.mark.parametrize(
    "words", [{"reason": []}, {"asked_by": [97]}, {"asked_by": [1, 2], "agents": {2: 7}}]
)
def test_who_may_be_asking_anew_is_not_said_to_refuse_still(sqlite_town, words):
    """Whoever asks for new talks consents with it, also one who had refused before."""
    town = sqlite_town
    ref = brought(town, "performing")
    with town.instance.database.writing() as session:
        for row in queries.parties(session, town.case(ref).id):
            row.refused_at = town.clock.now()
            session.add(row)
    before = town.dump()
    with pytest.raises(InputInvalid) as refused:
        town.act("jiamed", ref, "remediate", **{**AGAIN, "asked_by": [1, 2], **words})
    told = {reason.guard for reason in refused.value.reasons}
    assert not told & {"nobody_refuses", "everybody_consents"}, told
    assert town.dump() == before


@pytest.mark.parametrize(
    ("words", "lacks"),
    [
        ({"remark": []}, "人民调解受理登记表的签名、"),
        ({"remark": [], "paper_volume": "三号柜"}, "人民调解权利义务告知书（申请人（1））、"),
        ({"paper_volume": []}, None),  # it may say where the signed originals are
    ],
)
def test_a_volume_lacks_beside_wrong_words_what_it_lacks_by_the_right_ones(sqlite_town, words, lacks):
    town = sqlite_town
    ref = town.bring("accepted")
    town.instance.issue("jiawin", ref, "acceptance_register")
    town.act("jiamed", ref, "withdraw", reason="和解", asked_by=[1], routes=["court"])
    town.act("jiamed", ref, "tell_notice", parties=[1, 2])
    town.instance.make_owed_papers()
    town.step(ref, "close")
    before = town.dump()
    with pytest.raises(InputInvalid) as refused:
        town.act("jiaarc", ref, "archive", **words)
    told = [reason.message for reason in refused.value.reasons if reason.guard == "volume_complete"]
    assert [one.startswith(f"卷宗还缺少：{lacks}") for one in told] == ([True] if lacks else []), told
    assert town.dump() == before


def test_pairs_that_are_none_do_not_hide_that_the_main_case_is_concluded(sqlite_town):
    town = sqlite_town
    ref, main = town.bring("mediating"), brought(town, "performing")
    before = town.dump()
    words = {"case": town.case(main).number, "why": "同一件事", "same": [{"party": 9, "main_party": 1}]}
    with pytest.raises(InputInvalid) as refused:
        town.act("jiamed", ref, "merge_into", **words)
    assert [one.key for one in refused.value.problems] == ["same[0].party"]
    assert "main_case_is_before_agreement" in {one.guard for one in refused.value.reasons}
    assert town.dump() == before


def test_who_is_not_there_hides_no_agent_that_is_not_there(sqlite_town):
    town = sqlite_town
    ref = town.register()
    with pytest.raises(InputInvalid) as refused:
        town.act("jiawin", ref, "record_consent", parties=[1, 2, 9], agents={1: 7, 2: 8, 3: 1, 9: 1})
    assert [one.key for one in refused.value.problems] == ["parties", "agents", "agents.1", "agents.2"]
    with pytest.raises(InputInvalid) as refused:
        town.act("jiawin", ref, "withdraw", asked_by=[2], agents={2: 7}, reason="和好")
    assert [one.key for one in refused.value.problems] == ["agents.2", "asked_by"]

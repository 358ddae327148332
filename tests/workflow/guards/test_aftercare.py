"""Guards on pauses, partial agreements, and what comes after an agreement."""

from dataclasses import replace

import pytest

from mediation.workflow.facts import AgreementFacts, ClauseFacts
from mediation.workflow.guards import CONDITIONS
from tests.workflow.stand import CASE, acting, case, next_steps, sentences, under

BROKEN = ClauseFacts(ordinal=1, breached=True)
EVERYBODY = {"asked_by": [1, 2]}
ANEW, SLIPS = under("remediate"), under("correct")
FIRST = "先「转普通程序」，再办理「补充协议」，都由人民调解员办理；由网格员调解的，先「更换调解员」"
MOVED = "本案所用的这一版流程没有办法订立，请管理员先把本案移到有办法的新版（mediation case migrate）"


@pytest.mark.parametrize(
    "act", [{"suspension": "appraisal", "asked_by": [2]}, {"suspension": "consent", **EVERYBODY}]
)
def test_suspension_has_ground_passes_for_an_appraisal_or_with_everybody(act):
    assert sentences("suspension_has_ground", acting(**act)) == []


@pytest.mark.parametrize(
    ("act", "why"),
    [
        ({"suspension": "appraisal", "asked_by": []}, "没有写明哪位当事人申请鉴定"),
        ({"suspension": "consent", "asked_by": [1]}, "被申请人没有同意中止"),
        ({**EVERYBODY}, "没有写明为什么中止"),
    ],
)
def test_suspension_has_ground_refuses_anything_else(act, why):
    assert sentences("suspension_has_ground", acting(**act)) == [why]


@pytest.mark.parametrize("act", [{}, {"settles": [1]}, {"settles": [2]}])
def test_claims_divided_passes_for_all_or_for_some(act):
    assert sentences("claims_divided", case(claims=2, act=act)) == []


@pytest.mark.parametrize(
    ("settles", "why"),
    [
        ([3], "没有第3项请求，本案登记了2项"),
        ([], "没有写明解决了哪几项请求"),
        ([1, 2], "各项请求都已解决，不是部分达成协议"),
    ],
)
def test_claims_divided_refuses_what_divides_nothing(settles, why):
    assert sentences("claims_divided", case(claims=2, act={"settles": settles})) == [why]


@pytest.mark.parametrize("act", [{}, {"routes": []}, {"settles": [1], "routes": ["court"]}])
def test_rest_has_routes_passes_with_a_route_or_without_a_rest(act):
    assert sentences("rest_has_routes", acting(**act)) == []


def test_rest_has_routes_refuses_a_rest_without_a_way():
    assert sentences("rest_has_routes", acting(settles=[1], routes=["legal_aid"])) == [
        "告知的途径里没有仲裁、行政或者司法途径"
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"agreement": AgreementFacts(clauses=(BROKEN,))},
        {"other_clauses": (BROKEN,)},
        {"annulled": True},
    ],
)
def test_breached_or_annulled_passes_after_a_breach_or_a_judgment(changes):
    assert sentences("breached_or_annulled", case(**changes), ANEW) == []


def test_breached_or_annulled_refuses_while_all_is_kept():
    facts = case(agreement=AgreementFacts(clauses=(ClauseFacts(ordinal=1, performed=True),)))
    assert sentences("breached_or_annulled", facts, ANEW) == [
        "没有未履行的记录，协议也没有被人民法院确认无效"
    ]


@pytest.mark.parametrize(
    ("workflow", "version", "way"), [("simple", 0, FIRST), ("simple", 3, MOVED), ("simple", 2, MOVED)]
)
@pytest.mark.parametrize("guard", ["breached_or_annulled", "breached_annulled_or_dismissed"])
def test_what_was_kept_is_supplemented_by_the_way_that_the_definition_has(guard, workflow, version, way):
    plain = "没有履行的，先办理「记录未履行」；对协议有补充的，办理「补充协议」"
    assert next_steps(guard, case(), ANEW) == [plain]
    assert next_steps(guard, case(), under("remediate", workflow, version)) == [
        f"没有履行的，先办理「记录未履行」；各方当事人要改变、补充约定的，另订补充协议：{way}"
    ]


@pytest.mark.parametrize("workflow", ["simple", "ordinary", "joint"])
@pytest.mark.parametrize("guard", ["breached_or_annulled", "breached_annulled_or_dismissed"])
def test_what_was_never_agreed_is_told_so_and_no_breach_is_asked_for(guard, workflow):
    facts, rules = case(outcome="terminated", in_force=False), under("remediate", workflow)
    assert sentences(guard, facts, rules) == ["本案没有达成过协议，没有可以再次调解的协议"]
    assert next_steps(guard, facts, rules) == [
        "当事人愿意再调解的，另行登记，再办理「关联」，写明是本案的续案"
    ]
    assert sentences(guard, replace(facts, in_force=True), rules) != sentences(guard, facts, rules)


def test_remediation_asked_by_all_passes_when_all_ask():
    assert sentences("remediation_asked_by_all", acting(**EVERYBODY)) == []


def test_remediation_asked_by_all_refuses_naming_who_is_silent():
    assert sentences("remediation_asked_by_all", acting(asked_by=[2])) == ["申请人没有同意再次调解"]


def test_supplement_asked_by_all_passes_when_all_ask():
    assert sentences("supplement_asked_by_all", acting(**EVERYBODY)) == []


def test_supplement_asked_by_all_refuses_naming_who_is_silent():
    assert sentences("supplement_asked_by_all", acting(asked_by=[1])) == ["被申请人没有同意订立补充协议"]


def test_paper_is_out_passes_for_one_that_is_complete():
    assert sentences("paper_is_out", acting(paper_state="complete")) == []


@pytest.mark.parametrize("state", ["frozen", "signing", ""])
def test_paper_is_out_refuses_one_that_is_not(state):
    assert sentences("paper_is_out", acting(paper_state=state)) == ["这份文书还没有签署完毕"]


def test_slips_only_passes_for_slips():
    assert (
        sentences("slips_only", acting(slip_fields=["name", "wording"], slips_of_substance=[]), SLIPS) == []
    )


def test_slips_only_refuses_substance_by_whatever_name():
    facts = acting(slip_fields=["amount", "amount", "wording"], slips_of_substance=[3])
    assert sentences("slips_only", facts, SLIPS) == [
        "金额不是笔误，不能更正",
        "第3处更正改变了当事人或者其约定的内容，不是笔误",
    ]


def test_slips_only_refuses_what_several_change_together():
    facts = acting(slip_fields=["wording"] * 3, slips_of_substance=[], slips_together=[1, 3])
    assert sentences("slips_only", facts, SLIPS) == [
        "第1、3处更正与旁边的更正（包括以前的）合在一起改变了当事人或者其约定的内容，不是笔误"
    ]


@pytest.mark.parametrize(
    ("workflow", "version", "way"),
    [
        ("ordinary", 0, "办理「补充协议」"),
        ("joint", 0, "办理「补充协议」"),
        ("simple", 0, FIRST),
        ("simple", 3, MOVED),
    ],
)
def test_slips_only_names_the_way_that_the_definition_has(workflow, version, way):
    facts = acting(slip_fields=["amount"], slips_of_substance=[2])
    rules = under("correct", workflow, version)
    assert next_steps("slips_only", facts, rules) == [f"实质内容要由各方当事人另订补充协议：{way}"]


def test_way_to_a_supplement_names_acts_by_the_titles_of_the_definition():
    rules = under("correct", "simple")
    titles = {"turn_ordinary": "转入普通调解"}
    own = {
        key: one.model_copy(update={"title": titles.get(key, one.title)})
        for key, one in rules.definition.triggers.items()
        if key != "replace_mediator"
    }
    rules = replace(rules, definition=rules.definition.model_copy(update={"triggers": own}))
    assert next_steps("slips_only", acting(slip_fields=["amount"]), rules) == [
        "实质内容要由各方当事人另订补充协议：先「转入普通调解」，再办理「补充协议」"
    ]


@pytest.mark.parametrize(
    "act",
    [
        {"voiding": "not_in_force", "paper_state": "frozen"},
        {"voiding": "new_agreement", "agreement_state": "replaced", "replaced": True},
        {"voiding": "court_decision", "agreement_state": "in_force"},
        {"voiding": "court_decision", "agreement_state": "replaced"},
    ],
)
def test_voiding_has_ground_passes_on_each_of_three(act):
    assert sentences("voiding_has_ground", acting(**act)) == []


@pytest.mark.parametrize(
    ("act", "why"),
    [
        ({"voiding": "not_in_force", "paper_state": "complete"}, "这份文书已经生效"),
        ({"voiding": "not_in_force", "agreement_state": "signing"}, "协议书正在签署，不能单独作废"),
        ({"voiding": "new_agreement"}, "没有各方当事人取代它的、已经生效的新协议"),
        ({"voiding": "court_decision", "agreement_state": ""}, "人民法院的裁判只能使生效的协议作废"),
        ({}, "没有写明作废的依据"),
    ],
)
def test_voiding_has_ground_refuses_without(act, why):
    assert sentences("voiding_has_ground", acting(**act)) == [why]


def test_amendments_delivered_passes_when_all_have_them():
    assert sentences("amendments_delivered", CASE) == []


def test_amendments_delivered_refuses_naming_what_is_left():
    facts = case(undelivered=("correction_notice", "voiding_notice"))
    assert sentences("amendments_delivered", facts) == ["还有当事人没有收到更正书、作废说明"]


def test_conditions_tell_begun_talks_and_an_agreement_in_force():
    assert [CONDITIONS["talks_begun"].holds(case(sessions=n)) for n in (0, 1)] == [False, True]
    assert [CONDITIONS["agreement_in_force"].holds(case(in_force=x)) for x in (False, True)] == [False, True]

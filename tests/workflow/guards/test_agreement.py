"""Guards on concluding an agreement."""

from dataclasses import replace

import pytest

from mediation.workflow.facts import ClauseFacts
from mediation.workflow.guards.agreement import WRITTEN_BY_LAW, WRITTEN_BY_SITE
from tests.workflow.stand import AGREEMENT, APPLICANT, CASE, RESPONDENT, case, sentences, with_agreement

NOT_ELECTRONIC = (APPLICANT, replace(RESPONDENT, electronic_agreed=False))


def test_clauses_complete_passes_whole_clauses():
    assert sentences("clauses_complete", CASE) == []


def test_clauses_complete_refuses_each_clause_with_what_it_lacks():
    facts = with_agreement(
        clauses=(ClauseFacts(1, lacks=("amount", "due_on")), ClauseFacts(2), ClauseFacts(3, lacks=("方式",)))
    )
    assert sentences("clauses_complete", facts) == [
        "协议第1条没有写明金额、履行期限",
        "协议第3条没有写明方式",
    ]


@pytest.mark.parametrize("facts", [case(agreement=None), with_agreement(clauses=())])
def test_clauses_complete_refuses_an_empty_agreement(facts):
    assert sentences("clauses_complete", facts) == ["还没有拟定协议内容"]


@pytest.mark.parametrize(
    "facts",
    [
        CASE,
        case(personal_status_matter=True, agreement=replace(AGREEMENT, medium="ink")),
        case(personal_status_matter=True, act={"override_reason": True}),
    ],
)
def test_ink_for_personal_status_passes_ink_other_matters_and_reasoned_overrides(facts):
    assert sentences("ink_for_personal_status", facts) == []


@pytest.mark.parametrize("medium", ["tablet", "mixed"])
@pytest.mark.parametrize("act", [{}, {"override_reason": False}, {"override_reason": "yes"}])
def test_ink_for_personal_status_refuses_electronic_signing(medium, act):
    facts = case(personal_status_matter=True, agreement=replace(AGREEMENT, medium=medium), act=act)
    assert sentences("ink_for_personal_status", facts) == [
        "涉及婚姻、收养、继承等人身关系的协议，不适用电子签名"
    ]


@pytest.mark.parametrize("medium", ["ink", "mixed", "oral"])
def test_electronic_agreed_by_all_passes_other_media(medium):
    facts = case(parties=NOT_ELECTRONIC, agreement=replace(AGREEMENT, medium=medium))
    assert sentences("electronic_agreed_by_all", facts) == []


def test_electronic_agreed_by_all_passes_when_all_agreed():
    assert sentences("electronic_agreed_by_all", CASE) == []


def test_electronic_agreed_by_all_refuses_naming_who_did_not():
    facts = case(parties=NOT_ELECTRONIC)
    assert sentences("electronic_agreed_by_all", facts) == ["被申请人没有同意使用电子签名"]


def test_paper_lacks_nothing_passes_a_whole_paper():
    assert sentences("paper_lacks_nothing", CASE) == []


def test_paper_lacks_nothing_refuses_listing_what_is_missing():
    facts = case(paper_lacks=("申请人的住址", "主要事实"))
    assert sentences("paper_lacks_nothing", facts) == ["协议书还缺少：申请人的住址、主要事实"]


def test_oral_allowed_passes_when_the_law_asks_for_no_writing():
    assert sentences("oral_allowed", CASE) == []
    assert sentences("oral_allowed", case(oral_refused_because=tuple(WRITTEN_BY_SITE))) == []


def test_oral_allowed_refuses_with_every_cause_of_law():
    facts = case(oral_refused_because=(*WRITTEN_BY_LAW, *WRITTEN_BY_SITE, "other_cause"))
    assert sentences("oral_allowed", facts) == [
        "不能采取口头协议方式：有当事人要求书面协议；属于农村土地承包经营纠纷；属于医疗纠纷；other_cause"
    ]


def test_oral_within_site_rules_passes_what_the_site_leaves_open():
    assert sentences("oral_within_site_rules", case(oral_refused_because=tuple(WRITTEN_BY_LAW))) == []


def test_oral_within_site_rules_refuses_with_every_cause_of_the_site():
    facts = case(oral_refused_because=(*WRITTEN_BY_LAW, *WRITTEN_BY_SITE))
    assert sentences("oral_within_site_rules", facts) == [
        "按部署单位规定不能采取口头协议方式：有不能当场履行的内容；金额超过部署单位规定的口头协议上限；属于疑难复杂纠纷"
    ]

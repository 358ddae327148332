"""Guards on taking a dispute into mediation."""

from dataclasses import replace

import pytest

from tests.workflow.stand import APPLICANT, CASE, RESPONDENT, case, sentences, with_parties


def test_nobody_refuses_passes_with_willing_parties():
    assert sentences("nobody_refuses", CASE) == []


def test_nobody_refuses_refuses_naming_who_does():
    parties = (replace(APPLICANT, refused=True), replace(RESPONDENT, label="被申请人2", refused=True))
    assert sentences("nobody_refuses", case(parties=parties)) == ["申请人、被申请人2明确拒绝调解"]


def test_everybody_consents_passes_with_consent_of_all():
    assert sentences("everybody_consents", CASE) == []


def test_everybody_consents_refuses_silence():
    facts = with_parties(second={"consented": False})
    assert sentences("everybody_consents", facts) == ["还没有记录被申请人同意调解"]


def test_everybody_consents_leaves_one_who_refuses_to_the_other_guard():
    facts = with_parties(second={"consented": False, "refused": True})
    assert sentences("everybody_consents", facts) == []


def test_everybody_consents_refuses_without_parties():
    assert sentences("everybody_consents", case(parties=())) == ["还没有登记当事人，无从征得同意"]


def test_rights_told_to_all_passes_when_told():
    assert sentences("rights_told_to_all", CASE) == []


def test_rights_told_to_all_refuses_naming_the_untold():
    facts = with_parties(second={"rights_told": False})
    assert sentences("rights_told_to_all", facts) == ["还没有向被申请人告知权利义务"]


def test_rights_told_to_all_refuses_without_parties():
    assert sentences("rights_told_to_all", case(parties=())) == ["还没有登记当事人，无从告知权利义务"]


def test_not_taken_elsewhere_passes_when_nowhere_else():
    assert sentences("not_taken_elsewhere", case(act={"sued_elsewhere": ""})) == []


@pytest.mark.parametrize(
    ("where", "title"),
    [
        ("court", "人民法院"),
        ("administrative", "行政机关"),
        ("arbitration", "仲裁机构"),
        ("moon", "其他机关"),
    ],
)
def test_not_taken_elsewhere_refuses_what_another_has_taken(where, title):
    facts = case(act={"sued_elsewhere": where})
    assert sentences("not_taken_elsewhere", facts) == [f"{title}已经受理这件纠纷"]


def test_not_taken_elsewhere_passes_what_the_court_itself_refers():
    facts = case(source="court_referral", act={"sued_elsewhere": "court"})
    assert sentences("not_taken_elsewhere", facts) == []


def test_not_taken_elsewhere_refuses_arbitration_though_the_court_refers():
    facts = case(source="court_referral", act={"sued_elsewhere": "arbitration"})
    assert sentences("not_taken_elsewhere", facts) == ["仲裁机构已经受理这件纠纷"]


def test_suited_to_mediation_passes_an_ordinary_matter():
    assert sentences("suited_to_mediation", CASE) == []


def test_suited_to_mediation_refuses_what_the_site_holds_unfit():
    facts = case(not_for_mediation=True)
    assert sentences("suited_to_mediation", facts) == [
        "这类事项一般由专门机关处理，部署单位规定不宜用人民调解解决"
    ]


def test_suited_to_mediation_passes_what_a_reason_is_given_for():
    facts = case(not_for_mediation=True, act={"override_reason": True})
    assert sentences("suited_to_mediation", facts) == []


def test_minors_have_guardians_passes_with_a_guardian():
    facts = with_parties(second={"minor": True, "has_guardian": True})
    assert sentences("minors_have_guardians", facts) == []


def test_minors_have_guardians_refuses_a_minor_alone():
    facts = with_parties(second={"minor": True})
    assert sentences("minors_have_guardians", facts) == ["被申请人是未成年人，还没有登记监护人"]


def crowd(size: int, chosen: int):
    people = tuple(replace(APPLICANT, ordinal=n, label=f"申请人{n}") for n in range(1, size + 1))
    speakers = tuple(f"r{n}" for n in range(1, chosen + 1))
    return case(
        parties=(replace(people[0], representatives=speakers), *people[1:], replace(RESPONDENT, ordinal=99))
    )


@pytest.mark.parametrize(("size", "chosen"), [(1, 0), (5, 0), (5, 5), (6, 1), (6, 5), (40, 5)])
def test_five_representatives_at_most_passes_small_sides_and_chosen_speakers(size, chosen):
    assert sentences("five_representatives_at_most", crowd(size, chosen)) == []


def test_five_representatives_at_most_refuses_a_crowd_without_speakers():
    assert sentences("five_representatives_at_most", crowd(6, 0)) == ["申请人一方有6人，还没有推选代表"]


def test_five_representatives_at_most_refuses_six_speakers():
    assert sentences("five_representatives_at_most", crowd(40, 6)) == ["申请人一方登记了6名代表，最多五名"]


def test_five_representatives_at_most_counts_whom_many_chose_once():
    people = tuple(replace(APPLICANT, ordinal=n, representatives=("r1",)) for n in range(1, 10))
    facts = case(parties=(*people, replace(RESPONDENT, ordinal=99)))
    assert sentences("five_representatives_at_most", facts) == []

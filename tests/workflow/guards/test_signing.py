"""Guards on signing a paper."""

from dataclasses import replace

import pytest

from tests.workflow.stand import AGREEMENT, CASE, SLOTS, acting, case, sentences, under, with_agreement

UNSIGNED = tuple(replace(slot, signed=False) for slot in SLOTS)


def test_paper_frozen_passes_a_frozen_one():
    assert sentences("paper_frozen", CASE, under("sign")) == []


def test_paper_frozen_refuses_a_draft():
    assert sentences("paper_frozen", with_agreement(frozen=False), under("sign")) == ["协议书还没有定稿"]


def test_paper_frozen_refuses_without_agreement():
    assert sentences("paper_frozen", case(agreement=None), under("sign")) == ["还没有协议书"]


def test_paper_frozen_refuses_a_supplement_to_what_binds_no_more():
    assert sentences("paper_frozen", with_agreement(adds_to_void=1), under("seal")) == [
        "所补充的第1号协议已经不再有效，补充协议不能签署生效"
    ]


@pytest.mark.parametrize("trigger", ["sign_paper", "scan_paper", "seal_paper"])
def test_paper_frozen_refuses_another_paper_without_speaking_of_the_agreement(trigger):
    assert sentences("paper_frozen", case(agreement=None), under(trigger)) == [
        "要签的文书还没有印出，或者没有写明是哪一份（paper）"
    ]


def signing(slot: object, slots=UNSIGNED):
    return case(agreement=replace(AGREEMENT, slots=slots), act={"slot": slot})


def test_slot_is_open_passes_an_unsigned_slot():
    assert sentences("slot_is_open", signing("party-2")) == []


def test_slot_is_open_refuses_a_signed_slot():
    slots = (SLOTS[0], *UNSIGNED[1:])
    assert sentences("slot_is_open", signing("party-1", slots)) == ["申请人已经签过"]


@pytest.mark.parametrize("slot", ["party-9", "", None, "seal"])
def test_slot_is_open_refuses_unknown_slots_and_the_seal_naming_the_open_ones(slot):
    slots = (SLOTS[0], *UNSIGNED[1:])
    assert sentences("slot_is_open", signing(slot, slots)) == [
        "没有这个签名处；还没有签的是：被申请人、调解员、记录人"
    ]


def test_slot_is_open_refuses_when_all_are_signed():
    assert sentences("slot_is_open", signing("party-9", SLOTS)) == ["没有这个签名处，签名处都已签完"]


def test_signer_identified_passes_with_a_check():
    assert sentences("signer_identified", acting(identity_check="id_card")) == []


def test_signer_identified_refuses_without_one():
    assert sentences("signer_identified", acting(identity_check="")) == ["没有记录怎样核实签名人的身份"]


def test_signer_agrees_passes_a_plain_yes():
    assert sentences("signer_agrees", acting(agrees=True)) == []


@pytest.mark.parametrize("agrees", [False, None, "true", 1])
def test_signer_agrees_refuses_anything_else(agrees):
    assert sentences("signer_agrees", acting(agrees=agrees)) == ["签名人没有表示同意协议内容和签署方式"]


@pytest.mark.parametrize("medium", ["ink", "mixed"])
def test_ink_is_expected_passes_paper(medium):
    assert sentences("ink_is_expected", with_agreement(medium=medium)) == []


@pytest.mark.parametrize("facts", [CASE, case(agreement=None)])
def test_ink_is_expected_refuses_a_scan_of_nothing(facts):
    assert sentences("ink_is_expected", facts) == ["这份协议书不是纸质签署"]


def test_everybody_signed_passes_without_the_seal():
    assert sentences("everybody_signed", CASE) == []


@pytest.mark.parametrize("missing", range(4))
def test_everybody_signed_refuses_naming_whoever_is_missing(missing):
    slots = tuple(replace(slot, signed=slot.signed and n != missing) for n, slot in enumerate(SLOTS))
    facts = with_agreement(slots=slots)
    assert sentences("everybody_signed", facts) == [f"还没有签名：{SLOTS[missing].label}"]


@pytest.mark.parametrize("facts", [case(agreement=None), with_agreement(slots=(SLOTS[-1],))])
def test_everybody_signed_refuses_a_paper_without_slots(facts):
    assert sentences("everybody_signed", facts) == ["协议书上没有签名处，还没有人签名"]


@pytest.mark.parametrize("changes", [{}, {"medium": "ink", "scan_attached": True}, {"medium": "oral"}])
def test_scan_attached_if_ink_passes_tablets_and_attached_scans(changes):
    assert sentences("scan_attached_if_ink", with_agreement(**changes)) == []


@pytest.mark.parametrize("medium", ["ink", "mixed"])
def test_scan_attached_if_ink_refuses_without_scan(medium):
    facts = with_agreement(medium=medium)
    assert sentences("scan_attached_if_ink", facts) == ["纸质签署的协议书还没有附扫描件"]


@pytest.mark.parametrize("medium", ["tablet", "mixed"])
def test_tablet_is_expected_passes_what_is_signed_on_a_tablet_or_both_ways(medium):
    assert sentences("tablet_is_expected", with_agreement(medium=medium)) == []


def test_tablet_is_expected_refuses_a_paper_that_is_signed_by_hand():
    assert sentences("tablet_is_expected", with_agreement(medium="ink")) == [
        "这份协议书约定纸质签署，不能电子签名"
    ]


def test_agent_is_empowered_passes_who_has_the_power_and_a_party_itself():
    assert sentences("agent_is_empowered", acting(agent_lacks="")) == []
    assert sentences("agent_is_empowered", CASE) == []


@pytest.mark.parametrize(
    ("lacks", "sentence"),
    [
        ("term", "代理人的委托期限已经届满"),
        ("sign_agreement", "代理人没有「签署调解协议书」的权限"),
        ("end", "代理人没有「要求终止调解」的权限"),
    ],
)
def test_agent_is_empowered_refuses_what_was_not_given_or_has_run_out(lacks, sentence):
    assert sentences("agent_is_empowered", acting(agent_lacks=lacks)) == [sentence]

"""What went wrong in documenso/documenso (signing of documents)."""

import pytest

from mediation.cases import queries
from mediation.documents.verify import Verdict
from mediation.errors import TransitionRefused
from tests.documents.papers import text_of
from tests.town import party


def signed(town, ref):
    for slot in ("party-01", "party-02", "mediator-01", "recorder"):
        town.sign(ref, slot)
    town.act("jiamed", ref, "seal")
    pdf, _id = town.instance.paper("jiamed", ref, "agreement")
    return pdf


def test_seal_has_a_field_of_its_own(town):
    """documenso/documenso#2087: there is no field for a stamp beside the signatures."""
    ref = town.bring("agreed")
    town.do("jiamed", ref, "conclude_written")
    [paper] = town.of(ref, queries.documents)
    assert [slot.role for slot in town.of(ref, lambda session, _case: queries.slots(session, paper.id))][
        -1
    ] == "seal"
    last = town.instance.verify(signed(town, ref)).signers[-1]
    assert (last.slot, last.name, last.holds) == ("seal", "示例甲嘎查村民委员会人民调解委员会(印章)", True)


def test_anybody_can_have_a_signed_paper_verified(town):
    """documenso/documenso#1764: nobody who was shown a signed document could have it checked."""
    ref = town.bring("agreed")
    town.do("jiamed", ref, "conclude_written")
    pdf = signed(town, ref)
    report = town.instance.verify(pdf)
    assert (report.verdict, [line.holds for line in report.signers]) == (Verdict.VALID, [True] * 5)
    at = pdf.index(b"/Strokes")
    altered = pdf[:at] + b"/Strikes" + pdf[at + 8 :]
    assert town.instance.verify(altered).verdict is not Verdict.VALID


def test_typed_chinese_name_is_printed_as_it_is(town, tmp_path):
    """documenso/documenso#2822: a Chinese name that was typed instead of drawn stood in the document as other characters."""
    ref = town.bring("agreed", parties=[party("applicant", 1, name="张㛃"), party("respondent", 2)])
    words = {"kind": "consent", "asked_by": [1, 2], "evidence": "等家人", "expected_on": "2026-03-20"}
    town.do("jiamed", ref, "suspend", **words)
    pdf, _id = town.instance.paper("jiamed", ref, "suspension_notice")
    report = town.instance.verify(pdf)
    assert (report.verdict, report.signers[0].name.partition("(")[0]) == (Verdict.VALID, "包和")
    assert "张㛃" in text_of(pdf, tmp_path)


def test_nobody_signs_twice(town):
    """documenso/documenso#192: with the same link a signer could sign a second time."""
    ref = town.bring("agreed")
    town.do("jiamed", ref, "conclude_written")
    town.sign(ref, "party-01")
    before = town.dump()
    with pytest.raises(TransitionRefused) as refused:
        town.sign(ref, "party-01")
    assert [reason.guard for reason in refused.value.reasons] == ["slot_is_open"]
    assert town.dump() == before

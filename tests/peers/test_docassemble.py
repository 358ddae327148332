"""What went wrong in jhpyle/docassemble (documents out of an interview)."""

import pytest

from mediation.documents.verify import Verdict
from mediation.errors import TransitionRefused
from tests.town import drawing, party


def test_second_signature_is_not_missing_from_the_paper(town):
    """jhpyle/docassemble#639: two had signed, and only the first signature stood in the finished document."""
    people = [party("applicant", 1), party("respondent", 2), party("respondent", 3)]
    ref = town.bring("preparing", parties=people)
    town.step(ref, "record_session", present=[1, 2, 3])
    town.step(ref, "draft_agreement")
    town.do("jiamed", ref, "conclude_written")
    slots = ("party-01", "party-02", "party-03", "mediator-01", "recorder")
    for at, slot in enumerate(slots):
        with pytest.raises(TransitionRefused, match="还没有签名"):
            town.act("jiamed", ref, "seal")
        town.sign(ref, slot, drawing=drawing(at))
    town.act("jiamed", ref, "seal")
    pdf, _id = town.instance.paper("jiamed", ref, "agreement")
    report = town.instance.verify(pdf)
    assert (report.verdict, report.empty_slots) == (Verdict.VALID, ())
    assert [line.slot for line in report.signers] == [*slots, "seal"]
    assert pdf.count(b"/Strokes") >= len(slots)

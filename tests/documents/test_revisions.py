"""Revisions: what is appended to a file, and that nothing of it is rewritten."""

import io
import re

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from mediation.crypto import sha256
from mediation.documents.revisions import SlotOnPaper, slots_on, with_signature, with_slots
from mediation.documents.signers import LocalSigner
from mediation.errors import SigningError
from tests.documents.signed import AT, Box, plain_paper, site, slots


def trailer_ids(pdf: bytes) -> list[bytes]:
    return [bytes(part.original_bytes) for part in PdfFileReader(io.BytesIO(pdf)).trailer["/ID"]]


def test_slots_are_made_in_the_order_given() -> None:
    made = with_slots(plain_paper(), slots(("party-02", "party-01", "seal")), {}, "seal")
    assert slots_on(made) == tuple(
        SlotOnPaper(name, signed=False) for name in ("party-02", "party-01", "seal")
    )


def test_slot_carries_its_label() -> None:
    made = with_slots(plain_paper(), slots(("seal",)), {"seal": "调委会印章"}, "seal")
    (field,) = PdfFileReader(io.BytesIO(made)).root["/AcroForm"]["/Fields"]
    assert str(field.get_object()["/TU"]) == "调委会印章"


def test_slots_on_several_pages_lie_on_their_pages() -> None:
    made = with_slots(plain_paper(3), {"one": Box(0, 0, 0, 9, 9), "two": Box(2, 0, 0, 9, 9)}, {}, "seal")
    pages = PdfFileReader(io.BytesIO(made)).root["/Pages"]["/Kids"]
    assert ["/Annots" in page.get_object() for page in pages] == [True, False, True]


def test_file_keeps_its_first_id_and_its_second_follows_from_the_revision_before() -> None:
    base = plain_paper()
    made = with_slots(base, slots(("seal",)), {}, "seal")
    assert trailer_ids(made) == [trailer_ids(base)[0], bytes.fromhex(sha256(base))[:16]]


def test_signing_twice_differs_only_inside_the_container() -> None:
    authority, _seal = site()
    base = with_slots(plain_paper(), slots(("party-01",)), {}, "seal")
    signer = LocalSigner(authority.issue_one_off("张三", "申请人", AT))
    one, other = (
        re.sub(
            rb"<[0-9A-F]{1000,}>", b"<>", with_signature(signer, base, "party-01", None, AT, "d", first=True)
        )
        for _turn in range(2)
    )
    assert one == other
    assert len(one) > len(base)


def test_revision_leaves_the_papers_metadata_alone() -> None:
    authority, _seal = site()
    base = with_slots(plain_paper(), slots(("party-01",)), {}, "seal")
    signer = LocalSigner(authority.issue_one_off("张三", "申请人", AT))
    added = with_signature(signer, base, "party-01", None, AT, "d", first=True)[len(base) :]
    assert [
        word for word in (b"/ModDate", b"/CreationDate", b"/Metadata", b"/Producer") if word in added
    ] == []


@pytest.mark.parametrize(
    "box", [Box(1, 0, 0, 9, 9), Box(-1, 0, 0, 9, 9), Box(0, 9, 0, 9, 9), Box(0, 0, 9, 9, 0)]
)
def test_slot_that_lies_nowhere_is_refused(box: Box) -> None:
    with pytest.raises(SigningError, match="不在文书的页面上"):
        with_slots(plain_paper(), {"seal": box}, {}, "seal")


@pytest.mark.parametrize("data", [b"", b"no pdf"])
def test_broken_file_is_refused(data: bytes) -> None:
    with pytest.raises(SigningError, match="不是完整的 PDF"):
        slots_on(data)
    with pytest.raises(SigningError, match="不是完整的 PDF"):
        with_slots(data, slots(("seal",)), {}, "seal")

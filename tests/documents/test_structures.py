"""What a paper must not hold: each planted thing is found and named."""

import io

import pytest
from pyhanko.pdf_utils.generic import ArrayObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, append_signature_field

from mediation.crypto import sha256
from mediation.documents.forms import find_form, load_forms
from mediation.documents.press import Renderer
from mediation.documents.signing import prepare_fields, sign_slot
from mediation.documents.structures import dangerous_in, refuse_dangerous
from mediation.errors import SigningError
from tests.documents.forging import updated
from tests.documents.planting import PLANTED, entries, in_root, planted
from tests.documents.signed import AT, DOCUMENT_ID, FACE, names_for, plain_paper, signed_paper, site, slots


def found_in(pdf: bytes) -> tuple[str, ...]:
    return dangerous_in(PdfFileReader(io.BytesIO(pdf), strict=True))


@pytest.mark.parametrize("name", PLANTED)
def test_planted_thing_is_found_and_refused(name: str) -> None:
    plant, word = PLANTED[name]
    pdf = planted(plant)
    assert word in found_in(pdf)
    with pytest.raises(SigningError, match=word):
        refuse_dangerous(pdf)


@pytest.mark.parametrize("name", PLANTED)
def test_paper_with_a_planted_thing_is_not_sealed(name: str) -> None:
    """Planted when all parties had signed: the seal, which comes last, is not put to it."""
    plant, _word = PLANTED[name]
    before = updated(signed_paper(2).revisions[2], plant)
    authority, seal = site()
    with pytest.raises(SigningError, match=r"不允许的内容|没有通过"):
        sign_slot(
            before,
            "seal",
            seal,
            FACE,
            AT,
            expected_sha256=sha256(before),
            document_id=DOCUMENT_ID,
            root=authority.root,
            slots=names_for(2),
        )


def test_several_things_are_told_at_once() -> None:
    def plant(writer: IncrementalPdfFileWriter) -> None:
        in_root("/AA", entries())(writer)
        in_root("/OCProperties", entries())(writer)

    assert set(found_in(planted(plant))) == {"自动动作", "可选图层"}


@pytest.mark.parametrize("name", ["Signature1", "seal2", "party-03"])
def test_field_that_is_no_slot_of_the_paper_is_refused(name: str) -> None:
    """Nobody signs beside it, and nobody signs in it."""

    def plant(writer: IncrementalPdfFileWriter) -> None:
        append_signature_field(writer, SigFieldSpec(name, on_page=0, box=(10, 10, 100, 50)))

    made = names_for(2)
    pdf = updated(prepare_fields(plain_paper(), slots(made)), plant)
    refuse_dangerous(pdf)
    authority, seal = site()
    for slot in ("party-01", name):
        with pytest.raises(SigningError, match="不允许的内容，不能签署：别的签名位"):
            sign_slot(
                pdf,
                slot,
                seal,
                FACE,
                AT,
                expected_sha256=sha256(pdf),
                document_id=DOCUMENT_ID,
                root=authority.root,
                slots=made,
            )


def test_plain_and_signed_papers_hold_nothing_dangerous() -> None:
    assert found_in(plain_paper(3)) == ()
    assert found_in(signed_paper(5).pdf) == ()


def test_endless_page_tree_is_refused() -> None:
    def plant(writer: IncrementalPdfFileWriter) -> None:
        pages = writer.root["/Pages"]
        pages["/Kids"] = ArrayObject([writer.root.raw_get("/Pages")])
        writer.update_container(pages)

    with pytest.raises(SigningError):
        refuse_dangerous(planted(plant))


@pytest.mark.parametrize("name", sorted(load_forms()))
def test_every_shipped_form_can_be_signed(name: str, press: Renderer) -> None:
    form = find_form(name)
    paper = press.render(form, form.sample)
    refuse_dangerous(paper.pdf)
    if paper.slots:
        assert found_in(prepare_fields(paper.pdf, paper.slots)) == ()

"""Scans of hand-signed papers: what is taken, what is refused, and that the same verdict holds for them."""

import io
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin
from pyhanko.pdf_utils.reader import PdfFileReader

from mediation.crypto import sha256
from mediation.documents.press import Renderer
from mediation.documents.render import RenderedPaper
from mediation.documents.scan import MOST_PAGES, Scanned, check_pictures, set_scan
from mediation.documents.signing import prepare_fields, sign_slot
from mediation.documents.structures import refuse_dangerous
from mediation.documents.verify import PaperRecord, SlotRecord, Trust, Verdict, records_by_id, verify
from mediation.errors import DocumentError, InputInvalid
from tests.documents.signed import AT, FACE, appended, site

SCANNED = Scanned(
    title="人民调解协议书",
    number="〔2026〕示人调字第1号",
    document_id="0123456789abcdefghjkmnpqrs",
    frozen_sha256="ab" * 32,
    committee="示例镇人民调解委员会",
    scanned_at=AT,
    sample=True,
)


def picture(
    kind: str = "JPEG", size: tuple[int, int] = (827, 1169), mode: str = "RGB", **options: object
) -> bytes:
    output = io.BytesIO()
    image = Image.new("L", size, 230)
    image.paste(40, (100, 100, 400, 160))
    image.convert(mode).save(output, kind, **options)
    return output.getvalue()


@pytest.fixture(scope="module")
def scan(press: Renderer) -> RenderedPaper:
    return press.run(set_scan, [picture(), picture("PNG", (1169, 827))], SCANNED)


@pytest.fixture(scope="module")
def signed(press: Renderer, scan: RenderedPaper) -> bytes:
    authority, seal = site()
    prepared = prepare_fields(scan.pdf, scan.slots)
    return press.run(
        sign_slot,
        prepared,
        "seal",
        seal,
        FACE,
        AT,
        expected_sha256=sha256(prepared),
        document_id="scan",
        root=authority.root,
        slots=("seal",),
    )


def words_of(pdf: bytes, folder: Path) -> str:
    program = shutil.which("pdftotext")
    assert program, "pdftotext (Debian package poppler-utils) is missing: ./run test installs it"
    file = folder / "scan.pdf"
    file.write_bytes(pdf)
    return "".join(
        subprocess.run([program, file, "-"], capture_output=True, text=True, check=True).stdout.split()
    )


def test_scan_has_its_pages_and_one_that_says_what_it_is(scan: RenderedPaper, tmp_path: Path) -> None:
    words = words_of(scan.pdf, tmp_path)
    assert scan.pages == 3
    assert "本扫描件由调委会密钥签名，仅用于防篡改，不代替当事人签名。" in words
    for told in (
        SCANNED.document_id,
        SCANNED.frozen_sha256,
        "〔2026〕示人调字第1号",
        sha256(picture()),
        "示例",
    ):
        assert told in words


def test_scan_has_one_slot_on_its_last_page(scan: RenderedPaper) -> None:
    assert list(scan.slots) == ["seal"]
    place = scan.slots["seal"]
    assert place.page == 2
    assert round(place.x1 - place.x0) == round(place.y1 - place.y0) == 119


def test_same_scan_gives_the_same_bytes(press: Renderer, scan: RenderedPaper) -> None:
    assert press.run(set_scan, [picture(), picture("PNG", (1169, 827))], SCANNED) == scan


def test_scan_is_pdf_a_and_holds_nothing_dangerous(scan: RenderedPaper) -> None:
    assert b"<pdfaid:part>3</pdfaid:part>" in scan.pdf or b'pdfaid:part="3"' in scan.pdf
    refuse_dangerous(scan.pdf)


def test_signed_scan_gets_the_same_verdicts_as_a_paper(scan: RenderedPaper, signed: bytes) -> None:
    authority, seal = site()
    record = PaperRecord(
        "scan",
        sha256(signed),
        (sha256(prepare_fields(scan.pdf, scan.slots)),),
        (SlotRecord("seal", AT, seal.certificate_sha256),),
    )
    trust = Trust((authority.root,), records_by_id({"scan": record}))
    assert verify(signed, trust).verdict is Verdict.VALID
    assert verify(signed, Trust((authority.root,))).verdict is Verdict.UNCHECKED
    assert verify(appended(signed, "content"), trust).verdict is Verdict.ALTERED
    assert verify(prepare_fields(scan.pdf, scan.slots), trust).verdict is Verdict.INCOMPLETE


def test_pictures_are_encoded_anew_without_what_they_carried() -> None:
    note = PngImagePlugin.PngInfo()
    note.add_text("Comment", "GPS 24.17 102.40")
    carrying = picture("PNG", pnginfo=note) + b"PK\x03\x04 a second file behind the picture"
    (leaf,) = check_pictures([carrying])
    assert b"GPS" not in leaf.jpeg
    assert b"PK\x03\x04" not in leaf.jpeg
    assert leaf.original_sha256 == sha256(carrying)
    assert Image.open(io.BytesIO(leaf.jpeg)).format == "JPEG"


def test_picture_lying_on_its_side_is_put_upright() -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    (leaf,) = check_pictures([picture(size=(1200, 800), exif=turned)])
    assert Image.open(io.BytesIO(leaf.jpeg)).size == (800, 1200)


@pytest.mark.parametrize("mode", ["L", "1", "RGBA", "P", "LA"])
def test_pictures_of_every_common_kind_are_taken(mode: str) -> None:
    assert len(check_pictures([picture("PNG", mode=mode)])) == 1


def test_cmyk_jpeg_is_taken() -> None:
    assert len(check_pictures([picture("JPEG", mode="CMYK")])) == 1


def test_large_picture_is_made_smaller() -> None:
    (leaf,) = check_pictures([picture(size=(3000, 4500), mode="L")])
    assert Image.open(io.BytesIO(leaf.jpeg)).size == (2339, 3508)


def test_every_bad_picture_is_told_at_once() -> None:
    pdf = b"%PDF-1.7\n1 0 obj"
    bad = [picture(), pdf, b"", picture()[:500], picture(size=(300, 400)), picture("GIF"), b"<svg/>"]
    with pytest.raises(InputInvalid) as refused:
        check_pictures(bad)
    assert [problem.key for problem in refused.value.problems] == [f"第{number}页" for number in range(2, 8)]
    assert "不接受 PDF 扫描件" in refused.value.problems[0].message
    assert "太小" in refused.value.problems[3].message


def test_picture_with_too_many_dots_is_refused() -> None:
    with pytest.raises(InputInvalid, match="4000 万像素"):
        check_pictures([picture("PNG", (7000, 7000), "1")])


def test_no_picture_and_too_many_are_refused() -> None:
    with pytest.raises(InputInvalid, match="没有扫描件"):
        check_pictures([])
    with pytest.raises(InputInvalid, match=f"超过 {MOST_PAGES} 页"):
        check_pictures([b"x"] * (MOST_PAGES + 1))


def test_words_without_shape_are_refused(press: Renderer) -> None:

    with pytest.raises(DocumentError, match="字库没有的字"):
        press.run(set_scan, [picture()], replace(SCANNED, committee="\U0010fffd"))


def test_signed_scan_has_one_valid_signature_for_pdfsig(signed: bytes, tmp_path: Path) -> None:
    program = shutil.which("pdfsig")
    assert program, "pdfsig (Debian package poppler-utils) is missing: ./run test installs it"
    (tmp_path / "scan.pdf").write_bytes(signed)
    told = subprocess.run(
        [program, "-nocert", tmp_path / "scan.pdf"], capture_output=True, text=True, check=True
    )
    assert told.stdout.count("Signature is Valid.") == 1
    assert "- Total document signed" in told.stdout


def test_markup_in_words_stays_words(press: Renderer, tmp_path: Path) -> None:

    paper = press.run(set_scan, [picture()], replace(SCANNED, committee='<img src="file:///etc/passwd">&'))
    assert '<imgsrc="file:///etc/passwd">&' in words_of(paper.pdf, tmp_path)
    assert len(PdfFileReader(io.BytesIO(paper.pdf)).root["/Pages"]["/Kids"]) == 2

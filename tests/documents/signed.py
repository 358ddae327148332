"""Papers to sign and to forge, for the tests of signing and verification."""

import io
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from PIL import Image, ImageDraw
from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, FloatObject, StreamObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter

from mediation.crypto import sha256
from mediation.documents.authority import Authority, Credentials, create_authority
from mediation.documents.signers import Place
from mediation.documents.signing import prepare_fields, sign_slot
from mediation.documents.stamps import Drawn, SealFace
from mediation.documents.verify import PaperRecord, SlotRecord, Trust, records_by_id

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DOCUMENT_ID = "0123456789abcdefghjkmnpqrs"
FACE = SealFace("示例镇人民调解委员会", sample=True)


@dataclass(frozen=True)
class Box:
    page: int
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True)
class SignedPaper:
    """All revisions of a paper, the unsigned one first, and what the trail would record of it."""

    revisions: tuple[bytes, ...]
    record: PaperRecord
    authority: Authority

    @property
    def pdf(self) -> bytes:
        return self.revisions[-1]

    @property
    def trust(self) -> Trust:
        return Trust((self.authority.root,), records_by_id({self.record.document_id: self.record}))

    @property
    def roots_only(self) -> Trust:
        return Trust((self.authority.root,))


def plain_paper(pages: int = 1) -> bytes:
    """A PDF that shows a grey bar on each page."""
    writer = PdfFileWriter(stream_xrefs=False)
    for _number in range(pages):
        content = writer.add_object(StreamObject(stream_data=b"0.8 g 72 700 300 20 re f"))
        writer.insert_page(PageObject(contents=content, media_box=(0, 0, 595, 842)))
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def slots(names: Iterable[str]) -> dict[str, Box]:
    return {name: Box(0, 60, 600 - 60 * row, 200, 650 - 60 * row) for row, name in enumerate(names)}


def strokes(seed: int = 1) -> bytes:
    """A drawn signature: dark strokes on transparent."""
    chance = random.Random(seed)  # noqa: S311 - a picture, not a key
    image = Image.new("RGBA", (600, 220), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    for _stroke in range(12):
        line = [(chance.randint(20, 580), chance.randint(20, 200)) for _point in range(3)]
        pen.line(line, fill=(20, 20, 40, 255), width=7)
    return png(image)


def fingerprint() -> bytes:
    image = Image.new("L", (260, 340), 255)
    pen = ImageDraw.Draw(image)
    for ring in range(10, 130, 12):
        pen.ellipse((130 - ring, 170 - ring, 130 + ring, 170 + ring), outline=60, width=5)
    return png(image)


def png(image: Image.Image) -> bytes:
    output = io.BytesIO()
    image.save(output, "PNG")
    return output.getvalue()


@lru_cache(maxsize=4)
def site(name: str = "示例县", at: datetime = AT) -> tuple[Authority, Credentials]:
    """A site's root and its committee's seal, made at a moment."""
    authority = create_authority(name, at)
    return authority, authority.issue_seal("示例镇人民调解委员会", at)


def names_for(people: int, *, seal: bool = True) -> tuple[str, ...]:
    return (*(f"party-{number:02}" for number in range(1, people + 1)), *(("seal",) if seal else ()))


@lru_cache(maxsize=16)
def signed_paper(
    people: int = 2,
    site_name: str = "示例县",
    document_id: str = DOCUMENT_ID,
    *,
    seal: bool = True,
    at: datetime = AT,
    pages: int = 1,
) -> SignedPaper:
    """A paper signed by some people and, unless told otherwise, sealed."""
    names = names_for(people, seal=seal)
    return signed_over(plain_paper(pages), slots(names), site_name=site_name, document_id=document_id, at=at)


def signed_over(
    pdf: bytes,
    places: Mapping[str, Place],
    people: Mapping[str, tuple[str, str]] | None = None,
    *,
    site_name: str = "示例县",
    document_id: str = DOCUMENT_ID,
    at: datetime = AT,
    in_ink: tuple[str, ...] = (),
) -> SignedPaper:
    """A paper signed in all its places, in their order. `people`: name and role of whoever signs in a place.

    Places `in_ink` stay empty, as when somebody signed on paper.
    """
    authority, seal_credentials = site(site_name, at)
    revisions = [prepare_fields(pdf, places)]
    records = []
    for ordinal, name in enumerate(name for name in places if name not in in_ink):
        moment = at + timedelta(minutes=ordinal)
        is_seal = name == "seal"
        who = (people or {}).get(name, ("张三", "申请人"))
        credentials = seal_credentials if is_seal else authority.issue_one_off(*who, moment)
        revisions.append(
            sign_slot(
                revisions[-1],
                name,
                credentials,
                FACE if is_seal else Drawn(strokes(ordinal)),
                moment,
                expected_sha256=sha256(revisions[-1]),
                document_id=document_id,
                root=authority.root,
                slots=tuple(places),
                in_ink=in_ink if is_seal else (),
            )
        )
        records.append(SlotRecord(name, moment, credentials.certificate_sha256))
    record = PaperRecord(
        document_id=document_id,
        sha256=sha256(revisions[-1]),
        revisions=tuple(sha256(revision) for revision in revisions[:-1]),
        slots=tuple(records),
        form="agreement",
        number="〔2026〕示人调字第1号",
    )
    return SignedPaper(tuple(revisions), record, authority)


def appended(pdf: bytes, change: str) -> bytes:
    """The file with one more revision that changes it: `content`, `annotation`, `script`, `layer` or `attachment`."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    _CHANGES[change](writer)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def _content(writer: IncrementalPdfFileWriter) -> None:
    writer.add_stream_to_page(0, writer.add_object(StreamObject(stream_data=b"1 0 0 rg 72 400 300 60 re f")))


def _annotation(writer: IncrementalPdfFileWriter) -> None:
    page, _resources = writer.find_page_for_modification(0)
    note = DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/Square"),
            pdf_name("/Rect"): ArrayObject(map(FloatObject, (72, 400, 372, 460))),
        }
    )
    writer.register_annotation(page, writer.add_object(note))


def _script(writer: IncrementalPdfFileWriter) -> None:
    action = DictionaryObject({pdf_name("/S"): pdf_name("/JavaScript")})
    writer.root["/OpenAction"] = writer.add_object(action)
    writer.update_root()


def _layer(writer: IncrementalPdfFileWriter) -> None:
    layer = writer.add_object(DictionaryObject({pdf_name("/Type"): pdf_name("/OCG")}))
    writer.root["/OCProperties"] = DictionaryObject({pdf_name("/OCGs"): ArrayObject([layer])})
    writer.update_root()


def _attachment(writer: IncrementalPdfFileWriter) -> None:
    embedded = DictionaryObject({pdf_name("/Names"): ArrayObject()})
    writer.root["/Names"] = DictionaryObject({pdf_name("/EmbeddedFiles"): embedded})
    writer.update_root()


_CHANGES = {
    "content": _content,
    "annotation": _annotation,
    "script": _script,
    "layer": _layer,
    "attachment": _attachment,
}

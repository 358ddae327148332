"""Forged and altered papers, made from genuine ones by code: what somebody with an editor, a library or a hidden layer would bring."""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, NumberObject, StreamObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter

from mediation.crypto import sha256
from mediation.documents.authority import Authority, Credentials, create_authority
from mediation.documents.revisions import with_signature, with_slots
from mediation.documents.signers import LocalSigner
from mediation.documents.verify import PaperRecord, SlotRecord, Trust
from tests.documents.planting import PLANTED, entries, planted
from tests.documents.signed import (
    AT,
    DOCUMENT_ID,
    FACE,
    SignedPaper,
    names_for,
    plain_paper,
    signed_paper,
    slots,
)

Change = Callable[[IncrementalPdfFileWriter], None]
NAMES = names_for(2)
_INK = b"1 0 0 rg 72 400 300 60 re f"


@dataclass(frozen=True, slots=True)
class Forged:
    """A file that must never be valid, and the paper whose roots and trail it is held against.

    `own_keys`: made with the site's own keys, or genuine but for what the trail says: only the trail can tell.
    `only_trail`: not even false if the trail named these bytes.
    """

    family: str
    name: str
    pdf: bytes
    paper: SignedPaper
    own_keys: bool = False
    only_trail: bool = False

    def trusts(self) -> Iterator[tuple[str, Trust]]:
        """Against the trail, against the roots alone, and as if the trail named these very bytes."""
        yield "trail", self.paper.trust
        yield "roots", self.paper.roots_only
        if not self.only_trail:
            named = replace(self.paper.record, sha256=sha256(self.pdf))
            yield (
                "trail that names it",
                Trust((self.paper.authority.root,), lambda _digest, _document_id: named),
            )


def makers() -> tuple[Callable[[], Iterator[Forged]], ...]:
    """One for each family or two; each makes its forgeries one by one."""
    return (
        _updated,
        _shadows,
        _acting,
        _planted_before_signing,
        _wrapped,
        _swapped,
        _strangers,
        _pages,
        _bytes,
        _tables,
        _out_of_turn,
    )


@cache
def genuine() -> SignedPaper:
    """The paper that is forged: two pages, two parties, the seal."""
    return signed_paper(2, pages=2)


@cache
def other_paper() -> SignedPaper:
    """Another paper of the same site, as genuine."""
    return signed_paper(2, "示例县", "y" * 26, pages=2)


# — an update that changes what one reads —


def updated(pdf: bytes, change: Change) -> bytes:
    """The file with one more revision."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    change(writer)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def _page(writer: IncrementalPdfFileWriter, number: int = 0) -> DictionaryObject:
    reference, _resources = writer.find_page_for_modification(number)
    writer.mark_update(reference)
    page: DictionaryObject = reference.get_object()
    return page


def _set(key: str, make: Callable[[IncrementalPdfFileWriter], Any]) -> Change:
    def change(writer: IncrementalPdfFileWriter) -> None:
        _page(writer)[pdf_name(key)] = make(writer)

    return change


def _set_root(key: str, make: Callable[[IncrementalPdfFileWriter], Any]) -> Change:
    def change(writer: IncrementalPdfFileWriter) -> None:
        writer.root[pdf_name(key)] = make(writer)
        writer.update_root()

    return change


def _drawn(writer: IncrementalPdfFileWriter) -> Any:
    return writer.add_object(StreamObject(stream_data=_INK))


def _redrawn(writer: IncrementalPdfFileWriter) -> None:
    """The text's own object, with another text."""
    content = _page(writer).raw_get("/Contents")
    content.get_object()._data = _INK
    content.get_object()._encoded_data = None
    writer.mark_update(content)


def _box(*sides: int) -> ArrayObject:
    return ArrayObject([NumberObject(side) for side in sides])


def _renamed_author(writer: IncrementalPdfFileWriter) -> None:
    writer.set_info(
        writer.add_object(DictionaryObject({pdf_name("/Author"): generic.pdf_string("别的调委会")}))
    )


UPDATES: dict[str, Change] = {
    "drawn over": lambda w: w.add_stream_to_page(0, _drawn(w)),
    "text's stream replaced": _set("/Contents", _drawn),
    "text's object rewritten": _redrawn,
    "text taken out": lambda w: _page(w).pop(pdf_name("/Contents")) and None,
    "page cut narrower": _set("/CropBox", lambda _w: _box(0, 0, 595, 300)),
    "page made larger": _set("/MediaBox", lambda _w: _box(0, 0, 595, 2000)),
    "page turned": _set("/Rotate", lambda _w: NumberObject(180)),
    "other unit": _set("/UserUnit", lambda _w: NumberObject(2)),
    "other resources": _set("/Resources", lambda w: w.add_object(entries(XObject=entries()))),
    "other author": _renamed_author,
    "other metadata": _set_root(
        "/Metadata", lambda w: w.add_object(StreamObject({pdf_name("/Subtype"): pdf_name("/XML")}, b"<x/>"))
    ),
    "other language": _set_root("/Lang", lambda _w: generic.pdf_string("en")),
    "outline": _set_root("/Outlines", lambda w: w.add_object(entries(Type="/Outlines"))),
    "other opening view": _set_root("/PageMode", lambda _w: pdf_name("/UseNone")),
}


def _updated() -> Iterator[Forged]:
    paper = genuine()
    for name, change in UPDATES.items():
        yield Forged("update that changes the paper", name, updated(paper.pdf, change), paper)
    for name in ("drawn over", "text's stream replaced"):
        forged = updated(paper.revisions[1], UPDATES[name])
        yield Forged("update that changes the paper", f"{name}, after the first signature", forged, paper)


# — shadows: there before the signature, shown or hidden after it —


def shadow_paper() -> tuple[bytes, dict[str, int]]:
    """A paper with an overlay and with a second text and catalogue that nothing refers to; their object numbers."""
    writer = PdfFileWriter(stream_xrefs=False)
    overlay = writer.add_object(
        StreamObject(
            {
                pdf_name("/Type"): pdf_name("/XObject"),
                pdf_name("/Subtype"): pdf_name("/Form"),
                pdf_name("/BBox"): _box(0, 0, 595, 842),
            },
            b"1 g 72 700 300 20 re f",
        )
    )
    text = writer.add_object(StreamObject(stream_data=b"0.8 g 72 700 300 20 re f /Over Do"))
    resources = entries(XObject=DictionaryObject({pdf_name("/Over"): overlay}))
    writer.insert_page(PageObject(contents=text, media_box=(0, 0, 595, 842), resources=resources))
    shadow = writer.add_object(StreamObject(stream_data=_INK))
    page = entries(Type="/Page", Contents=shadow, MediaBox=_box(0, 0, 595, 842))
    page_number = writer.add_object(page)
    tree = writer.add_object(entries(Type="/Pages", Kids=ArrayObject([page_number]), Count=NumberObject(1)))
    page[pdf_name("/Parent")] = tree
    catalogue = writer.add_object(entries(Type="/Catalog", Pages=tree))
    output = io.BytesIO()
    writer.write(output)
    made = {"overlay": overlay, "text": text, "shadow": shadow, "catalogue": catalogue}
    return output.getvalue(), {name: reference.idnum for name, reference in made.items()}


def _shadows() -> Iterator[Forged]:
    base, number = shadow_paper()
    paper = by_force(base)

    def empty(writer: IncrementalPdfFileWriter) -> None:
        stream = writer.get_object(generic.Reference(number["overlay"], 0, writer))
        stream._data, stream._encoded_data = b"", None
        writer.mark_update(generic.Reference(number["overlay"], 0, writer))

    def other(writer: IncrementalPdfFileWriter) -> None:
        stream = writer.get_object(generic.Reference(number["overlay"], 0, writer))
        stream._data, stream._encoded_data = _INK, None
        writer.mark_update(generic.Reference(number["overlay"], 0, writer))

    def gone(writer: IncrementalPdfFileWriter) -> None:
        _page(writer)[pdf_name("/Resources")] = entries(XObject=entries())

    hidden = "shadow: hide"
    yield Forged(hidden, "overlay emptied", updated(paper.pdf, empty), paper)
    yield Forged(hidden, "overlay no longer named", updated(paper.pdf, gone), paper)
    yield Forged(hidden, "overlay marked free", with_table(paper.pdf, {number["overlay"]: None}), paper)
    yield Forged("shadow: replace", "overlay replaced", updated(paper.pdf, other), paper)
    yield Forged(
        "shadow: replace",
        "text's number put to the overlay",
        with_table(paper.pdf, {number["text"]: place_of(paper.pdf, number["overlay"])}),
        paper,
    )
    both = "shadow: hide and replace"
    shadow = place_of(paper.pdf, number["shadow"])
    yield Forged(
        both, "text's number put to the hidden text", with_table(paper.pdf, {number["text"]: shadow}), paper
    )
    yield Forged(
        both, "hidden catalogue made the root", with_table(paper.pdf, {}, root=number["catalogue"]), paper
    )
    swapped = {number["text"]: shadow, number["shadow"]: place_of(paper.pdf, number["text"])}
    yield Forged(both, "text and hidden text exchanged", with_table(paper.pdf, swapped), paper)


def place_of(pdf: bytes, number: int) -> int:
    """Where an object begins in the file."""
    found = re.search(rb"(?<=[\r\n])%d 0 obj" % number, pdf)
    assert found is not None
    return found.start()


def with_table(
    pdf: bytes, rows: dict[int, int | None], *, root: int | None = None, more: bytes = b""
) -> bytes:
    """The file with one more cross-reference table and nothing else: objects put elsewhere (None: free), another root."""
    trailer = PdfFileReader(io.BytesIO(pdf)).trailer
    size, own = int(trailer["/Size"]), trailer.raw_get("/Root").idnum
    body = b"".join(
        b"%d 1\n" % number + (b"%010d 00000 n \n" % place if place is not None else b"0000000000 00001 f \n")
        for number, place in sorted(rows.items())
    )
    said = b"<</Size %d/Root %d 0 R/Prev %d%s>>" % (size, root or own, last_table(pdf), more)
    start = len(pdf) + 1
    return (
        pdf + b"\nxref\n" + (body or b"0 0\n") + b"trailer\n" + said + b"\nstartxref\n%d\n%%%%EOF\n" % start
    )


def last_table(pdf: bytes) -> int:
    """Where the newest cross-reference table begins, as the file says."""
    return int(re.findall(rb"startxref\s+(\d+)", pdf)[-1])


# — what acts, hides or carries other files, put in after or before signing —


def _acting() -> Iterator[Forged]:
    paper = genuine()
    for name, (plant, _word) in PLANTED.items():
        yield Forged("something that acts, added", name, updated(paper.pdf, plant), paper)


def _planted_before_signing() -> Iterator[Forged]:
    """The editor of a template planted it, everybody signed, and the trail knows these very bytes."""
    for name in (
        "script at opening",
        "layers",
        "layered picture",
        "attachment by name",
        "link",
        "page from outside",
    ):
        plant, _word = PLANTED[name]
        paper = by_force(planted(plant))
        yield Forged("planted before everybody signed", name, paper.pdf, paper)


def by_force(
    base: bytes, order: tuple[str, ...] = NAMES, *, authority: Authority | None = None
) -> SignedPaper:
    """A paper signed without any of the questions that the program asks before."""
    own = authority or genuine().authority
    revisions = [with_slots(base, slots(NAMES), {}, "seal")]
    records = []
    for ordinal, name in enumerate(order):
        moment = AT + timedelta(minutes=ordinal)
        credentials = (
            own.issue_seal("示例镇人民调解委员会", moment)
            if name == "seal"
            else own.issue_one_off("张三", "申请人", moment)
        )
        revisions.append(
            with_signature(
                LocalSigner(credentials), revisions[-1], name, FACE, moment, DOCUMENT_ID, first=ordinal == 0
            )
        )
        records.append(SlotRecord(name, moment, credentials.certificate_sha256))
    *earlier, last = (sha256(revision) for revision in revisions)
    record = PaperRecord(DOCUMENT_ID, last, tuple(earlier), tuple(records))
    return SignedPaper(tuple(revisions), record, own)


# — the signature itself: wrapped, emptied, exchanged —


def last_range(pdf: bytes) -> re.Match[bytes]:
    """The newest byte range as it is written, with its blanks."""
    *_others, last = re.finditer(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)\] *", pdf)
    return last


def _rewritten(pdf: bytes, found: re.Match[bytes], said: bytes) -> bytes:
    return pdf[: found.start()] + said.ljust(len(found.group())) + pdf[found.end() :]


def _wrapped() -> Iterator[Forged]:
    paper = genuine()
    pdf, family = paper.pdf, "signature wrapped or emptied"
    found = last_range(pdf)
    first, length, second, rest = (int(number) for number in found.groups())
    for name, numbers in {
        "range moved": (first, length - 10, second - 10, rest + 10),
        "range of nothing": (0, 0, 0, 0),
        "range with a wider gap": (first, length - 200, second, rest),
        "range that ends early": (first, length, second, rest - 50),
        "range that begins late": (10, length - 10, second, rest),
        "range past the end": (first, length, second, rest + 5),
        "range overlapping itself": (first, second, length, rest),
    }.items():
        said = b"/ByteRange [%d %d %d %d]" % numbers
        yield Forged(family, name, _rewritten(pdf, found, said), paper)
    yield Forged(
        family,
        "range below nought",
        _rewritten(pdf, found, b"/ByteRange [0 -1 %d %d]" % (second, rest)),
        paper,
    )
    yield Forged(family, "range that is none", _rewritten(pdf, found, b"/ByteRange null"), paper)
    yield Forged(family, "range taken out", _rewritten(pdf, found, b""), paper)
    moved = pdf[:second] + b"\n7777 0 obj <</Planted true>> endobj\n" + pdf[second:]
    said = b"/ByteRange [0 %d %d %d]" % (length, second + len(moved) - len(pdf), rest)
    yield Forged(family, "signed part moved back", _rewritten(moved, found, said), paper)
    *_others, container = re.finditer(rb"/Contents <([0-9A-F]{1000,})>", pdf)
    zeros = b"/Contents <" + b"0" * len(container[1]) + b">"
    for name, said in {
        "container of noughts": zeros,
        "container emptied": b"/Contents <>",
        "container that is none": b"/Contents null",
        "container taken out": b"",
        "container of another signature": re.findall(rb"/Contents <[0-9A-F]{1000,}>", pdf)[0],
    }.items():
        yield Forged(family, name, _rewritten(pdf, container, said[: len(container.group())]), paper)
    yield Forged(
        family,
        "other kind of signature",
        pdf.replace(b"/ETSI.CAdES.detached", b"/adbe.pkcs7.sha1    "),
        paper,
    )
    yield Forged(
        family,
        "container in lower case",
        _rewritten(pdf, container, b"/Contents " + container.group()[10:].lower()),
        paper,
    )


def _fields(writer: IncrementalPdfFileWriter) -> dict[str, Any]:
    return {str(reference.get_object()["/T"]): reference for reference in writer.root["/AcroForm"]["/Fields"]}


def _exchanged(key: str, one: str, other: str) -> Change:
    def change(writer: IncrementalPdfFileWriter) -> None:
        fields = _fields(writer)
        first, second = fields[one].get_object(), fields[other].get_object()
        first[pdf_name(key)], second[pdf_name(key)] = second.raw_get(key), first.raw_get(key)
        for name in (one, other):
            writer.mark_update(fields[name])

    return change


def _copied(one: str, other: str) -> Change:
    def change(writer: IncrementalPdfFileWriter) -> None:
        fields = _fields(writer)
        fields[other].get_object()[pdf_name("/V")] = fields[one].get_object().raw_get("/V")
        writer.mark_update(fields[other])

    return change


def _removed(name: str, *, field: bool = False) -> Change:
    def change(writer: IncrementalPdfFileWriter) -> None:
        reference = _fields(writer)[name]
        if field:
            fields = writer.root["/AcroForm"]["/Fields"]
            fields.remove(reference)
            writer.update_container(fields)
        else:
            del reference.get_object()["/V"]
            writer.mark_update(reference)

    return change


def _from_another(name: str) -> Change:
    """The signature of another paper of the same site in this one's slot."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        theirs = PdfFileReader(io.BytesIO(other_paper().pdf))
        value = next(
            reference.get_object()["/V"]
            for reference in theirs.root["/AcroForm"]["/Fields"]
            if reference.get_object()["/T"] == name
        )
        field = _fields(writer)[name]
        field.get_object()[pdf_name("/V")] = writer.add_object(writer.import_object(value))
        writer.mark_update(field)

    return change


def _renamed_field(writer: IncrementalPdfFileWriter) -> None:
    field = _fields(writer)["party-01"]
    field.get_object()[pdf_name("/T")] = generic.pdf_string("party-09")
    writer.mark_update(field)


def _swapped() -> Iterator[Forged]:
    paper, family = genuine(), "signatures exchanged, copied, taken out"
    changes = {
        "two signatures exchanged": _exchanged("/V", "party-01", "party-02"),
        "a party's and the seal exchanged": _exchanged("/V", "party-01", "seal"),
        "two faces exchanged": _exchanged("/AP", "party-01", "party-02"),
        "two places exchanged": _exchanged("/Rect", "party-01", "party-02"),
        "one signature in two slots": _copied("party-01", "party-02"),
        "signature of another paper": _from_another("party-01"),
        "seal of another paper": _from_another("seal"),
        "a signature taken out": _removed("party-02"),
        "a slot taken out": _removed("party-02", field=True),
        "the seal taken out": _removed("seal"),
        "a slot named anew": _renamed_field,
    }
    for name, change in changes.items():
        yield Forged(family, name, updated(paper.pdf, change), paper)
    yield Forged(
        family,
        "copied into the slot that is yet empty",
        updated(paper.revisions[1], _copied("party-01", "party-02")),
        paper,
    )


# — strangers' certificates —


def _strangers() -> Iterator[Forged]:
    paper, family = genuine(), "strangers' certificates"
    look_alike = by_force(plain_paper(2), authority=create_authority("示例县", AT))
    yield Forged(family, "another root of the same names", look_alike.pdf, paper)
    elsewhere = signed_paper(2, "另一个县", pages=2)
    yield Forged(family, "another site's paper", elsewhere.pdf, paper)
    yield Forged(
        family, "a root that is not pinned", paper.pdf, replace(paper, authority=look_alike.authority)
    )
    late = _recorded(paper, timedelta(days=365 * 70))
    early = _recorded(paper, timedelta(days=-400))
    yield Forged(family, "signed after the root ran out", paper.pdf, late, own_keys=True, only_trail=True)
    yield Forged(family, "signed before the root began", paper.pdf, early, own_keys=True, only_trail=True)
    mixed = _last_signed_by(paper, look_alike.authority.issue_seal("示例镇人民调解委员会", AT))
    yield Forged(family, "sealed by a seal of the same name", mixed, paper)
    root = Credentials(paper.authority.key, paper.authority.root)
    yield Forged(family, "sealed by the root itself", _last_signed_by(paper, root), paper, own_keys=True)
    child = Authority(*_pair(paper.authority.issue_one_off("李四", "申请人", AT))).issue_seal(
        "示例镇人民调解委员会", AT
    )
    yield Forged(family, "sealed by what a party's certificate issued", _last_signed_by(paper, child), paper)
    again = paper.authority.issue_seal("示例镇人民调解委员会", AT)
    yield Forged(
        family,
        "sealed by another seal of the site",
        _last_signed_by(paper, again),
        paper,
        own_keys=True,
        only_trail=True,
    )


def _pair(credentials: Credentials) -> tuple[bytes, bytes]:
    return credentials.key, credentials.certificate


def _recorded(paper: SignedPaper, later: timedelta) -> SignedPaper:
    """The same paper, with a trail that has other signing times."""
    moved = tuple(replace(slot, signed_at=slot.signed_at + later) for slot in paper.record.slots)
    return replace(paper, record=replace(paper.record, slots=moved))


def _last_signed_by(paper: SignedPaper, credentials: Credentials) -> bytes:
    moment = paper.record.slots[-1].signed_at
    return with_signature(
        LocalSigner(credentials), paper.revisions[-2], "seal", FACE, moment, DOCUMENT_ID, first=False
    )


# — pages —


def _without_page(number: int) -> Change:
    def change(writer: IncrementalPdfFileWriter) -> None:
        tree = writer.root["/Pages"]
        del tree["/Kids"][number]
        tree[pdf_name("/Count")] = NumberObject(len(tree["/Kids"]))
        writer.update_container(tree)

    return change


def _turned_round(writer: IncrementalPdfFileWriter) -> None:
    tree = writer.root["/Pages"]
    tree["/Kids"].reverse()
    writer.update_container(tree)


def _doubled(writer: IncrementalPdfFileWriter) -> None:
    tree = writer.root["/Pages"]
    tree["/Kids"].append(tree["/Kids"].raw_get(0))
    tree[pdf_name("/Count")] = NumberObject(len(tree["/Kids"]))
    writer.update_container(tree)


def _page_put_in(writer: IncrementalPdfFileWriter) -> None:
    content = writer.add_object(StreamObject(stream_data=_INK))
    writer.insert_page(PageObject(contents=content, media_box=(0, 0, 595, 842)), after=0)


def _page_of_another(writer: IncrementalPdfFileWriter) -> None:
    theirs = PdfFileReader(io.BytesIO(other_paper().pdf)).root["/Pages"]["/Kids"][1].get_object()
    content = writer.add_object(writer.import_object(theirs["/Contents"]))
    writer.insert_page(PageObject(contents=content, media_box=(0, 0, 595, 842)), after=0)


def _pages() -> Iterator[Forged]:
    paper, family = genuine(), "pages taken out, put in, moved"
    changes: dict[str, Change] = {
        "last page taken out": _without_page(1),
        "first page taken out": _without_page(0),
        "pages turned round": _turned_round,
        "a page twice": _doubled,
        "a page put in": _page_put_in,
        "a page of another paper put in": _page_of_another,
    }
    for name, change in changes.items():
        yield Forged(family, name, updated(paper.pdf, change), paper)
        if name in {"last page taken out", "a page put in"}:
            yield Forged(family, f"{name}, before the seal", updated(paper.revisions[2], change), paper)


# — bytes —


def _bytes() -> Iterator[Forged]:
    paper, family = genuine(), "bytes cut off, put before, behind, between"
    pdf, found = paper.pdf, last_range(paper.pdf)
    gap = int(found[2])
    changed = {
        "last byte cut off": pdf[:-1],
        "last line cut off": pdf[: pdf.rindex(b"%%EOF")],
        "cut in the middle": pdf[: len(pdf) // 2],
        "cut within the container": pdf[: gap + 200],
        "a blank behind": pdf + b" ",
        "an end of file behind": pdf + b"%%EOF\n",
        "another paper behind": pdf + other_paper().pdf,
        "itself behind": pdf + pdf,
        "a comment before": b"%comment\n" + pdf,
        "a page of HTML before": b"<html><script>alert(1)</script></html>\n" + pdf,
        "other line ends": pdf.replace(b"\n", b"\r\n"),
        "other version": pdf.replace(b"%PDF-1.7", b"%PDF-1.4", 1),
        "a byte in the container's padding": pdf[: int(found[3]) - 3] + b"41" + pdf[int(found[3]) - 1 :],
        "first of the text's bytes changed": pdf.replace(b"0.8 g", b"0.0 g", 1),
        "all but the last revision cut off": pdf[len(paper.revisions[-2]) :],
    }
    for name, forged in changed.items():
        yield Forged(family, name, forged, paper)
    for revision in (0, 1, 2):
        yield Forged(
            family,
            f"cut back to revision {revision}",
            paper.revisions[revision],
            paper,
            own_keys=True,
            only_trail=True,
        )


# — tables of objects —


def hybrid(pdf: bytes) -> bytes:
    """An old reader sees the signed text, a new one another: the second table stands in a stream beside the first."""
    reader = PdfFileReader(io.BytesIO(pdf))
    text = reader.root["/Pages"]["/Kids"][0].raw_get("/Contents").idnum
    size = int(reader.trailer["/Size"])
    at = len(pdf) + 1
    forged = b"%d 0 obj\n<</Length %d>>\nstream\n%s\nendstream\nendobj\n" % (text, len(_INK), _INK)
    row = b"\1" + at.to_bytes(4, "big") + b"\0\0"
    said = b"<</Type/XRef/Size %d/W[1 4 2]/Index[%d 1]/Length %d>>" % (size + 1, text, len(row))
    table = b"%d 0 obj\n%s\nstream\n%s\nendstream\nendobj" % (size, said, row)
    return with_table(pdf + b"\n" + forged + table, {}, more=b"/XRefStm %d" % (at + len(forged)))


def doubled_in_streams(pdf: bytes) -> bytes:
    """A page's object once more, in an object stream."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    reference, _resources = writer.find_page_for_modification(0)
    page = DictionaryObject(reference.get_object())
    page[pdf_name("/Contents")] = writer.add_object(StreamObject(stream_data=_INK))
    writer.prepare_object_stream().add_object(reference.idnum, page)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


@cache
def in_streams() -> SignedPaper:
    """A paper whose tables are streams, as those of real papers are."""
    writer = PdfFileWriter(stream_xrefs=True)
    content = writer.add_object(StreamObject(stream_data=b"0.8 g 72 700 300 20 re f"))
    writer.insert_page(PageObject(contents=content, media_box=(0, 0, 595, 842)))
    output = io.BytesIO()
    writer.write(output)
    return by_force(output.getvalue())


def _tables() -> Iterator[Forged]:
    paper, family = genuine(), "tables of objects"
    text = PdfFileReader(io.BytesIO(paper.pdf)).root["/Pages"]["/Kids"][0].raw_get("/Contents").idnum
    again = b"\n%d 0 obj\n<</Length %d>>\nstream\n%s\nendstream\nendobj\n" % (text, len(_INK), _INK)
    yield Forged(family, "hybrid table", hybrid(paper.pdf), paper)
    yield Forged(
        family, "object doubled in an object stream", doubled_in_streams(in_streams().pdf), in_streams()
    )
    yield Forged(family, "object doubled, no table", paper.pdf + again, paper)
    put = with_table(paper.pdf + again, {text: len(paper.pdf) + 1})
    yield Forged(family, "object doubled, with a table", put, paper)
    yield Forged(family, "table that leaves the signatures out", _tail(paper.pdf, 0), paper)
    loop = with_table(paper.pdf, {})
    yield Forged(
        family,
        "table that goes round",
        loop.replace(b"/Prev %d>>" % last_table(paper.pdf), b"/Prev %d>>" % (len(paper.pdf) + 1)),
        paper,
    )
    yield Forged(family, "table far outside", paper.pdf + b"\nstartxref\n999999999\n%%EOF\n", paper)
    yield Forged(
        family,
        "table of the first revision named again",
        paper.pdf + b"\nstartxref\n%d\n%%%%EOF\n" % last_table(paper.revisions[0]),
        paper,
    )


def _tail(pdf: bytes, number: int) -> bytes:
    """A new table that goes on from a revision before the signatures."""
    before = genuine().revisions[number]
    trailer = PdfFileReader(io.BytesIO(pdf)).trailer
    said = b"<</Size %d/Root %d 0 R/Prev %d>>" % (
        int(trailer["/Size"]),
        trailer.raw_get("/Root").idnum,
        last_table(before),
    )
    return pdf + b"\nxref\n0 0\ntrailer\n" + said + b"\nstartxref\n%d\n%%%%EOF\n" % (len(pdf) + 1)


# — out of turn —


def _out_of_turn() -> Iterator[Forged]:
    family = "sealed or signed out of turn"
    paper = genuine()
    early = by_force(plain_paper(2), ("party-01", "seal"))
    yield Forged(family, "sealed before a party signed", early.pdf, paper, own_keys=True)
    first = by_force(plain_paper(2), ("seal",))
    yield Forged(family, "sealed before anybody signed", first.pdf, paper, own_keys=True)
    signer = LocalSigner(paper.authority.issue_one_off("张三", "申请人", AT))
    after = with_signature(
        signer, early.pdf, "party-02", FACE, AT + timedelta(minutes=5), DOCUMENT_ID, first=False
    )
    yield Forged(family, "signed after the seal", after, paper)
    other = other_paper()
    named = SignedPaper(other.revisions, replace(paper.record, document_id="y" * 26), other.authority)
    yield Forged(family, "another paper under this one's number", other.pdf, named, own_keys=True)
    mixed = with_signature(
        LocalSigner(paper.authority.issue_seal("示例镇人民调解委员会", AT)),
        paper.revisions[2],
        "seal",
        FACE,
        AT + timedelta(minutes=2),
        "y" * 26,
        first=False,
    )
    yield Forged(family, "seal that names another paper", mixed, paper)

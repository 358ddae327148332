"""PDFs: plain ones, ones that do something by themselves, ones that are broken or locked."""

import struct
import zlib
from collections.abc import Iterator, Sequence
from random import Random

from tests.uploads.pictures import PAGE, ZIP
from tests.uploads.sample import CANARY, Sample

PDF = "application/pdf"


def assembled(objects: Sequence[bytes], root: int = 1) -> bytes:
    """A PDF of these objects, numbered from one, with a table of where they lie."""
    out, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + one + b"\nendobj\n"
    begin = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % at for at in places)
    return out + b"trailer<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, root, begin)


def plain(catalogue: bytes = b"", page: bytes = b"", more: Sequence[bytes] = ()) -> bytes:
    return assembled(
        [
            b"<</Type/Catalog/Pages 2 0 R" + catalogue + b">>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]" + page + b">>",
            *more,
        ]
    )


def good(chance: Random) -> Iterator[Sample]:
    def taken(what: str, data: bytes) -> Sample:
        return Sample("PDF", what, data, (PDF,))

    yield taken("plain", plain())
    yield taken(
        "a link",
        plain(
            page=b"/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(https://example.com)>>>>]"
        ),
    )
    pages = chance.randint(200, 400)
    many = [b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"] * pages
    kids = b" ".join(b"%d 0 R" % (at + 3) for at in range(pages))
    tree = b"<</Type/Pages/Kids[" + kids + b"]/Count %d>>" % pages
    yield taken("many pages", assembled([b"<</Type/Catalog/Pages 2 0 R>>", tree, *many]))
    yield taken("objects packed in a stream", _packed())
    yield taken(
        "words about it",
        _with(
            plain(),
            b"/Info<</Title<"
            + b"\xfe\xff".hex().encode()
            + CANARY.encode("utf-16-be").hex().encode()
            + b">>>",
        ),
    )
    yield taken("an archive behind", plain(page=b"/Rotate 90") + b"\n" + ZIP)
    yield taken("a page behind", plain(page=b"/Rotate 180") + b"\n" + PAGE)


def acting(_chance: Random) -> Iterator[Sample]:
    def refused(what: str, data: bytes) -> Sample:
        return Sample("PDF that acts", what, data, ())

    script = b"<</S/JavaScript/JS(app.alert(1))>>"
    for what, catalogue in (
        ("script on opening", b"/OpenAction" + script),
        ("scripts by name", b"/Names<</JavaScript<</Names[(x)" + script + b"]>>>>"),
        ("files inside", b"/Names<</EmbeddedFiles<</Names[(x)<</Type/Filespec/EF<</F 4 0 R>>>>]>>>>"),
        ("a form of XFA", b"/AcroForm<</Fields[]/XFA 4 0 R>>"),
        ("starts a program", b"/OpenAction<</S/Launch/F(cmd.exe)>>"),
        ("sends a form", b"/OpenAction<</S/SubmitForm/F(https://example.com)>>"),
        ("opens an address", b"/OpenAction<</S/URI/URI(https://example.com/seen)>>"),
        ("goes elsewhere", b"/OpenAction<</S/GoToR/F(//example.com/x.pdf)>>"),
        ("before it closes", b"/AA<</WC" + script + b">>"),
    ):
        yield refused(what, plain(catalogue, more=[b"<</Length 0>>stream\n\nendstream"]))
    for what, page in (
        ("page that acts", b"/AA<</O" + script + b">>"),
        ("a film", b"/Annots[<</Type/Annot/Subtype/RichMedia/Rect[0 0 9 9]>>]"),
        (
            "a file on the page",
            b"/Annots[<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]/FS<</EF<</F 4 0 R>>>>>>]",
        ),
        ("a button", b"/Annots[<</Type/Annot/Subtype/Widget/FT/Btn/Rect[0 0 9 9]/A" + script + b">>]"),
    ):
        yield refused(what, plain(page=page, more=[b"<</Length 0>>stream\n\nendstream"]))


def broken(_chance: Random) -> Iterator[Sample]:
    """Broken ones are refused, or mended by every reader in the same way."""

    def some(what: str, data: bytes, *, refused: bool = True) -> Sample:
        return Sample("broken PDF", what, data, () if refused else None)

    yield some("nothing but a head", b"%PDF-1.7\nhello")
    yield some("a head and an end", b"%PDF-1.7\nhello%%EOF")
    lock = b"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<" + b"41" * 32 + b">/U<" + b"42" * 32 + b">>>"
    yield some("password", _with(plain(), lock + b"/ID[<00><00>]"))
    yield some("no pages", assembled([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>"]))
    yield some(
        "pages in a ring",
        assembled([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R]/Count 1>>"]),
        refused=False,
    )
    yield some("a milliard pages", plain().replace(b"/Count 1", b"/Count 999999999"), refused=False)
    yield some("deep brackets", plain(b"/X" + b"[" * 20_000 + b"]" * 20_000), refused=False)
    yield some(
        "table that leads to itself", plain().replace(b"trailer<<", b"trailer<</Prev 9 "), refused=False
    )
    yield some("no root", plain().replace(b"/Root 1 0 R", b""), refused=False)
    yield some("a page before", PAGE + plain())
    yield some("blanks before", b" " * 600 + plain(), refused=False)


def _with(pdf: bytes, more: bytes) -> bytes:
    """The PDF with more in its trailer."""
    return pdf.replace(b"trailer<<", b"trailer<<" + more)


def _packed() -> bytes:
    """A PDF of version 1.5: its page in a packed stream of objects, its table in another."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"
    stream = zlib.compress(b"3 0 " + page)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n" % len(stream)
        + stream
        + b"\nendstream",
    ]
    out, places = b"%PDF-1.7\n", {}
    for number, one in zip((1, 2, 4), objects, strict=True):
        places[number] = len(out)
        out += b"%d 0 obj\n" % number + one + b"\nendobj\n"
    rows = [
        (0, 0, 65_535),
        (1, places[1], 0),
        (1, places[2], 0),
        (2, 4, 0),
        (1, places[4], 0),
        (1, len(out), 0),
    ]
    table = zlib.compress(b"".join(struct.pack(">BIH", *row) for row in rows))
    head = b"5 0 obj\n<</Type/XRef/Size 6/W[1 4 2]/Root 1 0 R/Filter/FlateDecode/Length %d>>stream\n" % len(
        table
    )
    return out + head + table + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF" % len(out)

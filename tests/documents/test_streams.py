import io
import zlib

import pydyf
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from mediation.documents.streams import WrittenStream, end_table, finish


def file_with(*streams: pydyf.Stream) -> pydyf.PDF:
    """A file with an XMP packet, a page's text, a picture and these streams; not yet written."""
    pdf = pydyf.PDF()
    packet = pydyf.Stream([b"<x:xmpmeta/>"], compress=True)
    for one in (packet, *streams):
        pdf.add_object(one)
    pdf.catalog["Metadata"] = packet.reference
    return pdf


def unpacked(written: bytes) -> bytes:
    return zlib.decompress(written.partition(b"\nstream\n")[2].removesuffix(b"\nendstream"))


def test_stream_is_compressed_once_and_stays_as_it_was_written() -> None:
    stream = pydyf.Stream([b"1 0 0 1 0 0 cm", b"(words) Tj"], {"Note": 1}, compress=True)
    written = WrittenStream(stream)
    assert unpacked(written.data) == b"1 0 0 1 0 0 cm\n(words) Tj"
    assert written.data.startswith(b"<</Note 1/Filter /FlateDecode/Length ")
    stream.stream.append(b"more")
    assert written.data is written.data
    assert unpacked(written.data) == b"1 0 0 1 0 0 cm\n(words) Tj"


def test_finish_leaves_the_packet_plain_and_smooths_no_picture() -> None:
    picture = pydyf.Stream([b"\0"], {"Subtype": "/Image", "Interpolate": "true"})
    page = pydyf.Stream([b"(words) Tj"], compress=True)
    pdf = file_with(picture, page)
    finish(None, pdf)
    packet, image, text = pdf.objects[-3:]
    assert packet.data == b"<</Length 12>>\nstream\n<x:xmpmeta/>\nendstream"
    assert b"/Interpolate false" in image.data
    assert unpacked(text.data) == b"(words) Tj"


DOUBTFUL = next(
    text
    for text in (f"{number} w".encode() for number in range(100_000))
    if zlib.compress(text, 6)[-1:] == b"\n"
)


def test_finish_leaves_no_doubt_where_operators_end() -> None:
    """A last byte that looks like a line's end is put off by a blank line more."""
    pdf = file_with(pydyf.Stream([DOUBTFUL], compress=True))
    finish(None, pdf)
    text = pdf.objects[-1].data
    assert not text.endswith((b"\n\nendstream", b"\r\nendstream"))
    assert unpacked(text) == DOUBTFUL + b"\n"


def test_finish_leaves_no_doubt_where_a_font_or_picture_ends() -> None:
    """Their bytes are let be: they are compressed once more."""
    binary = next(
        DOUBTFUL + bytes([0xFF, last])
        for last in range(256)
        if zlib.compress(DOUBTFUL + bytes([0xFF, last]), 6)[-1:] == b"\r"
    )
    picture = pydyf.Stream(
        [zlib.compress(binary, 6)], {"Subtype": "/Image", "Filter": "/FlateDecode", "DecodeParms": "<<>>"}
    )
    pdf = file_with(pydyf.Stream([binary], compress=True), picture)
    finish(None, pdf)
    for made in pdf.objects[-2:]:
        assert not made.data.endswith((b"\n\nendstream", b"\r\nendstream"))
        assert b"/Filter [/FlateDecode /FlateDecode]" in made.data
        assert zlib.decompress(unpacked(made.data)) == binary
    assert b"/DecodeParms [null <<>>]" in pdf.objects[-1].data


def test_finish_leaves_no_doubt_where_the_small_objects_end() -> None:
    for number in range(400):
        pdf = file_with()
        pdf.info["Note"] = pydyf.String("y" * number)
        finish(None, pdf)
        file = io.BytesIO()
        pdf.write(file, compress=True)
        objects = file.getvalue().partition(b"/ObjStm")[2].partition(b"endstream")[0]
        assert objects[-2:] not in (b"\n\n", b"\r\n"), number


def test_file_leaves_no_doubt_where_its_table_of_objects_ends() -> None:
    in_doubt = 0
    for number in range(600):
        pdf = file_with(pydyf.Stream([b"y" * number]), pydyf.Stream([b"n"]))
        finish(None, pdf)
        file = io.BytesIO()
        pdf.write(file, compress=True)
        ended = end_table(file.getvalue())
        assert ended[: ended.rindex(b"\nendstream")][-1:] not in (b"\r", b"\n")
        if ended == file.getvalue():
            continue
        in_doubt += 1
        read = PdfFileReader(io.BytesIO(ended), strict=True)
        assert read.get_object(generic.Reference(len(pdf.objects) - 3, 0, read)).data == b"n"
        assert read.root["/Metadata"].data == b"<x:xmpmeta/>"
    assert in_doubt >= 2

import zlib

import pydyf

from mediation.documents.streams import WrittenStream, finish


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


def test_finish_leaves_no_doubt_where_a_stream_ends() -> None:
    """A stream of operators whose last byte looks like a line's end gets a blank line more; a picture's bytes are let be."""
    doubtful = next(
        text
        for text in (f"{number} w".encode() for number in range(100_000))
        if zlib.compress(text, 6)[-1:] == b"\n"
    )
    pdf = file_with(pydyf.Stream([doubtful], compress=True), pydyf.Stream([doubtful, b"\xff"], compress=True))
    finish(None, pdf)
    text, other = pdf.objects[-2:]
    assert not text.data.endswith(b"\n\nendstream")
    assert unpacked(text.data) == doubtful + b"\n"
    assert unpacked(other.data) == doubtful + b"\n\xff"

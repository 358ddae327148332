"""Small files that are large inside. Those that take seconds, or go to a limit of the worker, are in `large`."""

import struct
import zlib
from collections.abc import Iterator
from random import Random

from tests.uploads.documents import assembled, plain
from tests.uploads.pictures import chunk, written
from tests.uploads.sample import Sample

MAGIC = b"\x89PNG\r\n\x1a\n"


def png(width: int, height: int, pixels: bytes, *more: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack(">II5B", width, height, 8, 0, 0, 0, 0))
    return MAGIC + head + b"".join(more) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def zeros(count: int) -> bytes:
    """So many zeros, packed, without so much memory."""
    packer, block = zlib.compressobj(9), bytes(min(count, 1 << 24))
    whole, rest = divmod(count, len(block))
    return b"".join(
        [*(packer.compress(block) for _time in range(whole)), packer.compress(bytes(rest)), packer.flush()]
    )


def small(chance: Random) -> Iterator[Sample]:
    def refused(what: str, data: bytes) -> Sample:
        return Sample("bomb", what, data, ())

    for width, height in ((60_000, 60_000), (2_147_483_647, 2_147_483_647), (80_000_001, 1), (0, 10)):
        yield refused(f"PNG of {width} by {height}", png(width, height, zlib.compress(bytes(1_000))))
    yield Sample(
        "bomb", "PNG that holds less than it says", png(5_000, 5_000, zlib.compress(bytes(1_000))), None
    )
    words = chunk(b"zTXt", b"Comment\x00\x00" + zeros(64_000_000))
    yield Sample("bomb", "PNG with words of 64 MB", png(10, 10, zlib.compress(bytes(110)), words), None)
    profile = chunk(b"iCCP", b"x\x00\x00" + zeros(64_000_000))
    yield Sample("bomb", "PNG with colours of 64 MB", png(10, 10, zlib.compress(bytes(110)), profile), None)
    jpeg = bytearray(written("JPEG"))
    at = jpeg.index(b"\xff\xc0") + 5
    jpeg[at : at + 4] = struct.pack(">HH", 65_535, 65_535)
    yield refused("JPEG of 65,535 by 65,535", bytes(jpeg))
    webp = b"VP8X" + struct.pack("<I", 10) + b"\x00\x00\x00\x00" + b"\xff\x3f\x00" * 2
    yield refused("WebP that says it is huge", b"RIFF" + struct.pack("<I", 4 + len(webp)) + b"WEBP" + webp)
    for count in (100, chance.randint(200, 2_000)):
        yield Sample(
            "bomb", f"PDF nested {count} deep", plain(b"/X" + b"<</X" * count + b" 1" + b">>" * count), None
        )


def large(_chance: Random) -> Iterator[Sample]:
    yield Sample("bomb", "PNG of 79 million dots", png(8_888, 8_888, zeros(8_889 * 8_888)), ("image/png",))
    yield Sample("bomb", "PDF whose table is 3 GB", _table_of(3_000_000_000), None)
    stream = zeros(1_000_000_000)
    content = b"<</Length %d/Filter/FlateDecode>>stream\n" % len(stream) + stream + b"\nendstream"
    yield Sample("bomb", "PDF whose page is 1 GB", plain(page=b"/Contents 4 0 R", more=[content]), None)
    inner = (
        b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n" % len(stream)
        + stream
        + b"\nendstream"
    )
    yield Sample("bomb", "PDF whose packed objects are 1 GB", plain(b"/X 4 0 R", more=[inner]), None)
    yield Sample("bomb", "larger than the largest", b"a" * (50 * 1024 * 1024 + 1), ())
    many = [b"<</X %d 0 R>>" % (at + 1) for at in range(2, 60_000)]
    yield Sample(
        "bomb", "PDF that is one long chain", assembled([b"<</Type/Catalog/Pages 2 0 R>>", *many]), None
    )


def _table_of(size: int) -> bytes:
    """A PDF of which the table of objects is a stream that unpacks to so much."""
    body = zeros(size)
    objects = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
    head = b"3 0 obj\n<</Type/XRef/Size 4/W[1 4 2]/Root 1 0 R/Filter/FlateDecode/Length %d>>stream\n" % len(
        body
    )
    return objects + head + body + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF" % len(objects)

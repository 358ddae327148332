"""Sound and film in the containers that are taken; cut, and with something else behind."""

import struct
from collections.abc import Iterator
from random import Random

from tests.uploads.pictures import PAGE, ZIP
from tests.uploads.sample import CANARY, Sample


def box(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def film(brand: bytes = b"isom", words: bytes = b"") -> bytes:
    return box(b"ftyp", brand + bytes(4)) + box(b"moov", bytes(40) + words) + box(b"mdat", b"\xff\x00" * 50)


def wave(content: bytes = bytes(100)) -> bytes:
    chunks = b"WAVE" + b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8) + b"data"
    chunks += struct.pack("<I", len(content)) + content
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks


def mp3(words: bytes = b"") -> bytes:
    frame = b"\xff\xfb\x90\x00" + bytes(413)
    return b"ID3\x04\x00\x00\x00\x00" + bytes((len(words) >> 7, len(words) & 0x7F)) + words + frame * 4


def good(_chance: Random) -> Iterator[Sample]:
    for brand, media_type in (
        (b"isom", "video/mp4"),
        (b"mp42", "video/mp4"),
        (b"avc1", "video/mp4"),
        (b"qt  ", "video/quicktime"),
        (b"3gp4", "video/3gpp"),
        (b"M4A ", "audio/mp4"),
    ):
        yield Sample("recording", f"film {brand.decode()}", film(brand), (media_type,))
    yield Sample("recording", "film with words", film(words=box(b"udta", CANARY.encode())), ("video/mp4",))
    yield Sample("recording", "wave", wave(), ("audio/wav",))
    yield Sample("recording", "mp3", mp3(bytes(10)), ("audio/mpeg",))
    yield Sample("recording", "mp3 with words", mp3(CANARY.encode()), ("audio/mpeg",))
    yield Sample("recording", "amr", b"#!AMR\n" + bytes(30), ("audio/amr",))


def joined(_chance: Random) -> Iterator[Sample]:
    def refused(what: str, data: bytes) -> Sample:
        return Sample("recording and more", what, data, ())

    for what, tail in (("an archive", ZIP), ("a page", PAGE)):
        yield refused(f"film and {what}", film() + tail)
        yield refused(f"wave and {what}", wave() + tail)
    yield refused("film cut short", film()[:-20])
    yield refused("wave cut short", wave()[:-20])
    yield refused("a film of a head", box(b"ftyp", b"isom" + bytes(4)))
    yield refused("a box larger than the file", film()[:24] + struct.pack(">I4s", 0xFFFFFFFF, b"moov"))
    yield refused("a box of no size", film()[:16] + struct.pack(">I4s", 3, b"moov") + bytes(40))
    for brand in (b"jpx ", b"crx ", b"\x00\x00\x00\x00"):
        yield refused(f"a brand unknown: {brand!r}", film(brand))
    for what, head in (
        ("ogg", b"OggS\x00\x02"),
        ("webm", b"\x1a\x45\xdf\xa3"),
        ("flac", b"fLaC\x00"),
        ("avi", b"RIFF\x20\x00\x00\x00AVI "),
        ("wma", b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),
        ("flv", b"FLV\x01\x05"),
    ):
        yield refused(what, head + bytes(200))

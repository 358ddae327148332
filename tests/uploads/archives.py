"""Office files, archives and programs: none is taken."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from random import Random

from tests.uploads.sample import CANARY, Sample

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """An archive that is the same each time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def office(_chance: Random) -> Iterator[Sample]:
    types = f'<Types><Override PartName="/x" ContentType="{_WORD}"/></Types>'.encode()
    words = f"<w:document>{CANARY}</w:document>".encode()
    outside = b'<Relationships><Relationship TargetMode="External" Target="http://example.com/x.dotm"/></Relationships>'
    parts = {"[Content_Types].xml": types, "word/document.xml": words}
    for what, more in (
        ("docx", {}),
        ("docm with a macro", {"word/vbaProject.bin": OLE + bytes(512)}),
        ("docx with a template elsewhere", {"word/_rels/settings.xml.rels": outside}),
        ("xlsx", {"xl/workbook.xml": b"<workbook/>"}),
        ("pptx", {"ppt/presentation.xml": b"<p/>"}),
        ("docx with a bomb of entities", {"word/x.xml": b'<!DOCTYPE x [<!ENTITY a "aa">]><x>&a;</x>'}),
    ):
        yield Sample("office", what, zipped({**parts, **more}), ())
    for kind in ("text", "spreadsheet"):
        mime = f"application/vnd.oasis.opendocument.{kind}".encode()
        yield Sample("office", f"open {kind}", zipped({"mimetype": mime, "content.xml": words}), ())
    yield Sample("office", "doc", OLE + bytes(1024), ())
    yield Sample("office", "doc with a macro", OLE + bytes(600) + b"Attribut\x00e VB_Name" + bytes(400), ())
    yield Sample(
        "office",
        "rtf",
        b"{\\rtf1\\ansi{\\object\\objemb{\\*\\objdata 0105}}}",
        ("text/plain; charset=utf-8",),
    )
    yield Sample("office", "wps", OLE + "WPS文字".encode("gbk") + bytes(600), ())


def packed(chance: Random) -> Iterator[Sample]:
    def refused(what: str, data: bytes) -> Sample:
        return Sample("archive", what, data, ())

    inside = chance.randbytes(200)
    yield refused("zip", zipped({"a.txt": inside}))
    yield refused("zip that leads away", zipped({"../../etc/cron.d/x": inside}))
    yield refused("zip of much", zipped({f"{at}": bytes(5_000_000) for at in range(3)}))
    yield refused("zip in zip", zipped({"a.zip": zipped({"b.zip": zipped({"c": bytes(1_000_000)})})}))
    yield refused("empty zip", b"PK\x05\x06" + bytes(18))
    yield refused("gzip", gzip.compress(inside, mtime=0))
    yield refused("gzip of much", gzip.compress(bytes(20_000_000), mtime=0))
    yield refused("bzip2", bz2.compress(inside))
    yield refused("xz", lzma.compress(inside))
    yield refused("7z", b"7z\xbc\xaf\x27\x1c" + inside)
    yield refused("rar", b"Rar!\x1a\x07\x01\x00" + inside)
    yield refused("cab", b"MSCF\x00\x00\x00\x00" + inside)
    yield refused("apk", zipped({"AndroidManifest.xml": inside, "classes.dex": b"dex\n035\x00"}))
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        link = tarfile.TarInfo("x")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    yield refused("tar with a link", out.getvalue())
    yield refused("database", b"SQLite format 3\x00" + bytes(100))


def programs(chance: Random) -> Iterator[Sample]:
    body = chance.randbytes(300)
    for what, head in (
        ("Windows", b"MZ\x90\x00\x03"),
        ("Linux", b"\x7fELF\x02\x01\x01"),
        ("macOS", b"\xcf\xfa\xed\xfe"),
        ("Java", b"\xca\xfe\xba\xbe\x00\x00\x00\x34"),
        ("Flash", b"CWS\x0a\x00"),
        ("a short cut", b"\x4c\x00\x00\x00\x01\x14\x02\x00"),
        ("WebAssembly", b"\x00asm\x01\x00\x00\x00"),
    ):
        yield Sample("program", what, head + b"\x00" + body, ())
    for what, text in (("shell", b"#!/bin/sh\necho hello\n"), ("batch", b"@echo off\r\ndir\r\n")):
        yield Sample("program", f"{what}, as words", text, ("text/plain; charset=utf-8",))

"""Pictures: those that are taken, those that are not, and pictures that are something else besides."""

import io
import struct
import zlib
from collections.abc import Iterator
from random import Random

from PIL import Image, PngImagePlugin

from tests.uploads.sample import CANARY, Sample

ZIP = b"PK\x03\x04" + bytes(26) + b"<script>alert(1)</script>PK\x05\x06" + bytes(18)
PAGE = b"<html><script>alert(1)</script></html>"
_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


def written(kind: str, mode: str = "RGB", size: tuple[int, int] = (60, 40), **more: object) -> bytes:
    """A picture as Pillow writes it."""
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert(mode).save(out, kind, **more)
    return out.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def good(chance: Random) -> Iterator[Sample]:
    def taken(what: str, kind: str, data: bytes) -> Sample:
        return Sample("picture", what, data, (_TYPES[kind],))

    for mode in ("L", "RGB", "CMYK"):
        yield taken(f"JPEG {mode}", "JPEG", written("JPEG", mode))
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA"):
        yield taken(f"PNG {mode}", "PNG", written("PNG", mode))
    for mode in ("RGB", "RGBA"):
        yield taken(f"WebP {mode}", "WEBP", written("WEBP", mode, (60, 40 + len(mode))))
    yield taken("progressive", "JPEG", written("JPEG", progressive=True))
    yield taken("lossless", "WEBP", written("WEBP", lossless=True))
    for kind in _TYPES:
        yield taken(f"{kind} of one dot", kind, written(kind, size=(1, 1)))
        wide = chance.randint(2_000, 4_000)
        yield taken(f"{kind} wide", kind, written(kind, size=(wide, 2)))
    exif = Image.Exif()
    exif[0x010E], exif[0x9286], exif[0x013B] = "plan", CANARY.encode(), CANARY.encode().decode("latin-1")
    for kind in _TYPES:
        yield taken(f"{kind} with EXIF", kind, written(kind, exif=exif))
    words = PngImagePlugin.PngInfo()
    words.add_itxt("Comment", CANARY)
    words.add_text("Warning", "<script>alert(1)</script>")
    yield taken("PNG with words", "PNG", written("PNG", pnginfo=words))
    yield taken("JPEG with a page in a comment", "JPEG", written("JPEG", comment=PAGE))
    frames = [Image.new("RGB", (20, 20), (at * 60, 0, 0)) for at in range(4)]
    for kind in ("PNG", "WEBP"):
        out = io.BytesIO()
        frames[0].save(out, kind, save_all=True, append_images=frames[1:])
        yield taken(f"{kind} that moves", kind, out.getvalue())


def foreign(_chance: Random) -> Iterator[Sample]:
    def refused(what: str, data: bytes) -> Sample:
        return Sample("other picture", what, data, ())

    for kind in ("GIF", "BMP", "TIFF", "ICO", "PPM", "TGA", "PCX", "DDS", "JPEG2000"):
        mode = "P" if kind == "GIF" else "RGB"
        yield refused(kind, written(kind, mode, (32, 32)))
    for brand in (b"heic", b"avif", b"mif1"):
        box = struct.pack(">I4s", 16, b"ftyp") + brand + bytes(4)
        yield refused(brand.decode(), box + struct.pack(">I4s", 20, b"meta") + bytes(12))
    words = ("text/plain; charset=utf-8", "text/plain; charset=gb18030")
    yield Sample("other picture", "EPS, as words", b"%!PS-Adobe-3.0 EPSF-3.0\n/x {showpage} def\n", words)
    yield refused("PSD", b"8BPS\x00\x01" + bytes(200))
    yield refused("JPEG XL", b"\xff\x0a" + bytes(200))
    yield refused("animated cursor", b"RIFF\x20\x00\x00\x00ACON" + bytes(24))


def joined(_chance: Random) -> Iterator[Sample]:
    """A picture first; what hangs behind is cut off, so that it is taken as the picture alone."""
    tails = {"an archive": ZIP, "a page": PAGE, "a PDF": b"%PDF-1.7\n%%EOF", "a program": b"MZ" + bytes(500)}
    for kind, media_type in _TYPES.items():
        for at, (what, tail) in enumerate(tails.items()):
            picture = written(kind, size=(70 + at, 50))
            yield Sample("polyglot", f"{kind} and {what}", picture + tail, (media_type,))
    yield Sample("polyglot", "head of a GIF, a page", b"GIF89a/*" + PAGE + b"*/=1", ())
    yield Sample("polyglot", "head of a JPEG, a page", b"\xff\xd8\xff\xe0" + PAGE, ())
    yield Sample("polyglot", "head of a PNG, a page", b"\x89PNG\r\n\x1a\n" + PAGE, ())
    yield Sample("polyglot", "a page, then a JPEG", PAGE + written("JPEG"), ())
    yield Sample("polyglot", "a bitmap that is a script", b"BM=1;alert(1)//" + bytes(60), ())
    yield Sample(
        "polyglot", "a name of WebP on a wave", b"RIFF" + struct.pack("<I", 40) + b"WEBPfmt " + bytes(32), ()
    )
    yield Sample("polyglot", "PNG whose chunk is a page", _with_chunk(PAGE), ("image/png",))


def _with_chunk(content: bytes) -> bytes:
    data = written("PNG")
    return data[:33] + chunk(b"eVIl", content) + data[33:]

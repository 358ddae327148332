"""A file is what its content says: taken in a few kinds, checked to the end, refused with a sentence otherwise."""

import io
import os
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mediation.documents import media
from mediation.documents.press import Renderer
from mediation.errors import DocumentError

ZIP = b"PK\x03\x04" + bytes(26) + b"<script>alert(1)</script>PK\x05\x06" + bytes(18)


def here(work, *args):
    """As the confined worker does it, without one."""
    return work(*args)


def picture(kind: str, size: tuple[int, int] = (60, 40), **more) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(out, kind, **more)
    return out.getvalue()


def box(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def film(brand: bytes = b"isom") -> bytes:
    return box(b"ftyp", brand + bytes(4)) + box(b"moov", bytes(40)) + box(b"mdat", b"\xff\x00" * 50)


def wave(content: bytes = bytes(100)) -> bytes:
    chunks = b"WAVE" + b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8) + b"data"
    chunks += struct.pack("<I", len(content)) + content
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks


def mp3(frames: int = 4) -> bytes:
    frame = b"\xff\xfb\x90\x00" + bytes(413)  # MPEG 1, layer III, 128 kbit/s, 44.1 kHz
    return b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(10) + frame * frames


def pdf(extra: bytes = b"", catalogue: bytes = b"") -> bytes:
    objects = [
        b"<</Type/Catalog/Pages 2 0 R" + catalogue + b">>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]" + extra + b">>",
    ]
    out, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + one + b"\nendobj\n"
    begin = len(out)
    out += b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % at for at in places)
    return out + b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % begin


def bomb(width: int, height: int) -> bytes:
    """A PNG that says it is huge."""
    head = struct.pack(">II5B", width, height, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    parts = (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(bytes(1000))), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize(
    ("data", "media_type", "extension"),
    [
        (picture("JPEG"), "image/jpeg", ".jpg"),
        (picture("JPEG", progressive=True), "image/jpeg", ".jpg"),
        (picture("PNG"), "image/png", ".png"),
        (picture("WEBP"), "image/webp", ".webp"),
        (pdf(), "application/pdf", ".pdf"),
        (film(), "video/mp4", ".mp4"),
        (film(b"M4A "), "audio/mp4", ".m4a"),
        (film(b"qt  "), "video/quicktime", ".mov"),
        (film(b"3gp4"), "video/3gpp", ".3gp"),
        (wave(), "audio/wav", ".wav"),
        (mp3(), "audio/mpeg", ".mp3"),
        (b"#!AMR\n" + bytes(30), "audio/amr", ".amr"),
        ("2026年3月1日，借到人民币五千元。\n".encode(), "text/plain; charset=utf-8", ".txt"),
        ("借条 <此处空白> 3 < 5".encode("gb18030"), "text/plain; charset=gb18030", ".txt"),
    ],
)
def test_what_is_taken_is_kept_as_it_was(data, media_type, extension):
    assert media.judge(data, here) == media.Medium(media_type, extension, data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_hangs_behind_a_picture_is_cut_off(kind):
    data = picture(kind)
    assert media.judge(data + ZIP, here).data == data


def test_what_hangs_behind_a_pdf_is_cut_off():
    assert media.judge(pdf() + b"\n" + ZIP, here).data == pdf()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "文件是空的"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "不收网页"),
        (b"\xef\xbb\xbf  <svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "不收网页"),
        (b"<?xml version='1.0'?><x/>", "不收网页"),
        ("借条\n<ScRiPt src=//x>".encode(), "不收网页"),
        (ZIP, "不是能收的文件"),
        (b"MZ\x90\x00\x03\x00", "不是能收的文件"),
        (b"\x7fELF\x02\x01\x01\x00", "不是能收的文件"),
        (b"GIF89a" + bytes(20), "不是能收的文件"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(20), "不是能收的文件"),
        (film(b"heic"), "不是能收的文件"),
        (film() + ZIP, "夹带了别的内容"),
        (film()[:-20], "不完整"),
        (box(b"ftyp", b"isom" + bytes(4)), "不完整"),
        (wave() + ZIP, "夹带了别的内容"),
        (picture("JPEG")[:-40], "图片不完整"),
        (picture("PNG")[:-20], "图片不完整"),
        (picture("WEBP")[:-20], "图片不完整"),
        (b"\xff\xd8\xff\xe0" + b"<html><script>alert(1)</script>", "图片不完整"),
        (b"\x89PNG\r\n\x1a\n" + b"<html>" * 9, "图片不完整"),
        (bomb(60_000, 60_000), "图片超过"),
        (bomb(500, 500), "图片损坏"),
        (b"%PDF-1.7\nhello", "PDF 不完整"),
        (b"%PDF-1.7\nhello%%EOF", "PDF 打不开"),
        (pdf(catalogue=b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>"), "脚本"),
        (pdf(extra=b"/AA<</O<</S/Launch/F(cmd.exe)>>>>"), "动作"),
        (pdf(catalogue=b"/Names<</EmbeddedFiles<</Names[(x)<</Type/Filespec/EF<</F 3 0 R>>>>]>>>>"), "附件"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_taken_is_told_in_words(data, sentence):
    with pytest.raises(DocumentError, match=sentence):
        media.judge(data, here)


def test_file_that_is_too_much_for_the_worker_is_refused_as_that():
    with Renderer() as press, pytest.raises(DocumentError, match="太大或者太复杂"):
        media.judge(picture("PNG"), lambda _check, _data: press.run(os._exit, 1))


def test_pdf_that_only_names_an_address_is_taken():
    link = b"/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(https://example.com)>>>>]"
    assert media.judge(pdf(extra=link), here).media_type == "application/pdf"


def test_file_over_the_limit_is_refused():
    with pytest.raises(DocumentError, match="超过 50 MB"):
        media.judge(b"a" * (media.MOST_BYTES + 1), here)


@given(
    st.sampled_from([picture("JPEG"), picture("PNG"), picture("WEBP"), film(), wave(), mp3(), pdf()]),
    st.data(),
)
def test_broken_files_are_taken_or_refused_and_nothing_else(seed, data):
    broken = bytearray(seed)
    for _times in range(data.draw(st.integers(1, 6))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    whole = bytes(broken[: data.draw(st.integers(0, len(broken)))])
    try:
        found = media.judge(whole, here)
    except DocumentError:
        return
    assert whole.startswith(found.data)

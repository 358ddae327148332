"""What a file handed in is, judged by its content and never by its name; what cannot be judged is refused with a sentence.

Taken are pictures (JPEG, PNG, WebP), PDF, plain text, and sound and film in the few containers that phones and recorders
write. Bytes are kept as they were handed in, since they may have to prove something; only what was hung on behind the end
of a picture or a PDF is cut off. Pictures and PDFs are opened in the confined worker of press.py before they are taken.
"""

import io
import re
import struct
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from mediation.errors import DocumentError, WorkLost
from mediation.language import _

MOST_BYTES: Final = 50 * 1024 * 1024
MOST_PIXELS: Final = 80_000_000
_LEAST_FRAMES = 3
_MARKUP = re.compile(
    r"<\s*(?:!doctype|!entity|\?xml|\?php|html|head|body|script|svg|iframe|object|embed|meta|math|xsl:)",
    re.IGNORECASE,
)
_MARKER = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]", re.DOTALL)
"""A marker of a JPEG. Within a scan a stuffed zero or a restart is none."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f]")
_BOX_KINDS = {
    b"M4A ": ("audio/mp4", ".m4a"),
    b"M4B ": ("audio/mp4", ".m4a"),
    b"qt  ": ("video/quicktime", ".mov"),
}
_FILM = re.compile(rb"isom|iso[2-9]|mp4[12]|avc1|M4V |MSNV|dash|f4v |3g[2p][0-9a-z]|mmp4")
Run = Callable[..., Any]
"""Does a piece of work in the confined worker: `press.Renderer.run`."""


@dataclass(frozen=True, slots=True)
class Medium:
    """What the bytes are. `data`: what is to be kept, without what was hung on behind."""

    media_type: str
    extension: str
    data: bytes


def judge(data: bytes, run: Run) -> Medium:
    """What the file is. Raises DocumentError, whose sentence says why it cannot be taken and what to do."""
    if not data:
        raise DocumentError(_("文件是空的"))
    refuse_large(len(data))
    for known in (_picture, _pdf, _boxes, _wave, _mp3, _amr):
        found = known(data, run)
        if found is not None:
            return found
    return _text(data)


def refuse_large(size: int) -> None:
    """Raises DocumentError for a file that is larger than the largest."""
    if size > MOST_BYTES:
        raise DocumentError(_("文件超过 {most} MB，请截取需要的部分").format(most=MOST_BYTES // 1024**2))


def _picture(data: bytes, run: Run) -> Medium | None:
    for magic, kind, name, end_of in _PICTURES:
        if data.startswith(magic) and (name != "webp" or data[8:12] == b"WEBP"):
            end = end_of(data)
            if end is None:
                raise DocumentError(_("图片不完整，可能没有传完，请重新上传"))
            whole = data[:end]
            _open(run, check_picture, whole)
            return Medium(f"image/{kind}", f".{name}", whole)
    return None


def _open(run: Run, check: Callable[[bytes], None], whole: bytes) -> None:
    try:
        run(check, whole)
    except WorkLost:
        message = _("文件太大或者太复杂，在限定的时间和内存里打不开：请拆成几个，或者改传图片")
        raise DocumentError(message) from None


def check_picture(data: bytes) -> None:
    """Decode the whole picture: to be run in the worker. Raises DocumentError."""
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415  heavy

    message = _("图片超过 {most} 万像素，请缩小以后再上传").format(most=MOST_PIXELS // 10**4)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data), formats=["JPEG", "PNG", "WEBP"])
            if image.width * image.height > MOST_PIXELS:
                raise DocumentError(message)
            image.load()
    except Image.DecompressionBombError:
        raise DocumentError(message) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, struct.error):
        raise DocumentError(_("图片损坏，打不开")) from None


def _jpeg_end(data: bytes) -> int | None:
    """Where the picture ends, marker by marker; None if it does not."""
    at = 2
    while found := _MARKER.search(data, at):
        at = found.end()
        marker = data[at - 1 : at]
        if marker == b"\xd9":
            return at
        if marker != b"\x01" and at + 2 <= len(data):
            at += struct.unpack_from(">H", data, at)[0]
    return None


def _png_end(data: bytes) -> int | None:
    at = 8
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        at += length + 12
        if kind == b"IEND":
            return at if at <= len(data) else None
    return None


def _webp_end(data: bytes) -> int | None:
    end = 8 + int(struct.unpack_from("<I", data, 4)[0]) if len(data) > 12 else 0  # noqa: PLR2004  RIFF, size, WEBP
    end += end % 2
    return end if 12 < end <= len(data) else None  # noqa: PLR2004  the same


_PICTURES: tuple[tuple[bytes, str, str, Callable[[bytes], int | None]], ...] = (
    (b"\xff\xd8\xff", "jpeg", "jpg", _jpeg_end),
    (b"\x89PNG\r\n\x1a\n", "png", "png", _png_end),
    (b"RIFF", "webp", "webp", _webp_end),
)


def _pdf(data: bytes, run: Run) -> Medium | None:
    if not data.startswith(b"%PDF-"):
        return None
    end = data.rfind(b"%%EOF")
    if end < 0:
        raise DocumentError(_("PDF 不完整，可能没有传完，请重新上传"))
    whole = data[: end + 5]
    _open(run, check_pdf, whole)
    return Medium("application/pdf", ".pdf", whole)


def check_pdf(data: bytes) -> None:
    """Open the PDF and look for what acts by itself: to be run in the worker. Raises DocumentError."""
    import pypdfium2  # noqa: PLC0415  heavy
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415  heavy

    from mediation.documents.structures import acting_in  # noqa: PLC0415  the same

    try:
        document = pypdfium2.PdfDocument(data)
        pages = len(document)
        document.close()
    except pypdfium2.PdfiumError:
        pages = 0
    if not pages:
        raise DocumentError(_("PDF 打不开：可能损坏或者设有密码，请去掉密码另存以后再上传"))
    try:
        found = acting_in(PdfFileReader(io.BytesIO(data), strict=False))
    except Exception as error:
        raise DocumentError(_("PDF 的结构读不出来，请用打印的办法另存为 PDF，或者改传图片")) from error
    if found:
        message = _("PDF 里有不能收的内容（{found}），请用打印的办法另存为 PDF，或者改传图片")
        raise DocumentError(message.format(found="、".join(found)))


def _boxes(data: bytes, _run: Run) -> Medium | None:
    """MP4, M4A, 3GP and QuickTime: a row of boxes from the first byte to the last."""
    if data[4:8] != b"ftyp":
        return None
    try:
        kinds = list(_top_boxes(data))
    except (ValueError, struct.error):
        kinds = []
    if b"moov" not in kinds and b"moof" not in kinds:
        raise DocumentError(_("音频、视频文件不完整，或者后面夹带了别的内容，请重新上传"))
    brand = data[8:12]
    if brand in _BOX_KINDS:
        return Medium(*_BOX_KINDS[brand], data)
    if not _FILM.fullmatch(brand):
        raise DocumentError(_kinds_taken())
    return (
        Medium("video/3gpp", ".3gp", data) if brand.startswith(b"3g") else Medium("video/mp4", ".mp4", data)
    )


def _top_boxes(data: bytes) -> Iterator[bytes]:
    """Kinds of the outermost boxes. Raises ValueError, struct.error if they do not fill the file."""
    at = 0
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if size == 1:
            size = struct.unpack_from(">Q", data, at + 8)[0]
        elif size == 0:
            size = len(data) - at
        if size < 8 or at + size > len(data):  # noqa: PLR2004  a box's head
            raise ValueError(kind)
        yield kind
        at += size


def _wave(data: bytes, _run: Run) -> Medium | None:
    if not (data.startswith(b"RIFF") and data[8:12] == b"WAVE"):
        return None
    end = 8 + struct.unpack_from("<I", data, 4)[0]
    if b"fmt " not in data[12:4096] or not len(data) - 1 <= end <= len(data):
        raise DocumentError(_("音频、视频文件不完整，或者后面夹带了别的内容，请重新上传"))
    return Medium("audio/wav", ".wav", data)


def _mp3(data: bytes, _run: Run) -> Medium | None:
    at = 0
    if data.startswith(b"ID3") and len(data) > 10:  # noqa: PLR2004  the tag's head
        size = 0
        for byte in data[6:10]:
            size = size << 7 | byte & 0x7F
        at = size + 10
        while at < len(data) and data[at] == 0:
            at += 1
    elif data[0] != 0xFF:  # noqa: PLR2004  what a frame begins with
        return None
    for _frame in range(_LEAST_FRAMES):
        length = _frame_length(data[at : at + 4])
        if not length:
            return None
        at += length
    return Medium("audio/mpeg", ".mp3", data)


def _frame_length(head: bytes) -> int:
    """Bytes of an MPEG audio frame of layer III; 0 if it is none."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:  # noqa: PLR2004  sync and layer III
        return 0
    first = head[1] >> 3 & 3 == 3  # noqa: PLR2004  MPEG 1
    rates = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
    slower = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
    rate, sampling = head[2] >> 4, head[2] >> 2 & 3
    if not 0 < rate < 15 or sampling == 3 or head[1] >> 3 & 3 == 1:  # noqa: PLR2004  values that are none
        return 0
    hertz = (44100, 48000, 32000)[sampling] >> {3: 0, 2: 1, 0: 2}[head[1] >> 3 & 3]
    bits = (rates if first else slower)[rate - 1] * 1000
    return (144 if first else 72) * bits // hertz + (head[2] >> 1 & 1)


def _amr(data: bytes, _run: Run) -> Medium | None:
    return Medium("audio/amr", ".amr", data) if data.startswith((b"#!AMR\n", b"#!AMR-WB\n")) else None


def _text(data: bytes) -> Medium:
    """Plain text, in UTF-8 or GB 18030. Markup and everything that is no text is refused."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            words = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _CONTROL.search(words):
            if _MARKUP.search(words):
                raise DocumentError(_("不收网页、SVG 和带代码的文件：请截图，或者打印成 PDF 以后上传"))
            charset = "utf-8" if encoding == "utf-8-sig" else encoding
            return Medium(f"text/plain; charset={charset}", ".txt", data)
    raise DocumentError(_kinds_taken())


def _kinds_taken() -> str:
    return _(
        "不是能收的文件：只收图片（JPEG、PNG、WebP）、PDF、纯文本、录音录像（MP4、MOV、3GP、M4A、MP3、WAV、AMR），"
        "按内容判断，不看文件名；别的请拍照、截图或者打印成 PDF 以后上传"
    )

"""A paper signed by hand, scanned: its pages become a PDF that the committee's key signs, for integrity only.

The scan is a file of its own; nothing is embedded in a PDF that carries signatures. A last page says which frozen
version was printed and signed, the hash of every picture as it was handed in, and what the key's signature is worth.

Taken are JPEG and PNG pictures, judged by content. They are decoded and encoded anew, so that nothing else that a file
carried gets into the paper. A scan that is a PDF is refused with a sentence: making pictures of a foreign PDF's pages
needs a program that is not part of this one, and binding them in unseen would sign what nobody looked at.
"""

import base64
import html
import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mediation.clock import SITE_ZONE
from mediation.crypto import sha256
from mediation.documents.faces import SCHEME, FaceTable, face_table
from mediation.documents.render import RenderedPaper, SlotPlace
from mediation.documents.wording import day_in_words, moment_in_words
from mediation.errors import DocumentError, InputInvalid, Problem
from mediation.language import _

if TYPE_CHECKING:
    from PIL import Image

MOST_PAGES = 40
MOST_BYTES = 25_000_000
MOST_PIXELS = 40_000_000
LEAST_SIDE = 600  # the longer side of a readable A4 page is 70 dots an inch at the very least
SEAL_SLOT = "seal"
_LONGEST = 3508  # dots: A4 at 300 an inch
_QUALITY = 80
_POINTS_PER_PIXEL = 0.75
_STYLE = """
@page { size: A4; margin: 0 }
body { margin: 0; font-family: var(--body); font-size: 11pt; line-height: 1.7 }
.leaf { position: relative; width: 210mm; height: 297mm; break-after: page; overflow: hidden }
.leaf img { position: absolute; left: 8mm; top: 6mm; width: 194mm; height: 277mm; object-fit: contain;
  image-rendering: pixelated }
.leaf p { position: absolute; left: 15mm; right: 15mm; bottom: 4mm; margin: 0; font-size: 8pt; text-align: center;
  color: #444 }
.about { position: relative; width: 210mm; height: 297mm; box-sizing: border-box; padding: 30mm 25mm }
h1 { font-family: var(--title); font-size: 20pt; text-align: center; margin: 0 0 8mm }
.sample { text-align: center; font-size: 11pt; color: #b00; margin: -5mm 0 5mm }
dl { margin: 0 0 5mm } dt { font-weight: 700; margin-top: 2mm } dd { margin: 0 }
.hash { font-size: 9pt; overflow-wrap: anywhere }
.worth { border: 0.6pt solid #000; padding: 3mm 4mm; margin: 6mm 0 10mm }
.issuer { position: relative; text-align: right; margin-top: 14mm }
#slot-seal { position: absolute; right: 6mm; top: -10mm; width: 42mm; height: 42mm; display: block }
"""


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan is a scan of. `document_id` and `frozen_sha256` are those of the frozen version that was printed."""

    title: str
    number: str | None
    document_id: str
    frozen_sha256: str
    committee: str
    scanned_at: datetime
    sample: bool = False


@dataclass(frozen=True, slots=True)
class _Leaf:
    jpeg: bytes
    original_sha256: str


def set_scan(pictures: Sequence[bytes], scanned: Scanned, site: Path | None = None) -> RenderedPaper:
    """The scan as a PDF/A-3u paper with one slot, `seal`. To be run in a worker of press.py.

    InputInvalid names every picture that cannot be taken and why. Sign it with `prepare_fields` and `sign_slot`.
    """
    leaves = check_pictures(pictures)
    return _set(_page(leaves, scanned), site)


def check_pictures(pictures: Sequence[bytes]) -> list[_Leaf]:
    """Decode and encode anew every picture; InputInvalid with all that is wrong."""
    problems: list[Problem] = []
    leaves: list[_Leaf] = []
    if not pictures:
        problems.append(Problem(_("没有扫描件。")))
    if len(pictures) > MOST_PAGES:
        problems.append(Problem(_("扫描件超过 {most} 页。").format(most=MOST_PAGES)))
    for number, picture in enumerate(pictures[:MOST_PAGES], start=1):
        try:
            leaves.append(_Leaf(_encoded(picture), sha256(picture)))
        except ValueError as error:
            problems.append(Problem(str(error), key=_("第{number}页").format(number=number)))
    if problems:
        raise InputInvalid(problems)
    return leaves


def _encoded(picture: bytes) -> bytes:
    """The picture upright as a fresh JPEG; ValueError says in words why not."""
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415 - heavy

    if len(picture) > MOST_BYTES:
        raise ValueError(_("图片超过 {most} MB。").format(most=MOST_BYTES // 10**6))
    if picture.lstrip()[:5] == b"%PDF-":
        raise ValueError(_("不接受 PDF 扫描件：请在扫描仪上改存为 JPEG 或 PNG 图片，每页一张。"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            image = Image.open(io.BytesIO(picture), formats=["JPEG", "PNG"])
            if image.width * image.height > MOST_PIXELS:
                raise ValueError(_("图片超过 {most} 万像素。").format(most=MOST_PIXELS // 10**4))
            if max(image.size) < LEAST_SIDE:
                raise ValueError(_("图片太小，看不清：长边至少 {least} 像素。").format(least=LEAST_SIDE))
            upright = ImageOps.exif_transpose(image)
            plain = _on_white(upright)
    except (UnidentifiedImageError, OSError, SyntaxError, Warning, Image.DecompressionBombError, MemoryError):
        raise ValueError(_("不是完整的 JPEG 或 PNG 图片。")) from None
    plain.thumbnail((_LONGEST, _LONGEST), Image.Resampling.LANCZOS)
    output = io.BytesIO()
    plain.save(output, "JPEG", quality=_QUALITY, optimize=True)
    return output.getvalue()


def _on_white(image: "Image.Image") -> "Image.Image":
    from PIL import Image  # noqa: PLC0415 - heavy

    if image.mode in {"L", "1", "I;16"}:
        return image.convert("L")
    if image.mode == "CMYK":
        return image.convert("RGB")
    colour = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", colour.size, "white"), colour).convert("RGB")


def _page(leaves: list[_Leaf], scanned: Scanned) -> str:
    total = len(leaves)
    foot = _("手签文书扫描件 第{number}页，共{total}页 · 原件 {document}")
    parts = [
        f'<div class="leaf"><img alt="" src="data:image/jpeg;base64,{base64.b64encode(leaf.jpeg).decode()}">'
        f"<p>{html.escape(foot.format(number=number, total=total, document=scanned.document_id))}</p></div>"
        for number, leaf in enumerate(leaves, start=1)
    ]
    title = html.escape(_("{title}（手签件扫描）").format(title=scanned.title))
    return (
        f'<!DOCTYPE html><html lang="zh-CN"><head><title>{title}</title></head><body>'
        f"{''.join(parts)}{_about(leaves, scanned)}</body></html>"
    )


def _about(leaves: list[_Leaf], scanned: Scanned) -> str:
    facts = [
        (_("文书"), " ".join(filter(None, [scanned.title, scanned.number])), ""),
        (_("打印并手签的冻结版本"), scanned.document_id, "hash"),
        (_("冻结版本的 SHA-256"), scanned.frozen_sha256, "hash"),
        (_("扫描件入库时间"), moment_in_words(scanned.scanned_at), ""),
        *(
            (_("第{number}页原始图片的 SHA-256").format(number=number), leaf.original_sha256, "hash")
            for number, leaf in enumerate(leaves[:8], start=1)
        ),
    ]
    if len(leaves) > 8:  # noqa: PLR2004 - what fits on the page; the trail has them all
        facts.append((_("其余各页"), _("原始图片的校验值记在办理日志中。"), ""))
    rows = "".join(
        f'<dt>{html.escape(name)}</dt><dd class="{kind}">{html.escape(value)}</dd>'
        for name, value, kind in facts
    )
    sample = f'<p class="sample">{html.escape(_("示例"))}</p>' if scanned.sample else ""
    worth = _(
        "本扫描件由调委会密钥签名，仅用于防篡改，不代替当事人签名。"
        "当事人、调解员的签名和调委会的印章以手签原件为准；"
        "此签名不是依法设立的电子认证服务机构所认证的可靠电子签名。"
    )
    return (
        f'<div class="about"><h1>{html.escape(_("扫描件说明"))}</h1>{sample}<dl>{rows}</dl>'
        f'<p class="worth">{html.escape(worth)}</p>'
        f'<div class="issuer">{html.escape(scanned.committee)}<br>'
        f"{html.escape(day_in_words(scanned.scanned_at.astimezone(SITE_ZONE).date()))}"
        f'<span id="slot-{SEAL_SLOT}"></span></div></div>'
    )


def _set(page: str, site: Path | None) -> RenderedPaper:
    import weasyprint  # noqa: PLC0415 - heavy, and must not be imported outside a worker
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415 - the same

    table = face_table(site)
    words = _words(page)
    if lacking := table.lacking(words):
        raise DocumentError(_("扫描件说明中有字库没有的字：{lacking}").format(lacking="、".join(lacking)))
    fetcher, configuration = _fetcher(table), FontConfiguration()
    faces = table.style(table.needed(words))
    sheets = [
        weasyprint.CSS(string=style, url_fetcher=fetcher, font_config=configuration)
        for style in (faces, _STYLE)
    ]
    document = weasyprint.HTML(string=page, url_fetcher=fetcher).render(
        stylesheets=sheets, font_config=configuration
    )
    pdf = document.write_pdf(
        pdf_variant="pdf/a-3u",
        pdf_identifier=bytes.fromhex(sha256(page.encode()))[:16],
        finisher=_plain_metadata,
    )
    return RenderedPaper(pdf, len(document.pages), {SEAL_SLOT: _place(document)})


def _words(page: str) -> str:
    """The page without its pictures."""
    return "".join(part for part in page.split('"') if not part.startswith("data:"))


def _fetcher(table: FaceTable) -> Any:
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse  # noqa: PLC0415 - heavy

    class ScanFetcher(URLFetcher):  # type: ignore[misc]  # no types are published
        def fetch(self, url: str, headers: Any = None) -> Any:
            scheme, _colon, name = url.partition(":")
            if scheme.lower() == "data":
                return super().fetch(url, headers)
            path = table.path(name) if scheme == SCHEME else None
            if path is None:
                raise FatalURLFetchingError(url[:100])
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": "font/ttf"})

    return ScanFetcher(allowed_protocols=("data", SCHEME), allow_redirects=False, fail_on_errors=True)


def _place(document: Any) -> SlotPlace:
    number = len(document.pages) - 1
    page = document.pages[number]
    left, top, right, bottom = page.anchors[f"slot-{SEAL_SLOT}"]
    x0, x1 = (round(value * _POINTS_PER_PIXEL, 2) for value in (left, right))
    y0, y1 = (round((page.height - value) * _POINTS_PER_PIXEL, 2) for value in (bottom, top))
    return SlotPlace(number, x0, y0, x1, y1)


def _plain_metadata(document: Any, pdf: Any) -> None:
    """PDF/A readers want to find the XMP packet without unpacking it."""
    del document
    pdf.objects[int(pdf.catalog["Metadata"].split()[0])].compress = False

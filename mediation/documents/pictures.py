"""A paper's pages as pictures, for screens: to be run in a worker of press.py, since pdfium is not safe for threads."""

import io
from typing import Any

from mediation.errors import NotFound
from mediation.language import _

WIDTH, PHONE_WIDTH = 1000, 720
"""Points across: sharp at a desk; sharp on a phone, whose line is slow."""
MOST_PAGES = 12
_COLOURS = 48
_GREYS = (0, 48, 96, 144, 190, 225, 241, 255)  # 241: the mark across a sample
_INKS = (
    *((grey, grey, grey) for grey in _GREYS),
    *((200, 30, 30), (220, 90, 90), (235, 150, 150), (250, 210, 210)),  # seals
    *((20, 20, 60), (60, 60, 120), (120, 120, 180), (190, 190, 225)),  # signatures
)
"""What papers are printed, sealed and signed in: sixteen, so that a point of the picture takes half a byte."""
_FAR, _MOST_FAR = 40, 0.002
"""So far off a colour is seen to be another; so many points may be."""


def page_pictures(pdf: bytes, first: int = 0, most: int = MOST_PAGES, width: int = WIDTH) -> list[bytes]:
    """Pages as PNG, `width` pixels wide, from the page `first` (0 is the first one). NotFound if there is no such page."""
    import pypdfium2  # noqa: PLC0415  heavy, and only screens need it

    document = pypdfium2.PdfDocument(pdf)
    try:
        document.init_forms()  # signatures and seals are drawn with the form's fields, and only then
        if not 0 <= first < len(document):
            raise NotFound(_("没有这一页"))
        return [_png(document[at], width) for at in range(first, min(first + most, len(document)))]
    finally:
        document.close()


def page_count(pdf: bytes) -> int:
    """How many pages a paper has."""
    import pypdfium2  # noqa: PLC0415  heavy, and only screens need it

    document = pypdfium2.PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()


def _png(page: object, width: int) -> bytes:
    """Few colours make small files: those that papers are printed in, if they do; else the page's own."""
    scale = width / page.get_width()  # type: ignore[attr-defined]  # pypdfium2 publishes no types
    image = page.render(scale=scale, may_draw_forms=True).to_pil().convert("RGB")  # type: ignore[attr-defined]  # the same
    return png_of(image)


def png_of(image: Any) -> bytes:
    """A picture as PNG in the inks of papers; with colours of its own, as a scan has them, in as many as it needs to be true."""
    from PIL import Image, ImageChops  # noqa: PLC0415  heavy, and only screens need it

    inks = Image.new("P", (1, 1))
    inks.putpalette([part for ink in _INKS for part in ink])
    drawn = image.quantize(palette=inks, dither=Image.Dither.NONE)
    off = ImageChops.difference(drawn.convert("RGB"), image).convert("L").histogram()
    if sum(off[_FAR:]) > sum(off) * _MOST_FAR:
        drawn = image.quantize(_COLOURS)
    out = io.BytesIO()
    drawn.save(out, "PNG", optimize=True)
    return out.getvalue()

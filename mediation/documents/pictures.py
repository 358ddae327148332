"""A paper's pages as pictures, for screens: to be run in a worker of press.py, since pdfium is not safe for threads."""

import io
from typing import Any

from mediation.errors import NotFound
from mediation.language import _

WIDTH, PHONE_WIDTH = 1000, 720
"""Points across: sharp at a desk; sharp on a phone, whose line is slow, and in a column beside a form."""
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


def page_pictures(
    pdf: bytes, first: int = 0, most: int = MOST_PAGES, width: int = WIDTH, *, webp: bool = False
) -> list[bytes]:
    """Pages as PNG or WebP, `width` pixels wide, from the page `first` (0 is the first one). NotFound if there is no such page."""
    import pypdfium2  # noqa: PLC0415  heavy, and only screens need it

    document = pypdfium2.PdfDocument(pdf)
    try:
        document.init_forms()  # signatures and seals are drawn with the form's fields, and only then
        if not 0 <= first < len(document):
            raise NotFound(_("没有这一页"))
        pages = range(first, min(first + most, len(document)))
        draw = webp_of if webp else png_of
        return [draw(_drawn(document[at], width)) for at in pages]
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


def png_of(image: Any) -> bytes:
    """A picture as PNG in the inks of papers: for the browsers that know nothing lighter, and for a picture within a page."""
    return _saved(_in_inks(image), "PNG", optimize=True)


def webp_of(image: Any) -> bytes:
    """The same points as WebP without loss: a third lighter, and sooner made."""
    return _saved(_in_inks(image).convert("RGB"), "WEBP", lossless=True, quality=60, method=4)


def _drawn(page: Any, width: int) -> Any:
    scale = width / page.get_width()
    return page.render(scale=scale, may_draw_forms=True).to_pil().convert("RGB")


def _in_inks(image: Any) -> Any:
    """In the few colours that papers are printed in; with colours of its own, as a scan has them, in as many as it needs to be true."""
    from PIL import Image, ImageChops  # noqa: PLC0415  heavy, and only screens need it

    inks = Image.new("P", (1, 1))
    inks.putpalette([part for ink in _INKS for part in ink])
    drawn = image.quantize(palette=inks, dither=Image.Dither.NONE)
    off = ImageChops.difference(drawn.convert("RGB"), image).convert("L").histogram()
    return image.quantize(_COLOURS) if sum(off[_FAR:]) > sum(off) * _MOST_FAR else drawn


def _saved(image: Any, kind: str, **how: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()

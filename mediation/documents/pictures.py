"""A paper's pages as pictures, for screens: to be run in a worker of press.py, since pdfium is not safe for threads."""

import io

from mediation.errors import NotFound
from mediation.language import _

WIDTH = 1000
MOST_PAGES = 12
_COLOURS = 48


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
    """Few colours make small files."""
    scale = width / page.get_width()  # type: ignore[attr-defined]  # pypdfium2 publishes no types
    image = page.render(scale=scale, may_draw_forms=True).to_pil().convert("RGB")  # type: ignore[attr-defined]  # the same
    out = io.BytesIO()
    image.quantize(_COLOURS).save(out, "PNG", optimize=True)
    return out.getvalue()

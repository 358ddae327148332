"""A paper's pages as pictures, for a phone that shows no PDF. To be run in the worker of press.py."""

import io

MOST_PAGES = 40
_POINTS = 72


def page_count(pdf: bytes) -> int:
    """How many pages a paper has."""
    import pypdfium2  # noqa: PLC0415  heavy: only the worker needs it

    document = pypdfium2.PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()


def page_picture(pdf: bytes, page: int, dots_per_inch: int = 110) -> bytes:
    """One page, counted from 1, as a PNG in shades of 16 colours: small, and sharp enough to be enlarged. IndexError."""
    import pypdfium2  # noqa: PLC0415  heavy

    document = pypdfium2.PdfDocument(pdf)
    try:
        if not 1 <= page <= min(len(document), MOST_PAGES):
            raise IndexError(page)
        picture = document[page - 1].render(scale=dots_per_inch / _POINTS, may_draw_forms=True).to_pil()
    finally:
        document.close()
    written = io.BytesIO()
    picture.convert("RGB").quantize(16).save(written, "PNG", optimize=True)
    return written.getvalue()

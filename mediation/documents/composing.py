"""A form's body filled with a snapshot: sandboxed templates, plain values, our own filters and nothing else."""

import base64
import re
import struct
import zlib
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from mediation.documents import wording
from mediation.documents.measure import bounded, counted
from mediation.errors import DocumentError
from mediation.language import _

if TYPE_CHECKING:
    from mediation.documents.sandbox import Sandbox

FILTERS: Final = {
    "day": wording.day_in_words,
    "moment": wording.moment_in_words,
    "span": wording.span_in_words,
    "money": wording.money_in_words,
    "figures": wording.money_in_figures,
    "capitals": wording.money_in_capitals,
    "numeral": wording.number_in_words,
    "paragraphs": wording.paragraphs,
    "prose": wording.prose,
    "unended": wording.unended,
    "signer": wording.signer_in_parts,
    "mask_id": wording.mask_id_number,
    "mask_phone": wording.mask_phone,
    "join": lambda parts, between="、": counted(between.join(str(part) for part in parts)),
    "length": len,
    "of_role": lambda slots, *roles: [slot for slot in slots if slot["role"] in roles],
    "of_kind": lambda things, kind: [thing for thing in things if thing["kind"] == kind],
    "not_of_kind": lambda things, kind: [thing for thing in things if thing["kind"] != kind],
    "of_key": lambda things, key: [thing for thing in things if thing["key"] == key],
    "pairs": lambda things: [things[index : index + 2] for index in range(0, len(things), 2)],
    "shortened": lambda text, count=8: text[:count],
}
"""The filters that a form may use."""

# A title's text is no place for marks of style.
_TAG = re.compile(r"(<title>[^<]*</title>|<[^<>]*>)")
_CLOSING, _OPENING = "，。、；：！？）》」』】〕”’", "（《「『【〔“‘"
_PAIR = re.compile(rf"([{_CLOSING}](?=[{_CLOSING}{_OPENING}])|[{_OPENING}](?=[{_OPENING}]))")
_FIGURE = re.compile(
    r"(?<![\d.])(\d{1,2}月\d{1,2}日|\d{1,2}时\d{2}分|第\d{1,6}号|\d{1,12}(?:\.\d{1,2})?[\u4e00-\u9fff])"
)
"""A figure and what it counts, a day and its month, a minute and its hour, the end of a number of a paper."""

_END = re.compile(r"</(?:p|td|li|h[1-6])>|<br\b")
_LAST = re.compile(rf"(?<![0-9\s])[\u4e00-\u9fff]{{2}}[{_CLOSING}]*(?=\s*\Z)")
_SHORTEST_LINE = 8
"""Of letters: what is shorter is broken nowhere in any form."""

_MASK = 2
_POINTS = 4
"""Points to a module's side: a reader that smooths pictures all the same blurs a quarter of a module."""
_SHADES = bytes([255, 0, *range(2, 256)])


def templates(files: Mapping[str, str]) -> "Sandbox":
    """The environment in which a form's templates run: everything escaped, an unknown name is an error."""
    from mediation.documents.sandbox import Sandbox  # noqa: PLC0415  heavy: only those who print need it

    return Sandbox(files, FILTERS)


def compose(form_sha256: str, files: Mapping[str, str], context: Mapping[str, Any]) -> str:
    """The page's HTML. DocumentError when the template asks for what is not there or is not allowed."""
    from jinja2 import TemplateError  # noqa: PLC0415  heavy

    try:
        template = _cached(form_sha256, tuple(sorted(files.items()))).get_template("body.html")
        with bounded():
            return spaced(template.render(context))
    except (
        TemplateError,
        TypeError,
        ValueError,
        ArithmeticError,
        LookupError,
        AttributeError,
        RecursionError,
    ) as error:
        message = _("文书模板不能填写：{what}").format(what=str(error)[:200] or type(error).__name__)
        raise DocumentError(message) from error


def spaced(html: str) -> str:
    """The page marked for the style: the first of two full-width marks gives up its gap, and no line ends within a figure.

    Nor is the last letter of a paragraph alone on its line: 单字不成行.
    """
    parts = _TAG.split(html)
    after = [*parts[1:], ""]
    return "".join(
        part if part.startswith("<") else _ended(part) if _END.match(tag) else _marked(part)
        for part, tag in zip(parts, after, strict=True)
    )


def qr_image(text: str) -> str:
    """A QR code as an image address (`data:`, vectors), error correction M."""
    import segno  # noqa: PLC0415  heavy

    return str(segno.make(text, error="m", micro=False).svg_data_uri(border=0, dark="#000", unit="mm"))


def qr_picture(text: str) -> str:
    """The same code as a picture of grey points (`data:`), a tenth of the work for the typesetter.

    The mask is always the third: of codes like ours it has the lowest penalty, or one at most a tenth above it, and weighing
    all eight takes longer than the rest of the code.
    """
    import segno  # noqa: PLC0415  heavy

    code = segno.make(text, error="m", micro=False, mask=_MASK)
    rows = [bytes(row).translate(_SHADES) for row in code.matrix]
    side = len(rows) * _POINTS
    lines = []
    for row in rows:
        wide = bytearray(side)
        for offset in range(_POINTS):
            wide[offset::_POINTS] = row
        # A line as it is, and the others of its row: no difference from the line above.
        lines += [b"\0", bytes(wide), (b"\2" + bytes(side)) * (_POINTS - 1)]
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(b"".join(lines))), (b"IEND", b"")]
    png = b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def _ended(text: str) -> str:
    """The last text of a paragraph: if it may be longer than a line, its last two letters stay together."""
    last = _LAST.search(text)
    if last is None or last.start() < _SHORTEST_LINE:
        return _marked(text)
    return f'{_marked(text[: last.start()])}<span class="whole">{_marked(last[0])}</span>{text[last.end() :]}'


def _marked(text: str) -> str:
    tight = _PAIR.sub(r'<span class="tight">\1</span>', text)
    return _FIGURE.sub(r'<span class="whole">\1</span>', tight)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@lru_cache(maxsize=32)
def _cached(form_sha256: str, files: tuple[tuple[str, str], ...]) -> "Sandbox":
    del form_sha256  # it only makes the key quick to tell apart
    return templates(dict(files))

"""What is seen in a signature slot: drawn strokes, a fingerprint, a typed name, a committee's round seal; as PDF operators.

Everything is drawn without fonts and without soft masks, so that a signed paper stays PDF/A: strokes and fingerprints
become one-bit stencils painted in ink, the characters of names and seals become outlines. Fingerprint and seal multiply with
what lies beneath, as stamping ink does: the text under a seal stays readable.
"""

import io
import math
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from mediation.clock import local_day
from mediation.documents.lettering import EM_FOOT, UNITS, broken, outline, set_line, width_of
from mediation.documents.wording import day_in_words
from mediation.errors import SigningError
from mediation.language import _

if TYPE_CHECKING:
    from PIL import Image

MOST_PIXELS = 12_000_000
MOST_BYTES = 4_000_000
_INK_BLACK = "0.05 0.06 0.12 rg"
_INK_GREY = "0.27 g"
_INK_RED = "0.80 0.08 0.10 rg"
_SEAL_RED = "0.82 0.05 0.08"
_DOTS_PER_POINT = 600 / 72
_FINEST = 1400  # dots along the longer side of a stencil
_WITHIN = 0.93  # of the box: ink that touches the ruled line looks careless
_FEWEST_INK_DOTS = 30
_NAME_SIZE = 17.0  # points, the most that a typed name has
_CAPTION_SIZE = 6.5
_CAPTION_LEADING = 8.0
_CAPTION_FOOT = 1.2  # above the ruled line
_MOST_CAPTION_LINES = 2


@dataclass(frozen=True, slots=True)
class Drawn:
    """A person's mark: strokes drawn on the tablet and/or a fingerprint, each a PNG (dark on transparent or white).

    `caption`: small words below it, such as that the paper was read to them, and who witnessed it.
    """

    strokes: bytes | None = None
    fingerprint: bytes | None = None
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """The name of one who signs by certificate without drawing, with the moment of it."""

    name: str
    moment: datetime


@dataclass(frozen=True, slots=True)
class SealFace:
    """A committee's round seal: `text` round the ring, a star in the middle, 示例 beneath it when it is a sample."""

    text: str
    sample: bool = False


Appearance = Drawn | Typed | SealFace


@dataclass(frozen=True, slots=True)
class Stencil:
    """A one-bit picture: rows padded to bytes, a 0 bit is ink; zlib-compressed."""

    width: int
    height: int
    packed: bytes


@dataclass(frozen=True, slots=True)
class Drawing:
    """Operators for a box with its origin at the lower left, and the stencils that they paint, by resource name."""

    operators: bytes
    stencils: dict[str, Stencil]


def draw(appearance: Appearance, width: float, height: float) -> Drawing:
    """The drawing of an appearance in a box of the given size in points; SigningError if a picture is unusable."""
    if isinstance(appearance, SealFace):
        return Drawing(_seal(appearance, width, height).encode(), {})
    if isinstance(appearance, Typed):
        return Drawing(_typed(appearance, width, height).encode(), {})
    return _mark(appearance, width, height)


def stencil(picture: bytes, width: float, height: float) -> Stencil:
    """The ink of a PNG as a stencil for a box of points: blank edges cut away, 600 dots an inch, edges smoothed.

    SigningError if it is not a PNG, too large, or blank.
    """
    from PIL import Image  # noqa: PLC0415 - heavy

    ink = _ink(picture)
    place = ink.point([0] * 64 + [255] * 192).getbbox()
    if place is None:
        raise SigningError(_("签名图样是空白的，请重新签名。"))
    ink = ink.crop(place)
    scale = min(width * _DOTS_PER_POINT / ink.width, height * _DOTS_PER_POINT / ink.height)
    scale = min(scale, _FINEST / max(ink.size))
    size = (max(1, round(ink.width * scale)), max(1, round(ink.height * scale)))
    ink = ink.resize(size, Image.Resampling.BICUBIC)
    limit = _threshold(ink.histogram())
    bits = ink.point([255 if level < limit else 0 for level in range(256)]).convert(
        "1", dither=Image.Dither.NONE
    )
    if bits.histogram()[0] < _FEWEST_INK_DOTS:
        raise SigningError(_("签名图样是空白的，请重新签名。"))
    return Stencil(bits.width, bits.height, zlib.compress(bits.tobytes(), 9))


def _ink(picture: bytes) -> "Image.Image":
    """How much ink lies on each dot, 0 to 255."""
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - heavy

    if len(picture) > MOST_BYTES:
        raise SigningError(_("签名图样超过 {most} MB，不予采用。").format(most=MOST_BYTES // 1_000_000))
    refused = SigningError(_("签名或者指印的图样不是可用的 PNG 图片，请重新签名，或者重新选指印图片。"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            image = Image.open(io.BytesIO(picture), formats=["PNG"])
            if image.width * image.height > MOST_PIXELS:
                raise refused
            colour = image.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError):
        raise refused from None
    paper = Image.new("RGBA", colour.size, (255, 255, 255, 255))
    return Image.alpha_composite(paper, colour).convert("L").point([255 - level for level in range(256)])


def _threshold(histogram: list[int]) -> int:
    """The level that parts ink from paper best (Otsu 1979)."""
    total = sum(histogram)
    weighted = sum(level * count for level, count in enumerate(histogram))
    below = below_weighted = 0
    best, at = -1.0, 128
    for level, count in enumerate(histogram):
        below += count
        below_weighted += level * count
        above = total - below
        if not below or not above:
            continue
        apart = below_weighted / below - (weighted - below_weighted) / above
        if below * above * apart * apart > best:
            best, at = below * above * apart * apart, level + 1
    return at


def _mark(drawn: Drawn, width: float, height: float) -> Drawing:
    lines = broken(drawn.caption, width * _WITHIN / _CAPTION_SIZE, _MOST_CAPTION_LINES)
    operators = [_captioned(lines, width)] if lines else []
    stencils: dict[str, Stencil] = {}
    foot = _CAPTION_FOOT + _CAPTION_LEADING * len(lines) if lines else 0.0
    height -= foot
    both = drawn.strokes is not None and drawn.fingerprint is not None
    if drawn.strokes is not None:
        room = width * 0.74 if both else width
        stencils["/Strokes"] = found = stencil(drawn.strokes, room, height)
        operators.append(_painted("/Strokes", found, (0, foot), (room, height), _INK_BLACK))
    if drawn.fingerprint is not None:
        room = min(width * 0.36, height * 0.82) if both else width
        stencils["/Fingerprint"] = found = stencil(drawn.fingerprint, room, height)
        corner = (width - room if both else 0, foot)
        operators.append("/Ink gs " + _painted("/Fingerprint", found, corner, (room, height), _INK_RED))
    return Drawing(" ".join(operators).encode(), stencils)


def _painted(
    name: str, picture: Stencil, corner: tuple[float, float], room: tuple[float, float], ink: str
) -> str:
    """A stencil in the middle of a box with its lower left corner at `corner`."""
    scale = min(room[0] / picture.width, room[1] / picture.height)
    across, up = picture.width * scale * _WITHIN, picture.height * scale * _WITHIN
    x, y = corner[0] + (room[0] - across) / 2, corner[1] + (room[1] - up) / 2
    return f"q {ink} {across:.2f} 0 0 {up:.2f} {x:.2f} {y:.2f} cm {name} Do Q"


def _typed(typed: Typed, width: float, height: float) -> str:
    """The name as large as the box lets it be, and below it in small that it is a signature, and of which day."""
    day = day_in_words(local_day(typed.moment))
    lines = broken(_("电子签名（证书）{day}").format(day=day), width * _WITHIN / _CAPTION_SIZE, 1)
    foot = _CAPTION_FOOT + _CAPTION_LEADING
    room = height - foot
    size = min(_NAME_SIZE, room * 0.8, width * _WITHIN / max(1.0, width_of(typed.name)))
    left = (width - size * width_of(typed.name)) / 2
    base = foot + (room - size) / 2 - EM_FOOT * size
    name = f"q {_INK_BLACK} {set_line(typed.name, left, base, size)} Q"
    return f"{name} {_captioned(lines, width)}"


def _captioned(lines: list[str], width: float) -> str:
    """Small lines at the foot of a box."""
    size, drawn = _CAPTION_SIZE, []
    for place, line in enumerate(reversed(lines)):
        left = (width - size * width_of(line)) / 2
        drawn.append(set_line(line, left, _CAPTION_FOOT + place * _CAPTION_LEADING + 0.28 * size, size))
    return f"q {_INK_GREY} {' '.join(drawn)} Q"


def _seal(face: SealFace, width: float, height: float) -> str:
    text = "".join(face.text.split())
    if not text:
        raise SigningError(_("印章上没有调委会的名称。"))
    side = min(width, height)
    radius = side / 2
    line = 0.058
    parts = [
        f"q /Ink gs {_SEAL_RED} rg {_SEAL_RED} RG {radius:.3f} 0 0 {radius:.3f} {width / 2:.2f} {height / 2:.2f} cm",
        f"{line} w {_circle(1 - line / 2)} S",
        f"{_star(0.34)} f",
        *_ring(text, widest=236 if face.sample else 270),
        *(_row(_("示例"), middle=-0.62, tall=0.22, apart=0.30) if face.sample else ()),
        "Q",
    ]
    return "\n".join(parts)


def _circle(r: float) -> str:
    k = 0.5522848 * r
    return (
        f"{r:.4f} 0 m {r:.4f} {k:.4f} {k:.4f} {r:.4f} 0 {r:.4f} c "
        f"{-k:.4f} {r:.4f} {-r:.4f} {k:.4f} {-r:.4f} 0 c "
        f"{-r:.4f} {-k:.4f} {-k:.4f} {-r:.4f} 0 {-r:.4f} c "
        f"{k:.4f} {-r:.4f} {r:.4f} {-k:.4f} {r:.4f} 0 c h"
    )


def _star(r: float) -> str:
    inner = r * math.sin(math.radians(18)) / math.sin(math.radians(54))
    points = []
    for corner in range(10):
        angle = math.radians(90 + 36 * corner)
        reach = inner if corner % 2 else r
        points.append(f"{reach * math.cos(angle):.4f} {reach * math.sin(angle):.4f}")
    return f"{points[0]} m " + " ".join(f"{point} l" for point in points[1:]) + " h"


def _ring(text: str, widest: float) -> Iterator[str]:
    """The name round the ring, read clockwise over `widest` degrees at most; long names stand smaller and narrower."""
    top = 0.885
    tall = max(0.19, min(0.29, 3.9 / len(text)))
    foot = top - tall
    step = min(26.0, widest / max(1, len(text) - 1))
    room = math.radians(step) * (foot + 0.35 * tall)
    wide = min(tall * 0.84, room * 0.97)
    first = step * (len(text) - 1) / 2
    for place, character in enumerate(text):
        turn = math.radians(first - step * place)
        cos, sin = math.cos(turn), math.sin(turn)
        yield _glyph_at(character, (cos, sin), (-foot * sin, foot * cos), wide, tall)


def _row(text: str, middle: float, tall: float, apart: float) -> Iterator[str]:
    """A short word across the seal."""
    for place, character in enumerate(text):
        x = (place - (len(text) - 1) / 2) * apart
        yield _glyph_at(character, (1.0, 0.0), (x, middle - tall / 2), tall * 0.95, tall)


def _glyph_at(
    character: str, turned: tuple[float, float], foot: tuple[float, float], wide: float, tall: float
) -> str:
    """A character's outline, upright on `foot` (the middle of its lower edge) after turning."""
    shape = outline(character)
    if shape is None:
        raise SigningError(_("字库中没有印章上的这个字：{character}").format(character=character))
    cos, sin = turned
    across, up = wide / UNITS, tall / UNITS
    low = EM_FOOT * tall
    x = foot[0] - cos * wide / 2 + sin * low
    y = foot[1] - sin * wide / 2 - cos * low
    return f"q {cos * across:.7f} {sin * across:.7f} {-sin * up:.7f} {cos * up:.7f} {x:.5f} {y:.5f} cm {shape.path} f Q"

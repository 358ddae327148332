"""Invented handwriting for demos: a name drawn with an unsteady hand, a fingerprint, a paper signed by hand and scanned.

Nobody's signature: the strokes come from the paper's own typeface, bent by noise that follows from the name.
"""

import base64
import hashlib
import io
import math
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

_FONTS = Path(__file__).parent.parent / "documents" / "fonts"
_FACES = ("paper-regular.ttf", "paper-rest.ttf", "paper-rare.ttf")
_INK = (24, 30, 64)
_RED = (190, 30, 36)
_SCALE = 150 / 72  # a scan of 150 dots an inch


def drawn_name(name: str) -> str:
    """A signature as a tablet sends it: PNG, base64."""
    return base64.b64encode(_png(_handwriting(name, 96))).decode()


def fingerprint(name: str) -> str:
    """A fingerprint as a reader sends it: PNG, base64."""
    return base64.b64encode(_png(_whorl(name, 180))).decode()


def scanned_pages(
    pdf: bytes, layout: Mapping[str, Sequence[float]], signers: Mapping[str, str], seal: str
) -> list[str]:
    """The paper's pages as they come back from the scanner: signed by hand at each slot, by parties with a finger too,
    sealed in red; JPEG, base64.

    `layout`: slot → page, x0, y0, x1, y1 in points; `signers`: slot → name. `seal`: the text round the seal.
    """
    import pypdfium2  # noqa: PLC0415  heavy, and only a paper in ink needs it

    document = pypdfium2.PdfDocument(pdf)
    pages = []
    for number in range(len(document)):
        page: Any = document[number].render(scale=_SCALE).to_pil().convert("RGB")
        for slot, (at, *box) in layout.items():
            if int(at) != number:
                continue
            if slot == "seal":
                _put(page, box, _seal(seal), 1.0)
                continue
            _put(page, box, _handwriting(signers[slot], 64), 0.95)
            if slot.startswith("party"):
                _put(page, _end_of(box), _whorl(signers[slot], 180), 0.9)
        pages.append(base64.b64encode(_scan(page, number)).decode())
    document.close()
    return pages


def _handwriting(name: str, size: int) -> Image.Image:
    chance = _chance(name)
    letters = [letter for letter in _hand(name) if letter.strip()][:12]
    width = int(size * (len(letters) * 0.94 + 0.8))
    picture = Image.new("L", (width, int(size * 1.7)))
    for place, letter in enumerate(letters):
        tile = Image.new("L", (size * 2, size * 2))
        ImageDraw.Draw(tile).text((size // 2, size // 3), letter, fill=255, font=_font(letter, size))
        tile = tile.rotate(chance.uniform(-9, 7), resample=Image.Resampling.BICUBIC)
        x = int(place * size * 0.94 - size * 0.3 + chance.uniform(-3, 3))
        y = int(chance.uniform(-0.16, 0.02) * size)
        picture.paste(255, (x, y), tile)
    return _tinted(_bent(picture, chance), _INK)


def _hand(name: str) -> str:
    """Who holds the pen: of a body, the one in brackets behind its name."""
    whole, _open, rest = name.partition("（")
    return rest.rstrip("）") or whole


def _bent(picture: Image.Image, chance: random.Random) -> Image.Image:
    """Slanted, and swaying from line to line, as a hand does."""
    slant = chance.uniform(0.12, 0.26)
    swing, phase = chance.uniform(1.0, 2.2), chance.uniform(0, 6)
    out = Image.new("L", picture.size)
    for y in range(picture.height):
        row = picture.crop((0, y, picture.width, y + 1))
        shift = int(slant * (picture.height / 2 - y) + swing * math.sin(y / 9 + phase))
        out.paste(ImageChops.offset(row, shift, 0), (0, y))
    return out.filter(ImageFilter.GaussianBlur(0.6))


def _whorl(name: str, size: int) -> Image.Image:
    chance = _chance("finger" + name)
    phase, tilt = chance.uniform(0, 6), chance.uniform(0.75, 0.95)
    ink = Image.new("L", (size, int(size * 1.25)))
    pixels: Any = ink.load()
    middle_x, middle_y = size * 0.5, size * 0.62
    for y in range(ink.height):
        for x in range(size):
            across, down = (x - middle_x) / (size * 0.5), (y - middle_y) / (size * 0.6)
            from_middle = math.hypot(across, down)
            if from_middle > 1:
                continue
            turn = math.atan2(down, across)
            ridge = math.sin(78 * (from_middle * tilt + 0.05 * math.sin(3 * turn + phase)) + phase + turn)
            strength = (0.35 + 0.65 * max(0.0, ridge)) if ridge > -0.15 else 0.0  # noqa: PLR2004  width of a ridge
            fade = 1 - from_middle**6
            pixels[x, y] = int(255 * strength * fade * chance.uniform(0.72, 1))
    return _tinted(ink, _RED)


def _seal(text: str) -> Image.Image:
    """The sample seal of a paper signed by hand: ring, star, name, 示例."""
    side = 300
    picture = Image.new("L", (side, side))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((6, 6, side - 6, side - 6), outline=255, width=8)
    star = []
    for corner in range(10):
        reach = 46 if corner % 2 == 0 else 18
        angle = math.radians(-90 + 36 * corner)
        star.append((side / 2 + reach * math.cos(angle), side / 2 + reach * math.sin(angle)))
    draw.polygon(star, fill=255)
    step = min(24.0, 250 / max(1, len(text) - 1))
    for place, letter in enumerate(text):
        angle = -step * (len(text) - 1) / 2 + step * place
        tile = Image.new("L", (side, side))
        ImageDraw.Draw(tile).text((side / 2, 36), letter, fill=255, font=_font(letter, 34), anchor="mm")
        picture = ImageChops.lighter(picture, tile.rotate(-angle, resample=Image.Resampling.BICUBIC))
    ImageDraw.Draw(picture).text((side / 2, 222), "示 例", fill=255, font=_font("示", 32), anchor="mm")
    return _tinted(picture, (200, 24, 30))


def _end_of(box: Sequence[float]) -> tuple[float, float, float, float]:
    """Where a finger is pressed: over the end of the name."""
    x0, y0, x1, y1 = box
    return (x0 + (x1 - x0) * 0.62, y0, x1, y1)


def _put(page: Image.Image, box: Sequence[float], mark: Image.Image, share: float) -> None:
    """In the middle of the box, as large as fits within that share of it."""
    x0, y0, x1, y1 = (value * _SCALE for value in box)
    room, height = x1 - x0, y1 - y0
    scale = min(room / mark.width, height / mark.height) * share
    small = mark.resize(
        (max(1, int(mark.width * scale)), max(1, int(mark.height * scale))), Image.Resampling.LANCZOS
    )
    left = int(x0 + (room - small.width) / 2)
    top = int(page.height - y1 + (height - small.height) / 2)
    page.paste(small, (left, top), small)


def _scan(page: Image.Image, number: int) -> bytes:
    """A little askew and not quite white, as a page from the glass is."""
    askew = page.rotate(
        0.35 if number % 2 else -0.3, resample=Image.Resampling.BICUBIC, fillcolor=(252, 251, 247)
    )
    paper = ImageChops.multiply(askew, Image.new("RGB", askew.size, (252, 251, 247)))
    out = io.BytesIO()
    paper.save(out, "JPEG", quality=82)
    return out.getvalue()


def _font(letter: str, size: int) -> ImageFont.FreeTypeFont:
    for face in _FACES:
        path = _FONTS / face
        if path.exists():
            font = ImageFont.truetype(str(path), size)
            if font.getmask(letter).getbbox() != font.getmask("\U0010fffd").getbbox():
                return font
    return ImageFont.truetype(str(next(_FONTS.glob("*.ttf"))), size)


def _tinted(ink: Image.Image, colour: tuple[int, int, int]) -> Image.Image:
    tinted = Image.new("RGBA", ink.size, (*colour, 0))
    tinted.putalpha(ink)
    return tinted


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _chance(name: str) -> random.Random:
    """The same name always draws the same: noise for a picture, not a secret."""
    return random.Random(hashlib.sha256(name.encode()).digest())  # noqa: S311

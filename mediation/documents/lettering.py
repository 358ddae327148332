"""Characters as outlines, set in a line: for what is drawn on a paper after it is printed, where no font may be added."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

UNITS: Final = 240
"""Outlines are rounded to this many units an em: 0.02 mm on a seal of 42 mm."""

EM_FOOT: Final = -0.12
"""A Han character's em square reaches from 0.12 em below the base line to 0.88 em above it."""

_FONTS = Path(__file__).with_name("fonts")
_BOLD, _REGULAR = "paper-bold.ttf", "paper-regular.ttf"
_SPARE = ("paper-rest.ttf", "paper-rare.ttf")
_SHAPELESS = "□"
_CUT = "…"
_NOT_FIRST = "，。、；：！？）》」』】"


@dataclass(frozen=True, slots=True)
class Outline:
    """A character as path operators in units from its base line, and how far the next one stands off, in em."""

    path: str
    advance: float


def set_line(text: str, left: float, base: float, size: float) -> str:
    """The operators that fill a line of text in the regular face, beginning at `left` on the base line; in points.

    A character that no shipped face has is shown as an empty box: the paper itself says who signs where.
    """
    parts, at, scale = [], left, size / UNITS
    for character in text:
        shape = _shaped(character)
        if shape.path:
            parts.append(f"q {scale:.5f} 0 0 {scale:.5f} {at:.2f} {base:.2f} cm {shape.path} f Q")
        at += shape.advance * size
    return " ".join(parts)


def width_of(text: str) -> float:
    """How wide a line is, in em."""
    return sum(_shaped(character).advance for character in text)


def broken(text: str, room: float, most: int) -> list[str]:
    """The lines of a text for a room of so many em; what does not go into the most lines is cut off with a mark."""
    lines = [""]
    for character in " ".join(text.split()):
        if width_of(lines[-1] + character) > room and character not in _NOT_FIRST:
            lines.append("")
        lines[-1] += character if lines[-1] else character.strip()
    if len(lines) > most:
        kept = lines[most - 1]
        while kept and width_of(kept + _CUT) > room:
            kept = kept[:-1]
        lines = [*lines[: most - 1], kept + _CUT]
    return [line for line in lines if line]


@lru_cache(maxsize=1024)
def outline(character: str, *, bold: bool = True) -> Outline | None:
    """A character's outline, from the first shipped face that has it; None when none has."""
    from fontTools.pens.basePen import BasePen  # noqa: PLC0415 - heavy, and only what is signed needs it

    class _Pen(BasePen):  # type: ignore[misc]  # fontTools publishes no types
        def __init__(self, glyphs: Any, unit: float) -> None:
            super().__init__(glyphs)
            self.parts: list[str] = []
            self.unit = unit

        def _at(self, *points: tuple[float, float]) -> str:
            return " ".join(f"{round(x * self.unit)} {round(y * self.unit)}" for x, y in points)

        def _moveTo(self, pt: tuple[float, float]) -> None:  # noqa: N802 - the library's name
            self.parts.append(f"{self._at(pt)} m")

        def _lineTo(self, pt: tuple[float, float]) -> None:  # noqa: N802 - the library's name
            self.parts.append(f"{self._at(pt)} l")

        def _curveToOne(self, *points: tuple[float, float]) -> None:  # noqa: N802 - the library's name
            self.parts.append(f"{self._at(*points)} c")

        def _closePath(self) -> None:  # noqa: N802 - the library's name
            self.parts.append("h")

    font = _font_with(character, _BOLD if bold else _REGULAR)
    if font is None:
        return None
    em = font["head"].unitsPerEm
    glyphs = font.getGlyphSet()
    glyph = glyphs[font.getBestCmap()[ord(character)]]
    pen = _Pen(glyphs, UNITS / em)
    glyph.draw(pen)
    return Outline(" ".join(pen.parts), glyph.width / em)


def _shaped(character: str) -> Outline:
    found = outline(character, bold=False) or outline(_SHAPELESS, bold=False)
    assert found is not None  # the box is in the regular face
    return found


def _font_with(character: str, first: str) -> Any:
    return next(
        (font for font in (_font(face) for face in (first, *_SPARE)) if ord(character) in font.getBestCmap()),
        None,
    )


@lru_cache(maxsize=4)
def _font(face: str) -> Any:
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - heavy, and only what is signed needs it

    return TTFont(_FONTS / face, lazy=True)

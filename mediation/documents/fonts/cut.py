"""Makes the shipped faces from their sources; a maintainer runs it when a source or the character list changes.

    npm pack @expo-google-fonts/noto-serif-sc@0.4.3          # then unpack it
    apt-get download fonts-babelstone-han                    # then dpkg-deb -x
    python -m mediation.documents.fonts.cut --noto DIR --rare BabelStoneHan.ttf

Four faces come out, without layout features or hinting, each under a name of its own:

* `paper-regular.ttf`, `paper-bold.ttf`: Noto Serif SC, the 8,105 characters of 通用规范汉字表 and punctuation,
  with ☐ and ☑ drawn here. Every paper is set in these two.
* `paper-rest.ttf`: every other character of Noto Serif SC regular. Loaded when a text needs it.
* `paper-rare.ttf`: BabelStone Han, extensions C to H. Loaded when a text needs it.
"""

import argparse
from pathlib import Path
from typing import Any

from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FOLDER = Path(__file__).parent
VERSION = "Version 1.000"
CHANGED = "Changed in November 2026: cut to the characters of paper forms, layout features dropped, renamed."

# Every form's punctuation, ticks, ordinals, units and the letters of foreign names.
_SIGNS = (
    (0x20, 0x7E), (0xA0, 0xAC), (0xAE, 0x17F), (0x1CD, 0x1DC), (0x391, 0x3C9), (0x2010, 0x2027), (0x2030, 0x203B),
    (0x2070, 0x208E), (0x2100, 0x214D), (0x2160, 0x217B), (0x2190, 0x2199), (0x2200, 0x22A5), (0x2460, 0x249B),
    (0x2500, 0x25FF), (0x2605, 0x2606), (0x2640, 0x2642), (0x2713, 0x2713), (0x3000, 0x3029), (0x3220, 0x3229),
    (0x32A3, 0x32A3), (0x3380, 0x33D4), (0xFF01, 0xFF5E), (0xFFE0, 0xFFE6),
)  # fmt: skip
_EMPTY_BOX, _TICKED_BOX = ord("☐"), ord("☑")
_WINDOWS, _UNICODE, _ENGLISH = 3, 1, 0x409  # platform, encoding and language of name records
_RARE = ((0x2A700, 0x2EBEF), (0x30000, 0x323AF))
_ASIDE = [
    "GSUB",
    "GPOS",
    "GDEF",
    "BASE",
    "STAT",
    "vhea",
    "vmtx",
    "gasp",
    "prep",
    "fpgm",
    "cvt ",
    "FFTM",
    "VORG",
]


def main() -> None:
    parser = argparse.ArgumentParser(description="cut the shipped faces")
    parser.add_argument("--noto", type=Path, required=True, help="unpacked folder of the npm package")
    parser.add_argument("--rare", type=Path, required=True, help="BabelStoneHan.ttf")
    sources = parser.parse_args()
    regular = sources.noto / "400Regular" / "NotoSerifSC_400Regular.ttf"
    bold = sources.noto / "700Bold" / "NotoSerifSC_700Bold.ttf"
    wanted = standard_characters() | _between(_SIGNS) | {_EMPTY_BOX, _TICKED_BOX}
    whole = set(TTFont(regular, lazy=True).getBestCmap())
    cut(regular, "paper-regular", "Mediation Paper", "Regular", wanted)
    cut(bold, "paper-bold", "Mediation Paper", "Bold", wanted)
    cut(regular, "paper-rest", "Mediation Paper Rest", "Regular", whole - wanted)
    cut(sources.rare, "paper-rare", "Mediation Paper Rare", "Regular", _between(_RARE) - whole)


def standard_characters() -> set[int]:
    """The code points of 通用规范汉字表."""
    lines = (FOLDER / "standard-characters.txt").read_text(encoding="utf-8").splitlines()
    return {ord(character) for line in lines if not line.startswith("#") for character in line.strip()}


def cut(source: Path, name: str, family: str, style: str, wanted: set[int]) -> None:
    """Write one face that holds the wanted characters of the source; the same source gives the same bytes."""
    font = TTFont(source, recalcTimestamp=False)
    if _EMPTY_BOX in wanted:
        _draw_boxes(font)
    options = Options()
    options.layout_features = []
    options.hinting = False
    options.drop_tables = [*options.drop_tables, *_ASIDE]
    options.name_IDs = ["*"]
    options.notdef_outline = True
    options.glyph_names = False
    options.recalc_timestamp = False
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=sorted(wanted))
    subsetter.subset(font)
    _rename(font, name, family, style)
    font.save(FOLDER / f"{name}.ttf")


def _between(ranges: tuple[tuple[int, int], ...]) -> set[int]:
    return {point for first, last in ranges for point in range(first, last + 1)}


def _rename(font: TTFont, name: str, family: str, style: str) -> None:
    names = font["name"]
    kept = {0, 7, 13, 14}  # copyright, trademark, licence, licence address
    names.names = [
        record for record in names.names if record.nameID in kept and record.platformID == _WINDOWS
    ]
    full = f"{family} {style}"
    texts = {1: family, 2: style, 3: f"{VERSION};{name}", 4: full, 5: VERSION, 6: name, 10: CHANGED}
    for number, text in texts.items():
        names.setName(text, number, _WINDOWS, _UNICODE, _ENGLISH)


def _draw_boxes(font: TTFont) -> None:
    """Add ☐ and ☑, which neither source has, in the weight of the face's own strokes."""
    bold = font["OS/2"].usWeightClass >= 600  # noqa: PLR2004  weights of the OpenType standard
    stroke = 64 if bold else 40
    tick = ((205, 420), (275, 470), (440, 265), (735, 690), (800, 635), (445, 120))
    for point, ticked in ((_EMPTY_BOX, False), (_TICKED_BOX, True)):
        pen = TTGlyphPen(None)
        _rectangle(pen, 100, -20, 900, 780)
        _rectangle(pen, 100 + stroke, -20 + stroke, 900 - stroke, 780 - stroke, hole=True)
        if ticked:
            _outline(pen, tick[::-1])
        name = f"uni{point:04X}"
        font["glyf"][name] = pen.glyph()
        font["hmtx"][name] = (1000, 100)
        if "vmtx" in font:
            font["vmtx"][name] = (1000, 100)
        for table in font["cmap"].tables:
            if table.isUnicode() and table.format in {4, 12}:
                table.cmap[point] = name


def _rectangle(pen: Any, left: int, bottom: int, right: int, top: int, *, hole: bool = False) -> None:
    corners = ((left, bottom), (left, top), (right, top), (right, bottom))
    _outline(pen, corners[::-1] if hole else corners)


def _outline(pen: Any, points: tuple[tuple[int, int], ...]) -> None:
    pen.moveTo(points[0])
    for point in points[1:]:
        pen.lineTo(point)
    pen.closePath()


if __name__ == "__main__":
    main()

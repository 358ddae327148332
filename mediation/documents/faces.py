"""The closed table of faces that papers are set in: the shipped ones, and those of a site's folder `fonts/`."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from mediation.errors import FormError, Problem
from mediation.language import _

SCHEME: Final = "face"
"""Style sheets name a face as `face:NAME`; nothing else of the file system can be named."""

_FOLDER = Path(__file__).with_name("fonts")
_FAMILY, _TYPOGRAPHIC_FAMILY = 1, 16
_BODY_NAMES = ("仿宋", "fangsong")
_TITLE_NAMES = ("小标宋", "xiaobiaosong")
_BLANKS = frozenset("\t\n\r")


@dataclass(frozen=True, slots=True)
class Face:
    """One font file. `use`: text (regular and bold of every paper), spare (when a text needs it), body, title, site."""

    name: str
    path: Path
    family: str
    weight: int
    use: str


@dataclass(frozen=True, slots=True)
class FaceTable:
    """The faces of one site, in the order in which they are tried."""

    faces: tuple[Face, ...]

    def path(self, name: str) -> Path | None:
        """The file of a face, None when the table does not hold it."""
        return next((face.path for face in self.faces if face.name == name), None)

    def needed(self, text: str) -> tuple[Face, ...]:
        """The faces to load for a text: spare ones only when it has a character that no other face has."""
        always = tuple(face for face in self.faces if face.use != "spare")
        left = _without(text, always)
        spare = []
        for face in self.faces:
            if left and face.use == "spare" and left & characters(face.path):
                spare.append(face)
                left -= characters(face.path)
        return (*always, *spare)

    def lacking(self, text: str) -> list[str]:
        """The characters of a text that no face has, each once, in order."""
        left = _without(text, self.needed(text))
        return [character for character in dict.fromkeys(text) if ord(character) in left]

    def style(self, faces: Iterable[Face]) -> str:
        """The style sheet that loads the faces and names the stacks `--body` and `--title`."""
        rules = [
            f'@font-face{{font-family:"{face.family}";font-weight:{face.weight};src:url("{SCHEME}:{face.name}")}}'
            for face in faces
        ]
        stacks = f":root{{--body:{self._stack('body')};--title:{self._stack('title')}}}"
        return "\n".join([*rules, stacks])

    def _stack(self, use: str) -> str:
        order = {use: 0, "text": 1, "spare": 2}
        families = [face.family for face in sorted(self.faces, key=lambda face: order.get(face.use, 3))]
        return ",".join(f'"{family}"' for family in dict.fromkeys(families))


def face_table(site: Path | None = None) -> FaceTable:
    """The shipped faces and a site's. FormError naming every file in the site's `fonts/` that is no font."""
    return _table(site, _font_files(site))


@lru_cache(maxsize=8)
def _table(site: Path | None, files: tuple[tuple[str, int, int], ...]) -> FaceTable:
    """Read once for as long as the site's files are the same."""
    return FaceTable((*_shipped(), *(_of_site(site) if site and files else ())))


def _font_files(site: Path | None) -> tuple[tuple[str, int, int], ...]:
    """The files of a site's `fonts/`, each with its size and time: a font added is used by the next paper."""
    folder = site / "fonts" if site else None
    files = sorted(folder.iterdir()) if folder and folder.is_dir() else []
    return tuple((file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files)


@lru_cache(maxsize=64)
def characters(path: Path) -> frozenset[int]:
    """The code points that a font file has a shape for."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415  heavy: only those who print need it

    with path.open("rb") as file, TTFont(file, lazy=True) as font:
        return frozenset(font.getBestCmap())


def _shipped() -> tuple[Face, ...]:
    return (
        Face("paper-regular", _FOLDER / "paper-regular.ttf", "Mediation Paper", 400, "text"),
        Face("paper-bold", _FOLDER / "paper-bold.ttf", "Mediation Paper", 700, "text"),
        Face("paper-rest", _FOLDER / "paper-rest.ttf", "Mediation Paper Rest", 400, "spare"),
        Face("paper-rare", _FOLDER / "paper-rare.ttf", "Mediation Paper Rare", 400, "spare"),
    )


def _of_site(site: Path) -> Iterable[Face]:
    from fontTools.ttLib import TTLibError  # noqa: PLC0415  heavy

    folder = site / "fonts"
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    faces, problems = [], []
    for ordinal, file in enumerate(
        (file for file in files if file.suffix.lower() in {".ttf", ".otf"}), start=1
    ):
        try:
            names = _family_names(file)
            characters(file)
        except (TTLibError, OSError, KeyError, ValueError, AssertionError, AttributeError):
            problems.append(Problem(_("不是可用的字体文件（TTF或OTF）"), file=str(file)))
            continue
        faces.append(Face(f"site-{ordinal}", file, f"Site Face {ordinal}", 400, _use(names)))
    if problems:
        raise FormError(problems)
    return faces


def _family_names(path: Path) -> str:
    from fontTools.ttLib import TTFont  # noqa: PLC0415  heavy

    with path.open("rb") as file, TTFont(file, lazy=True) as font:
        records = [record for record in font["name"].names if record.nameID in {_FAMILY, _TYPOGRAPHIC_FAMILY}]
        return " ".join([path.stem, *(record.toUnicode() for record in records)]).lower().replace(" ", "")


def _use(names: str) -> str:
    if any(name in names for name in _TITLE_NAMES):
        return "title"
    return "body" if any(name in names for name in _BODY_NAMES) else "site"


def _without(text: str, faces: Iterable[Face]) -> set[int]:
    left = {ord(character) for character in set(text) - _BLANKS}
    for face in faces:
        if not left:
            break
        left -= characters(face.path)
    return left

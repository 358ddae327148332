"""Makes the pictures of this folder: every form set from its sample, its pages side by side. Needs poppler-utils.

python docs/gallery/make.py [SITE] [--signed PAPER.pdf]

`--signed`: also agreement_signed.png, from an agreement signed in the demo (`./run demo --out DIR`, DIR/documents).
"""  # noqa: INP001  a script, not a package

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from mediation.documents.forms import load_forms
from mediation.documents.press import Renderer

FOLDER = Path(__file__).parent
DOTS_PER_INCH = 75
COLOURS = 64
GAP = 12


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("site", nargs="?", type=Path)
    parser.add_argument("--signed", type=Path)
    wanted = parser.parse_args()
    with Renderer(wanted.site) as press:
        for name, form in load_forms(wanted.site).items():
            keep(name, press.render(form, form.sample).pdf)
    if wanted.signed:
        keep("agreement_signed", wanted.signed.read_bytes())


def keep(name: str, pdf: bytes) -> None:
    picture = FOLDER / f"{name}.png"
    side_by_side(pictures(pdf)).save(picture, optimize=True)
    sys.stdout.write(f"{picture.name} {picture.stat().st_size}\n")


def pictures(pdf: bytes) -> list[Image.Image]:
    """Each page as a picture."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "paper.pdf").write_bytes(pdf)
        words = ["pdftoppm", "-r", str(DOTS_PER_INCH), "-png", "paper.pdf", "page"]
        subprocess.run(words, cwd=folder, check=True)  # noqa: S603  our own words
        return [Image.open(file).convert("RGB").copy() for file in sorted(Path(folder).glob("page*.png"))]


def side_by_side(pages: list[Image.Image]) -> Image.Image:
    width = sum(page.width for page in pages) + GAP * (len(pages) + 1)
    sheet = Image.new("RGB", (width, pages[0].height + 2 * GAP), "#c8c8c8")
    left = GAP
    for page in pages:
        sheet.paste(page, (left, GAP))
        left += page.width + GAP
    return sheet.quantize(COLOURS, method=Image.Quantize.FASTOCTREE)


if __name__ == "__main__":
    main()

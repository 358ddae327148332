"""Reads papers back with poppler's programs, which know nothing of how they were made."""

import re
import subprocess
from pathlib import Path

_WORD = re.compile(r'<word .*yMax="([\d.]+)">(.*)</word>')


def text_of(pdf: bytes, folder: Path) -> str:
    """All text of the paper, without spaces and line ends."""
    return "".join(_run("pdftotext", "-raw", _kept(pdf, folder), "-").split())


def pages_of(pdf: bytes, folder: Path) -> list[str]:
    """The text of each page."""
    return _run("pdftotext", "-raw", _kept(pdf, folder), "-").split("\f")[:-1]


def words_of(pdf: bytes, folder: Path) -> list[tuple[int, str, float]]:
    """(page, word, its lower edge in points from above) of each word."""
    found, page = [], 0
    for line in _run("pdftotext", "-bbox", _kept(pdf, folder), "-").splitlines():
        page += "<page " in line
        if word := _WORD.search(line):
            found.append((page, word[2], float(word[1])))
    return found


def fonts_of(pdf: bytes, folder: Path) -> list[tuple[str, str, str]]:
    """(name without the subset's letters, embedded, has a Unicode map) of each font, by name."""
    rows = _run("pdffonts", _kept(pdf, folder)).splitlines()[2:]
    found = [row.split() for row in rows]
    return sorted((row[0].partition("+")[2], row[-5], row[-3]) for row in found)


def _kept(pdf: bytes, folder: Path) -> str:
    file = folder / "paper.pdf"
    file.write_bytes(pdf)
    return str(file)


def _run(*words: str) -> str:
    try:
        done = subprocess.run(words, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise AssertionError("poppler-utils is missing: ./run test sets it up") from error
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()

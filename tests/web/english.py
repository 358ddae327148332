"""What of a page a reader of English cannot read: Chinese that is neither marked as such nor somebody's own words."""

import csv
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import yaml  # type: ignore[import-untyped]  # it has no stubs

from mediation.catalogue import read_catalogue
from tests.translation import CATALOGUE

CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+")
"""Han, and the punctuation that goes with it."""
_NUMBERS = re.compile(r"\w*〔\d{4}〕\w*?(?:第)?\d+号|临-[0-9A-Z]{8}(?:-C\d+)?|\w+\*+")
"""Numbers of cases and papers, and masked names."""
_SEEN = ("title", "alt", "placeholder", "aria-label", "label")
_WITHOUT_END = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
_CODES = frozenset({"hidden", "checkbox", "radio"})


def own_words(folder: Path) -> set[str]:
    """What the files of a site say in its own words: names, titles, what people told. Words of the program are left out."""
    found: set[str] = set()
    for path in folder.iterdir():
        if path.suffix == ".csv":
            with path.open(encoding="utf-8", newline="") as file:
                found |= {cell for row in list(csv.reader(file))[1:] for cell in row}
        elif path.suffix == ".yaml":
            found |= set(_leaves(yaml.safe_load(path.read_text(encoding="utf-8"))))
    lines = {line.strip() for one in found for line in one.splitlines()}
    return {one for one in lines if CHINESE.search(one)} - read_catalogue(CATALOGUE).keys()


class OwnWords:
    """Takes out of a piece of text what is in somebody's own words, the longest first."""

    def __init__(self, words: Iterable[str]) -> None:
        self._by_first: dict[str, list[str]] = {}
        for word in sorted(words, key=len, reverse=True):
            self._by_first.setdefault(word[:1], []).append(word)

    @lru_cache(20_000)  # noqa: B019  it lives as long as its test
    def hold(self, piece: str) -> bool:
        """Is all that is Chinese in the piece in their words, a number, or a masked name?"""
        piece = _NUMBERS.sub("", piece)
        at = 0
        while at < len(piece):
            word = next((one for one in self._by_first.get(piece[at], ()) if piece.startswith(one, at)), "")
            if not word and CHINESE.match(piece[at]):
                return False
            at += len(word) or 1
        return True


def unread(text: str, own: OwnWords) -> list[str]:
    """The pieces of a page with Chinese in them, each as it stands there, that are not in own words."""
    page = _Page()
    page.feed(text)
    page.close()
    return [one for one in page.pieces if not own.hold(one)]


class _Page(HTMLParser):
    """Collects what is seen or read aloud, outside of elements whose language is Chinese."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._within: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        language = told.get("lang", "")
        chinese = language.startswith("zh") if language else self._is_chinese
        seen = [told.get(name, "") for name in _SEEN]
        listed = tag == "option" and "datalist" in [name for name, _chinese in self._within]
        if listed or (tag == "input" and told.get("type") not in _CODES):
            seen.append(told.get("value", ""))
        if not chinese:
            self.pieces += [one for one in seen if CHINESE.search(one)]
        if tag not in _WITHOUT_END:
            self._within.append((tag, chinese))

    def handle_endtag(self, tag: str) -> None:
        while self._within and self._within.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self._is_chinese and CHINESE.search(data) and self._within[-1][0] not in {"script", "style"}:
            self.pieces.append(" ".join(data.split()))

    @property
    def _is_chinese(self) -> bool:
        return self._within[-1][1] if self._within else False


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():
            yield from _leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one)
    elif isinstance(value, str):
        yield value


def links(text: str, here: str) -> list[str]:
    """Where a page leads within the application."""
    found = [urljoin(here, unescape(one)) for one in re.findall(r'<a\b[^>]*\bhref="([^"]+)"', text)]
    return list(dict.fromkeys(one.partition("#")[0] for one in found if one.startswith("/")))

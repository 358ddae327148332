"""Words looked for in files as bytes, in every way in which a program might have written them."""

import base64
import json
import os
import re
import urllib.parse
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import groupby
from pathlib import Path


def writings(word: str) -> Mapping[str, bytes]:
    """The word as bytes: text of two encodings, escaped in JSON or in an address, and the part of base64 that is sure."""
    plain = word.encode()
    return {
        "utf-8": plain,
        "utf-16-le": word.encode("utf-16-le"),
        "json": json.dumps(word)[1:-1].encode(),
        "url": urllib.parse.quote(word).encode(),
        "base64": base64.b64encode(plain[: len(plain) // 3 * 3]),
    }


def found_in_files(words: Iterable[str], places: Iterable[Path]) -> list[tuple[str, str]]:
    """(word, file) for each word that stands in a file, or in a file below a folder."""
    sought = {form: word for word in words for form in writings(word).values()}
    pattern = re.compile(_any_of(sorted(sought)))
    found = set()
    for place in places:
        files = [place] if place.is_file() else [path for path in place.rglob("*") if path.is_file()]
        for path in files:
            with suppress(FileNotFoundError):  # a database at work deletes some of its files
                found |= {(sought[match], str(path)) for match in pattern.findall(path.read_bytes())}
    return sorted(found)


def _any_of(forms: Sequence[bytes]) -> bytes:
    """An expression for any of these, given in order, the longest first; what several begin with is compared only once.

    One after another, thousands of them took a second and more for each MiB.
    """
    start = os.path.commonprefix(forms)  # noqa: RUF071 — bytes, no paths
    rest = [form.removeprefix(start) for form in forms]
    longer = [form for form in rest if form]
    if not longer:
        return re.escape(start)
    branches = b"|".join(_any_of(list(alike)) for _first, alike in groupby(longer, key=lambda form: form[:1]))
    return re.escape(start) + b"(?:" + branches + b")" + (b"?" if len(longer) < len(rest) else b"")

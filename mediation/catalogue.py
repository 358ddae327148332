"""Reads gettext catalogues as they are written (.po): there is no compiled file that could fall out of step."""

import ast
from pathlib import Path


def read_catalogue(path: Path) -> dict[str, str]:
    """Message → translation, without the header and without fuzzy or empty entries. Singular messages only."""
    found: dict[str, str] = {}
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        message, translation = _entry(block)
        if message and translation:
            found[message] = translation
    return found


def _entry(block: str) -> tuple[str, str]:
    parts: dict[str, list[str]] = {"msgid": [], "msgstr": []}
    part = ""
    for line in block.splitlines():
        if line.startswith("#"):
            if line.startswith("#,") and "fuzzy" in line:
                return "", ""
            continue
        word, _space, rest = line.partition(" ")
        if word in parts:
            part = word
        held = rest if word in parts else line
        if part and held.startswith('"'):
            parts[part].append(ast.literal_eval(held))
    return "".join(parts["msgid"]), "".join(parts["msgstr"])

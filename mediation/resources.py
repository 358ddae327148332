"""Where definitions, forms and site files are: shipped inside the wheel, or in the checkout; a site overlays both."""

import tomllib
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGE = Path(__file__).parent


def program_version() -> str:
    """The program's version: as it was installed, or as the checkout that it runs from says."""
    try:
        return version("mediation")
    except PackageNotFoundError:
        with suppress(OSError, tomllib.TOMLDecodeError, KeyError):
            written = (_PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8")
            return str(tomllib.loads(written)["project"]["version"])
        return "unknown"


def shipped(kind: str) -> Path:
    """The shipped folder of a kind: `workflows` or `templates`."""
    inside = _PACKAGE / "_shipped" / kind
    return inside if inside.is_dir() else _PACKAGE.parent / kind


def folders(kind: str, under: str = "", site: Path | None = None) -> dict[str, Path]:
    """Name → folder of each entry of a kind; a site's folder of the same name stands before the shipped one.

    `folders("workflows")` or `folders("templates", "documents", site)`.
    """
    found: dict[str, Path] = {}
    for root in _roots(kind, under, site):
        for folder in sorted(root.iterdir()):
            if folder.is_dir() and not folder.name.startswith((".", "_")):
                found[folder.name] = folder
    return dict(sorted(found.items()))


def _roots(kind: str, under: str, site: Path | None) -> Iterator[Path]:
    for base in (shipped(kind), site / kind if site else None):
        if base is not None and (base / under).is_dir():
            yield base / under

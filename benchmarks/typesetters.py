"""The same agreement by Chromium and by LibreOffice, where this machine has them.

Chromium is kept warm with one page open, in a process of its own, and sets the paper's own page and styles. LibreOffice sets
a text document that it made of that page beforehand; what one more document in the same call costs is counted.
"""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_MORE = 8
"""How many documents a longer call of LibreOffice sets beyond the first."""


def chromium() -> str:
    """Its command; empty where there is none, or nothing to drive it with."""
    try:
        import playwright  # noqa: F401, PLC0415
    except ImportError:
        return ""
    return next((found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), "")


def chromium_setting(command: str, page: str, styles: Sequence[str]) -> bytes:
    """The page set by the one Chromium of this process."""
    if not _open:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415  only in the worker

        driver = sync_playwright().start()
        browser = driver.chromium.launch(executable_path=command, args=["--no-sandbox"])
        _open.extend((browser.new_page(), browser.version))
    _open[0].set_content(whole(page, styles))
    return bytes(_open[0].pdf(prefer_css_page_size=True, print_background=True))


def chromium_version() -> str:
    """Of the browser that is open in this process."""
    return str(_open[1])


_open: list[Any] = []


def libreoffice() -> str:
    """Its command; empty where there is none."""
    return shutil.which("soffice") or ""


def libreoffice_version(command: str) -> str:
    """As it says itself."""
    told = subprocess.run([command, "--version"], capture_output=True, text=True, check=True).stdout.split()
    return " ".join(told[:2])


class LibreOffice:
    """Sets copies of one document in a folder of its own, with a profile of its own."""

    def __init__(self, command: str, folder: Path, page: str, styles: Sequence[str]) -> None:
        self._words = [command, "--headless", f"-env:UserInstallation=file://{folder / 'profile'}"]
        self._folder = folder
        (folder / "paper.html").write_text(whole(page, styles), encoding="utf-8")
        self._convert("odt:writer8", [folder / "paper.html"])
        self._sources = [folder / f"paper-{number}.odt" for number in range(_MORE + 1)]
        for source in self._sources:
            shutil.copyfile(folder / "paper.odt", source)

    def one_more(self) -> tuple[float, int]:
        """Seconds and bytes of one document more in a call."""
        first = self._seconds(self._sources[:1])
        many = self._seconds(self._sources)
        return (many - first) / _MORE, (self._folder / "paper-0.pdf").stat().st_size

    def _seconds(self, sources: Sequence[Path]) -> float:
        begun = time.perf_counter()
        self._convert("pdf", sources)
        return time.perf_counter() - begun

    def _convert(self, to: str, sources: Sequence[Path]) -> None:
        words = [*self._words, "--convert-to", to, "--outdir", str(self._folder), *map(str, sources)]
        subprocess.run(words, check=True, capture_output=True, timeout=300)


def whole(page: str, styles: Sequence[str]) -> str:
    """The page with its styles in it, as somebody would hand it to a browser."""
    return page.replace("</head>", "".join(f"<style>{style}</style>" for style in styles) + "</head>", 1)


def temporary() -> tempfile.TemporaryDirectory[str]:
    """A folder for LibreOffice's documents and profile."""
    return tempfile.TemporaryDirectory(prefix="bench-libreoffice-")

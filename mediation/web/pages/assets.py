"""Style, scripts and pictures: read once, compressed once, named with their hash so that browsers may keep them for good."""

import gzip
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import Response

from mediation.crypto import sha256
from mediation.errors import NotFound
from mediation.web.packing import accepts_gzip

FOLDER = Path(__file__).parents[1] / "static"
_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}
_FOR_GOOD = "public, max-age=31536000, immutable"

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it goes out."""

    plain: bytes
    compressed: bytes
    kind: str
    mark: str


@lru_cache(1)
def assets() -> dict[str, Asset]:
    """Every asset by its path within the folder."""
    found = {}
    for path in sorted(FOLDER.rglob("*")):
        if path.suffix in _KINDS:
            plain = path.read_bytes()
            name = path.relative_to(FOLDER).as_posix()
            found[name] = Asset(
                plain, gzip.compress(plain, 9, mtime=0), _KINDS[path.suffix], sha256(plain)[:12]
            )
    return found


def address(name: str) -> str:
    """Where a page finds an asset. Raises KeyError for one that is not there, so that no page names it in vain."""
    return f"/static/{name}?v={assets()[name].mark}"


@router.get("/static/{name:path}", name="static")
def static(request: Request, name: str, v: str = "") -> Response:
    asset = assets().get(name)
    if asset is None:
        raise NotFound
    small = accepts_gzip(request.headers.get("accept-encoding", ""))
    headers = {"Vary": "Accept-Encoding", "Cache-Control": _FOR_GOOD if v == asset.mark else "no-cache"}
    if small:
        headers["Content-Encoding"] = "gzip"
    return Response(asset.compressed if small else asset.plain, media_type=asset.kind, headers=headers)

"""A page of a paper as a picture, in the lightest kind that the browser takes."""

from collections.abc import Callable

from fastapi import Request
from starlette.responses import Response


def picture(request: Request, draw: Callable[[bool], bytes]) -> Response:
    """WebP for a browser that says that it takes it, PNG for the others, as Safari was until 2020; `draw` is told which."""
    webp = "image/webp" in request.headers.get("accept", "")
    kind = "image/webp" if webp else "image/png"
    return Response(draw(webp), media_type=kind, headers={"Vary": "Accept"})

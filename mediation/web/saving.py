"""Answers that are saved as files: never shown in the browser, whatever they hold."""

from urllib.parse import quote

from starlette.responses import Response

from mediation.web.deps import OpenedFile


def saved(opened: OpenedFile, plain: str) -> Response:
    """A file to be saved under its own name (RFC 6266: `filename*` in UTF-8), and under `plain` by what cannot read that.

    The gate adds `nosniff` and a sandboxing Content-Security-Policy, as to every answer that is no page.
    """
    ending = "." + opened.name.rpartition(".")[2]
    named = f"attachment; filename=\"{plain}{ending}\"; filename*=UTF-8''{quote(opened.name, safe='')}"
    return Response(opened.data, media_type=opened.media_type, headers={"Content-Disposition": named})

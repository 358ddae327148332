"""How a tablet comes to trust this server's own root: the file, its fingerprint, and what to press."""

from fastapi import Request
from starlette.responses import Response

from mediation.errors import NotFound
from mediation.language import _
from mediation.web.branch import Branch
from mediation.web.pages.shell import page
from mediation.web.seats import MaybeSeat
from mediation.web.tls import TlsFiles

router = Branch(include_in_schema=False)


@router.get("/trust", name="trust")
def trust(request: Request, seat: MaybeSeat) -> Response:
    return page(request, seat, "trust.html", tls=_files(request))


@router.get("/trust/root.crt", name="trust_file")
def trust_file(request: Request, seat: MaybeSeat) -> Response:
    headers = {"Content-Disposition": 'attachment; filename="mediation-office-root.crt"'}
    return Response(_files(request).root, media_type="application/x-x509-ca-cert", headers=headers)


def _files(request: Request) -> TlsFiles:
    found: TlsFiles | None = request.app.state.tls
    if found is None:
        raise NotFound(_("这里没有用内网根证书：只有以 --tls 启动时才有"))
    return found

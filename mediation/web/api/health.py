"""Is it alive, is it ready, and how much is there to do?"""

import hmac
import ipaddress
from typing import Literal

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from mediation.errors import NotPermitted
from mediation.language import _
from mediation.resources import program_version
from mediation.storage.upgrade import check_database
from mediation.web.deps import TheDesk
from mediation.web.errors import Unauthenticated, declared

_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


class Health(BaseModel):
    """The process lives; whether it can work is told by /ready."""

    status: Literal["ok"] = "ok"
    version: str


class Ready(BaseModel):
    """It can work; anything else is a problem sheet with status 503."""

    status: Literal["ready"] = "ready"
    database: Literal["ok"] = "ok"
    version: str


router = APIRouter(tags=["health"])


@router.get("/health", summary=_("进程存活检查"), responses=declared())
def health() -> Health:
    return Health(version=program_version())


@router.get("/ready", summary=_("就绪检查"), responses=declared())
def ready(desk: TheDesk) -> Ready:
    check_database(desk.database)
    return Ready(version=program_version())


@router.get("/metrics", summary=_("运行指标"), responses=declared(401, 403), response_class=Response)
def metrics(request: Request) -> Response:
    """Figures in Prometheus' format: with the token of MEDIATION_METRICS_TOKEN, or, if there is none, only from this machine."""
    token = request.app.state.metrics_token
    if token:
        shown = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(shown, f"Bearer {token}".encode()):
            raise Unauthenticated
    elif not _is_from_here(request):
        raise NotPermitted(_("运行指标只供本机查看；要从别处查看，请设置 MEDIATION_METRICS_TOKEN。"))
    return Response(generate_latest(request.app.state.registry), media_type=CONTENT_TYPE_LATEST)


def _is_from_here(request: Request) -> bool:
    """A request that a proxy hands on comes from elsewhere, whatever its last hop."""
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False

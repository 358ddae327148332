"""The web application of one instance: its pages, the API under /api/v1, /health, /ready, /metrics."""

import logging
import signal
import socket
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from types import FrameType
from typing import Any

from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Histogram
from starlette.types import ASGIApp

from mediation.accounts import oidc as oidc_settings
from mediation.errors import InputInvalid, Problem
from mediation.language import _
from mediation.log import log_to_the_console
from mediation.resources import program_version
from mediation.web import errors
from mediation.web.api import (
    cases,
    duty,
    evidence,
    health,
    notices,
    papers,
    scope,
    series,
    succession,
    supervision,
    verification,
    webhooks,
)
from mediation.web.api.acts import acts_router
from mediation.web.brakes import Brakes
from mediation.web.deps import TOKEN_SCHEME, Desk, forget_old_answers
from mediation.web.gate import HOSTS, Gate
from mediation.web.packing import Packed
from mediation.web.pages import (
    administration,
    amend,
    applications,
    assets,
    board,
    calendars,
    diary,
    exports,
    failures,
    figures,
    handovers,
    home,
    hook_tokens,
    inbox,
    leader,
    ledger,
    link_signing,
    login,
    oidc,
    readings,
    recusals,
    register,
    resident_papers,
    residents,
    rulings,
    signing,
    tasks,
    tokens,
    trust,
    unmask,
    window,
)
from mediation.web.pages import cases as case_pages
from mediation.web.pages import duty as duty_pages
from mediation.web.pages import evidence as evidence_pages
from mediation.web.pages import papers as paper_pages
from mediation.web.pages import supervision as supervision_pages
from mediation.web.pages import webhooks as webhook_pages
from mediation.web.reading import READ_BY_SEAT, READ_BY_TOKEN
from mediation.web.tls import TlsFiles, spoken_by_the_server
from mediation.web.token_scopes import needed_scope

MOST_BYTES = 1024 * 1024
_log = logging.getLogger("mediation.web")


class _Application(FastAPI):
    """Puts the gate before everything, the framework's own error answers too."""

    def build_middleware_stack(self) -> ASGIApp:
        return Gate(
            Packed(super().build_middleware_stack()),
            self.state.durations,
            self.state.desk.clock,
            self.state.brakes,
            self.state.hosts,
        )

    def openapi(self) -> dict[str, Any]:
        """The document; an error has but the one form, and what stands in an address or a header is never null."""
        document = super().openapi()
        for address, path in document["paths"].items():
            for method, operation in path.items():
                for parameter in operation.get("parameters", ()):
                    parameter["schema"] = _never_null(parameter["schema"])
                for scheme in operation.get("security", ()):
                    scheme[TOKEN_SCHEME] = [needed_scope(method, address)]
                for answer in operation["responses"].values():
                    if errors.PROBLEM_JSON in answer.get("content", {}):
                        answer["content"].pop("application/json", None)
        return document


def _never_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a parameter that may be left out: the framework describes that as null, which nobody can write."""
    choices = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    if len(choices) != 1:
        return schema
    return {**choices[0], **{name: said for name, said in schema.items() if name != "anyOf"}}


def build_app(
    instance: Desk,
    registry: CollectorRegistry | None = None,
    metrics_token: str | None = None,
    tls: TlsFiles | None = None,
    names: Collection[str] = (),
) -> FastAPI:
    """The application over an open instance; whoever opened the instance closes it. `registry`: what /metrics tells.

    `tls`: the certificate that it is served with here; its names are let in besides the machine's own. `names`: those by
    which a proxy in front is reached.
    """
    oidc_settings.settings_of(instance.settings)  # refused before it is served, if it is half set
    app = _Application(
        title=_("矛盾纠纷调解接口"),
        version=program_version(),
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{cases.ROOT}/openapi.json",
        redirect_slashes=False,  # a redirect would name the host by which the proxy knows this machine
        max_body_size=MOST_BYTES,
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
    )
    app.state.desk = instance
    app.state.noted = {}
    app.state.brakes = Brakes()
    app.state.tls = tls
    app.state.hosts = HOSTS | {
        f"[{name}]" if ":" in name else name for name in (*names, *(tls.names if tls else ()))
    }
    app.state.registry = registry or CollectorRegistry()
    app.state.metrics_token = metrics_token
    app.state.durations = Histogram(
        "mediation_request_seconds",
        "time from a request to the end of its answer",
        ["method", "route", "status"],
        registry=app.state.registry,
    )
    failures.install(app)
    app.include_router(health.router)
    app.include_router(cases.router, dependencies=[READ_BY_TOKEN])
    app.include_router(acts_router(instance.office))
    app.include_router(papers.router, dependencies=[READ_BY_TOKEN])
    app.include_router(scope.router, dependencies=[READ_BY_TOKEN])
    app.include_router(evidence.router, dependencies=[READ_BY_TOKEN])
    app.include_router(succession.router)
    app.include_router(notices.router)
    app.include_router(series.router)
    app.include_router(duty.router)
    app.include_router(supervision.router, dependencies=[READ_BY_TOKEN])
    app.include_router(verification.router)
    app.include_router(webhooks.router)
    open_pages = (residents, resident_papers)
    offices = (
        window,
        register,
        amend,
        leader,
        rulings,
        board,
        diary,
        calendars,
        exports,
        paper_pages,
        signing,
        tasks,
        unmask,
        recusals,
        evidence_pages,
        ledger,
        case_pages,
        applications,
        inbox,
        figures,
        administration,
        tokens,
        readings,
        webhook_pages,
        hook_tokens,
        trust,
    )
    watching = (supervision_pages, duty_pages, handovers)
    for pages in (assets, login, oidc, home, *open_pages):
        app.include_router(pages.router)
    for pages in (*offices, *watching, link_signing):
        app.include_router(pages.router, dependencies=[READ_BY_SEAT])
    return app


def serve(
    instance: Desk,
    host: str = "127.0.0.1",
    port: int = 8080,
    registry: CollectorRegistry | None = None,
    metrics_token: str | None = None,
    tls: TlsFiles | None = None,
    names: Collection[str] = (),
) -> None:
    """Serve the instance's pages and API until TERM or INT, then let the requests under way end (30 s at most).

    Port 0 takes any free one. Raises InputInvalid for a host that is not loopback, unless it is served by TLS, and for a
    port that cannot be had. With `names` there is a proxy with TLS on this machine, and what it says of client and scheme holds.
    """
    import uvicorn  # noqa: PLC0415  what only builds the application needs no server

    listening = listen(host, port, anywhere=tls is not None)
    log_to_the_console()
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    forget_old_answers(instance)
    config = uvicorn.Config(
        build_app(instance, registry, metrics_token, tls, names),
        access_log=False,
        log_config=None,
        lifespan="off",
        ws="none",
        proxy_headers=bool(names),
        forwarded_allow_ips="127.0.0.1,::1",
        server_header=False,
        limit_concurrency=100,
        timeout_graceful_shutdown=30,
        h11_max_incomplete_event_size=16 * 1024,
        **spoken_by_the_server(tls),
    )
    address = listening.getsockname()
    shown = f"[{address[0]}]" if listening.family is socket.AF_INET6 else address[0]
    own = f"{'https' if tls else 'http'}://{shown}:{address[1]}"
    outside = instance.office.public_address or reached_by(names, tls.names if tls else (), address[1]) or own
    server = uvicorn.Server(config)
    with listening, _stopped_by_signals(server.handle_exit), _workers_starting(instance):
        told = _("已在 {address} 提供，群众不用登录的页面在 {outside}/p")
        _log.info(told.format(address=own, outside=outside))
        server.run(sockets=[listening])
    _log.info(_("已停止"))


def reached_by(proxy: Collection[str], certified: Collection[str], port: int) -> str | None:
    """The address by the first name of the proxy in front, or else of the certificate served here; None without either.

    Where it listens is not what others can ask for: all addresses of the machine, or loopback behind a proxy.
    """
    for names, end in ((proxy, ""), (certified, f":{port}")):
        for name in names:
            return f"https://[{name}]{end}" if ":" in name else f"https://{name}{end}"
    return None


def listen(host: str, port: int, *, anywhere: bool = False) -> socket.socket:
    """A socket on a loopback address; on any address of the machine with `anywhere`."""
    try:
        address = ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        address = None
    if address is None or not (anywhere or address.is_loopback):
        message = _(
            "不加密时只能在本机地址（127.0.0.1 或 ::1）上提供，不能用 {host}；要从别的机器访问，请用 --tls，或在前面放带 HTTPS 的反向代理"
        )
        raise InputInvalid([Problem(message.format(host=host), key="host")])
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6  # noqa: PLR2004  the version of IP
    # With the protocol named, asyncio sends each write at once (TCP_NODELAY): without it, an answer's body would wait
    # some 40 ms for the client to acknowledge its head.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((str(address), port))
        listening.listen()
    except (OSError, OverflowError) as error:
        listening.close()
        cause = getattr(error, "strerror", None) or str(error)
        message = _("端口 {port} 用不了：{cause}").format(port=port, cause=cause)
        raise InputInvalid([Problem(message, key="port")]) from error
    return listening


@contextmanager
def _workers_starting(instance: Desk) -> Iterator[None]:
    """The instance's workers get ready while the first pages are answered; none is left that would start after the end."""
    starting = threading.Thread(target=instance.start_workers, name="workers-starting", daemon=True)
    starting.start()
    try:
        yield
    finally:
        starting.join()


@contextmanager
def _stopped_by_signals(stop: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """A signal that comes before the server listens for them stops it as well.

    It raises the one that stopped it again when it has ended; that one has done its work, and the instance is yet to be closed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {one: signal.signal(one, stop) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)

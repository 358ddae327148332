"""serve, worker, jobs list and retry: what goes on running, and a look at its work."""

import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mediation.commands.console import AsJson, context_of, instance_of, sample_clock, show, show_table, spoken
from mediation.commands.webhooks import show_messages
from mediation.errors import InputInvalid, NotFound, Problem
from mediation.language import _
from mediation.log import log_to_the_console

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

    from mediation.app import Instance
    from mediation.web.tls import TlsFiles

job_commands = typer.Typer(help=_("后台任务"), no_args_is_help=True)
_UNDER_WAY = ("ENQUEUED", "PENDING", "DELAYED")
_FAILED = ("ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")


def add_to(app: typer.Typer) -> None:
    """What this module has of the program's commands."""
    app.command("serve")(serve)
    app.command("worker")(worker)
    app.add_typer(job_commands, name="jobs")


def serve(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8080,
    host: Annotated[str, typer.Option(help=_("不加 --tls 时只接受本机地址"))] = "127.0.0.1",
    workers: Annotated[int, typer.Option(min=1, max=64, help=_("只能是 1；要多个进程请多次启动"))] = 1,
    sample_time: Annotated[
        bool, typer.Option("--sample-time", help=_("从演示最后一步的时刻走起，只用于示例单位"))
    ] = False,
    tls: Annotated[bool, typer.Option("--tls", help=_("加密，供办公室网络里的平板和别的电脑使用"))] = False,
    name: Annotated[
        list[str] | None,
        typer.Option(help=_("别的机器访问时用的名字或地址，可以写多个；与 --tls 或 --proxied 同用")),
    ] = None,
    proxied: Annotated[
        bool, typer.Option("--proxied", help=_("前面有本机的反向代理，由它加密；用 --name 写明它的名字"))
    ] = False,
) -> None:
    """提供网页和接口：/、/health、/ready、/metrics 和 /api/v1。

    不加 --tls 时只在本机提供。加 --tls 时由本系统自己的内网根证书签发服务器证书，平板按 /trust 页面的说明信任一次即可。

    用 SQLite 时后台任务也由本进程办理；用 PostgreSQL 时由 mediation worker 办理。
    """
    _refuse_many(workers, on_postgresql=context_of(context).settings.on_postgresql)
    if tls and proxied:
        raise InputInvalid([Problem(_("--tls 和 --proxied 只用其中一个：谁来加密"), key="tls")])
    if name and not (tls or proxied):
        raise InputInvalid([Problem(_("--name 要和 --tls 或 --proxied 同用"), key="name")])
    if proxied and not name:
        raise InputInvalid([Problem(_("请用 --name 写明反向代理的名字"), key="name")])
    _begin_log()
    from mediation.web.app import serve as run  # noqa: PLC0415  heavy

    clock = sample_clock(context) if sample_time else None
    with instance_of(context, clock) as instance, _jobs(instance, here=instance.database.on_sqlite):
        registry = _figures(instance, at_work=instance.database.on_sqlite)
        files = _tls_files(instance, host, name or []) if tls else None
        run(
            instance,
            host,
            port,
            registry,
            instance.settings.metrics_token,
            files,
            name if proxied and name else (),
        )


def _tls_files(instance: "Instance", host: str, names: list[str]) -> "TlsFiles":
    """The certificate for the address that is listened on and the names that were given."""
    from mediation.web.tls import prepare  # noqa: PLC0415  heavy

    own = [] if host in {"0.0.0.0", "::"} else [host]  # noqa: S104  compared, not bound
    if not own and not names:
        message = _("监听所有地址时，请用 --name 写明别的机器用哪个名字或地址访问")
        raise InputInvalid([Problem(message, key="name")])
    found = prepare(
        instance.settings.data / "keys" / "tls", instance.keyring, [*names, *own], instance.clock.now()
    )
    logging.getLogger("mediation.web").info(_("内网根证书指纹：%s"), found.fingerprint)
    return found


def worker(
    context: typer.Context,
    metrics_port: Annotated[
        int, typer.Option(min=0, max=65535, help=_("在本机的这个端口提供运行指标；0 为不提供"))
    ] = 0,
) -> None:
    """办理后台任务，直到收到 TERM 或 INT。只用于 PostgreSQL，可以在任意多台机器上各运行任意多个。"""
    if not context_of(context).settings.on_postgresql:
        message = _("SQLite 上的后台任务由 mediation serve 自己办理；mediation worker 只用于 PostgreSQL")
        raise InputInvalid([Problem(message, key="DATABASE_URL")])
    stop = threading.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda _number, _frame: stop.set())
    _begin_log()
    log = logging.getLogger("mediation.jobs")
    with (
        instance_of(context) as instance,
        _metrics_at(metrics_port, instance),
        _jobs(instance, here=True) as name,
    ):
        log.info(_("后台任务已开始办理，进程 %s"), name)
        stop.wait()
        log.info(_("正在收尾：不再接新任务，等手头的任务办完"))
    log.info(_("后台任务已停止"))


@job_commands.command("list")
def list_jobs(
    context: typer.Context,
    failed: Annotated[bool, typer.Option("--failed", help=_("只列没有办成的"))] = False,
    most: Annotated[int, typer.Option("--most", min=1, max=1000)] = 50,
    as_json: AsJson = False,
) -> None:
    """列出正在等待、正在办理和没有办成的任务，以及停发的推送消息，新的在前。"""
    from mediation.jobs import queries  # noqa: PLC0415  heavy

    states = _FAILED if failed else (*_UNDER_WAY, *_FAILED)
    with instance_of(context) as instance, instance.database.reading() as session:
        found = [_told(row) for row in queries.jobs(session, states, most)]
        total, queued, oldest = queries.waiting(session)
        parked = instance.webhooks.messages(["parked"], most)
    if as_json:
        outbox = {"waiting": total, "queued": queued, "oldest": oldest}
        show({"jobs": found, "outbox": outbox, "webhooks": parked}, as_json=True)
        return
    text = _("待办 {total} 件（已交给任务引擎 {queued} 件），最早的写于 {oldest}")
    typer.echo(text.format(total=total, queued=queued, oldest=spoken(oldest) or "—"))
    rows = [
        [one["id"], one["name"], one["state"], spoken(one["created_at"]), one["process"] or ""]
        for one in found
    ]
    if rows:
        show_table(_("任务"), (_("编号"), _("种类"), _("状态"), _("交办时间"), _("进程")), rows)
    if parked:
        show_messages(_("停发的推送消息"), parked)


@job_commands.command("retry")
def retry(
    context: typer.Context,
    job: Annotated[str, typer.Argument(metavar="JOB", help=_("任务或停发消息的编号；all 为所有没有办成的"))],
    as_json: AsJson = False,
) -> None:
    """让没有办成的任务再办一次。正在办理的不受影响。"""
    from mediation.jobs.retrying import retry as try_again  # noqa: PLC0415  heavy

    with instance_of(context) as instance:
        count = try_again(instance.database, None if job == "all" else job)
        if job == "all" or not count:
            with suppress(NotFound):
                count += instance.webhooks.again(None if job == "all" else job)
    if not count and job != "all":
        raise NotFound(_("没有这样一项没有办成的任务：{job}").format(job=job))
    show({"retried": count}, as_json=as_json, text=_("已交回 {count} 项，将再办一次").format(count=count))


def _begin_log() -> None:
    """To standard error: ids, codes and kinds of error, never what people said."""
    log_to_the_console()


def _refuse_many(workers: int, *, on_postgresql: bool) -> None:
    if workers == 1:
        return
    message = (
        _("请多次启动 mediation serve，每个用一个端口，由反向代理分发")
        if on_postgresql
        else _("SQLite 上只能有一个进程办理任务，--workers 只能是 1；要多个进程，请改用 PostgreSQL")
    )
    raise InputInvalid([Problem(message, key="--workers")])


@contextmanager
def _jobs(instance: "Instance", *, here: bool) -> Iterator[str]:
    """The jobs done in this process, if they are to be done here; the process's name."""
    if not here:
        yield ""
        return
    from mediation.jobs.workshop import Workshop  # noqa: PLC0415  heavy

    with Workshop(instance.day_work) as workshop:
        yield workshop.presence.name


def _figures(instance: "Instance", *, at_work: bool) -> "CollectorRegistry":
    from prometheus_client import CollectorRegistry  # noqa: PLC0415  heavy

    from mediation.jobs.figures import Figures  # noqa: PLC0415  heavy

    registry = CollectorRegistry()
    registry.register(Figures(instance.database, instance.clock, at_work=at_work))
    return registry


@contextmanager
def _metrics_at(port: int, instance: "Instance") -> Iterator[None]:
    if not port:
        yield
        return
    from prometheus_client import start_http_server  # noqa: PLC0415  heavy

    try:
        server, thread = start_http_server(port, "127.0.0.1", _figures(instance, at_work=True))
    except OSError as error:
        message = _("端口 {port} 用不了：{cause}").format(port=port, cause=error.strerror)
        raise InputInvalid([Problem(message, key="--metrics-port")]) from error
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """A job with its moments as moments."""
    moments = {
        name: row[name] and datetime.fromtimestamp(row[name] / 1000, UTC)
        for name in ("created_at", "completed_at")
    }
    return {**row, "state": str(row["state"]).lower(), **moments}

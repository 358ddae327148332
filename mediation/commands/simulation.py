"""simulate: a year of invented disputes at a site, alone or beside the same year at a changed site."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mediation.commands.console import AsJson, show
from mediation.commands.table import width_of
from mediation.language import _, joined

if TYPE_CHECKING:
    from mediation.simulation.report import Report

_MANY = 1_000_000


def add_to(app: typer.Typer) -> None:
    """The command."""
    app.command("simulate")(simulate)


def simulate(
    site: Annotated[Path, typer.Option("--site", metavar="DIR", help=_("部署单位的配置文件夹"))],
    cases: Annotated[int, typer.Option(min=1, max=_MANY, help=_("一共来多少件纠纷"))] = 1000,
    days: Annotated[int, typer.Option(min=1, max=365, help=_("这些纠纷在头多少天里来，只看这些天"))] = 365,
    seed: Annotated[int, typer.Option(help=_("种子；同一个种子来的是同样的纠纷"))] = 1,
    compare: Annotated[
        Path | None,
        typer.Option("--compare", metavar="DIR", help=_("另一套配置，用同样的纠纷再办一年，并排比较")),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """模拟一年：虚构的纠纷由部署单位自己的人在拨快的时钟上办理，数出积压、超期、各级化解和用时。"""
    from mediation.founding import checked_site  # noqa: PLC0415  heavy
    from mediation.simulation.year import FIRST_DAY  # noqa: PLC0415  heavy
    from mediation.simulation.year import simulate as play  # noqa: PLC0415  heavy

    folders = [folder for folder in (site, compare) if folder is not None]
    for folder in folders:
        checked_site(folder, FIRST_DAY)  # before a year is played with the other
    reports = [play(folder, cases, seed, _told, days=days) for folder in folders]
    plain = [asdict(report) for report in reports]
    show(plain if compare else plain[0], as_json=as_json, text="\n".join(_lines(reports)))
    if not all(report.is_sound for report in reports):
        raise typer.Exit(1)


def _told(done: int, of: int) -> None:
    """How far it is, on a terminal only."""
    if sys.stderr.isatty():
        end = "\n" if done == of else ""
        print(f"\r{done}/{of}", end=end, file=sys.stderr, flush=True)  # noqa: T201  beside the answer


def _lines(reports: Sequence["Report"]) -> list[str]:
    """What is supposed, then every figure, side by side if there are two years."""
    rows = [("", [_("{site}，种子 {seed}").format(**asdict(one)) for one in reports]), *_rows(reports)]
    first = max(width_of(title) for title, _values in rows)
    widths = [max(width_of(values[at]) for _title, values in rows if values) for at in range(len(reports))]
    table = [
        "  ".join(
            [
                title + " " * (first - width_of(title)),
                *(" " * (width - width_of(one)) + one for one, width in zip(values, widths, strict=True)),
            ]
        )
        if values
        else title
        for title, values in rows
    ]
    return [
        _("模拟的一年：纠纷、当事人的选择和每件事花的时间都是设想的，只用来比较两套配置，不预示实际。"),
        _(
            "类别和来源的比例取自一个地级市公布的一个月；文书只登记，不排版、不签名。详见 docs/simulation.md。"
        ),
        "",
        *table,
        "",
        *_verdicts(reports),
    ]


def _rows(reports: Sequence["Report"]) -> Iterator[tuple[str, list[str]]]:
    """Title and a value for each year; a heading has none."""
    named = {key: title for one in reports for key, title in one.titles.items()}
    for name, title in _TITLES.items():
        values = [getattr(one, name) for one in reports]
        if not isinstance(values[0], dict):
            yield _(title), [_said(value) for value in values]
            continue
        keys = list(dict.fromkeys(key for value in values for key in value))
        if not keys:
            continue
        yield _(title), []
        prefix = "step:" if name == "supervision_steps" else ""
        for key in keys:
            said = named.get(prefix + key) or _refused(key, named) or _(_WORDS.get(key, key))
            shares = name == "settled_share"
            yield (
                f"  {said}",
                [_share(value.get(key, 0)) if shares else _said(value.get(key, 0)) for value in values],
            )


def _verdicts(reports: Sequence["Report"]) -> Iterator[str]:
    for name, title in _HOLDS.items():
        said = joined(_("是") if getattr(one, name) else _("否") for one in reports)
        yield _("{name}：{cause}").format(name=_(title), cause=said)


def _refused(key: str, named: dict[str, str]) -> str:
    """An act that was refused, and by which guards."""
    act, colon, why = key.partition(": ")
    if not colon:
        return ""
    done = {"issue": _("制作文书"), "register": _("登记")} | named
    return _("{title}（{label}）").format(title=done.get(act, act), label=why.splitlines()[-1].strip())


_TITLES = {
    "cases": "收到纠纷，件",
    "registered": "其中期末前已经登记，件",
    "backlog_by_month": "月末在办",
    "overdue_at_the_end": "期末超期未结",
    "clocks_run_out": "到期而没有办的时限，次",
    "reminders": "到期前提醒，次",
    "supervision_steps": "督办措施，次",
    "decided_by_routing": "分流决定，件",
    "settled_by_level": "在哪一级调成，件",
    "settled_share": "各级调成占已经登记的",
    "by_outcome": "期末结果，件",
    "days_to_the_end": "登记到有结果，天",
    "days_to_closing": "登记到结案，天",
    "notices": "通知",
    "refused": "系统不准办的操作，次",
    "left_lying": "没有人能接着办，停在",
    "run": "本次运行",
}
_HOLDS = {
    "each_clock_once": "每个到期的时限恰好生效一次，没有提前，没有遗漏",
    "each_notice_once": "每条通知恰好送达每个收件人一次",
    "trail_is_whole": "办理日志完整",
}
_WORDS = {
    "median": "中位数",
    "nine_of_ten_within": "九成不超过",
    "followed": "按分流建议",
    "overruled": "另行决定并写明理由",
    "asked_for": "应发",
    "waiting": "还没有发",
    "letters_sent": "送达收件箱",
    "letters_skipped": "收件人不在，未送",
    "letters_failed": "失败",
    "repeats": "重复",
    "twice": "同一收件人收到两次",
    "not registered": "登记以前",
    "seconds": "用时（秒）",
    "cpu_seconds": "处理器用时（秒）",
    "memory_mib_quarter_1": "到四分之一时最大内存（MiB）",
    "memory_mib_quarter_2": "到一半时最大内存（MiB）",
    "memory_mib_quarter_3": "到四分之三时最大内存（MiB）",
    "memory_mib_quarter_4": "到期末最大内存（MiB）",
}


def _said(value: float) -> str:
    return f"{value:,}"


def _share(value: float) -> str:
    return f"{value:.1%}"

"""demo: play the disputes of one site, or of every site of a folder."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mediation.commands.console import AsJson, show
from mediation.commands.table import width_of
from mediation.errors import InputInvalid, Problem
from mediation.language import _, joined
from mediation.notices.wording import channel_title
from mediation.supervision.machine import STATES

if TYPE_CHECKING:
    from rich.progress import Progress

    from mediation.demo.play import Progress as Told
    from mediation.demo.play import Summary
    from mediation.demo.round import Played


def add_to(app: typer.Typer) -> None:
    """The command."""
    app.command("demo")(demo)


def demo(
    out: Annotated[Path, typer.Option(metavar="DIR", help=_("放结果的文件夹"))],
    site: Annotated[
        Path | None, typer.Option("--site", metavar="DIR", help=_("部署单位的配置文件夹"))
    ] = None,
    every: Annotated[
        Path | None, typer.Option("--all", metavar="DIR", help=_("依次演示这个文件夹下面的每一个部署单位"))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """演示：把部署单位的纠纷从登记办到归档，留下签好的文书。"""
    if (site is None) == (every is None):
        message = _("请写明 --site DIR（一个部署单位）或者 --all DIR（每一个），只写一个")
        raise InputInvalid([Problem(message, key="--site")])
    if every is not None:
        _demo_all(every, out, as_json=as_json)
    elif site is not None:
        _demo_one(site, out, as_json=as_json)


def _demo_one(site: Path, out: Path, *, as_json: bool) -> None:
    from mediation.demo.play import play_demo  # noqa: PLC0415  heavy
    from mediation.settings import embedded_settings  # noqa: PLC0415

    settings = embedded_settings(out / "data")
    if as_json:
        summary = play_demo(site, out, settings)
    else:
        _say_replaced([out])
        with _bar() as bar:
            summary = play_demo(site, out, settings, _told(bar, ""))
    lines = [*_lines(summary), _("文书在 {folder}").format(folder=out / "documents")]
    show(summary, as_json=as_json, text="\n".join(lines))
    if not summary.is_sound:
        raise typer.Exit(1)


def _demo_all(folder: Path, out: Path, *, as_json: bool) -> None:
    from mediation.demo.round import play_round, sites_in  # noqa: PLC0415  heavy

    if as_json:
        played = play_round(folder, out)
    else:
        _say_replaced([out / site.resolve().name for site in sites_in(folder)])
        with _bar() as bar:
            played = play_round(folder, out, lambda name: _told(bar, f"{name} "))
    parts = [
        "\n".join(_lines(one.summary))
        if one.summary
        else _("{site}：没有演完\n{failure}").format(site=one.site, failure=one.failure)
        for one in played
    ]
    parts += ["\n".join(_table(played)), _("各部署单位的文书和数字在 {folder}").format(folder=out)]
    show(played, as_json=as_json, text="\n\n".join(parts))
    if not all(one.is_sound for one in played):
        raise typer.Exit(1)


def _say_replaced(folders: Sequence[Path]) -> None:
    """Which earlier demos are about to go, in one line; nothing if there are none."""
    from mediation.demo.play import holds_demo  # noqa: PLC0415  heavy

    earlier = [str(folder) for folder in folders if holds_demo(folder)]
    if earlier:
        message = _("上一次的演示，连同其中的改动，开演时即替换：{folders}")
        typer.echo(message.format(folders=joined(earlier)), err=True)


def _lines(summary: "Summary") -> list[str]:
    """What one site came to, in a few sentences."""
    counted = joined(f"{_titled(summary, name)} {count}" for name, count in summary.by_outcome.items())
    return [
        _("{site}：纠纷 {cases} 件（{counted}）").format(
            site=summary.site, cases=summary.cases, counted=counted
        ),
        _(
            "文书 {documents} 份；平板签署的协议 {signed} 份，核验有效 {verified} 份；手签协议 {ink} 份"
        ).format(
            documents=summary.documents,
            signed=summary.agreements_signed,
            verified=summary.agreements_verified,
            ink=summary.agreements_in_ink,
        ),
        *_lines_of_office(summary),
        _("办理日志 {events} 条，校验{verdict}；用时 {seconds} 秒").format(
            events=summary.audit_events,
            verdict=_("通过") if summary.audit_ok else _("不通过"),
            seconds=summary.seconds,
        ),
    ]


def _lines_of_office(summary: "Summary") -> list[str]:
    """What the chain did beside the cases; nothing of what there is not."""
    listed = [
        (
            _("督办阶梯：{steps}；督办台账：{items}；督办、周报文书 {papers} 份"),
            summary.steps_taken or summary.items_by_state,
        ),
        (_("通知已送出：{notices}"), summary.notices_by_channel),
    ]
    words = {
        "steps": _in_a_row({_titled(summary, key): count for key, count in summary.steps_taken.items()}),
        "items": _in_a_row({_(STATES[state]): count for state, count in summary.items_by_state.items()}),
        "papers": summary.unit_papers,
        "notices": _in_a_row(
            {channel_title(channel): count for channel, count in summary.notices_by_channel.items()}
        ),
    }
    return [sentence.format(**words) for sentence, there_is in listed if there_is]


def _titled(summary: "Summary", code: str) -> str:
    """An outcome or a step as the site calls it."""
    return _(summary.titles.get(code, code))


def _in_a_row(counts: Mapping[str, int]) -> str:
    return joined(f"{name} {count}" for name, count in counts.items()) or _("无")


def _table(played: Sequence["Played"]) -> list[str]:
    """All sites side by side."""
    rows: list[tuple[str, ...]] = [
        (_("部署单位"), _("纠纷"), _("书面"), _("口头"), _("其他结果"), _("文书"), _("平板有效"), _("手签"), _("日志"), _("结论"))
    ]  # fmt: skip
    for one in played:
        if one.summary is None:
            rows.append((one.site, *["-"] * 8, _("没有演完")))
            continue
        found = one.summary
        written, oral = (found.by_outcome.get(name, 0) for name in ("agreed_written", "agreed_oral"))
        counts = (found.cases, written, oral, found.cases - written - oral, found.documents)
        valid = f"{found.agreements_verified}/{found.agreements_signed}"
        verdict = _("通过") if one.is_sound else _("不通过")
        figures = (*map(str, counts), valid, str(found.agreements_in_ink), str(found.audit_events))
        rows.append((one.site, *figures, verdict))
    widths = [max(width_of(row[at]) for row in rows) for at in range(len(rows[0]))]
    return ["  ".join(_padded(cell, width) for cell, width in zip(row, widths, strict=True)) for row in rows]


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - width_of(cell))


def _bar() -> "Progress":
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415

    return Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), transient=True)


def _told(bar: "Progress", before: str) -> "Told":
    """What moves the bar; `before` stands before each dispute's name."""
    task = bar.add_task(before or _("演示"), total=None)
    return lambda done, total, name: bar.update(task, completed=done, total=total, description=before + name)

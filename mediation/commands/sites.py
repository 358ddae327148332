"""init, check, site apply."""

import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from mediation.commands.console import AsJson, context_of, refuse_without_instance, show
from mediation.commands.operating import recounted_lines, relocated_lines
from mediation.errors import Problem, SiteError
from mediation.language import _

commands = typer.Typer(help=_("部署单位的配置"), no_args_is_help=True)

SiteFolder = Annotated[Path, typer.Option("--site", metavar="DIR", help=_("部署单位的配置文件夹"))]


def add_to(app: typer.Typer) -> None:
    """What this module has of the program's commands."""
    app.command("init")(init)
    app.command("check")(check)
    app.add_typer(commands, name="site")


def init(context: typer.Context, site: SiteFolder, as_json: AsJson = False) -> None:
    """建立一个实例：数据目录、密钥、数据库、单位与人员、根证书和印章。"""
    from mediation.founding import found_instance  # noqa: PLC0415  heavy

    settings = context_of(context).settings
    founded = found_instance(settings, site)
    lines = [
        _("已建立 {site}：单位 {units} 个，人员 {people} 名，调委会 {committees} 个").format(
            **asdict(founded)
        ),
        _("数据目录：{data}").format(data=settings.data),
        _("密钥文件：{key}（请另处备份：没有它，资料打不开）").format(key=settings.key_file),
        _("根证书指纹：{root}").format(root=founded.root_fingerprint),
    ]
    lines += [str(note) for note in founded.notes]
    lines += [_("注意：{warning}").format(warning=warning) for warning in founded.warnings]
    show(founded, as_json=as_json, text="\n".join(lines))


def check(
    site: Annotated[
        Path | None, typer.Option("--site", metavar="DIR", help=_("同时检查这个部署单位"))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """检查全部流程定义、情景、文书模板、通知，以及部署单位的配置；一次列出所有问题。"""
    found, notes, problems = _checked(site)
    lines = [_("流程 {workflows} 个，文书模板 {forms} 个，通知 {notices} 种").format(**found)]
    if "site" in found:
        lines.append(
            _("部署单位 {site}：单位 {units} 个，人员 {people} 名，纠纷 {disputes} 件").format(**found)
        )
    lines += [str(note) for note in notes]
    lines += [_("没有问题。")] if not problems else [_("有 {count} 处问题：").format(count=len(problems))]
    lines += [f"  {problem}" for problem in problems]
    answer = {**found, "ok": not problems, "notes": notes, "problems": problems}
    show(answer, as_json=as_json, text="\n".join(lines))
    if problems:
        raise typer.Exit(1)


@commands.command("apply")
def apply(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=_("部署单位的配置文件夹"))],
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("只说明会变更什么，不保存"))] = False,
    since: Annotated[
        str, typer.Option("--from", metavar="DATE", help=_("从哪一天起生效，如 2027-01-01；不写就是今天"))
    ] = "",
    as_json: AsJson = False,
) -> None:
    """让实例与配置文件一致：列出每一处变更；有问题时一次说全，什么也不改。"""
    from mediation.renewing import apply_to_instance  # noqa: PLC0415  heavy

    found = context_of(context)
    refuse_without_instance(found.settings)
    renewed = apply_to_instance(
        found.settings, folder, since=since or None, dry_run=dry_run, actor=found.actor or "system:apply"
    )
    show(renewed, as_json=as_json, text="\n".join(_renewed_lines(renewed)))


def _renewed_lines(renewed: Any) -> list[str]:
    counted = _("{site}：变更 {changes} 处，移交纠纷 {cases} 件").format(
        site=renewed.site, changes=len(renewed.changes), cases=len(renewed.relocated)
    )
    lines = [counted, *(f"  {change}" for change in renewed.changes)]
    lines += relocated_lines(renewed.relocated)
    lines += recounted_lines(renewed.recounted) if renewed.recounted and renewed.recounted.moved else []
    lines += [_("注意：{warning}").format(warning=warning) for warning in renewed.warnings]
    if renewed.dry_run:
        lines.append(_("以上只是试算，什么也没有保存。"))
    elif not renewed.changes and not renewed.relocated:
        lines.append(_("与配置文件一致，没有变更。"))
    return lines


def _checked(site: Path | None) -> tuple[dict[str, Any], list[Problem], list[Problem]]:
    from mediation.clock import SystemClock, local_day  # noqa: PLC0415
    from mediation.demo.script import DISPUTES_FILE, read_script  # noqa: PLC0415  heavy
    from mediation.demo.underway import read_underway  # noqa: PLC0415
    from mediation.founding import inspect  # noqa: PLC0415  heavy
    from mediation.workflow.scenarios import play_all  # noqa: PLC0415

    now = SystemClock().now()
    seen = inspect(site, local_day(now))
    problems = list(seen.problems)
    found: dict[str, Any] = {
        "workflows": 0,
        "forms": len(seen.forms),
        "notices": len(seen.notices),
    }
    disputes: Any = ()
    if site is not None and os.path.lexists(site / DISPUTES_FILE):
        try:
            disputes = read_script(site, now)[0].disputes
        except SiteError as error:
            problems.extend(error.problems)
    if site is not None:
        try:
            read_underway(site)
        except SiteError as error:
            problems.extend(error.problems)
    notes: list[Problem] = []
    if seen.site is not None:
        title, units, people = seen.site.settings.title, len(seen.site.units), len(seen.site.people)
        found.update(site=title, units=units, people=people, disputes=len(disputes))
        notes = [*seen.site.notes, *seen.site.warnings]
    if seen.definitions is not None:
        found["workflows"] = len(seen.definitions.versions)
        problems.extend(play_all(seen.definitions, seen.vocabulary))
    return found, notes, problems

"""case migrate."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from mediation.commands.console import AsJson, context_of, instance_of, show
from mediation.language import _, joined


def add_to(cases: typer.Typer) -> None:
    """The command among those on cases."""
    cases.command("migrate")(migrate)


def migrate(
    context: typer.Context,
    workflow: Annotated[str, typer.Option("--workflow", metavar="NAME", help=_("哪个流程"))],
    to: Annotated[int, typer.Option("--to", metavar="N", help=_("移到第几版；写旧版就是退回"))],
    plan: Annotated[
        Path | None, typer.Option("--plan", metavar="FILE", help=_("计划文件：改了名的状态、不移的纠纷"))
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("只逐件说明能不能移，不保存"))] = False,
    as_json: AsJson = False,
) -> None:
    """把在办的纠纷移到流程的另一版：逐件说明结果，每件要么整件移、要么不动。有没移成的，退出码为 1。"""
    from mediation.migrating import migrate_cases, read_plan  # noqa: PLC0415  heavy
    from mediation.workflow.migration import Plan  # noqa: PLC0415

    agreed = read_plan(plan) if plan is not None else Plan(format=1)
    by = context_of(context).actor or "system:migration"
    with instance_of(context) as instance:
        migrated = migrate_cases(instance, workflow, to, agreed, dry_run=dry_run, by=by)
        lines = _lines(migrated, partial(_titled, instance.office.engines, workflow))
    show(migrated, as_json=as_json, text="\n".join(lines))
    if not migrated.is_complete:
        raise typer.Exit(1)


def _titled(engines: Mapping[tuple[str, int], Any], workflow: str, version: int, key: str) -> str:
    """A state as people call it, and as a plan names it."""
    engine = engines.get((workflow, version))
    state = engine.definition.states.get(key) if engine is not None else None
    return _("{title}（{code}）").format(title=state.title, code=key) if state is not None else key


def _lines(migrated: Any, titled: Callable[[int, str], str]) -> list[str]:
    words = {
        "moves": _("可移") if migrated.dry_run else _("已移"),
        "needs_mapping": _("待写明对应状态"),
        "refused": _("不能移"),
        "excluded": _("不移"),
    }
    counted = joined(f"{words[outcome]} {count}" for outcome, count in migrated.counts.items())
    head = _("{workflow} 第 {to} 版：{counted}").format(
        workflow=migrated.workflow, to=migrated.to, counted=counted
    )
    lines = [head]
    for one in migrated.cases:
        state = titled(one.from_version, one.state)
        if one.to_state not in (None, one.state):
            state = f"{state} → {titled(migrated.to, one.to_state)}"
        lines.append(f"  {words[one.outcome]}  {one.case}  v{one.from_version}  {state}")
        lines += [f"      {reason}" for reason in one.reasons]
    if migrated.dry_run:
        lines.append(_("以上只是试算，什么也没有保存。"))
    return lines

"""deadlines run, recount and explain, database upgrade, token issue and revoke."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mediation.commands.console import AsJson, context_of, instance_of, show, spoken, spoken_end
from mediation.language import _, joined

if TYPE_CHECKING:
    from mediation.cases.recounting import Recounted
    from mediation.cases.renewal.relocation import Relocated

deadline_commands = typer.Typer(help=_("期限"), no_args_is_help=True)
database_commands = typer.Typer(help=_("数据库"), no_args_is_help=True)
store_commands = typer.Typer(help=_("文件库"), no_args_is_help=True)
token_commands = typer.Typer(help=_("接口令牌"), no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """What this module has of the program's commands."""
    app.add_typer(deadline_commands, name="deadlines")
    app.add_typer(database_commands, name="database")
    app.add_typer(store_commands, name="store")
    app.add_typer(token_commands, name="token")


@deadline_commands.command("run")
def run_deadlines(context: typer.Context, as_json: AsJson = False) -> None:
    """每日一轮：办理到期的期限（每个只办一次），补办欠出具的文书，生成当日的日志总摘要。"""
    with instance_of(context) as instance:
        found = instance.run_deadlines()
    lines = [_("到期 {count} 个").format(count=len(found.missed))]
    lines += [f"  {one.case}  {one.title}  {spoken_end(one.due_at)}" for one in found.missed]
    lines += [
        _("督办：{case}  {step}（{unit}）").format(case=one.case, step=one.title, unit=one.unit_name)
        for one in found.supervised.steps
    ]
    lines += [_("督办期限届满：{item}").format(item=item) for item in found.supervised.ran_out]
    lines += [_("预定的配置今起施行：{name}").format(name=name) for name in found.in_force]
    lines += relocated_lines(found.relocated)
    lines += [_("提醒 {count} 个").format(count=len(found.reminded))] if found.reminded else []
    lines += recounted_lines(found.recounted) if found.recounted and found.recounted.moved else []
    lines += [_("待办：{left}").format(left=left) for left in found.left]
    lines += _posted_lines(found.posted)
    lines += [_("没有人能办：{left}").format(left=left) for left in found.unanswered]
    lines += [_("当日日志总摘要：第 {number} 号").format(number=found.head)] if found.head else []
    show(found, as_json=as_json, text="\n".join(lines))


def relocated_lines(relocated: "Sequence[Relocated]") -> list[str]:
    """Which running cases passed to another unit, and which of their papers cannot be sealed any more."""
    lines = []
    for one in relocated:
        places = _("{old} → {new}").format(old=joined(one.from_units), new=joined(one.to_units))
        lines.append(_("  移交 {case}：{places}").format(case=one.case, places=places))
        lines += [_("    注意：{paper}").format(paper=paper) for paper in one.unsealed]
    return lines


def _posted_lines(posted: Any) -> list[str]:
    """What became of the day's notices, if there were any."""
    if not any(vars(posted).values()):
        return []
    text = _("通知：送到 {sent}，稍后再试 {put_off}，未送成 {failed}，不送 {skipped}")
    return [text.format(**vars(posted))]


@deadline_commands.command("recount")
def recount(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("只说明哪些期限会变，不保存"))] = False,
    as_json: AsJson = False,
) -> None:
    """放假安排公布后，把正在计算的期限按新的年历重新计算，列出每一个变动。"""
    with instance_of(context) as instance:
        found = instance.clocks.recount(dry_run=dry_run)
    lines = recounted_lines(found)
    lines += [_("以上只是试算，什么也没有保存。")] if dry_run else []
    show(found, as_json=as_json, text="\n".join(lines))


@deadline_commands.command("explain")
def explain(
    context: typer.Context,
    number: Annotated[str, typer.Argument(help=_("案号、临时编号或系统编号"), metavar="NUMBER")],
    name: Annotated[
        str, typer.Argument(help=_("期限的名称，如“调解期限”；不写就是全部"), metavar="NAME")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """一件纠纷的期限是怎样算出来的：依据、起算、年历、中止、延长、重新计算、提醒。"""
    actor = context_of(context).named_actor
    with instance_of(context) as instance:
        found = instance.clocks.explain(actor, number, name)
    lines = []
    for one in found:
        lines += [one.title, *(f"  {why}" for why in (*one.why, *one.reminders))]
    show(found, as_json=as_json, text="\n".join(lines))


def recounted_lines(found: "Recounted") -> list[str]:
    """What a recount came to, a line for each clock that moved."""
    lines = [
        _("按年历 {version} 核对期限 {seen} 个：变动 {moved} 个，确定不变 {settled} 个").format(
            version=found.calendar_version, seen=found.seen, moved=len(found.moved), settled=found.settled
        )
    ]
    for one in found.moved:
        still = _("（仍含未公布的年份）") if one.provisional else ""
        rests = _("（中止中）") if one.resting else ""
        lines.append(
            f"  {one.case}  {one.title}  {spoken_end(one.was)} → {spoken_end(one.due_at)}{rests}{still}"
        )
    lines += [_("另有 {count} 个正在办理，下一轮再算").format(count=found.left)] if found.left else []
    return lines


@database_commands.command("upgrade")
def upgrade(context: typer.Context, as_json: AsJson = False) -> None:
    """把数据库升级到本程序的版本。"""
    from mediation.founding import upgrade_instance  # noqa: PLC0415  heavy

    before, after = upgrade_instance(context_of(context).settings)
    text = _("数据库版本：{before} → {after}").format(before=before or _("新建"), after=after)
    show({"from": before, "to": after}, as_json=as_json, text=text)


@store_commands.command("move")
def move_store(context: typer.Context, as_json: AsJson = False) -> None:
    """把数据目录里的文书搬进 PostgreSQL，供多台机器共用。中途断了可以再来。"""
    from mediation.founding import move_store as move  # noqa: PLC0415  heavy

    count, size = move(context_of(context).settings)
    text = _("搬进数据库 {count} 份文书，共 {size} 字节").format(count=count, size=size)
    show({"files": count, "bytes": size}, as_json=as_json, text=text)


@token_commands.command("issue")
def issue_token(
    context: typer.Context,
    label: Annotated[str, typer.Option(help=_("给谁、做什么用"))] = "",
    days: Annotated[int, typer.Option(min=1, max=366, help=_("有效天数"))] = 30,
    scope: Annotated[list[str] | None, typer.Option(help=_("用途，可以写几次；不写就是全部"))] = None,
    as_json: AsJson = False,
) -> None:
    """为 --as 所指的岗位发一个接口令牌。只显示这一次。"""
    from mediation.people.tokens import SCOPES  # noqa: PLC0415  the help must not wait for it

    actor, scopes = context_of(context).named_actor, scope or list(SCOPES)
    with instance_of(context) as instance:
        token = instance.issue_token(actor, label, days, scopes)
    text = _("{token}\n只显示这一次；有效 {days} 天。").format(token=token, days=days)
    show({"token": token, "days": days, "scopes": scopes}, as_json=as_json, text=text)


@token_commands.command("list")
def list_tokens(context: typer.Context, as_json: AsJson = False) -> None:
    """发过的全部令牌：给谁、做什么用、到什么时候；令牌本身看不到。"""
    with instance_of(context) as instance:
        found = instance.list_tokens()
    lines = [
        "  ".join(
            (
                one.label or _("（没有标签）"),
                one.post,
                " ".join(one.scopes),
                _("到 {day}").format(day=spoken(one.expires_at)),
                _("已收回") if one.revoked_at else "",
            )
        ).rstrip()
        for one in found
    ]
    told = [
        {
            "label": one.label,
            "post": one.post,
            "scopes": list(one.scopes),
            "issued_at": one.issued_at.isoformat(),
            "expires_at": one.expires_at.isoformat(),
            "revoked_at": one.revoked_at.isoformat() if one.revoked_at else None,
        }
        for one in found
    ]
    show(told, as_json=as_json, text="\n".join(lines) or _("还没有发过令牌。"))


@token_commands.command("revoke")
def revoke_token(
    context: typer.Context,
    token: Annotated[str, typer.Argument(metavar="TOKEN")],
    as_json: AsJson = False,
) -> None:
    """收回一个接口令牌，立即失效。"""
    with instance_of(context) as instance:
        instance.revoke_token(token)
    show({"revoked": True}, as_json=as_json, text=_("令牌已失效。"))

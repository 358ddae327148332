"""account add, list, reset, disable, enable; and furnish, which gives a sample site one account for each kind of post."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mediation.clock import local_day
from mediation.commands.console import AsJson, context_of, instance_of, sample_clock, show, show_table, spoken
from mediation.errors import InputInvalid, NotPermitted, Problem
from mediation.ids import new_password
from mediation.language import _, joined

if TYPE_CHECKING:
    from mediation.accounts.keeping import AccountLine
    from mediation.app import Instance

account_commands = typer.Typer(help=_("登录账号"), no_args_is_help=True)
_BY = "system:accounts"


def add_to(app: typer.Typer) -> None:
    """What this module has of the program's commands."""
    app.add_typer(account_commands, name="account")


@account_commands.command("add")
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help=_("登录名"))],
    kind: Annotated[str, typer.Option(help=_("staff、system、security 或 audit"))] = "staff",
    person: Annotated[str, typer.Option(help=_("工作人员的人员代码；管理员不写"))] = "",
) -> None:
    """开一个账号，显示初始密码。初始密码只显示这一次，第一次登录必须换掉。"""
    from mediation.accounts import keeping  # noqa: PLC0415  the help must not wait for it

    with instance_of(context) as instance, instance.database.writing() as session:
        _account, first = keeping.make_account(
            session, name, instance.clock.now(), by=_BY, kind=kind, person=person
        )
    typer.echo(_("{name} 的初始密码：{password}").format(name=name.strip().lower(), password=first))


@account_commands.command("list")
def list_accounts(context: typer.Context, *, as_json: AsJson = False) -> None:
    """列出全部账号。"""
    from mediation.accounts import keeping  # noqa: PLC0415  the help must not wait for it

    with instance_of(context) as instance, instance.database.reading() as session:
        lines = keeping.lines(session)
    if as_json:
        show(lines, as_json=True)
        return
    show_table(
        _("登录账号"),
        [_("登录名"), _("种类"), _("姓名"), _("动态验证码"), _("状态")],
        [
            [
                one.name,
                keeping.kind_title(one.kind),
                one.person,
                _("有") if one.second_factor else "",
                _state(one),
            ]
            for one in lines
        ],
    )


@account_commands.command("reset")
def reset(context: typer.Context, name: Annotated[str, typer.Argument(help=_("登录名"))]) -> None:
    """给进不来的账号一个新的初始密码；登录着的都退出。"""
    from mediation.accounts import keeping  # noqa: PLC0415  the help must not wait for it

    with instance_of(context) as instance, instance.database.writing() as session:
        found = keeping.named(session, name)
        first = keeping.reset_password(session, found.public_id, instance.clock.now(), by=_BY)
    typer.echo(_("{name} 的初始密码：{password}").format(name=found.name, password=first))


@account_commands.command("bind")
def bind(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help=_("登录名"))],
    subject: Annotated[str, typer.Argument(help=_("统一身份编号（sub）；写 - 解除绑定"))],
) -> None:
    """让统一身份认证里的这个人用这个账号登录。"""
    from mediation.accounts import keeping, oidc  # noqa: PLC0415  the help must not wait for it

    with instance_of(context) as instance:
        said = oidc.settings_of(instance.settings)
        if said is None:
            raise InputInvalid([Problem(_("没有设置统一身份认证"), key="MEDIATION_OIDC_ISSUER")])
        whole = "" if subject == "-" else oidc.subject_of(said, subject)
        with instance.database.writing() as session:
            found = keeping.named(session, name)
            keeping.bind(session, found.public_id, whole, instance.clock.now(), by=_BY)
    typer.echo((_("已绑定 {name}") if whole else _("已解除 {name} 的绑定")).format(name=found.name))


@account_commands.command("disable")
def disable(context: typer.Context, name: Annotated[str, typer.Argument(help=_("登录名"))]) -> None:
    """停用账号，登录着的立刻退出。"""
    from mediation.accounts import keeping  # noqa: PLC0415  the help must not wait for it

    with instance_of(context) as instance, instance.database.writing() as session:
        found = keeping.named(session, name)
        ended = keeping.disable(session, found.public_id, instance.clock.now(), by=_BY)
    typer.echo(_("已停用 {name}，退出登录 {count} 处").format(name=name, count=ended))


@account_commands.command("enable")
def enable(context: typer.Context, name: Annotated[str, typer.Argument(help=_("登录名"))]) -> None:
    """重新启用停用的账号。"""
    from mediation.accounts import keeping  # noqa: PLC0415  the help must not wait for it

    with instance_of(context) as instance, instance.database.writing() as session:
        keeping.enable(session, keeping.named(session, name).public_id, instance.clock.now(), by=_BY)
    typer.echo(_("已启用 {name}").format(name=name))


@account_commands.command("token")
def issue_token(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help=_("登录名"))],
    label: Annotated[str, typer.Option(help=_("给谁、做什么用"))] = "",
    days: Annotated[int, typer.Option(help=_("有效天数"))] = 30,
    as_json: AsJson = False,
) -> None:
    """给系统管理员发一个接口令牌，只能用来管理推送。只显示这一次。"""
    from mediation.accounts import keeping, tokens  # noqa: PLC0415  the help must not wait for it

    with instance_of(context) as instance, instance.database.writing() as session:
        found = keeping.named(session, name)
        token = tokens.issue(session, instance.keyring, found, label, days, instance.clock.now(), by=_BY)
    text = _("{token}\n只显示这一次；有效 {days} 天。").format(token=token, days=days)
    show({"token": token, "days": days, "scopes": [tokens.SCOPE]}, as_json=as_json, text=text)


@account_commands.command("tokens")
def list_tokens(context: typer.Context, as_json: AsJson = False) -> None:
    """系统管理员有过的接口令牌；令牌本身看不到。"""
    from mediation.accounts import tokens  # noqa: PLC0415  the help must not wait for it

    with instance_of(context) as instance, instance.database.reading() as session:
        lines = tokens.lines(session)
    if as_json:
        show(lines, as_json=True)
        return
    show_table(
        _("接口令牌"),
        [_("登录名"), _("标签"), _("有效到"), _("状态")],
        [
            [one.account, one.label, spoken(one.expires_at), _("已收回") if one.revoked_at else ""]
            for one in lines
        ],
    )


@account_commands.command("revoke-token")
def revoke_token(
    context: typer.Context,
    token: Annotated[str, typer.Argument(metavar="TOKEN", help=_("令牌本身，或它的标签"))],
    as_json: AsJson = False,
) -> None:
    """收回系统管理员的一个接口令牌，立即失效。"""
    from mediation.accounts import tokens  # noqa: PLC0415  the help must not wait for it

    with instance_of(context) as instance, instance.database.writing() as session:
        tokens.revoke(session, instance.keyring, token, instance.clock.now(), by=_BY)
    show({"revoked": True}, as_json=as_json, text=_("令牌已失效。"))


@account_commands.command("furnish")
def furnish(
    context: typer.Context,
    site: Annotated[
        Path | None,
        typer.Option(
            "--site",
            metavar="DIR",
            help=_("示例单位的文件夹：照它的 disputes.yaml 再办一批没有办完的纠纷，只在开账号时"),
        ),
    ] = None,
) -> None:
    """给示例单位的每种岗位开一个账号，再开三员账号，并显示密码。只用于示例。"""
    with instance_of(context) as instance:
        if not instance.office.sample:
            raise NotPermitted(_("只有示例单位才能这样开账号；请用 mediation account add 逐个开"))
    path = context_of(context).settings.data / "accounts.txt"
    if site is not None and not path.exists():
        from mediation.demo.at_work import bring_to_work  # noqa: PLC0415  heavy

        bring_to_work(context_of(context).settings, site)
    # By the sample's own clock: else the server, which goes on from the last event, would begin months later.
    with instance_of(context, sample_clock(context) if site is not None else None) as instance:
        if not path.exists():
            rows = _furnished(instance)
            text = "\n".join("\t".join(row) for row in rows) + "\n"
            path.touch(mode=0o600)
            path.write_text(text, encoding="utf-8")
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines()]
    show_table(_("登录账号"), [_("登录名"), _("密码"), _("是谁"), _("岗位")], rows)


def _busy(instance: "Instance") -> dict[str, int]:
    """How much waits for whom: an account that opens on an empty desk shows nothing."""
    from mediation.people import queries as people  # noqa: PLC0415

    today = local_day(instance.clock.now())
    with instance.database.reading() as session:
        held = [
            (who.code, post.id)
            for who in people.people(session)
            for post in people.posts_of(session, who.id or 0)
            if post.valid_from <= today and (post.valid_to is None or post.valid_to >= today)
        ]
    found: dict[str, int] = {}
    for code, post in held:
        found[code] = found.get(code, 0) + len(instance.tasks(post or 0))
    return found


def _furnished(instance: "Instance") -> list[list[str]]:
    from mediation.accounts import keeping, queries  # noqa: PLC0415
    from mediation.people import queries as people  # noqa: PLC0415

    now = instance.clock.now()
    rows: list[list[str]] = []
    busy = _busy(instance)
    with instance.database.writing() as session:
        kinds: dict[str, list[str]] = {}
        for who in people.people(session):
            for post in people.posts_of(session, who.id or 0):
                held = post.valid_from <= local_day(now) and (
                    post.valid_to is None or post.valid_to >= local_day(now)
                )
                if held and who.status == "active":
                    kinds.setdefault(post.kind, []).append(who.code)
        chosen: dict[str, str] = {}
        for codes in kinds.values():
            fresh = sorted(
                (code for code in codes if code not in chosen), key=lambda code: -busy.get(code, 0)
            )
            for code in fresh[:2]:
                chosen[code] = ""
        for code in chosen:
            who = people.person(session, code)
            posts = joined(post.title for post in people.posts_of(session, who.id or 0))
            if queries.account_of_person(session, who.id or 0) is None:
                password = new_password()
                keeping.make_account(
                    session, code, now, by=_BY, person=code, password=password, must_change=False
                )
                rows.append([code, password, who.name, posts])
        for kind in ("system", "security", "audit"):
            password = new_password()
            keeping.make_account(
                session, f"{kind}-admin", now, by=_BY, kind=kind, password=password, must_change=False
            )
            rows.append([f"{kind}-admin", password, keeping.kind_title(kind), ""])
    return rows


def _state(one: "AccountLine") -> str:
    if one.disabled_at is not None:
        return _("已停用")
    if one.locked_until is not None:
        return _("暂停登录至 {moment}").format(moment=spoken(one.locked_until))
    return _("待换密码") if one.must_change else ""

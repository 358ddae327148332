"""routing check, explain, suggest, proposals."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mediation.commands.console import AsJson, context_of, instance_of, show, spoken
from mediation.commands.ownership import proposals
from mediation.errors import InputInvalid, NotFound, Problem, SiteError
from mediation.language import _, joined

if TYPE_CHECKING:
    from mediation.sites.folder import Site
    from mediation.units.routing import CaseFacts

commands = typer.Typer(help=_("分流规则"), no_args_is_help=True)
commands.command("proposals")(proposals)

_MOST_YUAN = 10**12
Folder = Annotated[
    Path | None, typer.Option("--site", metavar="DIR", help=_("部署单位的配置文件夹，不用数据库"))
]
Case = Annotated[str, typer.Argument(help=_("案号、临时编号或系统编号"), metavar="CASE")]


def add_to(app: typer.Typer) -> None:
    """What this module has of the program's commands."""
    app.add_typer(commands, name="routing")


@commands.command("check")
def check(
    site: Annotated[Path, typer.Option("--site", metavar="DIR", help=_("部署单位的配置文件夹"))],
    as_json: AsJson = False,
) -> None:
    """证明分流规则没有遗漏、没有矛盾、没有永远用不上的；一次列出所有问题。"""
    from mediation.units.routing_proof import Domain  # noqa: PLC0415  the help must not wait for it

    found, _titles = _read(site)
    rules = _rules(found)
    domain = Domain(rules, _tree(found), found.codes)
    warnings = [str(one) for one in found.warnings if one.file == "routing.yaml"]
    policies = {"only": _("只能有一条符合"), "first": _("先符合的先用")}
    answer = {
        "site": found.settings.name,
        "policy": rules.policy,
        "rules": len(rules.rules),
        "classes": domain.size(),
        "warnings": warnings,
        "ok": True,
    }
    text = _("{count}条规则，{policy}；纠纷按规则分得开的共{classes}类，每一类都有规则符合。").format(
        count=len(rules.rules), policy=policies[rules.policy], classes=domain.size()
    )
    show(
        answer,
        as_json=as_json,
        text="\n".join([text, *(_("注意：{one}").format(one=one) for one in warnings)]),
    )


@commands.command("explain")
def explain(
    context: typer.Context,
    case: Annotated[
        str | None, typer.Argument(help=_("一件纠纷；不写时用 --site 和下面各项"), metavar="[CASE]")
    ] = None,
    site: Folder = None,
    governance: Annotated[str, typer.Option(help=_("综治类别"), metavar="CODE")] = "99",
    category: Annotated[str, typer.Option(help=_("司法行政类别；不写时由综治类别对应"), metavar="CODE")] = "",
    place: Annotated[str, typer.Option(help=_("所在地的单位代码"), metavar="UNIT")] = "",
    headcount: Annotated[int, typer.Option(help=_("涉及人数"))] = 2,
    amount: Annotated[float | None, typer.Option(help=_("涉及金额，元"))] = None,
    risk: Annotated[str, typer.Option(metavar="CODE")] = "low",
    source: Annotated[str, typer.Option(metavar="CODE")] = "applied",
    repeat: Annotated[bool, typer.Option("--repeat", help=_("重复发生的"))] = False,
    as_json: AsJson = False,
) -> None:
    """为什么这样分流：哪一条规则，因为什么，去哪里，不是它的话会怎样。"""
    from mediation.cases.routing import page  # noqa: PLC0415  heavy

    if (case is None) == (site is None):
        raise InputInvalid([Problem(_("写一件纠纷的编号，或者写 --site 和各项情况"), key="CASE")])
    if case is not None:
        actor = context_of(context).named_actor
        with instance_of(context) as instance:
            found = instance.routing.explained(actor, case)
        show(found, as_json=as_json, text="\n".join(_of_case(found)))
        return
    from mediation.cases.routing.deciding import said  # noqa: PLC0415
    from mediation.units.routing import route  # noqa: PLC0415

    assert site is not None
    read, titles = _read(site)
    named = {"governance": governance, "category": category, "place": place, "risk": risk, "source": source}
    facts = _facts(read, named, headcount, amount, repeat=repeat)
    suggestion = route(facts, _rules(read), _tree(read), read.chain, read.codes, titles)
    answer = {**asdict(suggestion), "said": said(suggestion)}
    show(answer, as_json=as_json, text="\n".join(page.lines(answer)))


@commands.command("suggest")
def suggest(
    context: typer.Context,
    case: Case,
    language: Annotated[
        list[str] | None, typer.Option(help=_("当事人要用的语言，可以写多次"), metavar="CODE")
    ] = None,
    most: Annotated[int, typer.Option(min=1, max=50, help=_("最多几名调解员"))] = 5,
    as_json: AsJson = False,
) -> None:
    """建议交给哪个单位、由谁调解，每一分是怎么来的。"""
    actor = context_of(context).named_actor
    with instance_of(context) as instance:
        found = instance.routing.suggestions(actor, case, languages=language or [], most=most)
    show(found, as_json=as_json, text="\n".join(_suggested(found)))


def routing_lines(found: dict[str, Any]) -> list[str]:
    """The suggestion in one line and each decision, for the page of a case; nothing where the site has no rules."""
    lines = [found["suggestion"]["said"]] if found["suggestion"] else []
    for one in found["decisions"]:
        message = _("{at} {by}（{act_title}）：第{version}版规则“{rule}”，建议{suggested}")
        told = {
            "at": spoken(one["at"]),
            "rule": one["rule_title"] or "—",
            "suggested": one["suggested"] or "—",
        }
        line = message.format(**{**one, **told})
        if one["chosen"]:
            line += _("，交{unit}").format(unit=one["chosen"])
        if one["overruled"]:
            line += _("，没有按建议：{because}").format(because=one["because"] or _("没有写理由"))
        lines.append(line)
    return lines


def _of_case(found: dict[str, Any]) -> list[str]:
    from mediation.cases.routing import page  # noqa: PLC0415

    if not found["suggestion"]:
        lines = [found["no_suggestion"]]
        for line, one in zip(routing_lines(found), found["decisions"], strict=True):
            lines += [line, *([_("  因为：{reason}").format(reason=one["reason"])] if one["reason"] else [])]
            lines += [f"  {page.limit_line(one['limit'])}"] if one["limit"] else []
        return lines
    return [*page.lines(found["suggestion"]), *routing_lines(found)[1:]]


def _suggested(found: Any) -> list[str]:
    from mediation.cases.routing import page  # noqa: PLC0415

    lines = page.lines(found.unit) if found.unit else [_("本部署单位没有分流规则")]
    lines.append(_("可以请这些人调解："))
    for one in found.mediators:
        title = _("{name}（{post}，{code}）").format(name=one.name, post=one.post, code=one.code)
        if one.barred:
            lines.append(_("  不能请 {title}：{barred}").format(title=title, barred=one.barred))
            continue
        why = joined(
            (_("{why} {points}").format(why=part.why, points=part.points) for part in one.parts), "；"
        )
        lines.append(_("  {score}分 {title}：{why}").format(score=one.score, title=title, why=why))
    if not found.mediators:
        lines.append(_("  没有在任的"))
    return lines


def _read(folder: Path) -> tuple["Site", dict[str, str]]:
    """The site, and its definitions by name and title. Raises SiteError with all problems, NotFound without rules."""
    from mediation.clock import SystemClock, local_day  # noqa: PLC0415
    from mediation.founding import inspect_routing  # noqa: PLC0415  heavy

    found, definitions, problems = inspect_routing(folder, local_day(SystemClock().now()))
    if problems:
        raise SiteError(problems, _("分流规则没有通过："))
    if found.routing is None:
        raise NotFound(_("{folder} 里没有 routing.yaml").format(folder=folder))
    return found, {name: definitions.newest(name).title for name in definitions.names}


def _rules(site: "Site") -> Any:
    from mediation.sites.routing import rules_of  # noqa: PLC0415

    assert site.routing is not None
    return rules_of(site.routing)


def _tree(site: "Site") -> Any:
    from mediation.clock import SystemClock, local_day  # noqa: PLC0415
    from mediation.units.tree import Tree  # noqa: PLC0415

    return Tree([unit.node for unit in site.units], local_day(SystemClock().now()))


def _facts(
    site: "Site", named: dict[str, str], headcount: int, amount: float | None, *, repeat: bool
) -> "CaseFacts":
    """What the options say; InputInvalid with everything that is wrong with them."""
    from mediation.units.routing import FEN, CaseFacts  # noqa: PLC0415

    lists = {
        "governance": "governance_categories",
        "category": "judicial_categories",
        "risk": "risks",
        "source": "sources",
    }
    codes, tree = site.codes, _tree(site)
    problems = [
        Problem(fault, key=f"--{key}")
        for key, name in lists.items()
        if named[key] and (fault := codes.fault(name, named[key]))
    ]
    start = None
    try:
        start = tree.by_code(named["place"]) if named["place"] else None
    except NotFound as error:
        problems.append(Problem(str(error), key="--place"))
    if not named["place"]:
        problems.append(Problem(_("要写明所在地"), key="--place"))
    if headcount < 1:
        problems.append(Problem(_("不能小于 {least}").format(least=1), key="--headcount"))
    if amount is not None and not 0 <= amount < _MOST_YUAN:
        message = _("应在 0 和 {most} 之间").format(most=_MOST_YUAN)
        problems.append(Problem(message, key="--amount"))
    if problems or start is None:
        raise InputInvalid(problems)
    return CaseFacts(
        category=named["category"] or codes.judicial_of(named["governance"]),
        governance=named["governance"],
        place=start.id,
        headcount=headcount,
        amount_fen=None if amount is None else round(amount * FEN),
        risk=named["risk"],
        source=named["source"],
        repeat=repeat,
    )

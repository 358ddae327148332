"""case list, show, register, do."""

from typing import Annotated, Any

import typer

from mediation.commands.console import (
    AsJson,
    context_of,
    instance_of,
    plain,
    show,
    show_table,
    spoken,
)
from mediation.commands.ownership import ownership_lines
from mediation.language import _

commands = typer.Typer(help=_("登记、查看、办理纠纷"), no_args_is_help=True)

Words = Annotated[
    str | None, typer.Option("--with", help=_("内容文件(YAML 或 JSON);- 表示标准输入"), metavar="FILE")
]
Pairs = Annotated[
    list[str] | None, typer.Option("--set", "-s", help=_("一项内容,可以写多次"), metavar=_("键=值"))
]
Number = Annotated[str, typer.Argument(help=_("案号、临时编号或系统编号"), metavar="NUMBER")]

_ROUNDS = {
    "open": "会签中",
    "agreed": "已通过",
    "rejected": "被驳回",
    "taken_back": "已撤回",
    "lapsed": "已失效",
}
_LIGHTS = {"red": "●逾期", "yellow": "●将到期", "green": "●", "none": ""}


@commands.command("list")
def list_cases(
    context: typer.Context,
    search: Annotated[str, typer.Option(help=_("按名称或当事人查找,至少两个字"))] = "",
    waiting: Annotated[bool, typer.Option("--waiting", help=_("只看本单位待办,急的在前"))] = False,
    most: Annotated[int, typer.Option(min=1, max=200, help=_("最多几行"))] = 50,
    as_json: AsJson = False,
) -> None:
    """查看范围内的纠纷。"""
    actor = context_of(context).named_actor
    with instance_of(context) as instance:
        rows = instance.cases(actor, words=search, waiting=waiting, most=most)
    if as_json:
        show(rows, as_json=True)
        return
    show_table(
        _("纠纷 {count} 件").format(count=len(rows)),
        [_("编号"), _("名称"), _("状态"), _("主办"), _("待办"), _("期限"), ""],
        [
            [
                row.number,
                row.title,
                row.state_title,
                row.holder,
                row.task,
                spoken(row.due_at),
                _LIGHTS[row.light],
            ]
            for row in rows
        ],
    )


@commands.command("tasks")
def list_tasks(
    context: typer.Context,
    most: Annotated[int, typer.Option(min=1, max=200, help=_("最多几行"))] = 50,
    as_json: AsJson = False,
) -> None:
    """等我办的：会签、分办、征求意见、承诺事项和抄送件，急的在前。"""
    actor = context_of(context).named_actor
    with instance_of(context) as instance:
        rows = instance.tasks(actor, most)
    if as_json:
        show(rows, as_json=True)
        return
    show_table(
        _("待办 {count} 项").format(count=len(rows)),
        [_("编号"), _("名称"), _("待办"), _("内容"), _("提出人"), _("期限"), ""],
        [
            [
                row.number,
                row.case_title,
                str(row.task),
                row.title,
                row.asked_by,
                spoken(row.due_at),
                _LIGHTS[row.light],
            ]
            for row in rows
        ],
    )


@commands.command("show")
def show_case(context: typer.Context, number: Number, as_json: AsJson = False) -> None:
    """一件纠纷的全部情况、期限和可以办理的操作。"""
    actor = context_of(context).named_actor
    with instance_of(context) as instance:
        page = instance.case(actor, number)
    if as_json:
        show(page, as_json=True)
        return
    typer.echo("\n".join(_page_lines(page)))


@commands.command("register")
def register(
    context: typer.Context, words: Words = None, pairs: Pairs = None, as_json: AsJson = False
) -> None:
    """登记一件纠纷。"""
    from mediation.commands.words import read_words  # noqa: PLC0415  the help must not wait for it

    actor = context_of(context).named_actor
    with read_words(words, pairs or []).judged() as said, instance_of(context) as instance:
        done = instance.register(actor, said)
    text = _("已登记:{case}\n查询码:{code}(只显示这一次,请交给申请人)").format(
        case=done.act.case, code=done.query_code
    )
    show(done, as_json=as_json, text=text)


@commands.command("do")
def do(
    context: typer.Context,
    number: Number,
    trigger: Annotated[
        str, typer.Argument(help=_("操作,如 accept;可办的操作见 case show"), metavar="TRIGGER")
    ],
    words: Words = None,
    pairs: Pairs = None,
    version: Annotated[int | None, typer.Option(help=_("只在案件仍是这一版时办理"))] = None,
    as_json: AsJson = False,
) -> None:
    """办理一项操作。"""
    from mediation.commands.words import read_words  # noqa: PLC0415  the help must not wait for it

    actor = context_of(context).named_actor
    with read_words(words, pairs or []).judged() as said, instance_of(context) as instance:
        done = instance.do(actor, number, trigger, said, version)
    lines = [_("已办理:{trigger},现为 {state}(第 {version} 版)").format(**plain(done.act))]
    lines += done.act.told
    lines += [_("已出具:{paper}").format(paper=paper) for paper in done.papers]
    lines += [_("尚未办成:{warning}").format(warning=warning) for warning in done.warnings]
    show(done, as_json=as_json, text="\n".join(lines))


def _notice_lines(notices: list[dict[str, Any]]) -> list[str]:
    """How often what was told; to whom and when is in `notices list --case`."""
    told: dict[str, int] = {}
    for row in notices:
        if row["state"] == "sent":
            told[row["title"]] = told.get(row["title"], 0) + 1
    if not told:
        return []
    listed = "、".join(
        _("{title}{count}条").format(title=title, count=count) for title, count in told.items()
    )
    return [_("通知：{listed}").format(listed=listed)]


def _page_lines(page: Any) -> list[str]:
    row = page.row
    lines = [
        f"{row.number}  {row.title}",
        _("状态:{state}  主办:{holder}  首问:{first}").format(
            state=row.state_title, holder=" ← ".join(page.chain), first=page.first_receiver
        ),
        _("来源:{source}  类别:{category} / {governance}").format(
            source=page.source, category=page.category, governance=page.governance_category
        ),
        *_reference(page),
        "",
        page.narrative,
        "",
        _("当事人:"),
    ]
    lines += [
        f"  {party['ordinal']}. {party['name']}  {party['id_number']}  {party['phone']}  {_marks(party)}"
        for party in page.parties
    ]
    lines += [_("调解员:"), *(f"  {one['name']}({one['role']})" for one in page.mediators)]
    if page.agreement:
        lines += [_("协议 {number}({state}):").format(**page.agreement)]
        lines += [f"  {clause['ordinal']}. {clause['text']}" for clause in page.agreement["clauses"]]
    if page.missing_signatures:
        lines += [_("还缺签名:{people}").format(people="、".join(page.missing_signatures))]
    lines += ownership_lines(page.ownership)
    lines += _aftercare_lines(page.aftercare)
    lines += _appointment_lines(page)
    lines += [
        _("文书:"),
        *(f"  {paper['form']} {paper['subject']} {paper['state']}" for paper in page.papers),
    ]
    lines += _task_lines(page)
    lines += _notice_lines(page.notices)
    lines += [_("期限:")]
    for clock in page.clocks:
        if clock["state"] in {"running", "paused"}:
            lines += [
                f"  {clock['name']}  {spoken(clock['due_at'])}",
                *(f"      {why}" for why in clock["why"]),
            ]
    lines += [_("可以办理:")]
    for act in page.acts:
        if act["permitted"]:
            lines += [
                f"  {act['trigger']}  {act['title']}",
                *(f"      {reason}" for reason in act["reasons"]),
            ]
    return lines


def _reference(page: Any) -> list[str]:
    """The number that the source knows it by, if it has one."""
    if not page.source_reference:
        return []
    return [_("来源编号：{reference}").format(reference=page.source_reference)]


def _task_lines(page: Any) -> list[str]:
    """What is open of the case, and how its approvals stand."""
    lines = []
    waiting = [task for task in page.tasks if task["closed_at"] is None and task["kind"] != "turn"]
    if waiting:
        lines += [_("待办：")]
    for task in waiting:
        who = task["person"] or task["unit"]
        state = _("（还没有轮到）") if task["waiting"] else spoken(task["due_at"])
        lines += [f"  {task['task']}. {task['title']}  {who}  {state}"]
    if page.approvals:
        lines += [_("审批：")]
    for one in page.approvals:
        changed = _("（此后{facts}变了）").format(facts="、".join(one["changed"])) if one["changed"] else ""
        lines += [f"  {one['title']}  {_(_ROUNDS[one['state']])}{changed}"]
    return lines


def _appointment_lines(page: Any) -> list[str]:
    """What is arranged and still to come."""
    kinds = {"session": _("调解"), "visit": _("回访"), "conference": _("会商")}
    return [
        _("约定{n}：{when} {kind}，{place}，{person}").format(
            n=one["appointment"],
            when=spoken(one["starts_at"]),
            kind=kinds[one["kind"]],
            place=one["place"],
            person=one["person"],
        )
        for one in page.appointments
        if one["state"] == "planned"
    ]


def _marks(party: dict[str, Any]) -> str:
    marks = {
        "consented": _("同意调解"),
        "refused": _("拒绝调解"),
        "rights_told": _("已告知权利"),
        "electronic_agreed": _("同意电子签名"),
    }
    return " ".join(text for key, text in marks.items() if party[key])


def _aftercare_lines(shown: dict[str, Any]) -> list[str]:
    """Pauses, other agreements, corrections and voidings, a line each."""
    states = {
        "in_force": _("生效"),
        "replaced": _("已被新协议取代"),
        "void": _("作废"),
        "signing": _("待签署"),
        "draft": _("草稿"),
    }
    lines = [
        _("第{n}份协议 {number}：{state}{remark}").format(
            n=one["ordinal"],
            number=one["number"] or "",
            state=states[one["state"]],
            remark=f"，{one['remark']}" if "remark" in one else "",
        )
        for one in shown.get("agreements", ())
        if len(shown["agreements"]) > 1 or "remark" in one
    ]
    lines += [
        _("第{n}次中止，预计至{day}：{how}").format(
            n=one["ordinal"],
            day=one["expected_on"],
            how=_("已恢复") if one["ended_at"] else _("中止中"),
        )
        for one in shown.get("suspensions", ())
    ]
    lines += [
        _("更正文书 {paper}：{slips}").format(
            paper=one["paper"],
            slips="；".join(f"“{slip['wrong']}”→“{slip['right']}”" for slip in one["slips"]),
        )
        for one in shown.get("corrections", ())
    ]
    lines += [
        _("作废文书 {paper}：{reason}").format(paper=one["paper"], reason=one["reason"])
        for one in shown.get("voidings", ())
    ]
    return lines

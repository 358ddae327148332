"""One case as text, for `case show`."""

from collections.abc import Sequence
from typing import Any

from mediation.commands.console import spoken, spoken_end
from mediation.commands.ledger import ledger_lines
from mediation.commands.ownership import ownership_lines
from mediation.commands.routing import routing_lines
from mediation.language import _, joined

_ROUNDS = {
    "open": "会签中",
    "agreed": "已通过",
    "rejected": "被驳回",
    "taken_back": "已撤回",
    "lapsed": "已失效",
}
_AGREEMENTS = {
    "in_force": "生效",
    "replaced": "已被新协议取代",
    "void": "作废",
    "signing": "待签署",
    "draft": "草稿",
}
_PAPERS = {
    "reserved": "待印",
    "frozen": "已印出",
    "signing": "签署中",
    "complete": "已办结",
    "void": "作废",
}
_ROLES = {"presiding": "主持调解员", "mediator": "调解员", "recorder": "记录人"}
_AGENTS = {
    "legal_representative": "法定代表人",
    "guardian": "监护人",
    "agent": "委托代理人",
    "group_representative": "推选的代表",
}
_RESULTS = {"agreed": "达成一致", "to_continue": "继续调解", "failed": "没有谈成"}


def said_lines(timeline: Sequence[Any]) -> list[str]:
    """Why each act was done, and what was remarked, the oldest first; nothing if nobody has said anything."""
    told = [one for one in timeline[::-1] if one.said]
    if not told:
        return []
    line = _("  {moment} {who}（{act}）：{said}")
    return [
        "",
        _("办理时写明的："),
        *(
            line.format(moment=spoken(one.at), who=one.who, act=one.title, said=_together(one.said))
            for one in told
        ),
    ]


def _together(said: Sequence[str]) -> str:
    """Words of one act in a line."""
    return "；".join([*(one.rstrip("。；") for one in said[:-1]), *said[-1:]])


def page_lines(page: Any) -> list[str]:
    """Everything that the page holds, in lines; what a case has none of is left out."""
    row = page.row
    lines = [
        f"{row.number}  {row.title}",
        _("状态：{state}  主办：{holder}  首问：{first}").format(
            state=row.state_title, holder=" ← ".join(page.chain), first=page.first_receiver
        ),
        _("来源：{source}  类别：{category} / {governance}").format(
            source=page.source, category=page.category, governance=page.governance_category
        ),
        *_reference(page),
        _("结果：{outcome}  风险：{risk}").format(outcome=page.outcome, risk=page.risk),
        *_kin_lines(page.kinship),
        *_people_lines(page),
        "",
        page.narrative,
        *(_("请求{n}：{claim}").format(n=at, claim=claim) for at, claim in enumerate(page.claims, start=1)),
        *([_("涉及金额：{sum}").format(sum=_yuan(page.amount_fen))] if page.amount_fen is not None else []),
        "",
        _("当事人："),
    ]
    for party in page.parties:
        lines += [
            f"  {party['ordinal']}. {party['name']}  {party['id_number']}  {party['phone']}  {_marks(party)}",
            *(
                "     " + _("{name}（{role}）").format(name=agent["name"], role=_(_AGENTS[agent["kind"]]))
                for agent in party["agents"]
            ),
        ]
    lines += [_("调解员：")]
    lines += [
        "  " + _("{name}（{role}）").format(name=one["name"], role=_(_ROLES[one["role"]]))
        for one in page.mediators
    ]
    if page.agreement:
        number, state = page.agreement["number"] or _("（未编号）"), _(_AGREEMENTS[page.agreement["state"]])
        lines += [_("协议 {number}（{state}）：").format(number=number, state=state)]
        lines += [
            f"  {clause['ordinal']}. {clause['text']}{_performed(clause)}"
            for clause in page.agreement["clauses"]
        ]
    if page.missing_signatures:
        lines += [_("还缺签名：{people}").format(people=joined(page.missing_signatures))]
    lines += routing_lines(page.routing)
    lines += ownership_lines(page.ownership)
    lines += _aftercare_lines(page)
    lines += ledger_lines(page.ledger)
    lines += _meeting_lines(page)
    lines += _appointment_lines(page)
    lines += [_("文书：")]
    lines += [f"  {paper['title']}  {_name(paper)}  {_(_PAPERS[paper['state']])}" for paper in page.papers]
    lines += _task_lines(page)
    lines += _notice_lines(page.notices)
    lines += _erasure_lines(page)
    lines += [_("期限：")]
    for clock in page.clocks:
        if clock["state"] in {"running", "paused", "missed"}:
            over = _("（已逾期）") if clock["state"] == "missed" else ""
            lines += [
                f"  {clock['title']}  {spoken_end(clock['due_at'])}{over}",
                *(f"      {why}" for why in clock["why"]),
            ]
    lines += [_("可以办理：")]
    for act in page.acts:
        if act["permitted"]:
            lines += [
                f"  {act['trigger']}  {act['title']}",
                *(f"      {reason}" for reason in act["reasons"]),
            ]
    return lines


def _notice_lines(notices: list[dict[str, Any]]) -> list[str]:
    """How often what was told; to whom and when is in `notices list --case`."""
    told: dict[str, int] = {}
    for row in notices:
        if row["state"] == "sent":
            told[row["title"]] = told.get(row["title"], 0) + 1
    if not told:
        return []
    listed = joined(_("{title}{count}条").format(title=title, count=count) for title, count in told.items())
    return [_("通知：{listed}").format(listed=listed)]


def _erasure_lines(page: Any) -> list[str]:
    """What somebody asked to be erased, for the second person, who is to know it before confirming."""
    asked = page.erasure_asked
    if asked is None:
        return []
    return [_("等待另一人确认的删除：{told}").format(told=asked["told"]), f"  {asked['to_confirm']}"]


def _kin_lines(kinship: dict[str, Any]) -> list[str]:
    """Where the case went, what it has to do with others, its series."""
    lines = []
    if "merged_into" in kinship:
        lines += [_("已并入主案 {case}").format(case=_named(kinship["merged_into"]))]
    lines += [
        _("关联（{words}）：{case}").format(words=one["words"], case=_named(one))
        for one in kinship.get("links", ())
    ]
    if "series" in kinship:
        lines += [_("系列案：{title}（{series}）").format(**kinship["series"])]
    return lines


def _named(case: dict[str, Any]) -> str:
    return f"{case['number']} {case['title']}".strip()


def _people_lines(page: Any) -> list[str]:
    """Who else answers for it: the leader in charge, units that help."""
    lines = []
    if page.leader:
        lines += [_("包案领导：{leader}").format(leader=page.leader)]
    if page.co_handlers:
        units = joined(one["unit"] for one in page.co_handlers)
        lines += [_("协办：{units}").format(units=units)]
    return lines


def _meeting_lines(page: Any) -> list[str]:
    """Sessions, conferences and visits that took place, a line each, and what a party thought of it all."""
    lines = [
        _("第{n}次调解 {when}：{result}").format(
            n=one["ordinal"], when=spoken(one["held_from"]), result=_(_RESULTS[one["result"]])
        )
        for one in page.sessions
    ]
    lines += [
        _("第{n}次会商 {when}").format(n=one["ordinal"], when=spoken(one["held_from"]))
        for one in page.conferences
    ]
    lines += [
        _("回访 {when}：{performance}").format(
            when=spoken(one["visited_at"]), performance=one["performance_title"]
        )
        for one in page.visits
    ]
    return lines + _rating_lines(page.rating)


def _rating_lines(rating: dict[str, Any] | None) -> list[str]:
    """The mark; the remark stands with what else was said beside an act."""
    if rating is None:
        return []
    when = spoken(rating["rated_at"])
    return [_("群众评价 {when}：{mark}").format(when=when, mark=rating["satisfaction_title"])]


def _performed(clause: dict[str, Any]) -> str:
    if clause["performed_on"] is not None:
        return _("（{day} 已履行）").format(day=clause["performed_on"])
    if clause["breached_on"] is not None:
        return _("（{day} 发现未履行）").format(day=clause["breached_on"])
    return ""


def _yuan(fen: int) -> str:
    whole, rest = divmod(fen, 100)
    return _("{n}元").format(n=f"{whole}.{rest:02d}" if rest else whole)


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
        state = _("（还没有轮到）") if task["waiting"] else spoken_end(task["due_at"])
        lines += [f"  {task['task']}. {task['title']}  {who}  {state}"]
    if page.approvals:
        lines += [_("审批：")]
    for one in page.approvals:
        changed = _("（此后{facts}变了）").format(facts=joined(one["changed"])) if one["changed"] else ""
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


def _name(paper: dict[str, Any]) -> str:
    """A paper as acts name it."""
    return f"{paper['form']}:{paper['subject']}" if paper["subject"] else str(paper["form"])


def _aftercare_lines(page: Any) -> list[str]:
    """Pauses, other agreements, corrections and voidings, a line each."""
    shown = page.aftercare
    papers = {one["id"]: f"{one['title']} {_name(one)}" for one in page.papers}
    lines = [
        _("第{n}份协议 {number}：{state}{remark}").format(
            n=one["ordinal"],
            number=one["number"] or "",
            state=_(_AGREEMENTS[one["state"]]),
            remark=_("，{remark}").format(remark=one["remark"]) if "remark" in one else "",
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
            paper=papers[one["paper"]],
            slips=joined((f"“{slip['wrong']}”→“{slip['right']}”" for slip in one["slips"]), "；"),
        )
        for one in shown.get("corrections", ())
    ]
    lines += [
        _("作废文书 {paper}：{reason}").format(paper=papers[one["paper"]], reason=one["reason"])
        for one in shown.get("voidings", ())
    ]
    return lines

"""How a page writes days, moments, sums and time left: the Chinese way, or the English."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from markupsafe import Markup

from mediation.clock import SITE_ZONE
from mediation.deadlines.calendar import last_day
from mediation.language import _, current_language, spoken

CASE_WORDS: Mapping[str, Mapping[str, str]] = {
    "round": {
        "open": "会签中",
        "agreed": "已通过",
        "rejected": "未通过",
        "taken_back": "已撤回",
        "lapsed": "已失效",
    },
    "agreement": {
        "in_force": "生效",
        "replaced": "已被新协议取代",
        "void": "作废",
        "signing": "待签署",
        "draft": "草稿",
    },
    "paper": {
        "reserved": "待印",
        "frozen": "已印出",
        "signing": "签署中",
        "complete": "已办结",
        "void": "作废",
    },
    "role": {
        "presiding": "主持调解员",
        "mediator": "调解员",
        "recorder": "记录人",
        "applicant": "申请人",
        "respondent": "被申请人",
        "third": "第三人",
    },
    "confirmation": {"applied": "等待裁定", "confirmed": "裁定有效", "dismissed": "裁定驳回"},
    "result": {"agreed": "达成一致", "to_continue": "继续调解", "failed": "没有谈成"},
    "appointment": {"session": "调解", "visit": "回访", "conference": "会商"},
    "planned": {"planned": "待赴", "kept": "已赴", "cancelled": "已取消"},
    "task": {
        "approval": "审批",
        "part": "分办",
        "opinion": "征求意见",
        "promise": "承诺",
        "instruction": "请示",
        "call": "呼叫",
        "copy": "抄送",
        "turn": "本步待办",
    },
    "done": {
        "done": "已办",
        "not_done": "没有办成",
        "agreed": "同意",
        "rejected": "驳回",
        "taken_back": "已撤回",
        "removed": "减签",
        "lapsed": "已失效",
        "not_needed": "不用再办",
        "read": "已阅",
    },
    "rule": {
        "all": "全部同意才通过",
        "in_order": "按顺序逐个会签，全部同意才通过",
        "any": "一人同意就通过",
        "vote": "过半数同意就通过",
    },
    "agent": {
        "legal_representative": "法定代表人",
        "guardian": "监护人",
        "agent": "委托代理人",
        "group_representative": "推选的代表",
    },
    "clock": {
        "running": "计时中",
        "paused": "暂停",
        "met": "按时办结",
        "missed": "已超期",
        "cancelled": "已取消",
    },
    "sent": {"sent": "已发", "failed": "没有发出", "skipped": "未发", "waiting": "待发"},
    "pause": {"appraisal": "鉴定", "consent": "各方同意"},
}
"""Codes of a case's page in words."""
_ABOUT = {
    "party": "第{n}位当事人",
    "session": "第{n}次调解",
    "agreement": "第{n}份协议",
    "visit": "第{n}次回访",
    "conference": "第{n}次会商",
    "risk": "第{n}次评估",
    "suspension": "第{n}次中止",
    "correction": "第{n}次更正",
    "voiding": "第{n}次作废",
    "notice": "第{n}份通知",
}
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_WEEK = ("一", "二", "三", "四", "五", "六", "日")


def day(value: date | datetime | None) -> str:
    """2026年3月2日; 2 Mar 2026. Nothing for nothing."""
    if value is None:
        return ""
    found = value.astimezone(SITE_ZONE).date() if isinstance(value, datetime) else value
    if current_language() == "en":
        return f"{found.day} {found:%b %Y}"
    return f"{found.year}年{found.month}月{found.day}日"


def month(value: date) -> str:
    """2026年3月; March 2026."""
    return f"{value:%B %Y}" if current_language() == "en" else f"{value.year}年{value.month}月"


def weekday(value: date | datetime) -> str:
    """周一; Mon."""
    found = value.astimezone(SITE_ZONE).date() if isinstance(value, datetime) else value
    return f"{found:%a}" if current_language() == "en" else f"周{_WEEK[found.weekday()]}"


def moment(value: datetime | None) -> str:
    """2026年3月2日 09:30."""
    return "" if value is None else f"{day(value)} {value.astimezone(SITE_ZONE):%H:%M}"


def ends(due: datetime | None) -> str:
    """The last day of a term that ends with a day; the moment of one that ends within a day."""
    if due is None:
        return ""
    local = due.astimezone(SITE_ZONE)
    return day(last_day(due)) if (local.hour, local.minute) == (0, 0) else moment(due)


def clock(value: datetime | None) -> str:
    """09:30."""
    return "" if value is None else f"{value.astimezone(SITE_ZONE):%H:%M}"


def size(count: int) -> str:
    """How large a file is: bytes, then thousands and millions of them."""
    for step, unit in ((1_000_000, "MB"), (1_000, "kB")):
        if count >= step:
            return f"{count / step:.1f} {unit}"
    return _("{n} 字节").format(n=count)


def left(due: datetime | None, now: datetime) -> str:
    """How long there is until an end, or how long it is past, in the unit that people think in."""
    if due is None:
        return ""
    span = due - now
    late = span < timedelta()
    span = abs(span)
    if span >= timedelta(days=1):
        amount = _("{n} 天").format(n=span.days)
    elif span >= timedelta(hours=1):
        amount = _("{n} 小时").format(n=int(span.total_seconds() // 3600))
    else:
        amount = _("{n} 分钟").format(n=int(span.total_seconds() // 60))
    return (_("已超 {amount}") if late else _("还有 {amount}")).format(amount=amount)


def recorded(text: str) -> str | Markup:
    """What was recorded in Chinese, or is a site's own word: as it is, and marked as Chinese for whoever reads English."""
    shown = spoken(text)
    if current_language() != "en" or not _CHINESE.search(shown):
        return str(shown)
    return Markup('<span lang="zh-CN">{}</span>').format(shown)


def about(subject: str) -> str:
    """What tells a paper from the others of its form: `session-2` is 第2次调解; nothing for one that needs nothing."""
    kind, _dash, ordinal = subject.partition("-")
    return _(_ABOUT[kind]).format(n=int(ordinal)) if kind in _ABOUT and ordinal.isdecimal() else ""


def yuan(fen: int | None) -> str:
    """1,280.00元; CNY 1,280.00."""
    if fen is None:
        return ""
    sign, rest = ("-", -fen) if fen < 0 else ("", fen)
    sum_ = f"{sign}{rest // 100:,}.{rest % 100:02d}"
    return f"CNY {sum_}" if current_language() == "en" else f"{sum_}元"

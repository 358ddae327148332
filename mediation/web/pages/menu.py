"""What stands in the bar for whom: the pages of one's own hour of work first."""

from dataclasses import dataclass

from mediation.language import _
from mediation.web.policy import rule_of
from mediation.web.seats import Seat, may

TASKS = "/tasks"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: the route whose rule decides who sees it, where it leads, its words."""

    route: str
    path: str
    title: str


def menu_of(seat: Seat) -> list[Entry]:
    """The entries that somebody may use, in the order of the day's work."""
    entries = [
        Entry("window", "/window", _("窗口")),
        Entry("leader", "/leader", _("督办和包案")),
        Entry("board", "/board", _("调度")),
        Entry("day", "/day", _("我的一天")),
        Entry("cases", "/cases", _("纠纷")),
        Entry("tasks", TASKS, _("等我办的")),
        Entry("register_form", "/register", _("登记")),
        Entry("applications", "/applications", _("网上申请")),
        Entry("supervision", "/supervision", _("督办台账")),
        Entry("duty_page", "/duty", _("在岗")),
        Entry("calendar", "/calendar", _("日程")),
        Entry("statistics", "/statistics", _("统计")),
        Entry("exports", "/exports", _("导出")),
        Entry("accounts", "/admin/accounts", _("账号")),
        Entry("webhooks", "/admin/webhooks", _("推送")),
        Entry("safety", "/admin/safety", _("登录安全")),
        Entry("all_tokens", "/admin/tokens", _("接口令牌")),
        Entry("guard_exports", "/admin/exports", _("导出审批")),
        Entry("trail", "/admin/trail", _("办理日志")),
        Entry("readings", "/admin/readings", _("谁看过")),
        Entry("workflows", "/workflows", _("流程")),
    ]
    return [entry for entry in entries if _may(entry, seat)]


def _may(entry: Entry, seat: Seat) -> bool:
    rule = rule_of(entry.route)
    return rule is not None and may(rule, seat)

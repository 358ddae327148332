"""Who may use which page: the one table of routes and roles. Which cases, is the scope's business; a page in no row is refused.

A row says who the page is for, by kinds of account, and for staff which kinds of post may use it: `any`, or those that the
post counts as. `stage` is how far a login must have come.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Stage = Literal["", "code", "change", "in"]
EVERYBODY = frozenset({"staff", "system", "security", "audit"})
STAFF = frozenset({"staff"})
REGISTERING = ("registrar", "dispatcher", "mediator", "recorder", "grid_worker")
"""Who takes disputes in: as `mediation.cases.opening` has it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may use a page. No `accounts` is for anybody, without a login. `posts`: kinds of post; none is any post.

    `supervisors`: besides those, the kinds of post that the site names to supervise.
    """

    accounts: frozenset[str] = frozenset()
    posts: frozenset[str] = frozenset()
    supervisors: bool = False
    stage: Stage = "in"
    scope: str = ""


def anybody(scope: str = "") -> Rule:
    """For anybody, without a login."""
    return Rule(stage="", scope=scope)


def staff(*posts: str, scope: str) -> Rule:
    """For staff in one of these kinds of post, or in any."""
    return Rule(STAFF, frozenset(posts), scope=scope)


def supervisors_and(*posts: str, scope: str) -> Rule:
    """For staff in one of these kinds of post, or in one that the site names to supervise."""
    return Rule(STAFF, frozenset(posts), supervisors=True, scope=scope)


def administrator(*kinds: str, scope: str) -> Rule:
    """For administrators of these kinds; never for staff."""
    return Rule(frozenset(kinds), scope=scope)


POLICY: Mapping[str, Rule] = {
    # getting in
    "login": anybody(),
    "log_in": anybody(),
    "resume": anybody(),
    "language": anybody(),
    "oidc_begin": anybody(),
    "oidc_back": anybody(scope="绑定了统一身份的那个账号"),
    "static": anybody(),
    "trust": anybody(),
    "trust_file": anybody(),
    "code": Rule(EVERYBODY, stage="code"),
    "give_code": Rule(EVERYBODY, stage="code"),
    "password": Rule(EVERYBODY, stage="change"),
    "change_password": Rule(EVERYBODY, stage="change"),
    "log_out": Rule(EVERYBODY, stage="code"),
    "home": Rule(EVERYBODY),
    "me": Rule(EVERYBODY, scope="自己的账号"),
    "set_second_factor": Rule(EVERYBODY, scope="自己的账号"),
    "confirm_second_factor": Rule(EVERYBODY, scope="自己的账号"),
    "switch_post": staff(scope="自己的岗位"),
    "own_tokens": staff(scope="自己的岗位"),
    "issue_own_token": staff(scope="自己的岗位"),
    "revoke_own_token": staff(scope="自己的岗位"),
    "speak": Rule(EVERYBODY, stage="code"),
    # the window
    "window": staff("registrar", scope="看得到的案件"),
    "window_acknowledge": staff("registrar", scope="看得到的案件"),
    "register_form": staff(*REGISTERING, scope="本单位"),
    "register": staff(*REGISTERING, scope="本单位"),
    "register_alike": staff(*REGISTERING, scope="看得到的案件"),
    "registered": staff(*REGISTERING, scope="看得到的案件"),
    "amend_form": staff(*REGISTERING, scope="看得到的案件"),
    "amend": staff(*REGISTERING, scope="看得到的案件"),
    "register_next": staff(*REGISTERING, scope="看得到的案件"),
    # cases
    "cases": staff(scope="看得到的案件"),
    "case": staff(scope="看得到的案件"),
    "act_form": staff(scope="看得到的案件"),
    "act": staff(scope="看得到的案件"),
    "ledger_form": staff(scope="看得到的案件"),
    "ledger_entry": staff(scope="看得到的案件"),
    "ledger_proof": staff(scope="看得到的案件"),
    "recusals": staff(scope="看得到的案件"),
    "recuse": staff(scope="自己回避：看得到的案件；别人回避：主办单位的窗口、调度员和领导，看得到的案件"),
    "lift_recusal": staff(scope="主办单位的窗口、调度员和领导，看得到的案件"),
    "evidence_form": staff(scope="看得到的案件：本案调解员、首问责任人、主办单位的人"),
    "give_evidence": staff(scope="看得到的案件：本案调解员、首问责任人、主办单位的人"),
    "evidence_piece": staff(scope="看得到的案件"),
    "evidence_file": staff(scope="看得到的案件"),
    "return_evidence": staff(scope="看得到的案件：本案调解员、首问责任人、主办单位的人"),
    "withdraw_evidence": staff(scope="看得到的案件：本案调解员、首问责任人、主办单位的人"),
    "unmask_form": staff(scope="看得到的案件"),
    "unmask": staff(scope="在办的案件：本案调解员、记录人，主办单位的窗口"),
    "case_paper": staff(scope="看得到的案件"),
    "issue": staff(scope="看得到的案件"),
    "paper_ready": staff(scope="看得到的案件"),
    "paper_page": staff(scope="看得到的案件"),
    "draft_preview": staff(scope="看得到的案件"),
    "sign_board": staff(scope="看得到的案件"),
    "sign_here": staff(scope="看得到的案件"),
    "seal_here": staff(scope="看得到的案件"),
    "scan_here": staff(scope="看得到的案件"),
    "tasks": staff(scope="要自己或者本单位办的事项"),
    # a mediator's day
    "day": staff("mediator", "recorder", scope="自己的案件"),
    "calendar": staff(scope="看得到的案件"),
    "calendar_file": staff(scope="看得到的案件"),
    "calendar_address": staff(scope="自己的账号"),
    "make_calendar_address": staff(scope="自己的账号"),
    "end_calendar_address": staff(scope="自己的账号"),
    "calendar_feed": anybody(scope="地址的主人今天看得到的案件的时间、房间和编号"),
    # figures
    "statistics": staff(scope="本单位及以下的案件，只有件数"),
    "statistics_file": staff(scope="本单位及以下的案件，只有件数"),
    "exports": staff("dispatcher", "registrar", "unit_leader", scope="自己申请的；领导：本单位及以下的"),
    "ask_export": staff("dispatcher", "registrar", "unit_leader", scope="看得到的案件"),
    "take_export": staff("dispatcher", "registrar", "unit_leader", scope="自己申请的；看得到的案件"),
    "decide_export": staff("unit_leader", scope="本单位及以下的申请，自己的除外"),
    "workflows": Rule(EVERYBODY, scope="流程定义；本单位及以下的件数"),
    # administrators: system, security and audit apart
    "accounts": administrator("system", scope="账号"),
    "add_account": administrator("system", scope="账号"),
    "reset_account": administrator("system", scope="账号"),
    "bind_account": administrator("system", scope="账号"),
    "disable_account": administrator("system", scope="账号"),
    "enable_account": administrator("system", scope="账号"),
    "webhooks": administrator("system", scope="推送地址：编号和代码，没有案情"),
    "add_webhook": administrator("system", scope="推送地址"),
    "rotate_webhook": administrator("system", scope="推送地址"),
    "test_webhook": administrator("system", scope="推送地址"),
    "resume_webhook": administrator("system", scope="推送地址"),
    "remove_webhook": administrator("system", scope="推送地址"),
    "send_again": administrator("system", scope="推送地址"),
    "send_all_again": administrator("system", scope="推送地址"),
    "hook_tokens": administrator("system", scope="只能用来管推送的令牌"),
    "issue_hook_token": administrator("system", scope="只能用来管推送的令牌，自己的"),
    "revoke_hook_token": administrator("system", "security", scope="只能用来管推送的令牌，任何管理员的"),
    "safety": administrator("security", scope="登录着的浏览器和动态验证码"),
    "end_sessions": administrator("security", scope="登录着的浏览器和动态验证码"),
    "drop_second_factor": administrator("security", scope="登录着的浏览器和动态验证码"),
    "all_tokens": administrator("security", scope="全部岗位的令牌，看不到令牌本身"),
    "revoke_any_token": administrator("security", scope="全部岗位的令牌"),
    "guard_exports": administrator("security", scope="谁要导出、做什么用，看不到内容"),
    "guard_decides": administrator("security", scope="谁要导出、做什么用，看不到内容"),
    "trail": administrator("audit", scope="办理日志：编号和代码，没有个人信息"),
    "verify_trail": administrator("audit", scope="办理日志：编号和代码，没有个人信息"),
    "readings": administrator("audit", scope="谁看了什么：编号和工作人员姓名"),
    # a desk, and who hands out what waits there
    "board": staff("dispatcher", "registrar", "unit_leader", scope="本单位的窗口"),
    "board_acts": staff("dispatcher", "registrar", "unit_leader", scope="看得到的案件"),
    "rulings": staff("dispatcher", "registrar", "unit_leader", scope="看得到的案件"),
    "rule_each": staff("dispatcher", "registrar", "unit_leader", scope="看得到的案件"),
    "board_case": staff("dispatcher", "registrar", "unit_leader", scope="看得到的案件"),
    "board_act": staff("dispatcher", "registrar", "unit_leader", scope="看得到的案件"),
    # residents, without a login
    "resident_start": anybody(),
    "resident_rights": anybody(),
    "resident_size": anybody(),
    "resident_apply": anybody(),
    "resident_applied": anybody(scope="写一份申请，什么也看不到"),
    "resident_follow": anybody(),
    "resident_followed": anybody(scope="查询码那一件办到哪一步"),
    "resident_rate": anybody(),
    "resident_rated": anybody(scope="查询码那一件，办结以后，一次"),
    "resident_verify": anybody(),
    "resident_verified": anybody(scope="对带来的文件的结论"),
    "resident_paper": anybody(scope="印着的验证码那一份文书：名称、编号、日期"),
    "resident_sign": anybody(scope="一份文书的一个签名处，凭一位当事人的链接"),
    "resident_identify": anybody(scope="一份文书的一个签名处，凭一位当事人的链接"),
    "resident_sign_page": anybody(scope="一份文书的一个签名处，只在核对过本人的浏览器里"),
    "resident_signed": anybody(scope="一份文书的一个签名处，只在核对过本人的浏览器里"),
    "resident_refused": anybody(scope="一份文书的一个签名处，只在核对过本人的浏览器里"),
    # applications and links, at the desk
    "applications": staff("registrar", "dispatcher", scope="看得到的单位的申请"),
    "application": staff("registrar", "dispatcher", scope="看得到的单位的申请"),
    "take_form": staff("registrar", "dispatcher", scope="本窗口的申请"),
    "take_application": staff("registrar", "dispatcher", scope="本窗口的申请"),
    "put_aside": staff("registrar", "dispatcher", scope="本窗口的申请"),
    "case_links": staff(scope="看得到的案件"),
    "make_link": staff(scope="看得到的案件"),
    "withdraw_link": staff(scope="看得到的案件"),
    "leader": staff("unit_leader", scope="下级单位的件数；自己包的案；自己的待办"),
    "leader_decides": staff("unit_leader", scope="看得到的案件"),
    # supervision
    "supervision": supervisors_and("unit_leader", "dispatcher", "registrar", scope="管得到的督办事项"),
    "new_item": supervisors_and("unit_leader", "dispatcher", scope="下级单位"),
    "open_item": supervisors_and("unit_leader", "dispatcher", scope="下级单位"),
    "week": supervisors_and("unit_leader", "dispatcher", scope="本单位"),
    "make_week": supervisors_and("unit_leader", "dispatcher", scope="本单位"),
    "unit_paper": staff(scope="管得到的督办事项和一周文书"),
    "item": staff(scope="管得到的督办事项"),
    "act_on_item": staff(scope="管得到的督办事项"),
    # notices and duty
    "inbox": staff(scope="自己的通知"),
    "letter": staff(scope="自己的通知"),
    "read_letters": staff(scope="自己的通知"),
    "duty_page": staff(scope="本单位和上下级的值班"),
    "duty_leave": staff(scope="自己的假，手下人的假"),
    "duty_leave_end": staff(scope="自己的假，手下人的假"),
    # hand-overs
    "hand_overs": staff("unit_leader", "dispatcher", scope="本单位及以下的人：案件只有件数"),
    "hand_over_form": staff("unit_leader", "dispatcher", scope="本单位及以下的人：看不到的案件只有编号"),
    "hand_over_work": staff("unit_leader", "dispatcher", scope="本单位及以下的人"),
    "handed_over": staff("unit_leader", "dispatcher", scope="本单位及以下的人：看不到的案件只有编号"),
    "hand_back": staff("unit_leader", "dispatcher", scope="本单位及以下的人"),
}

IN_FULL: Mapping[str, str] = {
    "case_paper": "a paper says what the law has it say (人民调解法 Art. 29); whoever opens it is recorded",
    "paper_page": "the same, as pictures",
    "evidence_file": "what a party handed in, as it was handed in; whoever opens it is recorded",
    "sign_board": "the same: parties and mediators read what they sign",
    "draft_preview": "the agreement as its page will be",
    "resident_sign_page": "a party reads what it signs",
    "resident_paper": "the paper of a printed token: no personal data",
    "application": "to the own desk only: the applicant must be rung up before there is a case",
    "take_form": "the form by which the own desk registers it",
    "take_application": "the same",
    "register": "what was typed there and is put right",
    "amend": "the same",
    "unmask": "one field, for a reason, recorded each time",
}
"""Pages on which an ID number, phone or address of a party may stand in full, and why. Everywhere else they are masked."""


def rule_of(route: str) -> Rule | None:
    """The rule of a page's route; None if nobody has written one."""
    return POLICY.get(route)

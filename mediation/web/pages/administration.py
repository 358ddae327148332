"""The three administrators' consoles: accounts, their safety, and the trail. None of them shows a case."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query, Request
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from mediation.accounts import keeping, oidc, queries
from mediation.accounts.entering import note
from mediation.audit import queries as trail
from mediation.audit.models import AuditEvent
from mediation.audit.trail import INSTANCE
from mediation.cases.readings.noting import MANY
from mediation.cases.workspace import happenings
from mediation.cases.workspace.happenings import HAPPENED
from mediation.errors import InputInvalid, NotFound, Problem
from mediation.language import _
from mediation.people import queries as people
from mediation.supervision.machine import ACTS as ITEM_ACTS
from mediation.supervision.machine import STATES as ITEM_STATES
from mediation.web.answers import secret_once
from mediation.web.branch import Branch
from mediation.web.deps import Desk, TheDesk
from mediation.web.forms.fields import Fault
from mediation.web.pages.cases import asked_by
from mediation.web.pages.shell import go, page
from mediation.web.policy import POLICY
from mediation.web.seats import PostedBySeat, Seat, TheSeat
from mediation.workflow.vocabulary import STANDARD

router = Branch(include_in_schema=False)
_ACCOUNTS = "/admin/accounts"
_PAGE = 100
_EVENTS = 40
_WEEK = timedelta(days=7)
Remember = Callable[[Session, str], None] | None
Sought = Annotated[str, Query(max_length=60)]


@dataclass(frozen=True, slots=True)
class LookedFor:
    """What a list of accounts is looked through for, and after which name its page begins."""

    search: str = ""
    after: str = ""


@router.get("/admin/accounts", name="accounts")
def accounts(
    request: Request, desk: TheDesk, seat: TheSeat, search: Sought = "", after: Sought = ""
) -> Response:
    return _accounts(request, desk, seat, looked_for=LookedFor(search, after))


@router.post("/admin/accounts", name="add_account")
def add_account(request: Request, desk: TheDesk, seat: TheSeat, form: PostedBySeat) -> Response:
    said = {key: str(form.get(key, "")).strip() for key in ("name", "kind", "person")}

    def make(remember: Remember) -> str:
        with desk.database.writing() as session:
            _account, first = keeping.make_account(
                session,
                said["name"],
                desk.clock.now(),
                by=seat.name,
                kind=said["kind"],
                person=said["person"],
            )
            if remember is not None:
                remember(session, first)
        return first

    try:
        made = secret_once(desk, asked_by(request, seat, form), make, _ACCOUNTS)
    except InputInvalid as error:
        return _accounts(request, desk, seat, said=said, problems=error.problems, status=422)
    return (
        made
        if isinstance(made, Response)
        else _accounts(request, desk, seat, told=(said["name"].lower(), made))
    )


@router.post("/admin/accounts/{account}/reset", name="reset_account")
def reset_account(
    request: Request, desk: TheDesk, seat: TheSeat, account: str, form: PostedBySeat
) -> Response:
    def make(remember: Remember) -> str:
        with desk.database.writing() as session:
            first = keeping.reset_password(session, account, desk.clock.now(), by=seat.name)
            if remember is not None:
                remember(session, first)
        return first

    made = secret_once(desk, asked_by(request, seat, form), make, _as_looked_through(_ACCOUNTS, form))
    if isinstance(made, Response):
        return made
    with desk.database.reading() as session:
        name = keeping.found(session, account).name
    return _accounts(request, desk, seat, looked_for=_looked_for(form), told=(name, made))


@router.post("/admin/accounts/{account}/bind", name="bind_account")
def bind_account(
    request: Request, desk: TheDesk, seat: TheSeat, account: str, form: PostedBySeat
) -> Response:
    said, subject = oidc.settings_of(desk.settings), str(form.get("subject", "")).strip()
    if said is None:
        raise NotFound
    try:
        with desk.database.writing() as session:
            whole = oidc.subject_of(said, subject) if subject else ""
            keeping.bind(session, account, whole, desk.clock.now(), by=seat.name)
    except InputInvalid as error:
        return _accounts(
            request, desk, seat, looked_for=_looked_for(form), problems=error.problems, status=422
        )
    return _back(_ACCOUNTS, form, _("已绑定统一身份") if subject else _("已解除统一身份的绑定"))


@router.post("/admin/accounts/{account}/disable", name="disable_account")
def disable_account(desk: TheDesk, seat: TheSeat, account: str, form: PostedBySeat) -> Response:
    with desk.database.writing() as session:
        ended = keeping.disable(session, account, desk.clock.now(), by=seat.name, own=seat.account)
    return _back(_ACCOUNTS, form, _("已停用，退出登录 {count} 处").format(count=ended))


@router.post("/admin/accounts/{account}/enable", name="enable_account")
def enable_account(desk: TheDesk, seat: TheSeat, account: str, form: PostedBySeat) -> Response:
    with desk.database.writing() as session:
        keeping.enable(session, account, desk.clock.now(), by=seat.name)
    return _back(_ACCOUNTS, form, _("已启用"))


@router.get("/admin/safety", name="safety")
def safety(
    request: Request, desk: TheDesk, seat: TheSeat, search: Sought = "", after: Sought = ""
) -> Response:
    with desk.database.reading() as session:
        found = _found(session, LookedFor(search, after))
        events = [
            one
            for one in trail.browse(session, chain=INSTANCE, most=200)
            if one.act.startswith(("account.", "token.", "export."))
        ][:_EVENTS]
        names = queries.names_of(session, [str(one.facts.get("account", "")) for one in events])
    rules = sorted(POLICY.items(), key=lambda item: (sorted(item[1].accounts), item[0]))
    return page(
        request,
        seat,
        "safety.html",
        **found,
        events=[
            (one, names.get(str(one.facts.get("account"))) or one.facts.get("post", "")) for one in events
        ],
        rules=rules,
        titles=_act_titles(),
        kind_title=keeping.kind_title,
        post_title=lambda kind: _(STANDARD.posts.get(kind, kind)),
    )


@router.post("/admin/safety/{account}/sessions", name="end_sessions")
def end_sessions(desk: TheDesk, seat: TheSeat, account: str, form: PostedBySeat) -> Response:
    with desk.database.writing() as session:
        ended = keeping.end_all_sessions(session, account, desk.clock.now(), by=seat.name)
    return _back("/admin/safety", form, _("已退出登录 {count} 处").format(count=ended))


@router.post("/admin/safety/{account}/second-factor", name="drop_second_factor")
def drop_second_factor(desk: TheDesk, seat: TheSeat, account: str, form: PostedBySeat) -> Response:
    with desk.database.writing() as session:
        keeping.drop_second_factor(session, account, desk.clock.now(), by=seat.name)
        queries.end_sessions(session, keeping.found(session, account).id or 0, desk.clock.now())
    return _back("/admin/safety", form, _("已取消动态验证码，登录着的都已退出"))


@router.get("/admin/trail", name="trail")
def browse_trail(
    request: Request,
    desk: TheDesk,
    seat: TheSeat,
    chain: str = "",
    act: str = "",
    actor: str = "",
    before: str = "",
) -> Response:
    asked: dict[str, Any] = {
        key: value.strip()[:60] for key, value in (("chain", chain), ("act", act), ("actor", actor))
    }
    titles = _titles(desk)
    named = [code for code, title in titles.items() if title == asked["act"]]
    sought = {**asked, "act": named[0]} if len(named) == 1 else asked
    with desk.database.reading() as session:
        events = trail.browse(
            session, **sought, before=int(before) if before.isdecimal() else None, most=_PAGE
        )
        heads = trail.head_of(session)
        alerts = _alerts(session, desk)
    more = str(events[-1].id) if len(events) == _PAGE else ""
    return page(
        request,
        seat,
        "trail.html",
        events=events,
        head=heads,
        more=more,
        report=None,
        titles=titles,
        title_of=_title_of(desk, titles),
        state_of=_state_of(desk),
        alerts=alerts,
        **asked,
    )


@router.post("/admin/trail/verify", name="verify_trail")
def verify_trail(request: Request, desk: TheDesk, seat: TheSeat, form: PostedBySeat) -> Response:
    report = desk.verify_trail()
    with desk.database.writing() as session:
        found: dict[str, object] = {"events": report.events, "problems": report.count}
        note(session, "trail.verified", seat.name, desk.clock.now(), found)
    with desk.database.reading() as session:
        events = trail.browse(session, most=_PAGE)
        head = trail.head_of(session)
        alerts = _alerts(session, desk)
    titles = _titles(desk)
    return page(
        request,
        seat,
        "trail.html",
        events=events,
        head=head,
        more="",
        report=report,
        titles=titles,
        title_of=_title_of(desk, titles),
        state_of=_state_of(desk),
        alerts=alerts,
        chain="",
        act="",
        actor="",
    )


def _accounts(
    request: Request,
    desk: Desk,
    seat: Seat,
    *,
    looked_for: LookedFor | None = None,
    said: dict[str, str] | None = None,
    problems: tuple[Problem, ...] = (),
    told: tuple[str, str] | None = None,
    status: int = 200,
) -> Response:
    with desk.database.reading() as session:
        found, having = _found(session, looked_for or LookedFor()), queries.holders(session)
        without = [one for one in people.people(session) if one.status == "active" and one.id not in having]
    return page(
        request,
        seat,
        "accounts.html",
        status=status,
        **found,
        people=without,
        kinds=[(kind, keeping.kind_title(kind)) for kind in keeping.KINDS],
        kind_title=keeping.kind_title,
        form=said or {"name": "", "kind": "staff", "person": ""},
        problems=[Fault(one.key, "", one.message) for one in problems],
        told=told,
    )


def _looked_for(form: FormData) -> LookedFor:
    """How the list was looked through when one of its rows was acted on."""
    return LookedFor(str(form.get("search", ""))[:60], str(form.get("after", ""))[:60])


def _back(path: str, form: FormData, said: str) -> Response:
    """To the list as it was looked through."""
    return go(_as_looked_through(path, form), said)


def _as_looked_through(path: str, form: FormData) -> str:
    asked = urlencode({key: value for key, value in asdict(_looked_for(form)).items() if value})
    return f"{path}?{asked}" if asked else path


def _found(session: Session, looked_for: LookedFor) -> dict[str, Any]:
    """A page of the accounts that were looked for, and after which name the next one begins."""
    search = looked_for.search.strip()
    lines = keeping.lines(session, search, looked_for.after, _PAGE + 1)
    more = lines[_PAGE - 1].name if len(lines) > _PAGE else ""
    return {"accounts": lines[:_PAGE], "search": search, "after": looked_for.after, "more": more}


def _title_of(desk: Desk, titles: dict[str, str]) -> Callable[[AuditEvent], str]:
    """What an event's act is called: of a case by the definition that it had then, else by `titles`."""

    def title_of(event: AuditEvent) -> str:
        if "workflow" in event.facts or event.act not in titles:
            return happenings.act_title(desk.office, event)
        return titles[event.act]

    return title_of


def _state_of(desk: Desk) -> Callable[[AuditEvent, str], str]:
    """What a state is called: of a case by the definition that it had then, else of an item of supervision."""

    def state_of(event: AuditEvent, state: str) -> str:
        if "workflow" in event.facts or state not in ITEM_STATES:
            return happenings.state_title(desk.office, event, state)
        return _(ITEM_STATES[state])

    return state_of


def _alerts(session: Session, desk: Desk) -> list[AuditEvent]:
    """Who opened too much on one day, of the last week: what the auditor should see first."""
    since = desk.clock.now() - _WEEK
    return [one for one in trail.browse(session, act=MANY, most=10) if one.recorded_at > since]


def _titles(desk: Desk) -> dict[str, str]:
    """What the acts of the trail are called; those of accounts too."""
    found: dict[str, Any] = {}
    for engine in desk.office.engines.values():
        found |= {name: _(trigger.title) for name, trigger in engine.definition.triggers.items()}
    found |= {f"supervision.{name}": _(act.title) for name, act in ITEM_ACTS.items()}
    return found | {name: _(title) for name, title in HAPPENED.items()} | _act_titles()


def _act_titles() -> dict[str, str]:
    return {
        "account.made": _("开账号"),
        "account.entered": _("登录"),
        "account.locked": _("输错密码，暂停登录"),
        "account.password_changed": _("换密码"),
        "account.reset": _("重置密码"),
        "account.bound": _("绑定统一身份"),
        "account.unbound": _("解除统一身份的绑定"),
        "account.disabled": _("停用账号"),
        "account.enabled": _("启用账号"),
        "account.sessions_ended": _("强制退出"),
        "account.calendar_made": _("开日历订阅地址"),
        "account.calendar_ended": _("收回日历订阅地址"),
        "account.second_factor_set": _("启用动态验证码"),
        "account.second_factor_dropped": _("取消动态验证码"),
        "token.issued": _("发接口令牌"),
        "token.revoked": _("收回接口令牌"),
        "webhook.added": _("登记推送地址"),
        "webhook.rotated": _("换推送密钥"),
        "webhook.stopped": _("停下推送"),
        "webhook.resumed": _("放行推送"),
        "webhook.removed": _("删除推送地址"),
        "export.asked": _("申请导出"),
        "export.approved": _("批准导出"),
        "export.declined": _("退回导出"),
        "export.taken": _("导出台账"),
        "duty.leave_entered": _("登记请假"),
        "duty.leave_ended": _("销假"),
        "trail.verified": _("校验办理日志"),
        "party.unmasked": _("查看当事人完整信息"),
        "recusal.recorded": _("记录回避"),
        "recusal.lifted": _("解除回避"),
        "evidence.given": _("收取证据材料"),
        "evidence.returned": _("退还证据原件"),
        "evidence.withdrawn": _("撤回证据材料"),
        "unit_paper.printed": _("出具督办文书"),
        "week.begun": _("开始一周的督办"),
        "supervision.step": _("督办升级"),
        "supervision.open": _("立项"),
        "supervision.unit_merged": _("单位合并"),
        "link.made": _("发签名链接"),
        "link.signed": _("当事人凭链接签名"),
        "link.refused": _("当事人在签名链接里表示不同意"),
        "link.withdrawn": _("收回签名链接"),
        "link.locked": _("签名链接猜错五次，已作废"),
        "handed_over": _("移交手上的案件"),
        "site.applied": _("生效部署文件"),
        "site.in_force": _("部署文件起用"),
        "unit.merged": _("单位合并"),
        "post.renewed": _("首问责任人换岗"),
        "case.migrated": _("换用新版流程"),
        "deadline.recounted": _("重算期限"),
        "erasure.repeated": _("再次删除个人信息"),
        "details.erased": _("删除办理时的说明"),
        "instance.founded": _("建立"),
        "readings.many": _("一人一天看得过多"),
        "register": _("登记"),
    }

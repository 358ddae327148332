"""Accounts made, changed and closed by those who may: the system administrator and the command line."""

from dataclasses import dataclass
from datetime import datetime

import pyotp
from sqlmodel import Session

from mediation.accounts import calendars, entering, passwords, queries
from mediation.accounts.models import Account
from mediation.audit import trail
from mediation.errors import InputInvalid, NotFound, NotPermitted, Problem
from mediation.ids import new_password, new_public_id
from mediation.language import _, joined
from mediation.people import queries as people
from mediation.people import tokens

KINDS = ("staff", "system", "security", "audit")
_LONGEST_SUBJECT = 255


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account as administrators see it."""

    id: str
    name: str
    kind: str
    person: str
    must_change: bool
    second_factor: bool
    locked_until: datetime | None
    disabled_at: datetime | None
    sessions: int
    bound: bool = False


def kind_title(kind: str) -> str:
    """What people call a kind of account."""
    titles = {
        "staff": _("工作人员"),
        "system": _("系统管理员"),
        "security": _("安全保密管理员"),
        "audit": _("安全审计员"),
    }
    return titles[kind]


def make_account(
    session: Session,
    name: str,
    now: datetime,
    *,
    by: str,
    kind: str = "staff",
    person: str = "",
    password: str | None = None,
    must_change: bool = True,
) -> tuple[Account, str]:
    """Make an account and return it with its first password, which is told only now.

    Staff need the code of a `person` of the site; administrators have none, and so can see no case. Raises InputInvalid
    with all that is wrong, NotFound for an unknown person.
    """
    trail.take_turn(session)  # of two who make the same account the second is told
    name = name.strip().lower()
    problems: list[Problem] = []
    if not (name.isascii() and 2 <= len(name) <= 40 and all(one.isalnum() or one in "._-" for one in name)):  # noqa: PLR2004
        problems.append(Problem(_("登录名用 2 至 40 个小写字母、数字、点或横线"), key="name"))
    elif queries.account_named(session, name) is not None:
        problems.append(Problem(_("已经有这个登录名"), key="name"))
    if kind not in KINDS:
        problems.append(Problem(_("账号的种类应当是：{kinds}").format(kinds=joined(KINDS)), key="kind"))
    if (kind == "staff") != bool(person):
        problems.append(Problem(_("工作人员的账号要写明是谁；管理员的账号不能属于办案的人"), key="person"))
    if problems:
        raise InputInvalid(problems)
    who = people.person(session, person) if person else None
    if who is not None and queries.account_of_person(session, who.id or 0) is not None:
        raise InputInvalid([Problem(_("{name}已经有账号").format(name=who.name), key="person")])
    if password is not None:
        passwords.check_password(password, name)
    first = password or new_password()
    account = Account(
        public_id=new_public_id(),
        name=name,
        kind=kind,
        person_id=who.id if who else None,
        password_hash=passwords.hash_password(first),
        must_change=must_change,
        created_at=now,
        changed_at=now,
    )
    session.add(account)
    session.flush()
    entering.note(session, "account.made", by, now, {"account": account.public_id, "kind": kind})
    return account, first


def reset_password(session: Session, public_id: str, now: datetime, *, by: str) -> str:
    """A new first password for an account that cannot get in; its sessions end, its lock too."""
    account = found(session, public_id, hold=True)
    first = new_password()
    account.password_hash = passwords.hash_password(first)
    account.must_change, account.failures, account.locked_until = True, 0, None
    session.add(account)
    queries.end_sessions(session, account.id or 0, now)
    entering.note(session, "account.reset", by, now, {"account": account.public_id})
    return first


def bind(session: Session, public_id: str, subject: str, now: datetime, *, by: str) -> None:
    """Let a subject of the identity provider (issuer, a blank, its sub) come in as this account; "" takes it away again.

    Raises NotFound, InputInvalid if no provider can name it, or another account has it.
    """
    if subject and not is_subject(subject.partition(" ")[2]):
        message = _("统一身份编号最多 255 个字符，只能是英文字母、数字和符号")
        raise InputInvalid([Problem(message, key="subject")])
    account = found(session, public_id, hold=True)
    trail.take_turn(session)  # of two who bind the same subject the second is told
    other = queries.account_of_subject(session, subject) if subject else None
    if other is not None and other.id != account.id:
        message = _("这个编号已经绑定在账号 {name} 上").format(name=other.name)
        raise InputInvalid([Problem(message, key="subject")])
    account.oidc_subject = subject or None
    session.add(account)
    act = "account.bound" if subject else "account.unbound"
    entering.note(session, act, by, now, {"account": account.public_id})


def is_subject(said: str) -> bool:
    """Can a provider name somebody so? 255 printable characters of ASCII at most (OpenID Connect Core 1.0, 2)."""
    return 0 < len(said) <= _LONGEST_SUBJECT and said.isascii() and said.isprintable()


def drop_second_factor(session: Session, public_id: str, now: datetime, *, by: str) -> None:
    """Take the second factor away from whoever has lost the phone."""
    account = found(session, public_id, hold=True)
    account.totp_secret, account.totp_since, account.totp_step = None, None, None
    session.add(account)
    entering.note(session, "account.second_factor_dropped", by, now, {"account": account.public_id})


def disable(session: Session, public_id: str, now: datetime, *, by: str, own: str = "") -> int:
    """Close an account; its sessions end at once, its calendar's address, and the tokens of its person's posts.

    How many sessions there were. `own`: the account of whoever does it.
    """
    account = found(session, public_id, hold=True)
    if account.public_id == own:
        raise NotPermitted(_("不能停用自己正在用的账号"))
    account.disabled_at = now
    session.add(account)
    entering.note(session, "account.disabled", by, now, {"account": account.public_id})
    calendars.end_address(session, account, now, by=by)
    if account.person_id is not None:
        tokens.end_all_of(session, account.person_id, now, by=by)
    return queries.end_sessions(session, account.id or 0, now)


def enable(session: Session, public_id: str, now: datetime, *, by: str) -> None:
    """Open a closed account again."""
    account = found(session, public_id, hold=True)
    account.disabled_at = None
    session.add(account)
    entering.note(session, "account.enabled", by, now, {"account": account.public_id})


def end_all_sessions(session: Session, public_id: str, now: datetime, *, by: str) -> int:
    """End an account's sessions at once, and its calendar's address: a phone may be lost. How many sessions there were."""
    account = found(session, public_id, hold=True)
    entering.note(session, "account.sessions_ended", by, now, {"account": account.public_id})
    calendars.end_address(session, account, now, by=by)
    return queries.end_sessions(session, account.id or 0, now)


def new_second_factor(account: Account) -> str:
    """A new secret, kept but not asked for until a code of it was given; returns it."""
    account.totp_secret, account.totp_since, account.totp_step = pyotp.random_base32(), None, None
    return account.totp_secret


def confirm_second_factor(
    session: Session, account: Account, code: str, now: datetime, shown: datetime | None = None
) -> None:
    """Ask for a code at every login from now on. Raises InputInvalid for a wrong one. `shown`: as for `entering.give_code`."""
    if not entering.use_code(account, code, shown or now):
        message = _("验证码不对，请看手机上现在的六位数字；还不对，请核对手机的时间。")
        raise InputInvalid([Problem(message, key="code")])
    account.totp_since = now
    session.add(account)
    entering.note(session, "account.second_factor_set", account.name, now, {"account": account.public_id})


def lines(session: Session, search: str = "", after: str = "", most: int | None = None) -> list[AccountLine]:
    """Accounts by login name, as `queries.listed` finds them; without words all."""
    return [
        AccountLine(
            id=row.public_id,
            name=row.name,
            kind=row.kind,
            person=person or "",
            must_change=row.must_change,
            second_factor=row.totp_since is not None,
            locked_until=row.locked_until,
            disabled_at=row.disabled_at,
            sessions=sessions,
            bound=row.oidc_subject is not None,
        )
        for row, person, sessions in queries.listed(session, search, after, most)
    ]


def found(session: Session, public_id: str, *, hold: bool = False) -> Account:
    """The account of an id. Raises NotFound. `hold`: nobody else changes it until this is written."""
    account = queries.account_of_id(session, public_id, hold=hold)
    if account is None:
        raise NotFound(_("没有这个账号"))
    return account


def named(session: Session, name: str) -> Account:
    """The account of a login name. Raises NotFound."""
    account = queries.account_named(session, name.strip().lower())
    if account is None:
        raise NotFound(_("没有登录名为 {name} 的账号").format(name=name))
    return account

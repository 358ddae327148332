"""Coming in and going out: password, second factor, the session's posts. What must survive a refusal is written before it."""

import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pyotp
from sqlmodel import Session

from mediation.accounts import passwords, queries
from mediation.accounts.models import Account, LoginSession
from mediation.audit import trail
from mediation.audit.trail import INSTANCE
from mediation.clock import local_day
from mediation.crypto import Keyring
from mediation.errors import InputInvalid, NotPermitted, Problem
from mediation.ids import new_public_id, new_token
from mediation.language import _
from mediation.people import queries as people
from mediation.people.models import Post
from mediation.units.tree import is_within

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
FREE_FAILURES = 5
LONGEST_LOCK = timedelta(minutes=15)
_SEEN_EVERY = timedelta(minutes=1)
_STEP_SECONDS = 30
_log = logging.getLogger("mediation.accounts")
_BY_THE_WAY = frozenset({"archivist", "recorder"})  # whoever has another post too begins the day in that one


@dataclass(frozen=True, slots=True)
class Refused:
    """Why somebody does not come in. It says no more to one who guesses than to one who has mistyped."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody has come in; the token is the browser's to keep, and is told only now."""

    token: str
    stage: str
    account: str


def enter(
    session: Session, keyring: Keyring, name: str, password: str, now: datetime, language: str = "zh"
) -> Entered | Refused:
    """Open a session for a login name and password, or count a failure and say so.

    The caller commits either way. A lock is told only to whoever knows the password.
    """
    account = queries.account_named(session, name.strip().lower(), hold=True)
    right = passwords.is_password(account.password_hash if account else passwords.nobody_hash(), password)
    wrong = Refused(_("登录名或密码不对。连续输错会暂停登录一段时间。"))
    if account is None:
        _log.warning("login refused: no such name")
        return wrong
    locked = account.locked_until is not None and now < account.locked_until
    if not right or locked:
        _log.warning("login refused: account %s, %s", account.public_id, "locked" if locked else "password")
        if not locked:
            _count_failure(session, account, now)
        if right and account.locked_until is not None:
            minutes = max(1, -int((now - account.locked_until).total_seconds() // 60))
            return Refused(_("输错次数太多，请 {minutes} 分钟后再登录。").format(minutes=minutes))
        return wrong
    if account.disabled_at is not None:
        _log.warning("login refused: account %s, closed", account.public_id)
        return Refused(_("这个账号已停用，请找系统管理员。"))
    stage = "code" if account.totp_since is not None else "change" if account.must_change else "in"
    return _open(session, keyring, account, stage, now, language)


def enter_known(
    session: Session, keyring: Keyring, account: Account, now: datetime, language: str = "zh"
) -> Entered | Refused:
    """Open a session for somebody whom an identity provider has named; a second factor of one's own is asked for all the same."""
    if account.disabled_at is not None:
        _log.warning("login refused: account %s, closed", account.public_id)
        return Refused(_("这个账号已停用，请找系统管理员。"))
    stage = "code" if account.totp_since is not None else "in"
    # Whoever the provider lets in at a screen left open has not shown the password, and gets no further guess at it.
    return _open(session, keyring, account, stage, now, language, forgives=False)


def give_code(
    session: Session, keyring: Keyring, token: str, code: str, now: datetime, shown: datetime | None = None
) -> Entered | Refused | None:
    """The second step of a login. A right code opens a new session in place of the half-open one; None if there is none.

    `shown`: what time the phone shows, if it is not `now`.
    """
    found = queries.entered(session, token_hash(keyring, token), hold=True)
    if found is None or found[0].stage != "code" or not is_open(found[0], now):
        return None
    entry, account = found
    if account.locked_until is not None and now < account.locked_until:
        return Refused(_("输错次数太多，请过一会儿再登录。"))
    if not use_code(account, code, shown or now):
        _log.warning("login refused: account %s, second factor", account.public_id)
        _count_failure(session, account, now)
        return Refused(_("验证码不对，请看手机上现在的六位数字；还不对，请核对手机的时间。"))
    entry.ended_at = now
    session.add(entry)
    return _open(session, keyring, account, "change" if account.must_change else "in", now, entry.language)


def use_code(account: Account, code: str, now: datetime) -> bool:
    """Is it a code of the account's second factor (RFC 6238) that has not been used? The step before and after count too."""
    if account.totp_secret is None:
        return False
    generator = pyotp.TOTP(account.totp_secret)
    step = int(now.timestamp()) // _STEP_SECONDS
    for at in (step - 1, step, step + 1):
        fresh = account.totp_step is None or at > account.totp_step
        if fresh and pyotp.utils.strings_equal(generator.generate_otp(at), code.strip().replace(" ", "")):
            account.totp_step = at
            return True
    return False


def token_hash(keyring: Keyring, token: str) -> bytes:
    """By what a session is found."""
    return keyring.look_up("login session", token)


def form_token(keyring: Keyring, token: str) -> str:
    """What every form of the session carries, so that no other page can post in its name."""
    return keyring.look_up("login session form", token).hex()


def is_open(entry: LoginSession, now: datetime) -> bool:
    """Neither ended, nor idle, nor too long?"""
    return entry.ended_at is None and now - entry.seen_at < IDLE and now - entry.begun_at < LONGEST


def see(
    session: Session, keyring: Keyring, token: str, now: datetime, *, hold: bool = False
) -> tuple[LoginSession, Account] | None:
    """The open session of a token with its account; None if it has ended, in whatever way. `hold`: to change either."""
    found = queries.entered(session, token_hash(keyring, token), hold=hold)
    if found is None or not is_open(found[0], now) or found[1].disabled_at is not None:
        return None
    return found


def whose(session: Session, keyring: Keyring, token: str) -> str:
    """The account of a session, whatever has become of it; "" if there never was such a session."""
    found = queries.entered(session, token_hash(keyring, token)) if token else None
    return found[1].public_id if found is not None else ""


def wants_seeing(entry: LoginSession, now: datetime) -> bool:
    """Is it time to write down that the session was used?"""
    return now - entry.seen_at >= _SEEN_EVERY


def leave(session: Session, keyring: Keyring, token: str, now: datetime) -> None:
    """End the session of a token."""
    found = queries.entered(session, token_hash(keyring, token))
    if found is not None and found[0].ended_at is None:
        found[0].ended_at = now
        session.add(found[0])


def posts_today(session: Session, account: Account, day: date) -> list[Post]:
    """The posts that the account's person holds on the day; none for an administrator."""
    if account.person_id is None:
        return []
    who = people.person_of_id(session, account.person_id)
    if who is None or who.status != "active":
        return []
    held = people.posts_of(session, account.person_id)
    current = [post for post in held if is_within(day, post.valid_from, post.valid_to)]
    return sorted(current, key=lambda post: post.kind in _BY_THE_WAY)


def switch_post(session: Session, entry: LoginSession, account: Account, post_id: int, now: datetime) -> None:
    """Work in another of one's own posts. Raises NotPermitted."""
    if post_id not in {post.id for post in posts_today(session, account, local_day(now))}:
        raise NotPermitted(_("这不是您今天在任的岗位"))
    entry.post_id = post_id
    session.add(entry)


def change_password(
    session: Session,
    entry: LoginSession,
    account: Account,
    before: str,
    password: str,
    repeated: str,
    now: datetime,
) -> Refused | None:
    """Change one's own password; every other session of the account ends. Raises InputInvalid for the new one.

    A wrong present one is a failure as at the login, and the caller commits it. While the account is locked nothing is compared:
    at a screen that somebody left open it would be guessing.
    """
    if account.locked_until is not None and now < account.locked_until:
        _log.warning("password not changed: account %s, locked", account.public_id)
        return Refused(_("输错次数太多，请过一会儿再试。"))
    if not passwords.is_password(account.password_hash, before):
        _log.warning("password not changed: account %s, password", account.public_id)
        _count_failure(session, account, now)
        return Refused(_("现在的密码不对，连续输错会暂停登录一段时间。"))
    if before == password:
        raise InputInvalid([Problem(_("新密码不能和现在的一样"), key="password")])
    passwords.check_password(password, account.name, repeated)
    account.password_hash = passwords.hash_password(password)
    account.must_change = False
    account.failures, account.locked_until = 0, None
    account.changed_at = now
    if entry.stage == "change":
        entry.stage = "in"
    session.add(account)
    session.add(entry)
    queries.end_sessions(session, account.id or 0, now, but=entry.id)
    note(session, "account.password_changed", account.name, now, {"account": account.public_id})
    return None


def note(session: Session, act: str, by: str, now: datetime, facts: dict[str, object]) -> None:
    """An event of the instance's chain."""
    trail.append(session, chain=INSTANCE, act=act, actor=by, recorded_at=now, facts=facts)


def _count_failure(session: Session, account: Account, now: datetime) -> None:
    """One more failure; from the fifth in a row on each doubles the wait, from one minute to fifteen."""
    account.failures += 1
    if account.failures >= FREE_FAILURES:
        wait = timedelta(minutes=2 ** min(account.failures - FREE_FAILURES, 10))
        account.locked_until = now + min(wait, LONGEST_LOCK)
        if account.failures == FREE_FAILURES:
            note(session, "account.locked", "system:login", now, {"account": account.public_id})
    session.add(account)


def _open(
    session: Session,
    keyring: Keyring,
    account: Account,
    stage: str,
    now: datetime,
    language: str,
    *,
    forgives: bool = True,
) -> Entered:
    """A new session. `forgives`: the account's own secret was shown, so that wrong ones of before count no more."""
    posts = posts_today(session, account, local_day(now))
    token = new_token()
    session.add(
        LoginSession(
            public_id=new_public_id(),
            token_hash=token_hash(keyring, token),
            account_id=account.id or 0,
            post_id=posts[0].id if posts else None,
            stage=stage,
            language=language,
            begun_at=now,
            seen_at=now,
        )
    )
    if stage != "code":
        if forgives:
            account.failures, account.locked_until = 0, None
        note(session, "account.entered", account.name, now, {"account": account.public_id})
    session.add(account)
    return Entered(token, stage, account.public_id)

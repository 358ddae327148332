"""Tokens for the API. A token acts as one post until it expires or is revoked; only its keyed hash is kept.

A token is found by its keyed hash, so that neither the database nor the time that a look-up takes tells anything of it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session

from mediation.audit import trail
from mediation.audit.trail import INSTANCE
from mediation.crypto import Keyring
from mediation.errors import InputInvalid, NotFound, Problem
from mediation.ids import new_public_id, new_token
from mediation.language import _, joined
from mediation.people import queries
from mediation.people.models import AccessToken

SCOPES: Mapping[str, str] = {
    "read": "GET: cases, tasks, papers, notices, supervision, as far as the post sees them",
    "register": "register a case",
    "act": "acts on cases and series, papers, marking notices as read",
    "supervise": "open and act on items of supervision, make the week's papers",
    "arrange": "hand-overs, absences, recusals",
    "unmask": "one field of one party in full, for a reason",
}
"""What a token may be good for. A scope never widens what the post can do; it narrows what the token can."""
SCOPE_TITLES: Mapping[str, str] = {
    "read": "查看案件、待办、文书、通知、督办",
    "register": "登记纠纷",
    "act": "办理案件和系列案、出文书、通知标为已读",
    "supervise": "督办立项和办理、做一周的文书",
    "arrange": "移交、请假、回避",
    "unmask": "看当事人的一项完整信息（要写理由）",
}
"""The same in words for who ticks them."""
MOST_DAYS = 366
USED_EVERY = timedelta(hours=1)
_MOST_LABEL = 100


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A token as it may be shown: what it is for and until when, never the token. `id` names it."""

    label: str
    post: str
    issued_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    scopes: tuple[str, ...] = tuple(SCOPES)
    used_at: datetime | None = None
    id: str = field(default="", compare=False)


def issue_token(
    session: Session,
    keyring: Keyring,
    post_id: int,
    label: str,
    now: datetime,
    days: int,
    *,
    scopes: Collection[str] = tuple(SCOPES),
    by: str = "system:tokens",
    must_say: bool = False,
) -> str:
    """Make a token that acts as the post for this many days (1 to 366), and return it: it is shown only now.

    `scopes`: what it is good for. `by` is who issues it, for the trail. `must_say`: a label is wanted. Raises InputInvalid for a label that is too long or
    holds control characters, for other days and for no scope or an unknown one; NotFound for an unknown post.
    """
    _check(label, days, scopes, must_say=must_say)
    kept = [name for name in SCOPES if name in scopes]
    post = queries.post_name(session, post_id)
    token = new_token()
    expires_at = now + timedelta(days=days)
    session.add(
        AccessToken(
            token_hash=_hash(keyring, token),
            post_id=post_id,
            label=label,
            issued_at=now,
            expires_at=expires_at,
            scopes=" ".join(kept),
            public_id=new_public_id(),
        )
    )
    _record(session, "token.issued", by, now, {"post": post, "days": days, "scopes": kept}, label)
    return token


def find_token(session: Session, keyring: Keyring, token: str, now: datetime) -> AccessToken | None:
    """The token's row if it is in force at the moment; None if it is unknown, expired or revoked."""
    found = queries.token_by_hash(session, _hash(keyring, token))
    return found if found is not None and in_force(found, now) else None


def in_force(token: AccessToken, now: datetime) -> bool:
    """Neither revoked nor expired?"""
    return token.revoked_at is None and now < token.expires_at


def scopes_of(token: AccessToken) -> tuple[str, ...]:
    """What a token is good for, in the order of SCOPES."""
    return tuple(SCOPES) if token.scopes is None else tuple(token.scopes.split())


def revoke_token(
    session: Session, keyring: Keyring, named: str, now: datetime, *, by: str = "system:tokens"
) -> int:
    """Revoke a token, named by itself or by its label, at once; how many were in force.

    A label may stand on several tokens: all of them end. Raises NotFound if none of them is in force.
    """
    trail.take_turn(session)
    by_itself = queries.token_by_hash(session, _hash(keyring, named))
    rows = [by_itself] if by_itself is not None else queries.tokens_labelled(session, named) if named else []
    ended = [row for row in rows if in_force(row, now)]
    if not ended:
        raise NotFound(_("没有这样的有效令牌：请写令牌本身，或它的标签"))
    for row in ended:
        _end(session, row, now, by)
    return len(ended)


def end_token(
    session: Session, public_id: str, now: datetime, *, by: str = "", posts: Collection[int] | None = None
) -> None:
    """Revoke the token of this id at once; with `posts`, only one that acts as one of them.

    `by` is who does it, the token's own post if empty. Raises NotFound if there is none in force.
    """
    trail.take_turn(session)
    row = queries.token_of_id(session, public_id)
    if row is None or not in_force(row, now) or (posts is not None and row.post_id not in posts):
        raise NotFound(_("没有这个令牌，或者它已经失效"))
    _end(session, row, now, by or queries.post_name(session, row.post_id))


def end_all_of(session: Session, person_id: int, now: datetime, *, by: str) -> int:
    """Revoke all tokens in force that act as any post of a person; how many there were."""
    trail.take_turn(session)
    posts = [post.id for post in queries.posts_of(session, person_id)]
    ended = [row for row in queries.all_tokens(session) if row.post_id in posts and in_force(row, now)]
    for row in ended:
        _end(session, row, now, by)
    return len(ended)


def wants_noting(token: AccessToken, now: datetime) -> bool:
    """Is it time to write down that it was used? Once an hour at most, so that reads stay cheap."""
    return token.used_at is None or now - token.used_at >= USED_EVERY


def note_used(session: Session, keyring: Keyring, token: str, now: datetime) -> None:
    """Write down that the token was used."""
    row = queries.token_by_hash(session, _hash(keyring, token))
    if row is not None and wants_noting(row, now):
        row.used_at = now
        session.add(row)


def list_tokens(session: Session, posts: Collection[int] | None = None) -> list[TokenLine]:
    """All tokens ever issued, or those of some posts, oldest first, without the tokens themselves."""
    return [
        TokenLine(
            row.label,
            queries.post_name(session, row.post_id),
            row.issued_at,
            row.expires_at,
            row.revoked_at,
            scopes_of(row),
            row.used_at,
            row.public_id or "",
        )
        for row in queries.all_tokens(session)
        if posts is None or row.post_id in posts
    ]


def _end(session: Session, row: AccessToken, now: datetime, by: str) -> None:
    row.revoked_at = now
    session.add(row)
    post = queries.post_name(session, row.post_id)
    _record(session, "token.revoked", by, now, {"post": post}, row.label)


def _hash(keyring: Keyring, token: str) -> bytes:
    # A lone surrogate has no UTF-8; such a text is no token of ours, and must not be an exception either.
    return keyring.look_up("access token", token.encode("utf-8", "backslashreplace").decode())


def _check(label: str, days: int, scopes: Collection[str], *, must_say: bool) -> None:
    problems = []
    if must_say and not label:
        problems.append(Problem(_("请写明给谁、做什么用"), key="label"))
    if len(label) > _MOST_LABEL or any(not one.isprintable() for one in label):
        message = _("标签最多 {most} 个字，不能有控制字符").format(most=_MOST_LABEL)
        problems.append(Problem(message, key="label"))
    if not 1 <= days <= MOST_DAYS:
        problems.append(Problem(_("有效天数应当是 1 到 {most}").format(most=MOST_DAYS), key="days"))
    known = joined(SCOPES)
    if not scopes:
        problems.append(Problem(_("令牌至少要有一项用途：{known}").format(known=known), key="scopes"))
    for name in sorted(set(scopes) - set(SCOPES)):
        message = _("没有 {name} 这一项用途；有的是：{known}").format(name=name, known=known)
        problems.append(Problem(message, key="scopes"))
    if problems:
        raise InputInvalid(problems)


def _record(session: Session, act: str, by: str, now: datetime, facts: dict[str, object], label: str) -> None:
    """The event of the instance's chain; a label is free text, so that it stands among the details."""
    trail.append(
        session, chain=INSTANCE, act=act, actor=by, recorded_at=now, facts=facts, details={"label": label}
    )

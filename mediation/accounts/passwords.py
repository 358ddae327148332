"""Passwords, by argon2id (RFC 9106, its second recommended parameters); what a password must be (NIST SP 800-63B §5.1.1)."""

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from mediation.errors import InputInvalid, Problem
from mediation.ids import new_token
from mediation.language import _

SHORTEST, LONGEST = 10, 128
_COMMON = (
    "password",
    "12345678",
    "87654321",
    "qwerty",
    "abcdef",
    "111111",
    "88888888",
    "66666666",
    "iloveyou",
)


@lru_cache(1)
def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)


def hash_password(password: str) -> str:
    """The hash to keep. Takes some 50 ms on purpose."""
    return _hasher().hash(password)


def is_password(kept: str, password: str) -> bool:
    """Is it the password of the kept hash?"""
    try:
        return _hasher().verify(kept, password)
    except (Argon2Error, InvalidHashError):
        return False


@lru_cache(1)
def nobody_hash() -> str:
    """A hash that no password fits: so that an unknown name takes as long as a known one."""
    return hash_password(new_token())


def check_password(password: str, name: str, repeated: str | None = None) -> None:
    """Raise InputInvalid with all that is wrong with a new password of this login name."""
    problems: list[Problem] = []
    if not SHORTEST <= len(password) <= LONGEST:
        message = _("密码应有 {least} 至 {most} 个字符；可以用一句容易记的话")
        problems.append(Problem(message.format(least=SHORTEST, most=LONGEST), key="password"))
    lowered = password.lower()
    if len(set(lowered)) < 5 or any(word in lowered for word in _COMMON):  # noqa: PLR2004  fewer are a pattern
        problems.append(Problem(_("这个密码太容易猜到，请换一个"), key="password"))
    if name and name.lower() in lowered:
        problems.append(Problem(_("密码里不能有登录名"), key="password"))
    if repeated is not None and repeated != password:
        problems.append(Problem(_("两次输入的密码不一样"), key="repeated"))
    if problems:
        raise InputInvalid(problems)

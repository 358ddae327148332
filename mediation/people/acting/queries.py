"""Who acts: a person in a post, on a day. By plain columns (storage/columns.py), so that a list loads no table classes."""

import json
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, bindparam
from sqlalchemy import select as columns

from mediation.errors import NotFound, NotPermitted
from mediation.language import _
from mediation.people.actor import Actor
from mediation.people.permissions import PostKinds
from mediation.storage.columns import CONTACT_DUTY, PERSON, POST, UNIT
from mediation.storage.looking import View
from mediation.units.kept import queries as units
from mediation.units.tree import is_within

_JOINED: Any = columns(
    PERSON.c.id.label("person_id"),
    PERSON.c.code.label("person_code"),
    PERSON.c.name,
    PERSON.c.status,
    POST.c.id.label("post_id"),
    POST.c.code,
    POST.c.kind,
    POST.c.title,
    POST.c.valid_from,
    POST.c.valid_to,
    UNIT.c.id.label("unit_id"),
    UNIT.c.code.label("unit_code"),
    UNIT.c.name.label("unit_name"),
    UNIT.c.valid_from.label("unit_from"),
    UNIT.c.valid_to.label("unit_to"),
).select_from(
    PERSON.outerjoin(POST, POST.c.person_id == PERSON.c.id).outerjoin(UNIT, UNIT.c.id == POST.c.unit_id)
)
_HELD = _JOINED.where(PERSON.c.code == bindparam("code")).order_by(POST.c.code)
_OF_POST = _JOINED.where(POST.c.id == bindparam("post_id"))
_CONTACTS = columns(
    CONTACT_DUTY.c.post_id, CONTACT_DUTY.c.unit_id, CONTACT_DUTY.c.valid_from, CONTACT_DUTY.c.valid_to
)
_Held = Row[Any]
"""A person with one of the posts that the person holds or has held, and the post's unit: columns of _JOINED."""


def actor(session: View, person_code: str, post_code: str | None, day: date) -> Actor:
    """The person in the named post; without a name, in the only post held on the day.

    Raises NotFound for an unknown person or post, NotPermitted when the post is not held on the day, the person is
    not active, or several posts are held and none is named; the message lists the posts.
    """
    key = ("held", person_code)
    rows = units.once(session, key, lambda: session.connection().execute(_HELD, {"code": person_code}).all())
    if not rows:
        raise unknown(person_code)
    who = rows[0]
    if who.status != "active":
        raise NotPermitted(_("{name}（{code}）已停用，不能办理").format(name=who.name, code=who.person_code))
    held = [row for row in rows if row.post_id is not None]
    current = [post for post in held if is_within(day, post.valid_from, post.valid_to)]
    if post_code is not None:
        return _actor(session, _named_post(who, held, post_code, day), day)
    if not current:
        raise NotPermitted(_("{name} 在 {day} 没有在任的岗位").format(name=who.name, day=day) + _listed(held))
    if len(current) > 1:
        message = _("{name} 有 {count} 个岗位，请写明用哪一个：--as {code}:岗位")
        raise NotPermitted(
            message.format(name=who.name, count=len(current), code=who.person_code) + _listed(current)
        )
    return _actor(session, current[0], day)


def actor_from_text(session: View, text: str, day: date) -> Actor:
    """The actor of `PERSON` or `PERSON:POST`, as `--as` takes it."""
    person_code, colon, post_code = text.partition(":")
    return actor(session, person_code.strip(), post_code.strip() if colon else None, day)


def actor_of_post(session: View, post_id: int, day: date) -> Actor:
    """The actor of a post's id, as access tokens hold it. Raises as `actor` does."""
    return _actor(session, _post_in_office(session, post_id, day), day)


def check_post(session: View, post_id: int, day: date) -> None:
    """Raises as `actor_of_post` does, for whoever needs no more than that: one statement."""
    _post_in_office(session, post_id, day)


def post_kinds(session: View) -> PostKinds:
    """The site's kinds of post."""
    return _kinds_said(units.content_text(session, "post_kinds"))


@lru_cache(maxsize=16)
def _kinds_said(text: str) -> PostKinds:
    return PostKinds.from_plain(json.loads(text))


def unknown(code: str) -> NotFound:
    """The refusal of a code that nobody has."""
    return NotFound(_("没有代码为 {code} 的人员").format(code=code))


def _post_in_office(session: View, post_id: int, day: date) -> _Held:
    """The post with its person, who is active, and its unit, both of the day."""
    key = ("post held", post_id)
    found = units.once(
        session, key, lambda: session.connection().execute(_OF_POST, {"post_id": post_id}).one_or_none()
    )
    if found is None:
        raise NotFound(_("没有这个岗位"))
    if found.status != "active" or not is_within(day, found.valid_from, found.valid_to):
        actor(session, found.person_code, found.code, day)  # which says why not
    _check_unit(found, day)
    return found


def _check_unit(post: _Held, day: date) -> None:
    if post.unit_id is None or not is_within(day, post.unit_from, post.unit_to):
        raise NotPermitted(_("岗位 {title} 所在的单位在 {day} 已不存续").format(title=post.title, day=day))


def _named_post(who: _Held, held: list[_Held], post_code: str, day: date) -> _Held:
    found = next((post for post in held if post.code == post_code), None)
    if found is None:
        raise NotFound(
            _("{name} 没有代码为 {post} 的岗位").format(name=who.name, post=post_code) + _listed(held)
        )
    if not is_within(day, found.valid_from, found.valid_to):
        message = _("{name} 的岗位 {post}（{title}）在 {day} 不在任期内")
        raise NotPermitted(
            message.format(name=who.name, post=post_code, title=found.title, day=day) + _listed(held)
        )
    return found


def _listed(posts: Sequence[_Held]) -> str:
    """The posts with their terms, for a refusal."""
    if not posts:
        return ""
    lines = [
        _("  {code}  {title}（{first} 至 {last}）").format(
            code=post.code, title=post.title, first=post.valid_from, last=post.valid_to or _("现在")
        )
        for post in posts
    ]
    return "\n" + _("岗位：") + "\n" + "\n".join(lines)


def _actor(session: View, post: _Held, day: date) -> Actor:
    _check_unit(post, day)
    duties = units.once(session, "contacts", lambda: _contacts(session)).get(post.post_id, ())
    contacts = sorted(duty.unit_id for duty in duties if is_within(day, duty.valid_from, duty.valid_to))
    kinds = post_kinds(session)
    return Actor(
        person_id=post.person_id,
        person_code=post.person_code,
        name=post.name,
        post_id=post.post_id,
        post_code=post.code,
        post_kind=post.kind,
        post_title=post.title,
        counts_as=kinds.counts_as(post.kind),
        unit_id=post.unit_id,
        unit_code=post.unit_code,
        unit_name=post.unit_name,
        contact_units=tuple(contacts),
        sees_below=kinds.sees_below(post.kind),
    )


def _contacts(session: View) -> dict[int, list[Any]]:
    """Contact duties of all times, by post. Never empty, so that it is kept where there are none."""
    found: dict[int, list[Any]] = {0: []}
    for row in session.connection().execute(_CONTACTS):
        found.setdefault(row.post_id, []).append(row)
    return found

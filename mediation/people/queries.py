"""People, posts and contact duties, read from the database; and who acts."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import LargeBinary, Row, bindparam, or_, type_coerce
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from mediation.errors import NotFound, NotPermitted
from mediation.language import _
from mediation.people.actor import Actor
from mediation.people.models import AccessToken, ContactDuty, Person, Post
from mediation.people.permissions import PostKinds
from mediation.storage.encrypted import Encrypted
from mediation.units import queries as units
from mediation.units.models import Unit
from mediation.units.tree import is_within

_POST = Post.metadata.tables["post"]
_AT_UNIT = columns(_POST).where(_POST.c.unit_id == bindparam("unit_id"))
_POSTS = columns(_POST).where(_POST.c.person_id == bindparam("person_id")).order_by(_POST.c.code)
_JOINED: Any = (
    columns(
        col(Person.id).label("person_id"),
        col(Person.code).label("person_code"),
        col(Person.name),
        col(Person.status),
        col(Post.id).label("post_id"),
        col(Post.code),
        col(Post.kind),
        col(Post.title),
        col(Post.valid_from),
        col(Post.valid_to),
        col(Unit.id).label("unit_id"),
        col(Unit.code).label("unit_code"),
        col(Unit.name).label("unit_name"),
        col(Unit.valid_from).label("unit_from"),
        col(Unit.valid_to).label("unit_to"),
    )
    .outerjoin(Post, col(Post.person_id) == Person.id)
    .outerjoin(Unit, col(Unit.id) == Post.unit_id)
)
_HELD = _JOINED.where(col(Person.code) == bindparam("code")).order_by(col(Post.code))
_OF_POST = _JOINED.where(col(Post.id) == bindparam("post_id"))
_TOKEN = select(AccessToken).where(col(AccessToken.token_hash) == bindparam("token_hash"))
_DAY: Any = bindparam("day")
_IN_OFFICE = (
    columns(col(Post.person_id))
    .distinct()
    .join(Person, col(Person.id) == Post.person_id)
    .join(Unit, col(Unit.id) == Post.unit_id)
    .where(
        col(Person.status) == "active",
        *(
            condition
            for term in (Post, Unit)
            for condition in (
                col(term.valid_from) <= _DAY,
                or_(col(term.valid_to).is_(None), col(term.valid_to) >= _DAY),
            )
        ),
    )
)
_CONTACTS = columns(
    col(ContactDuty.post_id), col(ContactDuty.unit_id), col(ContactDuty.valid_from), col(ContactDuty.valid_to)
)
_OF_PLACES = tuple(
    columns(
        *(type_coerce(one, LargeBinary) if isinstance(one.type, Encrypted) else one for one in table.c)
    ).order_by(table.c.id)
    for table in (
        Person.metadata.tables[name]
        for name in ("unit", "committee", "committee_member", "person", "post", "contact_duty")
    )
)  # of what is encrypted, the ciphertext: another one for another phone
_Held = Row[Any]
"""A person with one of the posts that the person holds or has held, and the post's unit: columns of _JOINED."""


def actor(session: Session, person_code: str, post_code: str | None, day: date) -> Actor:
    """The person in the named post; without a name, in the only post held on the day.

    Raises NotFound for an unknown person or post, NotPermitted when the post is not held on the day, the person is
    not active, or several posts are held and none is named; the message lists the posts.
    """
    key = ("held", person_code)
    rows = units.once(session, key, lambda: session.connection().execute(_HELD, {"code": person_code}).all())
    if not rows:
        raise _unknown(person_code)
    who = rows[0]
    if who.status != "active":
        raise NotPermitted(_("{name}({code})已停用,不能办理").format(name=who.name, code=who.person_code))
    held = [row for row in rows if row.post_id is not None]
    current = [post for post in held if is_within(day, post.valid_from, post.valid_to)]
    if post_code is not None:
        return _actor(session, _named_post(who, held, post_code, day), day)
    if not current:
        raise NotPermitted(_("{name} 在 {day} 没有在任的岗位").format(name=who.name, day=day) + _listed(held))
    if len(current) > 1:
        message = _("{name} 有 {count} 个岗位,请写明用哪一个:--as {code}:岗位")
        raise NotPermitted(
            message.format(name=who.name, count=len(current), code=who.person_code) + _listed(current)
        )
    return _actor(session, current[0], day)


def actor_from_text(session: Session, text: str, day: date) -> Actor:
    """The actor of `PERSON` or `PERSON:POST`, as `--as` takes it."""
    person_code, colon, post_code = text.partition(":")
    return actor(session, person_code.strip(), post_code.strip() if colon else None, day)


def actor_of_post(session: Session, post_id: int, day: date) -> Actor:
    """The actor of a post's id, as access tokens hold it. Raises as `actor` does."""
    return _actor(session, _post_in_office(session, post_id, day), day)


def check_post(session: Session, post_id: int, day: date) -> None:
    """Raises as `actor_of_post` does, for whoever needs no more than that: one statement."""
    _post_in_office(session, post_id, day)


def hold(session: Session, *person_ids: int) -> None:
    """Let nobody else decide on these people's time until the transaction ends; rows that refer to them may be written."""
    named = select(Person.id).where(col(Person.id).in_(person_ids)).order_by(col(Person.id))
    session.exec(named.with_for_update(key_share=True)).all()


def person(session: Session, code: str) -> Person:
    """The person of a code, for reading. Raises NotFound."""
    found = units.copy_of(session, Person, code, "code")
    if found is None:
        raise _unknown(code)
    return found


def person_of_id(session: Session, person_id: int) -> Person | None:
    """The person of a row, for reading."""
    return units.copy_of(session, Person, person_id)


def people(session: Session) -> list[Person]:
    """Everybody, by code."""
    return list(session.exec(select(Person).order_by(col(Person.code))))


def all_posts(session: Session) -> list[Post]:
    """All posts of all times."""
    return list(session.exec(select(Post).order_by(col(Post.id))))


def fingerprint(session: Session) -> str:
    """SHA-256 of all units, committees, people and posts of all times, as they are stored: what may be read once and kept."""
    session.flush()
    rows = [[tuple(row) for row in session.connection().execute(statement)] for statement in _OF_PLACES]
    return hashlib.sha256(json.dumps(rows, default=str, ensure_ascii=False).encode()).hexdigest()


def in_office(session: Session, day: date) -> set[int]:
    """Active people who hold a post on the day, at a unit that stands then."""
    found = session.connection().execute(_IN_OFFICE, {"day": day})
    return set(found.scalars())


def all_contact_duties(session: Session) -> list[ContactDuty]:
    """All contact duties of all times."""
    return list(session.exec(select(ContactDuty).order_by(col(ContactDuty.id))))


def posts_of(session: Session, person_id: int) -> list[Post]:
    """All posts that the person holds or has held, by code; for reading."""

    def read() -> list[Post]:
        rows = session.connection().execute(_POSTS, {"person_id": person_id}).mappings()
        return [Post(**row) for row in rows]

    return list(units.once(session, ("posts", person_id), read))


def posts_at(session: Session, unit_ids: Iterable[int], day: date, counting_as: str = "") -> list[Post]:
    """The posts held at the units on the day, for reading; with `counting_as`, those that count as this kind."""
    held = sorted((post for unit in set(unit_ids) for post in _posts_of_unit(session, unit)), key=_by_id)
    rows = [row for row in held if is_within(day, row.valid_from, row.valid_to)]
    if not counting_as:
        return rows
    kinds = post_kinds(session)
    return [row for row in rows if counting_as in kinds.counts_as(row.kind)]


def contact_duties(session: Session, day: date) -> list[ContactDuty]:
    """All contact duties in force on the day."""
    rows = all_contact_duties(session)
    return [row for row in rows if is_within(day, row.valid_from, row.valid_to)]


def post_name(session: Session, post_id: int) -> str:
    """`PERSON:POST` of a post's id, whether or not it is held today. Raises NotFound."""
    post = units.copy_of(session, Post, post_id)
    who = units.copy_of(session, Person, post.person_id) if post else None
    if post is None or who is None:
        raise NotFound(_("没有这个岗位"))
    return f"{who.code}:{post.code}"


def token_by_hash(session: Session, token_hash: bytes) -> AccessToken | None:
    """The token of a keyed hash, in force or not."""
    return session.exec(_TOKEN, params={"token_hash": token_hash}).one_or_none()


def token_of_id(session: Session, public_id: str) -> AccessToken | None:
    """The token of a public id, in force or not."""
    return session.exec(select(AccessToken).where(col(AccessToken.public_id) == public_id)).one_or_none()


def tokens_labelled(session: Session, label: str) -> list[AccessToken]:
    """The tokens with this label, oldest first."""
    statement = select(AccessToken).where(col(AccessToken.label) == label).order_by(col(AccessToken.id))
    return list(session.exec(statement))


def all_tokens(session: Session) -> list[AccessToken]:
    """All tokens ever issued, oldest first."""
    return list(session.exec(select(AccessToken).order_by(col(AccessToken.id))))


def post_kinds(session: Session) -> PostKinds:
    """The site's kinds of post."""
    return _kinds_said(units.content_text(session, "post_kinds"))


@lru_cache(maxsize=16)
def _kinds_said(text: str) -> PostKinds:
    return PostKinds.from_plain(json.loads(text))


def _unknown(code: str) -> NotFound:
    return NotFound(_("没有代码为 {code} 的人员").format(code=code))


def _post_in_office(session: Session, post_id: int, day: date) -> _Held:
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
        message = _("{name} 的岗位 {post}({title})在 {day} 不在任期内")
        raise NotPermitted(
            message.format(name=who.name, post=post_code, title=found.title, day=day) + _listed(held)
        )
    return found


def _listed(posts: Sequence[_Held]) -> str:
    """The posts with their terms, for a refusal."""
    if not posts:
        return ""
    lines = [
        _("  {code}  {title}({first} 至 {last})").format(
            code=post.code, title=post.title, first=post.valid_from, last=post.valid_to or _("现在")
        )
        for post in posts
    ]
    return "\n" + _("岗位:") + "\n" + "\n".join(lines)


def _actor(session: Session, post: _Held, day: date) -> Actor:
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


def _posts_of_unit(session: Session, unit_id: int) -> list[Post]:
    def read() -> list[Post]:
        rows = session.connection().execute(_AT_UNIT, {"unit_id": unit_id}).mappings()
        return [Post(**row) for row in rows]

    return units.once(session, ("posts at", unit_id), read)


def _by_id(post: Post) -> int:
    return post.id or 0


def _contacts(session: Session) -> dict[int, list[Any]]:
    """Contact duties of all times, by post. Never empty, so that it is kept where there are none."""
    found: dict[int, list[Any]] = {0: []}
    for row in session.connection().execute(_CONTACTS):
        found.setdefault(row.post_id, []).append(row)
    return found

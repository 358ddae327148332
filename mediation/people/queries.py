"""People, posts and contact duties, read from the database; and who acts."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import LargeBinary, bindparam, or_, type_coerce
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from mediation.errors import NotFound
from mediation.language import _
from mediation.people.acting.queries import (
    actor,
    actor_from_text,
    actor_of_post,
    check_post,
    post_kinds,
    unknown,
)
from mediation.people.models import AccessToken, ContactDuty, Person, Post
from mediation.storage.encrypted import Encrypted
from mediation.storage.engine import rows_of
from mediation.units import queries as units
from mediation.units.models import Unit
from mediation.units.tree import is_within

__all__ = ["actor", "actor_from_text", "actor_of_post", "check_post", "post_kinds"]
"""Defined where no table classes are needed; known here to whoever reads the rest as well."""

_POST = Post.metadata.tables["post"]
_AT_UNIT = columns(_POST).where(_POST.c.unit_id == bindparam("unit_id"))
_POSTS = columns(_POST).where(_POST.c.person_id == bindparam("person_id")).order_by(_POST.c.code)
_TOKEN = select(AccessToken).where(col(AccessToken.token_hash) == bindparam("token_hash"))
_DAY: Any = bindparam("day")
_HELD = (
    columns(col(Post.unit_id), col(Post.kind), col(Post.person_id))
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
_OF_PLACES = tuple(
    columns(
        *(type_coerce(one, LargeBinary) if isinstance(one.type, Encrypted) else one for one in table.c)
    ).order_by(table.c.id)
    for table in (
        Person.metadata.tables[name]
        for name in ("unit", "committee", "committee_member", "person", "post", "contact_duty")
    )
)  # of what is encrypted, the ciphertext: another one for another phone


def hold(session: Session, *person_ids: int) -> None:
    """Let nobody else decide on these people's time until the transaction ends; rows that refer to them may be written."""
    named = select(Person.id).where(col(Person.id).in_(person_ids)).order_by(col(Person.id))
    session.exec(named.with_for_update(key_share=True)).all()


def person(session: Session, code: str) -> Person:
    """The person of a code, for reading. Raises NotFound."""
    found = units.copy_of(session, Person, code, "code")
    if found is None:
        raise unknown(code)
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
    return {row.person_id for row in session.connection().execute(_HELD, {"day": day})}


def kinds_at_units(session: Session, day: date) -> dict[int, frozenset[str]]:
    """Unit that stands on the day → what the posts that active people hold at it count as."""
    kinds = post_kinds(session)
    found: dict[int, frozenset[str]] = {}
    for row in session.connection().execute(_HELD, {"day": day}):
        found[row.unit_id] = found.get(row.unit_id, frozenset()) | kinds.counts_as(row.kind)
    return found


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
    return next(iter(rows_of(session, _TOKEN, token_hash=token_hash)), None)


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


def _posts_of_unit(session: Session, unit_id: int) -> list[Post]:
    def read() -> list[Post]:
        rows = session.connection().execute(_AT_UNIT, {"unit_id": unit_id}).mappings()
        return [Post(**row) for row in rows]

    return units.once(session, ("posts at", unit_id), read)


def _by_id(post: Post) -> int:
    return post.id or 0

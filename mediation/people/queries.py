"""People, posts and contact duties, read from the database; and who acts."""

from collections.abc import Iterable
from datetime import date

from sqlmodel import Session, col, select

from mediation.errors import NotFound, NotPermitted
from mediation.language import _
from mediation.people.actor import Actor
from mediation.people.models import AccessToken, ContactDuty, Person, Post
from mediation.people.permissions import PostKinds
from mediation.units import queries as units
from mediation.units.models import Unit
from mediation.units.tree import is_within


def actor(session: Session, person_code: str, post_code: str | None, day: date) -> Actor:
    """The person in the named post; without a name, in the only post held on the day.

    Raises NotFound for an unknown person or post, NotPermitted when the post is not held on the day, the person is
    not active, or several posts are held and none is named; the message lists the posts.
    """
    who = person(session, person_code)
    if who.status != "active":
        raise NotPermitted(_("{name}({code})已停用,不能办理").format(name=who.name, code=who.code))
    held = posts_of(session, who.id or 0)
    current = [post for post in held if is_within(day, post.valid_from, post.valid_to)]
    if post_code is not None:
        return _actor(session, who, _named_post(who, held, post_code, day), day)
    if not current:
        raise NotPermitted(_("{name} 在 {day} 没有在任的岗位").format(name=who.name, day=day) + _listed(held))
    if len(current) > 1:
        message = _("{name} 有 {count} 个岗位,请写明用哪一个:--as {code}:岗位")
        raise NotPermitted(
            message.format(name=who.name, count=len(current), code=who.code) + _listed(current)
        )
    return _actor(session, who, current[0], day)


def actor_from_text(session: Session, text: str, day: date) -> Actor:
    """The actor of `PERSON` or `PERSON:POST`, as `--as` takes it."""
    person_code, colon, post_code = text.partition(":")
    return actor(session, person_code.strip(), post_code.strip() if colon else None, day)


def actor_of_post(session: Session, post_id: int, day: date) -> Actor:
    """The actor of a post's id, as access tokens hold it. Raises as `actor` does."""
    post = session.get(Post, post_id)
    who = session.get(Person, post.person_id) if post else None
    if post is None or who is None:
        raise NotFound(_("没有这个岗位"))
    return actor(session, who.code, post.code, day)


def person(session: Session, code: str) -> Person:
    """The person of a code. Raises NotFound."""
    found = session.exec(select(Person).where(col(Person.code) == code)).one_or_none()
    if found is None:
        raise NotFound(_("没有代码为 {code} 的人员").format(code=code))
    return found


def people(session: Session) -> list[Person]:
    """Everybody, by code."""
    return list(session.exec(select(Person).order_by(col(Person.code))))


def all_posts(session: Session) -> list[Post]:
    """All posts of all times."""
    return list(session.exec(select(Post).order_by(col(Post.id))))


def all_contact_duties(session: Session) -> list[ContactDuty]:
    """All contact duties of all times."""
    return list(session.exec(select(ContactDuty).order_by(col(ContactDuty.id))))


def posts_of(session: Session, person_id: int) -> list[Post]:
    """All posts that the person holds or has held, by code."""
    statement = select(Post).where(col(Post.person_id) == person_id).order_by(col(Post.code))
    return list(session.exec(statement))


def posts_at(session: Session, unit_ids: Iterable[int], day: date, counting_as: str = "") -> list[Post]:
    """The posts held at the units on the day; with `counting_as`, those that count as this kind."""
    statement = select(Post).where(col(Post.unit_id).in_(list(unit_ids))).order_by(col(Post.id))
    rows = [row for row in session.exec(statement) if is_within(day, row.valid_from, row.valid_to)]
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
    post = session.get(Post, post_id)
    who = session.get(Person, post.person_id) if post else None
    if post is None or who is None:
        raise NotFound(_("没有这个岗位"))
    return f"{who.code}:{post.code}"


def token_by_hash(session: Session, token_hash: bytes) -> AccessToken | None:
    """The token of a keyed hash, in force or not."""
    return session.exec(select(AccessToken).where(col(AccessToken.token_hash) == token_hash)).one_or_none()


def tokens_labelled(session: Session, label: str) -> list[AccessToken]:
    """The tokens with this label, oldest first."""
    statement = select(AccessToken).where(col(AccessToken.label) == label).order_by(col(AccessToken.id))
    return list(session.exec(statement))


def all_tokens(session: Session) -> list[AccessToken]:
    """All tokens ever issued, oldest first."""
    return list(session.exec(select(AccessToken).order_by(col(AccessToken.id))))


def post_kinds(session: Session) -> PostKinds:
    """The site's kinds of post."""
    return PostKinds.from_plain(units.content(session, "post_kinds"))


def _named_post(who: Person, held: list[Post], post_code: str, day: date) -> Post:
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


def _listed(posts: list[Post]) -> str:
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


def _actor(session: Session, who: Person, post: Post, day: date) -> Actor:
    unit = session.get(Unit, post.unit_id)
    if unit is None or not is_within(day, unit.valid_from, unit.valid_to):
        raise NotPermitted(_("岗位 {title} 所在的单位在 {day} 已不存续").format(title=post.title, day=day))
    duties = session.exec(select(ContactDuty).where(col(ContactDuty.post_id) == post.id))
    contacts = sorted(duty.unit_id for duty in duties if is_within(day, duty.valid_from, duty.valid_to))
    kinds = post_kinds(session)
    return Actor(
        person_id=who.id or 0,
        person_code=who.code,
        name=who.name,
        post_id=post.id or 0,
        post_code=post.code,
        post_kind=post.kind,
        post_title=post.title,
        counts_as=kinds.counts_as(post.kind),
        unit_id=unit.id or 0,
        unit_code=unit.code,
        unit_name=unit.name,
        contact_units=tuple(contacts),
        sees_below=kinds.sees_below(post.kind),
    )

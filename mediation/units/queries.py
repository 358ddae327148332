"""Units, committees and the configuration in use, read from the database."""

from collections.abc import Collection
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import inspect
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from mediation.errors import NotFound
from mediation.language import _
from mediation.storage.engine import Table
from mediation.units.chain import Chain
from mediation.units.kept.queries import (
    Kept,
    configuration_mark,
    content,
    content_text,
    forget,
    lend,
    load_tree,
    once,
)
from mediation.units.models import Committee, CommitteeMember, Configuration, Unit
from mediation.units.tree import GENERAL_COMMITTEES, Seat, is_within

__all__ = ["Kept", "configuration_mark", "content", "content_text", "forget", "lend", "load_tree", "once"]
"""Defined where no table classes are needed; known here to whoever reads the rest as well."""

_SEAT = tuple(
    col(getattr(Committee, name)) for name in ("id", "code", "unit_id", "kind", "term_from", "term_to")
)
_SEATS = columns(*_SEAT)
_MEMBERS = columns(CommitteeMember.metadata.tables["committee_member"]).order_by(col(CommitteeMember.id))


_Row = TypeVar("_Row", bound=Table)


def copy_of(session: Session, table: type[_Row], key: int | str, by: str = "id") -> _Row | None:
    """The row of a unit, committee, person or post, for reading: a copy that no session writes back.

    `by`: the column that holds the key; of several rows with it, the first by code.
    """

    def read() -> _Row | None:
        columns_of = table.metadata.tables[str(table.__tablename__)]
        wanted = columns(columns_of).where(columns_of.c[by] == key).order_by(columns_of.c.code).limit(1)
        row = session.connection().execute(wanted).mappings().first()
        return table(**row) if row is not None else None

    return once(session, (table, by, key), read)


def units(session: Session) -> list[Unit]:
    """All units of all times, by code."""
    return list(session.exec(select(Unit).order_by(col(Unit.code))))


def unit(session: Session, code: str) -> Unit:
    """The unit of a code, on any day; for reading. Raises NotFound."""
    found = copy_of(session, Unit, code, "code")
    if found is None:
        raise NotFound(_("没有代码为 {code} 的单位").format(code=code))
    return found


def committees(session: Session) -> list[Committee]:
    """All committees of all times, by code."""
    return list(session.exec(select(Committee).order_by(col(Committee.code))))


def committee(session: Session, code: str) -> Committee:
    """The committee of a code, for reading. Raises NotFound."""
    found = copy_of(session, Committee, code, "code")
    if found is None:
        raise NotFound(_("没有代码为 {code} 的调委会").format(code=code))
    return found


def competent_committee(
    session: Session, unit_id: int, day: date, kinds: frozenset[str] = GENERAL_COMMITTEES
) -> Committee | None:
    """The committee in office at the unit or nearest above it on the day: the issuer of its papers."""
    seat = load_tree(session, day).nearest_committee(unit_id, _seats(session), day, kinds)
    return copy_of(session, Committee, seat.id) if seat else None


def roster(session: Session, committee_id: int, day: date) -> list[CommitteeMember]:
    """The members in office on the day, for reading."""
    rows = _members(session)
    return [
        row
        for row in rows
        if row.committee_id == committee_id and is_within(day, row.valid_from, row.valid_to)
    ]


def rosters_of(session: Session, people: Collection[int], day: date) -> list[tuple[int, Seat]]:
    """(person, committee) for each committee in office that one of the people is a member of, or appointed by, on the day."""
    if not people:
        return []
    seats = {seat.id: seat for seat in _seats(session)}
    found = [
        (row.person_id, seats[row.committee_id])
        for row in _members(session)
        if row.person_id in people and is_within(day, row.valid_from, row.valid_to)
    ]
    return [(person, seat) for person, seat in found if is_within(day, seat.valid_from, seat.valid_to)]


def all_members(session: Session) -> list[CommitteeMember]:
    """All members of all committees and times."""
    return list(session.exec(select(CommitteeMember).order_by(col(CommitteeMember.id))))


def configuration(
    session: Session, kind: str, name: str = "site", moment: datetime | None = None
) -> Configuration | None:
    """The newest configuration of a kind and name, or the one in force at the moment."""
    statement = select(Configuration).where(
        col(Configuration.kind) == kind,
        col(Configuration.name) == name,
    )
    if moment is not None:
        statement = statement.where(col(Configuration.in_force_from) <= moment)
    newest_first = statement.order_by(
        col(Configuration.in_force_from).desc(),
        col(Configuration.version).desc(),
    )
    return session.exec(newest_first.limit(1)).one_or_none()


def is_configured(session: Session) -> bool:
    """Whether a site has ever been applied to this database, however old its tables are."""
    if not inspect(session.connection()).has_table(Configuration.__tablename__):
        return False
    statement = columns(col(Configuration.id)).where(col(Configuration.kind) == "site").limit(1)
    return session.connection().execute(statement).first() is not None


def configurations(session: Session, kind: str) -> list[Configuration]:
    """All configurations of a kind, oldest first."""
    statement = select(Configuration).where(col(Configuration.kind) == kind).order_by(col(Configuration.id))
    return list(session.exec(statement))


def configurations_of_kinds(session: Session, beginning: str) -> list[Configuration]:
    """All configurations of the kinds that begin so, oldest first."""
    statement = select(Configuration).where(col(Configuration.kind).startswith(beginning, autoescape=True))
    return list(session.exec(statement.order_by(col(Configuration.id))))


def latest_configuration(session: Session, kind: str, name: str) -> Configuration | None:
    """The configuration of a kind and name that was recorded last, whenever it is in force."""
    statement = select(Configuration).where(col(Configuration.kind) == kind, col(Configuration.name) == name)
    return session.exec(statement.order_by(col(Configuration.version).desc()).limit(1)).one_or_none()


def configuration_by_hash(session: Session, kind: str, name: str, sha256: str) -> Configuration | None:
    """The configuration of exactly this content."""
    statement = select(Configuration).where(
        col(Configuration.kind) == kind,
        col(Configuration.name) == name,
        col(Configuration.sha256) == sha256,
    )
    return session.exec(statement).one_or_none()


def load_chain(session: Session, moment: datetime | None = None) -> Chain:
    """The site's chain, newest or as it was in force at the moment."""
    return Chain.from_plain(content(session, "chain", "site", moment))


def _seats(session: Session) -> list[Seat]:
    return once(session, "seats", lambda: [Seat(*row) for row in session.connection().execute(_SEATS)])


def _members(session: Session) -> list[CommitteeMember]:
    def read() -> list[CommitteeMember]:
        rows = session.connection().execute(_MEMBERS).mappings()
        return [CommitteeMember(**row) for row in rows]

    return once(session, "members", read)

"""The tree of units, its committees, their numbers, and the configuration that is in use."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field

from mediation.storage.engine import Table


class Unit(Table, table=True):
    """A node of the tree: an area on a level of the chain, or a department attached to one."""

    __tablename__ = "unit"

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    name: str
    kind: str = Field(description="area, department, court, police, studio …")
    level: str | None = Field(default=None, description="key of a level of the chain")
    parent_id: int | None = Field(default=None, foreign_key="unit.id", index=True)
    grid_code: str | None = Field(default=None, unique=True)
    place_code: str | None = None
    households: int | None = None
    valid_from: date
    valid_to: date | None = None
    successor_id: int | None = Field(default=None, foreign_key="unit.id")


class Committee(Table, table=True):
    """人民调解委员会: what may number and seal papers, attached to a unit."""

    __tablename__ = "committee"

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    name: str
    abbreviation: str
    kind: str = Field(description="village, township, enterprise, industry, studio, county")
    unit_id: int = Field(foreign_key="unit.id", index=True)
    seal_text: str
    sample: bool = False
    phone: str = ""
    address: str = ""
    number_patterns: Any = Field(
        sa_column=Column(JSON, nullable=False), description="kind of number → pattern"
    )
    term_from: date
    term_to: date | None = None


class CommitteeMember(Table, table=True):
    """One member of a committee's roster: 3 to 9, one director, women among them (Art. 8–9)."""

    __tablename__ = "committee_member"
    __table_args__ = (UniqueConstraint("committee_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    committee_id: int = Field(foreign_key="committee.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    role: str = Field(description="director, vice_director, member, appointed")
    valid_from: date
    valid_to: date | None = None


class NumberIssued(Table, table=True):
    """One number of a committee's gapless sequence of a year. `state`: reserved, used or void (作废)."""

    __tablename__ = "number_issued"
    __table_args__ = (UniqueConstraint("committee_id", "kind", "year", "ordinal"),)

    id: int | None = Field(default=None, primary_key=True)
    committee_id: int = Field(foreign_key="committee.id")
    kind: str = Field(description="case, notice …")
    year: int
    ordinal: int
    text: str = Field(index=True)
    state: str = "reserved"
    case_id: int | None = Field(default=None, index=True)
    reserved_at: datetime
    note: str = ""


class Configuration(Table, table=True):
    """What is or was in use, by content hash: site, definition, form, chain, calendar, code list."""

    __tablename__ = "configuration"
    __table_args__ = (UniqueConstraint("kind", "name", "sha256"),)

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    name: str
    version: int
    sha256: str
    content: str
    in_force_from: datetime
    recorded_at: datetime

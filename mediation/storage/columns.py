"""The columns that a list of cases needs, by name: statements on them load no table classes, which takes longest.

`tests/storage/test_columns.py` holds them against the tables.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Date,
    DateTime,
    Dialect,
    Integer,
    String,
    TableClause,
    TypeDecorator,
    column,
    table,
)
from sqlalchemy.types import TypeEngine

from mediation.storage.encrypted import Encrypted


class Moment(TypeDecorator[datetime]):
    """A moment as the table classes keep it: UTC, without an offset where the store knows none."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  SQLAlchemy's signature
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  SQLAlchemy's signature
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.utcoffset() is None else value.astimezone(UTC)


_INTEGER, _TEXT, _DAY, _YES, _MOMENT = Integer(), String(), Date(), Boolean(), Moment(timezone=True)


def _table(name: str, /, **types: TypeEngine[Any]) -> TableClause:
    return table(name, *(column(one, kind) for one, kind in types.items()))


UNIT = _table(
    "unit", id=_INTEGER, code=_TEXT, name=_TEXT, kind=_TEXT, level=_TEXT, parent_id=_INTEGER, grid_code=_TEXT,
    place_code=_TEXT, households=_INTEGER, valid_from=_DAY, valid_to=_DAY, successor_id=_INTEGER,
)  # fmt: skip
CONFIGURATION = _table(
    "configuration", id=_INTEGER, kind=_TEXT, name=_TEXT, version=_INTEGER, content=_TEXT, in_force_from=_MOMENT
)  # fmt: skip
PERSON = _table("person", id=_INTEGER, code=_TEXT, name=_TEXT, status=_TEXT)
POST = _table(
    "post", id=_INTEGER, person_id=_INTEGER, code=_TEXT, kind=_TEXT, title=_TEXT, unit_id=_INTEGER, valid_from=_DAY,
    valid_to=_DAY,
)  # fmt: skip
CONTACT_DUTY = _table("contact_duty", post_id=_INTEGER, unit_id=_INTEGER, valid_from=_DAY, valid_to=_DAY)
ABSENCE = _table(
    "absence", person_id=_INTEGER, deputy_id=_INTEGER, first_day=_DAY, last_day=_DAY, ended_at=_MOMENT
)
CASE_REACH = _table("case_reach", unit_id=_INTEGER, case_id=_INTEGER, own=_YES)
CASE_MEDIATOR = _table("case_mediator", case_id=_INTEGER, person_id=_INTEGER, ended_at=_MOMENT)
TASK = _table(
    "task", case_id=_INTEGER, kind=_TEXT, unit_id=_INTEGER, person_id=_INTEGER, delegated_by_id=_INTEGER,
    closed_at=_MOMENT, outcome=_TEXT,
)  # fmt: skip
RECUSAL = _table("recusal", case_id=_INTEGER, person_id=_INTEGER, lifted_at=_MOMENT)
SUPERVISION_ITEM = _table("supervision_item", case_id=_INTEGER, supervisor_id=_INTEGER, state=_TEXT)
DEADLINE = _table("deadline", case_id=_INTEGER, name=_TEXT, state=_TEXT, started_at=_MOMENT, due_at=_MOMENT)
DISPUTE = _table(
    "dispute", id=_INTEGER, public_id=_TEXT, version=_INTEGER, workflow=_TEXT, workflow_version=_INTEGER, state=_TEXT,
    phase=_TEXT, open=_YES, outcome=_TEXT, temporary_number=_TEXT, number=_TEXT, holder_id=_INTEGER,
    title=Encrypted("dispute.title"), due_at=_MOMENT,
)  # fmt: skip

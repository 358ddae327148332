"""Notices that did not arrive are found without reading all that did."""

from alembic import op
from sqlalchemy import text

revision = "0025"
down_revision = "0024"

_FAILED = text("state = 'failed'")


def upgrade() -> None:
    op.create_index("ix_delivery_failed", "delivery", ["id"], sqlite_where=_FAILED, postgresql_where=_FAILED)

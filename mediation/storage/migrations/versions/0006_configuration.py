"""The log of cases moved to another version of their definition."""

import sqlalchemy as sa
from alembic import op

from mediation.storage.migrations.columns import moment, number, text

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "case_migration",
        number("id", primary_key=True),
        number("case_id", sa.ForeignKey("dispute.id")),
        text("run"),
        text("workflow"),
        number("from_version"),
        text("from_sha256"),
        text("from_state"),
        number("to_version"),
        text("to_sha256"),
        text("to_state"),
        moment("moved_at"),
        number("undoes_id", sa.ForeignKey("case_migration.id"), nullable=True),
    )
    op.create_index("ix_case_migration_case_id", "case_migration", ["case_id"])

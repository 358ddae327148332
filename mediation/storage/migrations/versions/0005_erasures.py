"""The list of erasures, which every restore applies again."""

import sqlalchemy as sa
from alembic import op

from mediation.storage.migrations.columns import moment, number, text

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "case_erasure",
        number("id", primary_key=True),
        text("public_id"),
        text("chain"),
        number("party", nullable=True),
        text("reason"),
        text("requested_by"),
        text("confirmed_by"),
        moment("erased_at"),
        sa.UniqueConstraint("public_id"),
    )
    op.create_index("ix_case_erasure_chain", "case_erasure", ["chain"])

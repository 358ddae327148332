"""Declining, the clock of ownership, rulings, and asking the level above."""

import sqlalchemy as sa
from alembic import op

from mediation.storage.migrations.columns import moment, number, sealed, text, tree

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE dispute ADD COLUMN arbiter_id INTEGER CONSTRAINT fk_dispute_arbiter_id_unit REFERENCES unit (id)"
    )
    op.create_table(
        "ownership_argument",
        number("id", primary_key=True),
        number("case_id", sa.ForeignKey("dispute.id")),
        number("ordinal"),
        text("kind"),
        number("unit_id", sa.ForeignKey("unit.id")),
        number("target_id", sa.ForeignKey("unit.id"), nullable=True),
        text("line", nullable=True),
        number("list_version", nullable=True),
        text("list_sha256", nullable=True),
        sealed("reason", nullable=True),
        text("said_by"),
        moment("said_at"),
        moment("settled_at", nullable=True),
        sa.UniqueConstraint("case_id", "ordinal"),
    )
    op.create_index("ix_ownership_argument_case_id", "ownership_argument", ["case_id"])
    op.create_table(
        "ruling",
        number("id", primary_key=True),
        text("number"),
        number("case_id", sa.ForeignKey("dispute.id")),
        number("ordinal"),
        number("arbiter_id", sa.ForeignKey("unit.id")),
        tree("units"),
        text("line", nullable=True),
        number("list_version", nullable=True),
        text("list_sha256", nullable=True),
        text("category"),
        text("governance_category"),
        number("place_id", sa.ForeignKey("unit.id")),
        number("chosen_id", sa.ForeignKey("unit.id")),
        sealed("interpretation", nullable=True),
        sealed("minutes"),
        text("ruled_by"),
        moment("ruled_at"),
        moment("acknowledged_at", nullable=True),
        sa.UniqueConstraint("number"),
        sa.UniqueConstraint("case_id", "ordinal"),
    )
    op.create_index("ix_ruling_case_id", "ruling", ["case_id"])
    op.create_index("ix_ruling_governance_category", "ruling", ["governance_category"])

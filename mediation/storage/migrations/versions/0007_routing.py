"""What rules of routing suggested at each act, and what overruled them."""

import sqlalchemy as sa
from alembic import op

from mediation.storage.migrations.columns import moment, number, sealed, text, truth

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "routing_decision",
        number("id", primary_key=True),
        number("case_id", sa.ForeignKey("dispute.id")),
        text("act"),
        text("rule", nullable=True),
        number("version"),
        text("sha256"),
        number("unit_id", sa.ForeignKey("unit.id"), nullable=True),
        text("definition"),
        text("tier", nullable=True),
        text("limit_span", nullable=True),
        text("limit_article", nullable=True),
        number("chosen_id", sa.ForeignKey("unit.id"), nullable=True),
        truth("overruled"),
        sealed("because", nullable=True),
        number("decided_by_id", sa.ForeignKey("person.id")),
        moment("decided_at"),
    )
    op.create_index("ix_routing_decision_case_id", "routing_decision", ["case_id"])

"""Deliveries of notices, and where documents lie on several hosts."""

import sqlalchemy as sa
from alembic import op

from mediation.storage.migrations.columns import moment, number, sealed, text

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    _deliveries()


def _deliveries() -> None:
    op.create_table(
        "delivery",
        number("id", primary_key=True),
        text("public_id", unique=True),
        number("outbox_id", sa.ForeignKey("outbox.id")),
        number("case_id", sa.ForeignKey("dispute.id"), nullable=True),
        text("notice"),
        text("urgency"),
        text("reader"),
        number("person_id", sa.ForeignKey("person.id"), nullable=True),
        number("party_id", sa.ForeignKey("party.id"), nullable=True),
        text("channel"),
        sealed("address", nullable=True),
        sealed("subject", nullable=True),
        sealed("body", nullable=True),
        text("sha256", nullable=True),
        text("reference"),
        text("state"),
        text("why"),
        number("attempts"),
        number("repeats"),
        moment("next_at"),
        moment("lease_until", nullable=True),
        moment("recorded_at"),
        moment("sent_at", nullable=True),
        moment("read_at", nullable=True),
        sa.UniqueConstraint("outbox_id", "reader", "channel"),
    )
    op.create_index("ix_delivery_case_id", "delivery", ["case_id"])
    op.create_index("ix_delivery_party_id", "delivery", ["party_id"])
    waiting, in_tray = sa.text("state = 'waiting'"), sa.text("channel = 'file' AND state = 'sent'")
    op.create_index(
        "ix_delivery_waiting", "delivery", ["next_at"], sqlite_where=waiting, postgresql_where=waiting
    )
    op.create_index(
        "ix_delivery_in_tray",
        "delivery",
        ["person_id", "id"],
        sqlite_where=in_tray,
        postgresql_where=in_tray,
    )

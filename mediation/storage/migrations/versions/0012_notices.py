"""Deliveries of notices, and where documents lie on several hosts."""

import sqlalchemy as sa
from alembic import op

from mediation.storage.migrations.columns import moment, number, sealed, text

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    _deliveries()
    _many_hosts()


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


def _many_hosts() -> None:
    """What the task engine has been given; the bytes of papers, and what every host needs of the data folder."""
    op.add_column("outbox", moment("queued_at", nullable=True))
    waiting = sa.text("handed_on_at IS NULL")
    op.create_index("ix_outbox_waiting", "outbox", ["id"], sqlite_where=waiting, postgresql_where=waiting)
    op.create_table(
        "stored_file",
        text("name", primary_key=True),
        text("key_id"),
        number("size"),
        moment("put_at"),
        sealed("content"),
    )
    op.create_table(
        "shared_file",
        text("path", primary_key=True),
        text("sha256"),
        moment("shared_at"),
        sealed("content"),
    )

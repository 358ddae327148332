"""Webhooks, what each was told, and tokens of administrators, who hold no post."""

import sqlalchemy as sa
from alembic import op

from mediation.storage.migrations.columns import moment, number, raw, sealed, text, tree

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.create_table(
        "webhook",
        number("id", primary_key=True),
        text("public_id", unique=True),
        sealed("address"),
        tree("kinds"),
        number("unit_id", sa.ForeignKey("unit.id")),
        sealed("secret"),
        sealed("former_secret", nullable=True),
        moment("former_until", nullable=True),
        moment("added_at"),
        text("added_by"),
        moment("stopped_at", nullable=True),
        text("stopped_why"),
        moment("removed_at", nullable=True),
    )
    _deliveries()
    op.create_table(
        "account_token",
        number("id", primary_key=True),
        raw("token_hash", unique=True),
        number("account_id", sa.ForeignKey("account.id")),
        text("label"),
        moment("issued_at"),
        moment("expires_at"),
        moment("revoked_at", nullable=True),
    )


def _deliveries() -> None:
    op.create_table(
        "webhook_delivery",
        number("id", primary_key=True),
        text("public_id", unique=True),
        number("webhook_id", sa.ForeignKey("webhook.id")),
        tree("payload"),
        text("state"),
        text("why"),
        number("attempts"),
        number("repeats"),
        moment("next_at"),
        moment("lease_until", nullable=True),
        moment("recorded_at"),
        moment("sent_at", nullable=True),
    )
    op.create_index("ix_webhook_delivery_webhook_id", "webhook_delivery", ["webhook_id"])
    for name, column in (("waiting", "next_at"), ("parked", "id")):
        only = sa.text(f"state = '{name}'")
        op.create_index(
            f"ix_webhook_delivery_{name}",
            "webhook_delivery",
            [column],
            sqlite_where=only,
            postgresql_where=only,
        )

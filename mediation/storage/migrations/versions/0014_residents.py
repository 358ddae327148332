"""Residents without a login: applications in quarantine, links to sign by, ratings."""

import sqlalchemy as sa
from alembic import op

from mediation.storage.migrations.columns import moment, number, raw, sealed, text

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "application",
        number("id", primary_key=True),
        text("public_id", unique=True),
        number("place_id", sa.ForeignKey("unit.id")),
        number("case_id", sa.ForeignKey("dispute.id"), nullable=True),
        raw("code_hash", unique=True),
        raw("phone_key", nullable=True),
        sealed("said"),
        text("state"),
        moment("received_at"),
        moment("decided_at", nullable=True),
        number("post_id", sa.ForeignKey("post.id"), nullable=True),
        text("reason", nullable=True),
    )
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        "ix_application_waiting",
        "application",
        ["place_id", "id"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_index("ix_application_case_id", "application", ["case_id"])
    op.create_table(
        "signing_link",
        number("id", primary_key=True),
        text("public_id", unique=True),
        number("case_id", sa.ForeignKey("dispute.id")),
        number("document_id", sa.ForeignKey("document.id")),
        number("party_id", sa.ForeignKey("party.id")),
        number("post_id", sa.ForeignKey("post.id")),
        text("slot"),
        raw("token_hash", unique=True),
        raw("reader_hash", nullable=True),
        number("failures"),
        moment("made_at"),
        moment("expires_at"),
        moment("identified_at", nullable=True),
        moment("ended_at", nullable=True),
        text("end", nullable=True),
    )
    op.create_index("ix_signing_link_case_id", "signing_link", ["case_id"])
    op.create_index("ix_signing_link_party_id", "signing_link", ["party_id"])
    op.create_table(
        "rating",
        number("id", primary_key=True),
        number("case_id", sa.ForeignKey("dispute.id"), unique=True),
        number("satisfaction"),
        sealed("remark", nullable=True),
        moment("rated_at"),
    )

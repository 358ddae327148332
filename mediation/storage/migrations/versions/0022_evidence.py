"""Pieces of evidence of a case; their files lie in the store."""

import sqlalchemy as sa
from alembic import op

from mediation.storage.migrations.columns import day, moment, number, sealed, text, truth

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_table(
        "evidence",
        number("id", primary_key=True),
        number("case_id", sa.ForeignKey("dispute.id")),
        number("ordinal"),
        text("kind"),
        sealed("name"),
        number("party_id", sa.ForeignKey("party.id"), nullable=True),
        sealed("given_by", nullable=True),
        day("given_on"),
        sealed("shows"),
        truth("is_original"),
        truth("checked"),
        number("sheets", nullable=True),
        text("media_type"),
        text("extension"),
        text("sha256"),
        text("handed_sha256"),
        number("size"),
        sealed("file_name"),
        number("entered_by_id", sa.ForeignKey("post.id")),
        moment("entered_at"),
        day("returned_on", nullable=True),
        sealed("returned_to", nullable=True),
        number("returned_by_id", sa.ForeignKey("post.id"), nullable=True),
        moment("withdrawn_at", nullable=True),
        sealed("withdraw_reason", nullable=True),
        number("withdrawn_by_id", sa.ForeignKey("post.id"), nullable=True),
        sa.UniqueConstraint("case_id", "ordinal"),
    )

"""Who is kept from which case."""

import sqlalchemy as sa
from alembic import op

from mediation.storage.migrations.columns import moment, number, sealed, text

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "recusal",
        number("id", primary_key=True),
        text("public_id", unique=True),
        number("case_id", sa.ForeignKey("dispute.id")),
        number("person_id", sa.ForeignKey("person.id")),
        text("kind"),
        sealed("reason", nullable=True),
        number("by_id", sa.ForeignKey("post.id")),
        moment("since"),
        moment("lifted_at", nullable=True),
        number("lifted_by_id", sa.ForeignKey("post.id"), nullable=True),
        sealed("lift_reason", nullable=True),
    )
    op.create_index("ix_recusal_case_id", "recusal", ["case_id"])
    standing = sa.text("lifted_at IS NULL")
    op.create_index(
        "uq_recusal_standing",
        "recusal",
        ["person_id", "case_id"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )

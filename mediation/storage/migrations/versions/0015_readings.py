"""Who opened which case, paper or export."""

from alembic import op
from sqlalchemy import ForeignKey, UniqueConstraint

from mediation.storage.migrations.columns import moment, number, text

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "reading",
        number("id", primary_key=True),
        number("person_id", ForeignKey("person.id")),
        number("post_id", ForeignKey("post.id")),
        number("case_id"),
        text("what"),
        number("slot"),
        moment("at"),
        UniqueConstraint("person_id", "slot", "case_id", "what"),
    )
    op.create_index("ix_reading_case_id", "reading", ["case_id", "id"])

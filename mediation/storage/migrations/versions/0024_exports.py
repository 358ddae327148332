"""Lists that somebody wants as a file, and who let them go."""

from alembic import op
from sqlalchemy import ForeignKey

from mediation.storage.migrations.columns import day, moment, number, sealed, text

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.create_table(
        "export_request",
        number("id", primary_key=True),
        text("public_id", unique=True),
        text("kind"),
        number("person_id", ForeignKey("person.id")),
        number("post_id", ForeignKey("post.id")),
        number("unit_id", ForeignKey("unit.id")),
        day("first"),
        day("last"),
        number("rows"),
        sealed("reason"),
        text("state"),
        moment("asked_at"),
        moment("decided_at", nullable=True),
        text("decided_by", nullable=True),
        moment("expires_at", nullable=True),
        number("taken"),
    )
    op.create_index("ix_export_request_person_id", "export_request", ["person_id"])
    op.create_index("ix_export_request_state", "export_request", ["state"])

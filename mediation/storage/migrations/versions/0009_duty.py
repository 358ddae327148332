"""Leave and deputies."""

import sqlalchemy as sa
from alembic import op

from mediation.storage.migrations.columns import day, moment, number, sealed, text

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "absence",
        number("id", primary_key=True),
        text("public_id", unique=True),
        number("person_id", sa.ForeignKey("person.id")),
        number("deputy_id", sa.ForeignKey("person.id"), nullable=True),
        text("kind"),
        day("first_day"),
        day("last_day"),
        sealed("why", nullable=True),
        number("recorded_by_id", sa.ForeignKey("person.id")),
        moment("recorded_at"),
        moment("ended_at", nullable=True),
    )
    op.create_index("ix_absence_person_id", "absence", ["person_id"])
    op.create_index("ix_absence_deputy_id", "absence", ["deputy_id"])

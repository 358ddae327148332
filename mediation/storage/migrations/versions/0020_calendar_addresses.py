"""The secret addresses of calendars, and when an appointment was arranged or cancelled, which calendars ask for."""

from alembic import op
from sqlalchemy import ForeignKey

from mediation.storage.migrations.columns import moment, number, raw, truth

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("appointment", moment("changed_at", nullable=True))
    op.create_table(
        "calendar_address",
        number("id", primary_key=True),
        number("account_id", ForeignKey("account.id"), unique=True),
        raw("secret_hash", nullable=True, unique=True),
        truth("whole_unit"),
        moment("made_at"),
        moment("ended_at", nullable=True),
        moment("used_at", nullable=True),
    )

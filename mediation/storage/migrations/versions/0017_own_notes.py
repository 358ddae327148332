"""Private notes that are for their author's eyes alone."""

from alembic import op

from mediation.storage.migrations.columns import text

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("private_note", text("reader", nullable=True))

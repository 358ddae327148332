"""What each slip of a correction has struck. Corrections of before say nothing of it."""

from alembic import op

from mediation.storage.migrations.columns import sealed

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.add_column("correction", sealed("struck", nullable=True))

"""What the papers of a case print for characters that no font has."""

from alembic import op

from mediation.storage.migrations.columns import sealed

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.add_column("dispute", sealed("stand_ins", nullable=True))

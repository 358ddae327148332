"""A place for a signature says who signed it for the party. Of what was signed before only the trail and the certificate do."""

from alembic import op

from mediation.storage.migrations.columns import sealed

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.add_column("signature_slot", sealed("agent", nullable=True))

"""What a token may be used for; one that was issued before may be used for everything, as it could."""

from alembic import op

from mediation.storage.migrations.columns import text

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("access_token", text("scopes", nullable=True))

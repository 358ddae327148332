"""By what a token is named without the token itself, and when it was last used."""

from hashlib import sha256

import sqlalchemy as sa
from alembic import op

from mediation.storage.migrations.columns import moment, text

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.add_column("access_token", text("public_id", nullable=True))
    op.add_column("access_token", moment("used_at", nullable=True))
    table = sa.table("access_token", sa.column("id"), sa.column("token_hash"), sa.column("public_id"))
    connection = op.get_bind()
    for row in connection.execute(sa.select(table.c.id, table.c.token_hash)).all():
        named = sha256(row.token_hash).hexdigest()[:26]  # the hash is of 256 random bits
        connection.execute(table.update().where(table.c.id == row.id).values(public_id=named))
    op.create_index("ix_access_token_public_id", "access_token", ["public_id"], unique=True)

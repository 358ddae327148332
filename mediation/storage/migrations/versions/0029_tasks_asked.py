"""What is asked of a unit is found without looking through its turns."""

from alembic import op
from sqlalchemy import text

revision = "0029"
down_revision = "0028"

_ASKED = text("closed_at IS NULL AND kind <> 'turn'")


def upgrade() -> None:
    op.create_index(
        "ix_task_asked", "task", ["unit_id", "due_at"], sqlite_where=_ASKED, postgresql_where=_ASKED
    )

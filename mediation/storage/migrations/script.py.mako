"""${message}"""

import sqlalchemy as sa
from alembic import op

from mediation.storage.migrations.columns import text

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}

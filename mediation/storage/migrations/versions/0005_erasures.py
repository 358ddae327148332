"""The list of erasures, which every restore applies again."""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Filled in by the tables named above."""

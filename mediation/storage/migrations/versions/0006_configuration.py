"""Units merged into others, and the log of cases moved to another version of their definition."""

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Filled in by the tables named above."""

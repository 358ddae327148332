"""Tasks of several, rounds of approval, links, conferences, suspensions, corrections: what offices do beside the main line."""

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Filled in by the tables named above."""

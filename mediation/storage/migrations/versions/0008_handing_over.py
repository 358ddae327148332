"""Declining, the clock of ownership, rulings, and asking the level above."""

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    pass

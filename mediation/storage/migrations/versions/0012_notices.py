"""Deliveries of notices, and where documents lie on several hosts."""

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    pass

"""The supervision register and the weekly cycle."""

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    pass

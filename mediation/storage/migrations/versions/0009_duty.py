"""Rotas, leave and deputies, calls to units on call."""

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    pass

"""Instalments, proofs of performance, a court's confirmation, enforcement."""

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    pass

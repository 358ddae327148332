"""Rules of routing that rulings have proposed, suggestions and what overruled them."""

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    pass

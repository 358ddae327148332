"""A person's cases in their order: the newest few are found without reading all."""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_index("ix_case_mediator_person", "case_mediator", ["person_id", "case_id"])
    op.drop_index("ix_case_mediator_person_id", "case_mediator")

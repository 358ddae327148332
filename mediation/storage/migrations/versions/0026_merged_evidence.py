"""A piece of evidence that came with a merged case says which one of that case's it is."""

from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    # In the words that SQLite and PostgreSQL share: alembic would add the reference apart, which SQLite cannot.
    op.execute(
        "ALTER TABLE evidence ADD COLUMN merged_from_id INTEGER "
        "CONSTRAINT fk_evidence_merged_from_id_evidence REFERENCES evidence (id)"
    )

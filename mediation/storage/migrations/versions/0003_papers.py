"""Papers, their revisions and their places for signatures."""

import sqlalchemy as sa
from alembic import op

from mediation.storage.migrations.columns import day, moment, number, raw, sealed, text

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _papers()


def _papers() -> None:
    op.create_table(
        "document",
        number("id", primary_key=True),
        text("public_id", unique=True),
        number("case_id", sa.ForeignKey("dispute.id")),
        text("form"),
        text("form_sha256"),
        text("number", nullable=True),
        text("subject"),
        text("state"),
        text("medium"),
        sealed("snapshot"),
        text("snapshot_sha256"),
        number("case_version"),
        text("sha256"),
        number("size"),
        number("revisions"),
        raw("token_hash", unique=True),
        sealed("layout"),
        moment("frozen_at"),
        day("issued_on"),
        moment("completed_at", nullable=True),
        text("void_reason", nullable=True),
        number("scan_of_id", sa.ForeignKey("document.id"), nullable=True),
    )
    op.create_index("ix_document_case_id", "document", ["case_id"])
    op.create_index("ix_document_number", "document", ["number"])
    op.create_index("ix_document_sha256", "document", ["sha256"])
    op.create_table(
        "document_revision",
        number("id", primary_key=True),
        number("document_id", sa.ForeignKey("document.id")),
        number("ordinal"),
        text("slot", nullable=True),
        text("sha256"),
        number("size"),
        moment("recorded_at"),
        sa.UniqueConstraint("document_id", "ordinal"),
    )
    op.create_index("ix_document_revision_document_id", "document_revision", ["document_id"])
    op.create_table(
        "signature_slot",
        number("id", primary_key=True),
        number("document_id", sa.ForeignKey("document.id")),
        number("ordinal"),
        text("name"),
        text("role"),
        number("party_id", sa.ForeignKey("party.id"), nullable=True),
        number("person_id", sa.ForeignKey("person.id"), nullable=True),
        text("medium", nullable=True),
        moment("signed_at", nullable=True),
        text("identity_check", nullable=True),
        moment("consented_at", nullable=True),
        text("read_to", nullable=True),
        sealed("drawing", nullable=True),
        sealed("fingerprint", nullable=True),
        sealed("strokes", nullable=True),
        text("certificate_sha256", nullable=True),
        sa.UniqueConstraint("document_id", "name"),
    )
    op.create_index("ix_signature_slot_document_id", "signature_slot", ["document_id"])

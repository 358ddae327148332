"""Units, people, configuration, and the audit trail."""

import sqlalchemy as sa
from alembic import op

from mediation.storage.migrations.columns import day, moment, number, raw, sealed, text, tree, truth

revision = "0001"
down_revision = None


def upgrade() -> None:
    _configuration()
    _units_and_people()
    _committees()
    _trail()


def _configuration() -> None:
    op.create_table(
        "configuration",
        number("id", primary_key=True),
        text("kind"),
        text("name"),
        number("version"),
        text("sha256"),
        text("content"),
        moment("in_force_from"),
        moment("recorded_at"),
        sa.UniqueConstraint("kind", "name", "sha256"),
    )
    op.create_table(
        "idempotency_key",
        number("id", primary_key=True),
        text("key"),
        text("actor"),
        text("route"),
        text("body_sha256"),
        number("status"),
        sealed("answer"),
        moment("recorded_at"),
        sa.UniqueConstraint("key", "actor", "route"),
    )
    op.create_table(
        "outbox",
        number("id", primary_key=True),
        text("public_id", unique=True),
        number("case_id", nullable=True),
        text("kind"),
        tree("payload"),
        moment("recorded_at"),
        moment("handed_on_at", nullable=True),
    )
    op.create_index("ix_outbox_case_id", "outbox", ["case_id"])


def _units_and_people() -> None:
    op.create_table(
        "unit",
        number("id", primary_key=True),
        text("code", unique=True),
        text("name"),
        text("kind"),
        text("level", nullable=True),
        number("parent_id", sa.ForeignKey("unit.id"), nullable=True),
        text("grid_code", nullable=True, unique=True),
        text("place_code", nullable=True),
        number("households", nullable=True),
        day("valid_from"),
        day("valid_to", nullable=True),
        number("successor_id", sa.ForeignKey("unit.id"), nullable=True),
    )
    op.create_index("ix_unit_parent_id", "unit", ["parent_id"])
    op.create_table(
        "person",
        number("id", primary_key=True),
        text("code", unique=True),
        text("name"),
        text("sex"),
        text("ethnicity"),
        sealed("phone", nullable=True),
        tree("languages"),
        tree("expertise"),
        text("status"),
    )
    op.create_table(
        "post",
        number("id", primary_key=True),
        number("person_id", sa.ForeignKey("person.id")),
        text("code"),
        text("kind"),
        text("title"),
        number("unit_id", sa.ForeignKey("unit.id")),
        truth("full_time"),
        tree("duties"),
        day("valid_from"),
        day("valid_to", nullable=True),
        sa.UniqueConstraint("person_id", "code"),
    )
    op.create_index("ix_post_person_id", "post", ["person_id"])
    op.create_index("ix_post_unit_id", "post", ["unit_id"])
    op.create_table(
        "contact_duty",
        number("id", primary_key=True),
        number("post_id", sa.ForeignKey("post.id")),
        number("unit_id", sa.ForeignKey("unit.id")),
        text("kind"),
        day("valid_from"),
        day("valid_to", nullable=True),
        sa.UniqueConstraint("post_id", "unit_id"),
    )
    op.create_index("ix_contact_duty_post_id", "contact_duty", ["post_id"])
    op.create_index("ix_contact_duty_unit_id", "contact_duty", ["unit_id"])
    op.create_table(
        "access_token",
        number("id", primary_key=True),
        raw("token_hash", unique=True),
        number("post_id", sa.ForeignKey("post.id")),
        text("label"),
        moment("issued_at"),
        moment("expires_at"),
        moment("revoked_at", nullable=True),
    )


def _committees() -> None:
    op.create_table(
        "committee",
        number("id", primary_key=True),
        text("code", unique=True),
        text("name"),
        text("abbreviation"),
        text("kind"),
        number("unit_id", sa.ForeignKey("unit.id")),
        text("seal_text"),
        truth("sample"),
        text("phone"),
        text("address"),
        tree("number_patterns"),
        day("term_from"),
        day("term_to", nullable=True),
    )
    op.create_index("ix_committee_unit_id", "committee", ["unit_id"])
    op.create_table(
        "committee_member",
        number("id", primary_key=True),
        number("committee_id", sa.ForeignKey("committee.id")),
        number("person_id", sa.ForeignKey("person.id")),
        text("role"),
        day("valid_from"),
        day("valid_to", nullable=True),
        sa.UniqueConstraint("committee_id", "person_id"),
    )
    op.create_index("ix_committee_member_committee_id", "committee_member", ["committee_id"])
    op.create_index("ix_committee_member_person_id", "committee_member", ["person_id"])
    op.create_table(
        "number_issued",
        number("id", primary_key=True),
        number("committee_id", sa.ForeignKey("committee.id")),
        text("kind"),
        number("year"),
        number("ordinal"),
        text("text"),
        text("state"),
        number("case_id", nullable=True),
        moment("reserved_at"),
        text("note"),
        sa.UniqueConstraint("committee_id", "kind", "year", "ordinal"),
        sa.CheckConstraint("ordinal >= 1", name="ordinal"),
    )
    op.create_index("ix_number_issued_case_id", "number_issued", ["case_id"])
    op.create_index("ix_number_issued_text", "number_issued", ["text"])


def _trail() -> None:
    op.create_table(
        "audit_event",
        number("id", primary_key=True),
        text("chain"),
        number("ordinal"),
        moment("recorded_at"),
        moment("occurred_at"),
        text("actor"),
        text("unit"),
        text("act"),
        text("from_state", nullable=True),
        text("to_state", nullable=True),
        number("version", nullable=True),
        tree("facts"),
        tree("commitments"),
        text("previous"),
        text("hash"),
        sa.UniqueConstraint("chain", "ordinal"),
        sa.CheckConstraint("ordinal >= 1", name="ordinal"),
        sa.CheckConstraint("length(hash) = 64 AND length(previous) IN (0, 64)", name="hashes"),
    )
    op.create_index("ix_audit_event_hash", "audit_event", ["hash"])
    op.create_table(
        "event_detail",
        number("event_id", sa.ForeignKey("audit_event.id"), primary_key=True),
        sealed("details"),
    )
    op.create_table(
        "trail_head",
        number("number", primary_key=True),
        moment("made_at"),
        number("last_event_id"),
        number("chains"),
        number("events"),
        text("root"),
        text("previous"),
        text("hash"),
        text("signature"),
        sa.CheckConstraint("number >= 1", name="number"),
    )
    op.create_table(
        "erasure",
        number("id", primary_key=True),
        text("chain"),
        number("ordinal"),
        moment("erased_at"),
        tree("by_two"),
        text("reason"),
    )

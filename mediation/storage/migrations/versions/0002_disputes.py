"""Disputes with their parties, sessions, agreements and clocks, and the lists that keep queries flat."""

import sqlalchemy as sa
from alembic import op

from mediation.storage.migrations.columns import day, large, moment, number, raw, sealed, text, tree, truth

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _disputes()
    _people_of_a_dispute()
    _mediation()
    _clocks_and_tasks()
    _lists()


def _disputes() -> None:
    op.create_table(
        "dispute",
        number("id", primary_key=True),
        text("public_id", unique=True),
        number("version"),
        text("workflow"),
        number("workflow_version"),
        text("workflow_sha256"),
        text("state"),
        text("phase"),
        truth("open"),
        text("outcome"),
        text("end_reason", nullable=True),
        text("temporary_number", unique=True),
        text("number", nullable=True, unique=True),
        number("committee_id", sa.ForeignKey("committee.id"), nullable=True),
        number("holder_id", sa.ForeignKey("unit.id")),
        number("sender_id", sa.ForeignKey("unit.id"), nullable=True),
        number("target_id", sa.ForeignKey("unit.id"), nullable=True),
        number("sent_back"),
        number("first_receiver_id", sa.ForeignKey("post.id")),
        moment("first_receiver_released_at", nullable=True),
        number("place_id", sa.ForeignKey("unit.id")),
        text("settled_level", nullable=True),
        text("source"),
        text("category"),
        text("governance_category"),
        text("tier", nullable=True),
        text("risk"),
        sealed("unreported_because", nullable=True),
        sealed("mediable_because", nullable=True),
        number("headcount"),
        large("amount_fen", nullable=True),
        truth("public"),
        sealed("title"),
        sealed("narrative"),
        sealed("claims"),
        raw("query_code_hash", unique=True),
        day("occurred_on", nullable=True),
        moment("received_at"),
        moment("accepted_at", nullable=True),
        moment("ended_at", nullable=True),
        moment("closed_at", nullable=True),
        moment("archived_at", nullable=True),
        moment("due_at", nullable=True),
        sa.CheckConstraint("version >= 1", name="version"),
        sa.CheckConstraint("amount_fen IS NULL OR amount_fen >= 0", name="amount"),
    )
    op.create_index("ix_dispute_holder_id", "dispute", ["holder_id"])


def _people_of_a_dispute() -> None:
    op.create_table(
        "party",
        number("id", primary_key=True),
        number("case_id", sa.ForeignKey("dispute.id")),
        number("ordinal"),
        text("role"),
        text("kind"),
        sealed("name"),
        raw("name_key"),
        text("id_kind"),
        sealed("id_number", nullable=True),
        raw("id_key", nullable=True),
        sealed("phone", nullable=True),
        raw("phone_key", nullable=True),
        sealed("address", nullable=True),
        sealed("details"),
        moment("consented_at", nullable=True),
        moment("refused_at", nullable=True),
        moment("rights_told_at", nullable=True),
        moment("electronic_agreed_at", nullable=True),
        truth("objects_to_public"),
        truth("minor"),
        sa.UniqueConstraint("case_id", "ordinal"),
    )
    op.create_index("ix_party_case_id", "party", ["case_id"])
    op.create_index("ix_party_id_key", "party", ["id_key"])
    op.create_index("ix_party_name_key", "party", ["name_key"])
    op.create_index("ix_party_phone_key", "party", ["phone_key"])
    op.create_table(
        "party_agent",
        number("id", primary_key=True),
        number("case_id", sa.ForeignKey("dispute.id")),
        number("party_id", sa.ForeignKey("party.id")),
        text("kind"),
        sealed("name"),
        sealed("details"),
        tree("powers"),
        day("valid_to", nullable=True),
    )
    op.create_index("ix_party_agent_case_id", "party_agent", ["case_id"])
    op.create_index("ix_party_agent_party_id", "party_agent", ["party_id"])
    op.create_table(
        "participant",
        number("id", primary_key=True),
        number("case_id", sa.ForeignKey("dispute.id")),
        text("kind"),
        sealed("name"),
        sealed("details"),
        tree("consented_by"),
    )
    op.create_index("ix_participant_case_id", "participant", ["case_id"])
    op.create_table(
        "case_mediator",
        number("id", primary_key=True),
        number("case_id", sa.ForeignKey("dispute.id")),
        number("person_id", sa.ForeignKey("person.id")),
        number("post_id", sa.ForeignKey("post.id")),
        text("role"),
        text("how"),
        text("conflict", nullable=True),
        truth("kept_by_both"),
        number("objected_by", nullable=True),
        moment("assigned_at"),
        moment("ended_at", nullable=True),
    )
    op.create_index("ix_case_mediator_case_id", "case_mediator", ["case_id"])
    op.create_index("ix_case_mediator_person_id", "case_mediator", ["person_id"])
    op.create_table(
        "co_handler",
        number("id", primary_key=True),
        number("case_id", sa.ForeignKey("dispute.id")),
        number("unit_id", sa.ForeignKey("unit.id")),
        text("why"),
        moment("since"),
        sa.UniqueConstraint("case_id", "unit_id"),
    )
    op.create_index("ix_co_handler_case_id", "co_handler", ["case_id"])
    op.create_index("ix_co_handler_unit_id", "co_handler", ["unit_id"])


def _mediation() -> None:
    op.create_table(
        "mediation_session",
        number("id", primary_key=True),
        number("case_id", sa.ForeignKey("dispute.id")),
        number("ordinal"),
        moment("held_from"),
        moment("held_to", nullable=True),
        text("result"),
        sealed("record"),
        sa.UniqueConstraint("case_id", "ordinal"),
    )
    op.create_index("ix_mediation_session_case_id", "mediation_session", ["case_id"])
    op.create_table(
        "private_note",
        number("id", primary_key=True),
        number("case_id", sa.ForeignKey("dispute.id")),
        number("party_id", sa.ForeignKey("party.id")),
        number("author_id", sa.ForeignKey("person.id")),
        moment("written_at"),
        sealed("body"),
    )
    op.create_index("ix_private_note_case_id", "private_note", ["case_id"])
    op.create_table(
        "agreement",
        number("id", primary_key=True),
        number("case_id", sa.ForeignKey("dispute.id")),
        number("ordinal"),
        truth("written"),
        text("medium"),
        text("state"),
        text("number", nullable=True),
        sealed("text"),
        day("concluded_on"),
        moment("in_force_at", nullable=True),
        sa.UniqueConstraint("case_id", "ordinal"),
    )
    op.create_index("ix_agreement_case_id", "agreement", ["case_id"])
    op.create_table(
        "clause",
        number("id", primary_key=True),
        number("agreement_id", sa.ForeignKey("agreement.id")),
        number("case_id", sa.ForeignKey("dispute.id")),
        number("ordinal"),
        number("obligor"),
        number("obligee"),
        text("act"),
        large("amount_fen", nullable=True),
        day("due_on", nullable=True),
        sealed("terms"),
        day("performed_on", nullable=True),
        day("breached_on", nullable=True),
        sealed("proof", nullable=True),
        sa.UniqueConstraint("agreement_id", "ordinal"),
        sa.CheckConstraint("amount_fen IS NULL OR amount_fen >= 0", name="amount"),
    )
    op.create_index("ix_clause_agreement_id", "clause", ["agreement_id"])
    op.create_index("ix_clause_case_id", "clause", ["case_id"])
    op.create_table(
        "decision_notice",
        number("id", primary_key=True),
        number("case_id", sa.ForeignKey("dispute.id")),
        text("kind"),
        text("number", nullable=True),
        text("reason"),
        sealed("explanation"),
        tree("routes"),
        day("decided_on"),
        tree("told"),
    )
    op.create_index("ix_decision_notice_case_id", "decision_notice", ["case_id"])
    op.create_table(
        "visit",
        number("id", primary_key=True),
        number("case_id", sa.ForeignKey("dispute.id")),
        number("ordinal"),
        number("party"),
        number("visitor_id", sa.ForeignKey("person.id")),
        moment("visited_at"),
        text("method"),
        text("performance"),
        number("satisfaction", nullable=True),
        sealed("record"),
        sa.CheckConstraint("satisfaction IS NULL OR satisfaction BETWEEN 1 AND 5", name="satisfaction"),
    )
    op.create_index("ix_visit_case_id", "visit", ["case_id"])
    op.create_table(
        "police_report",
        number("id", primary_key=True),
        number("case_id", sa.ForeignKey("dispute.id")),
        number("ordinal"),
        number("reporter_id", sa.ForeignKey("person.id")),
        moment("reported_at"),
        moment("recorded_at"),
        text("reported_to"),
        sealed("reference", nullable=True),
        sealed("account"),
        sa.UniqueConstraint("case_id", "ordinal"),
    )
    op.create_index("ix_police_report_case_id", "police_report", ["case_id"])
    op.create_table(
        "extension",
        number("id", primary_key=True),
        number("case_id", sa.ForeignKey("dispute.id")),
        tree("asked_by"),
        number("days"),
        moment("granted_at"),
        sealed("reason"),
    )
    op.create_index("ix_extension_case_id", "extension", ["case_id"])


def _clocks_and_tasks() -> None:
    op.create_table(
        "deadline",
        number("id", primary_key=True),
        number("case_id", sa.ForeignKey("dispute.id")),
        text("name"),
        text("rule"),
        text("article"),
        text("start_fact"),
        moment("started_at"),
        moment("due_at"),
        text("calendar_version"),
        truth("provisional"),
        text("state"),
        moment("ended_at", nullable=True),
        text("on_miss", nullable=True),
        tree("history"),
    )
    op.create_index("ix_deadline_case_id", "deadline", ["case_id"])
    op.create_index(
        "ix_deadline_due",
        "deadline",
        ["due_at"],
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_table(
        "task",
        number("id", primary_key=True),
        number("case_id", sa.ForeignKey("dispute.id")),
        text("kind"),
        text("state"),
        number("unit_id", sa.ForeignKey("unit.id")),
        number("person_id", sa.ForeignKey("person.id"), nullable=True),
        moment("opened_at"),
        moment("due_at", nullable=True),
        moment("closed_at", nullable=True),
        text("outcome", nullable=True),
        sealed("opinion", nullable=True),
        text("facts_hash", nullable=True),
    )
    op.create_index("ix_task_case_id", "task", ["case_id"])
    op.create_index(
        "ix_task_open",
        "task",
        ["unit_id", "due_at"],
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def _lists() -> None:
    op.create_table(
        "case_reach",
        number("unit_id", sa.ForeignKey("unit.id"), primary_key=True),
        number("case_id", sa.ForeignKey("dispute.id"), primary_key=True),
        truth("own"),
    )
    op.create_index("ix_case_reach_case_id", "case_reach", ["case_id"])
    op.create_table(
        "open_case",
        number("unit_id", sa.ForeignKey("unit.id"), primary_key=True),
        number("case_id", sa.ForeignKey("dispute.id"), primary_key=True),
        moment("due_at"),
        text("state"),
    )
    op.create_index("ix_open_case_case_id", "open_case", ["case_id"])
    op.create_index("ix_open_case_worklist", "open_case", ["unit_id", "due_at", "case_id"])
    op.create_table(
        "state_count",
        number("unit_id", sa.ForeignKey("unit.id"), primary_key=True),
        text("workflow", primary_key=True),
        text("state", primary_key=True),
        number("cases"),
    )
    op.create_table(
        "search_piece",
        large("piece", primary_key=True, autoincrement=False),
        number("case_id", sa.ForeignKey("dispute.id"), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_search_piece_case_id", "search_piece", ["case_id"])
    op.create_table(
        "piece_count",
        large("piece", primary_key=True, autoincrement=False),
        number("cases"),
        sqlite_with_rowid=False,
    )

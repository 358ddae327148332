"""Reminders and recounts of clocks; instalments, proofs of performance, a court's confirmation, enforcement."""

import sqlalchemy as sa
from alembic import op

from mediation.storage.migrations.columns import day, large, moment, number, sealed, text

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    _clocks()
    _performance()
    _confirmation()


def _case() -> sa.Column[int]:
    return number("case_id", sa.ForeignKey("dispute.id"))


def _clocks() -> None:
    op.add_column("deadline", moment("remind_at", nullable=True))
    running = sa.text("state = 'running'")
    op.create_index(
        "ix_deadline_remind", "deadline", ["remind_at"], sqlite_where=running, postgresql_where=running
    )
    op.create_table(
        "reminder",
        number("id", primary_key=True),
        number("deadline_id", sa.ForeignKey("deadline.id")),
        _case(),
        text("point"),
        moment("planned_at"),
        moment("due_at"),
        moment("sent_at", nullable=True),
        sa.UniqueConstraint("deadline_id", "due_at", "point"),
    )
    op.create_index("ix_reminder_case_id", "reminder", ["case_id"])
    op.create_table(
        "recount",
        number("id", primary_key=True),
        text("calendar_version"),
        moment("counted_at"),
        number("seen"),
        number("moved"),
        number("settled"),
    )


def _performance() -> None:
    op.create_table(
        "instalment",
        number("id", primary_key=True),
        number("clause_id", sa.ForeignKey("clause.id")),
        _case(),
        number("ordinal"),
        large("amount_fen"),
        day("due_on"),
        day("performed_on", nullable=True),
        day("breached_on", nullable=True),
        sa.UniqueConstraint("clause_id", "ordinal"),
    )
    op.create_index("ix_instalment_case_id", "instalment", ["case_id"])
    op.create_table(
        "performance_entry",
        number("id", primary_key=True),
        _case(),
        number("clause_id", sa.ForeignKey("clause.id")),
        number("ordinal"),
        number("instalment", nullable=True),
        large("amount_fen", nullable=True),
        day("performed_on"),
        moment("recorded_at"),
        number("recorder_id", sa.ForeignKey("person.id")),
        sealed("proof", nullable=True),
        text("sha256", nullable=True),
        sa.UniqueConstraint("case_id", "ordinal"),
    )
    op.create_index("ix_performance_entry_clause_id", "performance_entry", ["clause_id"])


def _confirmation() -> None:
    op.create_table(
        "court_confirmation",
        number("id", primary_key=True),
        _case(),
        number("agreement_id", sa.ForeignKey("agreement.id")),
        number("ordinal"),
        text("court"),
        day("applied_on"),
        moment("recorded_at"),
        text("result"),
        day("ruled_on", nullable=True),
        sealed("reference", nullable=True),
        sa.UniqueConstraint("case_id", "ordinal"),
    )
    op.create_index("ix_court_confirmation_agreement_id", "court_confirmation", ["agreement_id"])

"""The supervision register and the weekly cycle."""

import sqlalchemy as sa
from alembic import op

from mediation.storage.migrations.columns import day, large, moment, number, raw, sealed, text, tree, truth

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    _papers()
    _register()
    _ladder()
    _weeks_and_numbers()


def _index(table: str, name: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)


def _papers() -> None:
    op.create_table(
        "unit_paper",
        number("id", primary_key=True),
        text("public_id", unique=True),
        number("unit_id", sa.ForeignKey("unit.id")),
        number("case_id", sa.ForeignKey("dispute.id"), nullable=True),
        text("form"),
        text("subject"),
        text("number", nullable=True),
        text("state"),
        moment("owed_at"),
        text("form_sha256", nullable=True),
        sealed("snapshot", nullable=True),
        text("snapshot_sha256", nullable=True),
        text("sha256", nullable=True),
        number("size", nullable=True),
        raw("token_hash", nullable=True),
        day("issued_on", nullable=True),
        sa.UniqueConstraint("form", "subject"),
    )
    _index("unit_paper", "ix_unit_paper_owed", ["id"], "state = 'owed'")
    for column in ("case_id", "number", "sha256", "subject"):
        op.create_index(f"ix_unit_paper_{column}", "unit_paper", [column])


def _register() -> None:
    op.create_table(
        "supervision_item",
        number("id", primary_key=True),
        text("public_id", unique=True),
        number("version"),
        text("kind"),
        text("colour", nullable=True),
        text("state"),
        text("origin"),
        text("way"),
        number("case_id", sa.ForeignKey("dispute.id"), nullable=True),
        number("unit_id", sa.ForeignKey("unit.id")),
        number("person_id", sa.ForeignKey("person.id"), nullable=True),
        number("supervisor_id", sa.ForeignKey("unit.id")),
        text("number", unique=True, nullable=True),
        sealed("subject"),
        sealed("problem"),
        moment("opened_at"),
        moment("due_at", nullable=True),
        moment("ended_at", nullable=True),
    )
    for column in ("case_id", "unit_id", "supervisor_id"):
        op.create_index(f"ix_supervision_item_{column}", "supervision_item", [column])
    op.create_table(
        "supervision_entry",
        number("id", primary_key=True),
        number("item_id", sa.ForeignKey("supervision_item.id")),
        number("ordinal"),
        text("act"),
        moment("at"),
        number("person_id", sa.ForeignKey("person.id"), nullable=True),
        number("unit_id", sa.ForeignKey("unit.id"), nullable=True),
        sealed("body"),
        sa.UniqueConstraint("item_id", "ordinal"),
    )
    op.create_table(
        "supervision_clock",
        number("id", primary_key=True),
        number("item_id", sa.ForeignKey("supervision_item.id")),
        text("name"),
        text("rule"),
        text("article"),
        moment("started_at"),
        moment("due_at"),
        text("calendar_version"),
        truth("provisional"),
        text("state"),
        moment("ended_at", nullable=True),
        tree("steps"),
    )
    op.create_index("ix_supervision_clock_item_id", "supervision_clock", ["item_id"])
    _index("supervision_clock", "ix_supervision_clock_due", ["due_at"], "state = 'running'")
    op.create_table(
        "supervision_reach",
        number("unit_id", sa.ForeignKey("unit.id"), primary_key=True),
        number("item_id", sa.ForeignKey("supervision_item.id"), primary_key=True),
        truth("own"),
    )
    op.create_index("ix_supervision_reach_item_id", "supervision_reach", ["item_id"])


def _ladder() -> None:
    op.create_table(
        "supervision_step",
        number("id", primary_key=True),
        text("public_id", unique=True),
        number("case_id", sa.ForeignKey("dispute.id")),
        text("cause"),
        text("clock"),
        text("step"),
        text("state"),
        number("unit_id", sa.ForeignKey("unit.id")),
        number("supervisor_id", sa.ForeignKey("unit.id"), nullable=True),
        moment("due_at"),
        moment("taken_at"),
        number("item_id", sa.ForeignKey("supervision_item.id"), nullable=True),
        sa.UniqueConstraint("case_id", "cause", "step"),
    )
    op.create_index("ix_supervision_step_unit", "supervision_step", ["unit_id", "step", "due_at"])
    op.create_table(
        "ladder_watch",
        number("deadline_id", sa.ForeignKey("deadline.id"), primary_key=True),
        number("case_id", sa.ForeignKey("dispute.id")),
        moment("next_at", nullable=True),
        text("rules"),
    )
    _index("ladder_watch", "ix_ladder_watch_next", ["next_at"], "next_at IS NOT NULL")
    op.create_table("supervision_mark", text("name", primary_key=True), large("last_id"))


def _weeks_and_numbers() -> None:
    op.create_table(
        "supervision_week",
        number("id", primary_key=True),
        text("public_id", unique=True),
        number("unit_id", sa.ForeignKey("unit.id")),
        day("monday"),
        moment("begun_at"),
        sealed("focus", nullable=True),
        sa.UniqueConstraint("unit_id", "monday"),
    )
    op.create_table(
        "supervision_number",
        number("id", primary_key=True),
        number("unit_id", sa.ForeignKey("unit.id")),
        text("kind"),
        number("year"),
        number("ordinal"),
        text("text"),
        number("item_id", sa.ForeignKey("supervision_item.id")),
        moment("given_at"),
        sa.UniqueConstraint("unit_id", "kind", "year", "ordinal"),
    )
    op.create_index("ix_supervision_number_text", "supervision_number", ["text"])

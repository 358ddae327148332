"""Tasks of several, rounds of approval, links, conferences, suspensions, corrections: what offices do beside the main line."""

import sqlalchemy as sa
from alembic import op

from mediation.storage.migrations.columns import day, moment, number, sealed, text, tree, truth

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    _series()
    _dispute()
    _agreement()
    _tasks()
    _handing_over()
    _pauses_and_links()
    _meetings()
    _amends()


def _add(table: str, column: str) -> None:
    """A column in the words that SQLite and PostgreSQL share: alembic would add a reference apart, which SQLite cannot."""
    op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")


def _refer(table: str, column: str, other: str) -> None:
    _add(table, f"{column} INTEGER CONSTRAINT fk_{table}_{column}_{other} REFERENCES {other} (id)")


def _case() -> sa.Column[int]:
    return number("case_id", sa.ForeignKey("dispute.id"))


def _of_case(table: str, *columns: sa.Column[object], ordinal: bool = True) -> None:
    """A table of rows of a case, counted within it."""
    counted = (number("ordinal"),) if ordinal else ()
    once = (sa.UniqueConstraint("case_id", "ordinal"),) if ordinal else ()
    op.create_table(table, number("id", primary_key=True), _case(), *counted, *columns, *once)
    op.create_index(f"ix_{table}_case_id", table, ["case_id"])


def _series() -> None:
    op.create_table(
        "case_series",
        number("id", primary_key=True),
        text("public_id", unique=True),
        sealed("title"),
        number("unit_id", sa.ForeignKey("unit.id")),
        moment("begun_at"),
    )


def _dispute() -> None:
    _add("dispute", "route VARCHAR NOT NULL DEFAULT 'people'")
    _refer("dispute", "leader_id", "person")
    _refer("dispute", "series_id", "case_series")
    _refer("dispute", "merged_into_id", "dispute")
    op.add_column("dispute", moment("suspended_at", nullable=True))
    _add("dispute", "remediated INTEGER NOT NULL DEFAULT 0")
    op.add_column("dispute", sealed("source_reference", nullable=True))
    op.add_column("party", moment("left_at", nullable=True))


def _agreement() -> None:
    _add("agreement", "kind VARCHAR NOT NULL DEFAULT 'main'")
    op.add_column("agreement", number("supplements", nullable=True))
    op.add_column("agreement", tree("settles", nullable=True))
    op.add_column("decision_notice", tree("claims", nullable=True))
    _add("mediation_session", "round INTEGER NOT NULL DEFAULT 0")


def _tasks() -> None:
    _of_case(
        "approval_round",
        text("approval"),
        text("rule"),
        text("state"),
        number("asked_by_id", sa.ForeignKey("person.id")),
        number("asked_by_unit_id", sa.ForeignKey("unit.id")),
        moment("opened_at"),
        moment("closed_at", nullable=True),
        tree("looked_at"),
        number("replaces_id", sa.ForeignKey("approval_round.id"), nullable=True),
    )
    op.execute("CREATE TABLE task_before AS SELECT * FROM task")
    op.drop_table("task")
    _of_case(
        "task",
        text("kind"),
        text("title"),
        text("state"),
        number("unit_id", sa.ForeignKey("unit.id")),
        number("person_id", sa.ForeignKey("person.id"), nullable=True),
        number("asked_by_id", sa.ForeignKey("person.id"), nullable=True),
        number("asked_by_unit_id", sa.ForeignKey("unit.id"), nullable=True),
        number("round_id", sa.ForeignKey("approval_round.id"), nullable=True),
        number("place", nullable=True),
        truth("waiting"),
        number("delegated_by_id", sa.ForeignKey("person.id"), nullable=True),
        number("delegated_by_unit_id", sa.ForeignKey("unit.id"), nullable=True),
        number("urged"),
        moment("opened_at"),
        moment("due_at", nullable=True),
        moment("closed_at", nullable=True),
        text("outcome", nullable=True),
        sealed("question", nullable=True),
        sealed("opinion", nullable=True),
    )
    op.execute(
        "INSERT INTO task (case_id, ordinal, kind, title, state, unit_id, person_id, waiting, urged, opened_at,"
        " due_at, closed_at, outcome, opinion)"
        " SELECT case_id, row_number() OVER (PARTITION BY case_id ORDER BY id), 'turn', kind, state, unit_id,"
        " person_id, false, 0, opened_at, due_at, closed_at, outcome, opinion FROM task_before ORDER BY id"
    )
    op.drop_table("task_before")
    for name, columns in (
        ("ix_task_open", ["unit_id", "due_at"]),
        ("ix_task_person", ["person_id", "due_at"]),
    ):
        is_open = sa.text("closed_at IS NULL")
        op.create_index(name, "task", columns, sqlite_where=is_open, postgresql_where=is_open)
    for name, columns, words in (
        ("ix_task_seen_unit", ["unit_id", "case_id"], "kind <> 'turn'"),
        ("ix_task_seen_person", ["person_id", "case_id"], "kind <> 'turn'"),
        ("ix_task_lent", ["delegated_by_id", "case_id"], "delegated_by_id IS NOT NULL"),
    ):
        part = sa.text(words)
        op.create_index(name, "task", columns, sqlite_where=part, postgresql_where=part)
    op.create_index("ix_task_round_id", "task", ["round_id"])


def _handing_over() -> None:
    op.create_table(
        "handover",
        number("id", primary_key=True),
        text("public_id", unique=True),
        number("from_id", sa.ForeignKey("person.id")),
        number("to_id", sa.ForeignKey("person.id")),
        number("by_id", sa.ForeignKey("person.id")),
        text("reason"),
        day("until", nullable=True),
        tree("moved"),
        moment("handed_over_at"),
    )
    op.create_index("ix_handover_from_id", "handover", ["from_id"])


def _pauses_and_links() -> None:
    _of_case(
        "suspension",
        text("kind"),
        tree("asked_by"),
        sealed("evidence"),
        moment("began_at"),
        day("expected_on"),
        moment("ended_at", nullable=True),
        sealed("result", nullable=True),
        tree("told"),
    )
    op.create_table(
        "case_link",
        number("id", primary_key=True),
        _case(),
        number("other_id", sa.ForeignKey("dispute.id")),
        text("kind"),
        moment("linked_at"),
        sealed("why"),
        sa.UniqueConstraint("case_id", "other_id", "kind"),
    )
    op.create_index("ix_case_link_case_id", "case_link", ["case_id"])
    op.create_index("ix_case_link_other_id", "case_link", ["other_id"])


def _meetings() -> None:
    _of_case(
        "appointment",
        text("kind"),
        number("person_id", sa.ForeignKey("person.id")),
        moment("starts_at"),
        moment("ends_at", nullable=True),
        sealed("place"),
        tree("told"),
        text("state"),
    )
    op.create_index("ix_appointment_person_id", "appointment", ["person_id"])
    _of_case(
        "conference",
        moment("held_from"),
        moment("held_to", nullable=True),
        number("chair_id", sa.ForeignKey("person.id")),
        tree("units"),
        tree("parts"),
        number("leader_id", sa.ForeignKey("person.id"), nullable=True),
        sealed("minutes"),
    )
    _of_case(
        "risk_assessment",
        text("level"),
        tree("factors"),
        sealed("measures"),
        number("assessed_by_id", sa.ForeignKey("person.id")),
        moment("assessed_at"),
        day("review_on", nullable=True),
    )


def _amends() -> None:
    _of_case(
        "correction",
        number("document_id", sa.ForeignKey("document.id")),
        text("number", nullable=True),
        sealed("slips"),
        sealed("reason"),
        day("decided_on"),
        number("by_id", sa.ForeignKey("person.id")),
        tree("told"),
    )
    _of_case(
        "voiding",
        number("document_id", sa.ForeignKey("document.id")),
        text("basis"),
        sealed("reference"),
        sealed("reason"),
        moment("voided_at"),
        number("by_id", sa.ForeignKey("person.id")),
        tree("told"),
    )
    op.create_index("ix_voiding_document_id", "voiding", ["document_id"])

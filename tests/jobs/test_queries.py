"""What is read of the task engine's tables while the engine makes them."""

from sqlalchemy import text
from sqlmodel import Session

from mediation.jobs import queries

STATES = ("PENDING", "ERROR")


def test_there_are_no_jobs_while_the_engine_still_makes_its_tables(database):
    with database.writing() as session:
        assert queries.jobs(session, STATES, 10) == []
        begin(session)
        assert queries.jobs(session, STATES, 10) == []
        for column in ("recovery_attempts", "created_at", "completed_at"):
            session.connection().execute(text(f"ALTER TABLE {queries._table(session)} ADD {column} BIGINT"))
        assert [(job["id"], job["state"]) for job in queries.jobs(session, STATES, 10)] == [("a", "PENDING")]


def begin(session: Session) -> None:
    """The table as the engine's first step makes it."""
    if session.connection().dialect.name != "sqlite":
        session.connection().execute(text("CREATE SCHEMA IF NOT EXISTS dbos"))
    of_words = ", ".join(
        f"{name} TEXT" for name in ("workflow_uuid", "name", "status", "queue_name", "executor_id")
    )
    session.connection().execute(text(f"CREATE TABLE {queries._table(session)} ({of_words})"))
    values = f"INSERT INTO {queries._table(session)} (workflow_uuid, status) VALUES ('a', 'PENDING')"  # noqa: S608 — constants
    session.connection().execute(text(values))

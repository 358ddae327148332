"""Triggers that keep the audit trail append-only. They are put back after every upgrade.

Batch migrations on SQLite build a table anew and drop its triggers without a word; hence `guard_trail` at the end of
each run, and a test. Events and heads are neither changed nor deleted. The details beside an event are not changed,
but may be deleted: that is how personal data are erased.
"""

from sqlalchemy import Connection, text

_KEPT = {
    "audit_event": ("UPDATE", "DELETE"),
    "trail_head": ("UPDATE", "DELETE"),
    "event_detail": ("UPDATE",),
}
_UNIQUE = {
    "audit_event": "id = NEW.id OR (chain = NEW.chain AND ordinal = NEW.ordinal)",
    "trail_head": "number = NEW.number",
    "event_detail": "event_id = NEW.event_id",
}
_REFUSAL = "the audit trail is append-only"


def guard_trail(connection: Connection) -> None:
    """Create the triggers, replacing those of the same names."""
    if connection.dialect.name == "sqlite":
        _on_sqlite(connection)
    else:
        _on_postgresql(connection)


def _on_sqlite(connection: Connection) -> None:
    for table, acts in _KEPT.items():
        for act in acts:
            _replace_on_sqlite(connection, table, act, "1")
        # INSERT OR REPLACE deletes the old row without calling its delete trigger.
        already = f"EXISTS (SELECT 1 FROM {table} WHERE {_UNIQUE[table]})"  # noqa: S608 — constants above
        _replace_on_sqlite(connection, table, "INSERT", already)


def _replace_on_sqlite(connection: Connection, table: str, act: str, when: str) -> None:
    name = f"{table}_no_{act.lower()}"
    connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
    connection.execute(
        text(
            f"CREATE TRIGGER {name} BEFORE {act} ON {table} WHEN {when} "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )
    )


def _on_postgresql(connection: Connection) -> None:
    connection.execute(
        text(
            "CREATE OR REPLACE FUNCTION refuse_change_of_trail() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
    )
    for table, acts in _KEPT.items():
        name = f"{table}_append_only"
        connection.execute(text(f"DROP TRIGGER IF EXISTS {name} ON {table}"))
        connection.execute(
            text(
                f"CREATE TRIGGER {name} BEFORE {' OR '.join(acts)} OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_trail()"
            )
        )

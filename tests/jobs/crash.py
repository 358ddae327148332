"""A database that breaks down: one of its processes is killed, so that it drops every connection and recovers from its log."""

import os
import signal
import time

import psycopg
from psycopg import sql
from sqlalchemy import make_url


def keep_what_is_acknowledged(url: str) -> None:
    """Let commits in this database wait for the log, as every PostgreSQL does but the tests' own, which is in a hurry."""
    name = make_url(url).database
    assert name is not None
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(
            sql.SQL("ALTER DATABASE {} SET synchronous_commit = on").format(sql.Identifier(name))
        )


def crash_database(url: str) -> None:
    """Return when it answers again. A server that is not the tests' own only loses its connections."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        pid = connection.info.backend_pid
        if os.environ.get("MEDIATION_TEST_POSTGRESQL_URL"):
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            return
        os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(plain).close()
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return

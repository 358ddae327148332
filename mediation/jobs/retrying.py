"""Failed jobs done once more, on somebody's word."""

from mediation.jobs import queries
from mediation.jobs.engine import client_of
from mediation.jobs.work import Store

_MOST = 10_000
_FAILED = ("ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")


def retry(database: Store, job: str | None) -> int:
    """Let a failed job, or all of them, be entered again by the next relay; how many."""
    with database.reading() as session:
        failed = [str(row["id"]) for row in queries.jobs(session, _FAILED, _MOST)]
    ids = [one for one in failed if job in (None, one)]
    if not ids:
        return 0
    client = client_of(database)
    try:
        client.delete_workflows(ids)
    finally:
        client.destroy()
    with database.writing() as session:
        queries.take_back(session, ids)
    return len(ids)

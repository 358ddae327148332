"""The task engine, dbos: the only module that knows it. Loaded by whoever runs jobs; the import costs two seconds.

A job is a name and an id, nothing else: no personal data reach the engine's tables, neither as input nor in an error.
Jobs have no steps: each may be begun again at any time, and its own transactions see to it that its effect comes once.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer, error
from sqlmodel import Session

from mediation.errors import place_of
from mediation.jobs.presence import AdvisoryPresence, Presence
from mediation.jobs.work import CALL, CALL_AGAIN, DAILY_ROUND, OUTBOX_ROW, RUN_OUT, Store, Work
from mediation.language import _

APPLICATION = "mediation"
JOBS_VERSION = "1"
"""Raised only when jobs that wait at an upgrade must not be done by the new program."""
PAPERS, CLOCKS, CALLS = "papers", "clocks", "calls"
_QUEUES = {OUTBOX_ROW: PAPERS, RUN_OUT: CLOCKS, DAILY_ROUND: CLOCKS, CALL: CALLS, CALL_AGAIN: CALLS}
_AT_ONCE = {PAPERS: 4, CLOCKS: 2, CALLS: 4}
_ACTIVE = ["ENQUEUED", "PENDING", "DELAYED"]
_ENDED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_BATCH = 500
_log = logging.getLogger("mediation.jobs")


class JobFailed(Exception):
    """A job broke off; says no more than what kind of error it was."""


class JobWaits(Exception):
    """A job of this name waits or runs already."""


class Engine:
    """One engine in this process. `polling`: seconds between two looks into a queue."""

    def __init__(self, work: Work, presence: Presence, *, polling: float = 0.5) -> None:
        self._work = work
        self._presence = presence
        self._polling = polling
        self._stopping = threading.Event()
        self.client = client_of(work.database)

    def start(self) -> None:
        """Begin to take jobs; what this process's name had begun goes on. Not within an event loop."""
        DBOS(
            config={
                "name": APPLICATION,
                "system_database_engine": self._work.database.writer,
                "executor_id": self._presence.name,
                "application_version": JOBS_VERSION,
                "serializer": DBOSPortableJSONSerializer(),
                "run_migrations": False,
                "log_level": "WARNING",
                "max_executor_threads": 16,
                "scheduler_polling_interval_sec": 3600.0,
            }
        )
        DBOS.workflow(name=OUTBOX_ROW)(self._job(self._work.carry_out))
        DBOS.workflow(name=RUN_OUT)(self._job(lambda _given: self._work.run_out_due(self._stopping.is_set)))
        DBOS.workflow(name=CALL)(self._job(self._work.carry_out))
        DBOS.workflow(name=CALL_AGAIN)(self._job(lambda _given: self._work.send_again(self._stopping.is_set)))
        DBOS.workflow(name=DAILY_ROUND)(self._job(self._round))
        DBOS.listen_queues(list(_AT_ONCE))
        DBOS.launch()
        for name, at_once in _AT_ONCE.items():
            DBOS.register_queue(
                name,
                worker_concurrency=at_once,
                polling_interval_sec=self._polling,
                on_conflict="always_update",
            )

    def stop(self, wait: int = 25) -> None:
        """Take no more, let what was begun end (seconds to wait), let go. What has not ended is begun again later."""
        self._stopping.set()
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=wait if self._is_busy() else 0)
        self.client.destroy()

    def queue(self, session: Session, name: str, job: str, *, alone: bool = False) -> None:
        """Enter a job in the caller's transaction. The same id again is no second job.

        `alone`: not while another of that name waits or runs; JobWaits if so, and the transaction is to be given up.
        """
        options: Any = {"workflow_name": name, "queue_name": _QUEUES[name], "workflow_id": job}
        if alone:
            options["deduplication_id"] = name
        try:
            self.client.enqueue_in_transaction(session, options, job)
        except error.DBOSQueueDeduplicatedError as taken:
            raise JobWaits from taken

    def ended(self, jobs: Sequence[str]) -> list[str]:
        """Which of these jobs neither wait nor run: ended, or never entered."""
        found = self.client.list_workflows(
            workflow_ids=list(jobs), status=_ACTIVE, load_input=False, load_output=False
        )
        active = {one.workflow_id for one in found}
        return [job for job in jobs if job not in active]

    def is_well(self, job: str) -> bool:
        """Whether this job waits, runs or is done."""
        states = [*_ACTIVE, "SUCCESS"]
        return bool(
            self.client.list_workflows(workflow_ids=[job], status=states, load_input=False, load_output=False)
        )

    def forget(self, jobs: Sequence[str]) -> None:
        """Let the engine forget jobs that have ended, so that they can be entered again."""
        if jobs:
            forget(self.client, jobs)

    def take_over(self) -> int:
        """Take over what dead processes had begun; how many jobs. PostgreSQL only: on SQLite there is no other process."""
        if not isinstance(self._presence, AdvisoryPresence):
            return 0
        names = {one.executor_id for one in self._begun()} - {None, self._presence.name}
        taken = 0
        for name in sorted(name for name in names if name):
            with self._presence.in_place_of(name) as dead:
                # Listed while the dead one's lock is held: nobody else can be resuming the same.
                jobs = self._begun(name) if dead else []
                for queue in {one.queue_name or PAPERS for one in jobs}:
                    ids = [one.workflow_id for one in jobs if (one.queue_name or PAPERS) == queue]
                    self.client.resume_workflows(ids, queue_name=queue)
                    taken += len(ids)
            if jobs:
                _log.warning(_("进程 %s 已不在：接办它的 %d 项任务"), name, len(jobs))
        return taken

    def _begun(self, name: str | None = None) -> list[Any]:
        return self.client.list_workflows(
            status="PENDING", executor_id=name, load_input=False, load_output=False, limit=_BATCH
        )

    def _round(self, _given: str) -> None:
        self._work.daily_round()
        forget_old(self.client, self._work.clock.now() - timedelta(days=7))

    def _is_busy(self) -> bool:
        return any(one.executor_id == self._presence.name for one in self._begun())

    def _job(self, do: Callable[[str], Any]) -> Callable[[str], str]:
        def job(given: str) -> str:
            try:
                return str(do(given))
            except Exception as failure:  # noqa: BLE001  whatever it is, it must not reach the engine's tables
                # The words of an error may name people: its kind and place are enough.
                _log.error(_("任务 %s 没有办成：%s"), given, place_of(failure))
                kind = type(failure).__name__
            raise JobFailed(kind)

        return job


def client_of(database: Store) -> DBOSClient:
    """Looks into the engine's tables and enters jobs, without running any."""
    return DBOSClient(
        system_database_engine=database.writer,
        application_name=APPLICATION,
        serializer=DBOSPortableJSONSerializer(),
        retry_connection_errors=False,
    )


def prepare(database: Store, presence: Presence) -> None:
    """Make the engine's own tables, or bring them up to date: in the schema `dbos`, or in SQLite's one file."""
    logging.getLogger("dbos").setLevel(logging.WARNING)
    url = database.writer.url.render_as_string(hide_password=False)
    if isinstance(presence, AdvisoryPresence):
        with presence.alone("engine tables"):
            DBOS.migrate(url)
    else:
        DBOS.migrate(url)


def forget(client: DBOSClient, jobs: Sequence[str]) -> None:
    """Let the engine forget jobs."""
    client.delete_workflows(list(jobs))


def forget_old(client: DBOSClient, before: datetime) -> int:
    """Forget jobs that ended before then, a batch at a time; how many."""
    count = 0
    while True:
        found = client.list_workflows(
            status=_ENDED,
            completed_before=before.astimezone(UTC).isoformat(),
            limit=_BATCH,
            load_input=False,
            load_output=False,
        )
        if not found:
            return count
        client.delete_workflows([one.workflow_id for one in found])
        count += len(found)

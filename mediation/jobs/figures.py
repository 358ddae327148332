"""Figures for who watches over an instance: counts by state and ages, read when they are asked for. No personal data."""

from collections.abc import Iterator
from datetime import timedelta

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from mediation.clock import Clock
from mediation.jobs import queries
from mediation.jobs.work import Store
from mediation.notices import queries as notices
from mediation.webhooks import queries as webhooks

_SWEPT_WITHIN = timedelta(seconds=30)


class Figures(Collector):
    """One instance's figures. `at_work`: whether this process runs the jobs."""

    def __init__(self, database: Store, clock: Clock, *, at_work: bool) -> None:
        self._database = database
        self._clock = clock
        self._at_work = at_work

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing beforehand: the database is not asked before somebody looks."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """All figures, of one moment."""
        now = self._clock.now()
        with self._database.reading() as session:
            cases = queries.open_cases(session)
            total, queued, oldest = queries.waiting(session)
            overdue = queries.overdue(session, now - _SWEPT_WITHIN)
            jobs = queries.jobs_by_state(session)
            undelivered = webhooks.undelivered(session)
            letters = notices.count_undelivered(session)
        labelled = GaugeMetricFamily("mediation_cases_open", "open cases", labels=["workflow", "state"])
        for (workflow, state), count in sorted(cases.items()):
            labelled.add_metric([workflow, state], count)
        yield labelled
        by_state = GaugeMetricFamily(
            "mediation_jobs", "jobs that the engine knows; ended ones for a week", labels=["state"]
        )
        for state, count in sorted(jobs.items()):
            by_state.add_metric([state.lower()], count)
        yield by_state
        by_channel = GaugeMetricFamily(
            "mediation_notices",
            "notices that wait to be sent, and those that did not arrive",
            labels=["channel", "state"],
        )
        for (channel, state), count in sorted(letters.items()):
            by_channel.add_metric([channel, state], count)
        yield by_channel
        age = max((now - oldest).total_seconds(), 0.0) if oldest else 0.0
        for name, what, value in (
            ("outbox_waiting", "outbox rows not yet carried out", total),
            ("outbox_queued", "those of them that the engine has", queued),
            ("outbox_oldest_seconds", "age of the oldest of them", age),
            ("deadlines_overdue", "clocks that ran out over 30 seconds ago and wait for the sweep", overdue),
            (
                "webhooks_waiting",
                "messages for other systems that have not arrived yet",
                undelivered["waiting"],
            ),
            ("webhooks_parked", "those given up, until somebody sends them again", undelivered["parked"]),
            ("jobs_here", "1 if this process runs jobs", float(self._at_work)),
        ):
            yield GaugeMetricFamily(f"mediation_{name}", what, value=value)

"""Is it alive, is it ready, and how much is there to do?"""

from contextlib import contextmanager

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from mediation.jobs.figures import Figures
from mediation.resources import program_version
from mediation.web.app import build_app
from tests.web.conftest import ADDRESS, dispute, error

HERE = ("127.0.0.1", 50000)
ELSEWHERE = ("192.0.2.7", 50000)


@contextmanager
def broken_database(instance):
    def fail(*_args: object) -> None:
        raise OperationalError("SELECT", {}, Exception("/srv/data/mediation.db is locked"))

    reader = instance.database.reader
    event.listen(reader, "before_cursor_execute", fail)
    try:
        yield
    finally:
        event.remove(reader, "before_cursor_execute", fail)


def watched(instance, token=None, client=HERE):
    registry = CollectorRegistry()
    registry.register(Figures(instance.database, instance.clock, at_work=False))
    return TestClient(build_app(instance, registry, token), base_url=ADDRESS, client=client)


def figures(answered):
    assert answered.status_code == 200, answered.text
    assert answered.headers["content-type"].startswith("text/plain")
    lines = [line.rpartition(" ") for line in answered.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _space, value in lines}


def test_sound_instance_is_alive_and_ready(counter):
    alive, ready = counter.client.get("/health"), counter.client.get("/ready")
    version = program_version()
    assert (alive.status_code, alive.json()) == (200, {"status": "ok", "version": version})
    assert (ready.status_code, ready.json()) == (
        200,
        {"status": "ready", "database": "ok", "version": version},
    )


def test_without_database_it_is_alive_and_not_ready_and_says_no_more(counter):
    with broken_database(counter.instance):
        assert counter.client.get("/health").status_code == 200
        sheet = error(counter.client.get("/ready"), 503, "StorageError")
        error(watched(counter.instance).get("/metrics"), 503, "StorageError")
    assert sheet["detail"] == "资料没有保存成功。"
    assert counter.client.get("/ready").status_code == 200


def test_metrics_count_and_name_nobody(counter):
    client = watched(counter.instance)
    before = figures(client.get("/metrics"))
    counter.register(title="张喆与李玥排水纠纷")
    client.get("/api/v1/cases/张喆")
    after = client.get("/metrics")
    told = figures(after)
    registered = [
        key for key in told if key.startswith("mediation_cases_open") and 'state="registered"' in key
    ]
    assert len(registered) == 1
    assert told[registered[0]] == before.get(registered[0], 0) + 1
    waiting = ("mediation_outbox_waiting", "mediation_outbox_queued", "mediation_deadlines_overdue")
    assert all(told[one] >= 0 for one in waiting)
    assert told["mediation_outbox_oldest_seconds"] >= 0
    assert told["mediation_jobs_here"] == 0
    seen = 'mediation_request_seconds_count{method="GET",route="/api/v1/cases/{ref}",status="401"}'
    assert told[seen] == 1
    said = [one["name"] for one in dispute()["parties"]] + ["%E5", "排水"]
    assert [word for word in said if word in after.text] == []


@pytest.mark.parametrize(
    ("client", "headers"),
    [(ELSEWHERE, {}), (HERE, {"X-Forwarded-For": "192.0.2.7"}), (HERE, {"Forwarded": "for=192.0.2.7"})],
)
def test_metrics_without_token_are_for_this_machine_only(counter, client, headers):
    answered = watched(counter.instance, client=client).get("/metrics", headers=headers)
    sheet = error(answered, 403, "NotPermitted")
    assert sheet["detail"].startswith("运行指标只供本机查看")
    assert "mediation_cases_open" not in answered.text


def test_metrics_with_a_token_are_for_who_shows_it(counter):
    client = watched(counter.instance, token="example-token", client=ELSEWHERE)
    for wrong in ({}, {"Authorization": "Bearer other"}, {"Authorization": "example-token"}):
        answered = client.get("/metrics", headers=wrong)
        error(answered, 401, "Unauthenticated")
        assert "mediation_cases_open" not in answered.text
    shown = {"Authorization": "Bearer example-token"}
    assert "mediation_jobs_here" in figures(client.get("/metrics", headers=shown))

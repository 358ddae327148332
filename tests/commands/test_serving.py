"""serve, worker, jobs and store move, as far as they refuse or only look."""

import json
from datetime import timedelta

from mediation.cli import run
from mediation.documents.store import FileStore
from mediation.errors import NotFound
from mediation.jobs.workshop import Workshop
from tests.jobs.conftest import wait_until
from tests.jobs.test_killed import owing, waiting
from tests.jobs.test_workshop import Work, jobs_of
from tests.town import environment, postgresql_founded, sqlite_founded, sqlite_town, town

__all__ = ["postgresql_founded", "sqlite_founded", "sqlite_town", "town"]


def told(town, capsys, *words: str) -> tuple[int, str, str]:
    with environment(town):
        code = run(words)
    out, err = capsys.readouterr()
    return code, out, err


def test_many_processes_by_one_command_are_refused(town, capsys):
    code, out, err = told(town, capsys, "serve", "--workers", "2")
    wanted = "SQLite 上只能有一个进程" if town.instance.database.on_sqlite else "请多次启动 mediation serve"
    assert (code, out) == (1, "")
    assert f"--workers: {wanted}" in err


def test_worker_on_sqlite_is_refused(sqlite_town, capsys):
    code, _out, err = told(sqlite_town, capsys, "worker")
    assert code == 1
    assert "mediation worker 只用于 PostgreSQL" in err


def test_server_beside_a_server_on_sqlite_is_refused(sqlite_town, capsys):
    with Workshop(sqlite_town.instance.day_work):
        code, _out, err = told(sqlite_town, capsys, "serve", "--port", "1")
    assert code == 1
    assert "的后台任务已由另一个进程办理" in err


def test_jobs_where_no_engine_has_run_are_none(town, capsys):
    owing(town)
    code, out, _err = told(town, capsys, "jobs", "list", "--json")
    found = json.loads(out)
    assert (code, found["jobs"]) == (0, [])
    assert found["outbox"]["waiting"] >= 1
    assert found["outbox"]["queued"] == 0
    assert told(town, capsys, "jobs", "retry", "all")[1] == "已交回 0 项，将再办一次\n"


def test_failed_job_is_listed_and_done_again_when_told(town, capsys):
    owing(town)
    town.clock.advance(timedelta(seconds=6))
    tries: list[str] = []

    def carry_out(row: str) -> str:
        tries.append(row)
        if len(tries) == 1:
            raise NotFound("甲某1")
        return town.instance.day_work.carry_out(row)

    with Workshop(Work(town, carry_out), polling=0.1):
        wait_until(lambda: jobs_of(town).get("outbox_row") == ["ERROR"])
        [job] = json.loads(told(town, capsys, "jobs", "list", "--failed", "--json")[1])["jobs"]
        assert (job["id"], job["name"], job["state"]) == (tries[0], "outbox_row", "error")
        code, out, _err = told(town, capsys, "jobs", "list")
        assert code == 0
        assert "甲某1" not in out
        code, _out, err = told(town, capsys, "jobs", "retry", "nonsense")
        assert (code, err) == (1, "没有这样一项没有办成的任务：nonsense\n")
        assert told(town, capsys, "jobs", "retry", tries[0])[1] == "已交回 1 项，将再办一次\n"
        wait_until(lambda: waiting(town) == 0)
    assert tries == [tries[0]] * 2


def test_papers_are_moved_from_the_folder_into_postgresql(town, capsys):
    settings, keyring = town.instance.settings, town.instance.keyring
    folder = FileStore(settings.store, keyring)
    if town.instance.database.on_sqlite:
        code, _out, err = told(town, capsys, "store", "move")
        assert code == 1
        assert "SQLite 上的文书就保存在数据目录里" in err
        return
    digest = folder.put(b"a paper of before")
    code, _out, err = told(town, capsys, "jobs", "list")
    assert code == 1
    assert "请先运行 mediation store move" in err
    code, out, _err = told(town, capsys, "store", "move", "--json")
    assert (code, json.loads(out)["files"]) == (0, 1)
    assert town.instance.store.get(digest) == b"a paper of before"
    assert folder.has(digest) is False

"""What people told lies nowhere in clear: not in the database and its log, the store, a backup, the process's words or its temporary files."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from mediation.codes.identity import sample_resident_number
from tests.backup.lived import everything
from tests.faults.grep import found_in_files, writings
from tests.jobs.conftest import Hosts, hosts, unused_port
from tests.town import Town, drawing, party, postgresql_founded, sqlite_founded, town

__all__ = ["hosts", "postgresql_founded", "sqlite_founded", "town", "unused_port"]
DISPUTES = 42
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏"


def told(number: int) -> dict:
    """A registration of which every word is to be found nowhere."""

    def who(role: str, at: int) -> dict:
        key = number * 10 + at
        return party(
            role,
            at,
            name=f"{SURNAMES[number % len(SURNAMES)]}金丝雀{key}",
            phone=f"139{key:08d}",
            address=f"鸟笼巷{key}号",
            id_number=sample_resident_number(date(1960, 1, 1) + timedelta(days=key), 11),
        )

    return {
        "title": f"鸟笼{number}之争",
        "source": "applied",
        "governance_category": "0201",
        "narrative": f"第{number}只金丝雀飞到了邻居院里",
        "claims": [f"归还第{number}只金丝雀", f"赔偿鸟食{number}两"],
        "parties": [who("applicant", 1), who("respondent", 2)],
    }


def words_of(registered: dict) -> Iterator[str]:
    yield from (registered["title"], registered["narrative"], *registered["claims"])
    for one in registered["parties"]:
        yield from (one["name"], one["phone"], one["address"], one["id_number"])


CANARIES = [word for number in range(DISPUTES) for word in words_of(told(number))]


def lived(town: Town) -> str:
    """All of them registered; the first one with every kind of writing, to its papers."""
    refs = [town.instance.register("jiawin", told(number)).act.case for number in range(DISPUTES)]
    ref = refs[0]
    for trigger in ("triage", "keep", "accept", "assign"):
        town.step(ref, trigger)
    town.act("jiamed", ref, "note_privately", party=1, body=CANARIES[1])
    town.act("jiamed", ref, "record_session", **town.session("agreed", body=CANARIES[:4]))
    town.step(ref, "draft_agreement", facts=CANARIES[1])
    town.do("jiamed", ref, "conclude_written")
    town.sign(ref, "party-01", drawing=drawing(1))
    town.instance.run_deadlines()
    return ref


def served(hosts: Hosts, port: int, folder: Path) -> None:
    """A server is asked what it refuses and what it does, with words of people in all places of a request."""
    running = hosts.serve("serve", port)
    token = hosts.town.instance.issue_token("jiawin", "窗口", 30)
    asked = [("/api/v1/cases", told(0)), ("/api/v1/cases", {**told(1), "source": told(1)["narrative"]})]
    asked += [(f"/api/v1/cases/{told(2)['parties'][0]['phone']}/acts/keep", {"reason": told(2)["narrative"]})]
    for at, (path, said) in enumerate(asked):
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Idempotency-Key": f"k{at}",
        }
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", json.dumps(said).encode(), headers)
        try:
            urllib.request.urlopen(request, timeout=60).close()  # noqa: S310 — loopback
        except urllib.error.HTTPError as refused:
            refused.close()
    running.stop()
    (folder / "log").write_text("".join([*running.said, *running.rest()]), encoding="utf-8")


@pytest.mark.slow
def test_five_hundred_words_of_people_lie_nowhere_in_clear(hosts: Hosts, unused_port, tmp_path, monkeypatch):
    town = hosts.town
    assert len(set(CANARIES)) >= 500
    aside = tmp_path / "temporary"
    aside.mkdir()
    monkeypatch.setenv("TMPDIR", str(aside))
    lived(town)
    log = tmp_path / "log"
    log.mkdir()
    served(hosts, unused_port, log)
    settings = town.instance.settings
    backup = tmp_path / "backup"
    command = [sys.executable, "-m", "mediation.cli", "--data", str(settings.data), "backup", str(backup)]
    environment = {**os.environ, "DATABASE_URL": settings.database_url}
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    (log / "backup").write_bytes(done.stdout + done.stderr)
    assert (done.returncode, backup.is_file()) == (0, True)
    opened = everything(settings, town.instance.keyring)
    assert [
        word for word in CANARIES if word not in opened
    ] == []  # they are all there, for whoever has the key
    places = [settings.data, log, aside, backup]
    if settings.on_postgresql:
        with town.instance.database.writer.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("CHECKPOINT"))
        [(data,)] = town.rows("SELECT setting FROM pg_settings WHERE name = 'data_directory'")
        places.append(Path(data))
    assert found_in_files(CANARIES, places) == []


@pytest.mark.parametrize("written", ["utf-8", "utf-16-le", "json", "url", "base64"])
def test_word_that_lies_in_clear_is_found_however_it_is_written(tmp_path, written):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file").write_bytes(b"\0\1" + writings("鸟笼之争")[written] + b"\xff")
    assert found_in_files(["鸟笼之争", "别的"], [tmp_path]) == [("鸟笼之争", str(tmp_path / "deep" / "file"))]


def test_words_that_begin_alike_are_each_found(tmp_path):
    words = ["鸟笼", "鸟笼之争", "鸟笼1之争", "鸟笼12之争", "金丝雀"]
    for number, word in enumerate(words):
        (tmp_path / str(number)).write_text(f"……{word}。", encoding="utf-8")
    assert found_in_files(words, [tmp_path]) == sorted(
        (word, str(tmp_path / str(number))) for number, word in enumerate(words)
    )

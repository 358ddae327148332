"""The application and the server: on loopback only, stopped in good order."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from mediation.errors import InputInvalid
from mediation.web.app import build_app, listen, reached_by, serve
from tests.jobs.conftest import wait_until

SERVE = """
import sys
from pathlib import Path
from mediation.app import Instance
from mediation.settings import Settings
from mediation.web.app import serve

data, url = sys.argv[1:]
with Instance.open(Settings(Path(data), url, Path(data) / "keys" / "master.key")) as instance:
    serve(instance, "127.0.0.1", 0)
print("closed")
"""


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "::", "192.168.1.10", "example.org", "", "10.0.0.1", "127.0.0.1;x"],  # noqa: S104
)
def test_serve_elsewhere_than_on_loopback_is_refused(instance, host):
    with pytest.raises(InputInvalid) as refused:
        serve(instance, host, 0)
    [problem] = refused.value.problems
    assert problem.key == "host"
    assert f"不能用 {host}" in problem.message


def test_serve_on_a_port_in_use_is_refused(instance):
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(InputInvalid) as refused:
        serve(instance, "127.0.0.1", taken.getsockname()[1])
    assert [problem.key for problem in refused.value.problems] == ["port"]


def test_serve_on_a_port_that_is_none_is_refused(instance):
    with pytest.raises(InputInvalid, match="端口 70000 用不了"):
        serve(instance, "localhost", 70_000)


@pytest.mark.parametrize(
    ("proxy", "certified", "told"),
    [
        ((), (), None),
        (("tiaojie.example", "other.example"), (), "https://tiaojie.example"),
        ((), ("centre.lan", "localhost", "127.0.0.1"), "https://centre.lan:8443"),
        ((), ("fd00::7", "localhost"), "https://[fd00::7]:8443"),
    ],
)
def test_others_reach_the_server_by_the_first_name_of_its_proxy_or_certificate(proxy, certified, told):
    assert reached_by(proxy, certified, 8443) == told


@pytest.mark.slow
def test_serve_tells_residents_the_address_that_the_site_gives_them(instance):
    settings, given = instance.settings, 'replace(instance.office, public_address="https://tiaojie.example")'
    code = SERVE.replace("    serve(", f"    instance.office = {given}\n    serve(")
    running = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from dataclasses import replace\n" + code,
            str(settings.data),
            settings.database_url,
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    try:
        assert running.stderr is not None
        line = next(line for line in running.stderr if "已在 http://127.0.0.1:" in line)
    finally:
        running.terminate()
        running.communicate(timeout=90)
    assert line.rstrip().endswith("群众不用登录的页面在 https://tiaojie.example/p")


EARLY = """
import signal
import uvicorn

run = uvicorn.Server.run


def told_to_stop_first(self, sockets=None):
    signal.raise_signal(signal.SIGTERM)
    return run(self, sockets=sockets)


uvicorn.Server.run = told_to_stop_first
"""


@pytest.mark.slow
def test_serve_that_is_told_to_stop_before_it_listens_for_it_stops_too(instance):
    """Else it would answer for ever: whoever had sent the signal waits for its end."""
    settings = instance.settings
    done = subprocess.run(
        [sys.executable, "-c", EARLY + SERVE, str(settings.data), settings.database_url],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONUTF8": "1"},
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "closed\n")


def test_no_pages_of_documentation(counter):
    assert [counter.client.get(path).status_code for path in ("/docs", "/redoc", "/openapi.json")] == [
        404
    ] * 3


def test_application_takes_its_instance_and_nothing_else(instance):
    assert build_app(instance).state.desk is instance


@pytest.mark.slow
@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_serve_answers_until_it_is_told_to_stop_and_closes_the_instance(instance, stop):
    settings = instance.settings
    running = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(settings.data), settings.database_url],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    try:
        assert running.stderr is not None
        line = next(line for line in running.stderr if "http://" in line)
        address = line.split("http://")[1].split()[0]
        assert f"群众不用登录的页面在 http://{address}/p" in line
        with urllib.request.urlopen(f"http://{address}/health", timeout=60) as answered:
            assert json.load(answered)["status"] == "ok"
            assert answered.headers["server"] is None
            assert answered.headers["x-content-type-options"] == "nosniff"
        forwarded = urllib.request.Request(
            f"http://{address}/api/v1/cases",
            headers={"X-Forwarded-Host": "example.org", "X-Forwarded-For": "6.6.6.6"},
        )
        wait_until(lambda: _workers(running.pid) == 2)  # before any paper is made or any file judged
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(forwarded, timeout=60)  # noqa: S310
        assert refused.value.code == 401
        refused.value.close()
        running.send_signal(stop)
        out, log = running.communicate(timeout=90)
    finally:
        if running.poll() is None:
            running.kill()
            running.communicate()
    assert (running.returncode, out) == (0, "closed\n")
    assert "GET /health 200" in log
    assert "6.6.6.6" not in log
    assert "Traceback" not in log


def _workers(parent: int) -> int:
    """How many workers a process has started."""
    children = Path(f"/proc/{parent}/task").glob("*/children")
    found = [int(one) for listed in children for one in listed.read_text().split()]
    return sum(b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes() for one in found)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_answers_are_not_held_back_for_a_client_to_acknowledge(host):
    """Of a socket whose protocol is not named asyncio does not set TCP_NODELAY: a body then waits 40 ms behind its head."""
    with listen(host, 0) as listening, socket.create_connection(listening.getsockname()[:2]):
        accepted, _from = listening.accept()
        with accepted:
            assert (accepted.proto, listening.proto) == (socket.IPPROTO_TCP, socket.IPPROTO_TCP)

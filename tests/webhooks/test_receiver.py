"""The receiver of the integrator's guide works: the same in both languages, takes what is genuine once, refuses all else."""

import http.client
import re
import threading
from http.server import HTTPServer
from pathlib import Path

import pytest

from mediation.clock import SystemClock
from mediation.webhooks.signing import signed_headers
from tests.webhooks.conftest import add, messages, switch_on

GUIDES = Path(__file__).parents[2] / "docs" / "guides"


def code_of(language: str) -> str:
    [found] = re.findall(
        r"```python\n(.*?)```", (GUIDES / language / "integrator.md").read_text("utf-8"), re.DOTALL
    )
    return str(found)


@pytest.fixture
def guided(monkeypatch):
    """The guide's receiver, listening; its address and its module, whose SECRETS are to be filled."""
    monkeypatch.setenv("WEBHOOK_SECRETS", "")
    module = {"__name__": "receiver"}
    exec(compile(code_of("en"), "integrator.md", "exec"), module)  # noqa: S102  what the guide tells people to run
    module["Receiver"].log_message = lambda *_words: None
    server = HTTPServer(("127.0.0.1", 0), module["Receiver"])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server.server_address[1], module
    server.shutdown()
    thread.join()
    server.server_close()


def test_both_guides_show_the_same_receiver():
    assert code_of("zh") == code_of("en")


def test_receiver_takes_what_is_genuine_and_prints_it_once(sqlite_town, guided, capsys):
    port, module = guided
    sqlite_town.clock.put(SystemClock().now())
    switch_on(sqlite_town)
    hook, secret = add(sqlite_town, f"http://127.0.0.1:{port}/", "case.register")
    assert sqlite_town.instance.webhooks.test(hook).why == "http_400"
    module["SECRETS"].append(secret)
    assert sqlite_town.instance.webhooks.test(hook).why == ""
    module["SECRETS"][:] = [sqlite_town.instance.webhooks.rotate(hook, by="admin")]
    ref = sqlite_town.register("suwin")
    sqlite_town.instance.webhooks.deliver_waiting()
    assert messages(sqlite_town) == [("sent", "", 1, 0)]
    printed = capsys.readouterr().out.splitlines()
    assert [line.split(" ")[0] for line in printed] == ["webhook.test", "case.register"]
    assert ref in printed[-1]


@pytest.mark.parametrize(
    ("late", "changed", "status"), [(0, b"", 204), (0, b" ", 400), (301, b"", 400), (-302, b"", 400)]
)
def test_receiver_refuses_what_is_changed_or_old(guided, late, changed, status):
    port, module = guided
    module["SECRETS"].append("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"type": "webhook.test", "data": {}}'
    stamp = int(SystemClock().now().timestamp()) - late
    headers = signed_headers(module["SECRETS"], "m", stamp, body)
    statuses = []
    for _time in range(2):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("POST", "/", body + changed, headers)
        statuses.append(connection.getresponse().status)
        connection.close()
    assert (statuses, module["SEEN"]) == ([status] * 2, {"m"} if status == 204 else set())

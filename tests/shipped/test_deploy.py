"""The files of deploy/: what they run is what the program knows, and what stands in front of them reaches it."""

import re
from pathlib import Path

import pytest

_DEPLOY = Path(__file__).parents[2] / "deploy"
_SERVING = re.compile(r"^ExecStart=.* serve (.*)$", re.MULTILINE)
_UNITS = sorted(path.name for path in (_DEPLOY / "systemd").iterdir() if _SERVING.search(path.read_text()))


def test_there_is_a_unit_for_one_machine_and_one_for_many():
    assert _UNITS == ["mediation-web@.service", "mediation.service"]


@pytest.mark.parametrize("unit", _UNITS)
def test_a_unit_that_serves_answers_to_the_name_that_its_proxy_is_asked_for(unit):
    """Else whoever comes by the proxy is told that the name is not this machine's."""
    found = _SERVING.search((_DEPLOY / "systemd" / unit).read_text())
    assert found is not None
    assert "--proxied --name ${MEDIATION_NAME}" in found[1]


def test_the_settings_of_a_host_have_that_name():
    assert re.search(r"^MEDIATION_NAME=", (_DEPLOY / "mediation.env.example").read_text(), re.MULTILINE)


@pytest.mark.parametrize("proxy", ["nginx.conf", "Caddyfile"])
def test_a_proxy_says_where_one_machine_answers(proxy):
    port = re.search(r"--port (\d+) ", (_DEPLOY / "systemd" / "mediation.service").read_text())
    assert port is not None
    assert f"127.0.0.1:{port[1]}" in (_DEPLOY / "proxy" / proxy).read_text()

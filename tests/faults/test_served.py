"""A server with a crowd on one case, and with connections that are cut; `./run faults rounds` and `cuts` do it for long."""

import socket

import pytest

from tests.faults.cuts import cut_under_load
from tests.faults.proxy import AFTER, BEFORE, WITHIN, CuttingProxy
from tests.faults.rounds import go_rounds
from tests.jobs.conftest import sqlite_hosts, unused_port
from tests.town import sqlite_founded, sqlite_town

__all__ = ["sqlite_founded", "sqlite_hosts", "sqlite_town", "unused_port"]
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone"
ASKED = b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi"


@pytest.mark.slow
def test_of_a_crowd_on_one_version_one_gets_through(sqlite_hosts, unused_port, tmp_path):
    server = sqlite_hosts.serve("serve", unused_port)
    done = go_rounds(sqlite_hosts.town, server, unused_port, tmp_path / "logs", rounds=4, clients=6, seed=1)
    assert done.found == []
    assert (done.acknowledged, done.versions) == (4, 4)
    assert done.again > 0


@pytest.mark.slow
def test_act_whose_answer_was_cut_off_is_done_once(sqlite_hosts, unused_port, tmp_path):
    done = cut_under_load(sqlite_hosts, unused_port, tmp_path / "logs", cuts=1, clients=2, seed=2, share=25)
    assert done.found == []
    assert done.cuts[AFTER] > 0
    assert done.unanswered > 0


@pytest.mark.parametrize(
    ("share", "lot", "heard"),
    [(1, BEFORE, b""), (1, AFTER, b""), (1, WITHIN, ANSWER[: len(ANSWER) // 2]), (1, "", ANSWER)],
)
def test_proxy_cuts_where_it_is_told_to(monkeypatch, share, lot, heard):
    monkeypatch.setattr(CuttingProxy, "_fate", lambda _proxy: lot)
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        CuttingProxy(server.getsockname()[1], 1, share) as proxy,
    ):
        with socket.create_connection(("127.0.0.1", proxy.port), 5) as client:
            client.sendall(ASKED)
            if lot != BEFORE:
                behind, _address = server.accept()
                with behind:
                    assert behind.recv(1000) == ASKED
                    behind.sendall(ANSWER)
            assert b"".join(iter(lambda: client.recv(1000), b"")) == heard
        assert proxy.cuts == ({lot: 1} if lot else {})

"""A proxy between clients and a server that cuts connections: before a request, after its answer has come, within the answer."""

import socket
import threading
from collections import Counter
from contextlib import suppress
from random import Random
from typing import Self

_PATIENCE = 60.0
_CHUNK = 1 << 16
BEFORE, AFTER, WITHIN = "before", "after the commit", "within the reply"


class CuttingProxy:
    """Listens from the beginning of the block to its end. `share`: so many of a hundred requests are cut in each way."""

    def __init__(self, server: int, seed: int, share: int = 8) -> None:
        self.cuts: Counter[str] = Counter()
        self._server, self._share = server, share
        self._chance = Random(seed)  # noqa: S311 — no secret
        self._lock = threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])

    def __enter__(self) -> Self:
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._listening.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                client, _address = self._listening.accept()
                threading.Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        """One request and its answer; then the connection is closed, as it is when anything breaks."""
        with client, suppress(OSError, ValueError):
            client.settimeout(_PATIENCE)
            request = _message(client)
            if not request:
                return
            fate = self._fate()
            if fate == BEFORE:
                self._note(BEFORE)
                return
            with socket.create_connection(("127.0.0.1", self._server), _PATIENCE) as server:
                server.sendall(request)
                answer = _message(server)
            is_done = request.startswith(b"POST") and answer[9:12] in (b"200", b"201")
            if fate and is_done:
                self._note(fate)
            if fate != AFTER:
                client.sendall(answer[: len(answer) // 2] if fate == WITHIN else answer)

    def _fate(self) -> str:
        with self._lock:
            lot = self._chance.randrange(100) // self._share
        return dict(enumerate((BEFORE, AFTER, WITHIN))).get(lot, "")

    def _note(self, cut: str) -> None:
        with self._lock:
            self.cuts[cut] += 1


def _message(connection: socket.socket) -> bytes:
    """A request or an answer whole, as its Content-Length says; empty if the other side has gone."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(_CHUNK)
        if not more:
            return b""
        data += more
    head, _blank, body = data.partition(b"\r\n\r\n")
    lengths = [
        line.split(b":")[1] for line in head.splitlines() if line.lower().startswith(b"content-length:")
    ]
    length = int(lengths[0]) if lengths else 0
    while len(body) < length:
        more = connection.recv(_CHUNK)
        if not more:
            return b""
        body += more
    return head + b"\r\n\r\n" + body

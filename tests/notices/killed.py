"""Another process that delivers what waits in an instance, and is killed at a chosen point, as if the power went.

`python -m tests.notices.killed DATA URL MOMENT POINT`. Points: after_put (the letter is in the store, no row knows it),
after_entering (the deliveries are entered, nothing has gone out), after_sending (it is out, nobody has said so).
"""

import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import event
from sqlmodel import Session

from mediation.app import Instance
from mediation.clock import SetClock
from mediation.documents.store import FileStore
from mediation.documents.table_store import TableStore
from mediation.notices.channels import Receipt
from mediation.notices.channels.sms import SmsChannel
from mediation.settings import Settings

KILLED = -signal.SIGKILL


def die(*_anything: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def after_put() -> None:
    for store in (FileStore, TableStore):
        store.put = dying(store.put)  # type: ignore[method-assign]


def dying(put: Callable[..., str]) -> Callable[..., str]:
    def put_and_die(self: object, data: bytes) -> str:
        put(self, data)
        die()
        return ""

    return put_and_die


def after_entering() -> None:
    event.listen(Session, "after_commit", die)


def after_sending() -> None:
    send = SmsChannel.send

    def send_and_die(self: SmsChannel, address: str, message: object) -> Receipt:
        receipt = send(self, address, message)  # type: ignore[arg-type]
        die()
        return receipt

    SmsChannel.send = send_and_die  # type: ignore[method-assign]


POINTS = {point.__name__: point for point in (after_put, after_entering, after_sending)}


def main() -> None:
    data, url, moment, point = sys.argv[1:]
    settings = Settings(data=Path(data), database_url=url, key_file=Path(data) / "keys" / "master.key")
    with Instance.open(settings, SetClock(datetime.fromisoformat(moment))) as instance:
        POINTS[point]()
        instance.post_room.deliver_waiting()


if __name__ == "__main__":
    main()

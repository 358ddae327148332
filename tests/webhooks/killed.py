"""Another process that calls what waits in an instance, and is killed at a chosen point, as if the power went.

`python -m tests.webhooks.killed DATA URL MOMENT POINT`. Points: after_entering (the message is entered, nothing has gone out),
after_calling (the receiver has taken it, nobody has said so).
"""

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlmodel import Session

from mediation import webhook_room
from mediation.app import Instance
from mediation.clock import SetClock
from mediation.settings import Settings
from tests.notices.killed import die


def after_entering() -> None:
    event.listen(Session, "after_commit", die)


def after_calling() -> None:
    call = webhook_room.call

    def call_and_die(*words: Any) -> Any:
        call(*words)
        die()

    webhook_room.call = call_and_die


POINTS = {point.__name__: point for point in (after_entering, after_calling)}


def main() -> None:
    data, url, moment, point = sys.argv[1:]
    settings = Settings(data=Path(data), database_url=url, key_file=Path(data) / "keys" / "master.key")
    with Instance.open(settings, SetClock(datetime.fromisoformat(moment))) as instance:
        POINTS[point]()
        instance.webhooks.deliver_waiting()


if __name__ == "__main__":
    main()

"""The command line in a process of its own, by the town's clock: `python -m tests.jobs.process BEGAN STUCK WORDS…`.

Its clock shows the town's morning at the moment BEGAN (seconds since 1970) and goes on from there. STUCK: `yes` lets the
process take jobs and never finish one, so that it can be killed in the middle of it.
"""

import sys
import time
from datetime import datetime, timedelta
from typing import Any

import mediation.app
from mediation.cli import run
from mediation.day_work import DayWork
from tests.town import MORNING


class GoingClock:
    """Goes on from the town's morning."""

    began = 0.0

    def now(self) -> datetime:
        return MORNING + timedelta(days=1, seconds=time.time() - self.began)


def stay(self: DayWork, row: str) -> Any:
    """Say that the job is begun, and stay in it."""
    sys.stdout.write(f"begun {row}\n")
    sys.stdout.flush()
    time.sleep(3600)


def main() -> None:
    GoingClock.began = float(sys.argv[1])
    mediation.app.SystemClock = GoingClock  # type: ignore[misc,assignment]
    if sys.argv[2] == "yes":
        DayWork.carry_out = stay  # type: ignore[method-assign]
    sys.exit(run(sys.argv[3:]))


if __name__ == "__main__":
    main()

"""How a peer is driven: a line comes in, one durable step is done and timed, its seconds go out. Stands alone."""

import sys
import time
from collections.abc import Callable

Step = Callable[[], object]


def serve(prepare: Callable[[], Step]) -> None:
    """Answer each line with the seconds of one step. `prepare` makes ready what the step needs, untimed."""
    for _line in sys.stdin:
        step = prepare()
        begun = time.perf_counter()
        step()
        print(time.perf_counter() - begun, flush=True)


PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
"""As durable as ours: every commit is on the disk when the step ends."""

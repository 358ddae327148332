"""Whoever goes on posting after having been refused for trying too often is refused from memory for a while.

No body is read for it and no database asked, so that a flood costs the others little. The first refusals come in full: a
person's page then still holds what was typed.
"""

import threading
from datetime import datetime, timedelta

PATIENCE = 5
"""Refusals in full, before they come from memory."""
HELD = timedelta(seconds=30)
"""For so long; then one is let through, to see whether it is still refused."""
MOST_PLACES = 10_000


class Brakes:
    """Of one process: by address of the program and place of the sender, how often it was refused and when last."""

    def __init__(self) -> None:
        self._refused: dict[tuple[str, str], tuple[int, datetime]] = {}
        self._lock = threading.Lock()

    def note(self, path: str, place: str, now: datetime) -> None:
        """A post was refused for trying too often."""
        key = (path, place)
        with self._lock:
            times, last = self._refused.pop(key, (0, now))
            self._refused[key] = (times + 1 if abs(now - last) <= HELD else 1, now)
            if len(self._refused) > MOST_PLACES:
                del self._refused[next(iter(self._refused))]  # whoever was refused longest ago

    def holds(self, path: str, place: str, now: datetime) -> bool:
        """Is a post to be refused without a look at it?"""
        times, last = self._refused.get((path, place), (0, now))
        return times >= PATIENCE and timedelta(0) <= now - last < HELD

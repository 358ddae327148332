"""What is dear and the same for all folders of tests: made once in a process, by whoever first asks for it."""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Any


class Once:
    """Keeps what was made under a name until it is closed. Whoever asks may look at it or copy it, and changes nothing."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}
        self._open = ExitStack()

    def of(self, name: str, make: Callable[[], AbstractContextManager[Any]]) -> Any:
        if name not in self._made:
            self._made[name] = self._open.enter_context(make())
        return self._made[name]

    def close(self) -> None:
        self._open.close()

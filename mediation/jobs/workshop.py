"""Everything that does work behind the acts in one process: presence, engine, relay; opened and closed together."""

from types import TracebackType
from typing import Self

from sqlalchemy import make_url

from mediation.jobs.engine import Engine, prepare
from mediation.jobs.presence import AdvisoryPresence, FilePresence, Presence
from mediation.jobs.relay import Relay
from mediation.jobs.work import Store, Work


class Workshop:
    """Opened by `with`, not within an event loop. Raises StorageError if this store has its one engine already."""

    def __init__(self, work: Work, *, polling: float = 0.5) -> None:
        self.presence = _presence(work.database)
        try:
            prepare(work.database, self.presence)
            self.engine = Engine(work, self.presence, polling=polling)
            self.relay = Relay(work, self.engine)
            self.engine.start()
        except BaseException:
            self.presence.leave()
            raise
        self.relay.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Enter nothing more, let what was begun end, and give the name back last."""
        self.relay.stop()
        self.engine.stop()
        self.presence.leave()


def _presence(database: Store) -> Presence:
    if database.on_sqlite:
        from pathlib import Path  # noqa: PLC0415

        return FilePresence(Path(make_url(database.url).database or ""))
    return AdvisoryPresence(database.url)

"""Who sees what of persons: a masked field shown in full. One transaction each."""

from collections.abc import Callable
from typing import Any

from mediation.cases import inputs, queries, unmasking
from mediation.cases.hall import Hall
from mediation.storage.engine import Database


class ScopeRoom:
    """The room of one instance. An actor is `PERSON[:POST]` or the id of a post."""

    def __init__(self, database: Database, hall: Callable[..., Hall]) -> None:
        self._database, self._hall = database, hall

    def unmask(self, actor: str | int, ref: str, words: Any) -> unmasking.Unmasked:
        """One field of one party in full, recorded before it is told. Raises as `unmasking.unmask`."""
        said = inputs.read_said(unmasking.Unmask, words)
        with self._database.writing() as session:
            hall = self._hall(session, actor)
            return unmasking.unmask(hall, queries.find_case(session, hall.actor, ref), said)

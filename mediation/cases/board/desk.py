"""What somebody who hands out disputes sees of a desk. Reads only."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from sqlmodel import Session

from mediation.cases import queries as case_queries
from mediation.cases.board import leading, page
from mediation.cases.hall import Hall


class Sessions(Protocol):
    """What the desk needs of the database."""

    def reading(self) -> AbstractContextManager[Session]: ...


class BoardDesk:
    """The desks of one instance."""

    def __init__(self, sessions: Sessions, hall: Callable[..., Hall]) -> None:
        self._sessions, self._hall = sessions, hall

    def board(
        self, actor: str | int, shown: str = "", after: page.Mark | None = None
    ) -> list[page.BoardGroup]:
        """What waits at the actor's desk: all groups with the first of each, or a page of one. Raises NotFound."""
        with self._sessions.reading() as session:
            return page.board(self._hall(session, actor), shown, after)

    def opened(self, actor: str | int, ref: str) -> page.Opened:
        """What is needed to decide on a case within what the actor may see. Raises NotFound."""
        with self._sessions.reading() as session:
            hall = self._hall(session, actor)
            return page.opened(hall, case_queries.find_case(session, hall.actor, ref))

    def leader(self, actor: str | int) -> leading.LeaderPage:
        """What a leader has to see to: overdue by unit, cases in charge, approvals asked."""
        with self._sessions.reading() as session:
            return leading.leader_page(self._hall(session, actor))

"""What whoever hands over sees before and after it. Reads only."""

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from typing import Protocol

from sqlmodel import Session

from mediation.cases.hall import Hall
from mediation.cases.succession import outlook, past
from mediation.cases.succession.outlook import Giver, Outlook
from mediation.cases.succession.past import Past, PastPage


class Sessions(Protocol):
    """What the desk needs of the database."""

    def reading(self) -> AbstractContextManager[Session]: ...


class SuccessionDesk:
    """The hand-overs of one instance."""

    def __init__(self, sessions: Sessions, hall: Callable[..., Hall]) -> None:
        self._sessions, self._hall = sessions, hall

    def givers(self, actor: str | int) -> list[Giver]:
        """For whom the actor may hand over, of those who have something in hand."""
        with self._sessions.reading() as session:
            return outlook.givers(self._hall(session, actor))

    def within_reach(self, actor: str | int, codes: Collection[str]) -> frozenset[str]:
        """For whom of these people the actor may hand over."""
        with self._sessions.reading() as session:
            return outlook.within_reach(self._hall(session, actor), codes)

    def outlook(self, actor: str | int, person: str) -> Outlook:
        """What one person has in hand, and who could take it. Raises NotFound, NotPermitted."""
        with self._sessions.reading() as session:
            return outlook.outlook(self._hall(session, actor), person)

    def past(self, actor: str | int) -> list[Past]:
        """The last hand-overs of those for whom the actor may hand over."""
        with self._sessions.reading() as session:
            return past.past(self._hall(session, actor))

    def past_page(self, actor: str | int, handover: str) -> PastPage:
        """One hand-over, whole. Raises NotFound."""
        with self._sessions.reading() as session:
            return past.past_page(self._hall(session, actor), handover)

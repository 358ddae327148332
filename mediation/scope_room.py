"""Who sees what of persons, and who has: a masked field shown in full, readings noted, recusals. One transaction each."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlmodel import Session

from mediation.cases import inputs, queries, unmasking
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.readings import noting
from mediation.cases.recusals import keeping_off
from mediation.cases.recusals.keeping_off import RecusalLine
from mediation.cases.recusals.said import Lift, Recuse
from mediation.paper_room import retried
from mediation.storage.engine import Database

Remember = Callable[[Session, RecusalLine], None]


class ScopeRoom:
    """The room of one instance. An actor is `PERSON[:POST]` or the id of a post."""

    def __init__(self, database: Database, hall: Callable[..., Hall]) -> None:
        self._database, self._hall = database, hall

    def unmask(self, actor: str | int, ref: str, words: Any) -> unmasking.Unmasked:
        """One field of one party in full, recorded before it is told. Raises as `unmasking.unmask`."""
        said = inputs.read_said(unmasking.Unmask, words)
        with self._database.writing() as session:
            hall = self._hall(session, actor)
            case = queries.find_case(session, hall.actor, ref)
            queries.hold(session, case)
            return unmasking.unmask(hall, case, said)

    def note_reading(self, actor: str | int, what: str, ref: str = "") -> None:
        """The actor has opened a case, a paper of it, or an export. Raises NotFound."""
        with self._database.writing() as session:
            hall = self._hall(session, actor)
            case = queries.find_case(session, hall.actor, ref).id if ref else 0
            noting.note(hall, what, case or 0)

    def forget_readings(self, now: datetime, days: int) -> int:
        """Delete readings that were kept long enough; how many."""
        with self._database.writing() as session:
            return noting.forget_old(session, now, days)

    def recusals(self, actor: str | int, ref: str) -> list[RecusalLine]:
        """Who is or was kept from a case, oldest first. Raises NotFound, NotPermitted."""
        with self._database.reading() as session:
            hall = self._hall(session, actor)
            return keeping_off.listed(hall, queries.find_case(session, hall.actor, ref))

    def recuse(
        self, actor: str | int, ref: str, words: Any, *, remember: Remember | None = None
    ) -> RecusalLine:
        """Keep a person from a case, oneself or another. Raises as `keeping_off.recuse`."""
        said = inputs.read_said(Recuse, words)
        return self._write(actor, ref, lambda hall, case: keeping_off.recuse(hall, case, said), remember)

    def lift_recusal(
        self, actor: str | int, ref: str, recusal: str, words: Any, *, remember: Remember | None = None
    ) -> RecusalLine:
        """The person may see the case again. Raises as `keeping_off.lift`."""
        said = inputs.read_said(Lift, words)
        return self._write(
            actor, ref, lambda hall, case: keeping_off.lift(hall, case, recusal, said), remember
        )

    def _write(
        self,
        actor: str | int,
        ref: str,
        work: Callable[[Hall, Dispute], RecusalLine],
        remember: Remember | None,
    ) -> RecusalLine:
        """One transaction, begun anew if the case moved on meanwhile."""

        def once() -> RecusalLine:
            with self._database.writing() as session:
                hall = self._hall(session, actor)
                line = work(hall, queries.find_case(session, hall.actor, ref))
                if remember is not None:
                    remember(session, line)
            return line

        return retried(once)

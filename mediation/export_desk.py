"""Where lists are asked for as files, let go, and taken. One transaction each."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from mediation.cases import inputs
from mediation.cases.hall import Hall
from mediation.documents.press import Renderer
from mediation.documents.render import set_page
from mediation.reports.exports import asking
from mediation.reports.exports.asking import ExportLine, Format
from mediation.storage.engine import Database


class ExportDesk:
    """The desk of one instance. An actor is `PERSON[:POST]` or the id of a post."""

    def __init__(
        self, database: Database, hall: Callable[..., Hall], press: Renderer, site: Path | None
    ) -> None:
        self._database, self._hall, self._press, self._site = database, hall, press, site

    def ask(
        self,
        actor: str | int,
        words: Any,
        *,
        remember: Callable[[Session, ExportLine], None] | None = None,
    ) -> ExportLine:
        """Ask for a list. Raises as `asking.ask`."""
        said = inputs.read_said(asking.AskExport, words)
        with self._database.writing() as session:
            line = asking.ask(self._hall(session, actor), said)
            if remember is not None:
                remember(session, line)
        return line

    def decide(self, actor: str | int, export: str, *, agrees: bool) -> None:
        """A leader's word on it. Raises as `asking.decide`."""
        with self._database.writing() as session:
            asking.decide(self._hall(session, actor), export, agrees=agrees)

    def decide_as_guard(self, export: str, now: datetime, hours: int, *, by: str, agrees: bool) -> None:
        """The security administrator's word on it. Raises as `asking.decide`."""
        with self._database.writing() as session:
            asking.decide_as_guard(session, export, now, hours, by=by, agrees=agrees)

    def take(self, actor: str | int, export: str, form: Format) -> tuple[bytes, str]:
        """The file and its name, recorded before it is given out. Raises as `asking.listed`, and DocumentError.

        It is made between the two transactions, so that setting a long PDF holds nobody up.
        """
        with self._database.reading() as session:
            found = asking.listed(self._hall(session, actor), export, form)
        if form == "pdf":
            content: bytes = self._press.run(set_page, found.page, self._site)
        else:
            content = asking.as_table(found, form)
        with self._database.writing() as session:
            name = asking.record_taken(self._hall(session, actor), export, form, found, content)
        return content, name

    def shown(self, actor: str | int) -> tuple[list[ExportLine], list[ExportLine]]:
        """What the actor has asked for, and what waits for the actor's word."""
        with self._database.reading() as session:
            hall = self._hall(session, actor)
            return asking.own(hall), asking.waiting(hall)

    def for_guard(self, now: datetime) -> tuple[list[ExportLine], list[ExportLine]]:
        """All that waits, and the newest of what does not."""
        with self._database.reading() as session:
            return asking.for_guard(session, now)

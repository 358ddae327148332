"""The list of cases as the command line asks for it: by a look into the database that loads no table classes, no forms and
no engines. It answers what `Instance.cases` answers; the scope is the same statement.

Only on SQLite, where nobody else changes the site's files: elsewhere, and for searching, `Instance` is opened.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from mediation.cases.lines.queries import Line, begun, newest
from mediation.cases.lines.row import Row, row_of
from mediation.clock import Clock, SystemClock, local_day
from mediation.crypto import Keyring, read_keyring
from mediation.deadlines.calendar import Calendar
from mediation.deadlines.lights import light
from mediation.documents.authority import load_authority
from mediation.duty.standing.queries import deputizes_for
from mediation.language import Words
from mediation.people.acting.queries import actor_from_text
from mediation.settings import Settings
from mediation.storage.looking import View, looking
from mediation.storage.unfinished import refuse_unfinished
from mediation.storage.versions import refuse_missing_file, refuse_other_version
from mediation.units.kept import queries as units


def list_cases(settings: Settings, actor: str, most: int, clock: Clock | None = None) -> list[Row]:
    """The newest cases that the actor may see. Raises as opening the instance and finding the actor do."""
    keyring = read_keyring(settings)
    refuse_unfinished(settings.data)
    refuse_missing_file(settings.database_url)
    with looking(settings.database_url, keyring) as view:
        refuse_other_version(view.connection())
        load_authority(
            keyring, settings.data / "keys"
        )  # a key that opens nothing is told even where no case is
        now = (clock or SystemClock()).now()
        who = actor_from_text(view, actor, local_day(now))
        who = replace(who, deputizes_for=deputizes_for(view, who.person_id, local_day(now)))
        found = newest(view, who, most=most)
        since = begun(view, [case.id for case in found])
        tree = units.load_tree(view, local_day(now))
        words = _Words(view, now, settings.data, keyring)
        return [
            row_of(
                case,
                *words.state(case),
                tree.unit(case.holder_id).name,
                words.light(case, since.get((case.id, case.due_at))),
            )
            for case in found
        ]


@dataclass
class _Words:
    """What lines are told by: the definitions that the database keeps, the site's lights and its calendar."""

    view: View
    now: datetime
    data: Path
    keyring: Keyring

    def state(self, case: Line) -> tuple[str, str | None]:
        """What the case's state is called, and what it waits for."""
        state = self._definitions[f"{case.workflow}/{case.workflow_version}"][case.state]
        task = state.get("task")
        return Words(state["title"]), None if task is None else Words(task)

    def light(self, case: Line, since: datetime | None) -> str:
        """The light of its clock, by the site's rules."""
        if case.due_at is None or not case.open:
            return "none"
        share, working_days = self._lights
        return light(self.now, case.due_at, since, self._calendar, share=share, working_days=working_days)

    @cached_property
    def _definitions(self) -> Mapping[str, Mapping[str, Any]]:
        kept = units.contents(self.view, "workflow")
        return {name: json.loads(text)["states"] for name, text in kept.items()}

    @cached_property
    def _lights(self) -> tuple[int, int]:
        kept = units.contents(self.view, "supervision").get("site")
        said = json.loads(kept).get("lights") if kept is not None else None
        if said is None:
            from mediation.sites.supervision import shipped  # noqa: PLC0415  heavy, for old instances only

            return shipped().lights.share, shipped().lights.working_days
        return said["share"], said["working_days"]

    @cached_property
    def _calendar(self) -> Calendar:
        from mediation.deadlines.year_files import read_calendar  # noqa: PLC0415  not where all is overdue or closed
        from mediation.remembered import remembered  # noqa: PLC0415

        years = self.data / "site" / "calendars"
        with remembered(self.data, self.keyring):
            return read_calendar(years if years.is_dir() else None)

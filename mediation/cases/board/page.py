"""The board for its reader: groups with their counts, and rows, each with what the site suggests and the usual acts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mediation.cases import facts, lights, page, transition
from mediation.cases import queries as case_queries
from mediation.cases.board import queries
from mediation.cases.board.groups import ASKED, BY_KEY, GROUPS, LATE, group_of
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.ownership import queries as ownership
from mediation.cases.ownership.arguing import reasons
from mediation.cases.ownership.standing import is_asked_from_below, matter_of, speaker_for
from mediation.cases.routing import deciding
from mediation.cases.routing import page as routing
from mediation.cases.routing.desk import mediators_for
from mediation.cases.task_models import Task
from mediation.duty import queries as duty
from mediation.errors import NotFound
from mediation.language import _, joined, recording
from mediation.people.suggesting import Suggested

OVERVIEW = 5
"""Rows of each group while all of them are on one page."""
PAGE = 25


@dataclass(frozen=True, slots=True)
class Act:
    """A usual act on a row that needs no more words: `arg` is the unit, the person, the level or the task it names."""

    trigger: str
    title: str
    arg: str = ""


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One case at the desk. `turn`: the ordinal of the task; `asked`: what is asked by others, and by whom.

    `suggested`: the unit that the rules name, with `way`: keep, dispatch, escalate; `mediators`: the best ones.
    `from_below`: it was handed up, so that it is sent back and not declined.
    """

    row: page.Row
    turn: int
    due_at: datetime | None
    light: str
    category: str
    place: str
    asked: str = ""
    asked_by: str = ""
    suggested: Mapping[str, Any] | None = None
    mediators: Sequence[Suggested] = ()
    acts: tuple[Act, ...] = ()
    from_below: bool = False


@dataclass(frozen=True, slots=True)
class BoardGroup:
    """One group: how many, how many of them late, and the rows shown; `more`: where the next page begins."""

    key: str
    title: str
    cases: int
    late: int
    rows: tuple[BoardRow, ...] = ()
    more: bool = False


Mark = tuple[str, datetime, int]
"""Where a page ended: the last row's case, when it was due, its task."""


def board(hall: Hall, shown: str = "", after: Mark | None = None) -> list[BoardGroup]:
    """All groups of the actor's desk; rows for the one `shown`, or the first few of each. Raises NotFound for no group."""
    if shown and shown not in BY_KEY:
        raise NotFound
    since = (after[1], case_queries.case_id_of(hall.session, after[0]), after[2]) if after else None
    desk = _Desk(hall)
    found = []
    for group in GROUPS:
        cases, late = desk.count(group.key)
        most = (PAGE if group.key == shown else 0) if shown else OVERVIEW
        rows = desk.rows(group.key, since if shown else None, most) if cases and most else []
        more = len(rows) == most and (bool(shown) or cases > most)
        found.append(BoardGroup(group.key, _(group.title), cases, late, tuple(rows), more and bool(rows)))
    return found


@dataclass(frozen=True, slots=True)
class Opened:
    """What is needed to decide on one case. `leads`: who leads in its matter by the list; `heard`: who said what on whose it is."""

    suggested: Mapping[str, Any] | None
    mediators: Sequence[Suggested]
    leads: Sequence[Mapping[str, str]]
    heard: Sequence[Mapping[str, str]]


def opened(hall: Hall, case: Dispute) -> Opened:
    """One case, opened to be decided on."""
    assert case.id is not None
    return Opened(
        suggested=_suggested(hall, case),
        mediators=mediators_for(hall, case),
        leads=[
            {"line": line.code, "text": line.text, "unit": unit.name, "code": unit.code}
            for line, unit in hall.office.responsibilities.leads(hall.tree, matter_of(case), case.place_id)
        ],
        heard=_heard(hall, case.id),
    )


@recording()
def _heard(hall: Hall, case_id: int) -> list[Mapping[str, str]]:
    """Who said what on whose a case is: the form of a ruling begins with it, and so the minutes may record it as it is."""
    argued: dict[str, list[str]] = {}
    said = ownership.open_arguments(hall.session, case_id)
    why = reasons(hall, said)
    for row in said:
        speaker = speaker_for(hall, row.unit_id)
        if why[row.ordinal] and speaker is not None:
            argued.setdefault(speaker.code, []).append(why[row.ordinal])
    return [{"unit": unit, "argued": joined(words, "；")} for unit, words in argued.items()]


class _Desk:
    """One desk at one moment: what is the same for all rows is read once."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._states: dict[str, list[queries.State]] = {}
        self._counts: dict[str, tuple[int, int]] = {}
        for one in queries.waiting(hall.session, hall.actor, hall.now):
            key = ASKED
            if one.kind == "turn":
                workflow, version, state = one.state
                key = group_of(hall.office.engine(workflow, version), state)
                self._states.setdefault(key, []).append(one.state)
            cases, late = self._counts.get(key, (0, 0))
            self._counts[key] = (cases + one.cases, late + one.late)
        self._away: Any = None

    def count(self, key: str) -> tuple[int, int]:
        """How many, and how many late."""
        if key == LATE:
            late = queries.count_late(self._hall.session, self._hall.actor, self._hall.now)
            return late, late
        return self._counts.get(key, (0, 0))

    def rows(self, key: str, after: queries.After | None, most: int) -> list[BoardRow]:
        """The rows of a group."""
        session, actor = self._hall.session, self._hall.actor
        if key == LATE:
            late = queries.late(session, actor, self._hall.now, after=after, most=most)
            return self._made(key, [(None, case) for case in late])
        if key == ASKED:
            return self._made(key, queries.asked(session, actor, after=after, most=most))
        return self._made(key, queries.turns(session, actor, self._states[key], after=after, most=most))

    def _made(self, key: str, found: Sequence[tuple[Task | None, Dispute]]) -> list[BoardRow]:
        plain = page.rows(self._hall, [case for _task, case in found])
        names = queries.names(self._hall.session, [task.asked_by_id for task, _case in found if task])
        return [
            self._row(key, task, case, row, names) for (task, case), row in zip(found, plain, strict=True)
        ]

    def _row(
        self, key: str, task: Task | None, case: Dispute, row: page.Row, names: Mapping[int, str]
    ) -> BoardRow:
        hall, codes = self._hall, self._hall.office.codes
        asks = task is not None and task.kind != "turn"
        due = task.due_at if task is not None else case.due_at
        suggested = _suggested(hall, case) if key in {"triage", "dispatch"} else None
        mediators = self._mediators(case) if key == "assign" else ()
        return BoardRow(
            row=row,
            turn=task.ordinal if task is not None else 0,
            due_at=due,
            light=lights.shown(hall, due, task.opened_at) if asks and task is not None else row.light,
            category=codes.title("governance_categories", case.governance_category),
            place=hall.tree.unit(case.place_id).name,
            asked=task.title if asks and task is not None else "",
            asked_by=names.get(task.asked_by_id or 0, "") if task is not None else "",
            suggested=suggested,
            mediators=mediators,
            acts=tuple(self._acts(key, case, suggested, mediators)),
            from_below=is_asked_from_below(hall, case),
        )

    def _mediators(self, case: Dispute) -> Sequence[Suggested]:
        if self._away is None:
            office = self._hall.office
            self._away = (
                duty.away(self._hall.session, self._hall.today),
                office.duty.people_at(self._hall.now, office.calendar),
            )
        away, on_duty = self._away
        found = mediators_for(self._hall, case, on_duty=on_duty, away=away, most=3)
        return [one for one in found if not one.barred]

    def _acts(
        self, key: str, case: Dispute, suggested: Mapping[str, Any] | None, mediators: Sequence[Suggested]
    ) -> Iterable[Act]:
        """The usual acts that the actor's post may do, the first one first."""
        engine = transition.engine_of(self._hall, case)
        known = set(engine.triggers_from(case.state))
        if key == "accept" and facts.wants_a_reason_to_be_mediated(self._hall, case):
            return
        for act in _usual(key, suggested, mediators):
            trigger = engine.definition.triggers.get(act.trigger)
            if (
                trigger is not None
                and act.trigger in known
                and not self._hall.actor.counts_as.isdisjoint(trigger.by.posts)
            ):
                yield act


def _usual(key: str, suggested: Mapping[str, Any] | None, mediators: Sequence[Suggested]) -> Iterable[Act]:
    if key == "acknowledge":
        yield Act("acknowledge", _("签收"))
    elif key == "triage" and suggested is not None and suggested["tier"]:
        yield Act("triage", _("研判为{tier}").format(tier=suggested["tier_title"]), suggested["tier"])
    elif key == "dispatch":
        yield from _ways(suggested)
    elif key == "assign" and mediators:
        best = mediators[0]
        yield Act("assign", _("指派{name}").format(name=best.name), best.code.partition(":")[0])
    elif key == "accept":
        yield Act("accept", _("受理"))
    elif key == LATE:
        yield Act("urge", _("催办"))


def _ways(suggested: Mapping[str, Any] | None) -> Iterable[Act]:
    """Where a triaged case goes without another word: where the rules say; anywhere, where they say nothing."""
    if suggested is None or suggested["unit"] is None or suggested["way"] == "keep":
        yield Act("keep", _("留办"))
    elif suggested["way"] == "dispatch":
        yield Act("dispatch", _("交办{unit}").format(unit=suggested["unit_title"]), suggested["unit"])


def _suggested(hall: Hall, case: Dispute) -> Mapping[str, Any] | None:
    """The suggestion with `way`: how the case comes to the unit named: keep, dispatch, escalate."""
    found = deciding.suggestion(hall, case)
    if found is None:
        return None
    way = ""
    if found.unit is not None:
        unit = hall.tree.by_code(found.unit)
        there = deciding.is_there(hall, case, found)
        way = "keep" if there else "escalate" if unit in hall.tree.ancestors(case.holder_id) else "dispatch"
    return {**routing.told(hall, case, found), "way": way}

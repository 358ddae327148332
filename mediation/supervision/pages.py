"""The register for its readers: a line of the list, one item on one page, the register as a sheet for spreadsheets."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from mediation.cases import queries as cases
from mediation.cases import transition
from mediation.cases.clock_titles import clock_title
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.clock import local_day
from mediation.deadlines import queries as deadline_queries
from mediation.deadlines.calendar import parse_span, spoken_day, spoken_due
from mediation.deadlines.lights import light
from mediation.deadlines.recorded import said_again
from mediation.documents.models import UnitPaper
from mediation.errors import NotFound, NotPermitted
from mediation.language import _, joined
from mediation.people import queries as people
from mediation.spreadsheet import disarmed
from mediation.supervision import queries, standing
from mediation.supervision.entries import UNIT_MERGED
from mediation.supervision.machine import (
    ACTS,
    AWAITED,
    CAUSES,
    CLOCKS,
    COLOURS,
    KINDS,
    STATES,
    WAYS,
    possible_acts,
)
from mediation.supervision.models import SupervisionClock, SupervisionEntry, SupervisionItem
from mediation.supervision.recounting import ACT as RECOUNTED

HEADINGS = (
    "序号",
    "编号",
    "种类",
    "立项日期",
    "督办单位",
    "责任单位",
    "责任人",
    "事项",
    "问题",
    "督查方式",
    "整改期限",
    "整改情况",
    "追责情况",
    "正负激励",
    "状态",
    "销号日期",
)
"""Columns of 督办台账, as offices keep it. Words of people's own are in it: it is for those who see the items."""


@dataclass(frozen=True)
class ItemRow:
    """One item in a list. `case_title`: nothing for who may see the item, but not the case behind it."""

    id: str
    number: str
    kind: str
    kind_title: str
    state: str
    state_title: str
    subject: str
    unit: str
    person: str
    supervisor: str
    case: str
    case_title: str
    way: str
    opened_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    light: str
    version: int
    problem: str
    mending: str
    accountability: str
    incentives: str


@dataclass(frozen=True)
class UnitRow:
    """A responsible unit with its open items, and how many of them are overdue."""

    code: str
    name: str
    items: int
    late: int


@dataclass(frozen=True)
class PaperRow:
    """A paper of a unit."""

    id: str
    form: str
    title: str
    number: str | None
    state: str
    issued_on: date | None
    sha256: str | None


@dataclass(frozen=True)
class StepRow:
    """A step of the ladder that a case has climbed, with its papers."""

    step: str
    title: str
    clock: str
    clock_title: str
    state: str
    unit: str
    due_at: datetime
    taken_at: datetime
    item: str
    papers: list[PaperRow]


@dataclass(frozen=True)
class ItemPage:
    """One item on one page."""

    row: ItemRow
    entries: list[dict[str, Any]]
    clocks: list[dict[str, Any]]
    papers: list[PaperRow]
    acts: list[dict[str, Any]]
    trail: str


def rows(hall: Hall, items: Sequence[SupervisionItem]) -> list[ItemRow]:
    """Items as the lines of a list; what was said on all of them is read at once."""
    entries: dict[int, list[SupervisionEntry]] = {}
    for entry in queries.entries_of(hall.session, [item.id or 0 for item in items]):
        entries.setdefault(entry.item_id, []).append(entry)
    titles = _case_titles(hall, items)
    return [_row(hall, item, entries.get(item.id or 0, []), titles) for item in items]


def item_page(hall: Hall, item: SupervisionItem) -> ItemPage:
    """Everything of one item, and what the actor can do with it."""
    assert item.id is not None
    entries = queries.entries(hall.session, item.id)
    return ItemPage(
        row=_row(hall, item, entries, _case_titles(hall, [item])),
        entries=[
            {
                "ordinal": entry.ordinal,
                "act": entry.act,
                "title": _act_title(entry.act),
                "at": entry.at,
                "by": cases.person(hall.session, entry.person_id).name if entry.person_id else _("系统"),
                "unit": hall.tree.unit(entry.unit_id).name if entry.unit_id else "",
                "said": said_of(entry),
                "words": _words(hall, said_of(entry)),
            }
            for entry in entries
        ],
        clocks=[
            {
                "name": clock.name,
                "title": _(CLOCKS.get(clock.name, clock.name)),
                "state": clock.state,
                "due_at": clock.due_at,
                "why": _why(hall, clock),
            }
            for clock in queries.clocks(hall.session, item.id)
        ],
        papers=papers_about(hall, f"item-{item.public_id}"),
        acts=_acts(hall, item),
        trail=item.public_id,
    )


def _why(hall: Hall, clock: SupervisionClock) -> list[str]:
    """Rule and article, from what it runs, how it was counted, and what stands behind each year of the calendar."""
    span = parse_span(clock.rule)
    rule = _("期限：{span}").format(span=span.spoken if span.count else _("当日"))
    rule += _("（依据：{article}）").format(article=clock.article or _("本地的督办规则"))
    fact = _("下达{limit}期限").format(limit=_(CLOCKS.get(clock.name, clock.name)))
    begun = _("自{fact}之日起（{day}）").format(fact=fact, day=spoken_day(local_day(clock.started_at)))
    steps = [said_again(step) for step in clock.steps]
    return [rule, begun, *steps, *hall.office.calendar.sources(clock.calendar_version)]


def _words(hall: Hall, said: Mapping[str, Any]) -> list[str]:
    """What was said in an act as people read it: codes by their titles, people by their names, days as days.

    Subject and problem stand at the top of the page.
    """
    rules = hall.office.supervision
    titles: dict[str, Mapping[str, str]] = {
        "way": WAYS,
        "clock": CLOCKS,
        "how": {one.code: one.title for one in rules.accountability},
        "incentive": {one.code: one.title for one in rules.incentives},
    }
    days = {"due_on": _("期限至{day}"), "explain_on": _("书面说明至{day}")}
    found = []
    for key, value in said.items():
        if not value or key in {"subject", "problem"}:
            continue
        if key in titles:
            found.append(_(titles[key].get(str(value), str(value))))
        elif key in days:
            found.append(days[key].format(day=spoken_day(date.fromisoformat(str(value)))))
        elif key in {"person", "leader"}:
            found.append(_name_of(hall, str(value)))
        else:
            found.append(joined(value) if isinstance(value, list | tuple) else str(value))
    return found


def _name_of(hall: Hall, code: str) -> str:
    try:
        return str(people.person(hall.session, code).name)
    except NotFound:
        return code


def steps_of(hall: Hall, case: Dispute) -> list[StepRow]:
    """The steps of a case, taken and passed over, in the order in which somebody looked."""
    assert case.id is not None
    titles = _cause_titles(hall, case)
    found = []
    for row in queries.steps(hall.session, case.id):
        step = hall.office.supervision.step(row.step)
        item = queries.item(hall.session, row.item_id) if row.item_id is not None else None
        found.append(
            StepRow(
                step=row.step,
                title=step.title if step is not None else row.step,
                clock=row.clock,
                clock_title=titles.get(row.clock, row.clock),
                state=row.state,
                unit=hall.tree.unit(row.unit_id).name,
                due_at=row.due_at,
                taken_at=row.taken_at,
                item=(item.number or item.public_id) if item is not None else "",
                papers=papers_about(hall, f"step-{row.public_id}"),
            )
        )
    return found


def _cause_titles(hall: Hall, case: Dispute) -> dict[str, str]:
    """What the clocks of a case, and whatever else it climbs for, are called."""
    engine = transition.engine_of(hall, case)
    clocks = deadline_queries.deadlines_of(hall.session, case.id or 0)
    return {
        **{row.name: str(clock_title(row, engine)) for row in clocks},
        **{key: _(title) for key, title in CAUSES.items()},
    }


def papers_about(hall: Hall, subject: str) -> list[PaperRow]:
    """The papers about an item, a step or a week."""
    return [_paper(hall, paper) for paper in queries.papers_about(hall.session, [subject])]


def as_csv(found: Sequence[ItemRow]) -> str:
    """The register as a spreadsheet reads it; a cell that would be taken for a formula is disarmed."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\r\n")
    writer.writerow([_(heading) for heading in HEADINGS])
    for place, row in enumerate(found, start=1):
        cells = (
            str(place),
            row.number,
            row.kind_title,
            _day(row.opened_at),
            row.supervisor,
            row.unit,
            row.person,
            row.subject,
            row.problem,
            row.way,
            spoken_due(row.due_at) if row.due_at else "",
            row.mending,
            row.accountability,
            row.incentives,
            row.state_title,
            _day(row.ended_at) if row.state == "struck_off" else "",
        )
        writer.writerow([disarmed(cell or "") for cell in cells])
    return sheet.getvalue()


def said_of(entry: SupervisionEntry) -> Mapping[str, Any]:
    """What was said in an act; nothing once it has been erased."""
    body = entry.body if isinstance(entry.body, dict) else {}
    said: Mapping[str, Any] = body.get("said") or {}
    return said


def _case_titles(hall: Hall, items: Sequence[SupervisionItem]) -> Mapping[int, str]:
    behind = {item.case_id for item in items if item.case_id is not None}
    return cases.titles_seen(hall.session, hall.actor, behind) if behind else {}


def _row(
    hall: Hall, item: SupervisionItem, entries: Sequence[SupervisionEntry], titles: Mapping[int, str]
) -> ItemRow:
    case = cases.case_for_system(hall.session, item.case_id) if item.case_id is not None else None
    colour = _(COLOURS[item.colour]) if item.colour else ""
    accountability = {one.code: one.title for one in hall.office.supervision.accountability}
    incentives = {one.code: one.title for one in hall.office.supervision.incentives}
    last = [said_of(entry) for entry in entries if entry.act in {"report", "answer"}]
    return ItemRow(
        id=item.public_id,
        number=item.number or "",
        kind=item.kind,
        kind_title=f"{colour}{_(KINDS[item.kind])}",
        state=item.state,
        state_title=_(STATES[item.state]),
        subject=item.subject,
        unit=hall.tree.unit(item.unit_id).name,
        person=cases.person(hall.session, item.person_id).name if item.person_id is not None else "",
        supervisor=hall.tree.unit(item.supervisor_id).name,
        case=(case.number or case.temporary_number) if case is not None else "",
        case_title=titles.get(item.case_id or 0, ""),
        way=_(WAYS[item.way]),
        opened_at=item.opened_at,
        due_at=item.due_at,
        ended_at=item.ended_at,
        light=_light(hall, item),
        version=item.version,
        problem=item.problem,
        mending=str(last[-1].get("account") or last[-1].get("measures") or "") if last else "",
        accountability=_told(entries, "hold", "how", accountability),
        incentives=_told(entries, "incentive", "incentive", incentives),
    )


def _told(entries: Sequence[SupervisionEntry], act: str, key: str, titles: Mapping[str, str]) -> str:
    said = [said_of(entry) for entry in entries if entry.act == act]
    named = _("{title}：{reason}")
    return joined(
        (
            named.format(title=titles.get(str(one.get(key)), str(one.get(key))), reason=one.get("reason", ""))
            for one in said
        ),
        "；",
    )


def _light(hall: Hall, item: SupervisionItem) -> str:
    if item.due_at is None or item.state not in AWAITED:
        return "none"
    rule = hall.office.supervision.lights
    return light(
        hall.now,
        item.due_at,
        item.opened_at,
        hall.office.calendar,
        share=rule.share,
        working_days=rule.working_days,
    )


def _acts(hall: Hall, item: SupervisionItem) -> list[dict[str, Any]]:
    """What can be done now, and whether the actor may."""
    found = []
    for name in possible_acts(item.kind, item.state):
        why = ""
        try:
            if ACTS[name].side == "supervisor":
                standing.refuse_other_supervisors(hall, item)
            else:
                standing.refuse_other_handlers(hall, item)
        except NotPermitted as refusal:
            why = refusal.message
        found.append({"act": name, "title": _(ACTS[name].title), "permitted": not why, "why": why})
    return found


def _paper(hall: Hall, paper: UnitPaper) -> PaperRow:
    form = hall.office.forms.get(paper.form)
    return PaperRow(
        id=paper.public_id,
        form=paper.form,
        title=form.title if form is not None else paper.form,
        number=paper.number,
        state=paper.state,
        issued_on=paper.issued_on,
        sha256=paper.sha256,
    )


def _act_title(act: str) -> str:
    if act in ACTS:
        return _(ACTS[act].title)
    beside = {"open": _("立项"), UNIT_MERGED: _("单位合并"), RECOUNTED: _("期限重新计算")}
    return beside.get(act) or _("期限届满")


def _day(moment: datetime | None) -> str:
    return local_day(moment).isoformat() if moment is not None else ""

"""一周四个一: a unit's week as reminder, dispatch list, summary and bulletin. Each is made once for a unit and a week.

The papers name units and numbers of cases, never a party, a title or a person.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

from mediation.audit import trail
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.clock import local_moment
from mediation.deadlines.calendar import Calendar, spoken_due
from mediation.documents.models import UnitPaper
from mediation.documents.unit_sheets import WeekCase, WeekItem, WeekSheet, WeekUnit
from mediation.errors import InputInvalid, NotPermitted, Problem
from mediation.ids import new_public_id
from mediation.language import _
from mediation.sites.supervision import WEEKLY, WeekDaySaid
from mediation.supervision import queries, standing
from mediation.supervision.machine import AWAITED, KINDS, STATES
from mediation.supervision.models import SupervisionItem, SupervisionWeek
from mediation.units.tree import Node

_MOST = 40
_WEEK = timedelta(days=7)
FORMS = {
    "reminder": "weekly_reminder",
    "dispatch": "dispatch_list",
    "summary": "weekly_summary",
    "bulletin": "weekly_bulletin",
}
"""Paper of the week → its form."""


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def begin_week(
    hall: Hall, unit: Node, monday: date, names: Collection[str] = WEEKLY, focus: str | None = None
) -> SupervisionWeek:
    """The week of a unit, with these papers owed; what was owed or made before stays. `focus`: what it is about."""
    queries.lock_unit(hall.session, unit.id)
    week = queries.week(hall.session, unit.id, monday)
    if week is None:
        week = SupervisionWeek(
            public_id=new_public_id(), unit_id=unit.id, monday=monday, begun_at=hall.now, focus=focus
        )
        hall.session.add(week)
        hall.session.flush()
        trail.append(
            hall.session,
            chain=week.public_id,
            act="week.begun",
            actor=hall.actor.code,
            unit=hall.actor.unit_code,
            recorded_at=hall.now,
            to_state=queries.WEEK_BEGUN,
            version=1,
            facts={"unit": unit.code, "monday": monday.isoformat()},
        )
    elif focus is not None and week.focus is None:
        week.focus = focus
        hall.session.add(week)
    subject = f"week-{week.public_id}"
    present = {paper.form for paper in queries.papers_about(hall.session, [subject])}
    for name in WEEKLY:
        if name in names and FORMS[name] not in present:
            hall.session.add(
                UnitPaper(
                    public_id=new_public_id(),
                    unit_id=unit.id,
                    form=FORMS[name],
                    subject=subject,
                    owed_at=hall.now,
                )
            )
    hall.session.flush()
    return week


def refuse_other_units(hall: Hall, unit: Node) -> None:
    """Let only the unit's own supervising posts make its weekly papers. Raises NotPermitted."""
    posts = set(hall.office.supervision.supervisors.posts)
    if unit.id in {node.id for node in standing.speaks_for(hall)} and hall.actor.counts_as & posts:
        return
    message = _("{unit}的一周文书由该单位办理督办的岗位制作；您是{actor}")
    raise NotPermitted(message.format(unit=unit.name, actor=hall.actor.label))


def refuse_weeks_to_come(hall: Hall, monday: date) -> None:
    """Nothing is told of a week that has not begun. Raises InputInvalid."""
    if monday > hall.today:
        message = _("{day} 所在的一周还没有开始").format(day=monday)
        raise InputInvalid([Problem(message, key="of")])


def owed_by_now(hall: Hall, monday: date) -> list[str]:
    """The papers of this week whose day and hour have come."""
    week = hall.office.supervision.week
    return [name for name in WEEKLY if moment_of(week.paper(name), monday, hall.office.calendar) <= hall.now]


def is_waited_for(hall: Hall) -> bool:
    """Whether a paper of this week has come that no round has begun; a unit that is no more waits for none."""
    monday = monday_of(hall.today)
    names = owed_by_now(hall, monday)
    standing_now = {node.code: node.id for node in hall.tree.nodes}
    for code in hall.office.supervision.week.units if names else ():
        week = queries.week(hall.session, standing_now[code], monday) if code in standing_now else None
        subjects = [f"week-{week.public_id}"] if week is not None else []
        present = {paper.form for paper in queries.papers_about(hall.session, subjects)}
        if code in standing_now and {FORMS[name] for name in names} - present:
            return True
    return False


def moment_of(said: WeekDaySaid, monday: date, calendar: Calendar) -> datetime:
    """When a paper is made: on its day, or on the next workday of the week, or on the last one before it; none: on its day."""
    wanted = monday + timedelta(days=said.day - 1)
    days = [monday + timedelta(days=n) for n in range(7)]
    after = [day for day in days if day >= wanted and calendar.is_workday(day)]
    before = [day for day in days if day < wanted and calendar.is_workday(day)]
    day = after[0] if after else before[-1] if before else wanted
    hour, minute = (int(part) for part in said.at.split(":"))
    return local_moment(day, hour, minute)


def sheet(hall: Hall, week: SupervisionWeek, name: str) -> WeekSheet:
    """What one of the four papers says."""
    unit = hall.tree.unit(week.unit_id)
    since, until = local_moment(week.monday), local_moment(week.monday + _WEEK)
    listed = until if name == "reminder" else hall.now
    roots = [unit.id, *(node.id for node in _supervised(hall, unit))]
    found = [] if name in {"summary", "bulletin"} else queries.cases_due(hall.session, roots, listed, _MOST)
    many = queries.count_due(hall.session, roots, listed) if found else 0
    figures = _figures(hall, unit, since, until) if name in {"summary", "bulletin"} else {}
    total = _total(unit.name, list(figures.values()))
    if figures:  # a case that waits for two units stands with both, and is one
        due, late = (queries.count_due(hall.session, roots, at) for at in (until, hall.now))
        total = total.model_copy(update={"due": due, "overdue": late})
    ahead, behind = _ahead(figures), _behind(figures)
    items = queries.items_of_units(hall.session, unit.id, _MOST) if name in {"dispatch", "summary"} else ()
    all_items = queries.count_items(hall.session, unit.id) if items else 0
    return WeekSheet(
        title=hall.office.supervision.week.paper(name).title,
        unit=unit.name,
        first=week.monday,
        last=week.monday + _WEEK - timedelta(days=1),
        number=week.monday.isocalendar().week,
        cases=tuple(_case(hall, case) for case in found),
        more=many - len(found),
        items=tuple(_item(hall, item) for item in items),
        more_items=all_items - len(items),
        units=tuple(figures.values()),
        total=total,
        focus=_focus(hall, week, unit, since, until) if name == "bulletin" else "",
        ahead=ahead.unit if ahead is not None else "",
        ahead_for=_("化解{n}件，没有逾期，没有受到警示").format(n=ahead.settled) if ahead is not None else "",
        behind=behind.unit if behind is not None else "",
        behind_for=_behind_for(behind) if behind is not None else "",
    )


def _case(hall: Hall, case: Dispute) -> WeekCase:
    assert case.id is not None
    assert case.due_at is not None  # a case on a worklist waits for something
    state = hall.office.engine(case.workflow, case.workflow_version).state(case.state)
    unit, _person = standing.responsible(hall, case, f"state:{case.state}")
    taken = [row.step for row in queries.steps(hall.session, case.id) if row.state == "taken"]
    order = {step.key: place for place, step in enumerate(hall.office.supervision.ladder)}
    highest = max(taken, key=lambda key: order.get(key, -1), default="")
    step = hall.office.supervision.step(highest)
    return WeekCase(
        number=case.number or case.temporary_number,
        category=hall.office.codes.title("judicial_categories", case.category),
        unit=hall.tree.unit(unit).name,
        what=state.task or state.title,
        due=spoken_due(case.due_at),
        late=case.due_at <= hall.now,
        step=step.title if step is not None else "",
    )


def _item(hall: Hall, item: SupervisionItem) -> WeekItem:
    return WeekItem(
        number=item.number or _("未编号"),
        kind=_(KINDS[item.kind]),
        unit=hall.tree.unit(item.unit_id).name,
        state=_(STATES[item.state]),
        due=spoken_due(item.due_at) if item.due_at is not None else "",
        late=item.due_at is not None and item.due_at <= hall.now and item.state in AWAITED,
    )


def _figures(hall: Hall, unit: Node, since: datetime, until: datetime) -> Mapping[str, WeekUnit]:
    """Code of each unit directly below, or supervised, and of the unit itself → its week, everything below it counted in."""
    others = [*_below(hall, unit), *_supervised(hall, unit)]
    places = {node.id: hall.tree.subtree(node.id) for node in others}
    places[unit.id] = frozenset({unit.id}) | {
        node.id for node in hall.tree.children(unit.id) if node.level is None
    }
    begun = queries.cases_begun(hall.session, since, until)
    ended = queries.cases_ended(hall.session, since, until)
    steps = queries.steps_taken(hall.session, since, until)
    cards = {step.key: step.card for step in hall.office.supervision.ladder}
    open_items = queries.items_by_unit(hall.session, unit.id)
    found = {}
    for place, ids in places.items():
        node = hall.tree.unit(place)
        own = place == unit.id
        apart = [other.id for other in others] if own else []
        found[node.code] = WeekUnit(
            unit=_("{unit}本级").format(unit=node.name) if own else node.name,
            received=sum(many for at, _kind, many in begun if at in ids),
            ended=sum(many for at, _outcome, many in ended if at in ids),
            settled=sum(many for at, outcome, many in ended if at in ids and outcome.startswith("agreed")),
            due=queries.count_due(hall.session, [place], until, but=apart),
            overdue=queries.count_due(hall.session, [place], hall.now, but=apart),
            yellow=sum(many for at, step, many in steps if at in ids and cards.get(step) == "yellow"),
            red=sum(many for at, step, many in steps if at in ids and cards.get(step) == "red"),
            items=sum(open_items.get(at, 0) for at in ids),
        )
    return found


def _below(hall: Hall, unit: Node) -> list[Node]:
    """The units directly below that lie on the chain, by code; of a branch that skips a level the next one."""
    found, waiting = [], list(hall.tree.children(unit.id))
    while waiting:
        node = waiting.pop()
        if node.level is not None:
            found.append(node)
        elif node.kind == "area":
            waiting += hall.tree.children(node.id)
    return sorted(found, key=lambda node: node.code)


def _supervised(hall: Hall, unit: Node) -> list[Node]:
    """The units that a rule has it supervise though they are not below it, as a centre does; of one within another the upper."""
    own = hall.tree.subtree(unit.id)
    rules = hall.office.supervision.supervisors.units
    named = [
        hall.tree.by_code(one.unit) for one in rules if one.by == unit.code and hall.tree.stands(one.unit)
    ]
    far = {node.id: node for node in named if node.id not in own}
    return [
        node
        for node in sorted(far.values(), key=lambda one: one.code)
        if not any(up.id in far for up in hall.tree.lineage(node.id) if up.id != node.id)
    ]


def _total(name: str, rows: list[WeekUnit]) -> WeekUnit:
    columns = ("received", "ended", "settled", "due", "overdue", "yellow", "red", "items")
    return WeekUnit(unit=name, **{column: sum(getattr(row, column) for row in rows) for column in columns})


def _ahead(figures: Mapping[str, WeekUnit]) -> WeekUnit | None:
    """The unit that settled most and has nothing overdue and no card this week; of equals the first by code."""
    clean = [
        (row.settled, code)
        for code, row in figures.items()
        if row.settled and not (row.overdue or row.yellow or row.red)
    ]
    return figures[min(clean, key=lambda one: (-one[0], one[1]))[1]] if clean else None


def _behind(figures: Mapping[str, WeekUnit]) -> WeekUnit | None:
    """The unit with most red cards, then yellow ones, then overdue cases; of equals the first by code."""
    late = [
        (row.red, row.yellow, row.overdue, code)
        for code, row in figures.items()
        if row.red or row.yellow or row.overdue
    ]
    worst = min(late, key=lambda one: (-one[0], -one[1], -one[2], one[3]), default=None)
    return figures[worst[3]] if worst is not None else None


def _behind_for(row: WeekUnit) -> str:
    said = _("红色督办{red}件，黄色警示{yellow}件，现有逾期{overdue}件")
    return said.format(red=row.red, yellow=row.yellow, overdue=row.overdue)


def _focus(hall: Hall, week: SupervisionWeek, unit: Node, since: datetime, until: datetime) -> str:
    """What somebody said it is, else the kind of dispute that most cases were of."""
    if week.focus:
        return str(week.focus)
    far = [hall.tree.subtree(node.id) for node in _supervised(hall, unit)]
    ids = hall.tree.subtree(unit.id).union(*far)
    kinds: Counter[str] = Counter()
    for at, category, many in queries.cases_begun(hall.session, since, until):
        kinds[category] += many if at in ids else 0
    if not sum(kinds.values()):
        return _("本周没有新登记的纠纷")
    most = max(kinds.values())
    category = min(code for code, many in kinds.items() if many == most)
    title = hall.office.codes.title("judicial_categories", category)
    return _("{kind}纠纷本周新登记{n}件，占比最高").format(kind=title.removesuffix("纠纷"), n=most)

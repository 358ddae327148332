"""Statistics of a period, with what each figure counts, and the definitions as pictures with their running counts."""

from datetime import date, timedelta
from typing import Any

from fastapi import Request
from markupsafe import Markup
from starlette.responses import Response

from mediation.cases import queries as cases
from mediation.clock import local_day
from mediation.errors import InputInvalid, Problem
from mediation.language import _, joined
from mediation.people import queries as people
from mediation.reports.figures_csv import as_csv
from mediation.reports.statistics import Statistics, statistics
from mediation.units import queries as units
from mediation.web.branch import Branch
from mediation.web.deps import Desk, TheDesk
from mediation.web.pages.shell import page
from mediation.web.seats import Seat, TheSeat
from mediation.workflow.picture import picture, ways

router = Branch(include_in_schema=False)


@router.get("/statistics", name="statistics")
def show_statistics(
    request: Request, desk: TheDesk, seat: TheSeat, first: str = "", last: str = ""
) -> Response:
    begin, end = _period(desk, first, last)
    fault, found = "", None
    try:
        found = _counted(desk, seat, first, last)
    except InputInvalid as error:
        fault = joined((one.message for one in error.problems), "；")
    return page(
        request,
        seat,
        "statistics.html",
        status=422 if fault else 200,
        found=found,
        fault=fault,
        first=first or begin.isoformat(),
        last=last or end.isoformat(),
        months=_months(local_day(desk.clock.now())),
    )


@router.get("/statistics.csv", name="statistics_file")
def statistics_file(desk: TheDesk, seat: TheSeat, first: str = "", last: str = "") -> Response:
    found = _counted(desk, seat, first, last)
    name = f"statistics-{found.first:%Y%m%d}-{found.last:%Y%m%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(as_csv(found), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/workflows", name="workflows")
def workflows(request: Request, desk: TheDesk, seat: TheSeat) -> Response:
    counts: dict[tuple[str, str], int] = {}
    if seat.actor is not None:
        with desk.database.reading() as session:
            actor = people.actor_of_post(session, seat.post, local_day(desk.clock.now()))
            counts = cases.counts_by_state(session, actor)
    shown = []
    for name in desk.office.newest:
        definition = desk.office.engine(name).definition
        own = {state: many for (workflow, state), many in counts.items() if workflow == name}
        drawing = Markup(picture(definition, own))  # noqa: S704  escaped by picture()
        shown.append((definition, drawing, sum(own.values()), ways(definition)))
    return page(request, seat, "workflows.html", shown=shown)


def _counted(desk: Desk, seat: Seat, first: str, last: str) -> Statistics:
    begin, end = _period(desk, first, last, strict=True)
    day = local_day(desk.clock.now())
    with desk.database.reading() as session:
        actor = people.actor_of_post(session, seat.post, day)
        return statistics(session, actor, desk.office, units.load_tree(session, day), begin, end)


def _period(desk: Desk, first: str, last: str, *, strict: bool = False) -> tuple[date, date]:
    """The days asked for; the present year up to today if none are. Raises InputInvalid for what is no day."""
    today = local_day(desk.clock.now())
    found: list[date] = []
    problems = []
    for key, said, usual in (("first", first, today.replace(month=1, day=1)), ("last", last, today)):
        try:
            found.append(date.fromisoformat(said) if said else usual)
        except ValueError:
            problems.append(Problem(_("日期应当写作 2026-03-01"), key=key))
            found.append(usual)
    if problems and strict:
        raise InputInvalid(problems)
    return found[0], found[1]


def _months(today: date) -> list[dict[str, Any]]:
    """The periods that are asked for most, for one click each."""
    begin = today.replace(day=1)
    before = (begin - timedelta(days=1)).replace(day=1)
    quarter = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    return [
        {"title": _("本月"), "first": begin, "last": today},
        {"title": _("上月"), "first": before, "last": begin - timedelta(days=1)},
        {"title": _("本季"), "first": quarter, "last": today},
        {"title": _("本年"), "first": today.replace(month=1, day=1), "last": today},
    ]

"""Each figure counts what its sentence says, for the reader's unit and all below."""

from datetime import date, timedelta

from mediation.reports.statistics import statistics
from tests.cases.residents.test_rating import rated
from tests.cases.test_feedback import VISIT, closed

MARCH = (date(2026, 3, 1), date(2026, 3, 31))


def figure(town, title, who="jiamed", period=MARCH):
    with town.reading() as session:
        hall = town.hall(session, who)
        found = statistics(session, hall.actor, hall.office, hall.tree, *period)
    [one] = [one for one in found.figures if one.title == title]
    return one.value, one.counted


def test_satisfied_are_those_who_said_so_on_a_visit_or_with_their_query_code(town):
    counted = "期内回访和群众评价里满意和最满意两档的占比；一般、基本满意不算。回答数："
    nobody = (None, f"{counted}0")
    assert figure(town, "满意率") == nobody
    ref = closed(town)
    town.act("jiawin", ref, "visit", **VISIT)
    town.act("jiawin", ref, "visit", **{**VISIT, "party": 2, "satisfaction": None})
    for mark in (4, 3):
        rated(town, mark)
    assert figure(town, "满意率") == ("66.7%", f"{counted}3")
    assert figure(town, "满意率", "suwin") == figure(town, "满意率")
    assert figure(town, "满意率", "yimed") == nobody
    today = date(2026, 3, 2)
    assert figure(town, "满意率", period=(today, today)) == figure(town, "满意率")
    assert figure(town, "满意率", period=(today + timedelta(days=1), today + timedelta(days=9))) == nobody
    assert figure(town, "满意率", period=(today - timedelta(days=9), today - timedelta(days=1))) == nobody

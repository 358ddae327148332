"""What went wrong in osTicket/osTicket (tickets of a help desk)."""

from datetime import date, timedelta

from mediation.cases import queries
from mediation.clock import local_moment
from mediation.deadlines.calendar import last_day
from tests.cases.aftercare.words import pause
from tests.town import TODAY, party


def test_clock_rests_while_the_case_is_suspended(town):
    """osTicket/osTicket#3034: open since 2016: nothing pauses the clock of a ticket that is on hold, and it is flagged overdue."""
    ref = town.bring("mediating")
    pause(town, ref)
    before = {row.name: last_day(row.due_at) for row in town.of(ref, queries.deadlines)}["mediation_limit"]
    town.clock.advance(timedelta(days=10))
    town.act("jiamed", ref, "resume", result="鉴定意见已出具")
    [limit] = [row for row in town.of(ref, queries.deadlines) if row.name == "mediation_limit"]
    assert (before, last_day(limit.due_at)) == (
        date(2026, 4, 1),
        date(2026, 4, 13),
    )  # the eleventh is a Saturday
    [shown] = [one for one in town.instance.case("jiamed", ref).clocks if one["name"] == "mediation_limit"]
    assert "2026年3月12日恢复计算，中止的10日不计入期限" in shown["why"]


def test_limit_of_what_comes_in_before_the_weekend_is_not_over_on_it(town):
    """osTicket/osTicket#1168, #4984: a day's time for what came on Friday was over on Saturday, though nobody was in."""
    for days in range(4, 7):  # Friday to Sunday
        town.clock.put(local_moment(TODAY + timedelta(days=days), 20))
        ref = town.register()
        due = {row.name: last_day(row.due_at) for row in town.of(ref, queries.deadlines)}
        assert due == {"state:registered": date(2026, 3, 9)}
        assert [one.case for one in town.instance.run_deadlines().missed] == []


def test_two_files_of_one_dispute_go_on_as_one(town):
    """osTicket/osTicket#3768: what came in twice could not be put together for years, so that users went over to other programs."""
    pair = [party("applicant", 1), party("respondent", 2, id_number=None)]
    ref, main = town.bring("received", parties=pair, claims=["赔粮食"]), town.bring("received", parties=pair)
    town.act("jiawin", ref, "merge_into", case=main, same=[{"party": 2, "main_party": 2}], why="同一条沟")
    assert [row.name for row in town.of(main, queries.parties)] == ["乙某1", "丙某2"]
    assert town.case(main).claims == ["修好排水沟", "赔粮食"]
    assert (town.case(ref).open, town.tasks(ref), town.case(main).open) == (False, [], True)
    shown = town.instance.case("jiawin", town.case(ref).temporary_number).kinship
    assert shown["merged_into"]["case"] == main

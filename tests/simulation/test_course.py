"""Who the invented disputes are between."""

from datetime import date

from mediation.codes.identity import resident_faults
from mediation.deadlines.year_files import read_calendar
from mediation.simulation.course import party
from mediation.simulation.mix import arrivals

FIRST, LATER = date(2026, 1, 1), date(2026, 12, 31)
CALENDAR = read_calendar(None)


def test_ten_thousand_disputes_are_between_twenty_thousand_people():
    parties = [
        who
        for one in arrivals(10_000, 1, FIRST, CALENDAR)
        for who in (party(one, "applicant", 1), party(one, "respondent", 2))
    ]
    numbers = {who["id_number"] for who in parties}
    assert (len(parties), len(numbers)) == (20_000, 20_000)
    assert {fault for number in numbers for fault in resident_faults(number, LATER)} == set()

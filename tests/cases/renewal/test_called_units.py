"""撤村并居 while a conference is planned: what a called unit was merged into is told in its place."""

from datetime import timedelta

from tests.cases.test_conference import calls, conference
from tests.test_renewing import MERGED, MERGED_PEOPLE, YILEAD, apply
from tests.town import PEOPLE, postgresql_founded, sqlite_founded, town

__all__ = ["apply", "postgresql_founded", "sqlite_founded", "town"]


def called(town, holder, units):
    """A joint case of the holder's, to whose conference the units are called."""
    ref = town.register(f"{holder}win")
    when = town.clock.now() + timedelta(days=5)
    for who, act, words in (
        (f"{holder}win", "triage", {"tier": "ordinary"}),
        (f"{holder}win", "keep", {}),
        (f"{holder}win", "accept", {}),
        (f"{holder}lead", "turn_joint", {"reason": "涉及几个单位"}),
        (f"{holder}lead", "call_conference", {"units": units, "starts_at": when, "place": "苏木"}),
    ):
        town.act(who, ref, act, **words)
    return ref, when


def test_what_a_called_unit_was_merged_into_is_told_when_it_is_put_off_and_called_to_the_new_day(town, apply):
    alone, _when = called(town, "su", ["jia", "su-pai"])
    both, _when = called(town, "su", ["jia", "yi"])
    town.clock.advance(timedelta(days=1))
    apply(**MERGED)
    for days, (ref, others) in enumerate(((alone, ["su-pai"]), (both, [])), start=2):
        town.act("sulead", ref, "cancel_appointment", ordinal=1, why="改期")
        done = town.act("sulead", ref, "arrange", **conference(town, days))
        units = ["yi", *others]
        assert calls(town, ref)[2:] == [
            *(("conference_cancelled", unit, 1) for unit in units),
            *(("conference_called", unit, 2) for unit in units),
        ]
        assert town.last(ref).facts["units"] == units
    assert done.told == ("已请示例乙嘎查参加会商",)


def test_who_leads_the_case_is_not_called_for_the_unit_that_was_merged_into_it(town, apply):
    apply(people=PEOPLE + YILEAD)
    ref, _when = called(town, "yi", ["jia", "su-pai"])
    town.clock.advance(timedelta(days=1))
    apply(**{**MERGED, "people": MERGED_PEOPLE + YILEAD})
    town.act("yilead", ref, "cancel_appointment", ordinal=1, why="改期")
    town.act("yilead", ref, "arrange", **conference(town))
    assert calls(town, ref)[2:] == [("conference_cancelled", "su-pai", 1), ("conference_called", "su-pai", 2)]


def test_what_it_was_merged_into_can_be_told_of_the_day_that_stands(town, apply):
    ref, when = called(town, "su", ["jia"])
    town.clock.advance(timedelta(days=1))
    apply(**MERGED)
    town.act("sulead", ref, "arrange", kind="conference", starts_at=when, place="苏木", units=["yi"])
    town.act("sulead", ref, "cancel_appointment", ordinal=1, why="不开了")
    assert calls(town, ref)[1:] == [("conference_called", "yi", 1), ("conference_cancelled", "yi", 1)]

"""Talks that nobody can hold any more are called off by the act that makes it so, and whoever was asked to come is told."""

from datetime import timedelta

import pytest

from mediation.cases.appointments.queries import appointments
from tests.cases.aftercare.words import signed
from tests.cases.appointments.test_arranging import said, states, told
from tests.town import MORNING

CALLED_OFF = ["appointment_cancelled"] * 2


def suspend(town, ref, days):
    until = (MORNING + timedelta(days=days)).date()
    town.act("jiamed", ref, "suspend", kind="appraisal", asked_by=[1], evidence="委托书", expected_on=until)


def test_pause_calls_off_the_talks_within_it_and_no_others(town):
    ref = town.bring("mediating")
    for one in (
        said(days=2),
        said(days=8),
        said(days=10),
        said(days=3, kind="visit"),
        said(days=3, hours=3, kind="conference"),
    ):
        town.act("jiamed", ref, "arrange", **one)
    told_before = told(town, ref)
    suspend(town, ref, 10)
    assert states(town, ref) == ["cancelled", "cancelled", "planned", "planned", "planned"]
    assert told(town, ref) == [*told_before, *CALLED_OFF, *CALLED_OFF]
    suspend(town, ref, 12)  # the pause goes on: so does what was planned for its end
    assert states(town, ref)[2] == "cancelled"
    assert told(town, ref)[-2:] == CALLED_OFF


def test_of_what_was_called_off_each_actor_hears_once_and_nothing_of_the_past(sqlite_town):
    town = sqlite_town
    refs = [town.bring("mediating"), town.bring("mediating", title="别的事")]
    for at, ref in enumerate(refs):
        town.act("jiamed", ref, "arrange", **said(days=1, hours=at))
        town.act("jiamed", ref, "arrange", **said(days=3, hours=at))
    town.clock.put(MORNING + timedelta(days=2))
    town.act("jiamed", refs[0], "join_series", title="同一条沟")
    series = town.rows("SELECT public_id FROM case_series")[0][0]
    town.act("jiamed", refs[1], "join_series", series=series)
    words = {"reason": "no_agreement", "routes": ["court"]}
    done = town.instance.batch("jiamed", "terminate", series, words)
    assert [one.told for one in done.cases] == [
        ("约好的调解（2026-03-05 09:00–10:00）随之取消",),
        ("约好的调解（2026-03-05 10:00–11:00）随之取消",),
    ]


def test_talk_that_has_begun_before_the_pause_can_still_be_recorded_as_kept(sqlite_town):
    town = sqlite_town
    ref = town.bring("mediating")
    town.act("jiamed", ref, "arrange", **said(days=1))
    town.clock.put(MORNING + timedelta(days=1, hours=2))
    before = told(town, ref)
    suspend(town, ref, 10)
    assert (states(town, ref), told(town, ref)) == (["planned"], before)


def test_what_goes_up_is_not_talked_about_below_any_more(town):
    ref = town.bring("mediating")
    town.act("jiamed", ref, "arrange", **said())
    town.act("jiamed", ref, "arrange", **said(hours=2, kind="conference"))
    town.act("jiamed", ref, "arrange", **said(days=3, kind="visit", told=[]))
    before = told(town, ref)
    done = town.act("jiamed", ref, "escalate", reason="涉及面广")
    assert [one for one in done.told if "取消" in one] == [
        "约好的调解（2026-03-04 09:00–10:00）随之取消",
        "约好的会商（2026-03-04 11:00–12:00）随之取消",
    ]
    assert states(town, ref) == ["cancelled", "cancelled", "planned"]
    assert told(town, ref) == [*before, *CALLED_OFF, *CALLED_OFF]


def test_agreement_in_force_calls_off_the_talks_yet_to_come(town):
    ref = town.bring("mediating")
    town.act("jiamed", ref, "arrange", **said(days=30))
    town.act("jiamed", ref, "arrange", **said(days=31, kind="visit", told=[]))
    town.step(ref, "record_session", **town.session(result="agreed"))
    town.step(ref, "draft_agreement")
    signed(town, ref)
    assert (states(town, ref), told(town, ref)[-2:]) == (["cancelled", "planned"], CALLED_OFF)
    assert town.case(ref).state == "performing"


def test_nothing_is_talked_about_once_the_case_is_closed(sqlite_town):
    town = sqlite_town
    ref = signed(town, town.bring("agreed"))
    town.act("jiamed", ref, "record_performance", clause=1, performed_on="2026-03-02")
    town.act("jiamed", ref, "arrange", **said(days=3))
    done = town.act("jiamed", ref, "close")
    assert [one for one in done.told if "约好的调解" in one]
    assert (states(town, ref), told(town, ref)[-2:]) == (["cancelled"], CALLED_OFF)


def test_who_takes_the_case_over_holds_no_talk_of_the_former_mediators(sqlite_town):
    """After a step back they are on the case yet, and may have planned anew."""
    town = sqlite_town
    ref = town.bring("mediating")
    town.act("jialead", ref, "reject", to="triaged", opinion="另定去向")
    town.act("jiamed", ref, "arrange", **said())
    town.act("jiawin", ref, "dispatch", to="yi", opinion="在乙嘎查")
    assert states(town, ref) == ["planned"]
    town.act("yiwin", ref, "acknowledge")
    assert (states(town, ref), told(town, ref)[-2:]) == (["cancelled"], CALLED_OFF)


@pytest.mark.parametrize("verb", ["turn_joint", "turn_ordinary"])
def test_what_goes_on_in_another_way_plans_its_talks_anew(sqlite_town, verb):
    town = sqlite_town
    if verb == "turn_joint":
        ref = town.bring("mediating")
    else:
        ref = town.register("grid", workflow="simple")
        town.act("grid", ref, "take")
    who = "jiamed" if verb == "turn_joint" else "grid"
    town.act(who, ref, "arrange", **said())
    town.act(who, ref, "arrange", **said(hours=2, kind="conference"))
    town.act(who, ref, verb, reason="涉及多家")
    assert (states(town, ref), town.case(ref).state) == (["cancelled", "planned"], "accepted")
    assert told(town, ref)[-2:] == CALLED_OFF
    assert [row.person_id for row in town.of(ref, appointments)]

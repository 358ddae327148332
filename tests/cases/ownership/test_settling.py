"""A superior that is silent does not keep a dispute for ever: after a second limit the next one above has the question."""

from datetime import timedelta

import pytest

from mediation.errors import NotPermitted
from mediation.renewing import apply_to_instance
from tests.cases.ownership.words import ask, contested, decline, place, rule
from tests.town import PEOPLE, write_site

LEADER = "qilead,旗长,男,蒙古族,,,leader,单位负责人,旗长,qi,,2025-01-01,,,\n"
NINE_DAYS = timedelta(days=9)


@pytest.fixture
def led(town, tmp_path):
    """The town, with a leader above the superior of its gachas."""
    town.instance.database.close()
    apply_to_instance(
        town.instance.settings, write_site(tmp_path / "site", people=PEOPLE + LEADER), clock=town.clock
    )
    return town


def overdue(town, times=1):
    for _time in range(times):
        town.clock.advance(NINE_DAYS)
        town.instance.run_deadlines()


def notices(town, ref):
    rows = town.outbox(ref)
    return [name for kind, name in rows if kind == "notice" and name.startswith("ownership")]


def test_contested_dispute_climbs_after_a_second_limit_and_the_trail_says_so(led):
    town = led
    ref = contested(town)
    overdue(town)
    assert place(town, ref) == ("contested", "jia", None, "su")
    assert (town.clocks(ref)["ownership"], town.clocks(ref)["ownership_above"]) == ("missed", "running")
    overdue(town)
    assert place(town, ref) == ("contested", "jia", None, "qi")
    assert town.tasks(ref) == [("contested", "qi")]
    event = next(
        one for one in reversed(town.events(ref)) if one.act == "deadline.missed" and "arbiter" in one.facts
    )
    assert (event.facts["deadline"], event.facts["arbiter"], event.from_state, event.to_state) == (
        "ownership_above",
        "qi",
        "contested",
        "contested",
    )
    assert town.clocks(ref)["state:contested"] == "running"
    with pytest.raises(NotPermitted):
        rule(town, ref, "yi")
    rule(town, ref, "yi", who="qilead")
    town.act("yiwin", ref, "acknowledge")
    assert place(town, ref) == ("received", "yi", None, None)
    assert town.clocks(ref)["ownership_above"] == "met"
    assert town.instance.verify_trail().problems == []


def test_topmost_superior_is_told_once_more_and_keeps_the_question(led):
    town = led
    ref = contested(town)
    overdue(town, 3)
    assert place(town, ref) == ("contested", "jia", None, "qi")
    assert town.clocks(ref)["ownership_above"] == "missed"
    told = notices(town, ref)
    overdue(town, 3)
    assert notices(town, ref) == told


def test_second_limit_begins_anew_while_the_units_still_ask_each_other(led):
    town = led
    ref = town.bring("triaged")
    ask(town, ref)
    decline(town, ref)
    overdue(town, 2)
    assert place(town, ref) == ("triaged", "jia", None, None)
    assert town.clocks(ref)["ownership_above"] == "running"
    ask(town, ref, opinion="沟在乙嘎查一侧", line="1")
    decline(town, ref)
    overdue(town)
    assert place(town, ref) == ("contested", "jia", None, "qi")
    town.act("jiawin", ref, "refuse", party=1, routes=["court"])
    assert town.clocks(ref)["ownership_above"] == "cancelled"

"""A short walk on each store finds nothing, and the eye that looks sees what is wrong."""

import pytest
from sqlalchemy import text

from tests.town import TODAY
from tests.walk import walker
from tests.walk.__main__ import unreached
from tests.walk.sight import findings
from tests.walk.walker import Walker, with_all_rules


def test_short_walk_finds_nothing(town):
    walk = Walker(with_all_rules(town).instance, town.clock, seed="7/5").go(250)
    assert (walk.found, walk.steps) == ([], 250)
    assert walk.done["register"] + walk.done["split"] == walk.cases > 0 < walk.refused.total()
    assert walk.clocks > 0


@pytest.mark.parametrize(("papered", "verb", "steps"), [(0, "rule", 60), (1, "follow_up", 320)])
def test_cases_are_led_to_what_chance_alone_hardly_does(sqlite_town, monkeypatch, papered, verb, steps):
    wishes = "PAPER_WISHES" if papered else "WISHES"
    monkeypatch.setattr(walker, wishes, getattr(walker, wishes)[:1])
    monkeypatch.setattr(walker, "MOST_CASES", 4)
    walk = Walker(with_all_rules(sqlite_town).instance, sqlite_town.clock, "led/1", papered).go(steps)
    assert walk.found == []
    assert walk.done[verb] > 0


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ("UPDATE task SET closed_at = opened_at WHERE kind = 'turn'", "0 turns are open in mediating"),
        ("UPDATE deadline SET state = 'met' WHERE name = 'state:mediating'", "no clock for mediating"),
        ("UPDATE dispute SET outcome = 'withdrawn'", "the trail tells"),
        ("UPDATE dispute SET phase = 'closure'", "phase closure is not that of mediating"),
        ("DELETE FROM open_case", "have the case to do and not on their list"),
        ("UPDATE person SET status = 'inactive' WHERE code = 'jiamed'", "waits on a person without a post"),
        ("UPDATE post SET valid_to = '2026-03-01'", "waits on a person without a post"),
        ("UPDATE post SET valid_from = '2026-03-03'", "waits on a person without a post"),
    ],
)
def test_sight_sees_what_is_wrong(town, wrong, found):
    ref = town.bring("mediating")
    definitions = {key: engine.definition for key, engine in town.instance.office.engines.items()}
    with town.reading() as session:
        assert list(findings(session.connection(), ref, definitions, TODAY)) == []
    with town.instance.database.writing() as session:
        session.connection().execute(text(wrong))
    with town.reading() as session:
        assert [one for one in findings(session.connection(), ref, definitions, TODAY) if found in one] != []


def test_page_names_the_verbs_that_no_walk_has_come_to():
    """A verb that came later is named by none of the rows before; one that a single walk did is not named."""
    rows = [["follow_up"], ["follow_up", "seal"], *[["follow_up", "rule", "seal"]] * 5, ["follow_up", "rule"]]
    assert unreached(rows) == ["follow_up", "rule"]
    assert unreached([["none"]] * 9) == unreached([["rule"]] * 4) == []

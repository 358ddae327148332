"""What the player hands on of a script's words."""

from datetime import date, timedelta

import pytest

from mediation.demo.player import Player
from mediation.demo.said import DisputeSaid, ItemSaid, OfficeActSaid
from mediation.demo.script import Step
from mediation.errors import SiteError
from tests.town import postgresql_founded, sqlite_founded, sqlite_town

__all__ = ["postgresql_founded", "sqlite_founded", "sqlite_town"]


def test_week_may_be_named_by_a_day_written_as_text(sqlite_town):
    town = sqlite_town
    town.clock.advance(timedelta(days=14))
    player = Player(town.instance, town.clock)
    player._week("sulead", {"unit": "su", "of": "2026-03-04", "focus": "转场"})
    player._week("sulead", {"unit": "su", "of": date(2026, 3, 5)})  # the same week: made once
    assert len(town.rows("SELECT id FROM supervision_week")) == 1


BARE = {"key": "b", "shows": "后一件", "expect": {"outcome": "open", "state": "registered"}}


def dispute(act: str, words: dict, **more) -> dict:
    acts = [{"at": "2026-03-02T09:30", "as": "jiawin", "do": act, "with": words}]
    return {"dispute": DisputeSaid.model_validate({**BARE, **more, "acts": acts})}


def item(**more) -> dict:
    acts = [{"at": "2026-03-02T09:30", "as": "sulead", "do": "explain", "with": {"account": "忘了。"}}]
    said = {"key": "late", "shows": "红牌督办", "expect": {"state": "entered"}, "acts": acts, **more}
    return {"item": ItemSaid.model_validate(said)}


BATCH = {"series": "@a", "trigger": "triage", "words": {"tier": "ordinary"}}


@pytest.mark.parametrize(
    "about",
    [
        dispute("triage", {"tier": "ordinary"}),
        dispute("split", {"title": "乙", "parties": [1]}, split_from="a"),
        item(raised_by="a"),
        {
            "act": OfficeActSaid.model_validate(
                {"at": "2026-03-02T09:30", "as": "jiawin", "do": "batch", "with": BATCH}
            )
        },
    ],
    ids=["its own act", "split", "raised", "batch"],
)
def test_act_that_names_a_dispute_which_is_not_registered_stops_there(sqlite_town, about):
    """As it is where the registration was refused, or comes later: said in words, not as a key that is missing."""
    act = about.get("act") or next(iter(about.values())).acts[0]
    step = Step(act.at, "underway.yaml", 7, **{"act": act, **about})
    key = "b" if about.get("dispute") and about["dispute"].split_from is None else "a"
    with pytest.raises(SiteError) as refused:
        Player(sqlite_town.instance, sqlite_town.clock).play(step)
    assert [(one.file, one.line, one.key, one.message) for one in refused.value.problems] == [
        ("underway.yaml", 7, step.place, f"纠纷 {key} 还没有登记")
    ]

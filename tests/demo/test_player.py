"""What the player hands on of a script's words."""

from datetime import date, timedelta

from mediation.demo.player import Player
from tests.town import postgresql_founded, sqlite_founded, sqlite_town

__all__ = ["postgresql_founded", "sqlite_founded", "sqlite_town"]


def test_week_may_be_named_by_a_day_written_as_text(sqlite_town):
    town = sqlite_town
    town.clock.advance(timedelta(days=14))
    player = Player(town.instance, town.clock)
    player._week("sulead", {"unit": "su", "of": "2026-03-04", "focus": "转场"})
    player._week("sulead", {"unit": "su", "of": date(2026, 3, 5)})  # the same week: made once
    assert len(town.rows("SELECT id FROM supervision_week")) == 1

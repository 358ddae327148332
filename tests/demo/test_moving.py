"""Days and moments in the words of an act move; a day of birth and any other text stay."""

from datetime import date, timedelta

from mediation.demo.moving import moved


def test_days_and_moments_move_wherever_they_stand():
    words = {
        "due_on": "2026-11-30",
        "since": date(2026, 11, 2),
        "parties": [{"born_on": "1980-05-06", "phone": "0900-5553011"}],
        "sessions": ({"starts_at": "2026-11-24T14:30"},),
        "narrative": "2026-11-24以后再谈。",
    }
    assert moved(words, timedelta(days=7)) == {
        "due_on": "2026-12-07",
        "since": date(2026, 11, 9),
        "parties": [{"born_on": "1980-05-06", "phone": "0900-5553011"}],
        "sessions": [{"starts_at": "2026-12-01T14:30"}],
        "narrative": "2026-11-24以后再谈。",
    }

"""Whoever acts in English records the same as whoever acts in Chinese: trail, papers, notices, tasks, deadlines."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from mediation.errors import MediationError
from mediation.language import speak
from mediation.storage.engine import Table
from tests.town import Founded, Town

_MADE = re.compile(
    r"\b[0-9a-f]{32,64}\b|[0-9a-z]{26}|[0-9A-HJKMNP-TV-Z]{8}\b|[0-9A-Za-z_-]{22,43}|'size': \d+"
)
"""What is made anew in every instance: ids, hashes, tokens, temporary numbers."""
_LEFT_OUT = {"idempotency_record", "audit_head"}


@pytest.fixture(autouse=True)
def _chinese_afterwards() -> object:
    yield
    speak("")


def test_acts_in_english_are_recorded_as_in_chinese(sqlite_founded: Founded, tmp_path: Path) -> None:
    found = {}
    for language in ("zh", "en"):
        with sqlite_founded.copied(tmp_path / language) as town:
            speak(language)
            _act(town)
            speak("")
            found[language] = _recorded(town)

    assert sum(map(len, found["zh"].values())) > 150
    assert found["en"] == found["zh"]


def _act(town: Town) -> None:
    """A dispute up to its signing, one that is declined, one that is put off, and all that is told of them."""
    first = town.bring("agreed")
    town.act("jiamed", first, "note_privately", party=2, body="愿意让步。")
    town.act("jiamed", first, "ask_opinion", person="sumed", question="归谁管？")
    town.act("jiamed", first, "conclude_written")
    town.instance.issue("jiamed", first, "rights_notice", "party-1")
    second = town.bring("triaged")
    town.act("jiawin", second, "escalate", reason="村里办不了。")
    third = town.bring("mediating")
    town.act("jiamed", third, "terminate", reason="no_agreement", routes=["court"])
    town.instance.post_room.deliver_waiting()


def _recorded(town: Town) -> Mapping[str, list[str]]:
    """Every row of every table, as its class reads it, without what is made anew."""
    found: dict[str, list[str]] = {}
    with town.reading() as session:
        for model in _models(Table):
            rows = session.exec(select(model)).all()
            if rows and model.__tablename__ not in _LEFT_OUT:
                found[model.__tablename__] = sorted(_plain(row.model_dump()) for row in rows)
    return found


def _models(base: type[Any]) -> list[type[Any]]:
    below = [one for model in base.__subclasses__() for one in [model, *_models(model)]]
    return [one for one in below if hasattr(one, "__table__")]


def _plain(row: Mapping[str, Any]) -> str:
    kept = {key: value for key, value in row.items() if not isinstance(value, bytes) and value is not None}
    return _MADE.sub(
        "#",
        repr(
            {key: str(value) if isinstance(value, date | datetime) else value for key, value in kept.items()}
        ),
    )


@pytest.mark.parametrize(
    ("who", "trigger", "words", "told"),
    [
        ("jiarec", "suspend", {}, "the case’s mediators or staff of the holder of this dispute"),
        (
            "jiamed",
            "ask_opinion",
            {"unit": "nix", "question": "归谁管？", "due_on": "2026-03-20"},
            "no unit with the code nix",
        ),
        (
            "jiamed",
            "ask_opinion",
            {"person": "nix", "question": "归谁管？", "due_on": "2026-03-20"},
            "nobody with the code nix",
        ),
        ("jiamed", "link", {"to": "nix", "kind": "repeat", "why": "同一件"}, "nix was not found"),
    ],
)
def test_what_stands_within_a_refusal_is_said_in_english_too(
    sqlite_town: Town, who: str, trigger: str, words: dict[str, Any], told: str
) -> None:
    ref = sqlite_town.bring("agreed")
    speak("en")
    with pytest.raises(MediationError) as refused:
        sqlite_town.act(who, ref, trigger, **words)
    assert told in str(refused.value)

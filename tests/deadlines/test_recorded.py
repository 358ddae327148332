"""What a clock has kept in Chinese is told in the reader's language."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from types import MappingProxyType

import pytest

from mediation.deadlines.calendar import Calendar, Span, Year, spoken_day, spoken_due
from mediation.deadlines.recorded import _SENTENCES, said_again
from mediation.language import _, recording, speak

_CALENDAR = Calendar(
    [Year(2026, "1", "国务院办公厅", False, MappingProxyType({date(2026, 5, 1): "Labour Day"}), frozenset())]
)
_APRIL = datetime(2026, 4, 1, 7, 4, tzinfo=UTC)
_HAN = re.compile("[\u4e00-\u9fff]")


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    speak("en")
    yield
    speak("")


@pytest.mark.parametrize(
    ("start", "span", "told"),
    [
        (
            date(2026, 4, 1),
            Span(30, "days"),
            [
                "counted from 2026-04-01, that day not included",
                "30 days, the last day is 2026-05-01",
                "2026-05-01 is Labour Day; moved to the next working day 2026-05-04",
                "Due 2026-05-04 24:00",
            ],
        ),
        (
            date(2026, 12, 31),
            Span(1, "working_days"),
            [
                "counted from 2026-12-31, that day not included",
                "1 working day, the last day is 2027-01-01",
                "Due 2027-01-01 24:00",
                "Holidays of 2027 are not announced yet; counted provisionally",
            ],
        ),
        (
            _APRIL,
            Span(2, "hours"),
            ["counted from 2026-04-01 15:04: 2 hours", "Due 2026-04-01 17:04"],
        ),
    ],
)
def test_counting_is_told_in_english(start, span, told):
    with recording():
        steps = [str(one) for one in _CALENDAR.due(start, span).steps]
    assert _HAN.search(steps[0])
    assert [said_again(one) for one in steps] == told


@pytest.mark.parametrize(
    "span", [Span(3, "months"), Span(24, "months"), Span(5, "minutes"), Span(5, "working_days")]
)
def test_every_span_is_told_in_english(span):
    with recording():
        kept = str(span.spoken)
    assert said_again(kept) == span.spoken


def test_every_sentence_is_found_again():
    """None of them is taken for another, and each is one that the program says."""
    filled = {"hour": "15", "minute": "04", "name": "劳动节", "rule": "甲", "years": "2027、2028"}
    with recording():
        days = {"day": str(spoken_day(date(2026, 3, 2))), "moved": str(spoken_day(date(2026, 3, 3)))}
        days |= {"moment": str(spoken_due(_APRIL)), "span": "5个工作日"}
    for sentence in _SENTENCES:
        assert _(sentence) != sentence
        fields = set(re.findall(r"\{(\w+)", sentence))
        values = {key: (filled | days).get(key, "7") for key in fields}
        if sentence == "{year}年{month}月{day}日":
            values = {"year": "2026", "month": "3", "day": "2"}
        kept = re.sub(r"\{(\w+)[^}]*\}", lambda found, said=values: said[found[1]], sentence)
        assert _HAN.search(said_again(kept).replace("劳动节", "").replace("甲", "")) is None, kept


def test_what_is_of_no_sentence_stays():
    assert said_again("另有约定") == "另有约定"
    speak("zh")
    assert said_again("计30日，最后一日为2026年5月1日") == "计30日，最后一日为2026年5月1日"

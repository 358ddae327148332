"""What comes in from outside: days and moments of our time, text that can be printed; all problems at once."""

from datetime import date, datetime
from typing import Any

import pytest

from mediation.cases.inputs import Register, read_said
from mediation.clock import SITE_ZONE
from mediation.errors import InputInvalid


def said(**changes: Any) -> dict[str, Any]:
    whole = {
        "title": "排水纠纷", "source": "applied", "governance_category": "0201", "narrative": "雨水倒灌。",
        "parties": [{"role": "applicant", "name": "甲某"}],
    }  # fmt: skip
    return {**whole, **changes}


def refused(**changes: Any) -> dict[str, str]:
    with pytest.raises(InputInvalid) as caught:
        read_said(Register, said(**changes))
    return {problem.key: problem.message for problem in caught.value.problems}


@pytest.mark.parametrize("year", ["0001", "0206", "1899", "2200", "9999"])
def test_slip_of_the_pen_in_a_year_is_told(year):
    told = "年份应在 1900 至 2199 之间"
    assert refused(occurred_at=f"{year}-01-01T00:00", occurred_on=f"{year}-01-01") == {
        "occurred_at": told,
        "occurred_on": told,
    }


def test_line_that_comes_with_breaks_is_put_together_and_a_text_keeps_them():
    found = read_said(Register, said(title=" 排水\r\n  纠纷\n", narrative="雨水倒灌。\n又倒灌。"))
    assert (found.title, found.narrative) == ("排水 纠纷", "雨水倒灌。\n又倒灌。")


def test_moment_without_an_offset_is_of_the_sites_zone():
    found = read_said(Register, said(occurred_at="2026-03-02T09:00", occurred_on="2026-03-01"))
    assert found.occurred_at == datetime(2026, 3, 2, 9, tzinfo=SITE_ZONE)
    assert found.occurred_on == date(2026, 3, 1)


@pytest.mark.parametrize(
    "text", ["喆玥㛃𬱖𰻝", "<b>x</b>&amp;<script>alert(1)</script>", "{{ 7*7 }}", "'; DROP TABLE"]
)
def test_rare_characters_and_markup_are_text_like_any_other(text):
    assert read_said(Register, said(title=text)).title == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a\0b", "第2个字符 U+0000：控制字符"),
        ("a\u202eb", "第2个字符 U+202E：改变文字方向的控制符"),
        ("a\ue000b", "第2个字符 U+E000：自造字，别的机器上没有字形"),
        ("a\ufdd0b", "第2个字符 U+FDD0：不是字符的码位"),
    ],
)
def test_what_cannot_be_printed_is_refused_with_the_reason(text, reason):
    assert refused(title=text, narrative=text) == dict.fromkeys(
        ("title", "narrative"), f"有不能打印的字符：{reason}"
    )


def test_half_of_a_rare_character_is_refused():
    assert set(refused(title="a\ud800b", claims=["\udc56"])) == {"title", "claims[0]"}


def test_a_hundred_thousand_characters_are_refused_and_shown_shortened():
    found = refused(narrative="雨" * 100_000, title="雨" * 100_000)
    assert {key: text.partition("；")[0] for key, text in found.items()} == {
        "narrative": "最多 20000 个字",
        "title": "最多 200 个字",
    }
    assert all(len(text) < 120 for text in found.values())


def test_everything_wrong_is_told_at_once():
    assert set(refused(title=5, source=["x"], frob=1, claims="x", parties={}, amount_fen="1e5", risk=None)) == {
        "title", "source", "frob", "claims", "parties", "amount_fen", "risk",
    }  # fmt: skip

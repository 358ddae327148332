"""What the law asks of a committee."""

from datetime import date

import pytest

from mediation.units.committees import (
    Seated,
    end_of_term,
    pattern_faults,
    roster_faults,
    roster_warnings,
    term_faults,
    term_warnings,
)

DIRECTOR = Seated("a", "director", "男", "汉族")
WOMAN = Seated("b", "member", "女", "汉族")
MAN = Seated("c", "member", "男", "汉族")


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ([DIRECTOR, WOMAN, MAN], []),
        ([DIRECTOR, WOMAN, *[MAN] * 7], []),
        ([DIRECTOR, WOMAN], ["委员应为3至9人（人民调解法第八条），现在是2人"]),
        ([DIRECTOR, WOMAN, *[MAN] * 8], ["委员应为3至9人（人民调解法第八条），现在是10人"]),
        ([DIRECTOR, WOMAN, Seated("d", "appointed", "男")], ["委员应为3至9人（人民调解法第八条），现在是2人"]),
        ([MAN, MAN, WOMAN], ["应有一名主任（人民调解法第八条），现在是0名"]),
        ([DIRECTOR, DIRECTOR, WOMAN], ["应有一名主任（人民调解法第八条），现在是2名"]),
        ([DIRECTOR, MAN, MAN], ["应当有妇女成员（人民调解法第八条）"]),
        ([], ["委员应为3至9人（人民调解法第八条），现在是0人", "应有一名主任（人民调解法第八条），现在是0名"]),
    ],
)  # fmt: skip
def test_a_roster_against_articles_8_and_9(members, expected):
    assert roster_faults(members, "village") == expected


def test_a_studio_has_no_roster():
    assert roster_faults([DIRECTOR], "studio") == []


def test_a_multi_ethnic_place_wants_members_of_the_smaller_peoples():
    wanted = ["多民族居住的地区应当有人数较少民族的成员（人民调解法第八条），名单里没有看到"]
    assert roster_warnings([DIRECTOR, WOMAN, MAN], "village", multi_ethnic=True) == wanted
    for ethnicity in ("", "汉", "汉族"):
        members = [DIRECTOR, Seated("d", "member", "女", ethnicity)]
        assert roster_warnings(members, "village", multi_ethnic=True) == wanted
    assert roster_warnings([DIRECTOR], "studio", multi_ethnic=True) == []
    assert roster_warnings([DIRECTOR, WOMAN, MAN], "village", multi_ethnic=False) == []
    assert (
        roster_warnings([DIRECTOR, Seated("d", "member", "女", "彝族")], "village", multi_ethnic=True) == []
    )


def test_a_term_is_three_years():
    first = date(2025, 1, 1)
    assert term_faults(first, date(2027, 12, 31)) == []
    assert term_faults(first, first) == []
    assert term_faults(first, date(2028, 1, 1)) == ["任期三年（人民调解法第九条），应不晚于 2027-12-31"]
    assert term_faults(first, date(2024, 12, 31)) == ["任期届满日期早于起始日期"]
    assert term_faults(first, None) == ["没有写任期届满日期；任期三年（人民调解法第九条）"]
    assert end_of_term(date(2024, 2, 29)) == date(2027, 2, 28)


def test_a_term_that_ends_soon_or_is_over_is_warned_about():
    last = date(2026, 5, 31)
    assert term_warnings(last, date(2026, 3, 1)) == []
    assert term_warnings(last, date(2026, 3, 2)) == ["任期将于 2026-05-31 届满，请准备换届"]
    assert term_warnings(last, last) == ["任期将于 2026-05-31 届满，请准备换届"]
    assert term_warnings(last, date(2026, 6, 1)) == ["任期已于 2026-05-31 届满，应当换届"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("〔{yyyy}〕{abbreviation}人调字第{n}号", []),
        ("{yyyy}{abbreviation}", ["编号格式里应有一个 {n}"]),
        ("{yyyy}{abbreviation}{n}{n}", ["编号格式里应有一个 {n}"]),
        ("{yyyy}{abbreviation}{n.__class__}", ["编号格式里只能用 {yyyy}、{abbreviation}、{n}", "编号格式里应有一个 {n}"]),
        ("{yyyy}{abbreviation}{n:>999999999}", ["编号格式里只能用 {yyyy}、{abbreviation}、{n}"]),
        ("{yyyy}{abbreviation}{n", ["花括号没有配对"]),
    ],
)  # fmt: skip
def test_a_pattern_of_numbers(pattern, expected):
    assert pattern_faults(pattern) == expected

"""How pages write the end of a term."""

from datetime import date, timedelta

import pytest

from mediation.clock import local_moment
from mediation.web.pages.wording import about, ends, size


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        (local_moment(date(2026, 11, 6)), "2026年11月5日"),  # the last day that is allowed, not the one after
        (local_moment(date(2026, 1, 1)), "2025年12月31日"),
        (local_moment(date(2026, 11, 5), 15) + timedelta(minutes=4), "2026年11月5日 15:04"),
        (None, ""),
    ],
)
def test_term_ends_with_its_last_day(due, expected):
    assert ends(due) == expected


@pytest.mark.parametrize(
    ("count", "expected"), [(3, "3 字节"), (999, "999 字节"), (1_000, "1.0 kB"), (6_250_000, "6.2 MB")]
)
def test_size_of_a_file_is_told_in_words(count, expected):
    assert size(count) == expected


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("agreement-2", "第2份协议"),
        ("session-11", "第11次调解"),
        ("", ""),
        ("moon", ""),
        ("session-2a", ""),
        ("party-", ""),
    ],
)
def test_what_tells_a_paper_from_the_others_of_its_form(subject, expected):
    assert about(subject) == expected

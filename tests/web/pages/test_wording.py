"""How pages write the end of a term."""

from datetime import date, timedelta

import pytest

from mediation.clock import local_moment
from mediation.web.pages.wording import ends


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

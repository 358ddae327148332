"""No cell of the file becomes a formula."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from mediation.reports.figures_csv import as_csv
from mediation.reports.statistics import Figure, Line, Statistics
from mediation.spreadsheet import disarmed


@given(st.sampled_from("=+-@\t\r") | st.just(""), st.text(max_size=20))
def test_no_cell_begins_as_a_formula_does(mark, rest):
    assert not disarmed(mark + rest).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_titles_of_codes_are_made_safe_in_the_file():
    line = Line("=HYPERLINK(1)", 1, 100.0, 5)
    found = Statistics(
        "@单位", date(2026, 3, 1), date(2026, 3, 31), [Figure("+登记", "-1", "=x")], [line], [], [], [], []
    )
    text = as_csv(found).decode("utf-8-sig")
    assert '"\'=HYPERLINK(1)"' in text
    assert '"\'@单位"' in text
    assert '"\'-1"' in text

"""The API's rates are judged by the time of requests; what the processor did is told beside."""

from benchmarks.web import Asked, _row


def test_verdict_of_a_rate_goes_by_times():
    ours, bare = Asked([0.00331] * 4, [0.00337] * 4), Asked([0.00021] * 4, [0.00029] * 4)
    row = _row("`accept` by the API, disk", ours, "bare JSON endpoint", bare, "API: bare JSON")
    assert (row.cells[-2:], row.judged) == (
        ("0.063", "0.086"),
        ("API: bare JSON", "≥ 0.07", "≥ 0.12", "missed"),
    )

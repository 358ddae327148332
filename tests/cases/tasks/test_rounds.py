"""How a round ends by its rule."""

import pytest

from mediation.cases.tasks.rounds import verdict

A, R, N = "agreed", "rejected", None


@pytest.mark.parametrize(
    ("rule", "outcomes", "came"),
    [
        ("all", [A, N], "open"),
        ("all", [A, A], "agreed"),
        ("all", [N, R], "rejected"),
        ("in_order", [A, N, N], "open"),
        ("in_order", [A, A, A], "agreed"),
        ("in_order", [A, R, N], "rejected"),
        ("any", [N, A], "agreed"),
        ("any", [R, N], "open"),
        ("any", [R, R], "rejected"),
        ("vote", [A, N, N], "open"),
        ("vote", [A, A, N], "agreed"),
        ("vote", [A, A, N, N], "open"),
        ("vote", [A, A, A, N], "agreed"),
        ("vote", [A, R, N, N], "open"),
        ("vote", [R, R, N, N], "rejected"),
        ("vote", [R, R, N], "rejected"),
        ("vote", [A], "agreed"),
    ],
)
def test_verdict_of_a_round(rule, outcomes, came):
    assert verdict(rule, outcomes) == came

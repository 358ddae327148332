"""The shape of definitions, and the small words in them."""

import pytest
from pydantic import ValidationError

from mediation.workflow.definition import Limit, split_condition, split_effect


@pytest.mark.parametrize(
    ("effect", "parts"),
    [("climb", ("climb", "")), ("end:withdrawn", ("end", "withdrawn")), ("a:", ("a", ""))],
)
def test_effect_splits_into_name_and_argument(effect, parts):
    assert split_effect(effect) == parts


@pytest.mark.parametrize(
    ("literal", "parts"), [("accepted", ("accepted", True)), ("not accepted", ("accepted", False))]
)
def test_condition_splits_into_name_and_wanted_answer(literal, parts):
    assert split_condition(literal) == parts


@pytest.mark.parametrize("spans", [{}, {"days": 1, "hours": 2}, {"days": 0}, {"days": True}, {"days": 1.0}])
def test_limit_of_no_or_two_or_strange_spans_is_refused(spans):
    with pytest.raises(ValidationError):
        Limit(article="x", **spans)


def test_limit_is_frozen():
    limit = Limit(days=1, article="x")
    with pytest.raises(ValidationError):
        limit.days = 2

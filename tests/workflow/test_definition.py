"""The shape of definitions, and the small words in them."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from mediation.workflow.definition import Limit, split_condition, split_effect
from mediation.workflow.loader import load_definitions

EXAMPLES = Path(__file__).parents[2] / "examples"


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


def test_definition_without_acceptance_is_a_short_way_whatever_its_name():
    found = load_definitions(EXAMPLES / "dulan")
    assert {name: found.newest(name).is_short_way for name in ("ordinary", "joint", "simple", "council")} == {
        "ordinary": False, "joint": False, "simple": True, "council": True,
    }  # fmt: skip

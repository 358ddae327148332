"""The published schemas are fresh, and say the same as the loaders."""

import json

import pytest
from jsonschema import Draft202012Validator

from mediation.reading import parse_yaml
from mediation.workflow.loader import parse_definition
from tests.workflow import schemas
from tests.workflow.drafts import SMALL, spoiled

MADE = {
    "workflow": schemas.workflow_schema,
    "scenarios": schemas.scenarios_schema,
    "migration-plan": schemas.migration_plan_schema,
}


@pytest.mark.parametrize("name", MADE)
def test_published_schema_is_what_the_code_says(name):
    published = (schemas.FOLDER / f"{name}.schema.json").read_text("utf-8")
    assert published == schemas.text(MADE[name]())


@pytest.mark.parametrize("name", MADE)
def test_published_schema_is_itself_a_schema(name):
    Draft202012Validator.check_schema(MADE[name]())


def accepted_by_schema(text: str) -> bool:
    data, _lines = parse_yaml(text)
    plain = json.loads(json.dumps(data))
    return Draft202012Validator(schemas.workflow_schema()).is_valid(plain)


@pytest.mark.parametrize(
    "change",
    [
        ("phase: intake", "phase: begin"),
        ("version: 1", "version: '1'"),
        ("title: 小流程\n", ""),
        ("task: 登记", "tusk: 登记"),
        ("{days: 30, article", "{days: 30, hours: 1, article"),
        ("{days: 30, article", "{article"),
        ("final: true", "final: no"),
        ("from: [talking]", "from: []"),
        ("from: [talking]", "from: talking"),
        ("  talking:\n", "  Talking:\n"),
        ("{posts: [mediator]}}\n  note", "{posts: []}}\n  note"),
    ],
)
def test_schema_refuses_what_the_loader_refuses(change):
    text = spoiled(change)
    _definition, _lines, problems = parse_definition(text, "x")
    assert (accepted_by_schema(text), problems == []) == (False, False)


def test_schema_accepts_what_the_loader_accepts():
    assert accepted_by_schema(SMALL)

"""Every shipped definition, found by folder: sound, played through, drawn, and of the published shape."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from mediation import codes
from mediation.reading import read_yaml
from mediation.resources import folders
from mediation.workflow.diagram import draw
from mediation.workflow.loader import load_definitions
from mediation.workflow.scenarios import load_scenarios, play_scenarios
from mediation.workflow.vocabulary import STANDARD

FOLDERS = folders("workflows")
SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
OVER = {("part", "ended"), ("part", "closed")}
"""Where a mediation is over, what others were to do for it is over too, though an agreement may be followed up from there."""


def test_shipped_definitions_are_sound():
    assert load_definitions().names == tuple(FOLDERS)


@pytest.mark.parametrize("name", FOLDERS)
def test_shipped_stories_play_and_leave_nothing_untried(name):
    scenarios, lines = load_scenarios(FOLDERS[name] / "scenarios.yaml")
    problems = play_scenarios(load_definitions().newest(name), scenarios, lines)
    assert [str(problem) for problem in problems] == []


@pytest.mark.parametrize("name", FOLDERS)
def test_shipped_page_shows_the_diagram_of_the_newest_version(name):
    page = (FOLDERS[name] / "README.md").read_text("utf-8")
    drawn = page.split("```mermaid\n")[1].split("```")[0]
    assert drawn == draw(load_definitions().newest(name))


@pytest.mark.parametrize("name", FOLDERS)
def test_no_task_lapses_on_a_way_round_that_leads_back_to_where_it_lives(name):
    """Else two acts would take it from whoever has it. Approvals: what lapsed of them stands in the way (`approvals_stand`)."""
    definition = load_definitions().newest(name)
    moves = {
        (origin, state)
        for edge in definition.edges
        for origin in edge.origin
        for state in (edge.to, *edge.back_to)
        if state is not None
    }
    rounds_about = {
        (kind, state)
        for kind, rule in definition.tasks.items()
        for state in set(definition.states) - set(rule.states)
        if kind != "approval"
        and any(there == state and origin in rule.states for origin, there in moves)
        and any(origin == state and back in rule.states for origin, back in moves)
    }
    assert rounds_about - OVER == set()


FILES = [
    (schema, path)
    for folder in FOLDERS.values()
    for schema, pattern in (("workflow", "v*.yaml"), ("scenarios", "scenarios.yaml"))
    for path in sorted(folder.glob(pattern))
]


@pytest.mark.parametrize(
    ("schema", "path"), FILES, ids=[f"{path.parent.name}/{path.name}" for _, path in FILES]
)
def test_shipped_file_fits_the_published_schema(schema, path):
    data, _lines = read_yaml(path)
    validator = Draft202012Validator(json.loads((SCHEMAS / f"{schema}.schema.json").read_text("utf-8")))
    assert [error.message for error in validator.iter_errors(json.loads(json.dumps(data)))] == []


def test_standard_kinds_of_post_are_those_of_the_code_list():
    known = codes.load()
    assert {kind: known.title("post_kinds", kind) for kind in STANDARD.posts} == dict(STANDARD.posts)


def test_standard_outcomes_are_those_of_the_code_list():
    listed = {entry.code: entry.title for entry in codes.load().entries("outcomes")}
    assert listed == dict(STANDARD.outcomes)


def test_standard_forms_are_shipped():
    assert STANDARD.forms - set(folders("templates", "documents")) == set()

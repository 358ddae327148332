"""The published format of disputes.yaml is what the reader keeps."""

import copy
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from mediation.demo.schemas import FILE, as_text, disputes_schema
from mediation.demo.script import read_script
from mediation.errors import SiteError
from mediation.reading import parse_yaml, read_yaml

ROOT = Path(__file__).parents[2]
SCHEMA = disputes_schema()
EXAMPLES = sorted((ROOT / "examples").glob("*/disputes.yaml"))
NOW = datetime(2026, 11, 20, tzinfo=UTC)

SMALL = {
    "format": 1,
    "disputes": [
        {
            "key": "a",
            "shows": "排水",
            "expect": {"outcome": "open", "state": "triaged"},
            "acts": [
                {
                    "at": "2026-03-02T09:00",
                    "as": "someone:registrar",
                    "do": "register",
                    "with": {
                        "title": "排水纠纷",
                        "source": "applied",
                        "governance_category": "0201",
                        "narrative": "雨水倒灌。",
                        "parties": [
                            {"role": "applicant", "name": "甲某"},
                            {"role": "respondent", "name": "乙某"},
                        ],
                    },
                },
                {
                    "at": "2026-03-02T09:10:30+08:00",
                    "as": "someone",
                    "do": "triage",
                    "with": {"tier": "simple"},
                },
                {
                    "at": "2026-03-02T09:20",
                    "as": "someone",
                    "do": "accept",
                    "refused": ["everybody_consents"],
                },
            ],
        }
    ],
}


def fits(data) -> bool:
    plain = json.loads(json.dumps(data, default=date.isoformat))
    return Draft202012Validator(SCHEMA).is_valid(plain)


def read(folder, data) -> list[str | None]:
    """The keys of what the reader finds wrong."""
    with (folder / "disputes.yaml").open("w", encoding="utf-8") as out:
        YAML(typ="safe", pure=True).dump(data, out)
    try:
        read_script(folder, NOW)
    except SiteError as error:
        return [problem.key for problem in error.problems]
    return []


def test_published_schema_is_what_the_reader_has():
    """If not: python -m mediation.demo.schemas docs/schemas"""
    assert (ROOT / "docs" / "schemas" / FILE).read_text(encoding="utf-8") == as_text(SCHEMA)


def test_published_schema_is_itself_a_schema():
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_every_example_fits_the_schema(path):
    plain = json.loads(json.dumps(read_yaml(path)[0], default=date.isoformat))
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(plain)] == []


def test_example_of_the_page_fits_schema_and_reader(tmp_path):
    page = (ROOT / "docs" / "disputes.md").read_text(encoding="utf-8")
    data, _lines = parse_yaml(page.split("```yaml\n")[1].split("```")[0])
    assert (fits(data), read(tmp_path, data)) == (True, [])


def test_small_file_fits_schema_and_reader(tmp_path):
    assert (fits(SMALL), read(tmp_path, SMALL)) == (True, [])


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (lambda data: data.update(format=2), "format"),
        (lambda data: data.update(moon=1), "moon"),
        (lambda data: data.update(disputes=[]), "disputes"),
        (lambda data: data["disputes"][0].pop("shows"), "disputes[0].shows"),
        (lambda data: data["disputes"][0]["expect"].update(outcome="won"), "disputes[0].expect.outcome"),
        (lambda data: data["disputes"][0]["acts"][1].update(do="fly"), "disputes[0].acts[1].do"),
        (lambda data: data["disputes"][0]["acts"][1].update(at="2026-03-02"), "disputes[0].acts[1].at"),
        (lambda data: data["disputes"][0]["acts"][1].update({"as": "a b"}), "disputes[0].acts[1].as"),
        (lambda data: data["disputes"][0]["acts"][1].pop("with"), "disputes[0].acts[1].with.tier"),
        (lambda data: data["disputes"][0]["acts"][1]["with"].update(tear=1), "disputes[0].acts[1].with.tear"),
        (
            lambda data: data["disputes"][0]["acts"][0]["with"].update(parties=[]),
            "disputes[0].acts[0].with.parties",
        ),
    ],
)
def test_what_the_schema_refuses_the_reader_refuses(tmp_path, change, key):
    data = copy.deepcopy(SMALL)
    change(data)
    assert (fits(data), read(tmp_path, data)) == (False, [key])

"""The published formats of disputes.yaml and underway.yaml are what the reader keeps."""

import copy
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from mediation.demo.schemas import schemas
from mediation.demo.script import read_script
from mediation.demo.underway import read_underway
from mediation.errors import SiteError
from mediation.reading import parse_yaml, read_yaml
from mediation.sites.schemas import as_text

ROOT = Path(__file__).parents[2]
SCHEMAS = schemas()
OF = {"disputes.yaml": "disputes.schema.json", "underway.yaml": "underway.schema.json"}
EXAMPLES = sorted(path for file in OF for path in (ROOT / "examples").glob(f"*/{file}"))
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


UNDERWAY = {
    **SMALL,
    "today": "2026-03-03",
    "applications": [
        {
            "key": "tree",
            "at": "2026-03-02T20:15",
            "said": {
                "name": "甲某",
                "phone": "0900-5550001",
                "other": "隔壁",
                "place": "yicun",
                "account": "树枝伸过来了。",
                "wanted": "修掉。",
                "agrees": True,
            },
        }
    ],
}


def fits(data, file="disputes.yaml") -> bool:
    plain = json.loads(json.dumps(data, default=date.isoformat))
    return Draft202012Validator(SCHEMAS[OF[file]]).is_valid(plain)


def read(folder, data, file="disputes.yaml") -> list[str | None]:
    """The keys of what the reader finds wrong."""
    with (folder / file).open("w", encoding="utf-8") as out:
        YAML(typ="safe", pure=True).dump(data, out)
    try:
        read_script(folder, NOW) if file == "disputes.yaml" else read_underway(folder)
    except SiteError as error:
        return [problem.key for problem in error.problems]
    return []


@pytest.mark.parametrize("name", SCHEMAS)
def test_published_schema_is_what_the_reader_has(name):
    """If not: python -m mediation.demo.schemas docs/schemas"""
    assert (ROOT / "docs" / "schemas" / name).read_text(encoding="utf-8") == as_text(SCHEMAS[name])


@pytest.mark.parametrize("name", SCHEMAS)
def test_published_schema_is_itself_a_schema(name):
    Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_example_fits_the_schema(path):
    plain = json.loads(json.dumps(read_yaml(path)[0], default=date.isoformat))
    found = Draft202012Validator(SCHEMAS[OF[path.name]]).iter_errors(plain)
    assert [error.message for error in found] == []


def test_example_of_the_page_fits_schema_and_reader(tmp_path):
    page = (ROOT / "docs" / "disputes.md").read_text(encoding="utf-8")
    data, _lines = parse_yaml(page.split("```yaml\n")[1].split("```")[0])
    assert (fits(data), read(tmp_path, data)) == (True, [])
    told, _lines = parse_yaml(page.split("```yaml\n")[3].split("```")[0].replace("- {…}", "[]"))
    told["disputes"] = SMALL["disputes"]
    assert (fits(told, "underway.yaml"), read(tmp_path, told, "underway.yaml")) == (True, [])


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


def test_small_file_of_what_is_under_way_fits_schema_and_reader(tmp_path):
    assert (fits(UNDERWAY, "underway.yaml"), read(tmp_path, UNDERWAY, "underway.yaml")) == (True, [])


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (lambda data: data.pop("today"), "today"),
        (lambda data: data.update(today=["2026-03-03"]), "today"),
        (lambda data: data["disputes"][0]["acts"][1].update(do="fly"), "disputes[0].acts[1].do"),
        (lambda data: data["disputes"][0]["acts"][1].update({"with": {}}), "disputes[0].acts[1].with.tier"),
        (lambda data: data["applications"][0].pop("key"), "applications[0].key"),
        (lambda data: data["applications"][0].update(at="2026-03-02"), "applications[0].at"),
        (lambda data: data["applications"][0]["said"].pop("wanted"), "applications[0].said.wanted"),
        (lambda data: data["applications"][0]["said"].update(moon=1), "applications[0].said.moon"),
    ],
)
def test_what_the_schema_of_what_is_under_way_refuses_the_reader_refuses(tmp_path, change, key):
    data = copy.deepcopy(UNDERWAY)
    change(data)
    assert (fits(data, "underway.yaml"), read(tmp_path, data, "underway.yaml")) == (False, [key])

"""The published formats are those that the loaders keep."""

import csv
import json
from datetime import date
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from mediation.codes import tables
from mediation.errors import SiteError
from mediation.reading import read_yaml
from mediation.sites.folder import read_site
from mediation.sites.schemas import as_text, schemas

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "docs" / "schemas"
SITES = sorted(path.parent for path in (ROOT / "examples").glob("*/site.yaml"))
LISTS = sorted((Path(tables.__file__).parent / "lists").glob("*.yaml"))
DAY = date(2026, 3, 2)


def faults(name, data):
    """What the published schema says against the data."""
    schema = json.loads((SCHEMAS / name).read_text(encoding="utf-8"))
    plain = json.loads(json.dumps(data, default=date.isoformat))
    return [error.message for error in Draft202012Validator(schema).iter_errors(plain)]


@pytest.mark.parametrize("name", sorted(schemas()))
def test_a_published_schema_is_what_the_loader_has(name):
    """If not: python -m mediation.sites.schemas docs/schemas"""
    assert (SCHEMAS / name).read_text(encoding="utf-8") == as_text(schemas()[name])


@pytest.mark.parametrize("site", SITES, ids=lambda path: path.name)
def test_the_files_of_every_example_fit_the_schemas(site):
    for name in ("site", "committees", "responsibilities"):
        assert faults(f"{name}.schema.json", read_yaml(site / f"{name}.yaml")[0]) == []
    assert faults("routing.schema.json", read_yaml(site / "routing.yaml")[0]) == []
    for name in ("units", "people"):
        with (site / f"{name}.csv").open(encoding="utf-8-sig", newline="") as sheet:
            assert [
                fault for row in csv.DictReader(sheet) for fault in faults(f"{name}.schema.json", row)
            ] == []


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_every_shipped_list_fits_the_schema(path):
    assert faults("codes.schema.json", read_yaml(path)[0]) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.pop("title"),
        lambda data: data.update(format=2),
        lambda data: data.update(moon=1),
        lambda data: data.update(name="Lake District"),
        lambda data: data["chain"].pop(),
        lambda data: data["chain"][0].update(working_days=0),
        lambda data: data["place"].update(code="5903"),
        lambda data: data.update(sample="no"),
        lambda data: data.update(micro_grid={"fewest": 0}),
        lambda data: data.update(limits={"states": {"asleep": {"days": 1, "article": "x"}}}),
    ],
)
def test_what_the_schema_refuses_the_loader_refuses(site, change):
    data = read_yaml(site / "site.yaml")[0]
    assert faults("site.schema.json", data) == []
    change(data)
    assert faults("site.schema.json", data) != []
    with (site / "site.yaml").open("w", encoding="utf-8") as out:
        YAML(typ="safe", pure=True).dump(data, out)
    with pytest.raises(SiteError):
        read_site(site, DAY)

"""The formats of a site's files as JSON Schemas, made from what reads them: `python -m mediation.sites.schemas DIR`."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from mediation.codes import CodeList
from mediation.sites.duty import DutySaid
from mediation.sites.responsibilities import ResponsibilitiesSaid
from mediation.sites.routing import RoutingSaid
from mediation.sites.rows import PERSON_COLUMNS, UNIT_COLUMNS
from mediation.sites.shape import CommitteesSaid, Settings
from mediation.sites.sheets import Column
from mediation.sites.supervision import SupervisionSaid

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """File name → schema. A sheet's schema describes one row, by its Chinese headings."""
    return {
        "site.schema.json": _of_model(Settings, "site.yaml"),
        "committees.schema.json": _of_model(CommitteesSaid, "committees.yaml"),
        "responsibilities.schema.json": _of_model(ResponsibilitiesSaid, "responsibilities.yaml"),
        "duty.schema.json": _of_model(DutySaid, "duty.yaml"),
        "routing.schema.json": _of_model(RoutingSaid, "routing.yaml"),
        "codes.schema.json": _of_model(CodeList, "codes/<name>.yaml"),
        "supervision.schema.json": _of_model(SupervisionSaid, "supervision.yaml"),
        "units.schema.json": _of_sheet(UNIT_COLUMNS, "One row of units.csv"),
        "people.schema.json": _of_sheet(PERSON_COLUMNS, "One row of people.csv"),
    }


def write_schemas(found: Mapping[str, dict[str, Any]], folder: Path) -> None:
    """Write each into a file of its name in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in found.items():
        (folder / name).write_text(as_text(schema), encoding="utf-8")


def as_text(schema: dict[str, Any]) -> str:
    """The one way a schema is written."""
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def _of_model(model: type[BaseModel], title: str) -> dict[str, Any]:
    return {"$schema": DIALECT, **model.model_json_schema(), "title": title}


def _of_sheet(columns: Sequence[Column], title: str) -> dict[str, Any]:
    return {
        "$schema": DIALECT,
        "title": title,
        "type": "object",
        "additionalProperties": False,
        "required": [column.heading for column in columns if column.required],
        "properties": {column.heading: _cell(column) for column in columns},
    }


def _cell(column: Column) -> dict[str, Any]:
    cell: dict[str, Any] = {"type": "string", "description": f"{column.key}: {column.about}"}
    if column.pattern is not None:
        empty = "" if column.required else "|"
        cell["pattern"] = f"^({column.pattern}{empty})$"
    return cell


if __name__ == "__main__":
    write_schemas(schemas(), Path(sys.argv[1]))

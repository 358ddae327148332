"""The published JSON Schemas of forms, made from what reads them: `python -m tests.documents.schemas`."""

import json
from pathlib import Path
from typing import Any

from mediation.documents.forms import FormSheet
from mediation.documents.snapshot import Snapshot

FOLDER = Path(__file__).parents[2] / "docs" / "schemas"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """File name → schema: form.yaml, and the snapshot that body.html sees and sample.json is."""
    return {
        "form.schema.json": {"$schema": _DIALECT, **FormSheet.model_json_schema()},
        "snapshot.schema.json": {"$schema": _DIALECT, **Snapshot.model_json_schema()},
    }


def text(schema: dict[str, Any]) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    for name, schema in schemas().items():
        (FOLDER / name).write_text(text(schema), encoding="utf-8")

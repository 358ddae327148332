"""The formats of disputes.yaml and underway.yaml as JSON Schemas, made from what reads them: `python -m mediation.demo.schemas DIR`."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from mediation.demo.said import SAMPLE, WORDS, WORDS_OF_ITEMS, WORDS_OF_OFFICE, Disputes
from mediation.demo.script import DISPUTES_FILE
from mediation.demo.underway import UNDERWAY_FILE, Underway
from mediation.sites.schemas import DIALECT, write_schemas

_ACTS: Mapping[str, Mapping[str, type[BaseModel]]] = {
    "ActSaid": WORDS,
    "ItemActSaid": WORDS_OF_ITEMS,
    "OfficeActSaid": WORDS_OF_OFFICE,
}
_MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?$"


def schemas() -> dict[str, dict[str, Any]]:
    """File name → schema."""
    return {
        "disputes.schema.json": _of_file(Disputes, DISPUTES_FILE),
        "underway.schema.json": _of_file(Underway, UNDERWAY_FILE),
    }


def _of_file(file: type[Disputes], title: str) -> dict[str, Any]:
    """The whole file; what stands under `with` follows from `do`: the words that this verb takes."""
    said = [model for words in _ACTS.values() for model in words.values()]
    models: list[type[BaseModel]] = [file, *dict.fromkeys(said)]
    refs, made = models_json_schema([(model, "validation") for model in models], by_alias=True)
    known: dict[str, Any] = made["$defs"]
    for kind, words in _ACTS.items():
        act = known[kind]
        act["properties"]["do"] = {"enum": sorted(words), "title": "Do"}
        act["allOf"] = [_when(name, refs[words[name], "validation"], known) for name in sorted(words)]
    pages = known["AttachScan"]["properties"]["pages"]
    known["AttachScan"]["properties"]["pages"] = {"anyOf": [pages, {"const": SAMPLE}]}
    whole = known.pop(file.__name__)
    schema = {"$schema": DIALECT, **whole, "title": title, "$defs": known}
    _spell_moments(schema)
    return schema


def _when(act: str, words: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """Of acts of this name: their words, which may be left out only if none of them is required."""
    then: dict[str, Any] = {"properties": {"with": words}}
    if known[words["$ref"].rpartition("/")[2]].get("required"):
        then["required"] = ["with"]
    return {"if": {"properties": {"do": {"const": act}}}, "then": then}


def _spell_moments(node: Any) -> None:
    """A moment may be written without offset and seconds, which `date-time` does not allow."""
    if isinstance(node, dict):
        if node.get("format") == "date-time":
            del node["format"]
            node.update(pattern=_MOMENT, description="2026-03-02T09:30, in the site's time zone")
        for inner in node.values():
            _spell_moments(inner)
    elif isinstance(node, list):
        for inner in node:
            _spell_moments(inner)


if __name__ == "__main__":
    write_schemas(schemas(), Path(sys.argv[1]))

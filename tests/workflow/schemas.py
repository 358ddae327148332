"""The published JSON Schemas of the engine's files, made from the loaders' models: `python -m tests.workflow.schemas`."""

import json
from pathlib import Path
from typing import Any

from mediation.workflow.definition import Definition
from mediation.workflow.guards import CONDITIONS, GUARDS
from mediation.workflow.migration import Plan
from mediation.workflow.scenarios import Scenarios
from mediation.workflow.vocabulary import STANDARD

FOLDER = Path(__file__).parents[2] / "docs" / "schemas"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def workflow_schema() -> dict[str, Any]:
    """The shape of workflows/<name>/v<N>.yaml, with the names that are registered."""
    schema = Definition.model_json_schema(by_alias=True)
    edge = schema["$defs"]["Edge"]["properties"]
    for named in ("states", "triggers"):
        schema["properties"][named]["additionalProperties"] = False
    edge["guards"]["items"] = {"enum": sorted(GUARDS)}
    edge["when"]["items"] = {"enum": sorted(f"{sign}{name}" for name in CONDITIONS for sign in ("", "not "))}
    edge["effects"]["description"] += "; name, or name:argument: " + ", ".join(sorted(_effects()))
    return {"$schema": _DIALECT, **schema}


def scenarios_schema() -> dict[str, Any]:
    """The shape of workflows/<name>/scenarios.yaml."""
    return {"$schema": _DIALECT, **Scenarios.model_json_schema(by_alias=True)}


def migration_plan_schema() -> dict[str, Any]:
    """The shape of the plan by which running cases go on in another version."""
    return {"$schema": _DIALECT, **Plan.model_json_schema()}


def text(schema: dict[str, Any]) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def _effects() -> list[str]:
    return [name if kind is None else f"{name}:<{kind}>" for name, kind in STANDARD.effects.items()]


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True, parents=True)
    (FOLDER / "workflow.schema.json").write_text(text(workflow_schema()), "utf-8")
    (FOLDER / "scenarios.schema.json").write_text(text(scenarios_schema()), "utf-8")
    (FOLDER / "migration-plan.schema.json").write_text(text(migration_plan_schema()), "utf-8")

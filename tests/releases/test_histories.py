"""The histories of cases that releases have kept, one of every definition version: the present program folds each to what it was."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mediation.audit.trail import event_hash
from mediation.workflow.loader import parse_definition
from tests.releases.histories import FOLDER
from tests.walk.sight import folded

ROOT = Path(__file__).parents[2]
KEPT = sorted(path.stem for path in FOLDER.glob("*.json"))
DEFINITIONS = {
    f"{path.parent.name}-{path.stem}": path
    for places in ("workflows", "examples/*/workflows")
    for path in ROOT.glob(f"{places}/*/v*.yaml")
}
"""Those of the program, and those that an example has of its own."""
SHIPPED = sorted(DEFINITIONS)
ENDS = {
    "council-v1": "c306bac4edaedc8da4a39bfd8956f63bd4d1a5179bf0171ac46271090c15c6ca",
    "council-v2": "47b14a7fa1afbdcc1021c2ff50756b68b7515225e1a269e3dfbe7677c9588ff2",
    "council-v3": "1a98ab67b946531db8c1354ea6ac422966fb903cdfeda9a07c8f5aa5c381f95e",
    "joint-v1": "d97b9d5aa441d959dca0439951f6d08aa87766729722ed5449ae210e111b9546",
    "joint-v2": "37775ddb4e8a4f3743a2f776dcff7671b4754b7571891d8db9f133d201d3430b",
    "joint-v3": "9d8230a1165acf86f5fd9943e509e378795924ef11cf281d87d45c97a88215aa",
    "joint-v4": "b5fad592540826470afd9987838068c02f13ada99e9914ebb4042efb6a249176",
    "ordinary-v1": "e1070250c1c929d4b82a11cb29c4b867ba7eaf8e32084ed9fa94200c7c70cf34",
    "ordinary-v2": "f5dd73eac3ee859a499906052fad19e72feae931a86285d24ffbc6e579fe2ff0",
    "ordinary-v3": "7bd2bb9356078f0b03fd4442690004826731f60c8411d8180b9ec163e8484108",
    "ordinary-v4": "7bf6fd53596263e7efe341bcb02aa12277fb67f63eedec4fa635a87782c1bbf8",
    "ordinary-v5": "d8d3c53605548f81bf9a2ccae181347630868b74032f3b7d38fc8a2639ef310b",
    "simple-v1": "1de2630f7938c10a55db15124d6bff8f641f240cc80aef8281b0886ffe05d4bf",
    "simple-v2": "206e81c14c2d9be6fc815fb1dc7605d535dc8c753d6eb22c99aaaa57014e60bd",
    "simple-v3": "349a444f6ecad87458e3f6a775b4fc05d143605808b848116d952d1e38b99387",
    "simple-v4": "5b94f6ed7633d00bc0fffb6c51096e3ed550fcd585aba9174163719803d8ae9e",
}
"""The hash of each history's last event: it stands here, and binds all before it."""


@pytest.fixture(params=KEPT)
def history(request: pytest.FixtureRequest) -> dict[str, Any]:
    return dict(json.loads((FOLDER / f"{request.param}.json").read_text("utf-8")), name=request.param)


def test_every_definition_that_is_shipped_has_its_history():
    assert KEPT == SHIPPED == sorted(ENDS)


def test_history_is_hashed_to_what_it_was_event_by_event(history):
    previous = ""
    for number, event in enumerate(history["events"], 1):
        hashed = {**event, **{name: moment(event[name]) for name in ("recorded_at", "occurred_at")}}
        kept = hashed.pop("hash")
        assert (event["ordinal"], event["previous"], event_hash(hashed)) == (number, previous, kept)
        previous = kept
    assert previous == ENDS[history["name"]]


def test_history_is_folded_to_the_row_that_it_had(history):
    told = folded((one["version"], one["to_state"], one["facts"]) for one in history["events"])
    row = history["row"]
    wanted = {
        "workflow": f"{row['workflow']}/{row['workflow_version']}",
        **{name: row[name] for name in ("state", "version", "outcome", "number")},
    }
    if history["release"] == "0.1.0":
        del wanted["number"]  # the trail of 0.1.0 does not tell yet what a column has become
    assert {name: told[name] for name in wanted} == wanted


def test_every_act_of_a_history_is_a_way_of_the_definition_that_the_case_had_then(history):
    """By the files as they are shipped now: a definition that has been in force is never changed."""
    before, foreign = "", []
    for event in history["events"]:
        flow = event["facts"].get("workflow", "")
        definition = definition_of(before or flow)
        if event["act"] in definition.triggers:
            ends = {
                ("", edge.to or event["from_state"])
                if edge.into is None
                else (edge.into.workflow, edge.into.state)
                for edge in definition.edges
                if edge.trigger == event["act"] and event["from_state"] in edge.origin
            }
            turned = flow.partition("/")[0] if flow != before else ""
            if (turned, event["to_state"]) not in ends:
                foreign.append((event["ordinal"], event["act"], event["from_state"], event["to_state"]))
        before = flow or before
    assert foreign == []
    assert len(history["events"]) > 10


def definition_of(flow: str) -> Any:
    name, _slash, version = flow.partition("/")
    path = DEFINITIONS[f"{name}-v{version}"]
    definition, _lines, problems = parse_definition(path.read_text("utf-8"), path.name)
    assert not problems
    return definition


def moment(said: str) -> datetime:
    return datetime.fromisoformat(said).replace(tzinfo=UTC)

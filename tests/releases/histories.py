"""Keeps the histories of cases for all later versions to fold: `python -m tests.releases.histories DATABASE RELEASE`.

DATABASE is a SQLite file in which a release has played its example; of every definition that its cases ended in, one case is
written to tests/releases/histories/<name>-v<version>.json: all columns of its events as they lie there, and how its row
stood. Plain SQL, so that it does not matter by whose code the file was made. What is kept is never made anew.
"""

import json
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "histories"
_CASES = (
    "SELECT public_id, workflow, workflow_version, workflow_sha256, state, version, outcome, number FROM dispute"
    " ORDER BY version DESC"
)
_EVENTS = (
    "SELECT chain, ordinal, recorded_at, occurred_at, actor, unit, act, from_state, to_state, version, facts, commitments,"
    " previous, hash FROM audit_event WHERE chain = ? ORDER BY ordinal"
)


def keep(database: Path, release: str) -> list[Path]:
    """Write what is not kept yet; the files that were written."""
    written = []
    FOLDER.mkdir(exist_ok=True)
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        for case in connection.execute(_CASES).fetchall():
            path = FOLDER / f"{case['workflow']}-v{case['workflow_version']}.json"
            if path.exists():
                continue
            events = [_event(dict(row)) for row in connection.execute(_EVENTS, (case["public_id"],))]
            history = {"release": release, "row": dict(case), "events": events}
            path.write_text(json.dumps(history, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
            written.append(path)
    return written


def _event(row: dict[str, Any]) -> Mapping[str, Any]:
    """As it lies there, but for what is JSON within."""
    return {**row, **{name: json.loads(row[name]) for name in ("facts", "commitments")}}


if __name__ == "__main__":
    for one in keep(Path(sys.argv[1]), sys.argv[2]):
        sys.stdout.write(f"{one}\n")

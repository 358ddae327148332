"""SpiffWorkflow, as a server without memory uses it: a process is read, opened, one task completed, and written; one commit."""

import sqlite3
import sys
from pathlib import Path

from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState
from stepping import PRAGMAS, Step, serve

parser = BpmnParser()
parser.add_bpmn_file(str(Path(__file__).with_name("way.bpmn")))
spec = parser.get_spec("mediation")
serializer = BpmnWorkflowSerializer()
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.executescript(
    PRAGMAS + "CREATE TABLE process (id INTEGER PRIMARY KEY, state TEXT NOT NULL, ended BOOLEAN NOT NULL);"
)
key, ended = 0, True


def prepare() -> Step:
    global key  # noqa: PLW0603  one process after another
    if ended:
        workflow = BpmnWorkflow(spec)
        workflow.do_engine_steps()
        key = database.execute(
            "INSERT INTO process (state, ended) VALUES (?, 0)", (serializer.serialize_json(workflow),)
        ).lastrowid
    return step


def step() -> None:
    global ended  # noqa: PLW0603
    database.execute("BEGIN IMMEDIATE")
    state = database.execute("SELECT state FROM process WHERE id = ?", (key,)).fetchone()[0]
    workflow = serializer.deserialize_json(state)
    workflow.get_next_task(state=TaskState.READY, manual=True).run()
    workflow.do_engine_steps()
    ended = workflow.is_completed()
    database.execute(
        "UPDATE process SET state = ?, ended = ? WHERE id = ?",
        (serializer.serialize_json(workflow), ended, key),
    )
    database.execute("COMMIT")


serve(prepare)

"""Peers are named by the versions that are installed, not by those that are locked."""

import sys
from importlib.metadata import version

from benchmarks.peers import versions_of_node, versions_of_python


def test_versions_are_asked_of_the_python_that_runs_the_peer():
    assert versions_of_python(sys.executable, "sqlalchemy", "SQLModel") == [
        f"sqlalchemy {version('sqlalchemy')}",
        f"SQLModel {version('sqlmodel')}",
    ]


def test_versions_of_node_are_read_where_it_takes_its_packages_from(tmp_path):
    for name, its in (("bpmn-engine", "25.0.7"), ("libsql", "0.6.0")):
        package = tmp_path / "node_modules" / name / "package.json"
        package.parent.mkdir(parents=True)
        package.write_text(f'{{"name": "{name}", "version": "{its}"}}', encoding="utf-8")
    assert versions_of_node(tmp_path, "bpmn-engine", "libsql") == ["bpmn-engine 25.0.7", "libsql 0.6.0"]

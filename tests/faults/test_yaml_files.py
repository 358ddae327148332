"""Spoiled definitions, a few hundred; `./run faults yaml` does twenty thousand."""

import pytest

from mediation.workflow.loader import parse_definition
from tests.faults.yaml_files import spoil_files, unsound
from tests.workflow.drafts import SMALL, spoiled


def test_spoiled_files_are_sound_or_refused_with_file_and_line():
    done = spoil_files(600, seed=7)
    assert done.found == []
    assert done.files == done.accepted + done.refused
    assert done.accepted > 10


def test_small_definition_is_sound_by_the_other_proof_too():
    definition, _lines, _problems = parse_definition(SMALL, "v1.yaml")
    assert list(unsound(definition)) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (("initial: registered", "initial: talking"), ["registered is never reached"]),
        (("from: [talking], to: done", "from: [talking], to: talking"), []),
        (("{trigger: begin, from: [registered], to: talking}", "{trigger: begin, from: [registered]}"), ["talking is never reached"]),
        (("{trigger: begin, from: [registered]", "{trigger: begin, from: [moon]"), ["edge of an unknown state moon", "talking is never reached"]),
        (("{trigger: begin, from: [registered], to: talking}", "{trigger: begin, from: [registered, done], to: talking}"), ["a way out of done, which is final"]),
        (("  begin: {title: 开始", "  other: {title: 开始"), ["edge of an unknown trigger begin"]),
    ],
)  # fmt: skip
def test_other_proof_sees_what_is_unsound(change, found):
    definition, _lines, _problems = parse_definition(spoiled(change), "v1.yaml")
    assert list(unsound(definition)) == found

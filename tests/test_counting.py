"""TESTING.md tells every figure as it came out, and why a missed one is missed."""

from benchmarks.figures import FIGURES, MISSED, Came, keep
from tests.counting import figures_told


def test_every_figure_has_its_line_and_a_missed_one_its_reason(tmp_path):
    kept = tmp_path / "figures.json"
    keep("engine: beside others", "2026-12-01", "abc", [Came("bpmn-engine", "a step", 0.92, MISSED)], kept)
    told = figures_told(kept)
    lines = told.splitlines()
    assert [line.split(" | ")[0].removeprefix("| ") for line in lines[: len(FIGURES)]] == list(FIGURES)
    what = FIGURES["bpmn-engine"].what
    assert f"| bpmn-engine | {what} | ≥ 20 | ≥ 30 | 0.920 | missed | 2026-12-01 | abc |" in lines
    assert lines[0].endswith("| ≥ 0.3 | ≥ 0.5 | not measured anew |  |  |  |")
    assert [line.partition(".")[0] for line in lines[len(FIGURES) :]] == ["", "- Missed: bpmn-engine"]

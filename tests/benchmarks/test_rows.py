"""Each part hands its rows over as figures by the measure that the figure names."""

import pytest

from benchmarks import cli, complaint, documents, engine
from benchmarks.complaint import Played
from benchmarks.documents import Made
from benchmarks.engine import Timed
from benchmarks.results import Row


def came(rows) -> list[tuple[str, float, str]]:
    return [(row.figure, round(row.value, 3), row.came.verdict) for row in rows if isinstance(row, Row)]


@pytest.mark.parametrize(("store", "verdict"), [("SQLite", "met: aim"), ("PostgreSQL", "missed")])
def test_act_is_held_to_the_mark_of_its_store(store, verdict):
    rows = engine._rows(store, {"accept": Timed([0.004] * 3, [0.002] * 3, [24] * 3)})
    assert came(rows) == [(f"act, {store}", 0.5, verdict)]


def test_speed_of_a_paper_is_how_many_times_as_fast():
    row = documents._as_fast(
        "a paper", Made([0.08] * 3, 88), "WeasyPrint", Made([0.184] * 3, 357), "paper: WeasyPrint"
    )
    assert came([row]) == [("paper: WeasyPrint", 2.3, "met: mark")]
    assert row.cells[-1] == "2.30 times as fast"


def test_paper_beside_libreoffice_is_a_part_of_its_time_and_beside_weasyprint_of_its_bytes():
    ours, office = Made([0.0798] * 3, 88_290), Made([0.0593] * 3, 357_781)
    rows = [
        documents._of_time("a paper", ours, "LibreOffice", office, "paper: LibreOffice"),
        documents._of_bytes("a paper", ours, "WeasyPrint", office, "paper: bytes"),
        documents._of_bytes("a paper", ours, "LibreOffice", office),
    ]
    assert came(rows) == [("paper: LibreOffice", 1.346, "missed"), ("paper: bytes", 0.247, "met: mark")]


def test_what_cannot_be_measured_here_is_no_figure():
    nothing = Made()
    rows = [
        documents._as_fast("a paper", Made([0.08] * 3, 88), "WeasyPrint", nothing, "paper: WeasyPrint"),
        documents._of_time("a paper", Made([0.08] * 3, 88), "Chromium", nothing, "paper: Chromium"),
        documents._of_bytes("a paper", Made([0.08] * 3, 88), "WeasyPrint", nothing, "paper: bytes"),
    ]
    assert came(rows) == []
    assert [row[3] for row in rows] == ["not measured"] * 3


def test_two_players_are_held_to_the_mark_and_one_is_told_beside():
    rows = [complaint._row("SQLite", [[Played(1, 60, 80, 1.0, 0.9)] * players] * 3) for players in (1, 2)]
    assert [rows[0][2], rows[1].cells[2]] == ["60.0 [60.0–60.0]", "120 [120–120]"]
    assert came(rows) == [("customer's dispute", 120.0, "met: mark")]


def test_command_without_a_figure_is_told_only():
    rows = [
        cli._compared(what, [0.13] * 4, "typer", [0.1] * 4, figure)
        for what, figure in (("the help", "help"), ("opened", ""))
    ]
    assert came(rows) == [("help", 1.3, "met: mark")]
    assert rows[1][-1] == "1.30"

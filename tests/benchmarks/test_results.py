"""RESULTS.md: verdicts stand in one place, a missed figure with its reason, a part that never ran with its command."""

from benchmarks import results
from benchmarks.figures import measured
from benchmarks.results import Row, Section

ENGINE = Section(
    "engine",
    "An act.",
    ("store", "of raw"),
    [
        Row(("SQLite", "0.280"), "act, SQLite", 0.28, "register"),
        Row(("PostgreSQL", "0.950"), "act, PostgreSQL", 0.95, "register"),
        ["none", "0.29"],
    ],
    notes=("A note.",),
)


def lines(text: str, begins: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(begins)]


def test_row_that_is_a_figure_ends_with_its_verdict(capsys):
    results.show(ENGINE)
    assert lines(capsys.readouterr().out, "|") == [
        "| store | of raw | figure | mark | aim | verdict |",
        "| --- | --- | --- | --- | --- | --- |",
        "| SQLite | 0.280 | act, SQLite | ≥ 0.3 | ≥ 0.5 | missed |",
        "| PostgreSQL | 0.950 | act, PostgreSQL | ≥ 0.6 | ≥ 0.9 | met: aim |",
        "| none | 0.29 |  |  |  |  |",
    ]


def test_only_what_was_missed_is_explained(capsys):
    results.show(ENGINE)
    notes = lines(capsys.readouterr().out, "- ")
    assert notes[0] == "- A note."
    assert [one.partition(".")[0] for one in notes[1:]] == ["- Missed: act, SQLite"]


def test_section_without_figures_has_no_column_of_verdicts(capsys):
    results.show(Section("year", "A year.", ("what", "figure"), [("disputes", "10")]))
    assert lines(capsys.readouterr().out, "|")[0] == "| what | figure |"


def test_what_takes_next_to_nothing_meets_the_mark_whatever_the_ratio():
    cells = ("counts", "3.10")
    assert Row(cells, "counts", 3.1).came.verdict == "missed"
    assert Row(cells, "counts", 3.1, spared=True).came.verdict == "met: mark"
    assert Row(cells, "counts", 1.1, spared=True).came.verdict == "met: aim"


def test_page_tells_of_parts_that_never_ran(tmp_path):
    page, kept = tmp_path / "RESULTS.md", tmp_path / "figures.json"
    results.write(ENGINE, page, kept)
    told = page.read_text("utf-8")
    assert "## engine: a customer's dispute\n\nNot yet run: `./run bench engine`.\n" in told
    assert "Not yet run: `./run bench scale`." in told
    assert results.not_run(page).keys() == results._SECTIONS.keys() - {"engine"}
    assert measured(kept)["act, SQLite"].verdict == "missed"


def test_section_takes_the_place_of_the_word_that_it_was_not_run_and_keeps_the_others(tmp_path):
    page, kept = tmp_path / "RESULTS.md", tmp_path / "figures.json"
    results.write(ENGINE, page, kept)
    results.write(Section("scale", "A million.", ("what",), [("x",)]), page, kept)
    told = page.read_text("utf-8")
    assert "Not yet run: `./run bench scale`." not in told
    assert "| SQLite | 0.280 |" in told
    assert [line[3:] for line in lines(told, "## ")] == sorted(results._SECTIONS)


def test_published_page_tells_of_every_part():
    assert results._sections(results.FILE).keys() == results._SECTIONS.keys()

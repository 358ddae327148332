"""What would be passed over in silence is told: files in the place of folders, links to nowhere, misspelt names."""

from pathlib import Path

from mediation.sites.layout import layout_faults, layout_warnings


def faults(folder: Path) -> dict[str, str]:
    return {problem.file: problem.message for problem in layout_faults(folder)}


def test_a_plain_site_has_no_fault(site):
    (site / "workflows" / "own").mkdir(parents=True)
    (site / "codes").mkdir()
    (site / "codes" / "own.yaml").write_text("")
    (site / ".git").mkdir()
    (site / "README.md").write_text("")
    assert (layout_faults(site), layout_warnings(site)) == ([], [])


def test_a_file_in_the_place_of_a_folder_is_told(site):
    for name in ("workflows", "codes", "calendars"):
        (site / name).write_text("")
    (site / "templates").mkdir()
    (site / "templates" / "documents").write_text("")
    assert faults(site) == dict.fromkeys(
        ("workflows", "templates/documents", "codes", "calendars"), "应当是文件夹"
    )


def test_what_lies_beside_the_folders_is_told(site):
    (site / "workflows").mkdir()
    (site / "workflows" / "own.yaml").write_text("")
    (site / "workflows" / "astray").symlink_to(site / "nowhere")
    (site / "workflows" / "loop").symlink_to(site / "workflows" / "loop")
    (site / "codes").mkdir()
    (site / "codes" / "own.csv").write_text("")
    assert faults(site) == {
        "workflows/own.yaml": "应当是文件夹",
        "workflows/astray": "符号链接指向的文件夹不存在",
        "workflows/loop": "文件夹读不出来：符号链接绕成了圈",
        "codes/own.csv": "这里只放 .yaml 文件，这一个不会被读取",
    }


def test_a_name_that_nothing_reads_is_warned_about(site):
    (site / "calendar").mkdir()
    (site / "unit.csv").write_text("")
    assert [problem.file for problem in layout_warnings(site)] == ["calendar", "unit.csv"]

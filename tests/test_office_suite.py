"""What an office suite makes of our tables: every cell a text, none a formula. Left out where there is no LibreOffice."""

import csv
import io
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from mediation.spreadsheet import as_csv, as_xlsx, disarmed

SUITE = shutil.which("soffice")
CALC = SUITE is not None and (Path(SUITE).resolve().parent / "libsclo.so").exists()
"""The suite is often there without its spreadsheets."""
MARKS = (
    "=",
    "+",
    "-",
    "@",
    "＝",
    "＋",
    "－",
    "＠",
    "\t=",
    " =",
    "\u3000=",
    "\ufeff=",
    "'=",
    '"=',
    ";=",
    "|",
    "%",
)
PAYLOADS = (
    'HYPERLINK("http://x.example","点")',
    "1+1",
    "cmd|' /C calc'!A0",
    'WEBSERVICE("http://x.example")',
    'DDE("soffice";"x";"y")',
    "SUM(A1:A9)",
    "A1",
)
ROWS = [[f"{mark}{payload}" for payload in PAYLOADS] for mark in MARKS]
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"


@pytest.fixture(scope="module")
def opened(tmp_path_factory) -> dict[str, ET.Element]:
    """Both tables as LibreOffice has opened them."""
    folder = tmp_path_factory.mktemp("office")
    (folder / "list.csv").write_bytes(as_csv(ROWS))
    (folder / "sheet.xlsx").write_bytes(as_xlsx(ROWS))
    for name, reading in (("list.csv", ["--infilter=CSV:44,34,76,1"]), ("sheet.xlsx", [])):
        command = [
            *(str(SUITE), f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", *reading),
            *("--convert-to", "fods", "--outdir", str(folder), str(folder / name)),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=240)
    return {name: _parsed(folder / f"{name}.fods") for name in ("list", "sheet")}


def _parsed(file: Path) -> ET.Element:
    return ET.fromstring(file.read_text("utf-8"))  # noqa: S314  our own


def _cells(table: ET.Element) -> list[ET.Element]:
    return [one for one in table.iter(f"{TABLE}table-cell") if one.find(f"{TEXT}p") is not None]


def _bare(text: str) -> str:
    """Without blanks, which the suite keeps as elements of their own, and without marks of byte order."""
    return "".join(text.replace("\ufeff", "").split())


@pytest.mark.slow
@pytest.mark.skipif(not CALC, reason="no LibreOffice Calc on this machine")
def test_no_cell_is_a_formula_and_each_says_what_it_was_given(opened):
    wanted = [disarmed(cell) for row in ROWS for cell in row]
    for name, table in opened.items():
        cells = _cells(table)
        assert [one.get(f"{TABLE}formula") for one in cells] == [None] * len(wanted), name
        assert {one.get(f"{OFFICE}value-type") for one in cells} == {"string"}, name
        told = ["".join("".join(line.itertext()) for line in one.iter(f"{TEXT}p")) for one in cells]
        assert [_bare(one) for one in told] == [_bare(one) for one in wanted], name


@pytest.mark.slow
@pytest.mark.skipif(not CALC, reason="no LibreOffice Calc on this machine")
def test_what_is_not_disarmed_would_be_found(tmp_path):
    out = io.StringIO()
    csv.writer(out).writerow(["=1+1"])
    (tmp_path / "bad.csv").write_text(out.getvalue(), "utf-8")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [
        str(SUITE),
        profile,
        "--headless",
        "--infilter=CSV:44,34,76,1,,0,false,true,false,false,false,-1",
    ]
    command += ["--convert-to", "fods", "--outdir", str(tmp_path), str(tmp_path / "bad.csv")]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    found = next(tmp_path.glob("*.fods")).read_text("utf-8")
    assert "table:formula=" in found

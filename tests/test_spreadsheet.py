"""Tables for spreadsheet programs: every cell is text, whatever it begins with."""

import csv
import io
import zipfile
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation.spreadsheet import as_csv, as_xlsx, disarmed

MARKS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def read_csv(content):
    return list(csv.reader(io.StringIO(content.removeprefix(b"\xef\xbb\xbf").decode(), newline="")))


def sheet(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        parts = {name: ET.fromstring(archive.read(name)) for name in archive.namelist()}  # noqa: S314  our own
    return parts["xl/worksheets/sheet1.xml"]


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("before", ["", " ", "\u3000", "\ufeff"])
def test_what_would_be_a_formula_is_disarmed(mark, before):
    text = f'{before}{mark}HYPERLINK("http://x.example","点")'
    assert disarmed(text) == f"'{text}"
    assert [row[0][0] for row in read_csv(as_csv([[text]]))] == ["'"]
    found = sheet(as_xlsx([[text]]))
    assert [one.text[0] for one in found.iter(f"{MAIN}t")] == ["'"]


def test_plain_words_stay_as_they_are():
    rows = [["张某与李某", "a=b", "2026-03-02", '他说"好"，\n第二行']]
    assert read_csv(as_csv(rows)) == rows
    assert [one.text for one in sheet(as_xlsx(rows)).iter(f"{MAIN}t")] == rows[0]


@given(st.lists(st.lists(st.text(), min_size=1), min_size=1))
def test_any_text_makes_a_sheet_of_texts(rows):
    found = sheet(as_xlsx(rows, "=1&A" + rows[0][0]))
    assert not list(found.iter(f"{MAIN}f"))
    assert {one.get("t") for one in found.iter(f"{MAIN}c")} == {"inlineStr"}
    assert len(list(found.iter(f"{MAIN}c"))) == sum(len(row) for row in rows)
    for text in (cell for row in rows for cell in row):
        assert not disarmed(text).startswith(MARKS)


def test_mark_stands_on_every_printed_page():
    footer = next(sheet(as_xlsx([["甲"]], "张某 & 李某")).iter(f"{MAIN}oddFooter"))
    assert footer.text == "&L张某 && 李某"

"""Tables for spreadsheet programs, as CSV and as XLSX (ECMA-376): no cell of them can become a formula (CWE-1236)."""

import csv
import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
_BLANK = " \u00a0\u3000\u200b\ufeff"
_MOST_IN_CELL = 32_767
_MOST_IN_FOOTER = 240
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1" Type="{_OFFICE}/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="1" sheetId="1" '
    'r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def disarmed(text: str) -> str:
    """The text, with a mark in front of what a spreadsheet would take for a formula, blanks before it or not."""
    return f"'{text}" if text.startswith(_FORMULA) or text.lstrip(_BLANK).startswith(_FORMULA) else text


def as_csv(rows: Sequence[Sequence[str]]) -> bytes:
    """The rows, each cell disarmed: UTF-8 with a byte order mark, so that spreadsheets read the Chinese right."""
    out = io.StringIO()
    write = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    write.writerows([disarmed(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def as_xlsx(rows: Sequence[Sequence[str]], footer: str = "") -> bytes:
    """The rows as one sheet, each cell a disarmed text; `footer` stands on every page that is printed."""
    lines = "".join(f"<row>{''.join(_cell(cell) for cell in row)}</row>" for row in rows)
    printed = _legal(footer).replace("&", "&&")[:_MOST_IN_FOOTER]
    if (len(printed) - len(printed.rstrip("&"))) % 2:  # half of a doubled one
        printed = printed[:-1]
    sheet = (
        f'<worksheet xmlns="{_MAIN}"><sheetData>{lines}</sheetData>'
        f"<headerFooter><oddFooter>&amp;L{escape(printed)}</oddFooter></headerFooter></worksheet>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {**_PARTS, "xl/worksheets/sheet1.xml": sheet}.items():
            archive.writestr(zipfile.ZipInfo(name), (_HEAD + text).encode(), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _cell(text: str) -> str:
    said = escape(_legal(disarmed(text))[:_MOST_IN_CELL])
    return f'<c t="inlineStr"><is><t xml:space="preserve">{said}</t></is></c>'


def _legal(text: str) -> str:
    """Without the characters that XML 1.0 (§2.2) has no place for."""
    return "".join(
        one
        for one in text
        if one in "\t\n\r" or "\x20" <= one <= "\ud7ff" or "\ue000" <= one <= "\ufffd" or one > "\uffff"
    )

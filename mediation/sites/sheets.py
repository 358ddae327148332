"""Sheets of rows (CSV) as people make them: UTF-8, or GB18030 as Chinese Excel writes it. Every problem at once.

The first line holds the headings, in Chinese or by their keys, in any order. Blank lines and blank columns at the end
are skipped. A file that is not UTF-8 is read as GB18030, and the notes say so.
"""

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from mediation.errors import Problem
from mediation.language import _, joined
from mediation.reading import Unreadable, forbidden_in, quoted, read_file

_SPOILT = re.compile(r"[0-9]\.[0-9]+[Ee]\+[0-9]+\Z")
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?\Z")
_NOT_TEXT = (b"\xff\xfe", b"\xfe\xff", b"PK\x03\x04")  # UTF-16, and a workbook
_LONGEST_CELL = 2000
_YES = frozenset({"是", "true", "yes", "1"})
_NO = frozenset({"否", "false", "no", "0", ""})


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key, its Chinese heading, what it holds."""

    key: str
    heading: str
    about: str
    required: bool = False
    pattern: str | None = None


@dataclass
class Row:
    """One line of a sheet. Reading a cell notes what is wrong with it and gives a harmless value.

    `unread`: columns whose value is not known here, for want of a heading or because the cell is wrong; that has been told,
    and nothing more is. `spoilt`: what stands in cells that are wrong as text.
    """

    file: str
    line: int
    cells: Mapping[str, str]
    headings: Mapping[str, str]
    problems: list[Problem]
    unread: set[str] = field(default_factory=set)
    spoilt: dict[str, str] = field(default_factory=dict)

    def text(self, key: str) -> str:
        return self.cells.get(key, "")

    def or_none(self, key: str) -> str | None:
        return self.cells.get(key) or None

    def listed(self, key: str) -> tuple[str, ...]:
        """Several values in one cell, parted by ; 、 or a blank."""
        return tuple(part for part in re.split(r"[;\uff1b\u3001,\uff0c\s]+", self.text(key)) if part)

    def number(self, key: str) -> int | None:
        text = self.text(key)
        if not text:
            return None
        if not re.fullmatch(r"[0-9]{1,9}", text):
            self.unreadable(key, _("应当是整数；现在写的是 {text}").format(text=quoted(text)))
            return None
        return int(text)

    def day(self, key: str) -> date | None:
        text = self.text(key)
        if not text:
            return None
        found = _DAY.match(text)
        if found is None:
            self.unreadable(key, _("应当是日期，如 2026-03-01；现在写的是 {text}").format(text=quoted(text)))
            return None
        try:
            return date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            self.unreadable(key, _("日期 {text} 不存在").format(text=text))
            return None

    def flag(self, key: str) -> bool:
        text = self.text(key).lower()
        if text not in _YES | _NO:
            self.unreadable(key, _("应当写“是”或“否”；现在写的是 {text}").format(text=quoted(text)))
        return text in _YES

    def knows(self, *keys: str) -> bool:
        """Are these cells read?"""
        return self.unread.isdisjoint(keys)

    def wrong(self, key: str, message: str) -> None:
        if key not in self.unread:
            self.problems.append(self.problem(key, message))

    def unreadable(self, key: str, message: str) -> None:
        """The cell is wrong, so that its value is not known."""
        self.wrong(key, message)
        self.unread.add(key)

    def problem(self, key: str, message: str) -> Problem:
        return Problem(message, self.file, self.line, self.headings.get(key, key))


@dataclass
class Sheet:
    """The rows of a file, what is wrong with it, and what should be known about how it was read.

    `unread`: columns of which no cell is known: all of them if the file cannot be read, else those that a wrong heading may
    stand for. What hangs on them is not told.
    """

    rows: list[Row] = field(default_factory=list)
    unread: Collection[str] = frozenset()
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)


def forget_wrong_cells(sheet: Sheet) -> None:
    """What something is told of counts as not known from now on."""
    wrong = {(problem.line, problem.key) for problem in sheet.problems}
    for row in sheet.rows:
        row.unread |= {key for key, heading in row.headings.items() if (row.line, heading) in wrong}


def read_sheet(path: Path, columns: Sequence[Column]) -> Sheet:
    """All rows of the file."""
    sheet = Sheet(unread=frozenset(column.key for column in columns))
    text = _decoded(path, sheet)
    if text is None:
        return sheet
    lines = list(_lines(text, path.name, sheet))
    if not lines:
        sheet.problems.append(Problem(_("文件是空的，第一行应为表头"), path.name, 1))
        return sheet
    if len(lines[0][1]) == 1 and re.search("[;\t\uff0c]", lines[0][1][0]):
        sheet.problems.append(Problem(_("各格之间应当用英文逗号隔开"), path.name, 1))
        return sheet
    is_cut = bool(sheet.problems)
    places = _headings(lines[0][1], columns, path.name, sheet)
    if is_cut:
        return sheet
    headed = {column.key for column in places.values() if column is not None}
    sheet.unread = frozenset(sheet.unread) - headed if sheet.problems else frozenset()
    for number, cells in lines[1:]:
        _take(number, cells, places, columns, path.name, sheet)
    return sheet


def _decoded(path: Path, sheet: Sheet) -> str | None:
    """The file as text, or None with the problem told."""
    data = _bytes(path, sheet)
    if data is None:
        return None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            continue
        if encoding == "gb18030":
            message = _("文件是 GB18030 编码（中文 Excel 的写法），已按此读取")
            sheet.notes.append(Problem(message, path.name))
        return text
    sheet.problems.append(Problem(_("既不是 UTF-8 也不是 GB18030 编码"), path.name, line))
    return None


def _bytes(path: Path, sheet: Sheet) -> bytes | None:
    """The bytes of a file that may be a sheet of text."""
    try:
        data = read_file(path, path.name)
    except Unreadable as error:
        sheet.problems += error.problems
        return None
    if data.startswith(_NOT_TEXT):
        message = _("不是逗号分隔的文本文件；请在 Excel 里另存为“CSV UTF-8(逗号分隔)”")
        sheet.problems.append(Problem(message, path.name))
        return None
    return data


def _lines(text: str, file: str, sheet: Sheet) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    try:
        for record in reader:
            cells = [cell.strip() for cell in record]
            if any(cells):
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        message = _csv_cause(str(error))
        sheet.problems.append(Problem(message, file, begins))


def _csv_cause(told: str) -> str:
    if "field limit" in told:
        return _("一格里的内容太长，多半是前面的引号没有配对")
    if "expected after" in told:
        return _("引号后面多了文字；整格要用引号括起，格里的引号写两个")
    return _("引号没有配对")


def _headings(
    cells: Sequence[str], columns: Sequence[Column], file: str, sheet: Sheet
) -> dict[int, Column | None]:
    """Which column stands where; none under a heading that is wrong or stands twice."""
    by_name = {name: column for column in columns for name in (column.key, column.heading)}
    places: dict[int, Column | None] = {}
    by_place: dict[int, Column] = {}
    for place, cell in enumerate(cells):
        if not cell:
            continue
        column = by_name.get(cell)
        if column is None:
            places[place] = None
            known = joined(one.heading for one in columns)
            message = _("不认识的表头“{cell}”；应为 {known}").format(cell=cell[:40], known=known)
            sheet.problems.append(Problem(message, file, 1, cell[:40]))
        elif column in by_place.values():
            places |= {one: None for one in (place, *by_place) if by_place.get(one, column) == column}
            sheet.problems.append(Problem(_("表头“{cell}”出现两次").format(cell=cell), file, 1, cell))
        else:
            places[place] = by_place[place] = column
    for column in columns:
        if column.required and column not in by_place.values():
            message = _("缺少表头“{heading}”").format(heading=column.heading)
            sheet.problems.append(Problem(message, file, 1, column.heading))
    return places


def _take(
    line: int,
    cells: Sequence[str],
    places: Mapping[int, Column | None],
    columns: Sequence[Column],
    file: str,
    sheet: Sheet,
) -> None:
    values: dict[str, str] = {}
    headings = {column.key: column.heading for column in columns}
    row = Row(file, line, values, headings, sheet.problems, set(sheet.unread))
    for place, cell in enumerate(cells):
        column = places.get(place)
        if column is None:
            if cell and place not in places:
                sheet.problems.append(
                    Problem(
                        _("第{place}格“{cell}”没有表头").format(place=place + 1, cell=cell[:40]), file, line
                    )
                )
            continue
        fault = _cell_fault(cell, column)
        if fault:
            row.unreadable(column.key, fault)
            row.spoilt[column.key] = cell
        else:
            values[column.key] = cell
    for column in columns:
        if column.required and not values.get(column.key):
            row.unreadable(column.key, _("不能为空"))
    sheet.rows.append(row)


def is_spoilt(cell: str) -> bool:
    """Has Excel written a long number in its own way, so that its last digits are lost?"""
    return _SPOILT.match(cell) is not None


def _cell_fault(cell: str, column: Column) -> str | None:
    """What is wrong with a cell as text."""
    found = forbidden_in(cell)
    if found:
        return _("含有不允许的字符 {code}").format(code=found)
    if len(cell) > _LONGEST_CELL:
        return _("超过 {most} 个字").format(most=_LONGEST_CELL)
    if cell.startswith(("=", "@")):
        return _("不能是公式")
    if is_spoilt(cell):
        return _("{cell} 是 Excel 的科学记数，末几位已经丢失；请把该列设为文本后重填").format(cell=cell)
    if cell and column.pattern and not re.fullmatch(column.pattern, cell):
        return _("{about}；现在写的是 {cell}").format(about=column.about, cell=quoted(cell))
    return None

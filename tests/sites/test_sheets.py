"""Sheets as people make them."""

from datetime import date

import pytest

from mediation.sites.sheets import Column, read_sheet

COLUMNS = (
    Column("code", "代码", "代码只能用字母", required=True, pattern=r"[a-z]+"),
    Column("name", "名称", "名称"),
    Column("from", "生效日期", "日期"),
    Column("count", "户数", "整数"),
    Column("full", "专职", "是或否"),
)


def read(tmp_path, data):
    path = tmp_path / "x.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_sheet(path, COLUMNS)


def told(sheet):
    return [(one.file, one.line, one.key, one.message) for one in sheet.problems]


@pytest.mark.parametrize(
    ("encoding", "notes"),
    [
        ("utf-8", []),
        ("utf-8-sig", []),
        ("gb18030", ["文件是 GB18030 编码（中文 Excel 的写法），已按此读取"]),
    ],
)
def test_a_sheet_as_excel_writes_it_is_read_and_said_so(tmp_path, encoding, notes):
    text = '代码,名称,生效日期,户数,专职,\r\na,"示例村,喆𬱖",2026/3/1,12,是,\r\n,,,,,\r\nb, 乙\u3000,2026年3月2日,,否,\r\n'
    sheet = read(tmp_path, text.encode(encoding))
    assert told(sheet) == []
    assert [note.message for note in sheet.notes] == notes
    first, second = sheet.rows
    assert (first.line, first.text("name"), first.day("from"), first.number("count"), first.flag("full")) == (
        2, "示例村,喆𬱖", date(2026, 3, 1), 12, True,
    )  # fmt: skip
    assert (second.line, second.text("name"), second.day("from"), second.number("count")) == (
        4, "乙", date(2026, 3, 2), None,
    )  # fmt: skip


def test_headings_may_be_keys_and_stand_in_any_order(tmp_path):
    [row] = read(tmp_path, "name,code\n甲,a\n").rows
    assert (row.text("code"), row.text("name")) == ("a", "甲")


def test_lines_are_counted_through_cells_with_line_ends(tmp_path):
    sheet = read(tmp_path, '代码,名称\na,"一\n二"\nB,乙\n')
    assert [row.line for row in sheet.rows] == [2, 4]
    assert told(sheet) == [("x.csv", 4, "代码", "代码只能用字母；现在写的是 “B”")]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("", (1, "", "文件是空的，第一行应为表头")),
        ("名称\n甲\n", (1, "代码", "缺少表头“代码”")),
        ("代码,代码\na,b\n", (1, "代码", "表头“代码”出现两次")),
        ("代码,编号\na,1\n", (1, "编号", "不认识的表头“编号”；应为 代码、名称、生效日期、户数、专职")),
        ("代码,名称\n,甲\n", (2, "代码", "不能为空")),
        ("代码\na,多余\n", (2, "", "第2格“多余”没有表头")),
        ("代码,名称\na,=1+1\n", (2, "名称", "不能是公式")),
        ("代码,名称\na,x\x00y\n", (2, "名称", "含有不允许的字符 U+0000")),
        ("代码,名称\na,x\u202ey\n", (2, "名称", "含有不允许的字符 U+202E")),
        ("代码,名称\na," + "长" * 2001 + "\n", (2, "名称", "超过 2000 个字")),
        ("代码,名称\na,5.90121E+14\n", (2, "名称", "5.90121E+14 是 Excel 的科学记数，末几位已经丢失；请把该列设为文本后重填")),
        ('代码,名称\na,"没有收尾\n', (2, "", "引号没有配对")),
        ('代码,名称\na,"b"c\n', (2, "", "引号后面多了文字；整格要用引号括起，格里的引号写两个")),
        ('代码,名称\na,"' + "长" * 140_000, (2, "", "一格里的内容太长，多半是前面的引号没有配对")),
        ("代码;名称\na;b\n", (1, "", "各格之间应当用英文逗号隔开")),
        ("代码\t名称\na\tb\n", (1, "", "各格之间应当用英文逗号隔开")),
        (b"\xff\xfea\x00", (None, "", "不是逗号分隔的文本文件；请在 Excel 里另存为“CSV UTF-8(逗号分隔)”")),
        (b"PK\x03\x04abc", (None, "", "不是逗号分隔的文本文件；请在 Excel 里另存为“CSV UTF-8(逗号分隔)”")),
        (b"\xb4\xfa\xc2\xeb\na\n\xff\xff\n", (3, "", "既不是 UTF-8 也不是 GB18030 编码")),
    ],
)  # fmt: skip
def test_a_bad_sheet_gets_its_answer(tmp_path, data, expected):
    assert told(read(tmp_path, data)) == [("x.csv", *expected)]


def test_cells_of_the_wrong_kind_are_noted_at_their_place(tmp_path):
    sheet = read(tmp_path, "代码,生效日期,户数,专职\na,2026-02-30,十二,也许\nb,昨天,-1,\n")
    for row in sheet.rows:
        row.day("from")
        row.number("count")
        row.flag("full")
    assert [(one.line, one.key, one.message) for one in sheet.problems] == [
        (2, "生效日期", "日期 2026-02-30 不存在"),
        (2, "户数", "应当是整数；现在写的是 “十二”"),
        (2, "专职", "应当写“是”或“否”；现在写的是 “也许”"),
        (3, "生效日期", "应当是日期，如 2026-03-01；现在写的是 “昨天”"),
        (3, "户数", "应当是整数；现在写的是 “-1”"),
    ]


def test_a_wrong_heading_hides_nothing_of_the_other_columns(tmp_path):
    sheet = read(tmp_path, "代码,名稱,生效日期,专职,专职\n1,甲,2026-02-30,是,也许\n,乙,昨天,,\n")
    for row in sheet.rows:
        row.day("from")
        row.flag("full")
        row.wrong("name", "没有名称")
    assert [(one.line, one.key) for one in sheet.problems] == [
        (1, "名稱"),
        (1, "专职"),
        (2, "代码"),
        (3, "代码"),
        (2, "生效日期"),
        (3, "生效日期"),
    ]
    assert sheet.unread == {"name", "full", "count"}


def test_a_heading_too_many_keeps_nobody_from_knowing_the_rows(tmp_path):
    sheet = read(tmp_path, "代码,名称,生效日期,户数,专职,备注\na,甲,2026-03-01,1,是,随便写\n")
    assert [(one.line, one.key) for one in sheet.problems] == [(1, "备注")]
    assert sheet.unread == frozenset()


def test_an_absent_sheet_is_told(tmp_path):
    assert told(read_sheet(tmp_path / "none.csv", COLUMNS)) == [("none.csv", None, "", "没有这个文件")]

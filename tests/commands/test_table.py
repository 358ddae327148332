"""A table stands in its columns whatever the letters, and is folded where a terminal is too narrow."""

from hypothesis import given
from hypothesis import strategies as st

from mediation.commands.table import table_lines, width_of

ROWS = [["临-1234", "很长的名称，分两行写", "b"], ["a", "", "x\ny"]]


def test_table_is_as_wide_as_its_words():
    assert table_lines("标题", ["编号", "名称", ""], ROWS, 200) == [
        "标题",
        "┏━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━┳━━━┓",
        "┃ 编号    ┃ 名称                 ┃   ┃",
        "┡━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━╇━━━┩",
        "│ 临-1234 │ 很长的名称，分两行写 │ b │",
        "│ a       │                      │ x │",
        "│         │                      │ y │",
        "└─────────┴──────────────────────┴───┘",
    ]


def test_table_without_rows_is_its_head():
    assert table_lines("无", ["编号"], [], 80) == [
        "无",
        "┏━━━━━━┓",
        "┃ 编号 ┃",
        "┡━━━━━━┩",
        "└──────┘",
    ]


def test_narrow_terminal_folds_the_widest_column():
    assert table_lines("标题", ["编号", "名称", ""], ROWS[:1], 30)[4:6] == [
        "│ 临-1234 │ 很长的名称， │ b │",
        "│         │ 分两行写     │   │",
    ]


def test_signs_that_steer_a_terminal_are_not_let_through():
    assert table_lines("x", ["a"], [["\x1b[31mred\u202e[bold]"]], 80)[4] == "│ �[31mred�[bold] │"


@given(
    rows=st.lists(st.tuples(st.text("甲ab\u0301 ", max_size=30), st.text("乙c,", max_size=30)), max_size=6),
    width=st.integers(20, 120),
)
def test_no_line_is_wider_than_the_terminal_and_no_letter_is_lost(rows, width):
    lines = table_lines("", ["一", "二"], rows, width)[1:]
    assert len(set(map(width_of, lines))) == 1
    assert width_of(lines[0]) <= width
    kept = "".join(line for line in lines if line.startswith("│"))
    assert sorted(kept.replace(" ", "").replace("│", "")) == sorted(
        "".join(map("".join, rows)).replace(" ", "")
    )

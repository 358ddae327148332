"""A table for people at a terminal: columns as wide as their words, folded where the terminal is narrower."""

import shutil
import sys
import unicodedata
from collections.abc import Iterator, Sequence

_LEAST = 4
"""Letters of Latin width that a column keeps, whatever the terminal."""
_UNBOUND = 100_000


def table_lines(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], width: int | None = None
) -> list[str]:
    """The lines of a table. `width`: letters of Latin width that fit beside each other; left out: as the terminal has it,
    and any number where the answer goes into a file or another program.
    """
    if width is None:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _UNBOUND
    columns, rows = _plain(columns), [_plain(row) for row in rows]
    widths = [
        max(1, *(width_of(cell) for row in (columns, *rows) for cell in row[at].split("\n")))
        for at in range(len(columns))
    ]
    _narrow(widths, width - 3 * len(widths) - 1)
    return [
        title,
        _border("┏┳┓━", widths),
        *_row("┃", columns, widths),
        _border("┡╇┩━", widths),
        *(line for row in rows for line in _row("│", row, widths)),
        _border("└┴┘─", widths),
    ]


def width_of(text: str) -> int:
    """In letters of Latin width: a Chinese character takes two, a mark over the letter before it none."""
    return sum(map(_width, text))


def _plain(cells: Sequence[str]) -> list[str]:
    """Without what would move a terminal's cursor or change its colours."""
    return ["".join(one if one == "\n" or one.isprintable() else "�" for one in cell) for cell in cells]


def _width(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _narrow(widths: list[int], room: int) -> None:
    """Take from the widest columns what there is no room for."""
    while sum(widths) > room and max(widths) > _LEAST:
        widths[widths.index(max(widths))] -= 1


def _border(signs: str, widths: Sequence[int]) -> str:
    return signs[0] + signs[1].join(signs[3] * (width + 2) for width in widths) + signs[2]


def _row(sign: str, cells: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    folded = [list(_folded(cell, width)) for cell, width in zip(cells, widths, strict=True)]
    for at in range(max(map(len, folded))):
        parts = [one[at] if at < len(one) else "" for one in folded]
        padded = [part + " " * (width - width_of(part)) for part, width in zip(parts, widths, strict=True)]
        yield f"{sign} " + f" {sign} ".join(padded) + f" {sign}"


def _folded(text: str, width: int) -> Iterator[str]:
    """The text in lines that are no wider."""
    for line in text.split("\n"):
        part, taken = "", 0
        for letter in line:
            if taken + _width(letter) > width and part:
                yield part
                part, taken = "", 0
            part, taken = part + letter, taken + _width(letter)
        yield part

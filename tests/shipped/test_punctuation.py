"""What sites and forms print beside Chinese is punctuated in Chinese: full-width commas, colons, semicolons and brackets."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mediation.yaml_text import parse

ROOT = Path(__file__).parents[2]
CHINESE = "[\u4e00-\u9fff\u3000-\u303f\uff00-\uffef“”‘’…—]"
HALF_WIDTH = re.compile(rf"(?<={CHINESE})[,;:!?()]|[,;:!?()](?={CHINESE})")
MARKUP = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
FILES = [
    *sorted(ROOT.glob("examples/**/*.yaml")),
    *sorted(ROOT.glob("examples/**/*.csv")),
    *sorted(ROOT.glob("templates/**/*.yaml")),
    *sorted(ROOT.glob("templates/**/*.html")),
    *sorted(ROOT.glob("templates/**/*.txt")),
]


def _words(path: Path, text: str) -> Iterator[str]:
    """The words that a reader may come to see; in a table `;` parts what stands in one cell."""
    if path.suffix == ".yaml":
        yield from _leaves(parse(text, path.name)[0])
    elif path.suffix == ".csv":
        for row in csv.reader(text.splitlines()):
            yield from (part for cell in row for part in cell.split(";"))
    else:
        yield MARKUP.sub(" ", text)


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, held in value.items():
            yield str(key)
            yield from _leaves(held)
    elif isinstance(value, list | tuple):
        for held in value:
            yield from _leaves(held)
    elif isinstance(value, str):
        yield value


def _found(path: Path, text: str) -> list[str]:
    return [
        words[max(0, m.start() - 8) : m.end() + 8]
        for words in _words(path, text)
        for m in HALF_WIDTH.finditer(words)
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_marks_beside_chinese_are_full_width(path):
    assert _found(path, path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("x.yaml", "title: 村(社区)办理", ["村(社区)办理", "村(社区)办理"]),
        ("x.csv", "普通话;藏语,继续调解\n", []),
        ("x.csv", '"继续调解,形成"\n', ["继续调解,形成"]),
        ("x.html", "<p>{{ a(b,c) }}编号:{{ number }}</p>", ["<p> 编号: </p>"]),
    ],
)
def test_marks_of_half_width_are_found(name, text, found):
    assert _found(Path(name), text) == found

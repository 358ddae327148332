"""A list as pages to be printed: the mark of who took it, when and what for stands on every one of them."""

from collections.abc import Sequence
from functools import lru_cache

from mediation.documents.composing import compose
from mediation.documents.shapes import NO_SHAPE, without_shape
from mediation.language import _, current_language
from mediation.resources import shipped

MOST_PRINTED = 500
"""Rows of a list as a PDF: setting more would keep the papers of others waiting."""


def list_page(
    rows: Sequence[Sequence[str]], mark: str, *, title: str, span: str, across: str, sample: bool
) -> str:
    """The HTML of a list, heading first, to be set by `documents.render.set_page`. Raises DocumentError.

    `mark` goes to the foot of every page, `across` in grey behind its rows. A character without a shape becomes 〓, and the
    list says so: one name in it must not keep the whole list from being printed.
    """
    said = (mark, title, span, across)
    lacking = without_shape("".join([*said, *(cell for row in rows for cell in row)]))
    instead = str.maketrans(dict.fromkeys(lacking, NO_SHAPE))
    mark, title, span, across = (text.translate(instead) for text in said)
    heading, *cases = [[cell.translate(instead) for cell in row] for row in rows]
    if lacking:
        span = _("{span}；“{sign}”代替字库没有的字").format(span=span, sign=NO_SHAPE)
    files = _files()
    context = {
        "language": "zh-CN" if current_language() == "zh" else current_language(),
        "title": title,
        "span": span,
        "mark": mark,
        "across": across,
        "sample": _("示例数据·不具有法律效力") if sample else "",
        "headings": heading,
        "rows": cases,
    }
    return compose("case_list", files, context)


@lru_cache(maxsize=1)
def _files() -> dict[str, str]:
    folder = shipped("templates") / "lists" / "case_list"
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())}

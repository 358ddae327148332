"""What is done quicker gives the same bytes as the typesetter as it comes."""

from collections.abc import Callable

import pytest

from mediation.documents.forms import Form, load_forms
from mediation.documents.press import Renderer
from mediation.documents.render import RenderedPaper, render, set_page
from mediation.documents.snapshot import Snapshot
from tests.documents.conftest import changed


def quickened() -> bool:
    from mediation.documents import typesetter

    return typesetter.quicken()


def as_it_comes(form: Form, snapshot: Snapshot) -> RenderedPaper:
    from mediation.documents import typesetter

    with typesetter.as_it_comes():
        return render(form, snapshot)


def page_as_it_comes(page: str) -> bytes:
    from mediation.documents import typesetter

    with typesetter.as_it_comes():
        return set_page(page)


def test_locked_version_is_the_one_that_is_quickened(press: Renderer) -> None:
    assert press.run(quickened)


@pytest.mark.parametrize("name", sorted(load_forms()))
def test_paper_is_the_same_byte_for_byte(press: Renderer, name: str) -> None:
    form = load_forms()[name]
    assert press.render(form, form.sample) == press.run(as_it_comes, form, form.sample)


@pytest.mark.parametrize(
    "facts",
    [
        "罗开富与普正荣" * 400,
        "甲方、乙方（含代理人）于2026年3月2日签订《协议》。" * 60,
        "合同编号ABC-2026-0001，金额12,345.67元；" * 60,
        "word " * 300 + "汉字" * 300,
        "averylongwordwithoutanyspaceatall" * 40 + "汉字",
        "「『（〔【《" * 100 + "汉" * 200 + "，。、；：！？" * 40,
        "一二三四五六七八九十" * 30 + "（甲）\n乙\n\n丙",
        "𬱖喆玥㛃" * 200,
    ],
)
def test_long_text_is_broken_in_the_same_places(press: Renderer, agreement: Form, facts: str) -> None:
    plain = agreement.sample.model_dump(mode="json")
    plain["agreement"]["facts"] = facts
    snapshot = changed(agreement.sample, **plain)
    assert press.render(agreement, snapshot) == press.run(as_it_comes, agreement, snapshot)


@pytest.mark.parametrize(
    ("body", "style"),
    [
        ("<ul><li>甲</li><li>乙<p>丙</p></li></ul><ol><li>丁</li></ol>", ""),
        ("<p>甲<span>注</span>乙</p>", "span { float: footnote } span::footnote-call { color: #b00 }"),
        ("<p>甲</p><p>乙</p>", "p { display: list-item } p::marker { color: #b00 }"),
        ("<p>甲乙丙丁</p>" * 3, "p::first-line { font-size: 20pt } p::first-letter { color: #b00 }"),
        ("<p>甲</p>", "p { margin-inline-start: 2em; padding-block: 1em; inline-size: 50% }"),
        ("<p dir='rtl'>甲</p>", "p { direction: rtl; border-inline-end: 1pt solid #b00; margin-inline: 1em 2em }"),
        ("<p>甲<b>乙</b></p>", "p { width: calc(50% + 1em); text-indent: calc(1em + 5%); box-sizing: border-box; padding: 3% }"),
        ("<p>甲<b>乙</b></p>", ":root { --side: 5% } p { margin: var(--side); border: inherit; text-decoration: underline }"),
        ("<div><p>甲</p><p>乙</p></div>", "div { display: flex; min-height: 20mm } p { min-width: 30%; max-height: 50% }"),
        ("<div><p>甲</p><p>乙</p></div>", "div { display: grid; height: 40mm } p { height: 50%; float: inline-end }"),
        ("<p>甲乙</p>", "p { font-feature-settings: 'palt'; font-variant-numeric: tabular-nums; letter-spacing: 2pt }"),
        ("<table><tr><td rowspan=2>甲<td>乙<tr><td>丙</table>", "table { border-collapse: collapse } td { border: 1pt solid #000 }"),
        ("<p>甲</p><p>乙</p>", "p { position: relative; page: other } @page other { size: A5 landscape; margin: 5% }"),
    ],
)  # fmt: skip
def test_whatever_a_form_of_a_site_asks_for_is_the_same(
    press: Renderer, own_form: Callable[..., Form], body: str, style: str
) -> None:
    form = own_form(body, style)
    assert press.render(form, form.sample) == press.run(as_it_comes, form, form.sample)


def test_page_with_its_own_style_is_the_same(press: Renderer) -> None:
    page = (
        "<style>:root { font-family: var(--body) } @page { @bottom-center { content: counter(page) } }</style>"
        "<ul><li>甲</ul><p style='text-indent: 2em'>乙</p>"
    )
    assert press.run(set_page, page) == press.run(page_as_it_comes, page)

"""Every shipped form, found by its folder."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from mediation import resources
from mediation.documents.forms import load_form, load_forms
from mediation.documents.press import Renderer
from tests.documents.papers import fonts_of, pages_of, text_of

FOLDERS = resources.folders("templates", "documents")
STANDARD = {
    "acceptance_register",
    "agreement",
    "mediation_record",
    "non_acceptance_notice",
    "oral_agreement",
    "return_visit",
    "rights_notice",
    "termination_notice",
}


@pytest.fixture(scope="module")
def press() -> Iterator[Renderer]:
    with Renderer() as renderer:
        yield renderer


def test_standard_set_is_whole() -> None:
    assert STANDARD - set(load_forms()) == set()


@pytest.mark.parametrize("name", FOLDERS)
def test_form_is_set_from_its_sample(press: Renderer, name: str, tmp_path: Path) -> None:
    form = load_form(FOLDERS[name])
    paper = press.render(form, form.sample)
    assert press.render(form, form.sample).pdf == paper.pdf
    assert b'pdfaid:part="3"' in paper.pdf
    assert {(embedded, mapped) for _font, embedded, mapped in fonts_of(paper.pdf, tmp_path)} == {
        ("yes", "yes")
    }
    assert list(paper.slots) == [slot.name for slot in form.sample.slots]
    pages = pages_of(paper.pdf, tmp_path)
    assert [number for number, page in enumerate(pages) if "示例文书·不具有法律效力" not in page] == []
    text = text_of(paper.pdf, tmp_path)
    assert "".join((form.sample.number or "").split()) in text
    assert "（以下空白）" in text
    assert ("核验」" in text) == (
        "parts.sealed" in form.files["body.html"] and "proof=true" in form.files["body.html"]
    )


@pytest.mark.parametrize("name", FOLDERS)
def test_sample_names_nobody_and_nothing_that_exists(name: str) -> None:
    sample = json.loads((FOLDERS[name] / "sample.json").read_text(encoding="utf-8"))
    assert sample["sample"] is True
    assert sample["committee"]["sample"] is True
    assert "示例" in sample["site_name"]

"""Every shipped form, found by its folder."""

import json
from collections.abc import Iterator
from itertools import combinations
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
SHORT = [
    "acceptance_register",
    "non_acceptance_notice",
    "oral_agreement",
    "return_visit",
    "termination_notice",
]
MILLIMETRE = 72 / 25.4


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
    assert ("核验」" in text) == ("proof=true" in form.files["body.html"])


@pytest.mark.parametrize("name", SHORT)
def test_short_case_is_one_sheet_with_its_signatures(press: Renderer, name: str) -> None:
    form = load_form(FOLDERS[name])
    assert press.render(form, form.sample).pages == 1


@pytest.mark.parametrize("name", FOLDERS)
def test_places_to_sign_are_large_enough_for_a_hand_and_apart(press: Renderer, name: str) -> None:
    form = load_form(FOLDERS[name])
    places = press.render(form, form.sample).slots
    for slot, place in places.items():
        width, height = ((place.x1 - place.x0) / MILLIMETRE, (place.y1 - place.y0) / MILLIMETRE)
        least = (39.9, 39.9) if slot == "seal" else (39.9, 15.4)
        assert (width >= least[0], height >= least[1]) == (True, True)
    apart = [
        one.page != two.page or one.x1 <= two.x0 or two.x1 <= one.x0 or one.y1 <= two.y0 or two.y1 <= one.y0
        for one, two in combinations(places.values(), 2)
    ]
    assert False not in apart


@pytest.mark.parametrize("name", FOLDERS)
def test_sample_names_nobody_and_nothing_that_exists(name: str) -> None:
    sample = json.loads((FOLDERS[name] / "sample.json").read_text(encoding="utf-8"))
    assert sample["sample"] is True
    assert sample["committee"]["sample"] is True
    assert "示例" in sample["site_name"]

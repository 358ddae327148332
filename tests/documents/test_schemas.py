"""The published schemas of forms are fresh, and say the same as what reads the forms."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from mediation import resources
from mediation.documents.forms import load_form
from mediation.errors import FormError
from mediation.reading import parse_yaml
from tests.documents.schemas import FOLDER, schemas, text

SHIPPED = resources.folders("templates", "documents")


@pytest.mark.parametrize("name", schemas())
def test_published_schema_is_what_the_code_says(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == text(schemas()[name])


@pytest.mark.parametrize("name", SHIPPED)
def test_schema_accepts_every_shipped_form(name: str) -> None:
    sheet = parse_yaml((SHIPPED[name] / "form.yaml").read_text(encoding="utf-8"))[0]
    sample = json.loads((SHIPPED[name] / "sample.json").read_text(encoding="utf-8"))
    assert Draft202012Validator(schemas()["form.schema.json"]).is_valid(sheet)
    assert Draft202012Validator(schemas()["snapshot.schema.json"]).is_valid(sample)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("kind: agreement", "kind: letter"),
        ("numbered: true", "numbered: yes"),
        ("pages: 60", "pages: 0"),
        ("pages: 60", "pages: '60'"),
        ("pages: 60\n", ""),
        ("pages: 60", "pages: 60\ncolour: red"),
        ("role: seal", "role: judge"),
        ("least: 2", "least: -1"),
        ("title: 人民调解协议书", "title: ''"),
    ],
)
def test_schema_refuses_what_the_loader_refuses(form_folder: Path, old: str, new: str) -> None:
    words = (form_folder / "form.yaml").read_text(encoding="utf-8")
    assert old in words
    (form_folder / "form.yaml").write_text(words.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(FormError):
        load_form(form_folder)
    sheet = parse_yaml(words.replace(old, new, 1))[0]
    assert not Draft202012Validator(schemas()["form.schema.json"]).is_valid(sheet)

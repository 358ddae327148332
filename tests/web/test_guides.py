"""The guides: the same pages in both languages, pictures and links that are there, and no button that the program does not have."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDES = ROOT / "docs" / "guides"
PAGES = sorted((GUIDES / "zh").glob("*.md"))
CATALOGUE = ROOT / "mediation" / "locale" / "en" / "LC_MESSAGES" / "mediation.po"
_SAID = [
    *(ROOT / "templates" / "pages").rglob("*.html"),
    *(ROOT / "mediation").rglob("*.py"),
    *(ROOT / "workflows").rglob("*.yaml"),
]


@pytest.fixture(scope="module")
def said() -> str:
    """All that the program says."""
    return "\n".join(path.read_text(encoding="utf-8") for path in (*_SAID, CATALOGUE))


def _is_label(words: str, language: str) -> bool:
    """Whether it is something to press or to look for, and no command, key, file or field."""
    if language == "zh":
        return bool(re.search("[\u4e00-\u9fff]", words))
    return bool(re.match(r"[A-Z][a-z]+ ", words)) and "/" not in words


def test_every_page_is_there_in_both_languages():
    assert [page.name for page in PAGES] == sorted(page.name for page in (GUIDES / "en").glob("*.md"))
    index = (GUIDES / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in PAGES if f"(zh/{page.name}) | [" not in index] == []


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", [page.name for page in PAGES])
def test_links_lead_somewhere_and_labels_are_the_programs(said, language, name):
    page = GUIDES / language / name
    text = page.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#]+)\)", text)
    assert [one for one in targets if not (page.parent / one).exists()] == []
    labels = {label for label in re.findall(r"`([^`\n]+)`", text) if _is_label(label, language)}
    assert {label for label in labels if label not in said} == set()


def test_every_picture_is_shown():
    shown = {
        name
        for page in GUIDES.rglob("*.md")
        for name in re.findall(r"pictures/([^)]+)", page.read_text("utf-8"))
    }
    assert {path.name for path in (GUIDES / "pictures").glob("*.png")} == shown

"""What tests of papers share: one press for all of them, and a form to change."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mediation import resources
from mediation.documents.forms import Form, find_form, load_form
from mediation.documents.press import Renderer
from mediation.documents.snapshot import Snapshot


@pytest.fixture(scope="session")
def press() -> Iterator[Renderer]:
    with Renderer() as renderer:
        yield renderer


@pytest.fixture(scope="session")
def agreement() -> Form:
    return find_form("agreement")


@pytest.fixture
def own_form(tmp_path: Path) -> Callable[..., Form]:
    """Makes a small form in a site of its own: a body, a style, and changes to the agreement's sample."""

    def make(body: str, style: str = "", **changes: Any) -> Form:
        folder = tmp_path / "site" / "templates" / "documents" / "card"
        folder.mkdir(parents=True, exist_ok=True)
        sheet = (
            "title: 便笺\nkind: record\nnumbered: false\npages: 4\nslots: []\n"
            "needs:\n  - {fact: committee.name, name: 调委会名称, enter: 部署单位配置}\n"
        )
        sample = agreement_sample() | {"form": "card", "slots": []} | changes
        (folder / "form.yaml").write_text(sheet, encoding="utf-8")
        (folder / "body.html").write_text(body, encoding="utf-8")
        (folder / "style.css").write_text(style, encoding="utf-8")
        (folder / "sample.json").write_text(json.dumps(sample, ensure_ascii=False), encoding="utf-8")
        return load_form(folder, tmp_path / "site")

    return make


@pytest.fixture
def form_folder(tmp_path: Path) -> Path:
    """A copy of the agreement's folder, to break."""
    return Path(
        shutil.copytree(resources.shipped("templates") / "documents" / "agreement", tmp_path / "agreement")
    )


def agreement_sample() -> dict[str, Any]:
    file = resources.shipped("templates") / "documents" / "agreement" / "sample.json"
    return dict(json.loads(file.read_text(encoding="utf-8")))


def changed(snapshot: Snapshot, **changes: Any) -> Snapshot:
    """The snapshot with top-level parts replaced, checked again."""
    return Snapshot.model_validate(snapshot.model_dump(mode="json") | changes)

"""The published matrices, one page a definition: `python -m tests.workflow.matrices`."""

from datetime import date
from pathlib import Path

from mediation.founding import definitions_of
from mediation.workflow.definition import Definition
from mediation.workflow.loader import load_definitions
from mediation.workflow.matrix import publish
from mediation.workflow.vocabulary import STANDARD, Vocabulary

_ROOT = Path(__file__).parents[2]
FOLDER = _ROOT / "docs" / "matrix"
_DAY = date(2026, 6, 1)  # the sites have begun by then


def published() -> dict[str, tuple[Definition, Vocabulary]]:
    """File name → the newest version of every shipped definition and of those that an example has of its own, and its words."""
    shipped = load_definitions()
    found = {f"{name}.md": (shipped.newest(name), STANDARD) for name in shipped.names}
    for folder in sorted(path.parent for path in (_ROOT / "examples").glob("*/workflows")):
        definitions, words = definitions_of(folder, _DAY)
        own = [path.name for path in sorted((folder / "workflows").iterdir()) if path.is_dir()]
        found |= {f"{folder.name}-{name}.md": (definitions.newest(name), words) for name in own}
    return found


def pages() -> dict[str, str]:
    """File name → page."""
    return {name: publish(definition, words) for name, (definition, words) in published().items()}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, page in pages().items():
        (FOLDER / name).write_text(page, "utf-8")

"""The published matrices, one page a definition: `python -m tests.workflow.matrices`."""

from pathlib import Path

from mediation.workflow.loader import load_definitions
from mediation.workflow.matrix import publish

FOLDER = Path(__file__).parents[2] / "docs" / "matrix"


def pages() -> dict[str, str]:
    """File name → page, of the newest version of every shipped definition."""
    definitions = load_definitions()
    return {f"{name}.md": publish(definitions.newest(name)) for name in definitions.names}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, page in pages().items():
        (FOLDER / name).write_text(page, "utf-8")

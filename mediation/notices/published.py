"""What docs/ shows of notices, made from what reads them: `python -m mediation.notices.published docs`."""

import json
import sys
from pathlib import Path
from typing import Any

from mediation.notices.facts import NoticeFacts
from mediation.notices.folders import Notice, NoticeSheet, load_notices

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_HEAD = """# Every shipped notice, from its sample

Made by `python -m mediation.notices.published docs`; [notices.md](notices.md) says how a notice is written. As its reader
inside has it; what leaves the machine names no party and no title (see there).
"""


def files() -> dict[str, str]:
    """Path below docs/ → content."""
    schemas: dict[str, tuple[Any, str]] = {
        "schemas/notice.schema.json": (NoticeSheet, "notice.yaml"),
        "schemas/notice-facts.schema.json": (NoticeFacts, "What a notice may say: sample.json"),
    }
    found = {
        name: json.dumps(
            {"$schema": _DIALECT, **model.model_json_schema(), "title": title}, ensure_ascii=False, indent=2
        )
        + "\n"
        for name, (model, title) in schemas.items()
    }
    shown = [_shown(notice) for notice in load_notices().values()]
    return {**found, "notice-samples.md": "\n".join([_HEAD, *shown])}


def write_files(folder: Path) -> None:
    """Write all of them into docs/."""
    for name, content in files().items():
        (folder / name).write_text(content, encoding="utf-8")


def _shown(notice: Notice) -> str:
    letter = notice.compose(notice.sample)
    sheet = notice.sheet
    lines = [f"## {notice.title} · `{notice.name}`", ""]
    posts = f" ({', '.join(sheet.posts)})" if sheet.posts else ""
    lines += [
        f"{sheet.about}。To {' or '.join(sheet.to)}{posts}, by {', '.join(sheet.channels)}; {sheet.urgency}.",
        "",
    ]
    body = letter.body.replace("\n", "\n> <br>")
    return "\n".join([*lines, f"> **{letter.subject}**", ">", f"> {body}", ""])


if __name__ == "__main__":
    write_files(Path(sys.argv[1]))

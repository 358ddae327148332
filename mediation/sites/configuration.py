"""What is in use, kept in the database by content hash, so that an old case is judged by what it began with."""

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlmodel import Session

from mediation.codes import CodeList, Codes
from mediation.sites.folder import Site
from mediation.sites.shape import Settings
from mediation.units import queries
from mediation.units.models import Configuration


def record(session: Session, kind: str, name: str, content: Any, now: datetime) -> bool:
    """Keep a configuration as the newest of its kind and name, in force from now. False if it is that already.

    The hash is SHA-256 of the version, a line feed and the canonical JSON, so that going back to an earlier content is
    a version of its own.
    """
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    newest = queries.configuration(session, kind, name)
    if newest is not None and newest.content == text:
        return False
    version = newest.version + 1 if newest else 1
    session.add(
        Configuration(
            kind=kind,
            name=name,
            version=version,
            sha256=hashlib.sha256(f"{version}\n{text}".encode()).hexdigest(),
            content=text,
            in_force_from=now,
            recorded_at=now,
        )
    )
    session.flush()
    return True


def contents(site: Site) -> dict[tuple[str, str], Any]:
    """What a site puts into use: (kind, name) → content."""
    lists = {
        ("code_list", name): found.model_dump(mode="json", exclude_defaults=True)
        for name, found in site.codes.lists.items()
    }
    return {
        ("site", "site"): site.settings.model_dump(mode="json"),
        ("chain", "site"): site.chain.to_plain(),
        ("post_kinds", "site"): site.post_kinds.to_plain(),
        ("code_lists", "site"): sorted(site.codes.lists),
        **lists,
    }


def settings_in_force(session: Session, moment: datetime | None = None) -> Settings:
    """The site's settings, newest or as they were in force at the moment."""
    content = queries.content(session, "site", "site", moment)
    return Settings.model_validate_json(json.dumps(content))


def codes_in_force(session: Session, moment: datetime | None = None) -> Codes:
    """The site's lists of codes, newest or as they were in force at the moment."""
    names = queries.content(session, "code_lists", "site", moment)
    newest = {
        row.name: row
        for row in queries.configurations(session, "code_list")
        if moment is None or row.in_force_from <= moment
    }
    return Codes({name: CodeList.model_validate_json(newest[name].content) for name in names})

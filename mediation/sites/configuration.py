"""What is in use, kept in the database by content hash, so that an old case is judged by what it began with."""

import hashlib
import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from mediation.clock import local_moment
from mediation.codes import CodeList, Codes
from mediation.language import _
from mediation.sites.duty import KIND as DUTY
from mediation.sites.folder import Site
from mediation.sites.responsibilities import ResponsibilitiesSaid
from mediation.sites.routing import Routing, RoutingSaid, rules_of
from mediation.sites.shape import Settings
from mediation.sites.supervision import KIND as SUPERVISION
from mediation.storage import turns
from mediation.units import queries
from mediation.units.models import Configuration
from mediation.units.responsibilities import ResponsibilityList
from mediation.workflow.definition import Limit

_PLANNED = "planned:"
_READ_AS_FILES = ("templates", "calendars", "fonts")
_MOST_TOLD = 12
_LONGEST_TOLD = 60
FILES = "files"
RESPONSIBILITIES = "responsibilities"
ROUTING = "routing"
OPTIONAL = (ROUTING,)
"""What a site need not have: a file that is taken away leaves `ABSENT` in the place of its content."""
ABSENT = "null"


def take_turn(session: Session) -> None:
    """Be the only one, to the end of the transaction, who changes what is in force or planned: versions follow one another."""
    turns.take(session, "configuration")


def record(session: Session, kind: str, name: str, content: Any, now: datetime) -> bool:
    """Keep a configuration as the newest of its kind and name, in force from now. False if it is that already.

    The hash is SHA-256 of the version, a line feed and the canonical JSON, so that going back to an earlier content is
    a version of its own.
    """
    text = _canonical(content)
    planned = _newest(session, _PLANNED + kind, name)
    if planned is not None and planned.content != text:
        _write(session, planned, _PLANNED + kind, name, text, now, now)  # what was planned is overtaken
    newest = _newest(session, kind, name)
    if newest is not None and newest.content == text:
        return False
    _write(session, newest, kind, name, text, now, now)
    return True


def plan(session: Session, kind: str, name: str, content: Any, since: date, now: datetime) -> bool:
    """Plan a configuration for a day to come. False if just that is in force, or planned for that day, already."""
    text, moment = _canonical(content), local_moment(since)
    planned = _newest(session, _PLANNED + kind, name)
    if planned is not None and (planned.content, planned.in_force_from) == (text, moment):
        return False
    newest = _newest(session, kind, name)
    if newest is not None and newest.content == text and (planned is None or planned.content == text):
        return False
    _write(session, planned, _PLANNED + kind, name, text, moment, now)
    return True


def overtaken(session: Session, kind: str, name: str, content: Any, now: datetime) -> Configuration | None:
    """What is planned for a day to come, if other than this content: recording the content takes it back."""
    planned = pending(session, kind, name, now)
    return None if planned is None or planned.content == _canonical(content) else planned


def pending(session: Session, kind: str, name: str, now: datetime) -> Configuration | None:
    """What is planned for a day to come, if it is other than what is in force: a plan for another day takes its place."""
    planned, present = _newest(session, _PLANNED + kind, name), _newest(session, kind, name)
    if planned is None or planned.in_force_from <= now:
        return None
    return None if present is not None and present.content == planned.content else planned


def come_into_force(session: Session, now: datetime) -> list[str]:
    """Put in force what was planned for a day that has come; what it was, as kind/name."""
    take_turn(session)
    newest = {(row.kind, row.name): row for row in queries.configurations_of_kinds(session, _PLANNED)}
    found = []
    for (planned, name), row in newest.items():
        kind = planned.removeprefix(_PLANNED)
        present = _newest(session, kind, name)
        if row.in_force_from <= now and (present is None or present.content != row.content):
            _write(session, present, kind, name, row.content, now, now)
            found.append(f"{kind}/{name}")
    if found:
        queries.forget(session)
    return found


def differences(old: str, new: Any) -> tuple[str, ...]:
    """What is different between two contents, key by key, old → new; a long list is cut."""
    told = list(_differing("", json.loads(old), json.loads(_canonical(new))))
    more = (_("等 {count} 处").format(count=len(told)),) if len(told) > _MOST_TOLD else ()
    return (*told[:_MOST_TOLD], *more)


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
        (SUPERVISION, "site"): site.supervision.model_dump(mode="json"),
        **lists,
        **_responsibilities(site),
        **({} if site.duty is None else {(DUTY, "site"): site.duty.model_dump(mode="json")}),
        **({(ROUTING, "site"): _routing(site)} if site.routing else {}),
        (FILES, "site"): _hashes(site.folder),
    }


def _responsibilities(site: Site) -> dict[tuple[str, str], Any]:
    """A site without the file leaves what is in force as it is."""
    found = site.responsibilities
    return {} if found is None else {(RESPONSIBILITIES, "site"): found.model_dump(mode="json")}


def _routing(site: Site) -> dict[str, Any]:
    assert site.routing is not None
    return site.routing.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of each file that an instance reads from its copy: forms, calendars, fonts."""
    found = [path for name in _READ_AS_FILES for path in sorted((folder / name).rglob("*")) if path.is_file()]
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in found
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


def responsibilities_in_force(session: Session) -> tuple[ResponsibilityList, Limit]:
    """The site's responsibility list, without a line if it has none, and how long units may disagree."""
    row = queries.configuration(session, RESPONSIBILITIES)
    if row is None:
        return ResponsibilityList(), ResponsibilitiesSaid.model_fields["ownership"].default
    said = ResponsibilitiesSaid.model_validate_json(row.content)
    return said.to_list(row.sha256), said.ownership


def routing_in_force(session: Session, moment: datetime | None = None) -> Routing | None:
    """The site's rules of 分流, newest or as they were in force at the moment; None if it has none."""
    found = queries.configuration(session, ROUTING, "site", moment)
    if found is None or found.content == ABSENT:
        return None
    said = RoutingSaid.model_validate_json(found.content)
    return Routing(rules_of(said, found.version, found.sha256), said.mediators)


def _newest(session: Session, kind: str, name: str) -> Configuration | None:
    return queries.latest_configuration(session, kind, name)


def _write(
    session: Session,
    before: Configuration | None,
    kind: str,
    name: str,
    text: str,
    moment: datetime,
    now: datetime,
) -> None:
    version = before.version + 1 if before else 1
    session.add(
        Configuration(
            kind=kind,
            name=name,
            version=version,
            sha256=hashlib.sha256(f"{version}\n{text}".encode()).hexdigest(),
            content=text,
            in_force_from=moment,
            recorded_at=now,
        )
    )
    session.flush()


def _canonical(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _differing(place: str, old: Any, new: Any) -> Iterator[str]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            yield from _differing(f"{place}.{key}".lstrip("."), old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _differing(f"{place}[{number}]", one, other)
    else:
        yield f"{place} {_short(old)} → {_short(new)}".strip()


def _short(value: Any) -> str:
    text = _("无") if value is None else value if isinstance(value, str) else _canonical(value)
    return text if len(text) <= _LONGEST_TOLD else f"{text[:_LONGEST_TOLD]}…"

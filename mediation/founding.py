"""A new instance: its folder, key, database, site, root and seals. Half a founding is none: it can be begun again."""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from sqlmodel import Session

from mediation.audit import heads, trail
from mediation.audit import queries as trail_queries
from mediation.audit.trail import INSTANCE
from mediation.clock import Clock, SystemClock, local_day
from mediation.crypto import Keyring, create_keyring, read_keyring, write_key_file
from mediation.deadlines.year_files import read_calendar
from mediation.documents.authority import (
    Authority,
    create_authority,
    has_authority,
    has_seal,
    keep_authority,
    keep_seal,
    load_authority,
)
from mediation.documents.forms import SHARED, Form, load_forms
from mediation.documents.press import Renderer
from mediation.documents.table_store import TableStore, move_files
from mediation.errors import (
    DefinitionError,
    DocumentError,
    FormError,
    InputInvalid,
    KeyMissing,
    NoticeError,
    Problem,
    SiteError,
    StorageError,
    cause_of,
)
from mediation.language import _
from mediation.notices.folders import Notice, load_notices
from mediation.offices import CALENDARS, keep_definitions
from mediation.settings import Settings
from mediation.sites.applying import Change, apply_site
from mediation.sites.crosschecks import foreseen
from mediation.sites.folder import SETTINGS_FILE, Site, Surveyed, ordered, read_site, survey_site
from mediation.sites.rolls import without_hearsay
from mediation.sites.routing_checks import judge_routing, misnamed, misnamed_later, place_of
from mediation.storage import shared
from mediation.storage.engine import Database
from mediation.storage.upgrade import check_database, upgrade_database
from mediation.units import queries as units
from mediation.workflow.definition import Definition
from mediation.workflow.loader import Definitions, load_definitions, readable_states
from mediation.workflow.vocabulary import STANDARD, Vocabulary

_R = TypeVar("_R")
_PATIENCE = 30  # seconds for one sample of a site's own form
_PARTS = (
    "site.yaml",
    "routing.yaml",
    "responsibilities.yaml",
)  # units, people and committees lie in the database, phones encrypted
_FOLDERS = ("workflows", "templates", "codes", "calendars", "fonts")


@dataclass(frozen=True)
class Founded:
    """What was founded, and what was noticed on the way."""

    site: str
    units: int
    people: int
    committees: int
    root_fingerprint: str
    notes: Sequence[Problem]
    warnings: Sequence[Problem]


def found_instance(settings: Settings, site_folder: Path, clock: Clock | None = None) -> Founded:
    """Make a new instance in the settings' data folder from a site's folder.

    Everything in the site is checked before anything is made. Raises SiteError with the problems of all its files;
    StorageError if an instance is already there, or the folder cannot be written.
    """
    clock = clock or SystemClock()
    now = clock.now()
    if os.path.lexists(settings.data / "site" / "site.yaml"):
        raise StorageError(_("{data} 里已经有一个实例，不会覆盖。").format(data=settings.data))
    site = checked_site(site_folder, local_day(now))
    try:
        root_fingerprint = _make(settings, site, clock)
    except OSError as error:
        place = error.filename or settings.data
        message = _("{place} 写不进去：{cause}").format(place=place, cause=cause_of(error))
        raise StorageError(message) from error
    return Founded(
        site=site.settings.title,
        units=len(site.units),
        people=len(site.people),
        committees=len(site.committees),
        root_fingerprint=root_fingerprint,
        notes=site.notes,
        warnings=site.warnings,
    )


def upgrade_instance(settings: Settings, clock: Clock | None = None) -> tuple[str | None, str]:
    """Bring an instance's database to this program's version; (from, to), where from is None for a new database.

    What this program ships anew comes into use with it: from now on its definitions are kept with the cases.
    """
    keyring = read_keyring(settings)
    database = Database(settings.database_url, keyring)
    now = (clock or SystemClock()).now()
    try:
        versions = upgrade_database(database)
        with database.writing() as session:
            if units.configuration(session, "site") is not None:
                shared.fetch(session, settings.data, keyring)
                keep_definitions(session, settings.data / "site", now, leave_planned=True)
                share_with_hosts(session, settings, keyring, now)
        return versions
    finally:
        database.close()


def move_store(settings: Settings, clock: Clock | None = None) -> tuple[int, int]:
    """Move the papers in the data folder into the database, for an instance on PostgreSQL; (files, bytes of them).

    It can be broken off and begun again. Raises InputInvalid on SQLite.
    """
    if not settings.on_postgresql:
        message = _("SQLite 上的文书就保存在数据目录里；只有 PostgreSQL 上的文书才搬进数据库")
        raise InputInvalid([Problem(message, key="DATABASE_URL")])
    keyring = read_keyring(settings)
    database = Database(settings.database_url, keyring)
    try:
        check_database(database)
        store = TableStore(database, keyring, clock or SystemClock())
        return move_files(settings.store, store, keyring)
    finally:
        database.close()


def checked_site(folder: Path, day: date) -> Site:
    """A site of which every file is right. Raises SiteError with the problems of all of them."""
    found = inspect(folder, day)
    if found.problems or found.site is None:
        raise SiteError(found.problems)
    return found.site


@dataclass(frozen=True)
class Inspected:
    """What was found in a site's folder, or what is shipped alone; what could not be read is missing."""

    site: Site | None
    forms: Mapping[str, Form]
    notices: Mapping[str, Notice]
    definitions: Definitions | None
    vocabulary: Vocabulary
    problems: Sequence[Problem]


def inspect(folder: Path | None, day: date) -> Inspected:
    """Read everything that a site's folder configures beside what is shipped: every problem of every file at once."""
    problems: list[Problem] = []

    def gather(work: Callable[[], _R]) -> _R | None:
        try:
            return work()
        except (SiteError, FormError, NoticeError, DefinitionError) as error:
            problems.extend(error.problems)
        except OSError as error:
            message = _("读不出来：{cause}").format(cause=cause_of(error))
            problems.append(Problem(message, str(error.filename or folder)))
        return None

    surveyed = survey_site(folder, day) if folder is not None else Surveyed(None, [])
    site = surveyed.site if not surveyed.problems else None
    forms = gather(lambda: load_forms(folder)) or {}
    if folder is not None:
        gather(lambda: read_calendar(folder / CALENDARS))
        problems += _unprintable(folder, forms)
    words = _words(surveyed.site, forms)
    kinds = frozenset(words.posts) if folder is None or surveyed.site is not None else None
    notices = gather(lambda: load_notices(folder, posts=kinds)) or {}
    definitions = gather(lambda: load_definitions(folder, words))
    told = list(surveyed.unsifted)
    if site is not None and definitions is not None:
        site = _routed(site, definitions, day, told)
    else:
        told += _misnamed(surveyed, frozenset(definitions.names if definitions else readable_states(folder)))
    told = without_hearsay(told, surveyed.rolls)
    found = list(dict.fromkeys([*ordered(told), *problems]))
    return Inspected(site, forms, notices, definitions, words, found)


def inspect_routing(folder: Path, day: date) -> tuple[Site, Definitions, list[Problem]]:
    """A site with its definitions, and what is wrong with its rules of routing alone.

    Raises SiteError, FormError, DefinitionError for the rest; a site that cannot be read is told with all that `inspect` finds.
    """
    surveyed = survey_site(folder, day)
    if surveyed.problems or surveyed.site is None:
        raise SiteError(inspect(folder, day).problems)
    site = surveyed.site
    definitions = load_definitions(folder, _words(site, load_forms(folder)))
    problems: list[Problem] = []
    return _routed(site, definitions, day, problems), definitions, problems


def definitions_of(folder: Path, day: date) -> tuple[Definitions, Vocabulary]:
    """The definitions of a site's folder, in the site's own words; of one without its settings, in the standard ones.

    Raises SiteError, FormError, DefinitionError.
    """
    site = read_site(folder, day) if (folder / SETTINGS_FILE).exists() else None
    words = _words(site, load_forms(folder))
    return load_definitions(folder, words), words


def _misnamed(surveyed: Surveyed, definitions: frozenset[str]) -> Sequence[Problem]:
    """Names in the rules of routing that nobody has: told beside what is wrong with other files."""
    if surveyed.routing is None or surveyed.names is None:
        return ()
    return misnamed(
        surveyed.routing, surveyed.routing_lines, replace(surveyed.names, definitions=definitions)
    )


def _newest(definitions: Definitions) -> dict[str, Definition]:
    return {name: definitions.newest(name) for name in definitions.names}


def _routed(site: Site, definitions: Definitions, day: date, problems: list[Problem]) -> Site:
    """The site with what should be looked at in its rules of routing; what is wrong with them joins the problems."""
    if site.routing is None:
        return site
    place = place_of(site, _newest(definitions), day)
    judged = judge_routing(site.routing, site.routing_lines, place)
    problems += judged.problems
    later = foreseen(misnamed_later(site, place)) if not judged.problems else ()
    return replace(site, warnings=(*site.warnings, *judged.warnings, *later))


def _unprintable(folder: Path, forms: Mapping[str, Form]) -> list[Problem]:
    """Why a form that the site brings or lays over cannot be printed from its own sample."""
    templates = folder / "templates" / "documents"
    own = [
        form for form in forms.values() if (templates / SHARED).is_dir() or form.folder.parent == templates
    ]
    problems = []
    with Renderer(folder, wait=_PATIENCE, cpu_seconds=_PATIENCE) as press:
        for form in own:
            try:
                press.render(form, form.sample)
            except DocumentError as error:
                file = f"templates/documents/{form.name}"
                message = _("样例印不出来：{cause}").format(cause=" ".join(str(error).split()))
                problems.append(Problem(message, file))
    return problems


def _words(site: Site | None, forms: Mapping[str, Form]) -> Vocabulary:
    """What the site's definitions may name: its kinds of post and its forms beside the standard words."""
    kinds = {str(kind["code"]): str(kind["title"]) for kind in site.post_kinds.to_plain()} if site else {}
    known = frozenset(forms) or STANDARD.forms
    return replace(STANDARD, posts={**STANDARD.posts, **kinds}, forms=known)


def _make(settings: Settings, site: Site, clock: Clock) -> str:
    """Everything that an instance is made of, or what is still missing of it; the root's fingerprint."""
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    begun = has_authority(settings.data / "keys")
    is_new = not begun and settings.key_command is None and not settings.key_file.exists()
    keyring = create_keyring() if is_new else read_keyring(settings)
    database = Database(settings.database_url, keyring)
    try:
        if not begun:
            _refuse_another(database)
        if is_new:  # before anything is encrypted under it, and not where the database is that of another key
            write_key_file(keyring, settings.key_file, settings.key_passphrase)
        upgrade_database(database)
        authority = _authority(keyring, settings, site, clock)
        if not _is_begun(database, authority):
            _write(database, site, authority, keyring, settings, clock.now())
        keep_site(site.folder, settings.data / "site")
        return authority.root_fingerprint
    finally:
        database.close()


def keep_site(source: Path, target: Path) -> None:
    """Copy what a site's folder configures into the instance, whole or not at all."""
    unfinished = target.with_name(target.name + ".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700, parents=True)
    for name, content in kept_files(source).items():
        path = unfinished / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    shutil.rmtree(target, ignore_errors=True)
    unfinished.rename(target)


def kept_files(source: Path) -> dict[str, bytes]:
    """What an instance keeps of a site's folder, by path within it."""
    found = {name: (source / name).read_bytes() for name in _PARTS if (source / name).is_file()}
    for folder in _FOLDERS:
        inside = shared.folder_files(source / folder)
        found |= {f"{folder}/{name}": content for name, content in inside.items()}
    return found


def share_with_hosts(
    session: Session, settings: Settings, keyring: Keyring, now: datetime, source: Path | None = None
) -> None:
    """Let other hosts have the site's files (of `source`, where they are not yet in the data folder) and the seals."""
    if settings.on_postgresql:
        site = None if source is None else kept_files(source)
        shared.share(session, shared.shared_files(settings.data, site), keyring, now)


def _refuse_another(database: Database) -> None:
    """Raise StorageError if the database has an instance, of which this data folder holds nothing."""
    with database.reading() as session:
        if units.is_configured(session):
            raise StorageError(_("这个数据库里已经有一个实例，不会覆盖。"))


def _is_begun(database: Database, authority: Authority) -> bool:
    """Whether this very founding has been written already and only the copy of the site's files is missing."""
    with database.reading() as session:
        if units.configuration(session, "site") is None:
            return False
        first = trail_queries.events_of(session, INSTANCE)[0]
    if first.facts.get("root") != authority.root_fingerprint:
        raise StorageError(_("这个数据库里已经有一个实例，不会覆盖。"))
    return True


def _write(
    database: Database, site: Site, authority: Authority, keyring: Keyring, settings: Settings, now: datetime
) -> None:
    keys = settings.data / "keys"
    with database.writing() as session:
        changes = apply_site(session, site, now)
        keep_definitions(session, site.folder, now)
        for committee in units.committees(session):
            if not has_seal(committee.code, keys):
                keep_seal(authority.issue_seal(committee.name, now), committee.code, keyring, keys)
        trail.append(
            session,
            chain=INSTANCE,
            act="instance.founded",
            actor="system:founding",
            recorded_at=now,
            facts=_facts(site, changes, authority),
        )
        share_with_hosts(session, settings, keyring, now, site.folder)
    with database.writing() as session:
        heads.make_head(session, now, authority.sign_head)


def _authority(keyring: Keyring, settings: Settings, site: Site, clock: Clock) -> Authority:
    folder = settings.data / "keys"
    try:
        return load_authority(keyring, folder)
    except KeyMissing:
        keep_authority(create_authority(site.settings.title, clock.now()), keyring, folder)
        return load_authority(keyring, folder)


def _facts(site: Site, changes: Sequence[Change], authority: Authority) -> dict[str, object]:
    return {
        "site": site.settings.name,
        "changes": len(changes),
        "units": len(site.units),
        "people": len(site.people),
        "root": authority.root_fingerprint,
    }

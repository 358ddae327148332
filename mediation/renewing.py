"""`site apply`: a running instance brought to a folder of site files, whole or not at all, and its cases with it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

from sqlmodel import Session

from mediation.audit import trail
from mediation.audit.trail import INSTANCE
from mediation.cases.clockwork import system_actor
from mediation.cases.hall import Hall
from mediation.cases.office import Office
from mediation.cases.recounting import Recounted
from mediation.cases.recounting import is_due as recount_is_due
from mediation.cases.renewal import departures, objections
from mediation.cases.renewal.receivers import renew_receivers
from mediation.cases.renewal.relocation import Relocated, relocate_all
from mediation.clock import Clock, SystemClock, local_day
from mediation.clock_room import recount_all
from mediation.crypto import Keyring, read_keyring
from mediation.documents.authority import Authority, has_seal, keep_seal, load_authority
from mediation.errors import DefinitionError, InputInvalid, KeyMissing, Problem, SiteError, StorageError
from mediation.founding import checked_site, keep_site, share_with_hosts
from mediation.language import _
from mediation.offices import changed_definitions, keep_definitions, open_office
from mediation.people import queries as people
from mediation.settings import Settings
from mediation.sites.applying import Applied, Change, apply_from, place_problems, unsure
from mediation.sites.configuration import contents, settings_in_force, take_turn
from mediation.sites.folder import Site, survey_site
from mediation.storage import shared
from mediation.storage.engine import Database
from mediation.storage.upgrade import check_database
from mediation.supervision.merging import pass_on_items
from mediation.units import queries as units

ACT = "site.applied"
SYSTEM = "system:apply"


@dataclass
class Renewed:
    """What the files changed (or would change), which running cases passed to another unit, what should be looked at.

    `recounted`: which clocks move, if the folder has another calendar.
    """

    site: str
    since: date
    dry_run: bool
    changes: Sequence[Change] = ()
    relocated: Sequence[Relocated] = ()
    recounted: Recounted | None = None
    notes: Sequence[Problem] = ()
    warnings: Sequence[Problem] = ()
    event: int | None = None
    hashes: dict[str, str] = field(default_factory=dict)


class _DryRun(Exception):
    """Everything has been tried, and nothing shall stay."""


def apply_to_instance(
    settings: Settings,
    folder: Path,
    *,
    since: date | str | None = None,
    dry_run: bool = False,
    actor: str = SYSTEM,
    clock: Clock | None = None,
) -> Renewed:
    """Bring the instance to the folder's files, from a day on (today if none is named). The same files twice change nothing.

    Raises SiteError with the problems of all files and of all running cases at once; InputInvalid if only the day is wrong.
    Nothing has changed then, nor after a dry run.
    """
    now = (clock or SystemClock()).now()
    today = local_day(now)
    first, misdated = _first_day(since, today)
    site, wrong = _checked(folder, first)
    if site is None or misdated:
        wrong += _also_in_the_way(settings, folder, None if misdated else first, now)
        raise SiteError([*misdated, *wrong]) if wrong else InputInvalid(misdated)
    keyring = read_keyring(settings)
    database = Database(settings.database_url, keyring)
    renewed = Renewed(site.settings.title, first, dry_run, notes=site.notes, warnings=site.warnings)
    try:
        check_database(database)
        if settings.on_postgresql:
            with database.reading() as session:
                shared.fetch(session, settings.data, keyring)
        authority = load_authority(keyring, settings.data / "keys")
        with database.writing() as session:
            _renew(session, site, renewed, keyring, authority, now, actor)
            _stop_here(dry_run=dry_run)
            _make_seals(session, authority, keyring, settings, now)
            share_with_hosts(session, settings, keyring, now, site.folder)
    except _DryRun:
        return renewed
    finally:
        database.close()
    keep_site(site.folder, settings.data / "site")
    return renewed


def _first_day(since: date | str | None, today: date) -> tuple[date, list[Problem]]:
    """The day from which the files shall be in force; today, and what is wrong, for one that cannot be."""
    try:
        first = date.fromisoformat(since) if isinstance(since, str) else since or today
    except ValueError:
        message = _("{said} 不是日期；应写成 2027-01-01").format(said=since)
        return today, [Problem(message, key="--from")]
    if first < today:
        message = _("{day} 已经过去；只能从今天或以后起生效").format(day=first)
        return today, [Problem(message, key="--from")]
    return first, []


def _checked(folder: Path, day: date) -> tuple[Site | None, list[Problem]]:
    try:
        return checked_site(folder, day), []
    except SiteError as error:
        return None, list(error.problems)


def _also_in_the_way(settings: Settings, folder: Path, first: date | None, now: datetime) -> list[Problem]:
    """What the instance has against the folder, told beside what is wrong in its files; nothing of it is kept.

    It is asked as far as the files can be read. Without a day nobody knows who has a post then.
    """
    day = first or local_day(now)
    site = survey_site(folder, day).left
    found: list[Problem] = []
    try:
        database = Database(settings.database_url, read_keyring(settings))
    except KeyMissing:
        return []  # told when the files are right
    try:
        check_database(database)
        with database.writing() as session:
            found += changed_definitions(session, folder)
            if site is not None:
                found += _other_site(session, site) if not (site.doubts and site.doubts.name) else []
                before = objections.take_stock(session, day)
                found += place_problems(session, site, now, day)
                unknown = unsure(session, site) if first is not None else frozenset(before.staff)
                known = {person: held for person, held in before.staff.items() if person not in unknown}
                found += objections.objections(session, replace(before, staff=known), day, None)
            _stop_here(dry_run=True)
    except _DryRun:
        pass  # what was written is gone again, as it should be
    except StorageError:
        return []  # told when the files are right
    finally:
        database.close()
    return found


def _renew(
    session: Session,
    site: Site,
    renewed: Renewed,
    keyring: Keyring,
    authority: Authority,
    now: datetime,
    actor: str,
) -> None:
    """All of it within one transaction."""
    take_turn(session)  # before anything is read: another may be applying its files
    today = local_day(now)
    by = people.actor_from_text(session, actor, today).code if actor != SYSTEM else actor
    before = objections.take_stock(session, renewed.since)
    tree = units.load_tree(session, today)
    problems = _other_site(session, site)
    applied = apply_from(session, site, now, renewed.since)
    problems += applied.problems
    office: Office | None = None
    try:
        _keep_definitions(session, site, renewed, applied, now)
        office = open_office(session, site.folder, keyring, authority.root_fingerprint)
    except DefinitionError as error:
        problems += error.problems
    problems += objections.objections(session, before, renewed.since, office)
    if problems or office is None:
        raise SiteError(problems, _("部署单位的配置没有生效，下列各处要先办理："))
    hall = Hall(session, now, system_actor("apply"), office)
    moved_in_tree = [
        node.id
        for node in hall.tree.nodes
        if node.id in tree and hall.tree.lineage(node.id) != tree.lineage(node.id)
    ]
    renewed.relocated = relocate_all(hall, moved_in_tree)
    renew_receivers(hall)
    pass_on_items(hall, moved_in_tree)
    renewed.recounted = recount_all(hall) if recount_is_due(hall) else None
    renewed.changes = applied.changes
    renewed.warnings = [
        *renewed.warnings,
        *objections.foreseen(session, before, renewed.since),
        *objections.abandoned(session, today, departures.left_behind(session, today), office),
        *objections.off_rosters(session, renewed.since),
    ]
    renewed.hashes = _hashes(site)
    if renewed.changes or renewed.relocated or (renewed.recounted and renewed.recounted.moved):
        renewed.event = _record(session, renewed, now, by)


def _stop_here(*, dry_run: bool) -> None:
    if dry_run:
        raise _DryRun


def _other_site(session: Session, site: Site) -> list[Problem]:
    present = settings_in_force(session)
    if present.name == site.settings.name:
        return []
    message = _("这个实例是 {present}，不是 {name}；一个实例只属于一个部署单位")
    return [Problem(message.format(present=present.name, name=site.settings.name), "site.yaml", None, "name")]


def _keep_definitions(
    session: Session, site: Site, renewed: Renewed, applied: Applied, now: datetime
) -> None:
    later = renewed.since if renewed.since > local_day(now) else None
    what = _("流程")
    for kept in keep_definitions(session, site.folder, now, later):
        if kept.instead_from is not None:
            dropped = Change(what, kept.name, "dropped", (), kept.undone, kept.instead_from)
            applied.changes.append(dropped)
        applied.changes.append(Change(what, kept.name, "planned" if later else "added", since=later))


def _make_seals(
    session: Session, authority: Authority, keyring: Keyring, settings: Settings, now: datetime
) -> None:
    """A seal for each new committee. One that is left behind by a commit that fails is used the next time."""
    keys = settings.data / "keys"
    for committee in units.committees(session):
        if not has_seal(committee.code, keys):
            keep_seal(authority.issue_seal(committee.name, now), committee.code, keyring, keys)


def _record(session: Session, renewed: Renewed, now: datetime, actor: str) -> int:
    """The event of the instance's chain: how many of each kind of change, from when, and what the configuration hashes to."""
    counts: dict[str, int] = {}
    for change in renewed.changes:
        counts[change.how] = counts.get(change.how, 0) + 1
    facts = {
        "changes": counts,
        "from": renewed.since.isoformat(),
        "relocated": len(renewed.relocated),
        "recounted": len(renewed.recounted.moved) if renewed.recounted else 0,
        "hashes": renewed.hashes,
    }
    end = trail.append(session, chain=INSTANCE, act=ACT, actor=actor, recorded_at=now, facts=facts)
    return end.ordinal


def _hashes(site: Site) -> dict[str, str]:
    """SHA-256 of the site's files as they were read, and of what they put into use."""
    files = ("site.yaml", "units.csv", "people.csv", "committees.yaml")
    found = {name: hashlib.sha256((site.folder / name).read_bytes()).hexdigest() for name in files}
    digest = hashlib.sha256()
    for key, content in sorted(contents(site).items()):
        digest.update(trail.canonical({"key": list(key), "content": _whole(content)}))
    return {**found, "configuration": digest.hexdigest()}


def _whole(content: object) -> object:
    """The content without fractions, which have no canonical form in the trail."""
    if isinstance(content, dict):
        return {str(key): _whole(value) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [_whole(value) for value in content]
    return repr(content) if isinstance(content, float) else content

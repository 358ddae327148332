"""An office brought up from what is in force: the site's rules from the database, its definitions and forms from files."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from sqlmodel import Session

from mediation.cases.office import Keeping, Office, Rules, Timing
from mediation.cases.tasks import span_of
from mediation.clock import local_day, parse_hours
from mediation.crypto import Keyring
from mediation.deadlines.calendar import Calendar, Span
from mediation.deadlines.duty_hours import DutyHours
from mediation.deadlines.reminding import SHIPPED, Reminding
from mediation.deadlines.year_files import read_calendar
from mediation.documents.forms import Form, load_forms
from mediation.duty.rules import duty_in_force
from mediation.errors import DefinitionError, Problem
from mediation.language import _
from mediation.sites.configuration import (
    codes_in_force,
    differences,
    overtaken,
    pending,
    plan,
    record,
    responsibilities_in_force,
    routing_in_force,
    settings_in_force,
    take_turn,
)
from mediation.sites.shape import TELLING, ExtensionsSaid, Settings
from mediation.sites.supervision import supervision_in_force
from mediation.units import queries as units
from mediation.workflow.definition import Definition, Limit
from mediation.workflow.engine import Engine
from mediation.workflow.loader import (
    Definitions,
    file_name,
    load_definitions,
    read_kept,
    readable_definitions,
)
from mediation.workflow.vocabulary import STANDARD, Vocabulary

_KIND = "workflow"
CALENDARS = "calendars"


def open_office(session: Session, site_folder: Path, keyring: Keyring, root_fingerprint: str) -> Office:
    """The office of an instance. Raises DefinitionError, FormError, SiteError with all problems.

    New cases begin with the newest definition that is in use: a file that nobody has applied yet is none.
    """
    settings = settings_in_force(session)
    responsibilities, ownership = responsibilities_in_force(session)
    forms = load_forms(site_folder, trust_shipped=True)
    vocabulary = vocabulary_of(session, forms)
    definitions = _by_version(load_definitions(site_folder, vocabulary))
    kept = _kept(session, definitions)
    _refuse_changed(kept, definitions)
    everything = {**kept, **definitions}
    acts = {name: act.title for _key, one in sorted(everything.items()) for name, act in one.triggers.items()}
    calendar = read_calendar(site_folder / CALENDARS if (site_folder / CALENDARS).is_dir() else None)
    newest: dict[str, int] = {}
    for name, version in definitions.keys() & kept.keys():
        newest[name] = max(version, newest.get(name, 0))
    return Office(
        site_name=settings.title,
        sample=settings.sample,
        public_address=settings.public_address,
        chain=units.load_chain(session),
        rules=replace(rules_of(settings), ownership=_timing(ownership)),
        codes=codes_in_force(session),
        calendar=calendar,
        reminding=reminding_of(settings, calendar),
        keyring=keyring,
        forms=forms,
        engines={key: Engine(definition, vocabulary, acts) for key, definition in everything.items()},
        newest=newest,
        root_fingerprint=root_fingerprint,
        site_folder=site_folder,
        sending=settings.notices,
        webhooks=settings.webhooks,
        reading=settings.reading,
        exporting=settings.exports,
        responsibilities=responsibilities,
        duty=duty_in_force(session),
        supervision=supervision_in_force(session),
        routing=routing_in_force(session),
    )


def vocabulary_of(session: Session, forms: Mapping[str, Form]) -> Vocabulary:
    """What definitions may name on this site: its kinds of post and its forms beside the standard words."""
    kinds = units.content(session, "post_kinds")
    posts = {str(kind["code"]): str(kind["title"]) for kind in kinds}
    return replace(STANDARD, posts={**STANDARD.posts, **posts}, forms=frozenset(forms))


def definitions_in_use(session: Session, office: Office) -> tuple[Definitions, Vocabulary]:
    """The definitions that new cases begin with, with their older versions, and the words that they may use."""
    versions = {
        name: tuple(
            office.engines[key].definition
            for key in sorted(office.engines, reverse=True)
            if key[0] == name and key[1] <= newest
        )
        for name, newest in sorted(office.newest.items())
    }
    return Definitions(versions), vocabulary_of(session, office.forms)


def rules_of(settings: Settings) -> Rules:
    """A site's settings as the rules that verbs go by."""
    limits = settings.limits
    written = settings.written_required
    return Rules(
        mediation_limit=_timing(limits.mediation),
        confirmation=_timing(limits.confirmation),
        state_limits={state: _timing(limit) for state, limit in limits.states.items()},
        extensions=_extensions(limits.extensions),
        written_over_fen=None if written.over_yuan is None else written.over_yuan * 100,
        written_unless_at_once=written.unless_performed_at_once,
        written_tiers=written.tiers,
        visit_by_another=settings.visits.by_another,
        tablet=settings.signing.tablet,
        court=settings.place.court,
        keeping=_keeping(settings),
    )


def _extensions(said: ExtensionsSaid | None) -> Timing | None:
    return Timing(Span(said.days, "days"), said.article) if said is not None else None


def reminding_of(settings: Settings, calendar: Calendar) -> Reminding:
    """When a site reminds: its own points before the shipped ones, within its duty hours."""
    limits = settings.limits
    own = {"mediation_limit": limits.mediation.remind, "confirmation": limits.confirmation.remind}
    points = {**SHIPPED, **{name: said for name, said in own.items() if said is not None}, **limits.remind}
    return Reminding(DutyHours(parse_hours(settings.duty_hours), calendar), points)


@dataclass(frozen=True, slots=True)
class KeptDefinition:
    """A definition kept for the first time, as name/version. `instead_from`: from when another was planned, and what that had otherwise."""

    name: str
    instead_from: date | None = None
    undone: tuple[str, ...] = ()


def keep_definitions(
    session: Session,
    site_folder: Path,
    now: datetime,
    since: date | None = None,
    *,
    leave_planned: bool = False,
) -> list[KeptDefinition]:
    """Keep every definition by its content, so that running cases find theirs for ever; which were new.

    With `since`, a later day, new ones are planned for it: until then no case begins with them. `leave_planned`: what is
    planned comes into use on its day, as it was said when the files were applied.
    """
    take_turn(session)
    definitions = _by_version(load_definitions(site_folder, vocabulary_of(session, load_forms(site_folder))))
    known = _kept(session, definitions)
    _refuse_changed(known, definitions)
    new = []
    for key, definition in definitions.items():
        if key in known:
            continue
        name, content = f"{definition.name}/{definition.version}", json.loads(definition.canonical)
        if leave_planned and pending(session, _KIND, name, now) is not None:
            continue
        if since is None:
            before = overtaken(session, _KIND, name, content, now)
            is_new = record(session, _KIND, name, content, now)
        else:
            before = pending(session, _KIND, name, now)
            is_new = plan(session, _KIND, name, content, since, now)
        if is_new:
            undone = differences(before.content, content) if before is not None else ()
            new.append(KeptDefinition(name, local_day(before.in_force_from) if before else None, undone))
    return new


def _keeping(settings: Settings) -> Keeping:
    said = settings.keeping
    years = {code: _years(term) for code, term in said.categories.items()}
    return Keeping(_years(said.years), years, said.article)


def _years(term: int | str) -> int | None:
    return term if isinstance(term, int) else None


def _timing(limit: Limit) -> Timing:
    # A file of before 0.13 may name more than a site may have done: it was never carried out, and is not now.
    effect = limit.on_miss if limit.on_miss in TELLING else None
    return Timing(span_of(limit), limit.article, limit.remind, effect)


_Versions = dict[tuple[str, int], Definition]


def _by_version(found: Definitions) -> _Versions:
    return {(one.name, one.version): one for versions in found.versions.values() for one in versions}


def _kept(session: Session, at_hand: _Versions) -> _Versions:
    """What the database keeps; where a file says just the same, as it was read from there."""
    same = {definition.canonical: definition for definition in at_hand.values()}
    rows = units.configurations(session, _KIND)
    found = (same.get(row.content) or read_kept(row.content) for row in rows)
    return {(one.name, one.version): one for one in found}


def changed_definitions(session: Session, site_folder: Path) -> list[Problem]:
    """Definitions in use that a folder has otherwise, as far as they can be read there."""
    found = {(one.name, one.version): one for one in readable_definitions(site_folder)}
    return _changed(_kept(session, found), found)


def _refuse_changed(known: _Versions, definitions: _Versions) -> None:
    problems = _changed(known, definitions)
    if problems:
        raise DefinitionError(problems)


def _changed(known: _Versions, definitions: _Versions) -> list[Problem]:
    """A definition is never changed under its version: cases run by it. What is changed goes behind the newest there is."""
    newest: dict[str, int] = {}
    for name, version in (*known, *definitions):
        newest[name] = max(version, newest.get(name, 0))
    problems = []
    for (name, version), kept in sorted(known.items()):
        present = definitions.get((name, version))
        if present is not None and present.sha256 != kept.sha256:
            newest[name] += 1
            message = _("第 {version} 版已经在用，内容不能改动；请把改动写成 v{next}.yaml").format(
                version=version, next=newest[name]
            )
            problems.append(Problem(message, file_name(name, version)))
    return problems

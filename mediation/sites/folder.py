"""A site read from its folder: site.yaml, units.csv, people.csv, committees.yaml and codes/. All problems at once."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from mediation.codes import Codes
from mediation.codes import survey as survey_codes
from mediation.errors import Problem, SiteError
from mediation.language import _, joined
from mediation.partial import Each, of_what_is_written, rest_of
from mediation.people.permissions import PostKind, PostKinds
from mediation.reading import Lines, Unreadable, checked, read_yaml
from mediation.sites.crosschecks import Said, cross_faults, cross_warnings, foreseen, without_ended
from mediation.sites.duty import FILE as DUTY_FILE
from mediation.sites.duty import SPARE as SPARE_DUTY
from mediation.sites.duty import DutySaid, duty_faults, duty_warnings
from mediation.sites.layout import layout_faults, layout_warnings
from mediation.sites.responsibilities import FILE as RESPONSIBILITIES_FILE
from mediation.sites.responsibilities import SPARE as SPARE_RESPONSIBILITIES
from mediation.sites.responsibilities import ResponsibilitiesSaid, list_faults
from mediation.sites.rolls import Roll, roll_of, without_hearsay
from mediation.sites.routing import ROUTING_FILE, Names, RoutingSaid
from mediation.sites.routing import SPARE as SPARE_ROUTING
from mediation.sites.rows import (
    PEOPLE_FILE,
    PERSON_COLUMNS,
    UNIT_COLUMNS,
    UNITS_FILE,
    PersonSaid,
    UnitSaid,
    people_of,
    units_of,
)
from mediation.sites.shape import (
    SPARE_COMMITTEES,
    STATE_PATTERN,
    TELLING,
    CommitteeSaid,
    CommitteesSaid,
    Settings,
)
from mediation.sites.sheets import Sheet, forget_wrong_cells, read_sheet
from mediation.sites.supervision import FILE as SUPERVISION_FILE
from mediation.sites.supervision import SPARE as SPARE_SUPERVISION
from mediation.sites.supervision import SupervisionSaid, shipped, supervision_faults
from mediation.units.chain import FEWEST_LEVELS, Chain, Level
from mediation.workflow.definition import NAME_PATTERN
from mediation.workflow.loader import readable_states

SETTINGS_FILE = "site.yaml"
COMMITTEES_FILE = "committees.yaml"
_SHAPE = frozenset({"code", "kind", "level", "parent", "valid_from", "valid_to"})
"""Columns of units.csv that say which units a line of the responsibility list falls to."""
_KIND_HEADING = next(column.heading for column in PERSON_COLUMNS if column.key == "kind")

_KINDS = "post_kinds"
_PLACES = frozenset({SETTINGS_FILE, UNITS_FILE, PEOPLE_FILE, COMMITTEES_FILE})
_LEVEL_NAMES = ("key", "name")
_Model = TypeVar("_Model", bound=BaseModel)
_ROSTER = re.compile(r"(committees\[[0-9]+\])\.(?:members|kind)")


@dataclass(frozen=True)
class Doubts:
    """What cannot be known of a site of which something is wrong, beside the cells that its rows do not know.

    `units`, `people`: the codes of their rows. `name`: whether the site's name is not known; `lists`: what codes and levels stand for.
    """

    units: Roll
    people: Roll
    name: bool
    lists: bool


@dataclass(frozen=True)
class Site:
    """A whole site, checked. `notes` say how files were read; `warnings` what should be put right but does not stop.

    `routing`: as it is written, if the site has rules; routing_checks.py judges what they mean. `doubts`: of what is left of a
    site with problems.
    """

    folder: Path
    settings: Settings
    chain: Chain
    post_kinds: PostKinds
    codes: Codes
    units: Sequence[UnitSaid]
    people: Sequence[PersonSaid]
    committees: Sequence[CommitteeSaid]
    supervision: SupervisionSaid
    notes: Sequence[Problem]
    warnings: Sequence[Problem]
    responsibilities: ResponsibilitiesSaid | None = None
    duty: DutySaid | None = None
    routing: RoutingSaid | None = None
    routing_lines: Lines = field(default_factory=Lines)
    doubts: Doubts | None = None


@dataclass(frozen=True)
class Surveyed:
    """A site as far as its files can be read, None if too little can be, and every problem of every file.

    `routing`, `names`: the rules of routing, and what they may name, as far as that can be read even without a site.
    `rolls`: the codes of each sheet, for codes in `unsifted` problems that illegible rows may have. `left`: what is left of the
    site, whatever is wrong.
    """

    site: Site | None
    problems: list[Problem]
    unsifted: Sequence[Problem] = ()
    rolls: Mapping[str, Roll] = field(default_factory=dict)
    routing: RoutingSaid | None = None
    routing_lines: Lines = field(default_factory=Lines)
    names: Names | None = None
    left: Site | None = None


def read_site(folder: Path, day: date) -> Site:
    """The site of a folder, judged on a day (terms, validity). Raises SiteError with every problem of every file."""
    found = survey_site(folder, day)
    if found.problems or found.site is None:
        raise SiteError(found.problems)
    return found.site


def survey_site(folder: Path, day: date) -> Surveyed:
    """The site as far as its files can be read, and every problem of every file."""
    if not folder.is_dir():
        absent = [Problem(_("没有这个文件夹"), str(folder))]
        return Surveyed(None, absent, absent)
    codes, problems = survey_codes(folder)
    read = _read(folder / SETTINGS_FILE, Settings, problems, _spare_settings())
    settings, lines = read.judged, read.lines
    committees = _read(folder / COMMITTEES_FILE, CommitteesSaid, problems, SPARE_COMMITTEES)
    supervision = _optional(folder / SUPERVISION_FILE, SupervisionSaid, problems, SPARE_SUPERVISION)
    routing = _optional(folder / ROUTING_FILE, RoutingSaid, problems, SPARE_ROUTING)
    unit_sheet = read_sheet(folder / UNITS_FILE, UNIT_COLUMNS)
    people_sheet = read_sheet(folder / PEOPLE_FILE, PERSON_COLUMNS)
    shape = settings or Settings.model_validate({"format": 1, **_spare_settings(), "chain": _spare_levels()})
    if settings is None or not lines.is_whole(_KINDS):
        codes = codes.doubting(_KINDS)
    chain = _chain(settings, lines, problems) if settings else None
    kinds = _post_kinds(shape, codes, lines, problems)
    all_units = units_of(unit_sheet, chain or _any_chain(shape), codes)
    units = [one for one in all_units if one.row.knows("code")]
    everybody = people_of(people_sheet, kinds, codes)
    people = [one for one in everybody if one.code]
    rolls = {
        UNITS_FILE: roll_of(unit_sheet, "code", once=True),
        PEOPLE_FILE: roll_of(people_sheet, "person"),
    }
    own_kinds_known = _KINDS not in codes.doubted
    if not own_kinds_known:
        people_sheet.problems[:] = [one for one in people_sheet.problems if one.key != _KIND_HEADING]
    problems += [*unit_sheet.problems, *people_sheet.problems]
    said = Said(
        settings=shape,
        lines=lines,
        chain=chain,
        kinds=kinds,
        codes=codes,
        units=units,
        all_units=all_units,
        people=people,
        committees=committees.judged.committees if committees.judged else (),
        committee_lines=committees.lines,
        day=day,
        unit_roll=rolls[UNITS_FILE],
        person_roll=rolls[PEOPLE_FILE],
        posts=[post for one in everybody for post in one.posts],
        is_settled=settings is not None,
    )
    before = len(unit_sheet.problems), len(people_sheet.problems)
    rosters = _unread_rosters(problems)
    crossed = (one for one in cross_faults(said) if one.key not in rosters)
    problems += of_what_is_written(crossed, committees.lines)
    responsibilities = _responsibilities(folder, said, unit_sheet, problems)
    duty = _duty(folder, said, problems)
    problems += [*_state_faults(folder, read), *_effect_faults(read)]
    problems += _supervision_faults(said, supervision, kinds_known=own_kinds_known)
    problems += layout_faults(folder)
    problems += [*unit_sheet.problems[before[0] :], *people_sheet.problems[before[1] :]]
    names = Names(
        codes=codes,
        levels=tuple(chain.keys) if chain is not None else None,
        units=frozenset(node.code for node in said.tree(day).nodes) if said.unit_roll.is_read else None,
    )
    told = ordered(without_hearsay(problems, rolls))
    surveyed = Surveyed(None, told, problems, rolls, routing.judged, routing.lines, names)
    warnings = [*layout_warnings(folder), *cross_warnings(said)] if not problems else []
    if duty.found is not None and not problems:
        warnings += duty_warnings(duty.found, duty.lines, people, day)
    if not problems:
        warnings += foreseen(_later_faults(said, supervision, duty, responsibilities))
    site = Site(
        folder=folder,
        settings=shape,
        chain=chain or _any_chain(shape),
        post_kinds=kinds,
        codes=codes,
        units=units,
        people=people,
        committees=said.committees,
        supervision=supervision.found or shipped(),
        notes=(*unit_sheet.notes, *people_sheet.notes),
        # They are judged of what is right; beside problems nobody reads them.
        warnings=tuple(ordered(warnings)),
        responsibilities=responsibilities.found,
        duty=duty.found,
        routing=routing.found,
        routing_lines=routing.lines,
    )
    left = site
    if codes.doubted or _PLACES & {one.file for one in problems}:
        for sheet in (unit_sheet, people_sheet):
            forget_wrong_cells(sheet)
        left = replace(
            site,
            units=[one for one in units if one.node.code not in said.unit_roll.shared],
            people=[one for one in people if one.code not in said.person_roll.shared],
            committees=_called(said),
            doubts=_doubts(said, problems),
        )
    whole = chain is not None and read.found is not None
    return replace(surveyed, site=site if whole else None, left=left)


def _doubts(said: Said, problems: Sequence[Problem]) -> Doubts:
    is_named = said.is_settled and not any((one.file, one.key) == (SETTINGS_FILE, "name") for one in problems)
    lists = bool(said.codes.doubted) or said.chain is None
    return Doubts(said.unit_roll, said.person_roll, name=not is_named, lists=lists)


def _called(said: Said) -> list[CommitteeSaid]:
    """The committees of which code and name are known."""
    keys = ("code", "name")
    return [
        one
        for number, one in enumerate(said.committees)
        if not any(said.committee_lines.stands_in(_place_of(said, number, key)) for key in keys)
    ]


def _place_of(said: Said, number: int, key: str) -> str:
    return said.committee_lines.at(("committees", number, key))[1]


def _responsibilities(
    folder: Path, said: Said, units: Sheet, problems: list[Problem]
) -> "_Read[ResponsibilitiesSaid]":
    """The responsibility list, if the site has one; judged against the units of the day from which it is in force."""
    spare = {**SPARE_RESPONSIBILITIES, "in_force_from": said.day}
    read = _optional(folder / RESPONSIBILITIES_FILE, ResponsibilitiesSaid, problems, spare)
    if read.judged is not None:
        tree = said.tree(max(said.day, read.judged.in_force_from)) if said.unit_roll.is_read else None
        whole = read.found is not None and _is_shape_known(units)
        faults = list_faults(read.judged, read.lines, said.codes, said.chain, tree, is_whole=whole)
        problems += of_what_is_written(faults, read.lines)
    return read


def _is_shape_known(units: Sheet) -> bool:
    """Is nothing wrong with what units are, where they lie and when they stand?"""
    headings = {column.heading for column in UNIT_COLUMNS if column.key in _SHAPE}
    return _SHAPE.isdisjoint(units.unread) and not any(one.key in headings for one in units.problems)


def _duty(folder: Path, said: Said, problems: list[Problem]) -> "_Read[DutySaid]":
    """The duty rules, if the site has any."""
    read = _optional(folder / DUTY_FILE, DutySaid, problems, SPARE_DUTY)
    if read.judged is not None:
        tree = said.tree(said.day) if said.unit_roll.is_read else None
        people = said.people if said.person_roll.is_read else None
        roll = said.person_roll
        faults = duty_faults(read.judged, read.lines, said.codes, tree, people, said.day, roll)
        problems += of_what_is_written(faults, read.lines)
    return read


def _supervision_faults(
    said: Said, read: "_Read[SupervisionSaid]", *, kinds_known: bool
) -> Iterator[Problem]:
    """What supervision.yaml names that the other files do not have; what those that could not be read would say is left."""
    if read.judged is None:
        return
    tree = said.tree(said.day) if said.unit_roll.is_read else None
    faults = supervision_faults(read.judged, read.lines, said.kinds, said.chain, tree)
    steps_known = _are_steps_known(read)
    for one in of_what_is_written(faults, read.lines):
        is_known = kinds_known or ".posts[" not in one.key
        if is_known and (steps_known or ".again." not in one.key):
            yield one


def _are_steps_known(read: "_Read[SupervisionSaid]") -> bool:
    """Whether each step of the ladder is there under its own key, so that what names a step is held against all of them."""
    steps = len(read.judged.ladder) if read.judged is not None else 0
    keys = (f"ladder[{place}].key" for place in range(steps))
    return read.lines.is_whole("ladder") and not any(map(read.lines.stands_in, keys))


def _later_faults(
    said: Said,
    supervision: "_Read[SupervisionSaid]",
    duty: "_Read[DutySaid]",
    responsibilities: "_Read[ResponsibilitiesSaid]",
) -> Iterator[tuple[date, Problem]]:
    """What files that are right today will name and not find, once units have ended: first day, and what is wrong then."""
    for day in without_ended(said.units, said.day):
        tree = said.tree(day)
        found: list[Problem] = []
        if supervision.found is not None:
            found += supervision_faults(supervision.found, supervision.lines, said.kinds, said.chain, tree)
        if duty.found is not None:
            found += duty_faults(duty.found, duty.lines, said.codes, tree, None, day)
        kept = responsibilities.found
        if kept is not None and kept.in_force_from < day:
            found += list_faults(kept, responsibilities.lines, said.codes, said.chain, tree)
        yield from ((day, one) for one in found)


def _state_faults(folder: Path, read: "_Read[Settings]") -> Iterator[Problem]:
    """Limits of states that no definition has, whatever else is wrong with those limits.

    Of a definition that cannot be read nobody knows which states it has.
    """
    said = _within(_within(read.data, "limits"), "states")
    if not said:
        return
    known = readable_states(folder)
    for state in said:
        if not re.match(STATE_PATTERN, state):
            continue  # it is told that this is no name of a state
        name, _dot, own = state.partition(".")
        states = known.get(name, frozenset())
        if states is not None and own not in states:
            path = ("limits", "states", state)
            message = _("没有这个流程状态；应写成 流程.状态，如 ordinary.dispatched")
            yield Problem(message, SETTINGS_FILE, *read.lines.at(path))


def _effect_faults(read: "_Read[Settings]") -> Iterator[Problem]:
    """Limits that bring about, when they are missed, what is no effect or more than that somebody is told."""
    limits = _within(read.data, "limits")
    said: dict[tuple[str, ...], Any] = {
        ("limits", key): limits.get(key) for key in ("mediation", "confirmation")
    }
    said |= {("limits", "states", key): limit for key, limit in _within(limits, "states").items()}
    for path, limit in said.items():
        effect = limit.get("on_miss") if isinstance(limit, dict) else None
        if not isinstance(effect, str) or not re.match(NAME_PATTERN, effect):
            continue  # it is told that this is no name
        if effect not in TELLING:
            message = _("没有登记过的后果 {name}；应为 {known} 之一").format(
                name=effect, known=joined(TELLING)
            )
            yield Problem(message, SETTINGS_FILE, *read.lines.at((*path, "on_miss")))


def _within(data: Any, key: str) -> Mapping[str, Any]:
    """What is written under a key, if both can hold keys."""
    found = data.get(key) if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}


@dataclass(frozen=True)
class _Read(Generic[_Model]):
    """A file as it is written, None if it does not fit; and what can be judged: that, or what is left of it."""

    found: _Model | None = None
    judged: _Model | None = None
    lines: Lines = field(default_factory=Lines)
    data: Any = None
    """What is written, as long as its format is known."""


def _optional(
    path: Path, model: type[_Model], problems: list[Problem], spare: Mapping[str, Any] | None = None
) -> _Read[_Model]:
    """A file that a site need not have."""
    return _read(path, model, problems, spare) if os.path.lexists(path) else _Read()


def _unread_rosters(problems: Sequence[Problem]) -> set[str]:
    """Rosters of which a member, or the kind of committee, cannot be read: nobody can say whether they are complete."""
    wrong = (_ROSTER.match(one.key) for one in problems if one.file == COMMITTEES_FILE)
    return {f"{found[1]}.members" for found in wrong if found is not None}


def _read(
    path: Path, model: type[_Model], problems: list[Problem], spare: Mapping[str, Any] | None = None
) -> _Read[_Model]:
    """A file whose names are judged though something else in it is wrong. `spare`: see `rest_of`."""
    data, found, lines = _yaml(path, model, problems)
    if found is not None:
        return _Read(found, found, lines, data)
    if not isinstance(data, dict) or data.get("format", 1) != 1:
        return _Read(lines=lines)
    return _Read(None, *rest_of(model, data, lines, {"format": 1, **(spare or {})}), data)


def _yaml(path: Path, model: type[_Model], problems: list[Problem]) -> tuple[Any, _Model | None, Lines]:
    try:
        data, lines = read_yaml(path, for_checked=True)
    except Unreadable as error:
        problems += error.problems
        return None, None, Lines()
    found, wrong = checked(model, data, lines, path.name)
    problems += wrong
    return data, found, lines


def _chain(settings: Settings, lines: Lines, problems: list[Problem]) -> Chain | None:
    """The chain, if each of its levels can be read, and each key and name stands once."""
    fine = lines.is_whole("chain")
    levels = range(len(settings.chain))
    fine = fine and not any(lines.stands_in(f"chain[{one}].{key}") for one in levels for key in _LEVEL_NAMES)
    for key in _LEVEL_NAMES:
        first: dict[str, int] = {}
        for number, level in enumerate(settings.chain):
            value = getattr(level, key)
            if first.setdefault(value, number) != number:
                path = ("chain", number, key)
                _chain, place = lines.in_file(("chain", first[value]))
                message = _("{value} 已用在第{place}级").format(value=value, place=int(place) + 1)
                problems.append(Problem(message, SETTINGS_FILE, *lines.at(path)))
                fine = False
    return _any_chain(settings) if fine else None


def _any_chain(settings: Settings) -> Chain:
    """The chain as far as its keys differ, so that reading can go on and find more problems."""
    levels = {said.key: Level(said.key, said.name, said.working_days, said.leader) for said in settings.chain}
    return Chain([*levels.values(), *_spare_chain().levels[len(levels) :]])


def _spare_settings() -> dict[str, Any]:
    """What stands for what is wrong in the settings, so that the rest of them and the other files are judged all the same."""
    place = {"code": "0" * 12, "name": "missing"}
    chain = Each(_spare_level, instead=_spare_levels())
    return {"name": "missing", "title": "missing", "place": place, "chain": chain}


def _spare_levels() -> list[dict[str, Any]]:
    return [_spare_level(place) for place in range(FEWEST_LEVELS)]


def _spare_level(place: int) -> dict[str, Any]:
    name = f"missing_{place}"
    return {"key": name, "name": name, "working_days": 1, "leader": "unit_leader"}


def _spare_chain() -> Chain:
    """Levels that no site has."""
    return Chain(
        [Level(f"absent_{place}", f"absent_{place}", 1, "unit_leader") for place in range(FEWEST_LEVELS)]
    )


def _post_kinds(settings: Settings, codes: Codes, lines: Lines, problems: list[Problem]) -> PostKinds:
    """The shipped kinds and the site's own."""
    kinds = {
        entry.code: PostKind(entry.code, entry.title, entry.acts_as, entry.scope)
        for entry in (*codes.entries("post_kinds"), *settings.post_kinds)
    }
    for number, own in enumerate(settings.post_kinds):
        for place, kind in enumerate(own.acts_as):
            if kind not in kinds and _KINDS not in codes.doubted:
                path = ("post_kinds", number, "acts_as", place)
                known = joined(sorted(kinds))
                message = _("不认识的岗位种类 {kind}；应为 {known} 之一").format(kind=kind, known=known)
                problems.append(Problem(message, SETTINGS_FILE, *lines.at(path)))
    return PostKinds(kinds.values())


def ordered(problems: Sequence[Problem]) -> list[Problem]:
    """By file and line, as one goes through them with an editor."""
    return sorted(problems, key=lambda problem: (problem.file, problem.line or 0, problem.key))

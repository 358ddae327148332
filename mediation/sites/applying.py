"""Bringing a database to what a site's files say. The same site again changes nothing; nothing is ever deleted."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal, Protocol, TypeVar

from sqlmodel import Session

from mediation.clock import local_day
from mediation.errors import Problem
from mediation.language import _, joined
from mediation.people import queries as people
from mediation.people.models import ContactDuty, Person, Post
from mediation.sites.configuration import (
    FILES,
    OPTIONAL,
    RESPONSIBILITIES,
    contents,
    differences,
    overtaken,
    pending,
    plan,
    record,
    take_turn,
)
from mediation.sites.folder import Site
from mediation.sites.responsibilities import changed_faults
from mediation.sites.rows import PERSON_COLUMNS, UNIT_COLUMNS, PersonSaid, PostSaid, UnitSaid
from mediation.units import queries as units
from mediation.units.models import Committee, CommitteeMember, Configuration, Unit


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that became different: what, of which code and name, how, and in which columns.

    `told`: each column in words, old → new; of what is personal only that it changed. `since`: the first day of it,
    or on which it would have come into force.
    """

    what: str
    code: str
    how: Literal["added", "changed", "ended", "planned", "dropped"]
    columns: tuple[str, ...] = ()
    told: tuple[str, ...] = field(default=(), compare=False)
    since: date | None = field(default=None, compare=False)
    name: str = field(default="", compare=False)

    def __str__(self) -> str:
        words = {
            "added": _("新增"),
            "changed": _("变更"),
            "ended": _("终止"),
            "planned": _("预定变更"),
            "dropped": _("取消预定"),
        }
        changed = f"{words[self.how]} {self.what} {self.called}"
        if self.told or self.columns:
            columns = joined(self.told or self.columns)
            changed = _("{change}：{columns}").format(change=changed, columns=columns)
        day = _("，原定自 {day} 起") if self.how == "dropped" else _("，自 {day} 起")
        since = day.format(day=self.since) if self.since else ""
        return f"{changed}{since}"

    @property
    def called(self) -> str:
        """The name, which people know, with the code, which stands in the files."""
        return _("{name}（{code}）").format(name=self.name, code=self.code) if self.name else self.code


@dataclass
class Applied:
    """What bringing a database to a site came to; with problems, nothing of it may be committed."""

    changes: list[Change]
    problems: list[Problem]


def place_problems(session: Session, site: Site, now: datetime, since: date) -> list[Problem]:
    """Write units, people and committees alone, to see what would stand in the way; to be rolled back.

    Of a site with problems, what is known: all else stays as it is.
    """
    units.forget(session)
    pen = _Pen(session, local_day(now), since)
    pen.later = pen.later and not (site.doubts and site.doubts.lists)
    _write_places(pen, site)
    return pen.problems


def unsure(session: Session, site: Site) -> frozenset[int]:
    """The people of whom the files do not tell what they hold: rows that may be theirs cannot be read, or kinds are new."""
    kinds = people.post_kinds(session)
    kept = people.people(session)
    doubts = site.doubts
    found = {row.id or 0 for row in kept if doubts is not None and doubts.people.may_be_illegible(row.name)}
    ids = {row.code: row.id or 0 for row in kept}
    ending = {row.code for row in units.units(session) if row.valid_to is not None}
    for person, said in _posts(site):
        is_read = said.row.knows("post", "kind", "unit") and said.kind in kinds
        outlasts = said.unit in ending and not said.row.knows("valid_to")  # it may be moved to another unit
        if not is_read or outlasts:
            found.add(ids[person.code])
    return frozenset(found)


class _Ending(Protocol):
    valid_to: date | None


_Row = TypeVar("_Row")


def apply_site(session: Session, site: Site, now: datetime) -> list[Change]:
    """Write the site's units, people, committees and configuration; what the files no longer name ends yesterday.

    For a dry run, roll the transaction back. Flushes; does not commit.
    """
    return apply_from(session, site, now, local_day(now)).changes


def apply_from(session: Session, site: Site, now: datetime, since: date) -> Applied:
    """The same from a day on, today or later: what the files no longer name ends the day before it.

    Rules, chain, kinds of post and lists are planned for that day, if it is a later one (see configuration.come_into_force).
    What has no days of its own (a name, a superior) changes at once; to plan that is a problem.
    """
    take_turn(session)
    units.forget(session)
    pen = _Pen(session, local_day(now), since)
    _write_places(pen, site)
    _write_configuration(pen, site, now)
    # So that the mark of what is in force grows with them: other processes keep the tree that they have read.
    record(session, "units", "tree", people.fingerprint(session), now)
    units.forget(session)
    return Applied(pen.changes, pen.problems)


class _Pen:
    """Writes a row as it should be, and remembers what that changed."""

    def __init__(self, session: Session, today: date, since: date) -> None:
        self.session = session
        self.since = since
        self.later = since > today
        self.yesterday = since - timedelta(days=1)
        self.changes: list[Change] = []
        self.problems: list[Problem] = []

    def put(
        self,
        what: str,
        code: str,
        row: _Row | None,
        make: type[_Row],
        values: Mapping[str, Any],
        units_called: Mapping[int, str] | None = None,
        *,
        name: str = "",
        unread: Collection[str] = (),
    ) -> _Row:
        """The row with these values; a new one if there is none. `name`: what people call it; `unread`: values nobody knows."""
        if row is None:
            row = make(**values)
            self.session.add(row)
            self.changes.append(Change(what, code, "added", name=name))
            return row
        columns = tuple(
            key for key, value in values.items() if key not in unread and getattr(row, key) != value
        )
        told = tuple(
            _told(_title(make, key), key, getattr(row, key), values[key], units_called or {})
            for key in columns
        )
        for key in columns:
            setattr(row, key, values[key])
        if columns:
            self.session.add(row)
            self.changes.append(Change(what, code, "changed", columns, told, name=name))
        self._refuse_planned(what, code, {key: _title(make, key) for key in columns})
        return row

    def _refuse_planned(self, what: str, code: str, columns: Mapping[str, str]) -> None:
        undated = [title for key, title in columns.items() if key not in _DATED]
        if self.later and undated:
            message = _("{columns}没有生效日期，不能预定；请在 {day} 当天再执行")
            self.problems.append(
                Problem(message.format(columns=joined(undated), day=self.since), key=f"{what} {code}")
            )

    def end(self, what: str, code: str, row: _Ending, name: str) -> None:
        """A row that the files no longer name is over since yesterday, if it was not over before."""
        if row.valid_to is None or row.valid_to > self.yesterday:
            row.valid_to = self.yesterday
            self.session.add(row)
            self.changes.append(self.ended(what, code, name))

    def ended(self, what: str, code: str, name: str) -> Change:
        return Change(what, code, "ended", since=self.since if self.later else None, name=name)


_DATED = frozenset({"valid_from", "valid_to", "term_from", "term_to", "successor_id"})
_OF_PEOPLE: Mapping[str, str] = {column.key: column.heading for column in (*UNIT_COLUMNS, *PERSON_COLUMNS)}
_OF_PLACES: Mapping[str, str] = {column.key: column.heading for column in (*PERSON_COLUMNS, *UNIT_COLUMNS)}
_TITLES: Mapping[str, str] = {
    "parent_id": "上级",
    "successor_id": "并入",
    "unit_id": "单位",
    "term_from": "任期起始",
    "term_to": "任期届满",
    "abbreviation": "简称",
    "seal_text": "印文",
    "number_patterns": "编号格式",
    "role": "职务",
    "address": "地址",
}
_OF_UNITS = frozenset({"parent_id", "successor_id", "unit_id"})
_PERSONAL = frozenset({"phone"})


def _title(make: type, key: str) -> str:
    """What a column is called in the files: the name of a unit is no 姓名."""
    columns = _OF_PLACES if make in {Unit, Committee} else _OF_PEOPLE
    return _(_TITLES.get(key) or columns.get(key, key))


def _told(title: str, key: str, old: Any, new: Any, units_called: Mapping[int, str]) -> str:
    """One changed column in words."""
    if key in _PERSONAL:
        return title
    values = [units_called.get(one, one) if key in _OF_UNITS else one for one in (old, new)]
    return f"{title} {_value(values[0])} → {_value(values[1])}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list):
        return joined(map(str, value)) or _("无")
    return _("无") if value in (None, "") else str(value)


def _write_places(pen: _Pen, site: Site) -> None:
    """Units, people and committees: what the rules name."""
    unit_ids = _write_units(pen, site)
    person_ids = _write_people(pen, site)
    post_ids = _write_posts(pen, site, person_ids, unit_ids)
    pen.problems += _renamed(pen.session, site)
    if site.doubts is not None:
        return  # nobody asks further of what is not to stay
    _write_duties(pen, site, post_ids, unit_ids)
    committee_ids = _write_committees(pen, site, unit_ids)
    _write_members(pen, site, committee_ids, person_ids)


def _write_units(pen: _Pen, site: Site) -> dict[str, int]:
    """Units without their place in the tree first, since a parent may stand below its child in the file."""
    what = _("单位")
    kept = {row.code: row for row in units.units(pen.session)}
    written: dict[str, Unit] = {}
    unread: dict[str, Collection[str]] = {}
    codes = {said.node.code for said in site.units}
    held = {row.grid_code: row for row in kept.values() if row.grid_code is not None}
    refused = {
        said.node.code: fault for said in site.units for fault in _taken_number(said, site, codes, held)
    }
    pen.problems += refused.values()
    for said in site.units:
        node = said.node
        values = {
            "code": node.code,
            "name": node.name,
            "kind": node.kind,
            "level": node.level,
            "grid_code": node.grid_code,
            "place_code": node.place_code,
            "households": node.households,
            "valid_from": node.valid_from,
            "valid_to": node.valid_to,
        }
        known = kept.get(node.code)
        if site.doubts is not None:
            unread[node.code] = _unread_of_unit(said, codes)
            # A number that another unit has, too, could not be written.
            values["grid_code"] = known.grid_code if known is not None else None
        elif node.code in refused:
            values["grid_code"] = None
        written[node.code] = pen.put(
            what, node.code, known, Unit, values, name=node.name, unread=unread.get(node.code, ())
        )
    _pass_numbers_on(pen.session, written.values(), {number: row.code for number, row in held.items()})
    ids = {code: row.id or 0 for code, row in written.items()}
    called = _called((*kept.values(), *written.values()))
    for said in site.units:
        row = written[said.node.code]
        parent = ids.get(said.parent_code) if said.parent_code else None
        successor = ids.get(said.successor) if said.successor else None
        if said.node.code not in kept:
            row.parent_id, row.successor_id = parent, successor
        else:
            places = {"parent_id": parent, "successor_id": successor}
            unknown = unread.get(row.code, ())
            pen.put(what, row.code, row, Unit, places, called, name=row.name, unread=unknown)
    for code, row in kept.items():
        if code not in written and not (site.doubts and site.doubts.units.may_be_illegible(row.name)):
            pen.end(what, code, row, row.name)
    pen.session.flush()
    return ids


def _taken_number(
    said: UnitSaid, site: Site, codes: Collection[str], held: Mapping[str, Unit]
) -> Iterator[Problem]:
    """A grid code of a unit that the files no longer name is that unit's for ever."""
    other = held.get(said.node.grid_code or "")
    if other is None or other.code in {said.node.code, *codes} or not said.row.knows("grid_code"):
        return
    doubts = site.doubts
    if doubts is None or (doubts.units.lacks(other.code) and not doubts.units.may_be_illegible(other.name)):
        message = _("这个网格编码属于单位 {other}；文件里虽然不再有它，编码也不能再给别的单位")
        called = _("{name}（{code}）").format(name=other.name, code=other.code)
        yield said.row.problem("grid_code", message.format(other=called))


def _pass_numbers_on(session: Session, written: Iterable[Unit], held: Mapping[str, str]) -> None:
    """Flush units of which some have grid codes that others had: at first nobody has those."""
    passing = [
        (row, row.grid_code)
        for row in written
        if row.grid_code and held.get(row.grid_code, row.code) != row.code
    ]
    for row, _number in passing:
        row.grid_code = None
    session.flush()
    for row, number in passing:
        row.grid_code = number
    session.flush()


def _unread_of_unit(said: UnitSaid, codes: Collection[str]) -> Collection[str]:
    """What of a unit is not known; whether one that ends is merged into another belongs to its end."""
    unread = set(said.row.unread)
    for key, code in (("parent", said.parent_code), ("successor", said.successor)):
        if key in unread or (code is not None and code not in codes):
            unread.add(f"{key}_id")
    return unread | {"valid_to", "successor_id"} if unread & {"valid_to", "successor_id"} else unread


def _write_people(pen: _Pen, site: Site) -> dict[str, int]:
    what = _("人员")
    kept = {row.code: row for row in people.people(pen.session)}
    written = {
        said.code: pen.put(
            what,
            said.code,
            kept.get(said.code),
            Person,
            _person(said),
            name=said.name,
            unread=said.row.unread,
        )
        for said in site.people
    }
    for code, row in kept.items():
        if code not in written and row.status == "active" and not pen.later:
            row.status = "inactive"  # planned for later, the end of all posts is enough
            pen.session.add(row)
            pen.changes.append(pen.ended(what, code, row.name))
    pen.session.flush()
    return {code: row.id or 0 for code, row in written.items()}


def _person(said: PersonSaid) -> dict[str, Any]:
    return {
        "code": said.code,
        "name": said.name,
        "sex": said.sex,
        "ethnicity": said.ethnicity,
        "phone": said.phone,
        "languages": list(said.languages),
        "expertise": list(said.expertise),
        "status": "active" if said.active else "inactive",
    }


def _write_posts(
    pen: _Pen, site: Site, person_ids: Mapping[str, int], unit_ids: Mapping[str, int]
) -> dict[tuple[str, str], int]:
    what = _("岗位")
    kept = {(row.person_id, row.code): row for row in people.all_posts(pen.session)}
    written: dict[tuple[str, str], Post] = {}
    called = _called(units.units(pen.session))
    for person, said in _posts(site):
        key = (person_ids[person.code], said.code)
        unit = unit_ids.get(said.unit) if said.row.knows("unit") else None
        if not said.row.knows("post") or (unit is None and key not in kept):
            continue
        unread = {*said.row.unread, *(() if unit else ("unit_id",))}
        values = {
            "person_id": key[0],
            "code": said.code,
            "kind": said.kind,
            "title": said.title,
            "unit_id": unit,
            "full_time": said.full_time,
            "duties": list(said.duties),
            "valid_from": said.valid_from,
            "valid_to": said.valid_to,
        }
        code, name = f"{person.code}:{said.code}", f"{person.name} {said.title}"
        row = pen.put(what, code, kept.pop(key, None), Post, values, called, name=name, unread=unread)
        written[person.code, said.code] = row
    held = {row.id: row for row in people.people(pen.session)}
    for row in kept.values():
        who = held[row.person_id]
        pen.end(what, f"{who.code}:{row.code}", row, f"{who.name} {row.title}")
    pen.session.flush()
    return {key: row.id or 0 for key, row in written.items()}


def _write_duties(
    pen: _Pen, site: Site, post_ids: Mapping[tuple[str, str], int], unit_ids: Mapping[str, int]
) -> None:
    what = _("联系职责")
    by_id = {row.id: row for row in units.units(pen.session)}
    names = {row.code: row.name for row in by_id.values()}
    kept = {(row.post_id, row.unit_id): row for row in people.all_contact_duties(pen.session)}
    for person, said in _posts(site):
        for unit in said.contact_units:
            key = (post_ids[person.code, said.code], unit_ids[unit])
            values = {
                "post_id": key[0],
                "unit_id": key[1],
                "kind": said.contact_kind,
                "valid_from": said.valid_from,
                "valid_to": said.valid_to,
            }
            code, name = f"{person.code}:{said.code}→{unit}", f"{person.name} → {names[unit]}"
            pen.put(what, code, kept.pop(key, None), ContactDuty, values, name=name)
    held = {row.id: row for row in people.people(pen.session)}
    posts = {row.id: row for row in people.all_posts(pen.session)}
    for row in kept.values():
        place, post = by_id[row.unit_id], posts[row.post_id]
        who = held[post.person_id]
        pen.end(what, f"{who.code}:{post.code}→{place.code}", row, f"{who.name} → {place.name}")
    pen.session.flush()


def _renamed(session: Session, site: Site) -> Iterator[Problem]:
    """Committees whose papers bear another name than the files say."""
    kept = {row.code: row.name for row in units.committees(session)}
    for said in site.committees:
        old = kept.get(said.code, said.name)
        if old != said.name:
            message = _("{old} 的文书以原名盖印，不能改名；请另写一个调委会代码，原来的写明任期届满")
            yield Problem(message.format(old=old), "committees.yaml", None, said.code)


def _write_committees(pen: _Pen, site: Site, unit_ids: Mapping[str, int]) -> dict[str, int]:
    what = _("调委会")
    called = _called(units.units(pen.session))
    kept = {row.code: row for row in units.committees(pen.session)}
    written: dict[str, Committee] = {}
    for said in site.committees:
        numbers = said.numbers or site.settings.numbers
        values = {
            "code": said.code,
            "name": said.name,
            "abbreviation": said.abbreviation,
            "kind": said.kind,
            "unit_id": unit_ids[said.unit],
            "seal_text": said.seal_text or said.name,
            "sample": site.settings.sample,
            "phone": said.phone,
            "address": said.address,
            "number_patterns": numbers.model_dump(),
            "term_from": said.term_from,
            "term_to": said.term_to,
        }
        known = kept.get(said.code)
        written[said.code] = pen.put(what, said.code, known, Committee, values, called, name=said.name)
    for code, row in kept.items():
        if code not in written and (row.term_to is None or row.term_to > pen.yesterday):
            row.term_to = pen.yesterday
            pen.session.add(row)
            pen.changes.append(pen.ended(what, code, row.name))
    pen.session.flush()
    return {code: row.id or 0 for code, row in written.items()}


def _write_members(
    pen: _Pen, site: Site, committee_ids: Mapping[str, int], person_ids: Mapping[str, int]
) -> None:
    what = _("调委会成员")
    held = {row.id: row for row in people.people(pen.session)}
    kept = {(row.committee_id, row.person_id): row for row in units.all_members(pen.session)}
    for committee in site.committees:
        for said in committee.members:
            key = (committee_ids[committee.code], person_ids[said.person])
            values = {
                "committee_id": key[0],
                "person_id": key[1],
                "role": said.role,
                "valid_from": committee.term_from,
                "valid_to": committee.term_to,
            }
            code = f"{committee.code}/{said.person}"
            name = f"{committee.name} {held[key[1]].name}"
            pen.put(what, code, kept.pop(key, None), CommitteeMember, values, name=name)
    committees = {row.id: row for row in units.committees(pen.session)}
    for row in kept.values():
        one, who = committees[row.committee_id], held[row.person_id]
        pen.end(what, f"{one.code}/{who.code}", row, f"{one.name} {who.name}")
    pen.session.flush()


def _write_configuration(pen: _Pen, site: Site, now: datetime) -> None:
    what = _("配置")
    said = contents(site)
    for kind in OPTIONAL:
        if (kind, "site") not in said and units.configuration(pen.session, kind) is not None:
            said[kind, "site"] = None
    for (kind, name), content in said.items():
        known = units.configuration(pen.session, kind, name)
        told = differences(known.content, content) if known else ()
        if kind == RESPONSIBILITIES:
            _write_responsibilities(pen, site, content, now)
            continue
        if pen.later and kind == FILES and told:
            message = _("文书模板、日历和字体没有生效日期，不能预定；请在 {day} 当天再执行：{files}")
            files = joined(one.partition(" ")[0] for one in told)
            pen.problems.append(Problem(message.format(day=pen.since, files=files)))
            continue
        if pen.later and (known is not None or kind in OPTIONAL):
            _plan(pen, (kind, name), content, pen.since, now, what=what, code=f"{kind}/{name}", told=told)
            continue
        _tell_dropped(pen, overtaken(pen.session, kind, name, content, now), content, what, f"{kind}/{name}")
        if record(pen.session, kind, name, content, now):
            pen.changes.append(
                Change(what, f"{kind}/{name}", "changed" if known else "added", (), told if known else ())
            )


def _write_responsibilities(pen: _Pen, site: Site, content: Any, now: datetime) -> None:
    """The list comes into force on its own day, or on the day of the change if that is later."""
    assert site.responsibilities is not None
    known = units.configuration(pen.session, RESPONSIBILITIES)
    if known is not None:
        pen.problems += changed_faults(site.responsibilities, known.content)
        told = differences(known.content, content)
    else:
        told = ()
    since = max(pen.since, site.responsibilities.in_force_from)
    what, code = _("责任清单"), _("第{version}版").format(version=site.responsibilities.version)
    if since > local_day(now):
        _plan(pen, (RESPONSIBILITIES, "site"), content, since, now, what=what, code=code, told=told)
        return
    _tell_dropped(pen, overtaken(pen.session, RESPONSIBILITIES, "site", content, now), content, what, code)
    if record(pen.session, RESPONSIBILITIES, "site", content, now):
        pen.changes.append(Change(what, code, "changed" if known else "added", (), told))


def _plan(
    pen: _Pen,
    key: tuple[str, str],
    content: Any,
    since: date,
    now: datetime,
    *,
    what: str,
    code: str,
    told: tuple[str, ...],
) -> None:
    """Plan a configuration, and tell which plan it takes the place of; there is one plan for each at a time."""
    before = pending(pen.session, *key, now)
    if not plan(pen.session, *key, content, since, now):
        return
    _tell_dropped(pen, before, content, what, code)
    if told or units.configuration(pen.session, *key) is None:
        pen.changes.append(Change(what, code, "planned", (), told, since))


def _tell_dropped(pen: _Pen, dropped: Configuration | None, content: Any, what: str, code: str) -> None:
    if dropped is not None:
        undone, day = differences(dropped.content, content), local_day(dropped.in_force_from)
        pen.changes.append(Change(what, code, "dropped", (), undone, day))


def _called(rows: Iterable[Unit]) -> dict[int, str]:
    """What units are called where a column names one."""
    return {row.id or 0: _("{name}（{code}）").format(name=row.name, code=row.code) for row in rows}


def _posts(site: Site) -> Sequence[tuple[PersonSaid, PostSaid]]:
    return [(person, post) for person in site.people for post in person.posts]

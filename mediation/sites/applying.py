"""Bringing a database to what a site's files say. The same site again changes nothing; nothing is ever deleted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal, Protocol, TypeVar

from sqlmodel import Session

from mediation.clock import local_day
from mediation.language import _
from mediation.people import queries as people
from mediation.people.models import ContactDuty, Person, Post
from mediation.sites.configuration import contents, record
from mediation.sites.folder import Site
from mediation.sites.rows import PersonSaid, PostSaid
from mediation.units import queries as units
from mediation.units.models import Committee, CommitteeMember, Unit


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that became different: what, of which code, how, and in which columns."""

    what: str
    code: str
    how: Literal["added", "changed", "ended"]
    columns: tuple[str, ...] = ()

    def __str__(self) -> str:
        how = {"added": _("新增"), "changed": _("变更"), "ended": _("终止")}[self.how]
        columns = f"({'、'.join(self.columns)})" if self.columns else ""
        return f"{how} {self.what} {self.code}{columns}"


class _Ending(Protocol):
    valid_to: date | None


_Row = TypeVar("_Row")


def apply_site(session: Session, site: Site, now: datetime) -> list[Change]:
    """Write the site's units, people, committees and configuration; what the files no longer name ends yesterday.

    For a dry run, roll the transaction back. Flushes; does not commit.
    """
    pen = _Pen(session, local_day(now))
    unit_ids = _write_units(pen, site)
    person_ids = _write_people(pen, site)
    post_ids = _write_posts(pen, site, person_ids, unit_ids)
    _write_duties(pen, site, post_ids, unit_ids)
    committee_ids = _write_committees(pen, site, unit_ids)
    _write_members(pen, site, committee_ids, person_ids)
    for (kind, name), content in contents(site).items():
        known = units.configuration(session, kind, name) is not None
        if record(session, kind, name, content, now):
            pen.changes.append(Change(_("配置"), f"{kind}/{name}", "changed" if known else "added"))
    units.forget(session)
    return pen.changes


class _Pen:
    """Writes a row as it should be, and remembers what that changed."""

    def __init__(self, session: Session, today: date) -> None:
        self.session = session
        self.yesterday = today - timedelta(days=1)
        self.changes: list[Change] = []

    def put(
        self, what: str, code: str, row: _Row | None, make: type[_Row], values: Mapping[str, Any]
    ) -> _Row:
        """The row with these values; a new one if there is none."""
        if row is None:
            row = make(**values)
            self.session.add(row)
            self.changes.append(Change(what, code, "added"))
            return row
        columns = tuple(key for key, value in values.items() if getattr(row, key) != value)
        for key in columns:
            setattr(row, key, values[key])
        if columns:
            self.session.add(row)
            self.changes.append(Change(what, code, "changed", columns))
        return row

    def end(self, what: str, code: str, row: _Ending) -> None:
        """A row that the files no longer name is over since yesterday, if it was not over before."""
        if row.valid_to is None or row.valid_to > self.yesterday:
            row.valid_to = self.yesterday
            self.session.add(row)
            self.changes.append(Change(what, code, "ended"))


def _write_units(pen: _Pen, site: Site) -> dict[str, int]:
    """Units without their place in the tree first, since a parent may stand below its child in the file."""
    what = _("单位")
    kept = {row.code: row for row in units.units(pen.session)}
    written: dict[str, Unit] = {}
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
        written[node.code] = pen.put(what, node.code, kept.get(node.code), Unit, values)
    pen.session.flush()
    ids = {code: row.id or 0 for code, row in written.items()}
    for said in site.units:
        row = written[said.node.code]
        parent = ids[said.parent_code] if said.parent_code else None
        successor = ids[said.successor] if said.successor else None
        if said.node.code not in kept:
            row.parent_id, row.successor_id = parent, successor
        else:
            pen.put(what, row.code, row, Unit, {"parent_id": parent, "successor_id": successor})
    for code, row in kept.items():
        if code not in written:
            pen.end(what, code, row)
    pen.session.flush()
    return ids


def _write_people(pen: _Pen, site: Site) -> dict[str, int]:
    what = _("人员")
    kept = {row.code: row for row in people.people(pen.session)}
    written = {
        said.code: pen.put(what, said.code, kept.get(said.code), Person, _person(said))
        for said in site.people
    }
    for code, row in kept.items():
        if code not in written and row.status == "active":
            row.status = "inactive"
            pen.session.add(row)
            pen.changes.append(Change(what, code, "ended"))
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
    for person, said in _posts(site):
        key = (person_ids[person.code], said.code)
        values = {
            "person_id": key[0],
            "code": said.code,
            "kind": said.kind,
            "title": said.title,
            "unit_id": unit_ids[said.unit],
            "full_time": said.full_time,
            "duties": list(said.duties),
            "valid_from": said.valid_from,
            "valid_to": said.valid_to,
        }
        row = pen.put(what, f"{person.code}:{said.code}", kept.pop(key, None), Post, values)
        written[person.code, said.code] = row
    names = {row.id: row.code for row in people.people(pen.session)}
    for row in kept.values():
        pen.end(what, f"{names.get(row.person_id, '')}:{row.code}", row)
    pen.session.flush()
    return {key: row.id or 0 for key, row in written.items()}


def _write_duties(
    pen: _Pen, site: Site, post_ids: Mapping[tuple[str, str], int], unit_ids: Mapping[str, int]
) -> None:
    what = _("联系职责")
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
            pen.put(what, f"{person.code}:{said.code}→{unit}", kept.pop(key, None), ContactDuty, values)
    for row in kept.values():
        pen.end(what, f"{row.post_id}→{row.unit_id}", row)
    pen.session.flush()


def _write_committees(pen: _Pen, site: Site, unit_ids: Mapping[str, int]) -> dict[str, int]:
    what = _("调委会")
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
        written[said.code] = pen.put(what, said.code, kept.get(said.code), Committee, values)
    for code, row in kept.items():
        if code not in written and (row.term_to is None or row.term_to > pen.yesterday):
            row.term_to = pen.yesterday
            pen.session.add(row)
            pen.changes.append(Change(what, code, "ended"))
    pen.session.flush()
    return {code: row.id or 0 for code, row in written.items()}


def _write_members(
    pen: _Pen, site: Site, committee_ids: Mapping[str, int], person_ids: Mapping[str, int]
) -> None:
    what = _("调委会成员")
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
            pen.put(what, code, kept.pop(key, None), CommitteeMember, values)
    for row in kept.values():
        pen.end(what, f"{row.committee_id}/{row.person_id}", row)
    pen.session.flush()


def _posts(site: Site) -> Sequence[tuple[PersonSaid, PostSaid]]:
    return [(person, post) for person in site.people for post in person.posts]

"""收件: what one person has been sent inside, for that person alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mediation.cases import queries as case_queries
from mediation.cases.correspondence.telling import office_of
from mediation.cases.hall import Hall
from mediation.cases.recusals.queries import is_kept_from, kept_from
from mediation.clock import local_day
from mediation.documents.store import Store
from mediation.errors import NotFound
from mediation.language import _
from mediation.notices import queries
from mediation.notices.channels.file import read_letter
from mediation.notices.composing import Letter, slip_page
from mediation.notices.facts import NoticeFacts, ReaderFacts
from mediation.notices.models import Delivery


@dataclass(frozen=True)
class TrayRow:
    """One notice in a list. `case`: the id of the case that it is about, if the reader still sees it."""

    id: str
    notice: str
    title: str
    subject: str
    urgency: str
    case: str | None
    sent_at: datetime
    read_at: datetime | None


@dataclass(frozen=True)
class TrayLetter(TrayRow):
    """One notice, whole."""

    body: str = ""


def listed(hall: Hall, *, unread: bool = False, before: str = "", most: int = 50) -> list[TrayRow]:
    """The actor's own notices, newest first; `before` is the id of the last row of the page before."""
    at = _own(hall, before).id if before else None
    kept = kept_from(hall.actor.person_id)
    rows = queries.tray(hall.session, hall.actor.person_id, unread=unread, before=at, most=most, but=kept)
    return [TrayRow(**_row(hall, row)) for row in rows]


def opened(hall: Hall, message_id: str, store: Store) -> TrayLetter:
    """One of the actor's own notices, whole. Raises NotFound for anybody else's."""
    row = _own(hall, message_id)
    return TrayLetter(**_row(hall, row), body=_body(row, store))


def key_of(hall: Hall, message_id: str) -> int:
    """The key of one of the actor's own notices. Raises NotFound for anybody else's."""
    return _own(hall, message_id).id or 0


def slip_of(hall: Hall, message_id: str, store: Store) -> bytes | str:
    """The slip for a party of a case that the actor may see: printed already, or the page to print of a letter to it.

    Raises NotFound for any other, and for what was not written to a party.
    """
    row = queries.delivery_by_message(hall.session, message_id)
    if row is None or row.party_id is None or row.sha256 is None or _case(hall, row) is None:
        raise NotFound
    if not store.has(row.sha256):
        raise NotFound
    content = store.get(row.sha256)
    return content if row.channel == "slip" else _page(hall, row, read_letter(content))


def _page(hall: Hall, row: Delivery, letter: Mapping[str, str]) -> str:
    """A letter to a party as the shared slip, under the day on which it was written."""
    assert row.case_id is not None
    case = case_queries.case_for_system(hall.session, row.case_id)
    party = next(one for one in case_queries.everybody(hall.session, row.case_id) if one.id == row.party_id)
    facts = NoticeFacts(
        site=hall.office.site_name,
        sample=hall.office.sample,
        today=local_day(row.recorded_at).isoformat(),
        reader=ReaderFacts(kind="party", name=str(party.name)),
        office=office_of(hall, case),
    )
    shared = {name: text for name, text in hall.office.notices[row.notice].files.items() if "/" in name}
    return slip_page(shared, facts, Letter(letter["subject"], letter["body"]), row.public_id)


def _own(hall: Hall, message_id: str) -> Delivery:
    row = queries.delivery_by_message(hall.session, message_id)
    if row is None or row.person_id != hall.actor.person_id or (row.channel, row.state) != ("file", "sent"):
        raise NotFound
    if row.case_id is not None and is_kept_from(hall.session, hall.actor.person_id, row.case_id):
        raise NotFound
    return row


def _row(hall: Hall, row: Delivery) -> dict[str, Any]:
    notice = hall.office.notices.get(row.notice)
    return {
        "id": row.public_id,
        "notice": row.notice,
        "title": notice.title if notice is not None else row.notice,
        "subject": str(row.subject or _("（已删除）")),
        "urgency": row.urgency,
        "case": _case(hall, row),
        "sent_at": row.sent_at,
        "read_at": row.read_at,
    }


def _case(hall: Hall, row: Delivery) -> str | None:
    if row.case_id is None:
        return None
    public_id = case_queries.case_for_system(hall.session, row.case_id).public_id
    try:
        return case_queries.find_case(hall.session, hall.actor, public_id).public_id
    except NotFound:
        return None


def _body(row: Delivery, store: Store) -> str:
    """The letter's text; of an erased case there is none any more."""
    if row.sha256 is None or not store.has(row.sha256):
        return _("（已删除）")
    return read_letter(store.get(row.sha256))["body"]

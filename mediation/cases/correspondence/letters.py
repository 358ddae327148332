"""Drafts as deliveries: each reader's letter, by each channel that fits, or the reason why there is none."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from mediation.cases.correspondence.drafting import Draft
from mediation.clock import SITE_ZONE, local_day, local_moment
from mediation.ids import derived_public_id
from mediation.notices.channels import Channel, Message
from mediation.notices.composing import TemplateFault, slip_page
from mediation.notices.facts import without
from mediation.notices.folders import Notice
from mediation.notices.models import Delivery, OutboxRow
from mediation.notices.readers import NOBODY
from mediation.sites.sending import Sending


def letters(
    row: OutboxRow,
    notice: Notice,
    found: Sequence[Draft],
    channels: Mapping[str, Channel],
    sending: Sending,
    now: datetime,
) -> list[Delivery]:
    """A delivery for each reader and channel; nothing is sent yet. A slip's body is its page."""
    made = []
    for draft in found:
        for channel in _chosen(notice, draft, channels):
            one = _delivery(row, notice.name, notice.sheet.urgency, draft.reader.key, channel.code, now)
            one.person_id, one.party_id = draft.reader.person_id, draft.reader.party_id
            _write(one, notice, draft, channel)
            if one.state == "waiting" and channel.outward:
                one.next_at = _not_before(now, notice.sheet.urgency, sending)
            made.append(one)
    return made


def lost(row: OutboxRow, why: str, now: datetime) -> Delivery:
    """What stands for a row that nobody could be written to about, so that it is seen and can be tried again."""
    name = str(row.payload.get("notice") or "")
    found = _delivery(row, name, "normal", NOBODY, "file", now)
    found.state, found.why = "skipped" if why == "erased" else "failed", why
    return found


def message_of(row: Delivery) -> Message:
    """The message of a delivery as its channel is given it."""
    body = str(row.body or "")
    is_page = row.channel == "slip"
    return Message(
        id=row.public_id,
        notice=row.notice,
        urgency=row.urgency,
        subject=str(row.subject or ""),
        body="" if is_page else body,
        written_at=row.recorded_at,
        page=body if is_page else "",
    )


def _delivery(
    row: OutboxRow, notice: str, urgency: str, reader: str, channel: str, now: datetime
) -> Delivery:
    return Delivery(
        public_id=derived_public_id(row.public_id, reader, channel),
        outbox_id=row.id or 0,
        case_id=row.case_id,
        notice=notice,
        urgency=urgency,
        reader=reader,
        channel=channel,
        next_at=now,
        recorded_at=row.recorded_at,
    )


def _chosen(notice: Notice, draft: Draft, channels: Mapping[str, Channel]) -> list[Channel]:
    """The notice's channels, as far as the site has them and they reach such a reader; a slip if nothing else arrives."""
    reader = draft.reader
    found = [
        channel
        for code, channel in channels.items()
        if code in notice.sheet.channels and reader.kind in channel.reaches
    ]
    arrives = [channel for channel in found if channel.outward and channel.address(reader)]
    return [channel for channel in found if channel.code != "slip" or not arrives]


def _write(one: Delivery, notice: Notice, draft: Draft, channel: Channel) -> None:
    """Fill in subject, body and address, or say why not."""
    why = _obstacle(notice, draft, channel)
    if why:
        one.state, one.why = "skipped", why
        return
    facts = draft.facts(outward=channel.outward)
    lacking = notice.lacks(facts)
    withheld = draft.withheld(outward=channel.outward)
    if lacking:
        one.state, one.why = "failed", f"lacks:{lacking[0]}"
        return
    try:
        letter = notice.compose(facts)
        page = slip_page(notice.files, facts, letter, one.public_id) if channel.code == "slip" else ""
    except TemplateFault:
        one.state, one.why = "failed", "template"
        return
    one.subject = without(letter.subject, withheld)
    one.body = without(page or letter.body, withheld)
    one.address = channel.address(draft.reader)


def _obstacle(notice: Notice, draft: Draft, channel: Channel) -> str:
    reader = draft.reader
    if reader.kept_off or (not reader.sees and not notice.sheet.unseen):
        return "out_of_scope"
    if reader.away and channel.outward:
        return "away"
    return "" if channel.address(reader) else "no_address"


def _not_before(now: datetime, urgency: str, sending: Sending) -> datetime:
    """Now, or the next hour in which people may be disturbed."""
    if urgency == "urgent":
        return now
    hour, day = now.astimezone(SITE_ZONE).hour, local_day(now)
    if hour < sending.hours.begin:
        return local_moment(day, sending.hours.begin)
    if hour >= sending.hours.end:
        return local_moment(day + timedelta(days=1), sending.hours.begin)
    return now

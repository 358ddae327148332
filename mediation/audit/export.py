"""What leaves the machine: heads with the chains' ends, and the events themselves. JSON Lines, no personal data.

A head's file: first line {"format": "mediation head 1", "head": {…}}, then one line [chain, ordinal, hash] for each
chain, in order. A trail's file: first line {"format": "mediation trail 1"}, then one line for each event with the columns
that are hashed and the hash, so that another program can check it (docs/audit-trail.md).
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from mediation.audit.heads import SIGNED_COLUMNS, root_over
from mediation.audit.queries import chain_ends, head_of, stored_events
from mediation.audit.stored import read_event
from mediation.audit.trail import HASHED_COLUMNS, canonical
from mediation.errors import AuditBroken, NotFound
from mediation.language import _

_HEAD_FORMAT = "mediation head 1"
_TRAIL_FORMAT = "mediation trail 1"


@dataclass(frozen=True, slots=True)
class ExportedHead:
    """A head as it was exported. `columns` are those of trail_head; `ends` can be gone through once."""

    columns: dict[str, Any]
    ends: Iterable[tuple[str, int, str]]


def export_head(session: Session, number: int | None = None) -> Iterator[str]:
    """The lines of a head's file: of the head of that number, or of the newest. Each ends with a line feed.

    Raises NotFound if there is none; AuditBroken, before the first line, if the chains no longer have its root.
    """
    head = head_of(session, number)
    if head is None:
        raise NotFound(_("还没有这个编号的日志总摘要。"))
    root, chains, events = root_over(chain_ends(session, head.last_event_id))
    if (root, chains, events) != (head.root, head.chains, head.events):
        raise AuditBroken(
            _("办理日志与第{number}号总摘要不符，不能导出；请先校验办理日志。").format(number=head.number)
        )
    columns = {name: getattr(head, name) for name in (*SIGNED_COLUMNS, "hash", "signature")}
    yield _line({"format": _HEAD_FORMAT, "head": columns})
    for end in chain_ends(session, head.last_event_id):
        yield _line(list(end))


def read_head(lines: Iterable[str]) -> ExportedHead:
    """A head from its file's lines, read as they are asked for. Raises AuditBroken if it is no such file."""
    source = _readable(lines)
    first = _parsed(next(source, ""))
    if not isinstance(first, dict) or first.get("format") != _HEAD_FORMAT:
        raise AuditBroken(_("这不是导出的日志总摘要文件。"))
    columns = first.get("head")
    wanted = dict.fromkeys(("number", "last_event_id", "chains", "events"), int)
    wanted_text = dict.fromkeys(("made_at", "root", "previous", "hash", "signature"), str)
    if not isinstance(columns, dict) or any(
        type(columns.get(name)) is not kind for name, kind in {**wanted, **wanted_text}.items()
    ):
        raise AuditBroken(_("导出的日志总摘要文件不完整。"))
    try:
        columns["made_at"] = datetime.fromisoformat(columns["made_at"])
        canonical(columns["made_at"])
    except ValueError as error:
        raise AuditBroken(_("导出的日志总摘要文件不完整。")) from error
    return ExportedHead(columns, (_end(line) for line in source))


def export_events(session: Session, chain: str | None = None) -> Iterator[str]:
    """The lines of a trail's file: of one chain, or of all. Raises AuditBroken at an event that cannot be read."""
    yield _line({"format": _TRAIL_FORMAT})
    for row in stored_events(session, chain):
        event = read_event(row)
        if event is None:
            raise AuditBroken(
                _("第{ordinal}条日志（链 {chain}）读不出来。").format(
                    ordinal=row["ordinal"], chain=row["chain"]
                )
            )
        yield _line({name: event[name] for name in (*HASHED_COLUMNS, "hash")})


def _line(value: Any) -> str:
    return canonical(value).decode() + "\n"


def _readable(lines: Iterable[str]) -> Iterator[str]:
    try:
        yield from lines
    except UnicodeDecodeError as error:
        raise AuditBroken(_("这不是导出的日志总摘要文件。")) from error


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _end(line: str) -> tuple[str, int, str]:
    value = _parsed(line)
    if not isinstance(value, list) or [type(one) for one in value] != [str, int, str]:
        raise AuditBroken(_("导出的日志总摘要文件不完整。"))
    return value[0], value[1], value[2]

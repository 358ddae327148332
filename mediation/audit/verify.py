"""Checking the trail from the database alone, and against exported heads.

Alone it finds every altered, missing, inserted or swapped event, details that do not match their commitments, details
removed without an erasure on record, and heads that do not fit. A tail that was cut, or rewritten with new hashes, a chain
or the newest heads deleted, an old database put back: these are found when a later exported head is given. What was
recorded after the newest exported head is not protected by it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlmodel import Session

from mediation.audit import queries
from mediation.audit.export import ExportedHead
from mediation.audit.heads import head_hash, root_over, signed_bytes
from mediation.audit.stored import open_details, read_event, read_head_row
from mediation.audit.trail import ERASED, INSTANCE, commitment, event_hash
from mediation.crypto import Keyring
from mediation.errors import AuditBroken
from mediation.language import _
from mediation.storage.encrypted import keyring_of

_MOST_PROBLEMS = 1000
_BATCH = 500

VerifySignature = Callable[[bytes, str], bool]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong. `kind` is one of altered, broken_link, gap, order, details, head, missing, rewritten, case."""

    kind: str
    message: str
    chain: str = ""
    ordinal: int | None = None

    def __str__(self) -> str:
        place = _("链 {chain} 第{ordinal}条：").format(chain=self.chain, ordinal=self.ordinal)
        return (place if self.ordinal is not None else "") + self.message


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case, or what else has a chain of its own, as its row has it, for comparison with its chain."""

    chain: str
    version: int
    state: str


@dataclass(slots=True)
class TrailReport:
    """What was checked and what was found; no more than a thousand problems are kept, all are counted."""

    events: int = 0
    chains: int = 0
    heads: int = 0
    exported_heads: int = 0
    signatures_checked: bool = False
    count: int = 0
    problems: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return self.count == 0

    def add(self, kind: str, message: str, chain: str = "", ordinal: int | None = None) -> None:
        self.count += 1
        if len(self.problems) < _MOST_PROBLEMS:
            printable = str(chain).encode(errors="backslashreplace").decode()
            self.problems.append(Finding(kind, message, printable, ordinal))


def verify_trail(
    session: Session,
    *,
    heads: Iterable[ExportedHead] = (),
    verify_signature: VerifySignature | None = None,
    case_rows: Iterable[CaseRow] | None = None,
) -> TrailReport:
    """Check everything that can be checked in one reading transaction; nothing is raised for what is found.

    `heads` are exported heads, in any order. `verify_signature(signed bytes, signature)` judges the heads' signatures; without
    it they are not looked at. `case_rows` are the cases, in any order; without them a lost chain of a case that no head
    covers stays unseen.
    """
    report = TrailReport(signatures_checked=verify_signature is not None)
    with queries.damaged_text_allowed(session):
        _check_chains(session, report)
        hashes = _check_heads(session, report, verify_signature)
        for head in heads:
            _check_head(report, head.columns, verify_signature)
            _check_exported(session, report, head, hashes.get(head.columns["number"]))
        if case_rows is not None:
            _check_cases(session, report, case_rows)
    return report


def _check_chains(session: Session, report: TrailReport) -> None:
    keyring = keyring_of(session.connection().dialect)
    for chain, rows in groupby(queries.stored_events(session), key=lambda row: row["chain"]):
        report.chains += 1
        _Chain(chain, report, keyring).check(rows)
    orphans = queries.details_without_event(session)
    if orphans:
        report.add("details", _("有 {count} 组内容不属于任何一条日志").format(count=orphans))


class _Chain:
    """Goes along one chain, remembering only where it stands and which details it saw."""

    def __init__(self, chain: str, report: TrailReport, keyring: Keyring) -> None:
        self.chain = chain
        self.report = report
        self.keyring = keyring
        self.ordinal = 0
        self.hash = ""
        self.id = 0
        self.version = 0
        self.recorded_at: datetime | None = None
        self.with_details: set[int] = set()
        self.without_details: set[int] = set()
        self.erased: set[int] = set()

    def check(self, rows: Iterable[Mapping[str, Any]]) -> None:
        for row in rows:
            self.report.events += 1
            self._check_place(row)
            event = read_event(row)
            if event is None or not _is_intact(event):
                self._found(row, "altered", _("内容与其校验值不符，被改动过"))
            else:
                self._check_event(event)
            self.ordinal = row["ordinal"] if isinstance(row["ordinal"], int) else self.ordinal + 1
            self.hash, self.id = row["hash"], row["id"]
        self._check_erasures()

    def _check_place(self, row: Mapping[str, Any]) -> None:
        if row["ordinal"] != self.ordinal + 1:
            self._found(row, "gap", _("上一条是第{before}条，序号不连续").format(before=self.ordinal))
        if row["previous"] != self.hash:
            self._found(row, "broken_link", _("没有接在上一条之后：前面有日志被改动、删除或插入"))
        if row["id"] <= self.id:
            self._found(row, "order", _("写入次序不对"))

    def _check_event(self, event: Mapping[str, Any]) -> None:
        if self.recorded_at is not None and event["recorded_at"] < self.recorded_at:
            self._found(event, "order", _("记录时间早于上一条"))
        self.recorded_at = event["recorded_at"]
        if event["version"] is not None:
            if event["version"] < self.version:
                self._found(event, "order", _("案件版本小于上一条"))
            self.version = event["version"]
        if event["act"] == ERASED:
            self.erased.update(event["facts"]["ordinals"])
        self._check_details(event)

    def _check_details(self, event: Mapping[str, Any]) -> None:
        if event["details"] is None:
            if event["commitments"]:
                self.without_details.add(event["ordinal"])
            return
        self.with_details.add(event["ordinal"])
        details = open_details(bytes(event["details"]), self.keyring)
        if details is None:
            self._found(event, "details", _("所附内容打不开"))
        elif event["commitments"] != {
            name: commitment(name, one["salt"], one["value"]) for name, one in details.items()
        }:
            self._found(event, "details", _("所附内容与日志不符"))

    def _check_erasures(self) -> None:
        for ordinal in sorted(self.without_details - self.erased):
            self._at(ordinal, "details", _("所附内容不见了，而没有删除的记录"))
        for ordinal in sorted(self.with_details & self.erased):
            self._at(ordinal, "details", _("所附内容应已删除，却仍然存在（恢复备份后要重新删除）"))

    def _found(self, row: Mapping[str, Any], kind: str, message: str) -> None:
        self._at(row["ordinal"], kind, message)

    def _at(self, ordinal: int, kind: str, message: str) -> None:
        self.report.add(kind, message, self.chain, ordinal)


def _is_intact(event: Mapping[str, Any]) -> bool:
    """Whether the hash is right, and the columns are of the kinds that `append` writes."""
    try:
        if event_hash(event) != event["hash"]:
            return False
    except ValueError:  # a value that has no canonical form was not written by us
        return False
    facts, promised = event["facts"], event["commitments"]
    erased = facts.get("ordinals") if isinstance(facts, dict) and event["act"] == ERASED else []
    return (
        isinstance(facts, dict)
        and isinstance(promised, dict)
        and isinstance(event["version"], int | None)
        and isinstance(erased, list)
        and all(type(one) is int for one in erased)
    )


def _check_heads(
    session: Session, report: TrailReport, verify_signature: VerifySignature | None
) -> dict[int, str]:
    """Check the stored heads; their hashes by number."""
    hashes: dict[int, str] = {}
    number, previous, made_at = 0, "", None
    newest: Mapping[str, Any] | None = None
    for stored in queries.stored_heads(session):
        head = read_head_row(stored)
        number, before = stored["number"], number
        hashes[number] = stored["hash"]
        if number != before + 1:
            report.add("head", _("总摘要第{number}号之前有缺号").format(number=number))
        if stored["previous"] != previous or (made_at and head and head["made_at"] < made_at):
            report.add("head", _("总摘要第{number}号没有接在上一号之后").format(number=number))
        previous = stored["hash"]
        if head is None:
            report.add("head", _("总摘要第{number}号被改动过").format(number=number))
            continue
        _check_head(report, head, verify_signature)
        made_at, newest = head["made_at"], head
    report.heads = len(hashes)
    if newest is not None:
        _check_newest(session, report, newest)
    return hashes


def _check_newest(session: Session, report: TrailReport, head: Mapping[str, Any]) -> None:
    """The newest head covers what all the earlier ones did."""
    now = root_over(queries.chain_ends(session, head["last_event_id"]))
    if now != (head["root"], head["chains"], head["events"]):
        report.add(
            "head", _("各链与总摘要第{number}号不符：有日志被删除或改写").format(number=head["number"])
        )


def _check_head(
    report: TrailReport, head: Mapping[str, Any], verify_signature: VerifySignature | None
) -> None:
    if head_hash(head) != head["hash"]:
        report.add("head", _("总摘要第{number}号被改动过").format(number=head["number"]))
    if verify_signature is not None and not verify_signature(signed_bytes(head), head["signature"]):
        report.add("head", _("总摘要第{number}号的签名不对").format(number=head["number"]))


def _check_exported(
    session: Session, report: TrailReport, exported: ExportedHead, stored_hash: str | None
) -> None:
    """Compare the database with what it was when the head left the machine."""
    head = exported.columns
    number = head["number"]
    report.exported_heads += 1
    if stored_hash is None:
        report.add("missing", _("数据库里没有导出过的总摘要第{number}号：数据库比它旧").format(number=number))
    elif stored_hash != head["hash"]:
        report.add("rewritten", _("总摘要第{number}号与导出的不同").format(number=number))
    try:
        found = root_over(_compared(session, report, exported.ends, number))
    except AuditBroken as error:
        report.add("head", str(error))
        return
    if found != (head["root"], head["chains"], head["events"]):
        report.add("head", _("导出的总摘要第{number}号与它所附的各链不符").format(number=number))


def _compared(
    session: Session, report: TrailReport, ends: Iterable[tuple[str, int, str]], number: int
) -> Iterator[tuple[str, int, str]]:
    """Pass the ends on, noting each that the database no longer has."""
    for end, stored in queries.hashes_at(session, ends):
        chain, ordinal, expected = end
        if stored is None:
            message = _("第{number}号总摘要时已有这一条，现在没有：链被截短或删除").format(number=number)
            report.add("missing", message, chain, ordinal)
        elif stored != expected:
            message = _("与第{number}号总摘要时不同：日志被改写").format(number=number)
            report.add("rewritten", message, chain, ordinal)
        yield end


def _check_cases(session: Session, report: TrailReport, case_rows: Iterable[CaseRow]) -> None:
    """Each case stands where its chain says, and each chain but the instance's own belongs to a case."""
    with_events = 0
    for batch in queries.batches(case_rows, _BATCH):
        last = queries.last_versions(session, [case.chain for case in batch])
        for case in batch:
            if case.chain not in last:
                report.add("case", _("案件 {chain} 没有日志").format(chain=case.chain))
                continue
            with_events += 1
            version, state = last[case.chain]
            if version != case.version or state not in (case.state, None):
                message = _("案件 {chain} 现为“{state}”（版本 {version}），与日志不符").format(
                    chain=case.chain, state=case.state, version=case.version
                )
                report.add("case", message)
    own = queries.last_event(session, INSTANCE) is not None
    without_case = report.chains - own - with_events
    if without_case:
        report.add("case", _("有 {count} 条链没有对应的案件").format(count=without_case))

"""Evidence entered in a case, its original given back, a piece withdrawn: rows and events; the files are in the store already.

The case stays as it is, its version too: a photograph that comes in from a telephone refuses no form that is open at a desk.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from mediation.audit import trail
from mediation.cases import notices
from mediation.cases import parties as case_parties
from mediation.cases.evidence import page, queries
from mediation.cases.evidence.models import Evidence
from mediation.cases.evidence.page import Piece
from mediation.cases.evidence.said import GiveEvidence, ReturnEvidence, WithdrawEvidence
from mediation.cases.facts import actor_facts
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.errors import Faults, InputInvalid, NotFound, NotPermitted, Problem, Reason, TransitionRefused
from mediation.language import _

GIVEN, RETURNED, WITHDRAWN = "evidence.given", "evidence.returned", "evidence.withdrawn"
MOST_FILES, MOST_PIECES, MOST_BYTES_OF_CASE = 12, 200, 1024**3
"""Of one act; of one case."""
_AT_WORK = frozenset({"registrar", "dispatcher", "mediator", "recorder", "grid_worker"})


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was judged and lies in the store. `name`: as it was handed in, cleaned."""

    sha256: str
    handed_sha256: str
    size: int
    media_type: str
    extension: str
    name: str


def may_keep(hall: Hall, case: Dispute) -> bool:
    """Does the actor work on the case: its mediators, its first receiver, and who works in the unit that holds it?"""
    relations = actor_facts(hall, case).relations
    if {"mediator", "first_receiver"} & relations:
        return True
    return "holder" in relations and bool(hall.actor.counts_as & _AT_WORK)


def refuse_stranger(hall: Hall, case: Dispute) -> None:
    """Raises NotPermitted for whoever only looks at the case."""
    if not may_keep(hall, case):
        raise NotPermitted(not_ones_work())


def not_ones_work() -> str:
    """Who takes evidence in, told to whoever does not."""
    return _("证据材料由主办单位的登记、调度、调解、记录、网格岗位，本案调解员和首问责任人收取、退还")


def refuse_archived(case: Dispute) -> None:
    """Raises TransitionRefused for a case whose file is closed."""
    if case.archived_at is not None:
        message = _("案件已经归档，不能再收取或者撤回证据材料")
        raise TransitionRefused([Reason("evidence.archived", message)])


def check(hall: Hall, case: Dispute, said: GiveEvidence, sizes: Sequence[int]) -> None:
    """Is what is said true of this case, and is there room? Raises InputInvalid with all problems."""
    wrong = Faults()
    with wrong.noting():
        notices.refuse_unknown(hall, "evidence_kinds", said.kind, key="kind")
    with wrong.noting():
        check_giver(said.party, said.given_by)
        if said.party is not None:
            case_parties.named(hall, case, [said.party], "party")
    if said.given_on is not None and said.given_on > hall.today:
        wrong.add(_("提交日期还没有到"), "given_on")
    if said.checked and said.medium == "original":
        wrong.add(_("收的是原件，不用勾选“与原件核对无异”"), "checked")
    present = queries.of_case(hall.session, case.id or 0)
    if len(present) + len(sizes) > MOST_PIECES:
        wrong.add(_("一案最多收 {most} 件证据材料").format(most=MOST_PIECES), "files")
    if sum(one.size for one in present) + sum(sizes) > MOST_BYTES_OF_CASE:
        message = _("一案的证据材料最多 {most} GB，请截取需要的部分")
        wrong.add(message.format(most=MOST_BYTES_OF_CASE // 1024**3), "files")
    wrong.refuse()


def check_giver(party: object, given_by: object) -> None:
    """One of the two, and not both. Raises InputInvalid."""
    if bool(party) == bool(given_by):
        message = _("请写明是谁提交的：一位当事人，或者别的人，只写一个")
        raise InputInvalid([Problem(message, key="party")])


def give(hall: Hall, case: Dispute, said: GiveEvidence, files: Sequence[Kept]) -> list[Piece]:
    """Enter the files as pieces, the next numbers of the case. Raises NotPermitted, TransitionRefused, InputInvalid."""
    assert case.id is not None
    refuse_stranger(hall, case)
    refuse_archived(case)
    check(hall, case, said, [one.size for one in files])
    present = queries.of_case(hall.session, case.id)
    _refuse_again(present, files)
    party = case_parties.named(hall, case, [said.party], "party")[0] if said.party is not None else None
    first = max((one.ordinal for one in present), default=0) + 1
    rows = [
        Evidence(
            case_id=case.id,
            ordinal=number,
            kind=said.kind,
            name=said.name if len(files) == 1 else f"{said.name}（{number - first + 1}/{len(files)}）",
            party_id=party.id if party is not None else None,
            given_by=said.given_by,
            given_on=said.given_on or hall.today,
            shows=said.shows,
            is_original=said.medium == "original",
            checked=said.checked,
            sheets=said.sheets,
            media_type=one.media_type,
            extension=one.extension,
            sha256=one.sha256,
            handed_sha256=one.handed_sha256,
            size=one.size,
            file_name=one.name,
            entered_by_id=hall.actor.post_id,
            entered_at=hall.now,
        )
        for number, one in enumerate(files, first)
    ]
    facts = {
        "kind": said.kind,
        "party": said.party,
        "given_on": (said.given_on or hall.today).isoformat(),
        "medium": said.medium,
        "checked": said.checked,
        "pieces": [
            {"n": row.ordinal, "sha256": row.sha256, "size": row.size, "type": row.media_type}
            | ({"handed_sha256": row.handed_sha256} if row.handed_sha256 != row.sha256 else {})
            for row in rows
        ],
    }
    details = {"name": said.name, "shows": said.shows, "given_by": said.given_by}
    _record(hall, case, GIVEN, facts, {key: value for key, value in details.items() if value})
    hall.session.add_all(rows)
    hall.session.flush()
    return [page.piece(hall, case, row.ordinal) for row in rows]


def give_back(hall: Hall, case: Dispute, number: int, said: ReturnEvidence) -> Piece:
    """The original goes back; the copy stays in the file. Raises NotFound, NotPermitted, InputInvalid, TransitionRefused."""
    refuse_stranger(hall, case)
    row = _standing(hall, case, number)
    _refuse_gone(hall, case, row)
    if not row.is_original:
        raise _refused("evidence.copy", _("这一件收的是复印件，没有原件要退还"))
    if row.returned_on is not None:
        raise _refused("evidence.returned", _("这一件的原件已经退还"))
    day = said.returned_on or hall.today
    if not row.given_on <= day <= hall.today:
        message = _("退还日期应在收到之后、今天之前（含今天）")
        raise InputInvalid([Problem(message, key="returned_on")])
    _goes_back(hall, row, day, said.returned_to)
    facts = {"n": number, "returned_on": day.isoformat(), "sha256": row.sha256}
    _record(hall, case, RETURNED, facts, {"returned_to": said.returned_to})
    return _written(hall, case, row)


def withdraw(hall: Hall, case: Dispute, number: int, said: WithdrawEvidence) -> Piece:
    """The piece no longer counts and its file is closed to all; row and event stay. Raises as `give_back`."""
    refuse_stranger(hall, case)
    found = queries.piece(hall.session, case.id or 0, number)
    if found is not None:
        _refuse_gone(hall, case, found)
    refuse_archived(case)
    row = _standing(hall, case, number)
    here = row.is_original and row.returned_on is None
    if here and said.returned_to is None:
        raise InputInvalid([Problem(_("原件还在，请写明退还给谁"), key="returned_to")])
    if not here and said.returned_to is not None:
        raise InputInvalid([Problem(_("没有原件要退还，这一项不填"), key="returned_to")])
    facts: dict[str, Any] = {"n": number, "sha256": row.sha256}
    details = {"reason": said.reason}
    if said.returned_to is not None:
        _goes_back(hall, row, hall.today, said.returned_to)
        facts["returned_on"] = hall.today.isoformat()
        details["returned_to"] = said.returned_to
    row.withdrawn_at, row.withdrawn_by_id, row.withdraw_reason = hall.now, hall.actor.post_id, said.reason
    _record(hall, case, WITHDRAWN, facts, details)
    return _written(hall, case, row)


def file_of(hall: Hall, case: Dispute, number: int) -> tuple[Evidence, str]:
    """A piece, and the name of its file. Raises NotFound; a piece that was withdrawn has none to be read."""
    row = _standing(hall, case, number)
    return row, page.saved_as(hall, case, row)


def _standing(hall: Hall, case: Dispute, number: int) -> Evidence:
    row = queries.piece(hall.session, case.id or 0, number)
    if row is None:
        raise NotFound(_("本案没有第 {n} 件证据材料").format(n=number))
    gone = page.gone_on(hall, case, [row]).get(row.id or 0, row)
    if (row.withdrawn_at or gone.withdrawn_at) is not None:
        raise NotFound(_("第 {n} 件证据材料已经撤回，文件不再提供").format(n=number))
    return row


def _refuse_gone(hall: Hall, case: Dispute, row: Evidence) -> None:
    """What went into the main case is given back and withdrawn there."""
    for gone in page.gone_on(hall, case, [row]).values():
        message = _("这一件已随并案转入{place}，在那里办理")
        raise _refused("evidence.merged", message.format(place=page.place(hall, gone)))


def _refuse_again(present: Sequence[Evidence], files: Sequence[Kept]) -> None:
    """The same file is no second piece."""
    known = {one.sha256: _("第 {n} 件").format(n=one.ordinal) for one in present if one.withdrawn_at is None}
    problems = []
    for at, one in enumerate(files):
        if one.sha256 in known:
            message = _("和{which}是同一个文件，不用再收").format(which=known[one.sha256])
            problems.append(Problem(message, key=f"files[{at}]"))
        known.setdefault(one.sha256, _("这次的第 {n} 个文件").format(n=at + 1))
    if problems:
        raise InputInvalid(problems)


def _refused(code: str, message: str) -> TransitionRefused:
    return TransitionRefused([Reason(code, message)])


def _goes_back(hall: Hall, row: Evidence, day: date, to: str) -> None:
    row.returned_on, row.returned_to, row.returned_by_id = day, to, hall.actor.post_id


def _written(hall: Hall, case: Dispute, row: Evidence) -> Piece:
    hall.session.add(row)
    hall.session.flush()
    return page.piece(hall, case, row.ordinal)


def _record(
    hall: Hall, case: Dispute, act: str, facts: Mapping[str, Any], details: Mapping[str, Any]
) -> None:
    trail.append(
        hall.session,
        chain=case.public_id,
        act=act,
        actor=hall.actor.code,
        unit=hall.actor.unit_code,
        recorded_at=hall.now,
        facts=facts,
        details=details,
    )

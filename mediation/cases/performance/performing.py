"""履行与未履行: what was paid or done of an agreement, with its proof, line by line; and what was not, with what follows."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from mediation.cases import notices
from mediation.cases import queries as case_queries
from mediation.cases.aftercare import queries as aftercare
from mediation.cases.clauses import enforcement_clock, performance_clock
from mediation.cases.hall import Hall, Heard
from mediation.cases.models import Agreement, Clause, Dispute
from mediation.cases.performance import ledger, queries
from mediation.cases.performance.confirming import enforceable_until, is_confirmed, ways_after_breach
from mediation.cases.performance.ledger import Part
from mediation.cases.performance.models import Instalment, PerformanceEntry
from mediation.cases.performance.said import RecordBreach, RecordPerformance
from mediation.crypto import sha256
from mediation.deadlines import timers
from mediation.documents.wording import money_in_figures
from mediation.errors import Faults, InputInvalid, NotFound, Problem
from mediation.language import _, joined

_KINDS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"%PDF-")


@dataclass(frozen=True)
class Owed:
    """A clause of an agreement in force, with its instalments and what was recorded of it."""

    agreement: Agreement
    clause: Clause
    instalments: Sequence[Instalment] = field(default_factory=tuple)
    entries: Sequence[PerformanceEntry] = field(default_factory=tuple)

    @property
    def parts(self) -> list[Part]:
        return ledger.parts(self.clause, self.instalments, self.entries)


def record_performance(hall: Hall, case: Dispute, said: RecordPerformance) -> Heard:
    """A line of the ledger for each instalment that something was performed of (Art. 31)."""
    wrong = Faults()
    owed: Owed | None = None
    allotted: list[tuple[Part, int | None]] = []
    proof_file: bytes | None = None
    with wrong.noting():
        owed = find_owed(hall, case, said.clause, said.agreement)
        allotted = _allotted(said, _chosen(owed, said.instalment))
    if said.performed_on > hall.today:
        wrong.add(_("履行日期还没有到"), "performed_on")
    with wrong.noting():
        proof_file = _file(said.proof_file)
    wrong.refuse()
    assert owed is not None
    digest = sha256(proof_file) if proof_file is not None else None

    def write() -> None:
        if proof_file is not None:
            hall.keep_file(proof_file)
        _enter(hall, case, owed, allotted, said, digest)
        _settle(hall, owed, allotted, said)

    record = {
        "agreement": owed.agreement.ordinal,
        "clause": said.clause,
        "parts": [part.label for part, _amount in allotted],
        "performed_on": said.performed_on.isoformat(),
        **({"amount_fen": said.amount_fen} if said.amount_fen is not None else {}),
        **({"proof_sha256": digest} if digest else {}),
    }
    details = {"proof": said.proof} if said.proof else {}
    left = sum(part.left_fen for part in owed.parts) - sum(amount or 0 for _part, amount in allotted)
    told = (_("本条尚欠{money}").format(money=money_in_figures(left)),) if left > 0 else ()
    return Heard(record=record, details=details, write=write, told=told)


def record_breach(hall: Hall, case: Dispute, said: RecordBreach) -> Heard:
    """Not performed in time: either party may sue (Art. 32), settle anew with the other, or, if confirmed, have it enforced."""
    wrong = Faults()
    owed: Owed | None = None
    late: list[Part] = []
    with wrong.noting():
        owed = find_owed(hall, case, said.clause, said.agreement)
        over = [part for part in _chosen(owed, said.instalment) if _is_late(part, hall.today)]
        late = [part for part in over if _is_late(part, said.noticed_on)]
        if over and not late and said.noticed_on <= hall.today:
            wrong.add(_("到这一天履行期限还没有届满"), "noticed_on")
        elif not over:
            wrong.add(_("履行期限还没有届满"), "instalment" if said.instalment else "clause")
    if said.noticed_on > hall.today:
        wrong.add(_("发现未履行的日期还没有到"), "noticed_on")
    with wrong.noting():
        notices.refuse_unknown(hall, "routes", *said.routes, key="routes")
    # A confirmed agreement is enforced (Art. 33): that is the way that is told, whichever others are named.
    enforced = owed is not None and is_confirmed(hall.session, owed.agreement)
    act = {"routes": (*said.routes, *(["enforcement"] if enforced else []))}
    wrong.refuse(Heard(act=act))
    assert owed is not None

    def write() -> None:
        names = {part.instalment for part in late}
        for row in owed.instalments:
            if row.ordinal in names and (said.instalment or row.breached_on is None):
                row.breached_on = said.noticed_on
                hall.session.add(row)
        owed.clause.breached_on = _last_found_unpaid(owed) or said.noticed_on
        hall.session.add(owed.clause)
        for part in late:
            timers.cancel_named(hall.session, owed.agreement.case_id, _clock(owed, part), hall.now)

    until = enforceable_until(hall, owed.agreement, owed.clause)
    record = {
        "agreement": owed.agreement.ordinal,
        "clause": said.clause,
        "parts": [part.label for part in late],
        "noticed_on": said.noticed_on.isoformat(),
        "routes": list(said.routes),
        **({"enforcement": True} if enforced else {}),
        **({"enforceable_until": until.isoformat()} if until is not None else {}),
    }
    return Heard(
        act=act,
        record=record,
        details={"account": said.account},
        write=write,
        told=ways_after_breach(hall, owed.agreement, owed.clause),
    )


def find_owed(hall: Hall, case: Dispute, ordinal: int, of: int | None) -> Owed:
    """A clause of an agreement in force; InputInvalid says which there are, and asks which is meant of several."""
    agreement = find_binding(hall, case, of)
    rows = case_queries.clauses(hall.session, agreement.id) if agreement and agreement.id else []
    found = next((row for row in rows if row.ordinal == ordinal), None)
    if found is None or agreement is None:
        message = _("协议没有第 {ordinal} 条；现有：{known}")
        shown = message.format(ordinal=ordinal, known=_listed([row.ordinal for row in rows]))
        raise InputInvalid([Problem(shown, key="clause")])
    assert found.id is not None
    instalments = queries.instalments(hall.session, found.id)
    return Owed(agreement, found, instalments, queries.entries(hall.session, found.id))


def find_binding(hall: Hall, case: Dispute, of: int | None) -> Agreement | None:
    """The agreement in force that is meant; None if there is none at all."""
    assert case.id is not None
    binding = {row.ordinal: row for row in aftercare.agreements_in_force(hall.session, case.id)}
    if of is None and len(binding) > 1:
        message = _("本案有几份生效的协议，请写明是第几份（agreement）：{known}")
        raise InputInvalid([Problem(message.format(known=_listed(list(binding))), key="agreement")])
    if of is not None and of not in binding:
        message = _("没有第 {ordinal} 份生效的协议；现有：{known}")
        shown = message.format(ordinal=of, known=_listed(list(binding)))
        raise InputInvalid([Problem(shown, key="agreement")])
    return binding[of] if of is not None else next(iter(binding.values()), None)


def proof_of_line(hall: Hall, case: Dispute, line: int) -> str:
    """SHA-256 of the file that proves a line of the ledger. Raises NotFound if there is no such line or it has none."""
    assert case.id is not None
    lines = queries.entries_of_case(hall.session, case.id)
    found = next((row.sha256 for row in lines if row.ordinal == line), None)
    if found is None:
        raise NotFound(_("履行台账第 {line} 行没有凭据文件").format(line=line))
    return found


def _chosen(owed: Owed, instalment: int | None) -> list[Part]:
    """The instalment that is named, or all that are open; a problem if there is no such, or nothing is left of it."""
    known = owed.parts
    if instalment is not None:
        named = [part for part in known if part.instalment == instalment]
        if not named:
            numbers = [part.instalment for part in known if part.instalment is not None]
            message = _("本条没有第 {n} 期；现有：{known}").format(n=instalment, known=_listed(numbers))
            raise InputInvalid([Problem(message, key="instalment")])
        if not named[0].is_open:
            raise InputInvalid([Problem(_("这一期已经记录为履行"), key="instalment")])
        return named
    found = [part for part in known if part.is_open]
    if not found:
        raise InputInvalid([Problem(_("这一条已经记录为履行"), key="clause")])
    return found


def _allotted(said: RecordPerformance, chosen: Sequence[Part]) -> list[tuple[Part, int | None]]:
    """Which instalment gets how much; all that is owed where no amount is said."""
    if said.amount_fen is None:
        return [(part, part.left_fen if part.amount_fen is not None else None) for part in chosen]
    if any(part.amount_fen is None for part in chosen):
        raise InputInvalid([Problem(_("这一条不是付款，不写金额"), key="amount_fen")])
    left = sum(part.left_fen for part in chosen)
    if said.amount_fen > left:
        message = _("多于尚欠的{money}").format(money=money_in_figures(left))
        raise InputInvalid([Problem(message, key="amount_fen")])
    return [*ledger.allot(said.amount_fen, chosen)]


def _file(encoded: str | None) -> bytes | None:
    if encoded is None:
        return None
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise InputInvalid([Problem(_("不是正确的 base64 编码"), key="proof_file")]) from None
    if not data.startswith(_KINDS):
        raise InputInvalid([Problem(_("应当是 PNG、JPEG 图片或者 PDF 文件"), key="proof_file")])
    return data


def _enter(
    hall: Hall,
    case: Dispute,
    owed: Owed,
    allotted: Sequence[tuple[Part, int | None]],
    said: RecordPerformance,
    digest: str | None,
) -> None:
    assert case.id is not None
    before = queries.entries_so_far(hall.session, case.id)
    hall.session.add_all(
        PerformanceEntry(
            case_id=case.id,
            clause_id=owed.clause.id or 0,
            ordinal=before + number,
            instalment=part.instalment,
            amount_fen=amount,
            performed_on=said.performed_on,
            recorded_at=hall.now,
            recorder_id=hall.actor.person_id,
            proof=said.proof,
            sha256=digest,
        )
        for number, (part, amount) in enumerate(allotted, start=1)
    )


def _settle(
    hall: Hall, owed: Owed, allotted: Sequence[tuple[Part, int | None]], said: RecordPerformance
) -> None:
    """What is paid in full is performed, its clock is met; so is the clause when nothing is left of it."""
    clause, case_id = owed.clause, owed.agreement.case_id
    done = {part.instalment for part, amount in allotted if amount is None or amount == part.left_fen}
    for row in owed.instalments:
        if row.ordinal in done:
            row.performed_on, row.breached_on = said.performed_on, None
            hall.session.add(row)
    for part in owed.parts:
        if part.instalment in done:
            timers.meet_named(hall.session, case_id, _clock(owed, part), hall.now)
    if said.proof:
        clause.proof = said.proof
    if all(not part.is_open or part.instalment in done for part in owed.parts):
        clause.performed_on = said.performed_on
        name = enforcement_clock(owed.agreement, clause.ordinal)
        timers.meet_named(hall.session, case_id, name, hall.now)
    if owed.instalments or clause.performed_on is not None:
        clause.breached_on = _last_found_unpaid(owed)
    hall.session.add(clause)


def _last_found_unpaid(owed: Owed) -> date | None:
    """The latest of the days on which instalments that are still unpaid were found so."""
    return max((row.breached_on for row in owed.instalments if row.breached_on is not None), default=None)


def _is_late(part: Part, day: date) -> bool:
    return part.due_on is None or part.due_on < day


def _clock(owed: Owed, part: Part) -> str:
    return performance_clock(owed.agreement, owed.clause.ordinal, part.instalment)


def _listed(ordinals: Sequence[int]) -> str:
    return joined(str(ordinal) for ordinal in ordinals) or _("无")

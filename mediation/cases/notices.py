"""Decisions that the parties are told in writing: 不予受理, 终止调解, with the routes that stay open (Art. 26)."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TypeAlias

from mediation.cases import numbering, queries
from mediation.cases.aftercare import queries as aftercare
from mediation.cases.aftercare import subjects
from mediation.cases.aftercare.queries import Aftermath
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute, Notice, Party
from mediation.cases.side_models import Correction, Suspension, Voiding
from mediation.deadlines.calendar import spoken_day
from mediation.errors import InputInvalid, Problem
from mediation.language import _, joined
from mediation.units import queries as unit_queries

Told: TypeAlias = Notice | Suspension | Correction | Voiding


def notice_row(
    hall: Hall,
    case: Dispute,
    kind: str,
    reason: str,
    explanation: str | None,
    routes: Sequence[str],
    claims: Sequence[int] | None = None,
) -> None:
    """Enter a notice. One of non-acceptance has a number of its own; one of termination bears the case's.

    `claims`: those that it ends, if not the whole dispute.
    """
    assert case.id is not None
    refuse_unknown(hall, "routes", *routes, key="routes")
    number = case.number
    if number is None:
        committee = unit_queries.competent_committee(hall.session, case.holder_id, hall.today)
        if committee is None:
            raise InputInvalid(
                [Problem(_("本单位及上级都没有人民调解委员会，不能出具通知"), key="committee")]
            )
        number = numbering.take_number(hall, committee, numbering.NOTICE, case.id)
    hall.session.add(
        Notice(
            case_id=case.id,
            kind=kind,
            number=number,
            reason=reason,
            explanation=explanation or "",
            routes=list(routes),
            claims=list(claims) if claims else None,
            decided_on=hall.today,
            told={},
        )
    )


def refuse_unknown(hall: Hall, name: str, *codes: str, key: str) -> None:
    """InputInvalid with each of the codes that the list does not have."""
    faults = [hall.office.codes.fault(name, code) for code in codes]
    problems = [Problem(fault, key=key) for fault in faults if fault]
    if problems:
        raise InputInvalid(problems)


def to_tell(hall: Hall, case: Dispute, paper: str | None) -> list[tuple[str, Told]]:
    """What the parties are to be told of, by the names of the papers: all of it, or what is named."""
    rows = _tellable(hall, case)
    if paper is None:
        return rows
    form, _colon, subject = paper.partition(":")
    found = [(name, row) for name, row in rows if name == paper or (not subject and name.startswith(form))]
    if not found:
        known = joined(name for name, _row in rows) or _("无")
        message = _("没有需要送达的 {paper}；现有：{known}").format(paper=paper, known=known)
        raise InputInvalid([Problem(message, key="paper")])
    return found[-1:]


def told_before(wanted: Sequence[tuple[str, Told]], ordinals: Sequence[int]) -> Iterator[Problem]:
    """A problem for each party that has been told of all of it already, with the day of the last."""
    for ordinal in dict.fromkeys(map(str, ordinals)):
        days = [row.told.get(ordinal) for _name, row in wanted]
        if days and None not in days:
            message = _("第 {ordinal} 号当事人已于{day}送达过，不用再记")
            day = spoken_day(date.fromisoformat(max(days)))
            yield Problem(message.format(ordinal=ordinal, day=day), key="parties")


def tell(hall: Hall, wanted: Sequence[tuple[str, Told]], ordinals: Sequence[int]) -> None:
    """Note which parties have been told, and on which day; who has been told before keeps the first day."""
    for _name, row in wanted:
        row.told = {**{str(ordinal): hall.today.isoformat() for ordinal in ordinals}, **row.told}
        hall.session.add(row)


def untold(aftermath: Aftermath, parties: Sequence[Party] | Sequence[queries.PartyLine]) -> tuple[str, ...]:
    """Forms of the corrections and voidings that some party has not been told of yet."""
    everybody = {str(party.ordinal) for party in parties}
    rows: dict[str, Sequence[Correction | Voiding]] = {
        "correction_notice": aftermath.corrections,
        "voiding_notice": aftermath.voidings,
    }
    return tuple(form for form, own in rows.items() if any(everybody - set(row.told) for row in own))


def _tellable(hall: Hall, case: Dispute) -> list[tuple[str, Told]]:
    """Every row that a notice was or will be printed from, with the paper's name."""
    assert case.id is not None
    session = hall.session
    rows = queries.notices(session, case.id)
    found: list[tuple[str, Told]] = []
    for row in rows:
        subject = subjects.of_notice(rows, row)
        found.append((f"{row.kind}_notice:{subject}".removesuffix(":"), row))
    after = aftercare.aftermath(session, case)
    found += [(f"suspension_notice:suspension-{pause.ordinal}", pause) for pause in after.suspensions]
    found += [(f"correction_notice:correction-{slip.ordinal}", slip) for slip in after.corrections]
    found += [(f"voiding_notice:voiding-{voided.ordinal}", voided) for voided in after.voidings]
    return found

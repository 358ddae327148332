"""What a paper of a form is about, as its subject says: `agreement-2`, `session-1`, `notice-2`, `suspension-1`."""

from collections.abc import Callable, Sequence

from sqlmodel import Session

from mediation.cases import queries
from mediation.cases.aftercare import queries as aftercare
from mediation.cases.models import Notice
from mediation.errors import InputInvalid, Problem
from mediation.language import _

_KINDS: dict[str, Callable[[Session, int], Sequence[object]]] = {
    "party": queries.parties,
    "session": queries.sessions,
    "agreement": queries.agreements,
    "visit": queries.visits,
    "conference": queries.conferences,
    "risk": queries.risks,
    "suspension": aftercare.suspensions,
    "correction": aftercare.corrections,
    "voiding": aftercare.voidings,
    "notice": queries.notices,
}
_COUNTED = {
    "mediation_record": "session",
    "return_visit": "visit",
    "suspension_notice": "suspension",
    "correction_notice": "correction",
    "voiding_notice": "voiding",
}


def newest(session: Session, case_id: int, form: str) -> str:
    """The subject of the paper of a form that the case wants next."""
    if form in {"agreement", "oral_agreement"}:
        agreement = queries.latest_agreement(session, case_id)
        return f"agreement-{agreement.ordinal}" if agreement else ""
    if form in {"termination_notice", "non_acceptance_notice"}:
        own = [row for row in queries.notices(session, case_id) if form == f"{row.kind}_notice"]
        return of_notice(own, own[-1]) if own else ""
    if form in _COUNTED:
        kind = _COUNTED[form]
        return f"{kind}-{len(_KINDS[kind](session, case_id))}"
    return "party-1" if form == "rights_notice" else ""


def refuse_unknown(session: Session, case_id: int, subject: str) -> None:
    """Raises InputInvalid if the case has nothing by this name: a paper would call what it tells by a wrong one."""
    kind, _dash, _ordinal = subject.partition("-")
    known = len(_KINDS[kind](session, case_id)) if kind in _KINDS else 0
    if subject not in {f"{kind}-{number}" for number in range(1, known + 1)}:
        message = _(
            "本案没有“{subject}”；文书所记的事项写作 session-1（第1次调解）、party-2（第2位当事人）等"
        )
        raise InputInvalid([Problem(message.format(subject=subject), key="subject")])


def of_notice(notices: list[Notice], notice: Notice) -> str:
    """A case's first notice of a kind needs no subject; the others are counted within their kind, from 2 on."""
    own = [row for row in notices if row.kind == notice.kind]
    place = next(at for at, row in enumerate(own, start=1) if row.id == notice.id)
    return "" if place == 1 else f"notice-{place}"

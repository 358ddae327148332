"""同类批办: one act on every case of a series, each whole or not at all, with a verdict for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mediation.cases import acting, transition, verbs
from mediation.cases import queries as case_queries
from mediation.cases.hall import Hall
from mediation.cases.kinship import queries
from mediation.cases.kinship.series import find_series
from mediation.cases.side_models import CaseSeries
from mediation.errors import (
    InputInvalid,
    MediationError,
    NotFound,
    Problem,
    TransitionNotAllowed,
    TransitionRefused,
)
from mediation.language import _
from mediation.storage.engine import savepoint


@dataclass(frozen=True)
class Verdict:
    """What became of one case: done, or refused with all the reasons. `told`: what the actor has to know besides."""

    case: str
    number: str
    outcome: str
    state: str
    reasons: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


@dataclass(frozen=True)
class Batched:
    """What an act on a series came to, case by case."""

    series: str
    trigger: str
    dry_run: bool
    counts: Mapping[str, int]
    cases: tuple[Verdict, ...]


class TriedOnly(Exception):
    """A dry run is over; carries what it found."""

    def __init__(self, found: Batched) -> None:
        super().__init__()
        self.found = found


def batch(hall: Hall, trigger: str, series: str, words: Any, *, dry_run: bool = False) -> Batched:
    """The act on each case of the series that the actor may see, in a savepoint of its own.

    Raises NotFound for a series out of sight and for an unknown act, InputInvalid for words that fit no case and for acts
    that must be done one by one. With `dry_run` it raises TriedOnly at the end, so that the transaction is undone.
    """
    verb, found = _both(hall, trigger, series)
    if verb.papers:
        message = _("签名、盖章、附扫描件要逐件办理")
        raise InputInvalid([Problem(message, key="trigger")])
    assert found.id is not None
    refs = [case.public_id for case in queries.cases_of_series(hall.session, hall.actor, found.id)]
    acting.refuse_unreadable(hall, refs, trigger, words)
    verdicts = tuple(one_of_many(hall, ref, trigger, words) for ref in refs)
    counts = counted(verdicts)
    done = Batched(found.public_id, trigger, dry_run, counts, verdicts)
    if dry_run:
        raise TriedOnly(done)
    return done


def _both(hall: Hall, trigger: str, series: str) -> tuple[verbs.Verb, CaseSeries]:
    """The act and the series; NotFound names both if neither is there."""
    try:
        verb = verbs.verb_of(trigger)
    except NotFound as unknown:
        try:
            find_series(hall, series)
        except NotFound as unseen:
            raise NotFound(f"{unknown}\n{unseen}") from None
        raise
    return verb, find_series(hall, series)


def one_of_many(
    hall: Hall, ref: str, trigger: str, words: Any, expected_version: int | None = None
) -> Verdict:
    """The act on one case, in a savepoint: whole or not at all. Raises NotFound for a case out of sight."""
    told: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    try:
        with savepoint(hall.session):
            told = acting.perform(hall, ref, trigger, words, expected_version).told
    except MediationError as error:
        hall.session.expire_all()  # what the act had put into the rows of the session is undone with it
        reasons = _reasons(error)
    case = case_queries.case_for_system(hall.session, case_queries.case_id_of(hall.session, ref))
    number = case.number or case.temporary_number
    state = transition.engine_of(hall, case).state(case.state).title
    return Verdict(ref, number, "refused" if reasons else "done", state, reasons, told)


def counted(verdicts: Sequence[Verdict]) -> dict[str, int]:
    """How many were done, how many refused."""
    return {name: sum(one.outcome == name for one in verdicts) for name in ("done", "refused")}


def _reasons(error: MediationError) -> tuple[str, ...]:
    if isinstance(error, TransitionRefused):
        return tuple(str(reason) for reason in error.reasons)
    if isinstance(error, InputInvalid):
        return tuple(str(one) for one in (*error.problems, *error.reasons))
    if isinstance(error, TransitionNotAllowed):
        return (error.brief,)
    return (str(error),)

"""What has been asked to be erased and waits for a second person: read from the trail, told in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mediation.cases import queries as case_queries
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.clock import local_day
from mediation.language import _
from mediation.people import queries as people

REQUESTED, CONFIRMED, WITHDRAWN = "erasure.requested", "erasure.confirmed", "erasure.withdrawn"
REASONS: Mapping[str, str] = {
    "purpose_done": "处理目的已实现、无法实现或者不再必要",
    "term_over": "保存期限已届满",
    "consent_withdrawn": "个人撤回同意",
    "unlawful": "违反法律、行政法规或者约定处理个人信息",
    "by_law": "法律、行政法规规定的其他情形",
}
"""Codes of the grounds of the Personal Information Protection Law, Art. 47."""


@dataclass(frozen=True)
class Asked:
    """One request: of the whole case, or of the party with this ordinal; the ground's code; whose, by code, and when."""

    party: int | None
    reason: str
    by: str
    at: datetime


def asked_of(events: Iterable[Any]) -> Asked | None:
    """The last request among the events of a case that was neither carried out nor taken back."""
    found: Asked | None = None
    for event in events:
        if event.act == REQUESTED:
            facts = event.facts
            found = Asked(facts["party"], str(facts["reason"]), str(facts["by"]), event.recorded_at)
        elif event.act in {CONFIRMED, WITHDRAWN}:
            found = None
    return found


def shown(hall: Hall, case: Dispute, asked: Asked | None) -> dict[str, Any] | None:
    """The request for the case's page and for who is to confirm it."""
    if asked is None:
        return None
    return {
        "party": asked.party,
        "reason": asked.reason,
        "by": asked.by,
        "asked_at": asked.at,
        "scope": scope_in_words(asked.party, _name(hall, case, asked.party)),
        "told": in_words(hall, case, asked),
        "to_confirm": how_to_confirm(case.public_id, asked.party),
    }


def in_words(hall: Hall, case: Dispute, asked: Asked) -> str:
    """Scope, ground, person and day in one line."""
    return _("{scope}；原因：{reason}；{name}（{code}）于 {day} 提出").format(
        scope=scope_in_words(asked.party, _name(hall, case, asked.party)),
        reason=_(REASONS.get(asked.reason, asked.reason)),
        name=people.person(hall.session, asked.by).name,
        code=asked.by,
        day=local_day(asked.at).isoformat(),
    )


def scope_in_words(party: int | None, name: str = "") -> str:
    """Of whom: the whole case, or one party."""
    if party is None:
        return _("全案的资料")
    if not name:
        return _("第 {party} 号当事人的资料").format(party=party)
    return _("第 {party} 号当事人{name}的资料").format(party=party, name=name)


def how_to_confirm(case: str, party: int | None) -> str:
    """The command for the second person."""
    command = _("mediation --as 人员 erase {case} --confirm").format(case=case)
    return command if party is None else f"{command} --party {party}"


def _name(hall: Hall, case: Dispute, party: int | None) -> str:
    everybody = case_queries.everybody(hall.session, case.id or 0)
    return next((str(one.name) for one in everybody if one.ordinal == party), "")

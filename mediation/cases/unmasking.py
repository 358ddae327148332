"""查看完整信息: one field of one party shown in full, once, to whoever works on the case; recorded with the reason.

Pages, lists and the API show ID numbers, phones and addresses masked (个人信息保护法 Art. 51). The trail keeps who looked
at which field of which party, and why; never what it said.
"""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from mediation.audit import trail
from mediation.cases import queries
from mediation.cases.hall import Hall
from mediation.cases.inputs import Line, Ordinal
from mediation.cases.models import Dispute
from mediation.errors import InputInvalid, NotPermitted, Problem
from mediation.language import _

UNMASKED = "party.unmasked"
FIELDS: Mapping[str, str] = {"phone": "电话", "id_number": "证件号码", "address": "住址"}
REASONS: Mapping[str, str] = {
    "contact": "联系当事人",
    "identity": "核对身份",
    "visit": "上门、送达",
    "paper": "制作文书",
    "transfer": "移送其他单位",
    "other": "其他（请说明）",
}
_AT_THE_DESK = frozenset({"registrar", "dispatcher"})


class Unmask(BaseModel):
    """Which field of which party, and why. `note` says more; it must be there if the reason is `other`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    party: Ordinal
    field: Literal["phone", "id_number", "address"]
    reason: Literal["contact", "identity", "visit", "paper", "transfer", "other"]
    note: Line | None = Field(default=None, description="kept encrypted beside the trail")


class Unmasked(BaseModel):
    """The field in full; empty if nothing was entered."""

    party: int
    field: str
    value: str


def may_unmask(hall: Hall, case: Dispute) -> bool:
    """Does the actor work on the case: its mediator or recorder, or at the desk of the unit that holds it?"""
    if hall.actor.unit_id == case.holder_id and hall.actor.counts_as & _AT_THE_DESK:
        return True
    on_case = queries.mediators(hall.session, case.id or 0)
    return any(person.id == hall.actor.person_id for _found, person, _post in on_case)


def unmask(hall: Hall, case: Dispute, said: Unmask) -> Unmasked:
    """The field in full, with its event in the case's chain. The case stays as it is, its version too.

    Raises NotPermitted for whoever only looks at the case, InputInvalid for a party that there is not.
    """
    if not may_unmask(hall, case):
        raise NotPermitted(_("只有本案的调解员、记录人和主办单位的登记、调度岗位可以查看完整信息"))
    found = next(
        (one for one in queries.parties(hall.session, case.id or 0) if one.ordinal == said.party), None
    )
    problems = []
    if found is None:
        problems.append(Problem(_("没有第{n}位当事人").format(n=said.party), key="party"))
    if said.reason == "other" and not said.note:
        problems.append(Problem(_("请说明为什么要查看"), key="note"))
    if found is None or problems:
        raise InputInvalid(problems)
    trail.append(
        hall.session,
        chain=case.public_id,
        act=UNMASKED,
        actor=hall.actor.code,
        unit=hall.actor.unit_code,
        recorded_at=hall.now,
        facts={"party": said.party, "field": said.field, "reason": said.reason},
        details={"note": said.note} if said.note else None,
    )
    return Unmasked(party=said.party, field=said.field, value=str(getattr(found, said.field) or ""))

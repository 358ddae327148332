"""部分达成协议: an agreement settles some claims; mediation of the others ends, and the parties are told the other routes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from mediation.cases import notices
from mediation.cases.hall import Hall
from mediation.cases.inputs import ConcludeOral, ConcludeWritten
from mediation.cases.models import Agreement, Dispute
from mediation.errors import Faults
from mediation.language import _, joined

GUARD = "claims_divided"


DRAWN: Mapping[str, Collection[str]] = {"routes": ("rest",)}
"""What guards ask of the claims, and from which words it is drawn."""


@dataclass(frozen=True)
class Divided:
    """Which claims an agreement settles, for the guards, the trail and the row. Nothing if it settles all."""

    settles: tuple[int, ...] = ()
    rest: Mapping[str, Any] = field(default_factory=dict)
    act: Mapping[str, Any] = field(default_factory=dict)
    record: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)

    def write(self, agreement: Agreement) -> None:
        """Put it into the agreement; what is told of the rest waits there until the agreement is in force."""
        agreement.settles = list(self.settles) or None
        if self.settles:
            agreement.text = {**agreement.text, "rest": dict(self.rest)}


def said_of_claims(said: ConcludeWritten | ConcludeOral) -> dict[str, object]:
    """For the guards: which claims are settled, and which other routes are told for the rest; nothing if all are."""
    if not said.settles:
        return {}
    return {"settles": tuple(sorted(said.settles)), "routes": said.rest.routes if said.rest else ()}


def divide(hall: Hall, case: Dispute, said: ConcludeWritten | ConcludeOral, trigger: str) -> Divided:
    """What the act says of the claims. InputInvalid where the case's definition does not know partial agreements."""
    if not said.settles and said.rest is None:
        return Divided()
    rest = said.rest
    wrong = Faults()
    if rest is None:
        wrong.add(_("部分达成协议的，要写明其余请求事项怎样处理（reason、routes）"), "rest")
    if not said.settles:
        wrong.add(_("要写明协议解决了哪几项请求"), "settles")
    if len(set(said.settles)) < len(said.settles):
        wrong.add(_("同一项请求写了不止一次"), "settles")
    definition = hall.office.engine(case.workflow, case.workflow_version).definition
    if not any(edge.trigger == trigger and GUARD in edge.guards for edge in definition.edges):
        message = _("流程“{title}”第{version}版不能部分达成协议")
        shown = message.format(title=definition.title, version=definition.version)
        wrong.add(shown, "settles")
    if rest is not None:
        with wrong.noting():
            notices.refuse_unknown(hall, "end_reasons", rest.reason, key="rest.reason")
        with wrong.noting():
            notices.refuse_unknown(hall, "routes", *rest.routes, key="rest.routes")
    strange = [str(one) for one in said.settles if one > len(case.claims)]
    if wrong.problems and strange:  # alone it is told by the guard
        message = _("没有第{n}项请求，本案登记了{count}项")
        wrong.add(message.format(n=joined(strange), count=len(case.claims)), "settles")
    wrong.refuse()
    assert rest is not None
    settles = tuple(sorted(said.settles))
    words = {"reason": rest.reason, "explanation": rest.explanation, "routes": list(rest.routes)}
    return Divided(
        settles=settles,
        rest=words,
        act=said_of_claims(said),
        record={"settles": list(settles), "rest_reason": rest.reason, "routes": list(rest.routes)},
        details={"rest": rest.explanation} if rest.explanation else {},
    )


def end_rest(hall: Hall, case: Dispute, agreement: Agreement) -> bool:
    """The agreement is in force: enter the notice that ends the claims it leaves open. Whether there are any."""
    rest = agreement.text.get("rest")
    if not agreement.settles or not rest:
        return False
    left = [at for at in range(1, len(case.claims) + 1) if at not in agreement.settles]
    notices.notice_row(hall, case, "termination", rest["reason"], rest["explanation"], rest["routes"], left)
    return True

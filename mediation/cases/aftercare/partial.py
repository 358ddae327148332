"""部分达成协议: an agreement settles some claims; mediation of the others ends, and the parties are told the other routes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mediation.audit import queries as trail
from mediation.cases import notices
from mediation.cases.aftercare import queries as aftercare
from mediation.cases.hall import Hall
from mediation.cases.inputs import ConcludeOral, ConcludeWritten
from mediation.cases.models import Agreement, Dispute
from mediation.cases.tasks import queries, standing
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

    def write(self, agreement: Agreement, claims: Sequence[str]) -> None:
        """Put it into the agreement; what is told of the rest waits there until the agreement is in force."""
        agreement.settles = list(self.settles) or None
        if self.settles:
            agreement.text = {**agreement.text, "rest": dict(self.rest), "claims": list(claims)}


def said_of_claims(said: ConcludeWritten | ConcludeOral, agreement: Agreement | None) -> dict[str, object]:
    """For the guards: which claims are settled, and which other routes are told for the rest; nothing if all are."""
    settles = _settled(said, agreement)
    if not settles:
        return {}
    return {"settles": settles, "routes": said.rest.routes if said.rest else ()}


def divide(
    hall: Hall, case: Dispute, said: ConcludeWritten | ConcludeOral, agreement: Agreement | None, trigger: str
) -> Divided:
    """What the act says of the claims, or its draft does. InputInvalid where the case's definition does not know partial
    agreements, or where something else was reviewed.
    """
    settles = _settled(said, agreement)
    wrong = Faults()
    if agreement is not None and settles != _drafted(agreement):
        _note_other_than_reviewed(hall, case, _drafted(agreement), wrong)
    if agreement is not None and not said.settles and _drafted(agreement):
        _note_other_claims(case, agreement, wrong)
    if not settles and said.rest is None:
        wrong.refuse()
        return Divided()
    rest = said.rest
    if rest is None and said.settles:
        wrong.add(_("部分达成协议的，要写明其余请求事项怎样处理（reason、routes）"), "rest")
    elif rest is None:
        message = _(
            "草稿写的是只解决第{n}项请求：要写明其余的怎样处理（reason、routes）；全部谈成的，先改草稿"
        )
        wrong.add(message.format(n=joined(map(str, settles))), "rest")
    if not settles:
        wrong.add(_("要写明协议解决了哪几项请求"), "settles")
    if len(set(settles)) < len(settles):
        wrong.add(_("同一项请求写了不止一次"), "settles")
    _note_unknown_to(hall, case, (trigger,), wrong)
    _note_left_behind(hall, case, settles, wrong)
    if rest is not None:
        with wrong.noting():
            notices.refuse_unknown(hall, "end_reasons", rest.reason, key="rest.reason")
        with wrong.noting():
            notices.refuse_unknown(hall, "routes", *rest.routes, key="rest.routes")
    if wrong.problems:  # alone it is told by the guard
        _note_strange(case, settles, wrong)
    wrong.refuse()
    assert rest is not None
    words = {"reason": rest.reason, "explanation": rest.explanation, "routes": list(rest.routes)}
    return Divided(
        settles=settles,
        rest=words,
        act=said_of_claims(said, agreement),
        record={"settles": list(settles), "rest_reason": rest.reason, "routes": list(rest.routes)},
        details={"rest": rest.explanation} if rest.explanation else {},
    )


def note_wrong_claims(hall: Hall, case: Dispute, settles: Sequence[int], wrong: Faults) -> None:
    """What is wrong with the claims that a draft settles, if not all."""
    if not settles:
        return
    if len(set(settles)) < len(settles):
        wrong.add(_("同一项请求写了不止一次"), "settles")
    _note_unknown_to(hall, case, ("conclude_written", "conclude_oral"), wrong)
    _note_strange(case, settles, wrong)
    _note_left_behind(hall, case, settles, wrong)
    if set(range(1, len(case.claims) + 1)) <= set(settles):
        wrong.add(_("各项请求都解决的，不写谈成了哪几项"), "settles")


def _settled(said: ConcludeWritten | ConcludeOral, agreement: Agreement | None) -> tuple[int, ...]:
    return tuple(sorted(said.settles)) or _drafted(agreement)


def _drafted(agreement: Agreement | None) -> tuple[int, ...]:
    return tuple(agreement.settles or ()) if agreement is not None else ()


def _note_other_than_reviewed(hall: Hall, case: Dispute, drafted: tuple[int, ...], wrong: Faults) -> None:
    """Whoever reviewed the draft agreed to what it settles: nothing else is concluded by that word."""
    assert case.id is not None
    definition = hall.office.engine(case.workflow, case.workflow_version).definition
    for name, found in standing.rounds_that_count(queries.rounds(hall.session, case.id)).items():
        if found.state in {"open", "agreed"} and "agreement_text" in found.looked_at["asked"]:
            rule = definition.approvals.get(name)
            seen = (
                _("写的是只解决第{n}项请求").format(n=joined(map(str, drafted)))
                if drafted
                else _("写的是解决全部请求")
            )
            message = _("「{title}」所看的协议{seen}，和这里不同：请先在「拟协议」里写明谈成的请求，再送审")
            wrong.add(message.format(title=rule.title if rule else name, seen=seen), "settles")


def _note_other_claims(case: Dispute, agreement: Agreement, wrong: Faults) -> None:
    """The numbers of a draft mean the claims that there were when it was made."""
    then = agreement.text.get("claims")
    if then is not None and then != list(case.claims):
        message = _("拟协议以后请求事项变了，草稿里谈成的请求不再清楚：请重新办理「拟协议」，或者在这里写明")
        wrong.add(message, "settles")


def _note_left_behind(hall: Hall, case: Dispute, settles: Collection[int], wrong: Faults) -> None:
    """In talks taken up anew: the new agreement takes the place of the whole one that binds until then, and so leaves out
    no claim which that one settles.
    """
    assert case.id is not None
    for former in aftercare.agreements_in_force(hall.session, case.id) if settles else ():
        settled = _settled_by(hall, case, former)
        lost = [
            str(at) for at, claim in enumerate(case.claims, start=1) if claim in settled and at not in settles
        ]
        gone = [str(claim) for claim in settled if claim not in case.claims]
        if lost:
            message = _(
                "新协议生效后取代第{former}号协议，那份协议解决的第{n}项请求也要写进新协议（可以照原协议写）；"
                "没有谈成新协议的，终止调解以后原协议继续有效"
            )
            wrong.add(message.format(former=former.ordinal, n=joined(lost)), "settles")
        if gone:
            message = _(
                "第{former}号协议解决的请求（{claims}）不在现在登记的请求里，看不出新协议是不是也解决：先在「补正资料」里照原样写回，"
                "再写谈成了哪几项；全部谈成的，不写"
            )
            wrong.add(message.format(former=former.ordinal, claims=joined(gone)), "settles")


def _settled_by(hall: Hall, case: Dispute, former: Agreement) -> Sequence[str]:
    """The claims that an agreement settles, in the words of then; none where nobody knows any more: agreements of before
    version 0.11 did not keep them.
    """
    if former.kind == "supplementary":
        return ()
    then = former.text.get("claims")
    if then is None:
        changed = any(
            "claims" in event.facts.get("fields", ()) and event.recorded_at > (former.in_force_at or hall.now)
            for event in trail.events_of(hall.session, case.public_id)
            if event.act == "amend"
        )
        then = [] if changed else case.claims
    return [then[at - 1] for at in former.settles if at <= len(then)] if former.settles else list(then)


def _note_unknown_to(hall: Hall, case: Dispute, triggers: Collection[str], wrong: Faults) -> None:
    definition = hall.office.engine(case.workflow, case.workflow_version).definition
    if not any(edge.trigger in triggers and GUARD in edge.guards for edge in definition.edges):
        message = _("流程“{title}”第{version}版不能部分达成协议")
        wrong.add(message.format(title=definition.title, version=definition.version), "settles")


def _note_strange(case: Dispute, settles: Sequence[int], wrong: Faults) -> None:
    strange = [str(one) for one in settles if one > len(case.claims)]
    if strange:
        message = _("没有第{n}项请求，本案登记了{count}项")
        wrong.add(message.format(n=joined(strange), count=len(case.claims)), "settles")


def end_rest(hall: Hall, case: Dispute, agreement: Agreement) -> bool:
    """The agreement is in force: enter the notice that ends the claims it leaves open. Whether there are any."""
    rest = agreement.text.get("rest")
    if not agreement.settles or not rest:
        return False
    left = [at for at in range(1, len(case.claims) + 1) if at not in agreement.settles]
    notices.notice_row(hall, case, "termination", rest["reason"], rest["explanation"], rest["routes"], left)
    return True

"""What each act on an item says, understood and carried out up to its record: clocks, letters, reasons to refuse."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from mediation.cases.hall import Hall
from mediation.cases.hearing import hear
from mediation.errors import Faults, InputInvalid, NotFound, Problem, Reason, TransitionRefused
from mediation.language import _, joined
from mediation.people import queries as people
from mediation.people.models import Person
from mediation.supervision import clocks, queries, said
from mediation.supervision.entries import Heard
from mediation.supervision.letters import first_letter
from mediation.supervision.models import SupervisionEntry, SupervisionItem

SAID: Mapping[str, type[Any]] = {
    "limit": said.SetLimit,
    "explain": said.Explain,
    "answer": said.AnswerItem,
    "report": said.Report,
    "inspect": said.Inspect,
    "hold": said.HoldAccountable,
    "incentive": said.GiveIncentive,
    "strike_off": said.StrikeOff,
    "withdraw": said.WithdrawItem,
}


def refuse_past(hall: Hall, **days: date | None) -> None:
    """InputInvalid with each of the days that is over."""
    problems = [
        Problem(_("{day} 已经过去").format(day=day), key=key)
        for key, day in days.items()
        if day is not None and day < hall.today
    ]
    if problems:
        raise InputInvalid(problems)


def person_named(hall: Hall, code: str | None, key: str) -> Person | None:
    """The person that a word names, if it names one. Raises InputInvalid."""
    try:
        return people.person(hall.session, code) if code else None
    except NotFound as error:
        raise InputInvalid([Problem(error.message, key=key)]) from error


def understood(hall: Hall, item: SupervisionItem, name: str, words: Any) -> Any:
    """The words as the act's sentence, nothing written yet. Raises InputInvalid with all that is wrong with them."""

    def listen(sentence: Any) -> Any:
        if name in _CHECKED:
            wrong = Faults()
            _CHECKED[name](hall, item, sentence, wrong)
            wrong.refuse()
        return sentence

    return hear(SAID[name], words, listen)


def _check_limit(hall: Hall, _item: SupervisionItem, sentence: said.SetLimit, wrong: Faults) -> None:
    with wrong.noting():
        refuse_past(hall, due_on=sentence.due_on, explain_on=sentence.explain_on)


def _check_answer(hall: Hall, item: SupervisionItem, sentence: said.AnswerItem, wrong: Faults) -> None:
    """A warning's answer names the leader in charge, what is done and how it stands."""
    if item.kind == "warning" and sentence.leader is None:
        wrong.add(_("预警的答复要写明包案领导的人员代码"), "leader")
    with wrong.noting():
        person_named(hall, sentence.leader, "leader")


def _check_hold(hall: Hall, _item: SupervisionItem, sentence: said.HoldAccountable, wrong: Faults) -> None:
    _check_code(hall.office.supervision.accountability, sentence.how, "how", wrong)
    with wrong.noting():
        person_named(hall, sentence.person, "person")


def _check_incentive(hall: Hall, _item: SupervisionItem, sentence: said.GiveIncentive, wrong: Faults) -> None:
    _check_code(hall.office.supervision.incentives, sentence.incentive, "incentive", wrong)


_CHECKED: Mapping[str, Callable[[Hall, SupervisionItem, Any, Faults], None]] = {
    "limit": _check_limit,
    "answer": _check_answer,
    "hold": _check_hold,
    "incentive": _check_incentive,
}
"""Acts whose words name something, or speak of days, that may be wrong though they can be read."""


def _hear_limit(hall: Hall, item: SupervisionItem, sentence: said.SetLimit) -> Heard:
    name = "mending" if item.kind == "supervision" else "answer"
    heard = Heard()
    due = clocks.start_until(hall, item, name, sentence.due_on)
    if sentence.explain_on is not None:
        clocks.start_until(hall, item, "explanation", sentence.explain_on)
    heard.changes["due_at"] = due
    heard.record = {"clock": name, "due_at": due.isoformat(), **first_letter(hall, item, heard)}
    return heard


def _hear_explain(hall: Hall, item: SupervisionItem, _sentence: said.Explain) -> Heard:
    clocks.meet(hall, item, "explanation")
    return Heard()


def _hear_report(hall: Hall, item: SupervisionItem, sentence: said.Report) -> Heard:
    clocks.meet(hall, item, "mending")
    return Heard(record={"evidence": len(sentence.evidence)})


def _hear_answer(hall: Hall, item: SupervisionItem, sentence: said.AnswerItem) -> Heard:
    leader = sentence.leader or ""
    clocks.meet(hall, item, "answer")
    return Heard(record={"leader": leader} if leader else {})


def _hear_inspect(_hall: Hall, _item: SupervisionItem, sentence: said.Inspect) -> Heard:
    return Heard(record={"way": sentence.way})


def _hear_hold(_hall: Hall, _item: SupervisionItem, sentence: said.HoldAccountable) -> Heard:
    return Heard(record={"how": sentence.how, "person": sentence.person or ""})


def _hear_incentive(hall: Hall, _item: SupervisionItem, sentence: said.GiveIncentive) -> Heard:
    sign = next(one.sign for one in hall.office.supervision.incentives if one.code == sentence.incentive)
    return Heard(record={"incentive": sentence.incentive, "sign": sign})


def _hear_strike_off(hall: Hall, item: SupervisionItem, _sentence: said.StrikeOff) -> Heard:
    """Only what has been mended or answered, and explained where that was asked for, since the newest limit that asked for it."""
    entries = queries.entries(hall.session, item.id or 0)
    asked = _asked(hall, item, entries)
    reasons = []
    if not _is_done(entries, {"report", "answer"}, max(asked.get("mending", 0), asked.get("answer", 0))):
        message = _("责任单位还没有报整改情况")
        reasons.append(
            Reason("supervision.mended", message, next_step=_("先由责任单位办理 report 或者 answer"))
        )
    if "explanation" in asked and not _is_done(entries, {"explain"}, asked["explanation"]):
        message = _("责任单位还没有交书面说明")
        reasons.append(Reason("supervision.explained", message, next_step=_("先由责任单位办理 explain")))
    if reasons:
        raise TransitionRefused(reasons)
    clocks.cancel_all(hall, item)
    return Heard(changes={"ended_at": hall.now})


def _asked(hall: Hall, item: SupervisionItem, entries: Sequence[SupervisionEntry]) -> dict[str, int]:
    """By the name of a clock, the entry that last set it: a later limit wants anew what it asks for, and nothing else."""
    return {
        clock.name: max(
            (one.ordinal for one in entries if one.act == "limit" and one.at <= clock.started_at), default=0
        )
        for clock in queries.clocks(hall.session, item.id or 0)
    }


def _is_done(entries: Sequence[SupervisionEntry], acts: Collection[str], since: int) -> bool:
    return any(one.act in acts and one.ordinal > since for one in entries)


def _hear_withdraw(hall: Hall, item: SupervisionItem, _sentence: said.WithdrawItem) -> Heard:
    clocks.cancel_all(hall, item)
    return Heard(changes={"ended_at": hall.now})


HEARD: Mapping[str, Callable[[Hall, SupervisionItem, Any], Heard]] = {
    "limit": _hear_limit,
    "explain": _hear_explain,
    "answer": _hear_answer,
    "report": _hear_report,
    "inspect": _hear_inspect,
    "hold": _hear_hold,
    "incentive": _hear_incentive,
    "strike_off": _hear_strike_off,
    "withdraw": _hear_withdraw,
}


def _check_code(listed_by_site: Iterable[Any], code: str, key: str, wrong: Faults) -> None:
    """One of the codes that the site's rules of supervision list, each with its title."""
    known = {one.code: one.title for one in listed_by_site}
    if code not in known:
        listed = joined(
            _("{code}（{title}）").format(code=one, title=_(title)) for one, title in known.items()
        ) or _("无")
        message = _("没有代码 {code}；现有：{known}").format(code=code, known=listed)
        wrong.add(message, key)

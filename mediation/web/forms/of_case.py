"""What of a case can be named on a form: its tasks, approvals, appointments, papers, agreements, the steps it came by."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from mediation.cases.page import CasePage
from mediation.documents.wording import prose
from mediation.language import _, joined
from mediation.web.pages.wording import about, day, moment, yuan

Options = Sequence[tuple[str, str]]
_ANSWERS = frozenset({"approve", "reject", "answer", "mark_read", "delegate"})
"""What is done to a task of one's own."""


def of_case(desk: Any, case: CasePage, trigger: str, key: str) -> Options | None:
    """The options of a key, none where the case has none; None where a key names nothing of the case."""
    makers: Mapping[str, Callable[[], Options]] = {
        "task": lambda: tasks(case, mine=trigger in _ANSWERS),
        "approval": lambda: approvals(desk, case),
        "approvals": lambda: approvals(desk, case),
        "ordinal": lambda: appointments(case),
        "paper": lambda: papers(case),
        "agreement": lambda: agreements(case),
        "reject.to": lambda: steps(desk, case),
    }
    made = makers.get(f"{trigger}.{key}") or makers.get(key)
    return made() if made is not None else None


def tasks(case: CasePage, *, mine: bool) -> Options:
    """Those that wait on somebody. `mine`: on the actor."""
    return [
        (
            str(one["task"]),
            _("第{n}号 {title}：{who}").format(
                n=one["task"], title=prose(_(one["title"])), who=one["person"] or one["unit"]
            ),
        )
        for one in case.tasks
        if one["closed_at"] is None and (one["mine"] or not mine)
    ]


def approvals(desk: Any, case: CasePage) -> Options:
    """The approvals that the case's definition knows."""
    return [(name, one.title) for name, one in _definition(desk, case).approvals.items()]


def appointments(case: CasePage) -> Options:
    """Those that are still to be kept."""
    return [
        (
            str(one["appointment"]),
            _("{when}，{place}").format(when=moment(one["starts_at"]), place=one["place"]),
        )
        for one in case.appointments
        if one["state"] == "planned"
    ]


def papers(case: CasePage) -> Options:
    """Those that are out, each once, by title, number and what tells it from the others of its form."""
    found = {
        f"{one['form']}:{one['subject']}" if one["subject"] else one["form"]: _paper(case, one)
        for one in case.papers
        if one["state"] != "void"
    }
    return list(found.items())


def _paper(case: CasePage, one: Mapping[str, Any]) -> str:
    replaced = (
        f"agreement-{row['ordinal']}"
        for row in case.aftercare.get("agreements", ())
        if row["state"] == "replaced"
    )
    apart = [about(one["subject"])] + [_("已被新协议取代")] * (one["subject"] in replaced)
    name = joined((part for part in (one["title"], one["number"]) if part), " ")
    told = joined(part for part in apart if part)
    return _("{name}（{about}）").format(name=name, about=told) if told else name


def agreements(case: CasePage) -> Options:
    """Those in force, by number."""
    return [(str(one["agreement"]), one["number"] or str(one["agreement"])) for one in case.ledger]


def steps(desk: Any, case: CasePage) -> Options:
    """The states that the case came by in its present definition and may go back to from where it is, the latest first."""
    definition, here = _definition(desk, case), case.row.state
    back_to = {name for edge in definition.edges if here in edge.origin for name in edge.back_to} - {here}
    own = f"{case.workflow.rpartition('/')[0]}/"
    came_by = dict.fromkeys(
        event["to"] for event in reversed(case.trail) if event["to"] and event["workflow"].startswith(own)
    )
    return [(name, _(definition.states[name].title)) for name in came_by if name in back_to]


@dataclass(frozen=True, slots=True)
class Owed:
    """What is not performed yet: a clause, or one instalment of it. `value`: `agreement.clause.instalment`, as a form says it."""

    value: str
    title: str
    text: str
    overdue: bool


def owed(case: CasePage) -> list[Owed]:
    """Of the agreements in force, the earliest due first."""
    texts = {
        (one["ordinal"], clause["ordinal"]): clause["text"]
        for one in case.aftercare.get("agreements", [])
        for clause in one["clauses"]
    }
    found = [
        (part["due_on"] or date.max, one, part)
        for one in case.ledger
        for part in one["parts"]
        if part["performed_on"] is None
    ]
    several = len(case.ledger) > 1
    return [
        Owed(
            value=f"{one['agreement']}.{part['clause']}.{part['instalment'] or 0}",
            title=_title(part, one["number"] if several else ""),
            text=texts.get((one["agreement"], part["clause"]), ""),
            overdue=part["overdue"],
        )
        for _due, one, part in sorted(found, key=lambda row: row[0])
    ]


def _title(part: Mapping[str, Any], number: str) -> str:
    """`第2条第1期，2026年12月10日，还差960.00元`."""
    name = _("第{n}条").format(n=part["clause"])
    if part["instalment"]:
        name += _("第{n}期").format(n=part["instalment"])
    left = _("还差{sum}").format(sum=yuan(part["left_fen"])) if part["amount_fen"] is not None else ""
    return joined((one for one in (number, name, day(part["due_on"]), left) if one), "，")


def _definition(desk: Any, case: CasePage) -> Any:
    name, _slash, version = case.workflow.rpartition("/")
    return desk.office.engine(name, int(version)).definition

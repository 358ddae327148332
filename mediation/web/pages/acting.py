"""How a case's acts are laid out: the likeliest next ones first, the others by what they are about, then what cannot be done yet."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mediation.cases.workspace.standing import Act, Workspace
from mediation.language import _

# What carries a case through its life, from its end to its beginning: of those that are open now, the first are the likeliest.
_ALONG = (
    "archive",
    "visit",
    "close",
    "record_performance",
    "tell_notice",
    "seal",
    "sign",
    "attach_scan",
    "conclude_written",
    "draft_agreement",
    "record_session",
    "record_conference",
    "arrange",
    "resume",
    "assign",
    "accept",
    "acknowledge",
    "rule",
    "keep",
    "dispatch",
    "take",
    "triage",
)
_MOST_NEXT = 3
STEPS = frozenset(_ALONG) - {"arrange"}
"""What a turn is there for: to have made an appointment is no step of the case's."""
_GROUPS: Mapping[str, tuple[str, ...]] = {
    "当事人": ("amend", "record_consent", "tell_rights"),
    "交办与上报": (
        "keep",
        "dispatch",
        "acknowledge",
        "send_back",
        "decline",
        "rule",
        "escalate",
        "turn_joint",
        "turn_ordinary",
        "back_to_ordinary",
        "switch_route",
    ),
    "调解": (
        "take",
        "assign",
        "replace_mediator",
        "record_session",
        "note_privately",
        "draft_agreement",
        "conclude_written",
        "conclude_oral",
        "extend",
        "suspend",
        "resume",
        "remediate",
        "reopen_talks",
    ),
    "约定": ("arrange", "cancel_appointment", "call_conference", "record_conference"),
    "文书": (
        "sign",
        "attach_scan",
        "seal",
        "sign_paper",
        "scan_paper",
        "seal_paper",
        "correct",
        "void_paper",
        "supplement",
        "drop_supplement",
        "tell_notice",
    ),
    "履行与回访": (
        "record_performance",
        "record_breach",
        "apply_confirmation",
        "record_confirmation",
        "follow_up",
        "visit",
        "close",
        "archive",
    ),
    "会商、审批与协办": (
        "ask_approval",
        "approve",
        "reject",
        "resubmit",
        "add_signer",
        "remove_signer",
        "transfer",
        "delegate",
        "take_back",
        "urge",
        "copy_to",
        "mark_read",
        "give_part",
        "ask_opinion",
        "ask_above",
        "call_in",
        "promise",
        "answer",
        "put_in_charge",
    ),
    "风险与关联": ("assess_risk", "report_police", "link", "merge_into", "split", "join_series"),
    "不再调解": ("decline_acceptance", "refuse", "withdraw", "terminate"),
}
_GROUP_OF = {trigger: title for title, triggers in _GROUPS.items() for trigger in triggers}
_SIGNED = frozenset({"sign", "attach_scan", "seal"})
_OF_LEDGER = {"record_performance": "performed", "record_breach": "breached"}
# What some acts need to be about: a paper, an appointment, a round, an agreement in force.
_NEEDED: Mapping[str, Callable[[Workspace], bool]] = {
    "correct": lambda case: any(one.state == "complete" for one in case.papers),
    "void_paper": lambda case: any(one.state != "void" for one in case.papers),
    "tell_notice": lambda case: any(one.form.endswith("_notice") for one in case.papers),
    "cancel_appointment": lambda case: any(one["state"] == "planned" for one in case.page.appointments),
    "add_signer": lambda case: any(one["state"] == "open" for one in case.page.approvals),
    "remove_signer": lambda case: any(one["state"] == "open" for one in case.page.approvals),
    "record_confirmation": lambda case: bool(case.page.ledger),
}
# Done where the paper, or the task, is shown.
_BY_PAPER = frozenset({"sign_paper", "scan_paper", "seal_paper"})
_BY_TASK = frozenset({"approve", "reject", "answer", "mark_read"})


@dataclass(frozen=True, slots=True)
class Group:
    """Acts that are about the same."""

    title: str
    acts: list[Act]


@dataclass(frozen=True, slots=True)
class Laid:
    """A case's acts as its page shows them. `closed`: what would carry the case on, and what stands in its way.

    `barred`: none of the next acts takes away what stands in the way, so that it is shown at once.
    """

    next: list[Act] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    closed: list[Act] = field(default_factory=list)

    @property
    def barred(self) -> bool:
        """Does the likeliest way on lead through something else than the next acts?"""
        first = _ALONG.index(self.next[0].trigger) if self.next else len(_ALONG)
        ahead = [one for one in self.closed if one.trigger in _ALONG[:first]]
        return any(
            all(act.title not in reason.next_step for act in self.next)
            for one in ahead
            for reason in one.reasons
        )


def laid_out(case: Workspace) -> Laid:
    """The acts that the actor may do, for the page. Of several acts on one sign board the first stands for all."""
    along = sorted(
        (one for one in case.acts if one.possible and one.trigger in _ALONG and _is_due(case, one)),
        key=lambda one: _ALONG.index(one.trigger),
    )
    following = _each_address_once(along)[:_MOST_NEXT]
    rest = [
        one
        for one in case.acts
        if one.possible
        and one not in following
        and one.trigger not in _BY_PAPER
        and one.trigger not in _BY_TASK
        and _is_about_something(case, one)
    ]
    return Laid(
        next=following,
        groups=_grouped(rest),
        closed=[one for one in case.acts if one.permitted and one.reasons and _is_worth_telling(one)],
    )


def talk_to_come(case: Workspace, now: datetime) -> Mapping[str, Any] | None:
    """The next talk that is arranged while the case waits for its first one; if all are over, the last: what is next is to record it."""
    if case.page.row.state != "preparing":
        return None
    arranged = sorted(
        (one for one in case.page.appointments if one["state"] == "planned" and one["kind"] == "session"),
        key=lambda one: one["starts_at"],
    )
    return next((one for one in arranged if one["starts_at"] >= now), arranged[-1] if arranged else None)


def done_by_others(case: Workspace) -> list[str]:
    """What carries the case on from here and is not for the actor to do, the likeliest first."""
    found = [one.trigger for one in case.acts if one.moves and not one.permitted and one.trigger in _ALONG]
    return sorted(found, key=_ALONG.index)


def address(case: str, trigger: str) -> str:
    """Where an act is done: the sign board, the ledger, the register, or its form."""
    if trigger == "amend":
        return f"/register/{case}/amend?to=/cases/{case}"
    if trigger in _SIGNED:
        return f"/cases/{case}/sign"
    if trigger in _OF_LEDGER:
        return f"/cases/{case}/ledger/{_OF_LEDGER[trigger]}"
    return f"/cases/{case}/do/{trigger}"


def _is_due(case: Workspace, act: Act) -> bool:
    """Has its time come?

    A notice is handed over once there is one, what is owed is recorded until all is done; people are called together before
    a conference and the first talk, and visited when the case is closed.
    """
    if act.trigger == "visit":
        return case.page.row.phase == "feedback"
    if act.trigger == "arrange":
        return case.page.row.state in {"conferring", "preparing"} and not any(
            one["state"] == "planned" for one in case.page.appointments
        )
    if act.trigger == "record_performance":
        clauses = (case.page.agreement or {}).get("clauses", ())
        return not clauses or any(one["performed_on"] is None for one in clauses)
    return act.trigger != "tell_notice" or any(one.form.endswith("_notice") for one in case.papers)


def _is_about_something(case: Workspace, act: Act) -> bool:
    """Is there what the act needs? Else its form could only be refused."""
    needed = _NEEDED.get(act.trigger)
    return needed is None or needed(case)


def _is_worth_telling(act: Act) -> bool:
    """Of what cannot be done only the steps of the case's own way: that nothing waits to be answered is no news."""
    return act.trigger in _ALONG or act.trigger == "conclude_oral"


def _each_address_once(acts: Sequence[Act]) -> list[Act]:
    found: dict[str, Act] = {}
    for one in acts:
        found.setdefault(address("", one.trigger), one)
    return list(found.values())


def _grouped(acts: Sequence[Act]) -> list[Group]:
    by_title: dict[str, list[Act]] = {title: [] for title in _GROUPS}
    others: list[Act] = []
    for one in _each_address_once(acts):
        by_title.get(_GROUP_OF.get(one.trigger, ""), others).append(one)
    found = [Group(_(title), rows) for title, rows in by_title.items() if rows]
    return [*found, *([Group(_("其他"), others)] if others else [])]

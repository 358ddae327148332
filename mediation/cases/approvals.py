"""审批、会签: asked of one or several, bound to what they looked at. A round ends by its rule, and leaves nobody a dead to-do.

A signer agrees to the case as it stood when the round was asked for: if a fact has changed since, the guards refuse, and the
asker asks anew (`resubmit`), which reopens what was rejected or overtaken, and nothing else.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from mediation.cases import looked_at, worklists
from mediation.cases import queries as case_queries
from mediation.cases.appointments import arranging as appointments
from mediation.cases.hall import Hall, Heard, concerning
from mediation.cases.models import Dispute
from mediation.cases.recusals import queries as recusals
from mediation.cases.said_tasks import (
    MOST_SIGNERS,
    AddSigner,
    Approve,
    AskApproval,
    Reject,
    RemoveSigner,
    Resubmit,
    Whom,
)
from mediation.cases.task_models import ApprovalRound, Task
from mediation.cases.tasks import book, queries, rounds, standing, turns
from mediation.cases.tasks.assignees import others_who_may, refuse_nobody, sorted_out, spoken
from mediation.cases.tasks.book import Asked, Assignee
from mediation.cases.tasks.last_words import speaks_for_who_rejected, who_rejected
from mediation.cases.tasks.rounds import Wanted
from mediation.errors import InputInvalid, NotPermitted, Problem
from mediation.language import _, joined
from mediation.workflow.definition import PHASES, Approval, Definition
from mediation.workflow.vocabulary import STANDARD


class _Again(NamedTuple):
    """A round that is to be asked anew: by which facts, of whom, and whose word to what still is so is kept, by `Assignee.key`."""

    found: ApprovalRound
    rule: Approval
    facts: tuple[str, ...]
    tasks: Sequence[Task]
    signers: Sequence[Assignee]
    kept: Mapping[tuple[int, int | None], Task]

    @property
    def agreed(self) -> list[Assignee]:
        """Who is not asked again."""
        return [one for one in self.signers if one.key in self.kept]

    def new(self, hall: Hall) -> list[Assignee]:
        """Who was not in the round."""
        before = {rounds.signer_now(hall, task).key for task in self.tasks}
        return [one for one in self.signers if one.key not in before]


_STANDS_AGAIN = {
    "rejected": "「{title}」撤回以后，仍然是被驳回；改好以后办理「再送审」",
    "agreed": "「{title}」撤回以后，仍按上一轮是已通过；所看的事实变了的，还要办理「再送审」",
}
"""How the round before one that is taken back was decided → what the actor is told."""


def ask_approval(hall: Hall, case: Dispute, said: AskApproval) -> Heard:
    """送审会签: one round, with the facts hashed as they stand now."""
    definition = _definition(hall, case)
    rule = definition.approvals.get(said.approval)
    problems = _wrong_day(hall, said.due_on)
    keys = [f"signers[{at}]" for at in range(len(said.signers))]
    if rule is None:  # the guards tell which there are
        unknown = _unknown(definition, {"approval": said.approval})
        refuse_nobody(hall, dict(zip(keys, said.signers, strict=True)), *unknown, *problems)
        if problems:
            raise InputInvalid([*unknown, *problems])
        return Heard(act={"approval": said.approval})
    with concerning({"approval": said.approval}):
        signers, more = _signers(hall, case, rule, said.signers, keys)
        more += _passed_over(hall, case, said.approval, rule, signers)
        more += _wrong_length(rule, said.days)
        if problems or more:
            raise InputInvalid([*problems, *more])
    asked = looked_at.hashes(hall, case, rule.looks_at)
    question = _question(said.days, said.question)

    def write() -> None:
        former = _last_asked(hall, case, said.approval)
        rounds.open_round(
            hall, case, said.approval, rule, Wanted(signers, question, said.due_on, former, days=said.days)
        )
        worklists.follow_tasks(hall, case)

    return Heard(
        act={"approval": said.approval},
        record={
            "approval": said.approval,
            "rule": rule.rule,
            "signers": [one.code for one in signers],
            "looked_at": asked,
            **({"days": said.days} if said.days else {}),
        },
        details={"question": said.question} if said.question else {},
        write=write,
    )


def _wrong_length(rule: Approval, days: int | None) -> list[Problem]:
    """Who agrees to a later deadline agrees to so many days; other approvals are of none."""
    if ("deadline" in rule.looks_at) == (days is not None):
        return []
    lacks, needless = _("「{title}」要写明延长几天"), _("「{title}」不看调解期限，不写延长几天")
    return [Problem((lacks if days is None else needless).format(title=rule.title), key="days")]


def _question(days: int | None, question: str | None) -> object:
    return question if days is None else {"days": days, "what": question}


def _last_asked(hall: Hall, case: Dispute, approval: str) -> ApprovalRound | None:
    """The last round of the approval, taken back or not: what was said in it was said."""
    assert case.id is not None
    asked = [one for one in queries.rounds(hall.session, case.id) if one.approval == approval]
    return asked[-1] if asked else None


def _passed_over(
    hall: Hall, case: Dispute, approval: str, rule: Approval, signers: Sequence[Assignee]
) -> list[Problem]:
    """Whoever rejected and may still sign is not asked again: a rejection is not got round by asking others."""
    found = _last_asked(hall, case, approval)
    if found is None or found.state in {"open", "agreed"}:
        return []
    named = {one.key for one in signers}
    message = _("{who} 驳回过上一轮，改好以后也要由这一位再看：请列入会签人，或者办理「再送审」")
    return [
        Problem(message.format(who=spoken(hall, one)), key="signers")
        for one in _who_may_still_say_no(hall, case, approval, rule)
        if one.key not in named
    ]


def _who_may_still_say_no(hall: Hall, case: Dispute, approval: str, rule: Approval) -> list[Assignee]:
    """Those whose last word on the approval was no, and who may sign: where they did, or where they work since."""
    still = []
    for one in who_rejected(hall, case, approval):
        for whom in (_whom(one), Whom(person=one.person)):
            found, wrong = _signers(hall, case, rule, [whom], ["signers"], agreed=rule.least)
            if not wrong:
                still += found
                break
    return still


def approve(hall: Hall, case: Dispute, said: Approve) -> Heard:
    """同意, to what the case says now."""
    wanted = said.task if said.task is not None else standing.only_mine(hall, case, "approval")
    task, found = rounds.task_of_round(hall, case, wanted)
    if task is None or found is None:
        return Heard(act=_named(wanted), facts={"task": standing.task_facts(hall, task)})
    _refuse_unfit(hall, case, task, found)
    came = rounds.came_to(hall, found, task, "agreed")
    counting = rounds.counting(hall, found)
    alone = came == "agreed" and asker_alone(hall, case, found, counting, by=hall.actor.person_code)
    heard = _answered(hall, case, task, found, "agreed", came, said.opinion)
    return replace(heard, act={**heard.act, "asker_alone": alone})


def reject(hall: Hall, case: Dispute, said: Reject) -> Heard:
    """驳回 the task of a round; with `to` the case goes back, in the same act."""
    back = {"to": said.to} if said.to else {}
    wanted = said.task if said.task is not None else _mine_to_reject(hall, case, said)
    if wanted is None and said.to is not None:
        return Heard(
            act={**back, "reason": said.opinion},
            record=dict(back),
            details={"opinion": said.opinion},
            write=lambda: _call_off(hall, case, said.to),
        )
    task, found = rounds.task_of_round(hall, case, wanted)
    if task is None or found is None:
        act = {**_named(wanted), **back, "reason": said.opinion}
        return Heard(act=act, facts={"task": standing.task_facts(hall, task)})
    _refuse_unfit(hall, case, task, found)
    came = rounds.came_to(hall, found, task, "rejected")
    return _answered(hall, case, task, found, "rejected", came, said.opinion, said.to)


def _mine_to_reject(hall: Hall, case: Dispute, said: Reject) -> int | None:
    """The task that is meant where none is named: the one that waits on the actor. With `to` only one that the actor may answer
    keeps the case from going back; of several one has to be named.
    """
    if said.to is None:
        return standing.only_mine(hall, case, "approval")
    fit = [one for one in standing.all_mine(hall, case, "approval") if _is_fit(hall, case, one)]
    if len(fit) > 1:
        message = _("等您会签的有{n}项：请写明驳回哪一项（{tasks}）")
        told = message.format(n=len(fit), tasks=joined(str(one) for one in fit))
        raise InputInvalid([Problem(told, key="task")])
    return fit[0] if fit else None


def _is_fit(hall: Hall, case: Dispute, ordinal: int) -> bool:
    task, found = rounds.task_of_round(hall, case, ordinal)
    if task is None or task.delegated_by_unit_id is not None:
        return False  # who was lent it gives an opinion
    try:
        if found is not None:
            _refuse_unfit(hall, case, task, found)
    except NotPermitted:
        return False
    return found is not None


def add_signer(hall: Hall, case: Dispute, said: AddSigner) -> Heard:
    """加签: one more who has to agree; in order at the place named, or last."""
    definition = _definition(hall, case)
    found = rounds.open_round_of(hall, case, said.approval)
    rule = definition.approvals.get(said.approval)
    if found is None or rule is None:
        return _of_no_round(hall, definition, said)
    counting = rounds.counting(hall, found)
    with concerning({"approval": said.approval}):
        one, place = _one_more(hall, case, rule, found, counting, said)

    def write() -> None:
        for task in counting if place is not None else ():
            if task.place is not None and place is not None and task.place >= place:
                task.place += 1
                hall.session.add(task)
        asked = Asked("approval", rule.title, rounds.question_of(counting), None, rule.limit)
        book.open_task(hall, case, one, asked, round_id=found.id, place=place, waiting=place is not None)
        worklists.follow_tasks(hall, case)

    record = {"approval": said.approval, "signer": one.code, **({"place": place} if place else {})}
    return Heard(act={"approval": said.approval}, record=record, write=write)


def _one_more(
    hall: Hall, case: Dispute, rule: Approval, found: ApprovalRound, counting: Sequence[Task], said: AddSigner
) -> tuple[Assignee, int | None]:
    """Who is to be added, and at which place. Raises InputInvalid."""
    found_fit, problems = sorted_out(hall, case, [said.signer], rule.signers, ["signer"])
    for one, _key in found_fit:
        if any(one.key == rounds.signer_now(hall, task).key for task in counting):
            problems.append(Problem(_("{who} 已经在会签人中").format(who=spoken(hall, one)), key="signer"))
        if found.rule == "any" and one.person in rounds.askers(hall, case, found):
            problems.append(Problem(_("一人同意即可的，送审人不能会签"), key="signer"))
    if len(counting) >= MOST_SIGNERS:
        problems.append(Problem(_("会签人最多{n}个").format(n=MOST_SIGNERS), key="signer"))
    place, wrong = rounds.place_for(found, counting, said.place)
    if problems or wrong:
        raise InputInvalid([*problems, *wrong])
    return found_fit[0][0], place


def _of_no_round(hall: Hall, definition: Definition, said: AddSigner | RemoveSigner) -> Heard:
    """That nothing of the kind is asked for is told by the guards, with whoever is named and is not there."""
    unknown = _unknown(definition, {"approval": said.approval})
    if unknown:
        refuse_nobody(hall, {"signer": said.signer}, *unknown)
    with concerning({"approval": said.approval}):
        refuse_nobody(hall, {"signer": said.signer})
    return Heard(act={"approval": said.approval})


def remove_signer(hall: Hall, case: Dispute, said: RemoveSigner) -> Heard:
    """减签, of who has not answered: never below the least; if all the others have agreed, the round ends so."""
    found = rounds.open_round_of(hall, case, said.approval)
    definition = _definition(hall, case)
    rule = definition.approvals.get(said.approval)
    if found is None or rule is None:
        return _of_no_round(hall, definition, said)
    counting = rounds.counting(hall, found)
    task = next((one for one in counting if rounds.is_named(rounds.signer_of(hall, one), said.signer)), None)
    problems = []
    if task is None:
        problems.append(Problem(_("会签人中没有这一位"), key="signer"))
    elif task.closed_at is not None:
        problems.append(Problem(_("这一位已经表示意见，不能减签"), key="signer"))
    elif speaks_for_who_rejected(hall, case, found, task):
        message = _(
            "这一位驳回过上一轮，或者接手了驳回过的人的会签，不能减签：改好以后由这一位再看；不能再会签的，撤回这一轮，另请会签人"
        )
        problems.append(Problem(message, key="signer"))
    left = [one for one in counting if one is not task]
    if task is not None and len(rounds.by_signer(hall, found, left)) < rule.least:
        problems.append(
            Problem(_("「{title}」至少要{n}个会签人").format(title=rule.title, n=rule.least), key="signer")
        )
    with concerning({"approval": said.approval}):
        if problems or task is None:
            raise InputInvalid(problems)
    came = rounds.verdict(found.rule, rounds.words(hall, found, left))
    alone = came == "agreed" and asker_alone(hall, case, found, left, by=None)
    gone = task

    def write() -> None:
        book.close_task(hall, gone, "removed")
        rounds.go_on(hall, case, found, came, rule)
        worklists.follow_tasks(hall, case)

    return Heard(
        act={"approval": said.approval, "asker_alone": alone},
        record={"approval": said.approval, "task": gone.ordinal, "round": came},
        details={"reason": said.reason} if said.reason else {},
        write=write,
    )


def resubmit(hall: Hall, case: Dispute, said: Resubmit) -> Heard:
    """再送审: exactly those reopen that were rejected, have lapsed, or whose facts have changed; what did it is told and recorded.

    Within a round whose facts are as they were, whoever has agreed is not asked again.
    """
    definition = _definition(hall, case)
    unknown = _unknown(definition, {f"approvals[{at}]": name for at, name in enumerate(said.approvals)})
    if unknown:
        raise InputInvalid(unknown)
    act = {"approvals": list(said.approvals)} if said.approvals else {}
    again = _reopened(hall, case, definition, said.approvals)
    problems = [problem for one in again for problem in _no_longer_fit(hall, case, one)]
    if problems:
        raise InputInvalid(problems)

    def write() -> None:
        for one in again:
            rounds.close_open(hall, one.tasks)
            book.close_round(hall, one.found, "lapsed")
            days = one.found.looked_at.get("days")
            question = _question(days, said.question) if said.question else rounds.question_of(one.tasks)
            moved = bool(one.found.looked_at.get("moved"))
            wanted = Wanted(one.signers, question, None, one.found, one.kept, days, moved)
            rounds.open_round(hall, case, one.found.approval, one.rule, wanted)
        worklists.follow_tasks(hall, case)

    stand = _standing(hall, case, definition, [one.found for one in again])
    kept = {one.found.approval: [who.code for who in one.agreed] for one in again if one.agreed}
    return Heard(
        act=act,
        record={
            "reopened": {one.found.approval: list(one.facts) for one in again},
            "stand": stand,
            **({"kept": kept} if kept else {}),
        },
        details={"question": said.question} if said.question else {},
        write=write,
        told=(
            *(sentence for one in again for sentence in _why(hall, one)),
            *(_("「{title}」继续有效").format(title=definition.approvals[name].title) for name in stand),
        ),
    )


def take_back_round(hall: Hall, case: Dispute, approval: str) -> Heard:
    """撤回 a round that is still open: nobody has to answer it any more, and the round before it stands again."""
    found = rounds.open_round_of(hall, case, approval)
    if found is None:
        return Heard(act={"approval": approval})
    tasks = queries.tasks_of_round(hall.session, found.id or 0)
    before = _before(hall, case, found)

    def write() -> None:
        for task in tasks:
            if task.closed_at is None:
                book.tell_assignee(hall, case, task, "task_taken_back")
                book.close_task(hall, task, "taken_back")
        book.close_round(hall, found, "taken_back")
        worklists.follow_tasks(hall, case)

    record = {"approval": approval, "tasks": book.open_ordinals(tasks)}
    if before is None:
        return Heard(act={"approval": approval}, record=record, write=write)
    rule = _definition(hall, case).approvals.get(approval)
    told = _(_STANDS_AGAIN[before.state]).format(title=rule.title if rule else approval)
    return Heard(
        act={"approval": approval}, record={**record, "stands": before.state}, write=write, told=(told,)
    )


def asker_alone(
    hall: Hall, case: Dispute, found: ApprovalRound, counting: Sequence[Task], *, by: str | None
) -> bool:
    """Whether nobody has agreed but who asked, before a hand-over or since; `by`: who agrees now, too."""
    said = _who_said(counting, {"agreed"})
    if by is not None:
        said.add(by)
    return said <= rounds.askers(hall, case, found)


def _before(hall: Hall, case: Dispute, found: ApprovalRound) -> ApprovalRound | None:
    """The round of the same approval that was decided before this one, and counts again without it."""
    assert case.id is not None
    decided = [
        one
        for one in queries.rounds(hall.session, case.id)
        if one.approval == found.approval and one.state in _STANDS_AGAIN
    ]
    return decided[-1] if decided else None


def _named(task: int | None) -> dict[str, object]:
    return {"task": task} if task is not None else {}


def _definition(hall: Hall, case: Dispute) -> Definition:
    return hall.office.engine(case.workflow, case.workflow_version).definition


def _signers(
    hall: Hall,
    case: Dispute,
    rule: Approval,
    named: Sequence[Whom],
    keys: Sequence[str],
    *,
    agreed: int = 0,
) -> tuple[list[Assignee], list[Problem]]:
    """Those named, and all that is wrong with them; `agreed`: how many more have agreed already."""
    placed, problems = sorted_out(hall, case, named, rule.signers, keys)
    found = [one for one, _key in placed]
    me = hall.actor.person_id
    people = len(set(named))
    if people + agreed < rule.least:
        message = _("「{title}」至少要{n}个会签人").format(title=rule.title, n=rule.least)
        problems.append(Problem(message, key="signers"))
    if rule.rule == "any" and any(one.person_id == me for one in found):
        problems.append(Problem(_("一人同意即可的，送审人不能会签"), key="signers"))
    elif not agreed and people == len(found) and all(one.person_id == me for one in found):
        problems.append(Problem(_("不能只由送审人自己会签"), key="signers"))
    for one, key in placed:
        if one.person_id is None and not others_who_may(hall, case, one.unit_id, rule.signers):
            message = _("{unit} 除送审人外没有可以会签的人员").format(unit=one.unit)
            problems.append(Problem(message, key=key))
    return found, problems


def _wrong_day(hall: Hall, due_on: date | None) -> list[Problem]:
    if due_on is not None and due_on <= hall.today:
        return [Problem(_("应当晚于今天"), key="due_on")]
    return []


def _answered(
    hall: Hall,
    case: Dispute,
    task: Task,
    found: ApprovalRound,
    outcome: str,
    came: str,
    opinion: str | None,
    back_to: str | None = None,
) -> Heard:
    rule = _definition(hall, case).approvals.get(found.approval)
    seen = looked_at.hashes(hall, case, found.looked_at["asked"]) if outcome == "agreed" else {}

    def write() -> None:
        book.note_opinion(hall, task, opinion, outcome)
        book.close_task(hall, task, outcome)
        if outcome == "agreed":
            agreed = {**found.looked_at["agreed"], str(task.ordinal): seen}
            found.looked_at = {**found.looked_at, "agreed": agreed}
            hall.session.add(found)
        rounds.go_on(hall, case, found, came, rule)
        if back_to:
            _call_off(hall, case, back_to)
        worklists.follow_tasks(hall, case)

    days = rounds.days_to_put_off(found, came)
    later = turns.later_end(hall, case, days) if days is not None else None
    back = {"to": back_to} if back_to else {}
    record = {
        **({"step_due_at": later.isoformat()} if later else {}),
        "approval": found.approval,
        "task": task.ordinal,
        "round": came,
        **back,
        **standing.in_place_of(hall, task),
    }
    return Heard(
        act={"task": task.ordinal, **back, **({"reason": opinion} if opinion else {})},
        facts={"task": standing.task_facts(hall, task)},
        record={**record, **({"looked_at": seen} if seen else {})},
        details={"opinion": opinion} if opinion else {},
        write=write,
    )


def _call_off(hall: Hall, case: Dispute, back_to: str | None) -> None:
    """Where a case goes back, nobody meets for what it had come to: to confer, or, before its mediation, to mediate. All are told."""
    state = _definition(hall, case).states.get(back_to or "")
    if state is None:
        return
    before_mediation = PHASES.index(state.phase) < PHASES.index("mediation")
    appointments.cancel_all(hall, case, ("conference", *(["session"] if before_mediation else [])))


def _refuse_unfit(hall: Hall, case: Dispute, task: Task, found: ApprovalRound) -> None:
    """A unit's task is for those of its people who may sign, and so is that of somebody away: leave gives nobody a post.

    Nobody answers a round twice, for oneself and for one's unit: two signers are two people. Units that have become one are one.
    """
    rule = _definition(hall, case).approvals.get(found.approval)
    if rule is not None and hall.actor.counts_as.isdisjoint(rule.signers.posts):
        posts = joined(_(STANDARD.posts.get(kind, kind)) for kind in rule.signers.posts)
        message = _("「{title}」由{posts}会签。您是{actor}，岗位不符。")
        if hall.actor.deputizes_for:
            message = _(
                "「{title}」由{posts}会签。您是{actor}，代理请假的人也要有这样的岗位；请送审人另请会签人，或者另定代理人。"
            )
        raise NotPermitted(message.format(title=rule.title, posts=posts, actor=hall.actor.label))
    tasks = rounds.counting(hall, found)
    others = [one for one in tasks if one is task or not rounds.are_of_one(hall, found, one, task)]
    if hall.actor.person_code in _who_said(others, {"agreed", "rejected"}):
        message = _("{actor} 在这一轮会签里已经表示过意见，一人只算一次；可以转给别人，或者请送审人减签。")
        raise NotPermitted(message.format(actor=hall.actor.label))


def _who_said(tasks: Sequence[Task], outcomes: Container[str]) -> set[str]:
    """Who answered in these ways, by person: one signs for a unit as well as for oneself."""
    return {str(task.opinion[-1]["by"]) for task in tasks if task.outcome in outcomes}


def _unknown(definition: Definition, named: Mapping[str, str]) -> list[Problem]:
    """Approvals, by the key that names them, which the definition does not have."""
    message = _("流程「{workflow}」没有「{name}」这一项审批")
    return [
        Problem(message.format(workflow=definition.title, name=name), key=key)
        for key, name in named.items()
        if name not in definition.approvals
    ]


def _reopened(hall: Hall, case: Dispute, definition: Definition, named: Sequence[str]) -> list[_Again]:
    """The latest rounds that must be asked anew here, and which facts have changed under each."""
    assert case.id is not None
    again = []
    for name, latest in standing.rounds_that_count(queries.rounds(hall.session, case.id)).items():
        rule = definition.approvals.get(name)
        if rule is None or case.state not in rule.states or (named and name not in named):
            continue
        if latest.state != "taken_back":
            facts = standing.changed(hall, case, latest)
            if facts or latest.state in {"rejected", "lapsed"}:
                again.append(_asked_anew(hall, case, latest, rule, facts))
    return again


def _asked_anew(
    hall: Hall, case: Dispute, found: ApprovalRound, rule: Approval, facts: tuple[str, ...]
) -> _Again:
    """Of units that have become one since only what all of them agreed to is kept; and not the word of who is kept from the case.

    Whoever said no in a later round, which was taken back, is asked, too, whatever they said in this one.
    """
    assert case.id is not None
    tasks = rounds.counting(hall, found)
    signers: dict[tuple[int, int | None], Assignee] = {}
    given: dict[tuple[int, int | None], list[Task]] = {}
    for task in tasks:
        one = rounds.signer_now(hall, task)
        signers.setdefault(one.key, one)
        given.setdefault(one.key, []).append(task)
    signers |= {one.key: one for one in _who_may_still_say_no(hall, case, found.approval, rule)}
    off = {case_queries.person(hall.session, one).code for one in recusals.standing(hall.session, case.id)}
    said_no = {one.key for one in who_rejected(hall, case, found.approval)}
    kept = {
        key: own[0]
        for key, own in given.items()
        if not facts
        and _asks_the_same(found, rule)
        and key not in said_no
        and all(task.outcome == "agreed" for task in own)
        and off.isdisjoint(_who_said(own, {"agreed"}))
    }
    return _Again(found, rule, facts, tasks, list(signers.values()), kept)


def _asks_the_same(found: ApprovalRound, rule: Approval) -> bool:
    """Whether a version that the case has been moved to since asks for no more, and by the same rule."""
    return found.rule == rule.rule and set(found.looked_at["asked"]) == set(rule.looks_at)


def _standing(
    hall: Hall, case: Dispute, definition: Definition, reopened: Sequence[ApprovalRound]
) -> list[str]:
    """The definition's approvals that stand as they are: agreed, and their facts unchanged."""
    assert case.id is not None
    latest = standing.rounds_that_count(queries.rounds(hall.session, case.id))
    again = {found.approval for found in reopened}
    return [
        name
        for name, found in latest.items()
        if name in definition.approvals
        and name not in again
        and found.state == "agreed"
        and not standing.changed(hall, case, found)
    ]


def _no_longer_fit(hall: Hall, case: Dispute, again: _Again) -> list[Problem]:
    """Signers of the round before who are to sign anew and can no more: then the round must be asked for with others."""
    asked = [_whom(one) for one in again.signers if one.key not in again.kept]
    keys = [again.found.approval] * len(asked)
    _found, problems = _signers(hall, case, again.rule, asked, keys, agreed=len(again.agreed))
    return problems


def _why(hall: Hall, again: _Again) -> list[str]:
    """Why a round is asked anew, and whose word of it stands, in a sentence each."""
    title, came = again.rule.title, again.found.state
    words = joined(_(STANDARD.facts.get(fact, fact)) for fact in again.facts)
    changed = _("（此后{facts}变了）").format(facts=words) if again.facts else ""
    if came == "rejected":
        why = _("「{title}」已再送审：上一轮被驳回{changed}").format(title=title, changed=changed)
    elif came == "lapsed":
        why = _("「{title}」已再送审：上一轮没有办结就失效了{changed}").format(title=title, changed=changed)
    else:
        why = _("「{title}」已再送审：{facts}变了").format(title=title, facts=words)
    told = [why]
    if again.new(hall):
        names = joined(spoken(hall, one) for one in again.new(hall))
        told.append(_("「{title}」：{names}以前表示过不同意，也要再看").format(title=title, names=names))
    if again.agreed:
        names = joined(spoken(hall, one) for one in again.agreed)
        told.append(_("「{title}」所看的事实没有变：{names}的同意继续有效").format(title=title, names=names))
    return told


def _whom(signer: Assignee) -> Whom:
    return Whom(unit=signer.unit, person=signer.person)

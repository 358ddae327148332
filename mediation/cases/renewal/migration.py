"""Moving running cases to another version of their definition, and back: each case whole or not at all.

What moves is the definition that a case is pinned to, and its state's name if a plan maps it. Deadlines, numbers, tasks,
papers and signatures stay as they are, which is checked for each case before it is kept.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from mediation.audit import trail
from mediation.cases import queries as case_queries
from mediation.cases import transition, worklists
from mediation.cases.aftercare.queries import agreements_in_force
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.office import Office
from mediation.cases.ownership import queries as ownership
from mediation.cases.ownership.standing import DECLINES
from mediation.cases.renewal import queries
from mediation.cases.renewal.models import CaseMigration
from mediation.errors import CaseChanged, InputInvalid, NotFound, Problem, StorageError
from mediation.language import _, joined
from mediation.storage.engine import savepoint
from mediation.workflow.definition import Definition
from mediation.workflow.migration import EXCLUDED, Plan, Standing, Verdict, judge, plan_problems

ACT = "case.migrated"


@dataclass(frozen=True)
class Course:
    """A move of cases, understood: where to, by which plan, in which run, at whose word."""

    run: str
    target: Definition
    plan: Plan
    by: str

    @property
    def plan_sha256(self) -> str:
        return trail.sealed_hash("mediation migration plan 1", self.plan.model_dump(mode="json"))


@dataclass(frozen=True)
class Judged:
    """What became, or would become, of one case."""

    case: str
    state: str
    from_version: int
    outcome: str
    to_state: str | None
    reasons: tuple[str, ...]


def chart(
    session: Session,
    office: Office,
    workflow: str,
    to: int,
    plan: Plan,
    run: str,
    by: str,
    unmapped: Iterable[str] = (),
) -> tuple[Course, list[int]]:
    """The course to a version that is in use, and the keys of the cases that run by another one.

    `unmapped`: states that the plan names as well, but not readably whereto.
    Raises NotFound; InputInvalid with everything wrong in the plan: its states, and excluded cases that are not among them.
    A version that is not in use is told beside what can be judged of the plan without it.
    """
    definitions = {
        version: engine.definition
        for (name, version), engine in sorted(office.engines.items())
        if name == workflow
    }
    absent = _not_in_use(office, workflow, definitions, to)
    present = [definition for version, definition in definitions.items() if version != to]
    found = queries.running_elsewhere(session, workflow, to)
    target = None if absent else definitions[to]
    problems = plan_problems(plan, workflow, present, target, unmapped)
    problems += _not_running(session, plan, found) if definitions else []
    if target is None:
        raise InputInvalid([Problem(absent), *problems]) if problems else NotFound(absent)
    if problems:
        raise InputInvalid(problems)
    return Course(run, target, plan, by), found


def _not_in_use(office: Office, workflow: str, versions: Iterable[int], to: int) -> str:
    """Why a version cannot be gone to; nothing if it is in use."""
    if workflow not in office.newest:
        known = joined(sorted(office.newest))
        return _("没有名为 {name} 的流程；现有：{known}").format(name=workflow, known=known)
    in_use = [version for version in versions if version <= office.newest[workflow]]
    if to in in_use:
        return ""
    message = _("流程 {name} 没有启用第 {version} 版；现有：{known}。新版先用 mediation site apply 启用")
    return message.format(name=workflow, version=to, known=joined(map(str, in_use)))


def _not_running(session: Session, plan: Plan, case_ids: Iterable[int]) -> list[Problem]:
    known = (
        {ref for case_id in case_ids for ref in _refs(case_queries.case_for_system(session, case_id))}
        if plan.exclude
        else set()
    )
    message = _("没有按这个流程其他版本在办的纠纷 {ref}")
    places = {ref: at for at, ref in reversed(list(enumerate(plan.exclude)))}
    return [
        Problem(message.format(ref=ref), key=f"exclude[{at}]")
        for ref, at in sorted(places.items(), key=lambda place: place[1])
        if ref not in known
    ]


def judge_all(session: Session, office: Office, course: Course, case_ids: Iterable[int]) -> list[Judged]:
    """One verdict for each case; nothing is written."""
    cases = (case_queries.case_for_system(session, case_id) for case_id in case_ids)
    return [_judged(case, _verdict(session, office, course, case)) for case in cases]


def move_all(hall: Hall, course: Course, case_ids: Sequence[int]) -> list[Judged]:
    """Move the cases that can move, each in a savepoint of its own: what fails with one leaves the others alone."""
    found = []
    for case_id in case_ids:
        case = case_queries.case_for_system(hall.session, case_id)
        verdict = _verdict(hall.session, hall.office, course, case)
        judged = _judged(case, verdict)
        if verdict.outcome == "moves":
            try:
                with savepoint(hall.session):
                    _move(hall, case, course, str(verdict.to_state))
            except CaseChanged:
                reason = _("刚刚被别人办理过，请再执行一次")
                judged = _judged(case, Verdict("refused", None, (reason,)))
        found.append(judged)
    return found


def _verdict(session: Session, office: Office, course: Course, case: Dispute) -> Verdict:
    if not _refs(case).isdisjoint(course.plan.exclude):
        return EXCLUDED
    present = office.engine(case.workflow, case.workflow_version).definition
    states = course.plan.states
    done = _to_undo(session, course, case)
    if done is not None:  # on the way back to the state that it came from, whatever is planned for others
        planned = states.get(case.state, done.from_state)
        if planned != done.from_state:
            message = _("退回要回到原来的状态 {state}，计划却写 {planned}；请改正，或者先不带这一项退回")
            reason = message.format(state=done.from_state, planned=planned)
            return Verdict("refused", None, (reason,))
        states = {**states, case.state: done.from_state}
    return judge(present, course.target, states, _standing(session, case))


def _to_undo(session: Session, course: Course, case: Dispute) -> CaseMigration | None:
    """The move that this one takes back: the last one, from the version aimed at, the state still the one it gave."""
    last = queries.last_migration(session, case.id or 0)
    if last is None or last.undoes_id is not None:
        return None
    there = (last.workflow, last.from_version, last.to_version, last.to_state)
    now = (course.target.name, course.target.version, case.workflow_version, case.state)
    return last if there == now else None


def _standing(session: Session, case: Dispute) -> Standing:
    assert case.id is not None
    papers = queries.papers_to_be_sealed(session, case.id)
    kinds = {task.kind for task in case_queries.open_tasks(session, case.id)}
    in_turn = {"target": case.target_id, "arbiter": case.arbiter_id}
    return Standing(
        state=case.state,
        accepted=case.accepted_at is not None,
        in_force=bool(agreements_in_force(session, case.id)),
        agreement_open=any(paper.form == "agreement" for paper in papers),
        papers_open=any(paper.form != "agreement" for paper in papers),
        suspended=case.suspended_at is not None,
        asked=case.target_id is not None,
        declined=any(row.kind == DECLINES for row in ownership.open_arguments(session, case.id)),
        arbitrated=case.arbiter_id is not None,
        nobody=frozenset(relation for relation, there in in_turn.items() if not there),
        tasks=frozenset(kinds - {"turn"}),
        approvals=frozenset(one.approval for one in queries.open_rounds(session, case.id)),
    )


def _move(hall: Hall, case: Dispute, course: Course, to_state: str) -> None:
    assert case.id is not None
    session, target = hall.session, course.target
    kept, place = queries.untouchable(session, case.id), worklists.place_of(case)
    undone = _to_undo(session, course, case)
    was = {"version": case.workflow_version, "sha256": case.workflow_sha256, "state": case.state}
    goes = {"version": target.version, "sha256": target.sha256, "state": to_state}
    changes = {"workflow_version": target.version, "workflow_sha256": target.sha256, "state": to_state}
    record = {"from": was, "to": goes, "run": course.run, "by": course.by, "plan": course.plan_sha256}
    transition.touch(hall, case, ACT, record, changes=changes)
    if to_state != was["state"]:
        worklists.refresh(hall, case, place)
    session.add(
        CaseMigration(
            case_id=case.id,
            run=course.run,
            workflow=target.name,
            from_version=int(str(was["version"])),
            from_sha256=str(was["sha256"]),
            from_state=str(was["state"]),
            to_version=target.version,
            to_sha256=target.sha256,
            to_state=to_state,
            moved_at=hall.now,
            undoes_id=undone.id if undone else None,
        )
    )
    session.flush()
    if queries.untouchable(session, case.id) != kept:
        raise StorageError(_("移版时期限、编号或文书有变动，已停止：{case}").format(case=case.public_id))


def _judged(case: Dispute, verdict: Verdict) -> Judged:
    number = case.number or case.temporary_number
    return Judged(
        number, case.state, case.workflow_version, verdict.outcome, verdict.to_state, verdict.reasons
    )


def _refs(case: Dispute) -> set[str]:
    return {case.public_id, case.temporary_number, *([case.number] if case.number else [])}

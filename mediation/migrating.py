"""`case migrate`: the running cases of an instance moved to another version of their definition, in batches."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mediation.app import Instance
from mediation.cases.clockwork import system_actor
from mediation.cases.hall import Hall
from mediation.cases.renewal.migration import Judged, chart, judge_all, move_all
from mediation.errors import InputInvalid, NotFound, Problem
from mediation.ids import new_public_id
from mediation.reading import Lines, Unreadable, checked, read_yaml
from mediation.workflow.migration import Plan

_BATCH = 100


@dataclass
class Migrated:
    """What became of each case, or would become of it in a dry run."""

    run: str
    workflow: str
    to: int
    dry_run: bool
    counts: dict[str, int] = field(default_factory=dict)
    cases: list[Judged] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        """Whether no case stays behind that the plan did not exclude."""
        return not self.counts["needs_mapping"] and not self.counts["refused"]


@dataclass(frozen=True)
class PlanFile:
    """A plan, and where each part of it was written; with `problems` it is what could be read of it, and moves nothing.

    `exclude_at`: where in the file's list each case stands. `unmapped`: states whose other side could not be read.
    """

    plan: Plan
    name: str = ""
    lines: Lines = field(default_factory=Lines)
    problems: Sequence[Problem] = ()
    exclude_at: Sequence[int] = ()
    unmapped: Sequence[str] = ()

    def placed(self, problem: Problem) -> Problem:
        """The problem with the file and line that it is about; one of no part of the plan stays as it is."""
        if not problem.key:
            return problem
        parts = re.findall(r"[^.\[\]]+", problem.key)
        path = tuple(int(part) if part.isdigit() else part for part in parts)
        key = problem.key
        if self.exclude_at and path[0] == "exclude" and isinstance(path[-1], int):
            path = ("exclude", self.exclude_at[path[-1]])
            key = f"exclude[{path[-1]}]"
        return replace(problem, file=self.name, line=self.lines.of(path) if self.name else None, key=key)


def read_plan(path: Path) -> PlanFile:
    """The plan of a file. What is wrong with its shape, or that it is no YAML, is told by migrate_cases, beside what is wrong with its meaning."""
    try:
        data, lines = read_yaml(path, for_checked=True)
    except Unreadable as error:
        return PlanFile(Plan(format=1), path.name, problems=error.problems)
    plan, problems = checked(Plan, data, lines, path.name)
    if plan is not None:
        return PlanFile(plan, path.name, lines, problems)
    return _what_fits(data, PlanFile(Plan(format=1), path.name, lines, problems))


def migrate_cases(
    instance: Instance,
    workflow: str,
    to: int,
    plan: Plan | PlanFile,
    *,
    dry_run: bool = False,
    by: str = "system:migration",
    batch: int = _BATCH,
) -> Migrated:
    """Move every running case of a definition to the version, as far as it can go there; back again the same way.

    Raises NotFound for a definition or version that is not in use, InputInvalid for a plan that does not fit, with both.
    """
    written = plan if isinstance(plan, PlanFile) else PlanFile(plan)
    with instance.database.reading() as session:
        try:
            course, case_ids = chart(
                session, instance.office, workflow, to, written.plan, new_public_id(), by, written.unmapped
            )
        except InputInvalid as error:
            meant = [written.placed(one) for one in error.problems]
            raise InputInvalid([*written.problems, *meant]) from None
        except NotFound as error:
            if not written.problems:
                raise
            raise InputInvalid([Problem(error.message), *written.problems]) from None
        if written.problems:
            raise InputInvalid(written.problems)
        judged = judge_all(session, instance.office, course, case_ids) if dry_run else []
    for first in range(0, 0 if dry_run else len(case_ids), batch):
        with instance.database.writing() as session:
            hall = Hall(session, instance.clock.now(), system_actor("migration"), instance.office)
            judged += move_all(hall, course, case_ids[first : first + batch])
    return Migrated(course.run, workflow, to, dry_run, _counts(judged), judged)


def _what_fits(data: Any, written: PlanFile) -> PlanFile:
    """The same with those parts of the plan that are written as they should be, so that they can be judged as well."""
    said = data if isinstance(data, dict) else {}
    states, exclude = said.get("states"), said.get("exclude")
    pairs = list(states.items()) if isinstance(states, dict) else []
    fitting = {old: new for old, new in pairs if _fits({"states": {old: new}})}
    unmapped = [old for old, _new in pairs if old not in fitting and _fits({"states": {old: "begun"}})]
    refs = list(enumerate(exclude)) if isinstance(exclude, list) else []
    kept = [(at, ref) for at, ref in refs if _fits({"exclude": [ref]})]
    plan = Plan.model_validate({"format": 1, "states": fitting, "exclude": [ref for _at, ref in kept]})
    return replace(written, plan=plan, exclude_at=[at for at, _ref in kept], unmapped=unmapped)


def _fits(part: Mapping[str, Any]) -> bool:
    return checked(Plan, {"format": 1, **part}, Lines(), "")[0] is not None


def _counts(judged: Sequence[Judged]) -> dict[str, int]:
    found = dict.fromkeys(("moves", "needs_mapping", "refused", "excluded"), 0)
    for one in judged:
        found[one.outcome] += 1
    return found

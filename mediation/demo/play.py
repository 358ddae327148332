"""Plays a site's disputes on an injected clock, then proves every paper and the trail, and writes what came of it."""

import json
import shutil
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from mediation.app import Instance
from mediation.cases import queries
from mediation.clock import SetClock, SystemClock, local_day
from mediation.demo.player import Player
from mediation.demo.said import Disputes
from mediation.demo.script import Step, read_script
from mediation.documents.models import Document
from mediation.errors import SiteError, StorageError, cause_of
from mediation.founding import found_instance, inspect
from mediation.jobs.presence import FilePresence
from mediation.language import _
from mediation.notices import queries as notices
from mediation.settings import Settings
from mediation.supervision import queries as supervision
from mediation.units import queries as units

MARKER = ".mediation-demo"
UNIT_PAPERS = "unit-papers"
Progress = Callable[[int, int, str], None]
Players = Callable[[Instance, SetClock], Player]


@dataclass
class Summary:
    """What a demo came to; counts only what is there. `titles`: what the site calls outcomes and steps of its ladder."""

    site: str
    cases: int = 0
    by_outcome: dict[str, int] = field(default_factory=dict)
    by_level_settled: dict[str, int] = field(default_factory=dict)
    by_phase_reached: dict[str, int] = field(default_factory=dict)
    documents: int = 0
    agreements_signed: int = 0
    agreements_in_ink: int = 0
    agreements_verified: int = 0
    unit_papers: int = 0
    steps_taken: dict[str, int] = field(default_factory=dict)
    items_by_state: dict[str, int] = field(default_factory=dict)
    notices_by_channel: dict[str, int] = field(default_factory=dict)
    audit_events: int = 0
    audit_ok: bool = False
    seconds: float = 0.0
    titles: dict[str, str] = field(default_factory=dict)

    @property
    def is_sound(self) -> bool:
        """Whether the trail is whole and every agreement signed on a tablet proved valid."""
        return self.audit_ok and self.agreements_verified == self.agreements_signed


def play_demo(
    site: Path, out: Path, settings: Settings, progress: Progress | None = None, players: Players = Player
) -> Summary:
    """Found an instance from the site, play its disputes, leave papers and summary in `out`.

    An earlier demo in `out` is replaced; a folder that holds anything else is refused. `players` makes the player.
    Raises SiteError when a file is wrong or when a dispute does not end as the file says.
    """
    began = time.monotonic()
    script, steps = _checked_script(site, SystemClock().now())
    try:
        _clear(out)
    except OSError as error:
        raise StorageError(_("{out} 写不进去：{cause}").format(out=out, cause=cause_of(error))) from error
    clock = SetClock(steps[0].at)
    found_instance(settings, site, clock)
    with Instance.open(settings, clock) as instance:
        player = players(instance, clock)
        for number, step in enumerate(steps):
            player.play(step)
            if progress:
                progress(number + 1, len(steps), step.about)
        player.check_ends(script)
        instance.make_head()
        summary = _summed(instance, site.resolve().name, out / "documents")
    summary.seconds = round(time.monotonic() - began, 1)
    (out / "summary.json").write_text(json.dumps(asdict(summary), ensure_ascii=False, indent=2) + "\n")
    return summary


def holds_demo(out: Path) -> bool:
    """Whether an earlier demo lies in the folder, which the next one replaces."""
    return (out / MARKER).is_file() and any(path.name != MARKER for path in out.iterdir())


def _checked_script(site: Path, now: datetime) -> tuple[Disputes, list[Step]]:
    """The file and the steps of a site of which every file is right. Raises SiteError with the problems of all of them."""
    problems = list(inspect(site, local_day(now)).problems)
    if not site.is_dir():
        raise SiteError(problems)
    try:
        script = read_script(site, now)
    except SiteError as error:
        raise SiteError([*problems, *error.problems]) from None
    if problems:
        raise SiteError(problems)
    return script


def _clear(out: Path) -> None:
    """An empty folder for the demo: new, or an earlier demo's."""
    if out.exists() and not out.is_dir():
        raise StorageError(_("{out} 不是文件夹。").format(out=out))
    if out.is_dir() and any(out.iterdir()):
        if not (out / MARKER).is_file():
            raise StorageError(_("{out} 里有别的东西，不会覆盖；请换一个文件夹。").format(out=out))
        _refuse_while_served(out)
        for entry in ("data", "documents", UNIT_PAPERS):
            shutil.rmtree(out / entry, ignore_errors=True)
        (out / "summary.json").unlink(missing_ok=True)
    out.mkdir(parents=True, exist_ok=True)
    (out / MARKER).write_text("")


def _refuse_while_served(out: Path) -> None:
    """A server whose files are taken away would go on with what nobody sees any more."""
    database = out / "data" / "mediation.db"
    if not database.is_file():
        return
    try:
        FilePresence(database).leave()
    except StorageError as error:
        message = _("{out} 里的演示正由 mediation serve 提供；请先停掉它，再重新演示。")
        raise StorageError(message.format(out=out)) from error


def _summed(instance: Instance, site: str, folder: Path) -> Summary:
    """Count, write every paper out, and verify each agreement as anyone would: from its file."""
    folder.mkdir(parents=True, exist_ok=True)
    with instance.database.reading() as session:
        cases = queries.all_cases(session)
        papers = [(case, paper) for case in cases for paper in queries.documents(session, case.id or 0)]
    summary = Summary(site=site, cases=len(cases), documents=len(papers))
    office = instance.office
    summary.titles = {one.code: one.title for one in office.codes.entries("outcomes")}
    summary.titles |= {step.key: step.title for step in office.supervision.ladder}
    summary.by_outcome = _counted(case.outcome for case in cases)
    summary.by_level_settled = _counted(case.settled_level for case in cases if case.settled_level)
    summary.by_phase_reached = _counted(case.phase for case in cases)
    for case, paper in papers:
        pdf = instance.store.get(paper.sha256)
        number = paper.number or case.number or case.temporary_number
        name = f"{number}-{_title(instance, paper)}{_suffix(paper)}.pdf"
        (folder / _safe(name)).write_bytes(pdf)
        if paper.form == "agreement" and paper.state == "complete":
            if paper.medium == "ink":
                summary.agreements_in_ink += 1
            else:
                summary.agreements_signed += 1
                summary.agreements_verified += instance.verify(pdf).is_valid
    _sum_up_office(instance, summary, folder.parent / UNIT_PAPERS)
    report = instance.verify_trail()
    summary.audit_events, summary.audit_ok = report.events, report.ok
    return summary


def _sum_up_office(instance: Instance, summary: Summary, folder: Path) -> None:
    """What the chain did beside the cases: papers of units, steps of the ladder, the register, notices that went out."""
    with instance.database.reading() as session:
        papers = supervision.printed_papers(session)
        summary.steps_taken = supervision.steps_by_key(session)
        summary.items_by_state = supervision.items_by_state(session)
        sent = notices.counts(session)
        names = {unit.id: unit.name for unit in units.units(session)}
    if papers:
        folder.mkdir(parents=True, exist_ok=True)
    for row in papers:
        title = instance.office.form(row.form).title
        day, known_by = local_day(row.owed_at), row.number or row.public_id[-4:]
        name = f"{day}-{names[row.unit_id]}-{title}-{known_by}.pdf"
        (folder / _safe(name)).write_bytes(instance.store.get(row.sha256 or ""))
    summary.unit_papers = len(papers)
    summary.notices_by_channel = {
        channel: count for (channel, state), count in sorted(sent.items()) if state == "sent"
    }


def _counted(values: Any) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))


def _title(instance: Instance, paper: Document) -> str:
    return _("签字扫描件") if paper.form == "scan" else instance.office.form(paper.form).title


def _suffix(paper: Document) -> str:
    void = _("（作废）") if paper.state == "void" else ""
    return (f"-{paper.subject}" if paper.subject else "") + void


def _safe(name: str) -> str:
    """A file name without separators; numbers of papers have brackets, which are allowed."""
    return "".join("_" if letter in '/\\:*?"<>|\0' else letter for letter in name)

"""Plays a site's disputes on an injected clock, then proves every paper and the trail, and writes what came of it."""

import json
import shutil
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from mediation.app import Instance
from mediation.cases import queries
from mediation.clock import SetClock, SystemClock, local_day
from mediation.demo import drawings
from mediation.demo.script import SAMPLE, DisputeSaid, Step, read_script
from mediation.documents.models import Document
from mediation.errors import MediationError, Problem, SiteError, StorageError, TransitionRefused, cause_of
from mediation.founding import found_instance, inspect
from mediation.language import _
from mediation.settings import Settings

MARKER = ".mediation-demo"
Progress = Callable[[int, int, str], None]


@dataclass
class Summary:
    """What a demo came to; counts only what is there."""

    site: str
    cases: int = 0
    by_outcome: dict[str, int] = field(default_factory=dict)
    by_level_settled: dict[str, int] = field(default_factory=dict)
    by_phase_reached: dict[str, int] = field(default_factory=dict)
    documents: int = 0
    agreements_signed: int = 0
    agreements_in_ink: int = 0
    agreements_verified: int = 0
    audit_events: int = 0
    audit_ok: bool = False
    seconds: float = 0.0

    @property
    def is_sound(self) -> bool:
        """Whether the trail is whole and every agreement signed on a tablet proved valid."""
        return self.audit_ok and self.agreements_verified == self.agreements_signed


def play_demo(site: Path, out: Path, settings: Settings, progress: Progress | None = None) -> Summary:
    """Found an instance from the site, play its disputes, leave papers and summary in `out`.

    An earlier demo in `out` is replaced; a folder that holds anything else is refused. Raises SiteError when a file is
    wrong or when a dispute does not end as the file says.
    """
    began = time.monotonic()
    disputes, steps = _checked_script(site, SystemClock().now())
    try:
        _clear(out)
    except OSError as error:
        raise StorageError(_("{out} 写不进去:{cause}").format(out=out, cause=cause_of(error))) from error
    clock = SetClock(steps[0].act.at)
    found_instance(settings, site, clock)
    with Instance.open(settings, clock) as instance:
        player = _Player(instance, clock)
        for number, step in enumerate(steps):
            player.play(step)
            if progress:
                progress(number + 1, len(steps), step.dispute.key)
        player.check_ends(disputes)
        instance.make_head()
        summary = _summed(instance, site.resolve().name, out / "documents")
    summary.seconds = round(time.monotonic() - began, 1)
    (out / "summary.json").write_text(json.dumps(asdict(summary), ensure_ascii=False, indent=2) + "\n")
    return summary


class _Player:
    """Does one step after another; between two days the clocks run."""

    def __init__(self, instance: Instance, clock: SetClock) -> None:
        self._instance = instance
        self._clock = clock
        self._cases: dict[str, str] = {}

    def play(self, step: Step) -> None:
        """Do the step, or find that it is refused for just the reasons that it should be."""
        act = step.act
        if local_day(act.at) > local_day(self._clock.now()):
            self._clock.put(act.at)
            self._instance.run_deadlines()
        self._clock.put(act.at)
        try:
            self._do(step)
        except TransitionRefused as refusal:
            guards = {reason.guard for reason in refusal.reasons}
            if not act.refused or guards != set(act.refused):
                raise _stopped(step, str(refusal)) from refusal
            return
        except MediationError as error:
            raise _stopped(step, str(error)) from error
        if act.refused:
            raise _stopped(step, _("这一步本应因 {guards} 被拒绝").format(guards="、".join(act.refused)))

    def check_ends(self, disputes: tuple[DisputeSaid, ...] | Any) -> None:
        """Every dispute must have ended as the file says."""
        problems = []
        with self._instance.database.reading() as session:
            for dispute in disputes:
                case = queries.case_for_system(session, queries.case_id_of(session, self._cases[dispute.key]))
                now = {"outcome": case.outcome, "state": case.state, "level": case.settled_level}
                wanted = dispute.expect.model_dump(exclude_none=True)
                problems += [
                    Problem(
                        _("应为 {wanted},实为 {found}").format(wanted=value, found=now[name]),
                        key=f"{dispute.key}.{name}",
                    )
                    for name, value in wanted.items()
                    if now[name] != value
                ]
        if problems:
            raise SiteError(problems, _("有纠纷没有按 disputes.yaml 所写的结束:"))

    def _do(self, step: Step) -> None:
        act, instance = step.act, self._instance
        if act.do == "register":
            self._cases[step.dispute.key] = instance.register(act.actor, act.words).act.case
            return
        ref = self._cases[step.dispute.key]
        if act.do == "issue":
            instance.issue(act.actor, ref, str(act.words.get("form")), str(act.words.get("subject") or ""))
            return
        words = self._with_drawings(ref, act.do, act.words)
        done = instance.do(act.actor, ref, act.do, words)
        if done.warnings:
            raise SiteError([Problem(text) for text in done.warnings])

    def _with_drawings(self, ref: str, do: str, words: Mapping[str, Any]) -> dict[str, Any]:
        """Where the file says `sample`, an invented drawing of the person whose slot it is."""
        filled = dict(words)
        if SAMPLE not in (filled.get("drawing"), filled.get("fingerprint"), filled.get("pages")):
            return filled
        with self._instance.database.reading() as session:
            case_id = queries.case_id_of(session, ref)
            form, _colon, subject = str(filled.get("paper") or "agreement").partition(":")
            paper = queries.document(session, case_id, form, subject)
            if paper is None:
                return filled
            signers = {slot["name"]: str(slot["person"]) for slot in paper.snapshot["slots"]}
            layout, seal = dict(paper.layout), str(paper.snapshot["committee"]["seal_text"])
            digest = paper.sha256
        name = signers.get(str(filled.get("slot")), "")
        if filled.get("drawing") == SAMPLE:
            filled["drawing"] = drawings.drawn_name(name)
        if filled.get("fingerprint") == SAMPLE:
            filled["fingerprint"] = drawings.fingerprint(name)
        if do in {"attach_scan", "scan_paper"}:
            by_hand = set(filled.get("slots") or layout)
            places = {slot: place for slot, place in layout.items() if slot in by_hand}
            filled["pages"] = drawings.scanned_pages(self._instance.store.get(digest), places, signers, seal)
        return filled


def _stopped(step: Step, message: str) -> SiteError:
    key = f"{step.dispute.key}.{step.act.do}"
    return SiteError([Problem(message, "disputes.yaml", step.line, key)], _("演示停在这一步:"))


def _checked_script(site: Path, now: datetime) -> tuple[Sequence[DisputeSaid], list[Step]]:
    """The disputes and acts of a site of which every file is right. Raises SiteError with the problems of all of them."""
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
            raise StorageError(_("{out} 里有别的东西,不会覆盖;请换一个文件夹。").format(out=out))
        for entry in ("data", "documents"):
            shutil.rmtree(out / entry, ignore_errors=True)
        (out / "summary.json").unlink(missing_ok=True)
    out.mkdir(parents=True, exist_ok=True)
    (out / MARKER).write_text("")


def _summed(instance: Instance, site: str, folder: Path) -> Summary:
    """Count, write every paper out, and verify each agreement as anyone would: from its file."""
    folder.mkdir(parents=True, exist_ok=True)
    with instance.database.reading() as session:
        cases = queries.all_cases(session)
        papers = [(case, paper) for case in cases for paper in queries.documents(session, case.id or 0)]
    summary = Summary(site=site, cases=len(cases), documents=len(papers))
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
    report = instance.verify_trail()
    summary.audit_events, summary.audit_ok = report.events, report.ok
    return summary


def _counted(values: Any) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))


def _title(instance: Instance, paper: Document) -> str:
    return _("签字扫描件") if paper.form == "scan" else instance.office.form(paper.form).title


def _suffix(paper: Document) -> str:
    void = _("(作废)") if paper.state == "void" else ""
    return (f"-{paper.subject}" if paper.subject else "") + void


def _safe(name: str) -> str:
    """A file name without separators; numbers of papers have brackets, which are allowed."""
    return "".join("_" if letter in '/\\:*?"<>|\0' else letter for letter in name)

"""Many people do whatever comes to mind with many cases; after each act the case is looked at, after each refusal too."""

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from time import monotonic
from typing import Any

from sqlalchemy import text

from mediation.app import Done, Instance
from mediation.cases import transition
from mediation.cases.verbs import VERBS
from mediation.clock import SetClock
from mediation.errors import MediationError
from mediation.workflow.definition import Definition
from tests.walk.sight import findings, print_of
from tests.walk.words import registered, words_for

ACTORS = (
    *("jiawin", "jiamed", "jiamed", "jiamed2", "jialead", "jiarec", "jiaarc", "grid", "hua"),
    *("suwin", "sumed", "sudis", "sulead", "yiwin", "yimed", "lin"),
)
LIKELY: dict[str, tuple[str, ...]] = {
    "registered": ("triage",),
    "triaged": ("keep", "keep", "keep", "dispatch", "escalate"),
    "dispatched": ("acknowledge", "acknowledge", "send_back", "take_back"),
    "received": ("record_consent", "tell_rights", "accept", "accept", "accept"),
    "accepted": ("assign", "assign", "call_conference", "record_conference", "turn_joint", "extend"),
    "conferring": ("record_conference", "record_conference", "put_in_charge"),
    "conferred": ("put_in_charge", "assess_risk", "assign", "assign"),
    "preparing": ("record_session", "record_session", "note_privately", "suspend", "give_part"),
    "mediating": (
        *(
            "record_session",
            "draft_agreement",
            "draft_agreement",
            "conclude_oral",
            "conclude_oral",
            "conclude_written",
        ),
        *(
            "ask_approval",
            "approve",
            "approve",
            "reject",
            "resubmit",
            "add_signer",
            "remove_signer",
            "extend",
            "suspend",
        ),
        *("answer", "take_back", "delegate", "transfer"),
    ),
    "suspended": ("resume", "resume", "suspend"),
    "signing": ("sign", "sign", "sign", "seal", "reopen_talks", "approve"),
    "supplementing": ("sign", "sign", "seal", "drop_supplement"),
    "performing": (
        *(
            "record_performance",
            "record_performance",
            "visit",
            "close",
            "record_breach",
            "remediate",
            "supplement",
        ),
        *("correct", "answer"),
    ),
    "ended": ("tell_notice", "seal_paper", "sign_paper", "close", "follow_up"),
    "closed": ("visit", "archive", "archive", "remediate", "supplement"),
}
AT_HOME = {
    "jia": ("jiawin", "jiamed", "jiamed", "jiamed", "jialead", "jiamed2"),
    "jia-1": ("grid", "grid", "hua"),
    "jia-2": ("grid2",),
    "yi": ("yiwin", "yimed", "yimed", "yimed2"),
    "su": ("suwin", "sumed", "sumed", "sudis", "sulead"),
    "su-pai": ("lin",),
    "qi": ("twin",),
}
EVERYWHERE = (
    "answer",
    "mark_read",
    "urge",
    "copy_to",
    "promise",
    "ask_opinion",
    "give_part",
    "transfer",
    "delegate",
)
PAPER_VERBS = frozenset({"sign", "sign_paper", "seal", "seal_paper", "attach_scan", "scan_paper"})
MOST_CASES = 12
LONGEST = 160


_WHERE = text(
    "SELECT d.state, d.open, h.code AS holder, t.code AS target FROM dispute d JOIN unit h ON h.id = d.holder_id"
    " LEFT JOIN unit t ON t.id = d.target_id WHERE d.public_id = :ref"
)


@dataclass
class Walk:
    """What a walk has come to."""

    steps: int = 0
    cases: int = 0
    archived: int = 0
    clocks: int = 0
    seconds: float = 0.0
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    found: list[str] = field(default_factory=list)

    @property
    def never_done(self) -> list[str]:
        """The verbs that nobody managed to do."""
        return sorted(set(VERBS) - set(self.done))


@dataclass
class _Case:
    ref: str
    papered: bool
    steps: int = 0


class Walker:
    """One walk over one instance, all of it by one seed. `papered`: the share of cases whose papers are printed and signed."""

    def __init__(self, instance: Instance, clock: SetClock, seed: int, papered: float = 0.03) -> None:
        self.instance, self.clock, self.chance, self.papered = instance, clock, Random(seed), papered  # noqa: S311 — a walk
        self.definitions: dict[tuple[str, int], Definition] = {
            key: engine.definition for key, engine in instance.office.engines.items()
        }
        self.cases: list[_Case] = []
        self.states: dict[str, str] = {}
        self.units: dict[str, tuple[str, ...]] = {}
        self.prints: dict[str, tuple[Any, ...]] = {}
        self.lately: deque[str] = deque(maxlen=12)
        self.walk = Walk()

    def go(self, steps: int) -> Walk:
        """So many steps; ends at the first finding."""
        begun = monotonic()
        while self.walk.steps < steps and not self.walk.found:
            self._step()
            if self.walk.steps % 20_000 == 0:
                self._look_at_all()
        if not self.walk.found:
            self._look_at_all()
        self.walk.seconds = monotonic() - begun
        return self.walk

    def _step(self) -> None:
        self.walk.steps += 1
        chance = self.chance
        self.clock.advance(timedelta(minutes=chance.randint(1, 40)))
        if not self.cases or (len(self.cases) < MOST_CASES and chance.random() < 0.2):
            self._register()
        elif chance.random() < 0.004:
            self._wait()
        else:
            self._act(chance.choice(self.cases))

    def _register(self) -> None:
        who = self.chance.choice(("jiawin", "jiawin", "jiawin", "jiamed", "suwin", "grid", "yiwin"))
        said = registered(self.chance)
        self._note("", who, "register", said)
        try:
            ref = self.instance.register(who, said).act.case
        except MediationError:
            self.walk.refused["register"] += 1
            return
        self.walk.done["register"] += 1
        self.walk.cases += 1
        case = _Case(ref, self.chance.random() < self.papered)
        self.cases.append(case)
        self._look_at(case)

    def _act(self, case: _Case) -> None:
        trigger = self._trigger(self.states[case.ref])
        near = AT_HOME.get(self.chance.choice(self.units[case.ref]), ACTORS)
        who = self.chance.choice(near if self.chance.random() < 0.8 else ACTORS)
        said = words_for(trigger, self.chance, self.clock.now())
        if trigger in PAPER_VERBS and not case.papered and self.chance.random() < 0.9:
            trigger, said = "visit", words_for("visit", self.chance, self.clock.now())
        self._note(case.ref, who, trigger, said)
        case.steps += 1
        try:
            self.instance.act(who, case.ref, trigger, said)
        except MediationError as error:
            self.walk.refused[trigger] += 1
            if self._print(case.ref) != self.prints[case.ref]:
                self._find(case.ref, f"a refused act left something behind: {error}")
            return
        except Exception as error:  # noqa: BLE001 — whatever is no refusal is a finding
            self._find(case.ref, f"{type(error).__name__}: {error}")
            return
        self.walk.done[trigger] += 1
        if case.papered:
            self._make_papers(case)
        self._look_at(case)

    def _trigger(self, state: str) -> str:
        draw = self.chance.random()
        if draw < 0.8 and state in LIKELY:
            return self.chance.choice(LIKELY[state])
        return self.chance.choice(EVERYWHERE if draw < 0.9 else tuple(VERBS))

    def _make_papers(self, case: _Case) -> None:
        act = transition.Done(case.ref, None, "", None, "", 0, 0, "")
        self.instance.make_owed_papers(Done(act))

    def _wait(self) -> None:
        self.clock.advance(timedelta(days=self.chance.choice((1, 3, 10, 40))))
        self._note("", "system", "wait", {})
        with self.instance.database.reading() as session:
            rows = session.connection().execute(
                text("SELECT id, case_id FROM deadline WHERE state = 'running' AND due_at <= :now LIMIT 400"),
                {"now": self.clock.now().replace(tzinfo=None) if self._is_sqlite else self.clock.now()},
            )
            due = [(row.id, row.case_id) for row in rows]
        for deadline_id, case_id in due:
            missed = self.instance._run_out(deadline_id, case_id)
            self.walk.clocks += missed is not None
        for case in list(self.cases):
            self._look_at(case)

    @property
    def _is_sqlite(self) -> bool:
        return self.instance.settings.database_url.startswith("sqlite")

    def _look_at(self, case: _Case) -> None:
        with self.instance.database.reading() as session:
            connection = session.connection()
            for finding in findings(connection, case.ref, self.definitions):
                self._find(case.ref, finding)
            row = connection.execute(_WHERE, {"ref": case.ref}).one()
            self.prints[case.ref] = print_of(connection, case.ref)
        self.states[case.ref] = row.state
        self.units[case.ref] = (row.target or row.holder, row.holder)
        if not row.open or case.steps > LONGEST:
            self.walk.archived += not row.open
            self.cases.remove(case)
            del self.states[case.ref], self.units[case.ref], self.prints[case.ref]

    def _look_at_all(self) -> None:
        """What is dear to check: every chain, and the counts kept beside the rows."""
        report = self.instance.verify_trail()
        if report.problems:
            self._find("", f"the trail does not verify: {report.problems[:3]}")
        with self.instance.database.reading() as session:
            rows = (
                session.connection()
                .execute(
                    text(
                        "SELECT c.unit_id, c.workflow, c.state, c.cases, (SELECT count(*) FROM dispute d"
                        " WHERE d.open AND d.holder_id = c.unit_id AND d.workflow = c.workflow AND d.state = c.state)"
                        " AS held FROM state_count c"
                    )
                )
                .all()
            )
        wrong = [tuple(row) for row in rows if row.cases < row.held]
        if wrong:
            self._find("", f"counts per unit and state are too low: {wrong[:3]}")

    def _print(self, ref: str) -> tuple[Any, ...]:
        with self.instance.database.reading() as session:
            return print_of(session.connection(), ref)

    def _note(self, ref: str, who: str, trigger: str, said: dict[str, Any]) -> None:
        short = {key: value for key, value in said.items() if key != "drawing"}
        self.lately.append(f"{self.walk.steps} {ref} {who} {trigger} {short}")

    def _find(self, ref: str, finding: str) -> None:
        self.walk.found.append(f"step {self.walk.steps}, case {ref}: {finding}")
        self.walk.found += [f"    {line}" for line in self.lately]

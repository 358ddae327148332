"""Many people do whatever comes to mind with many cases; after each act the case is looked at, after each refusal too."""

from collections import Counter, deque
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from time import monotonic
from typing import Any

from sqlalchemy import text

from mediation.app import Done, Instance
from mediation.cases import transition
from mediation.cases.verbs import VERBS
from mediation.clock import SetClock, local_day
from mediation.errors import MediationError
from mediation.workflow.definition import Definition
from tests.cases.desk import approval, with_approvals
from tests.town import Town
from tests.walk.guide import Guide, Standing, fitted, standing_of
from tests.walk.sight import findings, print_of, untold, wrong_counts
from tests.walk.words import BEGUN, PLAIN, registered, words_for

Wish = tuple[tuple[str, ...], ...]
ACTORS = (
    *("jiawin", "jiamed", "jiamed", "jiamed2", "jialead", "jiarec", "jiaarc", "grid", "hua"),
    *("suwin", "sumed", "sudis", "sulead", "yiwin", "yimed", "lin"),
)
LIKELY: dict[str, tuple[str, ...]] = {
    "registered": ("triage", "take", "take"),
    "triaged": ("keep", "keep", "keep", "dispatch", "escalate"),
    "dispatched": ("acknowledge", "acknowledge", "send_back", "take_back"),
    "received": ("record_consent", "tell_rights", "accept", "accept", "accept"),
    "accepted": ("assign", "assign", "call_conference", "record_conference", "turn_joint", "extend"),
    "conferring": ("record_conference", "record_conference", "put_in_charge"),
    "conferred": ("put_in_charge", "put_in_charge", "assess_risk", "assign", "assign"),
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
        *("answer", "take_back", "delegate", "transfer", "terminate"),
        *("ask_approval", "ask_approval", "approve", "approve", "approve", "reject"),
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
PAPER_WAYS: dict[str, tuple[str, ...]] = {
    "signing": ("sign",) * 8
    + ("seal",) * 4
    + ("attach_scan",) * 3
    + ("void_paper", "sign_paper", "reopen_talks"),
    "supplementing": ("sign",) * 8 + ("seal",) * 4 + ("attach_scan", "drop_supplement"),
    "performing": (
        *("sign_paper", "sign_paper", "seal_paper", "scan_paper", "record_performance", "record_performance"),
        *(
            "tell_notice",
            "close",
            "correct",
            "void_paper",
            "visit",
            "record_breach",
            "remediate",
            "supplement",
        ),
    ),
    "ended": (
        *("sign_paper", "seal_paper", "scan_paper", "tell_notice", "close", "close", "correct", "void_paper"),
    ),
    "closed": (
        *("visit", "visit", "archive", "sign_paper", "seal_paper", "correct", "follow_up", "record_breach"),
        *("void_paper", "record_performance", "remediate"),
    ),
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
AGREEING = ("record_session", "draft_agreement", "conclude_oral", "conclude_written", "sign", "seal")
TELLING = ("sign_paper", "seal_paper", "tell_notice")
WISHES: tuple[Wish, ...] = (
    *([(("dispatch", "decline", "rule"),)] * 3),
    (("record_session", "draft_agreement", "conclude_oral", "apply_confirmation", "record_confirmation"),),
    (("ask_approval", "add_signer", "remove_signer"),),
    (("arrange", "cancel_appointment"), ("assign", "replace_mediator"), ("withdraw",)),
    (("split",),),
    (("decline_acceptance",),),
    *([()] * 3),
)
"""What a case is led to, in stages: chance alone hardly ever comes to the last verb of each, with which it is over. Some are not led."""
PAPER_WISHES: tuple[Wish, ...] = (
    *([((*AGREEING, "record_breach", "remediate"), (*TELLING, "terminate", "follow_up"))] * 2),
    ((*AGREEING, *TELLING, "record_performance", "visit", "close", "archive"),),
    ((*AGREEING, "attach_scan"), (*AGREEING, "correct"), ("supplement",), ("sign", "seal", "void_paper")),
)
"""The same of cases whose papers are printed and signed."""
PAPER_VERBS = frozenset({"sign", "sign_paper", "seal", "seal_paper", "attach_scan", "scan_paper"})
KINSHIP = frozenset({"link", "merge_into", "split"})
MOST_CASES = 12
LONGEST = 160
MEANT_WELL = 0.85
LED = 0.75
PATIENCE = 40


_NEWEST = text("SELECT public_id FROM dispute ORDER BY id DESC LIMIT 1")


def with_all_rules(town: Town) -> Town:
    """The town with an approval by vote and one in order too: the shipped definitions have those of all and of any."""
    signers = {"posts": ("unit_leader", "mediator", "registrar"), "relation": ("any",)}
    with_approvals(
        town,
        elders=approval("vote", title="评议", signers=signers),
        chain=approval("in_order", title="逐级会签", signers=signers),
    )
    return town


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

    def add(self, other: "Walk", leg: int) -> None:
        """Count another walk in; its findings are told with the number of the leg."""
        self.steps, self.cases = self.steps + other.steps, self.cases + other.cases
        self.archived, self.clocks = self.archived + other.archived, self.clocks + other.clocks
        self.done += other.done
        self.refused += other.refused
        self.seconds += other.seconds
        self.found += [f"leg {leg}, {line}" if line.startswith("step") else line for line in other.found]

    @property
    def never_done(self) -> list[str]:
        """The verbs that nobody managed to do."""
        return sorted(set(VERBS) - set(self.done))


@dataclass
class _Case:
    ref: str
    papered: bool
    wish: Wish = ()
    steps: int = 0
    failed: int = 0
    """How often what the stage leads to was refused."""

    @property
    def stage(self) -> tuple[str, ...]:
        """The verbs that it is led to now."""
        return self.wish[0] if self.wish else ()

    def tried(self, trigger: str, done: bool) -> None:
        """Go on to the next stage, or give the whole wish up."""
        if trigger not in self.stage:
            return
        self.failed += not done
        if done and trigger == self.stage[-1]:
            self.wish, self.failed = self.wish[1:], 0
        elif self.failed > PATIENCE:
            self.wish = ()


class Walker:
    """One walk over one instance, all of it by one seed. `papered`: the share of cases whose papers are printed and signed."""

    def __init__(self, instance: Instance, clock: SetClock, seed: int | str, papered: float = 0.25) -> None:
        self.instance, self.clock, self.chance, self.papered = instance, clock, Random(seed), papered  # noqa: S311 — a walk
        self.definitions: dict[tuple[str, int], Definition] = {
            key: engine.definition for key, engine in instance.office.engines.items()
        }
        self.cases: list[_Case] = []
        self.standings: dict[str, Standing] = {}
        with instance.database.reading() as session:
            self.guide = Guide(session.connection(), self.definitions)
        self.prints: dict[str, tuple[Any, ...]] = {}
        self.lately: deque[str] = deque(maxlen=12)
        self.walk = Walk()

    def go(self, steps: int) -> Walk:
        """So many steps; ends at the first finding."""
        begun = monotonic()
        while self.walk.steps < steps and not self.walk.found:
            self._step()
        if not self.walk.found:
            self._look_at_all()
        self.walk.seconds = monotonic() - begun
        return self.walk

    def _step(self) -> None:
        self.walk.steps += 1
        chance = self.chance
        self.clock.advance(timedelta(minutes=chance.randint(1, 5)))
        if not self.cases or (len(self.cases) < MOST_CASES and chance.random() < 0.2):
            self._register()
        elif chance.random() < 0.003:
            self._wait()
        else:
            self._act(chance.choice(self.cases))

    def _register(self) -> None:
        papered = self.chance.random() < self.papered
        wish = self.chance.choice(PAPER_WISHES if papered else WISHES)
        begun = BEGUN.get(wish[-1][-1], {}) if wish else {}
        said = registered(self.chance, self.walk.cases + 1) | begun
        others = () if begun else ("jiamed", "suwin", "grid", "yiwin")
        who = self.chance.choice(("jiawin", "jiawin", "jiawin", *others))
        self._note("", who, "register", said)
        try:
            ref = self.instance.register(who, said).act.case
        except MediationError:
            self.walk.refused["register"] += 1
            return
        self.walk.done["register"] += 1
        self.walk.cases += 1
        case = _Case(ref, papered, wish)
        self.cases.append(case)
        self._look_at(case)

    def _act(self, case: _Case) -> None:
        standing, chance = self.standings[case.ref], self.chance
        trigger = self._trigger(case)
        if trigger in PAPER_VERBS and not case.papered and chance.random() < 0.9:
            trigger = chance.choice(EVERYWHERE)
        said, who = words_for(trigger, chance, self.clock.now()), chance.choice(ACTORS)
        if chance.random() < MEANT_WELL:
            said |= PLAIN.get(trigger, {}) if trigger in case.stage else {}
            task = self.guide.task(standing, trigger, chance)
            who = chance.choice(self.guide.actors(standing, trigger, task) or [who])
            others = [other.ref for other in self.cases if other is not case]
            said = fitted(said, trigger, standing, task, others, chance)
        self._note(case.ref, who, trigger, said)
        case.steps += 1
        try:
            self.instance.act(who, case.ref, trigger, said)
        except MediationError as error:
            self.walk.refused[trigger] += 1
            case.tried(trigger, done=False)
            if self._print(case.ref) != self.prints[case.ref]:
                self._find(case.ref, f"a refused act left something behind: {error}")
            return
        except Exception as error:  # noqa: BLE001 — whatever is no refusal is a finding
            self._find(case.ref, f"{type(error).__name__}: {error}")
            return
        self.walk.done[trigger] += 1
        case.tried(trigger, done=True)
        if case.papered:
            self._make_papers(case, who)
        self._look_at(case)
        if trigger in KINSHIP:
            self._look_at_kin(case, trigger)

    def _look_at_kin(self, case: _Case, trigger: str) -> None:
        """What an act on one case has done to others: all are looked at, a case split off is walked with from now on."""
        for other in list(self.cases):
            if other is not case:
                self._look_at(other)
        if trigger == "split":
            with self.instance.database.reading() as session:
                new = _Case(session.connection().execute(_NEWEST).scalar_one(), papered=False)
            self.walk.cases += 1
            self.cases.append(new)
            self._look_at(new)

    def _trigger(self, case: _Case) -> str:
        """Often what it is led to, mostly what leads on, then anything that the definition knows here, then anything at all."""
        standing = self.standings[case.ref]
        draw, legal = self.chance.random(), self.guide.triggers(standing)
        wished = [trigger for trigger in case.stage if trigger in legal]
        if wished and self.chance.random() < LED:
            return self.chance.choice(wished)
        if case.papered and draw < 0.7 and standing.state in PAPER_WAYS:
            return self.chance.choice(PAPER_WAYS[standing.state])
        likely = [trigger for trigger in LIKELY.get(standing.state, ()) if trigger in legal]
        if draw < 0.7 and likely:
            return self.chance.choice(likely)
        if draw < 0.78:
            return self.chance.choice(EVERYWHERE)
        return self.chance.choice(legal if draw < 0.92 else tuple(VERBS))

    def _make_papers(self, case: _Case, who: str) -> None:
        """Those that the act owes, and now and then one that only people ask for."""
        act = transition.Done(case.ref, None, "", None, "", 0, 0, "", ("", 0))
        self.instance.make_owed_papers(Done(act))
        if self.chance.random() < 0.15:
            form, subject = self.chance.choice(
                (
                    ("acceptance_register", ""),
                    ("mediation_record", "session-1"),
                    ("rights_notice", "party-1"),
                    ("rights_notice", "party-2"),
                    ("return_visit", "visit-1"),
                )
            )
            with suppress(MediationError):
                self.instance.issue(who, case.ref, form, subject)

    def _wait(self) -> None:
        self.clock.advance(timedelta(days=self.chance.choice((1, 1, 1, 1, 3, 3, 10, 40))))
        self._note("", "system", "wait", {})
        left: list[str] = []
        self.walk.clocks += len(self.instance.clocks.sweep(left))
        for said in left:
            self._find("", said)
        for case in list(self.cases):
            self._look_at(case)

    def _look_at(self, case: _Case) -> None:
        with self.instance.database.reading() as session:
            connection = session.connection()
            for finding in findings(connection, case.ref, self.definitions, local_day(self.clock.now())):
                self._find(case.ref, finding)
            standing = standing_of(connection, case.ref, case.papered)
            self.prints[case.ref] = print_of(connection, case.ref)
        self.standings[case.ref] = standing
        if not standing.open or case.steps > LONGEST:
            self._replay(case)
            self.walk.archived += not standing.open
            self.cases.remove(case)
            del self.standings[case.ref], self.prints[case.ref]

    def _look_at_all(self) -> None:
        """What is dear to check: every chain, and the counts kept beside the rows."""
        report = self.instance.verify_trail()
        if report.problems:
            self._find("", f"the trail does not verify: {report.problems[:3]}")
        with self.instance.database.reading() as session:
            for finding in wrong_counts(session.connection()):
                self._find("", finding)
        for case in self.cases:
            self._look_for(case)
            self._replay(case)

    def _replay(self, case: _Case) -> None:
        with self.instance.database.reading() as session:
            for finding in untold(session.connection(), case.ref):
                self._find(case.ref, finding)

    def _look_for(self, case: _Case) -> None:
        """Whoever holds the case sees it: on its page, among those that wait, and by the words of its title."""
        posts = self.guide.posts_at(self.standings[case.ref].holder)
        for post in posts[:1]:
            who = f"{post.person}:{post.post}"
            title = self.instance.case(who, case.ref).row.title
            if case.ref not in {row.id for row in self.instance.cases(who, waiting=True, most=200)}:
                self._find(case.ref, f"is not among the cases that wait on {who}")
            if case.ref not in {row.id for row in self.instance.cases(who, words=title, most=200)}:
                self._find(case.ref, f"is not found by {who} by its title")

    def _print(self, ref: str) -> tuple[Any, ...]:
        with self.instance.database.reading() as session:
            return print_of(session.connection(), ref)

    def _note(self, ref: str, who: str, trigger: str, said: dict[str, Any]) -> None:
        short = {key: value for key, value in said.items() if key not in {"drawing", "pages"}}
        self.lately.append(f"{self.walk.steps} {ref} {who} {trigger} {short}")

    def _find(self, ref: str, finding: str) -> None:
        self.walk.found.append(f"step {self.walk.steps}, case {ref}: {finding}")
        self.walk.found += [f"    {line}" for line in self.lately]

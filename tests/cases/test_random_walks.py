"""Several actors do whatever comes to mind, in any order: what must always hold is checked after every act."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from mediation.cases import queries
from mediation.cases.verbs import VERBS
from mediation.errors import MediationError
from tests.town import Founded, Town, party, pay, silent

ACTORS = (
    "jiawin",
    "jiamed",
    "jiamed2",
    "jialead",
    "yiwin",
    "yimed",
    "suwin",
    "sumed",
    "sudis",
    "grid",
    "jiaarc",
)
PAPERLESS = sorted(set(VERBS) - {"sign", "attach_scan", "seal"})
LIKELY = (
    *("triage", "keep", "accept", "assign", "record_session", "draft_agreement", "conclude_oral", "close")
    * 2,
    *("dispatch", "acknowledge", "send_back", "escalate", "take", "turn_ordinary", "conclude_written"),
    *("record_performance", "visit", "archive", "tell_notice"),
    *PAPERLESS,
)


def words_for(town: Town, trigger: str, at: int) -> dict[str, Any]:
    """Words that an act may be done with; some wrong."""
    reason = {"reason": ("no_agreement", "not_civil", "其他理由")[at % 3]}
    routes = {"routes": [["court"], []][at % 2]}
    mediators = [{"person": ("jiamed", "yimed", "sumed", "jiaold")[at % 4]}]
    said: dict[str, dict[str, Any]] = {
        "triage": {"tier": ("simple", "ordinary", "complex")[at % 3]},
        "dispatch": {"to": ("yi", "su-pai", "jia-1", "su")[at % 4]},
        "send_back": reason,
        "escalate": reason,
        "turn_ordinary": reason,
        "withdraw": {**reason, **routes, "asked_by": [at % 3 + 1]},
        "report_police": {"reported_at": town.clock.now(), "to": "x", "account": "x"},
        "reopen_talks": reason,
        "decline_acceptance": {**reason, **routes},
        "terminate": {**reason, **routes},
        "refuse": {"party": at % 3 + 1, **routes},
        "assign": {"mediators": mediators},
        "replace_mediator": {"mediators": mediators, **reason},
        "record_session": town.session(("agreed", "to_continue", "agreed", "failed")[at % 4]),
        "note_privately": {"party": 1, "body": "底线"},
        "draft_agreement": {"facts": "x", "matters": "y", "clauses": [pay(at_once=at % 4 != 0)]},
        "conclude_written": {"medium": ("tablet", "ink", "mixed")[at % 3]},
        "extend": {"asked_by": [[1, 2], [1]][at % 2], "days": 5, "reason": "x"},
        "record_consent": {"parties": [1, 2]},
        "tell_rights": {"parties": [1, 2]},
        "tell_notice": {"parties": [1, 2]},
        "record_performance": {"clause": 1, "performed_on": town.clock.now().date()},
        "record_breach": {"clause": 1, "noticed_on": town.clock.now().date(), "account": "x", **routes},
        "visit": {"party": 1, "method": "phone", "performance": "done", "situation": "x"},
        "amend": {"risk": ("low", "high")[at % 2]},
    }
    return said.get(trigger, {})


class Offices(RuleBasedStateMachine):
    """Three cases at most, eleven actors, every verb that makes no paper."""

    founded: Founded
    folder: Path
    copies = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).copies += 1
        self.context = self.founded.copied(self.folder / str(self.copies))
        self.town = self.context.__enter__()
        self.refs: list[str] = []

    def teardown(self) -> None:
        assert self.town.instance.verify_trail().problems == []
        self.context.__exit__(None, None, None)

    @initialize(simple=st.booleans(), quiet=st.booleans())
    def begin(self, simple: bool, quiet: bool) -> None:
        self.register(simple, quiet)

    @rule(simple=st.booleans(), quiet=st.booleans())
    def register(self, simple: bool, quiet: bool) -> None:
        if len(self.refs) < 3:
            who, flow = ("grid", "simple") if simple else ("jiawin", "ordinary")
            make = silent if quiet else party
            self.refs.append(
                self.town.register(who, workflow=flow, parties=[make("applicant", 1), make("respondent", 2)])
            )

    @rule(
        which=st.integers(0, 2),
        who=st.sampled_from(ACTORS),
        trigger=st.sampled_from(LIKELY),
        at=st.integers(0, 11),
    )
    def act(self, which: int, who: str, trigger: str, at: int) -> None:
        ref = self.refs[which % len(self.refs)]
        before = self.town.dump()
        try:
            self.town.act(who, ref, trigger, **words_for(self.town, trigger, at))
        except MediationError:
            assert self.town.dump() == before

    @rule(which=st.integers(0, 2), at=st.integers(0, 11))
    def go_on(self, which: int, at: int) -> None:
        """The first act that is possible for somebody, so that walks get far."""
        ref = self.refs[which % len(self.refs)]
        forward = (
            "triage",
            "keep",
            "accept",
            "assign",
            "take",
            "acknowledge",
            "record_session",
            "close",
            "archive",
        )
        for who in ("jiawin", "jiamed", "grid", "suwin", "sumed", "yiwin"):
            for trigger in forward:
                try:
                    self.town.act(who, ref, trigger, **words_for(self.town, trigger, at))
                except MediationError:
                    continue
                return

    @rule(hours=st.integers(1, 24 * 20))
    def wait(self, hours: int) -> None:
        self.town.clock.advance(timedelta(hours=hours))
        left: list[str] = []
        self.town.instance.clocks.sweep(left, 50)
        assert left == []

    @invariant()
    def what_must_hold(self) -> None:
        town = self.town
        held: Counter[tuple[str, str, str]] = Counter()
        for ref in self.refs:
            case = town.case(ref)
            tree = self.lineage(case.holder_id)
            if case.open:
                held.update((unit, case.workflow, case.state) for unit in tree)
            asked = self.lineage(case.target_id) if case.target_id is not None else []
            assert town.worklists(ref) == ({*tree, *asked} if case.open else set())
            assert len(town.tasks(ref)) == int(case.open)
            events = town.events(ref)
            moved = [event for event in events if event.to_state is not None]
            assert (moved[-1].to_state, moved[-1].version) == (case.state, case.version)
            assert all(one.from_state == other.to_state for other, one in pairwise(moved))
            running = [row for row in town.of(ref, queries.deadlines) if row.state == "running"]
            assert len({row.name for row in running}) == len(running)
            assert (case.number is None) == (case.accepted_at is None)
        assert town.counts() == held
        numbers = town.rows("SELECT kind, ordinal FROM number_issued ORDER BY kind, committee_id, ordinal")
        assert len(set(town.rows("SELECT committee_id, kind, ordinal FROM number_issued"))) == len(numbers)

    def lineage(self, unit: int) -> list[str]:
        with self.town.reading() as session:
            return [node.code for node in self.town.hall(session).tree.lineage(unit)]


@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
def test_offices_keep_what_must_hold_whatever_anybody_does(request, store, tmp_path):
    machine = type("Offices", (Offices,), {})
    machine.founded = request.getfixturevalue(f"{store}_founded")
    machine.folder = tmp_path
    walks = settings(
        max_examples=8,
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
    )
    run_state_machine_as_test(machine, settings=walks)

"""What is suggested for a case as it stands, by the site's rules or a ruling, and what a person decided beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.routing import queries, ruled
from mediation.cases.routing.models import RoutingDecision
from mediation.deadlines import queries as deadline_queries
from mediation.deadlines import timers
from mediation.deadlines.calendar import parse_span
from mediation.language import _
from mediation.units.responsibilities import Matter
from mediation.units.routing import CaseFacts, RoutingRules, Rule, Suggestion, follows, route

HANDLING = "handling"
"""The clock of the limit that a rule of routing gives a case."""


@dataclass(frozen=True)
class Decided:
    """What an act has to say about routing: codes for the guards and the trail, words for the actor, and its row."""

    act: Mapping[str, object]
    record: Mapping[str, Any]
    told: tuple[str, ...]
    row: RoutingDecision | None

    def write(self, hall: Hall) -> None:
        """Enter the decision, if the site has rules."""
        if self.row is not None:
            hall.session.add(self.row)


_NO_RULES = RoutingRules("first", ())


def suggestion(hall: Hall, case: Dispute, changes: Mapping[str, Any] | None = None) -> Suggestion | None:
    """Where the case should go: where a ruling binds such disputes, to the unit that it names; else where the rules say.

    `changes`: columns that an act is about to change. None if the site has no rules and no ruling binds.
    """
    facts = case_facts(hall, case, changes or {})
    found = by_rules(hall, case, changes) or _route(hall, facts, _NO_RULES)
    suggested = ruled.bound(hall, case, found, Matter(facts.category, facts.governance))
    return suggested if hall.office.routing is not None or suggested.ruling else None


def by_rules(hall: Hall, case: Dispute, changes: Mapping[str, Any] | None = None) -> Suggestion | None:
    """What the rules alone say; None if the site has none."""
    routing = hall.office.routing
    return _route(hall, case_facts(hall, case, changes or {}), routing.rules) if routing is not None else None


def case_facts(hall: Hall, case: Dispute, changes: Mapping[str, Any]) -> CaseFacts:
    """A case as rules look at it."""
    assert case.id is not None
    routing = hall.office.routing
    asks = routing is not None and any(_asks_repeat(rule) for rule in routing.rules.rules)
    return CaseFacts(
        category=changes.get("category", case.category),
        governance=changes.get("governance_category", case.governance_category),
        place=case.place_id,
        headcount=case.headcount,
        amount_fen=case.amount_fen,
        risk=changes.get("risk", case.risk),
        source=case.source,
        repeat=asks and queries.repeats(hall.session, case.id) > 0,
        holder=case.holder_id,
    )


def decide(
    hall: Hall,
    case: Dispute,
    act: str,
    chosen: int | None = None,
    because: str | None = None,
    changes: Mapping[str, Any] | None = None,
    *,
    ruling: str = "",
) -> Decided:
    """Set what the act does beside what is suggested. `chosen`: the unit that shall handle the case by the act.

    `ruling`: number of the one by which it has to: that is the reason then, and nobody is asked for another. Who keeps what
    a ruling gives to another unit says why, though the rules agree; the row tells of the rules alone.
    """
    suggested = suggestion(hall, case, changes)
    told = (said(suggested),) if suggested is not None and chosen is None else ()
    passed_over = (
        suggested.ruling if suggested is not None and _is_kept_from_ruled(hall, case, act, suggested) else ""
    )
    found = by_rules(hall, case, changes)
    routing = hall.office.routing
    if found is None or routing is None:
        facts = {"off_route": True, "overruled_because": bool(because)} if passed_over else {}
        past = {"routing": {"overruled": False, "passed_over": passed_over}} if passed_over else {}
        return Decided(facts, past, told, None)
    assert case.id is not None
    overruled = (
        chosen is not None
        and not follows(found, chosen, hall.tree, hall.office.chain)
        and not (act == "dispatch" and _is_on_the_way(hall, found, chosen))
    )
    if overruled and ruling and not because:
        because = _("按裁定 {number}").format(number=ruling)
    row = RoutingDecision(
        case_id=case.id,
        act=act,
        rule=found.rule,
        version=found.version,
        sha256=routing.rules.sha256,
        unit_id=hall.tree.by_code(found.unit).id if found.unit else None,
        definition=found.definition,
        tier=found.tier,
        limit_span=found.limit.span if found.limit else None,
        limit_article=found.limit.article if found.limit else None,
        chosen_id=chosen,
        overruled=overruled,
        because=because if overruled else None,
        decided_by_id=hall.actor.person_id,
        decided_at=hall.now,
    )
    record = {
        "rule": found.rule or "",
        "version": found.version,
        "unit": found.unit or "",
        "overruled": overruled,
        **({"ruling": ruling} if overruled and ruling else {}),
        **({"passed_over": passed_over} if passed_over else {}),
    }
    off_route = overruled or bool(passed_over)
    return Decided(
        {"off_route": off_route, "overruled_because": bool(because)}, {"routing": record}, told, row
    )


def said(found: Suggestion) -> str:
    """A suggestion in one sentence."""
    if found.rule is None and not found.ruling:
        return found.because
    if found.unit is None:
        message = _("符合的分流规则（{reason}）所指的单位，从所在地找不到，请由人决定")
        return message.format(reason=found.reason)
    return _("分流建议：交{unit}（{reason}）").format(unit=found.unit_title, reason=found.reason)


def rule_title(hall: Hall, row: RoutingDecision) -> str:
    """What people call the rule of a decision; its id where the rules in force know it no more, "" where none fitted."""
    return called(hall, row.rule or "")


def called(hall: Hall, rule: str) -> str:
    """What people call a rule; its id where the rules in force know it no more."""
    routing = hall.office.routing
    rules = routing.rules.rules if routing is not None else ()
    return next((one.called for one in rules if one.id == rule), rule)


def rule_reason(hall: Hall, row: RoutingDecision) -> str:
    """Why the rule of a decision is there, beside its title; "" of a version that is in force no more, and where none fitted."""
    routing = hall.office.routing
    if routing is None or routing.rules.sha256 != row.sha256:
        return ""
    return next((one.because for one in routing.rules.rules if one.id == row.rule and one.title), "")


def is_there(hall: Hall, case: Dispute, found: Suggestion) -> bool:
    """Is the case held where it was suggested?"""
    return follows(found, case.holder_id, hall.tree, hall.office.chain)


def start_handling(hall: Hall, case: Dispute) -> None:
    """Start the clock that the last decision's rule gives, once: when a unit takes the case to handle it.

    A limit for settling on the spot is none for a case that goes the long way.
    """
    assert case.id is not None
    last = queries.last_decision(hall.session, case.id)
    if last is None or last.limit_span is None or last.limit_article is None:
        return
    short = last.definition in hall.office.newest and hall.office.is_short_way(last.definition)
    if short and not hall.office.is_short_way(case.workflow, case.workflow_version):
        return
    rows = deadline_queries.deadlines_of(hall.session, case.id)
    if any(row.name == HANDLING and row.state != "cancelled" for row in rows):
        return
    timers.start(
        hall.session,
        case_id=case.id,
        name=HANDLING,
        span=parse_span(last.limit_span),
        article=last.limit_article,
        start_fact=_("开始办理（按分流规则“{rule}”，规则第{version}版）").format(
            rule=rule_title(hall, last), version=last.version
        ),
        now=hall.now,
        calendar=hall.office.calendar,
        on_miss="remind_owner",
    )


def _route(hall: Hall, facts: CaseFacts, rules: RoutingRules) -> Suggestion:
    titles = {name: hall.office.engine(name).definition.title for name in hall.office.newest}
    return route(facts, rules, hall.tree, hall.office.chain, hall.office.codes, titles)


def _is_on_the_way(hall: Hall, found: Suggestion, unit: int) -> bool:
    """Whether the unit has the suggested one below it: it hands the dispute down, a level at a time."""
    return found.unit is not None and hall.tree.is_below_or_same(hall.tree.by_code(found.unit).id, unit)


def _is_kept_from_ruled(hall: Hall, case: Dispute, act: str, suggested: Suggestion) -> bool:
    """Whether the holder keeps what a ruling gives to another unit. A dispatch past it is refused anyhow."""
    return act == "keep" and bool(suggested.ruling) and not is_there(hall, case, suggested)


def _asks_repeat(rule: Rule) -> bool:
    return rule.when.repeat is not None

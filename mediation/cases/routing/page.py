"""Routing of a case for its page: what the rules suggest now, and what was decided before."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from mediation.cases import queries as case_queries
from mediation.cases import transition
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.routing import deciding, queries
from mediation.cases.routing.models import RoutingDecision
from mediation.deadlines.calendar import parse_span
from mediation.language import _, joined
from mediation.units import queries as units
from mediation.units.routing import Suggestion
from mediation.workflow.engine import Engine


def shown(hall: Hall, case: Dispute) -> dict[str, Any]:
    """The suggestion while the case is open, and each decision; `overruled` is the last word of an act that chose a unit."""
    assert case.id is not None
    rows = queries.decisions(hall.session, case.id)
    found = None if _is_settled(case) else deciding.suggestion(hall, case)
    engine = transition.engine_of(hall, case)
    chosen = [row.overruled for row in rows if row.chosen_id is not None]
    return {
        "suggestion": told(hall, case, found) if found else None,
        "no_suggestion": "" if found else _why_none(hall, case, rows),
        "overruled": chosen[-1] if chosen else False,
        "decisions": [_decision(hall, row, engine) for row in rows],
    }


def _is_settled(case: Dispute) -> bool:
    """Is there nobody any more to whom the dispute might go?"""
    return not case.open or case.phase in {"closure", "feedback"}


def _why_none(hall: Hall, case: Dispute, rows: Sequence[RoutingDecision]) -> str:
    if _is_settled(case) and rows:
        return _("本案已经办结，不再建议去处；办理中是这样决定的：")
    if _is_settled(case) and hall.office.routing is not None:
        return _("本案已经办结，不再建议去处；办理中没有按分流规则决定过")
    return _("本部署单位没有分流规则")


def told(hall: Hall, case: Dispute, found: Suggestion) -> dict[str, Any]:
    """A suggestion with the act that leads to it; `there`: the case is held by whom it names."""
    there = found.unit is not None and deciding.is_there(hall, case, found)
    return {**asdict(found), "said": deciding.said(found), "there": there, "how": _how(hall, case, found)}


def lines(found: dict[str, Any]) -> list[str]:
    """A suggestion as lines of text, for a clerk."""
    return [found["said"], *(f"  · {one}" for one in found["why"]), *further(found)]


def further(found: Mapping[str, Any]) -> list[str]:
    """What there is to a suggestion besides the sentence and its conditions: how it is handled, by when, what comes next."""
    said = []
    if found["rule"] is not None:
        said.append(_("流程：{definition}").format(definition=found["definition_title"]))
        if found["level_title"]:
            said[-1] += _("；办理层级：{level}").format(level=found["level_title"])
        if found["tier"]:
            said[-1] += _("；难易：{tier}").format(tier=found["tier_title"])
    if found["limit"]:
        said.append(limit_line(found["limit"]))
    said += _given_way(found)
    said.append(found["where"])
    if found.get("how"):
        said.append(found["how"])
    return said


def _given_way(found: Mapping[str, Any]) -> list[str]:
    """The rules in whose place the suggestion is, the next one with where it would have sent the dispute."""
    said = []
    if found["next"]:
        following = found["next"]
        message = (
            _("没有这个裁定的话，按分流规则“{rule}”：{told}")
            if found["ruling"]
            else _("不是这条规则的话，下一条符合的是“{rule}”：{told}")
        )
        said.append(message.format(rule=following["title"] or following["because"], told=following["told"]))
    elif found["rule"] is not None:
        said.append(_("没有别的规则符合"))
    if len(found["overridden"]) > 1:
        said.append(_("让位的规则：{rules}").format(rules=joined(found["overridden_titles"], "；")))
    return said


def overruling(hall: Hall, record: Mapping[str, Any]) -> list[str]:
    """What a decision was made against, from the trail's record of it: a rule and where it would have sent the dispute, a ruling."""
    said = []
    if record["overruled"]:
        rule, unit = deciding.called(hall, record["rule"]), units.unit(hall.session, record["unit"]).name
        message = _("没有按分流规则“{rule}”交{unit}")
        if "ruling" in record:
            message = _("按裁定 {ruling} 办理，没有按分流规则“{rule}”交{unit}")
        said.append(message.format(rule=rule, unit=unit, ruling=record.get("ruling", "")))
    if "passed_over" in record:
        said.append(_("没有按裁定 {ruling} 办理").format(ruling=record["passed_over"]))
    return said


def limit_line(limit: Mapping[str, str]) -> str:
    """By when a rule has the dispute settled, and what that rests on."""
    span = parse_span(limit["span"]).spoken
    return _("期限：{span}（{article}）").format(span=span, article=limit["article"])


def _how(hall: Hall, case: Dispute, found: Suggestion) -> str:
    """By which act the case comes there."""
    if found.unit is None or not case.open:
        return ""
    unit = hall.tree.by_code(found.unit)
    if deciding.is_there(hall, case, found):
        return _("已经在建议的单位")
    if unit in hall.tree.ancestors(case.holder_id):
        return _("建议的单位在本级以上，用“上报”")
    return _("用“交办”交给它")


def _decision(hall: Hall, row: RoutingDecision, engine: Engine) -> dict[str, Any]:
    tree, session = hall.tree, hall.session
    return {
        "act": row.act,
        "act_title": engine.title(row.act),
        "rule": row.rule,
        "rule_title": deciding.rule_title(hall, row),
        "reason": deciding.rule_reason(hall, row),
        "version": row.version,
        "suggested": tree.unit(row.unit_id).name if row.unit_id else None,
        "chosen": tree.unit(row.chosen_id).name if row.chosen_id else None,
        "limit": {"span": row.limit_span, "article": row.limit_article} if row.limit_span else None,
        "overruled": row.overruled,
        "because": row.because,
        "by": case_queries.person(session, row.decided_by_id).name,
        "at": row.decided_at,
    }

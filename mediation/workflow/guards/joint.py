"""Guards of joint mediation: a conference first, a leader in charge, risks weighed, two mediators, all parts answered."""

from mediation.language import _
from mediation.workflow.facts import Facts
from mediation.workflow.guards.mediators import RECORDER
from mediation.workflow.guards.registry import Answer, condition, guard


@condition(title="已会商", opposite="尚未会商")
def conferred(facts: Facts) -> bool:
    return facts.conferences > 0


@guard(article="办理规则·联合调解先会商", next_step="召集有关单位会商，办理「记录会商」")
def conference_held(facts: Facts) -> Answer:
    """联合调解前已经会商并有纪要。"""
    return None if facts.conferences else _("还没有会商记录，牵头单位和各单位的分工没有定")


@guard(article="办理规则·领导包案", next_step="办理「领导包案」，确定包案领导")
def leader_named(facts: Facts) -> Answer:
    """已经确定包案领导。"""
    return None if facts.leader_named else _("还没有确定包案领导")


@guard(article="人民调解法第25条", next_step="办理「风险评估」")
def risk_assessed(facts: Facts) -> Answer:
    """已经评估激化风险。"""
    return None if facts.risk_assessed else _("还没有评估激化的风险")


@guard(
    article="办理规则·联合调解两名以上调解员（参照最高人民法院关于人民法院特邀调解的规定第13条）",
    next_step="再指定一名调解员",
    asks=("mediators",),
)
def two_mediators_at_least(facts: Facts) -> Answer:
    """除记录人外，有两名以上调解员。"""
    found = sum(one.role != RECORDER for one in facts.mediators)
    return None if found > 1 else _("只指定了{n}名调解员，联合调解要有两名以上").format(n=found)


@guard(article="办理规则·协办分工办结", next_step="由协办单位「办复」；不再需要的，由交办人「撤回」")
def parts_answered(facts: Facts) -> Answer:
    """协办单位的分工都已办复。"""
    return _("还有{n}项协办分工没有办复").format(n=facts.open_parts) if facts.open_parts else None


@guard(
    article="人民调解法第2条；办理规则·三调联动",
    next_step="先办理「转换调解途径」转回人民调解；或者终止调解并告知其他途径",
)
def peoples_mediation_leads(facts: Facts) -> Answer:
    """现由人民调解主导。"""
    ways = {"administrative": _("行政调解"), "judicial": _("司法调解")}
    if facts.route not in ways:
        return None
    return _("现由{way}主导，人民调解委员会不能出具人民调解协议书").format(way=ways[facts.route])

"""Guards on who handles a case: naming a target, sending back, climbing the chain, the reason for an act."""

from mediation.language import _
from mediation.workflow.facts import Facts
from mediation.workflow.guards.registry import Answer, guard


@guard(article="办理规则·登记双方", next_step="办理「补正资料」，补登当事人")
def two_sides_named(facts: Facts) -> Answer:
    """申请人、被申请人至少各登记一位。"""
    roles = {party.role for party in facts.parties}
    titles = {"applicant": _("申请人"), "respondent": _("被申请人")}
    lacking = [title for role, title in titles.items() if role not in roles]
    return _("还没有登记{who}").format(who=_("和").join(lacking)) if lacking else None


@guard(article="办理规则·交办对象", next_step="选定承办单位；由本单位办理的，用「留办」", asks=("target",))
def target_named(facts: Facts) -> Answer:
    """交办要写明承办单位，且不是本单位。"""
    target = facts.word("target")
    if not target:
        return _("没有选定交办的单位")
    if target == facts.holder:
        return _("不能交办给现在的主办单位自己")
    return None


@guard(
    article="部署单位规定·分流规则",
    next_step="交给建议的单位（在本级以上的，用「上报」），或者写明不按建议的理由",
    asks=("off_route", "overruled_because"),
)
def overruling_explained(facts: Facts) -> Answer:
    """不按分流规则建议的单位办理的，要写明理由。"""
    if not facts.is_so("off_route") or facts.is_so("overruled_because"):
        return None
    return _("建议由别的单位办理，没有写明不按建议的理由")


@guard(article="办理规则·说明理由", next_step="选好或者写明理由后再办理", asks=("reason",))
def reason_given(facts: Facts) -> Answer:
    """要写明理由。"""
    return None if facts.word("reason") else _("没有写明理由")


@guard(article="办理规则·只退回一次", next_step="请签收；有异议的，签收后向上级请示或者「上报」")
def sent_back_at_most_once(facts: Facts) -> Answer:
    """同一单位对同一件纠纷只能退回一次。"""
    if facts.sent_back < 1:
        return None
    return _("本单位已退回过{times}次，不能再退回").format(times=facts.sent_back)


@guard(article="办理规则·逐级上报", next_step="由本级主持联合调解；调解不成的，终止调解并告知其他途径")
def below_the_top(facts: Facts) -> Answer:
    """层级链的最高一级不能再上报。"""
    return _("本单位已是层级链的最高一级，没有可以上报的上级") if facts.at_top else None

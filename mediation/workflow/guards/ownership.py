"""Guards on whose a dispute is: declining by the responsibility list, ruling, asking the level above."""

from mediation.language import _
from mediation.workflow.facts import Facts
from mediation.workflow.guards.registry import Answer, condition, guard

MOST_HOPS = 5
"""So many units may be asked to take a dispute before one of them has; then its holder keeps it or asks its superior."""


@condition(title="已有单位退过单", opposite="还没有单位退过单")
def declined_before(facts: Facts) -> bool:
    return facts.declines > 0


@guard(
    article="部署单位规定·责任清单",
    next_step="写明责任清单的条目编号；清单里没有的理由，用「退回」",
    asks=("line",),
)
def line_of_list_in_force(facts: Facts) -> Answer:
    """退单要引用现行责任清单的条目。"""
    version = facts.act.get("list") or 0
    if not version:
        return _(
            "本部署单位没有责任清单，不能退单：请管理员编写 responsibilities.yaml 并应用（mediation site apply），"
            "或者用「退回」"
        )
    if facts.is_so("line_is_known"):
        return None
    return _("现行责任清单（第{version}版）没有第{line}条").format(version=version, line=facts.word("line"))


@guard(
    article="部署单位规定·责任清单", next_step="请签收；认为清单写得不对的，签收后「请示」", asks=("line",)
)
def not_own_by_list(facts: Facts) -> Answer:
    """责任清单写明由本单位牵头的，不能退单。"""
    line = facts.word("own_line")
    return _("责任清单第{line}条写明这一类纠纷由本单位牵头").format(line=line) if line else None


@guard(article="办理规则·退单", next_step="上报来的，用「退回」")
def asked_by_dispatch(facts: Facts) -> Answer:
    """退单是对交办；下级上报来的用退回。"""
    return _("这件纠纷是下级上报来的，不是交办来的") if facts.asked_from_below else None


@guard(article="办理规则·裁定必须执行", next_step="请签收办理；有意见的，签收后「请示」")
def no_ruling_binds(facts: Facts) -> Answer:
    """已经裁定由谁办理的，不能再退单、退回、撤回。"""
    return _("已经裁定（{number}）由这个单位办理").format(number=facts.ruled) if facts.ruled else None


@guard(article="办理规则·同类不再争议", next_step="请签收办理；情况变了的，签收后「请示」")
def no_precedent(facts: Facts) -> Answer:
    """同类纠纷已经裁定由本单位办理的，不能再退单。"""
    if not facts.precedent:
        return None
    return _("同类纠纷已经裁定（{number}）由本单位办理").format(number=facts.precedent)


@guard(article="办理规则·共同上级裁定", next_step="请签收；有异议的，签收后「请示」上级")
def superior_can_rule(facts: Facts) -> Answer:
    """再次退单要有能裁定的共同上级。"""
    return None if facts.superior else _("有争议的单位没有可以裁定的共同上级，不能再退单")


@guard(article="办理规则·不推诿", next_step="办理「留办」，或者「请示」「上报」")
def not_passed_around(facts: Facts) -> Answer:
    """没有单位签收以前，交办的次数有限。"""
    if facts.hops < MOST_HOPS:
        return None
    return _("上次签收以来已经交办{times}次，没有单位签收，不能再交办").format(times=facts.hops)


@guard(
    article="办理规则·坚持交办", next_step="在「意见」（opinion）里写明为什么应由该单位办理", asks=("target",)
)
def insists_with_reason(facts: Facts) -> Answer:
    """再次交办给退过单的单位，要写明理由。"""
    if not facts.is_so("insists") or facts.word("reason"):
        return None
    return _("这个单位已经退过单，坚持交办要写明理由")


@guard(article="办理规则·同类不再争议", next_step="交办给裁定的单位，或者「留办」「上报」", asks=("target",))
def follows_precedent(facts: Facts) -> Answer:
    """同类纠纷已有裁定的，交办给裁定的单位。"""
    number = facts.word("precedent")
    if not number:
        return None
    return _("同类纠纷已经裁定（{number}）由{unit}办理").format(
        number=number, unit=facts.word("precedent_unit")
    )


@guard(article="办理规则·裁定范围", next_step="选本单位或者所属的、有人可以签收的单位", asks=("target",))
def named_within_reach(facts: Facts) -> Answer:
    """裁定的单位是裁定单位自己或者其下的单位。"""
    return None if facts.is_so("within_reach") else _("裁定的单位不在本单位之下，或者没有可以签收的人")


@guard(
    article="办理规则·裁定依据", next_step="引用责任清单的条目；条目没有写明的，写明怎样理解", asks=("line",)
)
def ruling_rests_on_list(facts: Facts) -> Answer:
    """裁定要引用责任清单的条目，或者写明怎样理解。"""
    if facts.word("line") and not facts.is_so("line_is_known"):
        version = facts.act.get("list") or 0
        return _("现行责任清单（第{version}版）没有第{line}条").format(
            version=version, line=facts.word("line")
        )
    if facts.is_so("line_names_it") or facts.is_so("interpreted"):
        return None
    if facts.word("line"):
        message = _("责任清单第{line}条没有写明由裁定的单位牵头，要写明怎样理解")
        return message.format(line=facts.word("line"))
    return _("既没有引用责任清单的条目，也没有写明怎样理解")


@guard(article="办理规则·请示", next_step="由本级决定；需要别的单位意见的，用「征求意见」")
def level_above_to_ask(facts: Facts) -> Answer:
    """层级链的最高一级没有可以请示的上级。"""
    return _("本单位已是层级链的最高一级，没有可以请示的上级") if facts.at_top else None

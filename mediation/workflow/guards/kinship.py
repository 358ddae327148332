"""Guards on cases that have to do with each other: one goes on within another, or one becomes two."""

from mediation.language import _, joined
from mediation.workflow.facts import Facts
from mediation.workflow.guards.registry import Answer, guard

_SIDED = {"own": "留下的案件", "new": "分出的案件"}


@guard(
    article="人民调解法第28条至第31条",
    next_step="协议照常履行；两案有关的，办理「关联」",
)
def no_agreement_binds(facts: Facts) -> Answer:
    """还没有达成协议，才可以并案、分案。"""
    if facts.in_force or facts.outcome in {"agreed_written", "agreed_oral"}:
        return _("本案已经有生效的协议")
    return None


@guard(
    article="办理规则·并案由主办单位或者其上级单位办理",
    next_step="先交办、上报到同一单位或者共同的上级单位，再并案；或者办理「关联」",
    asks=("main",),
)
def main_case_in_hand(facts: Facts) -> Answer:
    """要并入的案件也由办理人承办，或者由其单位的下级单位主办。"""
    return None if facts.is_so("main_in_hand") else _("要并入的案件不由您承办，也不由本单位的下级单位主办")


@guard(
    article="人民调解法第28条至第31条；办理规则·并案",
    next_step="改并入还在办理、没有达成协议的案件；或者办理「关联」",
    asks=("main",),
)
def main_case_is_before_agreement(facts: Facts) -> Answer:
    """要并入的案件还在办理，没有达成协议，也没有结束。"""
    stands = facts.word("main")
    if stands == "concluded":
        return _("要并入的案件已经达成协议或者正在签署")
    return None if stands == "open" else _("要并入的案件已经结束")


@guard(
    article="办理规则·身份关系纠纷单独办理（参照最高人民法院关于适用民事诉讼法的解释第221条）",
    next_step="分别办理；两案有关的，办理「关联」",
    asks=("main",),
)
def main_case_of_like_matter(facts: Facts) -> Answer:
    """身份关系的纠纷不与其他纠纷并案。"""
    if facts.is_so("main_personal_status") == facts.personal_status_matter:
        return None
    return _("一件是身份关系的纠纷，另一件不是")


@guard(
    article="人民调解法第17条",
    next_step="对要并入的案件先办理「当事人拒绝调解」，其余当事人的纠纷照常办理",
    asks=("main",),
)
def nobody_refuses_main(facts: Facts) -> Answer:
    """要并入的案件没有当事人拒绝调解。"""
    refusing = facts.ordinals("main_refusers")
    who = joined(str(ordinal) for ordinal in refusing)
    return _("要并入的案件的当事人{who}明确拒绝调解").format(who=who) if refusing else None


@guard(
    article="办理规则·分案（人民调解法第17条：调解的是双方当事人的纠纷）",
    next_step="重新选定分出的当事人；两案都有关的，写进 stays",
    asks=("one_sided",),
)
def two_sides_in_both(facts: Facts) -> Answer:
    """分案以后，两案各有申请人和被申请人。"""
    lacking = [_(_SIDED[code]) for code in facts.words("one_sided") if code in _SIDED]
    return _("{which}没有申请人或者被申请人").format(which=joined(lacking)) if lacking else None

"""Guards on taking a dispute into mediation: free will, rights told, matters that may be mediated, who may speak."""

from mediation.language import _
from mediation.workflow.facts import Facts
from mediation.workflow.guards.registry import Answer, guard, named

MOST_REPRESENTATIVES = 5


@guard(article="人民调解法第17条", next_step="办理「当事人拒绝调解」，并告知其他途径")
def nobody_refuses(facts: Facts) -> Answer:
    """当事人一方明确拒绝调解的，不得调解。"""
    refusing = [party for party in facts.parties if party.refused]
    return _("{who}明确拒绝调解").format(who=named(refusing)) if refusing else None


@guard(article="人民调解法第3条", next_step="办理「记录当事人同意」")
def everybody_consents(facts: Facts) -> Answer:
    """每位当事人都自愿接受调解。一方的沉默不是同意。"""
    if not facts.parties:
        return _("还没有登记当事人，无从征得同意")
    waiting = [party for party in facts.parties if not party.consented and not party.refused]
    return _("还没有记录{who}同意调解").format(who=named(waiting)) if waiting else None


@guard(article="人民调解工作若干规定第30条", next_step="办理「告知权利义务」")
def rights_told_to_all(facts: Facts) -> Answer:
    """调解前已向每位当事人告知调解的性质、原则、效力和权利义务。"""
    if not facts.parties:
        return _("还没有登记当事人，无从告知权利义务")
    untold = [party for party in facts.parties if not party.rights_told]
    return _("还没有向{who}告知权利义务").format(who=named(untold)) if untold else None


@guard(
    article="部署单位规定·不予受理（人民调解工作若干规定第22条待核）",
    next_step="办理「不予受理」，并告知向已受理的机关反映；简易调解的，先办理「转普通程序」",
    asks=("sued_elsewhere",),
)
def not_taken_elsewhere(facts: Facts) -> Answer:
    """法院、行政机关、仲裁机构没有受理同一纠纷；法院委派委托来的除外。"""
    where = facts.word("sued_elsewhere")
    if not where or (where == "court" and facts.source == "court_referral"):
        return None
    titles = {"court": _("人民法院"), "administrative": _("行政机关"), "arbitration": _("仲裁机构")}
    return _("{where}已经受理这件纠纷").format(where=titles.get(where, _("其他机关")))


@guard(
    article="部署单位规定·不宜调解的类别（人民调解工作若干规定第22条待核）",
    next_step="办理「不予受理」，并告知有权处理的机关；属于民间纠纷、确可调解的，在研判或者受理时写明理由；简易调解的，先办理「转普通程序」",
)
def suited_to_mediation(facts: Facts) -> Answer:
    """不属于部署单位规定不宜调解的类别，或者写明了可以调解的理由。"""
    if not facts.not_for_mediation or facts.is_so("override_reason"):
        return None
    return _("这类事项一般由专门机关处理，部署单位规定不宜用人民调解解决")


@guard(article="民法典第23条", next_step="办理「补正资料」，补登监护人")
def minors_have_guardians(facts: Facts) -> Answer:
    """未成年当事人由监护人代理。"""
    alone = [party for party in facts.parties if party.minor and not party.has_guardian]
    return _("{who}是未成年人，还没有登记监护人").format(who=named(alone)) if alone else None


@guard(
    article="部署单位规定·推选代表（如宁波市人民调解条例第20条）", next_step="由该方推选一至五名代表，再登记"
)
def five_representatives_at_most(facts: Facts) -> Answer:
    """一方超过五人的，推选代表参加；一方的代表不超过五名，几人推选同一人的，只算一名。"""
    sentences = []
    for role, title in (("applicant", _("申请人")), ("respondent", _("被申请人"))):
        side = [party for party in facts.parties if party.role == role]
        chosen = len({one for party in side for one in party.representatives})
        if chosen > MOST_REPRESENTATIVES:
            sentences.append(_("{side}一方登记了{n}名代表，最多五名").format(side=title, n=chosen))
        elif len(side) > MOST_REPRESENTATIVES and chosen == 0:
            sentences.append(_("{side}一方有{n}人，还没有推选代表").format(side=title, n=len(side)))
    return sentences

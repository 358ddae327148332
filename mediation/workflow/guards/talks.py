"""Guards on mediating: the limit, publicity, the record, extension, other routes, and who refuses."""

from mediation.language import _
from mediation.workflow.facts import Facts
from mediation.workflow.guards.registry import Answer, guard, named

_NO_REMEDY = frozenset({"legal_aid", "other_committee"})  # help on the way, not a way of its own


@guard(
    article="人民调解工作若干规定第33条；期限以部署单位所在地规定为准",
    next_step="全体当事人要求延长的，办理「延长调解期限」；否则办理「终止调解」并告知其他途径；简易调解的，先办理「转普通程序」",
)
def within_mediation_limit(facts: Facts) -> Answer:
    """调解期限没有届满。"""
    return _("调解期限已经届满") if facts.limit_missed else None


@guard(
    article="人民调解法第23条第3项；人民调解工作若干规定第29条",
    next_step="改为不公开进行",
    asks=("public",),
)
def public_unless_objected(facts: Facts) -> Answer:
    """当事人反对公开的，不公开调解。"""
    is_public = facts.is_so("public") if "public" in facts.act else facts.public
    against = [party for party in facts.parties if party.objects_to_public]
    if not is_public or not against:
        return None
    return _("{who}要求不公开进行").format(who=named(against))


@guard(
    article="人民调解法第20条",
    next_step="征得全体当事人同意后办理「补正资料」登记参加人；没有同意的，不请其参加",
    asks=("participants",),
)
def participants_agreed(facts: Facts) -> Answer:
    """邀请的参加人已征得每位当事人同意。"""
    sentences = []
    for one in facts.participants:
        if one.ordinal not in facts.ordinals("participants"):
            continue
        silent = [party for party in facts.parties if party.ordinal not in one.consented_by]
        if silent:
            message = _("第{n}位参加人没有征得{who}同意")
            sentences.append(message.format(n=one.ordinal, who=named(silent)))
    return sentences


@guard(article="人民调解法第27条", next_step="办理「记录调解」")
def record_made(facts: Facts) -> Answer:
    """调解情况已经记录。"""
    return None if facts.sessions > 0 else _("还没有调解记录")


@guard(article="人民调解法第28条", next_step="再次调解并办理「记录调解」，结果记为达成一致")
def agreed_in_session(facts: Facts) -> Answer:
    """最近一次调解记录的结果是达成一致。"""
    return None if facts.last_result == "agreed" else _("最近一次调解记录的结果不是达成一致")


@guard(
    article="部署单位规定·延长期限（如宁波市人民调解条例第27条）",
    next_step="记录每位当事人的要求；有人不要求的，不能延长",
    asks=("asked_by",),
)
def extension_asked_by_all(facts: Facts) -> Answer:
    """全体当事人要求延长的，才可以延长调解期限。"""
    asking = set(facts.ordinals("asked_by"))
    silent = [party for party in facts.parties if party.ordinal not in asking]
    if silent:
        return _("{who}没有要求延长").format(who=named(silent))
    return None if facts.parties else _("没有当事人要求延长")


@guard(
    article="人民调解法第17条、第23条第2项",
    next_step="写明是哪一位当事人拒绝或者要求终止",
    asks=("refuser",),
)
def refuser_named(facts: Facts) -> Answer:
    """拒绝调解要写明是哪位当事人。"""
    return None if facts.party(facts.act.get("refuser")) else _("没有写明是哪位当事人拒绝调解")


@guard(
    article="办理规则·撤回申请（参照人民调解法第3条、第23条）",
    next_step="由其余申请人也要求撤回；只有部分申请人不愿继续的，由其办理「当事人拒绝调解」",
    asks=("asked_by",),
)
def withdrawal_asked_by_all(facts: Facts) -> Answer:
    """撤回申请要由全体申请人提出。"""
    asking = set(facts.ordinals("asked_by"))
    applicants = [party for party in facts.parties if party.role == "applicant"]
    silent = [party for party in applicants if party.ordinal not in asking]
    if silent:
        return _("{who}没有要求撤回申请").format(who=named(silent))
    return None if applicants else _("没有申请人要求撤回申请")


@guard(
    article="人民调解法第26条、第32条",
    next_step="写明已告知的其他途径：仲裁、行政、司法",
    asks=("routes",),
)
def routes_named(facts: Facts) -> Answer:
    """告知当事人可以通过仲裁、行政、司法等途径维护权利；只告知法律援助、另找调委会的不算。"""
    routes = set(facts.words("routes"))
    if not routes:
        return _("没有写明告知当事人的其他途径")
    return None if routes - _NO_REMEDY else _("告知的途径里没有仲裁、行政或者司法途径")

"""Guards on who mediates: one presides, all are in office, none has a conflict, the parties accept them."""

from mediation.language import _
from mediation.workflow.facts import Facts
from mediation.workflow.guards.registry import Answer, guard, named

RECORDER = "recorder"


@guard(article="人民调解法第19条", next_step="指定或者由当事人选择一名主持调解员", asks=("mediators",))
def one_presides(facts: Facts) -> Answer:
    """有一名、且只有一名主持调解员。"""
    presiding = sum(one.role == "presiding" for one in facts.mediators)
    if presiding == 1:
        return None
    if presiding == 0:
        return _("还没有主持调解员")
    return _("登记了{n}名主持调解员，只能有一名").format(n=presiding)


@guard(
    article="人民调解法第13条、第19条",
    next_step="另行指定；或者由调委会聘任以后再指派；或者征得当事人同意，邀请其作为参加人",
    asks=("mediators",),
)
def mediators_in_office(facts: Facts) -> Answer:
    """调解员是有权调解本案的调委会的在任委员或者在聘人员，岗位在任期内。记录人只看岗位。"""
    sentences = []
    for one in facts.mediators:
        if not one.in_office:
            sentences.append(_("{person}的岗位不在任期内").format(person=one.called))
        if not one.on_roster and one.role != RECORDER:
            message = _("{person}现在不是本单位、上级或者下级调委会的委员，也没有受其聘任，不能担任调解员")
            sentences.append(message.format(person=one.called))
    return sentences


@guard(
    article="办理规则·回避（参照最高人民法院关于人民法院特邀调解的规定第15条）",
    next_step="更换调解员；双方知情后仍同意由其调解的，记录双方同意",
    asks=("mediators",),
)
def no_conflict_of_interest(facts: Facts) -> Answer:
    """有利害关系的调解员应当回避，双方同意的除外。"""
    return [
        _("{person}与当事人或者纠纷有利害关系，双方没有同意由其调解").format(person=one.called)
        for one in facts.mediators
        if one.conflict and not one.kept_by_both
    ]


@guard(article="人民调解法第23条第1项", next_step="另行指定，或者由当事人选择调解员", asks=("mediators",))
def parties_accept_mediators(facts: Facts) -> Answer:
    """当事人有权选择或者接受调解员。"""
    sentences = []
    for one in facts.mediators:
        if one.objected_by is None:
            continue
        party = facts.party(one.objected_by)
        who = named([party]) if party else _("当事人")
        sentences.append(_("{who}不接受{person}调解").format(who=who, person=one.called))
    return sentences

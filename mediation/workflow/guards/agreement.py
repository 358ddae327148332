"""Guards on concluding an agreement: what it must say, in which form, and on what it is signed."""

from mediation.language import _
from mediation.workflow.facts import Facts
from mediation.workflow.guards.registry import Answer, guard, named


@guard(article="人民调解法第29条;人民调解工作若干规定第35条", next_step="办理「拟协议」,把缺项补齐")
def clauses_complete(facts: Facts) -> Answer:
    """协议有内容,每一条写明谁、做什么、方式、地点和期限。"""
    if facts.agreement is None or not facts.agreement.clauses:
        return _("还没有拟定协议内容")
    titles = {
        "obligor": _("由谁履行"),
        "obligee": _("向谁履行"),
        "what": _("做什么"),
        "amount": _("金额"),
        "due_on": _("履行期限"),
        "manner": _("履行方式"),
        "place": _("履行地点"),
    }
    return [
        _("协议第{n}条没有写明{what}").format(
            n=clause.ordinal, what=_("、").join(titles.get(lack, lack) for lack in clause.lacks)
        )
        for clause in facts.agreement.clauses
        if clause.lacks
    ]


@guard(
    article="电子签名法第3条",
    next_step="改用纸质签名;确需电子签名的,写明理由",
    asks=("override_reason",),
)
def ink_for_personal_status(facts: Facts) -> Answer:
    """婚姻、收养、继承等人身关系的协议用纸质签名,除非写明理由。"""
    if not facts.personal_status_matter or facts.is_so("override_reason"):
        return None
    if facts.agreement is None or facts.agreement.medium == "ink":
        return None
    return _("涉及婚姻、收养、继承等人身关系的协议,不适用电子签名")


@guard(article="电子签名法第3条", next_step="记录其同意;不同意的,改用纸质签名或者混合签署")
def electronic_agreed_by_all(facts: Facts) -> Answer:
    """全程电子签名的,每位当事人都同意使用电子签名。"""
    if facts.agreement is None or facts.agreement.medium != "tablet":
        return None
    against = [party for party in facts.parties if not party.electronic_agreed]
    return _("{who}没有同意使用电子签名").format(who=named(against)) if against else None


@guard(article="人民调解法第29条", next_step="按所列各项补填后再办理")
def paper_lacks_nothing(facts: Facts) -> Answer:
    """协议书应当载明的内容齐全。"""
    if not facts.paper_lacks:
        return None
    return _("协议书还缺少:{what}").format(what=_("、").join(facts.paper_lacks))


@guard(article="人民调解法第28条;人民调解工作若干规定第34条", next_step="办理「达成书面协议」,制作调解协议书")
def oral_allowed(facts: Facts) -> Answer:
    """可以采取口头协议方式。当事人要求书面、不能即时履行、重大复杂等情形应当书面。"""
    titles = {
        "asked_by_party": _("当事人要求制作书面协议"),
        "not_performed_at_once": _("协议内容不能即时履行"),
        "major_or_complex": _("属于重大、复杂纠纷"),
        "civil_rights_content": _("协议有民事权利义务内容"),
        "land_contract": _("属于农村土地承包经营纠纷"),
    }
    why = [titles.get(code, code) for code in facts.oral_refused_because]
    return _("不能采取口头协议方式:{why}").format(why=_(";").join(why)) if why else None

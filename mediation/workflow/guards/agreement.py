"""Guards on concluding an agreement: what it must say, in which form, and on what it is signed."""

from mediation.language import _, joined
from mediation.workflow.facts import Facts
from mediation.workflow.guards.registry import Answer, guard, named

WRITTEN_BY_LAW = {
    "asked_by_party": "有当事人要求书面协议",
    "land_contract": "属于农村土地承包经营纠纷",
    "medical": "属于医疗纠纷",
}
WRITTEN_BY_SITE = {
    "not_performed_at_once": "有不能当场履行的内容",
    "over_amount": "金额超过部署单位规定的口头协议上限",
    "major_or_complex": "属于疑难复杂纠纷",
}
"""Codes of `Facts.oral_refused_because`: why an agreement must be written, by law and by the site's own rule.

Order 75 Art. 34 asks for writing wherever civil rights are settled; the law of 2010 is later and higher, and leaves an
oral agreement to the parties (Art. 28).
"""


@guard(
    article="人民调解法第29条；人民调解工作若干规定第35条",
    next_step="办理「拟协议」（简易调解的，「记协议内容」），把缺项补齐",
)
def clauses_complete(facts: Facts) -> Answer:
    """协议有内容，每一条写明谁、做什么、方式、地点和期限。"""
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
            n=clause.ordinal, what=joined(titles.get(lack, lack) for lack in clause.lacks)
        )
        for clause in facts.agreement.clauses
        if clause.lacks
    ]


@guard(
    article="电子签名法第3条",
    next_step="改用纸质签名；确需电子签名的，写明理由",
    asks=("override_reason",),
)
def ink_for_personal_status(facts: Facts) -> Answer:
    """婚姻、收养、继承等人身关系的协议用纸质签名，除非写明理由。"""
    if not facts.personal_status_matter or facts.is_so("override_reason"):
        return None
    if facts.agreement is None or facts.agreement.medium == "ink":
        return None
    return _("涉及婚姻、收养、继承等人身关系的协议，不适用电子签名")


@guard(article="电子签名法第3条", next_step="记录其同意；不同意的，改用纸质签名或者混合签署")
def electronic_agreed_by_all(facts: Facts) -> Answer:
    """全程电子签名的，每位当事人都同意使用电子签名。"""
    if facts.agreement is None or facts.agreement.medium != "tablet":
        return None
    against = [party for party in facts.parties if not party.electronic_agreed]
    return _("{who}没有同意使用电子签名").format(who=named(against)) if against else None


@guard(article="人民调解法第29条", next_step="按所列各项补填后再办理")
def paper_lacks_nothing(facts: Facts) -> Answer:
    """协议书应当载明的内容齐全。"""
    if not facts.paper_lacks:
        return None
    return _("协议书还缺少：{what}").format(what=joined(facts.paper_lacks))


@guard(
    article="人民调解法第28条；农村土地承包经营纠纷调解仲裁法第10条；医疗纠纷预防和处理条例第39条",
    next_step="办理「达成书面协议」，制作调解协议书；简易调解的，先办理「转普通程序」",
)
def oral_allowed(facts: Facts) -> Answer:
    """法律允许采取口头协议方式。当事人要求书面的，农村土地承包经营纠纷、医疗纠纷，应当制作调解协议书。"""
    others = [code for code in facts.oral_refused_because if code not in WRITTEN_BY_SITE]
    why = [_(WRITTEN_BY_LAW.get(code, code)) for code in others]
    return _("不能采取口头协议方式：{why}").format(why=_("；").join(why)) if why else None


@guard(
    article="部署单位规定·书面协议（如宁波市人民调解条例第24条）",
    next_step="办理「达成书面协议」，制作调解协议书；简易调解的，先办理「转普通程序」",
)
def oral_within_site_rules(facts: Facts) -> Answer:
    """部署单位没有规定这件纠纷要用书面协议。不能即时履行、金额大、疑难复杂的，由部署单位规定。"""
    own = [code for code in facts.oral_refused_because if code in WRITTEN_BY_SITE]
    why = [_(WRITTEN_BY_SITE[code]) for code in own]
    return _("按部署单位规定不能采取口头协议方式：{why}").format(why=_("；").join(why)) if why else None

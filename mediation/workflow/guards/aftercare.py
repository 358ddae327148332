"""Guards on pauses, partial agreements, and what comes after an agreement: taken up anew, corrected, voided, supplemented."""

from mediation.language import _, joined
from mediation.workflow.facts import Facts
from mediation.workflow.guards.registry import Answer, Rules, Told, condition, guard, named, rule
from mediation.workflow.guards.talks import routes_named

SUBSTANCE = {
    "obligor": "由谁履行",
    "obligee": "向谁履行",
    "act": "履行的内容",
    "amount": "金额",
    "due_on": "履行期限",
    "manner": "履行方式",
    "signature": "签名",
    "seal": "印章",
}
"""Codes of what is no slip of the pen, in whichever words it is written."""
AGREED = ("agreed_written", "agreed_oral")
"""Outcomes by which a dispute has been agreed."""
BREACH_FIRST = "没有履行的，先办理「记录未履行」；对协议有补充的，办理「补充协议」"
"""The next step where nothing speaks for talking anew, of a case under a definition that knows 补充协议."""


@condition(title="已经开始调解", opposite="还没有开始调解")
def talks_begun(facts: Facts) -> bool:
    return facts.sessions > 0


@condition(title="有生效的协议", opposite="没有生效的协议")
def agreement_in_force(facts: Facts) -> bool:
    return facts.in_force


@guard(
    article="医疗纠纷预防和处理条例第38条；办理规则·中止",
    next_step="需要鉴定的，写明依据；其他原因要中止的，征得全体当事人同意",
    asks=("suspension", "asked_by"),
)
def suspension_has_ground(facts: Facts) -> Answer:
    """中止调解是因为需要鉴定，或者经全体当事人同意。"""
    kind = facts.word("suspension")
    if kind == "appraisal":
        return None if facts.ordinals("asked_by") else _("没有写明哪位当事人申请鉴定")
    silent = _silent(facts)
    if kind != "consent":
        return _("没有写明为什么中止")
    return _("{who}没有同意中止").format(who=silent) if silent else None


@guard(
    article="最高人民法院人民法院在线调解规则第19条（参照）；办理规则·部分达成协议",
    next_step="按登记的请求事项，写明解决了哪几项；全部解决的，不写 settles",
    asks=("settles",),
)
def claims_divided(facts: Facts) -> Answer:
    """部分达成协议的，至少解决一项请求、至少还有一项没有解决，且都是登记过的请求。"""
    if "settles" not in facts.act:
        return None
    settles = facts.ordinals("settles")
    strange = [str(one) for one in settles if not 1 <= one <= facts.claims]
    if strange:
        message = _("没有第{n}项请求，本案登记了{count}项")
        return message.format(n=joined(strange), count=facts.claims)
    if not settles:
        return _("没有写明解决了哪几项请求")
    return _("各项请求都已解决，不是部分达成协议") if len(set(settles)) == facts.claims else None


@guard(
    article="人民调解法第26条",
    next_step="写明就其余请求事项已告知的其他途径：仲裁、行政、司法",
    asks=("settles", "routes"),
)
def rest_has_routes(facts: Facts) -> Answer:
    """部分达成协议的，就没有解决的请求告知仲裁、行政、司法途径。"""
    return routes_named(facts) if "settles" in facts.act else None


@rule(article="人民调解法第32条、第33条第3款", next_step=BREACH_FIRST)
def breached_or_annulled(facts: Facts, rules: Rules) -> Answer:
    """再次调解，是因为协议没有履行，或者被人民法院确认无效。"""
    own = facts.agreement.clauses if facts.agreement else ()
    if facts.annulled or any(clause.breached for clause in (*own, *facts.other_clauses)):
        return None
    return not_anew(facts, rules, _("没有未履行的记录，协议也没有被人民法院确认无效"))


@guard(
    article="人民调解法第3条、第17条；办理规则·再次调解（参照地方性法规）",
    next_step="记录每位当事人的意见；有人不同意的，告知其可以就协议的履行向人民法院起诉（人民调解法第32条）",
    asks=("asked_by",),
)
def remediation_asked_by_all(facts: Facts) -> Answer:
    """全体当事人同意的，才再次调解。"""
    silent = _silent(facts)
    return _("{who}没有同意再次调解").format(who=silent) if silent else None


@guard(
    article="人民调解法第28条、第29条",
    next_step="记录每位当事人的意见；有人不同意的，按原协议履行",
    asks=("asked_by",),
)
def supplement_asked_by_all(facts: Facts) -> Answer:
    """全体当事人同意的，才订立补充协议。"""
    silent = _silent(facts)
    return _("{who}没有同意订立补充协议").format(who=silent) if silent else None


@guard(
    article="办理规则·更正",
    next_step="还没有签完、盖章的文书，办理「作废」后重新出具；协议书办理「退回继续调解」",
    asks=("paper_state",),
)
def paper_is_out(facts: Facts) -> Answer:
    """更正的是已经签署、盖章完毕的文书。"""
    return None if facts.word("paper_state") == "complete" else _("这份文书还没有签署完毕")


@rule(
    article="人民调解法第29条、第31条；办理规则·更正只改笔误",
    next_step="实质内容要由各方当事人另订补充协议：办理「补充协议」",
    asks=("slip_fields", "slips_of_substance", "slips_together"),
)
def slips_only(facts: Facts, rules: Rules) -> Answer:
    """只更正笔误；谁向谁做什么、金额、期限、签名、印章不能更正。"""
    sentences = [
        _("{what}不是笔误，不能更正").format(what=_(SUBSTANCE[field]))
        for field in dict.fromkeys(facts.words("slip_fields"))
        if field in SUBSTANCE
    ]
    sentences += [
        _("第{n}处更正改变了当事人或者其约定的内容，不是笔误").format(n=at)
        for at in facts.ordinals("slips_of_substance")
    ]
    together = facts.ordinals("slips_together")
    if together:
        message = _(
            "第{listed}处更正与旁边的更正（包括以前的）合在一起改变了当事人或者其约定的内容，不是笔误"
        )
        sentences.append(message.format(listed=joined(map(str, together))))
    way = _way_to_supplement(rules)
    if not way:
        return sentences
    return [Told(one, _("实质内容要由各方当事人另订补充协议：{way}").format(way=way)) for one in sentences]


@guard(
    article="人民调解法第31条、第33条；办理规则·作废",
    next_step="生效的文书有笔误的，办理「更正」；要改变约定的，由各方当事人另订协议；正在签署的协议书，办理「退回继续调解」，补充协议办理「不再补充」",
    asks=("voiding", "paper_state"),
)
def voiding_has_ground(facts: Facts) -> Answer:
    """没有生效的文书可以作废；生效的，只有各方的新协议或者人民法院的裁判才能使其作废。"""
    ground, agreement = facts.word("voiding"), facts.word("agreement_state")
    if ground == "not_in_force":
        if agreement in {"draft", "signing"}:
            return _("协议书正在签署，不能单独作废")
        return _("这份文书已经生效") if facts.word("paper_state") == "complete" else None
    if ground == "new_agreement":
        return None if facts.is_so("replaced") else _("没有各方当事人取代它的、已经生效的新协议")
    if ground == "court_decision":
        in_force = agreement in {"in_force", "replaced"}
        return None if in_force else _("人民法院的裁判只能使生效的协议作废")
    return _("没有写明作废的依据")


@guard(article="办理规则·送达", next_step="办理「送达通知」，记录每位当事人的送达日期")
def amendments_delivered(facts: Facts) -> Answer:
    """更正书、作废说明已送达每位当事人。"""
    titles = {"correction_notice": _("更正书"), "voiding_notice": _("作废说明")}
    owed = [titles.get(form, form) for form in facts.undelivered]
    return _("还有当事人没有收到{papers}").format(papers=joined(owed)) if owed else None


def not_anew(facts: Facts, rules: Rules, why: str) -> Told | str:
    """That nothing speaks for talking anew, with what there is to do instead."""
    if not facts.in_force and facts.outcome not in AGREED:
        return Told(
            _("本案没有达成过协议，没有可以再次调解的协议"),
            _("当事人愿意再调解的，另行登记，再办理「关联」，写明是本案的续案"),
        )
    way = _way_to_supplement(rules)
    if not way:
        return why
    message = _("没有履行的，先办理「记录未履行」；各方当事人要改变、补充约定的，另订补充协议：{way}")
    return Told(why, message.format(way=way))


def _way_to_supplement(rules: Rules) -> str:
    """How a case comes to 补充协议 whose definition does not know it; "" where it does.

    The ordinary way knows it; a version from which no case in performance comes there is left for a newer one.
    """
    triggers = rules.definition.triggers
    if "supplement" in triggers:
        return ""
    turns = any(
        edge.trigger == "turn_ordinary" and "agreement_in_force" in edge.when
        for edge in rules.definition.edges
    )
    if not turns:
        return _(
            "本案所用的这一版流程没有办法订立，请管理员先把本案移到有办法的新版（mediation case migrate）"
        )
    turn = _("先「{turn}」，再办理「补充协议」").format(turn=_(triggers["turn_ordinary"].title))
    if "replace_mediator" not in triggers:
        return turn
    message = _("{turn}，都由人民调解员办理；由网格员调解的，先「{replace}」")
    return message.format(turn=turn, replace=_(triggers["replace_mediator"].title))


def _silent(facts: Facts) -> str:
    """The parties that do not ask, by their labels; nobody if all do."""
    asking = set(facts.ordinals("asked_by"))
    return named([party for party in facts.parties if party.ordinal not in asking])

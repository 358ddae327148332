"""Guards on instalments, on asking a court to confirm an agreement, and on what follows from its ruling."""

from mediation.language import _, joined
from mediation.workflow.facts import Facts
from mediation.workflow.guards.aftercare import BREACH_FIRST, not_anew
from mediation.workflow.guards.registry import Answer, Rules, condition, guard, named, rule


@condition(title="人民法院确认有效", opposite="人民法院驳回申请")
def court_confirms(facts: Facts) -> bool:
    return facts.word("confirmation_result") == "confirmed"


@guard(
    article="人民调解法第31条",
    next_step="办理「记录履行」；到期没有履行的，办理「记录未履行」；后几期还没有到期的，等到期以后再结案",
)
def instalments_settled(facts: Facts) -> Answer:
    """分期履行的，每一期都已履行，或者已记录未履行。"""
    own = facts.agreement.clauses if facts.agreement else ()
    return [
        _("协议第{n}条的第{parts}期还没有履行结果").format(
            n=clause.ordinal, parts=joined(map(str, clause.open_instalments))
        )
        for clause in (*own, *facts.other_clauses)
        if clause.open_instalments
    ]


@guard(
    article="民事诉讼法第205条；人民调解法第33条",
    next_step="请各方当事人一起申请；有一方不愿意的，协议照样有效，可以就其履行向人民法院起诉",
    asks=("asked_by",),
)
def confirmation_asked_by_all(facts: Facts) -> Answer:
    """司法确认由各方当事人共同申请。"""
    asking = set(facts.ordinals("asked_by"))
    silent = named([party for party in facts.parties if party.ordinal not in asking])
    return _("{who}没有共同申请").format(who=silent) if silent else None


@guard(
    article="民事诉讼法第205条；人民调解法第33条",
    next_step="协议照样有效；一方不履行的，对方可以向人民法院起诉（人民调解法第32条）；各方都同意的，可以再次调解、订立新的协议",
    asks=("confirmation_time",),
)
def within_confirmation_time(facts: Facts) -> Answer:
    """自协议生效之日起三十日内申请司法确认。"""
    last = facts.word("confirmation_time")
    return _("申请期限已于{last}届满").format(last=last) if last else None


@guard(
    article="民事诉讼法第206条",
    next_step="等人民法院的裁定，收到后办理「记录司法确认结果」；已被驳回的，变更协议或者达成新的协议后，就新的协议申请",
    asks=("confirmation_state",),
)
def not_before_a_court(facts: Facts) -> Answer:
    """这份协议还没有申请过司法确认。"""
    words = {
        "applied": _("这份协议已经申请司法确认，人民法院还没有裁定"),
        "confirmed": _("这份协议已经人民法院确认"),
        "dismissed": _("就这份协议的申请已被人民法院驳回"),
    }
    return words.get(facts.word("confirmation_state"))


@guard(article="民事诉讼法第205条、第206条", next_step="先办理「申请司法确认」", asks=("confirmation_state",))
def before_a_court(facts: Facts) -> Answer:
    """已经共同申请，人民法院还没有裁定。"""
    if facts.word("confirmation_state") == "applied":
        return None
    return _("没有等待裁定的司法确认申请")


@rule(article="人民调解法第32条、第33条第3款；民事诉讼法第206条", next_step=BREACH_FIRST)
def breached_annulled_or_dismissed(facts: Facts, rules: Rules) -> Answer:
    """再次调解，是因为协议没有履行，被人民法院确认无效，或者司法确认的申请被驳回。"""
    own = facts.agreement.clauses if facts.agreement else ()
    if facts.annulled or facts.dismissed or any(one.breached for one in (*own, *facts.other_clauses)):
        return None
    why = _("没有未履行的记录，协议没有被人民法院确认无效，司法确认的申请也没有被驳回")
    return not_anew(facts, rules, why)

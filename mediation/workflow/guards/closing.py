"""Guards on closing and archiving: papers issued, clauses settled, everybody told, visited, the volume complete."""

from mediation.language import _, joined
from mediation.workflow.facts import HIGH_RISK, Facts
from mediation.workflow.guards.registry import Answer, guard

_AGREED = ("agreed_written", "agreed_oral")


@guard(article="人民调解法第27条", next_step="制作所列文书，签完、盖章后送出")
def papers_issued(facts: Facts) -> Answer:
    """应当制作的文书都已制作。"""
    titles = {
        "agreement": _("人民调解协议书"),
        "oral_agreement": _("口头协议登记表"),
        "termination_notice": _("终止调解通知书"),
        "non_acceptance_notice": _("不予受理通知书"),
        "suspension_notice": _("中止调解通知书"),
        "correction_notice": _("更正书"),
        "voiding_notice": _("作废说明"),
    }
    owed = [titles.get(form, form) for form in facts.papers_owed]
    return _("还没有制作，或者还没有签完、盖章：{papers}").format(papers=joined(owed)) if owed else None


@guard(article="人民调解法第31条", next_step="办理「记录履行」；没有履行的，办理「记录未履行」并告知其他途径")
def clauses_settled(facts: Facts) -> Answer:
    """协议的每一条都已履行，或者已记录未履行并告知途径。"""
    clauses = facts.agreement.clauses if facts.agreement else ()
    sentences = []
    for message, rows in (
        (_("协议第{ordinals}条还没有履行结果"), clauses),
        (_("同时有效的另一份协议第{ordinals}条还没有履行结果"), facts.other_clauses),
    ):
        open_ones = [str(clause.ordinal) for clause in rows if not (clause.performed or clause.breached)]
        if open_ones:
            sentences.append(message.format(ordinals=joined(open_ones)))
    return sentences


@guard(article="人民调解法第26条", next_step="办理「送达通知」，记录每位当事人的送达日期")
def everybody_told(facts: Facts) -> Answer:
    """通知和其他途径已告知每位当事人。"""
    return None if facts.notice_told_to_all else _("还有当事人没有收到通知和其他途径的告知")


@guard(
    article="人民调解法第25条",
    next_step="办理「报告公安机关」；经核实没有激化可能的，结案时写明不报告的理由",
    asks=("no_report_reason",),
)
def danger_reported(facts: Facts) -> Answer:
    """纠纷有激化可能(风险等级为高)的，已向公安机关报告，或者写明不报告的理由。"""
    if facts.risk != HIGH_RISK or facts.police_reports or facts.no_report_explained:
        return None
    return None if facts.is_so("no_report_reason") else _("这件纠纷风险等级为高，还没有向公安机关报告的记录")


@guard(article="办理规则·回访", next_step="办理「回访」")
def visited_if_agreed(facts: Facts) -> Answer:
    """达成协议的纠纷，归档前至少回访一次。"""
    if facts.outcome not in _AGREED or facts.visits > 0:
        return None
    return _("达成协议的纠纷还没有回访")


@guard(
    article="人民调解法第27条",
    next_step="补齐所列材料；文书在案件的“文书”一栏出具；手签的原件另存的，归档时写明纸质卷存放处",
)
def volume_complete(facts: Facts) -> Answer:
    """卷宗材料齐全。"""
    if not facts.volume_lacks:
        return None
    return _("卷宗还缺少：{what}").format(what=joined(facts.volume_lacks))

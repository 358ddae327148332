"""Guards on signing a paper: it is frozen, the slot is open, the signer is known and agrees, nobody is missing."""

from mediation.language import _, joined
from mediation.workflow.facts import Facts, SlotFacts
from mediation.workflow.guards.registry import Answer, Rules, Told, guard, rule

SEAL = "seal"
_OF_OTHER_PAPERS = frozenset({"sign_paper", "scan_paper", "seal_paper"})


@rule(article="办理规则·先定稿后签署", next_step="先印出要签的文书；协议书在达成协议时印出")
def paper_frozen(facts: Facts, rules: Rules) -> Answer:
    """签署的是已经定稿的文书；补充协议所补充的协议仍然有效。"""
    if rules.edge.trigger in _OF_OTHER_PAPERS:
        frozen = facts.agreement is not None and facts.agreement.frozen
        return None if frozen else _("要签的文书还没有印出，或者没有写明是哪一份（paper）")
    if facts.agreement is None:
        return _("还没有协议书")
    if facts.agreement.adds_to_void:
        return Told(
            _("所补充的第{n}号协议已经不再有效，补充协议不能签署生效").format(n=facts.agreement.adds_to_void),
            _("办理「不再补充」；需要的，征得全体当事人同意后再次调解"),
        )
    return None if facts.agreement.frozen else _("协议书还没有定稿")


@guard(article="办理规则·一处一签", next_step="选择还没有签名的签名处；印章用「加盖印章」", asks=("slot",))
def slot_is_open(facts: Facts) -> Answer:
    """签名处存在，而且还没有签过。"""
    name = facts.word("slot")
    slots = _slots(facts)
    chosen = next((slot for slot in slots if slot.name == name), None)
    if chosen is None or chosen.role == SEAL:
        waiting = [slot.label for slot in slots if not slot.signed and slot.role != SEAL]
        if not waiting:
            return _("没有这个签名处，签名处都已签完")
        return _("没有这个签名处；还没有签的是：{waiting}").format(waiting=joined(waiting))
    return _("{who}已经签过").format(who=chosen.label) if chosen.signed else None


@guard(
    article="电子签名法第8条第3项",
    next_step="核对证件或者以其他方式确认身份，再选填",
    asks=("identity_check",),
)
def signer_identified(facts: Facts) -> Answer:
    """签名人的身份已经核实。"""
    return None if facts.word("identity_check") else _("没有记录怎样核实签名人的身份")


@guard(
    article="人民调解法第3条；电子签名法第3条",
    next_step="请签名人阅读或者向其宣读全文，同意后再签；不同意的，不能签",
    asks=("agrees",),
)
def signer_agrees(facts: Facts) -> Answer:
    """签名人读过或者听过全文，同意内容和签署方式。"""
    return None if facts.is_so("agrees") else _("签名人没有表示同意协议内容和签署方式")


@guard(
    article="电子签名法第3条",
    next_step="请在纸质协议书上签名；改为电子或者混合签署的，办理「退回继续调解」后重新达成",
)
def tablet_is_expected(facts: Facts) -> Answer:
    """纸质签署的协议书不在平板上签名。"""
    medium = facts.agreement.medium if facts.agreement else ""
    return _("这份协议书约定纸质签署，不能电子签名") if medium == "ink" else None


@guard(
    article="民法典第165条、第171条",
    next_step="由当事人本人办理，或者补交载明该项权限的授权委托书（办理「补正资料」）",
    asks=("agent_lacks",),
)
def agent_is_empowered(facts: Facts) -> Answer:
    """代理人办理的事项在委托权限和期限之内。"""
    lacks = facts.word("agent_lacks")
    if not lacks:
        return None
    titles = {
        "apply": _("代为申请调解"),
        "end": _("要求终止调解"),
        "sign_agreement": _("签署调解协议书"),
        "sign_record": _("签署调解记录"),
        "sign_investigation": _("签署调查记录"),
        "sign_notice": _("签署权利义务告知书"),
        "receive": _("领取文书"),
        "confirm": _("代为申请司法确认"),
    }
    if lacks == "term":
        return _("代理人的委托期限已经届满")
    return _("代理人没有「{power}」的权限").format(power=titles.get(lacks, lacks))


@guard(article="办理规则·扫描件", next_step="电子签署的协议书不需要扫描件")
def ink_is_expected(facts: Facts) -> Answer:
    """只有纸质或者混合签署的协议书才附扫描件。"""
    medium = facts.agreement.medium if facts.agreement else ""
    return None if medium in ("ink", "mixed") else _("这份协议书不是纸质签署")


@guard(
    article="人民调解法第29条",
    next_step="请其签名；拒绝签名的，办理「退回继续调解」或者「当事人拒绝调解」，补充协议办理「不再补充」",
)
def everybody_signed(facts: Facts) -> Answer:
    """各方当事人、调解员、记录人都已签名，才能加盖印章。"""
    slots = [slot for slot in _slots(facts) if slot.role != SEAL]
    if not slots:
        return _("协议书上没有签名处，还没有人签名")
    waiting = [slot.label for slot in slots if not slot.signed]
    return _("还没有签名：{who}").format(who=joined(waiting)) if waiting else None


@guard(article="人民调解法第27条；办理规则·扫描件", next_step="办理「附签字扫描件」")
def scan_attached_if_ink(facts: Facts) -> Answer:
    """纸质签署的协议书已附扫描件。"""
    if facts.agreement is None or facts.agreement.medium not in ("ink", "mixed"):
        return None
    return None if facts.agreement.scan_attached else _("纸质签署的协议书还没有附扫描件")


def _slots(facts: Facts) -> tuple[SlotFacts, ...]:
    return facts.agreement.slots if facts.agreement else ()

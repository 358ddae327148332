"""Guards on approvals: what may be asked for, who may change it, and whether it stands on the facts as they are now."""

from collections.abc import Iterator

from mediation.language import _, joined
from mediation.workflow.facts import ApprovalFacts, Facts
from mediation.workflow.guards.registry import Answer, Rules, Told, guard, rule

_NEVER = ApprovalFacts()


@rule(article="办理规则·送审", next_step="选流程定义里有、现在可以送审的事项", asks=("approval",))
def approval_may_be_asked(facts: Facts, rules: Rules) -> Answer:
    """送审事项在流程定义里，现在可以送审，而且没有正在会签的。"""
    name = facts.word("approval")
    known = rules.definition.approvals.get(name)
    if known is None:
        titles = joined(
            _("{title}（{code}）").format(title=_(one.title), code=key)
            for key, one in rules.definition.approvals.items()
        )
        message = _("没有写明送审哪一项；可以送审：{titles}")
        if name:
            message = _("流程「{workflow}」没有「{name}」这一项审批；可以送审：{titles}")
        return message.format(workflow=rules.definition.title, name=name, titles=titles or _("无"))
    if facts.state not in known.states:
        states = joined(rules.definition.states[state].title for state in known.states)
        return _("「{title}」只在「{states}」时送审").format(title=known.title, states=states)
    now = facts.approvals.get(name, _NEVER)
    if now.state == "open":
        return Told(
            _("「{title}」正在会签，不用重复送审").format(title=known.title),
            _("等会签的人办完，可以「催办」；要改送别人，送审人先「撤回」"),
        )
    if now.state == "agreed" and not now.changed:
        return Told(
            _("「{title}」已经通过，所看的事实没有变，不用再送审").format(title=known.title),
            _("接着往下办；所看的事实改了以后再送审"),
        )
    return None


@rule(
    article="办理规则·会签人增减", next_step="看办件页的「待办与审批」，选正在会签的一项", asks=("approval",)
)
def approval_is_open(facts: Facts, rules: Rules) -> Answer:
    """写明的这一项正在会签。"""
    name = facts.word("approval")
    if not name:
        return None
    known = rules.definition.approvals.get(name)
    if known is None:
        return _("流程「{workflow}」没有「{name}」这一项审批").format(
            workflow=rules.definition.title, name=name
        )
    if facts.approvals.get(name, _NEVER).state == "open":
        return None
    return _("「{title}」没有正在会签的").format(title=known.title)


@guard(article="办理规则·会签人增减", next_step="请送审人或者正在会签的人办理", asks=("approval",))
def approval_concerns_me(facts: Facts) -> Answer:
    """这一项是自己送审的，或者正等自己会签。"""
    name = facts.word("approval")
    now = facts.approvals.get(name)
    if now is None or now.asked_by_me or now.mine:
        return None
    return _("这一项不是您送审的，也不等您会签")


@guard(article="办理规则·谁提出谁撤回", next_step="请送审人办理", asks=("approval",))
def approval_asked_by_me(facts: Facts) -> Answer:
    """这一项是自己送审的。"""
    now = facts.approvals.get(facts.word("approval"))
    return None if now is None or now.asked_by_me else _("这一项不是您送审的")


@rule(
    article="办理规则·按所看的事实会签",
    next_step="请送审人办理「再送审」；不同意的，办理「驳回」",
    asks=("task",),
)
def looked_at_is_unchanged(facts: Facts, rules: Rules) -> Answer:
    """送审以后，所看的事实没有变。"""
    name = facts.task.approval if facts.task is not None else ""
    return [
        _("送审以后，{fact}变了").format(fact=_(rules.fact_words.get(fact, fact)))
        for fact in facts.approvals.get(name, _NEVER).changed
    ]


@guard(article="办理规则·审批", next_step="请其他会签人办理，或者「加签」", asks=("task", "approval"))
def not_by_asker_alone(facts: Facts) -> Answer:
    """审批不能只由送审人自己通过。"""
    return _("只有送审人自己同意，不算通过") if facts.is_so("asker_alone") else None


@rule(article="办理规则·再送审", next_step="没有驳回、没有失效、事实也没有变的审批继续有效，不用再送审")
def something_to_resubmit(facts: Facts, rules: Rules) -> Answer:
    """有被驳回或者失效的审批，或者审批以后所看的事实变了，而且现在可以送审。"""
    wanted = set(facts.words("approvals")) or set(rules.definition.approvals)
    ripe = [
        known
        for name, known in rules.definition.approvals.items()
        if name in wanted and _may_reopen(facts.approvals.get(name, _NEVER))
    ]
    if not ripe:
        return _("没有需要再送审的审批")
    if any(facts.state in known.states for known in ripe):
        return None
    return [
        Told(
            _("「{title}」只在「{states}」时送审").format(
                title=known.title,
                states=joined(rules.definition.states[name].title for name in known.states),
            ),
            _("案件办到这一步时再办「再送审」"),
        )
        for known in ripe
    ]


@rule(article="办理规则·审批", next_step="办理「送审会签」；被驳回、失效或者事实变了的，办理「再送审」")
def approvals_stand(facts: Facts, rules: Rules) -> Answer:
    """要求的审批都已通过，而且所看的事实没有变。"""
    return [why for name in rules.edge.approvals for why in _why_not(facts, rules, name, asked=False)]


@rule(
    article="办理规则·审批",
    next_step="等会签办结，或者由送审人「撤回」；被驳回、失效或者事实变了的，办理「再送审」",
)
def asked_approvals_stand(facts: Facts, rules: Rules) -> Answer:
    """送审过、没有撤回的审批都已通过，而且所看的事实没有变。"""
    return [why for name in rules.edge.approvals_if_asked for why in _why_not(facts, rules, name, asked=True)]


def _may_reopen(now: ApprovalFacts) -> bool:
    return now.state in {"rejected", "lapsed"} or (now.state in {"open", "agreed"} and bool(now.changed))


def _why_not(facts: Facts, rules: Rules, name: str, *, asked: bool) -> Iterator[str | Told]:
    """Why an approval does not stand; `asked`: one that was never asked for, or was taken back, is no hindrance.

    A round that lapsed is one: else a pause or a step back would be a way past whoever was asked.
    """
    title = rules.definition.approvals[name].title
    now = facts.approvals.get(name, _NEVER)
    if now.state in {"none", "taken_back"}:
        if not asked:
            yield _("「{title}」还没有送审").format(title=title)
    elif now.state == "open":
        yield Told(
            _("「{title}」正在会签，还没有结果").format(title=title),
            _("等会签的人办完，可以「催办」；不用审了的，由送审人「撤回」"),
        )
    elif now.state == "rejected":
        yield _("「{title}」被驳回了").format(title=title)
    elif now.state == "lapsed":
        yield _("「{title}」没有办结就失效了").format(title=title)
    for fact in now.changed if now.state == "agreed" else ():
        yield _("「{title}」通过以后，{fact}变了").format(
            title=title, fact=_(rules.fact_words.get(fact, fact))
        )

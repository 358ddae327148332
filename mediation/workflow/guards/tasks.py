"""Guards on what people have to do for each other: whose task it is, whether it is open, what its kind allows."""

from mediation.language import _, joined
from mediation.workflow.definition import State
from mediation.workflow.facts import Facts
from mediation.workflow.guards.registry import Answer, Rules, condition, guard, rule

KIND_TITLES = {
    "turn": "本步待办",
    "approval": "会签",
    "part": "分办事项",
    "opinion": "征求意见",
    "promise": "承诺事项",
    "instruction": "请示",
    "call": "随叫随驻",
    "copy": "抄送件",
}
_PERSONAL = {"mediator": "本案调解员", "first_receiver": "首问责任人"}


def is_personal(state: State) -> bool:
    """Whether the state's turn is that of whoever is the case's mediator or first receiver, and goes with that."""
    return state.owner is not None and state.owner.relation in _PERSONAL


@condition(title="写明撤回哪一项待办或者送审", opposite="不写明撤回哪一项", asks=("task", "approval"))
def takes_back_asked(facts: Facts) -> bool:
    return facts.says("task", "approval")


@guard(article="办理规则·指明待办", next_step="看办件页的「待办与审批」，指明是第几号", asks=("task",))
def task_named(facts: Facts) -> Answer:
    """要写明是哪一项待办。"""
    return None if facts.task is not None or facts.says("task") else _("没有写明是哪一项待办")


@guard(
    article="办理规则·待办有效", next_step="看办件页的「待办与审批」，只有没有办结的才能办", asks=("task",)
)
def task_is_open(facts: Facts) -> Answer:
    """待办存在，没有办结，也轮到了。"""
    task = facts.task
    if task is None:
        return _("本案没有第{n}号待办").format(n=facts.act["task"]) if facts.says("task") else None
    if not task.open:
        return _("第{n}号待办已经办结").format(n=task.ordinal)
    if task.waiting:
        message = _("第{n}号待办按顺序会签，还没有轮到；现在轮到{who}")
        return message.format(n=task.ordinal, who=joined(task.turn_of))
    return None


@guard(
    article="办理规则·谁的待办谁办", next_step="请待办的承办人办理，或者由其「转办」「委派」", asks=("task",)
)
def task_is_mine(facts: Facts) -> Answer:
    """待办是自己的，或者是本单位的、没有指定到人。"""
    if facts.task is None or facts.task.mine:
        return None
    return _("第{n}号待办不是您的").format(n=facts.task.ordinal)


@guard(article="办理规则·谁提出谁撤回", next_step="请提出的人撤回", asks=("task",))
def task_asked_by_me(facts: Facts) -> Answer:
    """待办是自己提出的。"""
    if facts.task is None or facts.task.asked_by_me:
        return None
    return _("第{n}号待办不是您提出的").format(n=facts.task.ordinal)


@guard(
    article="办理规则·委派",
    next_step="受委派的人办理「办复」，写明意见，交还委派人",
    asks=("task",),
)
def task_is_not_lent(facts: Facts) -> Answer:
    """受委派的待办只能办复，由委派人决定、转办或者再委派。"""
    if facts.task is None or not facts.task.delegated:
        return None
    if not facts.task.mine:
        return _("第{n}号待办已经委派出去，还没有交还").format(n=facts.task.ordinal)
    return _("第{n}号待办是别人委派给您的，要由委派人办理").format(n=facts.task.ordinal)


@guard(article="办理规则·会签", next_step="办理「同意」或者「驳回」", asks=("task",))
def only_lent_approvals_are_answered(facts: Facts) -> Answer:
    """会签要表明同意还是驳回；只有受委派的用办复。"""
    if facts.task is None or facts.task.kind != "approval" or facts.task.delegated:
        return None
    return _("第{n}号待办是会签，要表明同意还是驳回").format(n=facts.task.ordinal)


@guard(article="办理规则·催办", next_step="明天再催；急的，直接联系承办人", asks=("task",))
def not_urged_today(facts: Facts) -> Answer:
    """同一人对同一待办一天催办一次。"""
    if facts.task is None or not facts.is_so("urged_today"):
        return None
    return _("第{n}号待办您今天已经催办过").format(n=facts.task.ordinal)


@rule(article="办理规则·待办种类", next_step="看合法性矩阵：这一种待办在这个状态可以办理什么", asks=("task",))
def task_allows(facts: Facts, rules: Rules) -> Answer:
    """这一种待办允许这项操作，而且在这个状态存在。"""
    if facts.task is None:
        return None
    kind = facts.task.kind
    known = rules.definition.tasks.get(kind)
    title = known.title if known else _(KIND_TITLES[kind])
    act = rules.definition.triggers[rules.edge.trigger].title
    if known is None:
        return _("流程「{workflow}」没有「{kind}」这一种待办").format(
            workflow=rules.definition.title, kind=title
        )
    if rules.edge.trigger not in known.verbs:
        return _("「{kind}」这一种待办不能办理「{act}」").format(kind=title, act=act)
    if facts.state not in known.states:
        state = (
            rules.definition.states[facts.state].title
            if facts.state in rules.definition.states
            else facts.state
        )
        return _("「{kind}」这一种待办在「{state}」已经失效").format(kind=title, state=state)
    return None


@rule(
    article="办理规则·一步一责任人",
    next_step="换调解员的，办理「更换调解员」；换单位的，到「已研判」这一步办理「交办」",
    asks=("task",),
)
def turn_may_change_hands(facts: Facts, rules: Rules) -> Answer:
    """本步待办由本案调解员或者首问责任人办理的，不能转给别人。"""
    state = rules.definition.states.get(facts.state)
    if facts.task is None or facts.task.kind != "turn" or state is None:
        return None
    if state.owner is None or not is_personal(state):
        return None
    return _("「{state}」这一步只能由{who}办理").format(
        state=state.title, who=_(_PERSONAL[state.owner.relation])
    )

"""Steps back: to a state that the case has been in, as far as the definition allows."""

from mediation.language import _, joined
from mediation.workflow.facts import Facts
from mediation.workflow.guards.registry import Answer, Rules, condition, rule


@condition(title="写明退到哪一步", opposite="不写明退到哪一步", asks=("to",))
def goes_back(facts: Facts) -> bool:
    return facts.says("to")


@rule(article="办理规则·驳回到以前的步骤", next_step="选这件纠纷经过的一步", asks=("to",))
def went_through_it(facts: Facts, rules: Rules) -> Answer:
    """只能退到流程定义允许、这件纠纷经过的步骤。"""
    states, wanted = rules.definition.states, facts.word("to")
    open_to = [name for name in rules.edge.back_to if name in facts.visited and name != facts.state]
    titles = joined(
        _("{title}（{code}）").format(title=_(states[name].title), code=name) for name in open_to
    ) or _("无")
    if not wanted:
        return _("没有写明退到哪一步；可以退到：{titles}").format(titles=titles)
    if wanted in open_to:
        return None
    title = states[wanted].title if wanted in states else wanted
    if wanted in rules.edge.back_to:
        return _("这件纠纷没有经过「{state}」；可以退到：{titles}").format(state=title, titles=titles)
    return _("不能退到「{state}」；可以退到：{titles}").format(state=title, titles=titles)

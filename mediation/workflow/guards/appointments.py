"""Guards on appointments: nobody in two places at once."""

from mediation.language import _
from mediation.workflow.facts import Facts
from mediation.workflow.guards.registry import Answer, guard


@guard(
    article="办理规则·约定时间",
    next_step="另约时间，或者换一位；确实可以兼顾的，写明理由（despite）",
    asks=("clashes",),
)
def free_at_that_time(facts: Facts) -> Answer:
    """约定的人在那个时间没有别的约定，或者写明了理由。"""
    return [_("那个时间已有约定：{when}").format(when=when) for when in facts.words("clashes")]

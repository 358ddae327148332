"""The guards and conditions that definitions may name. A guard whose meaning changes gets a new name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial, wraps

from mediation.errors import Reason
from mediation.language import _, joined
from mediation.workflow.definition import Definition, Edge
from mediation.workflow.facts import Facts, PartyFacts


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence that has a next step of its own, where that of its guard would lead astray."""

    sentence: str
    next_step: str


Answer = str | Told | Sequence[str | Told] | None
Judgement = Callable[[Facts], Answer]


@dataclass(frozen=True, slots=True)
class Rules:
    """What a guard may know besides the facts: the definition, the edge that it guards, and words for facts looked at."""

    definition: Definition
    edge: Edge
    fact_words: Mapping[str, str]


RuledJudgement = Callable[[Facts, Rules], Answer]


@dataclass(frozen=True, slots=True)
class Guard:
    """A named rule. `asks` are the keys of the act that it reads: without the act it cannot be judged.

    `by_rules`: it reads the definition as well, and judges nothing before `under` has told it which.
    """

    name: str
    about: str
    article: str
    next_step: str
    asks: tuple[str, ...]
    judge: Judgement
    by_rules: RuledJudgement | None = None

    def under(self, rules: Rules) -> "Guard":
        """The guard as it judges on one edge of one definition."""
        if self.by_rules is None:
            return self
        judge = partial(_judge_by, self.by_rules, rules)
        return Guard(self.name, self.about, self.article, self.next_step, self.asks, judge)

    def reasons(self, facts: Facts) -> list[Reason]:
        """Why the act is refused, one reason a sentence; empty if nothing stands in its way."""
        answer = self.judge(facts)
        if not answer:
            return []
        article, next_step = _(self.article), _(self.next_step)
        told = [
            one if isinstance(one, Told) else Told(one, next_step)
            for one in ((answer,) if isinstance(answer, str | Told) else answer)
        ]
        return [Reason(self.name, one.sentence, article, one.next_step) for one in told]


@dataclass(frozen=True, slots=True)
class Condition:
    """A named yes-or-no fact that chooses between edges, with its words for both answers.

    `asks` are the keys of the act that it reads: whoever acts chooses between its edges.
    """

    name: str
    holds: Callable[[Facts], bool]
    title: str
    opposite: str
    asks: tuple[str, ...] = ()


GUARDS: dict[str, Guard] = {}
CONDITIONS: dict[str, Condition] = {}


def guard(*, article: str, next_step: str, asks: Sequence[str] = ()) -> Callable[[Judgement], Judgement]:
    """Register a guard under its function's name; the first line of its docstring says what it demands.

    `article` is the law or, where it begins with 办理规则 or 部署单位规定, a rule of the house or of the site.
    """

    def register(judge: Judgement) -> Judgement:
        name = judge.__name__
        if name in GUARDS:
            raise ValueError(_("条件 {name} 已经有了").format(name=name))
        about = (judge.__doc__ or "").strip().splitlines()[0]
        GUARDS[name] = Guard(name, about, article, next_step, tuple(asks), judge)
        return judge

    return register


def rule(
    *, article: str, next_step: str, asks: Sequence[str] = ()
) -> Callable[[RuledJudgement], RuledJudgement]:
    """Register a guard that judges by what the definition says; else as `guard`."""

    def register(judge: RuledJudgement) -> RuledJudgement:
        guard(article=article, next_step=next_step, asks=asks)(_without_rules(judge))
        GUARDS[judge.__name__] = replace(GUARDS[judge.__name__], by_rules=judge)
        return judge

    return register


def condition(
    *, title: str, opposite: str, asks: Sequence[str] = ()
) -> Callable[[Callable[[Facts], bool]], Callable[[Facts], bool]]:
    """Register a condition under its function's name."""

    def register(holds: Callable[[Facts], bool]) -> Callable[[Facts], bool]:
        CONDITIONS[holds.__name__] = Condition(holds.__name__, holds, title, opposite, tuple(asks))
        return holds

    return register


def _judge_by(judge: RuledJudgement, rules: Rules, facts: Facts) -> Answer:
    return judge(facts, rules)


def _without_rules(judge: RuledJudgement) -> Judgement:
    @wraps(judge)
    def unruled(_facts: Facts) -> Answer:
        raise ValueError(_("条件 {name} 要知道流程定义才能判断").format(name=judge.__name__))

    return unruled


@condition(title="已受理", opposite="尚未受理")
def accepted(facts: Facts) -> bool:
    return facts.accepted


def named(parties: Sequence[PartyFacts]) -> str:
    """The parties' labels in a row: 申请人、被申请人2."""
    return joined(party.label or _("第{n}位当事人").format(n=party.ordinal) for party in parties)

"""分流: which unit, level and definition a dispute goes to, by the site's rules, and why in words. Pure.

A rule holds if all its conditions hold. `only`: exactly one rule may fit any dispute; `first`: the first that fits wins,
and those that fit after it are named. That a set of rules keeps its policy is proved in routing_proof.py.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from mediation.codes import Codes
from mediation.errors import NotFound
from mediation.language import _, joined
from mediation.units.chain import Chain
from mediation.units.tree import Node, Tree

HitPolicy = Literal["only", "first"]
LISTED = ("category", "governance", "place", "risk", "source")
BANDS = ("headcount", "amount")
DIMENSIONS = (*LISTED, *BANDS, "repeat")
FEN = 100
_LISTS = {
    "category": "judicial_categories",
    "governance": "governance_categories",
    "risk": "risks",
    "source": "sources",
    "tier": "tiers",
}


@dataclass(frozen=True, slots=True)
class Band:
    """From `first` on (it included), below `under` (it left out); persons, or yuan. 以上 and 不满 as 民法典 Art. 1259 has them."""

    first: int = 0
    under: int | None = None

    def holds(self, value: int) -> bool:
        return self.first <= value and (self.under is None or value < self.under)


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a rule asks of a dispute; an empty list and None ask nothing. Amounts in yuan.

    `governance`: a class covers its kinds. `place`: a unit covers all below it.
    """

    category: tuple[str, ...] = ()
    governance: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    risk: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    headcount: Band | None = None
    amount: Band | None = None
    repeat: bool | None = None


@dataclass(frozen=True, slots=True)
class Department:
    """The nearest unit of a kind, looked for from the unit on the level `at` upwards; from the place itself if None."""

    kind: str
    at: str | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """By when: a span as deadlines write it (`7 working_days`), and the rule it rests on."""

    span: str
    article: str


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a rule sends a dispute: a level of the chain, a unit by its code or a department, and how it is handled."""

    level: str | None = None
    unit: str | None = None
    department: Department | None = None
    definition: str = "ordinary"
    tier: str | None = None
    limit: Limit | None = None

    @property
    def names_level_only(self) -> bool:
        return self.unit is None and self.department is None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `but_not`: none of these may hold; only its lists are used. `title`: what people call it, if the site says."""

    id: str
    because: str
    then: Destination
    when: Conditions = Conditions()
    but_not: Conditions = Conditions()
    title: str = ""

    @property
    def called(self) -> str:
        """How it is named to people: its title, else what it is there for; never its id."""
        return self.title or self.because

    @property
    def reason(self) -> str:
        """The rule in one sentence: its title, if it has one, and what it is there for."""
        return (
            _("{title}：{because}").format(title=self.title, because=self.because)
            if self.title
            else self.because
        )


@dataclass(frozen=True)
class RoutingRules:
    """The rules of a site, in their order. `version` and `sha256` say which configuration they are."""

    policy: HitPolicy
    rules: tuple[Rule, ...]
    version: int = 0
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What rules look at. `place`, `holder`: ids of units. An amount that is not known counts as nothing."""

    category: str
    governance: str
    place: int
    headcount: int = 2
    amount_fen: int | None = None
    risk: str = "low"
    source: str = "applied"
    repeat: bool = False
    holder: int | None = None


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another rule that would have fitted, and where it would have sent the dispute."""

    rule: str
    because: str
    unit: str | None
    told: str
    title: str = ""

    @property
    def called(self) -> str:
        """How it is named to people."""
        return self.title or self.because


@dataclass(frozen=True)
class Suggestion:
    """What is suggested, and why. `rule` is None if none fits; `unit` is None if it cannot be found from the place.

    `ruling`: number of the one that has given such disputes to the unit, in place of the rule, which is `next` then; `because`,
    `title` and `why` are the ruling's, while definition, tier and limit stay what the rule says.

    `why`: each condition that holds. `overridden`: the ids of all other rules that fit, `overridden_titles` what people call
    them. `next`: the first of them. `title`: the rule's, if the site gives it one; `reason`: title and `because`, for people.
    `unit_title`, `level_title` … are for people. `level`: the level on which the unit lies or to which it is attached.
    `level_only`: the rule names no unit, so that any department of that level will do.
    """

    rule: str | None
    because: str
    why: tuple[str, ...]
    unit: str | None = None
    unit_title: str = ""
    level: str | None = None
    level_title: str = ""
    definition: str = ""
    definition_title: str = ""
    tier: str | None = None
    tier_title: str = ""
    limit: Limit | None = None
    level_only: bool = False
    where: str = ""
    overridden: tuple[str, ...] = ()
    next: Alternative | None = None
    version: int = field(default=0)
    title: str = ""
    reason: str = ""
    overridden_titles: tuple[str, ...] = ()
    ruling: str = ""


def route(
    facts: CaseFacts,
    rules: RoutingRules,
    tree: Tree,
    chain: Chain,
    codes: Codes,
    definitions: Mapping[str, str] | None = None,
) -> Suggestion:
    """What the rules say of a dispute; every answer says which rule and why. `definitions`: name → title, for words."""
    titles = definitions or {}
    lines = _Lines(facts, tree, codes)
    fitting = [rule for rule in rules.rules if lines.fit(rule)]
    where = _where(facts, tree, chain)
    if not fitting:
        because = _("没有一条分流规则符合，请由人决定")
        return Suggestion(None, because, (), where=where, version=rules.version)
    rule, *others = fitting
    unit = destination(rule.then, facts.place, tree, chain)
    level = tree.level_of(unit.id, chain) if unit else None
    following = None
    if others:
        after = destination(others[0].then, facts.place, tree, chain)
        definition = others[0].then.definition
        told = would_send(after, titles.get(definition, definition))
        code = after.code if after else None
        following = Alternative(others[0].id, others[0].because, code, told, others[0].title)
    return Suggestion(
        rule=rule.id,
        because=rule.because,
        why=tuple(lines.why(rule)),
        unit=unit.code if unit else None,
        unit_title=unit.name if unit else "",
        level=level.key if level else None,
        level_title=level.name if level else "",
        definition=rule.then.definition,
        definition_title=titles.get(rule.then.definition, rule.then.definition),
        tier=rule.then.tier,
        tier_title=coded("tier", rule.then.tier, codes) if rule.then.tier else "",
        limit=rule.then.limit,
        level_only=rule.then.names_level_only,
        where=where,
        overridden=tuple(other.id for other in others),
        next=following,
        version=rules.version,
        title=rule.title,
        reason=rule.reason,
        overridden_titles=tuple(other.called for other in others),
    )


def destination(then: Destination, place: int, tree: Tree, chain: Chain) -> Node | None:
    """The unit that a rule means, seen from the place of the dispute; None if there is none."""
    if then.unit is not None:
        try:
            return tree.by_code(then.unit)
        except NotFound:
            return None
    if then.department is not None:
        return _department(then.department, place, tree, chain)
    return _on_level(then.level, place, tree, chain)


def follows(suggestion: Suggestion, unit: int, tree: Tree, chain: Chain) -> bool:
    """Is handling by the unit what was suggested? Where the rule names a level only, its departments are as good."""
    if suggestion.unit is None:
        return True
    if tree.unit(unit).code == suggestion.unit:
        return True
    node = tree.unit(unit)
    if not suggestion.level_only or node.kind == "area" or node.level is not None:
        return False
    nearest = next((one for one in tree.ancestors(unit) if one.level in chain), None)
    return nearest is not None and nearest.code == suggestion.unit


def would_send(unit: Node | None, definition: str) -> str:
    """Where a rule sends a dispute, told of one that gives way."""
    if unit is None:
        return _("找不到它所指的单位")
    return _("会交给{unit}，按{definition}办理").format(unit=unit.name, definition=definition)


class _Lines:
    """A dispute's facts as rules compare them: each value with the classes or units above it."""

    def __init__(self, facts: CaseFacts, tree: Tree, codes: Codes) -> None:
        self.facts, self.tree, self.codes = facts, tree, codes
        self.nodes = tree.lineage(facts.place)
        self.of: dict[str, tuple[str, ...]] = {
            "category": (facts.category,),
            "governance": governance_line(facts.governance, codes),
            "place": tuple(node.code for node in self.nodes),
            "risk": (facts.risk,),
            "source": (facts.source,),
        }
        self.amounts = {"headcount": facts.headcount, "amount": (facts.amount_fen or 0) // FEN}

    def fit(self, rule: Rule) -> bool:
        """Does the rule fit?"""
        for name in LISTED:
            line = self.of[name]
            wanted, unwanted = getattr(rule.when, name), getattr(rule.but_not, name)
            if wanted and not any(one in line for one in wanted):
                return False
            if unwanted and any(one in line for one in unwanted):
                return False
        for name in BANDS:
            band: Band | None = getattr(rule.when, name)
            if band is not None and not band.holds(self.amounts[name]):
                return False
        return rule.when.repeat is None or rule.when.repeat == self.facts.repeat

    def why(self, rule: Rule) -> Iterator[str]:
        """Each condition of a rule that fits, in words."""
        found = [*self._lists(rule), *self._bands(rule)]
        if rule.when.repeat is not None:
            found.append(_("是重复发生的纠纷") if self.facts.repeat else _("不是重复发生的纠纷"))
        yield from found or [_("这条规则没有条件，别的规则都不符合时用它")]

    def _lists(self, rule: Rule) -> Iterator[str]:
        titles = {
            "category": _("司法行政类别"),
            "governance": _("综治类别"),
            "place": _("所在地"),
            "risk": _("风险"),
            "source": _("来源"),
        }
        for name in LISTED:
            line = self.of[name]
            value = self._title(name, line[0])
            by = next((one for one in getattr(rule.when, name) if one in line), None)
            if by is not None:
                within = "" if by == line[0] else _("，属于{above}").format(above=self._title(name, by))
                yield _("{title}是{value}{within}").format(title=titles[name], value=value, within=within)
            unwanted = getattr(rule.but_not, name)
            if unwanted:
                others = joined(self._title(name, one) for one in unwanted)
                yield _("{title}是{value}，不属于{others}").format(
                    title=titles[name], value=value, others=others
                )

    def _bands(self, rule: Rule) -> Iterator[str]:
        if rule.when.headcount is not None:
            yield _("涉及{count}人：{band}").format(
                count=self.facts.headcount, band=in_words(rule.when.headcount, _("人"))
            )
        if rule.when.amount is not None:
            band = in_words(rule.when.amount, _("元"))
            if self.facts.amount_fen is None:
                yield _("没有写金额，按0元算：{band}").format(band=band)
            else:
                yuan = f"{self.facts.amount_fen / FEN:.2f}".removesuffix(".00")
                yield _("金额{yuan}元：{band}").format(yuan=yuan, band=band)

    def _title(self, name: str, code: str) -> str:
        if name == "place":
            return next((node.name for node in self.nodes if node.code == code), None) or self._unit(code)
        return coded(name, code, self.codes)

    def _unit(self, code: str) -> str:
        try:
            return self.tree.by_code(code).name
        except NotFound:
            return code


def governance_line(code: str, codes: Codes) -> tuple[str, ...]:
    """A governance category and its class."""
    parent = codes.entry("governance_categories", code).parent if code else None
    return (code, parent) if parent else (code,)


def coded(name: str, code: str, codes: Codes) -> str:
    """The words of a code of one of the rules' lists; the code itself where the list has lost it."""
    try:
        return codes.title(_LISTS[name], code)
    except NotFound:
        return code


def in_words(band: Band, measure: str) -> str:
    """A band as people say it: 10人以上、不满50人."""
    found = []
    if band.first:
        found.append(_("{first}{measure}以上").format(first=band.first, measure=measure))
    if band.under is not None:
        found.append(_("不满{under}{measure}").format(under=band.under, measure=measure))
    return joined(found) or _("不限")


def _on_level(level: str | None, place: int, tree: Tree, chain: Chain) -> Node | None:
    """The unit above the place on the level; a level that the branch lacks is skipped upwards.

    An area below the chain stays where it is when the level lies between it and the chain: its own grids are that level.
    """
    wanted = chain.rank(level)
    if wanted is None:
        return None
    lineage = tree.standing_lineage(place)
    ranked = [(rank, node) for node in lineage if (rank := chain.rank(node.level)) is not None]
    if not ranked:
        return None
    nearest, _node = ranked[0]
    if nearest > wanted and lineage[0].kind == "area":
        return lineage[0]
    return next((node for rank, node in ranked if rank >= wanted), ranked[-1][1])


def _department(wanted: Department, place: int, tree: Tree, chain: Chain) -> Node | None:
    least = chain.rank(wanted.at) if wanted.at is not None else None
    reached = least is None
    for node in tree.standing_lineage(place):
        rank = chain.rank(node.level)
        reached = reached or (rank is not None and least is not None and rank >= least)
        if not reached:
            continue
        if node.kind == wanted.kind and node.level is None:
            return node
        found = [one for one in tree.children(node.id) if one.kind == wanted.kind and one.level is None]
        if found:
            return min(found, key=lambda one: one.code)
    return None


def _where(facts: CaseFacts, tree: Tree, chain: Chain) -> str:
    """Where the dispute is: its place, and who holds it."""
    place = tree.unit(facts.place)
    level = tree.level_of(facts.place, chain)
    found = _("所在地：{place}").format(place=place.name)
    if level is None:
        found += _("（不在层级链上，按层级匹配不到单位）")
    if facts.holder is not None:
        holder = tree.unit(facts.holder)
        on = tree.level_of(facts.holder, chain)
        found += _("；现在的主办单位：{unit}").format(unit=holder.name)
        found += _("（{level}一级）").format(level=on.name) if on else ""
    return found

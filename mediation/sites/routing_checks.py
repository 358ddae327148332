"""What is wrong with a site's rules of routing: names that do not exist, units that cannot, and the proof of the policy. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from mediation.codes import Codes
from mediation.errors import Problem
from mediation.language import _, joined
from mediation.reading import Lines
from mediation.sites.crosschecks import without_ended
from mediation.sites.folder import Site
from mediation.sites.rolls import unfound
from mediation.sites.routing import ROUTING_FILE, ListsSaid, Names, RoutingSaid, RuleSaid, rules_of
from mediation.sites.rows import UNITS_FILE
from mediation.units.chain import Chain
from mediation.units.routing import Destination, destination
from mediation.units.routing_proof import Domain, flaws
from mediation.units.tree import Node, Seat, Tree, is_within
from mediation.workflow.definition import Definition

_Path = tuple[str | int, ...]
_LISTS = {
    "category": "judicial_categories",
    "governance": "governance_categories",
    "risk": "risks",
    "source": "sources",
}


@dataclass(frozen=True)
class Place:
    """What the rules are judged against. `posts`: unit code → kinds of post that somebody there counts as, on the day."""

    tree: Tree
    chain: Chain
    codes: Codes
    definitions: Mapping[str, Definition]
    posts: Mapping[str, frozenset[str]]
    seats: Sequence[Seat]
    day: date


@dataclass(frozen=True)
class Judged:
    """Problems stop the site from loading; warnings do not."""

    problems: Sequence[Problem]
    warnings: Sequence[Problem]


def place_of(site: Site, definitions: Mapping[str, Definition], day: date) -> Place:
    """A site as the rules are judged against it, on a day."""
    posts: dict[str, frozenset[str]] = {}
    for person in site.people:
        for post in person.posts:
            if person.active and is_within(day, post.valid_from, post.valid_to):
                held = posts.get(post.unit, frozenset())
                posts[post.unit] = held | site.post_kinds.counts_as(post.kind)
    nodes = [unit.node for unit in site.units]
    ids = {node.code: node.id for node in nodes}
    seats = [
        Seat(number, one.code, ids[one.unit], one.kind, one.term_from, one.term_to)
        for number, one in enumerate(site.committees)
        if one.unit in ids
    ]
    return Place(Tree(nodes, day), site.chain, site.codes, definitions, posts, seats, day)


def judge_routing(said: RoutingSaid, lines: Lines, place: Place) -> Judged:
    """Every problem of the rules at once. The policy is proved only where every name exists."""
    problems = misnamed(said, lines, _names_of(place))
    if problems:
        return Judged(problems, ())
    rules = rules_of(said)
    warnings: list[Problem] = []
    for number, rule in enumerate(said.rules):
        found = _Reach(rule, rules.rules[number].then, place)
        path = ("rules", number, "then")
        problems += [_at(lines, path, sentence) for sentence in found.faults()]
        warnings += [_at(lines, path, sentence) for sentence in found.warnings()]
    for flaw in flaws(rules, Domain(rules, place.tree, place.codes)):
        at: _Path = ("rules",) if flaw.rule is None else ("rules", flaw.rule)
        named = "" if flaw.rule is None else _("规则 {id}：").format(id=said.rules[flaw.rule].id)
        problems.append(_at(lines, at, named + flaw.message))
    return Judged(problems, warnings)


def misnamed_later(site: Site, place: Place) -> Iterator[tuple[date, Problem]]:
    """Units that rules which are right today name, and that will have ended: first day, and what is wrong then."""
    if site.routing is None:
        return
    for day in without_ended(site.units, place.day):
        tree = Tree([unit.node for unit in site.units], day)
        names = replace(_names_of(place), units=frozenset(node.code for node in tree.nodes))
        yield from ((day, one) for one in misnamed(site.routing, site.routing_lines, names))


def misnamed(said: RoutingSaid, lines: Lines, names: Names) -> list[Problem]:
    """Names that stand twice, and codes, units, levels, kinds and definitions that nobody has."""
    found = (problem for number in range(len(said.rules)) for problem in _names(said, number, lines, names))
    return [*_repeated(said, lines), *found]


def _names_of(place: Place) -> Names:
    units = frozenset(node.code for node in place.tree.nodes)
    return Names(place.codes, tuple(place.chain.keys), units, frozenset(place.definitions))


def _repeated(said: RoutingSaid, lines: Lines) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for number, rule in enumerate(said.rules):
        if first.setdefault(rule.id, number) != number:
            _rules, place = lines.in_file(("rules", first[rule.id]))
            message = _("规则 {id} 已在第{place}条").format(id=rule.id, place=int(place) + 1)
            yield _at(lines, ("rules", number, "id"), message)


def _names(said: RoutingSaid, number: int, lines: Lines, names: Names) -> Iterator[Problem]:
    """Codes, units, levels, kinds and definitions that a rule names and nobody has."""
    rule, path = said.rules[number], ("rules", number)
    for block, lists in (("when", rule.when), ("but_not", rule.but_not)):
        yield from _listed(lists, (*path, block), lines, names)
    then = rule.then
    levels = [("level", then.level)] + ([("at", then.department.at)] if then.department else [])
    for key, level in levels:
        if level is not None and names.levels is not None and level not in names.levels:
            known = joined(names.levels)
            message = _("层级 {level} 不在层级链里；应为 {known} 之一").format(level=level, known=known)
            at = (*path, "then", key) if key == "level" else (*path, "then", "department", key)
            yield _at(lines, at, message)
    if then.unit is not None and names.units is not None and then.unit not in names.units:
        yield _no_unit(then.unit, _at(lines, (*path, "then", "unit"), ""))
    if then.department is not None:
        fault = names.codes.fault("unit_kinds", then.department.kind)
        if fault:
            yield _at(lines, (*path, "then", "department", "kind"), fault)
    if then.tier is not None and (fault := names.codes.fault("tiers", then.tier)):
        yield _at(lines, (*path, "then", "tier"), fault)
    if names.definitions is not None and then.definition not in names.definitions:
        known = joined(sorted(names.definitions))
        message = _("没有名为 {name} 的流程；现有：{known}").format(name=then.definition, known=known)
        yield _at(lines, (*path, "then", "definition"), message)


def _listed(lists: ListsSaid, path: _Path, lines: Lines, names: Names) -> Iterator[Problem]:
    for key, name in _LISTS.items():
        for number, code in enumerate(getattr(lists, key)):
            fault = names.codes.fault(name, code)
            if fault:
                yield _at(lines, (*path, key, number), fault)
    for number, code in enumerate(lists.place):
        if names.units is not None and code not in names.units:
            yield _no_unit(code, _at(lines, (*path, "place", number), ""))


def _no_unit(code: str, at: Problem) -> Problem:
    message = _("没有代码为 {code} 的单位，或当日已不存续").format(code=code)
    return unfound(replace(at, message=message), UNITS_FILE, code)


class _Reach:
    """Where one rule sends the disputes of all places that it concerns, and whether those units can handle them."""

    def __init__(self, rule: RuleSaid, then: Destination, place: Place) -> None:
        self._rule, self._then, self._place = rule, then, place
        self._mediates = not rule.when.governance or any(
            not place.codes.is_not_for_mediation(code) for code in rule.when.governance
        )
        self._reached: dict[int, Node] = {}
        lost: list[Node] = []
        for start in self._places():
            found = destination(then, start.id, place.tree, place.chain)
            if found is None:
                lost.append(start)
            else:
                self._reached[found.id] = found
        self._lost = [start for start in lost if self._should_find(start)]

    def faults(self) -> Iterator[str]:
        """What must not be."""
        if self._lost:
            message = _("从{place}出发找不到它所指的单位（共{count}处）；请写明 unit，或者限定 place")
            yield message.format(place=self._lost[0].name, count=len(self._lost))
        if self._rule.then.level is not None and not self._then.names_level_only:
            yield from self._wrong_level(self._rule.then.level)
        if self._mediates:
            yield from self._without_committee()
        if not self._then.names_level_only:
            for unit in self._reached.values():
                lacking = self._lacking(unit)
                if lacking:
                    message = _(
                        "{unit}没有人能办理 {definition} 流程的“{states}”；请改交别的单位，或者补上岗位"
                    )
                    yield message.format(
                        unit=unit.name, definition=self._rule.then.definition, states=joined(lacking)
                    )

    def warnings(self) -> Iterator[str]:
        """Units of a level that have nobody for it: what arrives there waits."""
        if not self._then.names_level_only:
            return
        empty = [unit for unit in self._reached.values() if self._lacking(unit)]
        if empty:
            message = _("规则 {id}：有{count}个单位没有人能办理 {definition} 流程，如{unit}")
            yield message.format(
                id=self._rule.id,
                count=len(empty),
                definition=self._rule.then.definition,
                unit=empty[0].name,
            )

    def _places(self) -> Iterator[Node]:
        """The units that the rule's places let through."""
        tree, wanted, unwanted = self._place.tree, self._rule.when.place, self._rule.but_not.place
        inside = _below(tree, wanted) if wanted else None
        outside = _below(tree, unwanted)
        for node in tree.nodes:
            if (inside is None or node.id in inside) and node.id not in outside:
                yield node

    def _should_find(self, start: Node) -> bool:
        """Must the rule find a unit from here? Beside the chain it finds no level and a person decides; but somewhere it must."""
        department = self._then.department
        by_level = self._then.names_level_only or (department is not None and department.at is not None)
        beside = self._place.tree.level_of(start.id, self._place.chain) is None
        return not (by_level and beside and self._reached)

    def _wrong_level(self, level: str) -> Iterator[str]:
        for unit in self._reached.values():
            found = self._place.tree.level_of(unit.id, self._place.chain)
            if found is None or found.key != level:
                message = _("{unit}不在层级 {level} 上")
                yield message.format(unit=unit.name, level=self._place.chain.level(level).name)
                return

    def _without_committee(self) -> Iterator[str]:
        for unit in self._reached.values():
            seat = self._place.tree.nearest_committee(unit.id, self._place.seats, self._place.day)
            if seat is None:
                message = _("{unit}及其上级没有在任的人民调解委员会，不能编号受理")
                yield message.format(unit=unit.name)
                return

    def _lacking(self, unit: Node) -> list[str]:
        """The states of the definition that the unit would have to deal with, and has nobody for."""
        held = self._place.posts.get(unit.code, frozenset())
        definition = self._place.definitions[self._rule.then.definition]
        return [title for title, posts in _needed(definition, mediates=self._mediates) if not posts & held]


def _below(tree: Tree, codes: Sequence[str]) -> frozenset[int]:
    return frozenset[int]().union(*(tree.subtree(tree.by_code(code).id) for code in codes))


def _needed(definition: Definition, *, mediates: bool) -> Iterator[tuple[str, frozenset[str]]]:
    """States in which the unit that a dispute is given to must act, and the kinds of post that may: until it is mediated.

    Where nobody is asked to take a dispute over, whoever took it in goes on: the first state's acts are needed then.
    """
    owned = {name: state.owner.relation for name, state in definition.states.items() if state.owner}
    asked = {name for name, relation in owned.items() if relation == "target"}
    states = set(asked) or {definition.initial}
    for edge in definition.edges:
        if edge.to and "take_hold" in edge.effects and "accepted" not in edge.when:
            states.add(edge.to)
    if mediates:
        assigned = (name for name, state in definition.states.items() if state.phase == "assignment")
        states |= {name for name in assigned if owned.get(name) == "holder"}
    for name, state in definition.states.items():
        if name in states:
            yield state.title, _may_move(definition, name)


def _may_move(definition: Definition, state: str) -> frozenset[str]:
    owner = definition.states[state].owner
    relations = {"any", owner.relation} if owner else {"any"}
    found: set[str] = set()
    for edge in definition.edges:
        by = edge.by or definition.triggers[edge.trigger].by
        if state in edge.origin and (edge.to or edge.into) and relations & set(by.relation):
            found |= set(by.posts)
    return frozenset(found)


def _at(lines: Lines, path: _Path, message: str) -> Problem:
    return Problem(message, ROUTING_FILE, *lines.at(path))

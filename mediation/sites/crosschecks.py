"""What no single file of a site can show: references between files, the law's rules on rosters, coverage. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from mediation.codes import Codes
from mediation.codes.identity import phone_faults
from mediation.errors import Problem
from mediation.language import _, joined
from mediation.people.permissions import PostKinds
from mediation.reading import Lines
from mediation.sites.rolls import Roll, names_nobody, unfound
from mediation.sites.rows import PEOPLE_FILE, UNITS_FILE, PersonSaid, PostSaid, UnitSaid
from mediation.sites.shape import CommitteeSaid, Numbers, Settings
from mediation.units import checks
from mediation.units.chain import Chain
from mediation.units.committees import (
    Seated,
    pattern_faults,
    roster_faults,
    roster_warnings,
    term_faults,
    term_warnings,
)
from mediation.units.tree import GENERAL_COMMITTEES, Tree, is_within

_SITE = "site.yaml"
_COMMITTEES = "committees.yaml"
_KINDS = "post_kinds"


@dataclass(frozen=True)
class Said:
    """All that the files say, each well formed by itself.

    `unit_roll`, `person_roll`: which codes the sheets have; what hangs on what could not be read is not judged, so that one
    fault is told once. `is_settled`: whether there are settings. `all_units`, `posts`: those of all rows, of which the code of the
    unit or person cannot be read, or is another's, too.
    """

    settings: Settings
    lines: Lines
    chain: Chain | None
    kinds: PostKinds
    codes: Codes
    units: Sequence[UnitSaid]
    all_units: Sequence[UnitSaid]
    people: Sequence[PersonSaid]
    committees: Sequence[CommitteeSaid]
    committee_lines: Lines
    day: date
    unit_roll: Roll
    person_roll: Roll
    posts: Sequence[PostSaid]
    is_settled: bool = True

    @property
    def units_by_code(self) -> Mapping[str, UnitSaid]:
        return {unit.node.code: unit for unit in self.units}

    def tree(self, day: date | None = None) -> Tree:
        """Of a code that several rows have, nobody knows where it lies and when it stands."""
        shared = self.unit_roll.shared
        nodes = (unit.node for unit in self.units)
        return Tree(
            [
                replace(node, parent=0, valid_from=date.min, valid_to=None) if node.code in shared else node
                for node in nodes
            ],
            day,
        )


def without_ended(units: Sequence[UnitSaid], day: date) -> list[date]:
    """The days after the day on which one unit more is there no longer, in their order."""
    last = {unit.node.valid_to for unit in units if unit.node.valid_to is not None}
    return [one + timedelta(days=1) for one in sorted(last) if day <= one < date.max]


def foreseen(faults: Iterable[tuple[date, Problem]]) -> Iterator[Problem]:
    """What will be wrong with the same files on a later day, each place once, with its first day."""
    seen: set[tuple[str, str]] = set()
    for day, fault in faults:
        if (fault.file, fault.key) not in seen:
            seen.add((fault.file, fault.key))
            message = _("从 {day} 起这份配置会被拒绝，请在此前改好：{cause}")
            yield replace(fault, message=message.format(day=day, cause=fault.message))


def cross_faults(said: Said) -> list[Problem]:
    """What must not be. Problems of cells are noted at their rows as well, in the sheet they came from."""
    found = [*(_setting_faults(said) if said.is_settled else ()), *_committee_faults(said)]
    unread = {unit.node.id: unit.row.unread for unit in said.all_units}
    faults = checks.tree_faults([unit.node for unit in said.all_units], said.chain, unread)
    rows = {unit.node.id: unit.row for unit in said.all_units}
    for fault in faults:
        rows[fault.unit].wrong(fault.column, fault.message)
    misplaced = frozenset(fault.unit for fault in faults if fault.column == "parent")
    _check_posts(said, said.tree(), misplaced)
    return found


def cross_warnings(said: Said) -> list[Problem]:
    """What should be put right: coverage, sizes of micro-grids, terms, phones, staff."""
    return [
        *_unit_warnings(said),
        *_committee_warnings(said),
        *_leader_warnings(said),
        *_phone_warnings(said),
    ]


def _setting_faults(said: Said) -> Iterator[Problem]:
    for number, level in enumerate(said.settings.chain):
        if level.leader not in said.kinds and _KINDS not in said.codes.doubted:
            known = joined(sorted(said.kinds.codes))
            message = _("不认识的岗位种类 {kind}；应为 {known} 之一").format(kind=level.leader, known=known)
            yield _at(said.lines, _SITE, ("chain", number, "leader"), message)
    yield from _number_faults(said.settings.numbers, said.lines, _SITE, ("numbers",))
    for number, tier in enumerate(said.settings.written_required.tiers):
        fault = said.codes.fault("tiers", tier)
        if fault:
            yield _at(said.lines, _SITE, ("written_required", "tiers", number), fault)
    for code in said.settings.keeping.categories:
        fault = said.codes.fault("judicial_categories", code)
        if fault:
            yield _at(said.lines, _SITE, ("keeping", "categories", code), fault)
    level_key = said.settings.micro_grid.level
    known_levels = {level.key for level in said.settings.chain}
    if level_key is not None and level_key not in known_levels and said.lines.is_whole("chain"):
        message = _("层级 {level} 不在层级链里").format(level=level_key)
        yield _at(said.lines, _SITE, ("micro_grid", "level"), message)


def _number_faults(
    numbers: Numbers, lines: Lines, file: str, path: tuple[str | int, ...]
) -> Iterator[Problem]:
    for key, pattern in (("case", numbers.case), ("notice", numbers.notice)):
        for fault in pattern_faults(pattern):
            yield _at(lines, file, (*path, key), fault)
    if numbers.case == numbers.notice:
        yield _at(lines, file, (*path, "notice"), _("案件编号和通知编号的格式不能相同"))


def _committee_faults(said: Said) -> Iterator[Problem]:
    yield from _repeated(said, "code")
    yield from _repeated(said, "name")
    yield from _repeated(said, "abbreviation")
    for number, committee in enumerate(said.committees):
        path: tuple[str | int, ...] = ("committees", number)

        def at(*rest: str | int, message: str, path: tuple[str | int, ...] = path) -> Problem:
            return _at(said.committee_lines, _COMMITTEES, (*path, *rest), message)

        if said.unit_roll.lacks(committee.unit):
            message = _("没有代码为 {code} 的单位").format(code=committee.unit)
            yield unfound(at("unit", message=message), UNITS_FILE, committee.unit)
        fault = said.codes.fault("committee_kinds", committee.kind)
        if fault:
            yield at("kind", message=fault)
        begins = at("term_from", message="").key
        if committee.term_to is None or not said.committee_lines.stands_in(begins):
            for fault in term_faults(committee.term_from, committee.term_to):
                yield at("term_to", message=fault)
        if committee.numbers is not None:
            yield from _number_faults(
                committee.numbers, said.committee_lines, _COMMITTEES, (*path, "numbers")
            )
        yield from _member_faults(said, committee, path)
        for fault in roster_faults(_seated(said, committee), committee.kind):
            yield at("members", message=fault)


def _member_faults(said: Said, committee: CommitteeSaid, path: tuple[str | int, ...]) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, member in enumerate(committee.members):
        place = (*path, "members", number)
        if said.person_roll.lacks(member.person):
            message = _("people.csv 里没有 {person}").format(person=member.person)
            problem = _at(said.committee_lines, _COMMITTEES, (*place, "person"), message)
            yield unfound(problem, PEOPLE_FILE, member.person)
        if member.person in seen:
            message = _("{person} 出现两次").format(person=member.person)
            yield _at(said.committee_lines, _COMMITTEES, (*place, "person"), message)
        seen.add(member.person)
        fault = said.codes.fault("committee_roles", member.role)
        if fault:
            yield _at(said.committee_lines, _COMMITTEES, (*place, "role"), fault)


def _repeated(said: Said, key: str) -> Iterator[Problem]:
    """Names, codes and abbreviations stand once: numbers of two committees must not look alike."""
    first: dict[str, str] = {}
    for number, committee in enumerate(said.committees):
        value = getattr(committee, key)
        if value in first:
            message = _("{value} 已用于 {other}").format(value=value, other=first[value])
            yield _at(said.committee_lines, _COMMITTEES, ("committees", number, key), message)
        first.setdefault(value, committee.name)


def _check_posts(said: Said, tree: Tree, misplaced: frozenset[int]) -> None:
    """`misplaced`: units whose place in the tree is wrong; what lies below what is left aside there."""
    shared = said.unit_roll.shared
    units = {code: unit for code, unit in said.units_by_code.items() if code not in shared}
    missing = _("没有代码为 {code} 的单位")
    for post in said.posts:
        unit = units.get(post.unit)
        _check_term(post, unit)
        if post.unit and said.unit_roll.lacks(post.unit):
            names_nobody(post.row, "unit", missing, UNITS_FILE, post.unit)
        for code in dict.fromkeys(post.contact_units):
            if post.contact_units.count(code) > 1:
                post.row.wrong("contact_units", _("{code} 出现两次").format(code=code))
            if said.unit_roll.lacks(code):
                names_nobody(post.row, "contact_units", missing, UNITS_FILE, code)
            elif unit is not None and code in units:
                lineage = tree.lineage(units[code].node.id)
                is_known = lineage[-1].parent is None and misplaced.isdisjoint(one.id for one in lineage)
                if is_known and unit.node not in lineage:
                    message = _("{code} 不在岗位所在单位 {unit} 之下，不能联系")
                    post.row.wrong("contact_units", message.format(code=code, unit=post.unit))


def _check_term(post: PostSaid, unit: UnitSaid | None) -> None:
    """`unit`: whose post it is, if that is known."""
    if post.valid_to is not None and post.valid_to < post.valid_from:
        post.row.wrong("valid_to", _("任期届满早于任职日期"))
    if unit is None:
        return
    if date.min < post.valid_from < unit.node.valid_from:
        message = _("早于单位 {unit} 的生效日期 {day}")
        post.row.wrong("valid_from", message.format(unit=post.unit, day=unit.node.valid_from))
    last = unit.node.valid_to
    if last is not None and (post.valid_to is None or post.valid_to > last):
        message = _("单位 {unit} 在 {day} 失效，任期应不晚于这一天")
        post.row.wrong("valid_to", message.format(unit=post.unit, day=last))


def _unit_warnings(said: Said) -> Iterator[Problem]:
    assert said.chain is not None
    tree = said.tree(said.day)
    ids = {unit.node.code: unit.node.id for unit in said.units}
    covered = {ids[code] for _person, post in _held(said) for code in post.contact_units if code in ids}
    grid = said.settings.micro_grid
    level = grid.level or said.chain.levels[0].key
    found = checks.micro_grid_warnings(tree.nodes, level, grid.fewest, grid.most)
    found += checks.coverage_warnings(tree, said.chain, covered)
    rows = {unit.node.id: unit.row for unit in said.units}
    for one in found:
        row = rows.get(one.unit)
        key = row.headings.get(one.column, one.column) if row else one.column
        named = _("{name}：{cause}").format(name=tree.unit(one.unit).name, cause=one.message) if row else ""
        yield Problem(named or one.message, UNITS_FILE, row.line if row else None, key)


def _committee_warnings(said: Said) -> Iterator[Problem]:
    units = said.units_by_code
    for number, committee in enumerate(said.committees):
        if _ended_with_its_unit(said, committee):
            continue
        line = said.committee_lines.of(("committees", number))
        multi_ethnic = said.settings.place.multi_ethnic
        messages = roster_warnings(_seated(said, committee), committee.kind, multi_ethnic=multi_ethnic)
        messages += term_warnings(committee.term_to, said.day)
        if committee.kind in GENERAL_COMMITTEES and not any(
            post.unit == committee.unit and "mediator" in said.kinds.counts_as(post.kind)
            for _person, post in _held(said)
        ):
            messages.append(_("所在单位没有在任的调解员"))
        if said.settings.sample and not any(
            "示例" in word for word in (committee.name, committee.abbreviation)
        ):
            messages.append(_("示例部署的调委会名称里应有“示例”"))
        if committee.unit in units and not units[committee.unit].node.is_valid(said.day):
            messages.append(_("所在单位在 {day} 已不存续").format(day=said.day))
        for message in messages:
            yield Problem(
                _("{name}：{cause}").format(name=committee.name, cause=message),
                _COMMITTEES,
                line,
                committee.code,
            )


def _leader_warnings(said: Said) -> Iterator[Problem]:
    """Units of the chain that nobody leads today."""
    assert said.chain is not None
    led = {(post.unit, kind) for _person, post in _held(said) for kind in said.kinds.counts_as(post.kind)}
    for unit in said.units:
        node = unit.node
        if node.level is None or not node.is_valid(said.day):
            continue
        leader = said.chain.level(node.level).leader
        if (node.code, leader) not in led:
            message = _("{name}没有在任的{kind}").format(name=node.name, kind=said.kinds.kind(leader).title)
            yield Problem(message, UNITS_FILE, unit.row.line, node.code)


def _phone_warnings(said: Said) -> Iterator[Problem]:
    for person in said.people:
        for fault in phone_faults(person.phone) if person.phone else ():
            yield Problem(fault, person.row.file, person.row.line, person.row.headings["phone"])


def _held(said: Said) -> Iterator[tuple[PersonSaid, PostSaid]]:
    """The posts held on the day by people who are active."""
    for person in said.people:
        for post in person.posts:
            if person.active and is_within(said.day, post.valid_from, post.valid_to):
                yield person, post


def _ended_with_its_unit(said: Said, committee: CommitteeSaid) -> bool:
    """Nobody is elected anew to a committee whose unit is no more, and whose term does not outlast it."""
    unit = said.units_by_code.get(committee.unit)
    if unit is None or unit.node.valid_to is None or not unit.node.has_ended(said.day):
        return False
    return committee.term_to is not None and committee.term_to <= unit.node.valid_to


def _seated(said: Said, committee: CommitteeSaid) -> list[Seated]:
    people = {person.code: person for person in said.people}
    seated = []
    for member in committee.members:
        person = people.get(member.person)
        seated.append(
            Seated(
                member.person,
                member.role,
                person.sex if person else "",
                person.ethnicity if person else "",
            )
        )
    return seated


def _at(lines: Lines, file: str, path: tuple[str | int, ...], message: str) -> Problem:
    return Problem(message, file, *lines.at(path))

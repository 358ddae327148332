"""Proof that a set of routing rules keeps its policy: no dispute uncovered, no two fit under `only`, none can never win.

The domain is finite: codes of the lists, units of the tree, and numbers cut into bands at the rules' own bounds. Values
that no rule tells apart are one class, and a set of classes is the bits of a whole number, so that a rule is one number
for each dimension. Pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod

from mediation.codes import Codes
from mediation.language import _, joined
from mediation.units.routing import (
    BANDS,
    DIMENSIONS,
    FEN,
    LISTED,
    Band,
    CaseFacts,
    RoutingRules,
    Rule,
    coded,
    governance_line,
    in_words,
)
from mediation.units.tree import Tree

MOST_STEPS = 20_000
"""So many regions are looked at for one question; a set of rules that needs more is refused as too tangled to prove."""
Box = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something about one rule (by its place in the list), or about the whole set: a sentence."""

    rule: int | None
    message: str


class TooTangled(Exception):
    """The question was not answered within the steps allowed."""


@dataclass(frozen=True)
class _Dimension:
    """A dimension in classes of values: an example of each class, and its words."""

    name: str
    examples: tuple[object, ...]
    words: tuple[str, ...]


class Domain:
    """All disputes that there can be, as far as the rules tell them apart."""

    def __init__(self, rules: RoutingRules, tree: Tree, codes: Codes) -> None:
        self._tree, self._codes = tree, codes
        self._lines = dict(_lines(tree, codes))
        found = [self._dimension(name, rules.rules) for name in DIMENSIONS]
        self.dimensions = tuple(dimension for dimension, _masks in found)
        self.boxes: tuple[Box, ...] = tuple(
            tuple(
                sum(1 << at for at, mask in enumerate(masks) if mask >> number & 1)
                for _dimension, masks in found
            )
            for number in range(len(rules.rules))
        )
        self.everything: Box = tuple((1 << len(one.examples)) - 1 for one in self.dimensions)

    def size(self) -> int:
        """How many classes of disputes there are."""
        return prod(len(one.examples) for one in self.dimensions)

    def example(self, region: Box) -> CaseFacts:
        """A dispute of a region."""
        values = {
            one.name: one.examples[_lowest(bits)] for one, bits in zip(self.dimensions, region, strict=True)
        }
        amount = int(str(values.pop("amount")))
        place = self._tree.by_code(str(values.pop("place")))
        return CaseFacts(place=place.id, amount_fen=amount * FEN, **values)  # type: ignore[arg-type]  # by name

    def told(self, region: Box) -> str:
        """A dispute of a region in words."""
        found = (one.words[_lowest(bits)] for one, bits in zip(self.dimensions, region, strict=True))
        return joined((words for words in found if words), "，")

    def volume(self, region: Box) -> int:
        """How many classes lie in a region."""
        return prod(bits.bit_count() for bits in region)

    def _dimension(self, name: str, rules: Sequence[Rule]) -> tuple[_Dimension, list[int]]:
        """The classes of one dimension, and of each class the rules that it fits, as bits."""
        classes: dict[int, tuple[object, str]] = {}
        for value, words, mask in self._values(name, rules):
            classes.setdefault(mask, (value, words))
        examples = tuple(value for value, _told in classes.values())
        told = tuple(words for _value, words in classes.values())
        return _Dimension(name, examples, told), list(classes)

    def _values(self, name: str, rules: Sequence[Rule]) -> Iterator[tuple[object, str, int]]:
        if name in BANDS:
            yield from _band_values(name, rules)
        elif name == "repeat":
            for repeat in (False, True):
                words = _("是重复发生的") if repeat else ""
                yield repeat, words, _bits(rule.when.repeat in {None, repeat} for rule in rules)
        else:
            wanted = _by_code(name, rules)
            everything = (1 << len(rules)) - 1
            for value, line in self._lines[name].items():
                yield value, self._words(name, value), _mask_of(line, wanted, everything)

    def _words(self, name: str, code: str) -> str:
        titles = {
            "category": _("司法行政类别{value}"),
            "governance": _("综治类别{value}"),
            "place": _("所在地{value}"),
            "risk": _("风险{value}"),
            "source": _("来源{value}"),
        }
        value = self._tree.by_code(code).name if name == "place" else coded(name, code, self._codes)
        return titles[name].format(value=value)


def flaws(rules: RoutingRules, domain: Domain) -> list[Flaw]:
    """What is wrong with the set as a whole; empty if it keeps its policy."""
    found = [
        Flaw(number, _("没有一件纠纷能同时符合它的各项条件；请删去，或者放宽条件"))
        for number, box in enumerate(domain.boxes)
        if not all(box)
    ]
    if found:
        return found
    if rules.policy == "only":
        found += _contradictions(rules, domain)
    else:
        found += _never_winning(domain)
    found += _uncovered(domain, disjoint=rules.policy == "only" and not found)
    return found


def hole(domain: Domain, region: Box, boxes: Sequence[Box], *, disjoint: bool = False) -> Box | None:
    """A part of the region that none of the boxes covers; None if they cover all of it.

    `disjoint`: no two boxes meet, so that counting alone tells whether a region is covered. Raises TooTangled.
    """
    return _Search(domain, disjoint=disjoint).hole(region, boxes)


class _Search:
    """One question, within its steps."""

    def __init__(self, domain: Domain, *, disjoint: bool) -> None:
        self._domain, self._disjoint, self._left = domain, disjoint, MOST_STEPS

    def hole(self, region: Box, boxes: Sequence[Box]) -> Box | None:
        """Take the box that leaves the least outside, look there first, and go on within it."""
        while True:
            self._left -= 1
            if self._left < 0:
                raise TooTangled
            live: list[tuple[int, Box]] = []
            for box in boxes:
                if all(bits & ours for bits, ours in zip(box, region, strict=True)):
                    outside = sum(1 for bits, ours in zip(box, region, strict=True) if ours & ~bits)
                    if not outside:
                        return None
                    live.append((outside, box))
            if not live:
                return region
            boxes = [box for _outside, box in live]
            if self._disjoint and self._counted(region, boxes) == self._domain.volume(region):
                return None
            _outside, taken = min(live, key=lambda one: one[0])
            *before, last = _leftovers(region, taken)
            for part in before:
                found = self.hole(part, boxes)
                if found is not None:
                    return found
            region = last

    def _counted(self, region: Box, boxes: Sequence[Box]) -> int:
        return sum(
            self._domain.volume(tuple(bits & ours for bits, ours in zip(box, region, strict=True)))
            for box in boxes
        )


def _leftovers(region: Box, box: Box) -> Iterator[Box]:
    """What of a region lies outside a box, in parts that do not meet."""
    inside = list(region)
    for at, bits in enumerate(box):
        outside = inside[at] & ~bits
        if outside:
            part = list(inside)
            part[at] = outside
            yield tuple(part)
            inside[at] &= bits


def _contradictions(rules: RoutingRules, domain: Domain) -> Iterator[Flaw]:
    """Of each rule the first before it that fits a dispute as well."""
    for number, box in enumerate(domain.boxes):
        for earlier in range(number):
            both = tuple(one & other for one, other in zip(box, domain.boxes[earlier], strict=True))
            if all(both):
                message = _("与规则 {other} 都符合同一件纠纷，例如：{example}；声明了只能有一条符合")
                yield Flaw(number, message.format(other=rules.rules[earlier].id, example=domain.told(both)))
                break


def _never_winning(domain: Domain) -> Iterator[Flaw]:
    for number, box in enumerate(domain.boxes):
        try:
            if hole(domain, box, domain.boxes[:number]) is None:
                yield Flaw(number, _("排在前面的规则已经把它的情形占尽，它永远用不上；请提前，或者删去"))
        except TooTangled:
            yield Flaw(number, _("前面的规则交错太多，证明不了它用得上；请把条件写简单些"))


def _uncovered(domain: Domain, *, disjoint: bool) -> Iterator[Flaw]:
    try:
        found = hole(domain, domain.everything, domain.boxes, disjoint=disjoint)
    except TooTangled:
        yield Flaw(None, _("规则交错太多，证明不了没有遗漏；请在最后加一条没有条件的规则"))
        return
    if found is not None:
        message = _("有纠纷没有规则符合，例如：{example}")
        yield Flaw(None, message.format(example=domain.told(found)))


def _lines(tree: Tree, codes: Codes) -> Iterator[tuple[str, Mapping[str, tuple[str, ...]]]]:
    """Of each list its values, each with what lies above it. Places are all units: those beside the chain take disputes in too."""
    yield "category", {one.code: (one.code,) for one in codes.entries("judicial_categories")}
    yield (
        "governance",
        {one.code: governance_line(one.code, codes) for one in codes.entries("governance_categories")},
    )
    yield "place", {node.code: tuple(one.code for one in tree.lineage(node.id)) for node in tree.nodes}
    yield "risk", {one.code: (one.code,) for one in codes.entries("risks")}
    yield "source", {one.code: (one.code,) for one in codes.entries("sources")}


def _by_code(name: str, rules: Sequence[Rule]) -> dict[str, tuple[int, int]]:
    """Code → the rules that want it and those that do not want it, as bits; "" → those that want nothing."""
    assert name in LISTED
    found: dict[str, tuple[int, int]] = {}
    for number, rule in enumerate(rules):
        bit = 1 << number
        for code in getattr(rule.when, name) or ("",):
            wanted, unwanted = found.get(code, (0, 0))
            found[code] = (wanted | bit, unwanted)
        for code in getattr(rule.but_not, name):
            wanted, unwanted = found.get(code, (0, 0))
            found[code] = (wanted, unwanted | bit)
    return found


def _mask_of(line: Sequence[str], by_code: Mapping[str, tuple[int, int]], everything: int) -> int:
    """The rules that a value fits."""
    wanted, unwanted = by_code.get("", (0, 0))[0], 0
    for code in line:
        more, fewer = by_code.get(code, (0, 0))
        wanted |= more
        unwanted |= fewer
    return wanted & ~unwanted & everything


def _band_values(name: str, rules: Sequence[Rule]) -> Iterator[tuple[object, str, int]]:
    """The numbers at which some rule changes its mind, and the lowest there is."""
    bands: list[Band | None] = [getattr(rule.when, name) for rule in rules]
    least = 1 if name == "headcount" else 0
    bounds = {bound for band in bands if band for bound in (band.first, band.under) if bound is not None}
    cuts = sorted({least, *(bound for bound in bounds if bound > least)})
    measure = _("人") if name == "headcount" else _("元")
    for at, value in enumerate(cuts):
        band = Band(value, cuts[at + 1] if at + 1 < len(cuts) else None)
        words = _("涉及{band}") if name == "headcount" else _("金额{band}")
        shown = words.format(band=in_words(band, measure)) if len(cuts) > 1 else ""
        yield value, shown, _bits(one is None or one.holds(value) for one in bands)


def _bits(holds: Iterator[bool]) -> int:
    return sum(1 << at for at, one in enumerate(holds) if one)


def _lowest(bits: int) -> int:
    return (bits & -bits).bit_length() - 1

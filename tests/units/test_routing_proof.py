"""What the proof calls covered is never uncovered; what it calls wrong, an example shows."""

import time
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediation.units import routing_proof
from mediation.units.routing import Band, CaseFacts, RoutingRules, route
from mediation.units.routing_proof import Domain, flaws
from tests.units.routes import CHAIN, CODES, TREE, disputes, drawn_rules, naive, rule, rules


def judged(found: RoutingRules):
    domain = Domain(found, TREE, CODES)
    return domain, [(one.rule, one.message) for one in flaws(found, domain)]


def winner(facts, found):
    return next((number for number, one in enumerate(found.rules) if naive(facts, one)), None)


@given(disputes(), drawn_rules())
@settings(max_examples=300)
def test_proof_never_calls_covered_what_is_not_nor_sound_what_clashes(facts, found):
    _domain, wrong = judged(found)
    if not wrong:
        fitting = [one.id for one in found.rules if naive(facts, one)]
        assert fitting
        assert route(facts, found, TREE, CHAIN, CODES).rule == fitting[0]
        assert found.policy == "first" or len(fitting) == 1


@given(drawn_rules(3))
@settings(max_examples=30, deadline=None)
def test_proof_finds_just_what_a_walk_through_every_class_finds(found):
    domain, wrong = judged(found)
    if any(not all(box) for box in domain.boxes):
        assert wrong
        return
    classes = [range(len(one.examples)) for one in domain.dimensions]
    won, covered, clash = set(), True, False
    for at in product(*classes):
        fitting = [
            number
            for number, box in enumerate(domain.boxes)
            if all(bits >> place & 1 for bits, place in zip(box, at, strict=True))
        ]
        won |= set(fitting[:1])
        covered = covered and bool(fitting)
        clash = clash or len(fitting) > 1
    never = set() if found.policy == "only" else set(range(len(found.rules))) - won
    told = {number for number, message in wrong if message.startswith("排在前面的规则")}
    assert told == never
    assert any(message.startswith("有纠纷没有规则符合") for _number, message in wrong) is not covered
    if found.policy == "only":
        assert any(message.startswith("与规则") for _number, message in wrong) is clash


@given(drawn_rules(3))
@settings(max_examples=30, deadline=None)
def test_proof_tells_examples_that_are_what_it_says(found):
    domain = Domain(found, TREE, CODES)
    if not all(all(box) for box in domain.boxes):
        return
    hole = routing_proof.hole(domain, domain.everything, domain.boxes)
    if hole is not None:
        assert winner(domain.example(hole), found) is None
    for number, box in enumerate(domain.boxes):
        assert naive(domain.example(box), found.rules[number])


def test_proof_tells_an_uncovered_dispute_in_words():
    found = rules(rule("few", headcount=Band(0, 10)), rule("rich", amount=Band(5000), place=("jia",)))
    _domain, wrong = judged(found)
    assert wrong == [
        (
            None,
            (
                "有纠纷没有规则符合，例如：司法行政类别婚姻家庭，综治类别婚恋家庭，所在地示例旗，风险低，"
                "来源当事人申请，涉及10人以上，金额不满5000元"
            ),
        )
    ]


@given(st.lists(st.sampled_from(TREE.nodes), min_size=1, max_size=4, unique=True))
@settings(deadline=None)
def test_proof_accepts_rules_by_place_just_when_a_dispute_of_every_unit_gets_an_answer(nodes):
    found = rules(*(rule(node.code, place=(node.code,)) for node in nodes))
    answers = [route(CaseFacts("99", "99", one.id), found, TREE, CHAIN, CODES).rule for one in TREE.nodes]
    told = [message for number, message in judged(found)[1] if number is None]
    assert bool(told) is (None in answers)
    assert all(message.startswith("有纠纷没有规则符合") for message in told)


def test_proof_tells_of_disputes_taken_in_above_the_chain_and_beside_it():
    [(number, told)] = judged(rules(rule("su", place=("su",)), policy="only"))[1]
    assert (number, "所在地示例旗，" in told) == (None, True)
    office = rules(rule("office", place=("qi-ren",)), rule("rest", but_not={"place": ("qi-ren",)}))
    assert judged(office)[1] == []


def test_proof_tells_a_dispute_that_two_rules_fit_where_only_one_may():
    found = rules(rule("few", headcount=Band(0, 10)), rule("some", headcount=Band(5)), policy="only")
    _domain, wrong = judged(found)
    assert [number for number, _message in wrong] == [1]
    assert wrong[0][1].startswith("与规则 few 都符合同一件纠纷，例如：")
    assert wrong[0][1].endswith("涉及5人以上、不满10人；声明了只能有一条符合")


def test_proof_accepts_rules_that_share_every_dispute_out():
    found = rules(
        rule("few", headcount=Band(0, 10), but_not={"risk": ("high",)}),
        rule("danger", headcount=Band(0, 10), risk=("high",)),
        rule("many", headcount=Band(10)),
        policy="only",
    )
    domain, wrong = judged(found)
    assert wrong == []
    assert domain.size() == 4


def test_proof_tells_a_rule_that_those_before_it_leave_nothing():
    found = rules(
        rule("class", governance=("02",)),
        rule("rest", but_not={"governance": ("02",)}),
        rule("kind", governance=("0201",)),
    )
    _domain, wrong = judged(found)
    assert wrong == [(2, "排在前面的规则已经把它的情形占尽，它永远用不上；请提前，或者删去")]


def test_proof_tells_a_rule_that_nothing_can_fit():
    found = rules(rule("none", governance=("0201",), but_not={"governance": ("02",)}), rule("rest"))
    _domain, wrong = judged(found)
    assert wrong == [(0, "没有一件纠纷能同时符合它的各项条件；请删去，或者放宽条件")]


@pytest.mark.parametrize("policy", ["only", "first"])
def test_proof_of_a_hundred_rules_takes_less_than_a_second(policy):
    """A partition by headcount, amount and class: every rule meets its neighbours."""
    cuts = [0, 2, 3, 5, 10]
    amounts = [0, 500, 1000, 5000, 10_000]
    kinds = (("01",), ("02",), ("05", "06"))
    found = []
    for at, low in enumerate(cuts):
        for step, least in enumerate(amounts):
            heads = Band(low, cuts[at + 1] if at + 1 < len(cuts) else None)
            money = Band(least, amounts[step + 1] if step + 1 < len(amounts) else None)
            found += [
                rule(f"r{len(found)}{name[0]}", headcount=heads, amount=money, governance=name)
                for name in kinds
            ]
            others = tuple(code for name in kinds for code in name)
            found.append(
                rule(f"r{len(found)}", headcount=heads, amount=money, but_not={"governance": others})
            )
    assert len(found) == 100
    began = time.process_time()  # what else the machine does is not counted
    _domain, wrong = judged(rules(*found, policy=policy))
    assert wrong == []
    assert time.process_time() - began < 2


def test_proof_refuses_what_is_too_tangled_instead_of_looking_for_ever(monkeypatch):
    monkeypatch.setattr(routing_proof, "MOST_STEPS", 2)
    found = rules(
        rule("a", headcount=Band(0, 5), amount=Band(0, 500)),
        rule("b", headcount=Band(3), risk=("low",)),
        rule("c", amount=Band(300), repeat=True),
    )
    _domain, wrong = judged(found)
    assert (None, "规则交错太多，证明不了没有遗漏；请在最后加一条没有条件的规则") in wrong
    assert (2, "前面的规则交错太多，证明不了它用得上；请把条件写简单些") in wrong


def test_proof_counts_where_no_two_rules_meet_instead_of_searching(monkeypatch):
    """One step is enough for any number of rules; under `first` nothing is known of whether they meet."""
    monkeypatch.setattr(routing_proof, "MOST_STEPS", 1)
    bands = [(0, 5, 0, 500), (0, 5, 500, None), (5, None, 0, 300), (5, None, 300, None)]
    parts = [
        rule(f"r{at}", headcount=Band(low, high), amount=Band(least, most))
        for at, (low, high, least, most) in enumerate(bands)
    ]
    assert judged(rules(*parts, policy="only"))[1] == []
    assert (None, "规则交错太多，证明不了没有遗漏；请在最后加一条没有条件的规则") in judged(rules(*parts))[1]
    _domain, missing = judged(rules(*parts[:-1], policy="only"))
    assert [number for number, _message in missing] == [None]


def test_proof_looks_no_further_than_the_rule_that_it_asks_about():
    """The first rule reaches beyond the last one on both sides of the corner that they share."""
    found = rules(
        rule("a", headcount=Band(2, 4), amount=Band(0, 300)),
        rule("calm", headcount=Band(4, 6), risk=("low",)),
        rule("tense", headcount=Band(4, 6), but_not={"risk": ("low",)}),
        rule("c", headcount=Band(3, 4), amount=Band(300)),
        rule("never", headcount=Band(3, 6), amount=Band(0, 500)),
        rule("rest"),
    )
    assert judged(found)[1] == [(4, "排在前面的规则已经把它的情形占尽，它永远用不上；请提前，或者删去")]


def test_proof_tells_of_every_rule_that_clashes_with_one_before_it():
    found = rules(
        rule("few", headcount=Band(0, 10)),
        rule("some", headcount=Band(5)),
        rule("more", headcount=Band(7)),
        policy="only",
    )
    assert [(number, message[:8]) for number, message in judged(found)[1]] == [
        (1, "与规则 few "), (2, "与规则 few "),
    ]  # fmt: skip


def test_proof_keeps_apart_what_each_rule_wants_and_does_not_want():
    high = {"risk": ("high",)}
    assert judged(rules(rule("a", risk=("high",)), rule("b", but_not=high), policy="only"))[1] == []
    assert judged(rules(rule("rest"), rule("b", but_not=high)))[1] == [
        (1, "排在前面的规则已经把它的情形占尽，它永远用不上；请提前，或者删去")
    ]
    [(number, told)] = judged(rules(rule("a", risk=("low",)), rule("b", but_not=high)))[1]
    assert (number, "风险高" in told) == (None, True)


def test_proof_knows_that_nobody_quarrels_without_people_and_tells_of_repeats():
    assert judged(rules(rule("some", headcount=Band(1))))[1] == []
    [(number, told)] = judged(rules(rule("once", repeat=False)))[1]
    assert (number, told.endswith("，是重复发生的")) == (None, True)
    [(number, told)] = judged(rules(rule("again", repeat=True)))[1]
    assert (number, "重复" in told) == (None, False)

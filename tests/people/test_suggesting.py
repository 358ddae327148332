"""Mediators scored by parts, each of them told."""

from dataclasses import replace

import pytest

from mediation.people.suggesting import Candidate, Part, Wanted, Weights, suggest

WEIGHTS = Weights()
WANTED = Wanted(
    line=("0201", "02"), titles={"0201": "用水排水", "02": "邻里", "0202": "相邻土地", "yi": "彝语"}
)
ONE = Candidate(1, "a:mediator", "甲某", "人民调解员", "cun", "示例村")


def first(wanted=WANTED, candidate=ONE, weights=WEIGHTS):
    return suggest(wanted, [candidate], weights)[0]


def test_suggest_explains_every_part_of_the_score():
    found = first(
        replace(WANTED, languages=("yi",), on_duty={1}),
        replace(ONE, expertise=("0201",), languages=("yi",), open_cases=2, steps=1),
    )
    assert found.parts == (
        Part("expertise", 40, "专长就是用水排水"),
        Part("load", 24, "手头在办2件"),
        Part("distance", 15, "在示例村，隔1级"),
        Part("language", 20, "会彝语"),
        Part("duty", 10, "正在值班"),
    )
    assert (found.score, found.barred) == (109, "")


@pytest.mark.parametrize(
    ("expertise", "part"),
    [
        (("0202",), Part("expertise", 20, "专长是同一大类的相邻土地")),
        (("02",), Part("expertise", 20, "专长是同一大类的邻里")),
        (("0102",), Part("expertise", 0, "没有这一类的专长")),
        ((), Part("expertise", 0, "没有登记专长")),
    ],
)
def test_suggest_halves_what_is_of_the_same_class_only(expertise, part):
    assert first(candidate=replace(ONE, expertise=expertise)).parts[0] == part


def test_suggest_takes_no_points_away_below_nothing():
    found = first(replace(WANTED, languages=("yi",)), replace(ONE, open_cases=50, steps=9))
    assert [part.points for part in found.parts] == [0, 0, 0, 0]
    assert found.parts[3].why == "不会彝语"


def test_suggest_puts_the_best_first_and_those_barred_last_with_the_reason():
    people = [
        replace(ONE, person_id=1, code="busy", open_cases=5),
        replace(ONE, person_id=2, code="conflict", expertise=("0201",)),
        replace(ONE, person_id=3, code="away", expertise=("0201",)),
        replace(ONE, person_id=4, code="free"),
        replace(ONE, person_id=5, code="able", expertise=("0201",)),
    ]
    wanted = replace(WANTED, conflicts={2: "是当事人的近亲属"}, away={3})
    found = suggest(wanted, people, WEIGHTS, most=2)
    assert [(one.code, one.barred) for one in found] == [
        ("able", ""),
        ("free", ""),
        ("away", "请假，不在岗"),
        ("conflict", "应当回避：是当事人的近亲属"),
    ]


def test_suggest_of_equals_takes_the_less_loaded_and_then_by_code():
    weights = Weights(open_case=0)
    people = [
        replace(ONE, person_id=1, code="c", open_cases=1),
        replace(ONE, person_id=2, code="b"),
        replace(ONE, person_id=3, code="a"),
    ]
    assert [one.code for one in suggest(WANTED, people, weights)] == ["a", "b", "c"]


def test_suggest_counts_by_the_weights_of_the_site():
    weights = Weights(expertise=7, idle=5, open_case=2, near=3, step=1, language=9, duty=4)
    found = first(
        replace(WANTED, languages=("yi",), on_duty={1}),
        replace(ONE, expertise=("0201",), languages=("yi",), open_cases=1, steps=1),
        weights,
    )
    assert [part.points for part in found.parts] == [7, 3, 2, 9, 4]

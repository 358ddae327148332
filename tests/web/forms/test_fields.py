"""Forms out of models: every key has a title, what was typed becomes the words, what is wrong stands at its field."""

import typing

import pytest
from pydantic import BaseModel
from starlette.datastructures import FormData

from mediation.cases.inputs import DraftAgreement, RecordSession, Register, read_said
from mediation.cases.kinship.said import Split
from mediation.cases.verbs import VERBS
from mediation.errors import InputInvalid, Problem
from mediation.web.forms.fields import _shape, fields_of, words_of
from mediation.web.forms.titles import answer_title, title_of


class Nothing:
    """No options for anything."""

    def of(self, _model, _key):
        return None

    def parties(self):
        return [("1", "1. 张喆"), ("2", "2. 李玥")]

    def claims(self):
        return [("1", "1. 修复排水沟")]


class Things(Nothing):
    """Two things to choose from for everything."""

    def of(self, _model, _key):
        return [("1", "一"), ("2", "二")]


def _models(model, seen):
    if model in seen:
        return
    seen.add(model)
    for key in model.model_fields:
        shape = _shape(model, key)
        if shape is not None and shape.model is not None:
            _models(shape.model, seen)


def test_every_key_of_every_verb_has_a_title_and_every_fixed_answer_too():
    seen: set[type[BaseModel]] = set()
    for verb in VERBS.values():
        _models(verb.said, seen)
    _models(Register, seen)
    for model in seen:
        for key in model.model_fields:
            assert title_of(model.__name__, key)
            shape = _shape(model, key)
            for one in shape.answers if shape else ():
                assert answer_title(key, one)
    assert len(seen) > 60


def test_remark_is_asked_after_the_thing_itself():
    for trigger in ("urge", "copy_to", "close"):
        names = [one.name for one in fields_of(VERBS[trigger].said, Things()) if one.name != "occurred_at"]
        assert (names[-1], len(names) > 1) == ("remark", True), trigger


def test_lists_of_numbers_are_ticked_among_parties_or_claims():
    seen: set[type[BaseModel]] = set()
    for verb in VERBS.values():
        _models(verb.said, seen)
    for model in seen:
        ticked = [one for one in fields_of(model, Nothing()) if one.name in _ticks(model)]
        assert [one.name for one in ticked if one.kind != "checks" or not one.options] == []
    split = {one.name: one.options for one in fields_of(Split, Nothing()) if one.kind == "checks"}
    assert split == {
        "parties": Nothing().parties(),
        "claims": Nothing().claims(),
        "stays": Nothing().parties(),
    }


def _ticks(model):
    shapes = {key: _shape(model, key) for key in model.model_fields}
    return {key for key, shape in shapes.items() if shape is not None and shape.kind == "checks"}


def test_what_was_typed_becomes_the_words_of_the_model():
    typed = FormData(
        [
            ("facts", "雨水倒灌。\r\n泡了玉米。"),
            ("matters", "由谁赔"),
            ("responsibility", ""),
            ("clauses.0.obligor", "2"),
            ("clauses.0.obligee", "1"),
            ("clauses.0.act", "pay"),
            ("clauses.0.amount_fen", "1,280.5"),
            ("clauses.0.due_on", "2026-06-30"),
            ("clauses.0.instalments.0.amount_fen", ""),
            ("clauses.0.at_once", "yes"),
            ("clauses.1.obligor", ""),
            ("clauses.1.amount_fen", ""),
        ]
    )
    words = words_of(DraftAgreement, typed)
    assert words == {
        "facts": "雨水倒灌。\n泡了玉米。",
        "matters": "由谁赔",
        "clauses": [
            {
                "obligor": 2,
                "obligee": 1,
                "act": "pay",
                "amount_fen": 128050,
                "due_on": "2026-06-30",
                "at_once": True,
            }
        ],
    }
    assert read_said(DraftAgreement, words).clauses[0].amount_fen == 128050


def test_lines_and_ticks_become_lists():
    typed = FormData(
        [
            ("held_from", "2026-03-02T09:00"),
            ("place", "村调解室"),
            ("present", "1"),
            ("present", "2"),
            ("body", "一\n\n二"),
            ("result", "agreed"),
        ]
    )
    assert words_of(RecordSession, typed) == {
        "held_from": "2026-03-02T09:00",
        "place": "村调解室",
        "present": [1, 2],
        "body": ["一", "二"],
        "result": "agreed",
    }


@pytest.mark.parametrize("sum_", ["一千", "1.234", "nan", "1e999", "1/2"])
def test_sum_that_is_none_is_told_at_its_field(sum_):
    words = words_of(DraftAgreement, FormData([("clauses.0.amount_fen", sum_), ("clauses.0.obligor", "二")]))
    with pytest.raises(InputInvalid) as told:
        read_said(DraftAgreement, words)
    found = {problem.key: problem.message for problem in told.value.problems}
    assert found["clauses[0].amount_fen"] == "金额应当写作 1280 或者 1280.50，最多两位小数"
    assert {"facts", "clauses[0].obligor"} <= set(found)


def test_problems_stand_at_their_fields_and_typed_values_stay():
    typed = FormData([("clauses.0.obligor", "2"), ("clauses.0.what", "<b>修</b>"), ("facts", "x")])
    fields = fields_of(
        DraftAgreement,
        Nothing(),
        typed,
        problems=[Problem("要写清楚", key="clauses[0].what"), Problem("太短", key="facts")],
    )
    by_name = {one.name: one for one in fields}
    row = {one.name: one for one in by_name["clauses"].rows[0]}
    assert by_name["facts"].faults == ["太短"]
    assert (row["clauses.0.what"].value, row["clauses.0.what"].faults) == ("<b>修</b>", ["要写清楚"])
    assert row["clauses.0.obligor"].value == "2"


def test_one_more_row_is_there_when_asked_for():
    typed = FormData([("clauses.0.what", "修")])
    fields = fields_of(DraftAgreement, Nothing(), typed, more="clauses")
    assert [len(one.rows) for one in fields if one.name == "clauses"] == [2]


def test_known_words_fill_a_form_and_come_back_the_same():
    known = {
        "facts": "雨水",
        "matters": "谁赔",
        "clauses": [{"obligor": 2, "obligee": 1, "act": "pay", "amount_fen": 96000, "due_on": "2026-06-30"}],
    }
    fields = fields_of(DraftAgreement, Nothing(), known=known)

    def typed(one) -> typing.Iterator[tuple[str, str]]:
        for row in one.rows:
            for inner in row:
                yield from typed(inner)
        if not one.rows and one.value and one.kind != "check":
            yield one.name, str(one.value)

    form = FormData([pair for one in fields for pair in typed(one)])
    assert words_of(DraftAgreement, form) == known

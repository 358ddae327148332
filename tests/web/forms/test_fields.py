"""Forms out of models: every key has a title, what was typed becomes the words, what is wrong stands at its field."""

import typing

import pytest
from pydantic import BaseModel
from starlette.datastructures import FormData

from mediation.cases.inputs import DraftAgreement, RecordSession, Register, read_said
from mediation.cases.kinship.said import Split
from mediation.cases.verbs import VERBS
from mediation.errors import InputInvalid, Problem
from mediation.language import Words, _, recording, speak, spoken
from mediation.web.forms.fields import Field, _shape, faults_of, fields_of, words_of
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


def test_problem_within_rows_says_of_what_and_of_which_it_is():
    problems = [
        Problem("缺少这一项", key="clauses[0].amount_fen"),
        Problem("缺少这一项", key="clauses[0].instalments[1].amount_fen"),
        Problem("缺少这一项", key="facts"),
    ]
    typed = FormData([("clauses.0.instalments.1.due_on", "2026-05-01")])
    one = faults_of(fields_of(DraftAgreement, Nothing(), typed), problems)
    assert [fault.title for fault in one] == [
        "纠纷事实",
        "协议条款·金额（元）",
        "协议条款·分期第2项·金额（元）",
    ]
    two = faults_of(fields_of(DraftAgreement, Nothing(), typed, more="clauses"), problems[:1])
    assert [fault.title for fault in two] == ["协议条款第1项·金额（元）"]


def test_keys_that_a_problem_names_are_said_as_the_form_calls_them():
    schedule = Problem("只有一期的，不写分期，写 amount_fen 和 due_on", key="clauses[0].instalments")
    fields = fields_of(DraftAgreement, Nothing(), problems=[schedule])
    said = "只有一期的，不写分期，写金额（元）和期限"
    assert [fault.message for fault in faults_of(fields, [schedule])] == [said]
    [clauses] = [one for one in fields if one.name == "clauses"]
    assert [one.faults for one in clauses.rows[0] if one.kind == "rows"] == [[said]]
    whom = [Problem("unit、person 至少写一个", key="to")]
    assert faults_of(fields_of(VERBS["copy_to"].said, Things()), whom)[0].message == "单位、谁至少写一个"
    typed = [Problem("没有找到 zhangsan，换 facts.txt 再试", key="facts")]
    assert faults_of(fields, typed)[0].message == typed[0].message
    speak("en")
    try:
        assert faults_of(fields, [Problem("give the person a due_on", key="facts")])[0].message.startswith(
            "give the person a "
        )
        assert "due_on" not in faults_of(fields, [Problem("give a due_on", key="clauses[0].act")])[0].message
    finally:
        speak("")


def test_what_would_be_cut_beside_others_has_a_line_of_its_own():
    short, long = ("1", "本案调解员"), ("2", "顾经纬（示例县司法局，村（社区）法律顾问）")
    assert [Field("x", "x", "choice", options=one).wide for one in ([short], [short, long])] == [False, True]
    assert [Field("x", "x", "line", value=one).wide for one in ("农具", "张桂兰与毕文昌相邻采光纠纷")] == [
        False,
        True,
    ]
    assert [Field("x", "x", kind, value="2026-03-02").wide for kind in ("day", "text")] == [False, True]


def test_units_to_be_ticked_are_set_in_as_in_the_chain():
    units = Field("x", "x", "checks", options=[("qu", "示例区"), ("cun", "　　示例村")])
    assert units.ticks == [("qu", "示例区", 0), ("cun", "示例村", 2)]
    route = Words("申请法律援助")
    assert Field("x", "x", "checks", options=[("aid", route)]).ticks[0][1] is route


def test_problem_that_waits_to_be_translated_is_told_in_the_reader_s_language():
    speak("en")
    try:
        with recording():
            waiting = Problem(_("缺少这一项"), key="facts")
        told = faults_of(fields_of(DraftAgreement, Nothing()), [waiting])[0].message
        assert (str(told), spoken(told)) == ("缺少这一项", "is missing")
    finally:
        speak("")


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

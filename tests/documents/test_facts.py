import pytest

from mediation.documents import facts
from mediation.errors import Problem

SNAPSHOT = {
    "number": None,
    "parties": [{"kind": "natural", "name": "甲", "sex": ""}, {"kind": "legal", "name": " ", "sex": ""}],
    "agreement": None,
}


def test_facts_at_a_path_of_each() -> None:
    assert facts.facts_at(SNAPSHOT, "parties[].name") == [("parties[0].name", "甲"), ("parties[1].name", " ")]


def test_facts_at_a_path_of_some() -> None:
    assert facts.facts_at(SNAPSHOT, "parties[kind=natural].sex") == [("parties[0].sex", "")]


def test_facts_within_an_absent_part_are_absent() -> None:
    assert facts.facts_at(SNAPSHOT, "agreement.facts") == [("agreement.facts", None)]
    assert facts.facts_at(SNAPSHOT, "agreement.clauses[].text") == [("agreement.clauses.text", None)]
    assert facts.facts_at({"parties": []}, "parties[].name") == [("parties.name", None)]


def test_path_of_another_writing_is_refused() -> None:
    with pytest.raises(ValueError, match="Parties"):
        facts.facts_at(SNAPSHOT, "Parties[0]")


@pytest.mark.parametrize("value", [None, "", "  \n", [], ()])
def test_absent_facts(value: object) -> None:
    assert facts.is_absent(value)


@pytest.mark.parametrize("value", [0, False, "无", ["甲"]])
def test_present_facts(value: object) -> None:
    assert not facts.is_absent(value)


def test_text_problems_name_fact_and_character() -> None:
    assert facts.text_problems({"parties": [{"name": "张\u202e三"}]}) == [
        Problem("第2个字符 U+202E：改变文字方向的控制符，不能打印", key="parties[0].name(姓名或名称)")
    ]


def test_text_problems_refuse_what_is_too_long() -> None:
    long = "字" * (facts.MOST_CHARACTERS + 1)
    count, most = facts.MOST_CHARACTERS + 1, facts.MOST_CHARACTERS
    message = f"有{count}个字，超过一项内容{most}个字的上限，请摘要填写，全文作为证据材料附卷"
    assert facts.text_problems({"case": {"narrative": long}}) == [
        Problem(message, key="case.narrative(纠纷简要情况)")
    ]
    assert facts.text_problems({"case": {"narrative": long[1:]}}) == []


def test_text_problems_name_five_characters_of_a_text_at_most() -> None:
    assert [len(facts.text_problems({"remarks": "\0" * count})) for count in (4, 5, 6)] == [4, 5, 5]


def test_stand_ins_are_read_from_remarks() -> None:
    remarks = ["用字说明：“𠀀”字以“（丂）”代替", "其他备注"]
    assert facts.stand_ins(remarks) == {"𠀀": "（丂）"}


def test_replaced_changes_texts_only() -> None:
    assert facts.replaced({"a": ["甲乙", 1, None]}, {"乙": "丙"}) == {"a": ["甲丙", 1, None]}


def test_step_without_a_name_of_its_own_is_called_nothing() -> None:
    assert [facts.field_title(step) for step in ("name", "claims[0]", "moon")] == [
        "姓名或名称",
        "申请事项",
        "",
    ]


def test_place_is_told_with_its_chinese_name() -> None:
    names = {
        "name": "姓名或名称", "address": "单位或住址", "phone": "联系方式", "occupation": "职业或职务",
        "narrative": "纠纷简要情况", "claims": "申请事项", "title": "纠纷名称", "facts": "纠纷主要事实",
        "matters": "争议事项", "responsibility": "各方责任", "text": "协议内容", "body": "正文", "result": "调解结果",
        "reason": "理由", "explanation": "说明", "person": "签名人", "place": "地点", "manner": "履行方式",
        "performance": "履行情况", "remarks": "备注",
    }  # fmt: skip
    places = [
        template.format(name)
        for name in names
        for template in ("{}", "parties[0].{}", "a.b.{}[3]", "{}[0][1]")
    ]
    assert [facts.named(place) for place in places] == [
        f"{place}({name})"
        for place, name in zip(places, [name for name in names.values() for _each in range(4)], strict=True)
    ]
    assert facts.named("parties[0].number") == "parties[0].number"

"""Characters without shape: found without reading fonts where none is needed, told in words."""

from pathlib import Path

from mediation.documents import faces, shapes
from mediation.documents.forms import find_form

PLAIN = {
    "site_name": "示例县",
    "case": {"title": "郝𠮷远与甲某排水纠纷", "narrative": "郝𠮷远家在𠀂沟。"},
    "parties": [
        {"name": "郝𠮷远", "address": "一村", "agents": [{"name": "钱𠮷"}]},
        {"name": "甲某", "address": "𠮷沟", "agents": []},
    ],
    "addressee": {"name": "郝𠮷远", "address": "𠮷"},
    "agreement": {
        "facts": "𠀂",
        "clauses": [{"text": "郝𠮷远付款。"}, {"text": "修𠀂沟。", "obligor": "郝𠮷远"}],
    },
    "slots": [{"person": "郝𠮷远"}],
}


def test_what_is_always_there_is_in_the_shipped_faces() -> None:
    known = set[int]().union(*(faces.characters(face.path) for face in faces.face_table().faces)) | {
        9,
        10,
        13,
    }
    every = [chr(code) for code in range(0x10000) if shapes._is_always_there(chr(code))]
    assert len(every) > 20_000
    assert [one for one in every if ord(one) not in known] == []


def test_places_are_told_in_words_and_names_said_again_are_not() -> None:
    assert shapes.shapeless(PLAIN) == {
        "𠮷": ["当事人郝𠮷远的姓名或名称", "当事人郝𠮷远的代理人钱𠮷的姓名或名称", "当事人甲某的单位或住址"],
        "𠀂": ["纠纷的纠纷简要情况", "协议的纠纷主要事实", "协议第2条"],
    }


def test_samples_of_all_shipped_forms_can_be_set() -> None:
    sample = find_form("agreement").sample
    assert shapes.shapeless(sample.model_dump(mode="json")) == {}


def test_font_that_a_site_adds_is_used_at_once(tmp_path: Path) -> None:
    assert shapes.without_shape("甲𠀂", tmp_path) == ["𠀂"]
    (tmp_path / "fonts").mkdir()
    assert shapes.without_shape("甲𠀂", tmp_path) == ["𠀂"]
    from fontTools.fontBuilder import FontBuilder

    font = FontBuilder(1000)
    font.setupGlyphOrder([".notdef", "rare"])
    font.setupCharacterMap({ord("𠀂"): "rare"})
    font.setupNameTable({"familyName": "Rare", "styleName": "Regular"})
    font.save(tmp_path / "fonts" / "rare.ttf")
    assert shapes.without_shape("甲𠀂", tmp_path) == []

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation.documents.glyphs import Unprintable, code_point, unprintable


@pytest.mark.parametrize(
    ("character", "reason"),
    [
        ("\0", "控制字符"),
        ("\x1b", "控制字符"),
        ("\x85", "控制字符"),
        ("\ud800", "不成对的代理码位"),
        ("\u202e", "改变文字方向的控制符"),
        ("\u2066", "改变文字方向的控制符"),
        ("\u200b", "看不见的格式字符"),
        ("\ufeff", "看不见的格式字符"),
        ("\u2028", "行分隔符，请改用换行"),
        ("\u2029", "段分隔符，请改用换行"),
        ("\ufdd0", "不是字符的码位"),
        ("\ufffe", "不是字符的码位"),
        ("\U0001ffff", "不是字符的码位"),
        ("\ue000", "自造字，别的机器上没有字形"),
        ("\ufe00", "异体字选择符"),
        ("\U000e0100", "异体字选择符"),
    ],
)
def test_unprintable_character_is_named_with_its_place(character: str, reason: str) -> None:
    assert unprintable(f"张{character}三") == [Unprintable(character, 1, reason)]


@pytest.mark.parametrize(
    "text",
    [
        "张三",
        "喆玥㛃𬱖𰻝",
        "第一行\n第二行\r\n\t第三行",
        "（〔2026〕第15号）¥1.00",
        "ཞི་བདེ།",
        "ᠮᠣᠩᠭᠣᠯ",
        "ᠨ\u180b\u180eᠠ",
    ],
)
def test_ordinary_text_is_printable(text: str) -> None:
    assert unprintable(text) == []


def test_sentence_counts_places_from_one() -> None:
    assert str(unprintable("甲\0")[0]) == "第2个字符 U+0000：控制字符"
    assert code_point("𰻝") == "U+30EDD"


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)))
def test_every_common_character_is_printable(text: str) -> None:
    assert unprintable(text) == []

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation.documents import wording

GOLDEN = [
    (0, "零元整"),
    (5, "伍分"),
    (50, "伍角整"),
    (55, "伍角伍分"),
    (1_00, "壹元整"),
    (10_00, "壹拾元整"),
    (2561_00, "贰仟伍佰陆拾壹元整"),
    # The examples of 支付结算办法, annex 1.
    (1409_50, "壹仟肆佰零玖元伍角整"),
    (6007_14, "陆仟零柒元壹角肆分"),
    (1680_32, "壹仟陆佰捌拾元零叁角贰分"),
    (107000_53, "壹拾万柒仟元零伍角叁分"),
    (16409_02, "壹万陆仟肆佰零玖元零贰分"),
    (325_04, "叁佰贰拾伍元零肆分"),
    (1_0000_0001_00, "壹亿零壹元整"),
    (100_0010_00, "壹佰万零壹拾元整"),
    (1001_0000_00, "壹仟零壹万元整"),
    (10_0000_0000_00, "壹拾亿元整"),
    (1_0000_1000_00, "壹亿零壹仟元整"),
    (1_1000_00, "壹万壹仟元整"),
    (1_0950_00, "壹万零玖佰伍拾元整"),
    (999_999_999_999_99, "玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
]


@pytest.mark.parametrize(("fen", "words"), GOLDEN)
def test_money_in_capitals_golden(fen: int, words: str) -> None:
    assert wording.money_in_capitals(fen) == words


@given(st.integers(0, wording.MOST_FEN))
def test_money_in_capitals_reads_back(fen: int) -> None:
    assert read_capitals(wording.money_in_capitals(fen)) == fen


@given(st.integers(0, wording.MOST_FEN))
def test_money_in_capitals_is_well_formed(fen: int) -> None:
    words = wording.money_in_capitals(fen)
    assert "零零" not in words
    assert [pair for pair in ("零万", "零亿", "亿万", "零拾", "零佰", "零仟", "零整") if pair in words] == []
    assert words.endswith("整") == (fen % 10 == 0)


@pytest.mark.parametrize("fen", [-1, wording.MOST_FEN + 1])
def test_money_out_of_range_is_refused(fen: int) -> None:
    with pytest.raises(ValueError, match=str(fen)):
        wording.money_in_words(fen)


def test_money_in_words_says_figures_and_capitals() -> None:
    assert wording.money_in_words(2561_00) == "人民币2561元（大写：贰仟伍佰陆拾壹元整）"
    assert wording.money_in_words(2561_05) == "人民币2561.05元（大写：贰仟伍佰陆拾壹元零伍分）"


def test_day_has_no_leading_zeros() -> None:
    assert wording.day_in_words(date(2026, 1, 5)) == "2026年1月5日"
    assert wording.day_in_words("2026-12-31") == "2026年12月31日"


def test_moment_is_in_the_time_of_the_site() -> None:
    assert wording.moment_in_words(datetime(2026, 1, 4, 16, 5, tzinfo=UTC)) == "2026年1月5日0时05分"


def test_span_says_one_day_once() -> None:
    assert (
        wording.span_in_words("2026-01-05T01:05:00Z", "2026-01-05T03:30:00Z")
        == "2026年1月5日9时05分至11时30分"
    )
    assert (
        wording.span_in_words("2026-01-05T01:05:00Z", "2026-01-06T03:30:00Z")
        == "2026年1月5日9时05分至2026年1月6日11时30分"
    )
    assert wording.span_in_words("2026-01-05T01:05:00Z", None) == "2026年1月5日9时05分"


@pytest.mark.parametrize(
    ("number", "words"), [(0, "〇"), (3, "三"), (10, "十"), (12, "十二"), (20, "二十"), (99, "九十九")]
)
def test_small_numbers(number: int, words: str) -> None:
    assert wording.number_in_words(number) == words


@pytest.mark.parametrize("number", [-1, 100])
def test_number_of_more_than_two_digits_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match=str(number)):
        wording.number_in_words(number)


def test_text_of_no_more_than_head_and_tail_is_hidden_whole() -> None:
    assert (wording.mask_phone("1381234"), wording.mask_phone("13812345")) == ("*" * 7, "138*2345")


def test_masks_leave_head_and_tail() -> None:
    assert wording.mask_id_number("990426197001011234") == "990426**********34"
    assert wording.mask_phone("13812345678") == "138****5678"
    assert wording.mask_phone("5551") == "****"


@given(st.text(max_size=30))
def test_mask_keeps_the_length_and_hides_short_texts_whole(text: str) -> None:
    masked = wording.mask_id_number(text)
    assert len(masked) == len(text)
    assert len(text) > 8 or masked == "*" * len(text)


def test_paragraphs_are_the_lines_that_say_something() -> None:
    assert wording.paragraphs("甲\r\n\r\n 乙 \n丙\r") == ["甲", "乙", "丙"]


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        (
            "甲向乙承诺,于2026年3月20日前(含当日)付清;逾期的,另议。",
            "甲向乙承诺，于2026年3月20日前（含当日）付清；逾期的，另议。",
        ),
        ("人民币1,000元,9:05到场", "人民币1,000元，9:05到场"),
        ("车牌(A)1,234", "车牌(A)1,234"),
        ("地址:石桥村?", "地址：石桥村？"),
        ("(2026)第1号", "(2026)第1号"),
        ("普通话,English, too", "普通话，English, too"),
        ("挖了边沟。 2026年5月 ，他加高沟底。 A段", "挖了边沟。2026年5月，他加高沟底。A段"),
        ("从事木工。 工程结束后,  公司 ABC 未付", "从事木工。工程结束后，公司 ABC 未付"),
    ],
)
def test_prose_has_full_width_marks_beside_chinese(typed: str, printed: str) -> None:
    assert wording.prose(typed) == printed


@given(st.text(st.sampled_from("甲乙1a,;:?!()（），。 "), max_size=20))
def test_prose_changes_marks_and_gaps_only_and_only_once(text: str) -> None:
    printed = wording.prose(text)
    assert len(printed.replace(" ", "")) == len(text.replace(" ", ""))
    assert wording.prose(printed) == printed
    assert [one for one in printed if one in "甲乙1a"] == [one for one in text if one in "甲乙1a"]


def test_unended_has_no_mark_at_its_end() -> None:
    assert wording.unended("分歧较大,难以达成协议。") == "分歧较大，难以达成协议"
    assert wording.unended("证号尾数为X;\n") == "证号尾数为X"


def test_verification_text_reads_back() -> None:
    verify = {"document_id": "7k3m9q", "token": "a-_b+=", "root_fingerprint": "5c1f"}
    assert wording.read_verification_text(wording.verification_text(verify)) == verify


def test_verification_text_with_an_address_reads_back() -> None:
    verify = {
        "document_id": "7k3m9q",
        "token": "a-_b+=",
        "root_fingerprint": "5c1f",
        "address": "https://mediation.example:8443",
    }
    text = wording.verification_text(verify)
    assert text == "https://mediation.example:8443/p/d/7k3m9q?t=a-_b%2B%3D&r=5c1f"
    assert wording.read_verification_text(text) == verify


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mediation:verify?d=1",
        "mediation:verify?d=1&t=2&r=3&x",
        "mediation:verify?d=1&t=2&r=3&x=4",
        "https://verify?d=1&t=2&r=3",
        "https://mediation.example/p/d/?t=2&r=3",
        "https://mediation.example/p/d/1?t=2&r=3&x=4",
        "https://mediation.example/q/d/1?t=2&r=3",
        "http://mediation.example/p/d/1?t=2&r=3",
    ],
)
def test_verification_text_of_others_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the standard library's own sentence for bad queries
        wording.read_verification_text(text)


def read_capitals(words: str) -> int:
    """Capitals as fen, by another way than they were written: unit by unit."""
    digits = {digit: value for value, digit in enumerate("零壹贰叁肆伍陆柒捌玖")}
    units = {"拾": 10, "佰": 100, "仟": 1000}
    whole = section = digit = rest = 0
    for character in words:
        if character in digits:
            digit = digits[character]
        elif character in units:
            section, digit = section + digit * units[character], 0
        elif character in "万亿元":
            power = {"万": 10**4, "亿": 10**8, "元": 1}[character]
            whole, section, digit = whole + (section + digit) * power, 0, 0
        elif character in "角分":
            rest, digit = rest + digit * (10 if character == "角" else 1), 0
    return whole * 100 + rest


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("示例县示例镇河东村三组12号", "示例县示例镇河东村***"),
        ("示例市城关区幸福街道阳光小区3栋2单元", "示例市城关区幸福街道***"),
        ("示例旗示例苏木甲嘎查5号", "示例旗示例苏木甲嘎查***"),
        ("东头第二家", "东头***"),
        ("村", "村***"),
    ],
)
def test_masked_address_says_the_village_and_no_door(address: str, shown: str) -> None:
    assert wording.mask_address(address) == shown


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("示例安居物业有限公司（汤伟）", ("示例安居物业有限公司", "（汤伟）")),
        ("示例（安居）物业有限公司", ("示例（安居）物业有限公司", "")),
        ("示例枸杞合作社（阿依夏木·玉素甫）", ("示例枸杞合作社（阿依夏木·玉素甫）", "")),
        ("罗开富", ("罗开富", "")),
    ],
)
def test_who_holds_the_pen_for_another_is_told_apart(name: str, parts: tuple[str, str]) -> None:
    assert wording.signer_in_parts(name) == parts

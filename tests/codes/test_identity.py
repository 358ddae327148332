"""Numbers that carry their own check."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation.codes.identity import (
    credit_code_check,
    credit_code_faults,
    is_sample_number,
    number_faults,
    phone_faults,
    read_resident,
    resident_check,
    resident_faults,
    sample_credit_code,
    sample_resident_number,
)

TODAY = date(2026, 3, 2)
BORN = st.dates(date(1900, 1, 1), TODAY)
ORDERS = st.integers(1, 999)


@given(BORN, ORDERS)
def test_a_sample_number_is_right_and_says_birth_and_sex(born_on, order):
    number = sample_resident_number(born_on, order)
    assert resident_faults(number, TODAY) == []
    assert is_sample_number(number)
    resident = read_resident(number)
    assert (resident.born_on, resident.sex) == (born_on, "男" if order % 2 else "女")


@given(BORN, ORDERS, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(born_on, order, place, by):
    number = sample_resident_number(born_on, order)
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    assert resident_faults(wrong, TODAY)


@given(BORN, ORDERS, st.integers(0, 15))
def test_two_digits_exchanged_are_found(born_on, order, place):
    number = sample_resident_number(born_on, order)
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert bool(resident_faults(swapped, TODAY)) == (swapped != number)


def test_the_check_character_agrees_with_iso_7064():
    """The number is a multiple of the code: the sum of digit times 2^(17-place), X as 10, is 1 modulo 11."""
    for first_17 in ("11010519491231002", "44052418800101001", "59012119700102003"):
        digits = [int(digit) for digit in first_17]
        digits.append("0123456789X".index(resident_check(first_17)))
        assert sum(digit * 2 ** (17 - place) for place, digit in enumerate(digits)) % 11 == 1


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("11010519491231002X", []),
        ("440524188001010014", []),
        ("11010519491231002x", ["身份证号码前17位应为数字，末位为数字或大写字母X"]),
        ("1101051949123100", ["身份证号码应为18位，现在是16位"]),
        ("", ["身份证号码应为18位，现在是0位"]),
        ("11010519490231002X", ["身份证号码中的出生日期 19490231 不存在", "身份证号码的校验码不对，请核对是否抄错"]),
        ("110105194912310021", ["身份证号码的校验码不对，请核对是否抄错"]),
        ("110105194912310٠2X", ["身份证号码前17位应为数字，末位为数字或大写字母X"]),
    ],
)  # fmt: skip
def test_resident_numbers(number, expected):
    assert resident_faults(number, TODAY) == expected


def test_a_birth_to_come_or_too_long_ago_is_refused():
    assert resident_faults(sample_resident_number(date(2026, 3, 3), 1), TODAY) == [
        "身份证号码中的出生日期 2026-03-03 还没有到"
    ]
    assert resident_faults(sample_resident_number(date(1860, 1, 1), 1), TODAY) == [
        "身份证号码中的出生日期 1860-01-01 太早"
    ]
    for born_on in (TODAY, date(1870, 1, 1)):
        assert number_faults("resident_id", sample_resident_number(born_on, 1), TODAY) == []


def test_an_order_outside_the_three_digits_is_refused():
    with pytest.raises(ValueError, match="1 to 999"):
        sample_resident_number(TODAY, 0)
    with pytest.raises(ValueError, match="1 to"):
        sample_credit_code(0)


def test_age_counts_full_years():
    resident = read_resident(sample_resident_number(date(2008, 3, 3), 1))
    assert resident.age_on(date(2026, 3, 2)) == 17
    assert resident.age_on(date(2026, 3, 3)) == 18
    assert read_resident("something else") is None
    assert read_resident("11010519491231002x") is None


@given(st.integers(1, 999_999_999))
def test_a_sample_credit_code_is_right(order):
    assert credit_code_faults(sample_credit_code(order)) == []


@given(st.integers(1, 999_999_999), st.integers(0, 16), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_one_wrong_character_of_a_credit_code_is_found(order, place, character):
    code = sample_credit_code(order)
    wrong = code[:place] + character + code[place + 1 :]
    assert bool(credit_code_faults(wrong)) == (wrong != code)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("91350100M000100Y43", []),
        ("91350100M000100Y44", ["统一社会信用代码的校验码不对，请核对是否抄错"]),
        ("91350100M000100I43", ["统一社会信用代码里不会有这些字符：I"]),
        ("91350100M0O0100I43", ["统一社会信用代码里不会有这些字符：I O"]),
        ("9135", ["统一社会信用代码应为18位，现在是4位"]),
    ],
)
def test_credit_codes(code, expected):
    assert credit_code_faults(code) == expected
    assert number_faults("credit_code", code, TODAY) == expected


def test_the_check_of_a_credit_code_is_modulo_31():
    assert credit_code_check("91350100M000100Y4") == "3"


@pytest.mark.parametrize("check", [resident_check, credit_code_check])
@pytest.mark.parametrize("length", [16, 18])
def test_check_of_anything_but_17_characters_is_refused(check, length):
    with pytest.raises(ValueError, match="zip"):
        check("1" * length)


def test_all_of_the_unassigned_place_is_of_the_demos():
    assert (is_sample_number("599999197001010019"), is_sample_number("509999197001010019")) == (True, False)


def test_last_sample_credit_code_is_right():
    assert credit_code_faults(sample_credit_code(999_999_999)) == []


@pytest.mark.parametrize(
    "phone", ["13912345678", "139 1234 5678", "0871-63912345", "63912345", "12348", "96110"]
)
def test_likely_phones(phone):
    assert phone_faults(phone) == []


@pytest.mark.parametrize("phone", ["1391234567", "23912345678", "12", "139123456789"])
def test_unlikely_phones(phone):
    assert phone_faults(phone) == ["电话号码不像手机号（11位，1开头）或固定电话（区号加7至8位）"]


@pytest.mark.parametrize("phone", ["电话", "1391234567a", "1391234567８"])
def test_phones_of_other_characters(phone):
    assert phone_faults(phone) == ["电话号码只能有数字、空格和短横"]


def test_other_documents_are_taken_as_they_are():
    assert number_faults("passport", "E1", TODAY) == []
    assert number_faults("resident_id", "E1", TODAY) == ["身份证号码应为18位，现在是2位"]

"""Numbers that carry their own check: resident identity numbers, unified social credit codes; and likely phones. Pure.

GB 11643 (resident number: area 6, date of birth 8, order 3, check 1 by ISO 7064 MOD 11-2) and GB 32100 (credit code:
17 characters and one check modulo 31). Areas are not looked up: codes change every year, and lists reject real people.
"""

import re
from dataclasses import dataclass
from datetime import date

from mediation.language import _

SAMPLE_AREA = "590121"
"""For demos. GB/T 2260 numbers the provinces of the southwest 50 to 54; 55 to 59 are not assigned to any, so that no
number that begins with 59 is anybody's. (9 would be wrong: permanent residence cards of foreigners begin with it.)"""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_RESIDENT = re.compile(r"[0-9]{17}[0-9X]\Z")
_MOBILE = re.compile(r"1[3-9][0-9]{9}\Z")
_LANDLINE = re.compile(r"(0[1-9][0-9]{1,2}-?)?[2-9][0-9]{6,7}\Z")
_SHORT = re.compile(r"(12345|12348|12368|110|96[0-9]{3,4})\Z")
_LENGTH = 18
_LAST_ORDER = 999
_LAST_CREDIT_ORDER = 999_999_999
_OLDEST = date(1870, 1, 1)


@dataclass(frozen=True, slots=True)
class Resident:
    """What a resident number says of its bearer."""

    born_on: date
    sex: str

    def age_on(self, day: date) -> int:
        """Full years on the day."""
        return day.year - self.born_on.year - ((day.month, day.day) < (self.born_on.month, self.born_on.day))


def resident_faults(number: str, today: date) -> list[str]:
    """Everything wrong with a resident number, as sentences; nothing if it may be right."""
    if len(number) != _LENGTH:
        return [_("身份证号码应为18位，现在是{length}位").format(length=len(number))]
    if not _RESIDENT.match(number):
        return [_("身份证号码前17位应为数字，末位为数字或大写字母X")]
    faults = []
    born_on = _date_in(number)
    if born_on is None:
        faults.append(_("身份证号码中的出生日期 {text} 不存在").format(text=number[6:14]))
    elif born_on > today:
        faults.append(_("身份证号码中的出生日期 {day} 还没有到").format(day=born_on))
    elif born_on < _OLDEST:
        faults.append(_("身份证号码中的出生日期 {day} 太早").format(day=born_on))
    if resident_check(number[:17]) != number[17]:
        faults.append(_("身份证号码的校验码不对，请核对是否抄错"))
    return faults


def read_resident(number: str) -> Resident | None:
    """Date of birth and sex of a number, if it has them. Does not check it."""
    born_on = _date_in(number) if _RESIDENT.match(number) else None
    if born_on is None:
        return None
    return Resident(born_on, "男" if int(number[16]) % 2 else "女")


def resident_check(first_17: str) -> str:
    """The check character of 17 digits (ISO 7064 MOD 11-2)."""
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(first_17, _WEIGHTS, strict=True)) % 11]


def sample_resident_number(born_on: date, order: int) -> str:
    """A number with a right check that is nobody's. `order` 1 to 999: odd for men, even for women."""
    if not 1 <= order <= _LAST_ORDER:
        raise ValueError("order is 1 to 999")
    body = f"{SAMPLE_AREA}{born_on:%Y%m%d}{order:03d}"
    return body + resident_check(body)


def is_sample_number(number: str) -> bool:
    """Is it a number of the demos?"""
    return number.startswith(SAMPLE_AREA[:2])


def credit_code_faults(code: str) -> list[str]:
    """Everything wrong with a unified social credit code, as sentences."""
    if len(code) != _LENGTH:
        return [_("统一社会信用代码应为18位，现在是{length}位").format(length=len(code))]
    strange = sorted({character for character in code if character not in _CREDIT_ALPHABET})
    if strange:
        return [_("统一社会信用代码里不会有这些字符：{characters}").format(characters=" ".join(strange))]
    if credit_code_check(code[:17]) != code[17]:
        return [_("统一社会信用代码的校验码不对，请核对是否抄错")]
    return []


def credit_code_check(first_17: str) -> str:
    """The check character of 17 characters (GB 32100, modulo 31)."""
    places = zip(first_17, _CREDIT_WEIGHTS, strict=True)
    total = sum(_CREDIT_ALPHABET.index(character) * weight for character, weight in places)
    return _CREDIT_ALPHABET[-total % 31]


def sample_credit_code(order: int) -> str:
    """A credit code with a right check whose place is the unassigned one."""
    if not 1 <= order <= _LAST_CREDIT_ORDER:
        raise ValueError("order is 1 to 999999999")
    body = f"91{SAMPLE_AREA}{order:09d}"
    return body + credit_code_check(body)


def bare_phone(phone: str) -> str:
    """A phone number without blanks and hyphens: however it is written, it is the same one."""
    return re.sub(r"[\s-]", "", phone)


def phone_faults(phone: str) -> list[str]:
    """What is unlikely about a phone number of the mainland; blanks and hyphens do not matter."""
    bare = bare_phone(phone)
    if not bare.isascii() or not bare.isdigit():
        return [_("电话号码只能有数字、空格和短横")]
    if any(pattern.match(bare) for pattern in (_MOBILE, _LANDLINE, _SHORT)):
        return []
    return [_("电话号码不像手机号（11位，1开头）或固定电话（区号加7至8位）")]


def number_faults(kind: str, number: str, today: date) -> list[str]:
    """The check that belongs to a kind of document: resident numbers and credit codes; others are taken as they are."""
    if kind == "resident_id":
        return resident_faults(number, today)
    if kind == "credit_code":
        return credit_code_faults(number)
    return []


def _date_in(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None

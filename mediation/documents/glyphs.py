"""What cannot be printed: characters that have no shape, or that turn the text around."""

import unicodedata
from dataclasses import dataclass

from mediation.language import _

_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SPACING = frozenset("\t\n\r")
_MONGOLIAN_VARIANTS = frozenset("\u180b\u180c\u180d\u180e\u180f")
_NONCHARACTERS = range(0xFDD0, 0xFDF0)
_PLANE_END = 0xFFFE  # the last two numbers of every plane are no characters either
_VARIANTS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


@dataclass(frozen=True, slots=True)
class Unprintable:
    """A character that a paper must not hold: its place in the text (from 0), and why, in words."""

    character: str
    position: int
    reason: str

    def __str__(self) -> str:
        return _("第{place}个字符 {name}：{reason}").format(
            place=self.position + 1, name=code_point(self.character), reason=self.reason
        )


def unprintable(text: str) -> list[Unprintable]:
    """The characters of the text that are refused, in order; tab and line ends are right."""
    found = []
    for position, character in enumerate(text):
        reason = _why_refused(character)
        if reason:
            found.append(Unprintable(character, position, reason))
    return found


def code_point(character: str) -> str:
    """The character's number, as in `U+202E`."""
    return f"U+{ord(character):04X}"


def _why_refused(character: str) -> str:
    if " " <= character <= "~" or "\u4e00" <= character <= "\u9fff" or character in _SPACING:
        return ""
    if character in _TURNING:
        return _("改变文字方向的控制符")
    if character in _MONGOLIAN_VARIANTS:
        return ""
    if any(ord(character) in variants for variants in _VARIANTS):
        return _("异体字选择符")
    if ord(character) in _NONCHARACTERS or ord(character) & _PLANE_END == _PLANE_END:
        return _("不是字符的码位")
    return _why_category(unicodedata.category(character))


def _why_category(category: str) -> str:
    if category[0] not in "CZ":  # a long text has thousands of these: no words are looked for
        return ""
    reasons = {
        "Cc": _("控制字符"),
        "Cf": _("看不见的格式字符"),
        "Cs": _("不成对的代理码位"),
        "Co": _("自造字，别的机器上没有字形"),
        "Zl": _("行分隔符，请改用换行"),
        "Zp": _("段分隔符，请改用换行"),
    }
    return reasons.get(category, "")

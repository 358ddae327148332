"""How papers word days, money, numbers and masked facts. Pure; days and moments come as ISO text or as values."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from itertools import pairwise
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

from mediation.clock import SITE_ZONE

MOST_FEN: Final = 99_999_999_999_999
"""999 999 999 999.99 yuan: the most that is written in capitals."""

_CHINESE = r"\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af〇々“”‘’《》〔〕【】（）、。，；：？！"
_MARK = re.compile(rf"(?<=[{_CHINESE}])[,;:?!]+|[,;:?!]+(?=[{_CHINESE}])")
_BRACKETS = re.compile(rf"\(([^()]*[{_CHINESE}][^()]*)\)")
_WIDE = "、，。；：？！（）"
_GAP = re.compile(
    rf"(?<=[{_CHINESE}]) +(?=[{_CHINESE}])|(?<=[{_WIDE}]) +(?=[0-9A-Za-z])|(?<=[0-9A-Za-z]) +(?=[{_WIDE}])"
)
"""Spaces within Chinese words, and beside a full-width mark, which a line break leaves behind when lines are joined."""
_FULL_WIDTH = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！"}
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_MYRIADS = ("", "万", "亿")
_SMALL = "〇一二三四五六七八九"
_MYRIAD = 10_000
_PEN = re.compile(r"(.+?)(（[^（）]{1,5}）)", re.DOTALL)
_PLACE = re.compile(r".*(?:街道|社区|苏木|嘎查|[省市州盟县旗镇乡村]|(?<!小)区)")
"""As far as the last unit of government that an address names; whatever comes after says which door."""


def day_in_words(day: date | str) -> str:
    """A day as GB/T 9704 writes it, Arabic and without leading zeros: 2026年1月5日."""
    value = date.fromisoformat(day) if isinstance(day, str) else day
    return f"{value.year}年{value.month}月{value.day}日"


def moment_in_words(moment: datetime | str) -> str:
    """A moment in the site's time zone: 2026年1月5日9时05分."""
    value = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    local = value.astimezone(SITE_ZONE)
    return f"{day_in_words(local.date())}{local.hour}时{local.minute:02d}分"


def span_in_words(begin: datetime | str, end: datetime | str | None) -> str:
    """From a moment to another; on one day the day is said once: 2026年1月5日9时05分至11时30分."""
    if end is None:
        return moment_in_words(begin)
    first, last = moment_in_words(begin), moment_in_words(end)
    day = first.split("日", maxsplit=1)[0] + "日"
    return f"{first}至{last.removeprefix(day)}"


def money_in_words(fen: int) -> str:
    """An amount of whole fen in figures and capitals: 人民币2561元（大写：贰仟伍佰陆拾壹元整）."""
    return f"人民币{money_in_figures(fen)}（大写：{money_in_capitals(fen)}）"


def money_in_figures(fen: int) -> str:
    """An amount of whole fen in figures: 2561元, 2561.05元."""
    yuan, rest = divmod(_checked(fen), 100)
    return f"{yuan}.{rest:02d}元" if rest else f"{yuan}元"


def money_in_capitals(fen: int) -> str:
    """An amount of whole fen in capitals, by the rules for bills of 支付结算办法, annex 1.

    Ends in 整 at yuan or jiao; a zero yuan before jiao, a zero jiao before fen and zeros within are said once.
    ValueError when negative or above 999 999 999 999.99 yuan.
    """
    yuan, rest = divmod(_checked(fen), 100)
    jiao, fen_digit = divmod(rest, 10)
    words = f"{_whole_in_capitals(yuan)}元" if yuan else ""
    if not rest:
        return f"{words or '零元'}整"
    if yuan and (not jiao or not yuan % 10):
        words += "零"
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    return words + (f"{_DIGITS[fen_digit]}分" if fen_digit else "整")


def number_in_words(number: int) -> str:
    """A small number from 0 to 99 in Chinese: 一, 十, 十二, 二十三. ValueError beyond."""
    if not 0 <= number <= 99:  # noqa: PLR2004  two digits
        raise ValueError(number)
    tens, ones = divmod(number, 10)
    if not tens:
        return _SMALL[ones]
    return ("" if tens == 1 else _SMALL[tens]) + "十" + (_SMALL[ones] if ones else "")


def mask_id_number(number: str) -> str:
    """An ID number with the six digits of the place and the last two left: 532126**********12."""
    return _masked(number, 6, 2)


def mask_phone(phone: str) -> str:
    """A phone number with the middle hidden: 138****5678."""
    return _masked(phone, 3, 4)


def mask_address(address: str) -> str:
    """An address as far as the village or street, the rest hidden: 示例县示例镇河东村***."""
    known = _PLACE.match(address)
    return (known[0] if known else address[:2]) + "***"


def prose(text: str) -> str:
    """A sentence with the marks beside Chinese characters full-width, as GB/T 15834 wants, and no gap between them; 1,000 and 9:05 stay."""
    printed = text
    while _BRACKETS.search(printed):
        printed = _BRACKETS.sub(r"（\1）", printed)
    printed = _MARK.sub(lambda marks: "".join(_FULL_WIDTH[mark] for mark in marks[0]), printed)
    return _GAP.sub("", printed)


def unended(text: str) -> str:
    """A text without the mark at its end, to stand within a sentence."""
    return prose(text).rstrip("。；，.;, \n")


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text, one per line, as prose; blank lines and outer spaces are gone."""
    return [prose(line.strip()) for line in re.split(r"\r\n|\r|\n", text) if line.strip()]


def signer_in_parts(name: str) -> tuple[str, str]:
    """Who signs, and in brackets who holds the pen, which is to stand on one line: 示例安居物业有限公司 and （汤伟）.

    Brackets of more than five letters would be wider than the place, and stay with the name.
    """
    found = _PEN.fullmatch(name)
    return (found[1], found[2]) if found else (name, "")


def verification_text(verify: Mapping[str, str]) -> str:
    """What the QR code holds: `mediation:verify?d=DOCUMENT&t=TOKEN&r=ROOT`, or `ADDRESS/p/d/DOCUMENT?t=TOKEN&r=ROOT`."""
    named = {"t": verify["token"], "r": verify["root_fingerprint"]}
    address = verify.get("address")
    if address:
        return f"{address}/p/d/{verify['document_id']}?{urlencode(named)}"
    return f"mediation:verify?{urlencode({'d': verify['document_id'], **named})}"


def read_verification_text(text: str) -> dict[str, str]:
    """The document id, token and root fingerprint of a QR code's text. ValueError when it is not one of ours."""
    address = urlsplit(text)
    held = parse_qs(address.query, strict_parsing=True)
    folder, _slash, document = address.path.rpartition("/")
    if (address.scheme, folder) == ("https", "/p/d") and document and sorted(held) == ["r", "t"]:
        return {
            "document_id": document,
            "token": held["t"][0],
            "root_fingerprint": held["r"][0],
            "address": f"https://{address.netloc}",
        }
    if (address.scheme, address.path) != ("mediation", "verify") or sorted(held) != ["d", "r", "t"]:
        raise ValueError(text)
    return {"document_id": held["d"][0], "token": held["t"][0], "root_fingerprint": held["r"][0]}


def _checked(fen: int) -> int:
    if not 0 <= fen <= MOST_FEN:
        raise ValueError(fen)
    return fen


def _whole_in_capitals(yuan: int) -> str:
    """A positive whole number in capitals, four digits a section."""
    sections = []
    while yuan:
        yuan, section = divmod(yuan, _MYRIAD)
        sections.append(section)
    spoken = [(power, section) for power, section in enumerate(sections) if section][::-1]
    words = _section_in_capitals(spoken[0][1]) + _MYRIADS[spoken[0][0]]
    for (higher, _before), (power, section) in pairwise(spoken):
        skipped = higher - power > 1 or section < _MYRIAD // 10
        words += ("零" if skipped else "") + _section_in_capitals(section) + _MYRIADS[power]
    return words


def _section_in_capitals(section: int) -> str:
    """1 to 9999 in capitals; no zero in front or behind."""
    words, gap = "", False
    for place in range(3, -1, -1):
        digit = section // 10**place % 10
        if digit:
            words += ("零" if gap and words else "") + _DIGITS[digit] + _PLACES[place]
        gap = not digit
    return words


def _masked(text: str, head: int, tail: int) -> str:
    if len(text) <= head + tail:
        return "*" * len(text)
    return text[:head] + "*" * (len(text) - head - tail) + text[len(text) - tail :]

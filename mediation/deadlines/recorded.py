"""What clocks have recorded in Chinese sentences, said again in the reader's language.

A clock keeps how it was counted as plain text, since that is to stay as it was said then. Here the sentence is found of which
such a text was made, and what was put into it; a text that is of none of these is told as it stands.
"""

import re
from functools import lru_cache
from string import Formatter
from typing import Any

from mediation.language import _, current_language, joined

_SENTENCES = (
    "{day}起算，当日不计入",
    "计{span}，最后一日为{day}",
    "{day}为{name}，顺延至其后第一个工作日{moved}",
    "最后一日到中止时尚未届至，不按顺延后的日期，仍自{day}接着算",
    "{day}按新公布的放假安排重新计算（原截止于{was}）",
    "{day}按新公布的放假安排核对，期限不变",
    "截止于{moment}",
    "{years}年的放假安排尚未公布，暂按推算",
    "{moment}起算，计{span}",
    "开始办理（按分流规则“{rule}”，规则第{version}版）",
    "第{n}条没有约定期限，确认裁定生效",
    "第{n}条最后一期（第{k}期）履行期限{day}届满",
    "第{n}条履行期限{day}届满",
    "{day}{hour:02}时{minute:02}分",
    "{day}24时",
    "{year}年{month}月{day}日",
    "{count}个工作日",
    "{count}个月",
    "{count}年",
    "{count}小时",
    "{count}分钟",
    "{count}日",
)
"""Those of `calendar`, of `timers` and of the facts that cases start clocks from; where one would fit another's text, that one comes first."""

_NUMBERS = {"count", "k", "month", "n", "version", "year"}


def said_again(text: str) -> str:
    """The text in the reader's language."""
    if current_language() == "zh":
        return text
    for sentence in _SENTENCES:
        found = _pattern(sentence).fullmatch(text)
        if found is not None:
            return _(sentence).format(**{key: _value(part) for key, part in found.groupdict().items()})
    return _(text)


@lru_cache(len(_SENTENCES))
def _pattern(sentence: str) -> re.Pattern[str]:
    """What a text looks like that was made of the sentence."""
    parts = []
    for literal, name, digits, _conversion in Formatter().parse(sentence):
        parts.append(re.escape(literal))
        if name is not None:
            fills = "[0-9]{2}" if digits else "[0-9]+" if name in _NUMBERS else ".+"
            parts.append(f"(?P<{name}>{fills})")
    return re.compile("".join(parts))


def _value(part: str) -> Any:
    if part.isdecimal():
        return int(part)
    return joined(said_again(one) for one in part.split("、"))

"""The facts of a snapshot by their paths: which are absent, which cannot be printed, and stand-ins for rare characters."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mediation.documents.glyphs import unprintable
from mediation.errors import Problem
from mediation.language import _

MOST_CHARACTERS: Final = 20_000
"""The longest text that one fact of a paper may hold: about 35 pages. Longer ones are attached as evidence."""

_STEP = re.compile(r"^(?P<name>[a-z_]+)(?P<each>\[(?:(?P<field>[a-z_]+)=(?P<value>[a-z_]+))?\])?$")
_STAND_IN = re.compile(
    r"^用字说明[：:]\s*[“\"](?P<rare>.)[”\"]字?以[“\"](?P<other>[^“”\"]{1,12})[”\"]代替。?$"
)


def facts_at(snapshot: Mapping[str, Any], path: str) -> list[tuple[str, Any]]:
    """Where a path leads in a snapshot (as plain values): each place and the fact there, None when absent.

    `case.number`; `parties[].name` for each; `parties[kind=natural].sex` for some. ValueError for any other writing.
    """
    found: list[tuple[str, Any]] = [("", snapshot)]
    for step in path.split("."):
        match = _STEP.match(step)
        if match is None:
            raise ValueError(path)
        found = [next_one for place, value in found for next_one in _follow(place, value, match)]
    return found


def is_absent(value: Any) -> bool:
    """Whether a fact says nothing: None, an empty list, a text of blanks."""
    return value is None or (isinstance(value, str) and not value.strip()) or value in ([], (), {})


def texts(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every text within a value and where it is, in order."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from texts(inner, f"{place}.{key}" if place else key)
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from texts(inner, f"{place}[{index}]")


def text_problems(snapshot: Mapping[str, Any]) -> list[Problem]:
    """What keeps the texts from being printed: characters without shape, and texts that are too long."""
    problems = []
    for place, text in texts(snapshot):
        if len(text) > MOST_CHARACTERS:
            message = _(
                "有{count}个字，超过一项内容{most}个字的上限，请摘要填写，全文作为证据材料附卷"
            ).format(count=len(text), most=MOST_CHARACTERS)
            problems.append(Problem(message, key=named(place)))
        refused = unprintable(text)[:5]
        problems.extend(
            Problem(_("{wrong}，不能打印").format(wrong=wrong), key=named(place)) for wrong in refused
        )
    return problems


def stand_ins(remarks: tuple[str, ...] | list[str]) -> dict[str, str]:
    """Rare character → what is printed for it, from remarks like 用字说明：“X”字以“YZ”代替."""
    matches = (_STAND_IN.match(remark) for remark in remarks)
    return {match["rare"]: match["other"] for match in matches if match}


def stand_in(rare: str, other: str) -> str:
    """The remark that says so of one character."""
    return f"用字说明：“{rare}”字以“{other}”代替"


def replaced(value: Any, instead: Mapping[str, str]) -> Any:
    """The value with characters replaced in every text."""
    if isinstance(value, str):
        return "".join(instead.get(character, character) for character in value)
    if isinstance(value, Mapping):
        return {key: replaced(inner, instead) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [replaced(inner, instead) for inner in value]
    return value


def named(place: str) -> str:
    """A place with its Chinese name behind: `parties[0].name(姓名或名称)`."""
    name = field_title(place.rsplit(".", maxsplit=1)[-1])
    return f"{place}({name})" if name else place


def field_title(step: str) -> str:
    """What the last step of a place is called, empty for what has no name of its own."""
    return _names().get(step.split("[", maxsplit=1)[0], "")


def _follow(place: str, value: Any, match: re.Match[str]) -> list[tuple[str, Any]]:
    name = match["name"]
    inner = value.get(name) if isinstance(value, Mapping) else None
    here = f"{place}.{name}" if place else name
    if not match["each"] or inner is None or is_absent(inner):
        return [(here, inner)]
    return [
        (f"{here}[{index}]", item)
        for index, item in enumerate(inner)
        if not match["field"] or item[match["field"]] == match["value"]
    ]


def _names() -> dict[str, str]:
    return {
        "name": _("姓名或名称"),
        "address": _("单位或住址"),
        "phone": _("联系方式"),
        "occupation": _("职业或职务"),
        "narrative": _("纠纷简要情况"),
        "claims": _("申请事项"),
        "title": _("纠纷名称"),
        "facts": _("纠纷主要事实"),
        "matters": _("争议事项"),
        "responsibility": _("各方责任"),
        "text": _("协议内容"),
        "body": _("正文"),
        "result": _("调解结果"),
        "reason": _("理由"),
        "explanation": _("说明"),
        "person": _("签名人"),
        "place": _("地点"),
        "manner": _("履行方式"),
        "performance": _("履行情况"),
        "remarks": _("备注"),
    }

"""Characters that no face has a shape for, and where a paper holds them, in words."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from mediation.documents.faces import face_table
from mediation.documents.facts import field_title, texts
from mediation.documents.glyphs import code_point
from mediation.language import _, joined

_ALWAYS: Final = (
    (" ", "~"),
    ("\u00a1", "\u00ff"),
    ("\u3000", "\u301c"),
    ("\u4e00", "\u9fff"),
    ("\uff01", "\uff5e"),
)
_ALWAYS_TOO: Final = frozenset("\t\n\r‘’“”…—·〔〕①②③④⑤⑥⑦⑧⑨⑩☐☑")
"""What the shipped faces are known to have: most papers hold nothing else, and no font needs to be read for them."""
NO_SHAPE: Final = "〓"
"""Stands for a character that no font has where nobody is there to name another: in a list, in a paper that is made by itself."""
_PEOPLE: Final = ("parties", "mediators", "recorder", "registrar")
_REPEATED: Final = frozenset({"addressee", "slots", "remarks"})
"""What only says again what stands elsewhere in the snapshot."""
_STEP = re.compile(r"^([a-z_]+)(?:\[(\d+)\])?\.?")


def without_shape(text: str, site: Path | None = None) -> list[str]:
    """The characters of a text that neither the shipped faces nor the site's have, each once, in order."""
    rare = "".join(character for character in dict.fromkeys(text) if not _is_always_there(character))
    return face_table(site).lacking(rare) if rare else []


def shapeless(plain: Mapping[str, Any], site: Path | None = None) -> dict[str, list[str]]:
    """Each character of a snapshot (as plain values) that has no shape, and the places that hold it, in words."""
    held = list(texts(plain))
    lacking = without_shape("".join(text for _place, text in held), site)
    names = [text for place, text in held if place.endswith(".name") and place.startswith(_PEOPLE)]
    return {character: _places(plain, held, names, character) for character in lacking}


def told(character: str, places: Sequence[str]) -> str:
    """“𠮷”（U+20BB7）在现有字体里没有字形：当事人甲的姓名或名称"""
    message = _("“{character}”（{code}）在现有字体里没有字形：{places}")
    return message.format(character=character, code=code_point(character), places=joined(places))


def _is_always_there(character: str) -> bool:
    return character in _ALWAYS_TOO or any(first <= character <= last for first, last in _ALWAYS)


def _places(
    plain: Mapping[str, Any], held: Sequence[tuple[str, str]], names: Sequence[str], character: str
) -> list[str]:
    """Where the character stands; where a name is only said again, that is not told again."""
    found = []
    for place, text in held:
        if character not in text or place.split(".")[0].split("[")[0] in _REPEATED:
            continue
        is_name = place.endswith(".name") and place.startswith(_PEOPLE)
        if is_name or character in _without(text, names):
            found.append(_in_words(plain, place))
    return list(dict.fromkeys(found)) or [_("文书模板")]


def _without(text: str, names: Sequence[str]) -> str:
    for name in names:
        text = text.replace(name, "")
    return text


def _in_words(plain: Mapping[str, Any], place: str) -> str:
    """`parties[0].name` is 当事人甲的姓名或名称, `agreement.clauses[1].text` 协议第2条."""
    of, *inner = place.split(".")
    match = _STEP.match(of)
    step, at = (match[1], match[2]) if match else (of, None)
    title = field_title(inner[-1] if inner else of)
    if step in _PEOPLE:
        person = plain[step] if at is None else plain[step][int(at)]
        whose = _titles()[step].format(name=person["name"])
        if inner and inner[0].startswith("agents["):
            agent = person["agents"][int(inner[0][7:-1])]["name"]
            whose = _("{party}的代理人{agent}").format(party=whose, agent=agent)
        return _("{whose}的{what}").format(whose=whose, what=title) if title else whose
    if step == "agreement" and inner and (clause := _STEP.match(inner[0])) and clause[1] == "clauses":
        return _("协议第{n}条").format(n=int(clause[2]) + 1)
    whole = _titles().get(step, _("文书"))
    return _("{whose}的{what}").format(whose=whole, what=title) if title else whole


def _titles() -> dict[str, str]:
    return {
        "parties": _("当事人{name}"),
        "mediators": _("调解员{name}"),
        "recorder": _("记录人{name}"),
        "registrar": _("登记人{name}"),
        "committee": _("调委会"),
        "site_name": _("部署单位"),
        "case": _("纠纷"),
        "session": _("调解记录"),
        "agreement": _("协议"),
        "notice": _("通知书"),
        "visit": _("回访记录"),
        "suspension": _("中止调解"),
        "correction": _("更正书"),
        "voiding": _("作废说明"),
        "conference": _("会商纪要"),
        "risk": _("风险评估"),
        "charge": _("领导包案"),
        "evidence": _("证据材料清单"),
    }

"""The counter's form as the words of 登记: what was typed for choices becomes codes, blank rows are dropped, a title is made."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData

from mediation.cases.inputs import Register
from mediation.cases.window.alike import Named
from mediation.language import _, recording
from mediation.reading import Misread
from mediation.web.forms.choices import Options
from mediation.web.forms.fields import words_of
from mediation.web.forms.typed import chosen, shown_for, with_value

_NUMBER = re.compile(r"parties\.\d+\.(id_number|agents\.\d+\.id_number)")
_STANDING = frozenset({"role", "kind"})
"""What a party's row has before anything was typed in it."""


def register_words(form: FormData, categories: Options, places: Options, recorded: Options) -> dict[str, Any]:
    """What was typed, as the words of Register; where no choice could be made of it, it is Misread.

    `recorded`: the categories as the record calls them, whatever language they were chosen in.
    """
    category = chosen(str(form.get("governance_category", "")), categories)
    place = chosen(str(form.get("place", "")), places)
    coded = with_value(with_value(_numbered(form), "governance_category", category.code), "place", place.code)
    words = words_of(Register, coded)
    _drop_blank_parties(words)
    words.setdefault("title", made_title(words, recorded))
    for key, one in (("governance_category", category), ("place", place)):
        if one.fault:
            words[key] = Misread(one.fault)
    return words


@recording()
def made_title(words: Mapping[str, Any], categories: Options) -> str:
    """甲与乙邻里纠纷: the first of each side, and what it is about."""
    names = {str(one.get("role")): str(one.get("name", "")) for one in reversed(words.get("parties", []))}
    sides = [names[role] for role in ("applicant", "respondent") if names.get(role)]
    shown = shown_for(str(words.get("governance_category", "")), categories)
    about, _sign, above = shown.partition(" ")[2].rstrip("）").partition("（")
    about = above if above and about.startswith("其他") else about
    return str(_("{who}{about}纠纷").format(who="与".join(sides), about=about.removesuffix("纠纷")))


def named(form: FormData) -> list[Named]:
    """The parties as far as they have been typed."""
    found: dict[str, dict[str, str]] = {}
    for key, value in form.multi_items():
        match = re.fullmatch(r"parties\.(\d+)\.(name|id_number|phone)", key)
        if match and isinstance(value, str):
            found.setdefault(match[1], {})[match[2]] = (
                number(value) if match[2] == "id_number" else value.strip()
            )
    return [Named(**one) for one in found.values()]


def number(text: str) -> str:
    """A document's number as it is written: no blanks, no full-width digits, a capital X."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def _numbered(form: FormData) -> FormData:
    return FormData(
        [
            (key, number(value) if isinstance(value, str) and _NUMBER.fullmatch(key) else value)
            for key, value in form.multi_items()
        ]
    )


def _drop_blank_parties(words: dict[str, Any]) -> None:
    parties = [one for one in words.pop("parties", []) if any(key not in _STANDING for key in one)]
    if parties:
        words["parties"] = parties

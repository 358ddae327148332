"""What is a slip of the pen in a paper, and what would change what was agreed: each alone, and all of a paper together.

An agreement holds the main facts, the matters in dispute, and what is owed by whom, when and how (人民调解法第29条).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, takewhile
from typing import Any, NamedTuple

from mediation.cases.aftercare.said import SlipSaid
from mediation.documents.facts import facts_at

_AGREED = (
    "agreement.facts",
    "agreement.matters",
    "agreement.responsibility",
    "agreement.clauses[].text",
    "agreement.manner",
    "agreement.place",
)
_NEIGHBOURS = 2
_BETWEEN = 1
_MOST_IN_A_PHRASE = 2
_MARK = re.compile(r"[，。；：、,;:\n]")
_WEIGHTY = re.compile(
    r"[0-9０-９〇零一二三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟元角分%％年月日]+"
    r"|不|未|无|非|勿|免|可以|应当|必须|前|后|以[内外上下]|被|[甲乙丙丁]"
)


class _Change(NamedTuple):
    """What one slip puts in the place of some characters of a text. `by`: the how-manieth slip; below 1, one put right before."""

    start: int
    end: int
    right: str
    by: int


def standing(snapshot: Mapping[str, Any], paths: Sequence[str], words: str) -> list[str]:
    """What stands at these places and holds the words."""
    return [text for text in _texts(snapshot, paths) if words in text]


def is_of_substance(snapshot: Mapping[str, Any], slip: SlipSaid) -> bool:
    """Whether a slip, whatever it is called, would change what was agreed, or put another in a party's place."""
    if slip.field == "name":
        return not set(slip.wrong) & set(slip.right) or slip.right in _names(snapshot)
    if slip.field == "id_number":
        return slip.right.upper() in _id_numbers(snapshot)
    if slip.field != "wording" or not standing(snapshot, _AGREED, slip.wrong):
        return False
    return _changes_agreement(snapshot, slip.wrong, slip.right) or any(
        _says_otherwise(snapshot, text, text.replace(slip.wrong, slip.right))
        for text in _texts(snapshot, _AGREED)
    )


def of_substance_together(
    snapshot: Mapping[str, Any], slips: Sequence[SlipSaid], earlier: Sequence[SlipSaid]
) -> tuple[int, ...]:
    """Which of the slips, counted from 1, are none of the pen beside the others, or beside those that were put right before.

    Characters beside one another, changed one by one, change a word; several in one phrase, what it says.
    """
    found: set[int] = set()
    for text in _texts(snapshot, _AGREED):
        changes = _changes(text, slips, earlier)
        for beside in _beside_one_another(changes):
            if len({one.by for one in beside}) > 1 and _changes_word(snapshot, text, beside):
                found |= {one.by for one in beside}
        for phrase in _by_phrase(text, changes):
            if len({one.by for one in phrase}) > _MOST_IN_A_PHRASE:
                found |= {one.by for one in phrase}
    return tuple(sorted(by for by in found if by > 0))


def _changes(text: str, slips: Sequence[SlipSaid], earlier: Sequence[SlipSaid]) -> list[_Change]:
    """What all slips change in a text, in its order; of two that change the same characters the later one."""
    found: dict[tuple[int, int, str], _Change] = {}
    for by, slip in enumerate((*earlier, *slips), start=1 - len(earlier)):
        if slip.field != "wording":
            continue
        head = _shared(slip.wrong, slip.right)
        wrong, right = _core(slip.wrong, slip.right)
        for match in re.finditer(f"(?={re.escape(slip.wrong)})", text):
            start = match.start() + head
            end = start + len(wrong)
            found[start, end, "" if wrong else right] = _Change(start, end, right, by)
    return sorted(found.values())


def _beside_one_another(changes: Iterable[_Change]) -> Iterator[list[_Change]]:
    """The changes of a text, by those between which hardly anything is left as it was."""
    group: list[_Change] = []
    for one in changes:
        if group and one.start - max(other.end for other in group) > _BETWEEN:
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _by_phrase(text: str, changes: Iterable[_Change]) -> Iterator[list[_Change]]:
    """The changes of a text, by the phrases between its marks."""
    for _marks, own in groupby(changes, lambda one: len(_MARK.findall(text[: one.start]))):
        yield list(own)


def _changes_word(snapshot: Mapping[str, Any], text: str, changes: Sequence[_Change]) -> bool:
    """Whether changes beside one another are no slip, taken as one; those of the same characters never are."""
    at = start = changes[0].start
    right = ""
    for one in changes:
        if one.start < at:
            return True
        right += text[at : one.start] + one.right
        at = one.end
    return _changes_agreement(snapshot, text[start:at], right) or _says_otherwise(
        snapshot, text, text[:start] + right + text[at:]
    )


def _changes_agreement(snapshot: Mapping[str, Any], wrong: str, right: str) -> bool:
    """Whether other words would change what was agreed: whom it names, how it is paid, or more than a slip of the pen."""
    if any(name in wrong or name in right for name in _names(snapshot)):
        return True
    if any(_changes_manner(manner, wrong, right) for manner in _manners(snapshot)):
        return True
    return not is_of_the_pen(wrong, right) or _WEIGHTY.findall(wrong) != _WEIGHTY.findall(right)


def _says_otherwise(snapshot: Mapping[str, Any], text: str, after: str) -> bool:
    """Whether a text as it would read names others, or has other numbers, other words of may and must."""
    if any(text.count(name) != after.count(name) for name in _names(snapshot)):
        return True
    return _WEIGHTY.findall(text) != _WEIGHTY.findall(after)


def _manners(snapshot: Mapping[str, Any]) -> list[str]:
    return _texts(snapshot, ("agreement.clauses[].manner",))


def _changes_manner(manner: str, wrong: str, right: str) -> bool:
    """Whether a slip would put another way of paying in the place of this one: not a character of it is left."""
    wrong, right = _core(wrong, right)
    if not wrong or not right or wrong not in manner:
        return False
    return not set(manner) & set(manner.replace(wrong, right))


def is_of_the_pen(wrong: str, right: str) -> bool:
    """Whether one character is wrong, missing or too much, or two stand in the wrong order: more of an agreement is no slip."""
    wrong, right = _core(wrong, right)
    if wrong == right[::-1]:
        return len(wrong) <= _NEIGHBOURS
    return max(len(wrong), len(right)) <= 1


def _core(wrong: str, right: str) -> tuple[str, str]:
    """What differs: without what both begin and end with."""
    head = _shared(wrong, right)
    tail = _shared(wrong[head:][::-1], right[head:][::-1])
    return wrong[head : len(wrong) - tail], right[head : len(right) - tail]


def _shared(one: str, other: str) -> int:
    """How many characters two words begin with alike."""
    pairs = zip(one, other, strict=False)
    return len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))


def _texts(snapshot: Mapping[str, Any], paths: Sequence[str]) -> list[str]:
    """What stands at these places."""
    found = (value for path in paths for _place, value in facts_at(snapshot, path))
    return [str(value) for value in found if value is not None]


def _names(snapshot: Mapping[str, Any]) -> list[str]:
    return [str(party["name"]) for party in snapshot["parties"]]


def _id_numbers(snapshot: Mapping[str, Any]) -> list[str]:
    return [value.upper() for value in _texts(snapshot, ("parties[].id_number",))]

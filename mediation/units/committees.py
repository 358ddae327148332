"""What the law asks of a committee and of its numbers. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from string import Formatter

from mediation.language import _

FEWEST_MEMBERS = 3
MOST_MEMBERS = 9
TERM_YEARS = 3
WARN_BEFORE = timedelta(days=90)
NUMBER_PARTS = frozenset({"yyyy", "abbreviation", "n"})
_MEMBERS = frozenset({"director", "vice_director", "member"})


@dataclass(frozen=True, slots=True)
class Seated:
    """A member as the checks see it."""

    person: str
    role: str
    sex: str = ""
    ethnicity: str = ""


def roster_faults(members: Sequence[Seated], kind: str) -> list[str]:
    """What Art. 8 and 9 of the People's Mediation Law refuse; a personal studio is no committee and has no such roster."""
    if kind == "studio":
        return []
    seated = [member for member in members if member.role in _MEMBERS]
    faults = []
    if not FEWEST_MEMBERS <= len(seated) <= MOST_MEMBERS:
        message = _("委员应为3至9人（人民调解法第八条），现在是{count}人")
        faults.append(message.format(count=len(seated)))
    directors = sum(member.role == "director" for member in seated)
    if directors != 1:
        faults.append(_("应有一名主任（人民调解法第八条），现在是{count}名").format(count=directors))
    if seated and all(member.sex == "男" for member in seated):
        faults.append(_("应当有妇女成员（人民调解法第八条）"))
    return faults


def roster_warnings(members: Sequence[Seated], kind: str, *, multi_ethnic: bool) -> list[str]:
    """Where several peoples live together there should be members of the smaller ones (Art. 8)."""
    seated = [member for member in members if member.role in _MEMBERS]
    if kind == "studio" or not multi_ethnic or not seated:
        return []
    if any(member.ethnicity not in ("", "汉", "汉族") for member in seated):
        return []
    return [_("多民族居住的地区应当有人数较少民族的成员（人民调解法第八条），名单里没有看到")]


def term_faults(first: date, last: date | None) -> list[str]:
    """A term ends, and after three years at most (Art. 9; members may be chosen again)."""
    if last is None:
        return [_("没有写任期届满日期；任期三年（人民调解法第九条）")]
    if last < first:
        return [_("任期届满日期早于起始日期")]
    if last > end_of_term(first):
        message = _("任期三年（人民调解法第九条），应不晚于 {day}")
        return [message.format(day=end_of_term(first))]
    return []


def term_warnings(last: date | None, today: date) -> list[str]:
    """A term that is over or soon will be."""
    if last is None:
        return []
    if last < today:
        return [_("任期已于 {day} 届满，应当换届").format(day=last)]
    if last - today <= WARN_BEFORE:
        return [_("任期将于 {day} 届满，请准备换届").format(day=last)]
    return []


def end_of_term(first: date) -> date:
    """The last day of a full term that begins on the day."""
    try:
        return first.replace(year=first.year + TERM_YEARS) - timedelta(days=1)
    except ValueError:  # begun on 29 February
        return date(first.year + TERM_YEARS, 2, 28)


def pattern_faults(pattern: str) -> list[str]:
    """A pattern of numbers names the year, the committee and the running number once each, and nothing else."""
    try:
        parts = [(name, spec, conversion) for _text, name, spec, conversion in Formatter().parse(pattern)]
    except ValueError:
        return [_("花括号没有配对")]
    named = [name for name, _spec, _conversion in parts if name is not None]
    faults = []
    strange = sorted(set(named) - NUMBER_PARTS)
    if strange or any(spec or conversion for _name, spec, conversion in parts):
        faults.append(_("编号格式里只能用 {yyyy}、{abbreviation}、{n}"))
    faults += [
        _("编号格式里应有一个 {part}").replace("{part}", "{" + part + "}")
        for part in sorted(NUMBER_PARTS)
        if named.count(part) != 1
    ]
    return faults

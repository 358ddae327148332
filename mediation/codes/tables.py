"""Lists of codes, read from files: one file, one list. A site's own file of the same name stands in or adds to it.

`lists/<name>.yaml` is shipped; `<site>/codes/<name>.yaml` replaces it, or with `extends: true` adds to it. A list that
is `fixed` has codes that the program knows: a site may rename them and add others, not leave them out.
"""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from mediation.errors import NotFound, Problem, SiteError
from mediation.language import Words, _, joined
from mediation.partial import Each, of_what_is_written, rest_of
from mediation.reading import Lines, Unreadable, checked, read_yaml

_SHIPPED = Path(__file__).with_name("lists")


def as_text(value: Any) -> Any:
    """A code written as a bare number is the same code."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Text = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$"), BeforeValidator(as_text)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Code(_Frozen):
    """One entry. What stands beside the title is for the lists that need it.

    parent: the class above, in a list of two levels. group: a free word, the heading in statistics made elsewhere. judicial: the
    code of the judicial list that a governance category maps to. for_mediation: False where people's mediation is mostly not
    the way. acts_as, scope: of kinds of post. article: the law.
    """

    code: Key
    title: Annotated[Text, AfterValidator(Words)]
    valid_from: date | None = None
    valid_to: date | None = None
    parent: Key | None = None
    group: Name | None = None
    judicial: Key | None = None
    for_mediation: bool = True
    acts_as: tuple[Name, ...] = Field(default=(), strict=False)
    scope: Literal["subtree", "own"] = "subtree"
    article: str = ""
    about: str = ""

    def is_valid(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


class CodeList(_Frozen):
    """A list with its title, version, first day, and where it comes from."""

    name: Name
    title: Annotated[Text, AfterValidator(Words)]
    version: int = Field(gt=0)
    valid_from: date
    source: str = ""
    fixed: bool = False
    extends: bool = False
    codes: tuple[Code, ...] = Field(min_length=1, strict=False)


_SPARE: Mapping[str, Any] = {
    "version": 1,
    "title": "missing",
    "valid_from": date.min,
    "codes": Each(lambda place: {"code": f"missing-{place}", "title": "missing"}),
}
"""What stands for what is wrong in a list, so that the rest of it is judged."""


class Codes:
    """All lists of a site. `doubted`: those of which the site's own file is wrong; nobody is told what they lack."""

    def __init__(
        self, lists: Mapping[str, CodeList], day: date | None = None, doubted: frozenset[str] = frozenset()
    ) -> None:
        self.lists = dict(lists)
        self.day = day
        self.doubted = doubted
        self._entries: dict[str, dict[str, Code]] = {
            name: {entry.code: entry for entry in found.codes} for name, found in self.lists.items()
        }

    def on(self, day: date) -> "Codes":
        """The same lists with the codes that are valid on a day."""
        return Codes(self.lists, day, self.doubted)

    def doubting(self, name: str) -> "Codes":
        """The same lists, of which one is not wholly known."""
        return Codes(self.lists, self.day, self.doubted | {name})

    def entries(self, name: str) -> tuple[Code, ...]:
        """The codes of a list that can be chosen, in its order. Raises NotFound."""
        return tuple(entry for entry in self._list(name).values() if self._is_open(entry))

    def entry(self, name: str, code: str) -> Code:
        """One code, valid or not: old cases keep their titles. Raises NotFound."""
        found = self._list(name).get(code)
        if found is None:
            raise NotFound(_("{list}里没有代码 {code}").format(list=self.lists[name].title, code=code))
        return found

    def title(self, name: str, code: str) -> str:
        """The words of a code. Raises NotFound."""
        return self.entry(name, code).title

    def is_known(self, name: str, code: str) -> bool:
        """Can the code be chosen?"""
        entry = self._list(name).get(code)
        return entry is not None and self._is_open(entry)

    def fault(self, name: str, code: str) -> str | None:
        """Nothing, or a sentence that says what could be chosen instead."""
        if name in self.doubted or self.is_known(name, code):
            return None
        known = joined(
            _("{code} {title}").format(code=entry.code, title=entry.title)
            for entry in self.entries(name)[:30]
        )
        message = _("{list}里没有可用的代码 {code}；可用：{known}")
        return message.format(list=self.lists[name].title, code=code, known=known)

    def judicial_of(self, governance: str) -> str:
        """The judicial category that a governance category maps to by default; 99 where none is named."""
        entry = self.entry("governance_categories", governance)
        if entry.judicial is None and entry.parent is None:
            children = [
                one.judicial
                for one in self._list("governance_categories").values()
                if one.parent == governance
            ]
            return children[0] if children and children[0] and len(set(children)) == 1 else "99"
        return entry.judicial or "99"

    def is_not_for_mediation(self, governance: str) -> bool:
        """Is the category mostly no matter of people's mediation (classes 11 to 16)? Unknown ones are not."""
        entry = self._list("governance_categories").get(governance)
        return entry is not None and not entry.for_mediation

    def _list(self, name: str) -> dict[str, Code]:
        if name not in self._entries:
            raise NotFound(_("没有名为 {name} 的代码表").format(name=name))
        return self._entries[name]

    def _is_open(self, entry: Code) -> bool:
        return self.day is None or entry.is_valid(self.day)


def load(site: Path | None = None) -> Codes:
    """The shipped lists, overlaid by the site's own. Raises SiteError with all problems."""
    found, problems = survey(site)
    if problems:
        raise SiteError(problems)
    return found


def survey(site: Path | None) -> tuple[Codes, list[Problem]]:
    """The lists as far as they can be read, those that are wrong doubted, and all problems."""
    problems: list[Problem] = []
    lists: dict[str, CodeList] = {}
    doubted: set[str] = set()
    for path in sorted(_SHIPPED.glob("*.yaml")):
        shipped = _read_list(path, path.name, problems, ())
        lists |= {path.stem: shipped} if shipped is not None else {}
    for path in sorted((site / "codes").glob("*.yaml")) if site is not None else ():
        before = len(problems)
        below = lists.get(path.stem)
        own = _read_list(path, f"codes/{path.name}", problems, below.codes if below is not None else ())
        if own is not None:
            lists[path.stem] = _overlaid(below, own, problems)
        if len(problems) > before:
            doubted.add(path.stem)
    return Codes(lists, doubted=frozenset(doubted)), problems


def _read_list(path: Path, file: str, problems: list[Problem], below: Iterable[Code]) -> CodeList | None:
    """`below`: the codes that the list is laid over, if it adds to them."""
    try:
        data, lines = read_yaml(path, shown_as=file, for_checked=True)
    except Unreadable as error:
        problems.extend(error.problems)
        return None
    found, wrong = checked(CodeList, data, lines, file)
    problems.extend(wrong)
    judged = found
    if judged is None and isinstance(data, dict):
        judged, lines = rest_of(CodeList, data, lines, {**_SPARE, "name": path.stem})
    if judged is not None:
        known = {entry.code for entry in (*judged.codes, *(below if judged.extends else ()))}
        problems.extend(of_what_is_written(_sense(judged, path.stem, known, lines, file), lines))
    return found


def _sense(found: CodeList, stem: str, known: AbstractSet[str], lines: Lines, file: str) -> Iterator[Problem]:
    """What the shape cannot say: codes twice, parents that are not `known`, a validity that ends before it begins."""
    if found.name != stem:
        message = _("name 应当与文件名相同：{stem}").format(stem=stem)
        yield Problem(message, file, lines.of(("name",)), "name")
    all_known = lines.is_whole("codes")
    seen: set[str] = set()
    for number, entry in enumerate(found.codes):
        line, key = lines.at(("codes", number))
        if entry.code in seen:
            yield Problem(_("代码 {code} 出现两次").format(code=entry.code), file, line, key)
        seen.add(entry.code)
        if entry.parent is not None and entry.parent not in known and all_known:
            yield Problem(_("上级代码 {code} 不在表里").format(code=entry.parent), file, line, key)
        if entry.valid_from and entry.valid_to and entry.valid_to < entry.valid_from:
            yield Problem(_("失效日期早于生效日期"), file, line, key)


def _overlaid(shipped: CodeList | None, own: CodeList, problems: list[Problem]) -> CodeList:
    """The site's list in the place of the shipped one, or added to it."""
    if shipped is None:
        return own
    if own.extends:
        codes = {entry.code: entry for entry in (*shipped.codes, *own.codes)}
        return own.model_copy(update={"codes": tuple(codes.values()), "fixed": shipped.fixed})
    if shipped.fixed:
        kept = {entry.code for entry in own.codes}
        lost = joined(entry.code for entry in shipped.codes if entry.code not in kept)
        if lost:
            message = _("程序要用的代码不能去掉：{codes}").format(codes=lost)
            problems.append(Problem(message, f"codes/{own.name}.yaml", None, "codes"))
    return own

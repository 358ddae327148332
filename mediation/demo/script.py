"""disputes.yaml read whole: what happens in a demo, act by act, as the people of the site do it, in order of time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from mediation.clock import local_day
from mediation.demo.said import (
    DISPUTE_MARK,
    NAMES_A_DISPUTE,
    SAMPLE,
    WORDS,
    WORDS_OF_ITEMS,
    WORDS_OF_OFFICE,
    ActSaid,
    Disputes,
    DisputeSaid,
    ItemSaid,
)
from mediation.errors import Problem, SiteError
from mediation.language import _
from mediation.reading import Lines, Path_, Unreadable, checked, dotted, listed_problems, read_yaml
from mediation.sites.folder import Site, read_site

DISPUTES_FILE = "disputes.yaml"
_File = TypeVar("_File", bound=Disputes)


@dataclass(frozen=True)
class Step:
    """One act with its line in the file: of a dispute, of an item, or of the office; without an act, a round of the day."""

    at: datetime
    file: str
    line: int | None
    act: ActSaid | None = None
    dispute: DisputeSaid | None = None
    item: ItemSaid | None = None

    @property
    def about(self) -> str:
        """The key of what it is about."""
        if self.dispute is not None:
            return self.dispute.key
        return self.item.key if self.item is not None else "office"

    @property
    def place(self) -> str:
        """Its place in the file, for messages."""
        return f"{self.about}.{self.act.do}" if self.act is not None else "rounds"


def read_script(folder: Path, now: datetime) -> tuple[Disputes, list[Step]]:
    """A site's file and all that happens in order of time. Raises SiteError with every problem at once."""
    return read_steps(folder, DISPUTES_FILE, Disputes, lambda _found: now, Sense)


def read_steps(
    folder: Path,
    file: str,
    model: type[_File],
    before: Callable[[_File], datetime],
    sense: "Callable[[_File, Lines, str, datetime, Site | None], Sense[_File]]",
) -> tuple[_File, list[Step]]:
    """A file of such words, and its steps in order of time, all of them `before` that. Raises SiteError as above."""
    try:
        data, lines = read_yaml(folder / file, for_checked=True)
    except Unreadable as error:
        raise SiteError(error.problems) from None
    found, problems = checked(model, data, lines, file)
    if found is None:
        raise SiteError(problems)
    now = before(found)
    problems = list(sense(found, lines, file, now, _site_in(folder, now)).problems())
    if problems:
        raise SiteError(problems)
    return found, sorted(_steps(found, lines, file), key=lambda step: step.at)


def _steps(found: Disputes, lines: Lines, file: str) -> Iterator[Step]:
    for number, dispute in enumerate(found.disputes):
        for at, act in enumerate(dispute.acts):
            yield Step(act.at, file, lines.of(("disputes", number, "acts", at)), act, dispute=dispute)
    for number, item in enumerate(found.items):
        for at, act in enumerate(item.acts):
            yield Step(act.at, file, lines.of(("items", number, "acts", at)), act, item=item)
    for number, act in enumerate(found.office):
        yield Step(act.at, file, lines.of(("office", number)), act)
    for number, moment in enumerate(found.rounds):
        yield Step(moment, file, lines.of(("rounds", number)))


@dataclass(frozen=True)
class Sense(Generic[_File]):
    """What the shape cannot say: keys twice, acts out of order or in the future, strangers, words that no verb takes.

    `site`: nothing if the site itself is wrong, which founding it will tell.
    """

    found: _File
    lines: Lines
    file: str
    now: datetime
    site: Site | None

    def problems(self) -> Iterator[Problem]:
        """All of them, in the file's order."""
        keys: set[str] = set()
        for number, dispute in enumerate(self.found.disputes):
            path: Path_ = ("disputes", number)
            yield from self._key(dispute.key, keys, path)
            first = "register" if dispute.split_from is None else "split"
            yield from self._first(dispute.acts[0], first, path)
            yield from self._known(dispute.split_from, (*path, "split_from"))
            yield from self._acts(dispute.acts, WORDS, path)
        for number, item in enumerate(self.found.items):
            path = ("items", number)
            yield from self._key(item.key, keys, path)
            if item.raised_by is None:
                yield from self._first(item.acts[0], "open", path)
            yield from self._known(item.raised_by, (*path, "raised_by"))
            yield from self._acts(item.acts, WORDS_OF_ITEMS, path)
        for number, act in enumerate(self.found.office):
            yield from self._act(act, WORDS_OF_OFFICE, ("office", number))
        for number, moment in enumerate(self.found.rounds):
            yield from self._past(moment, ("rounds", number))

    @cached_property
    def _actors(self) -> frozenset[str]:
        """All that may stand after `as`."""
        people = self.site.people if self.site is not None else ()
        posts = {f"{person.code}:{post.code}" for person in people for post in person.posts}
        return frozenset(posts | {person.code for person in people if len(person.posts) == 1})

    def _key(self, key: str, keys: set[str], path: Path_) -> Iterator[Problem]:
        if key in keys:
            yield self._wrong((*path, "key"), _("key {key} 用了两次").format(key=key))
        keys.add(key)

    def _first(self, act: ActSaid, wanted: str, path: Path_) -> Iterator[Problem]:
        if act.do != wanted:
            yield self._wrong((*path, "acts", 0, "do"), _("第一步应当是 {act}").format(act=wanted))

    def _known(self, key: str | None, path: Path_) -> Iterator[Problem]:
        if key is not None and key not in {dispute.key for dispute in self.found.disputes}:
            yield self._wrong(path, _("文件里没有名为 {key} 的纠纷").format(key=key))

    def _acts(
        self, acts: Sequence[ActSaid], words: Mapping[str, type[BaseModel]], path: Path_
    ) -> Iterator[Problem]:
        for at, act in enumerate(acts):
            place: Path_ = (*path, "acts", at)
            yield from self._act(act, words, place, acts[at - 1] if at else None)

    def _act(
        self,
        act: ActSaid,
        words: Mapping[str, type[BaseModel]],
        path: Path_,
        before: ActSaid | None = None,
    ) -> Iterator[Problem]:
        if act.do not in words:
            message = _("没有名为 {act} 的操作；现有：{known}")
            shown = message.format(act=act.do, known="、".join(sorted(words)))
            yield self._wrong((*path, "do"), shown)
        else:
            yield from self._words(act, words[act.do], (*path, "with"))
        if before is not None and act.do in {"register", "open"}:
            yield self._wrong((*path, "do"), _("一件纠纷只登记一次，一项督办只立项一次"))
        if before is not None and act.at < before.at:
            yield self._wrong((*path, "at"), _("时间早于上一步"))
        yield from self._past(act.at, (*path, "at"))
        if self.site is not None and act.actor not in self._actors:
            message = _("people.csv 里没有 {actor}；有几个岗位的人要写 人员代码:岗位代码")
            yield self._wrong((*path, "as"), message.format(actor=act.actor))

    def _past(self, moment: datetime, path: Path_) -> Iterator[Problem]:
        if moment >= self.now:
            yield self._wrong(path, self._too_late())

    def _too_late(self) -> str:
        return _("时间还没有到；演示只能用过去的时间")

    def _words(self, act: ActSaid, model: type[BaseModel], path: Path_) -> Iterator[Problem]:
        """What the act's verb would not take, and disputes that it names and that are not there."""
        words = {**act.words, "pages": [SAMPLE]} if act.words.get("pages") == SAMPLE else act.words
        try:
            model.model_validate(words)
        except ValidationError as error:
            found = error.errors(include_url=False)
            placed = [{**one, "loc": (*path, *one["loc"])} for one in found]
            yield from listed_problems(placed, self.lines, self.file)
        word = NAMES_A_DISPUTE.get(act.do, "")
        for named in disputes_named(act.words.get(word)):
            yield from self._known(named, (*path, word))

    def _wrong(self, path: Path_, message: str) -> Problem:
        return Problem(message, self.file, self.lines.of(path), dotted(path))


def disputes_named(word: Any) -> list[str]:
    """The keys of the disputes that a word of an act names: `@key`, or a mapping by them."""
    names = list(word) if isinstance(word, Mapping) else [word]
    return [
        name.removeprefix(DISPUTE_MARK)
        for name in names
        if isinstance(name, str) and name.startswith(DISPUTE_MARK)
    ]


def _site_in(folder: Path, now: datetime) -> Site | None:
    try:
        return read_site(folder, local_day(now))
    except SiteError:
        return None

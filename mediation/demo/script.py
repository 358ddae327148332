"""disputes.yaml: what happens in a demo, act by act, as the people of the site do it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from mediation.cases.inputs import Code, Line, Moment, Register
from mediation.cases.verbs import VERBS
from mediation.clock import local_day
from mediation.errors import Problem, SiteError
from mediation.language import _
from mediation.reading import Lines, Path_, Unreadable, checked, dotted, listed_problems, read_yaml
from mediation.sites.folder import read_site

DISPUTES_FILE = "disputes.yaml"
SAMPLE = "sample"


class IssueSaid(BaseModel):
    """`issue`: print a paper. `subject`: `party-2`, `session-1`, `visit-1` …; the newest one if left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    form: Code
    subject: Line | None = None


WORDS: Mapping[str, type[BaseModel]] = {
    "register": Register,
    "issue": IssueSaid,
    **{trigger: verb.said for trigger, verb in VERBS.items()},
}
"""What each act of a dispute may say: the very models of the verbs."""


def _moment(value: object) -> object:
    """A moment as YAML gives it: text, in the site's time zone."""
    if not isinstance(value, str) or len(value) < len("2026-01-01T00:00"):
        raise ValueError(_("应当是时刻,如 2026-03-02T09:30"))
    try:
        datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(_("时刻 {value} 不存在").format(value=value)) from None
    return value


Act = Annotated[str, StringConstraints(pattern=r"^[a-z_]+$")]


class ActSaid(BaseModel):
    """One act: when, who, what, with which words. `refused`: guards that must refuse it, if it is meant to fail."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    at: Annotated[Moment, BeforeValidator(_moment)]
    actor: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+(:[A-Za-z0-9_-]+)?$")] = Field(
        alias="as"
    )
    do: Act
    words: dict[str, Any] = Field(default_factory=dict, alias="with")
    refused: tuple[Code, ...] = ()


class Expected(BaseModel):
    """How a dispute must stand at the end of the demo."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    outcome: Literal[
        "agreed_written",
        "agreed_oral",
        "terminated",
        "party_refused",
        "withdrawn",
        "not_accepted",
        "merged",
        "open",
    ]
    state: Code
    level: Code | None = None


class DisputeSaid(BaseModel):
    """One dispute of the demo. `shows`: what it is there to show, for the site's README."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Code
    shows: Line
    expect: Expected
    acts: Annotated[tuple[ActSaid, ...], Field(min_length=1)]


class Disputes(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1]
    disputes: Annotated[tuple[DisputeSaid, ...], Field(min_length=1)]


@dataclass(frozen=True)
class Step:
    """One act of one dispute, with its line in the file."""

    dispute: DisputeSaid
    act: ActSaid
    line: int | None


def read_script(folder: Path, now: datetime) -> tuple[Sequence[DisputeSaid], list[Step]]:
    """A site's disputes and all their acts in order of time. Raises SiteError with every problem at once."""
    path = folder / DISPUTES_FILE
    try:
        data, lines = read_yaml(path)
    except Unreadable as error:
        raise SiteError(error.problems) from None
    found, problems = checked(Disputes, data, lines, DISPUTES_FILE)
    if found is None:
        raise SiteError(problems)
    problems = list(_sense(folder, found, lines, now))
    if problems:
        raise SiteError(problems)
    steps = [
        Step(dispute, act, lines.of(("disputes", number, "acts", at)))
        for number, dispute in enumerate(found.disputes)
        for at, act in enumerate(dispute.acts)
    ]
    return found.disputes, sorted(steps, key=lambda step: step.act.at)


def _sense(folder: Path, found: Disputes, lines: Lines, now: datetime) -> Iterator[Problem]:
    """What the shape cannot say: keys twice, acts out of order or in the future, strangers, words that no verb takes."""
    keys: set[str] = set()
    actors = _actors(folder, now)
    for number, dispute in enumerate(found.disputes):
        path: Path_ = ("disputes", number)
        if dispute.key in keys:
            yield _wrong(lines, (*path, "key"), _("key {key} 用了两次").format(key=dispute.key))
        keys.add(dispute.key)
        if dispute.acts[0].do != "register":
            yield _wrong(lines, (*path, "acts", 0, "do"), _("第一步应当是 register"))
        for at, act in enumerate(dispute.acts):
            before = dispute.acts[at - 1] if at else None
            yield from _sense_of_act(act, before, lines, (*path, "acts", at), now)
            if actors and act.actor not in actors:
                message = _("people.csv 里没有 {actor};有几个岗位的人要写 人员代码:岗位代码")
                yield _wrong(lines, (*path, "acts", at, "as"), message.format(actor=act.actor))


def _sense_of_act(
    act: ActSaid, before: ActSaid | None, lines: Lines, path: Path_, now: datetime
) -> Iterator[Problem]:
    if act.do not in WORDS:
        message = _("没有名为 {act} 的操作;现有:{known}").format(act=act.do, known="、".join(sorted(WORDS)))
        yield _wrong(lines, (*path, "do"), message)
    else:
        yield from _words_problems(act, lines, (*path, "with"))
    if before is not None and act.do == "register":
        yield _wrong(lines, (*path, "do"), _("一件纠纷只登记一次"))
    if before is not None and act.at < before.at:
        yield _wrong(lines, (*path, "at"), _("时间早于上一步"))
    if act.at >= now:
        yield _wrong(lines, (*path, "at"), _("时间还没有到;演示只能用过去的时间"))


def _words_problems(act: ActSaid, lines: Lines, path: Path_) -> list[Problem]:
    """What the act's verb would not take."""
    words = {**act.words, "pages": [SAMPLE]} if act.words.get("pages") == SAMPLE else act.words
    try:
        WORDS[act.do].model_validate(words)
    except ValidationError as error:
        found = error.errors(include_url=False)
        return listed_problems([{**one, "loc": (*path, *one["loc"])} for one in found], lines, DISPUTES_FILE)
    return []


def _actors(folder: Path, now: datetime) -> set[str]:
    """All that may stand after `as`; nothing if the site itself is wrong, which founding it will tell."""
    try:
        people = read_site(folder, local_day(now)).people
    except SiteError:
        return set()
    posts = {f"{person.code}:{post.code}" for person in people for post in person.posts}
    return posts | {person.code for person in people if len(person.posts) == 1}


def _wrong(lines: Lines, path: Path_, message: str) -> Problem:
    return Problem(message, DISPUTES_FILE, lines.of(path), dotted(path))

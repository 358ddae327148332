"""disputes.yaml: what happens in a demo, act by act, as the people of the site do it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from mediation.cases.inputs import Code, Line, Moment
from mediation.cases.verbs import VERBS
from mediation.errors import Problem, SiteError
from mediation.language import _
from mediation.reading import Lines, Unreadable, checked, read_yaml

DISPUTES_FILE = "disputes.yaml"
OWN_ACTS = ("register", "issue")


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
        "agreed_written", "agreed_oral", "terminated", "party_refused", "withdrawn", "not_accepted", "open"
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
    problems = list(_sense(found, lines, now))
    if problems:
        raise SiteError(problems)
    steps = [
        Step(dispute, act, lines.of(("disputes", number, "acts", at)))
        for number, dispute in enumerate(found.disputes)
        for at, act in enumerate(dispute.acts)
    ]
    return found.disputes, sorted(steps, key=lambda step: step.act.at)


def _sense(found: Disputes, lines: Lines, now: datetime) -> list[Problem]:
    """What the shape cannot say: keys twice, unknown acts, acts out of order or in the future, no registration first."""
    problems = []

    def wrong(message: str, *path: str | int) -> None:
        problems.append(Problem(message, DISPUTES_FILE, lines.of(path), ".".join(map(str, path))))

    keys: set[str] = set()
    for number, dispute in enumerate(found.disputes):
        if dispute.key in keys:
            wrong(_("key {key} 用了两次").format(key=dispute.key), "disputes", number, "key")
        keys.add(dispute.key)
        if dispute.acts[0].do != "register":
            wrong(_("第一步应当是 register"), "disputes", number, "acts", 0, "do")
        for at, act in enumerate(dispute.acts):
            if act.do not in VERBS and act.do not in OWN_ACTS:
                known = "、".join(sorted([*OWN_ACTS, *VERBS]))
                wrong(
                    _("没有名为 {act} 的操作;现有:{known}").format(act=act.do, known=known),
                    "disputes",
                    number,
                    "acts",
                    at,
                    "do",
                )
            if at and act.do == "register":
                wrong(_("一件纠纷只登记一次"), "disputes", number, "acts", at, "do")
            if at and act.at < dispute.acts[at - 1].at:
                wrong(_("时间早于上一步"), "disputes", number, "acts", at, "at")
            if act.at >= now:
                wrong(_("时间还没有到;演示只能用过去的时间"), "disputes", number, "acts", at, "at")
    return problems

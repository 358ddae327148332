"""The words of disputes.yaml: disputes, items of the register of supervision, acts of the office, rounds of the day."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from mediation.cases.inputs import Code, Line, Moment, Register
from mediation.cases.succession.said import HandOver
from mediation.cases.verbs import VERBS
from mediation.duty.said import Leave
from mediation.language import _
from mediation.supervision.hearing import SAID as ITEM_WORDS
from mediation.supervision.said import OpenItem, WeekWanted

SAMPLE = "sample"
DISPUTE_MARK = "@"
"""Before the key of a dispute of the file, where the words of an act name a case."""


class IssueSaid(BaseModel):
    """`issue`: print a paper. `subject`: `party-2`, `session-1`, `visit-1` …; the newest one if left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    form: Code
    subject: Line | None = None


class BackSaid(BaseModel):
    """`back`: the person's leave of that day ends early."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    person: Code


class BatchSaid(BaseModel):
    """`batch`: one act on every case of the series that the dispute named is in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    series: Line
    trigger: Code
    words: Mapping[str, Any] = Field(default_factory=dict)


class ReadSaid(BaseModel):
    """`read_notices`: the actor's in-tray is read. `notices`: the kinds that must lie there unread, among others."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    notices: Annotated[tuple[Code, ...], Field(min_length=1)]


WORDS: Mapping[str, type[BaseModel]] = {
    "register": Register,
    "issue": IssueSaid,
    **{trigger: verb.said for trigger, verb in VERBS.items()},
}
"""What each act of a dispute may say: the very models of the verbs."""

WORDS_OF_ITEMS: Mapping[str, type[BaseModel]] = {"open": OpenItem, **ITEM_WORDS}
"""The same for an item of the register."""

WORDS_OF_OFFICE: Mapping[str, type[BaseModel]] = {
    "week": WeekWanted,
    "leave": Leave,
    "back": BackSaid,
    "hand_over": HandOver,
    "batch": BatchSaid,
    "read_notices": ReadSaid,
}
"""The same for what concerns no one dispute."""

NAMES_A_DISPUTE: Mapping[str, str] = {
    "link": "to",
    "merge_into": "case",
    "join_series": "series",
    "open": "case",
    "batch": "series",
    "hand_over": "cases",
}
"""Which word of an act names a dispute of the file, or a mapping by disputes."""


def _moment(value: object) -> object:
    """A moment as YAML gives it: text, in the site's time zone."""
    if not isinstance(value, str) or len(value) < len("2026-01-01T00:00"):
        raise ValueError(_("应当是时刻，如 2026-03-02T09:30"))
    try:
        datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(_("时刻 {value} 不存在").format(value=value)) from None
    return value


Act = Annotated[str, StringConstraints(pattern=r"^[a-z_]+$")]
At = Annotated[Moment, BeforeValidator(_moment)]


class ActSaid(BaseModel):
    """One act: when, who, what, with which words. `refused`: what must refuse it, if it is meant to fail.

    Guards by their codes; `not_permitted`: who acts may not; `not_allowed`: the state does not have the act.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    at: At
    actor: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+(:[A-Za-z0-9_-]+)?$")] = Field(
        alias="as"
    )
    do: Act
    words: dict[str, Any] = Field(default_factory=dict, alias="with")
    refused: tuple[Code, ...] = ()


class ItemActSaid(ActSaid):
    """An act on an item of the register of supervision."""


class OfficeActSaid(ActSaid):
    """An act that concerns no one dispute."""


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
    """One dispute of the demo. `shows`: what it is there to show, for the site's README.

    `split_from`: the dispute that it is split off from, by its first act.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Code
    shows: Line
    split_from: Code | None = None
    expect: Expected
    acts: Annotated[tuple[ActSaid, ...], Field(min_length=1)]


class ItemExpected(BaseModel):
    """How an item must stand at the end of the demo."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: Literal["entered", "limited", "mending", "accountability", "struck_off", "withdrawn"]


class ItemSaid(BaseModel):
    """One item of the register. `raised_by`: the dispute on which the ladder opened it; else its first act is `open`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Code
    shows: Line
    raised_by: Code | None = None
    expect: ItemExpected
    acts: Annotated[tuple[ItemActSaid, ...], Field(min_length=1)]


class Disputes(BaseModel):
    """The whole file. `rounds`: moments at which the daily round runs, besides those between two days with acts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1]
    disputes: Annotated[tuple[DisputeSaid, ...], Field(min_length=1)]
    items: tuple[ItemSaid, ...] = ()
    office: tuple[OfficeActSaid, ...] = ()
    rounds: tuple[At, ...] = ()

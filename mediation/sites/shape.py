"""What site.yaml and committees.yaml say. Frozen; unknown keys are refused."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from mediation.clock import ORDINARY_HOURS, parse_hours
from mediation.codes.tables import Code, as_text
from mediation.codes.tables import Key as CodeKey
from mediation.language import _
from mediation.partial import Each
from mediation.sites.sending import Hooks, Sending
from mediation.units.chain import FEWEST_LEVELS, MOST_LEVELS
from mediation.workflow.definition import Limit, RemindPoint

CASE_PATTERN = "〔{yyyy}〕{abbreviation}人调字第{n}号"
NOTICE_PATTERN = "〔{yyyy}〕{abbreviation}人调不受字第{n}号"


Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
UnitCode = CodeKey
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
PlaceCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$"), BeforeValidator(as_text)]
STATE_PATTERN = r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$"
StateName = Annotated[str, StringConstraints(pattern=STATE_PATTERN)]


PublicAddress = Annotated[
    str,
    StringConstraints(
        pattern=r"^https://[a-z0-9]([a-z0-9.-]{0,98}[a-z0-9])?(:[0-9]{2,5})?$", strip_whitespace=True
    ),
]
ClockName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]*(:[a-z0-9_.-]+)?$")]


def _as_hours(value: object) -> object:
    if isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value):
        parse_hours(value)
    return value


DutyHours = Annotated[tuple[str, ...], Field(strict=False, max_length=6), BeforeValidator(_as_hours)]
RemindPoints = Annotated[tuple[RemindPoint, ...], Field(strict=False, max_length=8)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Place(_Frozen):
    """Where the site is: its place code, its basic court, whether several peoples live there together."""

    code: PlaceCode
    name: Words
    court: Words | None = None
    multi_ethnic: bool = False


class LevelSaid(_Frozen):
    """A level of the chain, lowest first: target in working days, and the kind of post that leads it."""

    key: Key
    name: Words
    working_days: int = Field(gt=0, le=250)
    leader: Key


class ExtensionsSaid(_Frozen):
    """How many days the time for mediating may be put off in all, one extension after another, and what that rests on."""

    days: int = Field(gt=0, le=3660)
    article: Words


TELLING = ("remind_owner", "tell_limit_missed")
"""What a site may have done when a limit is missed: somebody is told. All else belongs to definitions, which are proved."""


def without_effect(limit: Limit | None) -> str | None:
    """What is wrong with a limit at whose end the program does the same at every site, and that names an effect."""
    if limit is None or limit.on_miss is None:
        return None
    return _("这里不写 on_miss：这种期限到期以后怎样处理，各站点都一样")


class Limits(_Frozen):
    """Limits with what they rest on. `extensions`: a cap on all extensions of one case; without it the parties' will alone
    counts, since no national law sets one. `states`: "definition.state" → a limit in the place of the definition's own; what the
    definition says of missing it stays unless `on_miss` says otherwise here.

    `remind`: kind of clock (mediation_limit, confirmation, performance, enforcement, state, task …), one clock's whole name
    (`state:preparing`), or `default` → when before its end somebody is reminded, in the place of the shipped points.
    """

    mediation: Limit = Limit(months=1, article="人民调解工作若干规定第三十三条")
    confirmation: Limit = Limit(days=30, article="人民调解法第三十三条")
    extensions: ExtensionsSaid | None = None
    states: dict[StateName, Limit] = Field(
        default_factory=dict, json_schema_extra={"additionalProperties": False}
    )
    remind: dict[ClockName, RemindPoints] = Field(
        default_factory=dict, json_schema_extra={"additionalProperties": False}
    )


class WrittenRequired(_Frozen):
    """When an agreement must be in writing, beside a party's own wish."""

    over_yuan: int | None = Field(default=None, ge=0)
    unless_performed_at_once: bool = True
    tiers: tuple[Key, ...] = Field(default=("complex",), strict=False)


class Signing(_Frozen):
    """Whether papers may be signed on a tablet. Personal-status matters are signed in ink whatever stands here."""

    tablet: bool = True


class Visits(_Frozen):
    """Whether a return visit must be made by someone who did not mediate."""

    by_another: bool = False


_MOST_YEARS = 200


def _as_term(value: object) -> object:
    whole = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_YEARS
    if not whole and value != "permanent":
        raise ValueError(_("应当是 0 至 {most} 的整年数，或者 permanent").format(most=_MOST_YEARS))
    return value


Years = Annotated[
    Annotated[int, Field(ge=0, le=_MOST_YEARS)] | Literal["permanent"], BeforeValidator(_as_term)
]


class Keeping(_Frozen):
    """保管期限: whole years from the day of archiving within which nothing of a case may be erased, or `permanent`.

    No statute fixes it for mediation files; `article` says what the site's rule rests on. `categories`: code of the
    judicial list → another term. 0: an archived case may be erased when there is a ground for it.
    """

    years: Years = 0
    categories: dict[str, Years] = Field(default_factory=dict)
    article: str = ""


class Numbers(_Frozen):
    """Patterns of numbers; a committee may have its own."""

    case: Words = CASE_PATTERN
    notice: Words = NOTICE_PATTERN


class MicroGrid(_Frozen):
    """How many households a unit of the lowest level should hold."""

    level: Key | None = None
    fewest: int = Field(default=10, ge=1)
    most: int = Field(default=15, ge=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.most < self.fewest:
            raise ValueError(_("most 不能小于 fewest"))
        return self


class Reading(_Frozen):
    """Who opened what: `minutes` within which opening it again is the same, `days` that it is kept (网络安全法 Art. 21 (3) asks for six
    months of logs), `many` a day by one person that the auditor is told of.
    """

    minutes: int = Field(default=10, ge=1, le=1440)
    days: int = Field(default=1095, ge=183, le=36500)
    many: int = Field(default=200, ge=10, le=100_000)


class Exporting(_Frozen):
    """Lists with names as files: `alone` rows a day without a second person's word; `hours` that a file can be had."""

    alone: int = Field(default=20, ge=0, le=5_000)
    hours: int = Field(default=24, ge=1, le=168)


class Settings(_Frozen):
    """site.yaml: one deployment.

    `public_address`: where residents reach the open pages (https://…, without a path); papers then print it in their QR code.
    """

    format: Literal[1]
    name: Key
    title: Words
    sample: bool = False
    about: str = ""
    place: Place
    chain: tuple[LevelSaid, ...] = Field(min_length=FEWEST_LEVELS, max_length=MOST_LEVELS, strict=False)
    post_kinds: tuple[Code, ...] = Field(default=(), strict=False)
    limits: Limits = Limits()
    duty_hours: DutyHours = ORDINARY_HOURS
    written_required: WrittenRequired = WrittenRequired()
    signing: Signing = Signing()
    visits: Visits = Visits()
    keeping: Keeping = Keeping()
    numbers: Numbers = Numbers()
    micro_grid: MicroGrid = MicroGrid()
    notices: Sending = Sending()
    webhooks: Hooks = Field(default=Hooks(), exclude_if=lambda value: value == Hooks())
    public_address: PublicAddress | None = Field(default=None, exclude_if=lambda value: value is None)
    reading: Reading = Field(default=Reading(), exclude_if=lambda value: value == Reading())
    exports: Exporting = Field(default=Exporting(), exclude_if=lambda value: value == Exporting())


class MemberSaid(_Frozen):
    """A member of a roster: a person of people.csv and a role of the list committee_roles."""

    person: UnitCode
    role: Key = "member"


class CommitteeSaid(_Frozen):
    """One committee: registered name, abbreviation in numbers, where it sits, seal, term, roster."""

    code: UnitCode
    name: Words
    abbreviation: Words
    kind: Key
    unit: UnitCode
    seal_text: Words | None = None
    phone: str = ""
    address: str = ""
    term_from: date
    term_to: date | None = None
    numbers: Numbers | None = None
    members: tuple[MemberSaid, ...] = Field(default=(), strict=False)


class CommitteesSaid(_Frozen):
    """committees.yaml."""

    format: Literal[1]
    committees: tuple[CommitteeSaid, ...] = Field(min_length=1, strict=False)


SPARE_COMMITTEES: Mapping[str, object] = {
    "committees": Each(
        lambda place: {
            "code": f"missing-{place}",
            "name": f"missing-{place}",
            "abbreviation": f"missing-{place}",
            "kind": "missing",
            "unit": "missing",
            "term_from": date.min,
        }
    )
}
"""What stands for what is wrong in a committee, so that the names in the rest of it are judged."""

"""What each verb takes, as plain models shared by page, API and command line. Nothing unknown is accepted."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from mediation.clock import SITE_ZONE
from mediation.documents.glyphs import unprintable
from mediation.errors import InputInvalid
from mediation.language import _
from mediation.reading import PAPER_PATTERN, Lines, shape_problems


def _printable(text: str) -> str:
    """The text, if a paper can show it; else each character that it cannot, with the reason."""
    found = unprintable(text)
    if found:
        shown = "；".join(str(one) for one in found[:5])
        raise ValueError(_("有不能打印的字符：{shown}").format(shown=shown))
    return text


def _on_one_line(text: str) -> str:
    """A line that was broken is put together: what is pasted comes with breaks, and a row of a sheet is one line."""
    return " ".join(filter(None, map(str.strip, text.splitlines())))


Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_on_one_line),
    AfterValidator(_printable),
]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$")]
Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000), AfterValidator(_printable)
]
Ordinal = Annotated[int, Field(ge=1, le=200)]
Fen = Annotated[int, Field(ge=0, le=99_999_999_999_999)]


def _local(value: object) -> object:
    """A moment written without offset is of the site's time zone. A number is no moment."""
    if isinstance(value, str):
        with suppress(ValueError):
            value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        raise ValueError(_("应当是时间，如 2026-03-01T09:30"))  # noqa: TRY004  pydantic takes a ValueError
    return value if value.tzinfo is not None else value.replace(tzinfo=SITE_ZONE)


_Day = TypeVar("_Day", date, datetime)


def _of_our_time(value: _Day) -> _Day:
    """A slip of the pen such as 0206 for 2026 is told, and no limit is reckoned beyond the calendar's end."""
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise ValueError(_("年份应在 {first} 至 {last} 之间").format(first=_FIRST_YEAR, last=_LAST_YEAR))
    return value


_FIRST_YEAR, _LAST_YEAR = 1900, 2199
Moment = Annotated[AwareDatetime, BeforeValidator(_local), AfterValidator(_of_our_time)]
Day = Annotated[date, AfterValidator(_of_our_time)]


class Said(BaseModel):
    """What an actor says with an act. `occurred_at` is when it happened, if not now: kept beside the recorded moment."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    occurred_at: Moment | None = None


class AgentSaid(BaseModel):
    """Who acts for a party; each power of form 6 is ticked apart."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["legal_representative", "guardian", "agent", "group_representative"]
    name: Line
    id_number: Code | None = None
    phone: Line | None = None
    post_or_relation: Line | None = None
    powers: tuple[Code, ...] = ()
    valid_to: Day | None = None


class PartySaid(BaseModel):
    """A party as it is first named. `id_kind` is a code of the list of documents."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: Literal["applicant", "respondent", "third"]
    kind: Literal["natural", "legal", "other"] = "natural"
    name: Line
    sex: Literal["男", "女", ""] = ""
    ethnicity: Line | None = None
    born_on: Day | None = None
    occupation: Line | None = None
    phone: Line | None = None
    address: Line | None = None
    id_kind: Code | None = None
    id_number: Line | None = None
    agents: tuple[AgentSaid, ...] = ()
    consents: bool | None = None
    rights_told: bool = False
    electronic_agreed: bool = False
    objects_to_public: bool = False


class Register(Said):
    """登记: a dispute taken in. The actor's post becomes its first receiver.

    `source_reference`: its number where it came from, such as a 12345 work order, by which the source is answered.
    """

    title: Line
    source: Code
    source_reference: Line | None = None
    category: Code | None = None
    governance_category: Code
    narrative: Text
    claims: tuple[Line, ...] = ()
    parties: Annotated[tuple[PartySaid, ...], Field(min_length=1, max_length=200)]
    workflow: Code = "ordinary"
    place: Code | None = None
    occurred_on: Day | None = None
    risk: Code = "low"
    headcount: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    amount_fen: Fen | None = None
    public: bool = False


class Amend(Said):
    """补正资料: facts put right or added before the agreement.

    `party_facts`: the party as it is to be, whole: what is left out is empty afterwards. `stand_ins`: 用字说明, what papers print
    for a character that no font has, a sentence each, “X”字以“某”代替; all that are to be.
    """

    title: Line | None = None
    narrative: Text | None = None
    claims: tuple[Line, ...] | None = None
    category: Code | None = None
    governance_category: Code | None = None
    risk: Code | None = None
    headcount: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    amount_fen: Fen | None = None
    public: bool | None = None
    party: Ordinal | None = None
    party_facts: PartySaid | None = None
    add_parties: tuple[PartySaid, ...] = ()
    add_agents: Mapping[int, AgentSaid] = Field(default_factory=dict)
    add_participants: tuple["ParticipantSaid", ...] = ()
    stand_ins: Annotated[tuple[Line, ...], Field(max_length=20)] | None = None


class ParticipantSaid(BaseModel):
    """Someone invited to help, with the consent of the parties named (Art. 20)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Code
    name: Line
    unit: Line | None = None
    consented_by: tuple[Ordinal, ...]


class RecordConsent(Said):
    """记录同意: these parties agree to mediation; `electronic` also to signing on a tablet.

    `agents`: for which of them the how-manieth of its agents agrees.
    """

    parties: Annotated[tuple[Ordinal, ...], Field(min_length=1)]
    agents: Mapping[Ordinal, Ordinal] = Field(default_factory=dict)
    electronic: bool = False
    objects_to_public: bool = False


class TellRights(Said):
    """告知权利义务, read or handed over."""

    parties: Annotated[tuple[Ordinal, ...], Field(min_length=1)]
    manner: Literal["handed", "read_aloud"] = "handed"


class Triage(Said):
    """研判: how hard, how dangerous, what kind. `override_reason`: why it is fit for mediation though its category is not."""

    tier: Code
    risk: Code | None = None
    category: Code | None = None
    governance_category: Code | None = None
    opinion: Text | None = None
    override_reason: Text | None = None


class Plain(Said):
    """An act that needs no more words than a remark."""

    remark: Text | None = None


class Close(Plain):
    """结案. `no_report_reason`: why a dispute of high risk was not reported to the police (Art. 25)."""

    no_report_reason: Text | None = None


class ReportPolice(Said):
    """报告公安机关 (Art. 25): when, whom, under which receipt number, and what was feared or seen."""

    reported_at: Moment
    to: Line
    reference: Line | None = None
    account: Text


class Keep(Plain):
    """留办. `overruled_because`: why, though the site's rules of routing suggest another unit."""

    overruled_because: Text | None = None


class Dispatch(Said):
    """交办 to a unit that is not above the holder; going up is 上报.

    `line`: of the responsibility list, by which the dispute is that unit's. `opinion` is required of whoever insists.
    `overruled_because`: why not the unit that the site's rules of routing suggest.
    """

    to: Code
    line: Code | None = None
    opinion: Text | None = None
    overruled_because: Text | None = None


class WithReason(Said):
    """An act that needs its reason: 退回, 上报, 撤回, 退回继续调解."""

    reason: Text


class Accept(Said):
    """受理. `taken_elsewhere`: a court, arbitration or administrative body already has it.

    `override_reason`: why it is mediated though the site's rule holds its category unfit.
    """

    taken_elsewhere: Literal["", "court", "arbitration", "administrative"] = ""
    committee: Code | None = None
    override_reason: Text | None = None


class Ending(Said):
    """不予受理 or 终止: the code of the reason, an explanation, and the other routes told."""

    reason: Code
    explanation: Text | None = None
    routes: tuple[Code, ...] = ()


class Refuse(Said):
    """A party clearly refuses, itself or by its agent (the how-manieth of its agents): mediation must stop (Art. 17)."""

    party: Ordinal
    agent: Ordinal | None = None
    explanation: Text | None = None
    routes: tuple[Code, ...] = ()


class Withdraw(Said):
    """The applicants withdraw. `agents`: for which of them the how-manieth of its agents asks. `routes`: those told."""

    reason: Text
    asked_by: Annotated[tuple[Ordinal, ...], Field(min_length=1)]
    agents: Mapping[Ordinal, Ordinal] = Field(default_factory=dict)
    routes: tuple[Code, ...] = ()
    settled_privately: bool = False


class MediatorSaid(BaseModel):
    """One mediator or recorder to be put on the case."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    person: Code
    role: Literal["presiding", "mediator", "recorder"] = "presiding"
    how: Literal["appointed", "chosen"] = "appointed"
    conflict: Code | None = None
    kept_by_both: bool = False
    objected_by: Ordinal | None = None


class Objection(BaseModel):
    """A party does not accept somebody as mediator (Art. 23 (1)); who is on the case is replaced."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    person: Code
    party: Ordinal


class Assign(Said):
    """指派: appointed by the committee or chosen by the parties (Art. 19). `objections`: whom parties do not accept.

    `consented`: the parties agree that somebody whom they had chosen goes. `must_withdraw`: that one has to (回避), and `reason` says why.
    """

    mediators: Annotated[tuple[MediatorSaid, ...], Field(min_length=1, max_length=9)]
    objections: Annotated[tuple[Objection, ...], Field(max_length=9)] = ()
    consented: bool = False
    must_withdraw: bool = False
    reason: Text | None = None


class Take(Said):
    """当场调解: the actor mediates on the spot."""

    conflict: Code | None = None
    kept_by_both: bool = False
    taken_elsewhere: Literal["", "court", "arbitration", "administrative"] = ""
    override_reason: Text | None = None


class RecordSession(Said):
    """调解记录: one record per session. `present`: the parties that were there; `participants`: the names of helpers."""

    held_from: Moment
    held_to: Moment | None = None
    place: Line
    subject: Line | None = None
    present: Annotated[tuple[Ordinal, ...], Field(min_length=1)]
    participants: tuple[Line, ...] = ()
    body: Annotated[tuple[Text, ...], Field(min_length=1, max_length=400)]
    result: Literal["agreed", "to_continue", "failed"]


class NotePrivately(Said):
    """背对背谈话: seen by the case's mediators only; with `only_me` by its author only."""

    party: Ordinal
    body: Text
    only_me: bool = False


class InstalmentSaid(BaseModel):
    """One instalment: how much, by when."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    amount_fen: Annotated[Fen, Field(ge=1)]
    due_on: Day


class ClauseSaid(BaseModel):
    """Who does what for whom, how much, by when, how. `instalments`: what is paid in parts, in order of their days."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    obligor: Ordinal
    obligee: Ordinal
    act: Code
    what: Line | None = None
    amount_fen: Fen | None = None
    due_on: Day | None = None
    instalments: Annotated[tuple[InstalmentSaid, ...], Field(max_length=120)] = ()
    at_once: bool = False
    manner: Line | None = None
    place: Line | None = None
    condition: Line | None = None
    breach: Line | None = None


class AgreementText(Said):
    """What an agreement says, in structured clauses (Art. 29)."""

    facts: Text
    matters: Text
    responsibility: Text | None = None
    clauses: Annotated[tuple[ClauseSaid, ...], Field(min_length=1, max_length=60)]
    manner: Line | None = None
    place: Line | None = None
    time_limit: Line | None = None


class DraftAgreement(AgreementText):
    """拟协议. `settles`: the claims that it settles, if not all of them; who reviews the draft agrees to that, too."""

    settles: tuple[Ordinal, ...] = ()


class RestSaid(BaseModel):
    """What is told of the claims that an agreement leaves open: mediation of them ends (Art. 26)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: Code = "no_agreement"
    explanation: Text | None = None
    routes: tuple[Code, ...] = ()


class ConcludeWritten(Said):
    """达成书面协议. `settles`: the claims settled, if not all of them, as in the draft if left out; `rest`: what is told of the others. Ink is the rule in personal-status matters unless overridden with a reason (电子签名法 Art. 3)."""

    medium: Literal["tablet", "mixed", "ink"] = "tablet"
    override_reason: Text | None = None
    settles: tuple[Ordinal, ...] = ()
    rest: RestSaid | None = None


class ConcludeOral(Said):
    """达成口头协议, in force the day it is reached (Art. 30). `settles`, `rest` as in ConcludeWritten."""

    written_wanted_by: tuple[Ordinal, ...] = ()
    settles: tuple[Ordinal, ...] = ()
    rest: RestSaid | None = None


PaperName = Annotated[str, StringConstraints(pattern=PAPER_PATTERN)]


class Sign(Said):
    """One signature on the paper that lies open. Drawing and fingerprint are PNG files, base64.

    `paper`: another paper than the agreement, as `form` or `form:subject` (`mediation_record:session-1`).
    """

    paper: PaperName | None = None
    slot: Line
    agent: Ordinal | None = None
    identity_check: Code
    agrees: bool
    read_to: Literal["read_self", "read_aloud"] = "read_self"
    drawing: str | None = Field(default=None, max_length=2_000_000)
    fingerprint: str | None = Field(default=None, max_length=2_000_000)
    strokes: tuple[tuple[tuple[float, float], ...], ...] | None = None
    witness: Line | None = None


class AttachScan(Said):
    """The scanned pages of the paper signed by hand: PNG or JPEG, base64.

    `signed_on`: the day of the last of the acts on it. `slots`: those signed by hand; all of them, the seal included, if
    left out (a paper wholly in ink).
    """

    paper: PaperName | None = None
    pages: Annotated[tuple[str, ...], Field(min_length=1, max_length=60)]
    signed_on: Day
    slots: tuple[Line, ...] = ()


class Seal(Said):
    """加盖调委会印章, always last (Art. 29), by the committee's own people. `paper` as in Sign."""

    paper: PaperName | None = None
    remark: Text | None = None


class Extend(Said):
    """延长: only if all parties ask for it."""

    asked_by: tuple[Ordinal, ...]
    days: Annotated[int, Field(ge=1, le=365)]
    reason: Text


class Escalate(WithReason):
    """上报 to the next level of the chain: same case, same file."""


class TellNotice(Said):
    """Notices were handed to these parties: the one named, as in Sign; all that they have not been told of, if left out."""

    parties: Annotated[tuple[Ordinal, ...], Field(min_length=1)]
    manner: Code = "handed"
    paper: PaperName | None = None


class VisitSaid(Said):
    """回访."""

    party: Ordinal
    method: Code
    performance: Code
    satisfaction: Annotated[int, Field(ge=1, le=5)] | None = None
    situation: Text
    remaining_risk: Text | None = None
    measures: Text | None = None
    visited_at: Moment | None = None


class Archive(Said):
    """归档. `paper_volume`: where the originals signed by hand are kept, for papers that were not signed here."""

    paper_volume: Line | None = None
    remark: Text | None = None


_Model = TypeVar("_Model", bound=BaseModel)


def read_said(model: type[_Model], said: Any, file: str = "") -> _Model:
    """The input as a model; InputInvalid with every problem at once."""
    try:
        return model.model_validate(said)
    except ValidationError as error:
        raise InputInvalid(shape_problems(error, Lines(), file)) from None

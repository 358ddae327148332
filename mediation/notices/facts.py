"""What a notice may say: the facts that its templates read, and what must not be read by whom."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from mediation.language import _

Text = Annotated[str, StringConstraints(max_length=500)]
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Moment = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")]
Scalar = str | int | bool | None

_SHORTEST: Final = 2
"""Characters of the shortest name that is taken out: one character stands for too much."""


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ReaderFacts(_Facts):
    """Who reads it. `name` is masked on whatever leaves this machine; `unit`: the name of a staff member's unit."""

    kind: Literal["staff", "party"]
    name: Text
    unit: Text = ""


class CaseFacts(_Facts):
    """The case. `called`: how to name it to this reader: number and title inside, the number alone outside.

    `stage`: the phase, `state`: the state, `next_step`: what is to be done in it, `due`: by when, in words for people, `late`:
    whether that is over.
    `limit`: the last day of the time for mediating.
    """

    number: Text
    called: Text
    stage: Text
    state: Text
    next_step: Text
    holder: Text
    due: Text | None = None
    late: bool = False
    limit: Text | None = None
    received_on: Day


class UnitFacts(_Facts):
    """The unit that the outbox row names."""

    name: Text


class PersonFacts(_Facts):
    """The member of staff that the outbox row names."""

    name: Text
    post: Text = ""
    unit: Text = ""


class TaskFacts(_Facts):
    """The task that the outbox row names. `kind`: 会签, 分办事项 …; `asked_by`: empty when the definition asks; `late`: whether its time is over."""

    kind: Text
    asked_by: Text = ""
    due: Text | None = None
    late: bool = False


class AppointmentFacts(_Facts):
    """The appointment that the outbox row names."""

    kind: Literal["session", "visit", "conference"]
    starts_at: Moment
    place: Text
    keeper: Text


class OfficeFacts(_Facts):
    """Where a party can ask: the committee in charge, or the holder when there is none."""

    name: Text
    phone: Text = ""
    address: Text = ""


class NoticeFacts(_Facts):
    """Everything that a notice may say. What the outbox row does not name is null.

    `outward`: whether it leaves this machine. `payload`: the outbox row's own codes and numbers.
    """

    site: Text
    sample: bool = False
    today: Day
    outward: bool = False
    reader: ReaderFacts
    case: CaseFacts | None = None
    unit: UnitFacts | None = None
    person: PersonFacts | None = None
    task: TaskFacts | None = None
    appointment: AppointmentFacts | None = None
    office: OfficeFacts | None = None
    payload: dict[str, Scalar | list[Scalar]] = Field(default_factory=dict)


def fact_at(facts: Mapping[str, Any], path: str) -> Any:
    """The fact at a dotted path, None if there is none."""
    found: Any = facts
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def is_known_fact(path: str) -> bool:
    """Whether a dotted path may hold a fact at all."""
    first, _dot, rest = path.partition(".")
    field = NoticeFacts.model_fields.get(first)
    if field is None or first == "payload":
        return field is not None and bool(rest)
    inner = (field.annotation, *getattr(field.annotation, "__args__", ()))
    models = [part for part in inner if isinstance(part, type) and issubclass(part, BaseModel)]
    if not models:
        return not rest
    return not rest or rest in models[0].model_fields


def without(text: str, withheld: Iterable[str]) -> str:
    """A text without what its reader must not learn, whatever template or place name brought it in."""
    for word in sorted({word for word in withheld if len(word) >= _SHORTEST}, key=len, reverse=True):
        text = text.replace(word, _("（略）"))
    return text

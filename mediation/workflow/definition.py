"""What a definition says: states in six phases, triggers, and the edges between states. Frozen; read by loader.py."""

import hashlib
import json
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    StringConstraints,
    model_validator,
)

from mediation.language import Words, _
from mediation.partial import one_span

PHASES = ("intake", "triage", "assignment", "mediation", "closure", "feedback")
Phase = Literal["intake", "triage", "assignment", "mediation", "closure", "feedback"]
Relation = Literal[
    "holder",
    "target",
    "sender",
    "mediator",
    "first_receiver",
    "receiver",
    "committee",
    "assignee",
    "asker",
    "co_handler",
    "leader",
    "arbiter",
    "any",
]
NAME_PATTERN = r"^[a-z][a-z0-9_]{0,39}$"
Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
Title = Annotated[str, StringConstraints(min_length=1, max_length=40), AfterValidator(Words)]
"""As written; a page says it in the reader's language where the catalogue has it."""
EffectName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(:[a-z][a-z0-9_]*)?$")]
Condition = Annotated[str, StringConstraints(pattern=r"^(not )?[a-z][a-z0-9_]*$")]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


RemindPoint = Annotated[
    str,
    StringConstraints(
        pattern=r"^([1-9][0-9]?%|last_working_day|[1-9][0-9]{0,3} (minutes|hours|days|working_days|months))$"
    ),
]
"""`50%` of the time, `last_working_day`, or a span before the end: `3 working_days`, `2 hours`."""


_SPANS = ("minutes", "hours", "days", "working_days", "months")


class Limit(_Frozen):
    """How long a case may wait in a state: exactly one span, what it rests on, and what happens when it is missed."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": [span]} for span in _SPANS]})

    minutes: int | None = Field(default=None, gt=0)
    hours: int | None = Field(default=None, gt=0)
    days: int | None = Field(default=None, gt=0, le=3660)
    working_days: int | None = Field(default=None, gt=0, le=3660)
    months: int | None = Field(default=None, gt=0, le=120)
    article: str = Field(description="the law or the rule that the limit rests on, as people cite it")
    on_miss: Name | None = Field(default=None, description="an effect without argument, carried out once")
    remind: tuple[RemindPoint, ...] | None = Field(
        default=None,
        strict=False,
        max_length=8,
        description="when before the end somebody is reminded; left out: as the site says; []: never",
    )

    @model_validator(mode="wrap")
    @classmethod
    def _one_span(cls, said: Any, read: ModelWrapValidatorHandler[Self]) -> Self:
        why = _("minutes、hours、days、working_days、months 要写、而且只能写一个")
        return one_span(said, read, _SPANS, why)


class Owner(_Frozen):
    """Whose turn it is in a state."""

    relation: Literal["holder", "target", "mediator", "first_receiver", "arbiter"]


class State(_Frozen):
    """A state: its phase, whose turn it is, what they have to do, and by when. A final one waits for nobody."""

    title: Title
    phase: Phase
    task: Title | None = None
    owner: Owner | None = None
    limit: Limit | None = None
    final: bool = False


class By(_Frozen):
    """Who may do an act: kinds of post, and what the actor has to be to the case."""

    posts: tuple[Name, ...] = Field(min_length=1, description="kinds of post; one of them is enough")
    relation: tuple[Relation, ...] = Field(
        default=("holder",), description="what the actor is to the case; one of them is enough"
    )


class Into(_Frozen):
    """An edge that leaves for another definition: the case goes on there, pinned to that definition's newest version."""

    workflow: Name
    state: Name


TASK_KINDS = ("turn", "approval", "part", "opinion", "promise", "instruction", "call", "copy")
TaskKind = Literal["turn", "approval", "part", "opinion", "promise", "instruction", "call", "copy"]
ANY = "any"


class Approval(_Frozen):
    """An approval (审批、会签) that people may ask for, or that an edge demands: who signs, how many, after looking at what.

    It is bound to a hash of each fact in `looks_at`: if one changes, the approval no longer stands.
    """

    title: Title
    rule: Literal["all", "any", "in_order", "vote"] = Field(
        description="all sign; one is enough; one after another; more than half"
    )
    looks_at: tuple[Name, ...] = Field(min_length=1, description="facts, by the names of docs/approvals.md")
    states: tuple[Name, ...] = Field(min_length=1, description="where it may be open; it lapses elsewhere")
    signers: By = Field(description="who may be asked to sign")
    least: int = Field(default=1, gt=0, le=20, description="signers at least")
    limit: Limit


class TaskRule(_Frozen):
    """What may be done with a kind of task, and in which states it lives; left behind, it lapses."""

    title: Title
    verbs: tuple[Name, ...] = Field(default=(), description="triggers that may be fired on such a task")
    states: tuple[Name, ...] = Field(
        min_length=1, description="where such a task may be open; `any`: until the end"
    )
    limit: Limit | None = Field(default=None, description="unless whoever asks names a day")


class Edge(_Frozen):
    """One move. `when` chooses between edges, `guards` refuse with reasons.

    `to` left out: the case stays in its state, whose clock runs on. `to` equal to the origin: the state is entered anew,
    and its clock starts again.
    """

    trigger: Name
    origin: tuple[Name, ...] = Field(
        alias="from", min_length=1, description="states; `any` alone: every state that is not final"
    )
    not_from: tuple[Name, ...] = Field(default=(), description="with `from: [any]`: all but these")
    to: Name | None = Field(default=None, description="left out: the case stays, and its clock runs on")
    back_to: tuple[Name, ...] = Field(
        default=(),
        description="instead of `to`: earlier states, of which the act names one that the case was in",
    )
    into: Into | None = Field(default=None, description="instead of `to`")
    when: tuple[Condition, ...] = Field(default=(), description="conditions, all of which must hold")
    guards: tuple[Name, ...] = Field(default=(), description="all are judged; see docs/guards.md")
    approvals: tuple[Name, ...] = Field(
        default=(), description="approvals that must stand, unchanged facts and all"
    )
    approvals_if_asked: tuple[Name, ...] = Field(
        default=(), description="approvals that must stand if anybody has asked for one and not taken it back"
    )
    effects: tuple[EffectName, ...] = Field(default=(), description="carried out in the same transaction")
    by: By | None = Field(default=None, description="left out: as the trigger says")


class Trigger(_Frozen):
    """A named act: its words for people, and who may do it unless the edge says otherwise."""

    title: Title
    by: By


class Definition(_Frozen):
    """A versioned state machine. A running case is pinned to the version that it began with."""

    name: Name = Field(description="the name of the folder")
    title: Title
    version: int = Field(gt=0, description="the number in the file's name; a file in use is never changed")
    about: str = ""
    initial: Name = Field(description="the state in which a case begins")
    states: dict[Name, State] = Field(min_length=2)
    triggers: dict[Name, Trigger] = Field(min_length=1)
    edges: tuple[Edge, ...] = Field(min_length=1)
    approvals: dict[Name, Approval] = Field(default_factory=dict)
    tasks: dict[TaskKind, TaskRule] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _spell_out_any(self) -> Self:
        """`any` stands for every state that is not final: spelt out here, so that all that follows sees plain states."""
        waiting = tuple(name for name, state in self.states.items() if not state.final)
        edges = tuple(
            edge.model_copy(
                update={
                    "origin": tuple(name for name in waiting if name not in edge.not_from),
                    "not_from": (),
                }
            )
            if edge.origin == (ANY,)
            else edge
            for edge in self.edges
        )
        tasks = {
            kind: rule.model_copy(update={"states": waiting}) if rule.states == (ANY,) else rule
            for kind, rule in self.tasks.items()
        }
        object.__setattr__(self, "edges", edges)
        object.__setattr__(self, "tasks", tasks)
        return self

    @property
    def is_short_way(self) -> bool:
        """Does it take a dispute up on the spot, without accepting it on paper first (简易调解)?"""
        return "accept" not in self.triggers

    @cached_property
    def canonical(self) -> str:
        """The content as JSON with sorted keys and without defaults: the same for every way of writing the file."""
        content = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @cached_property
    def sha256(self) -> str:
        """The hash of the canonical content: what a running case is pinned to."""
        return hashlib.sha256(self.canonical.encode()).hexdigest()


def split_effect(effect: str) -> tuple[str, str]:
    """An effect's name and argument: `end:withdrawn` → ("end", "withdrawn"), `climb` → ("climb", "")."""
    name, _colon, argument = effect.partition(":")
    return name, argument


def split_condition(literal: str) -> tuple[str, bool]:
    """A condition's name and the answer wanted: `not accepted` → ("accepted", False)."""
    return (literal.removeprefix("not "), False) if literal.startswith("not ") else (literal, True)

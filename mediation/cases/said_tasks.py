"""What the verbs of tasks and approvals take."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from mediation.cases.inputs import Code, Day, Ordinal, Plain, Said, Text

TaskNumber = Annotated[int, Field(ge=1, le=99_999)]
MOST_SIGNERS = 20


class Whom(BaseModel):
    """A unit, or a person; both together: the person in a post at that unit."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    unit: Code | None = None
    person: Code | None = None


class AskApproval(Said):
    """送审会签: ask those named to agree to what the case says now. In order: one after another, as they are listed.

    `days`: how many more days are asked for, where the approval looks at the deadline: by so many the office's own time for the step is
    put off once it is agreed, and the limit for mediating is extended by no more then.
    """

    approval: Code
    signers: Annotated[tuple[Whom, ...], Field(min_length=1, max_length=MOST_SIGNERS)]
    days: Annotated[int, Field(ge=1, le=365)] | None = None
    question: Text | None = None
    due_on: Day | None = None


class Approve(Said):
    """同意, to the task of a round. Without `task` it is the actor's own, if there is but one."""

    task: TaskNumber | None = None
    opinion: Text | None = None


class Reject(Said):
    """驳回 a task of a round; with `to` the case goes back to that earlier state.

    Without `task` it is the actor's own, if there is but one. Who has none to answer takes the case back all the same.
    """

    task: TaskNumber | None = None
    to: Code | None = None
    opinion: Text


class Transfer(Said):
    """转办: the task is somebody else's from now on. Without `task` it is the turn."""

    task: TaskNumber | None = None
    to: Whom
    reason: Text


class Delegate(Said):
    """委派: somebody else gives an opinion, then the task comes back. Without `task` it is the actor's own, if there is but one."""

    task: TaskNumber | None = None
    to: Whom
    remark: Text | None = None


class AddSigner(Said):
    """加签. `place`: the how-manieth of an approval that goes in order; the last if left out."""

    approval: Code
    signer: Whom
    place: Ordinal | None = None


class RemoveSigner(Said):
    """减签, of who has not answered yet."""

    approval: Code
    signer: Whom
    reason: Text | None = None


class TakeBack(Said):
    """撤回 what one has asked for: an approval or a task; without either, the dispatch that is not acknowledged yet."""

    approval: Code | None = None
    task: TaskNumber | None = None
    reason: Text | None = None


class Urge(Plain):
    """催办. Without `task` it is the turn."""

    task: TaskNumber | None = None


class CopyTo(Plain):
    """抄送, for their knowledge."""

    to: Annotated[tuple[Whom, ...], Field(min_length=1, max_length=50)]


class MarkRead(Said):
    """已阅 a copy. Without `task` it is the actor's own, if there is but one."""

    task: TaskNumber | None = None


class GivePart(Said):
    """分办: a part for a unit, which becomes a co-handler by it."""

    unit: Code
    what: Text
    due_on: Day | None = None


class AskOpinion(Whom, Said):
    """征求意见 of a unit or a person."""

    question: Text
    due_on: Day | None = None


class CallIn(Said):
    """随叫随驻: call a unit of the duty rules to come, or to answer, within its time."""

    unit: Code
    what: Text


class Promise(Said):
    """承诺事项: something promised to a party by a day. The actor keeps it, or the person named."""

    party: Ordinal
    what: Text
    due_on: Day
    person: Code | None = None


class Answer(Said):
    """办复 a part, an opinion, a promise, or what was lent. `done`: false if it could not be done.

    Without `task` it is the actor's own, if there is but one.
    """

    task: TaskNumber | None = None
    opinion: Text
    done: bool = True


class Resubmit(Said):
    """再送审: what was rejected, or whose facts have changed, is asked anew; what stands, stands."""

    approvals: tuple[Code, ...] = ()
    question: Text | None = None

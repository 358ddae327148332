"""Webhooks over the API, for administrators of the system: their tokens are good for this and for nothing else."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from mediation.language import _
from mediation.web.api.cases import ROOT
from mediation.web.branch import Branch
from mediation.web.deps import AdministeringAccount, TheDesk
from mediation.web.errors import declared
from mediation.webhooks.keeping import KEPT_HOURS, MOST_HOURS
from mediation.webhooks.queries import MOST_ROWS

router = Branch(prefix=f"{ROOT}/webhooks", tags=["webhooks"])

_ID = r"^[0-9a-z]{26}$"
WebhookId = Annotated[str, Path(pattern=_ID, description="the id of a webhook")]
MessageId = Annotated[str, Path(pattern=_ID, description="the id of a message, as in its webhook-id header")]
_Text = Annotated[str, Field(max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")]


class AddWebhook(BaseModel):
    """An address to be told: https, or http on this machine; no inner address but those that the site names."""

    model_config = ConfigDict(extra="forbid")

    address: _Text = Field(examples=["https://hooks.example/mediation"])
    kinds: list[Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]] = Field(
        max_length=50, examples=[["case.*", "supervision.limit"]]
    )
    unit: _Text = Field(description="code of a unit: it and all below are told of")


class Rotate(BaseModel):
    """How many hours the former secret goes on signing; 0 if it has leaked."""

    model_config = ConfigDict(extra="forbid")

    hours: int = Field(default=KEPT_HOURS, ge=0, le=MOST_HOURS)


class Secret(BaseModel):
    """A webhook's secret, in this answer only."""

    id: str
    secret: str


class Webhook(BaseModel):
    """A webhook, without its secret; and how many messages are in which state."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    address: str
    kinds: list[str]
    unit: str
    unit_name: str
    added_at: datetime
    added_by: str
    former_until: datetime | None
    stopped_at: datetime | None
    stopped_why: str
    waiting: int
    parked: int
    sent: int


class WebhookList(BaseModel):
    """All webhooks, oldest first. `enabled`: whether the site has switched them on."""

    enabled: bool
    webhooks: list[Webhook]


class Kind(BaseModel):
    """A kind of event."""

    kind: str
    title: str


class KindList(BaseModel):
    """What may be asked for; `case.*` and the like embrace all that begin so."""

    kinds: list[Kind]


class Message(BaseModel):
    """One message: ids, codes and moments. `subject`: the id of the case, or of the item of the register."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    webhook: str
    type: str
    subject: str
    state: str
    why: str
    attempts: int
    repeats: int
    recorded_at: datetime
    next_at: datetime | None
    sent_at: datetime | None


class MessageList(BaseModel):
    """Messages, the newest first."""

    messages: list[Message]


class Tested(BaseModel):
    """Whether the address took a message; if not, the code of why."""

    taken: bool
    why: str


class Ended(BaseModel):
    """It is done."""

    done: bool = True


@router.get("", summary=_("推送地址"), responses=declared(401, 403))
def list_webhooks(desk: TheDesk, account: AdministeringAccount) -> WebhookList:  # noqa: ARG001
    lines = [Webhook.model_validate(one) for one in desk.webhooks.lines()]
    return WebhookList(enabled=desk.webhooks.enabled, webhooks=lines)


@router.post(
    "",
    summary=_("登记推送地址"),
    operation_id="add_webhook",
    status_code=201,
    responses=declared(401, 403, 415, 422),
)
def add_webhook(desk: TheDesk, account: AdministeringAccount, said: AddWebhook) -> Secret:
    """No key: what is told is never kept. Sent again, it is refused, for it is there already."""
    made, secret = desk.webhooks.add(said.address, said.kinds, said.unit, by=account)
    return Secret(id=made, secret=secret)


@router.get("/kinds", summary=_("可以推送的事件"), responses=declared(401, 403))
def list_kinds(desk: TheDesk, account: AdministeringAccount) -> KindList:  # noqa: ARG001
    return KindList(kinds=[Kind(kind=kind, title=title) for kind, title in desk.webhooks.kinds().items()])


@router.get("/messages", summary=_("推送消息"), responses=declared(401, 403, 404, 422))
def list_messages(
    desk: TheDesk,
    account: AdministeringAccount,  # noqa: ARG001
    *,
    state: Annotated[list[Literal["waiting", "sent", "parked", "dropped"]] | None, Query()] = None,
    webhook: Annotated[str, Query(pattern=r"^([0-9a-z]{26})?$", description="of this webhook only")] = "",
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 50,
) -> MessageList:
    """Those that have not arrived, if no state is named."""
    found = desk.webhooks.messages(state or ("parked", "waiting"), limit, webhook)
    return MessageList(messages=[Message.model_validate(one) for one in found])


@router.post(
    "/messages/{message}/again",
    summary=_("再发停发的消息"),
    operation_id="send_message_again",
    responses=declared(401, 403, 404, 422),
)
def send_message_again(
    desk: TheDesk,
    account: AdministeringAccount,  # noqa: ARG001
    message: MessageId,
) -> Ended:
    desk.webhooks.again(message)
    return Ended()


@router.post(
    "/{webhook}/rotate",
    summary=_("换密钥"),
    operation_id="rotate_webhook",
    responses=declared(401, 403, 404, 415, 422),
)
def rotate_webhook(desk: TheDesk, account: AdministeringAccount, webhook: WebhookId, said: Rotate) -> Secret:
    return Secret(id=webhook, secret=desk.webhooks.rotate(webhook, said.hours, by=account))


@router.post(
    "/{webhook}/test",
    summary=_("试推送"),
    operation_id="test_webhook",
    responses=declared(401, 403, 404, 422),
)
def try_webhook(
    desk: TheDesk,
    account: AdministeringAccount,  # noqa: ARG001
    webhook: WebhookId,
) -> Tested:
    answered = desk.webhooks.test(webhook)
    return Tested(taken=not answered.why, why=answered.why)


@router.post(
    "/{webhook}/resume",
    summary=_("放行停下的推送地址"),
    operation_id="resume_webhook",
    responses=declared(401, 403, 404, 422),
)
def resume_webhook(
    desk: TheDesk,
    account: AdministeringAccount,
    webhook: WebhookId,
) -> Ended:
    desk.webhooks.resume(webhook, by=account)
    return Ended()


@router.post(
    "/{webhook}/remove",
    summary=_("删除推送地址"),
    operation_id="remove_webhook",
    responses=declared(401, 403, 404, 422),
)
def remove_webhook(
    desk: TheDesk,
    account: AdministeringAccount,
    webhook: WebhookId,
) -> Ended:
    desk.webhooks.remove(webhook, by=account)
    return Ended()
